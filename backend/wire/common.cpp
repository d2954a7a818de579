// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/wire/common.h"

#include "backend/domain/tensor_data.h"
#include "backend/wire/reader.h"

#include <gnomon/v1/common.pb.h>

namespace gnomon::wire {

namespace {

constexpr std::size_t kMaxName = 1024;
constexpr std::size_t kMaxDimensions = 32;

// shape: sizes, or -1 for "any" in a spec.
std::vector<std::int64_t> readShape(Reader& r, const google::protobuf::RepeatedField<std::int64_t>& in,
                                    std::int64_t smallest) {
    return r.list<std::int64_t>(in, kMaxDimensions, "shape", [&](std::int64_t size) {
        return Result<std::int64_t>(r.within<std::int64_t>(size, smallest, INT32_MAX, "shape"));
    });
}

} // namespace

v1::NodeStamp toProto(const NodeStamp& in) {
    v1::NodeStamp out;
    out.set_node_id(in.id.value);
    out.set_boot_id(in.boot.value);
    encodeTime(in.serverTime, out.mutable_server_time());
    return out;
}

Result<NodeStamp> fromProto(const v1::NodeStamp& in) {
    Reader r;
    NodeStamp out{NodeId(r.hexId(in.node_id(), "node_id")), BootId(r.hexId(in.boot_id(), "boot_id")),
                  r.time(in.server_time(), "server_time")};
    if (out.id.value.empty() || out.boot.value.empty()) {
        r.fail("node_id", "or boot_id is missing");
    }
    return r.result(std::move(out));
}

v1::Actor toProto(const Actor& in) {
    v1::Actor out;
    out.set_person(in.person);
    out.set_identity(in.identity);
    out.set_auth_method(in.authMethod);
    out.set_certificate(digestBytes(in.certificate));
    return out;
}

Result<Actor> fromProto(const v1::Actor& in) {
    Reader r;
    return r.result(Actor{r.text(in.person()), r.text(in.identity()), r.text(in.auth_method()),
                          r.digest(in.certificate(), "certificate")});
}

v1::Tensor toProto(const Tensor& in) {
    v1::Tensor out;
    out.set_name(in.name);
    out.set_datatype(std::string(dataTypeName(in.type)));
    out.mutable_shape()->Add(in.shape.begin(), in.shape.end());
    out.set_data(in.data.data(), in.data.size());
    return out;
}

Result<Tensor> fromProto(const v1::Tensor& in) {
    Reader r;
    Tensor out;
    out.name = r.text(in.name(), kMaxName);
    out.type = r.take(parseDataType(in.datatype()), "datatype");
    out.shape = readShape(r, in.shape(), 0);
    const std::int64_t count = r.take(elementCount(out.shape), "shape");
    out.data = toBytes(in.data());
    if (const Status good = checkData(out.type, count, out.data); !good.ok()) {
        r.fail("data", "is not what shape and datatype ask for: " + good.error().message);
    }
    return r.result(std::move(out));
}

v1::TensorSpec toProto(const TensorSpec& in) {
    v1::TensorSpec out;
    out.set_name(in.name);
    out.set_datatype(std::string(dataTypeName(in.type)));
    out.mutable_shape()->Add(in.shape.begin(), in.shape.end());
    out.set_optional(in.optional);
    return out;
}

Result<TensorSpec> fromProto(const v1::TensorSpec& in) {
    Reader r;
    return r.result(TensorSpec{r.text(in.name(), kMaxName), r.take(parseDataType(in.datatype()), "datatype"),
                               readShape(r, in.shape(), -1), in.optional()});
}

v1::FieldChange toProto(const FieldChange& in) {
    v1::FieldChange out;
    out.set_field(in.field);
    out.set_before(in.before);
    out.set_after(in.after);
    return out;
}

Result<FieldChange> fromProto(const v1::FieldChange& in) {
    Reader r;
    return r.result(FieldChange{r.text(in.field()), r.text(in.before()), r.text(in.after())});
}

v1::FallbackKind toProto(FallbackKind in) {
    switch (in) {
    case FallbackKind::Version:
        return v1::FALLBACK_KIND_VERSION;
    case FallbackKind::Constant:
        return v1::FALLBACK_KIND_CONSTANT;
    case FallbackKind::Refuse:
        return v1::FALLBACK_KIND_REFUSE;
    }
    return v1::FALLBACK_KIND_UNSPECIFIED;
}

Result<FallbackKind> fromProto(v1::FallbackKind in) {
    return decodeEnum<FallbackKind, v1::FallbackKind>(in, toProto, FallbackKind::Refuse);
}

} // namespace gnomon::wire
