// SPDX-License-Identifier: GPL-3.0-or-later
// gnomond.toml, endpoint.toml and golden cases: understood or refused with a plain message that names the file.
#include "backend/node/config.h"
#include "backend/serving/repository/endpoint_config.h"
#include "backend/serving/repository/golden_case.h"
#include "tests/fuzz/target.h"

namespace gnomon::fuzz {

namespace {

void requirePlain(const Error& error) {
    require(!error.message.empty(), "a refusal has a message");
    std::string text = error.message;
    std::replace(text.begin(), text.end(), '\n', ' '); // one line for each mistake
    require(printable(text, text.size() + 1) == text, "a message is plain text");
}

} // namespace

std::vector<std::string> seeds() {
    return {
        "n[node]\nname = \"a\"\ntrust_domain = \"example.org\"\n[paths]\nrepository = \"m\"\nstate = \"s\"\n[tls]\nca "
        "= "
        "\"a\"\ncertificate = \"b\"\nkey = \"c\"\n[limits]\nmax_connections = 10\n[log]\nlevel = \"info\"\n",
        "edescription = \"d\"\nowner = \"o\"\n[initial]\nproduction = 2\nshadows = [{ version = 3, mirror = 50 "
        "}]\nchain "
        "= [\"v1\", \"constant\"]\n[decision]\noutput = \"p\"\nthreshold = 0.5\nclasses = [\"a\", \"b\"]\n[budget]\n"
        "milliseconds = 20\n[[constant]]\nname = \"p\"\ndatatype = \"FP32\"\nshape = [1, 2]\ndata = [0.5, 1]\n"
        "[payload]\nkeep = true\nshare = 0.5\n",
        R"(g{"rtol": 0.1, "inputs": [{"name": "x", "datatype": "FP32", "shape": [1, 2], "data": [1, "NaN"]},)"
        R"({"name": "t", "datatype": "BYTES", "shape": [2], "fill": "a"}], "outputs": []})"};
}

bool mutate(std::string&, std::uint64_t) {
    return false;
}

void run(ByteView input) {
    if (input.empty()) {
        return;
    }
    const std::string text(asText(input.subspan(1)));
    if (input[0] == 'n') {
        const auto config = node::parseConfig(text, "/etc/gnomon/gnomond.toml");
        return config.ok() ? void() : requirePlain(config.error());
    }
    if (input[0] == 'e') {
        const auto config = serving::parseEndpointConfig(text, "endpoint.toml", EndpointName("e"));
        if (!config.ok()) {
            return requirePlain(config.error());
        }
        require(!config->chain.empty() && config->chain.back().kind != FallbackKind::Version, "a chain ends");
        return;
    }
    if (input[0] == 'g') {
        const auto golden = serving::parseGoldenCase(text, "case.json");
        if (!golden.ok()) {
            return requirePlain(golden.error());
        }
        (void)serving::checkGoldenCase(*golden, makeTensorSet(golden->outputs));
    }
}

} // namespace gnomon::fuzz
