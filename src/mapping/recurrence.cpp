#include "mapping/recurrence.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "mapping/email.hpp"
#include "wbxml/pages/calendar.hpp"
#include "wbxml/pages/email.hpp"
#include "wbxml/pages/email2.hpp"
#include "wbxml/pages/tasks.hpp"

namespace godwit::mapping {
namespace {

namespace calendar = wbxml::calendar;
namespace email = wbxml::email;
namespace email2 = wbxml::email2;
namespace tasks = wbxml::tasks;
using eas::Version;
using wbxml::Element;
using wbxml::Tag;
using Type = Recurrence::Type;

/// Types of recurrence as bits.
constexpr unsigned bit(Type type) { return 1U << static_cast<unsigned>(type); }
constexpr unsigned by_date = bit(Type::monthly) | bit(Type::yearly);
constexpr unsigned by_weekday = bit(Type::monthly_by_weekday) | bit(Type::yearly_by_weekday);
constexpr unsigned weekly = bit(Type::weekly);
constexpr unsigned yearly = bit(Type::yearly) | bit(Type::yearly_by_weekday);
constexpr unsigned with_calendar = by_date | by_weekday;
constexpr unsigned daily = bit(Type::daily);

/// A number: of which types, which of them need it, and in what range ([MS-ASCAL] Recurrence).
struct Number {
  Tag calendar_tag, tasks_tag, email_tag;
  std::uint8_t Recurrence::* member;
  unsigned types, needed;
  unsigned lowest, highest;
};
/// In the order that [MS-ASEMAIL]'s schema wants; the other classes' leaves it free.
constexpr auto numbers = std::to_array<Number>({
    {calendar::WeekOfMonth, tasks::WeekOfMonth, email::WeekOfMonth, &Recurrence::week_of_month,
     by_weekday, by_weekday, 1, 5},
    {calendar::DayOfMonth, tasks::DayOfMonth, email::DayOfMonth, &Recurrence::day_of_month, by_date,
     by_date, 1, 31},
    {calendar::DayOfWeek, tasks::DayOfWeek, email::DayOfWeek, &Recurrence::days_of_week,
     daily | weekly | by_weekday, weekly | by_weekday, 1, 127},
    {calendar::MonthOfYear, tasks::MonthOfYear, email::MonthOfYear, &Recurrence::month_of_year,
     yearly, yearly, 1, 12},
});

Tag tag_of(const Number& row, RecurrenceOf whose) {
  switch (whose) {
    case RecurrenceOf::tasks:
      return row.tasks_tag;
    case RecurrenceOf::email:
      return row.email_tag;
    case RecurrenceOf::calendar:
      break;
  }
  return row.calendar_tag;
}

/// The tags that the pages all have.
struct Tags {
  Tag recurrence, type, interval, occurrences, until, calendar_type, is_leap_month, first_day;
};
constexpr Tags calendar_tags{calendar::Recurrence,  calendar::Type,          calendar::Interval,
                             calendar::Occurrences, calendar::Until,         calendar::CalendarType,
                             calendar::IsLeapMonth, calendar::FirstDayOfWeek};
constexpr Tags tasks_tags{tasks::Recurrence,  tasks::Type,          tasks::Interval,
                          tasks::Occurrences, tasks::Until,         tasks::CalendarType,
                          tasks::IsLeapMonth, tasks::FirstDayOfWeek};

constexpr Tags email_tags{email::Recurrence,   email::Type,           email::Interval,
                          email::Occurrences,  email::Until,          email2::CalendarType,
                          email2::IsLeapMonth, email2::FirstDayOfWeek};

const Tags& tags_of(RecurrenceOf whose) {
  switch (whose) {
    case RecurrenceOf::tasks:
      return tasks_tags;
    case RecurrenceOf::email:
      return email_tags;
    case RecurrenceOf::calendar:
      break;
  }
  return calendar_tags;
}

}  // namespace

void write_recurrence(const Recurrence& recurrence, RecurrenceOf whose, Version version,
                      wbxml::Writer& writer) {
  const Tags& tags = tags_of(whose);
  const bool is_task = whose == RecurrenceOf::tasks;
  const unsigned type = bit(recurrence.type);
  writer.open(tags.recurrence);
  writer.number(tags.type, static_cast<std::int64_t>(recurrence.type));
  if (is_task && recurrence.start) {
    writer.text(tasks::Start, format_dashed_date(*recurrence.start));
  }
  writer.number(tags.interval, recurrence.interval);
  // [MS-ASTASK] Occurrences is an unsigned byte.
  const std::uint16_t most = is_task ? 255 : 999;
  if (recurrence.occurrences) {
    writer.number(tags.occurrences, std::min(*recurrence.occurrences, most));
  } else if (recurrence.until) {
    writer.text(tags.until, is_task ? format_dashed_date(*recurrence.until)
                                    : format_compact_date(*recurrence.until));
  }
  for (const Number& row : numbers) {
    const bool has = (row.types & type) != 0 && recurrence.*row.member != 0;
    // [MS-ASCAL] DayOfWeek: with it a daily recurrence is a weekly one.
    if (has) writer.number(tag_of(row, whose), recurrence.*row.member);
  }
  if (is_task) {
    writer.boolean(tasks::Regenerate, recurrence.regenerates);
    writer.number(tasks::DeadOccur, recurrence.dead_occurrence);
  }
  if ((with_calendar & type) != 0 && version >= Version::v14_0) {
    writer.number(tags.calendar_type, recurrence.calendar_type);
    // [MS-ASEMAIL] IsLeapMonth: there in every answer.
    if (recurrence.is_leap_month || whose == RecurrenceOf::email) {
      writer.boolean(tags.is_leap_month, recurrence.is_leap_month);
    }
  }
  if (recurrence.type == Type::weekly && version >= Version::v14_1) {
    writer.number(tags.first_day, recurrence.first_day_of_week.value_or(1));
  }
  writer.close();
}

namespace {

Result<unsigned> number_in(const Element& element, Tag tag, unsigned lowest, unsigned highest) {
  const auto value = parse_number<unsigned>(trim(element.text_of(tag)));
  if (!value || *value < lowest || *value > highest) {
    return fail(Errc::malformed, "Recurrence: a number out of its range");
  }
  return *value;
}

Result<> read_type(const Element& element, const Tags& tags, Recurrence& out) {
  // 16.x: a Change may leave it out; then it is daily, as in [MS-ASCAL] the default is 0.
  if (!element.has(tags.type)) return {};
  const auto type = number_in(element, tags.type, 0, 6);
  if (!type || *type == 4) return fail(Errc::malformed, "Recurrence: Type is none");
  out.type = static_cast<Type>(*type);
  return {};
}

Result<> read_numbers(const Element& element, RecurrenceOf whose, Recurrence& out) {
  const unsigned type = bit(out.type);
  for (const Number& row : numbers) {
    const Tag tag = tag_of(row, whose);
    if (!element.has(tag)) {
      if ((row.needed & type) != 0) return fail(Errc::malformed, "Recurrence: incomplete");
      continue;
    }
    if ((row.types & type) == 0) return fail(Errc::malformed, "Recurrence: not of this Type");
    const auto value = number_in(element, tag, row.lowest, row.highest);
    if (!value) return pass(value);
    out.*row.member = static_cast<std::uint8_t>(*value);
  }
  return {};
}

Result<> read_calendar_type(const Element& element, const Tags& tags, Recurrence& out) {
  if (element.count(tags.calendar_type) > 1) {
    return fail(Errc::malformed, "Recurrence: CalendarType twice");
  }
  if (element.has(tags.calendar_type)) {
    const auto value = number_in(element, tags.calendar_type, 0, 20);
    const bool unusable = value && (*value == 13 || (*value >= 16 && *value <= 19));
    const bool fits = (with_calendar & bit(out.type)) != 0;
    if (!value || unusable || !fits) return fail(Errc::malformed, "Recurrence: CalendarType");
    out.calendar_type = static_cast<std::uint8_t>(*value);
  }
  if (element.has(tags.is_leap_month)) {
    const auto leap = element.boolean(tags.is_leap_month);
    if (!leap) return fail(Errc::malformed, "Recurrence: IsLeapMonth");
    out.is_leap_month = *leap;
  }
  return {};
}

Result<> read_end(const Element& element, const Tags& tags, RecurrenceOf whose, Recurrence& out) {
  if (element.has(tags.occurrences)) {
    const auto value =
        number_in(element, tags.occurrences, 1, whose == RecurrenceOf::tasks ? 255 : 999);
    if (!value) return pass(value);
    out.occurrences = static_cast<std::uint16_t>(*value);
    return {};  // [MS-ASCAL] Until: it is ignored then
  }
  if (!element.has(tags.until)) return {};
  auto until = parse_date(element.text_of(tags.until));
  if (!until) return pass(until);
  out.until = *until;
  return {};
}

Result<> read_task_parts(const Element& element, Recurrence& out) {
  if (!element.has(tasks::Type) || !element.has(tasks::Start)) {
    return fail(Errc::malformed, "Recurrence: a task's needs Type and Start");
  }
  auto start = parse_date(element.text_of(tasks::Start));
  if (!start) return pass(start);
  out.start = *start;
  if (element.has(tasks::Regenerate)) {
    const auto value = element.boolean(tasks::Regenerate);
    if (!value) return fail(Errc::malformed, "Recurrence: Regenerate");
    out.regenerates = *value;
  }
  if (element.has(tasks::DeadOccur)) {
    const auto value = number_in(element, tasks::DeadOccur, 0, 255);
    if (!value) return pass(value);
    out.dead_occurrence = static_cast<std::uint8_t>(*value);
  }
  return {};
}

}  // namespace

Result<Recurrence> read_recurrence(const Element& element, RecurrenceOf whose) {
  const Tags& tags = tags_of(whose);
  Recurrence out;
  if (auto read = read_type(element, tags, out); !read) return pass(read);
  if (element.has(tags.interval)) {
    const auto interval = number_in(element, tags.interval, 0, 999);
    if (!interval) return pass(interval);
    out.interval = static_cast<std::uint16_t>(std::max(1U, *interval));
  }
  if (auto read = read_end(element, tags, whose, out); !read) return pass(read);
  if (auto read = read_numbers(element, whose, out); !read) return pass(read);
  if (auto read = read_calendar_type(element, tags, out); !read) return pass(read);
  if (element.has(tags.first_day)) {
    const auto day = number_in(element, tags.first_day, 0, 6);
    if (!day) return pass(day);
    out.first_day_of_week = static_cast<std::uint8_t>(*day);
  }
  if (whose == RecurrenceOf::tasks) {
    if (auto read = read_task_parts(element, out); !read) return pass(read);
  }
  return out;
}

}  // namespace godwit::mapping
