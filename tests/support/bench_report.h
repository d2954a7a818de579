// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

namespace gnomon::test {

// The figures of one bench: a table for people, and <GNOMON_SOURCE>/build/bench/<name>.json for whoever compares.
class BenchReport {
public:
    // runs: of which each figure is the median, unless its own line says otherwise.
    BenchReport(std::string name, int runs) : m_name(std::move(name)), m_runs(runs) {}

    void lower(const std::string& key, double value, const std::string& unit, std::optional<double> aim = {}) {
        m_figures.push_back({key, value, unit, aim, false});
    }
    void higher(const std::string& key, double value, const std::string& unit, std::optional<double> aim = {}) {
        m_figures.push_back({key, value, unit, aim, true});
    }

    // Prints and writes; the program's exit code. A figure that misses its aim is no failure: it stands as it is.
    int finish() const {
        nlohmann::json figures = nlohmann::json::array();
        std::printf("%-32s %14s  %-10s %10s\n", m_name.c_str(), "measured", "unit", "aim");
        for (const Figure& f : m_figures) {
            figures.push_back(
                {{"key", f.key}, {"value", f.value}, {"unit", f.unit}, {"better", f.higher ? "higher" : "lower"}});
            figures.back()["aim"] = f.aim ? nlohmann::json(*f.aim) : nlohmann::json();
            const bool met = !f.aim || (f.higher ? f.value >= *f.aim : f.value <= *f.aim);
            std::printf("  %-30s %14.6g  %-10s %10s%s\n", f.key.c_str(), f.value, f.unit.c_str(),
                        f.aim ? text(*f.aim).c_str() : "", met ? "" : "  missed");
        }
        const char* source = std::getenv("GNOMON_SOURCE");
        const auto folder = std::filesystem::path(source != nullptr ? source : ".") / "build" / "bench";
        std::filesystem::create_directories(folder);
        std::ofstream file(folder / (m_name + ".json"));
        file << nlohmann::json{{"name", m_name}, {"runs", m_runs}, {"figures", figures}}.dump(2) << "\n";
        return file.good() ? 0 : 1;
    }

private:
    struct Figure {
        std::string key;
        double value;
        std::string unit;
        std::optional<double> aim;
        bool higher;
    };
    static std::string text(double value) {
        char buffer[32];
        std::snprintf(buffer, sizeof buffer, "%g", value);
        return buffer;
    }

    std::string m_name;
    int m_runs;
    std::vector<Figure> m_figures;
};

inline double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    const std::size_t middle = values.size() / 2;
    return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

// Of this thread, in seconds: what else the machine does leaves it nearly alone.
inline double cpuSeconds() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

} // namespace gnomon::test
