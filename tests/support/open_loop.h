// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/client/connect_options.h"
#include "tests/support/secure_channel.h"

#include <grpcpp/completion_queue.h>
#include <grpcpp/generic/generic_stub.h>
#include <inference/grpc_service.pb.h>

#include <chrono>
#include <cmath>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace gnomon::test {

struct OpenLoopLoad {
    double perSecond = 100;
    std::chrono::milliseconds warmUp{1000}; // calls of this time are sent and not counted
    std::chrono::milliseconds time{5000};   // after it
    std::chrono::milliseconds deadline{1000};
    bool even = false; // else at random: what many callers together look like
    unsigned seed = 1;
};

// Calls by how they ended, each in seconds from when it was due to be sent: a generator that falls behind adds to it,
// so that nothing is left out by waiting for somebody.
struct OpenLoopResult {
    std::vector<double> answered;
    std::vector<double> shed; // RESOURCE_EXHAUSTED
    std::uint64_t failed = 0; // anything else
    std::string failure;      // what the last of them was told
    double seconds = 0;       // what was counted
    double worstLag = 0;      // seconds that the generator itself was late

    std::uint64_t calls() const { return answered.size() + shed.size() + failed; }
};

// Sends calls when they are due, whatever became of those before. One thread, the caller's own; requests are written
// once. Answers are not read.
class OpenLoop {
public:
    OpenLoop(const client::ConnectOptions& connect, unsigned channels, const inference::ModelInferRequest& request) {
        for (unsigned i = 0; i < channels; ++i) {
            m_stubs.push_back(std::make_unique<grpc::GenericStub>(secureChannel(connect, true)));
        }
        const grpc::Slice bytes(request.SerializeAsString());
        m_request = grpc::ByteBuffer(&bytes, 1);
    }

    OpenLoopResult run(const OpenLoopLoad& load) {
        OpenLoopResult result;
        result.seconds = std::chrono::duration<double>(load.time).count();
        std::mt19937_64 random(load.seed);
        std::exponential_distribution<double> gap(load.perSecond);
        const auto next = [&] {
            return std::chrono::nanoseconds(std::llround(1e9 * (load.even ? 1 / load.perSecond : gap(random))));
        };
        const auto start = Clock::now();
        const auto counted = start + load.warmUp;
        const auto end = counted + load.time;
        auto due = start + next();
        std::uint64_t underWay = 0;
        while (due < end || underWay > 0) {
            for (auto now = Clock::now(); due <= now && due < end; due += next()) {
                send(due, load.deadline, underWay);
                ++underWay;
                result.worstLag = std::max(result.worstLag, seconds(now - due));
            }
            void* tag = nullptr;
            bool ok = false;
            const auto wait = due < end ? due : Clock::now() + std::chrono::seconds(1);
            const auto wall = std::chrono::system_clock::now() + (wait - Clock::now());
            if (m_queue.AsyncNext(&tag, &ok, wall) == grpc::CompletionQueue::GOT_EVENT) {
                --underWay;
                finish(std::unique_ptr<Call>(static_cast<Call*>(tag)), counted, result);
            }
        }
        return result;
    }

private:
    using Clock = std::chrono::steady_clock;
    struct Call {
        grpc::ClientContext context;
        grpc::ByteBuffer response;
        grpc::Status status;
        Clock::time_point due;
        std::unique_ptr<grpc::GenericClientAsyncResponseReader> reader;
    };

    static double seconds(Clock::duration time) { return std::chrono::duration<double>(time).count(); }

    void send(Clock::time_point due, std::chrono::milliseconds deadline, std::uint64_t number) {
        auto* call = new Call;
        call->due = due;
        call->context.set_deadline(std::chrono::system_clock::now() + deadline);
        call->reader = m_stubs[number % m_stubs.size()]->PrepareUnaryCall(
            &call->context, "/inference.GRPCInferenceService/ModelInfer", m_request, &m_queue);
        call->reader->StartCall();
        call->reader->Finish(&call->response, &call->status, call);
    }

    static void finish(std::unique_ptr<Call> call, Clock::time_point counted, OpenLoopResult& result) {
        if (call->due < counted) {
            return;
        }
        const double took = seconds(Clock::now() - call->due);
        if (call->status.ok()) {
            result.answered.push_back(took);
        } else if (call->status.error_code() == grpc::StatusCode::RESOURCE_EXHAUSTED) {
            result.shed.push_back(took);
        } else {
            ++result.failed;
            result.failure = call->status.error_message();
        }
    }

    grpc::CompletionQueue m_queue;
    std::vector<std::unique_ptr<grpc::GenericStub>> m_stubs;
    grpc::ByteBuffer m_request;
};

// x of so many rows of two.
inline inference::ModelInferRequest rowsRequest(const std::string& model, int rows) {
    inference::ModelInferRequest request;
    request.set_model_name(model);
    auto& input = *request.add_inputs();
    input.set_name("x");
    input.set_datatype("FP32");
    input.add_shape(rows);
    input.add_shape(2);
    const std::vector<float> values(static_cast<std::size_t>(rows) * 2, 0.5F);
    request.add_raw_input_contents(std::string(reinterpret_cast<const char*>(values.data()), values.size() * 4));
    return request;
}

} // namespace gnomon::test
