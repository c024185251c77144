/// Drafts of one phone over systems that die, and what is checked of them; for tests.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "run.hpp"
#include "server_fixture.hpp"
#include "stepped.hpp"
#include "wbxml/pages/airsync.hpp"
#include "wbxml/pages/airsyncbase.hpp"
#include "wbxml/pages/email.hpp"

namespace godwit::test {

inline std::vector<client::Node> draft(std::string subject, const std::string& text) {
  namespace base = wbxml::airsyncbase;
  namespace email = wbxml::email;
  using client::Node;
  return {Node(email::To, "bruno@elsewhere.test;clara@elsewhere.test"),
          Node(email::Subject, std::move(subject)),
          Node(base::Body, {Node(base::Type, "1"), Node(base::Data, text)})};
}

/// Everything over systems that die, and one phone that asks until it is answered.
class DraftWorld {
 public:
  DraftWorld(std::uint64_t seed, std::chrono::seconds other_changes = std::chrono::seconds(60))
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
    device_.change(drafts_, id, {client::Node(wbxml::email::Subject, "Two")});
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

inline constexpr auto ways = {How{false, false}, How{true, false}, How{false, true},
                              How{true, true}};

/// What the mailbox and the phone agree on in the end: exactly one draft, with that subject.
inline void expect_one_draft(DraftWorld& world, const std::string& subject, unsigned step) {
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
inline void expect_one_sent(DraftWorld& world, unsigned step) {
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
      DraftWorld world(step);
      body(world, [&] { world.steps().fail_at(step, how); }, step);
      if (testing::Test::HasFatalFailure() || !world.steps().fired()) break;
    }
  }
}

}  // namespace godwit::test
