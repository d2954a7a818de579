// SPDX-License-Identifier: GPL-3.0-or-later
// gnomon/v1/access.proto and options.proto <-> domain.
#pragma once

#include "backend/base/result.h"
#include "backend/domain/identity.h"

namespace gnomon::v1 {
class Principal;
enum Permission : int;
} // namespace gnomon::v1

namespace gnomon::wire {

v1::Permission toProto(Permission in);
Result<Permission> fromProto(v1::Permission in);

v1::Principal toProto(const Principal& in);
// Permissions that this side does not know are left out.
Result<Principal> fromProto(const v1::Principal& in);

} // namespace gnomon::wire
