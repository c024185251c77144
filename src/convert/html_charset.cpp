#include "convert/html_charset.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace godwit::convert {
namespace {

constexpr std::size_t head_bytes = 4096;
constexpr std::string_view word = "charset";

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }
bool is_end(char c) { return is_blank(c) || std::string_view("\"'>;/").contains(c); }

/// The charset's name in a meta tag, as a stretch of it; empty when it names none.
std::string_view name_in(std::string_view tag) {
  const std::string lower = ascii_lower(tag);
  for (std::size_t at = lower.find(word); at != std::string::npos; at = lower.find(word, at + 1)) {
    std::size_t begin = at + word.size();
    while (begin < tag.size() && is_blank(tag[begin])) ++begin;
    if (begin == tag.size() || tag[begin] != '=') continue;
    ++begin;
    while (begin < tag.size() &&
           (is_blank(tag[begin]) || tag[begin] == '"' || tag[begin] == '\'')) {
      ++begin;
    }
    std::size_t end = begin;
    while (end < tag.size() && !is_end(tag[end])) ++end;
    if (end > begin) return tag.substr(begin, end - begin);
  }
  return {};
}

std::string rewritten(std::string_view head) {
  const std::string lower = ascii_lower(head);
  std::string out;
  std::size_t copied = 0;
  for (std::size_t at = lower.find("<meta"); at != std::string::npos;
       at = lower.find("<meta", at + 1)) {
    const std::size_t end = std::min(lower.find('>', at), lower.size());
    const std::string_view name = name_in(head.substr(at, end - at));
    if (name.empty()) continue;
    const auto begin = static_cast<std::size_t>(name.data() - head.data());
    out += head.substr(copied, begin - copied);
    out += "utf-8";
    copied = begin + name.size();
  }
  out += head.substr(copied);
  return out;
}

}  // namespace

void HtmlCharset::feed(std::string_view text, std::string& out) {
  if (passed_) {
    out += text;
    return;
  }
  head_ += text;
  if (head_.size() >= head_bytes) finish(out);
}

void HtmlCharset::finish(std::string& out) {
  if (passed_) return;
  passed_ = true;
  const std::string_view head = head_;
  out += rewritten(head.substr(0, head_bytes));
  out += head.substr(std::min(head.size(), head_bytes));
  head_ = {};
}

}  // namespace godwit::convert
