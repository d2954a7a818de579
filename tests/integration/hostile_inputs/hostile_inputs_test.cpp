// SPDX-License-Identifier: GPL-3.0-or-later
// Everything bad there is, put to one running node: as versions, as folders, as tables, as requests. The tests share
// the node and run in the order of this file; the last one ends it and looks at what it did all along.
#include "backend/base/sanitized.h"
#include "tests/integration/hostile_inputs/bad_files.h"
#include "tests/integration/hostile_inputs/hostile_node.h"
#include "tests/integration/hostile_inputs/raw_caller.h"
#include "tests/support/message_mutator.h"
#include "tests/support/model_case.h"
#include "tests/support/run_program.h"

#include <gtest/gtest.h>

namespace gnomon::test {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kRequests = 100'000;
constexpr std::size_t kConnections = 4;
constexpr std::size_t kMostGrowth = 64u << 20; // resident bytes, over all mutated requests
constexpr std::uint64_t kSeed = 20'260'101;

// The files of data/bad are not part of the repository. What the tests can make themselves is tested without them.
#define NEEDS_BAD_FILES()                                                                                              \
    if (!bad()) {                                                                                                      \
        GTEST_SKIP() << "GNOMON_TEST_DATA is not set: no files of data/bad to serve";                                  \
    }

class HostileInputs : public testing::Test {
protected:
    static void SetUpTestSuite() { s_node = HostileNode::start(bad()); }
    static void TearDownTestSuite() { s_node.reset(); }
    void SetUp() override {
        ASSERT_TRUE(s_node);
        ASSERT_TRUE(s_node->isAlive());
    }
    void TearDown() override {
        if (s_node) {
            EXPECT_TRUE(s_node->isAlive()) << "the node died";
        }
    }

    static std::optional<fs::path> bad() {
        const auto data = testData();
        return data ? std::optional(*data / "bad") : std::nullopt;
    }

    static void expectUnavailable(const std::string& endpoint, const std::string& says) {
        inference::ModelInferResponse response;
        const grpc::Status status = s_node->infer(s_node->zeros(endpoint), response);
        EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE) << endpoint << ": " << status.error_message();
        EXPECT_NE(status.error_message().find(says), std::string::npos) << endpoint << ": " << status.error_message();
        EXPECT_NE(status.error_message().find(endpoint), std::string::npos) << status.error_message();
        EXPECT_EQ(status.error_message().find("/tmp/"), std::string::npos) << status.error_message();
        EXPECT_EQ(status.error_message().find("onnxruntime_src"), std::string::npos) << status.error_message();
        EXPECT_EQ(printable(status.error_message(), 4096), status.error_message());
    }

    static inline std::unique_ptr<HostileNode> s_node;
};

TEST_F(HostileInputs, theTableHoldsEveryFile) {
    NEEDS_BAD_FILES();
    std::size_t files = 0;
    for (const auto& entry : fs::recursive_directory_iterator(*bad())) {
        if (entry.is_regular_file()) {
            ++files;
            EXPECT_TRUE(badFiles().contains(fs::relative(entry.path(), *bad()))) << entry.path();
        }
    }
    EXPECT_EQ(files, badFiles().size());
}

TEST_F(HostileInputs, everyBadFileIsRefusedForItsReasonOrAnswers) {
    NEEDS_BAD_FILES();
    std::map<Fate, int> count;
    for (const auto& [file, expected] : badFiles()) {
        ++count[expected.fate];
        const std::string endpoint = HostileNode::endpointOf(file);
        if (expected.fate == Fate::Refused || expected.fate == Fate::Fails) {
            expectUnavailable(endpoint, expected.says);
        } else if (expected.fate == Fate::Answers) {
            inference::ModelInferResponse response;
            const grpc::Status status = s_node->infer(s_node->zeros(endpoint), response);
            EXPECT_TRUE(status.ok()) << file << ": " << status.error_message();
        } else if (expected.fate == Fate::NotRead && !expected.says.empty()) {
            EXPECT_NE(s_node->node().log().find("file_not_read endpoint=" + endpoint + " file=" + expected.says),
                      std::string::npos)
                << file;
        }
    }
    std::printf("bad_files=%zu refused=%d fail=%d answer=%d rows=%d not_read=%d\n", badFiles().size(),
                count[Fate::Refused], count[Fate::Fails], count[Fate::Answers], count[Fate::Rows],
                count[Fate::NotRead]);
}

