#include "convert/address.hpp"

#include "base/text.hpp"
#include "convert/header.hpp"
#include "convert/limits.hpp"

namespace godwit::convert {
namespace {

/// Where the quoted string or comment at the start of `text` ends; comments nest.
std::size_t enclosed_length(std::string_view text) {
  const bool quoted = text.front() == '"';
  std::size_t depth = 1;
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (quoted ? text[i] == '"' : text[i] == ')') {
      if (--depth == 0) return i + 1;
    } else if (!quoted && text[i] == '(') {
      ++depth;
    }
  }
  return text.size();
}

std::string unescape(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) ++i;
    out += text[i];
  }
  return out;
}

/// One mailbox, gathered piece by piece.
struct Gathered {
  std::string words;    // outside of everything: a name, or an address without brackets
  std::string address;  // in angle brackets
  std::string comment;
  bool bracketed = false;
};

Mailbox mailbox_of(const Gathered& gathered, std::string_view charset) {
  Mailbox mailbox;
  const std::string_view words = trim(gathered.words);
  if (gathered.bracketed) {
    mailbox.name = decode_text(words, charset);
    mailbox.address = gathered.address;
  } else {
    const bool address = words.find('@') != std::string_view::npos;
    if (address) {
      mailbox.address = words;
    } else {
      mailbox.name = decode_text(words, charset);
    }
  }
  if (mailbox.name.empty()) mailbox.name = decode_text(gathered.comment, charset);
  // RFC 5322 4.4: a route before the address.
  if (mailbox.address.starts_with('@')) {
    const auto colon = mailbox.address.find(':');
    if (colon != std::string::npos) mailbox.address.erase(0, colon + 1);
  }
  std::erase_if(mailbox.address, [](char c) { return c == ' ' || c == '\t'; });
  mailbox.address = utf8_clean(mailbox.address);
  return mailbox;
}

std::string quoted(std::string_view name) {
  std::string out = "\"";
  for (const char c : name) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

std::string join(const std::vector<Mailbox>& list, std::string_view separator,
                 std::size_t bytes_max, std::string (*format)(const Mailbox&)) {
  std::string out;
  for (const Mailbox& mailbox : list) {
    const std::string entry = format(mailbox);
    if (entry.empty()) continue;
    const std::size_t extra = out.empty() ? 0 : separator.size();
    if (out.size() + extra + entry.size() > bytes_max) break;
    if (!out.empty()) out += separator;
    out += entry;
  }
  return out;
}

}  // namespace

std::vector<Mailbox> parse_addresses(std::string_view raw, std::string_view charset) {
  const std::string unfolded = unfold(raw);
  std::string_view text = unfolded;
  std::vector<Mailbox> list;
  Gathered gathered;
  const auto finish = [&] {
    Mailbox mailbox = mailbox_of(gathered, charset);
    gathered = {};
    if (!mailbox.name.empty() || !mailbox.address.empty()) list.push_back(std::move(mailbox));
  };
  while (!text.empty() && list.size() < addresses_max) {
    std::size_t length = 1;
    const char c = text.front();
    if (c == '"') {
      length = enclosed_length(text);
      const std::size_t end = length >= 2 && text[length - 1] == '"' ? length - 1 : length;
      gathered.words += unescape(text.substr(1, end - 1));
    } else if (c == '(') {
      length = enclosed_length(text);
      const std::size_t end = length >= 2 && text[length - 1] == ')' ? length - 1 : length;
      gathered.comment = unescape(text.substr(1, end - 1));
    } else if (c == '<') {
      const auto close = text.find('>');
      length = close == std::string_view::npos ? text.size() : close + 1;
      gathered.address = trim(text.substr(1, length - (close == std::string_view::npos ? 1 : 2)));
      gathered.bracketed = true;
    } else if (c == ',' || c == ';') {
      finish();
    } else if (c == ':' && !gathered.bracketed) {
      gathered = {};  // the name of a group
    } else if (const std::size_t word = encoded_word_length(text)) {
      length = word;
      gathered.words += text.substr(0, word);
    } else {
      gathered.words += c;
    }
    text.remove_prefix(length);
  }
  finish();
  return list;
}

std::string format_addresses(const std::vector<Mailbox>& list, std::string_view separator,
                             std::size_t bytes_max) {
  return join(list, separator, bytes_max, [](const Mailbox& mailbox) {
    if (mailbox.name.empty()) return mailbox.address;
    if (mailbox.address.empty()) return quoted(mailbox.name);
    return quoted(mailbox.name) + " <" + mailbox.address + '>';
  });
}

std::string format_names(const std::vector<Mailbox>& list, std::size_t bytes_max) {
  return join(list, "; ", bytes_max, [](const Mailbox& mailbox) {
    return mailbox.name.empty() ? mailbox.address : mailbox.name;
  });
}

}  // namespace godwit::convert
