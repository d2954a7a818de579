// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/port/node_gateway.h"

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <utility>

namespace gnomon::client {

// Where the one answer of an asynchronous call arrives. Shared with its callback, which may come after every wait was
// given up. Thread-safe; take() once, after it has arrived.
template <class T>
class Arrival {
public:
    void put(Result<T> answer) {
        const std::lock_guard lock(m_mutex);
        m_answer.emplace(std::move(answer));
        m_arrived.notify_all();
    }
    bool waitFor(std::chrono::milliseconds most) {
        std::unique_lock lock(m_mutex);
        return m_arrived.wait_for(lock, most, [this] { return m_answer.has_value(); });
    }
    void wait() {
        std::unique_lock lock(m_mutex);
        m_arrived.wait(lock, [this] { return m_answer.has_value(); });
    }
    Result<T> take() {
        const std::lock_guard lock(m_mutex);
        return std::move(*m_answer);
    }

private:
    std::mutex m_mutex;
    std::condition_variable m_arrived;
    std::optional<Result<T>> m_answer;
};

inline Error notInTime() {
    return {ErrorCode::DeadlineExceeded, "the node did not answer in time"};
}

// Waits for the one answer of an asynchronous call, for programs whose thread may block:
// `await<NodeInfo>([&](auto done) { gateway.getNode({}, std::move(done)); })`; await<void> gives a Status.
// Calls have deadlines of their own; `most` only guards against a gateway that never answers.
template <class T, class Start>
Result<T> await(Start&& start, std::chrono::milliseconds most = std::chrono::minutes(2)) {
    const auto arrival = std::make_shared<Arrival<T>>();
    std::forward<Start>(start)(port::Done<T>([arrival](Result<T> answer) { arrival->put(std::move(answer)); }));
    return arrival->waitFor(most) ? arrival->take() : notInTime();
}

// The same for a call that calls back more than once: `awaitEnd<void>([&](auto stop, auto done) { ... }, most)`. When
// the wait is given up the call is told to stop and its end is awaited all the same, so nothing of it runs any more
// when this returns. REQUIRES: a call that was stopped ends.
template <class T, class Start>
Result<T> awaitEnd(Start&& start, std::chrono::milliseconds most) {
    const auto arrival = std::make_shared<Arrival<T>>();
    std::stop_source stop;
    std::forward<Start>(start)(stop.get_token(),
                               port::Done<T>([arrival](Result<T> answer) { arrival->put(std::move(answer)); }));
    const bool inTime = arrival->waitFor(most);
    if (!inTime) {
        stop.request_stop();
        arrival->wait();
    }
    Result<T> answer = arrival->take();
    return inTime || answer.ok() ? std::move(answer) : notInTime();
}

} // namespace gnomon::client
