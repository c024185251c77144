/// Which requests of which devices are worked at or wait for a change, for who looks at a server
/// that is slow. An entry lives as long as what it tells of; nothing is allocated for it. Beside
/// them the last ones that ended. Everything runs on the loop thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/id.hpp"
#include "command/recent_requests.hpp"
#include "command/traffic.hpp"

namespace godwit::command {

struct RunningRow {
  UserId user;
  DeviceId device;
  std::string_view command;             // a literal
  bool waits = false;                   // parked; else worked at
  std::vector<CollectionId> folders{};  // that it waits for, or names
  Time since{};
  std::uint64_t bytes_in = 0;
  std::chrono::milliseconds backend{};  // calls of backends that came to an end
};

class Running {
 public:
  Running() = default;
  ~Running();
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  class Entry {
   public:
    explicit Entry(Running& running);
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;

   protected:
    virtual ~Entry();
    /// Before its end: what it tells of goes on as another.
    void leave();

   private:
    friend class Running;
    virtual RunningRow row() const = 0;
    Running* running_;  // null: it left, or that ended first
    Entry* before_ = nullptr;
    Entry* after_ = nullptr;
  };

  /// The oldest first; at most `rows_max`.
  std::vector<RunningRow> rows(std::size_t rows_max) const;
  std::size_t size() const { return size_; }
  RecentRequests& recent() { return recent_; }
  const RecentRequests& recent() const { return recent_; }
  Traffic& traffic() { return traffic_; }
  const Traffic& traffic() const { return traffic_; }

 private:
  Entry* first_ = nullptr;
  Entry* last_ = nullptr;
  std::size_t size_ = 0;
  RecentRequests recent_;
  Traffic traffic_;
};

}  // namespace godwit::command
