#include "item/digests.hpp"

#include <gtest/gtest.h>

#include <chrono>

#include "item/event.hpp"
#include "item/task.hpp"

namespace godwit {
namespace {

PropertyDigests of(std::string_view first, std::string_view second) {
  PropertyDigests out;
  out.set(1, first);
  out.set(2, second);
  return out;
}

bool nothing(std::uint8_t) { return false; }

TEST(DigestMerge, TellsWhoChangedWhat) {
  // The device changed the first property, the others the second.
  auto merge = merged(of("a", "b"), of("a", "B"), of("A", "b"), nothing);
  EXPECT_FALSE(merge.conflict);
  EXPECT_EQ(merge.repeated, std::vector<std::uint8_t>{2});
  EXPECT_EQ(merge.held, of("A", "b"));
  // Both changed one, to different values, and to the same.
  EXPECT_TRUE(merged(of("a", "b"), of("x", "b"), of("y", "b"), nothing).conflict);
  EXPECT_FALSE(merged(of("a", "b"), of("x", "b"), of("x", "b"), nothing).conflict);
  // Cleared and set count as changes.
  EXPECT_TRUE(merged(of("a", ""), of("a", "x"), of("a", "y"), nothing).conflict);
  EXPECT_TRUE(merged(of("a", "b"), of("a", "x"), of("a", ""), nothing).conflict);
  merge = merged(of("a", "b"), of("a", ""), of("a", "b"), nothing);
  EXPECT_FALSE(merge.conflict);
  EXPECT_EQ(merge.repeated, std::vector<std::uint8_t>{2});
}

TEST(DigestMerge, WhatTheDeviceSaysIsWhatItHolds) {
  // An edit that was done before its answer was lost: it is there already.
  const auto first = [](std::uint8_t number) { return number == 1; };
  EXPECT_EQ(merged(of("a", "b"), of("x", "y"), of("x", "y"), first).held, of("x", "b"));
  EXPECT_EQ(merged(of("a", "b"), of("", "y"), of("", "y"), first).held, of("", "b"));
}

TEST(DigestMerge, APatchSaysWhatCanBeTakenOutOfIt) {
  EventPatch patch;
  patch.details.body = Change<ItemBody>::clear();
  Event event;
  event.details.subject = "Standup";
  event.details.body = "Notes";
  const PropertyDigests held = digests_of(event);
  event.details.subject.clear();
  const auto without_subject = digests_of(event);
  event.details.body = {};
  const auto merge = merged(held, digests_of(event), digests_of(event), says(patch));
  event.details.subject = "Standup";
  EXPECT_EQ(merge.held, digests_of(event));
  EXPECT_NE(merge.held, without_subject);
}

Time day(int number) { return Time(std::chrono::days(20'000 + number)); }

Event series() {
  Event event;
  event.details.subject = "Standup";
  event.details.start = day(0);
  event.details.end = day(0) + std::chrono::hours(1);
  event.recurrence = Recurrence{};
  for (const int number : {1, 2}) {
    EventException& exception = event.exceptions.emplace_back();
    exception.original = day(number);
    exception.details = event.details;
    exception.details.subject = "Moved";
  }
  return event;
}

TEST(EventDigests, EachExceptionIsAPropertyOfItsOwn) {
  const Event base = series();
  Event others = base;
  others.exceptions[0].details.subject = "By others";
  Event after = base;
  after.exceptions[1].details.subject = "By the device";
  EventPatch patch;
  for (const int number : {1, 2})
    patch.exceptions.push_back({.original = day(number), .whole = true});
  const auto merge = merged(digests_of(base), digests_of(others), digests_of(after), nothing);
  EXPECT_FALSE(merge.conflict);
  keep(patch, merge.repeated);
  ASSERT_EQ(patch.exceptions.size(), 1U);
  EXPECT_EQ(patch.exceptions[0].original, day(2));
}

TEST(EventDigests, TimesZoneAndRuleAreOneProperty) {
  const Event base = series();
  Event others = base;
  others.recurrence->interval = 2;
  Event after = base;
  after.details.start += std::chrono::hours(1);
  EXPECT_TRUE(merged(digests_of(base), digests_of(others), digests_of(after), nothing).conflict);
  // A zone's names show no time, and the stamp is nobody's edit.
  Event renamed = base;
  renamed.zone_rules.standard_name = "Another name";
  renamed.details.stamp = day(9);
  EXPECT_EQ(digests_of(renamed), digests_of(base));
}

TEST(EventDigests, WhatIsRepeatedIsKept) {
  Event base = series();
  base.exceptions.clear();
  EventPatch patch;
  patch.details.subject = Change<std::string>::set("Standup");
  patch.details.start = Change<Time>::set(day(0));
  patch.recurrence = Change<Recurrence>::set({});
  patch.details.busy_status = Change<BusyStatus>::set(BusyStatus::free);
  Event others = base;
  others.details.subject = "By others";
  others.details.start = day(3);
  Event after = base;
  after.details.busy_status = BusyStatus::free;
  const auto merge = merged(digests_of(base), digests_of(others), digests_of(after), nothing);
  keep(patch, merge.repeated);
  EXPECT_TRUE(patch.details.subject.keeps());
  EXPECT_TRUE(patch.details.start.keeps());
  EXPECT_TRUE(patch.recurrence.keeps());
  EXPECT_FALSE(patch.details.busy_status.keeps());
}

TEST(TaskDigests, WhatIsRepeatedIsKept) {
  TaskItem base;
  base.subject = "Taxes";
  base.due_date = base.utc_due_date = day(1);
  TaskItem others = base;
  others.due_date = others.utc_due_date = day(2);
  TaskItem after = base;
  after.complete = true;
  TaskPatch patch;
  patch.due_date = patch.utc_due_date = Change<Time>::set(day(1));
  patch.complete = Change<bool>::set(true);
  const auto merge = merged(digests_of(base), digests_of(others), digests_of(after), nothing);
  EXPECT_FALSE(merge.conflict);
  keep(patch, merge.repeated);
  EXPECT_TRUE(patch.due_date.keeps() && patch.utc_due_date.keeps());
  EXPECT_FALSE(patch.complete.keeps());
}

}  // namespace
}  // namespace godwit
