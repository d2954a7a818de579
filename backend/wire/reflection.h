// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace grpc {
class ServerBuilder;
}

namespace gnomon::wire {

// gRPC's reflection library, once it is linked into a program, adds itself to every server of that program. This keeps
// it out of the server in the making; options that are set later can still add it.
void keepReflectionOut(grpc::ServerBuilder& builder);

} // namespace gnomon::wire
