// Tasks: VTODO components ([MS-ASTASK]).
#include "command/item_kind.hpp"
#include "convert/ical/ical.hpp"
#include "mapping/email.hpp"
#include "mapping/tasks.hpp"

namespace godwit::command {
namespace {

namespace ical = convert::ical;

// [MS-ASCMD] FilterType 8: a window that begins behind all that is complete.
constexpr sync::ItemDay complete_day = 0;
constexpr sync::ItemDay incomplete_floor = 1;

constexpr std::uint64_t task_bytes = 600;  // about, without texts

Result<TaskItem> read(std::string_view text, const ItemOptions& options) {
  ical::Repairs repairs;
  return ical::read_task(text, "", options.user, repairs);
}

Result<RenderedItem> render(std::string_view text, const ItemOptions& options,
                            std::string_view /*id*/) {
  auto task = read(text, options);
  if (!task) return pass(task);
  RenderedItem item;
  item.digests = digests_of(*task).packed();
  if (task->complete) item.lasts = complete_day;
  item.size = task_bytes + task->body.size() + task->html_body.size();
  item.write = [task = std::move(*task), options](wbxml::Writer& out) {
    const auto body = [&](const TaskItem& of, wbxml::Writer& writer) {
      write_item_body(of.body, of.html_body, options, writer);
    };
    mapping::write_task(task, options.version, body, out);
    mapping::write_native_body_type(task.html_body.empty() ? 1 : 2, out);
  };
  return item;
}

Result<EditedItem> edit_task(const ItemEdit& edit) {
  const bool is_add = edit.text.empty();
  if (edit.data == nullptr) return fail(Errc::malformed, "a task has no occurrences");
  auto patch = mapping::read_task_change(*edit.data, edit.options.version, is_add);
  if (!patch) return pass(patch);
  TaskItem current;
  if (is_add) {
    patch->uid = Change<std::string>::set(std::string(edit.uid));
  } else {
    auto now = read(edit.text, edit.options);
    if (!now) return pass(now);
    current = std::move(*now);
    const ItemBody* const body = patch->body.value();
    if (body != nullptr &&
        repeats_sent_part(*body, current.body, current.html_body, edit.options)) {
      patch->body = {};
    }
  }
  auto text = ical::apply_task(edit.text, "", *patch, edit.options.user);
  if (!text) return pass(text);
  const auto after = read(*text, edit.options);
  if (!after) return pass(after);
  EditedItem out;
  out.digests = digests_of(*after).packed();
  if (edit.base) {
    const auto merge =
        merged(PropertyDigests(*edit.base), digests_of(current), digests_of(*after), says(*patch));
    if (merge.conflict && !edit.client_wins) return EditedItem{.conflict = true};
    keep(*patch, merge.repeated);
    text = ical::apply_task(edit.text, "", *patch, edit.options.user);
    if (!text) return pass(text);
    out.digests = merge.held.packed();
  }
  out.text = std::move(*text);
  return out;
}

}  // namespace

constinit const ItemKind task_kind{
    ItemClass::tasks, "Tasks", eas::Version::v12_0,
    true,  // and changes nothing
    // [MS-ASCMD] FilterType: all, or those that are not complete.
    [](std::uint8_t filter_type) { return filter_type == 0 || filter_type == 8; },
    [](std::uint8_t filter_type, Time) {
      return filter_type == 8 ? incomplete_floor : sync::item_day_first;
    },
    &render, &edit_task};

}  // namespace godwit::command
