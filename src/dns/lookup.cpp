#include "dns/lookup.hpp"

#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <netdb.h>
#include <resolv.h>

#include <algorithm>
#include <array>

#include "base/fault.hpp"
#include "base/text.hpp"
#include "net/worker.hpp"

namespace godwit::dns {
namespace {

constexpr std::size_t message_bytes_max = 16UL * 1024;
constexpr int records_max = 64;
constexpr int seconds_a_try = 2;
constexpr int tries = 2;

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

class Resolver {
 public:
  explicit Resolver(const std::optional<Server>& server) {
    if (::res_ninit(&state_) != 0) {
      throw Fault(Fault::Kind::unavailable, "the system's resolver cannot be set up");
    }
    state_.retrans = seconds_a_try;
    state_.retry = tries;
    if (!server) return;
    sockaddr_in& where = state_.nsaddr_list[0];
    where = {};
    where.sin_family = AF_INET;
    where.sin_port = htons(server->port);
    ::inet_pton(AF_INET, server->address.c_str(), &where.sin_addr);
    state_.nscount = 1;
  }
  ~Resolver() { ::res_nclose(&state_); }
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;

  /// Blocks.
  std::vector<Record> ask(const std::string& name, Type type) {
    std::string answer(message_bytes_max, '\0');
    const int size = ::res_nquery(&state_, name.c_str(), ns_c_in, static_cast<int>(type),
                                  reinterpret_cast<unsigned char*>(answer.data()),
                                  static_cast<int>(answer.size()));
    if (size < 0) {
      if (state_.res_h_errno == HOST_NOT_FOUND || state_.res_h_errno == NO_DATA) return {};
      throw Fault(Fault::Kind::unavailable, name + ": DNS does not answer");
    }
    answer.resize(std::min(static_cast<std::size_t>(size), answer.size()));
    auto records = read_answer(answer);
    if (!records) throw Fault(Fault::Kind::unavailable, name + ": " + records.error().message);
    return std::move(*records);
  }

 private:
  struct __res_state state_{};
};

}  // namespace

struct Lookup::State {
  std::optional<Server> server;
  Gate gate{"dns", 1, 64};
};

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

Lookup::Lookup(std::optional<Server> server) : state_(std::make_unique<State>(std::move(server))) {}
Lookup::~Lookup() = default;

Task<std::vector<Record>> Lookup::ask(std::string name, Type type) {
  auto work = [server = state_->server, name = std::move(name), type] {
    return Resolver(server).ask(name, type);
  };
  co_return co_await blocking(state_->gate, std::move(work));
}

Task<std::vector<std::string>> Lookup::addresses(std::string name) {
  std::vector<std::string> out;
  for (const Type type : {Type::address4, Type::address6}) {
    for (Record& record : co_await ask(name, type)) {
      if (record.type == type) out.push_back(std::move(record.text));
    }
  }
  co_return out;
}

}  // namespace godwit::dns
