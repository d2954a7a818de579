// SPDX-License-Identifier: GPL-3.0-or-later
// usage: bench_console [--minutes M] [--nodes N] [--records N]
// What the console costs over fifty busy nodes, how soon it is there, and how it shows a long audit trail.
#include "tests/bench/console/child.h"
#include "tests/support/bench_report.h"
#include "tests/support/temp_folder.h"

#include <cstring>

namespace {

using namespace gnomon;
using bench::Child;

constexpr int kPaints = 5;

struct Options {
    double minutes = 10;
    std::string nodes = "50";
    std::string records = "1000000";
};

bool parse(int argc, char** argv, Options& options) {
    for (int i = 1; i + 1 < argc; i += 2) {
        if (std::strcmp(argv[i], "--minutes") == 0) {
            options.minutes = std::atof(argv[i + 1]);
        } else if (std::strcmp(argv[i], "--nodes") == 0) {
            options.nodes = argv[i + 1];
        } else if (std::strcmp(argv[i], "--records") == 0) {
            options.records = argv[i + 1];
        } else {
            return false;
        }
    }
    return argc % 2 == 1;
}

nlohmann::json look(const std::vector<std::string>& arguments) {
    Child view("bench_console_view", arguments);
    const std::string line = view.line();
    if (line.empty()) {
        std::fprintf(stderr, "bench_console_view %s: measured nothing\n", arguments[1].c_str());
        std::exit(1);
    }
    return nlohmann::json::parse(line);
}

// before: the files to be read from the disk again.
double firstPaint(const std::string& store, const std::vector<std::string>& cold) {
    std::vector<double> took;
    for (int i = 0; i < kPaints; ++i) {
        bench::dropFromCache(cold);
        took.push_back(look({store, "paint", std::to_string(bench::monotonicNs())})["first_paint_s"]);
    }
    return test::median(took);
}

void take(test::BenchReport& report, const nlohmann::json& from, const char* key, const char* unit,
          std::optional<double> aim = {}) {
    report.lower(key, from.at(key).get<double>(), unit, aim);
}

} // namespace

int main(int argc, char** argv) {
    Options options;
    if (!parse(argc, argv, options)) {
        std::fprintf(stderr, "usage: bench_console [--minutes M] [--nodes N] [--records N]\n");
        return 2;
    }
    setenv("QT_QPA_PLATFORM", "offscreen", 0);
    setenv("QT_LOGGING_RULES", "*.warning=false", 0); // of the offscreen platform, about itself
    test::BenchReport report("console", kPaints);
    const test::TempFolder folder;
    const std::string fleetStore = (folder / "fleet.db").string();
    const std::string auditStore = (folder / "audit.db").string();
    std::vector<std::string> files;
    nlohmann::json fleet;
    {
        Child nodes("bench_console_nodes", {"fleet", options.nodes, "20", fleetStore});
        if (nodes.line() != "ready") {
            return 1;
        }
        report.lower("first_paint_warm_s", firstPaint(fleetStore, {}), "s");
        Child view("bench_console_view", {fleetStore, "fleet", options.nodes, std::to_string(options.minutes * 60)});
        fleet = nlohmann::json::parse(view.lineWatching([&] { files = view.mappedFiles(); }));
    }
    // Nobody else has the console's libraries open now.
    report.lower("first_paint_s", firstPaint(fleetStore, files), "s", 0.4);
    take(report, fleet, "fleet_live_s", "s");
    take(report, fleet, "fleet_cpu_share", "cores", 0.15);
    take(report, fleet, "rss_mb", "MB", 200);
    take(report, fleet, "rss_slope_mb_per_min", "MB/min", 0.1);
    Child audited("bench_console_nodes", {"audit", options.records, auditStore});
    if (audited.line() != "ready") {
        return 1;
    }
    const nlohmann::json audit = look({auditStore, "audit"});
    take(report, audit, "worst_frame_ms", "ms", 33);
    take(report, audit, "p99_frame_ms", "ms");
    take(report, audit, "median_frame_ms", "ms");
    report.higher("frames", audit.at("frames").get<double>(), "count");
    take(report, audit, "filter_ms", "ms", 100);
    take(report, audit, "filter_typed_ms", "ms"); // the console waits until nothing more was typed
    return report.finish();
}
