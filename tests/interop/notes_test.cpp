// The suite of collections for notes in folders of a mailbox, on Dovecot and Cyrus, also with
// capabilities hidden; and what another client does there.
#include <gtest/gtest.h>

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <functional>
#include <utility>

#include "backend/notes/note_mail.hpp"
#include "backend/notes/notes.hpp"
#include "conformance/items_suite.hpp"
#include "convert/journal.hpp"
#include "interop/imap_servers.hpp"
#include "stepped.hpp"

namespace godwit::conformance {
namespace {

using interop::RunningServer;

/// What others do just before a gateway writes, and just after, before it looks again; each once.
struct Meanwhile {
  std::function<Task<>()> before, after;
};

class WatchedMail final : public test::SteppedMail {
 public:
  WatchedMail(std::shared_ptr<backend::Mail> inner, test::Steps& steps, Meanwhile& meanwhile)
      : SteppedMail(std::move(inner), steps), meanwhile_(meanwhile) {}
  Task<Result<Uid>> append(FolderKey folder, std::shared_ptr<const backend::MessageSource> message,
                           Flags flags, Time received) override {
    co_await happen(meanwhile_.before);
    auto written = co_await SteppedMail::append(std::move(folder), std::move(message),
                                                std::move(flags), received);
    co_await happen(meanwhile_.after);
    co_return written;
  }

 private:
  static Task<> happen(std::function<Task<>()>& what) {
    if (const auto now = std::exchange(what, nullptr)) co_await now();
  }
  Meanwhile& meanwhile_;
};

struct Variant {
  const char* server;
  const char* options = "";
};

/// Two gateways before one mailbox.
class NotesUnderTest final : public ItemsServer {
 public:
  explicit NotesUnderTest(const Variant& variant)
      : server_(*RunningServer::get(variant.server, variant.options)),
        user_(interop::fresh_user()) {
    quirks_.any_bytes = quirks_.tells_at_once = false;
    quirks_.notes_alone = true;
    settings_.port = server_.port("IMAP_PORT");
    settings_.host = "127.0.0.1";
    settings_.encryption = backend::imap::Encryption::none;
    settings_.sweep_min = settings_.sweep_max = std::chrono::milliseconds(500);
    one_ = std::make_unique<Gateway>(*this);
    two_ = std::make_unique<Gateway>(*this);
  }
  ~NotesUnderTest() override {
    one_->items.reset();
    two_->items.reset();
    mail_.reset();
  }

  const ItemsQuirks& quirks() const override { return quirks_; }
  backend::Items& items() override { return *one_->items; }
  backend::Items& other() override { return *two_->items; }
  /// What happens while items() writes.
  Meanwhile& meanwhile() { return one_->meanwhile; }
  void run(Task<> work) override { loop_.run(std::move(work)); }
  bool wait_until(const std::function<bool()>& done) override { return loop_.wait_until(done); }
  interop::TestLoop& loop() { return loop_; }
  /// The mailbox as a mail program has it.
  backend::Mail& mail() {
    if (!mail_) mail_ = two_->server.open_all(two_->account);
    return *mail_;
  }
  /// The mailbox as phones have it.
  std::vector<backend::MailFolder> shown() {
    return loop_.get(one_->server.open(one_->account)->folders());
  }

