/// What an engine does just now, for administrators.
#pragma once

#include "admin/operations.hpp"
#include "app/engine.hpp"

namespace godwit::app {

class EngineActivity final : public admin::Activity {
 public:
  /// Both outlive it.
  EngineActivity(const Engine& engine, Clock& clock) : engine_(engine), clock_(clock) {}
  std::vector<admin::WatchedUser> watched() const override;
  admin::PushSources push_sources() const override;
  std::pair<std::vector<admin::RunningRequest>, std::size_t> running(
      std::size_t rows_max) const override;

 private:
  const Engine& engine_;
  Clock& clock_;
};

}  // namespace godwit::app
