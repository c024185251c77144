/// Why something is not on a device: everything that stands between an item and a phone is looked
/// at in the order in which a request meets it. Changes nothing.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "admin/finding.hpp"
#include "app/engine.hpp"
#include "backend/backend.hpp"
#include "store/store.hpp"
#include "watch/hub.hpp"

namespace godwit::app {

struct WhyPlaces {
  store::Store& store;
  Engine& engine;
  backend::MailBackend& mail;
  const watch::Hub& hub;
  Time now{};
};

/// `item`: a ServerId as logs show it, or the Message-ID of a mail; empty = the device as a whole.
/// `asking`: the user's account, who asks; none: an administrator does. Error: not_found (the user
/// has no such device).
Task<Result<std::vector<admin::Finding>>> why(WhyPlaces places, UserId user, DeviceId device,
                                              std::string item,
                                              std::optional<backend::Account> asking);

}  // namespace godwit::app
