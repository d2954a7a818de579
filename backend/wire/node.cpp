// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/wire/node.h"
#include "backend/wire/audit.h"
#include "backend/wire/common.h"
#include "backend/wire/deployment.h"
#include "backend/wire/reader.h"

#include <gnomon/v1/node.pb.h>

namespace gnomon::wire {

namespace {

constexpr std::size_t kMaxEndpoints = 10'000;
constexpr std::size_t kMaxLines = 1000;
constexpr auto kDecode = [](const auto& in) { return fromProto(in); };

Result<Listener> readListener(const v1::Listener& in) {
    Reader r;
    return r.result(Listener{r.text(in.address()), r.text(in.serves()), in.encrypted()});
}

} // namespace

v1::GetNodeResponse toProto(const NodeInfo& in) {
    v1::GetNodeResponse out;
    *out.mutable_stamp() = toProto(in.stamp);
    v1::Node* node = out.mutable_node();
    node->set_name(in.name);
    node->set_fleet(in.fleet);
    node->set_environment(in.environment);
    node->set_software_version(in.softwareVersion);
    node->mutable_capabilities()->Add(in.capabilities.begin(), in.capabilities.end());
    for (const Listener& listener : in.listeners) {
        v1::Listener* added = node->add_listeners();
        added->set_address(listener.address);
        added->set_serves(listener.serves);
        added->set_encrypted(listener.encrypted);
    }
    node->set_audit_origin(in.auditOrigin);
    node->set_audit_verifier_key(in.auditVerifierKey);
    encodeTime(in.started, node->mutable_started());
    out.mutable_alarms()->Add(in.alarms.begin(), in.alarms.end());
    return out;
}

Result<NodeInfo> fromProto(const v1::GetNodeResponse& in) {
    Reader r;
    const v1::Node& node = in.node();
    NodeInfo out;
    out.stamp = r.take(fromProto(in.stamp()), "stamp");
    out.name = r.text(node.name());
    out.fleet = r.text(node.fleet());
    out.environment = r.text(node.environment());
    out.softwareVersion = r.text(node.software_version());
    out.capabilities = r.texts(node.capabilities(), kMaxLines, "capabilities");
    out.listeners = r.list<Listener>(node.listeners(), kMaxLines, "listeners", readListener);
    out.auditOrigin = r.text(node.audit_origin());
    out.auditVerifierKey = r.text(node.audit_verifier_key());
    out.started = r.time(node.started(), "started");
    out.alarms = r.texts(in.alarms(), kMaxLines, "alarms");
    return r.result(std::move(out));
}

v1::WatchResponse toProto(const NodeUpdate& in) {
    v1::WatchResponse out;
    *out.mutable_stamp() = toProto(in.stamp);
    for (const EndpointSnapshot& endpoint : in.endpoints) {
        *out.add_endpoints() = toProto(endpoint);
    }
    *out.mutable_audit_head() = toProto(in.auditHead);
    out.set_draining(in.draining);
    out.mutable_alarms()->Add(in.alarms.begin(), in.alarms.end());
    return out;
}

Result<NodeUpdate> fromProto(const v1::WatchResponse& in) {
    Reader r;
    NodeUpdate out;
    out.stamp = r.take(fromProto(in.stamp()), "stamp");
    out.endpoints = r.list<EndpointSnapshot>(in.endpoints(), kMaxEndpoints, "endpoints", kDecode);
    out.auditHead = r.take(fromProto(in.audit_head()), "audit_head");
    out.draining = in.draining();
    out.alarms = r.texts(in.alarms(), kMaxLines, "alarms");
    return r.result(std::move(out));
}

} // namespace gnomon::wire
