// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/node/watches.h"
#include "tests/support/temp_folder.h"
#include "tests/support/test_pki.h"

#include <gtest/gtest.h>

#include <filesystem>

namespace gnomon {
namespace {

using namespace std::chrono_literals;
using node::CertificateWatch;
using node::DiskState;
using node::DiskWatch;

TEST(NodeDiskWatch, readsTheDisk) {
    const test::TempFolder folder;
    const DiskState disk = DiskWatch(folder.path()).look();
    EXPECT_GT(disk.size, disk.free);
    EXPECT_EQ(DiskWatch("/no/such/folder").look(), DiskState{});
}

TEST(NodeDiskWatch, alarmsFromNinetyPercentUntilThereIsRoom) {
    DiskState disk{1000, 300};
    DiskWatch watch("/state", [&] { return disk; });
    EXPECT_FALSE(watch.alarm());
    disk.free = 150; // 85 %: the log says so
    EXPECT_FALSE(watch.alarm());
    disk.free = 90;
    ASSERT_TRUE(watch.alarm());
    EXPECT_NE(watch.alarm()->find("91 % full"), std::string::npos) << *watch.alarm();
    disk.free = 105; // 89.5 %: not said again and again
    EXPECT_TRUE(watch.alarm());
    disk.free = 130;
    EXPECT_FALSE(watch.alarm());
}

TEST(NodeDiskWatch, saysEachLevelOnceInTheLog) {
    DiskState disk{1000, 100};
    DiskWatch watch("/state", [&] { return disk; });
    testing::internal::CaptureStderr();
    for (int i = 0; i < 3; ++i) {
        watch.look();
    }
    disk.free = 900;
    watch.look();
    watch.look();
    const std::string log = testing::internal::GetCapturedStderr();
    EXPECT_EQ(log.find("disk_filling_up"), log.rfind("disk_filling_up")) << log;
    EXPECT_NE(log.find("percent=90"), std::string::npos) << log;
    EXPECT_EQ(log.find("disk_has_room"), log.rfind("disk_has_room")) << log;
    EXPECT_NE(log.find("disk_has_room"), std::string::npos) << log;
}

TEST(NodeCertificateWatch, tellsWhenTheyExpireAndReadsNewOnes) {
    test::TestPki pki;
    const test::CertificateFiles first = pki.issue("node/one", {"localhost"});
    const test::TempFolder folder;
    const std::filesystem::path file = folder.path() / "node.crt";
    std::filesystem::copy_file(first.certificate, file);
    CertificateWatch watch({{"node", file}, {"ca", folder.path() / "missing"}});
    const auto states = watch.look();
    ASSERT_EQ(states.size(), 1u) << "what cannot be read is left out";
    EXPECT_EQ(states[0].name, "node");
    const WallTime expires = states[0].expires;
    EXPECT_FALSE(watch.alarm(expires - 24h * 8));
    ASSERT_TRUE(watch.alarm(expires - 24h * 6));
    EXPECT_EQ(*watch.alarm(expires - 24h * 6), "the node's certificate expires on " + toRfc3339(expires));
    EXPECT_EQ(*watch.alarm(expires), "the node's certificate has expired on " + toRfc3339(expires));

    std::filesystem::copy_file(pki.ca(), file, std::filesystem::copy_options::overwrite_existing);
    std::filesystem::last_write_time(file, std::filesystem::file_time_type::clock::now() + 1h);
    EXPECT_GT(watch.look()[0].expires, expires) << "the authority's lives longer";
}

} // namespace
} // namespace gnomon
