#include "backend/local/local.hpp"
#include "backend/local/testing.hpp"
#include "conformance/backend_suite.hpp"

namespace godwit::conformance {
namespace {

using backend::local::LocalFixture;

class LocalUnderTest final : public MailServer {
 public:
  LocalUnderTest()
      : account_(fixture_.add_user("ada@example.com")),
        mail_(fixture_.store().open(account_)),
        other_(fixture_.store().open(account_)) {
    quirks_.renamed_folder_keeps_its_key = true;
    quirks_.watch_is_authoritative = true;
    quirks_.many_messages = 100;  // each is synced to the disk
  }

  const Quirks& quirks() const override { return quirks_; }
  Mail& mail() override { return *mail_; }
  Mail& other() override { return *other_; }
  void deliver(std::string message) override { fixture_.deliver(account_, std::move(message)); }
  void mark_all_seen(FolderKey folder, const UidSet& uids) override {
    const auto status = test::run(mail_->status(folder)).value();
    for (const Uid uid : uids.to_vector()) {
      test::run(mail_->store_flags(folder, status.uid_validity, uid, {.seen = true})).value();
    }
  }
  void run(Task<> work) override { test::run_task(std::move(work)); }
  bool wait_until(const std::function<bool()>& done) override { return done(); }

 private:
  LocalFixture fixture_;
  backend::Account account_;
  std::shared_ptr<Mail> mail_;
  std::shared_ptr<Mail> other_;
  Quirks quirks_;
};

std::unique_ptr<MailServer> make_local() { return std::make_unique<LocalUnderTest>(); }

INSTANTIATE_TEST_SUITE_P(Local, BackendSuite, testing::Values(&make_local));
INSTANTIATE_TEST_SUITE_P(Local, SearchSuite, testing::Values(&make_local));

}  // namespace
}  // namespace godwit::conformance
