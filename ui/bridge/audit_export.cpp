// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/bridge/audit_export.h"

#include <QSaveFile>

#include <utility>

namespace gnomon::ui {

namespace {

// Used by one gateway thread at a time: chunks come in order, then the end.
struct Writer {
    explicit Writer(const QString& path) : file(path) {}

    Status fileError() const {
        return Error{ErrorCode::Unavailable,
                     "cannot write " + file.fileName().toStdString() + ": " + file.errorString().toStdString(),
                     "choose a folder that you may write to and that has room"};
    }

    QSaveFile file;
    Status status;
};

} // namespace

port::ExportEvents auditExportTo(const QString& path, std::shared_ptr<JobReporter> reporter) {
    const auto writer = std::make_shared<Writer>(path);
    if (!writer->file.open(QIODevice::WriteOnly)) {
        writer->status = writer->fileError();
    }
    port::ExportEvents events;
    events.chunk = [writer, reporter](ByteView chunk, std::uint64_t done, std::uint64_t total) {
        const auto size = static_cast<qint64>(chunk.size());
        if (writer->status.ok() && writer->file.write(reinterpret_cast<const char*>(chunk.data()), size) != size) {
            writer->status = writer->fileError();
        }
        reporter->progress(done, total);
    };
    events.finished = [writer, reporter](Status status) {
        if (status.ok()) {
            status = writer->status;
        }
        if (status.ok() && !writer->file.commit()) {
            status = writer->fileError();
        }
        reporter->end(std::move(status));
    };
    return events;
}

} // namespace gnomon::ui
