// What is counted of requests and of backends; and that a backend with a clock before it is the one
// behind it, method by method.
#include "app/counts.hpp"

#include <fmt/format.h>

#include "app/measured.hpp"
#include "backend/memory/memory.hpp"
#include "backend/memory/memory_items.hpp"
#include "backend/spent.hpp"
#include "base/log_counts.hpp"
#include "conformance/backend_suite.hpp"
#include "conformance/items_suite.hpp"
#include "render/reader.hpp"
#include "run.hpp"
#include "stepped.hpp"

namespace godwit::conformance {
namespace {

using app::BackendCounts;

class MeasuredUnderTest final : public MailServer {
 public:
  MeasuredUnderTest() {
    const auto account = server_.add_user("ada@example.com", "secret");
    inner_ = &server_.mail(account.user);
    mail_ = measured_.open(account);
    quirks_.renamed_folder_keeps_its_key = true;
    quirks_.watch_is_authoritative = true;
  }
  const Quirks& quirks() const override { return quirks_; }
  Mail& mail() override { return *mail_; }
  Mail& other() override { return *mail_; }
  void deliver(std::string message) override {
    inner_->deliver(inner_->find_folder(FolderRole::inbox).value(), std::move(message));
  }
  void mark_all_seen(FolderKey folder, const UidSet& uids) override {
    inner_->set_flags(folder, uids, {.seen = true});
  }
  void run(Task<> work) override { test::run_task(std::move(work)); }
  bool wait_until(const std::function<bool()>& done) override { return done(); }

 private:
  ManualClock clock_;
  backend::MemoryServer server_{clock_, backend::MemoryMail::Keys::stable};
  BackendCounts counts_;
  app::MeasuredMailBackend measured_{server_, counts_};
  backend::MemoryMail* inner_ = nullptr;
  std::shared_ptr<Mail> mail_;
  Quirks quirks_;
};

std::unique_ptr<MailServer> make_measured() { return std::make_unique<MeasuredUnderTest>(); }

INSTANTIATE_TEST_SUITE_P(Measured, BackendSuite, testing::Values(&make_measured));
INSTANTIATE_TEST_SUITE_P(Measured, SearchSuite, testing::Values(&make_measured));

class OneItems final : public backend::ItemsBackend {
 public:
  std::shared_ptr<backend::Items> open_items(const backend::Account&) override { return items_; }

 private:
  std::shared_ptr<backend::MemoryItems> items_ =
      std::make_shared<backend::MemoryItems>(UserId::parse("ada@example.com").value());
};

class MeasuredItemsUnderTest final : public ItemsServer {
 public:
  backend::Items& items() override { return *items_; }
  backend::Items& other() override { return *items_; }

 private:
  OneItems inner_;
  BackendCounts counts_;
  app::MeasuredItemsBackend measured_{inner_, counts_};
  std::shared_ptr<backend::Items> items_ =
      measured_.open_items({.user = UserId::parse("ada@example.com").value(),
                            .login = {},
                            .password = {},
                            .display_name = {},
                            .addresses = {}});
};

std::unique_ptr<ItemsServer> make_measured_items() {
  return std::make_unique<MeasuredItemsUnderTest>();
}

INSTANTIATE_TEST_SUITE_P(Measured, ItemsSuite, testing::Values(&make_measured_items));

}  // namespace
}  // namespace godwit::conformance

namespace godwit::app {
namespace {

Task<int> answers() { co_return 7; }
Task<int> fails() {
  throw Fault(Fault::Kind::timed_out, "it hangs");
  co_return 0;
}

/// Mail that undoes a part's encoding where it lies, as IMAP's BINARY does.
class DecodingMail final : public test::SteppedMail, public backend::DecodedReads {
 public:
  using SteppedMail::SteppedMail;
  Task<Result<std::optional<backend::DecodedStretch>>> read_decoded(
      FolderKey folder, std::uint32_t uid_validity, backend::PartRange range) override {
    co_return backend::DecodedStretch{
        .bytes = fmt::format("{} {} {} {} {} {}", folder.view(), uid_validity, range.uid,
                             range.section, range.offset, range.length),
        .total = 99};
  }
};

class OneMail final : public backend::MailBackend {
 public:
  explicit OneMail(std::shared_ptr<backend::Mail> mail) : mail_(std::move(mail)) {}
  std::shared_ptr<backend::Mail> open(const backend::Account&) override { return mail_; }

