// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/bytes.h"
#include "backend/base/result.h"
#include "backend/domain/deployment.h"

#include <string_view>

namespace gnomon::proof {

class CborReader;
class CborWriter;

// The canonical encodings of what an endpoint should be doing. Encoding fails (InvalidArgument) only for text that is
// not UTF-8; decoding is Corrupt for anything that encoding does not produce.
Bytes encodeDeployment(const Deployment& deployment);
Result<Deployment> decodeDeployment(ByteView bytes);

Result<Bytes> encodeGeneration(const Generation& generation);
Result<Generation> decodeGeneration(ByteView bytes);

// SHA-256("gnomon-deployment-v1" || 0x00 || encoding): before and after of an audit record.
Digest deploymentDigest(const Deployment& deployment);

// SHA-256("gnomon-policy-v1" || 0x00 || text): names the policy in force by its exact text.
Digest policyDigest(std::string_view policy);

// For codecs of what contains a deployment.
void writeDeployment(CborWriter& out, const Deployment& deployment);
Deployment readDeployment(CborReader& in);

} // namespace gnomon::proof
