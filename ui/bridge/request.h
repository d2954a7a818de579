// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/result.h"

#include <functional>
#include <memory>
#include <stop_token>
#include <utility>

namespace gnomon::ui {

// What a verb's answer is given to, on the GUI thread, at most once.
template <class T>
using Reply = std::function<void(const Result<T>&)>;

// Interest in one answer. Holding it keeps the interest; destroying it, or assigning another call to it, cancels the
// call, and a late answer dies silently. So a view keeps one Request member per kind of question and never sees a stale
// or unwanted reply. GUI thread only.
class [[nodiscard]] Request {
public:
    struct State {
        virtual ~State() = default;
        virtual void forget() = 0; // destroys the handler, on the GUI thread
        std::stop_source stop;
        bool pending = true;
    };

    Request() = default;
    explicit Request(std::shared_ptr<State> state) : m_state(std::move(state)) {}
    ~Request() { cancel(); }
    Request(Request&& other) noexcept : m_state(std::move(other.m_state)) {}
    Request& operator=(Request&& other) noexcept {
        if (this != &other) {
            cancel();
            m_state = std::move(other.m_state);
        }
        return *this;
    }

    bool pending() const { return m_state && m_state->pending; }
    void cancel() {
        if (const auto state = std::move(m_state)) {
            state->pending = false;
            state->stop.request_stop();
            state->forget();
        }
    }

private:
    std::shared_ptr<State> m_state; // shared with the gateway's callback
};

} // namespace gnomon::ui
