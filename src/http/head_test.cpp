#include "http/head.hpp"

#include <gtest/gtest.h>

#include "http/date.hpp"
#include "http/forwarded.hpp"
#include "net/network.hpp"

namespace godwit::http {
namespace {

constexpr std::string_view minimal = "GET /a%20b?c=%20d HTTP/1.1\r\nHost: x\r\n\r\n";

int status_of(std::string_view text) {
  const auto head = parse_head(text);
  return head ? 200 : head.error().status;
}
int status_with(std::string_view header_lines) {
  return status_of("POST / HTTP/1.1\r\nHost: x\r\n" + std::string(header_lines) + "\r\n");
}

TEST(Head, splits_the_request_line_and_decodes_the_path) {
  const auto head = parse_head(minimal);
  ASSERT_TRUE(head);
  EXPECT_EQ(head->method, "GET");
  EXPECT_EQ(head->target, "/a%20b?c=%20d");
  EXPECT_EQ(head->path, "/a b");
  EXPECT_EQ(head->query, "c=%20d");
  EXPECT_TRUE(head->keep_alive);
  const auto absolute = parse_head("GET http://h.example/p?q HTTP/1.0\r\n\r\n");
  ASSERT_TRUE(absolute);
  EXPECT_EQ(absolute->path, "/p");
  EXPECT_FALSE(absolute->keep_alive);
}

TEST(Head, size_is_found_however_the_bytes_arrive) {
  std::string text = "\r\n\r\n" + std::string(minimal) + "more";
  const std::size_t whole = text.size() - 4;
  std::size_t scanned = 0;
  for (std::size_t count = 0; count < whole; ++count) {
    EXPECT_FALSE(head_size(std::string_view(text).substr(0, count), scanned)) << count;
  }
  EXPECT_EQ(head_size(text, scanned), whole);
  scanned = 0;
  EXPECT_EQ(head_size(text, scanned), whole);
}

TEST(Head, ambiguous_framing_is_refused) {
  EXPECT_EQ(status_with("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"), 400);
  EXPECT_EQ(status_with("Content-Length: 5\r\nContent-Length: 5\r\n"), 400);
  EXPECT_EQ(status_with("Content-Length: 5, 5\r\n"), 400);
  EXPECT_EQ(status_with("Content-Length: +5\r\n"), 400);
  EXPECT_EQ(status_with("Content-Length: -1\r\n"), 400);
  EXPECT_EQ(status_with("Content-Length: 0x5\r\n"), 400);
  EXPECT_EQ(status_with("Content-Length: 99999999999999999999\r\n"), 400);
  EXPECT_EQ(status_with("Content-Length : 5\r\n"), 400);
  EXPECT_EQ(status_with("Content-Length:\r\n 5\r\n"), 400);
  EXPECT_EQ(status_with("X: a\r\n\tb\r\n"), 400);
  EXPECT_EQ(status_with("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"), 400);
  EXPECT_EQ(status_with("Transfer-Encoding: gzip, chunked\r\n"), 501);
  EXPECT_EQ(status_with("Transfer-Encoding: xchunked\r\n"), 501);
  EXPECT_EQ(status_with("X: a\rContent-Length: 4\r\n"), 400);
  EXPECT_EQ(status_with("X: a\nContent-Length: 4\r\n"), 400);
  EXPECT_EQ(status_with(std::string_view("X: a\0b\r\n", 8)), 400);
  EXPECT_EQ(status_of("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"), 400);
  EXPECT_EQ(status_with("Transfer-Encoding: chunked\r\n"), 200);
}

TEST(Head, malformed_lines_are_refused_with_the_right_status) {
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\n\r\n"), 400);                        // no Host
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"), 400);  // two
  EXPECT_EQ(status_of("GET / HTTP/2.0\r\nHost: a\r\n\r\n"), 505);
  EXPECT_EQ(status_of("GET /\r\nHost: a\r\n\r\n"), 400);
  EXPECT_EQ(status_of("GET  / HTTP/1.1\r\nHost: a\r\n\r\n"), 400);
  EXPECT_EQ(status_of("GET / a HTTP/1.1\r\nHost: a\r\n\r\n"), 400);
  EXPECT_EQ(status_of("G(T / HTTP/1.1\r\nHost: a\r\n\r\n"), 400);
  EXPECT_EQ(status_of("GET a HTTP/1.1\r\nHost: a\r\n\r\n"), 400);
  EXPECT_EQ(status_of("GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n"), 400);
  EXPECT_EQ(status_of("GET /%00 HTTP/1.1\r\nHost: a\r\n\r\n"), 400);
  EXPECT_EQ(status_of("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n"), 200);
  EXPECT_EQ(status_of("GET / HTTP/1.1\nHost: a\n\n"), 400);
  EXPECT_EQ(status_with("Expect: something\r\n"), 417);
  std::string many;
  for (int i = 0; i < 101; ++i) many += "X: y\r\n";
  EXPECT_EQ(status_with(many), 431);
}

TEST(Head, lists_are_read_with_weights) {
  EXPECT_TRUE(lists_token("deflate, GZIP;q=0.5", "gzip"));
  EXPECT_FALSE(lists_token("gzip;q=0", "gzip"));
  EXPECT_FALSE(lists_token("gzip; q=0.000", "gzip"));
  EXPECT_FALSE(lists_token("xgzip", "gzip"));
}

TEST(Chunks, decode_however_they_are_cut) {
  const std::string text = "4;name=value\r\nWiki\r\n5\r\npedia\r\n0\r\nTrailer: x\r\n\r\nnext";
  for (std::size_t cut = 1; cut < text.size(); ++cut) {
    ChunkedDecoder decoder;
    StringSink out;
    std::size_t used = 0;
    for (std::size_t at = 0; at < text.size() && !decoder.done(); at += cut) {
      const auto result = decoder.feed(std::string_view(text).substr(at, cut), out);
      ASSERT_TRUE(result) << result.error().reason;
      used += *result;
    }
    EXPECT_TRUE(decoder.done());
    EXPECT_EQ(out.text(), "Wikipedia");
    EXPECT_EQ(used, text.size() - 4);
  }
}

TEST(Chunks, nonsense_is_refused) {
  for (const std::string_view bad :
       {"x\r\n", "-1\r\n", "0x5\r\n", " 5\r\n", "5\nabcde\r\n", "\r\n", "5\r\nabcdefg\r\n",
        "ffffffffffffffffff\r\n", "2000000000000000\r\n", "5;a\rb\r\n"}) {
    ChunkedDecoder decoder;
    StringSink out;
    EXPECT_FALSE(decoder.feed(bad, out)) << bad;
  }
  ChunkedDecoder decoder;
  StringSink out;
  EXPECT_FALSE(decoder.feed(std::string(2000, '0'), out));
  ChunkedDecoder trailing;
  ASSERT_TRUE(trailing.feed("0\r\n", out));
  bool refused = false;
  for (int i = 0; i < 100 && !refused; ++i) {
    refused = !trailing.feed("X: " + std::string(200, 'y') + "\r\n", out).has_value();
  }
  EXPECT_TRUE(refused);
}

TEST(Forwarded, only_trusted_hops_are_believed) {
  const auto networks = *net::Networks::parse("10.0.0.0/8, 2001:db8::/32");
  const auto trusted = [&networks](std::string_view peer) { return networks.contains(peer); };
  const std::vector<Header> headers = {{"X-Forwarded-For", "6.6.6.6, 192.0.2.7, [2001:db8::5]:9"},
                                       {"x-forwarded-proto", "https"}};
  EXPECT_EQ(origin_of(headers, "10.1.2.3", false, trusted).peer, "192.0.2.7");
  EXPECT_TRUE(origin_of(headers, "10.1.2.3", false, trusted).tls);
  EXPECT_EQ(origin_of(headers, "192.0.2.9", false, trusted).peer, "192.0.2.9");
  EXPECT_FALSE(origin_of(headers, "192.0.2.9", false, trusted).tls);
  EXPECT_EQ(origin_of({}, "10.1.2.3", false, trusted).peer, "10.1.2.3");
}

TEST(Forwarded, certificates_come_in_four_forms) {
  const std::string pem = "-----BEGIN CERTIFICATE-----\nMAEB\nAgM=\n-----END CERTIFICATE-----\n";
  const std::string der("\x30\x01\x01\x02\x03");
  EXPECT_EQ(forwarded_certificate(":MAEBAgM=:"), der);
  EXPECT_EQ(forwarded_certificate(pem), der);
  EXPECT_EQ(forwarded_certificate("-----BEGIN%20CERTIFICATE-----%0AMAEB%0AAgM%3D%0A"
                                  "-----END%20CERTIFICATE-----%0A"),
            der);
  EXPECT_EQ(
      forwarded_certificate("-----BEGIN CERTIFICATE----- MAEB AgM= -----END CERTIFICATE-----"),
      der);
  for (const char* const bad :
       {"", "::", ":", ":MAE*:", "MAEBAgM=", "%", "-----BEGIN CERTIFICATE-----",
        "-----BEGIN CERTIFICATE-----END CERTIFICATE-----", "(null)"}) {
    EXPECT_EQ(forwarded_certificate(bad), std::nullopt) << bad;
  }
}

TEST(Date, is_written_as_http_wants_it) {
  EXPECT_EQ(http_date(Time(std::chrono::seconds(784'111'777))), "Sun, 06 Nov 1994 08:49:37 GMT");
}

TEST(HttpDate, IsReadAsItIsWritten) {
  const Time time{std::chrono::seconds(784'111'777)};
  EXPECT_EQ(http_date(time), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT").value(), time);
  for (const char* bad : {"", "Mon, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 UTC",
                          "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994",
                          "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:49:37 GMT",
                          "Sun, 06 Nov 1994 08:49:99 GMT"}) {
    EXPECT_FALSE(parse_http_date(bad).has_value()) << bad;
  }
}

}  // namespace
}  // namespace godwit::http
