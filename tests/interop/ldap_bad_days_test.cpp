// LDAP servers on bad days, and what a phone that looks for people sees of them: an answer in time,
// with a status that says why, and a server that goes on.
#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "asked.hpp"
#include "backend/ldap/ldap.hpp"
#include "interop/scripted_ldap.hpp"
#include "run.hpp"
#include "server_fixture.hpp"
#include "wbxml/pages/gal.hpp"
#include "wbxml/pages/resolve_recipients.hpp"

namespace godwit::interop {
namespace {

using client::Node;
using Habit = ScriptedLdap::Habit;
using Steady = std::chrono::steady_clock;
using Texts = std::vector<std::string>;
namespace page = wbxml::search;
namespace gal = wbxml::gal;
namespace resolve = wbxml::resolve_recipients;

constexpr std::chrono::seconds limit{1};
constexpr std::string_view succeeded = "1", connection_failed = "7", timed_out = "10";

/// The most that this process ever held, in MiB.
std::size_t peak() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) return std::stoul(line.substr(6)) / 1024;
  }
  return 0;
}

class LdapBadDays : public testing::Test {
 protected:
  /// A gateway to those servers, in their order.
  void open(const std::vector<const ScriptedLdap*>& servers) {
    backend::LdapSettings settings;
    for (const ScriptedLdap* each : servers) {
      settings.urls.push_back("ldap://127.0.0.1:" + std::to_string(each->port()));
    }
    settings.encryption = backend::LdapSettings::Encryption::none;
    settings.base = "cn=group";
    settings.preset = backend::LdapSettings::Preset::active_directory;
    settings.limit = limit;
    directory_ = std::make_unique<backend::LdapDirectory>(std::move(settings), memory_.clock);
    server_ = std::make_unique<test::TestServer>(test::Systems{.clock = memory_.clock,
                                                               .random = memory_.random,
                                                               .store = memory_.store,
                                                               .mail = memory_.mail_server,
                                                               .users = memory_.mail_server,
                                                               .submission = memory_.submission,
                                                               .directory = directory_.get()},
                                                 command::Settings{}, std::chrono::seconds(60));
    client::Device::Settings phone;
    phone.version = eas::Version::v14_1;
    phone.user = "anna@example.test";
    phone.password = Secret("secret");
    phone_ = std::make_unique<client::Device>(*server_, std::move(phone));
  }
  Node ask(std::string_view command, const Node& request) {
    return test::document_of(
        test::run(phone_->send_raw(test::document_wire(*phone_, command, request))));
  }
  /// The answer's statuses from the outermost inwards: of the command, of the store.
  Texts search(std::vector<Node> options = {}) {
    Node store(page::Store, {Node(page::Name, "GAL"), Node(page::Query, "p")});
    if (!options.empty()) store.add(Node(page::Options, std::move(options)));
    answer_ = ask("Search", Node(page::Search, {store}));
    return test::texts_of(answer_, page::Status);
  }
  /// What is asked took the limit and not much more, so that no phone gives up first.
  template <class Work>
  static void expect_in_time(Work work) {
    const auto begin = Steady::now();
    work();
    const auto took = Steady::now() - begin;
    EXPECT_GE(took, limit);
    EXPECT_LT(took, 4 * limit);
  }
  void expect_healthy() {
    EXPECT_TRUE(test::run(phone_->folder_sync()).ok());
    EXPECT_TRUE(test::run(phone_->sync_all(phone_->folder_of_type(2)->id, {})).ok());
  }

  test::MemoryFixture memory_;
  std::unique_ptr<backend::LdapDirectory> directory_;
  std::unique_ptr<test::TestServer> server_;
  std::unique_ptr<client::Device> phone_;
  Node answer_;
};

TEST_F(LdapBadDays, OneThatNeverAnswers) {
  const ScriptedLdap silent(1, 1, Habit::silent);
  open({&silent});
  expect_in_time([&] { EXPECT_EQ(search(), (Texts{"1", std::string(timed_out)})); });
  expect_in_time([&] {
    const Node request(resolve::ResolveRecipients, {Node(resolve::To, "p")});
    EXPECT_EQ(test::text_of(ask("ResolveRecipients", request), resolve::Status), "6");
  });
  expect_healthy();
}

TEST_F(LdapBadDays, OneThatNeverEnds) {
  const ScriptedLdap drips(1, 1, Habit::drips);
  open({&drips});
  expect_in_time([&] { EXPECT_EQ(search(), (Texts{"1", std::string(timed_out)})); });
  expect_healthy();
}

/// Who came first waited; nobody after that does.
TEST_F(LdapBadDays, OneBesideAGoodOneIsLeft) {
  const ScriptedLdap silent(1, 1, Habit::silent);
  const ScriptedLdap good(1, 1);
  open({&silent, &good});
  expect_in_time([&] { EXPECT_EQ(search().back(), timed_out); });
  const auto begin = Steady::now();
  for (int i = 0; i < 3; ++i) EXPECT_EQ(search().back(), succeeded);
  EXPECT_LT(Steady::now() - begin, limit);
  EXPECT_EQ(silent.connections(), 1U);
  EXPECT_EQ(test::text_of(answer_, gal::DisplayName), "group");
}

TEST_F(LdapBadDays, OneThatIsDownAndComesBack) {
  auto gone = std::make_unique<ScriptedLdap>(1, 1);
  open({gone.get()});
  EXPECT_EQ(search().back(), succeeded);
  gone.reset();
  EXPECT_EQ(search(), (Texts{"1", std::string(connection_failed)}));
  expect_healthy();
}

/// 174, [MS-ASCMD] Status (Picture): everything else of the person is there.
TEST_F(LdapBadDays, OneWithAPhotoOf50Megabytes) {
  const ScriptedLdap bulky(1, 1, Habit::bulky);
  open({&bulky});
  EXPECT_EQ(search().back(), succeeded);
  const std::size_t before = peak();
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(search({Node(page::Picture)}).back(), succeeded);
    EXPECT_EQ(test::text_of(answer_, gal::DisplayName), "group");
    EXPECT_EQ(test::text_of(answer_, gal::Status), "174");
    EXPECT_EQ(test::texts_of(answer_, gal::Data), Texts());
  }
  EXPECT_LT(peak() - before, 32U);
  EXPECT_EQ(search().back(), succeeded);
  expect_healthy();
}

}  // namespace
}  // namespace godwit::interop
