#include "measured_daemon.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

#include "app/control_client.hpp"
#include "base/fault.hpp"
#include "net/certificate.hpp"

namespace godwit::test {
namespace {

using nlohmann::json;

constexpr std::chrono::seconds start_limit{60};
constexpr std::chrono::milliseconds start_step{20};

[[noreturn]] void fail_start(const std::string& why) {
  throw Fault(Fault::Kind::unavailable, "godwitd: " + why);
}

Time now() {
  return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

void make_certificate(const app::Config& config) {
  const std::string& chain = config.http.certificates.front();
  if (std::filesystem::exists(chain)) return;
  const auto pem = net::make_self_signed({}, now());
  if (!pem) fail_start(pem.error().message);
  std::ofstream(chain) << pem->certificate;
  std::ofstream(config.http.keys.front()) << pem->key;
}

std::string configuration_text(const MeasuredDaemon::Setup& setup) {
  std::string text = fmt::format(
      "server.control_socket = \"{0}/control.sock\"\n"
      "server.state_directory = \"{0}\"\n"
      "server.drain_seconds = 0\n"
      "server.log_level = \"error\"\n"
      "http.listen = [\"127.0.0.1:0\"]\n",
      setup.folder);
  if (setup.tls) {
    text += fmt::format(
        "http.listen_tls = [\"127.0.0.1:0\"]\n"
        "http.certificates = [\"{0}/certificate.pem\"]\n"
        "http.keys = [\"{0}/key.pem\"]\n",
        setup.folder);
  }
  if (setup.lmtp) text += "lmtp.listen = [\"127.0.0.1:0\"]\n";
  for (const std::string& line : setup.settings) text += line + '\n';
  return text;
}

/// A child that ends with us; its messages go to a file.
pid_t spawn(const std::string& program, const std::string& configuration, const std::string& log) {
  const int out = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  // In a sanitized build what is freed shall be free, else nothing can be measured.
  const char* const given = std::getenv("ASAN_OPTIONS");
  const std::string options = given == nullptr ? "" : std::string(given) + ':';
  ::setenv("ASAN_OPTIONS", (options + "quarantine_size_mb=1").c_str(), 1);
  const pid_t child = ::fork();
  if (child == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::dup2(out, 1);
    ::dup2(out, 2);
    ::execl(program.c_str(), program.c_str(), "-c", configuration.c_str(), nullptr);
    ::_exit(127);
  }
  ::close(out);
  if (child < 0) fail_start("no process can be made");
  return child;
}

}  // namespace

app::Config MeasuredDaemon::configuration(const Setup& setup) {
  const std::string path = setup.folder + "/godwit.toml";
  std::filesystem::create_directories(setup.folder);
  std::ofstream(path) << configuration_text(setup);
  auto config = app::read_config(path);
  if (!config) fail_start(config.error().message);
  return std::move(*config);
}

MeasuredDaemon::MeasuredDaemon(Setup setup) : socket_(setup.folder + "/control.sock") {
  const app::Config config = configuration(setup);
  if (setup.tls) make_certificate(config);
  pid_ = spawn(GODWITD_PROGRAM, config.file, setup.folder + "/godwitd.log");
  for (std::chrono::milliseconds waited{0}; waited < start_limit; waited += start_step) {
    std::this_thread::sleep_for(start_step);
    if (::waitpid(pid_, nullptr, WNOHANG) == pid_) {
      pid_ = -1;
      fail_start("it ended at once; see " + setup.folder + "/godwitd.log");
    }
    auto client = app::ControlClient::connect(socket_);
    const auto reply = client ? client->ask(R"({"operation":"status"})") : pass(client);
    if (!reply) continue;
    const json status = json::parse(*reply)["result"];
    if (status["mode"] != "serving") fail_start(status["problem"].get<std::string>());
    listening_ = status["listening"].get<std::vector<std::string>>();
    return;
  }
  fail_start("it does not answer");
}

MeasuredDaemon::~MeasuredDaemon() {
  if (pid_ < 0) return;
  ::kill(pid_, SIGTERM);
  ::waitpid(pid_, nullptr, 0);
}

std::uint16_t MeasuredDaemon::port(const std::string& door) const {
  for (const std::string& line : listening_) {
    if (!line.starts_with(door + ' ')) continue;
    return static_cast<std::uint16_t>(std::stoi(line.substr(line.rfind(':') + 1)));
  }
  fail_start("it does not listen for " + door);
}

std::string MeasuredDaemon::ask(const std::string& operation, const std::string& arguments) const {
  auto client = app::ControlClient::connect(socket_);
  if (!client) fail_start(client.error().message);
  const auto reply =
      client->ask(fmt::format(R"({{"operation":"{}","arguments":{}}})", operation, arguments));
  if (!reply) fail_start(reply.error().message);
  const json answer = json::parse(*reply);
  if (answer["ok"] != true) fail_start(*reply);
  return answer["result"].dump();
}

void MeasuredDaemon::add_user(const std::string& login, const std::string& password) const {
  static_cast<void>(ask("user.add", json{{"login", login}, {"password", password}}.dump()));
}

std::uint64_t MeasuredDaemon::parked() const { return json::parse(ask("status"))["parked"]; }

std::uint64_t MeasuredDaemon::connections() const {
  return json::parse(ask("status"))["connections"];
}

ProcessMemory MeasuredDaemon::memory() const { return memory_of(pid_); }

/// proc(5): 5 resets the peak resident set size.
void MeasuredDaemon::forget_peak() const {
  std::ofstream(fmt::format("/proc/{}/clear_refs", pid_)) << "5";
}

ProcessMemory memory_of(pid_t process) {
  ProcessMemory memory;
  std::ifstream status(fmt::format("/proc/{}/status", process));
  for (std::string line; std::getline(status, line);) {
    const auto number = [&line] {
      return std::stoull(line.substr(line.find_first_of("0123456789"))) * 1024;
    };
    if (line.starts_with("VmRSS:")) memory.resident = number();
    if (line.starts_with("VmHWM:")) memory.peak = number();
  }
  return memory;
}

}  // namespace godwit::test
