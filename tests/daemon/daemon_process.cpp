#include "daemon/daemon_process.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <thread>

#include "app/control_client.hpp"
#include "base/bytes.hpp"
#include "base/text.hpp"
#include "net/certificate.hpp"
#include "run.hpp"
#include "wbxml/pages/ping.hpp"

namespace godwit::test {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

constexpr auto patience = 20s;        // of all waiting here
constexpr auto start_patience = 60s;  // a store may be large
constexpr auto poll_interval = 10ms;
constexpr int first_passed = 3;

std::string read_whole(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

int bind_states(const std::string& path) {
  sockaddr_un where{};
  where.sun_family = AF_UNIX;
  if (path.size() >= sizeof(where.sun_path)) throw std::runtime_error("the folder's path is long");
  std::memcpy(where.sun_path, path.data(), path.size());
  const int socket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (::bind(socket, reinterpret_cast<sockaddr*>(&where), sizeof(where)) != 0) {
    throw std::runtime_error("no socket for the daemon's states");
  }
  return socket;
}

/// In a sanitized build what is freed shall be free, else nothing can be measured.
void free_at_once() {
  const char* const given = std::getenv("ASAN_OPTIONS");
  const std::string options = given == nullptr ? "" : std::string(given) + ':';
  if (options.contains("quarantine_size_mb")) return;
  ::setenv("ASAN_OPTIONS", (options + "quarantine_size_mb=1").c_str(), 1);
}

/// Starts a shell that becomes godwitd, and ends with us. Between fork and exec stand system calls
/// alone: other threads may hold any lock.
pid_t run_shell(const std::string& script, const std::string& log,
                const std::vector<int>& sockets) {
  const int output = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  std::vector<int> high;  // out of the way of the numbers that they get
  for (const int socket : sockets) {
    high.push_back(
        ::fcntl(socket, F_DUPFD_CLOEXEC, first_passed + static_cast<int>(sockets.size())));
  }
  free_at_once();
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::dup2(output, STDOUT_FILENO);
    ::dup2(output, STDERR_FILENO);
    for (std::size_t i = 0; i < high.size(); ++i) {
      ::dup2(high[i], first_passed + static_cast<int>(i));
    }
    ::execl("/bin/sh", "sh", "-c", script.c_str(), nullptr);
    ::_exit(127);
  }
  for (const int each : high) ::close(each);
  ::close(output);
  if (pid < 0) throw std::runtime_error("cannot fork");
  return pid;
}

sockaddr_storage address_of(const std::string& address, std::uint16_t port, socklen_t& size) {
  sockaddr_storage out{};
  auto* v4 = reinterpret_cast<sockaddr_in*>(&out);
  auto* v6 = reinterpret_cast<sockaddr_in6*>(&out);
  if (::inet_pton(AF_INET6, address.c_str(), &v6->sin6_addr) == 1) {
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(port);
    size = sizeof(*v6);
  } else {
    v4->sin_family = AF_INET;
    v4->sin_port = htons(port);
    ::inet_pton(AF_INET, address.c_str(), &v4->sin_addr);
    size = sizeof(*v4);
  }
  return out;
}

bool wait_until(const std::function<bool()>& done, std::chrono::seconds limit) {
  const auto end = std::chrono::steady_clock::now() + limit;
  while (!done()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(poll_interval);
  }
  return true;
}

json ask_control(const std::string& folder, const std::string& operation, const json& arguments) {
  auto client = app::ControlClient::connect(folder + "/control.sock");
  if (!client) throw std::runtime_error(client.error().message);
  const json request{{"operation", operation}, {"arguments", arguments}};
  const auto reply = client->ask(request.dump());
  if (!reply) throw std::runtime_error(reply.error().message);
  return json::parse(*reply);
}

client::Device::Settings device_settings(const std::string& user, const std::string& id,
                                         const std::string& token) {
  client::Device::Settings settings;
  settings.id = id;
  settings.user = user;
  settings.password = Secret(password);
  settings.token = Secret(token);
  return settings;
}

}  // namespace

