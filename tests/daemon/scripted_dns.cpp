#include "daemon/scripted_dns.hpp"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <stdexcept>

#include "base/text.hpp"

namespace godwit::test {
namespace {

constexpr std::size_t head_bytes = 12;

void put16(std::string& out, unsigned value) {
  out += static_cast<char>(value >> 8U);
  out += static_cast<char>(value & 0xFFU);
}

std::string wire_name(std::string_view name) {
  std::string out;
  while (!name.empty()) {
    const auto dot = name.find('.');
    const auto label = name.substr(0, dot);
    out += static_cast<char>(label.size());
    out += label;
    name = dot == std::string_view::npos ? std::string_view() : name.substr(dot + 1);
  }
  return out + '\0';
}

std::string data_of(const dns::Record& record) {
  std::string out;
  if (record.type == dns::Type::address4) {
    in_addr address{};
    ::inet_pton(AF_INET, record.text.c_str(), &address);
    return {reinterpret_cast<const char*>(&address), sizeof(address)};
  }
  if (record.type == dns::Type::mail || record.type == dns::Type::service) {
    put16(out, record.priority);
  }
  if (record.type == dns::Type::service) {
    put16(out, record.weight);
    put16(out, record.port);
  }
  return out + wire_name(record.text);
}

void put_record(std::string& out, const std::string& name, const dns::Record& record) {
  out += wire_name(name);
  put16(out, static_cast<unsigned>(record.type));
  put16(out, 1);  // IN
  put16(out, 0);
  put16(out, 60);  // seconds to live
  const std::string data = data_of(record);
  put16(out, static_cast<unsigned>(data.size()));
  out += data;
}

}  // namespace

dns::Record address(const std::string& text) { return {dns::Type::address4, text}; }
dns::Record alias(const std::string& host) { return {dns::Type::alias, host}; }
dns::Record mail(const std::string& host) { return {dns::Type::mail, host, 10}; }
dns::Record service(const std::string& host, std::uint16_t port, std::uint16_t priority,
                    std::uint16_t weight) {
  return {dns::Type::service, host, priority, weight, port};
}

std::string answer_to(const Zone& zone, const std::string& question) {
  if (question.size() < head_bytes + 5) return {};
  std::string name;
  std::size_t at = head_bytes;
  while (at < question.size() && question[at] != 0) {
    const auto size = static_cast<unsigned char>(question[at]);
    if (!name.empty()) name += '.';
    name += question.substr(at + 1, size);
    at += 1U + size;
  }
  if (at + 5 > question.size()) return {};
  const auto type = static_cast<unsigned>(static_cast<unsigned char>(question[at + 1])) << 8U |
                    static_cast<unsigned char>(question[at + 2]);
  name = ascii_lower(name);
  std::string records;
  unsigned count = 0;
  bool known = false;
  for (int links = 0; links < 8; ++links) {
    const auto found = zone.find(name);
    if (found == zone.end()) break;
    known = true;
    std::string next;
    for (const dns::Record& record : found->second) {
      const bool is_alias = record.type == dns::Type::alias;
      if (!is_alias && static_cast<unsigned>(record.type) != type) continue;
      put_record(records, name, record);
      ++count;
      if (is_alias) next = record.text;
    }
    if (next.empty()) break;
    name = next;
  }
  std::string out = question.substr(0, 2);
  put16(out, known ? 0x8180U : 0x8183U);  // an answer; or there is no such name
  put16(out, 1);
  put16(out, count);
  put16(out, 0);
  put16(out, 0);
  return out + question.substr(head_bytes, at + 5 - head_bytes) + records;
}

ScriptedDns::ScriptedDns(Zone zone) : zone_(std::move(zone)) {
  socket_ = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(where);
  if (::bind(socket_, reinterpret_cast<const sockaddr*>(&where), size) != 0 ||
      ::getsockname(socket_, reinterpret_cast<sockaddr*>(&where), &size) != 0 ||
      ::pipe(stop_) != 0) {
    throw std::runtime_error("no socket for DNS");
  }
  port_ = ntohs(where.sin_port);
  thread_ = std::thread([this] { serve(); });
}

ScriptedDns::~ScriptedDns() {
  ::close(stop_[1]);
  thread_.join();
  ::close(stop_[0]);
  ::close(socket_);
}

void ScriptedDns::serve() const {
  for (;;) {
    std::array<pollfd, 2> waits{{{socket_, POLLIN, 0}, {stop_[0], POLLIN, 0}}};
    if (::poll(waits.data(), waits.size(), -1) < 0 || waits[1].revents != 0) return;
    std::array<char, 2048> buffer{};
    sockaddr_in from{};
    socklen_t size = sizeof(from);
    const auto count = ::recvfrom(socket_, buffer.data(), buffer.size(), 0,
                                  reinterpret_cast<sockaddr*>(&from), &size);
    if (count <= 0) continue;
    const std::string reply =
        answer_to(zone_, std::string(buffer.data(), static_cast<std::size_t>(count)));
    if (reply.empty()) continue;
    ::sendto(socket_, reply.data(), reply.size(), 0, reinterpret_cast<const sockaddr*>(&from),
             size);
  }
}

}  // namespace godwit::test
