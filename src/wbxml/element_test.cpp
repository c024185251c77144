#include "wbxml/element.hpp"

#include <gtest/gtest.h>

#include "base/bytes.hpp"
#include "wbxml/limits.hpp"
#include "wbxml/pages/airsync.hpp"
#include "wbxml/text.hpp"
#include "wbxml/writer.hpp"

namespace godwit::wbxml {
namespace {

const std::string sample = pack(
                               "AirSync:Sync\n"
                               "  Collections\n"
                               "    Collection\n"
                               "      SyncKey 1\n"
                               "      CollectionId 5\n"
                               "      GetChanges\n"
                               "    Collection\n"
                               "      GetChanges 0\n"
                               "      DeletesAsMoves TRUE\n"
                               "      MoreAvailable 2\n")
                               .value();

TEST(Element, FindsAndCountsChildren) {
  const auto root = parse(sample);
  ASSERT_TRUE(root.has_value());
  EXPECT_EQ(root->tag, airsync::Sync);
  const Element* collections = root->find(airsync::Collections);
  ASSERT_NE(collections, nullptr);
  EXPECT_EQ(collections->count(airsync::Collection), 2U);
  const Element* first = collections->find(airsync::Collection);
  EXPECT_EQ(first, &collections->children[0]);
  EXPECT_EQ(first->text_of(airsync::SyncKey), "1");
  EXPECT_EQ(first->text_of(airsync::Class), "");
  EXPECT_TRUE(first->has(airsync::GetChanges));
  EXPECT_FALSE(first->has(airsync::Class));
  EXPECT_EQ(root->find(airsync::Collection), nullptr);
}

TEST(Element, ReadsBooleans) {
  const auto root = parse(sample);
  const auto& collections = root->children.at(0);
  EXPECT_EQ(collections.children.at(0).boolean(airsync::GetChanges), true);
  EXPECT_EQ(collections.children.at(0).boolean(airsync::DeletesAsMoves), std::nullopt);
  EXPECT_EQ(collections.children.at(1).boolean(airsync::GetChanges), false);
  EXPECT_EQ(collections.children.at(1).boolean(airsync::DeletesAsMoves), true);
  EXPECT_EQ(collections.children.at(1).boolean(airsync::MoreAvailable), std::nullopt);
}

TEST(Element, JoinsPiecesAndKeepsThemThroughCopiesAndMoves) {
  const auto document = hex_decode(
                            "03016a0045"
                            "4b036100c3026200036300"
                            "01"
                            "4b037a0001"
                            "01")
                            .value();
  auto root = parse(document);
  ASSERT_TRUE(root.has_value());
  const Element copy = *root;
  const Element moved = *std::move(root);
  for (const Element* element : {&copy, &moved}) {
    EXPECT_EQ(element->children.at(0).text, std::string_view("ab\0c", 4));
    EXPECT_TRUE(element->children.at(0).opaque);
    EXPECT_EQ(element->children.at(1).text, "z");
    EXPECT_EQ(element->children.at(1).owned, nullptr);
  }
}

TEST(Element, BoundsJoinedText) {
  const auto document = [](std::size_t pieces, std::size_t length) {
    std::string bytes("\x03\x01\x6A\x00\x4B", 5);
    for (std::size_t i = 0; i < pieces; ++i) {
      bytes += '\x03' + std::string(length, 'x') + '\0';
    }
    return bytes + '\x01';
  };
  EXPECT_TRUE(parse(document(1, 4 * tree_text_max)).has_value());  // a view, nothing copied
  EXPECT_EQ(parse(document(256, 4096))->text.size(), tree_text_max);
  EXPECT_EQ(parse(document(257, 4096)).error().code, Errc::too_large);
  EXPECT_EQ(parse(document(100'000, 1))->text.size(), 100'000U);
}

TEST(Element, WritesWhatItRead) {
  StringSink sink;
  Writer writer(sink);
  write(writer, *parse(sample));
  EXPECT_EQ(sink.text(), sample);
}

TEST(Element, ErrorsAreTheReaders) {
  EXPECT_EQ(parse(sample.substr(0, 20)).error().code, Errc::malformed);
}

}  // namespace
}  // namespace godwit::wbxml
