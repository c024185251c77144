#include "sim/plain_imap.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <optional>
#include <stdexcept>

#include "base/text.hpp"

namespace godwit::sim {
namespace {

[[noreturn]] void give_up(const std::string& why) {
  throw std::runtime_error("plain IMAP: " + why);
}

/// The number behind `word ` in a response.
std::optional<std::uint32_t> number_after(std::string_view response, std::string_view word) {
  const std::size_t at = response.find(word);
  if (at == std::string_view::npos) return std::nullopt;
  std::string_view rest = response.substr(at + word.size());
  return parse_number<std::uint32_t>(rest.substr(0, rest.find_first_not_of("0123456789")));
}

/// The length of the literal that a line ends with.
std::optional<std::size_t> literal_length(std::string_view line) {
  if (!line.ends_with('}')) return std::nullopt;
  const std::size_t brace = line.rfind('{');
  if (brace == std::string_view::npos) return std::nullopt;
  return parse_number<std::size_t>(line.substr(brace + 1, line.size() - brace - 2));
}

/// The mailbox of a LIST response: its last word, quoted or not.
std::string listed_name(std::string_view response) {
  if (!response.ends_with('"')) return std::string(response.substr(response.rfind(' ') + 1));
  const std::size_t quote = response.rfind('"', response.size() - 2);
  return std::string(response.substr(quote + 1, response.size() - quote - 2));
}

}  // namespace

PlainImap::PlainImap(std::uint16_t port, const std::string& login, const std::string& password)
    : descriptor_(::socket(AF_INET, SOCK_STREAM, 0)) {
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_port = htons(port);
  where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(descriptor_, reinterpret_cast<sockaddr*>(&where), sizeof(where)) != 0) {
    ::close(descriptor_);
    give_up("no server");
  }
  read_line();
  command("LOGIN " + login + ' ' + password);
}

PlainImap::~PlainImap() { ::close(descriptor_); }

std::map<std::string, Box> PlainImap::read_all() {
  std::map<std::string, Box> all;
  for (const std::string& response : command("LIST \"\" \"*\"")) {
    if (!response.starts_with("* LIST ") || response.contains("\\Noselect")) continue;
    const std::string name = listed_name(response);
    all.emplace(name, read_box(name));
  }
  return all;
}

Box PlainImap::read_box(const std::string& name) {
  Box box;
  bool empty = false;
  for (const std::string& response : command("EXAMINE \"" + name + '"')) {
    if (const auto validity = number_after(response, "UIDVALIDITY ")) box.uid_validity = *validity;
    if (response == "* 0 EXISTS") empty = true;
  }
  if (empty) return box;
  for (const std::string& response : command("UID FETCH 1:* (UID FLAGS BODY.PEEK[HEADER])")) {
    const std::size_t body = response.find('\n');
    const auto uid = number_after(response, "UID ");
    if (!uid || body == std::string::npos) continue;
    // Flags may stand before the literal or behind it; no header here names any.
    box.mails.push_back({*uid, response.contains("\\Seen"), response.contains("\\Flagged"),
                         response.substr(body + 1)});
  }
  return box;
}

std::vector<std::string> PlainImap::command(const std::string& text) {
  const std::string tag = "t" + std::to_string(++tag_);
  const std::string line = tag + ' ' + text + "\r\n";
  if (::write(descriptor_, line.data(), line.size()) != static_cast<ssize_t>(line.size())) {
    give_up("cannot write");
  }
  std::vector<std::string> untagged;
  for (;;) {
    std::string response = read_response();
    if (!response.starts_with(tag + ' ')) {
      untagged.push_back(std::move(response));
      continue;
    }
    if (!response.starts_with(tag + " OK")) give_up(text + ": " + response);
    return untagged;
  }
}

std::string PlainImap::read_response() {
  std::string response = read_line();
  while (const auto length = literal_length(response)) {
    response += '\n' + read_bytes(*length);
    std::string rest = read_line();
    response += rest;
    if (!literal_length(rest)) break;
  }
  return response;
}

std::string PlainImap::read_line() {
  for (;;) {
    const std::size_t end = buffer_.find("\r\n");
    if (end != std::string::npos) {
      std::string line = buffer_.substr(0, end);
      buffer_.erase(0, end + 2);
      return line;
    }
    std::array<char, 65536> piece{};
    const ssize_t got = ::read(descriptor_, piece.data(), piece.size());
    if (got <= 0) give_up("the server hung up");
    buffer_.append(piece.data(), static_cast<std::size_t>(got));
  }
}

std::string PlainImap::read_bytes(std::size_t count) {
  while (buffer_.size() < count) {
    std::array<char, 65536> piece{};
    const ssize_t got = ::read(descriptor_, piece.data(), piece.size());
    if (got <= 0) give_up("the server hung up");
    buffer_.append(piece.data(), static_cast<std::size_t>(got));
  }
  std::string bytes = buffer_.substr(0, count);
  buffer_.erase(0, count);
  return bytes;
}

}  // namespace godwit::sim