bool wait_until(const std::function<bool()>& done) { return wait_until(done, patience); }

DaemonProcess::DaemonProcess() {
  std::string pattern = "/tmp/godwitd-XXXXXX";
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder");
  folder_ = pattern;
  make_config();
}

DaemonProcess::DaemonProcess(std::string folder) : folder_(std::move(folder)), keeps_folder_(true) {
  std::filesystem::create_directories(folder_);
  make_config();
}

void DaemonProcess::make_config() {
  ::unlink((folder_ + "/notify").c_str());
  states_socket_ = bind_states(folder_ + "/notify");
  config["server"] = "control_socket = \"" + folder_ + "/control.sock\"\nstate_directory = \"" +
                     state_folder() + "\"\ndrain_seconds = 0\n";
  config["http"] = "listen = [\"127.0.0.1:0\"]\n";
}

DaemonProcess::~DaemonProcess() {
  if (pid_ > 0) kill();
  ::close(states_socket_);
  if (keeps_folder_) return;
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

void DaemonProcess::write_config() const {
  std::ofstream out(folder_ + "/godwit.toml");
  for (const auto& [section, lines] : config) out << '[' << section << "]\n" << lines;
}

void DaemonProcess::listen_tls() {
  config["http"] +=
      "listen_tls = [\"127.0.0.1:0\"]\ncertificates = [\"own.pem\"]\nkeys = [\"own.key\"]\n";
  if (std::filesystem::exists(folder_ + "/own.pem")) return;
  const auto now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  const auto pem = net::make_self_signed({}, now);
  if (!pem) throw std::runtime_error(pem.error().message);
  std::ofstream(folder_ + "/own.pem") << pem->certificate;
  std::ofstream(folder_ + "/own.key") << pem->key;
}

void DaemonProcess::listen_lmtp() { config["lmtp"] += "listen = [\"127.0.0.1:0\"]\n"; }

app::Config DaemonProcess::configuration() const {
  write_config();
  auto read = app::read_config(folder_ + "/godwit.toml");
  if (!read) throw std::runtime_error(read.error().message);
  return std::move(*read);
}

void DaemonProcess::start() { start({}); }

void DaemonProcess::start(const Launch& launch) {
  write_config();
  states_.clear();
  std::string script = "NOTIFY_SOCKET=" + folder_ + "/notify";
  if (!launch.sockets.empty()) {
    script += " LISTEN_PID=$$ LISTEN_FDS=" + std::to_string(launch.sockets.size()) +
              " LISTEN_FDNAMES=" + launch.socket_names;
  }
  script += " exec " + launch.within + " " GODWITD " --config " + folder_ + "/godwit.toml";
  pid_ = run_shell(script, folder_ + "/log", launch.sockets);
  wait_until_ready();
}

void DaemonProcess::wait_until_ready() {
  const bool ready = wait_until(
      [this] {
        read_states(0ms);
        int status = 0;
        if (::waitpid(pid_, &status, WNOHANG) == pid_) {
          pid_ = -1;
          throw std::runtime_error("godwitd ended:\n" + log());
        }
        return states_.contains("READY=1");
      },
      start_patience);
  if (!ready) throw std::runtime_error("godwitd is not ready in time:\n" + log());
}

void DaemonProcess::read_states(std::chrono::milliseconds limit) {
  pollfd state{states_socket_, POLLIN, 0};
  while (::poll(&state, 1, static_cast<int>(limit.count())) == 1) {
    std::array<char, 1024> buffer{};
    const auto count = ::recv(states_socket_, buffer.data(), buffer.size(), 0);
    if (count > 0) states_.append(buffer.data(), static_cast<std::size_t>(count)) += '\n';
  }
}

bool DaemonProcess::wait_for_state(std::string_view state) {
  return wait_until([this, state] {
    read_states(0ms);
    return states_.contains(state);
  });
}

Finished DaemonProcess::run_to_end() {
  write_config();
  pid_ = run_shell("exec " GODWITD " --config " + folder_ + "/godwit.toml", folder_ + "/log", {});
  return {wait_for_end(), log()};
}

void DaemonProcess::signal(int number) const { ::kill(pid_, number); }

void DaemonProcess::hand_over() {
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);  // the new process becomes our child when the old one ends
  states_.clear();
  signal(SIGUSR2);
  if (!wait_for_state("MAINPID=")) throw std::runtime_error("nobody takes over:\n" + log());
  const auto named = std::string_view(states_).substr(states_.find("MAINPID=") + 8);
  const auto fresh = parse_number<pid_t>(named.substr(0, named.find('\n')));
  if (wait_for_end() != 0) throw std::runtime_error("the old process failed:\n" + log());
  pid_ = fresh.value();
  wait_until_ready();
}

