#include "command/languages.hpp"

#include <string>
#include <utility>

#include "base/fault.hpp"
#include "base/log.hpp"

namespace godwit::command {
namespace {

constexpr Log logger("directory");

/// As language tags, by preference; some write one language by its name.
std::optional<Language> read(const std::string& said) {
  const auto tagged = preferred_language(said);
  return tagged ? tagged : language_of(said);
}

}  // namespace

bool Languages::must_ask(const UserId& user) {
  if (directory_ == nullptr || clock_.now() < silent_until_) return false;
  const Answer* const answer = answers_.find(user);
  return answer == nullptr || answer->ask_again <= clock_.now();
}

Task<> Languages::learn(backend::Account account) {
  if (!must_ask(account.user)) co_return;
  const UserId user = account.user;
  const auto turn = co_await locks_.acquire(user.str());
  if (!must_ask(user)) co_return;
  std::string failure;
  try {
    const std::string said = co_await directory_->preferred_language(std::move(account));
    answers_.put(user, {read(said), clock_.now() + lifetime});
  } catch (const Fault& fault) {
    failure = fault.what();
  }
  if (failure.empty()) co_return;
  silent_until_ = clock_.now() + pause;
  logger.warning("language.unanswered", {{"user", user}, {"why", failure}});
}

std::optional<Language> Languages::of(const UserId& user) {
  const Answer* const answer = answers_.find(user);
  return answer == nullptr ? std::nullopt : answer->language;
}

}  // namespace godwit::command
