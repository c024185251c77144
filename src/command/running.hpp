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
  /// Of a ring: it knows its neighbours and nothing else, since there is one for each that waits.
  struct Link {
    Link* before = this;
    Link* after = this;
    void leave() noexcept;
  };

 public:
  Running() = default;
  ~Running();
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  class Entry : private Link {
   public:
    explicit Entry(Running& running);
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;

   protected:
    virtual ~Entry();
    /// Before its end: what it tells of goes on as another.
    void leave() noexcept { Link::leave(); }

   private:
    friend class Running;
    virtual RunningRow row() const = 0;
  };

  /// The oldest first; at most `rows_max`.
  std::vector<RunningRow> rows(std::size_t rows_max) const;
  /// By counting them.
  std::size_t size() const;
  RecentRequests& recent() { return recent_; }
  const RecentRequests& recent() const { return recent_; }
  Traffic& traffic() { return traffic_; }
  const Traffic& traffic() const { return traffic_; }

 private:
  Link ends_;
  RecentRequests recent_;
  Traffic traffic_;
};

}  // namespace godwit::command
