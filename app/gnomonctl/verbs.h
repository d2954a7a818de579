// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace CLI {
class App;
}

namespace gnomon::ctl {

class Context;

// Each adds one verb (or one family of them) with its options; the verb runs while the command line is parsed.
void addStatus(CLI::App& app, Context& context);
void addEndpoints(CLI::App& app, Context& context);
void addInfer(CLI::App& app, Context& context);
void addReplay(CLI::App& app, Context& context);
void addCompare(CLI::App& app, Context& context);
void addExchange(CLI::App& app, Context& context);
void addChanges(CLI::App& app, Context& context); // plan fallback restore rollback promote shadow enable disable
void addAudit(CLI::App& app, Context& context);
void addAuditVerify(CLI::App& audit, Context& context); // beneath audit; needs no node
void addPki(CLI::App& app, Context& context);

} // namespace gnomon::ctl
