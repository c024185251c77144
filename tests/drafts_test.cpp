// Drafts over systems that die at every step: none is lost, none is doubled, none goes out twice
// (engine.md §2).
#include <gtest/gtest.h>

#include <set>

#include "run.hpp"
#include "server_fixture.hpp"
#include "stepped.hpp"
#include "wbxml/pages/airsync.hpp"
#include "wbxml/pages/airsyncbase.hpp"
#include "wbxml/pages/email.hpp"

namespace godwit::test {
namespace {

namespace base = wbxml::airsyncbase;
namespace email = wbxml::email;
using client::Node;

std::vector<Node> draft(std::string subject, const std::string& text) {
  return {Node(email::To, "bruno@elsewhere.test;clara@elsewhere.test"),
          Node(email::Subject, std::move(subject)),
          Node(base::Body, {Node(base::Type, "1"), Node(base::Data, text)})};
}

/// Everything over systems that die, and one phone that asks until it is answered.
class World {
 public:
  World(std::uint64_t seed, std::chrono::seconds other_changes = std::chrono::seconds(60))
      : fixture_(seed),
        store_(fixture_.store, steps_),
        mail_(fixture_.mail_server, steps_),
        submission_(fixture_.submission, steps_),
        server_(Systems{fixture_.clock, fixture_.random, store_, mail_, fixture_.mail_server,
                        submission_, nullptr},
                {}, other_changes),
        device_(server_, settings()) {
    run(device_.folder_sync());
    drafts_ = device_.folder_of_type(3)->id;
    run(device_.sync_all(drafts_, {}));
  }

  client::Device& device() { return device_; }
  const std::string& drafts() const { return drafts_; }
  Steps& steps() { return steps_; }
  MemoryFixture& fixture() { return fixture_; }
  TestServer& server() { return server_; }

  /// One Sync, whatever becomes of it; a server that died is started again. True: it was answered.
  bool sync() {
    const auto outcome = run(device_.sync(drafts_, options_));
    const auto found = outcome.collections.find(drafts_);
    if (found != outcome.collections.end()) answers_ = found->second.responses;
    const bool good =
        found == outcome.collections.end() ? outcome.empty : found->second.status == 1;
    const bool done = outcome.ok() && good && !steps_.dead();
    if (!done) server_.restart();
    steps_.revive();
    return done;
  }
  void sync_until_answered() {
    for (int attempt = 0; attempt < 5; ++attempt) {
      if (sync()) return;
    }
    ADD_FAILURE() << "never answered";
  }

  /// What it says stands for what became of a draft meanwhile.
  void let_the_phone_win() {
    options_.options = client::mail_options(0, 1, std::nullopt);
    options_.options->emplace_back(wbxml::airsync::Conflict, "0");
  }
  /// Item status of the last answer; 0 = it said nothing of the item.
  int answer_of(const std::string& id) const {
    const auto found = answers_.find(id);
    return found == answers_.end() ? 0 : found->second;
  }

  std::vector<std::string> texts(FolderRole role) {
    backend::MemoryMail& mail = fixture_.mail();
    const FolderKey folder = *mail.find_folder(role);
    std::vector<std::string> out;
    for (const MessageState& state : mail.states(folder)) {
      out.push_back(mail.text(folder, state.uid).value());
    }
    return out;
  }
  /// Somebody else flags all drafts.
  void mark_drafts() {
    backend::MemoryMail& mail = fixture_.mail();
    const FolderKey folder = *mail.find_folder(FolderRole::drafts);
    for (const MessageState& state : mail.states(folder)) {
      Flags flags = state.flags;
      flags.flagged = true;
      mail.set_flags(folder, UidSet{{state.uid, state.uid}}, flags);
    }
  }
  /// Somebody else removes them.
  void remove_drafts() {
    backend::MemoryMail& mail = fixture_.mail();
    const FolderKey folder = *mail.find_folder(FolderRole::drafts);
    for (const MessageState& state : mail.states(folder)) {
      mail.remove(folder, UidSet{{state.uid, state.uid}});
    }
  }
  /// Another program edits them: each is a new message with an id of its own, and the old one goes.
  void edit_drafts_elsewhere() {
    backend::MemoryMail& mail = fixture_.mail();
    const FolderKey folder = *mail.find_folder(FolderRole::drafts);
    for (const MessageState& state : mail.states(folder)) {
      std::string text = mail.text(folder, state.uid).value();
      const auto subject = text.find("Subject: ");
      text.replace(subject, text.find('\r', subject) - subject, "Subject: Elsewhere");
      text.insert(text.find("Message-ID: <") + std::string_view("Message-ID: <").size(), "e");
      mail.deliver(folder, std::move(text), state.flags);
      mail.remove(folder, UidSet{{state.uid, state.uid}});
    }
  }
  /// The phone writes a draft "One", which is stored. Its ServerId.
  std::string write_one() {
    device_.add(drafts_, draft("One", "First"));
    sync_until_answered();
    return device_.collection(drafts_).items.begin()->first;
  }
  /// Writes it, and loses an edit of it to a kill. False: the edit was answered.
  bool lose_an_edit(unsigned step) {
    const std::string id = write_one();
    steps_.fail_at(step, {.after = true, .die = true});
    device_.change(drafts_, id, {Node(email::Subject, "Two")});
    if (sync()) return false;
    device_.collection(drafts_).pending.clear();
    return true;
  }
  std::size_t open_intents() {
    return run(fixture_.store.list("anna@example.test", store::Kind::intent, "", "", 10)).size();
  }

