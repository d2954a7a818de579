// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/access/fixed_authorizer.h"
#include "backend/control/make_change_service.h"
#include "tests/support/memory_exchange_store.h"
#include "tests/support/serving_bench.h"

namespace gnomon::test {

// The serving bench with the change service on top, and two people: ada operates, eve only calls.
class ChangeBench : public ServingBench {
public:
    explicit ChangeBench(
        const std::string& toml = settings("production = 1\nshadows = [{ version = 2 }]\nchain = [\"constant\"]"))
        : ServingBench(toml) {
        options.node = NodeId(std::string(32, 'a'));
        options.fleet = "fleet";
        options.environment = "test";
        options.probeAfter = std::chrono::milliseconds(20);
        ada = authorizer.identify({"spiffe://example/console/ada/laptop", "mtls", {}, "127.0.0.1:1", "test"}).value();
        eve = authorizer.identify({"spiffe://example/caller/bank/app", "mtls", {}, "127.0.0.1:2", "test"}).value();
        pipeline = serving::makePipeline({}, {*directory, nullptr, scorer, {&sink, &exchanges}, audit, clock, random});
        newService();
    }

    ~ChangeBench() { // before what they work with
        service.reset();
        pipeline.reset();
    }
    ChangeBench(const ChangeBench&) = delete;
    ChangeBench& operator=(const ChangeBench&) = delete;

    // As after a restart: what was in memory is forgotten. The directory keeps its deployments.
    void newService() {
        service.reset();
        control::AuditReader reader;
        reader.openIntents = [this] { return Result<std::vector<StoredRecord>>(audit.openIntents()); };
        reader.search = [this](const AuditFilter& filter) { return Result<AuditPage>(audit.search(filter)); };
        service = control::makeChangeService(options, {*directory, *pipeline, state, exchanges, audit,
                                                       std::move(reader), authorizer, *planClock, random});
    }

    control::ChangeService& changes() { return *service; }

    ChangeRequest request(ChangeKind kind, std::optional<std::uint32_t> version = {}) const {
        ChangeRequest request;
        request.kind = kind;
        request.endpoint = name;
        request.reason = "a drill";
        if (version) {
            request.version = VersionNumber(*version);
        }
        return request;
    }
    Result<ChangeOutcome> change(const ChangeRequest& request) {
        GNOMON_ASSIGN(const PlanPreview preview, changes().plan(request, ada));
        return changes().execute({preview.digest, RequestId(random.id()), ""}, ada);
    }
    Result<ChangeOutcome> change(ChangeKind kind, std::optional<std::uint32_t> version = {}) {
        return change(request(kind, version));
    }
    Deployment inForce() const { return directory->inForce(name)->deployment; }

    const Clock* planClock = &clock; // what the service goes by; takes effect with the next one
    control::ChangeServiceOptions options;
    access::FixedAuthorizer authorizer{{"example", false}};
    Principal ada;
    Principal eve;
    MemoryExchangeStore exchanges;
    std::unique_ptr<control::ChangeService> service;
};

} // namespace gnomon::test
