#include "eas/request_line.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "base/bytes.hpp"

namespace godwit::eas {
namespace {

RequestLine parsed(std::string_view query) {
  auto line = parse_request_line(query);
  EXPECT_TRUE(line.has_value()) << query;
  return line.value_or(RequestLine{});
}

std::string_view device_of(const RequestLine& line) {
  return line.device_id ? line.device_id->view() : std::string_view();
}

/// A base64 query: version, command and locale, then `rest` in hexadecimal.
std::string base64_query(std::string_view rest_hex) {
  return base64_encode(hex_decode("8C000904").value() + hex_decode(rest_hex).value());
}

TEST(RequestLine, ReadsThePlainForm) {
  const auto line = parsed(
      "Cmd=SmartReply&User=EXAMPLE%5Cann&DeviceId=ApplF00-B_1&DeviceType=iPhone&"
      "CollectionId=5&ItemId=5%3a12&LongId=L&Occurrence=20240101T000000Z&SaveInSent=T");
  EXPECT_EQ(line.command, "SmartReply");
  EXPECT_EQ(line.command_code, 3);
  EXPECT_EQ(line.user, "EXAMPLE\\ann");
  EXPECT_EQ(device_of(line), "applf00-b_1");
  EXPECT_EQ(line.device_type, "iPhone");
  EXPECT_EQ(line.collection_id, "5");
  EXPECT_EQ(line.item_id, "5:12");
  EXPECT_EQ(line.long_id, "L");
  EXPECT_EQ(line.occurrence, "20240101T000000Z");
  EXPECT_TRUE(line.save_in_sent);
  EXPECT_FALSE(line.base64);
  EXPECT_FALSE(line.version.has_value());
  EXPECT_FALSE(line.policy_key.has_value());
}

TEST(RequestLine, TakesNamesInAnyCaseAndOrder) {
  const auto line = parsed("deviceTYPE=WP8&DEVICEID=A&cMD=sync&&x&ATTACHMENTNAME=a%20b%2Bc+d");
  EXPECT_EQ(line.command, "Sync");
  EXPECT_EQ(device_of(line), "a");
  EXPECT_EQ(line.device_type, "WP8");
  EXPECT_EQ(line.attachment_name, "a b+c+d");
}

TEST(RequestLine, TheFirstOfTwoParametersCounts) {
  const auto line = parsed("Cmd=Sync&DeviceId=one&DeviceId=two&Cmd=Ping&User=a&User=b");
  EXPECT_EQ(line.command, "Sync");
  EXPECT_EQ(device_of(line), "one");
  EXPECT_EQ(line.user, "a");
}

TEST(RequestLine, KeepsAnUnknownCommandByName) {
  EXPECT_EQ(parsed("Cmd=Teleport&DeviceId=a").command, "Teleport");
  EXPECT_EQ(parsed("Cmd=Teleport&DeviceId=a").command_code, 255);
  EXPECT_EQ(parsed("Cmd=a%0Ab").command, "");
  EXPECT_EQ(parsed("Cmd=").command, "");
}

TEST(RequestLine, RefusesBadDeviceIds) {
  EXPECT_TRUE(parsed("Cmd=Sync&DeviceId=" + std::string(32, 'a')).device_id.has_value());
  for (const std::string& id :
       {std::string(), std::string(33, 'a'), std::string("a,b"), std::string("a%00"),
        std::string("%C3%BC"), std::string("a%"), std::string("a b")}) {
    EXPECT_FALSE(parsed("Cmd=Sync&DeviceId=" + id).device_id.has_value()) << id;
  }
  EXPECT_FALSE(parsed("Cmd=Sync").device_id.has_value());
}

TEST(RequestLine, RefusesBadDeviceTypes) {
  EXPECT_EQ(parsed("Cmd=Sync&DeviceType=" + std::string(32, 'a')).device_type.size(), 32U);
  EXPECT_EQ(parsed("Cmd=Sync&DeviceType=" + std::string(33, 'a')).device_type, "");
  EXPECT_EQ(parsed("Cmd=Sync&DeviceType=a%0D").device_type, "");
}

// [MS-ASHTTP] Base64-Encoded Query Value: a Sync at 14.0 without policy key.
TEST(RequestLine, ReadsTheBase64Form) {
  const auto line = parsed("jAAJBAp2MTQwRGV2aWNlAApTbWFydFBob25l");
  EXPECT_TRUE(line.base64);
  EXPECT_EQ(line.version, Version::v14_0);
  EXPECT_EQ(line.version_byte, 140);
  EXPECT_EQ(line.command, "Sync");
  EXPECT_EQ(line.command_code, 0);
  EXPECT_EQ(line.locale, 0x0409);
  EXPECT_EQ(device_of(line), "v140device");
  EXPECT_EQ(line.device_type, "SmartPhone");
  EXPECT_FALSE(line.policy_key.has_value());
}

TEST(RequestLine, ReadsPolicyKeyOptionsAndUser) {
  const auto items = parsed("jRMJBAZBQkMxMjMEWS0E6wZpUGhvbmUHAQI=");
  EXPECT_EQ(items.command, "ItemOperations");
  EXPECT_EQ(items.policy_key, 3942919513U);
  EXPECT_TRUE(items.accept_multipart);
  EXPECT_FALSE(items.save_in_sent);
  const auto mail = parsed("oQEJBBAAESIzRFVmd4iZqrvM3e7/BAAAAAADV1A4BwEBCANib2I=");
  EXPECT_EQ(mail.version, Version::v16_1);
  EXPECT_EQ(mail.command, "SendMail");
  EXPECT_EQ(device_of(mail), "00112233445566778899aabbccddeeff");  // a GUID's bytes
  EXPECT_EQ(mail.policy_key, 0U);
  EXPECT_TRUE(mail.save_in_sent);
  EXPECT_EQ(mail.user, "bob");
}

TEST(RequestLine, IsTolerantOfBase64Spellings) {
  const std::string standard = "oQEJBBAAESIzRFVmd4iZqrvM3e7/BAAAAAADV1A4BwEBCANib2I=";
  for (const auto* spelling : {"oQEJBBAAESIzRFVmd4iZqrvM3e7/BAAAAAADV1A4BwEBCANib2I",
                               "oQEJBBAAESIzRFVmd4iZqrvM3e7_BAAAAAADV1A4BwEBCANib2I=",
                               "oQEJBBAAESIzRFVmd4iZqrvM3e7%2FBAAAAAADV1A4BwEBCANib2I%3D"}) {
    EXPECT_EQ(format_request_line(parsed(spelling)), format_request_line(parsed(standard)));
  }
}

TEST(RequestLine, KeepsAnUnknownVersionByte) {
  std::string bytes = base64_decode("jAAJBAp2MTQwRGV2aWNlAApTbWFydFBob25l").value();
  bytes[0] = static_cast<char>(191);
  const auto line = parsed(base64_encode(bytes));
  EXPECT_EQ(line.version_byte, 191);
  EXPECT_FALSE(line.version.has_value());
}

TEST(RequestLine, SkipsUnknownParametersByLength) {
  const auto line =
      parsed(base64_query("0161"
                          "00"
                          "0162"
                          "05020000"
                          "630101"
                          "010135"
                          "0700"));
  EXPECT_EQ(line.collection_id, "5");
}

TEST(RequestLine, RefusesBase64ThatLies) {
  const auto bytes = base64_decode("oQEJBBAAESIzRFVmd4iZqrvM3e7/BAAAAAADV1A4BwEBCANib2I=").value();
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    const auto line = parse_request_line(base64_encode(bytes.substr(0, length)));
    // Cut between two parameters it is a whole query with fewer of them.
    const bool whole = length == 30 || length == 33;
    EXPECT_EQ(line.has_value(), whole) << length;
  }
  EXPECT_FALSE(parse_request_line(base64_query("0161"
                                               "02"
                                               "0000"
                                               "0162"))
                   .has_value());
  EXPECT_FALSE(parse_request_line("").has_value());
  EXPECT_FALSE(parse_request_line("Sync").has_value());
  EXPECT_FALSE(parse_request_line("DeviceId=a").has_value());
}

TEST(RequestLine, BadIdsOfTheBase64FormAreMissing) {
  EXPECT_FALSE(parsed(base64_query("00"
                                   "00"
                                   "0162"))
                   .device_id.has_value());
  EXPECT_FALSE(parsed(base64_query("21" + hex_encode(std::string(33, 'a')) +
                                   "00"
                                   "0162"))
                   .device_id.has_value());
  EXPECT_FALSE(parsed(base64_query("11" + hex_encode(std::string(17, '\xFF')) +
                                   "00"
                                   "0162"))
                   .device_id.has_value());
  EXPECT_EQ(parsed(base64_query("0161"
                                "00"
                                "00"))
                .device_type,
            "");
}

TEST(RequestLine, BothFormsGiveOneDeviceId) {
  EXPECT_EQ(parsed("Cmd=Sync&DeviceId=V140DEVICE").device_id,
            parsed("jAAJBAp2MTQwRGV2aWNlAApTbWFydFBob25l").device_id);
}

TEST(RequestLine, FormatsWhatItReads) {
  for (const auto* query :
       {"Cmd=Sync&User=a%5cb&DeviceId=d1&DeviceType=WP8&CollectionId=5&SaveInSent=T",
        "jAAJBAp2MTQwZGV2aWNlAApTbWFydFBob25l", "jRMJBAZhYmMxMjMEWS0E6wZpUGhvbmUHAQI="}) {
    EXPECT_EQ(format_request_line(parsed(query)), query);
  }
}

TEST(RequestLine, UnderstandsWhatRealClientsSend) {
  const char* folder = std::getenv("GODWIT_CORPUS");
  if (folder == nullptr) GTEST_SKIP() << "GODWIT_CORPUS names no corpus";
  int count = 0;
  for (const auto* set : {"device-captures-exchange", "client-traces-syncgw"}) {
    std::ifstream index(std::filesystem::path(folder) / "eas-requests" / set / "index.tsv");
    for (std::string row; std::getline(index, row);) {
      const auto start = row.find("ActiveSync?");
      if (start == std::string::npos) continue;
      const auto query = row.substr(start + 11, row.find('\t', start) - start - 11);
      const auto line = parsed(query);
      EXPECT_TRUE(line.device_id.has_value()) << query;
      EXPECT_FALSE(line.device_type.empty()) << query;
      EXPECT_FALSE(line.command.empty()) << query;
      ++count;
    }
  }
  EXPECT_GT(count, 200);
}

TEST(RequestLine, KnowsCommandsByNameAndCode) {
  for (int code = 0; code < 24; ++code) {
    const auto name = command_name(static_cast<std::uint8_t>(code));
    ASSERT_FALSE(name.empty());
    EXPECT_EQ(command_code(name), code);
  }
  EXPECT_EQ(command_code("Find"), 23);
  EXPECT_EQ(command_code("Autodiscover"), std::nullopt);
  EXPECT_TRUE(command_name(24).empty());
}

}  // namespace
}  // namespace godwit::eas
