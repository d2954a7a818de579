// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/files.h"
#include "backend/base/mutex.h"
#include "backend/wire/node.h"
#include "tests/support/test_pki.h"
#include "tests/support/wire_samples.h"

#include <gnomon/v1/access.grpc.pb.h>
#include <gnomon/v1/audit.grpc.pb.h>
#include <gnomon/v1/comparison.grpc.pb.h>
#include <gnomon/v1/deployment.grpc.pb.h>
#include <gnomon/v1/node.grpc.pb.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include <functional>
#include <map>
#include <memory>
#include <string>

namespace gnomon::test {

// What a scripted node says; a test changes it while the node runs. Thread-safe.
class Script {
public:
    // Answers of unary methods by name; absent: UNIMPLEMENTED.
    using Answer =
        std::function<grpc::Status(const google::protobuf::Message& request, google::protobuf::Message& response)>;

    void answer(const std::string& method, Answer answer) {
        const MutexLock lock(m_mutex);
        m_answers[method] = std::move(answer);
    }
    void answer(const std::string& method, const google::protobuf::Message& response) {
        const std::shared_ptr<google::protobuf::Message> copy(response.New());
        copy->CopyFrom(response);
        answer(method, [copy](const auto&, auto& out) {
            out.CopyFrom(*copy);
            return grpc::Status::OK;
        });
    }
    // Never answers; returns once the call is cancelled.
    void hang(const std::string& method) {
        const MutexLock lock(m_mutex);
        m_hanging[method] = true;
    }

    void setStamp(const NodeStamp& stamp) {
        const MutexLock lock(m_mutex);
        m_stamp = stamp;
    }
    NodeStamp stamp() {
        const MutexLock lock(m_mutex);
        return m_stamp;
    }
    // A silent Watch stream stays open and says nothing.
    void setSilent(bool silent) {
        const MutexLock lock(m_mutex);
        m_silent = silent;
    }
    bool silent() {
        const MutexLock lock(m_mutex);
        return m_silent;
    }

