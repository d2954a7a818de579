// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/port/node_gateway.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>

namespace gnomon::test {

constexpr std::chrono::seconds kPatience{20};

// Collects what a link says, and waits for a certain state of it.
class LinkLog {
public:
    port::WatchEvents events() {
        return {[this](const port::LinkStatus& status) {
                    const std::lock_guard lock(m_mutex);
                    m_statuses.push_back(status);
                    m_changed.notify_all();
                },
                [this](const NodeUpdate& update) {
                    const std::lock_guard lock(m_mutex);
                    ++m_updates;
                    m_last = update;
                    m_changed.notify_all();
                }};
    }

    // The first status from number `from` on that is in the state; from becomes the number after it.
    port::LinkStatus await(port::LinkState state, std::size_t& from) {
        std::unique_lock lock(m_mutex);
        std::size_t found = 0;
        const bool came = m_changed.wait_for(lock, kPatience, [&] {
            for (found = from; found < m_statuses.size(); ++found) {
                if (m_statuses[found].state == state) {
                    return true;
                }
            }
            return false;
        });
        if (!came) {
            throw std::runtime_error("the link never came to the state");
        }
        from = found + 1;
        return m_statuses[found];
    }
    // The first status that is in one of the states.
    port::LinkStatus awaitAnyOf(const std::vector<port::LinkState>& states) {
        std::unique_lock lock(m_mutex);
        const port::LinkStatus* found = nullptr;
        m_changed.wait_for(lock, kPatience, [&] {
            for (const port::LinkStatus& status : m_statuses) {
                if (std::find(states.begin(), states.end(), status.state) != states.end()) {
                    found = &status;
                    return true;
                }
            }
            return false;
        });
        if (!found) {
            throw std::runtime_error("the link never came to rest");
        }
        return *found;
    }
    NodeUpdate awaitUpdate() {
        std::unique_lock lock(m_mutex);
        const std::size_t before = m_updates;
        if (!m_changed.wait_for(lock, kPatience, [&] { return m_updates > before; })) {
            throw std::runtime_error("no update came");
        }
        return *m_last;
    }
    // The first update from now on whose alarms, a line each, fulfil the condition: those lines, or the last ones when
    // none does within a generous time.
    template <class Condition>
    std::string awaitAlarms(Condition fulfilled) {
        std::string all;
        const auto until = std::chrono::steady_clock::now() + 3 * kPatience;
        do {
            all.clear();
            for (const std::string& alarm : awaitUpdate().alarms) {
                all += alarm + "\n";
            }
        } while (!fulfilled(all) && std::chrono::steady_clock::now() < until);
        return all;
    }

private:
    std::mutex m_mutex;
    std::condition_variable m_changed;
    std::vector<port::LinkStatus> m_statuses;
    std::size_t m_updates = 0;
    std::optional<NodeUpdate> m_last;
};

} // namespace gnomon::test
