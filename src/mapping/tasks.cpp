#include "mapping/tasks.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "mapping/calendar.hpp"
#include "mapping/email.hpp"
#include "mapping/recurrence.hpp"
#include "wbxml/pages/airsyncbase.hpp"
#include "wbxml/pages/tasks.hpp"

namespace godwit::mapping {
namespace {

namespace airsyncbase = wbxml::airsyncbase;
namespace tasks = wbxml::tasks;
using eas::Version;
using wbxml::Element;
using wbxml::Tag;
using wbxml::Writer;

constexpr std::size_t categories_max = 300;  // [MS-ASTASK] Categories

std::unexpected<Error> bad(const char* what) { return fail(Errc::malformed, what); }

struct Row {
  Tag tag;
  void (*write)(const TaskItem& task, Tag tag, Writer& out);
  Result<> (*read)(const Element& in, TaskPatch& patch);
  void (*clear)(TaskPatch& patch);  // what absence does; null: nothing
};

template <auto member>
void clear(TaskPatch& patch) {
  patch.*member = std::remove_cvref_t<decltype(patch.*member)>::clear();
}

/// A date: of the item, of the patch.
template <auto item_member, auto patch_member>
constexpr Row date(Tag tag) {
  return {tag,
          [](const TaskItem& task, Tag t, Writer& out) {
            if (task.*item_member) out.text(t, format_dashed_date(*(task.*item_member)));
          },
          [](const Element& in, TaskPatch& patch) -> Result<> {
            if (trim(in.text).empty()) {
              clear<patch_member>(patch);
              return {};
            }
            auto time = parse_date(in.text);
            if (!time) return pass(time);
            patch.*patch_member = Change<Time>::set(*time);
            return {};
          },
          &clear<patch_member>};
}

/// A number of a small range.
template <class T, auto item_member, auto patch_member>
constexpr Row number(Tag tag, void (*absent)(TaskPatch&)) {
  return {tag,
          [](const TaskItem& task, Tag t, Writer& out) {
            out.number(t, static_cast<std::int64_t>(task.*item_member));
          },
          [](const Element& in, TaskPatch& patch) -> Result<> {
            constexpr unsigned highest = std::is_same_v<T, Sensitivity> ? 3 : 2;
            const auto value = parse_number<unsigned>(trim(in.text));
            if (!value || *value > highest) return bad("a number out of its range");
            patch.*patch_member = Change<T>::set(static_cast<T>(*value));
            return {};
          },
          absent};
}

void write_categories(const TaskItem& task, Tag tag, Writer& out) {
  if (task.categories.empty()) return;
  out.open(tag);
  for (const std::string& category : task.categories) out.text(tasks::Category, category);
  out.close();
}

Result<> read_categories(const Element& in, TaskPatch& patch) {
  std::vector<std::string> categories;
  if (in.children.size() > categories_max) return bad("too many Categories");
  for (const Element& child : in.children) {
    if (child.tag != tasks::Category) return bad("Categories: not a Category");
    if (!trim(child.text).empty()) categories.push_back(utf8_clean(trim(child.text)));
  }
  patch.categories = Change<std::vector<std::string>>::set(std::move(categories));
  return {};
}

Result<> read_complete(const Element& in, TaskPatch& patch) {
  auto value = read_boolean(trim(in.text));
  if (!value) return pass(value);
  patch.complete = Change<bool>::set(*value);
  return {};
}

void write_date_completed(const TaskItem& task, Tag tag, Writer& out) {
  // [MS-ASTASK] DateCompleted: always there when Complete is 1.
  if (task.complete) out.text(tag, format_dashed_date(task.date_completed.value_or(Time{})));
}

Result<> read_date_completed(const Element& in, TaskPatch& patch) {
  auto time = parse_date(in.text);
  if (!time) return pass(time);
  // What stood in for a date that nobody knows is none.
  if (*time != Time{}) patch.date_completed = Change<Time>::set(*time);
  return {};
}

void write_reminder_set(const TaskItem& task, Tag tag, Writer& out) {
  out.boolean(tag, task.reminder.has_value());
}

Result<> read_reminder_set(const Element& in, TaskPatch& patch) {
  auto value = read_boolean(trim(in.text));
  if (!value) return pass(value);
  if (!*value) patch.reminder = Change<Time>::clear();
  return {};
}

void write_reminder_time(const TaskItem& task, Tag tag, Writer& out) {
  if (task.reminder) out.text(tag, format_dashed_date(*task.reminder));
}

Result<> read_reminder_time(const Element& in, TaskPatch& patch) {
  if (trim(in.text).empty() || patch.reminder.clears()) return {};
  auto time = parse_date(in.text);
  if (!time) return pass(time);
  patch.reminder = Change<Time>::set(*time);
  return {};
}

Result<> read_task_recurrence(const Element& in, TaskPatch& patch) {
  if (in.children.empty()) {
    patch.recurrence = Change<Recurrence>::clear();
    return {};
  }
  auto recurrence = read_recurrence(in, RecurrenceOf::tasks);
  if (!recurrence) return pass(recurrence);
  patch.recurrence = Change<Recurrence>::set(*recurrence);
  return {};
}

Result<> read_body(const Element& in, TaskPatch& patch) {
  auto body = read_item_body(in);
  if (!body) return pass(body);
  patch.body = std::move(*body);
  return {};
}

void write_nothing(const TaskItem&, Tag, Writer&) {}
Result<> read_nothing(const Element&, TaskPatch&) { return {}; }

constexpr auto rows = std::to_array<Row>({
    {tasks::Subject, [](const TaskItem& task, Tag t, Writer& out) { out.text(t, task.subject); },
     [](const Element& in, TaskPatch& patch) -> Result<> {
       patch.subject = Change<std::string>::set(utf8_clean(in.text));
       return {};
     },
     &clear<&TaskPatch::subject>},
    number<Importance, &TaskItem::importance, &TaskPatch::importance>(tasks::Importance, nullptr),
    {tasks::Categories, &write_categories, &read_categories, &clear<&TaskPatch::categories>},
    {tasks::Complete,
     [](const TaskItem& task, Tag t, Writer& out) { out.boolean(t, task.complete); },
     &read_complete, nullptr},
    {tasks::DateCompleted, &write_date_completed, &read_date_completed, nullptr},
    date<&TaskItem::start_date, &TaskPatch::start_date>(tasks::StartDate),
    date<&TaskItem::utc_start_date, &TaskPatch::utc_start_date>(tasks::UtcStartDate),
    date<&TaskItem::due_date, &TaskPatch::due_date>(tasks::DueDate),
    date<&TaskItem::utc_due_date, &TaskPatch::utc_due_date>(tasks::UtcDueDate),
    {tasks::ReminderSet, &write_reminder_set, &read_reminder_set, nullptr},
    {tasks::ReminderTime, &write_reminder_time, &read_reminder_time, nullptr},
    number<Sensitivity, &TaskItem::sensitivity, &TaskPatch::sensitivity>(
        tasks::Sensitivity, &clear<&TaskPatch::sensitivity>),
    {tasks::Recurrence, &write_nothing, &read_task_recurrence, &clear<&TaskPatch::recurrence>},
    {tasks::OrdinalDate, &write_nothing, &read_nothing, nullptr},
    {tasks::SubOrdinalDate, &write_nothing, &read_nothing, nullptr},
    {airsyncbase::Body, &write_nothing, &read_body, nullptr},
    {airsyncbase::NativeBodyType, &write_nothing, &read_nothing, nullptr},
});

/// [MS-ASTASK]: what must go together.
Result<> check(const Element& data, const TaskPatch& patch) {
  const Time* const start = patch.utc_start_date.value();
  const Time* const due = patch.utc_due_date.value();
  if (start != nullptr && due != nullptr && *start > *due) return bad("due before it starts");
  if (data.boolean(tasks::ReminderSet).value_or(false) && !data.has(tasks::ReminderTime)) {
    return bad("ReminderSet without ReminderTime");
  }
  return {};
}

}  // namespace

void write_task(const TaskItem& task, Version version,
                const std::function<void(const TaskItem& task, Writer& out)>& body,
                Writer& writer) {
  for (const Row& row : rows) row.write(task, row.tag, writer);
  if (task.recurrence && task.recurrence->start) {
    write_recurrence(*task.recurrence, RecurrenceOf::tasks, version, writer);
  }
  if (body) body(task, writer);
}

Result<TaskPatch> read_task_change(const Element& application_data, Version version, bool is_add) {
  TaskPatch patch;
  for (const Element& child : application_data.children) {
    if (application_data.count(child.tag) > 1) return bad("an element twice");
    const auto* const row = std::ranges::find(rows, child.tag, &Row::tag);
    if (row == rows.end()) {
      const wbxml::TagInfo* const info = wbxml::find_tag(child.tag);
      // Quirk dead_occur_outside: iOS 5 writes DeadOccur beside Recurrence.
      if (child.tag == tasks::DeadOccur || (info != nullptr && info->legacy)) continue;
      return bad("an element that a task does not have");
    }
    if (auto read = row->read(child, patch); !read) return pass(read);
  }
  if (auto checked = check(application_data, patch); !checked) return pass(checked);
  if (is_add || version >= Version::v16_0) return patch;
  for (const Row& row : rows) {
    if (row.clear != nullptr && !application_data.has(row.tag)) row.clear(patch);
  }
  return patch;
}

}  // namespace godwit::mapping
