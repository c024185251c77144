#include "backend/local/directory.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "backend/local/testing.hpp"

namespace godwit::backend::local {
namespace {

// For ada@example.com, valid in 2025.
constexpr std::string_view certificate = R"(-----BEGIN CERTIFICATE-----
MIIBHDCBwgIBATAKBggqhkjOPQQDAjAaMRgwFgYDVQQDDA9hZGFAZXhhbXBsZS5j
b20wHhcNMjUwMTAxMDAwMDAwWhcNMjYwMTAxMDAwMDAwWjAaMRgwFgYDVQQDDA9h
ZGFAZXhhbXBsZS5jb20wWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAATo5UATi9b9
Kj8J/YQeo92jAyIrTx3rQkyrKpw8+QZnCKNGzuDbaE1sb8LfVUo3uu3Bwh7ZIAQS
G9jfxqqHgl5uMAoGCCqGSM49BAMCA0kAMEYCIQC0t1mWZyRdFDDNEzcEmdHg0UqR
Lb2qG8oNbmBnkvSkCgIhAOeDjAA7DCtpc7u8GQ6V8tP78swuWVHYt3S2vm2DAPiO
-----END CERTIFICATE-----
)";

constexpr std::string_view jpeg = "\xFF\xD8\xFF\xE0 not much of a picture";

struct LocalDirectoryTest : testing::Test {
  LocalDirectoryTest() {
    set("ada@example.com", {{&DirectoryEntry::display_name, "Ada Lovelace"},
                            {&DirectoryEntry::title, "Countess"},
                            {&DirectoryEntry::office, "Mill Hall"}});
    set("juergen@example.org", {{&DirectoryEntry::first_name, "Jürgen"},
                                {&DirectoryEntry::last_name, "Müller-Lüdenscheid"}});
    set("zoe@example.com", {});
  }
  using Fields = std::vector<std::pair<std::string DirectoryEntry::*, std::string>>;
  void set(const std::string& address, Fields fields) {
    fixture.add_user(address);
    change(address, {.fields = std::move(fields)});
  }
  std::optional<Errc> change(const std::string& address, PersonChange wanted) {
    const auto done = test::run(directory.change(address, std::move(wanted)));
    if (done) return std::nullopt;
    return done.error().code;
  }
  std::vector<std::string> find(const std::string& text) {
    std::vector<std::string> out;
    for (const DirectoryEntry& each : matches(text).entries) out.push_back(each.display_name);
    return out;
  }
  DirectoryMatches matches(const std::string& text, std::size_t entries_max = 100,
                           bool address_alone = false) {
    return test::run(directory.find(
        account, {.text = text, .entries_max = entries_max, .address_alone = address_alone}));
  }

