#include "app/daemon.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <iostream>

#include "admin/store_devices.hpp"
#include "admin/store_policies.hpp"
#include "app/activity.hpp"
#include "app/control_server.hpp"
#include "app/damage.hpp"
#include "app/databases.hpp"
#include "app/device_settings.hpp"
#include "app/dry_run.hpp"
#include "app/engine.hpp"
#include "app/front.hpp"
#include "app/insight.hpp"
#include "app/log_settings.hpp"
#include "app/metrics_server.hpp"
#include "app/opening.hpp"
#include "app/repair.hpp"
#include "app/resources.hpp"
#include "app/system.hpp"
#include "app/traces.hpp"
#include "app/web_console.hpp"
#include "base/fault.hpp"
#include "base/files.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "net/worker.hpp"

namespace godwit::app {
namespace {

constexpr Log log("daemon");
constexpr std::chrono::milliseconds tick_interval{100};
constexpr std::chrono::seconds sweep_interval{5};
/// A new process reads its configuration and looks at the databases in this time.
constexpr std::chrono::seconds successor_limit{60};
/// Requests that run when a new process takes over; then it waits until this one has ended.
constexpr std::chrono::seconds finish_limit{10};
constexpr std::chrono::hours audit_interval{1};
constexpr std::chrono::minutes resources_interval{1};

/// As many connections as the system lets us have.
void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  static_cast<void>(::setrlimit(RLIMIT_NOFILE, &limit));
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
  Task<> open_later();
  Task<bool> try_to_open();
  void make_engine();
  std::vector<admin::DeviceName> waiting_devices() const;
  Task<> load_policies();
  void cannot_open(const Fault& fault);
  void look_for_damage();
  admin::Operations::Parts operation_parts();
  admin::Status status() const;
  MetricsServer::Sources metrics_sources();
  void on_signal(int number);
  void reload();
  Task<> ready();
  Task<> begin();
  Task<> expire_audit();
  Task<Result<std::vector<admin::Hit>>> try_rules(std::string file);
  void tell_mode() const;
  Task<> drain();
  Task<> stop_all();
  Task<> hand_over();
  Result<> can_begin() const;
  Result<> succeed();

  DaemonOptions options;
  SystemClock clock;
  SystemRandom random;
  std::unique_ptr<FileLayer> files = system_files();
  Traces traces{clock, *files, options.config.server.state_directory + "/traces"};
  net::Loop loop;
  watch::Hub hub;
  Time started;
  std::string problem;  // not empty: administration only
  bool opens_later = false;
  bool draining = false;
  bool loading_policies = false;
  bool handing_over = false;
  Damage damage;
  /// Shared with its job.
  std::shared_ptr<Opening> opening = std::make_shared<Opening>(options.config, damage);
  std::unique_ptr<store::Store> store;
  std::unique_ptr<Backends> backends;
  std::unique_ptr<admin::StoreAudit> audit;
  std::unique_ptr<admin::StoreDevices> devices;
  std::unique_ptr<admin::StorePolicies> policies;
  std::unique_ptr<http::Spools> spools;
  std::unique_ptr<Engine> engine;
  std::unique_ptr<EngineActivity> activity;
  std::unique_ptr<EngineInsight> insight;
  std::unique_ptr<console::Console> console;  // there with the engine, before which it stands
  std::unique_ptr<Front> front;
  std::unique_ptr<MetricsServer> metrics;
  std::unique_ptr<admin::Operations> operations;
  std::unique_ptr<ControlServer> control;
  Gate opening_gate{"opening the store", 1, 1};
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
    store = opening->store();
    make_engine();
  } catch (const Fault& fault) {
    cannot_open(fault);
  }
}

