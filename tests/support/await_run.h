// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/port/model_runner.h"
#include "tests/support/fake_runner.h" // floats()

#include <future>

namespace gnomon::test {

// One started run whose answer can be waited for.
struct AwaitedRun {
    std::shared_ptr<port::Run> run;
    std::shared_future<Result<port::RunResult>> answer;

    // The answer, or Internal when none came within a minute.
    Result<port::RunResult> wait() const {
        if (answer.wait_for(std::chrono::minutes(1)) != std::future_status::ready) {
            return Error{ErrorCode::Internal, "no answer within a minute"};
        }
        return answer.get();
    }
    bool isAnswered() const { return answer.wait_for(std::chrono::seconds(0)) == std::future_status::ready; }
};

inline AwaitedRun start(port::ModelRunner& runner, port::RunRequest request) {
    auto promise = std::make_shared<std::promise<Result<port::RunResult>>>();
    std::shared_future<Result<port::RunResult>> answer = promise->get_future().share();
    auto run = runner.run(std::move(request),
                          [promise](Result<port::RunResult> result) { promise->set_value(std::move(result)); });
    return {std::move(run), std::move(answer)};
}

inline AwaitedRun start(port::ModelRunner& runner, std::vector<Tensor> inputs,
                        std::chrono::milliseconds within = std::chrono::minutes(1)) {
    return start(runner,
                 port::RunRequest{makeTensorSet(std::move(inputs)), {}, std::chrono::steady_clock::now() + within});
}

} // namespace gnomon::test
