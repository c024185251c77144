/// What the server knows of how a device synchronizes. Changes nothing.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "admin/finding.hpp"
#include "backend/backend.hpp"
#include "base/clock.hpp"
#include "base/id.hpp"
#include "base/result.hpp"
#include "base/task.hpp"
#include "item/folder.hpp"

namespace godwit::admin {

/// A folder of the user, and what of it a device has.
struct DeviceFolder {
  std::string id;  // of the collection
  std::string name;
  ItemClass item_class = ItemClass::email;
  bool is_synchronized = false;
  std::size_t held = 0;       // items on the device
  std::size_t owed = 0;       // items to come
  std::uint32_t repeats = 0;  // how often the device asked for the same answer
};

/// A request that a device made since the start.
struct PastRequest {
  std::string_view command;
  Time when{};
  std::chrono::milliseconds took{};
  int status = 0;           // of HTTP, or of the command as a whole; 0: it waits for a change
  bool woken = false;       // one that waited was answered
  std::uint32_t asked = 0;  // items that the device's commands name
  std::uint32_t sent = 0;   // items of the answer
};

/// A message of the user's mailbox.
struct FoundMail {
  std::string item;  // as `why` takes it
  std::string subject{}, from{};
  Time received{};
};

/// What all devices asked in a minute.
struct TrafficMinute {
  Time begin{};
  // Requests by what became of them.
  std::uint32_t answered = 0, parked = 0, refused = 0, failed = 0;
  std::uint32_t woken = 0;           // that waited and were answered
  std::chrono::milliseconds wake{};  // what the slowest of those took from the change on
  std::uint64_t waiting = 0;         // most requests that waited at a time
};

class Insight {
 public:
  virtual ~Insight() = default;
  /// Why something is not on the device: everything that stands between it and a phone, in the
  /// order in which a request meets it. `item`: a ServerId as logs show it, or the Message-ID of a
  /// mail; empty = the device as a whole. `account`: of the user who asks; none = an administrator
  /// does. Error: not_found (the user has no such device).
  virtual Task<Result<std::vector<Finding>>> why(UserId user, DeviceId device, std::string item,
                                                 std::optional<backend::Account> account) = 0;
  /// In the order of the user's folders; empty where the device has asked for none yet.
  virtual Task<std::vector<DeviceFolder>> folders(UserId user, DeviceId device) = 0;
  /// The newest first; none from before the start.
  virtual std::vector<PastRequest> requests(const UserId& user, const DeviceId& device) const = 0;
  /// The last hour, the oldest first; nothing from before the start.
  virtual std::vector<TrafficMinute> traffic() const = 0;
  /// Messages whose subject has these words, some at most. Throws Fault.
  virtual Task<std::vector<FoundMail>> find(backend::Account account, std::string words) = 0;
};

}  // namespace godwit::admin
