/// The compact listing that stands in for mod-sequences on servers without CONDSTORE: which UIDs
/// there are and a mark of each one's flags, about two bytes a message.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "item/message.hpp"
#include "item/uid_set.hpp"

namespace godwit::imap {

class Listing {
 public:
  /// Error: malformed, when it is none of ours.
  static Result<Listing> parse(std::string_view text);
  /// Never empty, also for an empty mailbox.
  std::string str() const;

  void add(Uid uid, const Flags& flags);
  void remove(Uid uid) { marks_.erase(uid); }
  UidSet uids() const;
  /// Those that are new or marked otherwise than in `before`, ascending.
  std::vector<Uid> changed_since(const Listing& before) const;

 private:
  std::map<Uid, std::uint32_t> marks_;
};

}  // namespace godwit::imap
