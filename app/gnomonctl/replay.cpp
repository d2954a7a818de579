// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/gnomonctl/context.h"
#include "app/gnomonctl/rows.h"
#include "app/gnomonctl/text.h"
#include "app/gnomonctl/verbs.h"
#include "backend/base/mutex.h"
#include "backend/stats/log_sketch.h"

#include <CLI/CLI.hpp>

#include <nlohmann/json.hpp>

#include <atomic>
#include <csignal>
#include <map>
#include <thread>

namespace gnomon::ctl {

namespace {

struct ReplayOptions {
    std::string file;
    std::string endpoint;
    double rate = 50;
    std::uint64_t count = 0;
    double seconds = 0;
    bool loop = false;
    int deadlineMs = 1000;
    std::string rowParameter = "row";
};

// Set by SIGINT and SIGTERM: the replay then ends early and still reports.
std::atomic<bool> g_stop{false};

// What came back; written by the client's threads.
class Tally {
public:
    void add(const Result<client::InferReply>& reply) {
        const MutexLock lock(m_mutex);
        --m_outstanding;
        if (reply) {
            ++m_answered;
            m_latency.add(static_cast<double>(reply->latency.count()) / 1e9);
            ++m_servedBy[reply->servedBy + (reply->version.empty() ? "" : " v" + reply->version)];
            if (!reply->reason.empty()) {
                ++m_substituted;
            }
        } else {
            ++m_failed;
            ++m_errors[std::string(codeName(reply.error().code)) + ": " + printable(reply.error().message, 200)];
        }
        m_changed.notifyAll();
    }
    // Waits until fewer than `most` are outstanding, then counts one more.
    void begin(std::uint64_t most) {
        const MutexLock lock(m_mutex);
        while (m_outstanding >= most) {
            m_changed.wait(m_mutex);
        }
        ++m_outstanding;
        ++m_sent;
    }
    void waitForAll() {
        const MutexLock lock(m_mutex);
        while (m_outstanding > 0) {
            m_changed.wait(m_mutex);
        }
    }
    nlohmann::json toJson() {
        const MutexLock lock(m_mutex);
        nlohmann::json object = {{"sent", m_sent},          {"answered", m_answered},
                                 {"failed", m_failed},      {"substituted", m_substituted},
                                 {"served_by", m_servedBy}, {"errors", m_errors}};
        for (const auto& [name, quantile] :
             {std::pair{"p50_ms", 0.5}, {"p90_ms", 0.9}, {"p99_ms", 0.99}, {"p999_ms", 0.999}}) {
            if (m_answered > 0) {
                object[name] = m_latency.quantile(quantile) * 1000;
            }
        }
        return object;
    }

private:
    Mutex m_mutex;
    Condition m_changed;
    std::uint64_t m_sent GUARDED_BY(m_mutex) = 0;
    std::uint64_t m_outstanding GUARDED_BY(m_mutex) = 0;
    std::uint64_t m_answered GUARDED_BY(m_mutex) = 0;
    std::uint64_t m_failed GUARDED_BY(m_mutex) = 0;
    std::uint64_t m_substituted GUARDED_BY(m_mutex) = 0;
    stats::LogSketch m_latency GUARDED_BY(m_mutex);
    std::map<std::string, std::uint64_t> m_servedBy GUARDED_BY(m_mutex);
    std::map<std::string, std::uint64_t> m_errors GUARDED_BY(m_mutex);
};

void printReport(Context& context, const nlohmann::json& report) {
    if (context.json()) {
        return context.printJson(report);
    }
    std::string text = std::to_string(report["sent"].get<std::uint64_t>()) + " sent, " +
                       std::to_string(report["answered"].get<std::uint64_t>()) + " answered, " +
                       std::to_string(report["failed"].get<std::uint64_t>()) + " failed, " +
                       std::to_string(report["substituted"].get<std::uint64_t>()) + " substituted\n";
    if (report.contains("p50_ms")) {
        text += "latency p50 " + decimal(report["p50_ms"], 2) + " ms, p90 " + decimal(report["p90_ms"], 2) +
                " ms, p99 " + decimal(report["p99_ms"], 2) + " ms, p99.9 " + decimal(report["p999_ms"], 2) + " ms\n";
    }
    for (const auto& [who, count] : report["served_by"].items()) {
        text += "  " + who + ": " + count.dump() + "\n";
    }
    for (const auto& [error, count] : report["errors"].items()) {
        text += "  failed " + count.dump() + "x " + error + "\n";
    }
    context.print(text);
}

Status replay(Context& context, const ReplayOptions& options, Tally& tally) {
    GNOMON_ASSIGN(client::InferenceClient * inference, context.inference());
    GNOMON_ASSIGN(const Rows rows, readRows(options.file));
    GNOMON_ASSIGN(const client::ModelSummary model, inference->modelMetadata(options.endpoint, "", context.timeout()));
    GNOMON_ASSIGN(const RowEncoder encoder, RowEncoder::make(model, rows));
    if (!encoder.note().empty()) {
        context.note(encoder.note());
    }
    constexpr std::uint64_t kMostOutstanding = 256;
    const auto start = std::chrono::steady_clock::now();
    const std::chrono::duration<double> interval(1.0 / options.rate);
    const std::uint64_t total = options.count > 0 ? options.count : options.loop ? UINT64_MAX : rows.rows.size();
    for (std::uint64_t i = 0; i < total && !g_stop; ++i) {
        const auto due =
            start + std::chrono::duration_cast<std::chrono::nanoseconds>(interval * static_cast<double>(i));
        if (options.seconds > 0 && due - start > std::chrono::duration<double>(options.seconds)) {
            break;
        }
        std::this_thread::sleep_until(due);
        const std::size_t row = i % rows.rows.size();
        client::InferCall call;
        call.model = options.endpoint;
        call.id = "row-" + std::to_string(row + 1);
        call.deadline = std::chrono::milliseconds(options.deadlineMs);
        call.parameters[options.rowParameter] = std::to_string(row + 1);
        GNOMON_ASSIGN(std::vector<Tensor> inputs, encoder.encode(rows.rows[row]));
        call.inputs = makeTensorSet(std::move(inputs));
        tally.begin(kMostOutstanding);
        inference->infer(call, [&tally](const Result<client::InferReply>& reply) { tally.add(reply); });
    }
    return {};
}

void runReplay(Context& context, const ReplayOptions& options) {
    std::signal(SIGINT, [](int) { g_stop = true; });
    std::signal(SIGTERM, [](int) { g_stop = true; });
    Tally tally;
    const Status done = replay(context, options, tally);
    tally.waitForAll();
    const nlohmann::json report = tally.toJson();
    if (!done) {
        return context.fail(done.error());
    }
    printReport(context, report);
    if (report["failed"].get<std::uint64_t>() > 0) {
        context.setExitCode(ExitCode::Failed);
    }
}

} // namespace

void addReplay(CLI::App& app, Context& context) {
    auto* verb = app.add_subcommand("replay", "Send the rows of a CSV file as requests and report what came back");
    const auto options = std::make_shared<ReplayOptions>();
    verb->add_option("file", options->file, "CSV file with a header")->required();
    verb->add_option("--endpoint", options->endpoint, "The endpoint")->required();
    verb->add_option("--rate", options->rate, "Requests per second")
        ->check(CLI::Range(0.01, 1e6))
        ->capture_default_str();
    verb->add_option("--count", options->count, "How many requests; every row once when not given");
    verb->add_option("--seconds", options->seconds, "Stop after this time");
    verb->add_flag("--loop", options->loop, "Start again at the first row after the last");
    verb->add_option("--deadline", options->deadlineMs, "Deadline of each request in milliseconds")
        ->capture_default_str();
    verb->add_option("--row-parameter", options->rowParameter, "Request parameter that carries the row's number")
        ->capture_default_str();
    verb->callback([&context, options] { runReplay(context, *options); });
}

} // namespace gnomon::ctl
