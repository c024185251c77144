// [MS-ASCMD] FolderSync.
#include "command/handlers.hpp"
#include "command/hierarchy.hpp"
#include "wbxml/pages/folder_hierarchy.hpp"

namespace godwit::command {
namespace {

namespace tag = wbxml::folder_hierarchy;

Answer failed(Session& session, std::uint16_t status) {
  return status_answer(session, tag::FolderSync, tag::Status, status);
}

void write_folder(wbxml::Writer& out, wbxml::Tag element, const sync::ShownFolder& folder) {
  out.open(element);
  out.text(tag::ServerId, folder.id);
  out.text(tag::ParentId, folder.parent);
  out.text(tag::DisplayName, folder.name);
  out.number(tag::Type, folder.type);
  out.close();
}

Document write_answer(Session& session, const std::string& key, const sync::HierarchyDelta& delta) {
  DocumentWriter document(session.services.spools);
  wbxml::Writer& out = document.out();
  out.open(tag::FolderSync);
  out.number(tag::Status, folder_status::ok);
  out.text(tag::SyncKey, key);
  out.open(tag::Changes);
  out.number(tag::Count, static_cast<std::int64_t>(delta.size()));
  for (const sync::ShownFolder& folder : delta.updated) write_folder(out, tag::Update, folder);
  for (const std::string& id : delta.removed) {
    out.open(tag::Delete);
    out.text(tag::ServerId, id);
    out.close();
  }
  for (const sync::ShownFolder& folder : delta.added) write_folder(out, tag::Add, folder);
  out.close();
  out.close();
  return document.finish();
}

}  // namespace

Task<Answer> folder_sync(Session& session) {
  const wbxml::Element* key = session.document.find(tag::SyncKey);
  if (key == nullptr) co_return failed(session, folder_status::malformed);
  Hierarchy hierarchy(session);
  co_await hierarchy.load();
  const bool initial = key->text == "0";
  if (initial) {
    hierarchy.begin();
  } else if (!hierarchy.present(key->text)) {
    co_return failed(session, folder_status::bad_key);
  }
  const auto now = shown_to(session, co_await session.listed_folders());
  const auto delta = sync::difference(hierarchy.known(), now);
  if (delta.size() == 0 && !initial && !hierarchy.repeated()) {
    if (!co_await hierarchy.note_proof()) co_return failed(session, folder_status::server_error);
    co_return write_answer(session, hierarchy.same_key(), delta);
  }
  const std::string next = co_await hierarchy.offer(now, {});
  if (next.empty()) co_return failed(session, folder_status::server_error);
  auto document = write_answer(session, next, delta);
  document.initial_hierarchy = initial;
  co_return document;
}

}  // namespace godwit::command
