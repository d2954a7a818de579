// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/audit/file_signer.h"
#include "backend/client/grpc_gateway.h"
#include "backend/client/inference_client.h"
#include "backend/node/interfaces.h"
#include "tests/support/change_bench.h"
#include "tests/support/test_pki.h"

#include <memory>

namespace gnomon::test {

// The change bench behind the node's two real interfaces, with mutual TLS and a real audit log. Fake models.
class NodeBench {
public:
    NodeBench() { prepare(); }
    explicit NodeBench(const std::string& toml) : bench(toml) { prepare(); }

private:
    void prepare() {
        bench.deployed = bench.changes().recover();
        signer = audit::FileSigner::open(folder / "audit.key", "example/audit", bench.random).value();
        audit::AuditLogOptions log;
        log.folder = folder.path();
        log.origin = "example/audit";
        log.bootId = std::string(32, 'b');
        audit = audit::AuditLog::open(log, bench.clock, bench.random, *signer).value();
        denials = std::make_unique<access::DenialRecorder>(*audit, bench.clock);
        comparison = monitor::makeComparisonMonitor({bench.directory->settings(bench.name).value()}, bench.clock);
        const CertificateFiles files = pki.issue("node/a", {"127.0.0.1"});
        config.trustDomain = "example";
        config.inferenceListen = {"127.0.0.1:0"};
        config.controlListen = {"127.0.0.1:0"};
        config.ca = pki.ca();
        config.certificate = files.certificate;
        config.key = files.key;
        config.runtime = folder / "run";
    }

public:
    Status open() {
        NodeInfo info;
        info.stamp = {NodeId(std::string(32, 'a')), BootId(std::string(32, 'b')), {}};
        info.name = "a";
        GNOMON_ASSIGN(interfaces,
                      node::Interfaces::open(config, info,
                                             {*bench.pipeline, *bench.directory, *bench.service, *comparison,
                                              bench.exchanges, bench.state, *audit, *authorizer, *denials, revocations,
                                              bench.clock, [] { return std::vector<std::string>{"a drill"}; }}));
        return {};
    }
    client::ConnectOptions connectAs(const std::string& role, const std::string& address) {
        const CertificateFiles files = pki.issue(role);
        return {address, pki.ca(), files.certificate, files.key, "", false, "node-test"};
    }
    std::unique_ptr<port::NodeGateway> gatewayAs(const std::string& role) {
        client::GatewayOptions options;
        options.connect = connectAs(role, interfaces->controlAddresses().at(0));
        return client::makeGrpcGateway(options, bench.clock, bench.random);
    }
    std::unique_ptr<client::InferenceClient> caller() {
        return client::makeInferenceClient(connectAs("caller/bank/app", interfaces->inferenceAddresses().at(0)))
            .value();
    }
    client::InferCall call(float value = 1.0F) const {
        client::InferCall call;
        call.model = bench.name.value;
        call.id = "r1";
        call.inputs = makeTensorSet({floats("x", {1, 2}, {value, value})});
        call.deadline = std::chrono::seconds(10);
        return call;
    }

    TempFolder folder;
    TestPki pki{"example"};
    ChangeBench bench;
    const port::Authorizer* authorizer = &bench.authorizer;
    node::NodeConfig config;
    std::unique_ptr<audit::FileSigner> signer;
    std::unique_ptr<audit::AuditLog> audit;
    std::unique_ptr<access::DenialRecorder> denials;
    access::Revocations revocations;
    std::unique_ptr<monitor::ComparisonMonitor> comparison;
    std::unique_ptr<node::Interfaces> interfaces;
};

} // namespace gnomon::test