  LocalFixture fixture;
  LocalDirectory directory{fixture.store()};
  Account account = fixture.add_user("grace@example.org");
};

using Names = std::vector<std::string>;

TEST_F(LocalDirectoryTest, FindsByBeginningsOfWords) {
  EXPECT_EQ((Names{"Ada Lovelace"}), find("love"));
  EXPECT_EQ((Names{"Ada Lovelace"}), find("LOVELACE ad"));
  EXPECT_EQ((Names{"Ada Lovelace"}), find("mill"));
  EXPECT_EQ((Names{"Jürgen Müller-Lüdenscheid"}), find("muller"));
  EXPECT_EQ((Names{"Jürgen Müller-Lüdenscheid"}), find("MÜL jürg"));
  EXPECT_EQ(
      (Names{"Ada Lovelace", "grace@example.org", "Jürgen Müller-Lüdenscheid", "zoe@example.com"}),
      find("example"));
  for (const std::string nothing : {"", "  ", "*", "velace", "ada muller", "%", "countess"}) {
    EXPECT_EQ(Names{}, find(nothing)) << nothing;
  }
  EXPECT_EQ(4U, matches("example", 1).total);
  EXPECT_EQ(1U, matches("example", 1).entries.size());
}

TEST_F(LocalDirectoryTest, EntriesHoldWhatWasEntered) {
  const DirectoryEntry ada = matches("ada").entries.at(0);
  EXPECT_EQ("ada@example.com", ada.address);
  EXPECT_EQ("ada", ada.alias);
  EXPECT_EQ("Countess", ada.title);
  EXPECT_EQ(std::nullopt, change("ADA@example.com", {.fields = {{&DirectoryEntry::title, ""},
                                                                {&DirectoryEntry::alias, "al"}}}));
  EXPECT_EQ("", matches("ada").entries.at(0).title);
  EXPECT_EQ((Names{"Ada Lovelace"}), find("al"));
}

TEST_F(LocalDirectoryTest, NamesAndAliasesOfAccountsAreFoundToo) {
  ASSERT_TRUE(fixture.change_person("zoe@example.com", {.aliases = {{"office@example.org"}}}));
  EXPECT_EQ((Names{"zoe@example.com"}), find("office"));
  ASSERT_TRUE(fixture.change_person("zoe@example.com",
                                    {.fields = {{&DirectoryEntry::display_name, "Zoë Quux"}}}));
  EXPECT_EQ((Names{"Zoë Quux"}), find("quux"));
  EXPECT_EQ("zoe@example.com", matches("office@example.org", 100, true).entries.at(0).address);
  ASSERT_TRUE(test::run(fixture.users().remove("zoe@example.com")));
  EXPECT_EQ(Names{}, find("quux"));
}

TEST_F(LocalDirectoryTest, WhoIsHiddenIsNotFound) {
  change("ada@example.com", {.listed = false});
  EXPECT_EQ(Names{}, find("ada"));
  EXPECT_TRUE(matches("ada@example.com", 100, true).entries.empty());
  EXPECT_FALSE(test::run(directory.person("ada@example.com"))->listed);
  change("ada@example.com", {.listed = true});
  EXPECT_EQ((Names{"Ada Lovelace"}), find("ada"));
}

TEST_F(LocalDirectoryTest, TheQuotaIsChangedWithTheEntry) {
  const auto quota = [this] {
    const auto users = test::run(fixture.users().list());
    return std::ranges::find(users, "ada@example.com", &LocalUsers::User::address)->quota_bytes;
  };
  change("ada@example.com", {.quota_bytes = 4096});
  EXPECT_EQ(4096U, quota());
  change("ada@example.com", {.listed = true});
  EXPECT_EQ(4096U, quota());
  change("ada@example.com", {.quota_bytes = 0});
  EXPECT_EQ(std::nullopt, quota());
}

TEST_F(LocalDirectoryTest, PhotosAndCertificates) {
  const std::string id = matches("ada").entries.at(0).id;
  const std::string other = matches("zoe").entries.at(0).id;
  EXPECT_EQ(std::nullopt,
            change("ada@example.com",
                   {.photo = std::string(jpeg), .certificates = {{std::string(certificate)}}}));
  const auto photos = test::run(directory.photos(account, {other, id, "x", "-1"}));
  ASSERT_EQ(4U, photos.size());
  EXPECT_EQ(0U, photos[0].size);
  EXPECT_EQ(jpeg, photos[1].bytes);
  EXPECT_EQ(jpeg.size(), photos[1].size);
  EXPECT_EQ(1U, test::run(directory.certificates(account, id)).size());
  const auto person = test::run(directory.person("ada@example.com"));
  EXPECT_EQ(jpeg.size(), person->photo_bytes);
  EXPECT_EQ(1U, person->certificates);
  // The certificate runs out: it is kept, but not given to anybody.
  fixture.clock().advance(std::chrono::days(365));
  EXPECT_TRUE(test::run(directory.certificates(account, id)).empty());
  EXPECT_EQ(1U, test::run(directory.person("ada@example.com"))->certificates);
  change("ada@example.com", {.photo = "", .certificates = std::vector<std::string>()});
  EXPECT_EQ(0U, test::run(directory.photos(account, {id})).at(0).size);
  EXPECT_EQ(0U, test::run(directory.person("ada@example.com"))->certificates);
}

TEST_F(LocalDirectoryTest, WhatCannotBeShownIsRefused) {
  const std::string ada = "ada@example.com";
  EXPECT_EQ(Errc::not_found, change("bob@example.com", {.listed = true}));
  EXPECT_EQ(Errc::malformed, change(ada, {.fields = {{&DirectoryEntry::title, "a\nb"}}}));
  EXPECT_EQ(Errc::malformed, change(ada, {.fields = {{&DirectoryEntry::title, "\xFF"}}}));
  EXPECT_EQ(Errc::too_large,
            change(ada, {.fields = {{&DirectoryEntry::title, std::string(257, 'x')}}}));
  EXPECT_EQ(Errc::malformed, change(ada, {.photo = "GIF89a"}));
  EXPECT_EQ(Errc::too_large,
            change(ada, {.photo = std::string(jpeg) + std::string(photo_bytes_max, 'x')}));
  EXPECT_EQ(Errc::malformed, change(ada, {.certificates = {{"no certificate"}}}));
  EXPECT_EQ(Errc::too_large,
            change(ada, {.certificates = std::vector(11, std::string(certificate))}));
  EXPECT_EQ("Countess", matches("ada").entries.at(0).title);
}

TEST_F(LocalDirectoryTest, TheSameFileTwiceIsOneCertificate) {
  change("ada@example.com", {.certificates = std::vector(3, std::string(certificate))});
  EXPECT_EQ(1U, test::run(directory.person("ada@example.com"))->certificates);
}

}  // namespace
}  // namespace godwit::backend::local
