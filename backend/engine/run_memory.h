// SPDX-License-Identifier: GPL-3.0-or-later
// Shows the runtime's types: for the files of this folder only.
#pragma once

#include "backend/engine/onnx_api.h"

#include <atomic>
#include <cstddef>

namespace gnomon::engine {

// Where the runtime takes the memory of running models from. A model whose outputs have the size that its caller asks
// for could otherwise take all that the machine has. Weights are not counted: the size of the file bounds them.
// Thread-safe; must outlive every session that uses it.
class RunMemory final : public OrtAllocator {
public:
    // More than a message can carry. Of all runs of the process together.
    static constexpr std::size_t kMost = std::size_t{2} << 30;

    explicit RunMemory(std::size_t most = kMost);

    // While one is there, what its thread takes is for weights.
    class Loading {
    public:
        Loading();
        ~Loading();
        Loading(const Loading&) = delete;
        Loading& operator=(const Loading&) = delete;
    };

    const OrtMemoryInfo* info() const { return m_info; }
    std::size_t used() const { return m_used.load(); }

private:
    void* take(std::size_t size);
    void giveBack(void* memory);

    const std::size_t m_most;
    const Ort::MemoryInfo m_info;
    std::atomic<std::size_t> m_used{0};
};

} // namespace gnomon::engine
