// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/executor.h"
#include "backend/base/result.h"
#include "backend/node/listener.h"

#include <functional>
#include <memory>
#include <string>

namespace gnomon::node {

// Answers GET and HEAD of /metrics in plain HTTP, one request per connection: all that a Prometheus server needs, and
// nothing that a stranger could keep busy. At most 16 connections, 8 KiB of request, 2 s to send it and 5 s to take the
// answer. Two threads of its own; the page is made on them.
class HttpExposer {
public:
    using Page = std::function<std::string()>;

    // Serves when it returns. Errors as Listener::open.
    static Result<std::unique_ptr<HttpExposer>> open(const std::string& address, Page page);
    // Waits for answers under way.
    ~HttpExposer();

    const std::string& address() const { return m_listener->address(); }

private:
    HttpExposer(std::unique_ptr<Listener> listener, Page page);
    void answer(int descriptor) const;

    const Page m_page;
    Executor m_executor;
    const std::unique_ptr<Listener> m_listener; // last: its thread uses what is above
};

} // namespace gnomon::node
