#include "backend/smtp/protocol.hpp"

#include <algorithm>
#include <utility>

#include "base/bytes.hpp"
#include "base/text.hpp"

namespace godwit::backend::smtp {
namespace {

constexpr std::size_t words_bytes_max = 400;

std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> out;
  while (!line.empty()) {
    const auto end = std::min(line.find_first_of(" ="), line.size());
    if (end > 0) out.push_back(line.substr(0, end));
    line.remove_prefix(std::min(end + 1, line.size()));
  }
  return out;
}

}  // namespace

std::string Reply::words() const {
  std::string out = std::to_string(code);
  for (const std::string& line : lines) out += ' ' + line;
  out = utf8_clean(utf8_prefix(out, words_bytes_max));
  std::ranges::replace_if(out, [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
  return out;
}

bool Reply::has_enhanced(std::string_view code_text) const {
  return !lines.empty() && lines.front().starts_with(code_text) &&
         (lines.front().size() == code_text.size() || lines.front()[code_text.size()] == ' ');
}

std::optional<Result<Reply>> ReplyReader::next() {
  for (;;) {
    const auto end = pending_.find('\n');
    if (end == std::string::npos) {
      if (pending_.size() > reply_line_bytes_max) return fail(Errc::too_large, "reply line");
      return std::nullopt;
    }
    std::string line = pending_.substr(0, end);
    pending_.erase(0, end + 1);
    if (line.ends_with('\r')) line.pop_back();
    const auto code = parse_number<unsigned>(std::string_view(line).substr(0, 3));
    const bool more = line.size() > 3 && line[3] == '-';
    const bool separated = line.size() == 3 || more || (line.size() > 3 && line[3] == ' ');
    if (!code || *code < 200 || *code > 599 || !separated || line.size() > reply_line_bytes_max) {
      return fail(Errc::malformed, "not an SMTP reply");
    }
    if (!reply_.lines.empty() && reply_.code != *code) {
      return fail(Errc::malformed, "a reply of two codes");
    }
    reply_.code = *code;
    reply_.lines.push_back(line.substr(std::min<std::size_t>(4, line.size())));
    if (reply_.lines.size() > reply_lines_max) return fail(Errc::too_large, "reply lines");
    if (!more) return std::exchange(reply_, {});
  }
}

Capabilities read_capabilities(const Reply& ehlo) {
  Capabilities out;
  for (std::size_t i = 1; i < ehlo.lines.size(); ++i) {
    const std::string line = ascii_lower(ehlo.lines[i]);
    const auto words = words_of(line);
    if (words.empty()) continue;
    const std::string_view name = words.front();
    if (name == "starttls") out.starttls = true;
    if (name == "8bitmime") out.eight_bit = true;
    if (name == "smtputf8") out.utf8 = true;
    if (name == "size") {
      out.size = true;
      if (words.size() > 1) out.size_max = parse_number<std::uint64_t>(words[1]).value_or(0);
    }
    if (name == "auth") {
      const auto offers = [&](std::string_view way) {
        return std::ranges::find(words, way) != words.end();
      };
      out.auth_plain = out.auth_plain || offers("plain");
      out.auth_login = out.auth_login || offers("login");
      out.auth_oauthbearer = out.auth_oauthbearer || offers("oauthbearer");
      out.auth_xoauth2 = out.auth_xoauth2 || offers("xoauth2");
    }
  }
  return out;
}

std::string plain_credentials(std::string_view user, std::string_view password,
                              std::string_view authorize) {
  std::string bytes(authorize);
  bytes += '\0';
  bytes += user;
  bytes += '\0';
  bytes += password;
  return base64_encode(bytes);
}

void DotEncoder::feed(std::string_view bytes, std::string& out) {
  for (const char c : bytes) {
    if (carriage_) {
      carriage_ = false;
      line_begins_ = true;
      out += "\r\n";
      if (c == '\n') continue;
    }
    if (c == '\r') {
      carriage_ = true;
    } else if (c == '\n') {
      out += "\r\n";
      line_begins_ = true;
    } else {
      if (line_begins_ && c == '.') out += '.';
      line_begins_ = false;
      out += c;
    }
  }
}

void DotEncoder::finish(std::string& out) {
  if (carriage_ || !line_begins_) out += "\r\n";
  out += ".\r\n";
}

}  // namespace godwit::backend::smtp
