// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/mutex.h" // before gRPC, which brings macros of the same names
#include "backend/stats/log_sketch.h"

#include <grpcpp/grpcpp.h>
#include <inference/grpc_service.grpc.pb.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace gnomon::test {

// What came back within one period of load.
struct LoadResult {
    std::map<int, std::uint64_t> byStatus;   // gRPC status code -> calls
    std::map<int, stats::LogSketch> latency; // seconds, by status; open loop: from when the call was due
    std::string firstError;
    std::chrono::duration<double> took{}; // until the last reply
    std::uint64_t calls() const {
        std::uint64_t all = 0;
        for (const auto& [status, count] : byStatus) {
            all += count;
        }
        return all;
    }
    std::uint64_t ok() const { return byStatus.contains(0) ? byStatus.at(0) : 0; }
};

// Sends ModelInfer from one thread over the channels in turn, many calls at a time: cheap, so that the server is what
// is measured. Not thread-safe.
class LoadGenerator {
public:
    explicit LoadGenerator(const std::vector<std::shared_ptr<grpc::Channel>>& channels) {
        for (const auto& channel : channels) {
            m_stubs.push_back(inference::GRPCInferenceService::NewStub(channel));
        }
    }

    // Keeps that many calls under way for the time.
    LoadResult closed(const inference::ModelInferRequest& request, unsigned underWay, std::chrono::milliseconds time,
                      std::chrono::milliseconds deadline = std::chrono::seconds(10)) {
        begin(request, deadline);
        const auto until = m_start + time;
        for (unsigned i = 0; i < underWay; ++i) {
            send(std::chrono::steady_clock::now());
        }
        while (m_open > 0) {
            const bool more = take(std::chrono::steady_clock::time_point::max());
            const auto now = std::chrono::steady_clock::now();
            if (more && now < until) {
                send(now);
            }
        }
        return finish();
    }

    // Sends at a fixed rate, whether replies come or not, and measures each call from when it was due: a server that
    // stalls is charged for all that it kept waiting.
    LoadResult open(const inference::ModelInferRequest& request, double perSecond, std::chrono::milliseconds time,
                    std::chrono::milliseconds deadline = std::chrono::seconds(10)) {
        begin(request, deadline);
        const auto all = static_cast<std::uint64_t>(perSecond * std::chrono::duration<double>(time).count());
        for (std::uint64_t i = 0; i < all; ++i) {
            const auto due =
                m_start + std::chrono::nanoseconds(static_cast<std::int64_t>(1e9 * static_cast<double>(i) / perSecond));
            while (std::chrono::steady_clock::now() < due) {
                take(due);
            }
            send(due);
            while (take(m_start)) { // what is there already
            }
        }
        while (m_open > 0) {
            take(std::chrono::steady_clock::time_point::max());
        }
        return finish();
    }

private:
    struct Sent {
        grpc::ClientContext context;
        inference::ModelInferResponse response;
        grpc::Status status;
        std::unique_ptr<grpc::ClientAsyncResponseReader<inference::ModelInferResponse>> reader;
        std::chrono::steady_clock::time_point due;
    };

    void begin(const inference::ModelInferRequest& request, std::chrono::milliseconds deadline) {
        m_request = &request;
        m_deadline = deadline;
        m_result = {};
        m_start = std::chrono::steady_clock::now();
    }
    LoadResult finish() {
        m_result.took = std::chrono::steady_clock::now() - m_start;
        return std::move(m_result);
    }
    void send(std::chrono::steady_clock::time_point due) {
        auto* sent = new Sent;
        sent->due = due;
        sent->context.set_deadline(std::chrono::system_clock::now() + m_deadline);
        sent->reader = m_stubs[m_next++ % m_stubs.size()]->AsyncModelInfer(&sent->context, *m_request, &m_queue);
        sent->reader->Finish(&sent->response, &sent->status, sent);
        ++m_open;
    }
    // One reply, when it comes by then.
    bool take(std::chrono::steady_clock::time_point until) {
        void* tag = nullptr;
        bool fine = false;
        const auto wait =
            until == std::chrono::steady_clock::time_point::max()
                ? std::chrono::system_clock::time_point::max()
                : std::chrono::system_clock::now() + std::chrono::duration_cast<std::chrono::system_clock::duration>(
                                                         until - std::chrono::steady_clock::now());
        if (m_queue.AsyncNext(&tag, &fine, wait) != grpc::CompletionQueue::GOT_EVENT) {
            return false;
        }
        const std::unique_ptr<Sent> sent(static_cast<Sent*>(tag));
        --m_open;
        const auto status = static_cast<int>(sent->status.error_code());
        ++m_result.byStatus[status];
        if (status != 0 && m_result.firstError.empty()) {
            m_result.firstError = sent->status.error_message();
        }
        const std::chrono::duration<double> latency = std::chrono::steady_clock::now() - sent->due;
        m_result.latency[status].add(latency.count());
        return true;
    }

    std::vector<std::unique_ptr<inference::GRPCInferenceService::Stub>> m_stubs;
    grpc::CompletionQueue m_queue;
    std::size_t m_next = 0;
    std::uint64_t m_open = 0;
    const inference::ModelInferRequest* m_request = nullptr;
    std::chrono::milliseconds m_deadline{};
    std::chrono::steady_clock::time_point m_start;
    LoadResult m_result;
};

// Of a process and all its threads, in seconds; 0 when it is gone.
inline double cpuSecondsOf(pid_t process) {
    clockid_t clock{};
    timespec used{};
    if (::clock_getcpuclockid(process, &clock) != 0 || ::clock_gettime(clock, &used) != 0) {
        return 0;
    }
    return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) / 1e9;
}

} // namespace gnomon::test
