#include "http/client.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "base/fault.hpp"
#include "http/server_bed.hpp"
#include "net/certificate.hpp"
#include "run.hpp"

namespace godwit::http::bed {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class ClientTest : public ServerBed {
 protected:
  net::ConnectSettings start_tls() {
    const net::CertificateFiles files{directory_ / "crt", directory_ / "key"};
    const auto now = std::chrono::floor<milliseconds>(std::chrono::system_clock::now());
    const auto pem = net::make_self_signed({}, now);
    std::ofstream(files.chain) << pem->certificate;
    std::ofstream(files.key) << pem->key;
    const auto port = start({}, {.tls = *net::TlsServer::load({files})});
    return {
        .host = "127.0.0.1", .port = port, .tls = net::TlsClientSettings{.ca_file = files.chain}};
  }
};

Task<> many_requests(net::ConnectSettings server) {
  Client client(std::move(server));
  for (int i = 0; i < 5; ++i) {
    const auto reply = co_await client.send({.target = "/echo?" + std::to_string(i)}, seconds(5));
    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(reply.body, "GET /echo?" + std::to_string(i));
  }
  ClientRequest large{.method = "POST", .target = "/body", .body = std::string(3'000'000, 'x')};
  large.headers.push_back({"Accept-Encoding", "gzip"});
  const auto echoed = co_await client.send(large, seconds(20));
  EXPECT_EQ(echoed.body, large.body);
  EXPECT_EQ(echoed.header("content-encoding"), "gzip");
  const auto empty = co_await client.send({.method = "HEAD", .target = "/big?5000"}, seconds(5));
  EXPECT_EQ(empty.body, "");
}

TEST_F(ClientTest, speaks_plainly_and_over_tls) {
  const auto server = start_tls();
  test::run(many_requests(server));
}

Task<std::string> parked(net::ConnectSettings server) {
  Client client(std::move(server));
  co_return (co_await client.send({.target = "/park?phone"}, seconds(20))).body;
}

TEST_F(ClientTest, requests_park_over_tls) {
  const auto server = start_tls();
  std::thread waker([this] {
    EXPECT_TRUE(eventually_parked(1));
    on_loop([this] { hub_.mark_added(*UserId::parse("ann"), *CollectionId::parse("inbox")); });
  });
  EXPECT_EQ(test::run(parked(server)), "wake 1 changed 1");
  waker.join();
}

Task<Fault::Kind> impatient(net::ConnectSettings server) {
  Client client(std::move(server));
  try {
    co_await client.send({.target = "/park?phone"}, milliseconds(50));
  } catch (const Fault& fault) {
    co_return fault.kind();
  }
  co_return Fault::Kind::busy;
}

TEST_F(ClientTest, gives_up_in_time) {
  EXPECT_EQ(test::run(impatient({.host = "127.0.0.1", .port = start()})), Fault::Kind::timed_out);
  EXPECT_TRUE(eventually_parked(0));
}

}  // namespace
}  // namespace godwit::http::bed
