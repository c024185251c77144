#include "backend/local/content.hpp"

#include <gtest/gtest.h>

#include <set>

#include "backend/local/limits.hpp"
#include "backend/local/testing.hpp"
#include "base/fault.hpp"

namespace godwit::backend::local {
namespace {

struct ContentTest : testing::Test {
  ContentTest() { blobs.prepare(); }

  TemporaryFolder folder;
  std::unique_ptr<FileLayer> files = system_files();
  BlobStore blobs{*files, folder.path() + "/blobs"};
};

std::string part(const std::string& type, const std::string& body) {
  return "--b\r\nContent-Type: " + type + "\r\n\r\n" + body + "\r\n";
}

std::string multipart(const std::vector<std::string>& parts) {
  std::string out = "Subject: parts\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n";
  for (const std::string& each : parts) out += each;
  return out + "--b--\r\n";
}

TEST_F(ContentTest, ASmallMessageIsOneBlob) {
  const std::string text = multipart({part("text/plain", "hello"), part("image/png", "png")});
  Pins pins(blobs);
  const Content content = store_content(blobs, pins, StringSource(text));
  EXPECT_EQ(1U, content.pieces.size());
  EXPECT_EQ(text.size(), content.size);
  EXPECT_EQ(text, read_pieces(blobs, content.pieces, 0, UINT64_MAX));
}

TEST_F(ContentTest, LargePartsAreBlobsOfTheirOwn) {
  const std::string large(piece_bytes_min + 5, 'L');
  const std::string text = multipart({part("text/plain", "hello"), part("image/png", large),
                                      part("text/plain", "between"), part("image/png", large),
                                      part("text/plain", "end")});
  Pins pins(blobs);
  const Content content = store_content(blobs, pins, StringSource(text));
  EXPECT_EQ(5U, content.pieces.size());
  EXPECT_EQ(2U, content.blobs.size());
  EXPECT_EQ(content.pieces[1].hash, content.pieces[3].hash);
  EXPECT_EQ(text, read_pieces(blobs, content.pieces, 0, UINT64_MAX));
  for (std::uint64_t offset = 0; offset < text.size(); offset += 9973) {
    for (const std::uint64_t length : {1U, 100U, 70'000U}) {
      EXPECT_EQ(text.substr(offset, length), read_pieces(blobs, content.pieces, offset, length));
    }
  }
  EXPECT_EQ("", read_pieces(blobs, content.pieces, text.size(), 10));
}

TEST_F(ContentTest, WhatIsPackedIsUnpacked) {
  const std::string large(piece_bytes_min, 'L');
  const std::string nested = "From: a@b\r\n" + multipart({part("text/html; x=\"y z\"", large)});
  const std::string text = multipart({part("message/rfc822", nested), part("text/plain", "t")});
  Pins pins(blobs);
  const Content content = store_content(blobs, pins, StringSource(text));
  EXPECT_EQ(content.pieces, unpack_pieces(pack_pieces(content.pieces)));
  const std::string packed = pack_layout(content.layout);
  const convert::Layout layout = unpack_layout(packed);
  EXPECT_EQ(packed, pack_layout(layout));
  EXPECT_EQ(content.layout.parts.size(), layout.parts.size());
  for (std::size_t length = 0; length < packed.size(); ++length) {
    EXPECT_THROW(unpack_layout(packed.substr(0, length)), Fault);
  }
}

TEST_F(ContentTest, WhatIsPinnedStaysUntilNobodyNeedsIt) {
  std::string hash;
  const auto unused = [](const std::string&) { return true; };
  {
    Pins pins(blobs);
    hash = store_content(blobs, pins, StringSource("a: b\r\n\r\nc")).blobs.at(0).first;
    EXPECT_EQ(0U, blobs.remove({hash}, unused));
  }
  EXPECT_EQ(0U, blobs.remove({hash}, [](const std::string&) { return false; }));
  EXPECT_TRUE(blobs.exists(hash));
  EXPECT_EQ(1U, blobs.remove({hash}, unused));
  EXPECT_FALSE(blobs.exists(hash));
  EXPECT_THROW((void)blobs.read(hash, 0, 1), Fault);
}

TEST_F(ContentTest, BlobsAreListedByFolder) {
  std::set<std::string> stored;
  Pins pins(blobs);
  for (int i = 0; i < 20; ++i) {
    BlobStore::Draft draft = blobs.draft();
    draft.append("content " + std::to_string(i));
    stored.insert(std::move(draft).keep(pins));
  }
  std::set<std::string> listed;
  for (unsigned n = 0; n < BlobStore::folders; ++n) {
    for (std::string& hash : blobs.list(n)) listed.insert(std::move(hash));
  }
  EXPECT_EQ(stored, listed);
}

TEST_F(ContentTest, DraftsThatAreNotKeptLeaveNothing) {
  {
    BlobStore::Draft draft = blobs.draft();
    draft.append("half");
  }
  EXPECT_TRUE(files->list(folder.path() + "/blobs/new").empty());
  files->create(folder.path() + "/blobs/new/left-over")->append("x");
  blobs.prepare();
  EXPECT_TRUE(files->list(folder.path() + "/blobs/new").empty());
}

}  // namespace
}  // namespace godwit::backend::local
