#include "wbxml/writer.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

#include "base/bytes.hpp"
#include "wbxml/pages/airsync.hpp"
#include "wbxml/pages/airsyncbase.hpp"
#include "wbxml/pages/compose_mail.hpp"
#include "wbxml/pages/folder_hierarchy.hpp"

namespace godwit::wbxml {
namespace {

constexpr std::string_view preamble = "03016a00";

template <class Work>
std::string written(Work work) {
  StringSink sink;
  Writer writer(sink);
  work(writer);
  EXPECT_EQ(writer.depth(), 0U);
  const auto hex = hex_encode(sink.text());
  EXPECT_TRUE(hex.starts_with(preamble));
  return hex.substr(preamble.size());
}

TEST(Writer, WritesAFolderSync) {
  EXPECT_EQ(written([](Writer& out) {
              out.open(folder_hierarchy::FolderSync);
              out.text(folder_hierarchy::SyncKey, "0");
              out.close();
            }),
            "0007"
            "56"
            "52033000"
            "01"
            "01");
}

TEST(Writer, SwitchesPagesOnlyWhenTheyDiffer) {
  EXPECT_EQ(written([](Writer& out) {
              out.open(airsync::Sync);
              out.open(airsyncbase::Body);
              out.number(airsyncbase::Type, 1);
              out.close();
              out.empty(airsync::MoreAvailable);
              out.close();
            }),
            "45"
            "00114a"
            "46033100"
            "01"
            "01"
            "000014"
            "01");
}

TEST(Writer, WritesNumbersAndBooleans) {
  EXPECT_EQ(written([](Writer& out) { out.number(airsync::Status, -12); }),
            "4e032d313200"
            "01");
  EXPECT_EQ(written([](Writer& out) { out.boolean(airsync::GetChanges, true); }), "5303310001");
  EXPECT_EQ(written([](Writer& out) { out.boolean(airsync::GetChanges, false); }), "5303300001");
}

TEST(Writer, EmptyTextIsAnEmptyTag) {
  EXPECT_EQ(written([](Writer& out) { out.text(airsync::SyncKey, ""); }), "0b");
  EXPECT_EQ(written([](Writer& out) { out.text(airsync::SyncKey, {"\0", 1}); }), "0b");
}

TEST(Writer, CleansTextOfWhatXmlCannotHold) {
  EXPECT_EQ(written([](Writer& out) { out.text(airsync::SyncKey, {"a\0\x01\tb", 5}); }),
            "4b03"
            "610962"
            "0001");
  EXPECT_EQ(written([](Writer& out) { out.text(airsync::SyncKey, "\xC3\xBC\xFF"); }),
            "4b03"
            "c3bcefbfbd"
            "0001");
}

TEST(Writer, WritesOpaqueLengths) {
  EXPECT_EQ(written([](Writer& out) { out.opaque(compose_mail::Mime, ""); }),
            "0015"
            "50c30001");
  const auto hex =
      written([](Writer& out) { out.opaque(compose_mail::Mime, std::string(200, 'x')); });
  EXPECT_TRUE(hex.starts_with("001550c38148787878"));
  StringSink sink;
  Writer writer(sink);
  writer.begin_opaque(0xFFFFFFFFU);
  EXPECT_EQ(hex_encode(sink.text()), "03016a00c38fffffff7f");
  EXPECT_THROW(writer.begin_opaque(0x100000000U), std::length_error);
}

TEST(Writer, WritesContentInPieces) {
  EXPECT_EQ(written([](Writer& out) {
              out.open(airsyncbase::Data);
              out.begin_text();
              out.piece("he");
              out.piece("llo");
              out.end_text();
              out.close();
            }),
            "00114b03"
            "68656c6c6f"
            "0001");
  EXPECT_EQ(written([](Writer& out) {
              out.open(compose_mail::Mime);
              out.begin_opaque(3);
              out.opaque_piece({"\0", 1});
              out.opaque_piece("ab");
              out.close();
            }),
            "001550c303"
            "006162"
            "01");
}

TEST(Writer, RefusesToCloseWhatIsNotOpen) {
  StringSink sink;
  Writer writer(sink);
  EXPECT_THROW(writer.close(), std::logic_error);
}

}  // namespace
}  // namespace godwit::wbxml
