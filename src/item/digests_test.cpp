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

TEST(DigestMerge, TellsWhoChangedWhat) {
  // The device changed the first property, the others the second.
  auto merge = merged(of("a", "b"), of("a", "B"), of("A", "b"));
  EXPECT_FALSE(merge.conflict);
  EXPECT_EQ(merge.repeated, std::vector<std::uint8_t>{2});
  EXPECT_EQ(merge.held, of("A", "b"));
  // Both changed one, to different values, and to the same.
  EXPECT_TRUE(merged(of("a", "b"), of("x", "b"), of("y", "b")).conflict);
  EXPECT_FALSE(merged(of("a", "b"), of("x", "b"), of("x", "b")).conflict);
  // Cleared and set count as changes.
  EXPECT_TRUE(merged(of("a", ""), of("a", "x"), of("a", "y")).conflict);
  EXPECT_TRUE(merged(of("a", "b"), of("a", "x"), of("a", "")).conflict);
  merge = merged(of("a", "b"), of("a", ""), of("a", "b"));
  EXPECT_FALSE(merge.conflict);
  EXPECT_EQ(merge.repeated, std::vector<std::uint8_t>{2});
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
  const auto merge = merged(digests_of(base), digests_of(others), digests_of(after));
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
  EXPECT_TRUE(merged(digests_of(base), digests_of(others), digests_of(after)).conflict);
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
  const auto merge = merged(digests_of(base), digests_of(others), digests_of(after));
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
  const auto merge = merged(digests_of(base), digests_of(others), digests_of(after));
  EXPECT_FALSE(merge.conflict);
  keep(patch, merge.repeated);
  EXPECT_TRUE(patch.due_date.keeps() && patch.utc_due_date.keeps());
  EXPECT_FALSE(patch.complete.keeps());
}

}  // namespace
}  // namespace godwit
