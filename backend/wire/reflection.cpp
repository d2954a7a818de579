// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/wire/reflection.h"

#include <grpcpp/server_builder.h>

#include <memory>
#include <vector>

namespace gnomon::wire {

namespace {

class KeepOut final : public grpc::ServerBuilderOption {
public:
    void UpdateArguments(grpc::ChannelArguments*) override {}
    void UpdatePlugins(std::vector<std::unique_ptr<grpc::ServerBuilderPlugin>>* plugins) override {
        std::erase_if(*plugins, [](const auto& plugin) { return plugin->name() == "proto_server_reflection"; });
    }
};

} // namespace

void keepReflectionOut(grpc::ServerBuilder& builder) {
    builder.SetOption(std::make_unique<KeepOut>());
}

} // namespace gnomon::wire
