/// A device's requests under way in a bad world: lost answers, two at once, connections that break
/// and a server that dies at a step of its journal or an operation of its disk.
#pragma once

#include <cstdint>
#include <random>
#include <set>
#include <span>
#include <string>
#include <utility>

#include "sim/world.hpp"

namespace godwit::sim {

class Trouble {
 public:
  Trouble(std::uint64_t seed, MakeSide make_side)
      : world_(seed, make_side), random_(seed), administrator_(seed + 1) {}
  virtual ~Trouble() = default;
  Trouble(const Trouble&) = delete;
  Trouble& operator=(const Trouble&) = delete;

  void run(unsigned steps);
  /// Lets everything come to rest, then compares. What is wrong, empty when nothing is.
  virtual std::string settle_and_check() = 0;

  World& world() { return world_; }
  /// Nobody repairs anything: it would mend what a canary breaks.
  void repair_nothing() { repairs_ = false; }

  /// What happened so far.
  struct Counts {
    unsigned restarts = 0;
    unsigned lost_answers = 0;
    unsigned overlaps = 0;       // two requests at once
    unsigned other_content = 0;  // of these: the second was another one under the same key
    unsigned cuts = 0;           // connections to the mail server that broke
    unsigned pings = 0;
    unsigned repairs = 0;
    unsigned letters = 0;
  };
  const Counts& counts() const { return counts_; }

 protected:
  virtual void step() = 0;
  /// The impatient user goes on while a request is under way.
  virtual void do_more() = 0;
  /// What was lost is asked for again, or given up.
  virtual void repeat_lost() = 0;
  /// Something that the device holds is repaired.
  virtual void administrator_repairs() = 0;
  /// A new request follows: what was lost before it is not repeated any more.
  virtual void give_up_lost() {}

  unsigned pick(unsigned below) { return static_cast<unsigned>(random_() % below); }
  bool chance(unsigned one_in) { return pick(one_in) == 0; }
  /// One of `actions`, each as often as its weight.
  template <class Actions>
  auto pick_weighted(const Actions& actions);

  enum class Fate : std::uint8_t {
    alone,
    overlapped,  // sent twice at once, or with another one under the same key
  };
  void before_request(std::span<const Step> steps, Fate fate);
  template <class Request>
  auto request(std::span<const Step> steps, Request send);
  void after_request();

  /// An administrator has an item of the device sent again, or its folder looked through
  /// (sync/repair.hpp), and the server may die of it.
  void repair(const std::string& collection, bool is_mail, const std::string& item);
  void restart();
  void time_passes();
  void complain(std::string what);
  const std::string& complaint() const { return complaint_; }
  /// Nothing here rebuilds a mailbox or a collection: a key that was given must be good.
  void check_keys();
  Counts& counted() { return counts_; }

 private:
  World world_;
  bool repairs_ = true;
  std::mt19937_64 random_;
  std::mt19937_64 administrator_;  // whose doing does not change what else is done
  std::set<std::pair<unsigned, std::string>> started_;  // (phone, collection): its key was not 0
  std::string complaint_;
  Counts counts_;
};

template <class Actions>
auto Trouble::pick_weighted(const Actions& actions) {
  unsigned total = 0;
  for (const auto& each : actions) total += each.weight;
  unsigned at = pick(total);
  for (const auto& each : actions) {
    if (at < each.weight) return each.action;
    at -= each.weight;
  }
  std::unreachable();
}

template <class Request>
auto Trouble::request(std::span<const Step> steps, Request send) {
  const Fate fate = chance(10) ? Fate::overlapped : Fate::alone;
  before_request(steps, fate);
  if (fate == Fate::overlapped) world_.hold_next();
  auto outcome = world_.run(send());
  if (fate == Fate::overlapped) {
    world_.new_connection();
    ++counts_.overlaps;
    if (chance(2)) {
      // The same key, and more in it.
      ++counts_.other_content;
      world_.device().forget_lost();
      do_more();
      outcome = world_.run(send());
    } else {
      static_cast<client::Outcome&>(outcome) = world_.run(world_.device().repeat_lost());
    }
  }
  after_request();
  return outcome;
}

}  // namespace godwit::sim
