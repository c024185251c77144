/// Whether a collection has something for a device, without an answer being made: for Ping and
/// GetItemEstimate.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "command/look.hpp"
#include "command/session.hpp"
#include "eas/sync.hpp"
#include "sync/item_state.hpp"
#include "sync/mail_state.hpp"
#include "sync/relationship.hpp"

namespace godwit::command {

/// The relationship as stored; nothing when the device never synced the collection, an empty one,
/// which no key fits, when the record cannot be read: the device finds out by its next Sync.
Task<std::optional<sync::Relationship>> load_relationship(Session& session, std::string collection);
/// Of several collections, in the order given.
Task<std::vector<std::optional<sync::Relationship>>> load_relationships(
    Session& session, std::vector<std::string> collections);

/// The same, packed, whatever its class.
const std::string& proven_bytes(Session& session, const std::string& collection,
                                const sync::Relationship& relationship);
/// The state that the device has proved to hold (engine.md §3): the offered one when its key was
/// presented or this request follows on the same connection, else the acknowledged one.
sync::MailState proven_state(Session& session, const std::string& collection,
                             const sync::Relationship& relationship);

/// True when the mailbox, which `look` asked for, has something that the state does not know, or
/// the state still owes something; what the device itself moved there does not count. `told`: a
/// watch told of a change, so that equal counts of a server without mod-sequences prove nothing.
Task<bool> has_pending(Session& session, Look& look, const sync::FolderRow& row,
                       sync::MailState state, bool told);

/// How many items an answer without a limit would bring under `filter_type`: what is owed, and what
/// the mailbox has since `state`. Errors: not_found, stale (the mailbox is another one now).
Task<Result<std::uint64_t>> count_pending(Session& session, Look& look, const sync::FolderRow& row,
                                          sync::MailState state, std::uint8_t filter_type);

/// The same of a collection of text items.
Task<bool> has_pending_items(Session& session, const sync::FolderRow& row, sync::ItemState state);
Task<Result<std::uint64_t>> count_pending_items(Session& session, const sync::FolderRow& row,
                                                sync::ItemState state, std::uint8_t filter_type);

}  // namespace godwit::command
