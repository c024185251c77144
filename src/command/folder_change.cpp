// [MS-ASCMD] FolderCreate, FolderUpdate, FolderDelete: one shape, three actions.
#include <algorithm>
#include <array>
#include <expected>
#include <span>
#include <utility>
#include <vector>

#include "base/bytes.hpp"
#include "base/pack.hpp"
#include "base/text.hpp"
#include "command/handlers.hpp"
#include "command/hierarchy.hpp"
#include "command/item_kind.hpp"
#include "wbxml/pages/folder_hierarchy.hpp"

namespace godwit::command {
namespace {

namespace tag = wbxml::folder_hierarchy;
using wbxml::Element;

constexpr std::size_t display_name_max = 256;  // [MS-ASCMD] DisplayName (FolderCreate)

struct Done {
  std::uint16_t status = folder_status::ok;
  std::string server_id;         // of a created folder
  sync::HierarchyState state{};  // what the device knows after it
};

Done refused(std::uint16_t status) { return {status, {}, {}}; }

/// What an action works with: the request, the user's folders and what the device knows.
struct Context {
  Session& session;
  const Element& request;
  sync::FolderTable table;
  const sync::HierarchyState& known;
  bool recovered;  // an earlier attempt may have done it

  std::string text(wbxml::Tag element) const { return std::string(trim(request.text_of(element))); }
};

/// A special folder is one that devices and servers agree on: it is neither renamed nor removed.
bool is_special(const sync::FolderRow& row) { return row.role != FolderRole::none; }

std::optional<FolderKey> key_of(const sync::FolderRow* row) {
  if (row == nullptr) return std::nullopt;
  auto key = FolderKey::parse(row->key);
  return key ? std::optional(std::move(*key)) : std::nullopt;
}

/// "0" or an existing folder.
bool parent_exists(const Context& context, const std::string& parent) {
  return parent == "0" || context.table.find(parent) != nullptr;
}

/// `id` is `folder` itself or stands below it.
bool is_within(const sync::FolderTable& table, const std::string& id, const std::string& folder) {
  const sync::FolderRow* row = table.find(id);
  for (std::size_t level = 0; row != nullptr && level < table.rows.size(); ++level) {
    if (row->id == folder) return true;
    row = table.find(row->parent);
  }
  return false;
}

const sync::FolderRow* find_child(const sync::FolderTable& table, std::string_view parent,
                                  std::string_view name) {
  const auto at = std::ranges::find_if(table.rows, [&](const sync::FolderRow& row) {
    return row.parent == parent && row.name == name;
  });
  return at == table.rows.end() ? nullptr : &*at;
}

std::uint16_t status_of(const Error& error) {
  switch (error.code) {
    case Errc::conflict:
      return folder_status::exists;
    case Errc::not_found:
      return folder_status::no_parent;
    case Errc::refused:
      return folder_status::special;
    default:
      return folder_status::server_error;
  }
}

void put(sync::HierarchyState& state, const sync::FolderRow& row) {
  std::erase_if(state.folders, [&](const auto& folder) { return folder.id == row.id; });
  state.folders.push_back({row.id, row.parent, row.name, sync::folder_type(row)});
  std::ranges::sort(state.folders);
}

void remove_subtree(sync::HierarchyState& state, const std::string& id) {
  std::vector<std::string> below;
  for (const sync::ShownFolder& folder : state.folders) {
    if (folder.parent == id && folder.id != id) below.push_back(folder.id);
  }
  std::erase_if(state.folders, [&](const auto& folder) { return folder.id == id; });
  for (const std::string& child : below) remove_subtree(state, child);
}

/// The class of a user-made folder of that Type; nothing for the journal.
std::optional<ItemClass> class_of_type(unsigned type) {
  switch (type) {
    case 1:
    case 12:
      return ItemClass::email;
    case 13:
      return ItemClass::calendar;
    case 14:
      return ItemClass::contacts;
    case 15:
      return ItemClass::tasks;
    case 17:
      return ItemClass::notes;
    default:
      return std::nullopt;
  }
}

/// [MS-ASCMD] Type (FolderCreate): 1 and 12 to 17. The error: the status.
std::expected<ItemClass, std::uint16_t> class_to_create(const Session& session,
                                                        std::string_view text) {
  const auto type = parse_number<unsigned>(text);
  if (!type) return std::unexpected(folder_status::malformed);
  if (*type == 19) return std::unexpected(folder_status::special);
  const bool is_user_type = *type == 1 || (*type >= 12 && *type <= 17);
  if (!is_user_type) return std::unexpected(folder_status::malformed);
  const auto item_class = class_of_type(*type);
  // What is made must be shown: who is kept from a class makes nothing of it.
  if (item_class && session.account.denied.contains(*item_class)) {
    return std::unexpected(folder_status::server_error);
  }
  if (item_class == ItemClass::email) return ItemClass::email;
  const ItemKind* kind = item_class ? find_kind(*item_class) : nullptr;
  const bool kept =
      kind != nullptr && kind->since <= session.version && session.services.items != nullptr;
  // Who knows only one of each is shown no second one.
  if (session.behaviour.merged_folders) return std::unexpected(folder_status::special);
  if (!kept) return std::unexpected(folder_status::server_error);
  return *item_class;
}

/// Collections of items stand beside each other at the top.
Task<Result<FolderKey>> make_folder(Context& context, ItemClass item_class, std::string parent,
                                    std::string name) {
  if (item_class != ItemClass::email) {
    if (parent != "0") co_return fail(Errc::not_found, "collections have no parents");
    co_return co_await context.session.items()->create_collection(item_class, std::move(name));
  }
  co_return co_await context.session.mail().create_folder(key_of(context.table.find(parent)),
                                                          std::move(name));
}

Task<Result<FolderKey>> rename_folder(Context& context, sync::FolderRow row, std::string parent,
                                      std::string name) {
  FolderKey key = *key_of(&row);
  if (row.item_class != ItemClass::email) {
    if (parent != "0") co_return fail(Errc::not_found, "collections have no parents");
    auto renamed = co_await context.session.items()->rename_collection(key, std::move(name));
    if (!renamed) co_return pass(renamed);
    co_return key;
  }
  co_return co_await context.session.mail().rename_folder(
      std::move(key), key_of(context.table.find(parent)), std::move(name));
}

Task<Result<>> delete_folder(Context& context, const sync::FolderRow& row) {
  FolderKey key = *key_of(&row);
  if (row.item_class != ItemClass::email) {
    co_return co_await context.session.items()->delete_collection(std::move(key));
  }
  co_return co_await context.session.mail().delete_folder(std::move(key));
}

Task<Done> create(Context context) {
  const std::string name = context.text(tag::DisplayName);
  const std::string parent = context.text(tag::ParentId);
  if (name.empty() || name.size() > display_name_max) co_return refused(folder_status::malformed);
  const auto item_class = class_to_create(context.session, context.text(tag::Type));
  if (!item_class) co_return refused(item_class.error());
  if (parent == "RI") co_return refused(folder_status::special);
  if (!parent_exists(context, parent)) co_return refused(folder_status::no_parent);
  const sync::FolderRow* there = find_child(context.table, parent, name);
  if (there != nullptr && !context.recovered) co_return refused(folder_status::exists);
  if (there == nullptr) {
    auto made = co_await make_folder(context, *item_class, parent, name);
    if (!made) co_return refused(status_of(made.error()));
    context.table = co_await context.session.listed_folders();
    there = context.table.find_key(made->view());
    if (there == nullptr) co_return refused(folder_status::server_error);
  }
  Done done{folder_status::ok, there->id, context.known};
  put(done.state, *there);
  co_return done;
}

Task<Done> update(Context context) {
  const std::string id = context.text(tag::ServerId);
  const std::string name = context.text(tag::DisplayName);
  const std::string parent = context.text(tag::ParentId);
  if (name.empty() || name.size() > display_name_max) co_return refused(folder_status::malformed);
  if (id == "RI" || parent == "RI") co_return refused(folder_status::special);
  const sync::FolderRow* row = context.table.find(id);
  if (row == nullptr) co_return refused(folder_status::not_found);
  if (is_special(*row)) co_return refused(folder_status::exists);
  const bool possible = parent_exists(context, parent) && !is_within(context.table, parent, id);
  if (!possible) co_return refused(folder_status::no_parent);
  if (row->parent != parent || row->name != name) {
    if (find_child(context.table, parent, name) != nullptr) {
      co_return refused(folder_status::exists);
    }
    auto moved = co_await rename_folder(context, *row, parent, name);
    if (!moved) co_return refused(status_of(moved.error()));
    sync::RenamedFolder renamed{row->key, moved->str()};
    context.table = co_await context.session.listed_folders(std::move(renamed));
    row = context.table.find_key(moved->view());
    if (row == nullptr) co_return refused(folder_status::server_error);
  }
  Done done{folder_status::ok, {}, context.known};
  // Another device may have listed it between rename and listing, as a new folder: this one is
  // told.
  if (row->id == id) put(done.state, *row);
  co_return done;
}

Task<Done> remove(Context context) {
  const std::string id = context.text(tag::ServerId);
  if (id == "RI") co_return refused(folder_status::special);
  const sync::FolderRow* row = context.table.find(id);
  Done done{folder_status::ok, {}, context.known};
  remove_subtree(done.state, id);
  if (row == nullptr) {
    co_return context.recovered ? std::move(done) : refused(folder_status::not_found);
  }
  if (is_special(*row)) co_return refused(folder_status::special);
  const auto removed = co_await delete_folder(context, *row);
  if (!removed && removed.error().code != Errc::not_found) {
    co_return refused(status_of(removed.error()));
  }
  static_cast<void>(co_await context.session.listed_folders());
  co_return done;
}

/// One row a command: its root, the elements that must be there, and nothing else.
struct Action {
  wbxml::Tag root;
  std::span<const wbxml::Tag> elements;
  Task<Done> (*run)(Context);
};
constexpr auto create_elements =
    std::to_array({tag::SyncKey, tag::ParentId, tag::DisplayName, tag::Type});
constexpr auto update_elements =
    std::to_array({tag::SyncKey, tag::ServerId, tag::ParentId, tag::DisplayName});
constexpr auto remove_elements = std::to_array({tag::SyncKey, tag::ServerId});
constexpr Action create_action{tag::FolderCreate, create_elements, &create};
constexpr Action update_action{tag::FolderUpdate, update_elements, &update};
constexpr Action remove_action{tag::FolderDelete, remove_elements, &remove};

/// Status 10: a required element is missing, or there is one that does not belong here.
bool well_formed(const Element& request, const Action& action) {
  if (request.children.size() != action.elements.size()) return false;
  return std::ranges::all_of(action.elements,
                             [&](wbxml::Tag element) { return request.has(element); });
}

std::string digest_of(const Element& request) {
  Packer out;
  for (const Element& child : request.children) out.number(child.tag.code).text(child.text);
  return digest128(out.bytes());
}

Document success(Session& session, const Action& action, const std::string& key,
                 const std::string& server_id) {
  DocumentWriter document(session.services.spools);
  wbxml::Writer& out = document.out();
  out.open(action.root);
  out.number(tag::Status, folder_status::ok);
  out.text(tag::SyncKey, key);
  if (!server_id.empty()) out.text(tag::ServerId, server_id);
  out.close();
  return document.finish();
}

Task<Answer> run(Session& session, const Action& action) {
  const Element& request = session.document;
  const auto failed = [&](std::uint16_t status) {
    return status_answer(session, action.root, tag::Status, status);
  };
  if (!well_formed(request, action)) co_return failed(folder_status::malformed);
  Hierarchy hierarchy(session);
  co_await hierarchy.load();
  if (!hierarchy.present(request.text_of(tag::SyncKey))) co_return failed(folder_status::bad_key);
  const std::string digest = digest_of(request);
  Done done;
  std::vector<store::Write> writes;
  if (const auto* earlier = hierarchy.outcome(digest)) {
    // The answer was lost, the work was not: the same answer under a new key.
    done.server_id = earlier->server_id;
    done.state = hierarchy.newest();
  } else {
    std::vector<sync::Intent> intents;
    intents.push_back({hierarchy.intent_prefix() + hex_encode(digest), ""});
    const auto open = co_await session.services.journal.open(session.user(), std::move(intents));
    Context context{session, request, co_await session.listed_folders(), hierarchy.known(),
                    open.front().recovered};
    done = co_await action.run(std::move(context));
    writes.push_back(sync::Journal::close(session.user(), open.front()));
  }
  if (done.status != folder_status::ok) {
    static_cast<void>(co_await session.services.store.commit(std::move(writes)));
    co_return failed(done.status);
  }
  sync::CommandOutcome outcome;
  outcome.digest = digest;
  outcome.server_id = done.server_id;
  const auto key = co_await hierarchy.offer(done.state, {outcome}, std::move(writes));
  if (key.empty()) co_return failed(folder_status::server_error);
  session.services.hub.mark_hierarchy(session.account.user, &session.device_id);
  co_return success(session, action, key, done.server_id);
}

}  // namespace

Task<Answer> folder_create(Session& session) { co_return co_await run(session, create_action); }
Task<Answer> folder_update(Session& session) { co_return co_await run(session, update_action); }
Task<Answer> folder_delete(Session& session) { co_return co_await run(session, remove_action); }

}  // namespace godwit::command
