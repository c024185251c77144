// links: godwit_http
//
// What a parked request costs: bytes of memory a connection, kernel included, against a raw epoll
// server that holds as many idle sockets. `bench_parking [connections]`, 5,000 by default.
//
// Every variant has a server process and a client process of its own. The kernel's part is read
// from /proc/slabinfo (root only): both ends are on this machine, so what each socket costs is
// halved; without it the constant measured on Linux 6 is used.
#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "http/server.hpp"
#include "http/spool.hpp"
#include "kernel_memory.hpp"
#include "net/certificate.hpp"
#include "net/loop.hpp"
#include "net/tls.hpp"
#include "table.hpp"
#include "watch/hub.hpp"

namespace {

using namespace godwit;

constexpr int warm_connections = 200;  // their share of buffers and pools is not counted

class SystemClock final : public Clock {
 public:
  Time now() const override {
    return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  }
};

double resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  long total = 0;
  long resident = 0;
  statm >> total >> resident;
  return static_cast<double>(resident * ::sysconf(_SC_PAGESIZE));
}

struct Cost {
  double user = 0;
  double kernel = 0;
  double sum() const { return user + kernel; }
};

Cost difference(double before, double after, int connections) {
  return {(after - before) / connections, bench::kernel_bytes_a_socket()};
}

std::string ping_request(int number) {
  const std::string body(220, 'b');
  return fmt::format(
      "POST /Microsoft-Server-ActiveSync?Cmd=Ping&User=user{0}&DeviceId=device{0:08}&DeviceType=x "
      "HTTP/1.1\r\nHost: mail.example.org\r\nAuthorization: Basic dXNlcjpwYXNzd29yZA==\r\n"
      "User-Agent: bench/1.0\r\nMS-ASProtocolVersion: 16.1\r\nX-MS-PolicyKey: 1234567890\r\n"
      "Content-Type: application/vnd.ms-sync.wbxml\r\nContent-Length: {1}\r\n\r\n{2}",
      number, body.size(), body);
}

/// Parks everything, as a Ping for eight folders does.
class PingService final : public http::Service {
 public:
  explicit PingService(Clock& clock) : clock_(clock) {}
  Task<http::Outcome> handle(http::Request request) override {
    const auto name = std::to_string(request.connection);
    watch::ParkRequest park{.user = *UserId::parse("user" + name + "@example.org"),
                            .device = *DeviceId::parse("device" + name),
                            .collections = {},
                            .deadline = clock_.now() + std::chrono::minutes(59)};
    for (int i = 1; i <= 8; ++i) {
      park.collections.push_back({*CollectionId::parse(std::to_string(i)), {}});
    }
    co_return http::Parked{std::move(park), &PingService::resumed};
  }

 private:
  static Task<http::Outcome> resumed(watch::Ended) { co_return http::Reply{}; }
  Clock& clock_;
};

int connect_to(std::uint16_t port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_port = htons(port);
  where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket, reinterpret_cast<sockaddr*>(&where), sizeof(where)) != 0) {
    std::perror("connect");
    std::_Exit(1);
  }
  return socket;
}

/// Opens some connections, waits for a byte, opens the rest, and holds them until the pipe closes.
[[noreturn]] void run_client(std::uint16_t port, bool tls, int connections, int go) {
  SSL_CTX* context = tls ? SSL_CTX_new(TLS_client_method()) : nullptr;
  for (int i = 0; i < warm_connections + connections; ++i) {
    char byte = 0;
    if (i == warm_connections && ::read(go, &byte, 1) != 1) std::_Exit(1);
    const int socket = connect_to(port);
    const auto request = ping_request(i);
    if (context == nullptr) {
      if (::send(socket, request.data(), request.size(), 0) < 0) std::_Exit(1);
      continue;
    }
    SSL* session = SSL_new(context);
    SSL_set_fd(session, socket);
    if (SSL_connect(session) != 1 ||
        SSL_write(session, request.data(), static_cast<int>(request.size())) <= 0) {
      std::_Exit(1);
    }
  }
  char byte = 0;
  std::_Exit(::read(go, &byte, 1) == 0 ? 0 : 1);
}

int listen_anywhere(std::uint16_t& port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof(where);
  if (::bind(socket, reinterpret_cast<sockaddr*>(&where), sizeof(where)) != 0 ||
      ::listen(socket, 4096) != 0 ||
      ::getsockname(socket, reinterpret_cast<sockaddr*>(&where), &length) != 0) {
    std::perror("listen");
    std::_Exit(1);
  }
  port = ntohs(where.sin_port);
  return socket;
}

