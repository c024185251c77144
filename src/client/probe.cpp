#include "client/probe.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/this_coro.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "base/fault.hpp"
#include "net/loop.hpp"

namespace godwit::client {
namespace {

/// Why the probe stops.
class Failure : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

constexpr int inbox_type = 2;  // [MS-ASCMD] Type (FolderSync)

std::string describe(const Outcome& outcome) {
  if (outcome.http_status != 200) {
    return outcome.http_status == 401 ? std::string("the password is refused (HTTP 401)")
                                      : fmt::format("HTTP {}", outcome.http_status);
  }
  return fmt::format("status {}", outcome.status);
}

void require(const Outcome& outcome, std::string_view step) {
  if (!outcome.ok()) throw Failure(fmt::format("{}: {}", step, describe(outcome)));
}

void require(const SyncOutcome& outcome, const std::string& collection, std::string_view step) {
  require(outcome, step);
  const auto found = outcome.collections.find(collection);
  if (found != outcome.collections.end() && found->second.status != 1) {
    throw Failure(fmt::format("{}: status {} of the Inbox", step, found->second.status));
  }
}

/// What the waiting Ping came to.
struct Waiting {
  bool done = false;
  std::string failure;
  PingOutcome outcome;
};

/// Shared with the coroutine that waits: it may outlive a probe that failed.
Task<> wait_for_push(std::shared_ptr<Device> device, std::string inbox, unsigned heartbeat,
                     std::shared_ptr<Waiting> waiting) {
  try {
    waiting->outcome = co_await device->ping({inbox}, heartbeat);
  } catch (const Fault& fault) {
    waiting->failure = fault.what();
  } catch (const Violation& violation) {
    waiting->failure = violation.what();
  }
  waiting->done = true;
}

class Probe {
 public:
  Probe(Transport& main, Transport& push, ProbeSettings settings, Stopwatch stopwatch)
      : push_(push),
        settings_(std::move(settings)),
        stopwatch_(std::move(stopwatch)),
        device_(main, settings_.device) {}

  Task<> run() {
    co_await options();
    co_await sign_on();
    co_await first_sync();
    if (!settings_.send) co_return;
    co_await send_and_wait();
    co_await fetch_and_delete();
  }

  ProbeReport& report() { return report_; }

 private:
  void begin() { began_ = stopwatch_(); }
  void end(std::string name) {
    const auto took = stopwatch_() - began_;
    if (took > settings_.slow_limit && (!report_.slow || took > slowest_)) {
      slowest_ = took;
      report_.slow = fmt::format("{} took {} ms", name, took.count());
    }
    report_.steps.push_back({std::move(name), took});
  }

  Task<> options() {
    begin();
    const OptionsOutcome outcome = co_await device_.options();
    require(outcome, "options");
    end("options");
    std::optional<eas::Version> best;
    for (const std::string& text : outcome.versions) {
      const auto version = eas::parse_version(text);
      if (version && (!best || *version > *best)) best = *version;
      if (version && !settings_.negotiate && *version == settings_.device.version) best = *version;
    }
    if (!settings_.negotiate) {
      const std::string wanted(eas::to_string(settings_.device.version));
      const auto& offered = outcome.versions;
      if (std::ranges::find(offered, wanted) == offered.end()) {
        throw Failure("options: the server does not offer version " + wanted);
      }
      best = settings_.device.version;
    }
    if (!best) throw Failure("options: no version in common");
    device_.set_version(*best);
    report_.version = eas::to_string(*best);
  }

  Task<> sign_on() {
    begin();
    const Outcome provisioned = co_await device_.provision();
    // Policy status 2: the server has no policy for us, which is well.
    if (!provisioned.ok() && provisioned.status != 2) require(provisioned, "provision");
    end("provision");
    begin();
    require(co_await device_.folder_sync(), "folder_sync");
    end("folder_sync");
    report_.folders = device_.folders().size();
    const Folder* inbox = device_.folder_of_type(inbox_type);
    if (inbox == nullptr) throw Failure("folder_sync: there is no Inbox");
    inbox_ = inbox->id;
  }

  Task<> first_sync() {
    begin();
    SyncOptions options;
    options.window_size = 100;
    options.options = mail_options(1, 1, 200);  // a day back, little of each body
    const SyncOutcome outcome = co_await device_.sync_all(inbox_, options);
    require(outcome, inbox_, "sync");
    end("sync");
    report_.items = device_.collection(inbox_).items.size();
  }

  Task<> send_and_wait() {
    auto waiting = std::make_shared<Waiting>();  // shared with the coroutine that waits
    auto pinger = std::make_shared<Device>(push_, settings_.device);
    pinger->set_version(device_.settings().version);
    pinger->set_policy_key(device_.policy_key());
    const auto heartbeat =
        static_cast<unsigned>(std::clamp<std::int64_t>(settings_.push_limit.count(), 60, 3540));
    const auto executor = co_await boost::asio::this_coro::executor;
    net::spawn(executor, wait_for_push(pinger, inbox_, heartbeat, waiting), "probe.push");
    co_await net::sleep_for(std::chrono::milliseconds(200));  // the Ping is held by then
    const std::string address = co_await sender();
    begin();
    Outgoing mail;
    mail.client_id = settings_.mark;
    mail.save_in_sent = false;
    mail.mime = fmt::format(
        "From: {0}\r\nTo: {0}\r\nSubject: Godwit probe {1}\r\nMIME-Version: 1.0\r\n"
        "Content-Type: text/plain; charset=utf-8\r\n\r\nThis mail tests the server and goes by "
        "itself.\r\n",
        address, settings_.mark);
    require(co_await device_.send_mail(std::move(mail)), "send");
    end("send");
    // Push is counted from the sending on: the mail may come before the answer to SendMail does.
    while (!waiting->done && stopwatch_() - began_ < settings_.push_limit) {
      co_await net::sleep_for(std::chrono::milliseconds(10));
    }
    if (!waiting->done) {
      throw Failure(fmt::format("push: nothing came within {} s", settings_.push_limit.count()));
    }
    if (!waiting->failure.empty()) throw Failure("push: " + waiting->failure);
    if (waiting->outcome.status != 2) throw Failure("push: Ping " + describe(waiting->outcome));
    end("push");
  }

