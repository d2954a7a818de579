// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/audit/reserve_file.h"
#include "backend/base/byte_codec.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>

namespace gnomon::audit {

namespace {

// FORMAT.md section 8. The two headers lie in pages of their own, so that a torn write of one leaves the other.
constexpr std::string_view kMagic = "GNOMRSV1";
constexpr std::uint64_t kPage = 4096;
constexpr std::uint64_t kFirstEntry = 2 * kPage;
constexpr std::size_t kSum = 32;
constexpr std::size_t kHeader = kMagic.size() + 32 + 8 + kSum;
constexpr std::size_t kLength = 8;

void addSum(Bytes& bytes, const Digest& sum) {
    bytes.insert(bytes.end(), sum.bytes.begin(), sum.bytes.end());
}

Bytes encodeHeader(const Digest& log, std::uint64_t filling) {
    ByteWriter writer;
    for (const char c : kMagic) {
        writer.byte(static_cast<std::uint8_t>(c));
    }
    for (const std::uint8_t byte : log.bytes) {
        writer.byte(byte);
    }
    writer.fixed(filling);
    Bytes header = std::move(writer).take();
    addSum(header, sha256(header));
    return header;
}

// Covers where the entry belongs, so that nothing left over from an earlier filling passes for one of this.
Digest sumOf(const Digest& log, std::uint64_t filling, std::uint64_t index, ByteView body) {
    ByteWriter writer;
    writer.bytes(log.bytes);
    writer.fixed(filling);
    writer.fixed(index);
    writer.bytes(body);
    return sha256(writer.view());
}

bool writeAt(int descriptor, ByteView bytes, std::uint64_t offset) {
    while (!bytes.empty()) {
        const ssize_t written = ::pwrite(descriptor, bytes.data(), bytes.size(), static_cast<off_t>(offset));
        if (written < 0 && errno != EINTR) {
            return false;
        }
        const std::size_t done = written > 0 ? static_cast<std::size_t>(written) : 0;
        bytes = bytes.subspan(done);
        offset += done;
    }
    return true;
}

// As many bytes as there are, at most `size`; absent after an error.
std::optional<Bytes> readAt(int descriptor, std::uint64_t offset, std::size_t size) {
    Bytes bytes(size);
    std::size_t got = 0;
    while (got < size) {
        const ssize_t now = ::pread(descriptor, bytes.data() + got, size - got, static_cast<off_t>(offset + got));
        if (now < 0 && errno != EINTR) {
            return std::nullopt;
        }
        if (now == 0) {
            break;
        }
        got += now > 0 ? static_cast<std::size_t>(now) : 0;
    }
    bytes.resize(got);
    return bytes;
}

Error fileError(const char* verb, const std::filesystem::path& file, int cause) {
    const bool full = cause == ENOSPC || cause == EDQUOT || cause == EFBIG;
    return {full ? ErrorCode::ResourceExhausted : ErrorCode::Unavailable,
            std::string("cannot ") + verb + " the audit trail's reserve " + file.string() + ": " + std::strerror(cause),
            full ? "free space on the disk that holds the audit log" : ""};
}

bool syncFolder(const std::filesystem::path& file) {
    const std::filesystem::path folder = file.has_parent_path() ? file.parent_path() : ".";
    const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const bool synced = descriptor >= 0 && ::fsync(descriptor) == 0;
    if (descriptor >= 0) {
        ::close(descriptor);
    }
    return synced;
}

// Under another name first: a reserve is there with all its space or not at all.
Status make(const std::filesystem::path& file, const Digest& log, std::uint64_t bytes) {
    std::filesystem::path fresh = file;
    fresh += ".new";
    const int descriptor = ::open(fresh.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (descriptor < 0) {
        return fileError("make", file, errno);
    }
    int cause = ::posix_fallocate(descriptor, 0, static_cast<off_t>(bytes));
    if (cause == 0 && (!writeAt(descriptor, encodeHeader(log, 0), 0) || ::fsync(descriptor) != 0)) {
        cause = errno;
    }
    ::close(descriptor);
    if (cause == 0 && (::rename(fresh.c_str(), file.c_str()) != 0 || !syncFolder(file))) {
        cause = errno;
    }
    if (cause != 0) {
        ::unlink(fresh.c_str());
        return fileError("make", file, cause);
    }
    return {};
}

} // namespace

Result<std::unique_ptr<ReserveFile>> ReserveFile::open(const std::filesystem::path& file, const Digest& log,
                                                       std::uint64_t bytes) {
    if (!std::filesystem::exists(file)) {
        GNOMON_TRY(make(file, log, bytes));
    }
    const int descriptor = ::open(file.c_str(), O_RDWR | O_NOFOLLOW | O_CLOEXEC);
    if (descriptor < 0) {
        return fileError("open", file, errno);
    }
    std::unique_ptr<ReserveFile> reserve(new ReserveFile(descriptor, file, log, bytes));
    // Somebody may have cut it; takes nothing where the space is there.
    if (const int cause = ::posix_fallocate(descriptor, 0, static_cast<off_t>(bytes)); cause != 0) {
        return fileError("open", file, cause);
    }
    GNOMON_TRY(reserve->readHeader());
    GNOMON_TRY(reserve->readEntries());
    return reserve;
}

ReserveFile::~ReserveFile() {
    ::close(m_descriptor);
}

Error ReserveFile::failed(const char* verb) const {
    return fileError(verb, m_file, errno);
}

// The newer of the two headers that are whole.
Status ReserveFile::readHeader() {
    bool found = false;
    for (const std::uint64_t offset : {std::uint64_t{0}, kPage}) {
        const std::optional<Bytes> bytes = readAt(m_descriptor, offset, kHeader);
        if (!bytes || bytes->size() < kHeader) {
            return failed("read");
        }
        const std::uint64_t filling = ByteReader(ByteView(*bytes).subspan(kMagic.size() + kSum)).fixed();
        if (*bytes == encodeHeader(m_log, filling) && (!found || filling > m_filling)) {
            found = true;
            m_filling = filling;
        }
    }
    if (!found) {
        return Error{ErrorCode::FailedPrecondition, m_file.string() + " is no reserve of this audit log",
                     "move it away and keep it: it may hold records; the node makes a new one"};
    }
    return {};
}

Status ReserveFile::readEntries() {
    m_end = kFirstEntry;
    for (;;) {
        const std::optional<Bytes> prefix = readAt(m_descriptor, m_end, kLength);
        if (!prefix) {
            return failed("read");
        }
        const std::uint64_t length = ByteReader(*prefix).fixed();
        if (m_end + kLength + kSum > m_bytes || length == 0 || length > m_bytes - m_end - kLength - kSum) {
            return {};
        }
        const std::optional<Bytes> rest = readAt(m_descriptor, m_end + kLength, length + kSum);
        if (!rest) {
            return failed("read");
        }
        const ByteView body = ByteView(*rest).subspan(0, std::min<std::size_t>(length, rest->size()));
        Bytes whole(body.begin(), body.end());
        addSum(whole, sumOf(m_log, m_filling, m_entries.size(), body));
        ByteReader reader(body);
        ReserveEntry entry;
        entry.logSize = reader.number();
        const ByteView record = reader.bytes();
        const ByteView payload = reader.bytes();
        entry.record.assign(record.begin(), record.end());
        entry.payload.assign(payload.begin(), payload.end());
        entry.cause = reader.text();
        if (whole != *rest || !reader.finished()) {
            return {}; // torn: it was never acknowledged
        }
        m_entries.push_back(std::move(entry));
        m_end += kLength + length + kSum;
    }
}

Status ReserveFile::append(std::span<const ReserveEntry> entries) {
    GNOMON_TRY(m_failure);
    Bytes bytes;
    for (std::size_t i = 0; i < entries.size(); ++i) {
        ByteWriter body;
        body.number(entries[i].logSize);
        body.bytes(entries[i].record);
        body.bytes(entries[i].payload);
        body.text(entries[i].cause);
        ByteWriter length;
        length.fixed(body.view().size());
        bytes.insert(bytes.end(), length.view().begin(), length.view().end());
        bytes.insert(bytes.end(), body.view().begin(), body.view().end());
        addSum(bytes, sumOf(m_log, m_filling, m_entries.size() + i, body.view()));
    }
    if (bytes.size() > m_bytes - m_end) {
        return Error{ErrorCode::ResourceExhausted,
                     "the audit trail's reserve is full: it holds " + std::to_string(m_entries.size()) + " records",
                     "free space on the disk that holds the audit log"};
    }
    if (!writeAt(m_descriptor, bytes, m_end) || ::fdatasync(m_descriptor) != 0) {
        m_failure = failed("write");
        return m_failure;
    }
    m_entries.insert(m_entries.end(), entries.begin(), entries.end());
    m_end += bytes.size();
    return {};
}

int ReserveFile::percentFull() const {
    return static_cast<int>((m_end - kFirstEntry) * 100 / (m_bytes - kFirstEntry));
}

Status ReserveFile::clear() {
    const std::uint64_t next = m_filling + 1;
    if (!writeAt(m_descriptor, encodeHeader(m_log, next), next % 2 * kPage) || ::fdatasync(m_descriptor) != 0) {
        m_failure = failed("clear");
        return m_failure;
    }
    m_filling = next;
    m_end = kFirstEntry;
    m_entries.clear();
    m_failure = {};
    return {};
}

} // namespace gnomon::audit
