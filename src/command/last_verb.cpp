#include "command/last_verb.hpp"

#include <algorithm>
#include <set>

#include "base/text.hpp"
#include "convert/address.hpp"
#include "convert/header.hpp"

namespace godwit::command {
namespace {

using Addresses = std::set<std::string>;

Addresses addresses_in(const convert::Header& header,
                       std::initializer_list<std::string_view> names) {
  Addresses found;
  for (const std::string_view name : names) {
    for (const convert::Mailbox& mailbox : convert::parse_addresses(header.get(name))) {
      if (!mailbox.address.empty()) found.insert(ascii_lower(mailbox.address));
    }
  }
  return found;
}

Addresses lower(std::span<const std::string> addresses) {
  Addresses found;
  for (const std::string& address : addresses) found.insert(ascii_lower(address));
  return found;
}

Task<> keep(Session& session, std::string id, Verb verb, Time when) {
  constexpr int attempts_max = 3;  // a device may flag the message at the same time
  const store::Key key = session.key(store::Kind::item, std::move(id));
  for (int attempt = 0; attempt < attempts_max; ++attempt) {
    const auto record = co_await session.services.store.get(key);
    KeptMail kept;
    if (record) kept = unpack_kept(record->value).value_or(KeptMail());
    kept.verb = verb;
    kept.verb_time = when;
    std::vector<store::Write> batch;
    batch.push_back({key, record ? record->revision : 0, pack_kept(kept)});
    if (co_await session.services.store.commit(std::move(batch))) co_return;
  }
}

}  // namespace

Verb verb_of(std::string_view header, std::span<const std::string> recipients,
             std::span<const std::string> own) {
  const convert::Header fields(header);
  const Addresses mine = lower(own);
  Addresses authors = addresses_in(fields, {"From", "Reply-To"});
  Addresses others = addresses_in(fields, {"To", "Cc"});
  // A reply to a mail of one's own goes to those whom it was written to.
  if (std::ranges::any_of(authors, [&](const auto& each) { return mine.contains(each); })) {
    authors = addresses_in(fields, {"To"});
  }
  const bool all = std::ranges::any_of(lower(recipients), [&](const std::string& each) {
    return others.contains(each) && !authors.contains(each) && !mine.contains(each);
  });
  return all ? Verb::reply_all : Verb::reply;
}

Task<> note_verb(Session& session, Original original, std::vector<std::string> recipients,
                 Time when) {
  Verb verb = Verb::forward;
  backend::FlagChange change;
  if (original.forward) {
    change.forwarded = true;
  } else {
    change.answered = true;
    const auto found =
        co_await session.mail().fetch(original.folder, original.uid_validity, {original.uid});
    if (!found || found->empty()) co_return;
    verb = verb_of(found->front().header, recipients, session.account.addresses);
  }
  // Before the flag: a device that is told of that finds all of it.
  co_await keep(session, std::move(original.id), verb, when);
  static_cast<void>(co_await session.mail().store_flags(original.folder, original.uid_validity,
                                                        original.uid, std::move(change)));
}

}  // namespace godwit::command
