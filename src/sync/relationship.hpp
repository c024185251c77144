/// A device's relationship to one collection (or to its folder hierarchy): at most two generations,
/// and what the device's last commands came to (engine.md §1). Pure; kept as one record of the
/// store.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "item/message.hpp"
#include "sync/sync_key.hpp"

namespace godwit::sync {

/// What a command of the device came to. A repeated command gets this answer and is not done again.
struct CommandOutcome {
  std::uint8_t kind = 0;  // add, change, remove (eas::SyncCommand::Kind)
  std::string id;         // ClientId of an Add, else ServerId
  std::string digest;     // of its content: another content is another command
  std::uint16_t status = 1;
  std::string server_id;  // of an Add
  std::string reply;      // an Add's ApplicationData, packed by the command
  Uid uid = 0;            // of a Change: what it made of the message
  std::optional<Flags> flags;
};

struct Relationship {
  std::uint64_t id = 0;            // the r of its keys
  std::uint32_t acknowledged = 0;  // the device proved that it holds this state; 0 = none yet
  std::string acknowledged_state;
  std::uint32_t offered = 0;  // what our last answer took it to; 0 = nothing
  std::string offered_state;
  std::vector<CommandOutcome> outcomes;  // of the request that `offered` answered
  std::uint32_t repeats = 0;             // how often the acknowledged key came again
  Uid lone = 0;                          // the only item of the offered answer
  std::uint8_t lone_form = 0;            // the form it was sent in (render::Form)
  std::string options;                   // sticky Options, packed by the command
};

std::string pack(const Relationship& relationship);
Result<Relationship> unpack_relationship(std::string_view bytes);

/// What the device was told last, packed; it may not have proved yet that it holds it.
const std::string& newest_state(const Relationship& relationship);

/// How a key stands to a relationship.
enum class Presented : std::uint8_t {
  current,   // the newest key: work goes on from its state
  repeated,  // the one before: our last answer was lost
  unknown,   // neither: Status 3
};
Presented judge(const Relationship& relationship, SyncKey key);

/// After `judge` said current: the offered generation, if any, becomes the acknowledged one.
void acknowledge(Relationship& relationship, SyncKey key);
/// After `judge` said repeated: counts it. The offered generation stays until a new one replaces
/// it.
void repeat(Relationship& relationship);

/// The key of the next answer. Never one that was given before: a late answer must not be mistaken.
SyncKey next_key(const Relationship& relationship);

/// The stored outcome of a command that a repeated request brings again; nullptr = it is a new one.
const CommandOutcome* find_outcome(const Relationship& relationship, std::uint8_t kind,
                                   std::string_view id, std::string_view digest);

/// engine.md §1: the third time the same key comes, the window is halved, and so on down to one.
std::uint32_t window_after_repeats(std::uint32_t window, std::uint32_t repeats);

}  // namespace godwit::sync