TEST_F(HostileInputs, foldersCannotLeadOutOfThemselves) {
    for (const auto& [endpoint, says] : s_node->hostileFolders()) {
        expectUnavailable(endpoint, says);
    }
    std::printf("hostile_folders=%zu\n", s_node->hostileFolders().size());
}

TEST_F(HostileInputs, tablesThatAreNoneAreNotSent) {
    NEEDS_BAD_FILES();
    const auto connect = s_node->node().connectAs("caller/acme/test", s_node->node().inference());
    for (const auto& [file, expected] : badFiles()) {
        if (expected.fate != Fate::Rows) {
            continue;
        }
        const ProgramEnd end =
            runProgram("gnomonctl replay " + (*bad() / file).string() + " --endpoint pair --inference " +
                       connect.address + " --server-name localhost --ca " + connect.caFile + " --cert " +
                       connect.certificateFile + " --key " + connect.keyFile);
        EXPECT_EQ(end.code, 2) << file;
        EXPECT_NE(end.text.find(expected.says), std::string::npos) << file << ": " << end.text;
    }
}

TEST_F(HostileInputs, aRequestCannotBuyMoreMemoryThanItMayHave) {
    NEEDS_BAD_FILES();
    const std::size_t before = s_node->mostResidentBytes();
    for (const std::int64_t elements : {std::int64_t{1} << 30, std::int64_t{1} << 33, std::int64_t{1} << 40}) {
        inference::ModelInferRequest request = s_node->zeros("derived-constantofshape_bomb.onnx");
        request.set_raw_input_contents(0, &elements, sizeof elements);
        inference::ModelInferResponse response;
        const grpc::Status status = s_node->infer(request, response);
        EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE) << status.error_message();
        EXPECT_NE(status.error_message().find("asked for more memory than"), std::string::npos)
            << status.error_message();
    }
    EXPECT_LT(s_node->mostResidentBytes(), before + kMostGrowth);
}

// What the mutations start from.
std::vector<inference::ModelInferRequest> goodRequests() {
    const auto request = [](const std::string& model) {
        inference::ModelInferRequest made;
        made.set_model_name(model);
        made.set_id("r-1");
        (*made.mutable_parameters())["triton_enable_empty_final_response"].set_bool_param(true);
        return made;
    };
    const auto add = [](inference::ModelInferRequest& to, const std::string& name, const std::string& type,
                        const std::vector<std::int64_t>& shape) -> inference::ModelInferRequest::InferInputTensor& {
        auto& input = *to.add_inputs();
        input.set_name(name);
        input.set_datatype(type);
        input.mutable_shape()->Assign(shape.begin(), shape.end());
        return input;
    };
    std::vector<inference::ModelInferRequest> all;
    all.push_back(request("pair"));
    add(all.back(), "x", "FP32", {2, 2});
    all.back().add_raw_input_contents(std::string(16, '\1'));
    all.push_back(request("pair"));
    auto& typed = add(all.back(), "x", "FP32", {1, 2});
    typed.mutable_contents()->add_fp32_contents(0.5F);
    typed.mutable_contents()->add_fp32_contents(-3);
    all.back().set_model_version("1");
    all.back().add_outputs()->set_name("x_out");
    all.push_back(request("half"));
    add(all.back(), "x", "FP16", {3});
    all.back().add_raw_input_contents(std::string(6, '\2'));
    for (const bool raw : {true, false}) {
        all.push_back(request("mixed"));
        inference::ModelInferRequest& mixed = all.back();
        auto& a = add(mixed, "a", "INT64", {2});
        auto& b = add(mixed, "b", "BOOL", {1, 2});
        auto& c = add(mixed, "c", "UINT8", {3});
        auto& d = add(mixed, "d", "FP64", {2});
        auto& e = add(mixed, "e", "INT16", {1});
        auto& t = add(mixed, "t", "BYTES", {2});
        if (raw) {
            for (const std::size_t size : {16U, 2U, 3U, 16U, 2U}) {
                mixed.add_raw_input_contents(std::string(size, '\1'));
            }
            mixed.add_raw_input_contents(std::string("\2\0\0\0hi\0\0\0\0", 10));
            continue;
        }
        a.mutable_contents()->add_int64_contents(-9);
        a.mutable_contents()->add_int64_contents(9);
        b.mutable_contents()->add_bool_contents(true);
        b.mutable_contents()->add_bool_contents(false);
        for (const unsigned value : {0U, 128U, 255U}) {
            c.mutable_contents()->add_uint_contents(value);
        }
        d.mutable_contents()->add_fp64_contents(1e300);
        d.mutable_contents()->add_fp64_contents(-0.0);
        e.mutable_contents()->add_int_contents(-32768);
        t.mutable_contents()->add_bytes_contents(std::string("\0\xff\n", 3));
        t.mutable_contents()->add_bytes_contents("");
    }
    return all;
}

