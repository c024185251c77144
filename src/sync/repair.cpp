#include "sync/repair.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "sync/item_chunks.hpp"
#include "sync/mail_state.hpp"
#include "sync/relationship.hpp"
#include "sync/server_id.hpp"

namespace godwit::sync {
namespace {

using Kind = RepairOrder::Kind;
using Status = ItemEntry::Status;

constexpr int attempts_max = 20;

/// What an item is to a device.
enum class Standing : std::uint8_t { unknown, news, todo, held, soft, gone, aside };

constexpr std::string_view begun =
    "the device has only begun with the folder: everything is still to come";

Result<std::string> say_resend(Standing standing) {
  switch (standing) {
    case Standing::held:
      return "the device is told to remove it with its next Sync, and gets it with the one after";
    case Standing::aside:
      return "it is tried again with the device's next Sync";
    case Standing::news:
    case Standing::todo:
      return "it is to come with the next Syncs as it is";
    case Standing::soft:
      return fail(Errc::conflict, "it lies before the window that the device asks for");
    case Standing::gone:
    case Standing::unknown:
      break;
  }
  return "the device is not recorded to have it: the folder is looked through with its next Sync, "
         "and it is sent if it lies in the window that the device asks for";
}

Result<std::string> say_forget(Standing standing, bool is_mail) {
  switch (standing) {
    case Standing::held:
      return "the device is told to remove it with its next Sync; the folder keeps it, and the "
             "device gets it again when it changes";
    case Standing::todo:
      return "it is not sent to the device; the folder keeps it";
    case Standing::aside:
      return "it is kept from the device as it is";
    case Standing::soft:
    case Standing::gone:
      return "the device is told to remove it with its next Sync as it is";
    case Standing::news:
      return fail(Errc::not_found, "it came after the device asked last: it has never had it");
    case Standing::unknown:
      break;
  }
  if (is_mail) {
    return "the device is not recorded to have it: it is told to remove it with its next Sync all "
           "the same";
  }
  return fail(Errc::not_found, "the folder had no such item when the device asked last");
}

Standing standing_of(const MailState& state, Uid uid) {
  if (state.aside.contains(uid)) return Standing::aside;
  if (state.todo.contains(uid)) return Standing::todo;
  if (state.held.contains(uid)) return Standing::held;
  if (state.soft.contains(uid)) return Standing::soft;
  if (state.gone.contains(uid)) return Standing::gone;
  return uid >= state.cursor.status.uid_next ? Standing::news : Standing::unknown;
}

void edit(MailState& state, Kind kind, Uid uid) {
  if (kind != Kind::forget) state.doubted = true;
  if (kind == Kind::rebuild) {
    // What the device has of their flags is not recorded: all are told.
    state.dirty.add(state.held);
    return;
  }
  const Standing standing = standing_of(state, uid);
  (kind == Kind::resend ? state.leave : state.again).remove(uid);
  // News of this generation is what the one after it has told.
  const bool may_be_held =
      standing == Standing::held || standing == Standing::todo || standing == Standing::news;
  if (kind == Kind::resend) {
    if (standing == Standing::held || standing == Standing::aside) state.again.add(uid);
  } else if (may_be_held) {
    state.leave.add(uid);
  } else if (standing == Standing::unknown) {
    state.gone.add(uid);
  }
}

Standing standing_of(Status status) {
  switch (status) {
    case Status::todo:
      return Standing::todo;
    case Status::held:
    case Status::dirty:
      return Standing::held;
    case Status::gone:
      return Standing::gone;
    case Status::aside:
      return Standing::aside;
    case Status::outside:
    case Status::soft:
      return Standing::soft;
  }
  std::unreachable();
}

/// Whatever it is to the device by then: the next Sync looks.
void edit(ItemState& state, const RepairOrder& order, bool is_known) {
  const bool looks = order.kind == Kind::rebuild || (order.kind == Kind::resend && !is_known);
  if (looks) state.cursor.clear();
  if (order.kind == Kind::rebuild) return;
  (order.kind == Kind::resend ? state.leave : state.again).erase(order.item);
  (order.kind == Kind::resend ? state.again : state.leave).insert(order.item);
}

class Attempt {
 public:
  Attempt(store::Store& store, const RepairOrder& order) : store_(store), order_(order) {}

