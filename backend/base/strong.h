// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <utility>

namespace gnomon {

// A T with a name of its own, so that two ids cannot be exchanged by mistake. Ordered, so that it can be a map key.
template <class Tag, class T>
struct Strong {
    T value{};

    Strong() = default;
    explicit Strong(T v) : value(std::move(v)) {}

    bool operator==(const Strong&) const = default;
    friend bool operator<(const Strong& a, const Strong& b) { return a.value < b.value; }
};

} // namespace gnomon

template <class Tag, class T>
struct std::hash<gnomon::Strong<Tag, T>> {
    std::size_t operator()(const gnomon::Strong<Tag, T>& id) const { return std::hash<T>{}(id.value); }
};
