#include "interop/scripted_ldap.hpp"

#include <sys/socket.h>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <list>
#include <optional>

#include "backend/ldap/ranges.hpp"
#include "base/text.hpp"

namespace godwit::interop {
namespace {

using boost::asio::ip::tcp;

/// RFC 4511 5.1: tag and length.
std::string head(unsigned char tag, std::size_t size) {
  std::string out(1, static_cast<char>(tag));
  if (size < 128) {
    out += static_cast<char>(size);
  } else {
    out += static_cast<char>(0x84);
    for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>((size >> shift) & 0xFF);
  }
  return out;
}

std::string element(unsigned char tag, std::string_view contents) {
  return head(tag, contents.size()).append(contents);
}

struct Element {
  unsigned char tag = 0;
  std::string_view contents;
};

/// The size of the message at the beginning of `bytes`; nothing while it is not all there.
std::optional<std::size_t> whole(std::string_view bytes) {
  if (bytes.size() < 2) return std::nullopt;
  const auto first = static_cast<unsigned char>(bytes[1]);
  const std::size_t head = 2 + (first > 127 ? first & 0x7FU : 0U);
  if (bytes.size() < head) return std::nullopt;
  std::size_t size = first > 127 ? 0 : first;
  for (std::size_t i = 2; i < head; ++i) size = (size << 8) | static_cast<unsigned char>(bytes[i]);
  return bytes.size() < head + size ? std::nullopt : std::optional(head + size);
}

/// The element at the beginning of `bytes`, which goes on behind it.
Element take(std::string_view& bytes) {
  const std::size_t size = whole(bytes).value();
  const auto first = static_cast<unsigned char>(bytes[1]);
  const std::size_t head = 2 + (first > 127 ? first & 0x7FU : 0U);
  const Element out{static_cast<unsigned char>(bytes[0]), bytes.substr(head, size - head)};
  bytes.remove_prefix(size);
  return out;
}

std::string attribute(std::string_view name, const std::vector<std::string>& values) {
  std::string all;
  for (const std::string& value : values) all += element(0x04, value);
  return element(0x30, element(0x04, name) + element(0x31, all));
}

std::string person(std::size_t number) { return "cn=p" + std::to_string(number); }

/// False: the client is gone.
bool send(tcp::socket& stream, const std::string& bytes) {
  boost::system::error_code error;
  boost::asio::write(stream, boost::asio::buffer(bytes), error);
  return !error;
}

/// RFC 4511 4.1.9.
std::string result(char code) {
  return element(0x0A, std::string(1, code)) + element(0x04, "") + element(0x04, "");
}

const std::string success = result('\0');

}  // namespace

ScriptedLdap::ScriptedLdap(std::size_t members, std::size_t part, Habit habit)
    : members_(members), part_(part), habit_(habit) {
  acceptor_.open(tcp::v4());
  acceptor_.bind({boost::asio::ip::address_v4::loopback(), 0});
  acceptor_.listen();
  port_ = acceptor_.local_endpoint().port();
  thread_ = std::jthread([this] { accept(); });
}

ScriptedLdap::~ScriptedLdap() {
  // A last connection ends the wait for one.
  closing_ = true;
  boost::system::error_code ignored;
  tcp::socket last(context_);
  last.connect({boost::asio::ip::address_v4::loopback(), port_}, ignored);
  thread_.join();
}

void ScriptedLdap::accept() {
  std::list<Stream> streams;
  std::list<std::jthread> serving;
  for (;;) {
    Stream& stream = streams.emplace_back(context_);
    acceptor_.accept(stream);
    if (closing_) break;
    ++connections_;
    serving.emplace_back([this, &stream] { serve(stream); });
  }
  // Whatever clients still keep open.
  for (Stream& each : streams) ::shutdown(each.native_handle(), SHUT_RDWR);
}

void ScriptedLdap::serve(Stream& stream) {
  std::string bytes;
  boost::system::error_code error;
  bool good = true;
  while (good) {
    std::array<char, 4096> some{};
    const std::size_t got = stream.read_some(boost::asio::buffer(some), error);
    if (error) break;
    bytes.append(some.data(), got);
    for (auto size = whole(bytes); good && size; size = whole(bytes)) {
      const std::string message = bytes.substr(0, *size);
      bytes.erase(0, *size);
      good = reply(stream, message);
    }
  }
  ::shutdown(stream.native_handle(), SHUT_RDWR);
}

bool ScriptedLdap::reply(Stream& stream, std::string_view message) {
  std::string_view rest = take(message).contents;
  const std::string id = element(0x02, take(rest).contents);
  const Element operation = take(rest);
  constexpr unsigned char bind = 0x60;
  constexpr unsigned char search = 0x63;
  constexpr unsigned char give_up = 0x50;
  if (operation.tag == bind) return send(stream, element(0x30, id + element(0x61, success)));
  if (operation.tag == give_up) return true;
  if (operation.tag != search) return false;
  if (habit_ == Habit::silent) return true;
  std::string_view fields = operation.contents;
  const std::string dn(take(fields).contents);
  for (int skipped = 0; skipped < 6; ++skipped) take(fields);
  std::string_view names = take(fields).contents;
  std::string members = "member";
  bool photo = false;
  while (!names.empty()) {
    const std::string_view name = take(names).contents;
    if (istarts_with(name, "member;")) members = name;
    photo = photo || iequals(name, "thumbnailPhoto");
  }
  if (habit_ == Habit::drips) drip(stream, id);
  if (habit_ == Habit::bulky && photo && !send_photo(stream, id, dn)) return false;
  const bool has_found = !photo && habit_ != Habit::empty && habit_ != Habit::refers;
  const std::string found = has_found ? element(0x30, id + entry(dn, members)) : std::string();
  return send(stream, found + ending(id)) && habit_ != Habit::hangs_up;
}

std::string ScriptedLdap::ending(const std::string& id) const {
  constexpr char size_limit_exceeded = 4;
  constexpr char referral = 10;
  constexpr char busy = 51;
  const auto done = [&](const std::string& how) { return element(0x30, id + element(0x65, how)); };
  const auto reference = [&](std::string_view url) {
    return element(0x30, id + element(0x73, element(0x04, url)));
  };
  switch (habit_) {
    case Habit::limited:
      return done(result(size_limit_exceeded));
    case Habit::breaks:
      return done(result(busy));
    case Habit::hangs_up:
      return {};
    case Habit::refers:
      return done(result(referral) +
                  element(0xA3, element(0x04, "ldap://other.example.com/cn=p0")));
    case Habit::partly:
      return reference("ldap://other.example.com/ou=others,dc=example,dc=com") + done(success);
    case Habit::partitions:
      return reference("ldap://example.com/CN=Configuration,DC=example,DC=com") +
             reference("ldap://DomainDnsZones.example.com/DC=DomainDnsZones,DC=example,DC=com") +
             reference("ldap://ForestDnsZones.example.com/DC=ForestDnsZones,DC=example,DC=com") +
             done(success);
    default:
      return done(success);
  }
}

/// Until the client has enough.
void ScriptedLdap::drip(Stream& stream, const std::string& id) {
  for (std::size_t i = 0; send(stream, element(0x30, id + entry(person(i), ""))); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
}

bool ScriptedLdap::send_photo(Stream& stream, const std::string& id, std::string_view dn) {
  constexpr std::size_t part = std::size_t{1} << 20;
  constexpr std::size_t parts = 50;
  // All but the photo's bytes, which come after it.
  const auto around = [&](std::size_t size) {
    const std::string photo = head(0x04, size);
    const std::string values = head(0x31, photo.size() + size) + photo;
    const std::string pair = element(0x04, "thumbnailPhoto") + values;
    const std::string list = head(0x30, pair.size() + size) + pair;
    const std::string all = head(0x30, list.size() + size) + list;
    const std::string result = element(0x04, dn) + all;
    const std::string operation = id + head(0x64, result.size() + size) + result;
    return head(0x30, operation.size() + size) + operation;
  };
  bool good = send(stream, around(parts * part));
  const std::string bytes(part, '\xFF');
  for (std::size_t i = 0; good && i < parts; ++i) good = send(stream, bytes);
  return good;
}

std::string ScriptedLdap::entry(std::string_view dn, std::string_view asked) {
  std::string attributes;
  if (dn == "cn=group") {
    attributes = attribute("objectClass", {"group"}) + attribute("cn", {"group"});
    // Nothing under the plain name beside the part, as Active Directory does it.
    attributes += attribute("member", {}) + members_attribute(asked);
  } else {
    const std::string name(dn.substr(dn.find('=') + 1));
    attributes = attribute("cn", {name}) + attribute("mail", {name + "@example.com"});
  }
  return element(0x64, element(0x04, dn) + element(0x30, attributes));
}

std::string ScriptedLdap::members_attribute(std::string_view asked) {
  const auto range = backend::ldap::parse_value_range(asked);
  if (range && habit_ == Habit::forgets) return {};
  const std::size_t first = range && habit_ != Habit::stuck ? range->first : 0;
  const bool endless = habit_ == Habit::endless;
  const std::size_t end = endless ? first + part_ : std::min(members_, first + part_);
  std::vector<std::string> values;
  for (std::size_t i = first; i < end; ++i) values.push_back(person(i));
  ++parts_given_;
  const std::string last = end == members_ && !endless ? "*" : std::to_string(end - 1);
  return attribute("member;range=" + std::to_string(first) + '-' + last, values);
}

}  // namespace godwit::interop
