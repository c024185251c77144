#include "command/sync_answer.hpp"

#include <algorithm>

#include "sync/server_id.hpp"
#include "wbxml/pages/airsync.hpp"
#include "wbxml/pages/airsyncbase.hpp"

namespace godwit::command {
namespace {

namespace airsync = wbxml::airsync;
using Kind = eas::SyncCommand::Kind;

wbxml::Tag tag_of(Kind kind) {
  switch (kind) {
    case Kind::add:
      return airsync::Add;
    case Kind::change:
      return airsync::Change;
    case Kind::remove:
      return airsync::Delete;
    case Kind::fetch:
      return airsync::Fetch;
  }
  return airsync::Add;
}

void write_response(wbxml::Writer& out, const SyncResponse& response) {
  out.open(tag_of(response.kind));
  if (response.kind == Kind::add) {
    out.text(airsync::ClientId, response.id);
    if (!response.server_id.empty()) out.text(airsync::ServerId, response.server_id);
  } else {
    out.text(airsync::ServerId, response.id);
    if (!response.instance_id.empty()) {
      out.text(wbxml::airsyncbase::InstanceId, response.instance_id);
    }
  }
  out.number(airsync::Status, response.status);
  if (response.item) {
    out.open(airsync::ApplicationData);
    (*response.item->write)(out);
    out.close();
  }
  out.close();
}

void write_items(wbxml::Writer& out, const CollectionAnswer& answer, wbxml::Tag tag,
                 const std::vector<render::Prepared>& items) {
  for (const render::Prepared& item : items) {
    out.open(tag);
    out.text(airsync::ServerId, item.server_id.empty()
                                    ? sync::format_mail_id(answer.id, answer.uid_validity, item.uid)
                                    : item.server_id);
    out.open(airsync::ApplicationData);
    (*item.write)(out);
    out.close();
    out.close();
  }
}

void write_removed(wbxml::Writer& out, const CollectionAnswer& answer, wbxml::Tag tag,
                   const std::vector<Uid>& uids) {
  for (const Uid uid : uids) {
    out.open(tag);
    out.text(airsync::ServerId, sync::format_mail_id(answer.id, answer.uid_validity, uid));
    out.close();
  }
}

void write_removed(wbxml::Writer& out, wbxml::Tag tag, const std::vector<std::string>& ids) {
  for (const std::string& id : ids) {
    out.open(tag);
    out.text(airsync::ServerId, id);
    out.close();
  }
}

/// Without Class at every version: the schema has no place for it (strictness.md 2).
void write_collection(wbxml::Writer& out, const CollectionAnswer& answer) {
  out.open(airsync::Collection);
  if (!answer.sync_key.empty()) out.text(airsync::SyncKey, answer.sync_key);
  out.text(airsync::CollectionId, answer.id);
  out.number(airsync::Status, answer.status);
  // Between Status and Commands: old Windows devices look for it there.
  if (answer.more_available) out.empty(airsync::MoreAvailable);
  if (!answer.responses.empty()) {
    out.open(airsync::Responses);
    for (const SyncResponse& response : answer.responses) write_response(out, response);
    out.close();
  }
  if (answer.items() > 0) {
    out.open(airsync::Commands);
    write_removed(out, answer, airsync::Delete, answer.removed);
    write_removed(out, answer, airsync::SoftDelete, answer.soft_removed);
    write_removed(out, airsync::Delete, answer.removed_items);
    write_removed(out, airsync::SoftDelete, answer.left_items);
    write_items(out, answer, airsync::Change, answer.changed);
    write_items(out, answer, airsync::Add, answer.added);
    out.close();
  }
  out.close();
}

std::uint32_t number_of(std::size_t items) { return static_cast<std::uint32_t>(items); }

void count_items(const CollectionAnswer& answer, Tally& sent) {
  sent.added += number_of(answer.added.size());
  sent.changed += number_of(answer.changed.size());
  sent.deleted += number_of(answer.items() - answer.added.size() - answer.changed.size());
  sent.fetched += number_of(static_cast<std::size_t>(
      std::ranges::count_if(answer.responses, [](const SyncResponse& response) {
        return response.kind == Kind::fetch && response.item.has_value();
      })));
}

}  // namespace

Answer write_sync_answer(Session& session, const std::vector<CollectionAnswer>& answers) {
  DocumentWriter document(session.services.spools);
  wbxml::Writer& out = document.out();
  out.open(airsync::Sync);
  out.open(airsync::Collections);
  for (const CollectionAnswer& answer : answers) {
    const bool said = answer.has_news() || session.version < eas::Version::v12_1;
    if (!said) continue;
    write_collection(out, answer);
    count_items(answer, session.sent);
  }
  out.close();
  out.close();
  return document.finish();
}

}  // namespace godwit::command
