// SPDX-License-Identifier: GPL-3.0-or-later
// tests/support/verify_export.py, a verifier that shares no code with ours, must agree with it.
#include "tests/unit/audit/audit_fixture.h"

#include <sys/wait.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>

namespace gnomon::test {
namespace {

class SecondVerifier : public AuditFixture {
protected:
    struct Answer {
        int code = -1;
        std::string text;
    };

    void exportTo(const std::filesystem::path& file) {
        std::ofstream out(file, std::ios::binary);
        EXPECT_TRUE(m_log
                        ->exportAll([&](ByteView chunk, std::uint64_t, std::uint64_t) {
                            out << asText(chunk);
                            return true;
                        })
                        .ok());
    }
    Answer verify(const std::filesystem::path& file, const std::string& keyText) {
        const char* source = std::getenv("GNOMON_SOURCE");
        const std::string command = "python3 '" + std::string(source == nullptr ? "." : source) +
                                    "/tests/support/verify_export.py' '" + file.string() + "' '" + keyText + "' 2>&1";
        Answer answer;
        std::FILE* pipe = popen(command.c_str(), "r");
        char buffer[512];
        while (std::fgets(buffer, sizeof buffer, pipe) != nullptr) {
            answer.text += buffer;
        }
        answer.code = WEXITSTATUS(pclose(pipe));
        return answer;
    }
};

TEST_F(SecondVerifier, agreesOnRootAndSize) {
    openWith(300);
    append(auditRecord(RecordKind::Intent), AuditPayload{{{"mode", "PRODUCTION", "FALLBACK"}}, {{"generation", "7"}}});
    exportTo(m_folder / "export");
    const Answer answer = verify(m_folder / "export", m_log->verifierKey());
    EXPECT_EQ(answer.code, 0) << answer.text;
    EXPECT_EQ(answer.text, "ok records=301 root=" + toHex(m_log->checkpoint()->root) + "\n");
}

TEST_F(SecondVerifier, refusesWhatWasChanged) {
    openWith(20);
    exportTo(m_folder / "export");
    const auto size = static_cast<std::streamoff>(std::filesystem::file_size(m_folder / "export"));
    for (int i = 0; i < 12; ++i) {
        const std::streamoff at = size * i / 12 + 3;
        std::fstream file(m_folder / "export", std::ios::in | std::ios::out | std::ios::binary);
        file.seekg(at);
        const int byte = file.get();
        file.seekp(at);
        file.put(static_cast<char>(byte ^ 4));
        file.close();
        const Answer answer = verify(m_folder / "export", m_log->verifierKey());
        EXPECT_EQ(answer.code, 1) << at;
        EXPECT_TRUE(answer.text.starts_with("bad: ")) << answer.text;
        std::fstream restored(m_folder / "export", std::ios::in | std::ios::out | std::ios::binary);
        restored.seekp(at);
        restored.put(static_cast<char>(byte));
    }
    EXPECT_EQ(verify(m_folder / "export", m_log->verifierKey()).code, 0);
}

TEST_F(SecondVerifier, refusesAnotherKey) {
    openWith(5);
    exportTo(m_folder / "export");
    const auto other = proof::SigningKey::fromSeed(m_origin, Bytes(32, 9)).value();
    EXPECT_EQ(verify(m_folder / "export", other.verifierKey().text()).code, 1);
}

} // namespace
} // namespace gnomon::test
