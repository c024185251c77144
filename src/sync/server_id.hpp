/// A mail's ServerId: `{collection}:{uidvalidity}.{uid}`, stable across keys, devices and key 0
/// (engine.md §1: Identity).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "item/uid_set.hpp"

namespace godwit::sync {

struct MailId {
  std::string collection;
  std::uint32_t uid_validity = 0;
  Uid uid = 0;
};

std::string format_mail_id(std::string_view collection, std::uint32_t uid_validity, Uid uid);
/// Error: malformed. Names nothing by itself: whether it is the user's own is for the caller to
/// see.
Result<MailId> parse_mail_id(std::string_view text);

}  // namespace godwit::sync
