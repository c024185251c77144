#include "app/send_as.hpp"

#include <algorithm>
#include <iterator>

#include "app/user_file.hpp"
#include "base/id.hpp"
#include "base/text.hpp"

namespace godwit::app {

Result<SendAs> parse_send_as(const Strings& entries) {
  SendAs out;
  for (const std::string& entry : entries) {
    const auto colon = entry.find(':');
    const auto user = UserId::parse(ascii_lower(trim(std::string_view(entry).substr(0, colon))));
    std::vector<std::string> addresses;
    if (colon != std::string::npos) addresses = split_blanks(entry.substr(colon + 1));
    const bool good = user && !addresses.empty() &&
                      std::ranges::all_of(addresses, [](const std::string& address) {
                        return address.contains('@') && !address.contains(',');
                      });
    if (!good) return fail(Errc::malformed, "'" + entry + "' is not 'user: address address ...'");
    std::ranges::move(addresses, std::back_inserter(out[user->str()]));
  }
  return out;
}

}  // namespace godwit::app
