/// Phones that wait by Ping, and how long it takes until they are answered: what the benchmarks of
/// push share.
#pragma once

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "client/device.hpp"
#include "client/http_transport.hpp"
#include "daemon.hpp"
#include "net/loop.hpp"

namespace godwit::bench {

using Steady = std::chrono::steady_clock;

inline constexpr int devices_count = 20;
inline constexpr std::chrono::seconds patience{30};
inline constexpr const char* password = "secret";

/// When something was heard of, by number.
class Heard {
 public:
  void put(int number) {
    const std::lock_guard lock(mutex_);
    heard_.emplace_back(number, Steady::now());
    changed_.notify_all();
  }
  void forget() {
    const std::lock_guard lock(mutex_);
    heard_.clear();
  }
  /// The time of the only one heard; throws when it is another one, or when nothing comes.
  Steady::time_point wait_for(int number) {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, patience, [&] { return !heard_.empty(); })) {
      throw std::runtime_error(fmt::format("device {} was not told", number));
    }
    const auto [who, when] = heard_.front();
    if (who != number)
      throw std::runtime_error(fmt::format("device {} ended, not {}", who, number));
    return when;
  }
  /// When each of them was heard of; throws when one was twice, or is not within `limit`.
  std::vector<Steady::time_point> wait_for_all(std::size_t count, std::chrono::milliseconds limit) {
    std::unique_lock lock(mutex_);
    const bool came = changed_.wait_for(lock, limit, [&] { return heard_.size() >= count; });
    std::vector<Steady::time_point> out(count);
    for (const auto& [who, when] : heard_) {
      auto& place = out.at(static_cast<std::size_t>(who));
      if (place != Steady::time_point())
        throw std::runtime_error(fmt::format("device {} ended twice", who));
      place = when;
    }
    if (!came) throw std::runtime_error(fmt::format("{} of {} told", heard_.size(), count));
    return out;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::pair<int, Steady::time_point>> heard_;
};

/// One device a user, which waits by Ping for all that it has and fetches what it is told of.
class Devices {
 public:
  Devices(std::unique_ptr<Daemon> daemon, const std::vector<std::string>& users)
      : daemon_(std::move(daemon)) {
    const auto port = daemon_->http_port;
    for (const std::string& user : users) {
      auto& one = devices_.emplace_back();
      one.transport = std::make_unique<client::HttpTransport>(
          client::ServerUrl{.tls = false, .host = "127.0.0.1", .port = port}, client::Trust{});
      client::Device::Settings settings;
      settings.user = user;
      settings.password = Secret(password);
      one.device = std::make_unique<client::Device>(*one.transport, std::move(settings));
    }
    for (int i = 0; i < static_cast<int>(devices_.size()); ++i) loop_.spawn(live(i), "device");
    thread_ = std::jthread([this] { loop_.run(); });
  }
  /// The daemon answers all Pings when it stops, so that nothing is under way any more.
  ~Devices() {
    stopping_ = true;
    daemon_.reset();
    thread_.join();
  }
  void wait_until_parked() const {
    for (const auto end = Steady::now() + patience; daemon_->parked() != devices_count;) {
      if (Steady::now() > end) throw std::runtime_error("the devices do not wait");
      ::usleep(2'000);
    }
  }
  Heard& heard() { return heard_; }

 private:
  struct One {
    std::unique_ptr<client::HttpTransport> transport;
    std::unique_ptr<client::Device> device;
  };

  Task<> live(int number) {
    client::Device& device = *devices_[static_cast<std::size_t>(number)].device;
    co_await device.folder_sync();
    std::vector<std::string> ids;
    for (const auto& [id, folder] : device.folders()) ids.push_back(id);
    for (const std::string& id : ids) co_await device.sync_all(id, {});
    for (;;) {
      const auto told = co_await device.ping(ids, 3000);
      if (stopping_) co_return;
      heard_.put(number);
      if (told.status != 2) throw std::runtime_error(fmt::format("Ping status {}", told.status));
      for (const std::string& id : told.folders) co_await device.sync_all(id, {});
    }
  }

  std::unique_ptr<Daemon> daemon_;
  std::atomic<bool> stopping_ = false;
  Heard heard_;
  std::deque<One> devices_;
  net::Loop loop_;
  std::jthread thread_;
};

struct Latencies {
  std::vector<double> milliseconds{};
  void add(Steady::time_point from, Steady::time_point to) {
    const std::chrono::duration<double, std::milli> time = to - from;
    milliseconds.push_back(std::max(0.0, time.count()));
  }
  double at(double share) {
    std::ranges::sort(milliseconds);
    return milliseconds[static_cast<std::size_t>(share *
                                                 static_cast<double>(milliseconds.size() - 1))];
  }
};

}  // namespace godwit::bench
