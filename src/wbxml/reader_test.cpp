#include "wbxml/reader.hpp"

#include <gtest/gtest.h>

#include <string>

#include "base/bytes.hpp"
#include "wbxml/limits.hpp"
#include "wbxml/pages/airsync.hpp"
#include "wbxml/pages/folder_hierarchy.hpp"

namespace godwit::wbxml {
namespace {

using Kind = Reader::Kind;

/// The document whose hexadecimal form this is; blanks are for the reader's eye.
std::string bytes(std::string_view hex) {
  std::string digits;
  for (const char c : hex) {
    if (c != ' ') digits += c;
  }
  return hex_decode(digits).value();
}

/// Reads to the end; what came, or the error.
Result<std::string> events(std::string_view document) {
  Reader reader(document);
  std::string out;
  for (;;) {
    const auto event = reader.next();
    if (!event) return pass(event);
    switch (event->kind) {
      case Kind::start:
        out += '<' + std::string(find_tag(event->tag)->name);
        break;
      case Kind::end:
        out += '>';
        break;
      case Kind::text:
        out += '=' + std::string(event->bytes);
        break;
      case Kind::opaque:
        out += '#' + hex_encode(event->bytes);
        break;
      case Kind::done:
        return out;
    }
  }
}

std::string read(std::string_view hex) {
  const auto result = events(bytes(hex));
  return result ? *result : "error: " + result.error().message;
}

Errc error_of(const std::string& document) {
  const auto result = events(document);
  EXPECT_FALSE(result.has_value()) << *result;
  return result ? Errc{} : result.error().code;
}

Errc error_of_hex(std::string_view hex) { return error_of(bytes(hex)); }

TEST(Reader, ReadsAFolderSync) {
  EXPECT_EQ(read("03016A00 00 07 56 52 03 3000 01 01"), "<FolderSync<SyncKey=0>>");
}

TEST(Reader, TellsTagsDepthAndOffset) {
  const auto document = bytes("03016A00 00 07 56 12 01");
  Reader reader(document);
  EXPECT_EQ(reader.next()->tag, folder_hierarchy::FolderSync);
  EXPECT_EQ(reader.depth(), 1U);
  EXPECT_EQ(reader.offset(), 7U);
  EXPECT_EQ(reader.next()->tag, folder_hierarchy::SyncKey);
  EXPECT_EQ(reader.depth(), 2U);
  EXPECT_EQ(reader.next()->kind, Kind::end);
  EXPECT_EQ(reader.next()->tag, folder_hierarchy::FolderSync);
  EXPECT_EQ(reader.next()->kind, Kind::done);
  EXPECT_EQ(reader.next()->kind, Kind::done);
}

TEST(Reader, TakesBothFormsOfAnEmptyElement) {
  EXPECT_EQ(read("03016A00 05"), "<Sync>");
  EXPECT_EQ(read("03016A00 45 01"), "<Sync>");
}

TEST(Reader, TakesVersionsAndPublicIdentifiers) {
  EXPECT_EQ(read("01016A00 05"), "<Sync>");
  EXPECT_EQ(read("02016A00 05"), "<Sync>");
  EXPECT_EQ(read("03 8F75 6A 00 05"), "<Sync>");        // an identifier of two bytes
  EXPECT_EQ(read("03 00 00 6A 02 5800 05"), "<Sync>");  // one named in the string table
  EXPECT_EQ(read("03010000 05"), "<Sync>");             // unknown charset
}

TEST(Reader, RefusesOtherVersionsAndCharsets) {
  EXPECT_EQ(error_of_hex("00016A00 05"), Errc::malformed);
  EXPECT_EQ(error_of_hex("04016A00 05"), Errc::malformed);
  EXPECT_EQ(error_of_hex("03010400 05"), Errc::malformed);    // ISO 8859-1
  EXPECT_EQ(error_of_hex("030187E800 05"), Errc::malformed);  // UTF-16
  EXPECT_EQ(error_of(""), Errc::malformed);
  EXPECT_EQ(error_of("<?xml version=\"1.0\"?>"), Errc::malformed);
}

TEST(Reader, ReadsTheStringTable) {
  EXPECT_EQ(read("03016A 04 41004200 45 8302 8300 01"), "<Sync=B=A>");
  EXPECT_EQ(read("03016A 03 414200 45 8301 01"), "<Sync=B>");  // within a string
  EXPECT_EQ(error_of_hex("03016A 02 4100 45 8302 01"), Errc::malformed);
  EXPECT_EQ(error_of_hex("03016A 02 4142 45 8300 01"), Errc::malformed);  // no end
  EXPECT_EQ(error_of_hex("03016A 7F 4100 05"), Errc::malformed);
}

TEST(Reader, TakesTextAndOpaqueContentInPieces) {
  EXPECT_EQ(read("03016A00 45 4B 03 3100 C3 02 0001 03 00 01 01"), "<Sync<SyncKey=1#0001=>>");
}

TEST(Reader, SwitchesPagesAnywhere) {
  EXPECT_EQ(read("03016A00 0007 0000 45 0011 0000 0B 0007 01"), "<Sync<SyncKey>>");
  EXPECT_EQ(error_of_hex("03016A00 001A 05"), Errc::unsupported);
  EXPECT_EQ(error_of_hex("03016A00 00FF 05"), Errc::unsupported);
}

TEST(Reader, RefusesTokensThatThePageDoesNotDefine) {
  EXPECT_EQ(error_of_hex("03016A00 45 3F 01"), Errc::unsupported);
}

TEST(Reader, RefusesWhatEasNeverUses) {
  EXPECT_EQ(error_of_hex("03016A00 C5 01"), Errc::malformed);        // attributes
  EXPECT_EQ(error_of_hex("03016A00 45 02 41 01"), Errc::malformed);  // ENTITY
  for (const auto* token :
       {"04", "40", "41", "42", "43", "44", "80", "81", "82", "84", "C0", "C1", "C2", "C4"}) {
    EXPECT_EQ(error_of_hex("03016A00 45 " + std::string(token) + " 4100 01"), Errc::malformed)
        << token;
  }
}

TEST(Reader, RefusesMisplacedTokens) {
  EXPECT_EQ(error_of_hex("03016A00"), Errc::malformed);
  EXPECT_EQ(error_of_hex("03016A00 01"), Errc::malformed);        // END first
  EXPECT_EQ(error_of_hex("03016A00 03 4100"), Errc::malformed);   // text without element
  EXPECT_EQ(error_of_hex("03016A00 45"), Errc::malformed);        // never closed
  EXPECT_EQ(error_of_hex("03016A00 45 03 41"), Errc::malformed);  // string without end
  EXPECT_EQ(error_of_hex("03016A00 05 05"), Errc::malformed);     // a second root
  EXPECT_EQ(error_of_hex("03016A00 45 01 00"), Errc::malformed);  // bytes after the root
  EXPECT_EQ(error_of_hex("03016A00 05 01"), Errc::malformed);
}

TEST(Reader, RefusesLengthsThatLie) {
  EXPECT_EQ(error_of_hex("03016A00 45 C3 05 41 01"), Errc::malformed);
  EXPECT_EQ(error_of_hex("03016A00 45 C3 8FFFFFFF7F 41 01"), Errc::malformed);  // 4 GiB - 1
  EXPECT_EQ(error_of_hex("03016A00 45 C3 9FFFFFFF7F 41 01"), Errc::malformed);  // above
  EXPECT_EQ(error_of_hex("03016A00 45 C3 8080808000 41 01 01"), Errc::malformed);
  EXPECT_EQ(error_of_hex("03016A00 45 C3 808080808000 01"), Errc::malformed);  // six bytes
  EXPECT_EQ(read("03016A00 45 C3 8080808001 41 01"), "<Sync#41>");             // five
}

TEST(Reader, ErrorsNameTheOffset) {
  EXPECT_NE(read("03016A00 45 3F 01").find("byte 6"), std::string::npos);
}

TEST(Reader, BoundsDepth) {
  const std::string head = bytes("03016A00");
  std::string deepest = head + std::string(depth_max, '\x45') + std::string(depth_max, '\x01');
  EXPECT_TRUE(events(deepest).has_value());
  EXPECT_EQ(error_of(head + std::string(depth_max + 1, '\x45')), Errc::too_large);
  EXPECT_EQ(error_of(head + std::string(depth_max, '\x45') + '\x05'), Errc::too_large);
  EXPECT_EQ(error_of(head + std::string(1'000'000, '\x45')), Errc::too_large);
}

TEST(Reader, BoundsElements) {
  const std::string head = bytes("03016A00 45");
  EXPECT_TRUE(events(head + std::string(elements_max - 1, '\x0B') + '\x01').has_value());
  EXPECT_EQ(error_of(head + std::string(elements_max, '\x0B') + '\x01'), Errc::too_large);
}

TEST(Reader, EveryTruncationIsAnError) {
  const auto document = bytes("03 01 6A 02 4100 45 5C 4F 4B 03 3100 8300 C3 03 414243 01 01 01 01");
  ASSERT_TRUE(events(document).has_value());
  for (std::size_t length = 0; length < document.size(); ++length) {
    EXPECT_EQ(error_of(document.substr(0, length)), Errc::malformed) << length;
  }
}

}  // namespace
}  // namespace godwit::wbxml
