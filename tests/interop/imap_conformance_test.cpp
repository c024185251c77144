// The backend suite against Dovecot and Cyrus, also with capabilities hidden.
#include <gtest/gtest.h>

#include "conformance/backend_suite.hpp"
#include "interop/imap_servers.hpp"

namespace godwit::conformance {
namespace {

using interop::RunningServer;

struct Variant {
  const char* server;
  const char* options = "";
  bool notify = true;
};

class ImapUnderTest final : public MailServer {
 public:
  ImapUnderTest(const RunningServer& server, const Variant& variant)
      : server_(server), user_(interop::fresh_user()) {
    settings_.port = server.port("IMAP_PORT");
    settings_.host = "127.0.0.1";
    settings_.encryption = backend::imap::Encryption::none;
    settings_.sweep_min = settings_.sweep_max = std::chrono::milliseconds(500);
    gateway_ = std::make_unique<backend::imap::ImapServer>(settings_, loop_.executor(), random_);
    elsewhere_ = std::make_unique<backend::imap::ImapServer>(settings_, loop_.executor(), random_);
    run(sign_in());
    quirks_.watch_is_authoritative = variant.notify;
    quirks_.default_roles = {FolderRole::inbox, FolderRole::drafts, FolderRole::sent,
                             FolderRole::trash, FolderRole::junk};
    quirks_.many_folders = 50;
    quirks_.many_messages = 100;
  }
  ~ImapUnderTest() override {
    mail_.reset();
    other_.reset();
  }

  const Quirks& quirks() const override { return quirks_; }
  Mail& mail() override { return *mail_; }
  Mail& other() override { return *other_; }
  void deliver(std::string message) override {
    interop::deliver_by_lmtp(server_.port("LMTP_PORT"), user_, std::move(message));
  }
  void mark_all_seen(FolderKey folder, const UidSet& uids) override {
    run(mark(std::move(folder), uids));
  }
  void run(Task<> work) override { loop_.run(std::move(work)); }
  bool wait_until(const std::function<bool()>& done) override { return loop_.wait_until(done); }

 private:
  Task<> sign_in() {
    mail_ = co_await open(*gateway_);
    other_ = co_await open(*elsewhere_);
  }
  Task<std::shared_ptr<Mail>> open(backend::imap::ImapServer& gateway) {
    auto account = co_await gateway.sign_in(user_, Secret("secret"));
    if (!account) throw std::runtime_error(account.error().message);
    co_return gateway.open(*account);
  }
  Task<> mark(FolderKey folder, UidSet uids) {
    const auto status = co_await other_->status(folder);
    for (const Uid uid : uids.to_vector()) {
      co_await other_->store_flags(folder, status->uid_validity, uid, {.seen = true});
    }
  }

  const RunningServer& server_;
  std::string user_;
  interop::TestLoop loop_;
  SeededRandom random_{1};
  backend::imap::Settings settings_;
  std::unique_ptr<backend::imap::ImapServer> gateway_;
  std::unique_ptr<backend::imap::ImapServer> elsewhere_;
  std::shared_ptr<Mail> mail_;
  std::shared_ptr<Mail> other_;
  Quirks quirks_;
};

constexpr Variant dovecot{.server = "dovecot", .options = ""};
constexpr Variant dovecot_inbox{.server = "dovecot", .options = "--layout inbox"};
constexpr Variant without_qresync{
    .server = "dovecot", .options = "--without 'QRESYNC NOTIFY'", .notify = false};
constexpr Variant without_condstore{.server = "dovecot",
                                    .options = "--without 'QRESYNC CONDSTORE NOTIFY IDLE MOVE'",
                                    .notify = false};
constexpr Variant bare{
    .server = "dovecot",
    .options =
        "--without 'SASL-IR ID ENABLE IDLE UNSELECT CHILDREN NAMESPACE "
        "LIST-EXTENDED CONDSTORE QRESYNC ESEARCH SEARCHRES LIST-STATUS BINARY MOVE "
        "LITERAL+ NOTIFY SPECIAL-USE'",
    .notify = false};
constexpr Variant cyrus{.server = "cyrus", .options = "", .notify = false};

template <const Variant& variant>
std::unique_ptr<MailServer> make() {
  return std::make_unique<ImapUnderTest>(*RunningServer::get(variant.server, variant.options),
                                         variant);
}

/// The server, where it is there.
template <const Variant& variant>
auto if_there() {
  std::vector<MakeServer> out;
  if (RunningServer::is_there(variant.server)) out.push_back(&make<variant>);
  return testing::ValuesIn(out);
}

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(BackendSuite);
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(SearchSuite);
INSTANTIATE_TEST_SUITE_P(Dovecot, BackendSuite, if_there<dovecot>());
INSTANTIATE_TEST_SUITE_P(Dovecot, SearchSuite, if_there<dovecot>());
INSTANTIATE_TEST_SUITE_P(DovecotInbox, BackendSuite, if_there<dovecot_inbox>());
INSTANTIATE_TEST_SUITE_P(WithoutQresync, BackendSuite, if_there<without_qresync>());
INSTANTIATE_TEST_SUITE_P(WithoutCondstore, BackendSuite, if_there<without_condstore>());
INSTANTIATE_TEST_SUITE_P(Bare, BackendSuite, if_there<bare>());
INSTANTIATE_TEST_SUITE_P(Bare, SearchSuite, if_there<bare>());
INSTANTIATE_TEST_SUITE_P(Cyrus, BackendSuite, if_there<cyrus>());
INSTANTIATE_TEST_SUITE_P(Cyrus, SearchSuite, if_there<cyrus>());

TEST(Servers, AreThere) {
  for (const char* name : {"dovecot", "cyrus"}) {
    if (!RunningServer::is_there(name)) GTEST_SKIP() << RunningServer::why_not(name);
  }
}

}  // namespace
}  // namespace godwit::conformance
