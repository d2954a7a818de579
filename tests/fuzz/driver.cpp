// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/fuzz/target.h"
#include "tests/support/message_mutator.h"

#include <google/protobuf/stubs/logging.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>

namespace {

using namespace gnomon;

void quiet() {
    google::protobuf::SetLogHandler(nullptr); // it tells of every text that is not UTF-8
}

} // namespace

#ifdef GNOMON_FUZZ

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most);

// GNOMON_FUZZ_SEEDS=FOLDER: writes the seeds there and ends.
extern "C" int LLVMFuzzerInitialize(int*, char***) {
    quiet();
    if (const char* folder = std::getenv("GNOMON_FUZZ_SEEDS")) {
        std::filesystem::create_directories(folder);
        std::size_t number = 0;
        for (const std::string& seed : fuzz::seeds()) {
            std::ofstream(std::filesystem::path(folder) / ("seed-" + std::to_string(number++)), std::ios::binary)
                << seed;
        }
        std::exit(0);
    }
    return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::run({data, size});
    return 0;
}

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most, unsigned seed) {
    std::string input(reinterpret_cast<const char*>(data), size);
    if (seed % 2 == 0 || !fuzz::mutate(input, seed) || input.size() > most) {
        return LLVMFuzzerMutate(data, size, most);
    }
    std::memcpy(data, input.data(), input.size());
    return input.size();
}

#else

std::string contentsOf(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

// Arguments: files that once broke a promise, or folders of them.
int main(int argc, char** argv) {
    constexpr std::uint64_t kMutations = 4000; // of each input
    quiet();
    std::vector<std::string> inputs = fuzz::seeds();
    inputs.emplace_back();
    for (int i = 1; i < argc; ++i) {
        if (std::filesystem::is_directory(argv[i])) {
            for (const auto& entry : std::filesystem::directory_iterator(argv[i])) {
                inputs.push_back(contentsOf(entry.path()));
            }
        } else {
            inputs.push_back(contentsOf(argv[i]));
        }
    }
    std::size_t runs = 0;
    for (const std::string& input : inputs) {
        fuzz::run(asBytes(input));
        ++runs;
        for (std::uint64_t seed = 0; seed < kMutations; ++seed, ++runs) {
            std::string spoiled = input;
            if (seed % 2 == 0 || !fuzz::mutate(spoiled, seed)) {
                test::MessageMutator(seed).mutate(spoiled, 1 + static_cast<int>(seed % 4));
            }
            fuzz::run(asBytes(spoiled));
        }
    }
    std::printf("inputs=%zu runs=%zu\n", inputs.size(), runs);
    return 0;
}

#endif
