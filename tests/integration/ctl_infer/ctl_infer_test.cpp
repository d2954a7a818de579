// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/model_folder.h"
#include "tests/support/node_process.h"
#include "tests/support/run_program.h"
#include "tests/support/tiny_onnx.h"

#include <gtest/gtest.h>

namespace gnomon::test {
namespace {

using T = TinyOnnx;

std::string cast(T::Type to) {
    return T::bytes(5, T::bytes(1, "to") + T::number(3, to) + T::number(20, 2));
}

// Gives back a text and a number, and the number as other types.
std::string echo() {
    return T()
        .add(T::node("Identity", {"text"}, {"text_again"}))
        .add(T::node("Identity", {"number"}, {"number_again"}))
        .add(T::node("Cast", {"number"}, {"unsigned"}, cast(T::Uint64)))
        .add(T::node("Cast", {"number"}, {"small"}, cast(T::Int8)))
        .add(T::node("Cast", {"number"}, {"flag"}, cast(T::Bool)))
        .add(T::node("Cast", {"number"}, {"real"}, cast(T::Double)))
        .input(T::value("text", T::String, {-1}))
        .input(T::value("number", T::Int64, {-1}))
        .output(T::value("text_again", T::String, {-1}))
        .output(T::value("number_again", T::Int64, {-1}))
        .output(T::value("unsigned", T::Uint64, {-1}))
        .output(T::value("small", T::Int8, {-1}))
        .output(T::value("flag", T::Bool, {-1}))
        .output(T::value("real", T::Double, {-1}))
        .file();
}

class CtlInfer : public ::testing::Test {
protected:
    void SetUp() override {
        writeText(m_work / "models/echo/1/model.onnx", echo());
        // Beyond 2^53 there is no double for every number.
        writeText(m_work / "rows.csv", "text,number\n\"gr\xc3\xbc\xc3\x9f dich, \"\"du\"\"\",9007199254740993\n"
                                       "a\xff\xe2\x80\xae,-1\n,0\n");
        ASSERT_TRUE(m_node.start());
        const CertificateFiles files = m_node.pki().issue("caller/acme/test");
        m_identity = " --inference " + m_node.inference() + " --server-name localhost --ca " + m_node.pki().ca() +
                     " --cert " + files.certificate + " --key " + files.key;
    }

    std::string infer(const std::string& words) {
        const ProgramEnd end =
            runProgram("gnomonctl infer echo " + (m_work / "rows.csv").string() + words + m_identity);
        EXPECT_EQ(end.code, 0) << end.text;
        return end.text;
    }

    TempFolder m_work;
    NodeProcess m_node{{m_work / "models", "", 0, false}};
    std::string m_identity;
};

TEST_F(CtlInfer, outputsKeepTheirTypeToTheLastDigit) {
    const auto first = nlohmann::json::parse(infer(" --row 1 --json")).at("outputs");
    EXPECT_EQ(first.dump(-1, ' ', true),
              R"({"flag":[true],"number_again":[9007199254740993],"real":[9.007199254740992e+15],"small":[1],)"
              R"("text_again":["gr\u00fc\u00df dich, \"du\""],"unsigned":[9007199254740993]})");
    const auto second = nlohmann::json::parse(infer(" --row 2 --json")).at("outputs");
    EXPECT_EQ(second.at("text_again").at(0), "a\\xff\\u{202e}") << "no text: shown as it can be";
    EXPECT_EQ(second.at("number_again").dump(), "[-1]");
    EXPECT_EQ(second.at("unsigned").dump(), "[18446744073709551615]");
    const std::string third = infer(" --row 3");
    EXPECT_NE(third.find("text_again [\"\"]\n"), std::string::npos) << third;
    EXPECT_NE(third.find("flag [false]\n"), std::string::npos) << third;
    EXPECT_NE(third.find("number_again [0]\n"), std::string::npos) << third;
}

} // namespace
} // namespace gnomon::test
