// SPDX-License-Identifier: GPL-3.0-or-later
// Whether callers get their answers in time while a version fails, and what a version that is skipped costs them.
#include "tests/support/bench_report.h"
#include "tests/support/callers.h"
#include "tests/support/failing_models.h"
#include "tests/support/model_folder.h"
#include "tests/support/node_process.h"
#include "tests/support/worker_of.h"

#include "backend/stats/log_sketch.h"

namespace {

using namespace gnomon;
using namespace std::chrono_literals;
using std::chrono::milliseconds;

constexpr unsigned kCallers = 8;

// Each failing endpoint has the healthy version behind it, and a constant at the end.
constexpr const char* kToml =
    "[initial]\nproduction = 1\nchain = [\"v2\", \"constant\"]\n[budget]\nmilliseconds = 2000\n"
    "[[constant]]\nname = \"y\"\ndatatype = \"FP32\"\nshape = [1, 2]\ndata = [0.25, 0.75]\n";
// A shadow beside a healthy production version: its worker is killed again and again.
constexpr const char* kShadowed =
    "[initial]\nproduction = 1\nshadows = [{ version = 2, mirror = 100 }]\n"
    "chain = [\"constant\"]\n[budget]\nmilliseconds = 2000\n"
    "[[constant]]\nname = \"y\"\ndatatype = \"FP32\"\nshape = [1, 2]\ndata = [0.25, 0.75]\n";

struct Outcome {
    std::uint64_t calls = 0;
    std::uint64_t failed = 0;
    std::uint64_t substituted = 0; // answered, but not by production
    double worstLatenessMs = 0;    // of a reply or a failure, beyond the deadline
    double p99 = 0;                // seconds
};

// Sends callsEach requests from each caller and measures each from its sending to its end.
Outcome run(client::InferenceClient& client, std::uint64_t callsEach, const std::function<client::InferCall()>& make) {
    std::mutex mutex;
    stats::LogSketch latency;
    Outcome outcome;
    std::vector<std::jthread> callers;
    for (unsigned i = 0; i < kCallers; ++i) {
        callers.emplace_back([&] {
            stats::LogSketch own;
            Outcome mine;
            for (std::uint64_t n = 0; n < callsEach; ++n) {
                const client::InferCall call = make();
                const auto sent = std::chrono::steady_clock::now();
                const auto reply = client.infer(call);
                const std::chrono::duration<double> took = std::chrono::steady_clock::now() - sent;
                own.add(took.count());
                mine.failed += reply ? 0 : 1;
                mine.substituted += reply && reply->servedBy != "production" ? 1 : 0;
                mine.worstLatenessMs = std::max(
                    mine.worstLatenessMs, (took.count() - std::chrono::duration<double>(call.deadline).count()) * 1000);
            }
            const std::lock_guard lock(mutex);
            latency.merge(own);
            outcome.failed += mine.failed;
            outcome.substituted += mine.substituted;
            outcome.calls += callsEach;
            outcome.worstLatenessMs = std::max(outcome.worstLatenessMs, mine.worstLatenessMs);
        });
    }
    callers.clear();
    outcome.p99 = latency.quantile(0.99);
    return outcome;
}

// Keeps every processor busy for as long as it lives, so that node and callers wait for their turn.
class BusyMachine {
public:
    BusyMachine() {
        for (unsigned i = 0; i < std::thread::hardware_concurrency(); ++i) {
            m_threads.emplace_back([](const std::stop_token& stop) {
                while (!stop.stop_requested()) {
                }
            });
        }
    }

private:
    std::vector<std::jthread> m_threads;
};

class Bench {
public:
    explicit Bench(std::uint64_t callsEach) : m_callsEach(callsEach) {
        const std::string identity = test::TinyOnnx::identity();
        add("alone", {identity}, test::failingToml());
        add("sound", {identity, identity}, kToml);
        add("nan", {test::nanModel(), identity}, kToml);
        add("failing", {test::failingModel(), identity}, kToml);
        add("killed", {identity, identity}, kShadowed);
        add("looping", {test::loopingModel()}, test::kLoopingToml);
    }

