#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <filesystem>

#include "base/clock.hpp"
#include "base/fault.hpp"
#include "http/gzip.hpp"
#include "http/spool.hpp"

namespace godwit::http {
namespace {

std::string noise(std::size_t size) {
  SeededRandom random(3);
  std::string text;
  while (text.size() < size) text += std::to_string(random.next());
  text.resize(size);
  return text;
}

TEST(Spool, small_stays_in_memory_and_large_becomes_a_file_without_a_name) {
  const auto directory = std::filesystem::temp_directory_path() / "godwit_spool_test";
  std::filesystem::create_directories(directory);
  SpoolDirectory spools(directory.string(), 1000);
  for (const std::size_t size : {std::size_t{0}, std::size_t{1000}, std::size_t{300'000}}) {
    const auto text = noise(size);
    const auto writer = spools.writer();
    for (std::size_t at = 0; at < size; at += 777) {
      writer->append(std::string_view(text).substr(at, 777));
    }
    const auto body = writer->finish();
    EXPECT_TRUE(std::filesystem::is_empty(directory));
    EXPECT_EQ(body->size(), size);
    body->release(size / 2);
    EXPECT_EQ(body->view(), text);  // released is not lost
  }
  std::filesystem::remove_all(directory);
}

Fault::Kind fault_of_writing(Spools& spools) {
  try {
    const auto writer = spools.writer();
    writer->append(noise(200'000));
    writer->append(noise(200'000));
  } catch (const Fault& fault) {
    return fault.kind();
  }
  return Fault::Kind::busy;
}

TEST(Spool, a_full_disk_is_a_quota_fault_and_a_missing_one_is_not) {
  SpoolDirectory missing("/nonexistent/godwit", 10);
  EXPECT_EQ(fault_of_writing(missing), Fault::Kind::unavailable);
  const auto directory = std::filesystem::temp_directory_path();
  SpoolDirectory spools(directory.string(), 10);
  // A limit on file sizes stands for the full disk: the write fails in the same place.
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  std::signal(SIGXFSZ, SIG_IGN);
  const rlimit tight{100'000, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &tight), 0);
  const auto kind = fault_of_writing(spools);
  ::setrlimit(RLIMIT_FSIZE, &before);
  EXPECT_EQ(kind, Fault::Kind::quota);
}

TEST(Gzip, comes_back_whole_in_pieces_of_any_size) {
  const auto text = noise(100'000);
  StringSink packed;
  Compressor compressor;
  for (std::size_t at = 0; at < text.size(); at += 7000) {
    compressor.feed(std::string_view(text).substr(at, 7000), packed);
  }
  compressor.finish(packed);
  EXPECT_LT(packed.text().size(), text.size());
  for (const std::size_t cut : {1UZ, 10UZ, 1000UZ, 1'000'000UZ}) {
    Decompressor decompressor(text.size());
    StringSink out;
    for (std::size_t at = 0; at < packed.text().size(); at += cut) {
      ASSERT_TRUE(decompressor.feed(std::string_view(packed.text()).substr(at, cut), out));
    }
    EXPECT_TRUE(decompressor.finish());
    EXPECT_EQ(out.text(), text);
  }
  Decompressor tight(text.size() - 1);
  StringSink out;
  EXPECT_EQ(tight.feed(packed.text(), out).error().code, Errc::too_large);
  Decompressor cut_off(text.size());
  ASSERT_TRUE(cut_off.feed(std::string_view(packed.text()).substr(0, 500), out));
  EXPECT_FALSE(cut_off.finish());
  Decompressor damaged(text.size());
  EXPECT_FALSE(damaged.feed("this is not gzip", out));
  Decompressor trailing(text.size());
  EXPECT_FALSE(trailing.feed(packed.text() + "x", out));
}

}  // namespace
}  // namespace godwit::http
