// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/node/permissions.h"

#include <gnomon/v1/options.pb.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/empty.pb.h>
#include <gtest/gtest.h>

namespace gnomon {
namespace {

// A file with one service of one method, which asks for the permission; UNSPECIFIED: the option is left out.
const google::protobuf::FileDescriptor* fileWith(google::protobuf::DescriptorPool& pool, v1::Permission permission) {
    google::protobuf::FileDescriptorProto file;
    file.set_name("made_up.proto");
    file.set_package("gnomon.v1");
    file.add_dependency("google/protobuf/empty.proto");
    auto* service = file.add_service();
    service->set_name("MadeUpService");
    auto* method = service->add_method();
    method->set_name("Act");
    method->set_input_type(".google.protobuf.Empty");
    method->set_output_type(".google.protobuf.Empty");
    if (permission != v1::PERMISSION_UNSPECIFIED) {
        method->mutable_options()->MutableExtension(v1::authz)->set_permission(permission);
    }
    return pool.BuildFile(file);
}

TEST(Permissions, everyMethodOfTheShippedServicesHasOne) {
    const auto table = node::readPermissions();
    ASSERT_TRUE(table.ok()) << table.error().message;
    EXPECT_EQ(table->at("gnomon.v1.DeploymentService/ExecutePlan"), Permission::OperateSafe);
    EXPECT_EQ(table->at("gnomon.v1.AuditService/ExportRecords"), Permission::ReadAudit);
    EXPECT_EQ(table->at("gnomon.v1.NodeService/Watch"), Permission::View);
    EXPECT_EQ(table->at("inference.GRPCInferenceService/ModelInfer"), Permission::Infer);
}

TEST(Permissions, methodWithoutTheOptionStopsTheNode) {
    google::protobuf::Empty::descriptor();
    google::protobuf::DescriptorPool pool(google::protobuf::DescriptorPool::generated_pool());
    node::PermissionTable table;
    const Status added = node::addPermissions(*fileWith(pool, v1::PERMISSION_UNSPECIFIED), table);
    ASSERT_FALSE(added.ok());
    EXPECT_EQ(added.error().message, "gnomon.v1.MadeUpService/Act states no permission");
}

TEST(Permissions, methodWithTheOptionIsInTheTable) {
    google::protobuf::DescriptorPool pool(google::protobuf::DescriptorPool::generated_pool());
    node::PermissionTable table;
    ASSERT_TRUE(node::addPermissions(*fileWith(pool, v1::PERMISSION_WORK), table).ok());
    EXPECT_EQ(table.at("gnomon.v1.MadeUpService/Act"), Permission::Work);
}

} // namespace
} // namespace gnomon
