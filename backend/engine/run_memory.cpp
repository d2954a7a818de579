// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/engine/run_memory.h"

#include <cstdlib>
#include <cstring>
#include <new>

namespace gnomon::engine {

namespace {

// Of a vector register and of a cache line. In front of each block lies how much of it is counted.
constexpr std::size_t kAlignment = 64;

thread_local int t_loading = 0; // how many Loading this thread has

RunMemory& self(OrtAllocator* allocator) {
    return static_cast<RunMemory&>(*allocator);
}

} // namespace

RunMemory::Loading::Loading() {
    ++t_loading;
}

RunMemory::Loading::~Loading() {
    --t_loading;
}

RunMemory::RunMemory(std::size_t most)
    : OrtAllocator{}, m_most(most), m_info(Ort::MemoryInfo::CreateCpu(OrtDeviceAllocator, OrtMemTypeDefault)) {
    version = ORT_API_VERSION;
    // Throws bad_alloc, as the runtime's own allocator does: a null pointer would be written to.
    Alloc = [](OrtAllocator* allocator, std::size_t size) { return self(allocator).take(size); };
    Free = [](OrtAllocator* allocator, void* memory) { self(allocator).giveBack(memory); };
    Info = [](const OrtAllocator* allocator) -> const OrtMemoryInfo* {
        return static_cast<const RunMemory&>(*allocator).m_info;
    };
}

void* RunMemory::take(std::size_t size) {
    const std::size_t counted = t_loading > 0 ? 0 : size;
    if (size == 0) {
        return nullptr;
    }
    if (size > ~std::size_t{0} - 2 * kAlignment || counted > m_most) {
        throw std::bad_alloc();
    }
    // Step by step, so that one that asks for too much does not refuse others meanwhile.
    std::size_t used = m_used.load();
    do {
        if (used > m_most - counted) {
            throw std::bad_alloc();
        }
    } while (!m_used.compare_exchange_weak(used, used + counted));
    const std::size_t whole = (size + 2 * kAlignment - 1) / kAlignment * kAlignment;
    void* const block = std::aligned_alloc(kAlignment, whole);
    if (block == nullptr) {
        m_used.fetch_sub(counted);
        throw std::bad_alloc();
    }
    std::memcpy(block, &counted, sizeof counted);
    return static_cast<std::byte*>(block) + kAlignment;
}

void RunMemory::giveBack(void* memory) {
    if (memory == nullptr) {
        return;
    }
    void* const block = static_cast<std::byte*>(memory) - kAlignment;
    std::size_t counted = 0;
    std::memcpy(&counted, block, sizeof counted);
    m_used.fetch_sub(counted);
    std::free(block);
}

} // namespace gnomon::engine