// One connection's share of the mutated requests, and what came of them.
class Stream {
public:
    Stream(HostileNode& node, std::uint64_t seed)
        : m_models(node.echoModels()), m_mutator(seed),
          m_caller(node.node().connectAs("caller/acme/test", node.node().inference()),
                   "/inference.GRPCInferenceService/ModelInfer") {}

    void run(std::size_t count) {
        m_sent.resize(count);
        m_caller.run(
            count, 8, [this](std::size_t i) { return make(i); },
            [this](std::size_t i, const grpc::Status& status, const std::string& reply) { check(i, status, reply); });
    }

    std::size_t turnedAway() const { return m_caller.turnedAway(); }

    std::map<int, std::size_t> statuses; // by gRPC code
    std::vector<std::string> wrong;      // the first few
    std::size_t unreadable = 0;          // requests that are no message at all
    std::size_t faults = 0;              // distinct things that were wrong in those that are

private:
    struct Sent {
        bool isMessage = false;
        inference::ModelInferRequest request;
        std::vector<Fault> faults;
    };

    std::string make(std::size_t i) {
        inference::ModelInferRequest request = m_good[m_mutator.below(m_good.size())];
        const std::size_t kind = m_mutator.below(20); // 0: as it is
        if (kind > 0 && kind < 14) {
            m_mutator.mutate(request, 1 + static_cast<int>(kind / 5));
        }
        std::string bytes = request.SerializeAsString();
        if (kind >= 14) {
            m_mutator.mutate(bytes, 1 + static_cast<int>(kind % 3));
        }
        m_sent[i] = std::make_unique<Sent>();
        m_sent[i]->isMessage = m_sent[i]->request.ParseFromString(bytes);
        if (m_sent[i]->isMessage) {
            m_sent[i]->faults = faultsOf(m_sent[i]->request, m_models);
            faults += m_sent[i]->faults.size();
        } else {
            ++unreadable;
        }
        return bytes;
    }

    void check(std::size_t i, const grpc::Status& status, const std::string& reply) {
        const std::unique_ptr<Sent> sent = std::move(m_sent[i]);
        ++statuses[status.error_code()];
        const std::string problem = problemOf(*sent, status, reply);
        if (!problem.empty() && wrong.size() < 10) {
            wrong.push_back(problem + "; it was " + std::to_string(status.error_code()) + " '" +
                            status.error_message() + "' for " + printable(sent->request.ShortDebugString(), 1500));
        }
    }

