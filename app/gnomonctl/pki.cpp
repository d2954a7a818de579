// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/gnomonctl/console_profile.h"
#include "app/gnomonctl/context.h"
#include "app/gnomonctl/verbs.h"
#include "backend/access/certificate_authority.h"
#include "backend/base/files.h"

#include <CLI/CLI.hpp>

#include <nlohmann/json.hpp>

namespace gnomon::ctl {

namespace {

namespace fs = std::filesystem;

void runInit(Context& context, const std::string& folder, const std::string& trustDomain) {
    const auto authority = access::CertificateAuthority::create(trustDomain, context.clock());
    if (!authority) {
        return context.fail(authority.error());
    }
    if (const Status saved = authority->save(folder); !saved) {
        return context.fail(saved.error());
    }
    const std::string root = (fs::path(folder) / "ca.crt").string();
    context.json() ? context.printJson(nlohmann::json{{"ca", root}, {"trust_domain", trustDomain}})
                   : context.print("root of " + trustDomain + " is in " + root + "; keep ca.key offline\n");
}

Status writeIssued(const fs::path& prefix, const access::IssuedCertificate& issued, const std::string& root) {
    std::error_code ignored;
    if (prefix.has_parent_path()) {
        fs::create_directories(prefix.parent_path(), ignored);
    }
    GNOMON_TRY(writeNewFile(prefix.string() + ".key", issued.key, 0600));
    GNOMON_TRY(writeNewFile(prefix.string() + ".crt", issued.certificate, 0644));
    const fs::path rootCopy = prefix.parent_path() / "ca.crt";
    if (!fs::exists(rootCopy, ignored)) {
        GNOMON_TRY(writeNewFile(rootCopy, root, 0644));
    }
    return {};
}

void runIssue(Context& context, const std::string& folder, const access::CertificateRequest& request,
              const std::string& prefix, const ConsoleProfile& profile) {
    if (!profile.nodes.empty() && request.spiffeId.find("/console/") == std::string::npos) {
        return context.fail({ErrorCode::InvalidArgument,
                             request.spiffeId + " is not a console's: it has no use for a profile",
                             "leave --profile out, or issue for spiffe://<trust domain>/console/<user>/<device>"});
    }
    if (const Status understood = profile.check(); !understood) {
        return context.fail(understood.error());
    }
    const auto authority = access::CertificateAuthority::load(folder);
    if (!authority) {
        return context.fail(authority.error());
    }
    const auto issued = authority->issue(request, context.clock());
    if (!issued) {
        return context.fail(issued.error());
    }
    if (const Status written = writeIssued(prefix, *issued, authority->certificate()); !written) {
        return context.fail(written.error());
    }
    std::string file;
    if (!profile.nodes.empty()) {
        const auto saved = profile.write(prefix);
        if (!saved) {
            return context.fail(saved.error());
        }
        file = saved->string();
    }
    context.json()
        ? context.printJson(nlohmann::json{{"certificate", prefix + ".crt"},
                                           {"key", prefix + ".key"},
                                           {"spiffe_id", request.spiffeId},
                                           {"profile", file},
                                           {"days", request.days}})
        : context.print(request.spiffeId + ": " + prefix + ".crt and " + prefix + ".key, valid for " +
                        std::to_string(request.days) + " days\n" +
                        (file.empty() ? "" : "to hand over: the folder of " + file + ", which a console imports\n"));
}

void runRevoke(Context& context, const std::string& folder, const std::vector<std::string>& files, int days,
               const std::string& list) {
    const auto authority = access::CertificateAuthority::load(folder);
    if (!authority) {
        return context.fail(authority.error());
    }
    std::vector<std::string> certificates;
    for (const std::string& file : files) {
        const auto text = readFile(file);
        if (!text) {
            return context.fail(text.error());
        }
        certificates.push_back(*text);
    }
    const auto pem = authority->revoke(certificates, days, context.clock());
    if (!pem) {
        return context.fail(pem.error());
    }
    if (const Status written = replaceFile(list, *pem, 0644); !written) {
        return context.fail(written.error());
    }
    context.json() ? context.printJson(nlohmann::json{{"list", list}, {"revoked", certificates.size()}, {"days", days}})
                   : context.print(list + ": " + std::to_string(certificates.size()) +
                                   " revoked; nodes whose tls.crl names it take it over within seconds\n");
}

} // namespace

void addPki(CLI::App& app, Context& context) {
    auto* pki = app.add_subcommand("pki", "Make a small certificate authority and certificates for stand-alone use");
    pki->require_subcommand(1);
    const auto folder = std::make_shared<std::string>();

    auto* init = pki->add_subcommand("init", "Make the root: ca.crt and ca.key");
    const auto trustDomain = std::make_shared<std::string>();
    init->add_option("--dir", *folder, "Folder for the root")->required();
    init->add_option("--trust-domain", *trustDomain, "Trust domain, such as example.org")->required();
    init->callback([&context, folder, trustDomain] { runInit(context, *folder, *trustDomain); });

    auto* issue = pki->add_subcommand("issue", "Issue a certificate with one SPIFFE id");
    const auto request = std::make_shared<access::CertificateRequest>();
    const auto prefix = std::make_shared<std::string>();
    issue->add_option("--dir", *folder, "Folder with ca.crt and ca.key")->required();
    issue
        ->add_option(
            "--uri", request->spiffeId,
            "SPIFFE id: spiffe://<trust domain>/ and node/<id>, console/<user>/<device> or caller/<tenant>/<app>")
        ->required();
    issue->add_option("--host", request->hostNames, "Host name or address of a node; may be given several times");
    issue->add_option("--days", request->days, "How long it is valid")
        ->check(CLI::Range(1, 397))
        ->capture_default_str();
    issue->add_option("--out", *prefix, "Writes OUT.crt and OUT.key, and ca.crt beside them")->required();
    const auto profile = std::make_shared<ConsoleProfile>();
    issue->add_option(
        "--profile", profile->nodes,
        "For a console: also write OUT.profile.json, which it imports, with this node, as NAME=HOST:PORT; may "
        "be given several times");
    issue->add_option("--environment", profile->environment, "What those nodes are")
        ->check(CLI::IsMember({"production", "test", "practice"}))
        ->capture_default_str();
    issue->callback(
        [&context, folder, request, prefix, profile] { runIssue(context, *folder, *request, *prefix, *profile); });

    auto* revoke = pki->add_subcommand("revoke", "Write the list of revoked certificates; it replaces the one before");
    const auto certificates = std::make_shared<std::vector<std::string>>();
    const auto days = std::make_shared<int>(30);
    const auto list = std::make_shared<std::string>();
    revoke->add_option("--dir", *folder, "Folder with ca.crt and ca.key")->required();
    revoke->add_option("CERTIFICATE", *certificates, "Files of all certificates that are revoked");
    revoke->add_option("--days", *days, "When the next list is due")->check(CLI::Range(1, 397))->capture_default_str();
    revoke->add_option("--out", *list, "The list, as tls.crl of the nodes names it")->required();
    revoke->callback(
        [&context, folder, certificates, days, list] { runRevoke(context, *folder, *certificates, *days, *list); });
}

} // namespace gnomon::ctl