int DaemonProcess::wait_for_end() {
  int status = 0;
  const bool ended = wait_until([&] { return ::waitpid(pid_, &status, WNOHANG) == pid_; });
  if (!ended) throw std::runtime_error("godwitd does not end:\n" + log());
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int DaemonProcess::stop() {
  signal(SIGTERM);
  return wait_for_end();
}

void DaemonProcess::kill() {
  signal(SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

std::string DaemonProcess::log() const { return read_whole(folder_ + "/log"); }

bool DaemonProcess::wait_for_log(std::string_view text) const {
  return wait_until([this, text] { return log().contains(text); });
}

bool DaemonProcess::ask(const std::string& operation,
                        const std::map<std::string, std::string>& arguments) const {
  return ask_control(folder_, operation, arguments)["ok"];
}

Status DaemonProcess::status() const {
  const json result = ask_control(folder_, "status", json::object())["result"];
  return {result["mode"], result["problem"], result["parked"], result["connections"],
          result["listening"]};
}

void DaemonProcess::add_user(const std::string& login, const std::string& secret) const {
  if (!ask("user.add", {{"login", login}, {"password", secret}})) {
    throw std::runtime_error("the user was not added:\n" + log());
  }
}

Finished DaemonProcess::command(const std::string& arguments) const {
  const std::string line =
      GODWIT " --config " + folder_ + "/godwit.toml " + arguments + " 2>&1 </dev/null";
  std::FILE* pipe = ::popen(line.c_str(), "r");
  if (pipe == nullptr) throw std::runtime_error("cannot run a shell");
  Finished out;
  std::array<char, 4096> buffer{};
  while (std::fgets(buffer.data(), buffer.size(), pipe) != nullptr) out.output += buffer.data();
  const int status = ::pclose(pipe);
  out.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return out;
}

std::uint16_t DaemonProcess::port(std::string_view door) const {
  for (const std::string& where : status().listening) {
    if (!where.starts_with(door)) continue;
    return parse_number<std::uint16_t>(std::string_view(where).substr(where.rfind(':') + 1))
        .value_or(0);
  }
  throw std::runtime_error("the daemon does not listen for " + std::string(door));
}

client::ServerUrl DaemonProcess::url() const {
  client::ServerUrl url;
  url.tls = false;
  url.host = "127.0.0.1";
  url.port = port("http ");
  return url;
}

ProcessMemory DaemonProcess::memory() const {
  ProcessMemory memory;
  std::ifstream rows("/proc/" + std::to_string(pid_) + "/status");
  for (std::string line; std::getline(rows, line);) {
    const auto number = [&line] {
      return std::stoull(line.substr(line.find_first_of("0123456789"))) * 1024;
    };
    if (line.starts_with("VmRSS:")) memory.resident = number();
    if (line.starts_with("VmHWM:")) memory.peak = number();
  }
  return memory;
}

/// proc(5): 5 resets the peak resident set size.
void DaemonProcess::forget_peak() const {
  std::ofstream("/proc/" + std::to_string(pid_) + "/clear_refs") << "5";
}

Phone::Phone(const DaemonProcess& daemon, const std::string& user, const std::string& id,
             const std::string& token)
    : Phone(daemon.url(), {}, user, id, token) {}

Phone::Phone(const client::ServerUrl& url, const client::Trust& trust, const std::string& user,
             const std::string& id, const std::string& token)
    : url_(url),
      trust_(trust),
      transport_(url, trust),
      device_(transport_, device_settings(user, id, token)) {}

std::string Phone::inbox() {
  constexpr int inbox_type = 2;
  const auto folders = run(device_.folder_sync());
  if (!folders.ok()) {
    throw std::runtime_error("FolderSync: HTTP " + std::to_string(folders.http_status));
  }
  const client::Folder* folder = device_.folder_of_type(inbox_type);
  if (folder == nullptr) throw std::runtime_error("there is no inbox");
  const std::string id = folder->id;
  client::SyncOptions options;
  options.options = client::mail_options(0, 1, std::nullopt);
  const auto synced = run(device_.sync_all(id, options));
  if (!synced.ok()) throw std::runtime_error("Sync: HTTP " + std::to_string(synced.http_status));
  // One more proves that the answer came: a Ping would else end at once.
  run(device_.sync(id, {}));
  return id;
}

int Phone::send(const std::string& mime) {
  client::Outgoing mail;
  mail.client_id = std::to_string(++sent_);
  mail.mime = mime;
  const auto outcome = run(device_.send_mail(std::move(mail)));
  return outcome.http_status == 200 ? outcome.status : outcome.http_status;
}

std::future<client::Answer> Phone::ping(const std::string& collection,
                                        unsigned heartbeat_seconds) const {
  namespace page = wbxml::ping;
  using client::Node;
  const Node body(
      page::Ping,
      {Node(page::HeartbeatInterval, std::to_string(heartbeat_seconds)),
       Node(page::Folders,
            {Node(page::Folder, {Node(page::Id, collection), Node(page::Class, "Email")})})});
  auto wire = device_.wire("Ping", encode(body), "application/vnd.ms-sync.wbxml");
  wire.patience = std::chrono::seconds(heartbeat_seconds + 60);
  return std::async(std::launch::async, [url = url_, trust = trust_, wire = std::move(wire)] {
    client::HttpTransport transport(url, trust);
    return run(transport.send(wire));
  });
}

int ping_status(const client::Answer& answer) {
  const auto root = client::decode(answer.body);
  if (answer.status != 200 || !root) return 0;
  return parse_number<int>(root->text_of(wbxml::ping::Status)).value_or(0);
}

std::string ask_http(std::uint16_t port, const RawRequest& request) {
  socklen_t size = 0;
  const sockaddr_storage where = address_of(request.address, port, size);
  const int socket = ::socket(where.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (::connect(socket, reinterpret_cast<const sockaddr*>(&where), size) != 0) {
    ::close(socket);
    throw std::runtime_error("nobody listens on " + request.address);
  }
  std::string text =
      request.sent_first + request.head + "\r\nHost: localhost\r\nConnection: close\r\n";
  if (!request.user.empty()) {
    text += "Authorization: Basic " + base64_encode(request.user + ':' + request.password) + "\r\n";
  }
  text += "Content-Length: 0\r\n\r\n";
  static_cast<void>(::send(socket, text.data(), text.size(), MSG_NOSIGNAL));
  std::string reply;
  std::array<char, 4096> buffer{};
  for (ssize_t count = 0; (count = ::recv(socket, buffer.data(), buffer.size(), 0)) > 0;) {
    reply.append(buffer.data(), static_cast<std::size_t>(count));
  }
  ::close(socket);
  return reply;
}

BoundSocket::BoundSocket() : descriptor(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(where);
  auto* address = reinterpret_cast<sockaddr*>(&where);
  if (::bind(descriptor, address, size) != 0 || ::listen(descriptor, 16) != 0 ||
      ::getsockname(descriptor, address, &size) != 0) {
    throw std::runtime_error("cannot listen on a loopback port");
  }
  port = ntohs(where.sin_port);
}

BoundSocket::~BoundSocket() { ::close(descriptor); }

}  // namespace godwit::test
