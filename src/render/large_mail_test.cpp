#include <gtest/gtest.h>

#include <algorithm>

#include "http/spool.hpp"
#include "render/body.hpp"
#include "render/render.hpp"
#include "run.hpp"

namespace godwit::render {
namespace {

/// A message of that many MB of HTML, read from nowhere.
class Endless final : public backend::MessageSource {
 public:
  explicit Endless(std::uint64_t size) : size_(size) {}
  std::uint64_t size() const override { return size_; }
  std::string read(std::uint64_t offset, std::size_t length) const override {
    static constexpr std::string_view head = "Content-Type: text/html\r\n\r\n";
    static constexpr std::string_view line = "<p>a line of some text</p>\r\n";
    std::string out;
    for (std::uint64_t at = offset; at < std::min(size_, offset + length); ++at) {
      out += at < head.size() ? head[at] : line[(at - head.size()) % line.size()];
    }
    return out;
  }

 private:
  std::uint64_t size_;
};

/// The one message of `source`; nothing else works.
class OneMessage final : public backend::Mail {
 public:
  explicit OneMessage(const backend::MessageSource& source) : source_(source) {}
  Task<Result<std::vector<Message>>> fetch(FolderKey, std::uint32_t, std::vector<Uid>) override {
    Message message;
    message.state.uid = 1;
    message.size = source_.size();
    message.structure.section = "1";
    message.structure.subtype = "html";
    message.structure.size = source_.size() - 27;
    std::vector<Message> all{std::move(message)};
    co_return all;
  }
  Task<Result<std::vector<std::string>>> read(FolderKey, std::uint32_t,
                                              std::vector<backend::PartRange> ranges) override {
    std::vector<std::string> out;
    for (const backend::PartRange& range : ranges) {
      const std::uint64_t begin = range.section.empty() ? 0 : 27;
      out.push_back(source_.read(begin + range.offset, range.length));
    }
    co_return out;
  }
  Task<std::vector<backend::MailFolder>> folders() override {
    return none<std::vector<backend::MailFolder>>();
  }
  Task<Result<backend::MailboxStatus>> status(FolderKey) override {
    return none<Result<backend::MailboxStatus>>();
  }
  Task<Result<FolderKey>> create_folder(std::optional<FolderKey>, std::string) override {
    return refuse<FolderKey>();
  }
  Task<Result<FolderKey>> rename_folder(FolderKey, std::optional<FolderKey>, std::string) override {
    return refuse<FolderKey>();
  }
  Task<Result<>> delete_folder(FolderKey) override { return none<Result<>>(); }
  Task<Result<UidSet>> search(FolderKey, std::optional<std::chrono::sys_days>) override {
    return none<Result<UidSet>>();
  }
  Task<Result<backend::MailChanges>> changes(FolderKey, backend::MailCursor, UidSet) override {
    return none<Result<backend::MailChanges>>();
  }
  Task<Result<std::vector<MessageState>>> fetch_state(FolderKey, std::uint32_t,
                                                      std::vector<Uid>) override {
    return none<Result<std::vector<MessageState>>>();
  }
  Task<Result<>> store_flags(FolderKey, std::uint32_t, Uid, backend::FlagChange) override {
    return none<Result<>>();
  }
  Task<Result<Uid>> move(FolderKey, std::uint32_t, Uid, FolderKey) override {
    return none<Result<Uid>>();
  }
  Task<Result<>> expunge(FolderKey, std::uint32_t, UidSet) override { return none<Result<>>(); }
  Task<Result<Uid>> append(FolderKey, std::shared_ptr<const backend::MessageSource>, Flags,
                           Time) override {
    return none<Result<Uid>>();
  }
  Task<Result<UidSet>> find_message_id(FolderKey, Uid, std::string) override {
    return none<Result<UidSet>>();
  }
  Task<backend::MailHits> find_messages(std::vector<FolderKey>, backend::MailQuery,
                                        std::size_t) override {
    return none<backend::MailHits>();
  }
  std::unique_ptr<backend::Watch> watch(backend::ChangeListener&) override { return nullptr; }

 private:
  template <class T>
  static Task<T> none() {
    co_return T();
  }
  template <class T>
  static Task<Result<T>> refuse() {
    co_return fail(Errc::refused, "only one message");
  }

  const backend::MessageSource& source_;
};

TEST(LargeMail, IsNotHeldInMemory) {
  constexpr std::uint64_t megabyte = 1024 * 1024;
  const Endless source(20 * megabyte);
  http::SpoolDirectory spools(testing::TempDir(), 64 * 1024);
  for (const std::uint8_t type : {plain_type, html_type, mime_type}) {
    Renderer renderer(std::make_shared<OneMessage>(source), spools);
    Options options;
    options.bodies = {{type}};
    options.mime_support = 2;
    Request request{FolderKey::parse("x").value(), 1, {1}, "c", options};
    auto batch = test::run(renderer.prepare(std::move(request)));
    ASSERT_TRUE(batch);
    ASSERT_EQ(batch->items.size(), 1U);
    ASSERT_TRUE(batch->items[0].write);
    EXPECT_GT(batch->items[0].size, 10 * megabyte);
  }
}

}  // namespace
}  // namespace godwit::render