    bool start() {
        m_node = std::make_unique<test::NodeProcess>(test::NodeProcessOptions{m_models.path(), "", 0, false});
        if (!m_node->start()) {
            return false;
        }
        m_client = m_node->caller(4);
        for (const char* name : {"alone", "sound"}) { // connections are made before deadlines count
            run(*m_client, 50, [name] { return test::callOf(name, 5s); });
        }
        return true;
    }
    Outcome calls(const std::string& name, milliseconds deadline) {
        return run(*m_client, m_callsEach,
                   [&] { return name == "looping" ? test::loopingCall(deadline) : test::callOf(name, deadline); });
    }
    Outcome killed(milliseconds deadline) {
        std::jthread killer([this](const std::stop_token& stop) {
            while (!stop.stop_requested()) {
                if (const pid_t worker = test::workerOf(m_node->pid(), "killed v2"); worker != 0) {
                    ::kill(worker, SIGKILL);
                }
                std::this_thread::sleep_for(200ms);
            }
        });
        return run(*m_client, m_callsEach, [&] { return test::callOf("killed", deadline); });
    }

private:
    void add(const std::string& name, const std::vector<std::string>& versions, const std::string& toml) {
        for (std::size_t i = 0; i < versions.size(); ++i) {
            test::writeText(m_models.path() / name / std::to_string(i + 1) / "model.onnx", versions[i]);
        }
        test::writeText(m_models.path() / name / "endpoint.toml", toml);
    }

    const std::uint64_t m_callsEach;
    test::ModelFolder m_models;
    std::unique_ptr<test::NodeProcess> m_node;
    std::unique_ptr<client::InferenceClient> m_client;
};

void print(const std::string& name, milliseconds deadline, const Outcome& outcome) {
    std::printf("%-11s at %3lld ms: %llu calls, %llu failed, worst %.2f ms late, p99 %.3f ms\n", name.c_str(),
                static_cast<long long>(deadline.count()), static_cast<unsigned long long>(outcome.calls),
                static_cast<unsigned long long>(outcome.failed), outcome.worstLatenessMs, outcome.p99 * 1000);
}

// Of the calls to a sound version the share that it did not answer, though it would have.
double needlessShare(Bench& bench, const std::string& title, milliseconds deadline) {
    const Outcome outcome = bench.calls("sound", deadline);
    print(title, deadline, outcome);
    return static_cast<double>(outcome.substituted) / static_cast<double>(outcome.calls);
}

} // namespace

int main(int argc, char** argv) {
    const std::uint64_t callsEach = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 10000;
    std::uint64_t calls = 0;
    std::uint64_t failed = 0;
    double worst = 0;
    double needless = 0; // at 10 ms
    double needlessBusy = 0;
    std::vector<double> skipped;
    for (const milliseconds deadline : {10ms, 20ms, 50ms}) {
        Bench bench(callsEach);
        if (!bench.start()) {
            return 1;
        }
        if (deadline == 10ms) {
            needless = needlessShare(bench, "sound", deadline);
            const BusyMachine busy;
            needlessBusy = needlessShare(bench, "sound, busy", deadline);
        }
        for (const std::string name : {"nan", "failing", "looping", "killed"}) {
            const Outcome outcome = name == "killed" ? bench.killed(deadline) : bench.calls(name, deadline);
            print(name, deadline, outcome);
            calls += outcome.calls;
            failed += outcome.failed;
            worst = std::max(worst, outcome.worstLatenessMs);
        }
        for (int round = 0; round < 3; ++round) { // skipped by now; each beside the healthy version alone
            const double alone = bench.calls("alone", 1s).p99;
            skipped.push_back(bench.calls("failing", 1s).p99 / alone);
        }
    }
    test::BenchReport report("substitution", 9);
    report.higher("replies_in_time", 1 - static_cast<double>(failed) / static_cast<double>(calls), "share", 1);
    report.lower("failed_calls", static_cast<double>(failed), "count", 0);
    report.lower("worst_lateness_ms", worst, "ms", 0);
    report.lower("p99_ratio_skipped", test::median(skipped), "ratio", 1.2);
    report.lower("needless_substitutions", needless, "share");
    report.lower("needless_substitutions_busy", needlessBusy, "share");
    return report.finish();
}
