/// In which language the directory says that a user is written to. What it said is kept for an
/// hour; where it cannot be asked, what was known stands, and nobody waits for it again for a
/// while.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>

#include "backend/preferred_language.hpp"
#include "base/bounded_table.hpp"
#include "base/clock.hpp"
#include "base/id.hpp"
#include "base/language.hpp"
#include "base/task.hpp"
#include "net/keyed_lock.hpp"

namespace godwit::command {

class Languages {
 public:
  /// `directory` null: none knows. Both outlive it.
  Languages(const Clock& clock, backend::PreferredLanguages* directory)
      : clock_(clock), directory_(directory) {}

  /// Asks where that is not known. Throws nothing: `of` says what came of it.
  Task<> learn(backend::Account account);
  /// Nothing: the directory says none of ours, or was not asked.
  std::optional<Language> of(const UserId& user);

  static constexpr std::chrono::hours lifetime{1};
  /// After a failure.
  static constexpr std::chrono::seconds pause{60};
  static constexpr std::size_t users_max = 10'000;

 private:
  struct Answer {
    std::optional<Language> language{};
    Time ask_again{};
  };
  bool must_ask(const UserId& user);

  const Clock& clock_;
  backend::PreferredLanguages* directory_;
  net::KeyedLocks locks_;
  Time silent_until_{};
  BoundedTable<UserId, Answer> answers_{users_max};
};

}  // namespace godwit::command
