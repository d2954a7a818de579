// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/gnomonctl/context.h"
#include "app/gnomonctl/verbs.h"
#include "backend/wire/library_log.h"
#include "backend/wire/tls_guard.h"

#include <CLI/CLI.hpp>

int main(int argc, char** argv) {
    using namespace gnomon::ctl;
    gnomon::wire::routeLibraryLogs();
    gnomon::wire::guardTlsConnections();
    CLI::App app("Operate Gnomon serving nodes from the command line.", "gnomonctl");
    app.set_version_flag("--version", std::string("gnomonctl ") + GNOMON_VERSION);
    app.require_subcommand(1);
    app.fallthrough();
    app.footer("Exit codes: 0 ok, 1 failed, 2 usage, 3 unreachable, 4 denied, 5 not possible now, 6 evidence does not "
               "verify, 7 done but not confirmed by a reply yet.");
    Context context;
    context.addOptions(app);
    addStatus(app, context);
    addEndpoints(app, context);
    addInfer(app, context);
    addReplay(app, context);
    addCompare(app, context);
    addExchange(app, context);
    addChanges(app, context);
    addAudit(app, context);
    addPki(app, context);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& problem) {
        if (const std::vector<std::string> unknown = app.remaining(true);
            dynamic_cast<const CLI::RequiredError*>(&problem) != nullptr && !unknown.empty()) {
            context.fail({gnomon::ErrorCode::InvalidArgument, "there is no verb '" + unknown.front() + "' here",
                          "gnomonctl --help names them"});
            return static_cast<int>(ExitCode::Usage);
        }
        return app.exit(problem) == 0 ? 0 : static_cast<int>(ExitCode::Usage);
    } catch (const std::exception& problem) { // whatever a library throws: said, not died of
        context.fail({gnomon::ErrorCode::Internal, problem.what()});
    }
    return static_cast<int>(context.exitCode());
}
