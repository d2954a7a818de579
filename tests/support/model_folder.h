// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/support/temp_folder.h"

#include <filesystem>
#include <fstream>
#include <string>

namespace gnomon::test {

inline void writeText(const std::filesystem::path& file, const std::string& text) {
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << text;
}

// A model repository on disk whose model files mean nothing: for fake engines.
class ModelFolder {
public:
    const std::filesystem::path& path() const { return m_folder.path(); }

    void endpoint(const std::string& name, int versions, const std::string& toml) {
        for (int i = 1; i <= versions; ++i) {
            writeText(model(name, i), "model " + std::to_string(i) + " of " + name);
        }
        writeText(path() / name / "endpoint.toml", toml);
    }
    std::filesystem::path version(const std::string& name, int number) const {
        return path() / name / std::to_string(number);
    }
    std::filesystem::path model(const std::string& name, int number) const {
        return version(name, number) / "model.onnx";
    }

private:
    TempFolder m_folder;
};

} // namespace gnomon::test