 private:
  static client::Device::Settings settings() {
    client::Device::Settings settings;
    settings.version = eas::Version::v16_1;
    settings.user = "anna@example.test";
    settings.password = Secret("secret");
    return settings;
  }

  MemoryFixture fixture_;
  Steps steps_;
  SteppedStore store_;
  SteppedBackend mail_;
  SteppedSubmission submission_;
  TestServer server_;
  client::Device device_;
  std::string drafts_;
  client::SyncOptions options_;
  std::map<std::string, int> answers_;
};

constexpr auto ways = {How{false, false}, How{true, false}, How{false, true}, How{true, true}};

/// What the mailbox and the phone agree on in the end: exactly one draft, with that subject.
void expect_one_draft(World& world, const std::string& subject, unsigned step) {
  world.sync_until_answered();
  const auto texts = world.texts(FolderRole::drafts);
  ASSERT_EQ(texts.size(), 1U) << "step " << step;
  EXPECT_TRUE(texts[0].contains("Subject: " + subject + "\r\n")) << "step " << step;
  const auto& items = world.device().collection(world.drafts()).items;
  ASSERT_EQ(items.size(), 1U) << "step " << step;
  EXPECT_EQ(items.begin()->second.at("Subject"), subject) << "step " << step;
  EXPECT_EQ(world.open_intents(), 0U) << "step " << step;
}

/// One mail went out, and the draft that it was is nowhere.
void expect_one_sent(World& world, unsigned step) {
  world.sync_until_answered();
  world.sync_until_answered();
  ASSERT_EQ(world.fixture().submission.sent().size(), 1U) << "step " << step;
  EXPECT_TRUE(world.texts(FolderRole::drafts).empty()) << "step " << step;
  EXPECT_TRUE(world.device().collection(world.drafts()).items.empty()) << "step " << step;
  EXPECT_EQ(world.texts(FolderRole::sent).size(), 1U) << "step " << step;
  EXPECT_EQ(world.open_intents(), 0U) << "step " << step;
}

/// `body` in a new world for each step at which something fails, until it ends before any does. It
/// lets that begin by calling what it is given.
template <class Body>
void at_every_step(Body body) {
  for (const How how : ways) {
    for (unsigned step = 1;; ++step) {
      World world(step);
      body(world, [&] { world.steps().fail_at(step, how); }, step);
      if (testing::Test::HasFatalFailure() || !world.steps().fired()) break;
    }
  }
}

TEST(Drafts, AddedThenEditedAtEveryStep) {
  at_every_step([](World& world, auto begin, unsigned step) {
    begin();
    world.device().add(world.drafts(), draft("One", "First"));
    world.sync_until_answered();
    const auto& items = world.device().collection(world.drafts()).items;
    ASSERT_EQ(items.size(), 1U) << "step " << step;
    world.device().change(world.drafts(), items.begin()->first, draft("Two", "Second"));
    world.sync_until_answered();
    world.device().change(world.drafts(), items.begin()->first, {Node(email::Subject, "Three")});
    world.sync_until_answered();
    expect_one_draft(world, "Three", step);
    EXPECT_TRUE(world.texts(FolderRole::drafts).at(0).contains("Second"));
  });
}

// Somebody else's mark goes with the draft, and to the phone that edits it before it was told.
TEST(Drafts, MarkedByOthersThenEditedAtEveryStep) {
  at_every_step([](World& world, auto begin, unsigned step) {
    const std::string id = world.write_one();
    world.mark_drafts();
    begin();
    world.device().change(world.drafts(), id, {Node(email::Subject, "Two")});
    world.device().change(world.drafts(), id, draft("Three", "Third"));
    world.sync_until_answered();
    world.sync_until_answered();
    expect_one_draft(world, "Three", step);
    const auto& item = world.device().collection(world.drafts()).items.at(id);
    ASSERT_TRUE(item.contains("Flag/Status")) << "step " << step;
    EXPECT_EQ(item.at("Flag/Status"), "2") << "step " << step;
  });
}

// A phone that was out of reach sends all that its user did in one request.
TEST(Drafts, EditedTwiceInOneRequestAtEveryStep) {
  at_every_step([](World& world, auto begin, unsigned step) {
    const std::string id = world.write_one();
    begin();
    world.device().change(world.drafts(), id, draft("Two", "Second"));
    world.device().change(world.drafts(), id, {Node(email::Subject, "Three")});
    world.sync_until_answered();
    expect_one_draft(world, "Three", step);
    EXPECT_TRUE(world.texts(FolderRole::drafts).at(0).contains("Second"));
  });
}

// Its name is not that of any of the messages that a kill left.
TEST(Drafts, EditedOnceThenTwiceInOneRequestAtEveryStep) {
  at_every_step([](World& world, auto begin, unsigned step) {
    const std::string id = world.write_one();
    world.device().change(world.drafts(), id, draft("Two", "Second"));
    world.sync_until_answered();
    begin();
    world.device().change(world.drafts(), id, draft("Three", "Third"));
    world.device().change(world.drafts(), id, {Node(email::Subject, "Four")});
    world.sync_until_answered();
    expect_one_draft(world, "Four", step);
    EXPECT_TRUE(world.texts(FolderRole::drafts).at(0).contains("Third")) << "step " << step;
  });
}

TEST(Drafts, EditedThenMarkedInOneRequestAtEveryStep) {
  at_every_step([](World& world, auto begin, unsigned step) {
    const std::string id = world.write_one();
    begin();
    world.device().change(world.drafts(), id, draft("Two", "Second"));
    world.device().set_read(world.drafts(), id, false);
    world.sync_until_answered();
    EXPECT_EQ(world.answer_of(id), 0) << "step " << step;
    world.sync_until_answered();
    expect_one_draft(world, "Two", step);
    EXPECT_EQ(world.device().collection(world.drafts()).items.at(id).at("Read"), "0")
        << "step " << step;
  });
}

// Somebody else's edit took the draft away. The phone marks it, which is in vain, and says all of
// it anew, which stands: after an 8 it has none of that name, and is given it.
TEST(Drafts, MarkedThenWrittenAnewInOneRequestAtEveryStep) {
  at_every_step([](World& world, auto begin, unsigned step) {
    world.let_the_phone_win();
    const std::string id = world.write_one();
    world.remove_drafts();
    begin();
    world.device().set_read(world.drafts(), id, false);
    world.device().change(world.drafts(), id, draft("Two", "Second"));
    world.sync_until_answered();
    world.sync_until_answered();
    expect_one_draft(world, "Two", step);
  });
}

TEST(Drafts, WrittenAnewWithoutItsMarksAtEveryStep) {
  at_every_step([](World& world, auto begin, unsigned step) {
    world.let_the_phone_win();
    const std::string id = world.write_one();
    world.device().set_read(world.drafts(), id, false);
    world.sync_until_answered();
    world.remove_drafts();
    begin();
    world.device().change(world.drafts(), id, draft("Two", "Second"));
    world.sync_until_answered();
    world.sync_until_answered();
    expect_one_draft(world, "Two", step);
    EXPECT_EQ(world.device().collection(world.drafts()).items.begin()->second.at("Read"), "1")
        << "step " << step;
  });
}

TEST(Drafts, EditedThenSentInOneRequestAtEveryStep) {
  at_every_step([](World& world, auto begin, unsigned step) {
    const std::string id = world.write_one();
    begin();
    world.device().change(world.drafts(), id, draft("Two", "Second"));
    world.device().send_draft(world.drafts(), id, {Node(email::Subject, "Sent")});
    expect_one_sent(world, step);
    EXPECT_TRUE(world.texts(FolderRole::sent).at(0).contains("Second"));
  });
}

TEST(Drafts, SentFromADraftAtEveryStep) {
  at_every_step([](World& world, auto begin, unsigned step) {
    const std::string id = world.write_one();
    begin();
    world.device().send_draft(world.drafts(), id, {Node(email::Subject, "Sent")});
    expect_one_sent(world, step);
    const auto& sent = world.fixture().submission.sent();
    EXPECT_EQ(sent.at(0).envelope.to.size(), 2U);
    EXPECT_TRUE(sent.at(0).text.contains("Subject: Sent\r\n"));
  });
}

// The user goes on with a draft that is on its way: it is none any more, whoever's words win, and
// each Send that is accepted has sent just what it said.
TEST(Drafts, SentThenEditedInOneRequestAtEveryStep) {
  for (const bool again : {false, true}) {
    at_every_step([again](World& world, auto begin, unsigned step) {
      world.let_the_phone_win();
      const std::string id = world.write_one();
      begin();
      world.device().send_draft(world.drafts(), id, {Node(email::Subject, "Sent")});
      if (again) {
        world.device().send_draft(world.drafts(), id, draft("Again", "Second"));
      } else {
        world.device().change(world.drafts(), id, draft("Two", "Second"));
      }
      world.sync_until_answered();
      EXPECT_EQ(world.answer_of(id), 8) << "step " << step;
      expect_one_sent(world, step);
      const auto& sent = world.fixture().submission.sent();
      ASSERT_EQ(sent.size(), 1U) << "step " << step;
      EXPECT_TRUE(sent[0].text.contains("Subject: Sent\r\n")) << "step " << step;
      EXPECT_TRUE(world.texts(FolderRole::sent).at(0).contains("irst\r\n")) << "step " << step;
    });
  }
}

// What the phone adds to a request whose answer was lost comes after what that request sent.
TEST(Drafts, SentThenEditedAfterALostAnswer) {
  World world(1);
  world.let_the_phone_win();
  const std::string id = world.write_one();
  world.device().send_draft(world.drafts(), id, {Node(email::Subject, "Sent")});
  world.device().lose_next_answer();
  EXPECT_FALSE(world.sync());
  world.device().change(world.drafts(), id, draft("Two", "Second"));
  world.sync_until_answered();
  EXPECT_EQ(world.answer_of(id), 8);
  expect_one_sent(world, 0);
}

// Another program was faster than the phone's second attempt: its words are the draft, and the
// phone is told them.
TEST(Drafts, EditedElsewhereAfterAKillAtEveryStep) {
  for (const bool edited_before : {false, true}) {
    at_every_step([edited_before](World& world, auto begin, unsigned step) {
      const std::string id = world.write_one();
      if (edited_before) {
        world.device().change(world.drafts(), id, draft("Two", "Second"));
        world.sync_until_answered();
      }
      begin();
      world.device().change(world.drafts(), id, {Node(email::Subject, "Three")});
      if (world.sync()) return;
      world.edit_drafts_elsewhere();
      world.sync_until_answered();
      world.sync_until_answered();
      std::multiset<std::string> there, held;
      for (const std::string& text : world.texts(FolderRole::drafts)) {
        const auto at = text.find("Subject: ") + std::string_view("Subject: ").size();
        there.insert(text.substr(at, text.find('\r', at) - at));
      }
      for (const auto& [name, item] : world.device().collection(world.drafts()).items) {
        held.insert(item.at("Subject"));
      }
      EXPECT_EQ(there, held) << "step " << step;
    });
  }
}

// Another program takes the draft between a kill and the phone's second attempt: either that is
// told and nothing has gone out, or the mail went out once and has its copy.
TEST(Drafts, SentAndTakenElsewhereAfterAKillAtEveryStep) {
  for (const bool edited : {false, true}) {
    at_every_step([edited](World& world, auto begin, unsigned step) {
      const std::string id = world.write_one();
      begin();
      world.device().send_draft(world.drafts(), id, {Node(email::Subject, "Sent")});
      if (world.sync()) return;
      if (edited) {
        world.edit_drafts_elsewhere();
      } else {
        world.remove_drafts();
      }
      world.sync_until_answered();
      const std::size_t expected = world.answer_of(id) == 8 ? 0 : 1;
      world.sync_until_answered();
      EXPECT_EQ(world.fixture().submission.sent().size(), expected) << "step " << step;
      const auto copies = world.texts(FolderRole::sent);
      ASSERT_EQ(copies.size(), expected) << "step " << step;
      for (const std::string& copy : copies) {
        EXPECT_TRUE(copy.contains("Subject: Sent\r\n")) << "step " << step;
        EXPECT_TRUE(copy.contains("irst\r\n")) << "step " << step;
      }
      const auto& items = world.device().collection(world.drafts()).items;
      EXPECT_EQ(world.texts(FolderRole::drafts).size(), items.size()) << "step " << step;
      EXPECT_EQ(world.open_intents(), 0U) << "step " << step;
    });
  }
}

TEST(Drafts, AnAttachmentThatIsGoneNeedNotBeRemoved) {
  World world(1);
  auto said = draft("One", "First");
  said.emplace_back(
      base::Attachments,
      std::vector<Node>{Node(
          base::Add, {Node(base::ClientId, "a.txt"), Node(base::Method, "1"),
                      Node::bytes(base::Content, "Content"), Node(base::DisplayName, "a.txt")})});
  world.device().add(world.drafts(), std::move(said));
  world.sync_until_answered();
  const auto& collection = world.device().collection(world.drafts());
  const std::string id = collection.items.begin()->first;
  const Node removal(
      base::Attachments,
      {Node(base::Delete, {Node(base::FileReference, collection.added_files.at("a.txt"))})});
  for (const std::string subject : {"Two", "Three"}) {
    world.device().change(world.drafts(), id, {Node(email::Subject, subject), removal});
    world.sync_until_answered();
    EXPECT_EQ(world.answer_of(id), 0) << subject;
    expect_one_draft(world, subject, 0);
    EXPECT_FALSE(world.texts(FolderRole::drafts).at(0).contains("a.txt")) << subject;
  }
}

/// The phone asked for a mail "A", and goes on with "B" in its place without knowing what became of
/// that: B has gone out, once, or the phone was told that it has not.
void expect_sent_or_refused(World& world, bool refused, unsigned step) {
  std::size_t first = 0;
  std::size_t second = 0;
  for (const auto& sent : world.fixture().submission.sent()) {
    first += sent.text.contains("Subject: A\r\n") ? 1 : 0;
    second += sent.text.contains("Subject: B\r\n") ? 1 : 0;
  }
  EXPECT_EQ(second, refused ? 0U : 1U) << "step " << step;
  EXPECT_LE(first, 1U) << "step " << step;
  if (refused) EXPECT_EQ(first, 1U) << "step " << step;
  world.sync_until_answered();
  world.sync_until_answered();
  const auto& items = world.device().collection(world.drafts()).items;
  EXPECT_EQ(world.texts(FolderRole::drafts).size(), items.size()) << "step " << step;
  EXPECT_EQ(world.open_intents(), 0U) << "step " << step;
}

TEST(Drafts, SentOtherwiseAfterAKillAtEveryStep) {
  at_every_step([](World& world, auto begin, unsigned step) {
    const std::string id = world.write_one();
    begin();
    world.device().send_draft(world.drafts(), id, {Node(email::Subject, "A")});
    if (world.sync()) return;
    world.device().collection(world.drafts()).pending.clear();
    world.device().send_draft(world.drafts(), id, {Node(email::Subject, "B")});
    world.sync_until_answered();
    const int answer = world.answer_of(id);
    EXPECT_TRUE(answer == 0 || answer == 8) << answer << " at step " << step;
    expect_sent_or_refused(world, answer != 0, step);
  });
}

TEST(Drafts, EditedThenSentAfterAKillOfTheSameSend) {
  for (const bool wins : {false, true}) {
    at_every_step([wins](World& world, auto begin, unsigned step) {
      if (wins) world.let_the_phone_win();
      const std::string id = world.write_one();
      begin();
      world.device().send_draft(world.drafts(), id, {Node(email::To, "bruno@elsewhere.test")});
      if (world.sync()) return;
      world.device().collection(world.drafts()).pending.clear();
      world.device().change(world.drafts(), id, draft("Two", "Second"));
      world.device().send_draft(world.drafts(), id, {Node(email::To, "bruno@elsewhere.test")});
      world.sync_until_answered();
      std::size_t second = 0;
      for (const auto& sent : world.fixture().submission.sent()) {
        second += sent.text.contains("Subject: Two\r\n") ? 1 : 0;
      }
      const bool refused = world.answer_of(id) == 8;
      EXPECT_EQ(second, refused ? 0U : 1U) << "step " << step;
      world.sync_until_answered();
      const auto& items = world.device().collection(world.drafts()).items;
      EXPECT_EQ(world.texts(FolderRole::drafts).size(), items.size()) << "step " << step;
    });
  }
}

TEST(Drafts, AddedAndSentOtherwiseAfterAKillAtEveryStep) {
  at_every_step([](World& world, auto begin, unsigned step) {
    begin();
    const std::string id = world.device().send_new(world.drafts(), draft("A", "First"));
    if (world.sync()) return;
    auto& pending = world.device().collection(world.drafts()).pending;
    ASSERT_EQ(pending.size(), 1U);
    pending.front().data = draft("B", "Second");
    world.sync_until_answered();
    const int answer = world.answer_of(id);
    EXPECT_TRUE(answer == 1 || answer == 6) << answer << " at step " << step;
    expect_sent_or_refused(world, answer != 1, step);
  });
}

// The answer arrived nowhere though all was done.
TEST(Drafts, SentOtherwiseAfterALostAnswer) {
  World world(1);
  const std::string id = world.write_one();
  world.device().send_draft(world.drafts(), id, {Node(email::Subject, "A")});
  world.device().lose_next_answer();
  EXPECT_FALSE(world.sync());
  world.device().collection(world.drafts()).pending.clear();
  world.device().send_draft(world.drafts(), id, {Node(email::Subject, "B")});
  world.sync_until_answered();
  EXPECT_EQ(world.answer_of(id), 8);
  expect_sent_or_refused(world, true, 0);
  EXPECT_TRUE(world.texts(FolderRole::drafts).empty());

  const std::string added = world.device().send_new(world.drafts(), draft("Once", "First"));
  world.device().lose_next_answer();
  EXPECT_FALSE(world.sync());
  world.device().collection(world.drafts()).pending.front().data = draft("Other", "Second");
  world.sync_until_answered();
  EXPECT_EQ(world.answer_of(added), 6);
  EXPECT_EQ(world.fixture().submission.sent().size(), 2U);
}

TEST(Drafts, WrittenAndSentAtOnceAtEveryStep) {
  at_every_step([](World& world, auto begin, unsigned step) {
    begin();
    world.device().send_new(world.drafts(), draft("Sent", "First"));
    expect_one_sent(world, step);
  });
}

// The phone is edited again before it asks again: its last words count, and nothing is left over.
TEST(Drafts, EditedDifferentlyAfterAKill) {
  for (unsigned step = 1;; ++step) {
    World world(step);
    const bool lost = world.lose_an_edit(step);
    const auto& items = world.device().collection(world.drafts()).items;
    const std::string id = items.begin()->first;
    if (lost) world.device().change(world.drafts(), id, {Node(email::Subject, "Three")});
    world.sync_until_answered();
    expect_one_draft(world, items.at(id).at("Subject"), step);
    if (!world.steps().fired()) break;
  }
}

// The phone begins anew, or forgets what it wanted, after an edit that a kill cut short.
TEST(Drafts, NothingIsLeftOfAnEditThatNobodyAsksForAgain) {
  for (const bool restarts : {false, true}) {
    for (unsigned step = 1;; ++step) {
      World world(step);
      auto& collection = world.device().collection(world.drafts());
      if (world.lose_an_edit(step) && restarts) {
        collection.sync_key = "0";
        collection.items.clear();
      }
      run(world.device().sync_all(world.drafts(), {}));
      world.sync_until_answered();
      EXPECT_EQ(world.texts(FolderRole::drafts).size(), 1U) << "step " << step;
      EXPECT_EQ(collection.items.size(), 1U) << "step " << step;
      if (!world.steps().fired()) break;
    }
  }
}

}  // namespace
}  // namespace godwit::test