    static std::string problemOf(const Sent& sent, const grpc::Status& status, const std::string& reply) {
        if (printable(status.error_message(), 4096) != status.error_message()) {
            return "the message is not plain";
        }
        if (!sent.isMessage) {
            const bool good = status.error_code() == grpc::StatusCode::INVALID_ARGUMENT &&
                              status.error_message().find("ModelInferRequest") != std::string::npos;
            return good ? "" : "bytes that are no message";
        }
        if (sent.faults.empty()) {
            inference::ModelInferResponse response;
            return !status.ok()                       ? "an answer was due"
                   : !response.ParseFromString(reply) ? "the answer is no message"
                                                      : wrongEcho(sent.request, response);
        }
        std::string expected = "expected one of";
        for (const Fault& fault : sent.faults) {
            if (fault.code == status.error_code() && status.error_message().find(fault.says) != std::string::npos) {
                return "";
            }
            expected += " " + std::to_string(fault.code) + " '" + fault.says + "'";
        }
        return expected;
    }

    const EchoModels& m_models;
    const std::vector<inference::ModelInferRequest> m_good = goodRequests();
    MessageMutator m_mutator;
    RawCaller m_caller;
    std::vector<std::unique_ptr<Sent>> m_sent;
};

TEST_F(HostileInputs, everyMutatedRequestEarnsTheRightStatusAndTheCause) {
    google::protobuf::SetLogHandler(nullptr); // it would tell of every byte that is not UTF-8
    Stream(*s_node, kSeed).run(2000);         // so that buffers have their size before memory is measured
    const std::size_t before = s_node->residentBytes();
    const auto start = std::chrono::steady_clock::now();
    std::vector<std::unique_ptr<Stream>> streams;
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < kConnections; ++i) {
        streams.push_back(std::make_unique<Stream>(*s_node, kSeed + 1 + i));
        threads.emplace_back([stream = streams.back().get()] { stream->run(kRequests / kConnections); });
    }
    threads.clear();
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    const std::size_t after = s_node->residentBytes();
    std::map<int, std::size_t> statuses;
    std::size_t unreadable = 0;
    std::size_t faults = 0;
    std::size_t turnedAway = 0;
    for (const auto& stream : streams) {
        for (const auto& [code, count] : stream->statuses) {
            statuses[code] += count;
        }
        for (const std::string& wrong : stream->wrong) {
            ADD_FAILURE() << wrong;
        }
        unreadable += stream->unreadable;
        turnedAway += stream->turnedAway();
        faults += stream->faults;
    }
    std::printf(
        "requests=%zu seconds=%.1f ok=%zu invalid=%zu not_found=%zu unimplemented=%zu unreadable=%zu faults=%zu "
        "turned_away=%zu rss_mb=%zu growth_mb=%.1f\n",
        kRequests, seconds, statuses[grpc::OK], statuses[grpc::INVALID_ARGUMENT], statuses[grpc::NOT_FOUND],
        statuses[grpc::UNIMPLEMENTED], unreadable, faults, turnedAway, after >> 20,
        (static_cast<double>(after) - static_cast<double>(before)) / (1 << 20));
    EXPECT_TRUE(kSanitized || after < before + kMostGrowth) << after - before;
}

// The last: it ends the node.
TEST_F(HostileInputs, allAlongTheNodeAnsweredAndKeptToItself) {
    EXPECT_EQ(s_node->finish(), "");
    EXPECT_EQ(s_node->exitCode(), 0);
    const std::string log = s_node->node().log();
    for (std::istringstream lines(log); !lines.eof();) {
        std::string line;
        std::getline(lines, line);
        EXPECT_TRUE(line.empty() || (line.starts_with("20") && printable(line, 8192) == line)) << line;
    }
    std::size_t opened = 0;
    if (s_node->traced()) {
        const OpenedFiles files = s_node->openedFiles();
        opened = files.count();
        EXPECT_GT(opened, 100U);
        for (const std::string& file : files.outside(s_node->allowedFolders())) {
            ADD_FAILURE() << "the node opened " << file;
        }
    }
    std::printf("healthy_calls=%llu healthy_turned_away=%llu log_bytes=%zu traced=%d opened=%zu\n",
                static_cast<unsigned long long>(s_node->healthyCalls()),
                static_cast<unsigned long long>(s_node->healthyTurnedAway()), log.size(), s_node->traced(), opened);
    s_node.reset();
}

} // namespace
} // namespace gnomon::test
