#include "wbxml/text.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "base/bytes.hpp"
#include "base/sink.hpp"
#include "base/text.hpp"
#include "wbxml/limits.hpp"
#include "wbxml/reader.hpp"
#include "wbxml/writer.hpp"

namespace godwit::wbxml {
namespace {

constexpr std::size_t indent_width = 2;
constexpr std::size_t hex_bytes_max = 64;  // longer opaque content is shown as base64
constexpr std::string_view hex_mark = "hex:";
constexpr std::string_view base64_mark = "b64:";
constexpr std::string_view opaque_mark = "opaque:";

bool control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }

std::string quote(std::string_view text) {
  const bool utf8 = utf8_valid(text);
  std::string out = "\"";
  for (const char c : text) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        if (control(c) || (!utf8 && static_cast<unsigned char>(c) >= 0x80)) {
          out += "\\x" + hex_encode({&c, 1});
        } else {
          out += c;
        }
    }
  }
  return out + '"';
}

/// Undoes quote; `text` begins with the quotation mark. Nothing when it is not well-formed.
std::optional<std::string> unquote(std::string_view text) {
  if (text.size() < 2 || text.front() != '"' || text.back() != '"') return std::nullopt;
  text = text.substr(1, text.size() - 2);
  std::string out;
  while (!text.empty()) {
    const char c = text.front();
    text.remove_prefix(1);
    if (c == '"') return std::nullopt;
    if (c != '\\') {
      out += c;
      continue;
    }
    if (text.empty()) return std::nullopt;
    const char escape = text.front();
    text.remove_prefix(1);
    switch (escape) {
      case 'n':
        out += '\n';
        break;
      case 'r':
        out += '\r';
        break;
      case 't':
        out += '\t';
        break;
      case '"':
      case '\\':
        out += escape;
        break;
      case 'x': {
        const auto byte = hex_decode(text.substr(0, 2));
        if (!byte || byte->size() != 1) return std::nullopt;
        out += *byte;
        text.remove_prefix(2);
        break;
      }
      default:
        return std::nullopt;
    }
  }
  return out;
}

bool needs_quotes(std::string_view text) {
  return text.empty() || text.front() == ' ' || text.back() == ' ' || text.front() == '"' ||
         text.starts_with(hex_mark) || text.starts_with(base64_mark) ||
         text.starts_with(opaque_mark) || std::ranges::any_of(text, control) || !utf8_valid(text);
}

bool readable(std::string_view bytes) {
  const auto ok = [](char c) { return !control(c) || c == '\r' || c == '\n' || c == '\t'; };
  return !bytes.empty() && std::ranges::all_of(bytes, ok) && utf8_valid(bytes);
}

class Dumper {
 public:
  std::string dump(std::string_view document) {
    Reader reader(document);
    for (;;) {
      const auto event = reader.next();
      if (!event) {
        end_line();
        return out_ + "! " + event.error().message + '\n';
      }
      switch (event->kind) {
        case Reader::Kind::start:
          start(event->tag);
          break;
        case Reader::Kind::text:
          content_ += event->bytes;
          break;
        case Reader::Kind::opaque:
          content_ += event->bytes;
          opaque_ = true;
          break;
        case Reader::Kind::end:
          end_line();
          open_.pop_back();
          break;
        case Reader::Kind::done:
          return out_;
      }
    }
  }

 private:
  void start(Tag tag) {
    end_line();
    out_.append(open_.size() * indent_width, ' ');
    if (open_.empty() || open_.back().page != tag.page) {
      out_.append(page_name(tag.page)).append(":");
    }
    out_ += find_tag(tag)->name;
    open_.push_back(tag);
    in_line_ = true;
  }

  /// Puts the content gathered for the innermost element: behind its name, or, when children came
  /// between, on a line of its own.
  void end_line() {
    if (opaque_ || !content_.empty()) {
      if (in_line_) {
        out_ += ' ';
      } else {
        out_.append(open_.size() * indent_width, ' ');
      }
      put_content();
      in_line_ = true;
    }
    if (in_line_) out_ += '\n';
    in_line_ = false;
    content_.clear();
    opaque_ = false;
  }

  void put_content() {
    if (!opaque_) {
      // On a line of its own it is always quoted: else it would read as a tag.
      out_ +=
          out_.back() == ' ' && in_line_ && !needs_quotes(content_) ? content_ : quote(content_);
    } else if (readable(content_)) {
      out_.append(opaque_mark).append(quote(content_));
    } else if (content_.size() <= hex_bytes_max) {
      out_.append(hex_mark).append(hex_encode(content_));
    } else {
      out_.append(base64_mark).append(base64_encode(content_));
    }
  }

