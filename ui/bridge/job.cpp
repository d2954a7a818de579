// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/bridge/job.h"

#include <QThread>

#include <atomic>
#include <chrono>

namespace gnomon::ui {

namespace {

constexpr std::chrono::milliseconds kProgressInterval{100};

} // namespace

// Thins out progress on the worker's side, so that the GUI's queue never fills.
class Job::Reporter final : public JobReporter {
public:
    Reporter(Job* job, std::shared_ptr<Relay> relay) : m_job(job), m_relay(std::move(relay)) {}

    void progress(std::uint64_t done, std::uint64_t total) override {
        const auto now = std::chrono::steady_clock::now().time_since_epoch().count();
        auto last = m_last.load(std::memory_order_relaxed);
        const auto interval =
            std::chrono::duration_cast<std::chrono::steady_clock::duration>(kProgressInterval).count();
        if (now - last >= interval && m_last.compare_exchange_strong(last, now)) {
            m_relay->post([job = m_job, done, total] { job->takeProgress(done, total); });
        }
    }

    void end(Status status) override {
        if (!m_ended.exchange(true)) {
            m_relay->post([job = m_job, status = std::move(status)] { job->takeEnd(status); });
        }
    }

private:
    Job* const m_job; // only touched on its own thread, through the relay
    const std::shared_ptr<Relay> m_relay;
    std::atomic<std::chrono::steady_clock::rep> m_last{0};
    std::atomic<bool> m_ended{false};
};

Job::Job(QString title, QObject* parent)
    : QObject(parent), m_title(std::move(title)), m_relay(std::make_shared<Relay>(this)),
      m_reporter(std::make_shared<Reporter>(this, m_relay)) {}

Job::~Job() {
    m_relay->close();
    m_stop.request_stop();
}

void Job::run(std::function<Status(std::stop_token, JobReporter&)> work) {
    m_thread = std::jthread([work = std::move(work), stop = m_stop.get_token(), reporter = m_reporter] {
        reporter->end(work(stop, *reporter));
    });
}

void Job::cancel() {
    if (m_state != State::Running) {
        return;
    }
    m_state = State::Cancelled;
    m_stop.request_stop();
    Q_EMIT cancelled();
    Q_EMIT ended();
}

void Job::takeProgress(quint64 done, quint64 total) {
    Q_ASSERT(thread() == QThread::currentThread());
    if (m_state == State::Running) {
        m_done = done;
        m_total = total;
        Q_EMIT progressed(done, total);
    }
}

void Job::takeEnd(const Status& status) {
    Q_ASSERT(thread() == QThread::currentThread());
    if (m_state != State::Running) {
        return;
    }
    if (status.ok()) {
        m_state = State::Finished;
        Q_EMIT finished();
    } else {
        m_state = State::Failed;
        m_error = status.error();
        Q_EMIT failed(status.error());
    }
    Q_EMIT ended();
}

} // namespace gnomon::ui
