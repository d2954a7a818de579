// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/wire/access.h"
#include "backend/wire/common.h"
#include "backend/wire/reader.h"

#include <gnomon/v1/access.pb.h>

namespace gnomon::wire {

namespace {

constexpr int kLastPermission = static_cast<int>(Permission::Work);

} // namespace

v1::Permission toProto(Permission in) {
    switch (in) {
    case Permission::Infer:
        return v1::PERMISSION_INFER;
    case Permission::View:
        return v1::PERMISSION_VIEW;
    case Permission::ViewPayload:
        return v1::PERMISSION_VIEW_PAYLOAD;
    case Permission::OperateSafe:
        return v1::PERMISSION_OPERATE_SAFE;
    case Permission::OperateRisky:
        return v1::PERMISSION_OPERATE_RISKY;
    case Permission::ReadAudit:
        return v1::PERMISSION_AUDIT_READ;
    case Permission::WitnessAudit:
        return v1::PERMISSION_AUDIT_WITNESS;
    case Permission::Work:
        return v1::PERMISSION_WORK;
    }
    return v1::PERMISSION_UNSPECIFIED;
}

Result<Permission> fromProto(v1::Permission in) {
    return decodeEnum<Permission, v1::Permission>(in, toProto, static_cast<Permission>(kLastPermission));
}

v1::Principal toProto(const Principal& in) {
    v1::Principal out;
    *out.mutable_actor() = toProto(in.actor);
    out.set_tenant(in.tenant);
    out.set_role(in.role);
    for (int i = 0; i <= kLastPermission; ++i) {
        if (in.may(static_cast<Permission>(i))) {
            out.add_permissions(toProto(static_cast<Permission>(i)));
        }
    }
    out.set_address(in.address);
    out.set_client(in.client);
    return out;
}

Result<Principal> fromProto(const v1::Principal& in) {
    Reader r;
    Principal out;
    out.actor = r.take(fromProto(in.actor()), "actor");
    out.tenant = r.text(in.tenant());
    out.role = r.text(in.role());
    for (const int value : in.permissions()) {
        if (const auto permission = fromProto(static_cast<v1::Permission>(value)); permission.ok()) {
            out.permissions |= 1u << static_cast<unsigned>(*permission);
        }
    }
    out.address = r.text(in.address());
    out.client = r.text(in.client());
    return r.result(std::move(out));
}

} // namespace gnomon::wire
