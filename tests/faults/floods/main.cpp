// SPDX-License-Identifier: GPL-3.0-or-later
// ./run faults floods [--seconds N] [NAME]: attacks a node as a stranger and as a caller with a certificate, and checks
// that its memory grows by at most 64 MiB and that good calls are answered within 5 s of each attack.
#include "backend/base/sanitized.h"
#include "tests/faults/floods/attacks.h"
#include "tests/support/bench_report.h"
#include "tests/support/demo_rows.h"
#include "tests/support/node_process.h"

#include <csignal>
#include <cstring>

namespace {

using namespace gnomon;
using namespace std::chrono_literals;

constexpr double kMostRecoverySeconds = 5;
constexpr double kMostGrowthMib = 64;

double residentMib(pid_t process) {
    std::ifstream file("/proc/" + std::to_string(process) + "/statm");
    double pages = 0;
    file >> pages >> pages;
    return pages * static_cast<double>(::sysconf(_SC_PAGESIZE)) / (1 << 20);
}

double processorSeconds(pid_t process) {
    clockid_t clock{};
    timespec used{};
    ::clock_getcpuclockid(process, &clock);
    ::clock_gettime(clock, &used);
    return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) / 1e9;
}

// A caller of good will with a connection of its own for each call.
class GoodCaller {
public:
    explicit GoodCaller(test::NodeProcess& node)
        : m_connect(node.connectAs("caller/acme/good", node.inference())), m_rows("spam-filter") {}

    bool answered(std::chrono::milliseconds within) {
        const auto client = client::makeInferenceClient(m_connect, 1).value();
        client::InferCall call;
        call.model = "spam-filter";
        call.inputs = m_rows.inputs(0);
        call.deadline = within;
        return client->infer(call).ok();
    }

private:
    client::ConnectOptions m_connect;
    test::DemoRows m_rows;
};

struct Outcome {
    double before = 0; // resident MiB
    double most = 0;
    double processor = 0; // of the node, in seconds
    double attacker = 0;
    int asked = 0; // good calls during the attack
    int unanswered = 0;
    double recovery = 0; // seconds from the end of the attack
    faults::AttackResult result;
};

Outcome attack(test::NodeProcess& node, GoodCaller& good, const faults::Attack& attack, const faults::Target& target) {
    Outcome outcome;
    outcome.before = residentMib(node.pid());
    const double used = processorSeconds(node.pid());
    {
        std::jthread watch([&](const std::stop_token& stop) {
            while (!stop.stop_requested()) {
                outcome.most = std::max(outcome.most, residentMib(node.pid()));
                std::this_thread::sleep_for(10ms);
            }
        });
        std::jthread calls([&](const std::stop_token& stop) {
            while (!stop.stop_requested()) {
                ++outcome.asked;
                outcome.unanswered += good.answered(2s) ? 0 : 1;
                std::this_thread::sleep_for(200ms);
            }
        });
        const double own = test::cpuSeconds();
        outcome.result = attack.run(target);
        outcome.attacker = test::cpuSeconds() - own;
    }
    const auto end = std::chrono::steady_clock::now();
    std::chrono::duration<double> waited{};
    do {
        const bool back = good.answered(1s);
        waited = std::chrono::steady_clock::now() - end;
        if (back) {
            break;
        }
    } while (waited.count() < 4 * kMostRecoverySeconds);
    outcome.recovery = waited.count();
    outcome.processor = processorSeconds(node.pid()) - used;
    outcome.most = std::max(outcome.most, residentMib(node.pid()));
    return outcome;
}

} // namespace

int main(int argc, char** argv) {
    ::signal(SIGPIPE, SIG_IGN);
    double seconds = 5;
    std::string only;
    for (int i = 1; i < argc; ++i) {
        if (std::strcmp(argv[i], "--seconds") == 0 && i + 1 < argc) {
            seconds = std::atof(argv[++i]);
        } else {
            only = argv[i];
        }
    }
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);

    int failed = 0;
    int run = 0;
    std::printf("%-22s %-9s %8s %8s %9s %9s %6s %9s %11s\n", "attack", "by", "MiB", "growth", "node_cpu", "att_cpu",
                "cuts", "back_s", "unanswered");
    for (const faults::Attack& each : faults::attacks()) {
        if (!only.empty() && only != each.name) {
            continue;
        }
        // A node of its own for each, so that none profits from what another left allocated.
        test::NodeProcess node({test::demoModels(), "", each.name == "descriptors" ? rlim_t{256} : rlim_t{0}, false});
        if (!node.start()) {
            return 1;
        }
        GoodCaller good(node);
        for (int i = 0; i < 20; ++i) { // what a node allocates once
            good.answered(5s);
        }
        const faults::Target target{node.inference(), node.pki().issue("caller/evil/flood"),
                                    std::chrono::milliseconds(static_cast<int>(1000 * seconds))};
        const Outcome o = attack(node, good, each, target);
        const double growth = o.most - o.before;
        const bool held =
            (growth <= kMostGrowthMib || kSanitized) && o.recovery <= kMostRecoverySeconds && node.stop() == 0;
        std::printf("%-22s %-9s %8.1f %8.1f %9.2f %9.2f %6llu %9.3f %5d of %2d%s\n", each.name.c_str(),
                    each.enrolled ? "caller" : "stranger", o.before, growth, o.processor, o.attacker,
                    static_cast<unsigned long long>(o.result.cuts), o.recovery, o.unanswered, o.asked,
                    held ? "" : "  NOT HELD");
        std::fflush(stdout);
        ++run;
        failed += held ? 0 : 1;
    }
    std::printf("attacks=%d not_held=%d\n", run, failed);
    return failed == 0 && run > 0 ? 0 : 1;
}
