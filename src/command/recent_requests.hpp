/// The last requests of devices, for who asks what a phone did: bounded, in memory alone.
/// Everything runs on the loop thread.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/id.hpp"

namespace godwit::command {

struct PastRequest {
  std::string_view command;  // a literal
  Time when{};               // its end
  std::chrono::duration<std::uint32_t, std::milli> took{};
  int status = 0;           // of HTTP, or of the command as a whole; 0: it waits for a change
  bool woken = false;       // one that waited was answered
  std::uint32_t asked = 0;  // items that the device's commands name
  std::uint32_t sent = 0;   // items of the answer
};

/// In memory that is taken once: a device that waits costs none of it.
class RecentRequests {
 public:
  static constexpr std::size_t of_device_max = 20;
  static constexpr std::size_t all_max = 32'768;  // of all devices: 2 MiB

  RecentRequests() : ring_(all_max) {}

  void add(const UserId& user, const DeviceId& device, PastRequest request);
  /// The newest first, at most of_device_max, as far as all_max reaches.
  std::vector<PastRequest> of(const UserId& user, const DeviceId& device) const;

 private:
  /// A digest, so that an entry's size is known.
  using Key = std::array<char, 16>;
  struct Entry {
    Key key{};
    PastRequest request{};
  };
  static_assert(sizeof(Entry) <= 64);
  static Key key_of(const UserId& user, const DeviceId& device);

  std::vector<Entry> ring_;
  std::size_t next_ = 0;   // where the next one goes
  std::size_t count_ = 0;  // filled places
};

}  // namespace godwit::command
