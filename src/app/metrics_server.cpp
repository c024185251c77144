#include "app/metrics_server.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <chrono>
#include <exception>
#include <utility>

#include "app/daemon.hpp"
#include "app/fresh_reply.hpp"
#include "base/log_counts.hpp"
#include "net/deadline.hpp"

namespace godwit::app {
namespace {

using Steady = std::chrono::steady_clock;
using Reasons = std::vector<std::string>;

constexpr std::size_t connections_max = 50;      // of monitoring alone
constexpr std::chrono::seconds look_limit{5};    // for the store, and for all backends
constexpr std::chrono::seconds reasons_live{5};  // so that asking often costs nothing
constexpr std::chrono::minutes devices_live{5};  // listing them reads every device's record
constexpr std::size_t device_kinds_max = 50;     // beyond, they are "other"

http::Reply text_reply(int status, std::string text) {
  return fresh_reply(status, "text/plain; charset=utf-8", std::move(text));
}

Task<> ask_store(store::Store& store) {
  static_cast<void>(co_await store.get(store::Key{"", store::Kind::meta, "ready"}));
}

/// What goes wrong is a reason; who waits too long goes wrong, too.
Task<> look(Reasons& out, std::string_view what, Task<> work) {
  std::string why;
  try {
    co_await net::with_deadline(look_limit, std::move(work));
  } catch (const std::exception& error) {
    why = error.what();
  }
  if (!why.empty()) out.push_back(fmt::format("{}: {}", what, why));
}

}  // namespace

/// Answers.
class MetricsServer::Desk final : public http::Service {
 public:
  Desk(Clock& clock, Sources sources) : clock_(clock), sources_(std::move(sources)) {}

  Task<http::Outcome> handle(http::Request request) override {
    if (request.method != "GET" && request.method != "HEAD") {
      co_return text_reply(405, "Only GET and HEAD are answered here.\n");
    }
    if (request.path == "/healthz") co_return text_reply(200, "ok\n");
    if (request.path == "/readyz") co_return co_await readiness();
    if (request.path == "/metrics") co_return co_await numbers();
    co_return text_reply(404, "There are /metrics, /healthz and /readyz.\n");
  }

 private:
  Task<http::Reply> readiness() {
    const auto now = Steady::now();
    if (!looked_ || now - *looked_ > reasons_live) {
      looked_ = now;  // whoever comes while it looks gets what was found before
      Reasons found = co_await find_reasons();
      reasons_ = std::move(found);
    }
    Reasons all = reasons_;
    const admin::Status status = sources_.status();
    if (!status.problem.empty()) all.insert(all.begin(), status.problem);
    if (status.mode != "serving") all.insert(all.begin(), status.mode);
    if (all.empty()) co_return text_reply(200, "ready\n");
    co_return text_reply(503, fmt::format("{}\n", fmt::join(all, "\n")));
  }

  Task<Reasons> find_reasons() {
    Reasons out;
    const Parts parts = sources_.parts();
    if (parts.store != nullptr) co_await look(out, "store", ask_store(*parts.store));
    if (parts.backends != nullptr) co_await look(out, "backend", parts.backends->reach());
    co_return out;
  }

  Task<http::Reply> numbers() {
    metrics::Page page;
    const admin::Status status = sources_.status();
    page.gauge({"godwit_info", "This server"}, {{"version", status.version}}, 1);
    page.gauge({"godwit_serving", "1 while phones are served"}, {},
               status.mode == "serving" ? 1 : 0);
    page.gauge({"godwit_uptime_seconds", "Since the start"}, {},
               static_cast<double>(status.uptime_seconds));
    page.gauge({"godwit_connections", "Open connections of phones"}, {},
               static_cast<double>(status.connections));
    page.gauge({"godwit_parked_requests", "Requests that wait for changes"}, {},
               static_cast<double>(status.parked));
    sources_.write(page);
    write_events(page);
    const Parts parts = sources_.parts();
    Reasons unread;  // what cannot be read now is left out, and the rest is told
    co_await look(unread, "queue", write_queue(page, parts));
    co_await look(unread, "devices", write_devices(page, parts));
    co_return fresh_reply(200, metrics::Page::content_type, page.text());
  }

  static void write_events(metrics::Page& page) {
    std::uint64_t set_aside = 0;
    for (const LogCount& each : log_counts()) {
      page.counter({"godwit_log_events_total", "Warnings and errors that were logged"},
                   {{"logger", each.logger},
                    {"event", each.event},
                    {"level", std::string(to_string(each.level))}},
                   static_cast<double>(each.count));
      if (each.event == "item.set_aside") set_aside += each.count;
    }
    page.counter({"godwit_items_set_aside_total", "Items that devices are not sent any more"}, {},
                 static_cast<double>(set_aside));
  }

  Task<> write_queue(metrics::Page& page, Parts parts) {
    admin::Outbox* const outbox = parts.backends == nullptr ? nullptr : parts.backends->outbox();
    if (outbox == nullptr) co_return;
    const admin::Backlog backlog = co_await outbox->backlog();
    page.gauge({"godwit_queue_mails", "Mails that wait for the next mail server"}, {},
               static_cast<double>(backlog.mails));
    const std::chrono::duration<double> age =
        backlog.oldest ? clock_.now() - *backlog.oldest : Time::duration{};
    page.gauge({"godwit_queue_oldest_seconds", "How long the oldest of them has waited"}, {},
               age.count());
  }

  Task<> write_devices(metrics::Page& page, Parts parts) {
    if (parts.devices == nullptr) co_return;
    const auto now = Steady::now();
    if (!listed_ || now - *listed_ > devices_live) {
      listed_ = now;
      std::map<metrics::LabelValues, std::uint64_t> counts;
      for (const admin::Device& each : co_await parts.devices->list(std::nullopt)) {
        ++counts[{metrics::label_value(each.type), metrics::label_value(each.version)}];
      }
      devices_ = metrics::top_of(counts, device_kinds_max);
    }
    for (const auto& [values, count] : devices_) {
      page.gauge({"godwit_devices", "Known devices, counted every five minutes"},
                 {{"type", values.at(0)}, {"version", values.at(1)}}, static_cast<double>(count));
    }
  }

  Clock& clock_;
  Sources sources_;
  std::optional<Steady::time_point> looked_;
  Reasons reasons_{"not looked at yet"};
  std::optional<Steady::time_point> listed_;
  std::map<metrics::LabelValues, std::uint64_t> devices_;
};

MetricsServer::MetricsServer(net::Loop& loop, Clock& clock, watch::Hub& hub, http::Spools& spools,
                             Sources sources)
    : loop_(loop), desk_(std::make_unique<Desk>(clock, std::move(sources))) {
  http::ServerSettings settings;
  settings.connections_max = connections_max;
  settings.body_bytes_max = 0;
  server_ = std::make_unique<http::Server>(loop.executor(), clock, std::move(settings), *desk_, hub,
                                           spools);
}

MetricsServer::~MetricsServer() = default;

Result<> MetricsServer::listen(const Config& config) {
  for (const std::string& text : config.metrics.listen) {
    const auto where = parse_endpoint(text);
    if (!where) return pass(where);
    auto listener = net::Listener::tcp(loop_.executor(), where->address, where->port);
    if (!listener) return pass(listener);
    listening_.push_back(fmt::format("metrics {}:{}", where->address, listener->port()));
    server_->listen(std::move(*listener), {});
  }
  return {};
}

}  // namespace godwit::app
