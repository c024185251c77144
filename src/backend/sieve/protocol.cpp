#include "backend/sieve/protocol.hpp"

#include <algorithm>
#include <cctype>
#include <utility>

#include "base/bytes.hpp"
#include "base/text.hpp"

namespace godwit::backend::sieve {
namespace {

constexpr std::size_t quoted_bytes_max = 1024;      // RFC 5804 4
constexpr std::size_t quoted_read_max = 16 * 1024;  // some servers write longer ones
constexpr std::size_t number_digits_max = 10;

std::optional<Response::Kind> kind_of(const std::vector<Word>& line) {
  if (line.empty() || line.front().is_string) return std::nullopt;
  const std::string& word = line.front().text;
  if (iequals(word, "OK")) return Response::Kind::ok;
  if (iequals(word, "NO")) return Response::Kind::no;
  if (iequals(word, "BYE")) return Response::Kind::bye;
  return std::nullopt;
}

std::string one_line(std::string_view text) {
  constexpr std::size_t words_bytes_max = 500;
  std::string out(utf8_prefix(text, words_bytes_max));
  std::ranges::replace_if(
      out, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, ' ');
  return out;
}

bool ends_word(char c) { return c == ' ' || c == '\r' || c == '\n' || c == '(' || c == ')'; }

}  // namespace

std::optional<Result<Response>> ResponseReader::next() {
  for (;;) {
    if (taken_ + pending_.size() > 2 * response_bytes_max) {
      return fail(Errc::too_large, "the response is too long");
    }
    if (waiting_) return std::nullopt;
    std::vector<Word> line;
    std::size_t at = 0;
    const Step step = read_line(line, at);
    if (step == Step::more) {
      waiting_ = true;
      continue;
    }
    if (step == Step::too_large) return fail(Errc::too_large, "a line is too long");
    pending_.erase(0, at);
    taken_ += at;
    if (taken_ > response_bytes_max || response_.lines.size() >= response_lines_max) {
      return fail(Errc::too_large, "the response is too long");
    }
    if (line.empty()) return fail(Errc::malformed, "an empty line");
    const auto kind = kind_of(line);
    if (!kind) {
      response_.lines.push_back(std::move(line));
      continue;
    }
    response_.kind = *kind;
    // The code's own words are atoms between brackets; what is for people is the last string.
    for (const Word& word : line) {
      if (word.is_string) {
        response_.words = one_line(word.text);
      } else if (word.text.starts_with('(')) {
        response_.code = word.text.substr(1);
        std::ranges::transform(response_.code, response_.code.begin(),
                               [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
      }
    }
    taken_ = 0;
    return std::exchange(response_, {});
  }
}

/// Words up to and with the line's end.
ResponseReader::Step ResponseReader::read_line(std::vector<Word>& words, std::size_t& at) const {
  for (;;) {
    while (at < pending_.size() && (pending_[at] == ' ' || pending_[at] == '\r')) ++at;
    if (at >= pending_.size()) return Step::more;
    if (pending_[at] == '\n') {
      ++at;
      return Step::done;
    }
    if (words.size() >= line_words_max) return Step::too_large;
    Word word;
    if (const Step step = read_word(word, at); step != Step::done) return step;
    words.push_back(std::move(word));
  }
}

ResponseReader::Step ResponseReader::read_word(Word& word, std::size_t& at) const {
  if (pending_[at] == '"') return read_quoted(word, at);
  if (pending_[at] == '{') return read_literal(word, at);
  // An opening bracket stays with its word: it is how a response code is told from the rest.
  std::size_t end = at + 1;
  while (end < pending_.size() && !ends_word(pending_[end])) ++end;
  if (end >= pending_.size()) return Step::more;
  word.text = pending_.substr(at, end - at);
  at = end;
  return Step::done;
}

ResponseReader::Step ResponseReader::read_quoted(Word& word, std::size_t& at) const {
  word.is_string = true;
  for (std::size_t i = at + 1; i < pending_.size(); ++i) {
    if (i - at > quoted_read_max) return Step::too_large;
    if (pending_[i] == '"') {
      at = i + 1;
      return Step::done;
    }
    if (pending_[i] == '\\') ++i;
    if (i < pending_.size()) word.text += pending_[i];
  }
  return Step::more;
}

ResponseReader::Step ResponseReader::read_literal(Word& word, std::size_t& at) const {
  word.is_string = true;
  const std::size_t end = pending_.find('\n', at);
  if (end == std::string::npos) {
    return pending_.size() - at > number_digits_max + 4 ? Step::too_large : Step::more;
  }
  std::string_view size = trim(std::string_view(pending_).substr(at + 1, end - at - 1));
  if (size.ends_with('}')) size.remove_suffix(1);
  if (size.ends_with('+')) size.remove_suffix(1);
  const auto length = parse_number<std::size_t>(size);
  if (!length || *length > response_bytes_max) return Step::too_large;
  if (pending_.size() - (end + 1) < *length) return Step::more;
  word.text = pending_.substr(end + 1, *length);
  at = end + 1 + *length;
  return Step::done;
}

bool Capabilities::has(std::string_view extension) const {
  return std::ranges::find(extensions, extension) != extensions.end();
}

Capabilities read_capabilities(const Response& response) {
  Capabilities out;
  for (const std::vector<Word>& line : response.lines) {
    const std::string& name = line.front().text;
    const std::string value = line.size() > 1 ? ascii_lower(line[1].text) : std::string();
    if (iequals(name, "STARTTLS")) out.starttls = true;
    const bool sasl = iequals(name, "SASL");
    if (!sasl && !iequals(name, "SIEVE")) continue;
    for (std::size_t at = 0; at < value.size();) {
      const std::size_t end = std::min(value.find(' ', at), value.size());
      if (sasl && value.substr(at, end - at) == "plain") out.plain = true;
      if (!sasl && end > at) out.extensions.push_back(value.substr(at, end - at));
      at = end + 1;
    }
  }
  return out;
}

Result<std::vector<ScriptName>> read_scripts(const Response& response) {
  std::vector<ScriptName> out;
  for (const std::vector<Word>& line : response.lines) {
    const bool active = line.size() == 2 && !line[1].is_string && iequals(line[1].text, "ACTIVE");
    if (!line.front().is_string || (line.size() != 1 && !active)) {
      return fail(Errc::malformed, "the list of scripts cannot be read");
    }
    out.push_back({.name = line.front().text, .active = active});
  }
  return out;
}

std::string encode_literal(std::string_view text) {
  return '{' + std::to_string(text.size()) + "+}\r\n" + std::string(text);
}

std::string encode_string(std::string_view text) {
  const bool plain =
      text.size() < quoted_bytes_max / 2 &&
      std::ranges::none_of(
          text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
  if (!plain) return encode_literal(text);
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

std::string plain_credentials(std::string_view authorize, std::string_view user,
                              std::string_view password) {
  std::string out(authorize);
  out.append(1, '\0').append(user).append(1, '\0').append(password);
  return base64_encode(out);
}

}  // namespace godwit::backend::sieve
