// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/audit/export.h"
#include "backend/proof/export_file.h"

#include <algorithm>

namespace gnomon::audit {

namespace {

constexpr std::size_t kChunk = 256 * 1024;
constexpr std::uint64_t kRecordsPerRead = 256;

// Cuts what it is given into chunks.
class Chunks {
public:
    Chunks(const ExportConsumer& consumer, std::uint64_t total) : m_consumer(consumer), m_total(total) {}

    void add(const Bytes& item) { m_buffer.insert(m_buffer.end(), item.begin(), item.end()); }
    // Hands over full chunks, or everything at the end. False when the consumer has had enough.
    bool flush(std::uint64_t done, bool all) {
        std::size_t sent = 0;
        while (m_buffer.size() - sent >= (all ? 1 : kChunk)) {
            const std::size_t size = std::min(kChunk, m_buffer.size() - sent);
            if (!m_consumer(ByteView(m_buffer).subspan(sent, size), done, m_total)) {
                return false;
            }
            sent += size;
        }
        m_buffer.erase(m_buffer.begin(), m_buffer.begin() + static_cast<std::ptrdiff_t>(sent));
        return true;
    }

private:
    const ExportConsumer& m_consumer;
    const std::uint64_t m_total;
    Bytes m_buffer;
};

} // namespace

Status exportLog(EvidenceReader& reader, const Checkpoint& last, std::string_view verifierKey,
                 const ExportConsumer& consumer) {
    const Error stopped{ErrorCode::Cancelled, "the export was stopped"};
    Chunks chunks(consumer, last.size);
    chunks.add(proof::exportHeader(last.origin, verifierKey));
    for (std::uint64_t begin = 0; begin < last.size;) {
        const SeqRange range{begin, std::min(begin + kRecordsPerRead, last.size)};
        GNOMON_ASSIGN(const std::vector<StoredCheckpoint> checkpoints,
                      reader.checkpoints({range.begin + 1, range.end + 1}));
        auto checkpoint = checkpoints.begin();
        for (std::uint64_t seq = range.begin; seq < range.end; ++seq) {
            GNOMON_ASSIGN(const StoredRecord record, reader.record(Seq(seq)));
            chunks.add(proof::exportRecord(record));
            if (checkpoint != checkpoints.end() && checkpoint->size == seq + 1) {
                if (checkpoint->size < last.size) { // the last one is written below
                    chunks.add(proof::exportCheckpoint({{}, checkpoint->size, {}, checkpoint->note}));
                }
                ++checkpoint;
            }
            if (!chunks.flush(seq + 1, false)) {
                return stopped;
            }
        }
        begin = range.end;
    }
    chunks.add(proof::exportCheckpoint(last));
    chunks.add(proof::exportEnd(last.size));
    return chunks.flush(last.size, true) ? Status{} : stopped;
}

} // namespace gnomon::audit
