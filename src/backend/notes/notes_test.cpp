#include <gtest/gtest.h>

#include <fmt/format.h>

#include "backend/memory/memory.hpp"
#include "backend/notes/notes.hpp"
#include "convert/journal.hpp"
#include "convert/mime.hpp"
#include "run.hpp"
#include "stepped.hpp"

namespace godwit::backend::notes {
namespace {

constexpr Time some_time{std::chrono::seconds(1'700'000'000)};
constexpr const char* id = "0123456789abcdef0123456789abcdef";

NoteWriting writing_of(const std::string& href) {
  return {.href = href,
          .from = "ada@example.org",
          .message_id = "one@example.org",
          .boundary = "=_fresh",
          .now = some_time};
}

Note note_in(const std::string& message) {
  convert::Layout layout = convert::parse_layout(convert::read_at(std::string_view(message)));
  Message read;
  read.header = message.substr(0, layout.header_size);
  read.structure = layout.structure;
  std::vector<std::string> texts;
  for (const Part* part : text_parts(read.structure)) {
    const auto* at = layout.find(part->section);
    texts.push_back(message.substr(at->begin, at->end - at->begin));
  }
  return note_of(read, texts);
}

Note some_note() {
  Note note;
  note.subject = "Käse, \"Brot\" & mehr";
  note.body = "Käse\n\n Brot \n.\nFrom here\n";
  note.categories = {"Plain", "a, b", "Größe", "with \"quotes\""};
  note.last_modified = some_time;
  return note;
}

TEST(NoteMail, ANewOneIsReadBack) {
  Note note = some_note();
  EXPECT_EQ(note_in(new_message(note, writing_of(id))), note);
  note.message_class = "IPM.StickyNote.Own";
  note.body = "";
  EXPECT_EQ(note_in(new_message(note, writing_of(id))), note);
  note.html = "<html><body>K\xC3\xA4se<br>Brot</body></html>";
  const Note read = note_in(new_message(note, writing_of(id)));
  EXPECT_EQ(read.html, note.html);
  EXPECT_EQ(read.body, "K\xC3\xA4se\nBrot");
}

TEST(NoteMail, NamesAreThoseOfTheHeader) {
  const auto of = [](const std::string& header) { return href_of(header, {7, 9}); };
  const std::string field = "X-Universally-Unique-Identifier: ";
  EXPECT_EQ(of(field + "01234567-89AB-CDEF-0123-456789ABCDEF\r\n\r\n"), id);
  EXPECT_EQ(of(field + "other name\r\n\r\n").size(), 32U);
  EXPECT_EQ(of(field + "plain\r\n\r\n"), "plain");
  EXPECT_EQ(of("Message-ID: <a@b>\r\n\r\n"), of("Subject: x\r\nmessage-id: <a@b>\r\n\r\n"));
  EXPECT_NE(of("Message-ID: <a@b>\r\n\r\n"), of("\r\n"));
  for (const std::string& href : {std::string(id), std::string("plain"), of("\r\n")}) {
    EXPECT_EQ(of(new_message({}, writing_of(href))), href);
  }
}

TEST(NoteMail, AnEditNamesWhatItReplaces) {
  NoteWriting writing = writing_of(id);
  writing.replaces = Place{7, 12};
  const std::string before = new_message(some_note(), writing_of(id));
  Note note = some_note();
  note.subject = "New";
  const std::string after = edited_message(before, some_note(), note, writing);
  EXPECT_EQ(note_in(after), note);
  EXPECT_EQ(replaced_by(after, 7), 12U);
  EXPECT_EQ(replaced_by(after, 8), 0U);
  EXPECT_EQ(replaced_by(before, 7), 0U);
  EXPECT_EQ(href_of(after, {}), id);
  // Another program's message, which kept the field and has a Message-ID of its own.
  std::string theirs = after;
  theirs.replace(theirs.find("Message-ID: <") + 13, 1, "other");
  EXPECT_EQ(replaced_by(theirs, 7), 0U);
}

TEST(NoteMail, AnEditReplacesTheTextAndNothingElse) {
  const std::string header =
      "X-Universally-Unique-Identifier: 01234567-89AB-CDEF-0123-456789ABCDEF\r\nX-Kept: yes\r\n"
      "Date: Tue, 14 Nov 2023 22:13:20 +0000\r\nMIME-Version: 1.0\r\nContent-Type: ";
  const std::string picture = "Content-Type: image/png\r\n\r\nPNG";
  const std::string text = "Content-Type: text/plain\r\n\r\nold";
  const std::string html = "Content-Type: text/html\r\n\r\n<b>old</b>";
  const auto both = [&](const std::string& kind, const std::string& cut, const std::string& one,
                        const std::string& two) {
    return fmt::format(
        "multipart/{0}; boundary={1}\r\n\r\n--{1}\r\n{2}\r\n--{1}\r\n{3}\r\n--{1}--\r\n", kind, cut,
        one, two);
  };
  const std::string alternative = both("alternative", "in", text, html);
  for (const std::string& content :
       {"text/plain\r\n\r\nold\r\n" + std::string(),
        "text/html\r\n\r\n<b>old</b>\r\n" + std::string(), alternative,
        both("mixed", "out", text, picture), both("related", "out", html, picture),
        both("mixed", "out", "Content-Type: " + alternative, picture),
        both("mixed", "out", picture, text), both("mixed", "out", picture, picture),
        "image/png\r\n\r\nPNG\r\n" + std::string(), both("mixed", "out", text, html)}) {
    SCOPED_TRACE(content);
    const std::string before = header + content;
    const Note was = note_in(before);
    for (const bool as_html : {false, true}) {
      Note note = was;
      note.body = "new\ntext";
      note.html = as_html ? "<p>new<br>text</p>" : "";
      const std::string after = edited_message(before, was, note, writing_of(id));
      EXPECT_EQ(note_in(after), note) << after;
      EXPECT_TRUE(after.contains("X-Kept: yes\r\n"));
      EXPECT_FALSE(after.contains("old")) << after;
      EXPECT_EQ(before.contains("PNG"), after.contains("PNG")) << after;
      Note named = note;
      named.subject = "Name";
      const std::string again = edited_message(after, note, named, writing_of(id));
      EXPECT_EQ(note_in(again), named) << again;
      EXPECT_EQ(before.contains("PNG"), again.contains("PNG")) << again;
    }
  }
}

TEST(NotesIndex, IsTheSameAfterManyChanges) {
  NotesIndex index;
  UidSet uids;
  for (Uid uid = 1; uid <= 10; ++uid) {
    uids.add(uid);
    index.take(7, uids, {{uid, fmt::format("n{}", uid % 3), 0}});
  }
  EXPECT_EQ(index.find("n1"), 10U);
  EXPECT_EQ(index.all_of("n1"), (UidSet{{1, 1}, {4, 4}, {7, 7}, {10, 10}}));
  const std::string before = index.position();
  uids.remove(10);
  index.take(7, uids, {});
  const auto changes = index.changes(before).value();
  ASSERT_EQ(changes.changed.size(), 1U);
  EXPECT_EQ(changes.changed[0], (ItemTag{"n1", "7-7"}));
  index.take(8, uids, {{1, "n0", 0}});
  EXPECT_EQ(index.changes(before).value().removed, (std::vector<std::string>{"n1", "n2"}));
  EXPECT_EQ(index.changes(before).value().changed, (std::vector<ItemTag>{{"n0", "8-1"}}));
}

TEST(NotesIndex, OfTwoEditsOfOneMessageTheEarlierOneCounts) {
  NotesIndex index;
  const UidSet three{{5, 7}};
  index.take(7, three, {{5, id, 0}, {6, id, 5}, {7, id, 5}});
  EXPECT_EQ(index.find(id), 6U);
  EXPECT_EQ(index.rivals(id, 5, 6), UidSet());
  EXPECT_EQ(index.rivals(id, 5, 7), (UidSet{{6, 6}}));
  EXPECT_EQ(index.left_over(), (UidSet{{5, 5}})) << "what does not count is its writer's to remove";
  // The next edit is of the one that counts.
  index.take(7, UidSet{{6, 8}}, {{8, id, 6}});
  EXPECT_EQ(index.find(id), 8U);
  EXPECT_EQ(index.rivals(id, 6, 8), UidSet());
  // Other programs give way to nobody.
  NotesIndex mixed;
  mixed.take(7, three, {{5, id, 0}, {6, id, 5}, {7, id, 0}});
  EXPECT_EQ(mixed.find(id), 7U);
  EXPECT_EQ(mixed.rivals(id, 5, 6), (UidSet{{7, 7}}));
  EXPECT_EQ(mixed.rivals(id, 0, 6), (UidSet{{5, 5}}));
  EXPECT_EQ(mixed.rivals("another", 0, 8), UidSet());
}

TEST(NotesIndex, ForgetsWhatIsLongGone) {
  NotesIndex index;
  std::string first;
  for (Uid uid = 1; uid <= 3 * ItemHistory::removed_known_max; ++uid) {
    index.take(7, UidSet{{uid, uid}}, {{uid, std::to_string(uid), 0}});
    if (uid == 1) first = index.position();
  }
  EXPECT_EQ(index.changes(first).error().code, Errc::stale);
  EXPECT_EQ(index.changes("").value().changed.size(), 1U);
}

/// A mailbox that fails at the n-th call, and a gateway that begins anew after it.
class Killed : public testing::Test {
 protected:
  Killed() : server_(clock_), account_(server_.add_user("ada@example.com", "secret")) { open(); }
  void open() {
    notes_ = std::make_unique<NotesBackend>(
        NotesSettings{},
        [this](const Account& of) {
          return std::make_shared<test::SteppedMail>(server_.open(of), steps_);
        },
        clock_, random_);
    items_ = notes_->open_items(account_);
  }
  std::string text(const std::string& before, const std::string& words) {
    NotePatch patch;
    patch.subject = Change<std::string>::set(words);
    patch.body = Change<std::string>::set(words);
    return convert::apply_note(before, patch, some_time, id).value();
  }
  std::optional<ItemText> there() {
    auto found = test::run(items_->fetch(key_, {id})).value();
    return found.empty() ? std::nullopt : std::optional(std::move(found[0]));
  }
  UidSet uids() {
    auto mail = server_.open(account_);
    const auto folders = notes_folders(test::run(mail->folders()), "Notes");
    return folders.empty() ? UidSet()
                           : test::run(mail->search(folders[0].key, std::nullopt)).value();
  }
  /// As the engine does it: looks, and writes where it is not yet what it should be.
  void write(const std::string& words) {
    const auto now = there();
    if (now && now->text.contains("SUMMARY:" + words + "\r\n")) return;
    backend::ItemCondition condition;
    if (now) condition.etag = now->etag;
    ASSERT_TRUE(test::run(items_->put(key_, id, text(now ? now->text : "", words), condition)));
  }

  ManualClock clock_;
  SeededRandom random_{1};
  MemoryServer server_;
  Account account_;
  test::Steps steps_;
  std::unique_ptr<NotesBackend> notes_;
  std::shared_ptr<Items> items_;
  FolderKey key_ = FolderKey::parse(default_key).value();
};

TEST_F(Killed, AtEveryStepThereIsTheNoteOnce) {
  int kills = 0;
  for (const bool after : {false, true}) {
    for (unsigned step = 1;; ++step) {
      const std::string words = fmt::format("words{}{}", after, step);
      const auto before = there();
      steps_.fail_at(step, {.after = after, .die = true});
      try {
        write(words);
      } catch (const Fault&) {
        ++kills;
      }
      const bool fired = steps_.fired();
      steps_.fail_at(0, {});
      open();
      const auto now = there();
      if (before) {
        ASSERT_TRUE(now);
        EXPECT_TRUE(now->text == before->text || now->text.contains("SUMMARY:" + words));
      }
      write(words);
      // What was left over goes with the next look.
      ASSERT_TRUE(test::run(items_->changes(key_, "")));
      EXPECT_EQ(uids().count(), 1U) << step;
      EXPECT_TRUE(there()->text.contains("SUMMARY:" + words));
      if (!fired) break;
    }
  }
  EXPECT_GT(kills, 10);
}

TEST_F(Killed, RemovalsHappenAtLast) {
  for (const bool after : {false, true}) {
    for (unsigned step = 1;; ++step) {
      write("some");
      steps_.fail_at(step, {.after = after, .die = true});
      try {
        static_cast<void>(test::run(items_->remove(key_, id, std::nullopt)));
      } catch (const Fault&) {
        EXPECT_TRUE(steps_.fired());
      }
      const bool fired = steps_.fired();
      steps_.fail_at(0, {});
      open();
      ASSERT_TRUE(test::run(items_->remove(key_, id, std::nullopt)));
      EXPECT_FALSE(there());
      EXPECT_TRUE(uids().empty());
      if (!fired) break;
    }
  }
}

}  // namespace
}  // namespace godwit::backend::notes
