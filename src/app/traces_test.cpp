#include "app/traces.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

#include "base/fault.hpp"
#include "client/trace_file.hpp"

namespace godwit::app {
namespace {

/// The system's files; `is_full`: nothing more can be appended.
class Disk final : public FileLayer {
 public:
  std::unique_ptr<FileWriter> create(const std::string& path) override {
    return std::make_unique<Writer>(inner_->create(path), is_full);
  }
  std::string read(const std::string& path, std::uint64_t offset, std::size_t length) override {
    return inner_->read(path, offset, length);
  }
  std::optional<std::uint64_t> size(const std::string& path) override { return inner_->size(path); }
  void rename(const std::string& from, const std::string& to) override { inner_->rename(from, to); }
  bool remove(const std::string& path) override { return inner_->remove(path); }
  std::vector<std::string> list(const std::string& folder) override { return inner_->list(folder); }
  void make_folders(const std::string& folder) override { inner_->make_folders(folder); }
  void sync_folder(const std::string& folder) override { inner_->sync_folder(folder); }
  bool is_full = false;

 private:
  class Writer final : public FileWriter {
   public:
    Writer(std::unique_ptr<FileWriter> inner, const bool& is_full)
        : inner_(std::move(inner)), is_full_(is_full) {}
    void append(std::string_view bytes) override {
      if (is_full_) throw Fault(Fault::Kind::quota, "no space left");
      inner_->append(bytes);
    }
    void sync() override { inner_->sync(); }

   private:
    std::unique_ptr<FileWriter> inner_;
    const bool& is_full_;
  };
  std::unique_ptr<FileLayer> inner_ = system_files();
};

class TracesTest : public testing::Test {
 protected:
  TracesTest() {
    std::string name = testing::TempDir() + "traces-XXXXXX";
    folder_ = ::mkdtemp(name.data());
    traces_ = std::make_unique<Traces>(clock_, disk_, folder_ + "/traces");
  }
  ~TracesTest() override {
    traces_.reset();
    std::filesystem::remove_all(folder_);
  }
  static UserId user(const std::string& name = "ann") { return *UserId::parse(name); }
  /// A mail that is sent; whether somebody looked.
  bool exchange(const std::string& name, std::size_t bytes) {
    http::Request request;
    request.method = "POST";
    request.path = "/Microsoft-Server-ActiveSync";
    request.query = "Cmd=SendMail&User=ann@example.org&DeviceId=phone1&DeviceType=x";
    request.target = request.path + '?' + request.query;
    request.headers = {{"Authorization", "Basic marked"}, {"Content-Type", "message/rfc822"}};
    request.body = http::text_body(std::string(bytes, 'x'));
    const auto watched = traces_->begin(user(name), request);
    if (watched) watched->answered({});
    return watched != nullptr;
  }
  static client::TraceFile read(const std::string& file) {
    auto trace = client::read_trace_file(file);
    EXPECT_TRUE(trace) << trace.error().message;
    return trace ? *std::move(trace) : client::TraceFile{};
  }
  static std::string why(const client::TraceFile& trace) {
    const auto* const end =
        trace.lines.empty() ? nullptr : std::get_if<client::TraceEnd>(&trace.lines.back());
    return end == nullptr ? "" : end->why;
  }

  ManualClock clock_;
  Disk disk_;
  std::string folder_;
  std::unique_ptr<Traces> traces_;
};

TEST_F(TracesTest, AreOfOneUserAndEndByThemselves) {
  EXPECT_FALSE(exchange("ann", 3)) << "nobody looks";
  const auto begun = traces_->begin({.user = user(), .lasts = std::chrono::minutes(2)});
  ASSERT_TRUE(begun) << begun.error().message;
  EXPECT_FALSE(exchange("bob", 3));
  EXPECT_TRUE(exchange("ann", 3));
  clock_.advance(std::chrono::minutes(2));
  EXPECT_FALSE(exchange("ann", 3));
  EXPECT_TRUE(traces_->list().empty());
  const auto trace = read(begun->file);
  ASSERT_EQ(trace.lines.size(), 3U);
  EXPECT_EQ(why(trace), "time");
  const auto& request = std::get<client::TracedRequest>(trace.lines[0]);
  EXPECT_EQ(request.device, "phone1");
  EXPECT_FALSE(request.target.contains("ann@")) << request.target;
  EXPECT_EQ(request.headers.size(), 1U) << "no Authorization";
}

TEST_F(TracesTest, AreCutWhereTheyGrowTooLarge) {
  const auto begun = traces_->begin({.user = user(), .full = true});
  ASSERT_TRUE(begun);
  std::size_t count = 0;
  while (count < 100 && exchange("ann", client::trace_body_bytes_max)) ++count;
  EXPECT_GT(count, 40U);
  EXPECT_LT(count, 60U);
  EXPECT_LE(std::filesystem::file_size(begun->file), client::trace_bytes_max + 100);
  EXPECT_EQ(why(read(begun->file)), "size");
  EXPECT_TRUE(traces_->begin({.user = user()})) << "another can begin";
  EXPECT_TRUE(exchange("ann", client::trace_body_bytes_max + 1));
}

TEST_F(TracesTest, AreFewAtATime) {
  for (std::size_t i = 0; i < Traces::running_max; ++i) {
    ASSERT_TRUE(traces_->begin({.user = user("user" + std::to_string(i))}));
  }
  EXPECT_EQ(traces_->begin({.user = user()}).error().code, Errc::too_large);
  EXPECT_EQ(traces_->begin({.user = user("user0")}).error().code, Errc::conflict);
  EXPECT_EQ(traces_->end(user()).error().code, Errc::not_found);
  ASSERT_TRUE(traces_->end(user("user0")));
  for (std::size_t i = Traces::running_max; i < Traces::kept_max; ++i) {
    ASSERT_TRUE(traces_->begin({.user = user()}));
    ASSERT_TRUE(traces_->end(user()));
  }
  const auto full = traces_->begin({.user = user()});
  ASSERT_FALSE(full);
  EXPECT_TRUE(full.error().message.contains("remove some")) << full.error().message;
}

TEST_F(TracesTest, DoNotHinderRequestsOnAFullDisk) {
  const auto begun = traces_->begin({.user = user()});
  ASSERT_TRUE(begun);
  disk_.is_full = true;
  EXPECT_TRUE(exchange("ann", 3));
  EXPECT_FALSE(exchange("ann", 3)) << "it has ended";
  EXPECT_TRUE(traces_->list().empty());
  EXPECT_TRUE(read(begun->file).lines.empty());
  EXPECT_EQ(traces_->begin({.user = user()}).error().code, Errc::refused);
}

TEST_F(TracesTest, WhatWaitsAtTheEndIsWrittenNoMore) {
  const auto begun = traces_->begin({.user = user()});
  ASSERT_TRUE(begun);
  http::Request request;
  request.method = "POST";
  request.path = request.target = "/";
  request.body = http::text_body("");
  const auto watched = traces_->begin(user(), request);
  traces_.reset();
  watched->answered({});
  const auto trace = read(begun->file);
  EXPECT_EQ(trace.lines.size(), 2U);
  EXPECT_EQ(why(trace), "stop");
}

}  // namespace
}  // namespace godwit::app
