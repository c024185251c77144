#include "backend/memory/memory.hpp"
#include "base/clock.hpp"
#include "conformance/backend_suite.hpp"
#include "run.hpp"

namespace godwit::conformance {
namespace {

template <backend::MemoryMail::Keys keys>
class MemoryUnderTest final : public MailServer {
 public:
  MemoryUnderTest() : server_(clock_, keys) {
    const auto account = server_.add_user("ada@example.com", "secret");
    mail_ = &server_.mail(account.user);
    quirks_.renamed_folder_keeps_its_key = keys == backend::MemoryMail::Keys::stable;
    quirks_.watch_is_authoritative = true;
  }

  const Quirks& quirks() const override { return quirks_; }
  Mail& mail() override { return *mail_; }
  Mail& other() override { return *mail_; }
  void deliver(std::string message) override {
    mail_->deliver(mail_->find_folder(FolderRole::inbox).value(), std::move(message));
  }
  void mark_all_seen(FolderKey folder, const UidSet& uids) override {
    mail_->set_flags(folder, uids, {.seen = true});
  }
  void run(Task<> work) override { test::run_task(std::move(work)); }
  bool wait_until(const std::function<bool()>& done) override { return done(); }

 private:
  ManualClock clock_;
  backend::MemoryServer server_;
  backend::MemoryMail* mail_ = nullptr;
  Quirks quirks_;
};

template <backend::MemoryMail::Keys keys>
std::unique_ptr<MailServer> make_memory() {
  return std::make_unique<MemoryUnderTest<keys>>();
}

INSTANTIATE_TEST_SUITE_P(MemoryStableKeys, BackendSuite,
                         testing::Values(&make_memory<backend::MemoryMail::Keys::stable>));
INSTANTIATE_TEST_SUITE_P(MemoryNamesAsKeys, BackendSuite,
                         testing::Values(&make_memory<backend::MemoryMail::Keys::names>));
INSTANTIATE_TEST_SUITE_P(Memory, SearchSuite,
                         testing::Values(&make_memory<backend::MemoryMail::Keys::stable>));

}  // namespace
}  // namespace godwit::conformance
