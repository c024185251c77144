#include "backend/local/placement.hpp"

#include <gtest/gtest.h>

#include "backend/local/delivery.hpp"
#include "backend/local/testing.hpp"

namespace godwit::backend::local {
namespace {

struct Facts {
  std::string method = "REQUEST";
  int sequence = 0;
  std::string start = "20240610T080000Z";
  std::string organizer = "bob@example.com";
  std::string attendee = "ATTENDEE;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:ada@example.com\r\n";
  std::string stamp = "20240601T100000Z";
};

std::string calendar(const Facts& facts, bool is_message = true) {
  return "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Example//EN\r\n" +
         (is_message ? "METHOD:" + facts.method + "\r\n" : std::string()) +
         "BEGIN:VEVENT\r\nUID:a-very-long-uid-that-is-folded-where-it-is-written-by-somebody-who-f"
         "ol\r\n ds@example.com\r\nDTSTAMP:" +
         facts.stamp + "\r\nSEQUENCE:" + std::to_string(facts.sequence) +
         "\r\nDTSTART:" + facts.start + "\r\nSUMMARY:Team\r\nORGANIZER:mailto:" + facts.organizer +
         "\r\n" + facts.attendee + "END:VEVENT\r\nEND:VCALENDAR\r\n";
}

std::string mail(const Facts& facts, const std::string& from = "bob@example.com") {
  static int count = 0;
  return "From: Bob <" + from + ">\r\nTo: ada@example.com\r\nSubject: Team\r\nMessage-ID: <" +
         std::to_string(++count) + "@example.com>\r\nMIME-Version: 1.0\r\n" +
         "Content-Type: text/calendar; charset=utf-8; method=" + facts.method + "\r\n\r\n" +
         calendar(facts);
}

struct LocalPlacement : testing::Test {
  std::shared_ptr<Items> items_of(const Account& account) {
    return fixture.store().open_items(account);
  }
  FolderKey calendar_of(const Account& account) {
    for (const ItemCollection& each : test::run(items_of(account)->collections())) {
      if (each.role == FolderRole::calendar) return each.key;
    }
    throw std::runtime_error("no calendar");
  }
  std::vector<ItemText> events_of(const Account& account) {
    const auto items = items_of(account);
    const FolderKey key = calendar_of(account);
    std::vector<std::string> hrefs;
    for (const ItemTag& tag : test::run(items->changes(key, ""))->changed) {
      hrefs.push_back(tag.href);
    }
    return test::run(items->fetch(key, hrefs)).value();
  }
  std::string event_of(const Account& account) {
    const auto events = events_of(account);
    EXPECT_EQ(events.size(), 1U);
    return events.empty() ? std::string() : events.front().text;
  }
  void deliver(const Facts& facts, const std::string& from = "bob@example.com") {
    EXPECT_EQ(fixture.deliver(ada, mail(facts, from), from), LocalDelivery::Outcome::stored);
  }

  LocalFixture fixture;
  Account ada = fixture.add_user("ada@example.com");
  Account bob = fixture.add_user("bob@example.com");
};

bool has(const std::string& text, std::string_view wanted) { return text.contains(wanted); }

TEST_F(LocalPlacement, AnInvitationStandsInTheCalendarOnce) {
  deliver({});
  const std::string text = event_of(ada);
  EXPECT_TRUE(has(text, "X-MICROSOFT-CDO-BUSYSTATUS:TENTATIVE"));
  EXPECT_FALSE(has(text, "METHOD"));
  const std::string etag = events_of(ada).front().etag;
  deliver({});
  EXPECT_EQ(events_of(ada).front().etag, etag);
  deliver({.sequence = 1, .start = "20240611T080000Z"});
  EXPECT_TRUE(has(event_of(ada), "DTSTART:20240611T080000Z"));
  deliver({.sequence = 0, .start = "20240612T080000Z"});
  EXPECT_TRUE(has(event_of(ada), "DTSTART:20240611T080000Z"));
  deliver({.method = "CANCEL", .sequence = 2});
  EXPECT_TRUE(has(event_of(ada), "STATUS:CANCELLED"));
}

TEST_F(LocalPlacement, OnlyTheOrganizerIsHeard) {
  deliver({}, "eve@example.net");
  EXPECT_TRUE(events_of(ada).empty());
  deliver({});
  const std::string text = event_of(ada);
  deliver({.sequence = 5, .start = "20250101T080000Z"}, "eve@example.net");
  deliver({.method = "CANCEL", .sequence = 6}, "eve@example.net");
  EXPECT_EQ(event_of(ada), text);
}

TEST_F(LocalPlacement, WhatCannotBeReadIsAMail) {
  deliver({.start = "some time"});
  deliver({.method = "PUBLISH"});
  deliver({.method = "COUNTER"});
  deliver({.organizer = "ada@example.com"});
  EXPECT_TRUE(events_of(ada).empty());
}

TEST_F(LocalPlacement, AnAnswerReachesTheOrganizersCalendar) {
  // Under a name of its own, as a device made it.
  ASSERT_TRUE(
      test::run(items_of(bob)->put(calendar_of(bob), "made-by-bob", calendar({}, false), {})));
  Facts answer{.method = "REPLY",
               .attendee = "ATTENDEE;PARTSTAT=ACCEPTED:mailto:ada@example.com\r\n"};
  EXPECT_EQ(fixture.deliver(bob, mail(answer, "eve@example.net"), "eve@example.net"),
            LocalDelivery::Outcome::stored);
  EXPECT_FALSE(has(event_of(bob), "ACCEPTED"));
  EXPECT_EQ(fixture.deliver(bob, mail(answer, "ada@example.com"), "ada@example.com"),
            LocalDelivery::Outcome::stored);
  EXPECT_TRUE(has(event_of(bob), "PARTSTAT=ACCEPTED"));
  EXPECT_EQ(events_of(bob).front().href, "made-by-bob");
}

TEST_F(LocalPlacement, WatchesAreTold) {
  struct Listener final : ChangeListener {
    void changed(const UserId&, const std::optional<FolderKey>& folder, Kind) override {
      told = folder;
    }
    std::optional<FolderKey> told;
  } listener;
  const auto items = items_of(ada);
  const auto watch = items->watch(listener);
  deliver({});
  EXPECT_EQ(listener.told, calendar_of(ada));
}

}  // namespace
}  // namespace godwit::backend::local
