#include "app/trace_text.hpp"

#include <gtest/gtest.h>

#include <string>

#include "client/node.hpp"
#include "wbxml/pages/airsync.hpp"
#include "wbxml/pages/email.hpp"
#include "wbxml/pages/settings.hpp"

namespace godwit::app {
namespace {

constexpr std::string_view wbxml_type = "application/vnd.ms-sync.wbxml";

TEST(TraceText, NamesElementsThatThereAre) {
  for (const std::string_view each : harmless_elements()) {
    const auto colon = each.find(':');
    if (each.ends_with(":*")) continue;
    EXPECT_NE(wbxml::find_tag(each.substr(0, colon), each.substr(colon + 1)), nullptr) << each;
  }
}

TEST(TraceText, LeavesOutWhatIsContent) {
  namespace as = wbxml::airsync;
  const std::string body = client::encode(client::Node(
      as::Sync, {client::Node(as::SyncKey, "17.4"), client::Node(wbxml::email::Subject, "Marked"),
                 client::Node(as::Status, "3")}));
  const ShownBody redacted = show_body(body, wbxml_type, Detail::redacted);
  EXPECT_EQ(redacted.text, "AirSync:Sync\n  SyncKey 17.4\n  Email:Subject (6 bytes)\n  Status 3\n");
  EXPECT_EQ(redacted.status, "3");
  EXPECT_FALSE(redacted.body);
  const ShownBody full = show_body(body, wbxml_type, Detail::full);
  EXPECT_TRUE(full.text.contains("Marked"));
  EXPECT_EQ(full.body, body);
}

TEST(TraceText, NeverShowsPasswords) {
  namespace st = wbxml::settings;
  const std::string body = client::encode(client::Node(
      st::Settings,
      {client::Node(st::DevicePassword,
                    {client::Node(st::Set, {client::Node(st::Password, "marked")})})}));
  const ShownBody full = show_body(body, wbxml_type, Detail::full);
  EXPECT_FALSE(full.text.contains("marked"));
  ASSERT_TRUE(full.body);
  EXPECT_FALSE(full.body->contains("marked"));
  const ShownBody cut = show_body(body.substr(0, body.size() - 2), wbxml_type, Detail::full);
  EXPECT_TRUE(cut.text.starts_with("(unreadable WBXML")) << cut.text;
  EXPECT_FALSE(cut.body);
}

TEST(TraceText, DescribesOtherBodies) {
  const ShownBody mail =
      show_body("Subject: Marked\r\n\r\nx", "message/rfc822; name=Marked", Detail::redacted);
  EXPECT_EQ(mail.text, "(message/rfc822, 20 bytes)\n");
  EXPECT_FALSE(mail.body);
  EXPECT_EQ(show_body("abc", "message/rfc822", Detail::full).body, "abc");
}

}  // namespace
}  // namespace godwit::app
