// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/gnomonctl/context.h"
#include "app/gnomonctl/json.h"
#include "app/gnomonctl/text.h"
#include "app/gnomonctl/verbs.h"
#include "backend/base/files.h"
#include "backend/client/grpc_gateway.h"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <filesystem>
#include <fstream>

namespace gnomon::ctl {

namespace {

struct SearchOptions {
    std::string person;
    std::string action;
    std::string object;
    std::string endpoint;
    std::string kind;
    std::string result;
    std::string words;
    bool humansOnly = false;
    bool withoutViews = false;
    std::size_t limit = 50;
    std::uint64_t before = 0;
};

std::optional<std::string> given(const std::string& text) {
    return text.empty() ? std::nullopt : std::optional(text);
}

Result<AuditFilter> toFilter(const SearchOptions& options) {
    AuditFilter filter;
    filter.person = given(options.person);
    filter.action = given(options.action);
    filter.object = given(options.endpoint.empty() ? options.object : "endpoint/" + options.endpoint);
    filter.result = given(options.result);
    filter.words = given(options.words);
    filter.humansOnly = options.humansOnly;
    filter.withoutViews = options.withoutViews;
    filter.pageSize = options.limit;
    if (!options.kind.empty()) {
        GNOMON_ASSIGN(filter.kind, parseRecordKind(options.kind));
    }
    if (options.before > 0) {
        filter.before = Seq(options.before);
    }
    return filter;
}

void printPage(Context& context, const AuditPage& page) {
    if (context.json()) {
        nlohmann::json object = {{"log_size", page.logSize}, {"matching", page.matching}, {"at_least", page.atLeast}};
        object["records"] = nlohmann::json::array();
        for (const StoredRecord& record : page.records) {
            object["records"].push_back(toJson(record));
        }
        if (page.next) {
            object["next_before"] = page.next->value;
        }
        return context.printJson(object);
    }
    if (page.records.empty()) {
        return context.print("no record matches; the log has " + std::to_string(page.logSize) + "\n");
    }
    std::vector<std::vector<std::string>> rows;
    for (const StoredRecord& stored : page.records) {
        const AuditRecord& r = stored.record;
        rows.push_back({std::to_string(r.seq.value), toRfc3339(r.time), r.actor.person,
                        std::string(recordKindName(r.kind)), r.action, r.object, r.result, r.reason});
    }
    context.print(table({"SEQ", "TIME", "WHO", "KIND", "ACTION", "OBJECT", "RESULT", "REASON"}, rows));
    context.print(std::to_string(page.records.size()) + " of " + (page.atLeast ? "at least " : "") +
                  std::to_string(page.matching) + " matching records; the log has " + std::to_string(page.logSize) +
                  "\n");
}

void runSearch(Context& context, const SearchOptions& options) {
    const auto gateway = context.gateway();
    const auto filter = toFilter(options);
    if (!filter) {
        return context.fail(filter.error());
    }
    if (!gateway) {
        return context.fail(gateway.error());
    }
    const auto page =
        context.await<AuditPage>([&](auto done) { (*gateway)->searchAudit(*filter, {}, std::move(done)); });
    page ? printPage(context, *page) : context.fail(page.error());
}

// Refused when something is there, or when that cannot be told.
Status checkAbsent(const std::string& path) {
    std::error_code problem;
    if (std::filesystem::exists(path, problem)) {
        return Error{ErrorCode::AlreadyExists, path + " is there already", "name another file, or --replace it"};
    }
    if (problem) {
        return Error{ErrorCode::InvalidArgument, "cannot write " + path + ": " + problem.message(),
                     "name a file that you may write"};
    }
    return {};
}

void runExport(Context& context, const std::string& path, bool replace) {
    if (const Status absent = replace ? Status() : checkAbsent(path); !absent) {
        return context.fail(absent.error());
    }
    const auto gateway = context.gateway();
    if (!gateway) {
        return context.fail(gateway.error());
    }
    // Written beside its final name and moved there when it is complete: a cut-short export never looks like one.
    const std::string partial = path + ".partial";
    const auto file = std::make_shared<std::ofstream>(partial, std::ios::binary | std::ios::trunc);
    if (!*file) {
        return context.fail({ErrorCode::InvalidArgument, "cannot write " + partial});
    }
    // The call has a deadline of its own, and the callback owns the file with it: what is left of the file here is not
    // touched before the call has ended.
    const auto finished = client::awaitEnd<void>(
        [&](auto stop, auto done) {
            (*gateway)->exportAudit(stop, {[file](ByteView chunk, std::uint64_t, std::uint64_t) {
                                               file->write(reinterpret_cast<const char*>(chunk.data()),
                                                           static_cast<std::streamsize>(chunk.size()));
                                           },
                                           std::move(done)});
        },
        client::GatewayOptions().exportDeadline + std::chrono::minutes(2));
    file->close();
    if (!finished || !*file || std::rename(partial.c_str(), path.c_str()) != 0) {
        std::remove(partial.c_str());
        return context.fail(finished ? Error{ErrorCode::Internal, "cannot write " + path} : finished.error());
    }
    context.json()
        ? context.printJson(nlohmann::json{{"exported", path}})
        : context.print("exported to " + path + "; check it anywhere with: gnomonctl audit verify " + path + "\n");
}

} // namespace

void addAudit(CLI::App& app, Context& context) {
    auto* audit = app.add_subcommand("audit", "Search, export and verify the audit trail");
    audit->require_subcommand(1);

    auto* search = audit->add_subcommand("search", "Search the trail, newest first");
    const auto options = std::make_shared<SearchOptions>();
    search->add_option("--who", options->person, "Person, or machine:<policy>");
    search->add_option("--what", options->action, "Action, such as fallback");
    auto* object = search->add_option("--object", options->object, "Object, such as endpoint/spam-filter or audit");
    search->add_option("--endpoint", options->endpoint, "Endpoint, such as spam-filter")->excludes(object);
    search->add_option("--kind", options->kind, "Kind of record")->check(CLI::IsMember(recordKindNames()));
    search->add_option("--result", options->result, "Result: ok, failed, allowed, denied");
    search->add_option("--words", options->words, "Words in the reason");
    search->add_flag("--humans-only", options->humansOnly, "Leave out what the machine did");
    search->add_flag("--without-views", options->withoutViews, "Leave out who read what");
    search->add_option("--limit", options->limit, "Records to show")->check(CLI::Range(1, 1000));
    search->add_option("--before", options->before, "Continue before this sequence number");
    search->callback([&context, options] { runSearch(context, *options); });

    auto* write = audit->add_subcommand("export", "Write the whole trail to one file that anybody can verify");
    const auto path = std::make_shared<std::string>();
    write->add_option("file", *path, "The file to write")->required();
    const auto replace = std::make_shared<bool>(false);
    write->add_flag("--replace", *replace, "Write over a file that is there");
    write->callback([&context, path, replace] { runExport(context, *path, *replace); });

    addAuditVerify(*audit, context);
}

} // namespace gnomon::ctl