/// What stands on the store. Throws Fault where the backends cannot be used.
void Daemon::State::make_engine() {
  if (!devices) {
    audit = std::make_unique<admin::StoreAudit>(*store, clock, random);
    devices = std::make_unique<admin::StoreDevices>(
        *store, *audit, clock,
        [this](const UserId& user, const DeviceId& device) {
          if (engine) engine->device_changed(user, device);
        },
        [this] { return engine ? engine->profiles() : profile::shipped_profiles(); });
  }
  backends = make_backends(options.config, {loop, *files, clock, random, damage});
  engine = std::make_unique<Engine>(options.config, clock, random, *store, *backends, hub, *spools,
                                    traces);
  activity = std::make_unique<EngineActivity>(*engine, clock);
  insight = std::make_unique<EngineInsight>(*store, *engine, backends->mail(), hub, clock);
  console = make_console(options.config, clock, random, *engine, *devices, *insight,
                         backends->vacation(), [this](std::string line, admin::Caller by) {
                           return operations->run(std::move(line), std::move(by));
                         });
  policies = std::make_unique<admin::StorePolicies>(
      *store, *audit,
      admin::StorePolicies::Surroundings{
          .book = [this]() -> const policy::Book& { return engine->policies(); },
          .configured = [this]() -> const policy::Book& { return engine->configured_policies(); },
          .choose =
              [this](policy::Book book, UserId user, std::string assigned) {
                return engine->policy_in(std::move(book), std::move(user), std::move(assigned));
              },
          .changed = [this](const UserId& user,
                            const DeviceId& device) { engine->device_changed(user, device); },
          .stored =
              [this](std::vector<policy::PolicyRef> stored) {
                engine->set_stored_policies(std::move(stored));
              },
          .waiting = [this] { return waiting_devices(); }});
}

std::vector<admin::DeviceName> Daemon::State::waiting_devices() const {
  std::vector<admin::DeviceName> out;
  for (const command::RunningRow& row : engine->running().rows(engine->running().size())) {
    if (row.waits) out.push_back({row.user, row.device});
  }
  return out;
}

/// What another node changed counts here from now on.
Task<> Daemon::State::load_policies() {
  if (!policies || draining || std::exchange(loading_policies, true)) co_return;
  try {
    co_await policies->load();
  } catch (const Fault& fault) {
    log.warning("policies.not_read", {{"why", fault.what()}});
  }
  loading_policies = false;
}

void Daemon::State::cannot_open(const Fault& fault) {
  opens_later = may_pass(fault);
  const std::string remedy = remedy_for(fault);
  const std::string found = fmt::format("{}; {}", fault.what(), remedy);
  if (found == problem) return;  // said already
  problem = found;
  log.error("administration.only", {{"problem", fault.what()}, {"remedy", remedy}});
}

/// Phones that wait are answered, from what is in memory; whoever asks comes later, until somebody
/// has mended the file and started the daemon again: then their keys are as good as before.
void Daemon::State::look_for_damage() {
  if (!damage.found() || !problem.empty()) return;
  cannot_open(Fault(Fault::Kind::corrupt, damage.what()));
  hub.end_all(watch::Wake::shutdown);
  tell_mode();
}

/// Off the loop: a database server that hangs keeps no administrator waiting.
Task<bool> Daemon::State::try_to_open() {
  try {
    if (!store) store = co_await blocking(opening_gate, [work = opening] { return work->store(); });
    if (draining) co_return false;
    make_engine();
  } catch (const Fault& fault) {
    cannot_open(fault);
  }
  if (!engine) co_return false;
  if (const auto done = front->serve(*console, *backends); !done) {
    log.error("mail.refused", {{"what", done.error().message}});
  }
  problem.clear();
  operations->replace(operation_parts());
  co_return true;
}

Task<> Daemon::State::open_later() {
  for (auto pause = opening_pause_first; opens_later && !draining;
       pause = std::min(2 * pause, opening_pause_max)) {
    co_await net::sleep_for(pause);
    log.debug("store.tried_again");
    if (co_await try_to_open()) {
      co_await begin();
      co_return;
    }
  }
}

