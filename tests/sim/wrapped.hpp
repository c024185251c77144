/// The store, the mail backend and the ways of outgoing mail with a killer at their doors.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "backend/backend.hpp"
#include "sim/killer.hpp"
#include "store/store.hpp"

namespace godwit::sim {

class KillableStore final : public store::Store {
 public:
  KillableStore(store::Store& inner, Killer& killer) : inner_(inner), killer_(killer) {}
  /// Canary: the n-th generation that would be stored is not, but success is told.
  void drop_outcome(unsigned nth) { drop_ = nth; }
  /// Called once, as a request that has its device's turn begins.
  void on_turn(std::function<void()> call) { on_turn_ = std::move(call); }

  Task<std::optional<store::Record>> get(store::Key key) override;
  Task<std::vector<std::optional<store::Record>>> get_many(std::vector<store::Key> keys) override;
  Task<std::vector<store::Record>> list(std::string user, store::Kind kind, std::string prefix,
                                        std::string after, std::size_t limit) override;
  Task<std::vector<store::Record>> list_all(store::Kind kind, store::Key after,
                                            std::size_t limit) override;
  Task<bool> commit(std::vector<store::Write> batch) override;

 private:
  store::Store& inner_;
  Killer& killer_;
  unsigned drop_ = 0;
  std::function<void()> on_turn_;
};

class KillableMailBackend final : public backend::MailBackend {
 public:
  struct Drafts {
    /// What somebody else does just before the next draft is stored; it must end by itself.
    std::function<Task<>()> between;
    bool double_append = false;  // canary: drafts are stored twice
    bool drop_append = false;    // canary: they are not, but pass for stored
    std::optional<FolderKey> folder{};
  };
  /// `drafts` outlives it, and a restart.
  KillableMailBackend(backend::MailBackend& inner, Killer& killer, Drafts& drafts)
      : inner_(inner), killer_(killer), drafts_(drafts) {}
  std::shared_ptr<backend::Mail> open(const backend::Account& account) override;
  /// Canaries: every n-th listing of changes lacks its last; moves leave a second copy.
  struct Sabotage {
    unsigned hide_change{};
    unsigned listed{};
    bool double_move{};
  };
  void sabotage(Sabotage sabotage) { sabotage_ = sabotage; }

 private:
  backend::MailBackend& inner_;
  Killer& killer_;
  Sabotage sabotage_;
  Drafts& drafts_;
};

class KillableSubmission final : public backend::Submission {
 public:
  struct Doors {
    Step before;
    Step after;
  };
  /// `done`: called when the mail was taken, before the second door; may be nothing.
  KillableSubmission(backend::Submission& inner, Killer& killer, Doors doors,
                     std::function<void()> done)
      : inner_(inner), killer_(killer), doors_(doors), done_(std::move(done)) {}
  Task<Result<>> submit(backend::Account account, Envelope envelope,
                        std::shared_ptr<const backend::MessageSource> message) override;
  /// Canary: the n-th mail is handed on twice.
  void double_send(unsigned nth) { double_ = nth; }

 private:
  backend::Submission& inner_;
  Killer& killer_;
  Doors doors_;
  std::function<void()> done_;
  unsigned double_ = 0;
};

}  // namespace godwit::sim
