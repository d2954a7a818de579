// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/node/infer_messages.h"

#include <gtest/gtest.h>

namespace gnomon::node {
namespace {

grpc::ByteBuffer bufferOf(const std::string& bytes) {
    const grpc::Slice slice(bytes);
    return {&slice, 1};
}

std::string requestFor(const std::string& model, const std::string& id) {
    inference::ModelInferRequest request;
    request.set_model_name(model);
    request.set_id(id);
    return request.SerializeAsString();
}

// gRPC keeps up to 23 bytes in the slice itself.
TEST(Claims, areTheOnesOfTheRequestHoweverSmallItIs) {
    for (const std::string& model : {std::string("m"), std::string("spam-filter"), std::string(200, 'm')}) {
        for (const std::string& id : {std::string(), std::string("7"), std::string(250, 'i')}) {
            const Claims claims = claimsOf(bufferOf(requestFor(model, id)));
            EXPECT_EQ(claims.model, model);
            EXPECT_EQ(claims.id, id);
        }
    }
}

TEST(Claims, areEmptyWhereTheBeginningDoesNotTell) {
    const std::string whole = requestFor("spam-filter", "id-1");
    for (std::size_t size = 0; size < 13; ++size) {
        EXPECT_EQ(claimsOf(bufferOf(whole.substr(0, size))).model, "") << size;
    }
    EXPECT_EQ(claimsOf(bufferOf("\x0a\xff\xff\xff\xff\x0f")).model, "") << "a length beyond the message";
    EXPECT_EQ(claimsOf(bufferOf(requestFor(std::string(300, 'm'), "id"))).model, "") << "no name is so long";
    EXPECT_EQ(claimsOf({}).model, "");
}

} // namespace
} // namespace gnomon::node
