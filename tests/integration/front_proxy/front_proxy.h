// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/support/temp_folder.h"

#include <sys/types.h>

#include <map>
#include <string>

namespace gnomon::test {

using Settings = std::map<std::string, std::string>; // of the environment

// HAProxy with packaging/proxy/haproxy.cfg, as it is shipped, on a free port of 127.0.0.1. Killed at the end. As root
// it leaves root behind like an installed one; otherwise it stays who it is. Expects GNOMON_SOURCE.
class FrontProxy {
public:
    // node: the address of its inference listener.
    explicit FrontProxy(const std::string& node, Settings settings = {});
    ~FrontProxy();
    FrontProxy(const FrontProxy&) = delete;
    FrontProxy& operator=(const FrontProxy&) = delete;

    static const char* program() { return "/usr/sbin/haproxy"; }
    static std::string configuration();

    pid_t pid() const { return m_pid; }
    const std::string& address() const { return m_address; }
    std::string log() const;

private:
    TempFolder m_folder;
    std::string m_address;
    pid_t m_pid = 0;
};

} // namespace gnomon::test
