/// admin::Insight over the store, the backends and what runs.
#pragma once

#include "admin/insight.hpp"
#include "app/engine.hpp"

namespace godwit::app {

class EngineInsight final : public admin::Insight {
 public:
  /// All of them outlive it.
  EngineInsight(store::Store& store, Engine& engine, backend::MailBackend& mail,
                const watch::Hub& hub, const Clock& clock)
      : store_(store), engine_(engine), mail_(mail), hub_(hub), clock_(clock) {}

  Task<Result<std::vector<admin::Finding>>> why(UserId user, DeviceId device, std::string item,
                                                std::optional<backend::Account> account) override;
  Task<std::vector<admin::DeviceFolder>> folders(UserId user, DeviceId device) override;
  std::vector<admin::PastRequest> requests(const UserId& user,
                                           const DeviceId& device) const override;
  std::vector<admin::TrafficMinute> traffic() const override;
  Task<std::vector<admin::FoundMail>> find(backend::Account account, std::string words) override;

 private:
  store::Store& store_;
  Engine& engine_;
  backend::MailBackend& mail_;
  const watch::Hub& hub_;
  const Clock& clock_;
};

}  // namespace godwit::app
