// SPDX-License-Identifier: GPL-3.0-or-later
// usage: bench_console_view FILE paint STARTED | FILE fleet NODES SECONDS | FILE audit
// The console over that store, watched from inside. Prints what it measured as JSON.
#include "tests/bench/console/view.h"

#include "backend/wire/library_log.h"
#include "ui/bridge/node_session.h"

#include <QApplication>
#include <QEvent>
#include <QTimer>
#include <QWidget>

#include <sys/resource.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <fstream>

namespace gnomon::bench {
namespace {

// Ends the program when the fleet has been painted for the first time.
class PaintWatch final : public QObject {
public:
    explicit PaintWatch(std::int64_t startedNs) : m_startedNs(startedNs) { qApp->installEventFilter(this); }

    bool eventFilter(QObject* watched, QEvent* event) override {
        if (event->type() == QEvent::Paint && !m_seen && watched->parent() != nullptr &&
            watched->parent()->objectName() == QLatin1String("fleetTable")) {
            m_seen = true;
            QTimer::singleShot(0, qApp, [this] { // the rest of the window is painted in the same go
                const auto now = Steady::now().time_since_epoch();
                const auto ns = std::chrono::duration_cast<std::chrono::nanoseconds>(now).count() - m_startedNs;
                std::printf("%s\n", nlohmann::json{{"first_paint_s", static_cast<double>(ns) / 1e9}}.dump().c_str());
                std::fflush(stdout);
                QApplication::quit();
            });
        }
        return false;
    }

private:
    const std::int64_t m_startedNs;
    bool m_seen = false;
};

double cpuSeconds() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& t) {
        return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double residentMb() {
    std::ifstream file("/proc/self/statm");
    double pages = 0;
    file >> pages >> pages;
    return pages * static_cast<double>(sysconf(_SC_PAGESIZE)) / 1e6;
}

// Of a straight line through them, per step.
double slope(const std::vector<double>& values) {
    const auto n = static_cast<double>(values.size());
    double sum = 0;
    double weighted = 0;
    double squares = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
        const double x = static_cast<double>(i) - (n - 1) / 2;
        weighted += x * values[i];
        squares += x * x;
        sum += values[i];
    }
    return squares > 0 ? weighted / squares : 0;
}

nlohmann::json measureFleet(app::Console& console, unsigned nodes, double seconds) {
    const auto live = [&] {
        unsigned count = 0;
        for (const ui::NodeSession* session : console.fleet().sessions()) {
            count += session->latest() != nullptr ? 1 : 0;
        }
        return count >= nodes;
    };
    const auto start = Steady::now();
    if (!runUntil(live, std::chrono::minutes(2))) {
        return {};
    }
    const double liveSeconds = msSince(start) / 1000;
    // Every comparison is asked for anew each minute; memory settles when all have been there a few times.
    runFor(std::chrono::minutes(3));
    const double cpu = cpuSeconds();
    const auto from = Steady::now();
    std::vector<double> resident;
    while (msSince(from) < seconds * 1000) {
        runFor(std::chrono::seconds(2));
        resident.push_back(residentMb());
    }
    const double took = msSince(from) / 1000;
    return {{"fleet_live_s", liveSeconds},
            {"fleet_cpu_share", (cpuSeconds() - cpu) / took},
            {"rss_mb", resident.back()},
            {"rss_slope_mb_per_min", slope(resident) * 60 / (took / static_cast<double>(resident.size()))}};
}

int run(int argc, char** argv) {
    if (argc < 3) {
        return 2;
    }
    wire::routeLibraryLogs();
    QApplication application(argc, argv);
    QApplication::setApplicationName(QStringLiteral("gnomon"));
    const std::string what = argv[2];
    std::unique_ptr<PaintWatch> paint;
    if (what == "paint") {
        paint = std::make_unique<PaintWatch>(std::strtoll(argv[3], nullptr, 10));
    }
    app::ConsoleOptions options;
    options.store = argv[1];
    const auto console = app::Console::open(options, application);
    if (!console) {
        std::fprintf(stderr, "%s\n", console.error().message.c_str());
        return 1;
    }
    (*console)->window().resize(1440, 900);
    (*console)->window().show();
    if (paint) {
        return QApplication::exec();
    }
    const nlohmann::json measured =
        what == "fleet" ? measureFleet(**console, static_cast<unsigned>(std::atoi(argv[3])), std::atof(argv[4]))
                        : measureAudit(**console);
    if (measured.empty()) {
        std::fprintf(stderr, "the nodes did not answer\n");
        return 1;
    }
    std::printf("%s\n", measured.dump().c_str());
    return 0;
}

} // namespace
} // namespace gnomon::bench

int main(int argc, char** argv) {
    return gnomon::bench::run(argc, argv);
}
