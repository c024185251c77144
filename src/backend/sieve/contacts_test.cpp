#include "backend/sieve/contacts.hpp"

#include <gtest/gtest.h>

#include "backend/memory/memory.hpp"
#include "run.hpp"

namespace godwit::backend {
namespace {

TEST(KnownSenders, AreTheAddressesOfAllContacts) {
  ManualClock clock;
  MemoryServer server(clock);
  const Account ann = server.add_user("ann@example.org", "secret");
  const auto items = server.open_items(ann);
  FolderKey contacts = FolderKey::parse("//x").value();
  for (const auto& each : test::run(items->collections())) {
    if (each.role == FolderRole::contacts) contacts = each.key;
  }
  const auto put = [&](const std::string& href, const std::string& lines) {
    return test::run(items->put(
        contacts, href, "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:x\r\n" + lines + "END:VCARD\r\n", {}));
  };
  ASSERT_TRUE(put("a", "EMAIL:Bob@Example.net\r\nEMAIL:b2@example.net\r\n"));
  ASSERT_TRUE(put("b", "EMAIL:bob@example.net\r\nNOTE:eve@example.net\r\n"));
  ASSERT_TRUE(put("c", "TEL:1\r\n"));
  EXPECT_EQ(test::run(contact_addresses(items)),
            (std::vector<std::string>{"b2@example.net", "bob@example.net"}));
  for (int i = 0; i < 250; ++i) {
    ASSERT_TRUE(put("m" + std::to_string(i), "EMAIL:m" + std::to_string(i) + "@example.net\r\n"));
  }
  EXPECT_EQ(test::run(contact_addresses(items)).size(), 252U) << "in several pieces";
}

}  // namespace
}  // namespace godwit::backend