admin::Operations::Parts Daemon::State::operation_parts() {
  admin::Operations::Parts parts;
  parts.accounts = backends ? backends->accounts() : nullptr;
  parts.groups = backends ? backends->groups() : nullptr;
  parts.removed_items = backends ? backends->removed_items() : nullptr;
  parts.shares = backends ? backends->shares() : nullptr;
  parts.devices = devices.get();
  parts.importer = devices.get();
  parts.audit = audit.get();
  parts.policies = policies.get();
  parts.policy_editor = policies.get();
  parts.activity = activity.get();
  parts.insight = insight.get();
  parts.traces = engine ? &traces : nullptr;
  parts.outbox = backends ? backends->outbox() : nullptr;
  parts.app_passwords = engine ? &engine->app_passwords() : nullptr;
  parts.known_users = backends ? &backends->known_users() : nullptr;
  parts.status = [this] {
    look_for_damage();
    return status();
  };
  if (store && engine) parts.dry_run = [this](std::string file) { return try_rules(file); };
  if (store && engine) {
    parts.repair = [this](admin::Order order, admin::Repair wanted) {
      return repair({*store, *engine, backends->mail(), hub, *audit}, std::move(order),
                    std::move(wanted));
    };
  }
  parts.end_sessions = [this](const UserId& user) {
    if (console) console->forget_user(user);
  };
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
    if (metrics) {
      const auto& more = metrics->listening();
      now.listening.insert(now.listening.end(), more.begin(), more.end());
    }
  }
  return now;
}

MetricsServer::Sources Daemon::State::metrics_sources() {
  return {
      .status = [this] { return status(); },
      .parts = [this] { return MetricsServer::Parts{store.get(), backends.get(), devices.get()}; },
      .write =
          [this](metrics::Page& page) {
            if (engine) engine->write(page);
          }};
}

