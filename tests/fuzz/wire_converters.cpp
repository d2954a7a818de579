// SPDX-License-Identifier: GPL-3.0-or-later
// gnomon.v1 both ways: what one side accepts from the other it would say again in the same words.
#include "backend/wire/access.h"
#include "backend/wire/audit.h"
#include "backend/wire/change.h"
#include "backend/wire/common.h"
#include "backend/wire/comparison.h"
#include "backend/wire/deployment.h"
#include "backend/wire/exchange.h"
#include "backend/wire/node.h"
#include "tests/fuzz/target.h"
#include "tests/support/message_mutator.h"
#include "tests/support/wire_samples.h"

#include <gnomon/v1/access.pb.h>
#include <gnomon/v1/audit.pb.h>
#include <gnomon/v1/comparison.pb.h>
#include <gnomon/v1/deployment.pb.h>
#include <gnomon/v1/node.pb.h>

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <functional>

namespace gnomon::fuzz {

namespace {

struct Kind {
    std::string seed;
    std::function<void(ByteView)> run;
    std::function<bool(std::string& bytes, std::uint64_t seed)> mutate;
};

// The same for the same message, whatever the order in which maps were filled.
std::string bytesOf(const google::protobuf::Message& message) {
    std::string bytes;
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream out(&stream);
    out.SetSerializationDeterministic(true);
    message.SerializeToCodedStream(&out);
    out.Trim();
    return bytes;
}

// Message: what the sample travels as. The encoding is compared, since NaN is equal to itself there.
template <class Domain>
Kind kindOf(const Domain& sample) {
    using Message = decltype(wire::toProto(sample));
    return {wire::toProto(sample).SerializeAsString(),
            [](ByteView input) {
                Message message;
                if (!message.ParseFromArray(input.data(), static_cast<int>(input.size()))) {
                    return;
                }
                const auto value = wire::fromProto(message);
                if (!value.ok()) {
                    return require(!value.error().message.empty(), "a refusal has a message");
                }
                const Message sent = wire::toProto(*value);
                const auto again = wire::fromProto(sent);
                require(again.ok(), "what was accepted is accepted again");
                require(bytesOf(wire::toProto(*again)) == bytesOf(sent), "the second time is the same");
            },
            [](std::string& bytes, std::uint64_t seed) {
                Message message;
                if (!message.ParseFromString(bytes)) {
                    return false;
                }
                test::MessageMutator(seed).mutate(message, 1 + static_cast<int>(seed % 3));
                bytes = message.SerializeAsString();
                return true;
            }};
}

const std::vector<Kind>& kinds() {
    static const std::vector<Kind> all = {
        kindOf(test::stamp()),          kindOf(test::actor()),         kindOf(test::tensor()),
        kindOf(test::deployment()),     kindOf(test::generation()),    kindOf(test::version()),
        kindOf(test::settings()),       kindOf(test::bucket()),        kindOf(test::comparison()),
        kindOf(test::snapshot()),       kindOf(test::checkpoint()),    kindOf(test::nodeInfo()),
        kindOf(test::nodeUpdate()),     kindOf(test::changeRequest()), kindOf(test::preview()),
        kindOf(test::executeRequest()), kindOf(test::changeOutcome()), kindOf(test::effectProof()),
        kindOf(test::answerTrace()),    kindOf(test::exchange()),      kindOf(test::payload()),
        kindOf(test::exchangeFilter()), kindOf(test::auditFilter()),   kindOf(test::storedRecord()),
        kindOf(test::provenRecord()),   kindOf(test::auditPage()),     kindOf(test::principal())};
    return all;
}

const Kind& kindFor(std::uint8_t byte) {
    return kinds()[byte % kinds().size()];
}

} // namespace

std::vector<std::string> seeds() {
    std::vector<std::string> all;
    for (std::size_t i = 0; i < kinds().size(); ++i) {
        all.push_back(static_cast<char>(i) + kinds()[i].seed);
    }
    return all;
}

bool mutate(std::string& input, std::uint64_t seed) {
    if (input.empty()) {
        return false;
    }
    std::string rest = input.substr(1);
    if (!kindFor(static_cast<std::uint8_t>(input[0])).mutate(rest, seed)) {
        return false;
    }
    input.replace(1, std::string::npos, rest);
    return true;
}

void run(ByteView input) {
    if (!input.empty()) {
        kindFor(input[0]).run(input.subspan(1));
    }
}

} // namespace gnomon::fuzz
