// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/domain/trace_context.h"
#include "backend/base/bytes.h"

#include <algorithm>
#include <set>
#include <span>
#include <vector>

namespace gnomon {

namespace {

constexpr std::size_t kLength = 55; // of version 00
constexpr std::size_t kMostMembers = 32;
constexpr std::size_t kMostState = 512;
constexpr std::size_t kLongMember = 128;
constexpr std::uint8_t kSampled = 1;

int digit(char c) {
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

// Lower-case hexadecimal of exactly that many bytes.
bool readHex(std::string_view text, std::span<std::uint8_t> bytes) {
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const int high = digit(text[2 * i]);
        const int low = digit(text[2 * i + 1]);
        if (high < 0 || low < 0) {
            return false;
        }
        bytes[i] = static_cast<std::uint8_t>(high * 16 + low);
    }
    return true;
}

bool allZero(std::span<const std::uint8_t> bytes) {
    return std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t byte) { return byte == 0; });
}

void fillNonZero(Random& random, std::span<std::uint8_t> bytes) {
    do {
        random.fill(bytes);
    } while (allZero(bytes));
}

bool isLower(char c) {
    return c >= 'a' && c <= 'z';
}

bool isDigit(char c) {
    return c >= '0' && c <= '9';
}

// "vendor" or "tenant@system"; a tenant may begin with a digit.
bool isKey(std::string_view key) {
    const std::size_t at = key.find('@');
    const std::string_view system = at == std::string_view::npos ? key : key.substr(at + 1);
    const std::string_view tenant = at == std::string_view::npos ? std::string_view() : key.substr(0, at);
    const auto fits = [](std::string_view text, std::size_t most) {
        return !text.empty() && text.size() <= most && std::all_of(text.begin(), text.end(), [](char c) {
            return isLower(c) || isDigit(c) || c == '_' || c == '-' || c == '*' || c == '/';
        });
    };
    if (at == std::string_view::npos) {
        return fits(key, 256) && isLower(key.front());
    }
    return fits(tenant, 241) && (isLower(tenant.front()) || isDigit(tenant.front())) && fits(system, 14) &&
           isLower(system.front());
}

bool isValue(std::string_view value) {
    return !value.empty() && value.size() <= 256 && value.back() != ' ' &&
           std::all_of(value.begin(), value.end(), [](char c) { return c >= ' ' && c <= '~' && c != ',' && c != '='; });
}

std::string_view trimmed(std::string_view text) {
    const std::size_t first = text.find_first_not_of(" \t");
    return first == std::string_view::npos ? std::string_view()
                                           : text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// Empty when any of it is malformed. Empty members are allowed and left out.
std::vector<std::string_view> membersOf(std::string_view text) {
    std::vector<std::string_view> members;
    std::set<std::string_view> keys;
    for (std::size_t begin = 0; begin <= text.size();) {
        const std::size_t end = std::min(text.find(',', begin), text.size());
        const std::string_view member = trimmed(text.substr(begin, end - begin));
        begin = end + 1;
        if (member.empty()) {
            continue;
        }
        const std::size_t equals = member.find('=');
        const bool good = equals != std::string_view::npos && isKey(member.substr(0, equals)) &&
                          isValue(member.substr(equals + 1)) && keys.insert(member.substr(0, equals)).second;
        if (!good || members.size() == kMostMembers) {
            return {};
        }
        members.push_back(member);
    }
    return members;
}

std::size_t lengthOf(const std::vector<std::string_view>& members) {
    std::size_t length = members.empty() ? 0 : members.size() - 1;
    for (const std::string_view member : members) {
        length += member.size();
    }
    return length;
}

} // namespace

std::string TraceContext::parent() const {
    return "00-" + traceId() + "-" + spanId() + (sampled ? "-01" : "-00");
}

std::string TraceContext::traceId() const {
    return toHex(ByteView(trace));
}

std::string TraceContext::spanId() const {
    return toHex(ByteView(span));
}

TraceContext TraceContext::child(Random& random) const {
    TraceContext next = *this;
    fillNonZero(random, next.span);
    return next;
}

std::optional<TraceContext> parseTraceParent(std::string_view text) {
    if (text.size() < kLength || text[2] != '-' || text[35] != '-' || text[52] != '-') {
        return std::nullopt;
    }
    std::array<std::uint8_t, 1> version{};
    std::array<std::uint8_t, 1> flags{};
    TraceContext context;
    if (!readHex(text.substr(0, 2), version) || !readHex(text.substr(3, 32), context.trace) ||
        !readHex(text.substr(36, 16), context.span) || !readHex(text.substr(53, 2), flags)) {
        return std::nullopt;
    }
    const bool fits = text.size() == kLength || (version[0] > 0 && text[kLength] == '-');
    if (version[0] == 0xff || !fits || allZero(context.trace) || allZero(context.span)) {
        return std::nullopt;
    }
    context.sampled = (flags[0] & kSampled) != 0;
    return context;
}

std::string cleanTraceState(std::string_view text) {
    std::vector<std::string_view> members = membersOf(text);
    for (auto member = members.end(); member != members.begin() && lengthOf(members) > kMostState;) {
        --member;
        if (member->size() > kLongMember) {
            member = members.erase(member);
        }
    }
    while (lengthOf(members) > kMostState) {
        members.pop_back();
    }
    std::string clean;
    for (const std::string_view member : members) {
        clean.append(clean.empty() ? "" : ",").append(member);
    }
    return clean;
}

std::optional<TraceContext> readTrace(std::string_view parent, std::string_view state, Random& random) {
    if (parent.empty()) {
        return std::nullopt;
    }
    std::optional<TraceContext> context = parseTraceParent(parent);
    if (context) {
        context->state = cleanTraceState(state);
        return context;
    }
    TraceContext fresh;
    fillNonZero(random, fresh.trace);
    fillNonZero(random, fresh.span);
    return fresh;
}

} // namespace gnomon
