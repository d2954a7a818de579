// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cassert>
#include <string>
#include <utility>
#include <variant>

namespace gnomon {

// The canonical codes. They map one to one to gRPC status codes; that mapping lives in backend/wire.
enum class ErrorCode {
    InvalidArgument,
    NotFound,
    AlreadyExists,
    FailedPrecondition,
    Unavailable,
    DeadlineExceeded,
    Cancelled,
    ResourceExhausted,
    Unauthenticated,
    PermissionDenied,
    Unimplemented,
    Corrupt,
    Internal,
};

// A failure as a value. message: what failed, on which object, why; lower case, no full stop, no secrets.
// remedy: what a person can do about it; may be empty. field: the request field or config key at fault; may be empty.
struct Error {
    ErrorCode code = ErrorCode::Internal;
    std::string message;
    std::string remedy = {};
    std::string field = {};

    bool operator==(const Error&) const = default;
};

// Stable upper-case name of a code ("NOT_FOUND"), for logs, JSON and audit records.
const char* codeName(ErrorCode code);

// Either a T or an Error. Asking for the wrong one is a broken invariant of the caller and aborts in debug builds.
template <class T>
class [[nodiscard]] Result {
public:
    Result(T value) : m_state(std::in_place_index<0>, std::move(value)) {}
    Result(Error error) : m_state(std::in_place_index<1>, std::move(error)) {}

    bool ok() const { return m_state.index() == 0; }
    explicit operator bool() const { return ok(); }
    const T& value() const& { return std::get<0>(m_state); }
    T& value() & { return std::get<0>(m_state); }
    T&& value() && { return std::get<0>(std::move(m_state)); }
    const T& operator*() const& { return value(); }
    T& operator*() & { return value(); }
    T&& operator*() && { return std::move(*this).value(); }
    const T* operator->() const { return &value(); }
    T* operator->() { return &value(); }
    const Error& error() const& { return std::get<1>(m_state); }
    Error&& error() && { return std::get<1>(std::move(m_state)); }

private:
    std::variant<T, Error> m_state;
};

template <>
class [[nodiscard]] Result<void> {
public:
    Result() = default;
    Result(Error error) : m_error(std::move(error)), m_ok(false) {}

    bool ok() const { return m_ok; }
    explicit operator bool() const { return m_ok; }
    const Error& error() const {
        assert(!m_ok);
        return m_error;
    }

private:
    Error m_error;
    bool m_ok = true;
};

using Status = Result<void>;

} // namespace gnomon

// Returns the error of `expression` from the enclosing function, if it has one.
#define GNOMON_TRY(expression)                                                                                         \
    do {                                                                                                               \
        if (auto gnomonStatus = (expression); !gnomonStatus.ok()) {                                                    \
            return gnomonStatus.error();                                                                               \
        }                                                                                                              \
    } while (false)

#define GNOMON_CONCAT_(a, b) a##b
#define GNOMON_CONCAT(a, b) GNOMON_CONCAT_(a, b)
// `GNOMON_ASSIGN(auto x, f())`: x is the value of f(), or the enclosing function returns f()'s error.
#define GNOMON_ASSIGN(declaration, expression)                                                                         \
    GNOMON_ASSIGN_(GNOMON_CONCAT(gnomonResult, __LINE__), declaration, expression)
#define GNOMON_ASSIGN_(result, declaration, expression)                                                                \
    auto result = (expression);                                                                                        \
    if (!result.ok()) {                                                                                                \
        return std::move(result).error();                                                                              \
    }                                                                                                                  \
    declaration = std::move(result).value()
