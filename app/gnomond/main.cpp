// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/gnomond/check_audit.h"
#include "app/gnomond/runtime.h"
#include "app/gnomond/service_manager.h"
#include "backend/base/bytes.h"
#include "backend/base/files.h"
#include "backend/base/log.h"
#include "backend/upstream/worker_server.h"
#include "backend/wire/library_log.h"
#include "backend/wire/polling.h"
#include "backend/wire/tls_guard.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <sys/prctl.h>
#include <unistd.h>

#include <csignal>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <iostream>

namespace {

using namespace gnomon;

constexpr std::chrono::seconds kAfterDrain{60}; // the end of a drained node: the last saving, and the last record

// Stated in --help.
enum ExitCode { kOk = 0, kUsage = 2, kBadConfig = 3, kCannotStart = 4, kAuditLost = 5, kAuditNotGood = 6 };

struct Flags {
    std::string config;
    std::string readyFile;
    bool checkConfig = false;
    bool checkAudit = false;
    bool plaintext = false;
};

int complain(const Error& error, ExitCode code) {
    std::cerr << "gnomond: " << printable(error.message, 2000) << "\n";
    if (!error.remedy.empty()) {
        std::cerr << "  " << printable(error.remedy, 2000) << "\n";
    }
    return code;
}

Result<node::NodeConfig> configOf(const Flags& flags) {
    GNOMON_ASSIGN(node::NodeConfig config, node::readConfig(flags.config));
    if (config.allowPlaintext != flags.plaintext) {
        return Error{ErrorCode::InvalidArgument,
                     flags.plaintext ? "--insecure-plaintext was given, but tls.allow_plaintext is not true"
                                     : "tls.allow_plaintext is true, but --insecure-plaintext was not given",
                     "listening without protection takes both; mutual TLS takes neither"};
    }
    return config;
}

LogLevel levelOf(const std::string& name) {
    return name == "debug"     ? LogLevel::Debug
           : name == "warning" ? LogLevel::Warning
           : name == "error"   ? LogLevel::Error
                               : LogLevel::Info;
}

void tellReady(const app::Runtime& runtime, const std::string& file) {
    const std::string inference = runtime.inferenceAddresses().front();
    const std::string control = runtime.controlAddresses().front();
    const std::string metrics = runtime.metricsAddress();
    logEvent(LogLevel::Info, "ready", {{"inference", inference}, {"control", control}, {"metrics", metrics}});
    app::tellServiceManager("READY=1\nSTATUS=answers on " + inference + ", is operated on " + control + "\n");
    if (!file.empty()) {
        const nlohmann::json object = {
            {"inference", inference}, {"control", control}, {"metrics", metrics}, {"pid", ::getpid()}};
        if (const Status written = replaceFile(file, object.dump() + "\n", 0644); !written) {
            logEvent(LogLevel::Warning, "ready_file_not_written", {{"cause", written.error().message}});
        }
    }
}

int checkAudit(const node::NodeConfig& config) {
    const auto report = app::checkAudit(config);
    if (!report) {
        return complain(report.error(), kCannotStart);
    }
    if (!report->ok()) {
        return complain({ErrorCode::Corrupt, app::describe(*report),
                         "keep the folder as it is, and compare with an export or with what a console has seen"},
                        kAuditNotGood);
    }
    std::cout << app::describe(*report) << "\n";
    return kOk;
}

int serve(const node::NodeConfig& config, const std::string& readyFile) {
    // Every thread that is started from here on leaves these signals to sigwait() below.
    sigset_t ends;
    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGINT);
    pthread_sigmask(SIG_BLOCK, &ends, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGXFSZ, SIG_IGN); // a file at its largest is a full disk, which is dealt with where it is written
    prctl(PR_SET_DUMPABLE, 0);     // no core file with keys and callers' data in it
    const wire::NetworkStandIn network;
    setLogLevel(levelOf(config.logLevel));
    setLogFormat(config.logFormat == "json" ? LogFormat::Json : LogFormat::Text);
    const std::string program = std::filesystem::read_symlink("/proc/self/exe").string();
    auto runtime = app::Runtime::start(config, program, [] { ::kill(::getpid(), SIGTERM); });
    if (!runtime) {
        return complain(runtime.error(), kCannotStart);
    }
    tellReady(**runtime, readyFile);
    int signal = 0;
    sigwait(&ends, &signal);
    logEvent(LogLevel::Info, "draining", {{"signal", std::to_string(signal)}});
    const auto patience = std::chrono::microseconds(config.drain + kAfterDrain);
    app::tellServiceManager("STOPPING=1\nSTATUS=draining\nEXTEND_TIMEOUT_USEC=" + std::to_string(patience.count()) +
                            "\n");
    (*runtime)->drain();
    const ExitCode code = (*runtime)->mustStop() ? kAuditLost : kOk;
    runtime->reset();
    // A run that never ended still sits on its thread; destroying what it uses under it would crash at the last moment.
    std::_Exit(code);
}

} // namespace

int main(int argc, char** argv) {
    // Builds of ONNX Runtime report to their maker, and leave files in the home and temporary folders, unless this is
    // set before they are loaded; the runtime's own call comes too late. Workers inherit it. The second name is
    // of 1.28.
    ::setenv("ORT_DISABLE_TELEMETRY", "1", 1);
    ::setenv("ORT_TELEMETRY_DISABLED", "1", 1);
    ::setenv("GRPC_POLL_STRATEGY", "epoll1", 1); // wire::NetworkStandIn knows no other
    wire::routeLibraryLogs();
    wire::guardTlsConnections();
    if (const auto task = upstream::parseWorkerArguments(argc, argv)) {
        return upstream::runWorker(*task);
    }
    CLI::App app("Serve models and guard them: shadows, fallback, rollback, audit.", "gnomond");
    app.set_version_flag("--version", std::string("gnomond ") + GNOMON_VERSION);
    app.footer("Exit codes: 0 ended by SIGTERM or SIGINT, 2 usage, 3 configuration, 4 cannot start, "
               "5 the audit trail was lost and audit.on_audit_loss is \"stop\", 6 --check-audit found something.");
    Flags flags;
    app.add_option("--config", flags.config, "Configuration file (TOML)")->required();
    app.add_flag("--check-config", flags.checkConfig, "Only say whether the configuration is understood");
    app.add_flag("--check-audit", flags.checkAudit,
                 "Only check every record of the audit trail in the state folder; changes nothing, the node may run");
    app.add_option("--ready-file", flags.readyFile, "Write addresses and process id there once calls are answered");
    app.add_flag("--insecure-plaintext", flags.plaintext,
                 "Listen without TLS; also needs tls.allow_plaintext. Anybody may connect and operate");
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& problem) {
        return app.exit(problem) == 0 ? kOk : kUsage;
    }
    const auto config = configOf(flags);
    if (!config) {
        return complain(config.error(), kBadConfig);
    }
    if (flags.checkConfig) {
        std::cout << flags.config << " is understood\n";
        return kOk;
    }
    return flags.checkAudit ? checkAudit(*config) : serve(*config, flags.readyFile);
}
