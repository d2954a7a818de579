// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/gnomonctl/context.h"
#include "app/gnomonctl/verbs.h"
#include "backend/base/files.h"
#include "backend/proof/checkpoint.h"
#include "backend/proof/export_verifier.h"

#include <CLI/CLI.hpp>

#include <nlohmann/json.hpp>

#include <filesystem>
#include <fstream>

namespace gnomon::ctl {

namespace {

struct VerifyOptions {
    std::string file;
    std::string key;
    bool keyGiven = false; // an empty one, too: it is no key, and not none
};

// The key that the log must be signed with. Absent only when none was meant: the one in the file proves less.
Result<std::optional<proof::VerifierKey>> trustedKey(const Context& context, const VerifyOptions& options) {
    if (options.keyGiven) {
        GNOMON_ASSIGN(const proof::VerifierKey key, proof::VerifierKey::parse(options.key));
        return std::optional(key);
    }
    if (proof::VerifierKey::parse(context.keyFile()).ok()) {
        return Error{ErrorCode::InvalidArgument,
                     "the verifier key stands where the file of your own key is named, and would not be looked at",
                     "name it behind the verb: gnomonctl audit verify --key KEY FILE"};
    }
    return std::optional<proof::VerifierKey>();
}

Result<proof::ExportReport> verifyFile(const Context& context, const VerifyOptions& options) {
    proof::ExportOptions trust;
    GNOMON_ASSIGN(trust.key, trustedKey(context, options));
    std::ifstream file(options.file, std::ios::binary);
    std::error_code ignored;
    if (!file || std::filesystem::is_directory(options.file, ignored)) {
        return Error{ErrorCode::InvalidArgument, "cannot read " + options.file,
                     "name the file that audit export wrote"};
    }
    proof::ExportVerifier verifier(trust);
    std::vector<char> chunk(1u << 20);
    bool good = true;
    while (good && (file.read(chunk.data(), static_cast<std::streamsize>(chunk.size())), file.gcount() > 0)) {
        good = verifier.feed(asBytes({chunk.data(), static_cast<std::size_t>(file.gcount())}));
    }
    return verifier.finish();
}

nlohmann::json toJson(const proof::ExportReport& report) {
    nlohmann::json object = {{"verified", report.ok()},
                             {"fault", proof::exportFaultName(report.fault)},
                             {"origin", report.origin},
                             {"verifier_key", report.verifierKey},
                             {"key_was_given", report.keyWasGiven},
                             {"records", report.records},
                             {"checkpoints", report.checkpoints},
                             {"payloads", report.payloads},
                             {"erased_payloads", report.erasedPayloads},
                             {"root", toHex(report.root)}};
    if (report.firstBad) {
        object["first_bad"] = report.firstBad->value;
    }
    if (!report.message.empty()) {
        object["message"] = report.message;
    }
    return object;
}

std::string describeReport(const proof::ExportReport& report) {
    if (!report.ok()) {
        std::string text = std::string("NOT VERIFIED: ") + proof::exportFaultName(report.fault) + ": " +
                           printable(report.message, 400) + "\n";
        if (report.firstBad) {
            text += "the first bad record is " + std::to_string(report.firstBad->value) +
                    "; it and everything after it is unproven\n";
        }
        return text;
    }
    std::string text = "verified: " + std::to_string(report.records) + " records of " + report.origin + "\n";
    text += "root     " + toHex(report.root) + ", " + std::to_string(report.checkpoints) + " signed checkpoints\n";
    if (report.firstTime && report.lastTime) {
        text += "from     " + toRfc3339(*report.firstTime) + " to " + toRfc3339(*report.lastTime) + "\n";
    }
    // A file from which somebody took details verifies all the same: whoever reads this must see that it has none.
    text += "details  " + std::to_string(report.payloads) + " proven, " + std::to_string(report.erasedPayloads) +
            " erased or left out of this file\n";
    text += report.keyWasGiven ? "signed by the key that you gave\n"
                               : "signed by the key in the file, " + report.verifierKey +
                                     ": compare it with the log's own key, or give that one with --key\n";
    return text;
}

void runVerify(Context& context, const VerifyOptions& options) {
    const auto report = verifyFile(context, options);
    if (!report) {
        return context.fail(report.error());
    }
    context.json() ? context.printJson(toJson(*report)) : context.print(describeReport(*report));
    if (!report->ok()) {
        context.setExitCode(ExitCode::Corrupt);
    }
}

} // namespace

void addAuditVerify(CLI::App& audit, Context& context) {
    auto* verify = audit.add_subcommand("verify", "Verify an exported trail, without any node");
    const auto options = std::make_shared<VerifyOptions>();
    verify->add_option("file", options->file, "The exported file")->required();
    const auto* key =
        verify->add_option("--key", options->key, "The log's verifier key, as gnomonctl status --json shows it");
    verify->callback([&context, options, key] {
        options->keyGiven = key->count() > 0;
        runVerify(context, *options);
    });
}

} // namespace gnomon::ctl
