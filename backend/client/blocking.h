// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/port/node_gateway.h"

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

namespace gnomon::client {

// Waits for the one answer of an asynchronous call, for programs whose thread may block:
// `await<NodeInfo>([&](auto done) { gateway.getNode({}, std::move(done)); })`; await<void> gives a Status.
// Calls have deadlines of their own; `most` only guards against a gateway that never answers.
template <class T, class Start>
Result<T> await(Start&& start, std::chrono::milliseconds most = std::chrono::minutes(2)) {
    // Shared with the callback, which may still come after the wait was given up.
    struct Wait {
        std::mutex mutex;
        std::condition_variable arrived;
        std::optional<Result<T>> answer;
    };
    const auto wait = std::make_shared<Wait>();
    std::forward<Start>(start)(port::Done<T>([wait](Result<T> answer) {
        const std::lock_guard lock(wait->mutex);
        wait->answer.emplace(std::move(answer));
        wait->arrived.notify_all();
    }));
    std::unique_lock lock(wait->mutex);
    if (!wait->arrived.wait_for(lock, most, [&] { return wait->answer.has_value(); })) {
        return Error{ErrorCode::DeadlineExceeded, "the node did not answer in time"};
    }
    return std::move(*wait->answer);
}

} // namespace gnomon::client
