// SPDX-License-Identifier: GPL-3.0-or-later
// What becomes of calls when there are ten times as many as can be answered, and of a caller whose neighbour sends
// twenty times what it may. Load comes from processes of their own that send when a call is due, whatever became of
// those before it, and each call counts from when it was due.
//   bench_overload [seconds under overload: 60]
#include "tests/support/bench_report.h"
#include "tests/support/callers.h"
#include "tests/support/dense_model.h"
#include "tests/support/model_folder.h"
#include "tests/support/node_process.h"
#include "tests/support/open_loop.h"

#include <unistd.h>

#include <ctime>
#include <fstream>
#include <thread>

namespace {

using namespace gnomon;
using namespace std::chrono_literals;
using test::OpenLoopLoad;

constexpr int kRows = 128; // of 8 layers of 512: about ten milliseconds of one processor
constexpr unsigned kChannels = 8;
constexpr int kRounds = 3;
constexpr double kShare = 0.10; // of the capacity: what a caller may send, where that is limited

// What a generator tells of its load.
struct Told {
    std::uint64_t answered = 0;
    std::uint64_t shed = 0;
    std::uint64_t failed = 0;
    double seconds = 0;
    double p50 = 0; // of the answered, in seconds
    double p99 = 0;
    double shedP99 = 0;
    double lag = 0;
    double cpu = 0; // of the generator itself, in processors

    double perSecond() const { return static_cast<double>(answered) / seconds; }
};

double quantile(std::vector<double> values, double q) {
    if (values.empty()) {
        return 0;
    }
    std::sort(values.begin(), values.end());
    return values[std::min(values.size() - 1, static_cast<std::size_t>(q * static_cast<double>(values.size())))];
}

// The generator's process: bench_overload generate ADDRESS CA CERTIFICATE KEY RATE WARM_UP_MS MS EVEN SEED
int generate(char** argv) {
    const client::ConnectOptions connect{argv[2], argv[3], argv[4], argv[5], "localhost", false, "gnomon-bench"};
    OpenLoopLoad load;
    load.perSecond = std::strtod(argv[6], nullptr);
    load.warmUp = std::chrono::milliseconds(std::strtol(argv[7], nullptr, 10));
    load.time = std::chrono::milliseconds(std::strtol(argv[8], nullptr, 10));
    load.even = argv[9] == std::string("even");
    load.seed = static_cast<unsigned>(std::strtoul(argv[10], nullptr, 10));
    test::OpenLoop generator(connect, kChannels, test::rowsRequest("dense", kRows));
    const std::clock_t began = std::clock();
    const auto start = std::chrono::steady_clock::now();
    const test::OpenLoopResult result = generator.run(load);
    const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - start;
    std::printf("%zu %zu %llu %.6f %.9f %.9f %.9f %.9f %.3f\n", result.answered.size(), result.shed.size(),
                static_cast<unsigned long long>(result.failed), result.seconds, quantile(result.answered, 0.5),
                quantile(result.answered, 0.99), quantile(result.shed, 0.99), result.worstLag,
                static_cast<double>(std::clock() - began) / CLOCKS_PER_SEC / spent.count());
    return 0;
}

// A running generator.
class Generator {
public:
    Generator(test::NodeProcess& node, const std::string& role, const OpenLoopLoad& load) {
        const client::ConnectOptions connect = node.connectAs(role, node.inference());
        const std::string program = std::filesystem::read_symlink("/proc/self/exe").string();
        const std::string command =
            program + " generate " + connect.address + " " + connect.caFile + " " + connect.certificateFile + " " +
            connect.keyFile + " " + std::to_string(load.perSecond) + " " + std::to_string(load.warmUp.count()) + " " +
            std::to_string(load.time.count()) + (load.even ? " even " : " random ") + std::to_string(load.seed);
        m_output = ::popen(command.c_str(), "r");
    }
    Generator(const Generator&) = delete;
    Generator& operator=(const Generator&) = delete;
    ~Generator() { wait(); }