Cost hold_raw(int listener, int connections, int go) {
  struct Held {
    int socket;
    std::array<char, 36> rest;
  };
  const int poll = ::epoll_create1(0);
  std::vector<Held*> held;
  double before = 0;
  std::array<char, 4096> buffer;
  while (held.size() < static_cast<std::size_t>(warm_connections + connections)) {
    const int socket = ::accept(listener, nullptr, nullptr);
    if (::recv(socket, buffer.data(), buffer.size(), 0) <= 0) std::_Exit(1);
    held.push_back(new Held{socket, {}});
    epoll_event event{.events = EPOLLIN | EPOLLRDHUP, .data = {.ptr = held.back()}};
    ::epoll_ctl(poll, EPOLL_CTL_ADD, socket, &event);
    if (held.size() != warm_connections) continue;
    before = resident_bytes();
    if (::write(go, "g", 1) != 1) std::_Exit(1);
  }
  ::usleep(300'000);
  return difference(before, resident_bytes(), connections);
}

std::shared_ptr<net::TlsServer> make_tls(Clock& clock) {
  const auto stem =
      std::filesystem::temp_directory_path() / ("godwit_parking_" + std::to_string(::getpid()));
  const net::CertificateFiles files{stem.string() + ".crt", stem.string() + ".key"};
  const auto pem = net::make_self_signed({}, clock.now());
  std::ofstream(files.chain) << pem->certificate;
  std::ofstream(files.key) << pem->key;
  auto tls = net::TlsServer::load({files});
  std::filesystem::remove(files.chain);
  std::filesystem::remove(files.key);
  return *tls;
}

Cost hold_parked(int listener, bool tls, int connections, int go) {
  SystemClock clock;
  net::Loop loop;
  watch::Hub hub(clock, {});
  http::SpoolDirectory spools(std::filesystem::temp_directory_path());
  PingService service(clock);
  http::Server server(loop.executor(), clock, {}, service, hub, spools);
  server.listen(*net::Listener::adopt(loop.executor(), listener),
                {.tls = tls ? make_tls(clock) : nullptr});
  double before = 0;
  Cost cost;
  int settled = 0;
  const auto wanted = static_cast<std::size_t>(warm_connections + connections);
  loop.every(std::chrono::milliseconds(100), [&] {
    hub.tick();
    server.tick();
    if (hub.parked() == warm_connections && before == 0 && ++settled == 3) {
      before = resident_bytes();
      settled = 0;
      if (::write(go, "g", 1) != 1) std::_Exit(1);
    }
    if (hub.parked() == wanted && ++settled == 5) {
      cost = difference(before, resident_bytes(), connections);
      loop.stop();
    }
  });
  loop.run();
  return cost;
}

enum class Variant { raw, plain, tls };

/// In processes of their own, so that no variant runs on the heap of another.
Cost run(Variant variant, int connections) {
  std::array<int, 2> result{};
  if (::pipe(result.data()) != 0) std::exit(1);
  const pid_t server = ::fork();
  if (server == 0) {
    std::uint16_t port = 0;
    const int listener = listen_anywhere(port);
    std::array<int, 2> go{};
    if (::pipe(go.data()) != 0) std::_Exit(1);
    const pid_t client = ::fork();
    if (client == 0) {
      ::close(go[1]);
      ::close(listener);
      run_client(port, variant == Variant::tls, connections, go[0]);
    }
    ::close(go[0]);
    const Cost cost = variant == Variant::raw
                          ? hold_raw(listener, connections, go[1])
                          : hold_parked(listener, variant == Variant::tls, connections, go[1]);
    const bool told = ::write(result[1], &cost, sizeof(cost)) == sizeof(cost);
    ::close(go[1]);
    ::waitpid(client, nullptr, 0);
    std::_Exit(told ? 0 : 1);
  }
  ::close(result[1]);
  Cost cost;
  if (::read(result[0], &cost, sizeof(cost)) != sizeof(cost)) {
    fmt::print(stderr, "the measuring process failed\n");
    std::exit(1);
  }
  ::close(result[0]);
  ::waitpid(server, nullptr, 0);
  return cost;
}

}  // namespace

int main(int count, char** arguments) {
  const int connections = count > 1 ? std::atoi(arguments[1]) : 5'000;
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
  if (connections < 1 ||
      static_cast<rlim_t>(connections) + warm_connections + 100 > files.rlim_cur) {
    fmt::print(stderr, "connections must be 1 to {}\n",
               static_cast<long>(files.rlim_cur) - warm_connections - 100);
    return 2;
  }
  const Cost raw = run(Variant::raw, connections);
  const Cost plain = run(Variant::plain, connections);
  const Cost tls = run(Variant::tls, connections);
  bench::Table table;
  table.section(fmt::format("bytes a parked connection of the HTTP server alone: {}", connections));
  table.tell("raw limit: a bare epoll server", raw.sum());
  table.at_most("plain", plain.sum(), 6'144);
  table.tell("  of the raw limit", plain.sum() / raw.sum());
  table.at_most("TLS", tls.sum(), 20'480);
  table.tell("  of the raw limit", tls.sum() / raw.sum());
  return table.exit_code();
}
