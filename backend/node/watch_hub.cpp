// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/node/watch_hub.h"
#include "backend/base/thread_name.h"
#include "backend/wire/node.h"

#include <chrono>

namespace gnomon::node {

namespace {

constexpr auto kPeriod = std::chrono::seconds(1);
// Several changes in a row become one message.
constexpr auto kSettle = std::chrono::milliseconds(10);

} // namespace

// One stream. Holds at most the message that is being written and the newest one after it.
class WatchHub::Watcher final : public grpc::ServerWriteReactor<v1::WatchResponse> {
public:
    explicit Watcher(WatchHub& hub) : m_hub(hub) {}

    void offer(const Message& message) {
        const MutexLock lock(m_mutex);
        if (m_ending) {
            return;
        }
        if (m_writing) {
            m_next = message;
            return;
        }
        m_writing = message;
        StartWrite(m_writing.get());
    }

    void end(const grpc::Status& status) {
        const MutexLock lock(m_mutex);
        endLocked(status);
    }

private:
    void OnWriteDone(bool ok) override {
        const MutexLock lock(m_mutex);
        m_writing.reset();
        if (m_ending) {
            Finish(m_status);
        } else if (!ok) {
            endLocked(grpc::Status::CANCELLED);
        } else if (m_next) {
            m_writing = std::move(m_next);
            m_next.reset();
            StartWrite(m_writing.get());
        }
    }
    void OnCancel() override { end(grpc::Status::CANCELLED); }
    void OnDone() override {
        m_hub.remove(this);
        delete this;
    }

    // A stream may not be finished while a write is under way; the write's end then does it.
    void endLocked(const grpc::Status& status) REQUIRES(m_mutex) {
        if (m_ending) {
            return;
        }
        m_ending = true;
        m_status = status;
        if (!m_writing) {
            Finish(m_status);
        }
    }

    WatchHub& m_hub;
    Mutex m_mutex;
    Message m_writing GUARDED_BY(m_mutex);
    Message m_next GUARDED_BY(m_mutex);
    bool m_ending GUARDED_BY(m_mutex) = false;
    grpc::Status m_status GUARDED_BY(m_mutex);
};

WatchHub::WatchHub(std::function<NodeUpdate()> observe)
    : m_observe(std::move(observe)), m_thread([this](const std::stop_token& stop) {
          nameThread("watch");
          run(stop);
      }) {}

WatchHub::~WatchHub() {
    close();
    m_thread.request_stop();
    m_wake.notifyAll();
}

grpc::ServerWriteReactor<v1::WatchResponse>* WatchHub::watch() {
    auto* watcher = new Watcher(*this);
    Message newest;
    bool closed = false;
    {
        const MutexLock lock(m_mutex);
        m_watchers.insert(watcher);
        closed = m_closed;
        newest = m_newest;
        m_changed = true; // the message at hand may be a second old
    }
    if (closed) {
        watcher->end({grpc::StatusCode::UNAVAILABLE, "the node is shutting down"});
    } else if (newest) {
        watcher->offer(newest);
    }
    m_wake.notifyAll();
    return watcher;
}

void WatchHub::changed() {
    {
        const MutexLock lock(m_mutex);
        m_changed = true;
    }
    m_wake.notifyAll();
}

void WatchHub::close() {
    const MutexLock lock(m_mutex);
    m_closed = true;
    for (Watcher* watcher : m_watchers) {
        watcher->end({grpc::StatusCode::UNAVAILABLE, "the node is shutting down"});
    }
}

void WatchHub::remove(Watcher* watcher) {
    const MutexLock lock(m_mutex);
    m_watchers.erase(watcher);
}

void WatchHub::run(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
        const auto message = std::make_shared<const v1::WatchResponse>(wire::toProto(m_observe()));
        const MutexLock lock(m_mutex);
        m_newest = message;
        // The lock keeps each watcher alive: it leaves the set before it is deleted.
        for (Watcher* watcher : m_watchers) {
            watcher->offer(message);
        }
        const auto next = std::chrono::steady_clock::now() + kPeriod;
        while (!m_changed && !stop.stop_requested() && m_wake.waitUntil(m_mutex, next)) {
        }
        if (m_changed && !stop.stop_requested()) {
            m_changed = false;
            const auto settled = std::chrono::steady_clock::now() + kSettle;
            while (!stop.stop_requested() && m_wake.waitUntil(m_mutex, settled)) {
            }
            m_changed = false;
        }
    }
}

} // namespace gnomon::node
