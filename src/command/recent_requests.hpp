/// The last requests of each device, for who asks what a phone did: bounded, in memory alone.
/// Everything runs on the loop thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>
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

class RecentRequests {
 public:
  static constexpr std::size_t of_device_max = 20;
  static constexpr std::size_t devices_max = 10'000;

  void add(const UserId& user, const DeviceId& device, PastRequest request);
  /// The newest first.
  std::vector<PastRequest> of(const UserId& user, const DeviceId& device) const;

 private:
  struct Row {
    std::string name;
    std::vector<PastRequest> requests;  // the oldest first
  };
  std::list<Row> rows_;  // the device that asked last, first
  std::unordered_map<std::string_view, std::list<Row>::iterator> by_name_;
};

}  // namespace godwit::command
