#include "dns/answer.hpp"

#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <resolv.h>

#include <algorithm>
#include <array>
#include <optional>

#include "base/text.hpp"

namespace godwit::dns {
namespace {

constexpr int records_max = 64;

using Bytes = const unsigned char*;

/// What stands before the host in a record's data.
std::size_t head_bytes(Type type) {
  if (type == Type::service) return 6;  // RFC 2782: priority, weight, port
  return type == Type::mail ? 2 : 0;    // RFC 1035 3.3.9: preference
}

std::optional<std::string> address_text(int family, const ns_rr& record) {
  const std::size_t size = family == AF_INET ? 4 : 16;
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (ns_rr_rdlen(record) != size ||
      ::inet_ntop(family, ns_rr_rdata(record), text.data(), text.size()) == nullptr) {
    return std::nullopt;
  }
  return text.data();
}

std::optional<std::string> host_text(std::string_view message, Bytes where) {
  std::array<char, NS_MAXDNAME> name{};
  const auto* begin = reinterpret_cast<Bytes>(message.data());
  if (ns_name_uncompress(begin, begin + message.size(), where, name.data(), name.size()) < 0) {
    return std::nullopt;
  }
  std::string host = ascii_lower(name.data());
  while (host.ends_with('.')) host.pop_back();
  return host;
}

bool is_wanted(int type) {
  return type == ns_t_a || type == ns_t_cname || type == ns_t_mx || type == ns_t_aaaa ||
         type == ns_t_srv;
}

std::optional<Record> read_record(std::string_view message, const ns_rr& from) {
  Record record;
  record.type = static_cast<Type>(ns_rr_type(from));
  std::optional<std::string> text;
  if (record.type == Type::address4 || record.type == Type::address6) {
    text = address_text(record.type == Type::address4 ? AF_INET : AF_INET6, from);
  } else {
    const std::size_t head = head_bytes(record.type);
    if (ns_rr_rdlen(from) <= head) return std::nullopt;
    const auto* data = ns_rr_rdata(from);
    if (head >= 2) record.priority = static_cast<std::uint16_t>(ns_get16(data));
    if (head == 6) {
      record.weight = static_cast<std::uint16_t>(ns_get16(data + 2));
      record.port = static_cast<std::uint16_t>(ns_get16(data + 4));
    }
    text = host_text(message, data + head);
  }
  if (!text) return std::nullopt;
  record.text = std::move(*text);
  return record;
}

}  // namespace

Result<std::vector<Record>> read_answer(std::string_view message) {
  ns_msg handle{};
  if (ns_initparse(reinterpret_cast<Bytes>(message.data()), static_cast<int>(message.size()),
                   &handle) != 0) {
    return fail(Errc::malformed, "not a DNS answer");
  }
  std::vector<Record> out;
  const int count = std::min<int>(ns_msg_count(handle, ns_s_an), records_max);
  for (int i = 0; i < count; ++i) {
    ns_rr found{};
    if (ns_parserr(&handle, ns_s_an, i, &found) != 0) {
      return fail(Errc::malformed, "a damaged DNS answer");
    }
    if (!is_wanted(ns_rr_type(found))) continue;
    auto record = read_record(message, found);
    if (!record) return fail(Errc::malformed, "a damaged DNS record");
    out.push_back(std::move(*record));
  }
  return out;
}

Result<Server> parse_server(std::string_view text) {
  Server server;
  const auto colon = text.find(':');
  server.address = text.substr(0, colon);
  if (colon != std::string_view::npos) {
    const auto port = parse_number<std::uint16_t>(text.substr(colon + 1));
    server.port = port.value_or(0);
  }
  in_addr address{};
  if (server.port == 0 || ::inet_pton(AF_INET, server.address.c_str(), &address) != 1) {
    return fail(Errc::malformed, "a DNS server is 192.0.2.1 or 192.0.2.1:5353");
  }
  return server;
}

}  // namespace godwit::dns
