// SPDX-License-Identifier: GPL-3.0-or-later
// How long a rollback takes under full load, as a caller sees it, and whether any call pays for it.
#include "tests/support/await.h"
#include "tests/support/bench_report.h"
#include "tests/support/callers.h"
#include "tests/support/demo_rows.h"
#include "tests/support/node_process.h"

namespace {

using namespace gnomon;
using SteadyTime = std::chrono::steady_clock::time_point;

constexpr unsigned kCallers = 8;
constexpr const char* kEndpoint = "spam-filter";

// When the first reply of each generation came.
class FirstReplies {
public:
    void note(std::uint64_t generation) {
        if (generation <= m_newest.load(std::memory_order_relaxed)) {
            return;
        }
        const auto now = std::chrono::steady_clock::now();
        const std::lock_guard lock(m_mutex);
        m_first.try_emplace(generation, now);
        m_newest = std::max(m_newest.load(), generation);
        m_changed.notify_all();
    }
    std::optional<SteadyTime> await(std::uint64_t generation) {
        std::unique_lock lock(m_mutex);
        const bool came = m_changed.wait_for(lock, std::chrono::seconds(30), [&] { return m_newest >= generation; });
        const auto found = m_first.find(generation);
        return came && found != m_first.end() ? std::optional(found->second) : std::nullopt;
    }

private:
    std::atomic<std::uint64_t> m_newest{0};
    std::mutex m_mutex;
    std::condition_variable m_changed;
    std::map<std::uint64_t, SteadyTime> m_first;
};

struct Switch {
    std::uint64_t generation;
    double acknowledged; // ms from sending ExecutePlan to its answer
    double replied;      // ms from sending ExecutePlan to the first reply of the new generation
};

Result<Switch> rollBack(port::NodeGateway& gateway, FirstReplies& replies, std::uint64_t to) {
    ChangeRequest request = test::changeRequest(ChangeKind::Rollback, kEndpoint);
    request.toGeneration = GenerationNumber(to);
    GNOMON_ASSIGN(const PlanPreview preview,
                  test::await<PlanPreview>([&](auto done) { gateway.planChange(request, {}, std::move(done)); }));
    const RequestId id(SystemRandom().id());
    const auto sent = std::chrono::steady_clock::now();
    GNOMON_ASSIGN(const ChangeOutcome outcome, test::await<ChangeOutcome>([&](auto done) {
                      gateway.executePlan({preview.digest, id, request.reason}, {}, std::move(done));
                  }));
    const auto answered = std::chrono::steady_clock::now();
    const std::uint64_t generation = outcome.generation.number.value;
    const std::optional<SteadyTime> first = replies.await(generation);
    if (!first) {
        return Error{ErrorCode::Internal, "no reply of generation " + std::to_string(generation)};
    }
    const auto ms = [sent](SteadyTime t) { return std::chrono::duration<double, std::milli>(t - sent).count(); };
    return Switch{generation, ms(answered), ms(*first)};
}

double quantile(std::vector<double> values, double q) {
    std::sort(values.begin(), values.end());
    return values[static_cast<std::size_t>(q * static_cast<double>(values.size() - 1))];
}

} // namespace

int main(int argc, char** argv) {
    const int rollbacks = argc > 1 ? std::atoi(argv[1]) : 1000;
    test::NodeProcess node({test::demoModels(), "", 0, false});
    if (!node.start()) {
        return 1;
    }
    const auto gateway = node.operatorGateway();
    const auto client = node.caller(kCallers);
    const test::DemoRows rows(kEndpoint);
    FirstReplies replies;
    test::Callers callers(
        *client, kCallers, UINT64_MAX / 16,
        [&](std::uint64_t n) {
            client::InferCall call;
            call.model = kEndpoint;
            call.inputs = rows.inputs(static_cast<std::size_t>(n));
            call.deadline = std::chrono::seconds(5);
            return call;
        },
        [&](const client::InferReply& reply, SteadyTime) { replies.note(std::stoull(reply.generation)); });

    ChangeRequest promote = test::changeRequest(ChangeKind::Promote, kEndpoint);
    promote.version = VersionNumber(2);
    Result<EffectProof> promoted = test::change(*gateway, promote);
    if (!promoted) {
        std::fprintf(stderr, "%s\n", promoted.error().message.c_str());
        return 1;
    }
    std::vector<double> replied;
    std::vector<double> acknowledged;
    const auto start = std::chrono::steady_clock::now();
    const std::uint64_t before = callers.calls();
    for (int i = 0; i < rollbacks; ++i) { // from v2 to v1 and back: both are warm
        const Result<Switch> done = rollBack(*gateway, replies, i % 2 == 0 ? 1 : 2);
        if (!done) {
            std::fprintf(stderr, "rollback %d: %s\n", i, done.error().message.c_str());
            return 1;
        }
        replied.push_back(done->replied);
        acknowledged.push_back(done->acknowledged);
    }
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    const std::uint64_t calls = callers.calls() - before;
    callers.stop();
    std::fprintf(stderr, "%s", callers.failures().c_str());
    test::BenchReport report("rollback", 1);
    report.higher("rollbacks", rollbacks, "count");
    report.higher("calls_per_second", static_cast<double>(calls) / took.count(), "1/s");
    report.lower("failed_calls", static_cast<double>(callers.failed()), "count", 0);
    report.lower("switch_p50_ms", quantile(replied, 0.5), "ms");
    report.lower("switch_p99_ms", quantile(replied, 0.99), "ms", 20);
    report.lower("switch_worst_ms", quantile(replied, 1), "ms");
    report.lower("acknowledged_p99_ms", quantile(acknowledged, 0.99), "ms");
    return report.finish();
}
