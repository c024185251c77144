#include "sync/relationship.hpp"

#include <algorithm>

#include "base/pack.hpp"

namespace godwit::sync {
namespace {

constexpr std::uint64_t format = 1;

void pack_flags(Packer& out, const Flags& flags) {
  for (const bool flag :
       {flags.seen, flags.answered, flags.flagged, flags.draft, flags.forwarded}) {
    out.boolean(flag);
  }
  out.number(flags.keywords.size());
  for (const std::string& keyword : flags.keywords) out.text(keyword);
}

Flags unpack_flags(Unpacker& in) {
  Flags flags;
  for (bool* flag :
       {&flags.seen, &flags.answered, &flags.flagged, &flags.draft, &flags.forwarded}) {
    *flag = in.boolean();
  }
  for (std::size_t left = in.count(); left > 0 && in.ok(); --left) {
    flags.keywords.emplace_back(in.text());
  }
  return flags;
}

void pack_outcome(Packer& out, const CommandOutcome& outcome) {
  out.number(outcome.kind);
  out.text(outcome.id);
  out.text(outcome.digest);
  out.number(outcome.status);
  out.text(outcome.server_id);
  out.text(outcome.reply);
  out.number(outcome.uid);
  out.boolean(outcome.flags.has_value());
  if (outcome.flags) pack_flags(out, *outcome.flags);
}

CommandOutcome unpack_outcome(Unpacker& in) {
  CommandOutcome outcome;
  outcome.kind = static_cast<std::uint8_t>(in.number());
  outcome.id = in.text();
  outcome.digest = in.text();
  outcome.status = static_cast<std::uint16_t>(in.number());
  outcome.server_id = in.text();
  outcome.reply = in.text();
  outcome.uid = static_cast<Uid>(in.number());
  if (in.boolean()) outcome.flags = unpack_flags(in);
  return outcome;
}

}  // namespace

std::string pack(const Relationship& relationship) {
  Packer out;
  out.number(format);
  out.number(relationship.id);
  out.number(relationship.acknowledged);
  out.text(relationship.acknowledged_state);
  out.number(relationship.offered);
  out.text(relationship.offered_state);
  out.number(relationship.repeats);
  out.number(relationship.lone);
  out.number(relationship.lone_form);
  out.text(relationship.options);
  out.number(relationship.outcomes.size());
  for (const CommandOutcome& outcome : relationship.outcomes) pack_outcome(out, outcome);
  return std::move(out).bytes();
}

Result<Relationship> unpack_relationship(std::string_view bytes) {
  Unpacker in(bytes);
  if (in.number() != format) return fail(Errc::unsupported, "relationship of another format");
  Relationship relationship;
  relationship.id = in.number();
  relationship.acknowledged = static_cast<std::uint32_t>(in.number());
  relationship.acknowledged_state = in.text();
  relationship.offered = static_cast<std::uint32_t>(in.number());
  relationship.offered_state = in.text();
  relationship.repeats = static_cast<std::uint32_t>(in.number());
  relationship.lone = static_cast<Uid>(in.number());
  relationship.lone_form = static_cast<std::uint8_t>(in.number());
  relationship.options = in.text();
  for (std::size_t left = in.count(); left > 0 && in.ok(); --left) {
    relationship.outcomes.push_back(unpack_outcome(in));
  }
  if (!in.ok()) return fail(Errc::malformed, "damaged relationship");
  return relationship;
}

const std::string& newest_state(const Relationship& relationship) {
  return relationship.offered != 0 ? relationship.offered_state : relationship.acknowledged_state;
}

Presented judge(const Relationship& relationship, SyncKey key) {
  if (key.is_initial() || key.relationship() != relationship.id) return Presented::unknown;
  const std::uint32_t generation = key.generation();
  if (relationship.offered != 0 && generation == relationship.offered) return Presented::current;
  if (relationship.acknowledged != 0 && generation == relationship.acknowledged) {
    return relationship.offered == 0 ? Presented::current : Presented::repeated;
  }
  return Presented::unknown;
}

void acknowledge(Relationship& relationship, SyncKey key) {
  if (key.generation() != relationship.offered) return;
  relationship.acknowledged = relationship.offered;
  relationship.acknowledged_state = std::move(relationship.offered_state);
  relationship.offered = 0;
  relationship.offered_state.clear();
  relationship.outcomes.clear();
  relationship.repeats = 0;
  relationship.lone = 0;
  relationship.lone_form = 0;
}

void repeat(Relationship& relationship) { ++relationship.repeats; }

SyncKey next_key(const Relationship& relationship) {
  return SyncKey::of(relationship.id,
                     std::max(relationship.acknowledged, relationship.offered) + 1);
}

const CommandOutcome* find_outcome(const Relationship& relationship, std::uint8_t kind,
                                   std::string_view id, std::string_view digest) {
  for (const CommandOutcome& outcome : relationship.outcomes) {
    if (outcome.kind == kind && outcome.id == id && outcome.digest == digest) return &outcome;
  }
  return nullptr;
}

std::uint32_t window_after_repeats(std::uint32_t window, std::uint32_t repeats) {
  if (repeats < 2) return window;
  const std::uint32_t halvings = std::min(repeats - 1, 31U);
  return std::max(window >> halvings, 1U);
}

}  // namespace godwit::sync
