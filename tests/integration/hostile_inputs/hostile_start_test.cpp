// SPDX-License-Identifier: GPL-3.0-or-later
// What an operator wrote is taken word by word or not at all: the node says which file, line and key, and does not
// start.
#include "tests/support/model_folder.h"
#include "tests/support/node_process.h"
#include "tests/support/run_program.h"
#include "tests/support/tiny_onnx.h"

#include <gtest/gtest.h>

namespace gnomon::test {
namespace {

namespace fs = std::filesystem;

// Nothing that a terminal would act upon, and no line that only looks like one of ours.
bool isPlain(const std::string& text) {
    for (const char c : text) {
        if (c != '\n' && printable(std::string(1, c)) != std::string(1, c) && static_cast<unsigned char>(c) < 0x80) {
            return false;
        }
    }
    return isUtf8(text) && text.find("\nforged") == std::string::npos;
}

class HostileStart : public testing::Test {
protected:
    HostileStart() { writeText(m_repository.model("good", 1), TinyOnnx::identity()); }

    void expectRefused(int code, const std::string& says, const std::string& moreConfig = "") {
        NodeProcess node({m_repository.path(), moreConfig, 0, false});
        const ProgramEnd end = runProgram("gnomond --config " + node.configFile().string());
        EXPECT_EQ(end.code, code) << says << ": " << end.text;
        EXPECT_NE(end.text.find(says), std::string::npos) << end.text;
        EXPECT_TRUE(isPlain(end.text)) << end.text;
    }

    ModelFolder m_repository;
};

TEST_F(HostileStart, configurationsAreTakenWholeOrNotAtAll) {
    expectRefused(3, "limits.max_conections", "[limits]\nmax_conections = 1\n");
    expectRefused(3, "log.level", "[log]\nlevel = \"\\u001b[31mloud\\nforged\"\n");
    expectRefused(3, "gnomond.toml:", "[exchanges]\nmax_age_days = 99999999999999999999\n");
    expectRefused(3, "gnomond.toml:", "[log]\nlevel = \"info\"\n[log]\nlevel = \"info\"\n");
    expectRefused(3, "gnomond.toml:", "\x1b]0;forged\x07 = 1\n");
    expectRefused(3, "gnomond.toml:", std::string(100'000, '['));
}

TEST_F(HostileStart, endpointConfigurationsAreTakenWholeOrNotAtAll) {
    const std::vector<std::pair<std::string, std::string>> mistakes = {
        {"budgets = 1", "budgets"},
        {"[budget]\nmilliseconds = 0", "budget.milliseconds"},
        {"[initial]\nproduction = 4294967296", "initial.production"},
        {"[initial]\nproduction = 7", "names v7"},
        {"[initial]\nchain = [\"v1\", \"\\u202etnatsnoc\"]", "chain"},
        {"[[constant]]\nname = \"y\"\ndatatype = \"FP32\"\nshape = [1, 4611686018427387904, 4]\ndata = []", "shape"},
        {"\"a\\nforged\" = 1", "endpoint.toml"},
        {"description = \"\xff\xfe\"", "endpoint.toml"},
        {std::string(200'000, '{'), "endpoint.toml"},
    };
    for (const auto& [toml, says] : mistakes) {
        writeText(m_repository.path() / "good/endpoint.toml", toml);
        expectRefused(4, says);
    }
}

TEST_F(HostileStart, foldersThatCannotBeEndpointsAreNamed) {
    for (const std::string name : {"new\nforged level=error", "\x1b[2Jclear",
                                   "\xe2\x80\xae"
                                   "dlog",
                                   "a b", "caf\xc3\xa9"}) {
        writeText(m_repository.path() / name / "1/model.onnx", TinyOnnx::identity());
        expectRefused(4, "is not an endpoint name");
        fs::remove_all(m_repository.path() / name);
    }
    fs::create_directory(m_repository.path() / "empty");
    expectRefused(4, "/empty' has no version");
}

TEST_F(HostileStart, anEndpointFileIsNoWayOut) {
    writeText(m_repository.path() / "good/secret", "description = \"secret\"");
    fs::create_symlink("secret", m_repository.path() / "good/endpoint.toml");
    expectRefused(4, "symbolic link");
    fs::remove(m_repository.path() / "good/endpoint.toml");
    fs::create_hard_link(m_repository.path() / "good/secret", m_repository.path() / "good/endpoint.toml");
    expectRefused(4, "other names");
}

} // namespace
} // namespace gnomon::test