    grpc::Status call(grpc::ServerContext* context, const std::string& method, const google::protobuf::Message& request,
                      google::protobuf::Message* response) {
        Answer answer;
        {
            MutexLock lock(m_mutex);
            while (m_hanging[method] && !context->IsCancelled()) {
                m_never.waitUntil(m_mutex, std::chrono::steady_clock::now() + std::chrono::milliseconds(5));
            }
            if (const auto found = m_answers.find(method); found != m_answers.end()) {
                answer = found->second;
            }
        }
        return answer ? answer(request, *response) : grpc::Status(grpc::StatusCode::UNIMPLEMENTED, "");
    }

private:
    Mutex m_mutex;
    Condition m_never;
    std::map<std::string, Answer> m_answers;
    std::map<std::string, bool> m_hanging;
    NodeStamp m_stamp = test::stamp();
    bool m_silent = false;
};

#define GNOMON_SCRIPTED(Method)                                                                                        \
    grpc::Status Method(grpc::ServerContext* context, const v1::Method##Request* request,                              \
                        v1::Method##Response* response) override {                                                     \
        return m_script.call(context, #Method, *request, response);                                                    \
    }

class ScriptedNodeService final : public v1::NodeService::Service {
public:
    explicit ScriptedNodeService(Script& script) : m_script(script) {}

    grpc::Status GetNode(grpc::ServerContext* context, const v1::GetNodeRequest* request,
                         v1::GetNodeResponse* response) override {
        NodeInfo info = nodeInfo();
        info.stamp = m_script.stamp();
        *response = wire::toProto(info);
        const grpc::Status status = m_script.call(context, "GetNode", *request, response);
        return status.error_code() == grpc::StatusCode::UNIMPLEMENTED ? grpc::Status::OK : status;
    }

    grpc::Status Watch(grpc::ServerContext* context, const v1::WatchRequest*,
                       grpc::ServerWriter<v1::WatchResponse>* writer) override {
        Mutex mutex;
        Condition pause;
        while (!context->IsCancelled()) {
            if (!m_script.silent()) {
                NodeUpdate update = nodeUpdate();
                update.stamp = m_script.stamp();
                if (!writer->Write(wire::toProto(update))) {
                    break;
                }
            }
            const MutexLock lock(mutex);
            pause.waitUntil(mutex, std::chrono::steady_clock::now() + std::chrono::milliseconds(20));
        }
        return grpc::Status::OK;
    }

private:
    Script& m_script;
};

class ScriptedDeploymentService final : public v1::DeploymentService::Service {
public:
    explicit ScriptedDeploymentService(Script& script) : m_script(script) {}
    GNOMON_SCRIPTED(ListEndpoints)
    GNOMON_SCRIPTED(ListGenerations)
    GNOMON_SCRIPTED(PlanChange)
    GNOMON_SCRIPTED(ExecutePlan)
    GNOMON_SCRIPTED(WatchEffect)
    GNOMON_SCRIPTED(WhatAnswered)

private:
    Script& m_script;
};

class ScriptedComparisonService final : public v1::ComparisonService::Service {
public:
    explicit ScriptedComparisonService(Script& script) : m_script(script) {}
    GNOMON_SCRIPTED(GetComparison)
    GNOMON_SCRIPTED(ListExchanges)
    GNOMON_SCRIPTED(GetExchange)
    GNOMON_SCRIPTED(StartExperiment)

private:
    Script& m_script;
};

class ScriptedAuditService final : public v1::AuditService::Service {
public:
    explicit ScriptedAuditService(Script& script) : m_script(script) {}
    GNOMON_SCRIPTED(SearchRecords)
    GNOMON_SCRIPTED(GetCheckpoint)
    GNOMON_SCRIPTED(ProveInclusion)
    GNOMON_SCRIPTED(ProveConsistency)

    // Chunks of one byte up to the total that the script's "ExportRecords" answer states; its "done" is where it stops.
    grpc::Status ExportRecords(grpc::ServerContext* context, const v1::ExportRecordsRequest* request,
                               grpc::ServerWriter<v1::ExportRecordsResponse>* writer) override {
        v1::ExportRecordsResponse limits;
        const grpc::Status status = m_script.call(context, "ExportRecords", *request, &limits);
        for (std::uint64_t i = 1; status.ok() && i <= limits.done(); ++i) {
            v1::ExportRecordsResponse piece;
            piece.set_chunk(std::string(1, static_cast<char>('a' + i - 1)));
            piece.set_done(i);
            piece.set_total(limits.total());
            writer->Write(piece);
        }
        return status;
    }

private:
    Script& m_script;
};

class ScriptedAccessService final : public v1::AccessService::Service {
public:
    explicit ScriptedAccessService(Script& script) : m_script(script) {}
    GNOMON_SCRIPTED(WhoAmI)

private:
    Script& m_script;
};

#undef GNOMON_SCRIPTED

// A gRPC server that plays a node by its script, with mutual TLS or in plaintext.
class ScriptedNode {
public:
    // files: of the server; absent: plaintext. port 0 takes any.
    ScriptedNode(Script& script, const std::string& ca, const CertificateFiles& files, int port = 0)
        : ScriptedNode(script, tls(ca, files), port) {}
    explicit ScriptedNode(Script& script, int port = 0)
        : ScriptedNode(script, grpc::InsecureServerCredentials(), port) {}
    ~ScriptedNode() { m_server->Shutdown(std::chrono::system_clock::now()); }

    int port() const { return m_port; }
    std::string address() const { return "127.0.0.1:" + std::to_string(m_port); }

private:
    ScriptedNode(Script& script, const std::shared_ptr<grpc::ServerCredentials>& credentials, int port)
        : m_node(script), m_deployment(script), m_comparison(script), m_audit(script), m_access(script) {
        grpc::ServerBuilder builder;
        builder.AddListeningPort("127.0.0.1:" + std::to_string(port), credentials, &m_port);
        builder.RegisterService(&m_node);
        builder.RegisterService(&m_deployment);
        builder.RegisterService(&m_comparison);
        builder.RegisterService(&m_audit);
        builder.RegisterService(&m_access);
        builder.SetMaxSendMessageSize(-1);
        m_server = builder.BuildAndStart();
    }

    static std::shared_ptr<grpc::ServerCredentials> tls(const std::string& ca, const CertificateFiles& files) {
        grpc::SslServerCredentialsOptions options(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
        options.pem_root_certs = readFile(ca).value();
        options.pem_key_cert_pairs.push_back({readFile(files.key).value(), readFile(files.certificate).value()});
        return grpc::SslServerCredentials(options);
    }

    ScriptedNodeService m_node;
    ScriptedDeploymentService m_deployment;
    ScriptedComparisonService m_comparison;
    ScriptedAuditService m_audit;
    ScriptedAccessService m_access;
    int m_port = 0;
    std::unique_ptr<grpc::Server> m_server;
};

} // namespace gnomon::test
