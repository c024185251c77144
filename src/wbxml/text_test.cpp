#include "wbxml/text.hpp"

#include <gtest/gtest.h>

#include "base/bytes.hpp"

namespace godwit::wbxml {
namespace {

std::string packed(std::string_view text) {
  const auto document = pack(text);
  return document ? hex_encode(*document) : "error: " + document.error().message;
}

TEST(Text, PacksWhatPeopleWrite) {
  EXPECT_EQ(packed("# first contact\n\nFolderHierarchy:FolderSync\r\n  SyncKey 0\r\n"),
            "03016a00000756520330000101");
}

TEST(Text, DumpsPagePrefixesWhereTheyChange) {
  constexpr std::string_view text =
      "AirSync:Sync\n"
      "  Options\n"
      "    AirSyncBase:BodyPreference\n"
      "      Type 2\n"
      "    FilterType 3\n";
  EXPECT_EQ(dump(pack(text).value()), text);
}

TEST(Text, QuotesWhatWouldNotSurvive) {
  constexpr std::string_view text = "Email:Body \" a\\\"\\\\\\n\\r\\t\"\n";
  EXPECT_EQ(packed(text),
            "03016a00"
            "00024c03"
            "2061225c0a0d09"
            "0001");
  EXPECT_EQ(dump(pack(text).value()), text);
  for (const auto* line : {"Email:Body \"hex:00\"\n", "Email:Body \"\\\"x\"\n",
                           "Email:Body a  \"b\" # \xC3\xBC\n", "Email:Body #1\n"}) {
    EXPECT_EQ(dump(pack(line).value()), line);
  }
}

TEST(Text, ShowsOpaqueContentByItsKind) {
  for (const auto& line :
       {std::string("ComposeMail:Mime opaque:\"From: a\\r\\n\\r\\nhi\"\n"),
        std::string("ComposeMail:Mime hex:00ff\n"), std::string("ComposeMail:Mime hex:\n"),
        "ComposeMail:Mime b64:" + base64_encode(std::string(65, '\0')) + "\n"}) {
    EXPECT_EQ(dump(pack(line).value()), line);
  }
  EXPECT_EQ(packed("ComposeMail:Mime b64:AP8="), packed("ComposeMail:Mime hex:00ff"));
}

TEST(Text, KeepsMixedContent) {
  constexpr std::string_view text = "AirSync:Sync a\n  SyncKey\n  \"b\"\n  Status\n";
  EXPECT_EQ(packed(text),
            "03016a00"
            "45036100"
            "0b"
            "036200"
            "0e"
            "01");
  EXPECT_EQ(dump(pack(text).value()), text);
}

TEST(Text, ShowsWhatWasReadBeforeAnError) {
  const auto text = dump(hex_decode("03016a00455c4f4b033100013f").value());
  EXPECT_TRUE(text.starts_with("AirSync:Sync\n  Collections\n    Collection\n      SyncKey 1\n! "))
      << text;
  EXPECT_FALSE(pack(text).has_value());
}

TEST(Text, RefusesWhatItCannotPack) {
  EXPECT_EQ(pack("").error().code, Errc::malformed);
  EXPECT_EQ(pack("Sync").error().code, Errc::unsupported);
  EXPECT_EQ(pack("AirSync:Nothing").error().code, Errc::unsupported);
  EXPECT_EQ(pack("AirSync:Sync\nAirSync:Sync").error().code, Errc::malformed);
  EXPECT_EQ(pack("  AirSync:Sync").error().code, Errc::malformed);
  EXPECT_EQ(pack("AirSync:Sync\n    SyncKey").error().code, Errc::malformed);
  EXPECT_EQ(pack("AirSync:Sync\n   SyncKey").error().code, Errc::malformed);
  EXPECT_EQ(pack("\"text\"").error().code, Errc::malformed);
  for (const auto* value : {"hex:0", "hex:zz", "b64:!", "\"", "\"a", "\"a\"b\"", "\"\\q\"",
                            "\"\\x4\"", "\"\\\"", "opaque:a"}) {
    EXPECT_EQ(pack("AirSync:SyncKey " + std::string(value)).error().code, Errc::malformed) << value;
  }
  std::string deep = "AirSync:Sync\n";
  for (std::size_t i = 1; i < 65; ++i) deep += std::string(2 * i, ' ') + "Sync\n";
  EXPECT_EQ(pack(deep).error().code, Errc::too_large);
}

}  // namespace
}  // namespace godwit::wbxml
