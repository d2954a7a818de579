// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/faults/kill9/writer.h"
#include "tests/faults/kill9/node_state.h"

#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <random>
#include <thread>

namespace gnomon::faults {

namespace {

constexpr int kRecordThreads = 3; // so that commits hold several records

[[noreturn]] void fail(const char* what, const Error& error) {
    std::fprintf(stderr, "writer: %s: %s\n", what, error.message.c_str());
    _exit(3);
}

void acknowledge(int pipe, const Acknowledgement& acknowledgement) {
    if (::write(pipe, &acknowledgement, sizeof acknowledgement) != sizeof acknowledgement) {
        _exit(4);
    }
}

void writeRecords(audit::AuditLog& log, int pipe, unsigned thread) {
    std::mt19937_64 random(std::random_device{}() + thread);
    for (;;) {
        const std::uint64_t tag = random();
        AuditRecord record;
        record.kind = RecordKind::Lifecycle;
        record.actor = machineActor("kill9");
        record.action = "note";
        record.requestId = std::to_string(tag);
        record.reason.assign(random() % 400, 'x');
        std::optional<AuditPayload> payload;
        if (random() % 4 == 0) {
            payload = AuditPayload{{}, {{"tag", std::to_string(tag)}}};
        }
        const Result<port::Appended> appended = log.append(record, payload);
        if (!appended.ok()) {
            fail("append", appended.error());
        }
        acknowledge(pipe, {Acknowledgement::What::Record, appended->seq.value, tag});
    }
}

// The endpoints take turns: fallback, restore, fallback, ...
void makeChanges(NodeState& node, int pipe) {
    for (std::uint64_t round = 0;; ++round) {
        const EndpointName& endpoint = kEndpoints[round % kEndpoints.size()];
        const Result<Generation> before = node.directory().inForce(endpoint);
        control::Commit commit;
        commit.next.endpoint = endpoint;
        commit.next.number = GenerationNumber(before.ok() ? before->number.value + 1 : 1);
        commit.next.deployment.production = VersionNumber(1);
        commit.next.deployment.mode = commit.next.number.value % 2 == 0 ? Mode::Fallback : Mode::Production;
        commit.next.kind = commit.next.number.value % 2 == 0 ? ChangeKind::Fallback : ChangeKind::Restore;
        commit.next.actor = machineActor("kill9");
        if (before.ok()) {
            commit.before = *before;
        }
        const Result<ChangeOutcome> outcome = node.commits().commit(std::move(commit));
        if (!outcome.ok()) {
            fail("commit", outcome.error());
        }
        if (!outcome->outcome) {
            fail("commit", {ErrorCode::Unavailable, "the outcome was not recorded"});
        }
        acknowledge(pipe, {Acknowledgement::What::Change, outcome->outcome->value, outcome->intent.value});
    }
}

} // namespace

int writeUntilKilled(const std::filesystem::path& folder, int pipe) {
    Result<std::unique_ptr<NodeState>> node = NodeState::open(folder);
    if (!node.ok()) {
        fail("open", node.error());
    }
    if (const Status recovered = (*node)->recover(); !recovered.ok()) {
        fail("recover", recovered.error());
    }
    acknowledge(pipe, {Acknowledgement::What::Recovered, (*node)->log().size(), 0});
    std::vector<std::thread> threads;
    for (unsigned i = 0; i < kRecordThreads; ++i) {
        threads.emplace_back([&, i] { writeRecords((*node)->log(), pipe, i); });
    }
    makeChanges(**node, pipe);
    return 0;
}

} // namespace gnomon::faults
