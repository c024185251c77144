#include "sim/trouble.hpp"

#include <fmt/format.h>

#include "sync/repair.hpp"

namespace godwit::sim {

void Trouble::run(unsigned steps) {
  constexpr unsigned steps_between_repairs = 30;
  for (unsigned i = 0; i < steps && complaint_.empty(); ++i) {
    step();
    std::swap(random_, administrator_);
    if (repairs_ && chance(steps_between_repairs)) administrator_repairs();
    std::swap(random_, administrator_);
  }
}

void Trouble::before_request(std::span<const Step> steps, Fate fate) {
  if (world_.device().has_lost()) repeat_lost();
  give_up_lost();
  if (chance(5)) {
    world_.device().lose_next_answer();
    ++counts_.lost_answers;
  }
  if (chance(4)) {
    const Step step = steps[pick(static_cast<unsigned>(steps.size()))];
    // Other requests pass some of their steps more often than once.
    const bool changes = steps.data() == steps_of_change().data();
    world_.killer().arm(step, changes ? 1 + pick(2) : 1);
  } else if (fate == Fate::alone && chance(20)) {
    world_.killer().arm(Step::disk, 1 + pick(60));
  }
  if (chance(10)) world_.side().cut_at(1 + pick(6), chance(2));
}

void Trouble::after_request() {
  world_.killer().disarm();
  counts_.cuts = world_.side().mend();
  world_.release_held();
  if (world_.killer().dead()) ++counts_.restarts;
  world_.bring_back();
  if (world_.device().has_lost()) world_.new_connection();
  check_keys();
}

void Trouble::complain(std::string what) {
  if (complaint_.empty()) complaint_ = std::move(what);
}

void Trouble::check_keys() {
  const unsigned phone = world_.phone();
  for (const auto& [id, collection] : world_.device().collections()) {
    if (!world_.device().folders().contains(id)) {
      started_.erase({phone, id});
    } else if (collection.sync_key != "0") {
      started_.insert({phone, id});
    } else if (started_.contains({phone, id})) {
      complain(fmt::format("a key of folder {} is stale", id));
    }
  }
}

void Trouble::repair(const std::string& collection, bool is_mail, const std::string& item) {
  using Kind = sync::RepairOrder::Kind;
  const bool resends = !chance(3);
  sync::RepairOrder order{.kind = resends ? Kind::resend : Kind::rebuild,
                          .user = world_.side().login(),
                          .device = world_.device().settings().id,
                          .collection = collection,
                          .is_mail = is_mail,
                          .item = resends ? item : std::string()};
  if (chance(4)) {
    world_.killer().arm(chance(2) ? Step::outcome_before : Step::outcome_after, 1);
  }
  try {
    const auto said = world_.run(
        sync::repair(world_.store(), std::move(order), [] { return std::vector<store::Write>(); }));
    if (!said) complain(said.error().message);
    ++counts_.repairs;
  } catch (const Killed&) {
    ++counts_.repairs;  // the command line says so; what was committed counts
  }
  after_request();
}

void Trouble::restart() {
  world_.restart();
  ++counts_.restarts;
}

void Trouble::time_passes() { world_.clock().advance(std::chrono::minutes(1 + pick(600))); }

}  // namespace godwit::sim
