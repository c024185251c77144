/// What monitoring asks: /metrics for Prometheus, /healthz (this process answers) and /readyz (it
/// can serve phones; else 503 and why). Listens on addresses of its own, and goes on while the rest
/// ends.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "admin/operations.hpp"
#include "app/backends.hpp"
#include "app/config.hpp"
#include "http/server.hpp"
#include "metrics/page.hpp"
#include "net/loop.hpp"
#include "store/store.hpp"

namespace godwit::app {

class MetricsServer {
 public:
  /// What there is now; null until it can be used.
  struct Parts {
    store::Store* store = nullptr;
    Backends* backends = nullptr;
    admin::Devices* devices = nullptr;
  };
  struct Sources {
    std::function<admin::Status()> status;
    std::function<Parts()> parts;
    std::function<void(metrics::Page&)> write;  // what others count
  };
  MetricsServer(net::Loop& loop, Clock& clock, watch::Hub& hub, http::Spools& spools,
                Sources sources);
  ~MetricsServer();
  MetricsServer(const MetricsServer&) = delete;
  MetricsServer& operator=(const MetricsServer&) = delete;

  Result<> listen(const Config& config);
  void tick() { server_->tick(); }
  /// "metrics 127.0.0.1:9465".
  const std::vector<std::string>& listening() const { return listening_; }

 private:
  class Desk;
  net::Loop& loop_;
  std::unique_ptr<Desk> desk_;
  std::unique_ptr<http::Server> server_;
  std::vector<std::string> listening_;
};

}  // namespace godwit::app
