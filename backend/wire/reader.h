// SPDX-License-Identifier: GPL-3.0-or-later
// Internal to backend/wire.
#pragma once

#include "backend/base/bytes.h"
#include "backend/base/clock.h"
#include "backend/base/result.h"
#include "backend/domain/ids.h"

#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace gnomon::wire {

inline constexpr std::size_t kMaxText = 4096;

// Checks what a peer sent while it is turned into one domain value. The first fault is kept, with the path of the field
// at fault; reading goes on with defaults, and result() then returns the fault instead of the value. Nothing that a
// peer sends makes it abort or allocate more than the message itself holds.
class Reader {
public:
    // Text that people read: made printable, cut at `most` bytes.
    std::string text(const std::string& in, std::size_t most = kMaxText) { return printable(in, most); }

    // Text that must come through exactly.
    std::string exact(const std::string& in, std::size_t most, const char* field) {
        if (in.size() > most) {
            fail(field, "is longer than " + std::to_string(most) + " bytes");
            return {};
        }
        return in;
    }

    // Lower-case hexadecimal digits, 32 of them, or nothing.
    std::string hexId(const std::string& in, const char* field) {
        if (!in.empty() && (in.size() != 32 || in.find_first_not_of("0123456789abcdef") != std::string::npos)) {
            fail(field, "is not an id of 32 hexadecimal digits");
            return {};
        }
        return in;
    }

    // 1 to 128 characters of visible ASCII: an idempotency key.
    RequestId requestId(const std::string& in, const char* field) {
        bool good = !in.empty() && in.size() <= 128;
        for (const char c : in) {
            good = good && c > 0x20 && c < 0x7f;
        }
        if (!good) {
            fail(field, "is not 1 to 128 visible ASCII characters");
            return {};
        }
        return RequestId(in);
    }

    EndpointName endpoint(const std::string& in, const char* field) { return take(parseEndpointName(in), field); }

    VersionNumber version(std::uint32_t in, const char* field) {
        if (in == 0) {
            fail(field, "is not a version number");
        }
        return VersionNumber(in);
    }

    GenerationNumber generation(std::uint64_t in, const char* field) {
        if (in == 0) {
            fail(field, "is not a generation number");
        }
        return GenerationNumber(in);
    }

    // Empty means none: all zero.
    Digest digest(const std::string& in, const char* field) {
        Digest out;
        if (in.size() == out.bytes.size()) {
            std::copy(in.begin(), in.end(), out.bytes.begin());
        } else if (!in.empty()) {
            fail(field, "is not a digest of 32 bytes");
        }
        return out;
    }

    double finite(double in, const char* field) {
        if (!std::isfinite(in)) {
            fail(field, "is not a finite number");
            return 0;
        }
        return in;
    }

    template <class Int>
    Int within(std::int64_t in, std::int64_t low, std::int64_t high, const char* field) {
        if (in < low || in > high) {
            fail(field, "is not within " + std::to_string(low) + " and " + std::to_string(high));
            return static_cast<Int>(low);
        }
        return static_cast<Int>(in);
    }

    // A google.protobuf.Timestamp between the years 1970 and 9999.
    template <class Timestamp>
    WallTime time(const Timestamp& in, const char* field) {
        constexpr std::int64_t kEndOf9999 = 253402300799;
        if (in.seconds() < 0 || in.seconds() > kEndOf9999 || in.nanos() < 0 || in.nanos() > 999'999'999) {
            fail(field, "is not a time between the years 1970 and 9999");
            return {};
        }
        return WallTime(std::chrono::seconds(in.seconds()) + std::chrono::microseconds(in.nanos() / 1000));
    }

    // A google.protobuf.Duration between 0 and `most`.
    template <class Wanted, class Duration>
    Wanted duration(const Duration& in, const char* field, std::chrono::seconds most = std::chrono::hours(24 * 366)) {
        if (in.seconds() < 0 || in.seconds() > most.count() || in.nanos() < 0 || in.nanos() > 999'999'999) {
            fail(field, "is not a duration between 0 and " + std::to_string(most.count()) + " s");
            return {};
        }
        return std::chrono::duration_cast<Wanted>(std::chrono::seconds(in.seconds()) +
                                                  std::chrono::nanoseconds(in.nanos()));
    }

    // The value of a nested reading; its fault becomes this one's.
    template <class T>
    T take(Result<T> in, const char* field) {
        if (in.ok()) {
            return std::move(in).value();
        }
        if (!m_error) {
            m_error = std::move(in).error();
            m_error->field = m_error->field.empty() ? field : field + ("." + m_error->field);
        }
        return T{};
    }

    // decode: element -> Result<T>.
    template <class T, class Range, class Decode>
    std::vector<T> list(const Range& in, std::size_t most, const char* field, Decode decode) {
        std::vector<T> out;
        if (static_cast<std::size_t>(in.size()) > most) {
            fail(field, "has more than " + std::to_string(most) + " entries");
            return out;
        }
        out.reserve(static_cast<std::size_t>(in.size()));
        for (const auto& element : in) {
            out.push_back(take(decode(element), field));
            if (m_error) {
                return {};
            }
        }
        return out;
    }

    template <class Range>
    std::vector<std::string> texts(const Range& in, std::size_t most, const char* field) {
        return list<std::string>(in, most, field,
                                 [this](const std::string& t) { return Result<std::string>(text(t)); });
    }

    void fail(const char* field, std::string_view problem) {
        if (!m_error) {
            m_error = Error{ErrorCode::InvalidArgument, field + (" " + std::string(problem)), {}, field};
        }
    }

    template <class T>
    Result<T> result(T value) {
        if (m_error) {
            return *std::move(m_error);
        }
        return value;
    }

private:
    std::optional<Error> m_error;
};

// The domain value that `encode` turns into `in`. Domain enumerations count up from 0 without gaps; `last` is their
// last enumerator. Values that encode never yields, UNSPECIFIED and unknown ones among them, are refused.
template <class Domain, class Proto>
Result<Domain> decodeEnum(Proto in, Proto (*encode)(Domain), Domain last) {
    for (int i = 0; i <= static_cast<int>(last); ++i) {
        if (encode(static_cast<Domain>(i)) == in) {
            return static_cast<Domain>(i);
        }
    }
    return Error{ErrorCode::InvalidArgument, "value " + std::to_string(static_cast<int>(in)) + " is not known"};
}

template <class T>
std::string digestBytes(const T& digest) {
    return digest.isZero() ? std::string()
                           : std::string(reinterpret_cast<const char*>(digest.bytes.data()), digest.bytes.size());
}

template <class Timestamp>
void encodeTime(WallTime time, Timestamp* out) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(time.time_since_epoch());
    out->set_seconds(seconds.count());
    out->set_nanos(static_cast<int>((time.time_since_epoch() - seconds).count() * 1000));
}

template <class Duration>
void encodeDuration(std::chrono::nanoseconds duration, Duration* out) {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(duration);
    out->set_seconds(seconds.count());
    out->set_nanos(static_cast<int>((duration - seconds).count()));
}

} // namespace gnomon::wire
