/// From a server's address to a user's homes (RFC 6764 6, 4791 6.2.1, 6352 7.1.1, 5397).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/fault.hpp"
#include "dav/client.hpp"
#include "dav/request.hpp"

namespace godwit::dav {

/// Folders below which a user's collections lie.
struct Homes {
  std::vector<Url> calendars;
  std::vector<Url> contacts;
};

/// The server does not take the credentials.
class Refused final : public Fault {
 public:
  explicit Refused(const std::string& what) : Fault(Kind::unavailable, what) {}
};

/// Follows the well-known address where `start` has no path of its own, the current principal and
/// its home sets. Homes that were not found are left out. Throws Fault: as Client, Refused, and
/// what raise() says.
Task<Homes> discover(Client& client, Credentials credentials, Url start);

/// Whether the server said that it does not take the credentials.
bool refuses(const Reply& reply);

/// What an answer means that is no success and that its request gives no meaning of its own. Throws
/// Fault: busy (423, 429, 503), quota (507), unavailable (401, 403, 5xx, others).
[[noreturn]] void raise(const Reply& reply, std::string_view doing);

}  // namespace godwit::dav