  std::string out_;
  std::vector<Tag> open_;
  std::string content_;
  bool opaque_ = false;
  bool in_line_ = false;  // the last line of `out_` is not ended
};

struct Content {
  std::string bytes;
  bool opaque = false;
};

std::optional<Content> parse_content(std::string_view text) {
  const auto opaque = [](auto bytes) -> std::optional<Content> {
    if (!bytes) return std::nullopt;
    return Content{*std::move(bytes), true};
  };
  if (text.starts_with(hex_mark)) return opaque(hex_decode(text.substr(hex_mark.size())));
  if (text.starts_with(base64_mark)) return opaque(base64_decode(text.substr(base64_mark.size())));
  if (text.starts_with(opaque_mark)) return opaque(unquote(text.substr(opaque_mark.size())));
  if (!text.starts_with('"')) return Content{std::string(text), false};
  auto bytes = unquote(text);
  if (!bytes) return std::nullopt;
  return Content{*std::move(bytes), false};
}

/// Reads lines; an element is written once the next line shows whether it has content.
class Packer {
 public:
  Packer() : writer_(sink_) {}

  Result<std::string> pack(std::string_view text) {
    while (!text.empty()) {
      auto line = text.substr(0, text.find('\n'));
      text.remove_prefix(std::min(line.size() + 1, text.size()));
      ++number_;
      while (line.ends_with('\r')) line.remove_suffix(1);
      if (trim(line).empty() || trim(line).starts_with('#')) continue;
      if (auto read = read_line(line); !read) return pass(read);
    }
    if (tags_.empty()) return error(Errc::malformed, "no element");
    close_to(0);
    return sink_.take();
  }

 private:
  Result<> read_line(std::string_view line) {
    const auto blanks = std::min(line.find_first_not_of(' '), line.size());
    const auto level = blanks / indent_width;
    line.remove_prefix(blanks);
    if (blanks % indent_width != 0 || level > tags_.size() || (level == 0) != tags_.empty()) {
      return error(Errc::malformed, "wrong indentation, or a second root");
    }
    if (level >= depth_max) return error(Errc::too_large, "nested too deeply");
    close_to(level);
    if (line.starts_with('"') || line.starts_with(hex_mark) || line.starts_with(base64_mark) ||
        line.starts_with(opaque_mark)) {
      return level == 0 ? error(Errc::malformed, "content without element") : put_content(line);
    }
    const auto name = line.substr(0, line.find(' '));
    line.remove_prefix(std::min(name.size() + 1, line.size()));
    const auto tag = tag_of(name);
    if (!tag) return error(Errc::unsupported, "no such tag: " + utf8_clean(name));
    open_pending();
    tags_.push_back(*tag);
    pending_ = true;
    if (!line.empty()) return put_content(line);
    return {};
  }

  Result<> put_content(std::string_view text) {
    auto content = parse_content(text);
    if (!content) return error(Errc::malformed, "content that cannot be read");
    if (!content->opaque) content->bytes = utf8_clean(content->bytes);
    if (!content->opaque && content->bytes.empty()) return {};
    open_pending();
    if (content->opaque) {
      writer_.begin_opaque(content->bytes.size());
      writer_.opaque_piece(content->bytes);
    } else {
      writer_.begin_text();
      writer_.piece(content->bytes);
      writer_.end_text();
    }
    return {};
  }

  std::optional<Tag> tag_of(std::string_view name) const {
    const auto colon = name.find(':');
    const TagInfo* info = nullptr;
    if (colon != std::string_view::npos) {
      info = find_tag(name.substr(0, colon), name.substr(colon + 1));
    } else if (!tags_.empty()) {
      info = find_tag(page_name(tags_.back().page), name);
    }
    if (info == nullptr) return std::nullopt;
    return info->tag;
  }

  void open_pending() {
    if (pending_) writer_.open(tags_.back());
    pending_ = false;
  }

  void close_to(std::size_t level) {
    while (tags_.size() > level) {
      if (pending_) {
        writer_.empty(tags_.back());
      } else {
        writer_.close();
      }
      pending_ = false;
      tags_.pop_back();
    }
  }

  std::unexpected<Error> error(Errc code, const std::string& what) const {
    return fail(code, "line " + std::to_string(number_) + ": " + what);
  }

  StringSink sink_;
  Writer writer_;
  std::vector<Tag> tags_;  // the open elements
  bool pending_ = false;   // the innermost one is not written yet
  std::size_t number_ = 0;
};

}  // namespace

std::string dump(std::string_view document) { return Dumper().dump(document); }

Result<std::string> pack(std::string_view text) { return Packer().pack(text); }

}  // namespace godwit::wbxml
