// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/serving/run_and_wait.h"
#include "backend/base/mutex.h"

#include <optional>
#include <utility>

namespace gnomon::serving {

namespace {

// Shared by the waiter and a callback that may come after the waiter has gone.
struct Wait {
    Mutex mutex;
    Condition ended;
    std::optional<Result<port::RunResult>> result GUARDED_BY(mutex);
};

} // namespace

Result<port::RunResult> runAndWait(port::ModelRunner& runner, TensorSet inputs, std::chrono::milliseconds most) {
    const auto wait = std::make_shared<Wait>();
    const MonoTime until = std::chrono::steady_clock::now() + most;
    const std::shared_ptr<port::Run> run =
        runner.run({std::move(inputs), {}, until}, [wait](Result<port::RunResult> result) {
            const MutexLock lock(wait->mutex);
            wait->result = std::move(result);
            wait->ended.notifyAll();
        });
    {
        const MutexLock lock(wait->mutex);
        while (!wait->result && wait->ended.waitUntil(wait->mutex, until)) {
        }
        if (wait->result) {
            return *std::move(wait->result);
        }
    }
    run->abandon();
    run->demote();
    return Error{ErrorCode::DeadlineExceeded, "no answer within " + std::to_string(most.count()) + " ms"};
}

} // namespace gnomon::serving
