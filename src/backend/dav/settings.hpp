/// How contacts, calendars, tasks and notes are found on a CalDAV and CardDAV server.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "backend/shared_rule.hpp"
#include "base/secret.hpp"
#include "dav/client.hpp"

namespace godwit::backend::dav {

namespace wire = godwit::dav;

struct Settings {
  std::optional<wire::Url> start{};  // nothing: by `domain`
  std::string domain{};              // whose SRV records name the servers; `{domain}` = the user's
  // Templates (wire::fill): paths of homes, which are then not looked for, and who signs in.
  std::string calendars{};
  std::string contacts{};
  std::string user = "{login}";
  std::optional<Secret> password{};  // nothing: the user's own
  /// Of other users. `listed`: paths of collections, templates too, `*` in the last part alone.
  SharedRule shared{};
  bool create = true;  // a calendar or address book where the user has none
  wire::ClientSettings client{};
  std::chrono::milliseconds interval{45'000};       // of a watch
  std::chrono::milliseconds interval_max{600'000};  // reached while the server fails
  std::chrono::milliseconds homes_keep{3'600'000};  // before they are looked for anew
  std::chrono::milliseconds refusal_keep{600'000};  // the same password is not tried before
};

}  // namespace godwit::backend::dav
