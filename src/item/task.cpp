#include "item/task.hpp"

#include "base/pack.hpp"
#include "item/recurrence_digest.hpp"

namespace godwit {
namespace {

// Stored: append only.
enum class Property : std::uint8_t {
  subject,
  body,
  importance,
  categories,
  completion,
  start,
  due,
  reminder,
  sensitivity,
  recurrence,
};

template <class... Parts>
std::string packed(const Parts&... parts) {
  Packer out;
  (pack(out, parts), ...);
  return std::move(out).bytes();
}

}  // namespace

PropertyDigests digests_of(const TaskItem& task) {
  PropertyDigests out;
  const auto set = [&](Property property, const std::string& value) {
    out.set(std::to_underlying(property), value);
  };
  set(Property::subject, task.subject);
  set(Property::body, task.body);
  set(Property::importance, std::to_string(std::to_underlying(task.importance)));
  Packer categories;
  for (const std::string& each : task.categories) categories.text(each);
  set(Property::categories, categories.bytes());
  if (task.complete) set(Property::completion, packed(task.date_completed));
  if (task.start_date) set(Property::start, packed(task.start_date, task.utc_start_date));
  if (task.due_date) set(Property::due, packed(task.due_date, task.utc_due_date));
  if (task.reminder) set(Property::reminder, packed(task.reminder));
  set(Property::sensitivity, std::to_string(std::to_underlying(task.sensitivity)));
  if (task.recurrence) set(Property::recurrence, packed(*task.recurrence));
  return out;
}

void keep(TaskPatch& patch, const std::vector<std::uint8_t>& repeated) {
  for (const std::uint8_t number : repeated) {
    switch (static_cast<Property>(number)) {
      case Property::subject:
        patch.subject = {};
        break;
      case Property::body:
        patch.body = {};
        break;
      case Property::importance:
        patch.importance = {};
        break;
      case Property::categories:
        patch.categories = {};
        break;
      case Property::completion:
        patch.complete = {};
        patch.date_completed = {};
        break;
      case Property::start:
        patch.start_date = {};
        patch.utc_start_date = {};
        break;
      case Property::due:
        patch.due_date = {};
        patch.utc_due_date = {};
        break;
      case Property::reminder:
        patch.reminder = {};
        break;
      case Property::sensitivity:
        patch.sensitivity = {};
        break;
      case Property::recurrence:
        patch.recurrence = {};
        break;
    }
  }
}

}  // namespace godwit
