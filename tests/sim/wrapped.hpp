/// The store and the mail backend with a killer at their doors.
#pragma once

#include <memory>
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
};

class KillableMailBackend final : public backend::MailBackend {
 public:
  KillableMailBackend(backend::MailBackend& inner, Killer& killer)
      : inner_(inner), killer_(killer) {}
  std::shared_ptr<backend::Mail> open(const backend::Account& account) override;
  /// Canaries: changes are listed without the n-th message; appends are done twice.
  struct Sabotage {
    unsigned hide_change = 0;
    bool double_move = false;
  };
  void sabotage(Sabotage sabotage) { sabotage_ = sabotage; }

 private:
  backend::MailBackend& inner_;
  Killer& killer_;
  Sabotage sabotage_;
};

}  // namespace godwit::sim
