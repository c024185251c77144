/// The Tasks class: tasks to WBXML in the dialect of a version, and what a device changes, read and
/// checked as a patch. [MS-ASTASK]
#pragma once

#include <functional>

#include "base/result.hpp"
#include "eas/version.hpp"
#include "item/task.hpp"
#include "wbxml/element.hpp"
#include "wbxml/writer.hpp"

namespace godwit::mapping {

/// All properties, as children of the open element. `body` writes the body by the device's
/// preferences; empty: none.
void write_task(const TaskItem& task, eas::Version version,
                const std::function<void(const TaskItem& task, wbxml::Writer& out)>& body,
                wbxml::Writer& writer);

/// A device's Add or Change. Tasks know no Supported: what a Change leaves out is deleted, but for
/// Body, Importance, ReminderSet and Complete. Error: malformed = status 6 of the item.
Result<TaskPatch> read_task_change(const wbxml::Element& application_data, eas::Version version,
                                   bool is_add);

}  // namespace godwit::mapping
