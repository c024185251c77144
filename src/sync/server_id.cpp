#include "sync/server_id.hpp"

#include <fmt/format.h>

#include "base/text.hpp"

namespace godwit::sync {

std::string format_mail_id(std::string_view collection, std::uint32_t uid_validity, Uid uid) {
  return fmt::format("{}:{}.{}", collection, uid_validity, uid);
}

Result<MailId> parse_mail_id(std::string_view text) {
  constexpr std::size_t length_max = 64;
  const auto colon = text.find(':');
  const auto dot = text.find('.', colon == std::string_view::npos ? 0 : colon);
  if (text.size() > length_max || colon == std::string_view::npos || colon == 0 ||
      dot == std::string_view::npos) {
    return fail(Errc::malformed, "not a mail's id");
  }
  const auto uid_validity = parse_number<std::uint32_t>(text.substr(colon + 1, dot - colon - 1));
  const auto uid = parse_number<Uid>(text.substr(dot + 1));
  if (!uid_validity || !uid || *uid == 0) return fail(Errc::malformed, "not a mail's id");
  return MailId{std::string(text.substr(0, colon)), *uid_validity, *uid};
}

}  // namespace godwit::sync
