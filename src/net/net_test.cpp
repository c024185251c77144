#include <gtest/gtest.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <filesystem>
#include <fstream>
#include <thread>

#include "base/fault.hpp"
#include "net/certificate.hpp"
#include "net/connect.hpp"
#include "net/deadline.hpp"
#include "net/job.hpp"
#include "net/listener.hpp"
#include "net/loop.hpp"
#include "net/network.hpp"
#include "net/proxy_protocol.hpp"
#include "net/socket_stream.hpp"
#include "net/tls.hpp"
#include "net/worker.hpp"
#include "run.hpp"

namespace godwit::net {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

struct Files {
  Files() : folder(std::filesystem::temp_directory_path() / ("godwit_net_" + name())) {
    std::filesystem::create_directories(folder);
  }
  ~Files() { std::filesystem::remove_all(folder); }
  Files(const Files&) = delete;
  Files& operator=(const Files&) = delete;

  static std::string name() { return std::to_string(::getpid()); }
  CertificateFiles write(const std::string& stem, const CertificatePem& pem) const {
    CertificateFiles files{folder / (stem + ".crt"), folder / (stem + ".key")};
    std::ofstream(files.chain) << pem.certificate;
    std::ofstream(files.key) << pem.key;
    return files;
  }
  CertificateFiles make(const std::string& stem, const std::vector<std::string>& hosts) const {
    return write(stem, *make_self_signed(hosts, now()));
  }
  static Time now() { return std::chrono::floor<milliseconds>(std::chrono::system_clock::now()); }
  std::filesystem::path folder;
};

Task<> three_second_job(Gate& gate) {
  co_await blocking(gate, [] { std::this_thread::sleep_for(std::chrono::seconds(3)); });
}

Task<milliseconds> time_limited(Gate& gate) {
  const auto start = steady_clock::now();
  try {
    co_await with_deadline(milliseconds(200), three_second_job(gate));
  } catch (const boost::system::system_error& error) {
    EXPECT_EQ(error.code(), boost::asio::error::timed_out);
  }
  co_return std::chrono::floor<milliseconds>(steady_clock::now() - start);
}

TEST(Deadline, does_not_wait_for_a_blocking_job) {
  Gate gate("test", 1, 1);
  const auto taken = test::run(time_limited(gate));
  EXPECT_GE(taken.count(), 200);
  EXPECT_LT(taken.count(), 250);
}

Task<> serve_once(Listener& listener, std::shared_ptr<TlsServer> tls) {
  try {
    auto stream = co_await listener.accept();
    if (tls) stream = co_await tls->accept(std::move(stream));
    std::array<char, 4096> buffer;
    for (;;) {
      const auto count = co_await stream->read_some(buffer);
      if (count == 0) break;
      co_await stream->write_all({buffer.data(), count});
    }
  } catch (const Fault&) {
    co_return;  // the client did not like us: what it says is tested there
  } catch (const boost::system::system_error&) {
    co_return;
  }
}

Task<std::string> talk(ConnectSettings settings, std::string text) {
  const bool wants_tls = settings.tls.has_value();
  auto stream = co_await connect(std::move(settings));
  std::string back;
  co_await stream->write_all(text);
  std::array<char, 4096> buffer;
  while (back.size() < text.size()) {
    co_await stream->wait_readable();
    const auto count = co_await stream->read_some(buffer);
    if (count == 0) break;
    back.append(buffer.data(), count);
  }
  EXPECT_EQ(stream->is_tls(), wants_tls);
  stream->close();
  co_return back;
}

Task<std::string> outcome(ConnectSettings settings) {
  try {
    co_return co_await talk(std::move(settings), "hello");
  } catch (const Fault& fault) {
    co_return fault.what();
  } catch (const boost::system::system_error& error) {
    co_return error.what();
  }
}

/// Echo server and client on one loop; what came back, or why nothing did.
Task<std::string> echo(std::shared_ptr<TlsServer> server_tls,
                       std::optional<TlsClientSettings> client_tls, std::string host) {
  auto executor = co_await boost::asio::this_coro::executor;
  auto listener = Listener::tcp(executor, "127.0.0.1", 0);
  EXPECT_TRUE(listener);
  spawn(executor, serve_once(*listener, server_tls), "echo");
  ConnectSettings settings{.host = host, .port = listener->port(), .tls = std::move(client_tls)};
  auto said = co_await outcome(std::move(settings));
  co_await sleep_for(milliseconds(5));
  listener->close();
  co_await sleep_for(milliseconds(5));
  co_return said;
}

TEST(Stream, plain_and_tls_carry_bytes) {
  const Files files;
  EXPECT_EQ(test::run(echo(nullptr, std::nullopt, "127.0.0.1")), "hello");
  const auto pair = files.make("one", {"mail.example.org"});
  const auto tls = *TlsServer::load({pair});
  EXPECT_EQ(test::run(echo(tls, TlsClientSettings{.ca_file = pair.chain}, "127.0.0.1")), "hello");
  EXPECT_EQ(
      test::run(echo(tls, TlsClientSettings{.host = "mail.example.org", .ca_file = pair.chain},
                     "127.0.0.1")),
      "hello");
}

TEST(Stream, certificates_are_verified_unless_asked_not_to) {
  const Files files;
  const auto pair = files.make("one", {"mail.example.org"});
  const auto tls = *TlsServer::load({pair});
  const auto stranger = test::run(echo(tls, TlsClientSettings{}, "127.0.0.1"));
  EXPECT_TRUE(stranger.contains("certificate not accepted")) << stranger;
  const auto wrong = test::run(echo(
      tls, TlsClientSettings{.host = "other.example.org", .ca_file = pair.chain}, "127.0.0.1"));
  EXPECT_TRUE(wrong.contains("certificate not accepted")) << wrong;
  EXPECT_TRUE(wrong.contains("ostname mismatch")) << wrong;
  EXPECT_EQ(test::run(echo(tls, TlsClientSettings{.insecure = true}, "127.0.0.1")), "hello");
}

TEST(Stream, the_certificate_follows_the_name_asked_for) {
  const Files files;
  const auto one = files.make("one", {"one.example.org"});
  const auto two = files.make("two", {"two.example.org"});
  const auto tls = *TlsServer::load({one, two});
  for (const auto& [host, pair] : {std::pair("one.example.org", one), {"two.example.org", two}}) {
    EXPECT_EQ(
        test::run(echo(tls, TlsClientSettings{.host = host, .ca_file = pair.chain}, "127.0.0.1")),
        "hello");
  }
}

TEST(Stream, reload_shows_the_new_certificate_and_an_error_keeps_the_old) {
  const Files files;
  const auto one = files.make("one", {});
  const auto two = files.make("two", {});
  const auto tls = *TlsServer::load({one});
  ASSERT_TRUE(tls->reload({two}));
  EXPECT_EQ(test::run(echo(tls, TlsClientSettings{.ca_file = two.chain}, "127.0.0.1")), "hello");
  const auto mixed = tls->reload({{one.chain, two.key}});
  ASSERT_FALSE(mixed);
  EXPECT_TRUE(mixed.error().message.contains(two.key)) << mixed.error().message;
  EXPECT_FALSE(tls->reload({{"/nonexistent.crt", two.key}}));
  EXPECT_EQ(test::run(echo(tls, TlsClientSettings{.ca_file = two.chain}, "127.0.0.1")), "hello");
}

/// A client that speaks nothing newer than TLS 1.1, as a blocking socket.
int handshake_with_tls_1_1(std::uint16_t port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_port = htons(port);
  where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(::connect(socket, reinterpret_cast<sockaddr*>(&where), sizeof(where)), 0);
  SSL_CTX* context = SSL_CTX_new(TLS_client_method());
  SSL_CTX_set_cipher_list(context, "ALL:@SECLEVEL=0");
  SSL_CTX_set_min_proto_version(context, TLS1_VERSION);
  SSL_CTX_set_max_proto_version(context, TLS1_1_VERSION);
  SSL* session = SSL_new(context);
  SSL_set_fd(session, socket);
  const int result = SSL_connect(session);
  SSL_free(session);
  SSL_CTX_free(context);
  ::close(socket);
  return result;
}

Task<std::string> refuse_old_client(std::shared_ptr<TlsServer> tls) {
  auto executor = co_await boost::asio::this_coro::executor;
  auto listener = Listener::tcp(executor, "127.0.0.1", 0);
  std::thread client([port = listener->port()] { EXPECT_NE(handshake_with_tls_1_1(port), 1); });
  std::string reason;
  try {
    auto stream = co_await tls->accept(co_await listener->accept());
  } catch (const Fault& fault) {
    reason = fault.what();
  }
  client.join();
  co_return reason;
}

TEST(Stream, old_tls_versions_are_refused) {
  const Files files;
  const auto reason = test::run(refuse_old_client(*TlsServer::load({files.make("one", {})})));
  EXPECT_TRUE(reason.contains("TLS handshake")) << reason;
}

TEST(Connect, failures_name_the_host) {
  const auto refused = test::run(outcome({.host = "127.0.0.1", .port = 1}));
  EXPECT_TRUE(refused.contains("127.0.0.1 port 1")) << refused;
  EXPECT_TRUE(refused.contains("refused")) << refused;
  const auto unknown = test::run(outcome({.host = "host.invalid", .port = 1}));
  EXPECT_TRUE(unknown.contains("host.invalid")) << unknown;
}

Task<> accept_first(Listener& listener, std::string& peer) {
  auto stream = co_await listener.accept();
  co_await read_proxy_header(*stream);
  peer = stream->peer();
  std::array<char, 4> rest;
  const auto count = co_await stream->read_some(rest);
  EXPECT_EQ(std::string_view(rest.data(), count), "rest");
}

int connect_unix(const std::string& path) {
  sockaddr_un where{};
  where.sun_family = AF_UNIX;
  std::memcpy(where.sun_path, path.data(), std::min(path.size(), sizeof(where.sun_path) - 1));
  const int client = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  EXPECT_EQ(::connect(client, reinterpret_cast<sockaddr*>(&where), sizeof(where)), 0);
  return client;
}

Task<std::string> peer_after(std::string header) {
  auto executor = co_await boost::asio::this_coro::executor;
  const auto path = std::filesystem::temp_directory_path() / ("godwit_" + Files::name() + ".sock");
  auto listener = Listener::unix_socket(executor, path, 0600);
  EXPECT_TRUE(listener);
  EXPECT_FALSE(Listener::unix_socket(executor, path, 0600)) << "somebody listens";
  std::string peer;
  auto probe = co_await listener->accept();  // the attempt above looked whether we are there
  spawn(executor, accept_first(*listener, peer), "accept");
  const int client = connect_unix(path);
  for (const char c : header) {
    EXPECT_EQ(::send(client, &c, 1, 0), 1);
    co_await sleep_for(milliseconds(0));
  }
  EXPECT_EQ(::send(client, "rest", 4, 0), 4);
  co_await sleep_for(milliseconds(20));
  ::close(client);
  std::filesystem::remove(path);
  co_return peer;
}

std::string binary_header(char version_command, char family, std::string_view addresses) {
  std::string text("\r\n\r\n\0\r\nQUIT\n", 12);
  text += version_command;
  text += family;
  text += '\0';
  text += static_cast<char>(addresses.size());
  return text + std::string(addresses);
}

TEST(Proxy, headers_of_both_versions_name_the_client) {
  EXPECT_EQ(test::run(peer_after("PROXY TCP4 192.0.2.1 192.0.2.2 4711 443\r\n")), "192.0.2.1:4711");
  EXPECT_EQ(test::run(peer_after("PROXY TCP6 2001:db8::1 2001:db8::2 4711 443\r\n")),
            "[2001:db8::1]:4711");
  EXPECT_TRUE(test::run(peer_after("PROXY UNKNOWN\r\n")).starts_with("unix"));
  constexpr std::string_view addresses("\xC0\0\x02\x01\xC0\0\x02\x02\x12\x67\x01\xBB", 12);
  EXPECT_EQ(test::run(peer_after(binary_header('\x21', '\x11', addresses))), "192.0.2.1:4711");
  EXPECT_TRUE(test::run(peer_after(binary_header('\x20', '\0', ""))).starts_with("unix"));
}

TEST(Proxy, nonsense_is_refused_and_prefixes_wait) {
  for (const std::string& bad :
       {std::string("GET / HTTP/1.1\r\n"), std::string("PROXY TCP4 1.2.3 1.2.3.4 1 2\r\n"),
        std::string("PROXY TCP4 1.2.3.4 1.2.3.4 99999 2\r\n"), std::string("PROXY \r\n"),
        "PROXY TCP4 " + std::string(200, '1'), binary_header('\x11', '\x11', "123456789012"),
        binary_header('\x21', '\x11', "123"), binary_header('\x2F', '\x11', "123456789012")}) {
    EXPECT_FALSE(parse_proxy_header(bad)) << bad;
  }
  const auto good = binary_header('\x21', '\x21', std::string(36, 'a'));
  for (std::size_t count = 0; count < good.size(); ++count) {
    const auto parsed = parse_proxy_header(std::string_view(good).substr(0, count));
    ASSERT_TRUE(parsed);
    EXPECT_FALSE(parsed->has_value());
  }
  EXPECT_EQ((*parse_proxy_header(good))->size, good.size());
}

TEST(Network, ranges_contain_what_they_say) {
  const auto networks = Networks::parse("10.0.0.0/8, 192.0.2.7 2001:db8::/33");
  ASSERT_TRUE(networks);
  for (const char* inside : {"10.255.0.1", "10.0.0.1:80", "192.0.2.7", "[2001:db8:1::1]:443"}) {
    EXPECT_TRUE(networks->contains(inside)) << inside;
  }
  for (const char* outside : {"11.0.0.1", "192.0.2.8", "2001:db8:8000::1", "", "x", "::1"}) {
    EXPECT_FALSE(networks->contains(outside)) << outside;
  }
  EXPECT_FALSE(Networks::parse("10.0.0.0/33"));
  EXPECT_FALSE(Networks::parse("host.example"));
  EXPECT_TRUE(Networks::parse("")->empty());
}

TEST(Listener, sockets_passed_by_systemd_are_for_this_process_only) {
  const auto pid = std::to_string(::getpid());
  const auto sockets = passed_sockets(pid.c_str(), "2", "https:lmtp");
  ASSERT_EQ(sockets.size(), 2U);
  EXPECT_EQ(sockets[0].descriptor, 3);
  EXPECT_EQ(sockets[0].name, "https");
  EXPECT_EQ(sockets[1].name, "lmtp");
  EXPECT_TRUE(passed_sockets("1", "2", nullptr).empty());
  EXPECT_TRUE(passed_sockets(nullptr, nullptr, nullptr).empty());
  EXPECT_TRUE(passed_sockets(pid.c_str(), "x", nullptr).empty());
}

Task<> bind_twice() {
  auto executor = co_await boost::asio::this_coro::executor;
  const auto first = Listener::tcp(executor, "127.0.0.1", 0);
  const auto second = Listener::tcp(executor, "127.0.0.1", first->port());
  EXPECT_FALSE(second);
  EXPECT_EQ(second.error().code, Errc::conflict);
  EXPECT_TRUE(second.error().message.contains("127.0.0.1 port")) << second.error().message;
  EXPECT_FALSE(Listener::tcp(executor, "localhost", 0));
}

TEST(Listener, a_port_in_use_is_named) { test::run(bind_twice()); }

Task<> throw_soon() {
  co_await sleep_for(milliseconds(1));
  throw Fault(Fault::Kind::unavailable, "as planned");
}

Task<> end_a_job_early(bool& unwound) {
  struct Leaves {
    ~Leaves() { left = true; }
    bool& left;
  };
  const auto forever = [](bool& left) -> Task<> {
    const Leaves leaves{left};
    co_await net::sleep_for(std::chrono::hours(1));
  };
  const auto job = co_await net::Job::begin(forever(unwound), "forever");
  EXPECT_FALSE(co_await job->wait(std::chrono::milliseconds(0)));
  EXPECT_FALSE(job->ended());
  job->cancel();
  EXPECT_TRUE(co_await job->wait(std::chrono::hours(1)));
  EXPECT_TRUE(unwound);
}

Task<> wait_for_a_job(int& steps) {
  const auto work = [](int& count) -> Task<> {
    for (int i = 0; i < 3; ++i) {
      co_await net::yield_to_others();
      ++count;
    }
  };
  const auto job = co_await net::Job::begin(work(steps), "work");
  EXPECT_TRUE(co_await job->wait(std::chrono::hours(1)));
  EXPECT_TRUE(co_await job->wait(std::chrono::hours(1)));
}

TEST(Job, ends_when_nobody_wants_it) {
  bool unwound = false;
  test::run(end_a_job_early(unwound));
}

TEST(Job, is_waited_for) {
  int steps = 0;
  test::run(wait_for_a_job(steps));
  EXPECT_EQ(steps, 3);
}

Task<> end_soon(bool& ended) {
  co_await boost::asio::post(co_await boost::asio::this_coro::executor, boost::asio::use_awaitable);
  ended = true;
}

Task<> begin_a_job(std::unique_ptr<net::Job>& job, bool& ended) {
  job = co_await net::Job::begin(end_soon(ended), "brief");
}

TEST(Job, is_cancelled_outside_of_the_loop_while_it_ends) {
  boost::asio::io_context loop;
  std::unique_ptr<net::Job> job;
  bool ended = false;
  boost::asio::co_spawn(loop, begin_a_job(job, ended),
                        [](const std::exception_ptr& failure) { EXPECT_FALSE(failure); });
  while (!job) loop.run_one();
  loop.run_one();  // it has begun, and its end is the next thing to run
  job.reset();
  loop.run();
  EXPECT_TRUE(ended);
}

TEST(Loop, ticks_posts_and_survives_failing_tasks) {
  Loop loop;
  int ticks = 0;
  bool posted = false;
  loop.spawn(throw_soon(), "failing");
  loop.post([&posted] { posted = true; });
  loop.every(milliseconds(2), [&] {
    if (++ticks == 5) loop.stop_timers();
  });
  loop.run();
  EXPECT_TRUE(posted);
  EXPECT_EQ(ticks, 5);
}

}  // namespace
}  // namespace godwit::net
