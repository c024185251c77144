#include "command/mail_move.hpp"

#include <algorithm>
#include <map>

#include "base/pack.hpp"
#include "convert/header.hpp"

namespace godwit::command {
namespace {

/// What an intent of a move remembers.
struct Detail {
  std::uint32_t uid_validity = 0;  // of the target
  Uid uid_next = 0;
  Likeness likeness;
};

std::string pack(const Detail& detail) {
  Packer out;
  out.number(detail.uid_validity).number(detail.uid_next);
  out.text(detail.likeness.message_id).number(detail.likeness.size);
  out.signed_number(detail.likeness.received.time_since_epoch().count());
  return std::move(out).bytes();
}

Detail unpack_detail(std::string_view bytes) {
  Unpacker in(bytes);
  Detail detail;
  detail.uid_validity = in.number_as<std::uint32_t>();
  detail.uid_next = in.number_as<Uid>();
  detail.likeness.message_id = in.text();
  detail.likeness.size = in.number();
  detail.likeness.received = Time(std::chrono::milliseconds(in.signed_number()));
  return detail;
}

bool is_known(const Likeness& likeness) {
  return !likeness.message_id.empty() || likeness.size != 0;
}

/// UIDs of the target, from where it stood on, that may be the message's copy.
Task<UidSet> candidates(backend::Mail& mail, FolderKey target, Detail detail) {
  const auto status = co_await mail.status(target);
  if (!status || status->uid_validity != detail.uid_validity) co_return UidSet{};
  if (!detail.likeness.message_id.empty()) {
    auto found = co_await mail.find_message_id(target, detail.uid_next, detail.likeness.message_id);
    if (!found || found->empty()) co_return UidSet{};
    // What its sender kept and what came back to the sender have one Message-ID, and two sizes.
    const auto messages = co_await mail.fetch(target, detail.uid_validity, found->to_vector());
    UidSet alike;
    if (!messages) co_return alike;
    for (const Message& message : *messages) {
      if (message.size == detail.likeness.size) alike.add(message.state.uid);
    }
    co_return alike;
  }
  // Without a Message-ID: what came since, of the same size and date.
  constexpr std::size_t looked_at_max = 1000;
  auto all = co_await mail.search(target, std::nullopt);
  if (!all) co_return UidSet{};
  if (detail.uid_next > 1) all->remove(1, detail.uid_next - 1);
  const auto messages =
      co_await mail.fetch(target, detail.uid_validity, all->take_lowest(looked_at_max));
  UidSet same;
  if (!messages) co_return same;
  for (const Message& message : *messages) {
    const bool is_same = message.size == detail.likeness.size &&
                         message.state.internal_date == detail.likeness.received;
    if (is_same) same.add(message.state.uid);
  }
  co_return same;
}

/// The copy that an attempt left in the target; 0 = none.
Task<Uid> find_copy(backend::Mail& mail, FolderKey target, Detail detail, const UidSet* claimed) {
  if (!is_known(detail.likeness)) co_return 0;
  auto found = co_await candidates(mail, std::move(target), std::move(detail));
  if (claimed != nullptr) found = found.minus(*claimed);
  co_return found.lowest();
}

Task<Likeness> look_at(backend::Mail& mail, Move move) {
  const auto original = co_await mail.fetch(move.from, move.uid_validity, {move.uid});
  if (!original || original->empty()) co_return Likeness{};
  co_return likeness_of(original->front());
}

Task<Result<Uid>> finish(backend::Mail& mail, Move move, Detail detail, bool recovered,
                         const UidSet* claimed) {
  if (recovered) {
    if (!is_known(detail.likeness)) detail.likeness = co_await look_at(mail, move);
    const Uid copy = co_await find_copy(mail, move.to, detail, claimed);
    if (copy != 0) {
      UidSet original;
      original.add(move.uid);
      const auto removed = co_await mail.expunge(move.from, move.uid_validity, original);
      if (!removed) co_return pass(removed);
      co_return copy;
    }
  }
  auto moved = co_await mail.move(move.from, move.uid_validity, move.uid, move.to);
  if (!moved || *moved != 0) co_return moved;
  co_return co_await find_copy(mail, move.to, std::move(detail), claimed);
}

}  // namespace

Likeness likeness_of(const Message& message) {
  const convert::Header header(message.header);
  return {convert::first_message_id(header.get("Message-ID")), message.size,
          message.state.internal_date};
}

Task<std::vector<sync::OpenIntent>> open_move_intents(Session& session, FolderKey target,
                                                      std::vector<std::string> names) {
  const auto status = co_await session.mail().status(target);
  const Detail detail = status ? Detail{status->uid_validity, status->uid_next, {}} : Detail{};
  std::vector<sync::Intent> intents;
  intents.reserve(names.size());
  for (std::string& name : names) intents.push_back({std::move(name), pack(detail)});
  co_return co_await session.services.journal.open(session.user(), std::move(intents));
}

Task<std::vector<sync::OpenIntent>> open_move_intents(Session& session,
                                                      const std::vector<NamedMove>& moves) {
  std::map<FolderKey, Detail> positions;
  std::vector<sync::Intent> intents;
  for (const NamedMove& named : moves) {
    auto position = positions.find(named.move.to);
    if (position == positions.end()) {
      const auto status = co_await session.mail().status(named.move.to);
      const Detail detail = status ? Detail{status->uid_validity, status->uid_next, {}} : Detail{};
      position = positions.emplace(named.move.to, detail).first;
    }
    Detail detail = position->second;
    detail.likeness = named.likeness;
    intents.push_back({named.name, pack(detail)});
  }
  co_return co_await session.services.journal.open(session.user(), std::move(intents));
}

std::uint32_t target_validity(const sync::OpenIntent& intent) {
  return unpack_detail(intent.detail).uid_validity;
}

Task<Result<Uid>> finish_move(Session& session, Move move, sync::OpenIntent intent,
                              UidSet* claimed) {
  auto uid = co_await finish(session.mail(), std::move(move), unpack_detail(intent.detail),
                             intent.recovered, claimed);
  if (uid && *uid != 0 && claimed != nullptr) claimed->add(*uid);
  co_return uid;
}

}  // namespace godwit::command
