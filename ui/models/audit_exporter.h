// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QString>

#include "backend/proof/export_verifier.h"
#include "ui/bridge/job.h"
#include "ui/bridge/node_session.h"

#include <memory>
#include <optional>

namespace gnomon::ui {

// Writes a node's whole log to a file and then proves that file here, as anybody can with `gnomonctl audit verify`.
// GUI thread only; one export at a time.
class AuditExporter final : public QObject {
    Q_OBJECT
public:
    enum class Stage { Idle, Writing, Verifying, Done, Failed, Cancelled };

    using QObject::QObject;

    // options: the pinned key and the checkpoint that was seen before.
    void start(NodeSession& session, const QString& path, proof::ExportOptions options);
    void cancel();
    // Forgets how the last one ended, unless one is running.
    void forget();

    Stage stage() const { return m_stage; }
    bool running() const { return m_stage == Stage::Writing || m_stage == Stage::Verifying; }
    const QString& path() const { return m_path; }
    quint64 done() const { return m_job ? m_job->done() : 0; }
    quint64 total() const { return m_job ? m_job->total() : 0; }
    // What verifying found; after Done. It may well be a fault.
    const std::optional<proof::ExportReport>& report() const { return m_report; }
    const std::optional<Error>& error() const { return m_error; }

Q_SIGNALS:
    void changed(); // stage or progress

private:
    void follow(std::unique_ptr<Job> job, Stage stage, void (AuditExporter::*next)());
    void verify();
    void conclude();
    void enter(Stage stage);

    QString m_path;
    proof::ExportOptions m_options;
    Stage m_stage = Stage::Idle;
    std::unique_ptr<Job> m_job;
    std::shared_ptr<proof::ExportReport> m_found; // shared with the verifying thread until it ends
    std::optional<proof::ExportReport> m_report;
    std::optional<Error> m_error;
};

} // namespace gnomon::ui
