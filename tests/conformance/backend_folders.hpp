/// The hierarchy: making, naming, moving and deleting folders. Part of backend_suite.hpp.
#pragma once

#include <set>

#include "conformance/backend_suite.hpp"

namespace godwit::conformance {

TEST_P(BackendSuite, AFreshAccountHasItsDefaultFolders) {
  const auto folders = get(mail().folders());
  for (const FolderRole role : quirks().default_roles) {
    EXPECT_EQ(1, std::ranges::count(folders, role, &MailFolder::role))
        << "role " << static_cast<int>(role);
  }
  std::set<FolderKey> keys;
  for (const MailFolder& each : folders) {
    EXPECT_FALSE(each.name.empty());
    EXPECT_TRUE(keys.insert(each.key).second) << each.key.str() << " is there twice";
  }
}

TEST_P(BackendSuite, AnEmptyFolderHasAPosition) {
  const auto status = ok(mail().status(inbox()));
  EXPECT_NE(0U, status.uid_validity);
  EXPECT_GE(status.uid_next, 1U);
  EXPECT_EQ(0U, status.messages);
}

TEST_P(BackendSuite, FoldersAreCreatedAtTheTopAndBelow) {
  const FolderKey top = make("Projects");
  const FolderKey below = make("2025", top);
  const auto found = folder("Projects");
  ASSERT_TRUE(found);
  EXPECT_EQ(top, found->key);
  EXPECT_EQ(FolderRole::none, found->role);
  EXPECT_TRUE(found->selectable);
  const auto nested = folder("2025", top);
  ASSERT_TRUE(nested);
  EXPECT_EQ(below, nested->key);
  EXPECT_EQ(0U, ok(mail().status(below)).messages);
}

TEST_P(BackendSuite, AFolderNameIsTakenOncePerPlace) {
  const FolderKey top = make("Projects");
  EXPECT_EQ(Errc::conflict, error(mail().create_folder(std::nullopt, "Projects")));
  const FolderKey same_name_elsewhere = make("Projects", top);
  EXPECT_NE(top, same_name_elsewhere);
}

TEST_P(BackendSuite, AFolderNeedsAParentThatExists) {
  const FolderKey gone = make("Gone");
  ok(mail().delete_folder(gone));
  EXPECT_EQ(Errc::not_found, error(mail().create_folder(gone, "Child")));
}

TEST_P(BackendSuite, BadFolderNamesAreRefused) {
  EXPECT_EQ(Errc::refused, error(mail().create_folder(std::nullopt, "")));
  EXPECT_EQ(Errc::refused, error(mail().create_folder(std::nullopt, "two\r\nlines")));
  EXPECT_EQ(Errc::refused, error(mail().create_folder(std::nullopt, std::string(5000, 'x'))));
  EXPECT_EQ(Errc::refused, error(mail().create_folder(std::nullopt, "not utf-8 \xC3")));
  if (!quirks().slash_in_folder_name) {
    EXPECT_EQ(Errc::refused, error(mail().create_folder(std::nullopt, "a/b/c")));
  }
}

TEST_P(BackendSuite, FolderNamesAreUtf8) {
  for (const std::string name : {"Entwürfe & Größe", "日本語", "Ελληνικά", "emoji 📁", "a~b&-c"}) {
    const FolderKey key = make(name);
    const auto found = folder(name);
    ASSERT_TRUE(found) << name;
    EXPECT_EQ(key, found->key);
    const Uid uid = append(key, simple_message("in-utf8"));
    EXPECT_EQ(uid, state(key, uid).uid);
  }
}

TEST_P(BackendSuite, ARenamedFolderKeepsItsMessages) {
  const FolderKey key = make("Before");
  const Uid uid = append(key, simple_message("kept"));
  const FolderKey renamed = ok(mail().rename_folder(key, std::nullopt, "After"));
  EXPECT_FALSE(folder("Before"));
  const auto found = folder("After");
  ASSERT_TRUE(found);
  EXPECT_EQ(renamed, found->key);
  if (quirks().renamed_folder_keeps_its_key) {
    EXPECT_EQ(key, renamed);
  } else {
    EXPECT_EQ(Errc::not_found, error(mail().status(key)));
  }
  EXPECT_EQ(1U, ok(mail().status(renamed)).messages);
  EXPECT_EQ(simple_message("kept"), read(renamed, {.uid = uid, .section = ""}));
}

TEST_P(BackendSuite, AFolderMovesWithWhatIsBelowIt) {
  const FolderKey from = make("From");
  const FolderKey child = make("Child", from);
  append(child, simple_message("below"));
  const FolderKey to = make("To");
  const FolderKey moved = ok(mail().rename_folder(from, to, "From"));
  const auto found = folder("From", to);
  ASSERT_TRUE(found);
  const auto below = folder("Child", moved);
  ASSERT_TRUE(below);
  EXPECT_EQ(1U, ok(mail().status(below->key)).messages);
}

TEST_P(BackendSuite, RenamesThatCannotBeAreErrors) {
  const FolderKey one = make("One");
  const FolderKey inside = make("Inside", one);
  make("Two");
  EXPECT_EQ(Errc::conflict, error(mail().rename_folder(one, std::nullopt, "Two")));
  EXPECT_EQ(Errc::refused, error(mail().rename_folder(one, inside, "One")));
  EXPECT_EQ(Errc::refused, error(mail().rename_folder(one, std::nullopt, "")));
  EXPECT_EQ(Errc::refused, error(mail().rename_folder(inbox(), std::nullopt, "Elsewhere")));
  ok(mail().delete_folder(inside));
  EXPECT_EQ(Errc::not_found, error(mail().rename_folder(inside, std::nullopt, "New")));
  EXPECT_EQ(Errc::not_found, error(mail().rename_folder(one, inside, "One")));
}

TEST_P(BackendSuite, ADeletedFolderTakesWhatIsBelow) {
  const FolderKey top = make("Top");
  const FolderKey below = make("Below", top);
  append(below, simple_message("gone"));
  ok(mail().delete_folder(top));
  EXPECT_FALSE(folder("Top"));
  EXPECT_EQ(Errc::not_found, error(mail().status(top)));
  EXPECT_EQ(Errc::not_found, error(mail().status(below)));
  EXPECT_EQ(Errc::not_found, error(mail().search(below, std::nullopt)));
  EXPECT_EQ(Errc::not_found, error(mail().changes(below, {}, {})));
  EXPECT_EQ(Errc::not_found, error(mail().fetch(below, 1, {1})));
  EXPECT_EQ(Errc::not_found, error(mail().fetch_state(below, 1, {1})));
  EXPECT_EQ(Errc::not_found, error(mail().read(below, 1, {PartRange{.uid = 1, .section = ""}})));
  EXPECT_EQ(Errc::not_found, error(mail().store_flags(below, 1, 1, {.seen = true})));
  EXPECT_EQ(Errc::not_found, error(mail().expunge(below, 1, UidSet{{1, 1}})));
  EXPECT_EQ(Errc::not_found, error(mail().find_message_id(below, 1, "<x@example.com>")));
  EXPECT_EQ(Errc::not_found,
            error(mail().append(below, std::make_shared<const StringSource>(simple_message("x")),
                                {}, Time{})));
  EXPECT_EQ(Errc::not_found, error(mail().delete_folder(top)));
  EXPECT_EQ(Errc::refused, error(mail().delete_folder(inbox())));
}

TEST_P(BackendSuite, AFolderMadeAgainIsAnotherOne) {
  const FolderKey first = make("Again");
  append(first, simple_message("first"));
  const MailCursor cursor = position(first);
  ok(mail().delete_folder(first));
  const FolderKey second = make("Again");
  EXPECT_EQ(0U, ok(mail().status(second)).messages);
  if (first == second) {
    EXPECT_NE(cursor.status.uid_validity, validity(second));
    EXPECT_EQ(Errc::stale, error(mail().changes(second, cursor, {})));
  } else {
    EXPECT_EQ(Errc::not_found, error(mail().changes(first, cursor, {})));
  }
}

TEST_P(BackendSuite, ManyFolders) {
  const std::size_t before = get(mail().folders()).size();
  const FolderKey top = make("Many");
  for (std::size_t i = 0; i < quirks().many_folders; ++i) make("F" + std::to_string(i), top);
  const auto folders = get(mail().folders());
  EXPECT_EQ(before + 1 + quirks().many_folders, folders.size());
  std::set<FolderKey> keys;
  for (const MailFolder& each : folders) keys.insert(each.key);
  EXPECT_EQ(folders.size(), keys.size());
}

TEST_P(BackendSuite, TheStatusInAListingIsTheStatus) {
  const FolderKey key = make("Counted");
  append(key, simple_message("one"));
  append(key, simple_message("two"));
  const auto found = folder("Counted");
  ASSERT_TRUE(found);
  const auto status = ok(mail().status(key));
  EXPECT_EQ(2U, status.messages);
  if (found->status) EXPECT_EQ(status, *found->status);
}

TEST_P(BackendSuite, SeveralStatusesAreThoseOfTheFoldersAsked) {
  const FolderKey full = make("Full");
  const FolderKey gone = make("Gone");
  append(full, simple_message("one"));
  ok(mail().delete_folder(gone));
  const auto statuses = get(mail().statuses({inbox(), gone, full}));
  ASSERT_EQ(3U, statuses.size());
  EXPECT_EQ(ok(mail().status(inbox())), statuses[0].value());
  EXPECT_EQ(Errc::not_found, statuses[1].error().code);
  EXPECT_EQ(ok(mail().status(full)), statuses[2].value());
}

}  // namespace godwit::conformance