    Told wait() {
        if (m_output != nullptr) {
            unsigned long long failed = 0;
            unsigned long long answered = 0;
            unsigned long long shed = 0;
            if (std::fscanf(m_output, "%llu %llu %llu %lf %lf %lf %lf %lf %lf", &answered, &shed, &failed,
                            &m_told.seconds, &m_told.p50, &m_told.p99, &m_told.shedP99, &m_told.lag,
                            &m_told.cpu) != 9) {
                std::fprintf(stderr, "a generator has told nothing\n");
                std::exit(1);
            }
            m_told.answered = answered;
            m_told.shed = shed;
            m_told.failed = failed;
            ::pclose(m_output);
            m_output = nullptr;
        }
        return m_told;
    }

private:
    std::FILE* m_output = nullptr;
    Told m_told;
};

Told run(test::NodeProcess& node, const std::string& role, const OpenLoopLoad& load) {
    return Generator(node, role, load).wait();
}

// Of the node, in seconds.
double cpuOf(pid_t pid) {
    std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
    std::string field;
    std::getline(file, field, ')'); // its name may hold blanks
    double ticks = 0;
    for (int i = 3; i <= 15 && file >> field; ++i) {
        ticks += i >= 14 ? std::strtod(field.c_str(), nullptr) : 0;
    }
    return ticks / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

void print(const char* what, double rate, const Told& told) {
    std::printf("%-22s %8.0f/s offered: %8.1f/s answered, p50 %6.2f ms, p99 %6.2f ms; %llu shed, p99 %5.2f ms; %llu "
                "failed; generator late by up to %.1f ms\n",
                what, rate, told.perSecond(), told.p50 * 1e3, told.p99 * 1e3,
                static_cast<unsigned long long>(told.shed), told.shedP99 * 1e3,
                static_cast<unsigned long long>(told.failed), told.lag * 1e3);
    std::fflush(stdout);
}

// What callers who wait for their answers get out of the node, at the concurrency that does best.
double capacityOf(test::NodeProcess& node, std::chrono::seconds time) {
    double best = 0;
    for (const unsigned callers : {2U, 4U, 8U}) {
        const auto client = node.caller(4);
        client::InferCall call;
        call.model = "dense";
        Tensor x{"x", DataType::Fp32, {kRows, 2}, Bytes(kRows * 2 * sizeof(float))};
        call.inputs = makeTensorSet({std::move(x)});
        call.deadline = 5s;
        test::Callers load(*client, callers, UINT64_MAX / 16, [&](std::uint64_t) { return call; });
        std::this_thread::sleep_for(1s); // to warm up
        const std::uint64_t before = load.calls() - load.failed();
        const auto start = std::chrono::steady_clock::now();
        std::this_thread::sleep_for(time);
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
        const double perSecond = static_cast<double>(load.calls() - load.failed() - before) / took.count();
        load.stop();
        std::printf("%u callers who wait: %.1f/s\n", callers, perSecond);
        best = std::max(best, perSecond);
    }
    return best;
}

OpenLoopLoad loadOf(double perSecond, std::chrono::milliseconds time, unsigned seed, bool even = false) {
    OpenLoopLoad load;
    load.perSecond = perSecond;
    load.warmUp = 2s;
    load.time = time;
    load.seed = seed;
    load.even = even;
    return load;
}

} // namespace

int main(int argc, char** argv) {
    if (argc == 11 && argv[1] == std::string("generate")) {
        return generate(argv);
    }
    const std::chrono::milliseconds time(1000 * (argc > 1 ? std::strtol(argv[1], nullptr, 10) : 60));
    const std::chrono::milliseconds slice = std::max<std::chrono::milliseconds>(time / 6, 1s);
    test::ModelFolder models;
    test::writeText(models.path() / "dense" / "1" / "model.onnx", test::denseModel(8, 512));
    test::writeText(models.path() / "dense" / "endpoint.toml", test::kDenseToml);

    test::NodeProcess node({models.path(), "", 0, false});
    if (!node.start()) {
        return 1;
    }
    const double capacity = capacityOf(node, std::chrono::duration_cast<std::chrono::seconds>(slice));
    const double calm = 0.2 * capacity;
    const Told unloaded = run(node, "caller/acme/calm", loadOf(calm, 2 * slice, 1));
    print("unloaded", calm, unloaded);
    const Told overload = run(node, "caller/acme/many", loadOf(10 * capacity, time, 2));
    print("overload", 10 * capacity, overload);
    node.stop();

    const double rate = kShare * capacity;
    test::NodeProcess fair(
        {models.path(), "[limits]\ncalls_per_second_per_caller = " + std::to_string(rate) + "\n", 0, false});
    if (!fair.start()) {
        return 1;
    }
    run(fair, "caller/acme/modest", loadOf(0.5 * rate, 1s, 3)); // to warm up
    std::vector<double> ratios;
    std::vector<double> errors;
    std::vector<double> shedCosts;
    for (unsigned round = 0; round < kRounds; ++round) {
        const OpenLoopLoad modest = loadOf(0.5 * rate, 2 * slice, 10 + round);
        const double cpuBefore = cpuOf(fair.pid());
        const Told alone = run(fair, "caller/acme/modest", modest);
        const double cpuAlone = cpuOf(fair.pid()) - cpuBefore;
        print("neighbour alone", modest.perSecond, alone);
        OpenLoopLoad much = loadOf(20 * rate, modest.time + 1s, 20 + round, true);
        Generator abuser(fair, "caller/evil/much", much);
        const Told beside = run(fair, "caller/acme/modest", modest);
        const Told abused = abuser.wait();
        const double cpuBeside = cpuOf(fair.pid()) - cpuBefore - cpuAlone;
        print("neighbour, abused", modest.perSecond, beside);
        print("abuser", much.perSecond, abused);
        ratios.push_back(beside.p99 / alone.p99);
        // Beside the sheds there were the calls that the abuser had answered; each cost what the neighbour's did.
        const double perAnswer = cpuAlone / static_cast<double>(alone.answered);
        const double sheds = static_cast<double>(abused.shed + beside.shed);
        const double answers = static_cast<double>(beside.answered + abused.answered);
        shedCosts.push_back((cpuBeside - perAnswer * answers) / sheds);
        errors.push_back(std::abs(abused.perSecond() / rate - 1));
    }

    test::BenchReport report("overload", 1);
    report.higher("goodput_share", overload.perSecond() / capacity, "share", 0.95);
    // The callers are ten times as many as any service's and run on the same machine.
    const double callers = overload.cpu / std::thread::hardware_concurrency();
    report.lower("callers_cpu_share", callers, "share");
    report.higher("goodput_share_of_rest", overload.perSecond() / capacity / (1 - callers), "share");
    report.lower("admitted_p99_ratio", overload.p99 / unloaded.p99, "ratio", 2);
    report.lower("shed_p99_ms", overload.shedP99 * 1e3, "ms", 5);
    report.lower("neighbour_p99_ratio", test::median(ratios), "ratio", 1.2);
    report.lower("rate_limit_error", test::median(errors), "share", 0.01);
    report.lower("shed_cpu_us", test::median(shedCosts) * 1e6, "us");
    return report.finish();
}
