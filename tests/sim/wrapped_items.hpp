/// The collections of text items with a killer at their doors.
#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "backend/items.hpp"
#include "sim/killer.hpp"

namespace godwit::sim {

class KillableItemsBackend final : public backend::ItemsBackend {
 public:
  /// Canaries: every n-th listing of changes lacks its last; what is made is made twice; a write
  /// forgets the lines that begin so, as "X-" does what no device knows.
  struct Sabotage {
    unsigned hide_change{};
    unsigned listed{};
    bool double_make{};
    std::string_view forget{};
  };

  /// What somebody else does between a look at an item and the write that follows.
  using Between = std::function<Task<>()>;

  KillableItemsBackend(backend::ItemsBackend& inner, Killer& killer, Sabotage& sabotage,
                       const Between& between)
      : inner_(inner), killer_(killer), sabotage_(sabotage), between_(between) {}
  std::shared_ptr<backend::Items> open_items(const backend::Account& account) override;

 private:
  backend::ItemsBackend& inner_;
  Killer& killer_;
  Sabotage& sabotage_;
  const Between& between_;
};

}  // namespace godwit::sim
