#include "net/proxy_protocol.hpp"

#include <arpa/inet.h>

#include <array>
#include <cstdint>
#include <vector>

#include "base/fault.hpp"
#include "base/text.hpp"
#include "net/socket_stream.hpp"

namespace godwit::net {
namespace {

constexpr std::string_view signature("\r\n\r\n\0\r\nQUIT\n", 12);
constexpr std::size_t line_bytes_max = 107;  // version 1, CRLF included

using Parsed = Result<std::optional<ProxyHeader>>;

bool valid_address(const std::string& text, int family) {
  std::array<unsigned char, 16> bytes{};
  return ::inet_pton(family, text.c_str(), bytes.data()) == 1;
}

std::string with_port(const std::string& address, bool v6, unsigned port) {
  return (v6 ? "[" + address + "]" : address) + ":" + std::to_string(port);
}

Parsed parse_line(std::string_view bytes) {
  const auto end = bytes.substr(0, line_bytes_max).find("\r\n");
  if (end == std::string_view::npos) {
    if (bytes.size() >= line_bytes_max) return fail(Errc::too_large, "PROXY line without an end");
    return std::nullopt;
  }
  std::vector<std::string> words;
  for (std::string_view rest = bytes.substr(0, end);;) {
    const auto space = rest.find(' ');
    words.emplace_back(rest.substr(0, space));
    if (space == std::string_view::npos) break;
    rest.remove_prefix(space + 1);
  }
  ProxyHeader header{{}, end + 2};
  if (words.size() >= 2 && words[1] == "UNKNOWN") return header;
  const bool v6 = words.size() >= 2 && words[1] == "TCP6";
  if (words.size() != 6 || (!v6 && words[1] != "TCP4")) {
    return fail(Errc::malformed, "PROXY line of an unknown form");
  }
  const auto port = parse_number<std::uint16_t>(words[4]);
  if (!port || !parse_number<std::uint16_t>(words[5]) ||
      !valid_address(words[2], v6 ? AF_INET6 : AF_INET)) {
    return fail(Errc::malformed, "PROXY line with a bad address");
  }
  header.peer = with_port(words[2], v6, *port);
  return header;
}

unsigned byte_at(std::string_view bytes, std::size_t at) {
  return static_cast<unsigned char>(bytes[at]);
}
unsigned number_at(std::string_view bytes, std::size_t at) {
  return byte_at(bytes, at) << 8U | byte_at(bytes, at + 1);
}

Parsed parse_binary(std::string_view bytes) {
  if (bytes.size() < 16) return std::nullopt;
  const std::size_t length = number_at(bytes, 14);
  if (byte_at(bytes, 12) >> 4U != 2) return fail(Errc::unsupported, "PROXY version is not 2");
  if (16 + length > proxy_header_bytes_max) return fail(Errc::too_large, "PROXY header too long");
  if (bytes.size() < 16 + length) return std::nullopt;
  ProxyHeader header{{}, 16 + length};
  const unsigned command = byte_at(bytes, 12) & 15U;
  if (command == 0) return header;
  if (command != 1) return fail(Errc::malformed, "PROXY command unknown");
  const unsigned family = byte_at(bytes, 13) >> 4U;
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (family == 1) {
    if (length < 12) return fail(Errc::malformed, "PROXY addresses cut off");
    ::inet_ntop(AF_INET, bytes.data() + 16, text.data(), text.size());
    header.peer = with_port(text.data(), false, number_at(bytes, 24));
  } else if (family == 2) {
    if (length < 36) return fail(Errc::malformed, "PROXY addresses cut off");
    ::inet_ntop(AF_INET6, bytes.data() + 16, text.data(), text.size());
    header.peer = with_port(text.data(), true, number_at(bytes, 48));
  }
  return header;
}

/// How many bytes may be read without reading past the header's end.
std::size_t safe_to_read(std::string_view have) {
  constexpr std::size_t least = 13;  // both forms are longer: "PROXY UNKNOWN\r\n" has 15
  if (have.size() < least) return least - have.size();
  if (!have.starts_with(signature)) return 1;
  if (have.size() < 16) return 16 - have.size();
  return 16 + number_at(have, 14) - have.size();
}

}  // namespace

Parsed parse_proxy_header(std::string_view bytes) {
  const auto prefix = bytes.substr(0, signature.size());
  if (signature.starts_with(prefix)) return parse_binary(bytes);
  constexpr std::string_view word = "PROXY ";
  if (word.starts_with(bytes.substr(0, word.size()))) return parse_line(bytes);
  return fail(Errc::malformed, "no PROXY header where one is expected");
}

Task<> read_proxy_header(Stream& stream) {
  std::string have;
  for (;;) {
    auto parsed = parse_proxy_header(have);
    if (!parsed) throw Fault(Fault::Kind::corrupt, parsed.error().message);
    if (parsed->has_value()) {
      auto* socket = dynamic_cast<SocketStream*>(&stream);
      if (socket != nullptr && !(*parsed)->peer.empty()) socket->set_peer((*parsed)->peer);
      co_return;
    }
    const auto before = have.size();
    have.resize(before + safe_to_read(have));
    const auto count =
        co_await stream.read_some(std::span(have.data() + before, have.size() - before));
    if (count == 0) throw Fault(Fault::Kind::corrupt, "closed within the PROXY header");
    have.resize(before + count);
  }
}

}  // namespace godwit::net
