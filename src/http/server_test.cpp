#include "http/server.hpp"

#include <gtest/gtest.h>

#include "base/sink.hpp"
#include "http/gzip.hpp"
#include "http/server_bed.hpp"

namespace godwit::http::bed {
namespace {

using std::chrono::seconds;

using HttpServer = ServerBed;

std::string packed(std::string_view text) {
  StringSink out;
  Compressor compressor;
  compressor.feed(text, out);
  compressor.finish(out);
  return out.take();
}

TEST_F(HttpServer, answers_and_keeps_the_connection) {
  RawClient client(start());
  for (int i = 0; i < 3; ++i) {
    const auto reply = client.exchange(get("/echo?a=b"));
    EXPECT_TRUE(is_status(reply, 200)) << reply;
    EXPECT_EQ(body_of(reply), "GET /echo?a=b");
    EXPECT_TRUE(reply.contains("Date: ")) << reply;
    EXPECT_TRUE(reply.contains("Connection: keep-alive\r\n")) << reply;
  }
  EXPECT_TRUE(client.exchange(get("/echo", "Connection: close\r\n")).contains("close"));
  EXPECT_EQ(client.rest(), "");
}

TEST_F(HttpServer, takes_requests_byte_by_byte) {
  RawClient client(start());
  const auto text = post("/body", "four", "X-Y: z\r\n") +
                    "POST /body HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                    "2\r\nab\r\n1;x=y\r\nc\r\n0\r\n\r\n";
  for (const char c : text) client.send({&c, 1});
  EXPECT_EQ(body_of(client.reply()), "four");
  EXPECT_EQ(body_of(client.reply()), "abc");
}

TEST_F(HttpServer, serves_pipelined_requests_in_order) {
  RawClient client(start());
  client.send(get("/1") + post("/2", "x") + get("/3") + get("/4") + get("/5"));
  for (const char* expected : {"GET /1", "POST /2", "GET /3", "GET /4", "GET /5"}) {
    EXPECT_EQ(body_of(client.reply()), expected);
  }
}

TEST_F(HttpServer, answers_a_client_that_has_stopped_writing) {
  RawClient client(start());
  client.send(post("/body", "half"));
  client.end_writing();
  EXPECT_EQ(body_of(client.reply()), "half");
  EXPECT_EQ(client.rest(), "");
  EXPECT_TRUE(eventually_connected(0));
}

TEST_F(HttpServer, forgets_clients_that_leave_in_the_middle) {
  const auto port = start();
  for (const std::string& text :
       {std::string("GE"), std::string("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nab"),
        std::string()}) {
    RawClient client(port);
    client.send(text);
    EXPECT_TRUE(eventually_connected(1));
    client.end_writing();
    EXPECT_EQ(client.rest(), "");
  }
  EXPECT_TRUE(eventually_connected(0));
}

TEST_F(HttpServer, slow_heads_and_bodies_are_answered_408) {
  const auto port = start();
  RawClient head(port);
  head.send("GET / HT");
  EXPECT_TRUE(eventually_connected(1));
  advance(seconds(29));
  head.send("TP/1.1\r\n");
  EXPECT_TRUE(is_status(head.exchange("Host: x\r\n\r\n"), 200));
  // The first byte starts the time: one byte a second never gets there.
  RawClient slow(port);
  slow.send("G");
  EXPECT_TRUE(eventually_connected(2));
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  advance(seconds(31));
  EXPECT_TRUE(is_status(slow.reply(), 408));
  RawClient body(port);
  EXPECT_TRUE(is_status(body.exchange("POST /body HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n"
                                      "Content-Length: 100\r\n\r\n"),
                        100));
  body.send("abc");
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  advance(seconds(31));
  EXPECT_TRUE(is_status(body.reply(), 408));
}

TEST_F(HttpServer, idle_connections_are_closed_in_time) {
  RawClient client(start());
  EXPECT_TRUE(is_status(client.exchange(get("/")), 200));
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  advance(seconds(119));
  EXPECT_TRUE(is_status(client.exchange(get("/")), 200));
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  advance(seconds(121));
  EXPECT_EQ(client.rest(), "");
  EXPECT_TRUE(eventually_connected(0));
}

TEST_F(HttpServer, smuggled_requests_are_refused_and_the_connection_ends) {
  const auto port = start();
  const std::string start_line = "POST / HTTP/1.1\r\nHost: x\r\n";
  for (const std::string& text : {
           start_line + "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET",
           start_line + "Content-Length: 4\r\nContent-Length: 6\r\n\r\nabcdef",
           start_line + "Transfer-Encoding: chunked\r\n\r\n5\r\nabcdefgh\r\n0\r\n\r\n",
           start_line + "Transfer-Encoding: chunked\r\n\r\nzz\r\n",
           start_line + "X: a\r\n b\r\n\r\n",
           start_line + "Content-Length : 0\r\n\r\n",
           start_line + "X: a\nTransfer-Encoding: chunked\r\n\r\n",
           std::string("GET / HTTP/1.1\nHost: x\n\n"),
       }) {
    RawClient client(port);
    client.send(text + get("/never"));
    client.end_writing();
    const auto replies = client.rest();
    EXPECT_TRUE(is_status(replies, 400)) << text << "\n" << replies;
    EXPECT_TRUE(replies.contains("Connection: close\r\n"));
    EXPECT_FALSE(replies.contains("/never")) << replies;
  }
}

TEST_F(HttpServer, what_is_too_large_is_refused) {
  ServerSettings settings;
  settings.body_bytes_max = 2'000'000;
  const auto port = start(settings);
  RawClient head(port);
  head.send("GET / HTTP/1.1\r\nHost: x\r\nX: " + std::string(17'000, 'a'));
  EXPECT_TRUE(is_status(head.reply(), 431));
  RawClient announced(port);
  EXPECT_TRUE(is_status(
      announced.exchange("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2000001\r\n\r\n"), 413));
  RawClient chunked(port);
  chunked.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
  const std::string chunk = "186a0\r\n" + std::string(100'000, 'a') + "\r\n";
  for (int i = 0; i < 21; ++i) chunked.send(chunk);
  EXPECT_TRUE(is_status(chunked.reply(), 413));
  RawClient bomb(port);
  std::string zeros;
  zeros.resize(50'000'000);
  const auto bytes = packed(zeros);
  EXPECT_LT(bytes.size(), 1'000'000U);
  EXPECT_TRUE(is_status(bomb.exchange(post("/size", bytes, "Content-Encoding: gzip\r\n")), 413));
}

TEST_F(HttpServer, large_bodies_come_and_go_through_files) {
  RawClient client(start());
  std::string text;
  for (int i = 0; text.size() < 5'000'000; ++i) text += std::to_string(i) + ' ';
  EXPECT_EQ(body_of(client.exchange(post("/body", text))), text);
  EXPECT_EQ(body_of(client.exchange(post("/size", packed(text), "Content-Encoding: gzip\r\n"))),
            std::to_string(text.size()));
  EXPECT_TRUE(is_status(client.exchange(post("/size", "x", "Content-Encoding: br\r\n")), 415));
}

TEST_F(HttpServer, replies_are_compressed_for_those_who_accept_it) {
  RawClient client(start());
  for (const std::size_t size : {std::size_t{2000}, std::size_t{5'000'000}}) {
    const auto target = "/big?" + std::to_string(size);
    const auto plain = client.exchange(get(target));
    EXPECT_EQ(body_of(plain).size(), size);
    const auto small = client.exchange(get(target, "Accept-Encoding: gzip\r\n"));
    EXPECT_TRUE(small.contains("Content-Encoding: gzip\r\n"));
    Decompressor decompressor(size);
    StringSink out;
    ASSERT_TRUE(decompressor.feed(body_of(small), out));
    EXPECT_TRUE(decompressor.finish());
    EXPECT_EQ(out.text(), body_of(plain));
  }
  EXPECT_FALSE(client.exchange(get("/big?100", "Accept-Encoding: gzip\r\n")).contains("gzip"));
  EXPECT_FALSE(client.exchange(get("/big?9000", "Accept-Encoding: gzip;q=0\r\n")).contains("gzip"));
}

TEST_F(HttpServer, head_requests_get_the_length_alone) {
  RawClient client(start());
  client.send("HEAD /big?70000 HTTP/1.1\r\nHost: x\r\n\r\n" +
              get("/echo", "Connection: close\r\n"));
  const auto replies = client.rest();
  EXPECT_TRUE(replies.contains("Content-Length: 70000\r\n")) << replies;
  EXPECT_TRUE(replies.contains("\r\n\r\nHTTP/1.1 200")) << replies;
}

TEST_F(HttpServer, foreign_text_cannot_begin_a_header) {
  RawClient client(start());
  const auto reply = client.exchange(get("/inject"));
  EXPECT_FALSE(reply.contains("\r\nSet-Cookie")) << reply;
}

TEST_F(HttpServer, turns_away_what_is_beyond_its_limit) {
  ServerSettings settings;
  settings.connections_max = 2;
  const auto port = start(settings);
  RawClient one(port);
  RawClient two(port);
  EXPECT_TRUE(is_status(one.exchange(get("/")), 200));
  EXPECT_TRUE(is_status(two.exchange(get("/")), 200));
  RawClient three(port);
  const auto reply = three.exchange(get("/"));
  EXPECT_TRUE(is_status(reply, 503)) << reply;
  EXPECT_TRUE(reply.contains("Retry-After: 30\r\n")) << reply;
}

TEST_F(HttpServer, believes_trusted_proxies_only) {
  ServerSettings settings;
  settings.trusted_proxy = trust("127.0.0.1");
  RawClient client(start(settings, {.proxy_protocol = true}));
  const auto headers = "X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Proto: https\r\n";
  // The balancer is trusted, the client it names is not: its headers say nothing.
  EXPECT_EQ(body_of(client.exchange("PROXY TCP4 198.51.100.7 10.0.0.1 4711 80\r\n" +
                                    get("/origin", headers))),
            "198.51.100.7 plain");
}

TEST_F(HttpServer, believes_forwarded_headers_of_trusted_proxies) {
  ServerSettings settings;
  settings.trusted_proxy = trust("127.0.0.1");
  RawClient client(start(settings));
  const auto headers = "X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Proto: https\r\n";
  EXPECT_EQ(body_of(client.exchange(get("/origin", headers))), "192.0.2.1 tls");
  EXPECT_EQ(body_of(client.exchange(get("/origin"))), "127.0.0.1 plain");
}

TEST_F(HttpServer, believes_certificates_of_trusted_proxies_alone) {
  ServerSettings settings;
  settings.certificate_header = "Client-Cert";
  const std::string shown = "client-cert: :Y2VydA==:\r\n";
  RawClient client(start(settings));
  const auto seen = [&](const std::string& headers) {
    return body_of(client.exchange(get("/certificates", headers)));
  };
  EXPECT_EQ(seen(shown), "") << "of a stranger";
  settings.trusted_proxy = trust("127.0.0.1");
  on_loop([&] { server_->apply(settings); });
  EXPECT_EQ(seen(shown), "cert;");
  EXPECT_EQ(seen(shown + shown), "") << "one of them may be the client's own";
  EXPECT_EQ(seen(""), "");
  settings.certificate_header.clear();
  on_loop([&] { server_->apply(settings); });
  EXPECT_EQ(seen(shown), "") << "no header is agreed upon";
}

TEST_F(HttpServer, a_bad_proxy_header_ends_the_connection) {
  ServerSettings settings;
  settings.trusted_proxy = trust("127.0.0.1");
  RawClient client(start(settings, {.proxy_protocol = true}));
  client.send(get("/origin") + std::string(200, 'x'));
  EXPECT_EQ(client.rest(), "");
}

}  // namespace
}  // namespace godwit::http::bed
