/// Mail on a Dovecot and the devices that sync it through godwitd, for benchmarks of the gateway.
#pragma once

#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "client/device.hpp"
#include "client/http_transport.hpp"
#include "daemon.hpp"
#include "interop/imap_servers.hpp"
#include "table.hpp"

namespace godwit::bench {

inline double seconds_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

/// multipart/mixed of an alternative and an attachment, about 12 KB.
inline std::string usual_mail(int number) {
  const auto lines = [number](const char* line, int count) {
    std::string text;
    for (int i = 0; i < count; ++i) text += fmt::format("{} {} {}\r\n", line, number, i);
    return text;
  };
  std::string octets;
  for (int i = 0; i < 2'200; ++i) octets += static_cast<char>((number * 31 + i * 7) % 251);
  return fmt::format(
      "From: Writer {0} <w{0}@example.net>\r\nTo: reader@example.org\r\nSubject: Message {0}\r\n"
      "Date: Sun, 22 Nov 2026 10:00:00 +0000\r\nMessage-ID: <{0}@bench>\r\nMIME-Version: 1.0\r\n"
      "Content-Type: multipart/mixed; boundary=outer\r\n\r\n--outer\r\n"
      "Content-Type: multipart/alternative; boundary=inner\r\n\r\n--inner\r\n"
      "Content-Type: text/plain; charset=utf-8\r\n\r\n{1}\r\n--inner\r\n"
      "Content-Type: text/html; charset=utf-8\r\n\r\n<html><body>{2}</body></html>\r\n"
      "--inner--\r\n--outer\r\nContent-Type: application/pdf; name=a.pdf\r\n"
      "Content-Disposition: attachment; filename=a.pdf\r\n"
      "Content-Transfer-Encoding: base64\r\n\r\n{3}\r\n--outer--\r\n",
      number, lines("Some words of the plain text, line", 60),
      lines("<p>Some words of the <b>formatted</b> text &amp; more, line</p>", 70),
      base64_encode(octets));
}

inline std::string small_mail(int number) {
  return fmt::format("From: w@example.net\r\nSubject: Small {0}\r\n\r\nText {0}\r\n", number);
}

/// Puts messages where Dovecot finds them, as if it had delivered them long ago.
inline void fill_maildir(const interop::RunningServer& server, const std::string& user, int count,
                         std::string (*make)(int)) {
  namespace fs = std::filesystem;
  const fs::path run = fs::path(server.value("TLS_CERTIFICATE")).parent_path();
  const fs::path box = run / "mail" / user;
  for (const char* part : {"cur", "new", "tmp"}) fs::create_directories(box / part);
  for (int i = 0; i < count; ++i) {
    const std::string text = make(i);
    const std::string name =
        fmt::format("{}.M{}P1.bench,S={}:2,", 1'760'000'000 + i, i, text.size());
    std::ofstream(box / "cur" / name) << text;
  }
  if (::getuid() != 0) return;
  const std::string command =
      fmt::format("chown -R --reference='{0}/mail' '{0}/mail'", run.string());
  if (std::system(command.c_str()) != 0) throw std::runtime_error("chown failed");
}

/// Reads what one command brings; the seconds it took.
class BareImap {
 public:
  BareImap(std::uint16_t port, const std::string& user) : socket_(connect_to(port)) {
    run("LOGIN \"" + user + "\" secret");
    run("SELECT INBOX");
  }
  ~BareImap() { ::close(socket_); }
  BareImap(const BareImap&) = delete;
  BareImap& operator=(const BareImap&) = delete;

  double run(const std::string& command) {
    const auto begin = std::chrono::steady_clock::now();
    const std::string line = "x " + command + "\r\n";
    if (::send(socket_, line.data(), line.size(), 0) < 0) throw std::runtime_error("IMAP: gone");
    std::string end;
    std::array<char, 262'144> buffer;
    while (!end.contains("\r\nx OK") && !end.starts_with("x OK")) {
      const auto count = ::recv(socket_, buffer.data(), buffer.size(), 0);
      if (count <= 0) throw std::runtime_error("IMAP: " + end);
      end.append(buffer.data(), static_cast<std::size_t>(count));
      if (end.size() > last_line_max) end.erase(0, end.size() - last_line_max);
    }
    return seconds_since(begin);
  }

 private:
  static constexpr std::size_t last_line_max = 8'192;
  int socket_;
};

struct Phone {
  Phone(const Daemon& daemon, const std::string& user, const std::string& id)
      : transport({.tls = true, .host = "127.0.0.1", .port = daemon.https_port},
                  {.ca_file = {}, .insecure = true}) {
    client::Device::Settings settings;
    settings.id = id;
    settings.user = user;
    settings.password = Secret("secret");
    device = std::make_unique<client::Device>(transport, std::move(settings));
  }
  Task<> open() {
    if (!(co_await device->folder_sync()).ok()) throw std::runtime_error("FolderSync failed");
    inbox = device->folder_of_type(2)->id;
  }
  Task<> sync_all(std::vector<client::Node> options, unsigned size) {
    co_await open();
    client::SyncOptions wanted;
    wanted.window_size = size;
    wanted.options = std::move(options);
    if (!(co_await device->sync_all(inbox, wanted)).ok()) throw std::runtime_error("Sync failed");
    // Proves the last key, so that what follows has nothing to note.
    if (!(co_await device->sync(inbox, {})).ok()) throw std::runtime_error("Sync failed");
  }
  std::size_t items() { return device->collection(inbox).items.size(); }

  client::HttpTransport transport;
  std::unique_ptr<client::Device> device;
  std::string inbox;
};

/// The lines of configuration of a gateway to that server.
inline std::vector<std::string> gateway_settings(const interop::RunningServer& server) {
  return {"backend.kind = \"imap\"",
          "imap.host = \"127.0.0.1\"",
          fmt::format("imap.port = {}", server.port("IMAP_PORT")),
          "imap.tls = \"none\"",
          "imap.command_seconds = 300",
          "submission.host = \"127.0.0.1\"",
          "submission.tls = \"none\"",
          "submission.sign_in = \"none\""};
}

/// What `main` returns: 0 when `work` reached its goals, or when there is no Dovecot to measure by.
/// `work` gets a folder of its own, the server and the table.
template <class Work>
int over_dovecot(const char* name, Work work) {
  if (!interop::RunningServer::is_there("dovecot")) {
    fmt::print("{}\n", interop::RunningServer::why_not("dovecot"));
    return 0;
  }
  const auto folder =
      std::filesystem::temp_directory_path() / fmt::format("godwit_bench_{}_{}", name, ::getpid());
  Table table;
  int code = 1;
  try {
    work(folder.string(), *interop::RunningServer::get("dovecot", ""), table);
    code = table.exit_code();
  } catch (const std::exception& failure) {
    fmt::print(stderr, "{}\n", failure.what());
  }
  std::filesystem::remove_all(folder);
  return code;
}

}  // namespace godwit::bench
