// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/base/log_format.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <vector>

namespace gnomon {
namespace {

using nlohmann::json;

const WallTime kTime{std::chrono::milliseconds(1'700'000'000'123)};

TEST(Log, textIsOneLineOfPairs) {
    const std::vector<LogField> fields{{"endpoint", "spam"}, {"cause", "it \"broke\" twice"}, {"empty", ""}};
    EXPECT_EQ(textLine("event", fields), "event endpoint=spam cause=\"it \\\"broke\\\" twice\" empty=\"\"");
}

TEST(Log, jsonHasItsKeysInPlace) {
    const std::vector<LogField> fields{{"cause", "late"},    {"trace_id", "4bf9"}, {"endpoint", "spam"},
                                       {"code", "INTERNAL"}, {"version", "2"},     {"request_id", "r-1"}};
    EXPECT_EQ(jsonLine(kTime, LogLevel::Warning, "serving", "call_failed", fields),
              R"({"time":"2023-11-14T22:13:20.123Z","level":"warning","component":"serving","message":"call_failed",)"
              R"("endpoint":"spam","version":"2","request_id":"r-1","trace_id":"4bf9","code":"INTERNAL",)"
              R"("fields":{"cause":"late"}})");
    EXPECT_EQ(jsonLine(kTime, LogLevel::Info, "node", "ready", {}),
              R"({"time":"2023-11-14T22:13:20.123Z","level":"info","component":"node","message":"ready"})");
}

TEST(Log, nothingThatAPeerSendsForgesALine) {
    const std::string hostile = "a\n2023-11-14T22:13:20.123Z error forged=1\x1b[31m\x80\xe2\x80\xae\"},{\"level\":\"x";
    const std::vector<LogField> fields{{"request_id", hostile}, {"cause", hostile}};
    const std::string line = jsonLine(kTime, LogLevel::Error, "node", "event", fields);
    for (const std::string& written : {line, textLine("event", fields)}) {
        EXPECT_EQ(written.find('\n'), std::string::npos);
        EXPECT_EQ(written.find('\x1b'), std::string::npos);
        EXPECT_EQ(written.find("\xe2\x80\xae"), std::string::npos) << "bidirectional override";
    }
    const json read = json::parse(line);
    EXPECT_EQ(read["level"], "error");
    EXPECT_EQ(read["request_id"], read["fields"]["cause"]);
}

TEST(Log, componentIsTheFolder) {
    EXPECT_EQ(componentOf("backend/audit/log_writer.cpp"), "audit");
    EXPECT_EQ(componentOf("/src/app/x/backend/serving/steps/call.cpp"), "serving");
    EXPECT_EQ(componentOf("../../app/gnomond/main.cpp"), "gnomond");
    EXPECT_EQ(componentOf("main.cpp"), "gnomon");
}

TEST(Log, writesInTheFormatThatIsSet) {
    testing::internal::CaptureStderr();
    setLogFormat(LogFormat::Json);
    logEvent(LogLevel::Info, "first", {{"code", "OK"}});
    logEvent(LogLevel::Debug, "left_out");
    setLogFormat(LogFormat::Text);
    logEvent(LogLevel::Warning, "second", {{"code", "OK"}});
    const std::string said = testing::internal::GetCapturedStderr();
    const std::size_t end = said.find('\n');
    const json read = json::parse(said.substr(0, end));
    EXPECT_EQ(read["message"], "first");
    EXPECT_EQ(read["code"], "OK");
    EXPECT_TRUE(said.substr(end + 1).ends_with("Z warning second code=OK\n")) << said;
    EXPECT_EQ(said.find("left_out"), std::string::npos);
}

} // namespace
} // namespace gnomon
