/// One collection of a Sync request, from its key to its answer.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/fault.hpp"
#include "command/session.hpp"
#include "eas/sync.hpp"
#include "render/render.hpp"
#include "sync/mail_state.hpp"
#include "sync/relationship.hpp"

namespace godwit::command {

/// One entry of Responses.
struct SyncResponse {
  eas::SyncCommand::Kind kind;
  std::string id;         // ClientId of an Add, else ServerId
  std::string server_id;  // of an Add that worked
  std::uint16_t status = 1;
  std::optional<render::Prepared> item{};  // of a Fetch that worked; what an Add or Change made
  std::string instance_id{};               // 16.x: of a Change or Delete that named an occurrence
};

struct CollectionAnswer {
  std::string id;
  std::string sync_key;  // empty = left out (failures)
  std::uint16_t status = 1;
  bool more_available = false;
  std::vector<SyncResponse> responses;
  std::uint32_t uid_validity = 0;
  std::vector<Uid> removed, soft_removed;
  std::vector<std::string> removed_items;  // ServerIds of what is no mail
  std::vector<std::string> left_items;     // the same of what left the window
  std::vector<render::Prepared> changed;   // full items, or their flags alone
  std::vector<render::Prepared> added;

  std::size_t items() const {
    return removed.size() + soft_removed.size() + removed_items.size() + left_items.size() +
           changed.size() + added.size();
  }
  /// Worth a Collection element in an answer that may leave out what has no news.
  bool has_news() const { return status != 1 || items() > 0 || !responses.empty() || must_answer; }
  bool must_answer = false;                       // key 0, a repeated key, client commands
  std::optional<Fault::Kind> fault;               // `status` stands for it
  std::optional<backend::MailboxStatus> mailbox;  // as it was found
};

struct CollectionRequest {
  eas::SyncCollection request;
  std::uint32_t window = 0;     // what this collection may carry at most
  std::uint64_t bytes_max = 0;  // of the answer that are left
  Time deadline;                // when to stop adding items
  /// The mailbox as it is known to be; nothing = it must be asked.
  std::optional<backend::MailboxStatus> status{};
};

/// Runs it: commands first, then changes. Everything the answer says is durable when this returns.
Task<CollectionAnswer> sync_collection(Session& session, const sync::FolderTable& table,
                                       CollectionRequest request);

/// The same for a collection of text items.
Task<CollectionAnswer> sync_items(Session& session, const sync::FolderRow& row,
                                  CollectionRequest request);

/// Sticky Options as the relationship keeps them.
std::string pack_options(const std::vector<eas::SyncOptions>& options);
std::vector<eas::SyncOptions> unpack_options(std::string_view bytes);

/// FilterType is one of mail's ([MS-ASCMD] FilterType: 0 to 5).
bool is_mail_filter(std::uint8_t filter_type);

/// The part of Options that rendering needs.
render::Options render_options(const Session& session, const eas::SyncOptions& options);

}  // namespace godwit::command
