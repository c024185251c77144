/// godwitd as benchmarks use it: a process of its own beside them, and what it takes.
#pragma once

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.hpp"
#include "base/text.hpp"
#include "net/certificate.hpp"

namespace godwit::bench {

inline std::uint16_t free_port() {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof(where);
  const bool known = ::bind(socket, reinterpret_cast<sockaddr*>(&where), sizeof(where)) == 0 &&
                     ::getsockname(socket, reinterpret_cast<sockaddr*>(&where), &length) == 0;
  ::close(socket);
  if (!known) throw std::runtime_error("no free port");
  return ntohs(where.sin_port);
}

inline int connect_to(std::uint16_t port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_port = htons(port);
  where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket, reinterpret_cast<sockaddr*>(&where), sizeof(where)) != 0) {
    throw std::runtime_error("nobody listens");
  }
  return socket;
}

class Daemon {
 public:
  enum class Mail : std::uint8_t { embedded, gateway };
  /// `settings`: further lines of TOML, "section.key = value". The programs are those of this
  /// build.
  Daemon(const std::string& folder, Mail mail, const std::vector<std::string>& settings)
      : folder_(folder) {
    std::filesystem::create_directories(folder);
    write_certificate();
    std::string text = fmt::format(
        "server.state_directory = \"{0}/state\"\nserver.control_socket = \"{0}/control\"\n"
        "server.drain_seconds = 0\nserver.log_level = \"warning\"\n"
        "http.listen = [\"127.0.0.1:{1}\"]\nhttp.listen_tls = [\"127.0.0.1:{2}\"]\n"
        "http.certificates = [\"{0}/certificate\"]\nhttp.keys = [\"{0}/key\"]\n",
        folder, http_port, https_port);
    if (mail == Mail::embedded)
      text += fmt::format("lmtp.listen = [\"127.0.0.1:{}\"]\n", lmtp_port);
    for (const std::string& line : settings) text += line + '\n';
    std::ofstream(configuration()) << text;
    start();
  }
  ~Daemon() {
    ::kill(process_, SIGTERM);
    ::waitpid(process_, nullptr, 0);
  }
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;

  void add_user(const std::string& login, const std::string& password) const {
    administer(fmt::format("user add {} --password-stdin", login), password);
  }
  std::uint64_t parked() const { return number_of("parked", administer("--json status", "")); }

  /// Of all threads that live, to the nanosecond.
  double processor_seconds() const {
    std::uint64_t sum = 0;
    for (const auto& task : std::filesystem::directory_iterator(proc("task"))) {
      std::ifstream file(task.path() / "schedstat");
      std::uint64_t nanoseconds = 0;
      if (file >> nanoseconds) sum += nanoseconds;
    }
    return static_cast<double>(sum) * 1e-9;
  }
  /// Bytes: VmRSS, or VmHWM since the last forget_peak.
  std::uint64_t memory(const std::string& row) const {
    std::ifstream status(proc("status"));
    for (std::string line; std::getline(status, line);) {
      if (line.starts_with(row + ':')) return std::stoull(line.substr(row.size() + 1)) * 1024;
    }
    throw std::runtime_error("no " + row);
  }
  void forget_peak() const { std::ofstream(proc("clear_refs")) << "5"; }

  const std::uint16_t http_port = free_port();
  const std::uint16_t https_port = free_port();
  const std::uint16_t lmtp_port = free_port();

 private:
  std::string configuration() const { return folder_ + "/godwit.toml"; }
  std::string proc(const std::string& what) const {
    return fmt::format("/proc/{}/{}", process_, what);
  }
  static std::string program(const std::string& name) {
    const auto here = std::filesystem::read_symlink("/proc/self/exe").parent_path();
    return (here.parent_path() / "src/app" / name).string();
  }
  void write_certificate() const {
    const auto now =
        std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
    const auto pem = net::make_self_signed({}, now);
    std::ofstream(folder_ + "/certificate") << pem->certificate;
    std::ofstream(folder_ + "/key") << pem->key;
    std::filesystem::permissions(folder_ + "/key", std::filesystem::perms::owner_read);
  }

  void start() {
    const std::string godwitd = program("godwitd");
    process_ = ::fork();
    if (process_ == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      ::execl(godwitd.c_str(), godwitd.c_str(), "-c", configuration().c_str(), nullptr);
      ::_exit(127);
    }
    for (int i = 0; i < 300; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
      if (::waitpid(process_, nullptr, WNOHANG) != 0) break;
      if (std::filesystem::exists(folder_ + "/control")) return;
    }
    throw std::runtime_error("godwitd does not start");
  }
  /// What godwit printed.
  std::string administer(const std::string& arguments, const std::string& input) const {
    const std::string command = fmt::format("printf %s '{}' | {} -c {} {}", input,
                                            program("godwit"), configuration(), arguments);
    std::FILE* pipe = ::popen(command.c_str(), "r");
    if (pipe == nullptr) throw std::runtime_error("no shell");
    std::string output;
    std::array<char, 4096> buffer{};
    while (std::fgets(buffer.data(), buffer.size(), pipe) != nullptr) output += buffer.data();
    if (::pclose(pipe) != 0) throw std::runtime_error("godwit " + arguments + ": " + output);
    return output;
  }
  static std::uint64_t number_of(const std::string& name, const std::string& json) {
    const std::size_t at = json.find('"' + name + "\":");
    if (at == std::string::npos) throw std::runtime_error("no " + name + " in " + json);
    const auto digits = trim(std::string_view(json).substr(at + name.size() + 3));
    const std::size_t end = digits.find_first_not_of("0123456789");
    return parse_number<std::uint64_t>(digits.substr(0, end)).value();
  }

  std::string folder_;
  pid_t process_ = -1;
};

}  // namespace godwit::bench
