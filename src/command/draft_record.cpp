#include "command/draft_record.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "base/bytes.hpp"
#include "base/fault.hpp"
#include "base/pack.hpp"
#include "base/text.hpp"
#include "wbxml/pages/airsyncbase.hpp"
#include "wbxml/pages/email2.hpp"

namespace godwit::command {
namespace {

namespace airsyncbase = wbxml::airsyncbase;
namespace email2 = wbxml::email2;
using Kind = eas::SyncCommand::Kind;

constexpr std::uint16_t status_ok = 1;
constexpr std::uint64_t plan_format = 2;
constexpr std::uint64_t plan_format_alone = 1;  // of one edit

void pack_into(Packer& out, const DraftMade& made) {
  out.boolean(made.sent).number(made.uid).number(made.before).number(made.name);
  out.number(made.files.size());
  for (const sync::DraftName::File& file : made.files)
    out.number(file.uid).text(file.section).text(file.now);
  out.number(made.added.size());
  for (const AddedDraftFile& file : made.added) out.text(file.client_id).text(file.reference);
  out.text(made.conversation_id).text(made.conversation_index);
  const Flags& flags = made.flags;
  for (const bool flag :
       {flags.seen, flags.answered, flags.flagged, flags.draft, flags.forwarded}) {
    out.boolean(flag);
  }
  out.number(flags.keywords.size());
  for (const std::string& keyword : flags.keywords) out.text(keyword);
}

DraftMade unpack_made(Unpacker& in) {
  DraftMade made;
  made.sent = in.boolean();
  made.uid = in.number_as<Uid>();
  made.before = in.number_as<Uid>();
  made.name = in.number_as<Uid>();
  for (std::size_t left = in.count(); left > 0 && in.ok(); --left) {
    sync::DraftName::File& file = made.files.emplace_back();
    file.uid = in.number_as<Uid>();
    file.section = in.text();
    file.now = in.text();
  }
  for (std::size_t left = in.count(); left > 0 && in.ok(); --left) {
    AddedDraftFile& file = made.added.emplace_back();
    file.client_id = in.text();
    file.reference = in.text();
  }
  made.conversation_id = in.text();
  made.conversation_index = in.text();
  Flags& flags = made.flags;
  for (bool* flag :
       {&flags.seen, &flags.answered, &flags.flagged, &flags.draft, &flags.forwarded}) {
    *flag = in.boolean();
  }
  for (std::size_t left = in.count(); left > 0 && in.ok(); --left) {
    flags.keywords.emplace_back(in.text());
  }
  return made;
}

}  // namespace

std::string intent_part(const eas::SyncCommand& command) {
  return std::to_string(std::to_underlying(command.kind)) + '/' + command.id;
}

std::string pack(const DraftMade& made) {
  Packer out;
  pack_into(out, made);
  return std::move(out).bytes();
}

std::optional<DraftMade> made_of(const sync::CommandOutcome& outcome) {
  if (outcome.reply.empty() || outcome.status != status_ok) return std::nullopt;
  Unpacker in(outcome.reply);
  DraftMade made = unpack_made(in);
  if (!in.finish()) return std::nullopt;
  return made;
}

bool was_sent(const MailWork& work, std::string_view server_id) {
  const auto change = std::to_underlying(eas::SyncCommand::Kind::change);
  return std::ranges::any_of(work.outcomes, [&](const sync::CommandOutcome& outcome) {
    if (outcome.kind != change || outcome.id != server_id) return false;
    const auto made = made_of(outcome);
    return made && made->sent;
  });
}

std::string pack(const DraftPlan& plan) {
  Packer out;
  out.number(plan_format).text(plan.digest).text(plan.message_id);
  out.number(plan.uid_validity).number(plan.uid_next);
  pack_into(out, plan.made);
  out.number(plan.done.size());
  for (const std::string& digest : plan.done) out.text(digest);
  pack_into(out, plan.last);
  return std::move(out).bytes();
}

DraftPlan unpack_draft_plan(std::string_view bytes) {
  Unpacker in(bytes);
  DraftPlan plan;
  const std::uint64_t format = in.number();
  if (format != plan_format && format != plan_format_alone) in.damage();
  plan.digest = in.text();
  plan.message_id = in.text();
  plan.uid_validity = in.number_as<std::uint32_t>();
  plan.uid_next = in.number_as<Uid>();
  plan.made = unpack_made(in);
  if (format == plan_format) {
    for (std::size_t left = in.count(); left > 0 && in.ok(); --left) {
      plan.done.emplace_back(in.text());
    }
    plan.last = unpack_made(in);
  }
  if (!in.finish()) throw Fault(Fault::Kind::corrupt, "damaged intent of a draft");
  return plan;
}

std::string wish_of(const std::vector<eas::SyncCommand>& commands, const eas::SyncCommand& last) {
  std::string wish;
  for (const eas::SyncCommand& command : commands) {
    if (command.kind != last.kind || command.id != last.id) continue;
    const bool first = wish.empty();
    wish += digest(command);
    if (!first) wish = digest128(wish);
    if (&command == &last) break;
  }
  return wish;
}

void DraftChain::note_refused(const std::string& digest, std::uint16_t status) {
  done.push_back(digest + std::to_string(status));
}

std::optional<std::uint16_t> DraftChain::recall(const std::string& digest) {
  constexpr std::uint16_t ok = 1;
  if (untold.empty() || !untold.front().starts_with(digest)) return std::nullopt;
  const std::string status = untold.front().substr(digest.size());
  untold.erase(untold.begin());
  return status.empty() ? ok : parse_number<std::uint16_t>(status).value_or(ok);
}

void apply(MailWork& work, const DraftMade& made) {
  sync::MailState& state = work.state;
  if (made.sent) {
    if (made.before == 0) return;
    // [MS-ASEMAIL] Send: the draft goes from the device with this answer.
    for (UidSet* set : {&state.held, &state.dirty, &state.soft, &state.todo}) {
      set->remove(made.before);
    }
    state.gone.add(made.before);
    if (made.name != made.before) state.drafts[made.before].name = made.name;
    return;
  }
  // Marks that others set on the message before are on this one, and the device's news still.
  const bool has_news = state.dirty.contains(made.before) || state.dirty.contains(made.uid);
  if (made.before != 0) drop(state, made.before);
  // Whatever had the name before: of several edits that a kill cut short only the last is applied.
  for (Uid old = state.named(made.name); old != made.name; old = state.named(made.name)) {
    drop(state, old);
  }
  drop(state, made.name);
  drop(state, made.uid);
  state.held.add(made.uid);
  if (has_news) state.dirty.add(made.uid);
  if (made.name != made.uid) state.drafts[made.uid] = {made.name, made.files};
  work.expected[made.uid] = made.flags;
}

void apply_again(MailWork& work, const DraftMade& made) {
  apply(work, made);
  if (!made.sent && made.before != 0) work.state.dirty.add(made.uid);
}

bool recall_drafts(MailWork& work, const eas::SyncCommand& command) {
  if (command.kind != Kind::change && command.kind != Kind::add) return false;
  bool found = false;
  for (const sync::CommandOutcome& outcome : work.relationship.outcomes) {
    if (outcome.kind != std::to_underlying(command.kind) || outcome.id != command.id) continue;
    // An Add with other words by now takes the place of what this one made.
    if (command.kind == Kind::add && outcome.digest != digest(command)) continue;
    const auto made = made_of(outcome);
    if (made) apply_again(work, *made);
    if (!made && found && outcome.flags) work.expected[outcome.uid] = *outcome.flags;
    found = found || made;
  }
  return found;
}

std::optional<render::Prepared> draft_answer(const sync::CommandOutcome& outcome) {
  const auto made = made_of(outcome);
  if (!made || made->sent) return std::nullopt;
  const bool is_new = outcome.kind == std::to_underlying(Kind::add);
  if (!is_new && made->added.empty()) return std::nullopt;
  render::Prepared item;
  item.write = [made = *made, is_new](wbxml::Writer& out) {
    if (!made.added.empty()) {
      out.open(airsyncbase::Attachments);
      for (const AddedDraftFile& file : made.added) {
        out.open(airsyncbase::Attachment);
        out.text(airsyncbase::FileReference, file.reference);
        out.text(airsyncbase::ClientId, file.client_id);
        out.close();
      }
      out.close();
    }
    if (!is_new) return;
    out.opaque(email2::ConversationId, made.conversation_id);
    out.opaque(email2::ConversationIndex, made.conversation_index);
  };
  return item;
}

}  // namespace godwit::command