  /// Nothing: somebody else was quicker.
  Task<std::optional<Result<std::string>>> run(std::vector<store::Write> more) {
    const store::Key key{order_.user, store::Kind::collection,
                         order_.device + '/' + order_.collection};
    const auto record = co_await store_.get(key);
    if (!record) co_return fail(Errc::not_found, "the device does not synchronize this folder");
    auto relationship = unpack_relationship(record->value);
    if (!relationship) co_return pass(relationship);
    relationship_ = *std::move(relationship);
    auto said = order_.is_mail ? change_mail() : co_await change_items();
    if (!said) co_return said;
    more.push_back({key, record->revision, pack(relationship_)});
    if (!co_await store_.commit(std::move(more))) co_return std::nullopt;
    co_return said;
  }

 private:
  std::array<std::string*, 2> states() {
    return {&relationship_.acknowledged_state, &relationship_.offered_state};
  }

  Result<std::string> change_mail() {
    const auto newest = unpack_mail_state(newest_state(relationship_));
    if (!newest) return pass(newest);
    if (!newest->started) return std::string(begun);
    MailId id;
    if (order_.kind != Kind::rebuild) {
      auto parsed = parse_mail_id(order_.item);
      if (!parsed) return pass(parsed);
      id = *std::move(parsed);
      if (id.uid_validity != newest->cursor.status.uid_validity) {
        return fail(Errc::not_found, "the mailbox was made anew since it had this item");
      }
    }
    auto said = say(standing_of(*newest, newest->named(id.uid)));
    if (!said) return said;
    for (std::string* const packed : states()) {
      auto state = unpack_mail_state(*packed);
      if (!state || !state->started) continue;
      edit(*state, order_.kind, state->named(id.uid));
      *packed = pack(*state);
    }
    return said;
  }

  Task<Result<std::string>> change_items() {
    auto newest = unpack_item_state(newest_state(relationship_));
    if (!newest) co_return pass(newest);
    if (!newest->started) co_return std::string(begun);
    const Standing standing = co_await standing_of_item(*newest);
    auto said = say(standing);
    if (!said) co_return said;
    for (std::string* const packed : states()) {
      auto state = unpack_item_state(*packed);
      if (!state || !state->started) continue;
      edit(*state, order_, standing != Standing::unknown);
      *packed = pack(*state);
    }
    co_return said;
  }

  Task<Standing> standing_of_item(ItemState& state) {
    if (order_.kind == Kind::rebuild) co_return Standing::unknown;
    ItemChunks chunks(store_, order_.user, order_.device + '/' + order_.collection);
    co_await chunks.load_ids(state, {order_.item});
    const auto found = std::ranges::find_if(state.items, [&](const auto& each) {
      return format_item_id(order_.collection, each.first) == order_.item;
    });
    co_return found == state.items.end() ? Standing::unknown : standing_of(found->second.status);
  }

  Result<std::string> say(Standing standing) const {
    switch (order_.kind) {
      case Kind::resend:
        return say_resend(standing);
      case Kind::forget:
        return say_forget(standing, order_.is_mail);
      case Kind::rebuild:
        return order_.is_mail
                   ? "the folder is looked through with the device's next Sync: the device gets "
                     "what it lacks, the flags of all, and loses what is not there"
                   : "the folder is looked through with the device's next Sync: the device gets "
                     "what it lacks and what changed, and loses what is not there";
    }
    std::unreachable();
  }

  store::Store& store_;
  const RepairOrder& order_;
  Relationship relationship_;
};

}  // namespace

Task<Result<std::string>> repair(store::Store& store, RepairOrder order,
                                 std::function<std::vector<store::Write>()> more) {
  for (int attempt = 0; attempt < attempts_max; ++attempt) {
    Attempt one(store, order);
    auto said = co_await one.run(more());
    if (said) co_return *std::move(said);
  }
  co_return fail(Errc::conflict, "the device synchronizes all the time; try again");
}

}  // namespace godwit::sync
