#include "app/item_sources.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "backend/joined_items.hpp"
#include "backend/memory/memory.hpp"
#include "backend/notes/notes.hpp"
#include "base/fault.hpp"
#include "run.hpp"

namespace godwit::app {
namespace {

/// A DAV server that takes notes or does not, or is down.
class Dav final : public backend::ItemsBackend {
 public:
  explicit Dav(backend::MemoryServer& server) : server_(server) {}
  std::shared_ptr<backend::Items> open_items(const backend::Account& account) override {
    if (down) throw Fault(Fault::Kind::unavailable, "down");
    std::vector<backend::JoinedItems::Part> parts;
    parts.push_back({server_.open_items(account), {}});
    return std::make_shared<backend::JoinedItems>(
        std::move(parts), [this](std::vector<backend::ItemCollection>& all) {
          if (takes_notes) return;
          std::erase_if(all, [](const auto& each) { return each.item_class == ItemClass::notes; });
        });
  }
  bool takes_notes = true;
  bool down = false;

 private:
  backend::MemoryServer& server_;
};

class ItemSourcesTest : public testing::Test {
 protected:
  ItemSourcesTest() : server_(clock_), account_(server_.add_user("ada@example.org", "secret")) {
    mailbox_ = server_.mail(account_.user).add_folder(std::nullopt, "Notes");
  }
  ItemSources sources(NotesSource which, bool with_dav = true) {
    return ItemSources({.main = with_dav ? &dav_ : nullptr, .notes = &notes_}, which, "Notes");
  }
  /// Keys of the collections for notes.
  std::vector<std::string> notes_of(ItemSources& from) {
    std::vector<std::string> out;
    for (const auto& each : test::run(from.open_items(account_)->collections())) {
      if (each.item_class == ItemClass::notes) out.push_back(each.key.str());
    }
    return out;
  }
  bool is_put_aside(ItemSources& by) {
    const auto all = test::run(server_.mail(account_.user).folders());
    return test::run(by.put_aside(account_, all)) == std::vector<FolderKey>{*mailbox_};
  }

  ManualClock clock_;
  SeededRandom random_{1};
  backend::MemoryServer server_;
  backend::Account account_;
  Dav dav_{server_};
  backend::notes::NotesBackend notes_{
      {}, [this](const backend::Account& of) { return server_.open(of); }, clock_, random_};
  std::optional<FolderKey> mailbox_;
};

const std::vector<std::string> in_mailbox = {"//notes"};

TEST_F(ItemSourcesTest, NotesHaveOnePlace) {
  auto automatic = sources(NotesSource::automatic);
  EXPECT_FALSE(is_put_aside(automatic));
  EXPECT_EQ(1U, notes_of(automatic).size());
  EXPECT_NE(in_mailbox, notes_of(automatic));
  auto mailbox = sources(NotesSource::imap);
  EXPECT_TRUE(is_put_aside(mailbox));
  EXPECT_EQ(in_mailbox, notes_of(mailbox));
  auto dav = sources(NotesSource::dav);
  EXPECT_FALSE(is_put_aside(dav));
  EXPECT_EQ(notes_of(automatic), notes_of(dav));
  auto off = sources(NotesSource::off);
  EXPECT_FALSE(is_put_aside(off));
  EXPECT_TRUE(notes_of(off).empty());
}

TEST_F(ItemSourcesTest, WhereTheDavServerTakesNoneTheyAreInTheMailbox) {
  dav_.takes_notes = false;
  auto automatic = sources(NotesSource::automatic);
  EXPECT_TRUE(is_put_aside(automatic));
  EXPECT_EQ(in_mailbox, notes_of(automatic));
  auto alone = sources(NotesSource::automatic, false);
  EXPECT_TRUE(is_put_aside(alone));
  EXPECT_EQ(in_mailbox, notes_of(alone));
  const auto made =
      test::run(automatic.open_items(account_)->create_collection(ItemClass::notes, "Work"));
  ASSERT_TRUE(made);
  EXPECT_TRUE(made->view().starts_with("//notes/"));
  const auto calendar =
      test::run(automatic.open_items(account_)->create_collection(ItemClass::calendar, "Work"));
  ASSERT_TRUE(calendar);
  EXPECT_FALSE(calendar->view().starts_with("//notes"));
}

TEST_F(ItemSourcesTest, WhileTheDavServerIsDownTheFolderIsNoMail) {
  auto automatic = sources(NotesSource::automatic);
  dav_.down = true;
  EXPECT_TRUE(is_put_aside(automatic));
  dav_.down = false;
  EXPECT_FALSE(is_put_aside(automatic));
  dav_.down = true;
  EXPECT_FALSE(is_put_aside(automatic));  // it is known by now
}

TEST_F(ItemSourcesTest, EachCollectionIsServedByItsOwn) {
  auto both = sources(NotesSource::imap);
  const auto items = both.open_items(account_);
  for (const auto& each : test::run(items->collections())) {
    EXPECT_TRUE(test::run(items->cursor(each.key))) << each.key.view();
  }
  EXPECT_EQ(Errc::not_found,
            test::run(items->cursor(FolderKey::parse("//notes/none").value())).error().code);
}

}  // namespace
}  // namespace godwit::app