  /// The user's own address: asked for where the login is none.
  Task<std::string> sender() {
    const std::string& login = settings_.device.user;
    if (login.contains('@')) co_return login;
    std::vector<std::string> addresses;
    require(co_await device_.user_information(addresses), "settings");
    if (addresses.empty()) throw Failure("settings: the server tells no address of the user");
    co_return addresses.front();
  }

  std::vector<std::string> marked() {
    std::vector<std::string> out;
    for (const auto& [id, item] : device_.collection(inbox_).items) {
      const auto subject = item.find("Subject");
      if (subject != item.end() && subject->second.contains(settings_.mark)) out.push_back(id);
    }
    return out;
  }

  Task<> fetch_and_delete() {
    begin();
    const auto deadline = stopwatch_() + settings_.push_limit;
    for (;;) {
      const SyncOutcome outcome = co_await device_.sync_all(inbox_, {});
      require(outcome, inbox_, "fetch");
      if (!marked().empty()) break;
      if (stopwatch_() > deadline) throw Failure("fetch: the mail did not come into the Inbox");
      co_await net::sleep_for(std::chrono::milliseconds(250));
    }
    end("fetch");
    begin();
    for (const std::string& id : marked()) device_.remove(inbox_, id);
    SyncOptions options;
    options.deletes_as_moves = false;
    require(co_await device_.sync(inbox_, options), inbox_, "delete");
    end("delete");
  }

  Transport& push_;
  ProbeSettings settings_;
  Stopwatch stopwatch_;
  Device device_;
  ProbeReport report_;
  std::string inbox_;
  std::chrono::milliseconds began_{0};
  std::chrono::milliseconds slowest_{0};
};

/// Without what would break a line or Nagios's grammar.
std::string one_line(std::string text) {
  std::ranges::replace_if(
      text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == '|'; }, ' ');
  return text;
}

}  // namespace

Task<ProbeReport> probe(Transport& main, Transport& push, ProbeSettings settings,
                        Stopwatch stopwatch) {
  Probe work(main, push, std::move(settings), std::move(stopwatch));
  try {
    co_await work.run();
  } catch (const Failure& failure) {
    work.report().failure = failure.what();
  } catch (const Fault& fault) {
    work.report().failure = fault.what();
  } catch (const Violation& violation) {
    work.report().failure = std::string("the server broke the protocol: ") + violation.what();
  }
  co_return std::move(work.report());
}

std::string nagios_line(const ProbeReport& report, std::chrono::milliseconds slow_limit) {
  constexpr std::array<std::string_view, 3> words{"OK", "WARNING", "CRITICAL"};
  std::string out =
      fmt::format("GODWIT {} - ", words[static_cast<std::size_t>(report.exit_code())]);
  if (report.failure) {
    out += one_line(*report.failure);
  } else if (report.slow) {
    out += *report.slow;
  } else {
    out +=
        fmt::format("version {}, {} folders, push in {} ms", report.version, report.folders, [&] {
          const auto step = std::ranges::find(report.steps, "push", &ProbeStep::name);
          return step == report.steps.end() ? 0 : step->took.count();
        }());
  }
  out += " |";
  for (const ProbeStep& step : report.steps) {
    out += fmt::format(" {}={}ms;{};;0", step.name, step.took.count(), slow_limit.count());
  }
  return out;
}

std::string prometheus_text(const ProbeReport& report) {
  std::string out = fmt::format(
      "# HELP godwit_probe_success Whether the whole probe went well.\n"
      "# TYPE godwit_probe_success gauge\ngodwit_probe_success {}\n"
      "# HELP godwit_probe_step_seconds Time that a step took.\n"
      "# TYPE godwit_probe_step_seconds gauge\n",
      report.failure ? 0 : 1);
  for (const ProbeStep& step : report.steps) {
    out += fmt::format("godwit_probe_step_seconds{{step=\"{}\"}} {}.{:03}\n", step.name,
                       step.took.count() / 1000, step.took.count() % 1000);
  }
  return out;
}

std::string json_text(const ProbeReport& report) {
  nlohmann::json steps = nlohmann::json::object();
  for (const ProbeStep& step : report.steps) steps[step.name] = step.took.count();
  nlohmann::json out{{"ok", !report.failure.has_value()},
                     {"result",
                      {{"version", report.version},
                       {"folders", report.folders},
                       {"inbox_items", report.items},
                       {"milliseconds", steps}}}};
  if (report.slow) out["result"]["slow"] = *report.slow;
  if (report.failure) out["error"] = {{"message", *report.failure}};
  return out.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace godwit::client
