// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/client/inference_client.h"

#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace gnomon::test {

// Callers that each send one request after the other, as fast as they are answered, until they are stopped or have
// sent their share.
class Callers {
public:
    // make: the request with that running number. check: called with each reply and with when its request was sent;
    // from the callers' threads.
    using Make = std::function<client::InferCall(std::uint64_t)>;
    using Check = std::function<void(const client::InferReply&, std::chrono::steady_clock::time_point sent)>;

    Callers(client::InferenceClient& client, unsigned callers, std::uint64_t callsEach, Make make, Check check = {}) {
        for (unsigned i = 0; i < callers; ++i) {
            m_threads.emplace_back([this, &client, i, callsEach, make, check](const std::stop_token& stop) {
                for (std::uint64_t n = 0; n < callsEach && !stop.stop_requested(); ++n) {
                    const auto sent = std::chrono::steady_clock::now();
                    const auto reply = client.infer(make(i * callsEach + n));
                    ++m_calls;
                    if (!reply) {
                        fail(std::string(codeName(reply.error().code)) + ": " + reply.error().message);
                    } else if (check) {
                        check(*reply, sent);
                    }
                }
            });
        }
    }

    // Waits until everybody has sent their share.
    void join() {
        for (std::jthread& thread : m_threads) {
            if (thread.joinable()) {
                thread.join();
            }
        }
    }
    void stop() {
        for (std::jthread& thread : m_threads) {
            thread.request_stop();
        }
        join();
    }
    std::uint64_t calls() const { return m_calls; }
    std::uint64_t failed() const { return m_failed; }
    // What failed and how often; empty when nothing did.
    std::string failures() {
        const std::lock_guard lock(m_mutex);
        std::string text;
        for (const auto& [what, count] : m_failures) {
            text += std::to_string(count) + "x " + what + "\n";
        }
        return text;
    }

private:
    void fail(const std::string& what) {
        ++m_failed;
        const std::lock_guard lock(m_mutex);
        ++m_failures[what];
    }

    std::atomic<std::uint64_t> m_calls{0};
    std::atomic<std::uint64_t> m_failed{0};
    std::mutex m_mutex;
    std::map<std::string, std::uint64_t> m_failures;
    std::vector<std::jthread> m_threads;
};

} // namespace gnomon::test
