/// A small HTTP/1.1 client over one connection at a time: for DAV servers, the bundled EAS client,
/// the tests and the benchmarks.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/sink.hpp"
#include "base/task.hpp"
#include "http/message.hpp"
#include "net/connect.hpp"
#include "net/stream.hpp"

namespace godwit::http {

struct ClientRequest {
  std::string method = "GET";
  std::string target = "/";       // path?query
  std::vector<Header> headers{};  // Host and Content-Length are added
  std::string body{};
};

struct ClientReply {
  int status = 0;
  std::vector<Header> headers;
  std::string body;  // decompressed
  bool http_1_0 = false;

  /// Case-insensitive; empty when there is none.
  std::string_view header(std::string_view name) const;
};

class Client {
 public:
  /// `body_bytes_max`: of a reply, after decompression.
  explicit Client(net::ConnectSettings server, std::uint64_t body_bytes_max = 256ULL * 1024 * 1024);
  ~Client();
  Client(Client&&) noexcept;
  Client& operator=(Client&&) noexcept;

  /// One request after the other; the connection is kept when both sides agree. A request is sent
  /// once: whether to repeat it after a Fault (unavailable, timed_out; corrupt when the reply makes
  /// no sense) is the caller's to decide. `limit`: from the first byte sent to the last received.
  /// With `out`, the body of a 2xx goes there as it comes; it is told nothing of a failure.
  Task<ClientReply> send(ClientRequest request, std::chrono::milliseconds limit,
                         Sink* out = nullptr);
  /// Forgets the connection; the next request makes a new one.
  void close();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace godwit::http
