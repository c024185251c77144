#include "wbxml/pages/tasks.hpp"

#include <array>

#include "wbxml/page.hpp"

namespace godwit::wbxml::tasks {
namespace {

constexpr auto rows = std::to_array<TagInfo>({
    {Body, "Body", Content::text, 25, 255, true},
    {BodySize, "BodySize", Content::text, 25, 255, true},
    {BodyTruncated, "BodyTruncated", Content::text, 25, 255, true},
    {Categories, "Categories", Content::container},
    {Category, "Category", Content::text},
    {Complete, "Complete", Content::text},
    {DateCompleted, "DateCompleted", Content::text},
    {DueDate, "DueDate", Content::text},
    {UtcDueDate, "UtcDueDate", Content::text},
    {Importance, "Importance", Content::text},
    {Recurrence, "Recurrence", Content::container},
    {Type, "Type", Content::text},
    {Start, "Start", Content::text},
    {Until, "Until", Content::text},
    {Occurrences, "Occurrences", Content::text},
    {Interval, "Interval", Content::text},
    {DayOfMonth, "DayOfMonth", Content::text},
    {DayOfWeek, "DayOfWeek", Content::text},
    {WeekOfMonth, "WeekOfMonth", Content::text},
    {MonthOfYear, "MonthOfYear", Content::text},
    {Regenerate, "Regenerate", Content::text},
    {DeadOccur, "DeadOccur", Content::text},
    {ReminderSet, "ReminderSet", Content::text},
    {ReminderTime, "ReminderTime", Content::text},
    {Sensitivity, "Sensitivity", Content::text},
    {StartDate, "StartDate", Content::text},
    {UtcStartDate, "UtcStartDate", Content::text},
    {Subject, "Subject", Content::text},
    {CompressedRTF, "CompressedRTF", Content::text, 25, 255, true},
    {OrdinalDate, "OrdinalDate", Content::text, 120},
    {SubOrdinalDate, "SubOrdinalDate", Content::text, 120},
    {CalendarType, "CalendarType", Content::text, 140},
    {IsLeapMonth, "IsLeapMonth", Content::text, 140},
    {FirstDayOfWeek, "FirstDayOfWeek", Content::text, 141},
});
static_assert(well_formed(rows, 9));

}  // namespace

constinit const Page page = make_page(9, "Tasks", rows);

}  // namespace godwit::wbxml::tasks
