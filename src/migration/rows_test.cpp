#include "migration/rows.hpp"

#include <gtest/gtest.h>

#include "base/bytes.hpp"
#include "z_push_sample.hpp"

namespace godwit::migration {
namespace {

TEST(Rows, OfZPushAsEitherClientPrintsThem) {
  test::ZPushState state;
  state.user("ann").text("devicetype", "iPhone").number("wipestatus", 2);
  const std::string digits = hex_encode(state.bytes());
  for (const std::string& row : {"abc1\t" + digits, "abc1," + digits + "\r",
                                 "\"abc1\",\"" + digits + "\"", "abc1,\\x" + digits}) {
    const auto devices = z_push_row(row);
    ASSERT_TRUE(devices) << devices.error().message;
    EXPECT_EQ(devices->front().device, "abc1");
    EXPECT_EQ(devices->front().wipe, FormerWipe::pending);
  }
  for (const auto* bad : {"", "abc1", "abc1\tzz", "\t00", "abc1\t00\t00"}) {
    EXPECT_FALSE(z_push_row(bad)) << bad;
  }
}

TEST(Rows, OfSogo) {
  const auto device = sogo_row("ann\t/ABC1\t1600000000\t1700000000");
  ASSERT_TRUE(device) << device.error().message;
  EXPECT_EQ(device->user, "ann");
  EXPECT_EQ(device->device, "abc1");
  EXPECT_EQ(device->first_seen, 1'600'000'000);
  EXPECT_EQ(device->last_seen, 1'700'000'000);
  for (const auto* bad :
       {"", "ann,/abc1,1", "ann,abc1,1,2", "ann,/abc1+folderINBOX,1,2", ",/abc1,1,2",
        "ann,/abc1,x,2", "ann,/abc1,1,-2", "ann,/abc1,1,999999999999999"}) {
    EXPECT_FALSE(sogo_row(bad)) << bad;
  }
}

}  // namespace
}  // namespace godwit::migration
