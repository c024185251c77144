#include "app/daemon.hpp"

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <iostream>

#include "admin/store_devices.hpp"
#include "app/control_server.hpp"
#include "app/databases.hpp"
#include "app/engine.hpp"
#include "app/front.hpp"
#include "app/stores.hpp"
#include "app/system.hpp"
#include "base/fault.hpp"
#include "base/files.hpp"
#include "base/log.hpp"
#include "base/text.hpp"

namespace godwit::app {
namespace {

constexpr Log log("daemon");
constexpr std::chrono::milliseconds tick_interval{100};
constexpr std::chrono::seconds sweep_interval{5};

/// As many connections as the system lets us have.
void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  static_cast<void>(::setrlimit(RLIMIT_NOFILE, &limit));
}

/// Makes the databases at the very first start: a file that is not there cannot be lost.
void install_new(const Config& config) {
  for (const Database& database : databases(config)) {
    if (!database.embedded || database.status().current != 0) continue;
    log.info("schema.installed", {{"database", database.name}, {"place", database.place}});
    database.install();
  }
}

}  // namespace

struct Daemon::State {
  explicit State(DaemonOptions given)
      : options(std::move(given)),
        hub(clock,
            {.other_changes = std::chrono::seconds(options.config.push.other_changes_seconds)}),
        started(clock.now()) {}

  Result<> prepare();
  void open();
  admin::Operations::Parts operation_parts();
  admin::Status status() const;
  void on_signal(int number);
  void reload();
  Task<> ready();
  Task<> drain();

  DaemonOptions options;
  SystemClock clock;
  SystemRandom random;
  std::unique_ptr<FileLayer> files = system_files();
  net::Loop loop;
  watch::Hub hub;
  Time started;
  std::string problem;  // not empty: administration only
  bool draining = false;
  std::unique_ptr<store::Store> store;
  std::unique_ptr<Backends> backends;
  std::unique_ptr<admin::StoreDevices> devices;
  std::unique_ptr<http::Spools> spools;
  std::unique_ptr<Engine> engine;
  std::unique_ptr<Front> front;
  std::unique_ptr<admin::Operations> operations;
  std::unique_ptr<ControlServer> control;
};

Result<> Daemon::State::prepare() {
  raise_descriptor_limit();
  for (const std::string& folder :
       {options.config.server.state_directory, spool_directory(options.config)}) {
    if (const auto made = make_folder(folder); !made) return made;
  }
  spools = std::make_unique<http::SpoolDirectory>(
      spool_directory(options.config),
      static_cast<std::size_t>(options.config.http.memory_bytes_max));
  return {};
}

void Daemon::State::open() {
  try {
    install_new(options.config);
    store = make_store(options.config);
    devices = std::make_unique<admin::StoreDevices>(
        *store, clock, [this](const UserId& user, const DeviceId& device) {
          if (engine) engine->device_changed(user, device);
        });
    backends = make_backends(options.config, {loop, *files, clock, random});
    engine =
        std::make_unique<Engine>(options.config, clock, random, *store, *backends, hub, *spools);
  } catch (const Fault& fault) {
    problem = fault.what();
    log.error("administration.only", {{"problem", problem}});
  }
}

admin::Operations::Parts Daemon::State::operation_parts() {
  admin::Operations::Parts parts;
  parts.accounts = backends ? backends->accounts() : nullptr;
  parts.devices = devices.get();
  parts.outbox = backends ? backends->outbox() : nullptr;
  parts.status = [this] { return status(); };
  parts.forget_user = [this](const UserId& user) {
    if (engine) engine->forget_user(user);
  };
  return parts;
}

admin::Status Daemon::State::status() const {
  admin::Status now;
  now.version = GODWIT_VERSION;
  now.mode = draining ? "draining" : problem.empty() ? "serving" : "administration only";
  now.problem = problem;
  now.uptime_seconds =
      std::chrono::duration_cast<std::chrono::seconds>(clock.now() - started).count();
  now.parked = hub.parked();
  if (front) {
    now.connections = front->connections();
    now.listening = front->listening();
  }
  return now;
}

void Daemon::State::on_signal(int number) {
  if (number == SIGHUP) {
    reload();
    return;
  }
  if (draining) {  // asked twice: at once
    loop.stop();
    return;
  }
  draining = true;
  loop.spawn(drain(), "drain");
}

void Daemon::State::reload() {
  const auto config = options.demo_accounts.empty() ? read_config(options.config.file)
                                                    : Result<Config>(options.config);
  const auto whole = config ? check_config(*config) : Result<>{};
  if (!config || !whole) {
    const std::string& what = config ? whole.error().message : config.error().message;
    log.error("reload.refused", {{"what", what}});
    return;
  }
  set_log_level(parse_log_level(config->server.log_level));
  options.config.server.drain_seconds = config->server.drain_seconds;
  if (engine) engine->apply(*config);
  if (const auto done = front->reload(*config); !done) {
    log.error("reload.certificates", {{"what", done.error().message}});
    return;
  }
  log.info("reloaded");
}

Task<> Daemon::State::drain() {
  log.info("stopping", {{"drain_seconds", options.config.server.drain_seconds}});
  notify_service_manager("STOPPING=1");
  co_await front->drain(std::chrono::seconds(options.config.server.drain_seconds));
  if (backends) co_await backends->stop();
  control.reset();
  log.info("stopped");
  loop.stop_timers();
  loop.stop();
}

Task<> Daemon::State::ready() {
  if (engine && !options.demo_accounts.empty()) {
    const auto filled = co_await fill_demo(*backends->accounts(), backends->users(),
                                           backends->mail(), options.demo_accounts, clock.now());
    if (!filled) log.error("demo.failed", {{"what", filled.error().message}});
    std::cout << demo_greeting(options.config, options.demo_accounts, options.program)
              << std::flush;
  }
  if (backends) backends->start();
  log.info("ready", {{"mode", status().mode}});
  notify_service_manager(problem.empty() ? "READY=1\nSTATUS=Serving"
                                         : "READY=1\nSTATUS=Administration only");
}

Daemon::Daemon(DaemonOptions options) : state_(std::make_unique<State>(std::move(options))) {}
Daemon::~Daemon() = default;

Result<> Daemon::start() {
  State& state = *state_;
  if (auto prepared = state.prepare(); !prepared) return prepared;
  state.open();
  state.front = std::make_unique<Front>(state.loop, state.clock, state.options.config, state.hub,
                                        *state.spools);
  const auto listening =
      state.front->listen(state.options.config, state.engine ? &state.engine->service() : nullptr,
                          state.backends.get());
  if (!listening) return listening;
  state.operations = std::make_unique<admin::Operations>(state.operation_parts());
  auto control = ControlServer::start(state.loop, state.options.config.server.control_socket,
                                      *state.operations);
  if (!control) return pass(control);
  state.control = std::move(*control);
  return {};
}

void Daemon::run() {
  State& state = *state_;
  state.loop.on_signal({SIGHUP, SIGTERM, SIGINT},
                       [&state](int number) { state.on_signal(number); });
  state.loop.every(tick_interval, [&state] {
    state.hub.tick();
    state.front->tick();
  });
  state.loop.every(sweep_interval, [&state] {
    if (state.engine) state.engine->sweep();
    trim_heap();
  });
  state.loop.spawn(state.ready(), "ready");
  state.loop.run();
}

}  // namespace godwit::app
