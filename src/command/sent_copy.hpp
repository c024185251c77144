/// The copy of a sent mail in the Sent folder, once, whatever dies in between (engine.md §2). Where
/// the folder stood before is part of the intent: what has the mail's id and came after that is the
/// copy of an earlier attempt.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/pack.hpp"
#include "command/session.hpp"

namespace godwit::command {

struct SentPlace {
  std::string key{};  // of the folder; empty: there is none, and no copy is kept
  std::uint32_t validity = 0;
  Uid next = 0;
};
void pack(const SentPlace& place, Packer& out);
SentPlace unpack_sent_place(Unpacker& in);
Task<SentPlace> look_at_sent(Session& session);

struct SentCopy {
  std::shared_ptr<const backend::MessageSource> message;
  std::string message_id;  // without brackets
  Time date{};
  bool attempted = false;  // maybe it was saved before
};
enum class Saved : std::uint8_t {
  yes,
  no,     // for good
  later,  // another attempt may do better
};
Task<Saved> save_sent(Session& session, SentPlace place, SentCopy copy);

}  // namespace godwit::command
