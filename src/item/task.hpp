/// A task as its reader sees it: what stands between iCalendar's VTODO and the EAS Tasks class.
/// [MS-ASTASK], RFC 5545 3.6.2
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "item/email.hpp"
#include "item/event.hpp"
#include "item/patch.hpp"
#include "item/recurrence.hpp"

namespace godwit {

struct TaskItem {
  std::string uid;
  std::string subject;
  std::string body;
  std::string html_body;
  Importance importance = Importance::normal;
  std::vector<std::string> categories;
  bool complete = false;
  std::optional<Time> date_completed;
  /// Local: a wall clock's reading as though in UTC, of a date its midnight; and the instants.
  std::optional<Time> start_date, due_date;
  std::optional<Time> utc_start_date, utc_due_date;
  std::optional<Time> reminder;  // an instant
  Sensitivity sensitivity = Sensitivity::normal;
  std::optional<Recurrence> recurrence;
  bool recurrence_is_exact = true;

  friend bool operator==(const TaskItem&, const TaskItem&) = default;
};

struct TaskPatch {
  Change<std::string> uid;  // of new tasks only
  Change<std::string> subject;
  Change<ItemBody> body;
  Change<Importance> importance;
  Change<std::vector<std::string>> categories;
  Change<bool> complete;
  Change<Time> date_completed;
  Change<Time> start_date, due_date;          // local
  Change<Time> utc_start_date, utc_due_date;  // instants
  Change<Time> reminder;
  Change<Sensitivity> sensitivity;
  Change<Recurrence> recurrence;

  friend bool operator==(const TaskPatch&, const TaskPatch&) = default;
};

/// As those of events (item/event.hpp).
PropertyDigests digests_of(const TaskItem& task);
void keep(TaskPatch& patch, const std::vector<std::uint8_t>& repeated);

}  // namespace godwit
