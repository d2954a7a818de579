// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/byte_codec.h"
#include "backend/domain/exchange.h"
#include "backend/domain/version.h"

#include <cstdint>
#include <string_view>
#include <vector>

namespace gnomon::monitor {

// What an exchange is about, as a fingerprint: the entity that the caller named (EndpointSettings::clusterParameter),
// else the inputs themselves, for immutable versions answer equal inputs equally and so learn nothing from a repeat.
std::uint64_t entityOf(const Observation& observation, const EndpointSettings& settings);

// Remembers which entities were seen, in bounded memory: fingerprints in two generations of at most kPerGeneration.
// When the newer one is full the older one is forgotten, so that an entity may count again once more than
// kPerGeneration others have come since. Not thread-safe.
class EntitySet {
public:
    static constexpr std::size_t kPerGeneration = 131'072;

    // True when the entity is new.
    bool insert(std::uint64_t fingerprint);

    void save(ByteWriter& out) const;
    static EntitySet load(ByteReader& in);

private:
    // An open-addressed table of non-zero keys, at most half full.
    class Table {
    public:
        bool contains(std::uint64_t key) const;
        void insert(std::uint64_t key); // REQUIRES !contains(key)
        std::size_t size() const { return m_size; }
        void save(ByteWriter& out) const;
        static Table load(ByteReader& in);

    private:
        void grow();

        std::vector<std::uint64_t> m_slots;
        std::size_t m_size = 0;
    };

    void remember(std::uint64_t key);

    Table m_newer;
    Table m_older;
};

} // namespace gnomon::monitor
