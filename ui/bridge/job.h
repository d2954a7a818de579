// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QString>

#include "backend/base/result.h"
#include "ui/bridge/relay.h"

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <thread>

namespace gnomon::ui {

// How work reports from its own thread. Any thread; safe after the job is gone.
class JobReporter {
public:
    virtual ~JobReporter() = default;
    virtual void progress(std::uint64_t done, std::uint64_t total) = 0;
    virtual void end(Status status) = 0; // once; later calls are ignored
};

// Long work: progress at most 10 times a second, then exactly one of finished, failed and cancelled. GUI thread.
// Cancel gives control back at once; what the work still reports afterwards is dropped. Destroying the job cancels it.
class Job final : public QObject {
    Q_OBJECT
public:
    enum class State { Running, Finished, Failed, Cancelled };

    explicit Job(QString title, QObject* parent = nullptr);
    ~Job() override;

    // Runs work on a thread of the job's own. Call once, or drive the job through reporter() instead.
    void run(std::function<Status(std::stop_token, JobReporter&)> work);
    std::shared_ptr<JobReporter> reporter() const { return m_reporter; }
    std::stop_token stopToken() const { return m_stop.get_token(); }

    const QString& title() const { return m_title; }
    State state() const { return m_state; }
    quint64 done() const { return m_done; }
    quint64 total() const { return m_total; }
    const std::optional<Error>& error() const { return m_error; }

public Q_SLOTS:
    void cancel();

Q_SIGNALS:
    void progressed(quint64 done, quint64 total);
    void finished();
    void failed(const gnomon::Error& error);
    void cancelled();
    void ended(); // after any of the three

private:
    class Reporter;
    void takeProgress(quint64 done, quint64 total);
    void takeEnd(const Status& status);

    const QString m_title;
    std::shared_ptr<Relay> m_relay;          // shared with the reporter
    std::shared_ptr<JobReporter> m_reporter; // shared with whoever does the work
    std::stop_source m_stop;
    State m_state = State::Running;
    quint64 m_done = 0;
    quint64 m_total = 0;
    std::optional<Error> m_error;
    std::jthread m_thread;
};

} // namespace gnomon::ui