 private:
  struct Gateway {
    explicit Gateway(NotesUnderTest& test)
        : server(test.settings_with(*this), test.loop_.executor(), test.random_),
          notes(
              {},
              [this](const backend::Account& of) {
                return std::make_shared<WatchedMail>(server.open_all(of), steps, meanwhile);
              },
              test.clock_, test.random_) {
      account = test.loop_.get(server.sign_in(test.user_, Secret("secret"))).value();
      items = notes.open_items(account);
    }
    Task<std::vector<FolderKey>> put_aside(std::vector<backend::MailFolder> all) {
      std::vector<FolderKey> out;
      for (const auto& each : backend::notes::notes_folders(all, "Notes")) out.push_back(each.key);
      co_return out;
    }
    test::Steps steps;
    Meanwhile meanwhile;
    backend::imap::ImapServer server;
    backend::notes::NotesBackend notes;
    backend::Account account{.user = UserId::parse("nobody").value(),
                             .login = {},
                             .password = {},
                             .display_name = {},
                             .addresses = {}};
    std::shared_ptr<backend::Items> items;
  };
  backend::imap::Settings settings_with(Gateway& gateway) {
    backend::imap::Settings settings = settings_;
    settings.put_aside = [&gateway](backend::Account, std::vector<backend::MailFolder> all) {
      return gateway.put_aside(std::move(all));
    };
    return settings;
  }