void Daemon::State::on_signal(int number) {
  if (number == SIGHUP) {
    reload();
    return;
  }
  if (number == SIGUSR2) {
    if (!draining && !std::exchange(handing_over, true)) loop.spawn(hand_over(), "hand_over");
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
  const std::string restart = fmt::format("{}", fmt::join(take_over(options.config, *config), " "));
  apply_log_levels(options.config.server);
  if (engine) engine->apply(options.config);
  if (console) console->apply(console_settings(options.config));
  if (backends) backends->apply(options.config);
  if (const auto done = front->reload(options.config); !done) {
    log.error("reload.certificates", {{"what", done.error().message}});
    return;
  }
  if (restart.empty()) {
    log.info("reloaded");
  } else {
    log.warning("reloaded", {{"needs_a_restart", restart}});
  }
}

Task<> Daemon::State::drain() {
  log.info("stopping", {{"drain_seconds", options.config.server.drain_seconds}});
  notify_service_manager("STOPPING=1");
  co_await front->drain(std::chrono::seconds(options.config.server.drain_seconds));
  co_await stop_all();
  log.info("stopped");
  loop.stop_timers();
  loop.stop();
}

Task<> Daemon::State::stop_all() {
  if (engine) co_await engine->stop();
  if (backends) co_await backends->stop();
  control.reset();
  traces.stop();
}

/// What runs is finished, and what waits has its answer, before anything is let go: at the end
/// nothing but those answers outlives this process.
Task<> Daemon::State::hand_over() {
  auto successor = Successor::start(
      loop.executor(), {options.own_program, "--config", options.config.file}, front->sockets());
  if (!successor) log.error("successor.failed", {{"what", successor.error().message}});
  const bool prepared = successor && co_await successor->prepared(successor_limit);
  if (successor && !prepared) log.error("successor.failed", {{"what", "it ended, or hung"}});
  handing_over = prepared;
  if (prepared && draining) successor->end();  // a stop came first
  if (!prepared || draining) co_return;
  draining = true;
  log.info("handing_over", {{"pid", successor->pid()}});
  notify_service_manager(fmt::format("MAINPID={}", successor->pid()));
  if (!co_await front->finish(finish_limit)) {
    log.warning("handing_over.after_the_end", {{"connections", front->connections()}});
    co_return co_await drain();
  }
  http::Farewell farewell = co_await front->farewell();
  co_await stop_all();
  log.info("handed_over", {{"waiting", farewell.size()}});
  part(std::move(farewell), std::chrono::seconds(options.config.server.drain_seconds));
}

/// A database of another schema is for the administrator: the old process goes on with it.
Result<> Daemon::State::can_begin() const {
  try {
    for (const Database& each : databases(options.config)) {
      const auto [current, expected] = each.status();
      if (current != expected && current != 0) {
        return fail(Errc::conflict,
                    fmt::format("{} has schema {}, and this program needs {}: stop the daemon and "
                                "run godwit schema update",
                                each.name, current, expected));
      }
    }
  } catch (const Fault& fault) {
    return fail(Errc::refused, fault.what());
  }
  return {};
}

Result<> Daemon::State::succeed() {
  if (!options.predecessor) return {};
  if (auto possible = can_begin(); !possible) return possible;
  options.predecessor->take_over();
  options.predecessor.reset();
  return {};
}

Task<> Daemon::State::ready() {
  if (engine) co_return co_await begin();
  tell_mode();
  co_await open_later();
}

Task<> Daemon::State::begin() {
  co_await load_policies();
  if (!options.demo_accounts.empty()) {
    const auto filled = co_await fill_demo(*backends->accounts(), backends->users(),
                                           backends->mail(), options.demo_accounts, clock.now());
    if (!filled) log.error("demo.failed", {{"what", filled.error().message}});
    std::cout << demo_greeting(options.config, options.demo_accounts, options.program)
              << std::flush;
  }
  backends->start();
  loop.every(audit_interval, [this] { loop.spawn(expire_audit(), "audit"); });
  tell_mode();
}

Task<Result<std::vector<admin::Hit>>> Daemon::State::try_rules(std::string file) {
  const auto config = parse_config(file, "file");
  if (!config) co_return pass(config);
  if (const auto problems = device_rule_problems(*config); !problems.empty()) {
    co_return fail(Errc::malformed, fmt::format("{}", fmt::join(problems, "\n")));
  }
  co_return co_await dry_run(*store, *engine, device_rules_of(*config), clock.now());
}

Task<> Daemon::State::expire_audit() {
  const std::chrono::days kept(options.config.audit.keep_days);
  if (kept.count() == 0 || draining) co_return;
  try {
    const std::size_t removed = co_await audit->expire(clock.now() - kept);
    if (removed > 0) log.info("audit.expired", {{"entries", removed}});
  } catch (const Fault& fault) {
    log.warning("audit.not_expired", {{"why", fault.what()}});
  }
}

void Daemon::State::tell_mode() const {
  log.info("ready", {{"mode", status().mode}});
  notify_service_manager(problem.empty() ? "READY=1\nSTATUS=Serving"
                                         : "READY=1\nSTATUS=Administration only");
}

Daemon::Daemon(DaemonOptions options) : state_(std::make_unique<State>(std::move(options))) {}
Daemon::~Daemon() = default;

Result<> Daemon::start() {
  State& state = *state_;
  if (auto prepared = state.prepare(); !prepared) return prepared;
  state.front =
      std::make_unique<Front>(state.loop, state.clock, state.hub, *state.spools, state.damage);
  if (auto listening = state.front->listen(state.options.config); !listening) return listening;
  if (auto taken = state.succeed(); !taken) return taken;
  state.open();
  if (state.engine) {
    auto serving = state.front->serve(*state.console, *state.backends);
    if (!serving) return serving;
  }
  state.metrics = std::make_unique<MetricsServer>(state.loop, state.clock, state.hub, *state.spools,
                                                  state.metrics_sources());
  if (auto listening = state.metrics->listen(state.options.config); !listening) return listening;
  state.operations = std::make_unique<admin::Operations>(state.operation_parts());
  auto control = ControlServer::start(state.loop, state.options.config.server.control_socket,
                                      *state.operations);
  if (!control) return pass(control);
  state.control = std::move(*control);
  return {};
}

void Daemon::run() {
  State& state = *state_;
  state.loop.on_signal({SIGHUP, SIGTERM, SIGINT, SIGUSR2},
                       [&state](int number) { state.on_signal(number); });
  state.loop.every(tick_interval, [&state] {
    state.look_for_damage();
    state.hub.tick();
    state.front->tick();
    state.metrics->tick();
  });
  state.loop.every(sweep_interval, [&state] {
    if (state.engine && !state.draining) {
      state.engine->sweep();
      state.loop.spawn(state.load_policies(), "policies");
    }
    state.traces.sweep();
    trim_heap();
  });
  state.loop.every(resources_interval, [&state] {
    if (state.draining || !are_resources_shown()) return;
    state.loop.spawn(log_resources(state.status(), state.backends.get()), "resources");
  });
  state.loop.spawn(state.ready(), "ready");
  state.loop.run();
}

}  // namespace godwit::app
