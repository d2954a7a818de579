// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/audit_exporter.h"

#include <QFile>

#include <utility>

namespace gnomon::ui {

namespace {

constexpr qint64 kChunk = 256 * 1024;

// On the job's thread.
Status verifyFile(const QString& path, const proof::ExportOptions& options, std::stop_token stop, JobReporter& reporter,
                  proof::ExportReport& report) {
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly)) {
        return Error{ErrorCode::Unavailable,
                     "cannot read " + path.toStdString() + ": " + file.errorString().toStdString()};
    }
    proof::ExportVerifier verifier(options);
    Bytes chunk(static_cast<std::size_t>(kChunk));
    const auto total = static_cast<std::uint64_t>(file.size());
    std::uint64_t done = 0;
    for (;;) {
        if (stop.stop_requested()) {
            return Error{ErrorCode::Cancelled, "verification was cancelled"};
        }
        const qint64 got = file.read(reinterpret_cast<char*>(chunk.data()), kChunk);
        if (got < 0) {
            return Error{ErrorCode::Unavailable,
                         "cannot read " + path.toStdString() + ": " + file.errorString().toStdString()};
        }
        if (got == 0 || !verifier.feed(ByteView(chunk.data(), static_cast<std::size_t>(got)))) {
            break;
        }
        done += static_cast<std::uint64_t>(got);
        reporter.progress(done, total);
    }
    report = verifier.finish();
    return {};
}

} // namespace

void AuditExporter::start(NodeSession& session, const QString& path, proof::ExportOptions options) {
    if (running()) {
        return;
    }
    m_path = path;
    m_options = std::move(options);
    m_report.reset();
    m_error.reset();
    follow(session.exportAudit(path), Stage::Writing, &AuditExporter::verify);
}

void AuditExporter::follow(std::unique_ptr<Job> job, Stage stage, void (AuditExporter::*next)()) {
    // The job that ends is the one whose signal is running; it must outlive that.
    if (m_job) {
        m_job.release()->deleteLater();
    }
    m_job = std::move(job);
    connect(m_job.get(), &Job::progressed, this, &AuditExporter::changed);
    connect(m_job.get(), &Job::finished, this, next);
    connect(m_job.get(), &Job::cancelled, this, [this] { enter(Stage::Cancelled); });
    connect(m_job.get(), &Job::failed, this, [this](const Error& error) {
        m_error = error;
        enter(Stage::Failed);
    });
    enter(stage);
}

void AuditExporter::verify() {
    m_found = std::make_shared<proof::ExportReport>();
    auto job = std::make_unique<Job>(tr("Verification of %1").arg(m_path));
    Job& started = *job;
    follow(std::move(job), Stage::Verifying, &AuditExporter::conclude);
    started.run([path = m_path, options = m_options, found = m_found](std::stop_token stop, JobReporter& reporter) {
        return verifyFile(path, options, stop, reporter, *found);
    });
}

void AuditExporter::conclude() {
    m_report = std::move(*m_found);
    m_found.reset();
    enter(Stage::Done);
}

void AuditExporter::cancel() {
    if (m_job && running()) {
        m_job->cancel();
    }
}

void AuditExporter::forget() {
    if (!running()) {
        m_report.reset();
        m_error.reset();
        enter(Stage::Idle);
    }
}

void AuditExporter::enter(Stage stage) {
    m_stage = stage;
    Q_EMIT changed();
}

} // namespace gnomon::ui
