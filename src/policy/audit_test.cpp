#include "policy/audit.hpp"

#include <gtest/gtest.h>

namespace godwit::policy {
namespace {

TEST(Audit, AnEntrySurvivesItsRecord) {
  const AuditEntry entry{.time = Time(std::chrono::milliseconds(1'700'000'000'123)),
                         .action = "device.wipe",
                         .by = "root",
                         .address = "192.0.2.1",
                         .user = "ann@example.org",
                         .device = "phone1",
                         .details = "account",
                         .done = false};
  const store::Write write = audit_write(entry, 5);
  EXPECT_EQ(write.expected, 0U) << "never on top of another";
  EXPECT_EQ(write.key.user, "");
  EXPECT_GT(write.key.name, audit_name(entry.time));
  EXPECT_LT(write.key.name, audit_name(entry.time + std::chrono::milliseconds(1)));
  const auto again = unpack_audit(*write.value);
  ASSERT_TRUE(again);
  EXPECT_EQ(*again, entry);
  EXPECT_FALSE(unpack_audit("nonsense"));
}

// What a device calls itself must not look like another entry.
TEST(Audit, TextOfStrangersStaysOnItsLine) {
  AuditEntry entry;
  entry.details = "x\n2026-11-22 wipe.done by root";
  entry.device = std::string("a\0b", 3);
  const auto again = unpack_audit(*audit_write(entry, 1).value);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->details, "x\\u{A}2026-11-22 wipe.done by root");
  EXPECT_EQ(again->device, "a\\u{0}b");
}

}  // namespace
}  // namespace godwit::policy
