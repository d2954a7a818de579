// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/monitor/entity_set.h"

#include <cstring>
#include <utility>

namespace gnomon::monitor {

namespace {

constexpr std::uint64_t kMultiplier = 0x9e3779b97f4a7c15; // 2^64 divided by the golden ratio

std::uint64_t mix(std::uint64_t state, std::uint64_t value) {
    state = (state ^ value) * kMultiplier;
    return state ^ state >> 32;
}

std::uint64_t mixBytes(std::uint64_t state, ByteView bytes) {
    state = mix(state, bytes.size());
    while (bytes.size() >= sizeof(std::uint64_t)) {
        std::uint64_t word;
        std::memcpy(&word, bytes.data(), sizeof word);
        state = mix(state, word);
        bytes = bytes.subspan(sizeof word);
    }
    std::uint64_t rest = 0;
    if (!bytes.empty()) {
        std::memcpy(&rest, bytes.data(), bytes.size());
    }
    return mix(mix(state, rest), kMultiplier);
}

// When a request names no entity, the pipeline writes the minute in its place.
bool namesTheMinute(const Exchange& exchange) {
    constexpr std::size_t kMinute = std::string_view("2026-03-01T14:02").size();
    return exchange.cluster.size() == kMinute && exchange.cluster == toRfc3339(exchange.time).substr(0, kMinute);
}

} // namespace

std::uint64_t entityOf(const Observation& observation, const EndpointSettings& settings) {
    const Exchange& exchange = observation.exchange;
    if (!settings.clusterParameter.empty() && !exchange.cluster.empty() && !namesTheMinute(exchange)) {
        return mixBytes(1, asBytes(exchange.cluster));
    }
    if (observation.inputs.tensors.empty()) {
        return mixBytes(2, asBytes(exchange.id.value));
    }
    std::uint64_t state = 3;
    for (const TensorView& tensor : observation.inputs.tensors) {
        state = mixBytes(mixBytes(state, asBytes(tensor.name)), tensor.data);
    }
    return state;
}

bool EntitySet::insert(std::uint64_t fingerprint) {
    const std::uint64_t key = fingerprint == 0 ? 1 : fingerprint;
    if (m_newer.contains(key)) {
        return false;
    }
    const bool known = m_older.contains(key);
    remember(key);
    return !known;
}

void EntitySet::remember(std::uint64_t key) {
    if (m_newer.size() == kPerGeneration) {
        m_older = std::exchange(m_newer, {});
    }
    m_newer.insert(key);
}

void EntitySet::save(ByteWriter& out) const {
    m_older.save(out);
    m_newer.save(out);
}

EntitySet EntitySet::load(ByteReader& in) {
    EntitySet set;
    set.m_older = Table::load(in);
    set.m_newer = Table::load(in);
    return set;
}

bool EntitySet::Table::contains(std::uint64_t key) const {
    if (m_slots.empty()) {
        return false;
    }
    const std::size_t mask = m_slots.size() - 1;
    for (std::size_t i = key & mask; m_slots[i] != 0; i = (i + 1) & mask) {
        if (m_slots[i] == key) {
            return true;
        }
    }
    return false;
}

void EntitySet::Table::insert(std::uint64_t key) {
    if (2 * (m_size + 1) > m_slots.size()) {
        grow();
    }
    const std::size_t mask = m_slots.size() - 1;
    std::size_t i = key & mask;
    while (m_slots[i] != 0) {
        i = (i + 1) & mask;
    }
    m_slots[i] = key;
    ++m_size;
}

void EntitySet::Table::grow() {
    const std::vector<std::uint64_t> old =
        std::exchange(m_slots, std::vector<std::uint64_t>(m_slots.empty() ? 64 : 2 * m_slots.size()));
    m_size = 0;
    for (const std::uint64_t key : old) {
        if (key != 0) {
            insert(key);
        }
    }
}

void EntitySet::Table::save(ByteWriter& out) const {
    out.number(m_size);
    for (const std::uint64_t key : m_slots) {
        if (key != 0) {
            out.fixed(key);
        }
    }
}

EntitySet::Table EntitySet::Table::load(ByteReader& in) {
    Table table;
    const std::size_t size = in.count(kPerGeneration);
    for (std::size_t i = 0; i < size && in.ok(); ++i) {
        const std::uint64_t key = in.fixed();
        if (key == 0 || table.contains(key)) {
            in.fail();
            return {};
        }
        table.insert(key);
    }
    return table;
}

} // namespace gnomon::monitor