  const RunningServer& server_;
  std::string user_;
  ItemsQuirks quirks_;
  interop::TestLoop loop_;
  SeededRandom random_{1};
  ManualClock clock_;
  backend::imap::Settings settings_;
  std::unique_ptr<Gateway> one_, two_;
  std::shared_ptr<backend::Mail> mail_;
};

constexpr Variant dovecot{.server = "dovecot"};
constexpr Variant dovecot_inbox{.server = "dovecot", .options = "--layout inbox"};
constexpr Variant without_uidplus{.server = "dovecot", .options = "--without 'UIDPLUS NOTIFY'"};
constexpr Variant without_condstore{.server = "dovecot",
                                    .options = "--without 'QRESYNC CONDSTORE NOTIFY'"};
constexpr Variant cyrus{.server = "cyrus"};

template <const Variant& variant>
std::unique_ptr<ItemsServer> make() {
  return std::make_unique<NotesUnderTest>(variant);
}

template <const Variant& variant>
auto if_there() {
  std::vector<MakeItemsServer> out;
  if (RunningServer::is_there(variant.server)) out.push_back(&make<variant>);
  return testing::ValuesIn(out);
}

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(ItemsSuite);
INSTANTIATE_TEST_SUITE_P(Dovecot, ItemsSuite, if_there<dovecot>());
INSTANTIATE_TEST_SUITE_P(DovecotInbox, ItemsSuite, if_there<dovecot_inbox>());
INSTANTIATE_TEST_SUITE_P(WithoutUidplus, ItemsSuite, if_there<without_uidplus>());
INSTANTIATE_TEST_SUITE_P(WithoutCondstore, ItemsSuite, if_there<without_condstore>());
INSTANTIATE_TEST_SUITE_P(Cyrus, ItemsSuite, if_there<cyrus>());

class NotesInMail : public testing::TestWithParam<MakeItemsServer> {
 protected:
  NotesInMail() : server_(GetParam()()), test_(dynamic_cast<NotesUnderTest&>(*server_)) {}
  template <class T>
  T run(Task<T> work) {
    return test_.loop().get(std::move(work));
  }
  backend::Items& items() { return test_.items(); }
  FolderKey folder() {
    return backend::notes::notes_folders(run(test_.mail().folders()), "Notes").at(0).key;
  }
  UidSet uids() { return run(test_.mail().search(folder(), std::nullopt)).value(); }
  std::string message(Uid uid) {
    const auto status = run(test_.mail().status(folder())).value();
    return run(test_.mail().read(folder(), status.uid_validity, {{uid, "", 0, UINT64_MAX}}))
        .value()
        .at(0);
  }
  std::string put(const std::string& href, const NotePatch& patch, const std::string& before = {}) {
    const auto there = run(items().fetch(key_, {href})).value();
    const std::string text = there.empty() ? std::string() : there[0].text;
    backend::ItemCondition condition;
    if (!before.empty()) condition.etag = before;
    return run(items().put(
                   key_, href,
                   convert::apply_note(text, patch, Time(std::chrono::seconds(1'700'000'000)), href)
                       .value(),
                   condition))
        .value();
  }
  static NotePatch says(const std::string& subject, const std::string& body) {
    NotePatch patch;
    patch.subject = Change<std::string>::set(subject);
    patch.body = Change<std::string>::set(body);
    patch.html = Change<std::string>::clear();
    return patch;
  }

  std::unique_ptr<ItemsServer> server_;
  NotesUnderTest& test_;
  FolderKey key_ = FolderKey::parse("//notes").value();
};

constexpr const char* id = "0123456789abcdef0123456789abcdef";
constexpr const char* apple_id = "01234567-89AB-CDEF-0123-456789ABCDEF";

TEST_P(NotesInMail, AreMessagesThatApplesNotesReads) {
  const auto etag = put(id, says("Käse", "Käse\nBrot"));
  EXPECT_FALSE(etag.empty());
  ASSERT_EQ(uids().count(), 1U);
  const std::string text = message(uids().highest());
  for (const std::string line : {"X-Uniform-Type-Identifier: com.apple.mail-note\r\n",
                                 "X-Mail-Created-Date: Tue, 14 Nov 2023 22:13:20 +0000\r\n",
                                 "Date: Tue, 14 Nov 2023 22:13:20 +0000\r\n",
                                 "Content-Type: text/plain; charset=utf-8\r\n"}) {
    EXPECT_TRUE(text.contains(line)) << line << text;
  }
  EXPECT_TRUE(text.contains(std::string("X-Universally-Unique-Identifier: ") + apple_id + "\r\n"));
  for (const auto& each : test_.shown()) EXPECT_NE(each.name, "Notes");
}

TEST_P(NotesInMail, AnEditKeepsTheNameAndWhatItDoesNotName) {
  const std::string before =
      "From: <ada@example.org>\r\nX-Uniform-Type-Identifier: com.apple.mail-note\r\n"
      "X-Universally-Unique-Identifier: " +
      std::string(apple_id) +
      "\r\nX-Mail-Created-Date: Mon, 1 Jan 2024 10:00:00 +0100\r\nX-Other: kept\r\n"
      "Date: Mon, 1 Jan 2024 10:00:00 +0100\r\nSubject: List\r\nMessage-Id: <one@apple>\r\n"
      "Mime-Version: 1.0\r\nContent-Type: multipart/related; boundary=cut\r\n\r\n"
      "--cut\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<div>Milk</div>\r\n"
      "--cut\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n"
      "Content-ID: <picture>\r\n\r\niVBORw0KGgo=\r\n--cut--\r\n";
  run(items().collections());
  EXPECT_TRUE(run(test_.mail().create_folder(std::nullopt, "Notes")));
  ASSERT_TRUE(run(test_.mail().append(folder(), std::make_shared<backend::StringSource>(before),
                                      {.seen = true}, Time(std::chrono::seconds(1'700'000'000)))));
  const auto first = run(items().changes(key_, "")).value();
  ASSERT_EQ(first.changed.size(), 1U);
  EXPECT_EQ(first.changed[0].href, id);
  const auto note = convert::read_note(run(items().fetch(key_, {id})).value().at(0).text).value();
  EXPECT_EQ(note.subject, "List");
  EXPECT_EQ(note.body, "Milk");
  put(id, says("List", "Milk\nEggs"), first.changed[0].etag);
  ASSERT_EQ(uids().count(), 1U);
  const std::string after = message(uids().highest());
  for (const char* part :
       {"X-Other: kept\r\n", apple_id, "Content-ID: <picture>\r\n\r\niVBORw0KGgo=",
        "X-Mail-Created-Date: Mon, 1 Jan 2024 10:00:00 +0100\r\n"}) {
    EXPECT_TRUE(after.contains(part)) << part << after;
  }
  EXPECT_FALSE(after.contains("<div>Milk</div>"));
  const auto then = run(items().changes(key_, first.cursor)).value();
  EXPECT_TRUE(then.removed.empty());
  ASSERT_EQ(then.changed.size(), 1U);
  EXPECT_EQ(then.changed[0].href, id);
}

TEST_P(NotesInMail, AnotherClientsEditIsAChange) {
  put(id, says("One", "first"));
  const auto first = run(items().changes(key_, "")).value();
  const Uid old = uids().highest();
  std::string theirs = message(old);
  theirs.replace(theirs.find("first"), 5, "other");
  const auto status = run(test_.mail().status(folder())).value();
  ASSERT_TRUE(run(test_.mail().append(folder(), std::make_shared<backend::StringSource>(theirs),
                                      {.seen = true}, Time(std::chrono::seconds(1'700'000'000)))));
  const auto during = run(items().changes(key_, first.cursor)).value();
  EXPECT_TRUE(during.removed.empty());
  ASSERT_EQ(during.changed.size(), 1U);
  EXPECT_EQ(during.changed[0].href, id);
  ASSERT_TRUE(run(test_.mail().expunge(folder(), status.uid_validity, UidSet{{old, old}})));
  const auto then = run(items().changes(key_, during.cursor)).value();
  EXPECT_TRUE(then.removed.empty());
  EXPECT_TRUE(then.changed.empty());
  EXPECT_TRUE(run(items().fetch(key_, {id})).value().at(0).text.contains("other"));
}

class NotesAtOnce : public NotesInMail {
 protected:
  using Put = std::optional<Result<std::string>>;
  void SetUp() override {
    etag_ = put(id, says("List", "first"));
    ASSERT_FALSE(run(test_.other().collections()).empty());
  }
  std::string text(const std::string& body) {
    const auto there = run(items().fetch(key_, {id})).value();
    return convert::apply_note(there.at(0).text, says("List", body), some_time, id).value();
  }
  static Task<> put_by(backend::Items& items, FolderKey key, std::string text, std::string etag,
                       Put& out) {
    out.emplace(co_await items.put(std::move(key), id, std::move(text), {.etag = etag}));
  }
  static Task<> append_by(backend::Mail& mail, FolderKey key, std::string message) {
    const auto source = std::make_shared<backend::StringSource>(std::move(message));
    EXPECT_TRUE(co_await mail.append(std::move(key), source, {.seen = true}, some_time));
  }
  /// What a gateway writes that edits the only message there.
  std::string edited(const std::string& body) {
    const Uid uid = uids().highest();
    const auto status = run(test_.mail().status(folder())).value();
    Note before = convert::read_note(run(items().fetch(key_, {id})).value().at(0).text).value();
    Note after = before;
    after.body = body;
    return backend::notes::edited_message(
        message(uid), before, after,
        {.href = id,
         .from = "ada@example.org",
         .message_id = "edit@example.org",
         .boundary = "cut",
         .replaces = backend::notes::Place{status.uid_validity, uid}});
  }
  /// Both gateways, and one that begins anew, have that one message.
  void expect_note(const std::string& body, std::size_t messages = 1) {
    for (backend::Items* each : {&items(), &test_.other()}) {
      const auto all = run(each->changes(key_, "")).value();
      ASSERT_EQ(all.changed.size(), 1U);
      const auto there = run(each->fetch(key_, {id})).value().at(0);
      EXPECT_EQ(convert::read_note(there.text).value().body, body);
      EXPECT_EQ(there.etag, all.changed[0].etag);
    }
    EXPECT_EQ(uids().count(), messages);
  }
  std::string etag_now() { return run(items().changes(key_, "")).value().changed.at(0).etag; }

  static constexpr Time some_time{std::chrono::seconds(1'700'000'000)};
  std::string etag_;
};

TEST_P(NotesAtOnce, TheLaterOfTwoGatewaysGivesWay) {
  Put theirs;
  test_.meanwhile().before = [&, text = text("theirs")] {
    return put_by(test_.other(), key_, text, etag_, theirs);
  };
  Put ours;
  test_.loop().run(put_by(items(), key_, text("ours"), etag_, ours));
  ASSERT_TRUE(theirs && *theirs);
  EXPECT_EQ(ours->error().code, Errc::conflict);
  EXPECT_EQ(**theirs, etag_now());
  expect_note("theirs");
  test_.loop().run(put_by(items(), key_, text("theirs and ours"), etag_now(), ours));
  EXPECT_TRUE(*ours);
  expect_note("theirs and ours");
}

/// It is killed before it gives way.
TEST_P(NotesAtOnce, TheLaterOfTwoCountsNeverEvenIfNobodyTakesItBack) {
  test_.meanwhile().after = [&, message = edited("theirs"), key = folder()] {
    return append_by(test_.mail(), key, message);
  };
  Put ours;
  test_.loop().run(put_by(items(), key_, text("ours"), etag_, ours));
  ASSERT_TRUE(*ours);
  EXPECT_EQ(**ours, etag_now());
  expect_note("ours", 2);
  test_.loop().run(put_by(test_.other(), key_, text("ours again"), etag_now(), ours));
  EXPECT_TRUE(*ours);
  expect_note("ours again");
}

/// They know of no condition: what they write stays.
TEST_P(NotesAtOnce, OtherProgramsAreNotWrittenOver) {
  for (const bool after : {false, true}) {
    SCOPED_TRACE(after);
    const std::string theirs =
        "From: <ada@example.org>\r\nX-Uniform-Type-Identifier: com.apple.mail-note\r\n"
        "X-Universally-Unique-Identifier: " +
        std::string(apple_id) + "\r\nSubject: List\r\nMessage-Id: <" + std::to_string(after) +
        "@apple>\r\n\r\ntheirs\r\n";
    const auto append = [&, theirs, key = folder()] {
      return append_by(test_.mail(), key, theirs);
    };
    (after ? test_.meanwhile().after : test_.meanwhile().before) = append;
    const std::string known = etag_now();
    Put ours;
    test_.loop().run(put_by(items(), key_, text("ours"), known, ours));
    EXPECT_EQ(ours->error().code, Errc::conflict);
    EXPECT_NE(known, etag_now());
    test_.loop().run(put_by(items(), key_, text("both"), etag_now(), ours));
    EXPECT_TRUE(*ours);
    expect_note("both");
  }
}

/// However the two interleave, one is told that it wrote, and the other that it did not.
TEST_P(NotesAtOnce, OneOfTwoWins) {
  using boost::asio::experimental::awaitable_operators::operator&&;
  for (int round = 0; round < 10; ++round) {
    const std::string known = etag_now();
    EXPECT_TRUE(run(test_.other().changes(key_, "")));
    Put ours, theirs;
    test_.loop().run(put_by(items(), key_, text("ours"), known, ours) &&
                     put_by(test_.other(), key_, text("theirs"), known, theirs));
    ASSERT_NE(ours->has_value(), theirs->has_value()) << round;
    EXPECT_EQ((*ours ? *theirs : *ours).error().code, Errc::conflict);
    expect_note(*ours ? "ours" : "theirs");
  }
}

INSTANTIATE_TEST_SUITE_P(Dovecot, NotesAtOnce, if_there<dovecot>());
INSTANTIATE_TEST_SUITE_P(WithoutUidplus, NotesAtOnce, if_there<without_uidplus>());
INSTANTIATE_TEST_SUITE_P(Cyrus, NotesAtOnce, if_there<cyrus>());
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(NotesAtOnce);

INSTANTIATE_TEST_SUITE_P(Dovecot, NotesInMail, if_there<dovecot>());
INSTANTIATE_TEST_SUITE_P(WithoutUidplus, NotesInMail, if_there<without_uidplus>());
INSTANTIATE_TEST_SUITE_P(Cyrus, NotesInMail, if_there<cyrus>());
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(NotesInMail);

TEST(Servers, AreThere) {
  for (const char* name : {"dovecot", "cyrus"}) {
    if (!RunningServer::is_there(name)) GTEST_SKIP() << RunningServer::why_not(name);
  }
}

}  // namespace
}  // namespace godwit::conformance
