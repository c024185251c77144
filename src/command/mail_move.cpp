#include "command/mail_move.hpp"

#include "base/pack.hpp"
#include "convert/header.hpp"

namespace godwit::command {
namespace {

/// What an intent of a move remembers of its target.
struct Target {
  std::uint32_t uid_validity = 0;
  Uid uid_next = 0;
};

std::string pack(const Target& target) {
  Packer out;
  out.number(target.uid_validity).number(target.uid_next);
  return std::move(out).bytes();
}

Target unpack_target(std::string_view bytes) {
  Unpacker in(bytes);
  Target target;
  target.uid_validity = in.number_as<std::uint32_t>();
  target.uid_next = in.number_as<Uid>();
  return target;
}

/// The copy that an earlier attempt left in the target; 0 = none.
Task<Uid> find_copy(backend::Mail& mail, const Move& move, const Target& target) {
  const auto status = co_await mail.status(move.to);
  if (!status || status->uid_validity != target.uid_validity) co_return 0;
  auto original = co_await mail.fetch(move.from, move.uid_validity, {move.uid});
  if (!original || original->empty()) co_return 0;
  const convert::Header header(original->front().header);
  const std::string id = convert::first_message_id(header.get("Message-ID"));
  if (id.empty()) co_return 0;
  const auto found = co_await mail.find_message_id(move.to, target.uid_next, id);
  co_return found ? found->lowest() : 0;
}

}  // namespace

Task<std::vector<sync::OpenIntent>> open_move_intents(Session& session, FolderKey target,
                                                      std::vector<std::string> names) {
  const auto status = co_await session.mail().status(target);
  const Target position = status ? Target{status->uid_validity, status->uid_next} : Target{};
  std::vector<sync::Intent> intents;
  for (std::string& name : names) intents.push_back({std::move(name), pack(position)});
  co_return co_await session.services.journal.open(session.user(), std::move(intents));
}

Task<Result<Uid>> finish_move(Session& session, Move move, sync::OpenIntent intent) {
  backend::Mail& mail = session.mail();
  if (intent.recovered) {
    const Uid copy = co_await find_copy(mail, move, unpack_target(intent.detail));
    if (copy != 0) {
      UidSet original;
      original.add(move.uid);
      const auto removed = co_await mail.expunge(move.from, move.uid_validity, original);
      if (!removed) co_return pass(removed);
      co_return copy;
    }
  }
  co_return co_await mail.move(move.from, move.uid_validity, move.uid, move.to);
}

}  // namespace godwit::command
