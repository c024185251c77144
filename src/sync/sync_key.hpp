/// A synchronization key: "0", or `{r}.{n}`: r names a device's relationship to a collection
/// (random, new at every key 0), n is the generation that it stands for (engine.md §1).
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace godwit::sync {

class SyncKey {
 public:
  static constexpr SyncKey initial() { return SyncKey(0, 0); }
  static constexpr SyncKey first_of(std::uint64_t relationship) { return SyncKey(relationship, 1); }
  static constexpr SyncKey of(std::uint64_t relationship, std::uint32_t generation) {
    return SyncKey(relationship, generation);
  }
  static Result<SyncKey> parse(std::string_view text);

  constexpr bool is_initial() const noexcept { return generation_ == 0; }
  constexpr std::uint64_t relationship() const noexcept { return relationship_; }
  constexpr std::uint32_t generation() const noexcept { return generation_; }
  std::string str() const;
  friend auto operator<=>(const SyncKey&, const SyncKey&) = default;

 private:
  constexpr SyncKey(std::uint64_t relationship, std::uint32_t generation) noexcept
      : relationship_(relationship), generation_(generation) {}
  std::uint64_t relationship_;
  std::uint32_t generation_;
};

}  // namespace godwit::sync