 private:
  std::shared_ptr<backend::Mail> mail_;
};

TEST(Measured, PartsAreDecodedWhereTheyLie) {
  ManualClock clock;
  backend::MemoryServer server(clock, backend::MemoryMail::Keys::stable);
  const auto account = server.add_user("ada@example.com", "secret");
  test::Steps steps;
  BackendCounts counts;
  const auto stretch = [&](backend::MailBackend& backend) {
    MeasuredMailBackend measured(backend, counts);
    render::MessageReader reader(measured.open(account), FolderKey::parse("box").value(), 7, 5);
    return test::run(reader.read_decoded("2", 3, 4)).value();
  };
  EXPECT_FALSE(stretch(server));
  OneMail decoding(std::make_shared<DecodingMail>(server.open(account), steps));
  const auto answer = stretch(decoding);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->bytes, "box 7 5 2 3 4");
  EXPECT_EQ(answer->total, 99U);
  metrics::Page page;
  counts.write(page, "mail");
  EXPECT_TRUE(page.text().contains(
      "godwit_backend_seconds_count{backend=\"mail\",operation=\"read_decoded\"} 1\n"));
}

TEST(Measured, TellsWhatOneRequestSpent) {
  ManualClock clock;
  backend::MemoryServer server(clock, backend::MemoryMail::Keys::stable);
  const auto account = server.add_user("ada@example.com", "secret");
  BackendCounts counts;
  MeasuredMailBackend measured(server, counts);
  const auto first = measured.open(account);
  const auto second = measured.open(account);
  test::run(first->folders());
  test::run(first->folders());
  const auto spent_of = [](const backend::Mail& mail) {
    return dynamic_cast<const backend::TimedCalls&>(mail).spent().rows();
  };
  ASSERT_EQ(spent_of(*first).size(), 1U);
  EXPECT_EQ(spent_of(*first)[0].name, "folders");
  EXPECT_EQ(spent_of(*first)[0].calls, 2U);
  EXPECT_TRUE(spent_of(*second).empty());
  // A call that fails took its time, too.
  const auto spent = std::make_shared<backend::Spent>();
  EXPECT_THROW(test::run(counts.timed("read", fails(), spent)), Fault);
  EXPECT_EQ(spent->rows().size(), 1U);
}

TEST(Counts, AnswersAndFaultsOfBackends) {
  BackendCounts counts;
  EXPECT_EQ(test::run(counts.timed("read", answers())), 7);
  EXPECT_THROW(test::run(counts.timed("read", fails())), Fault);
  metrics::Page page;
  counts.write(page, "mail");
  const std::string text = page.text();
  EXPECT_TRUE(
      text.contains("godwit_backend_seconds_count{backend=\"mail\",operation=\"read\"} 1\n"))
      << text;
  EXPECT_TRUE(
      text.contains("godwit_backend_faults_total{backend=\"mail\",operation=\"read\","
                    "kind=\"timed_out\"} 1\n"))
      << text;
}

TEST(Counts, RequestsByCommandAndStatus) {
  RequestCounts counts;
  counts.ended({"Sync", 200}, counts.now());
  counts.ended({"Sync", 200}, counts.now());
  counts.ended({"Ping", 0}, counts.now());
  counts.ended({"Sync", 142}, counts.now());
  const auto text = [&] {
    metrics::Page page;
    counts.write(page);
    return page.text();
  };
  for (const char* line : {"godwit_request_seconds_count{command=\"Sync\",status=\"200\"} 2\n",
                           "godwit_request_seconds_count{command=\"Ping\",status=\"parked\"} 1\n",
                           "godwit_request_seconds_count{command=\"Sync\",status=\"142\"} 1\n"}) {
    EXPECT_TRUE(text().contains(line)) << line << text();
  }
  for (int status = 1'000; status < 3'000; ++status) counts.ended({"Sync", status}, counts.now());
  const std::string full = text();
  std::size_t series = 0;
  for (auto at = full.find("_count{"); at != full.npos; at = full.find("_count{", at + 1)) ++series;
  EXPECT_EQ(series, RequestCounts::series_max + 1);
  EXPECT_TRUE(full.contains("command=\"Sync\",status=\"other\""));
}

TEST(Counts, WarningsAreCountedWhateverIsShown) {
  const Log logger("test.counts");
  const auto before = log_count("test.counts", "it_happened");
  logger.info("it_happened");
  EXPECT_EQ(log_count("test.counts", "it_happened"), before);
  logger.warning("it_happened");
  logger.error("it_happened");
  EXPECT_EQ(log_count("test.counts", "it_happened"), before + 2);
}

}  // namespace
}  // namespace godwit::app
