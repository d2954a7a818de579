// SPDX-License-Identifier: GPL-3.0-or-later
// usage: bench_console_nodes fleet NODES ENDPOINTS FILE | audit RECORDS FILE
// Serves what the console is measured with, and writes the console's store that knows how to reach it. Says "ready",
// and ends when its standard input does.
#include "backend/audit/audit_log.h"
#include "backend/audit/file_signer.h"
#include "backend/store/console_store.h"
#include "tests/bench/console/stand_in.h"
#include "tests/support/await.h"
#include "tests/support/demo_rows.h"
#include "tests/support/node_process.h"

#include <condition_variable>
#include <cstring>
#include <iostream>
#include <mutex>

namespace {

using namespace gnomon;

port::ConnectionProfile profile(const std::string& name, const std::string& address, const std::string& ca,
                                const test::CertificateFiles& mine) {
    port::ConnectionProfile made;
    made.id = SystemRandom().id();
    made.name = name;
    made.address = address;
    made.caFile = ca;
    made.certificateFile = mine.certificate;
    made.keyFile = mine.key;
    made.serverName = "localhost";
    made.connectAtStart = true;
    return made;
}

void serveUntilTheEnd() {
    std::cout << "ready" << std::endl;
    while (std::cin.get() != std::char_traits<char>::eof()) {
    }
}

int serveFleet(unsigned nodes, unsigned endpoints, const std::string& file) {
    test::TestPki pki;
    const test::CertificateFiles mine = pki.issue("console/ada/laptop");
    const auto store = store::openConsoleStore(file).value();
    std::vector<std::unique_ptr<bench::StandInNode>> all;
    for (unsigned i = 0; i < nodes; ++i) {
        all.push_back(bench::StandInNode::open(i, endpoints, pki));
        if (!store->saveProfile(profile(all.back()->name(), all.back()->address(), pki.ca(), mine))) {
            return 1;
        }
    }
    serveUntilTheEnd();
    return 0;
}

// As an operators' node has them.
AuditRecord record(std::uint64_t n) {
    static const std::vector<std::string> people = {"ada", "ben", "cleo", "machine:guard"};
    static const std::vector<std::string> actions = {"fallback", "restore", "rollback", "promote"};
    AuditRecord made;
    made.kind = n % 50 == 0 ? RecordKind::Deny : RecordKind::Lifecycle;
    made.actor = {people[n % 4], "spiffe://example/console/x/laptop", "mtls", {}};
    made.sourceAddress = "127.0.0.1:40112";
    made.action = actions[n / 4 % 4];
    made.object = n % 3 == 0 ? "endpoint/spam-filter" : "endpoint/credit-approval";
    made.result = n % 50 == 0 ? "denied" : "ok";
    made.reason = "ticket OPS-" + std::to_string(n % 10000) + (n % 7 == 0 ? " says the filter looks wrong" : " drill");
    return made;
}

void fill(audit::AuditLog& log, std::uint64_t records) {
    std::mutex mutex;
    std::condition_variable changed;
    std::uint64_t waiting = 0;
    for (std::uint64_t n = 0; n < records; ++n) {
        std::unique_lock lock(mutex);
        changed.wait(lock, [&] { return waiting < 2048; });
        ++waiting;
        lock.unlock();
        log.appendAsync(record(n), std::nullopt, [&](const Result<port::Appended>& appended) {
            GNOMON_CHECK(appended.ok());
            const std::lock_guard done(mutex);
            --waiting;
            changed.notify_all();
        });
    }
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return waiting == 0; });
}

// A real node, whose trail was long before it started.
int serveAudit(std::uint64_t records, const std::string& file) {
    test::NodeProcess node({test::demoModels(), "", 0, false});
    if (!node.start()) {
        return 1;
    }
    const NodeInfo info = test::await<NodeInfo>([gateway = node.operatorGateway()](auto done) {
                              gateway->getNode({}, std::move(done));
                          }).value();
    node.stop();
    SystemClock clock;
    SystemRandom random;
    const auto signer = audit::FileSigner::open(node.state() / "audit.key", info.auditOrigin, random).value();
    {
        const auto log =
            audit::AuditLog::open({node.state(), info.auditOrigin, "boot", "bench"}, clock, random, *signer).value();
        fill(*log, records);
    }
    if (!node.start()) {
        return 1;
    }
    const client::ConnectOptions mine = node.connectAs("console/ada/laptop", node.control());
    const Status saved = store::openConsoleStore(file).value()->saveProfile(
        profile("audited", node.control(), mine.caFile, {mine.certificateFile, mine.keyFile}));
    serveUntilTheEnd();
    return saved.ok() ? 0 : 1;
}

} // namespace

int main(int argc, char** argv) {
    if (argc == 5 && std::strcmp(argv[1], "fleet") == 0) {
        return serveFleet(static_cast<unsigned>(std::atoi(argv[2])), static_cast<unsigned>(std::atoi(argv[3])),
                          argv[4]);
    }
    if (argc == 4 && std::strcmp(argv[1], "audit") == 0) {
        return serveAudit(std::strtoull(argv[2], nullptr, 10), argv[3]);
    }
    return 2;
}
