// Drafts over systems that die at every step: none is lost, none is doubled, none goes out twice
// (engine.md §2).
#include <gtest/gtest.h>

#include <set>

#include "draft_world.hpp"
#include "wbxml/pages/airsync.hpp"
#include "wbxml/pages/airsyncbase.hpp"
#include "wbxml/pages/email.hpp"

namespace godwit::test {
namespace {

namespace base = wbxml::airsyncbase;
namespace email = wbxml::email;
using client::Node;
using World = DraftWorld;

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

// Somebody marks the new draft before the phone knows that there is one: it is told.
TEST(Drafts, MarkedByOthersAfterAKilledAddAtEveryStep) {
  for (const char* subject : {"One", "Two"}) {
    at_every_step([subject](World& world, auto begin, unsigned step) {
      begin();
      world.device().add(world.drafts(), draft("One", "First"));
      if (world.sync()) return;
      world.mark_drafts();
      const bool marked = !world.texts(FolderRole::drafts).empty();
      world.device().collection(world.drafts()).pending.front().data = draft(subject, "First");
      world.sync_until_answered();
      expect_one_draft(world, subject, step);
      const auto& item = world.device().collection(world.drafts()).items.begin()->second;
      EXPECT_EQ(item.contains("Flag/Status"), marked) << "step " << step;
    });
  }
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

// What was refused before the draft was made anew is refused again, and not taken for other words.
TEST(Drafts, GoneThenWrittenAnewAndSentAtEveryStep) {
  at_every_step([](World& world, auto begin, unsigned step) {
    const std::string id = world.write_one();
    world.let_the_phone_win();
    world.remove_drafts();
    begin();
    world.device().change(world.drafts(), id, {Node(email::Subject, "Two")});
    world.device().change(world.drafts(), id, draft("Three", "Third"));
    world.device().change(world.drafts(), id, {Node(email::Subject, "Four")});
    world.device().send_draft(world.drafts(), id, {});
    expect_one_sent(world, step);
    EXPECT_TRUE(world.fixture().submission.sent()[0].text.contains("Subject: Four")) << step;
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
