/// A collection of text items while its request is worked on.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "command/item_kind.hpp"
#include "command/sync_collection.hpp"
#include "sync/item_chunks.hpp"

namespace godwit::command {

struct ItemWork {
  Session& session;
  const sync::FolderRow& row;
  const ItemKind& kind;
  FolderKey collection;
  ItemOptions options;
  sync::ItemChunks chunks;  // of `state`
  std::uint8_t filter_type = 0;
  bool client_wins = false;
  sync::Relationship relationship;             // as stored, with the presented key acknowledged
  bool repeated = false;                       // the last answer was lost
  std::uint32_t presented = 0;                 // generation of the key that came
  sync::ItemState state;                       // of that generation, brought up to the collection
  std::vector<sync::CommandOutcome> outcomes;  // of this request
  std::vector<store::Write> writes;            // go with the generation's commit
};

/// The device's own commands: done at most once, however often they come.
Task<std::vector<SyncResponse>> run_item_commands(ItemWork& work,
                                                  const eas::SyncCollection& request);

/// Outcomes of a lost answer, told again: what they made of items is what the device holds.
Task<> recall_item_outcomes(ItemWork& work, const std::vector<eas::SyncCommand>& commands);

/// Loads what the commands need of the state.
Task<> load_for_commands(ItemWork& work, const std::vector<eas::SyncCommand>& commands);

}  // namespace godwit::command
