#include "backend/notes/note_mail.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/bytes.hpp"
#include "base/text.hpp"
#include "compose/encode.hpp"
#include "convert/body.hpp"
#include "convert/header.hpp"
#include "convert/html.hpp"
#include "convert/mime.hpp"
#include "convert/text.hpp"

namespace godwit::backend::notes {
namespace {

constexpr std::string_view uuid_field = "X-Universally-Unique-Identifier";
constexpr std::string_view type_field = "X-Uniform-Type-Identifier";
constexpr std::string_view created_field = "X-Mail-Created-Date";
constexpr std::string_view replaces_field = "X-Godwit-Replaces";
constexpr std::string_view class_field = "X-Godwit-Message-Class";
constexpr std::string_view apple_note = "com.apple.mail-note";
constexpr std::string_view plain_class = "IPM.StickyNote";
constexpr std::size_t href_bytes = 128;
constexpr std::size_t categories_max = 100;

/// RFC 9562 4: 8-4-4-4-12 hexadecimal digits.
bool is_uuid(std::string_view text) {
  constexpr std::size_t length = 36;
  if (text.size() != length) return false;
  for (std::size_t i = 0; i < length; ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-'
             : std::string_view("0123456789abcdefABCDEF").find(text[i]) == std::string_view::npos) {
      return false;
    }
  }
  return true;
}

bool is_digits(std::string_view href) {
  constexpr std::size_t length = 32;
  return href.size() == length &&
         href.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

/// As Apple writes it, where it can be one.
std::string uuid_of(std::string_view href) {
  if (!is_digits(href)) return std::string(href);
  std::string out;
  for (std::size_t i = 0; i < href.size(); ++i) {
    if (i == 8 || i == 12 || i == 16 || i == 20) out += '-';
    const char c = href[i];
    out += c >= 'a' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  return out;
}

bool is_plain_name(std::string_view text) {
  return !text.empty() && text.size() <= href_bytes &&
         std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7F; });
}

std::string without_carriage(std::string text) {
  std::erase(text, '\r');
  return text;
}

/// The last line end ends the message, not the note.
std::string text_of(std::string_view encoded, const Part& part) {
  std::string text = without_carriage(convert::decode_text_part(encoded, part));
  if (text.ends_with('\n')) text.pop_back();
  return text;
}

std::vector<std::string> categories_of(const convert::Header& header) {
  std::vector<std::string> out;
  const std::string all = convert::unfold(header.get("Keywords"));
  for (std::size_t begin = 0; begin < all.size() && out.size() < categories_max;) {
    // RFC 5322 3.6.5: phrases between commas, none of which stand in quotes or encoded words.
    bool quoted = false;
    std::size_t end = begin;
    for (; end < all.size() && (quoted || all[end] != ','); ++end) {
      if (all[end] == '"') quoted = !quoted;
      if (all[end] == '\\') ++end;
    }
    end = std::min(end, all.size());
    std::string_view phrase = trim(std::string_view(all).substr(begin, end - begin));
    std::string text;
    if (phrase.size() >= 2 && phrase.front() == '"' && phrase.back() == '"') {
      phrase = phrase.substr(1, phrase.size() - 2);
      for (std::size_t i = 0; i < phrase.size(); ++i) {
        if (phrase[i] == '\\' && i + 1 < phrase.size()) ++i;
        text += phrase[i];
      }
    } else {
      text = convert::decode_text(phrase);
    }
    if (!text.empty()) out.push_back(std::move(text));
    begin = end + 1;
  }
  return out;
}

std::string keywords_of(const std::vector<std::string>& categories) {
  std::string out;
  for (const std::string& each : categories) {
    if (trim(each).empty()) continue;
    if (!out.empty()) out += ",\r\n ";
    out += compose::format_phrase(each);
  }
  return out;
}

bool is_html(const Part& part) { return part.is("text", "html"); }

/// The text of a note as one part: its fields, and its content.
struct Written {
  std::string fields;
  std::string content;
};

Written written_text(const Note& note) {
  const bool html = !note.html.empty();
  Written out;
  out.fields = fmt::format(
      "Content-Type: text/{}; charset=utf-8\r\n"
      "Content-Transfer-Encoding: quoted-printable\r\n",
      html ? "html" : "plain");
  compose::QuotedPrintable encoder;
  // Ends the last line: that line end is the message's.
  encoder.feed((html ? note.html : note.body) + "\n", out.content);
  encoder.finish(out.content);
  return out;
}

std::string line(std::string_view name, std::string_view value) {
  return fmt::format("{}: {}\r\n", name, value);
}

/// Fields that each write of a note makes anew, and their values; empty: it has none.
struct Fields {
  std::vector<std::pair<std::string_view, std::string>> set;

  const std::string* find(std::string_view name) const {
    const auto at =
        std::ranges::find_if(set, [&](const auto& each) { return iequals(each.first, name); });
    return at == set.end() ? nullptr : &at->second;
  }
};

Fields fields_of(const Note& note, const NoteWriting& writing) {
  Fields out;
  const Time at = note.last_modified == Time{} ? writing.now : note.last_modified;
  out.set.emplace_back("Date", compose::format_date(at));
  out.set.emplace_back("Message-ID", '<' + writing.message_id + '>');
  out.set.emplace_back("Subject", compose::format_unstructured(note.subject));
  out.set.emplace_back("Keywords", keywords_of(note.categories));
  out.set.emplace_back(class_field, note.message_class == plain_class
                                        ? std::string()
                                        : compose::format_unstructured(note.message_class));
  out.set.emplace_back(replaces_field,
                       writing.replaces ? fmt::format("{} {} <{}>", writing.replaces->uid_validity,
                                                      writing.replaces->uid, writing.message_id)
                                        : std::string());
  return out;
}

/// Of a header block: each field with its line end, as it stands.
std::vector<std::string_view> field_lines(std::string_view block) {
  std::vector<std::string_view> out;
  while (!block.empty()) {
    std::size_t end = 0;
    do {
      const auto newline = block.find('\n', end);
      end = newline == std::string_view::npos ? block.size() : newline + 1;
    } while (end < block.size() && (block[end] == ' ' || block[end] == '\t'));
    const std::string_view field = block.substr(0, end);
    if (!trim(field).empty()) out.push_back(field);
    block.remove_prefix(end);
  }
  return out;
}

std::string_view name_of(std::string_view field) {
  return trim(field.substr(0, std::min(field.find(':'), field.size())));
}

/// A stretch of the message as it was, and what stands there now.
struct Replacement {
  std::uint64_t begin = 0, end = 0;
  std::string with;
};

std::string replaced(std::string_view text, std::vector<Replacement> replacements) {
  std::ranges::sort(replacements, std::less{}, &Replacement::begin);
  std::string out;
  std::uint64_t at = 0;
  for (const Replacement& each : replacements) {
    if (each.begin < at) continue;  // it lies in one that stands there already
    out += text.substr(at, each.begin - at);
    out += each.with;
    at = each.end;
  }
  out += text.substr(std::min<std::uint64_t>(at, text.size()));
  return out;
}

/// The topmost part that is the note's text and nothing else.
const Part* find_text(const Part& part, const std::set<const Part*>& texts) {
  if (texts.contains(&part)) return &part;
  const auto holds = [&](const auto& self, const Part& one) -> bool {
    return texts.contains(&one) ||
           std::ranges::any_of(one.children, [&](const Part& child) { return self(self, child); });
  };
  if (part.is("multipart", "alternative") && holds(holds, part)) return &part;
  if (part.type != "multipart") return nullptr;
  for (const Part& child : part.children) {
    if (const Part* const found = find_text(child, texts)) return found;
  }
  return nullptr;
}

class Rewrite {
 public:
  Rewrite(std::string_view original, const Note& note, const NoteWriting& writing)
      : original_(original),
        layout_(convert::parse_layout(convert::read_at(original))),
        note_(note),
        writing_(writing),
        fields_(fields_of(note, writing)) {}

  std::string run(bool text_changed) {
    if (text_changed) change_text();
    return header(text_changed && whole_) + content();
  }

 private:
  void change_text() {
    const Part& top = layout_.structure;
    const convert::BodyParts parts = convert::body_parts(top);
    std::set<const Part*> texts(parts.plain.begin(), parts.plain.end());
    texts.insert(parts.html.begin(), parts.html.end());
    const Part* const text = find_text(top, texts);
    written_ = written_text(note_);
    whole_ = top.type != "multipart";
    if (whole_) {
      wraps_ = text == nullptr;
      return;
    }
    const convert::Located* const place =
        text == nullptr || text == &top ? nullptr : layout_.find(text->section);
    if (text == &top) {
      whole_ = true;
      return;
    }
    if (place == nullptr) return insert_text();
    replacements_.push_back(
        {place->header_begin, place->end, written_.fields + "\r\n" + written_.content});
    for (const Part* other : texts) {
      // The rest of the text, which is in the new one.
      const convert::Located* const found = layout_.find(other->section);
      if (found != nullptr) replacements_.push_back({found->begin, found->end, {}});
    }
  }

  /// A message of pictures alone gets the text before them.
  void insert_text() {
    const auto boundary = layout_.structure.parameter("boundary");
    const convert::Located* const first =
        layout_.structure.children.empty()
            ? nullptr
            : layout_.find(layout_.structure.children.front().section);
    if (boundary.empty() || first == nullptr) {
      whole_ = wraps_ = true;
      return;
    }
    replacements_.push_back(
        {first->header_begin, first->header_begin,
         fmt::format("{}\r\n{}\r\n--{}\r\n", written_.fields, written_.content, boundary)});
  }

  /// `anew`: the fields of the content are written anew, too.
  std::string header(bool anew) const {
    std::string out;
    bool known_id = false;
    bool known_type = false;
    for (const std::string_view field :
         field_lines(original_.substr(0, static_cast<std::size_t>(layout_.header_size)))) {
      const std::string_view name = name_of(field);
      if (fields_.find(name) != nullptr || iequals(name, "Mime-Version")) continue;
      if (anew && istarts_with(name, "Content-")) continue;
      known_type = known_type || iequals(name, type_field);
      known_id = known_id || iequals(name, uuid_field);
      out += field;
      if (!field.ends_with('\n')) out += "\r\n";
    }
    if (!known_type) out += line(type_field, apple_note);
    if (!known_id) out += line(uuid_field, uuid_of(writing_.href));
    for (const auto& [name, value] : fields_.set) {
      if (!value.empty()) out += line(name, value);
    }
    out += "Mime-Version: 1.0\r\n";
    if (anew) {
      out += wraps_ ? fmt::format("Content-Type: multipart/mixed; boundary=\"{}\"\r\n",
                                  writing_.boundary)
                    : written_.fields;
    }
    return out + "\r\n";
  }

  std::string content() {
    const auto begin = static_cast<std::size_t>(layout_.header_size);
    if (!whole_) {
      for (Replacement& each : replacements_) {
        each.begin -= begin;
        each.end -= begin;
      }
      return replaced(original_.substr(begin), std::move(replacements_));
    }
    if (!wraps_) return std::move(written_.content);
    std::string fields;
    for (const std::string_view field : field_lines(original_.substr(0, begin))) {
      if (istarts_with(name_of(field), "Content-")) fields += field;
    }
    return fmt::format("--{0}\r\n{1}\r\n{2}\r\n--{0}\r\n{3}\r\n{4}\r\n--{0}--\r\n",
                       writing_.boundary, written_.fields, written_.content, fields,
                       original_.substr(begin));
  }

  std::string_view original_;
  convert::Layout layout_;
  const Note& note_;
  const NoteWriting& writing_;
  Fields fields_;
  Written written_;
  std::vector<Replacement> replacements_;
  bool whole_ = false;  // all of the content is another
  bool wraps_ = false;  // what there was becomes a part beside the text
};

}  // namespace

std::string href_of(std::string_view block, Place place) {
  const convert::Header header(block);
  const std::string_view uuid = trim(header.get(uuid_field));
  if (is_uuid(uuid)) {
    std::string out = ascii_lower(uuid);
    std::erase(out, '-');
    return out;
  }
  if (is_plain_name(uuid)) return std::string(uuid);
  if (!uuid.empty()) return hex_encode(digest128("uuid " + std::string(uuid)));
  const std::string id = convert::first_message_id(header.get("Message-ID"));
  const std::string what =
      id.empty() ? fmt::format("place {} {}", place.uid_validity, place.uid) : "id " + id;
  return hex_encode(digest128(what));
}

Uid replaced_by(std::string_view block, std::uint32_t uid_validity) {
  const convert::Header header(block);
  const std::string_view value = trim(header.get(replaces_field));
  const auto first = value.find(' ');
  const auto second = first == std::string_view::npos ? first : value.find(' ', first + 1);
  if (second == std::string_view::npos) return 0;
  if (parse_number<std::uint32_t>(value.substr(0, first)) != uid_validity) return 0;
  const std::string id = convert::first_message_id(value.substr(second + 1));
  if (id.empty() || id != convert::first_message_id(header.get("Message-ID"))) return 0;
  return parse_number<Uid>(value.substr(first + 1, second - first - 1)).value_or(0);
}

std::vector<const Part*> text_parts(const Part& structure) {
  const convert::BodyParts parts = convert::body_parts(structure);
  std::vector<const Part*> out = parts.has_html() ? parts.html : parts.plain;
  if (out.size() > text_parts_max) out.resize(text_parts_max);
  return out;
}

bool is_cut(const Part& structure) {
  const convert::BodyParts parts = convert::body_parts(structure);
  const auto& all = parts.has_html() ? parts.html : parts.plain;
  return all.size() > text_parts_max || std::ranges::any_of(all, [](const Part* part) {
           return part->size > text_part_bytes_max;
         });
}

Note note_of(const Message& message, const std::vector<std::string>& texts) {
  const convert::Header header(message.header);
  Note note;
  note.subject = convert::decode_text(header.get("Subject"));
  const std::string other_class = convert::decode_text(header.get(class_field));
  if (istarts_with(other_class, plain_class)) note.message_class = other_class;
  note.categories = categories_of(header);
  note.last_modified =
      convert::parse_date(header.get("Date")).value_or(message.state.internal_date);
  const auto parts = text_parts(message.structure);
  std::vector<std::pair<const Part*, std::string>> pieces;
  for (std::size_t i = 0; i < parts.size() && i < texts.size(); ++i) {
    std::string text = text_of(texts[i], *parts[i]);
    if (!text.empty()) pieces.emplace_back(parts[i], std::move(text));
  }
  const bool html =
      std::ranges::any_of(pieces, [](const auto& piece) { return is_html(*piece.first); });
  for (const auto& [part, text] : pieces) {
    if (html) note.html += is_html(*part) ? text : convert::text_to_html(text);
    if (!note.body.empty()) note.body += '\n';
    note.body += is_html(*part) ? without_carriage(convert::html_to_text(text)) : text;
  }
  return note;
}

std::string new_message(const Note& note, const NoteWriting& writing) {
  const Fields fields = fields_of(note, writing);
  std::string out = line("From", '<' + writing.from + '>');
  for (const auto& [name, value] : fields.set) {
    if (!value.empty()) out += line(name, value);
  }
  out += line(type_field, apple_note);
  out += line(uuid_field, uuid_of(writing.href));
  out += line(created_field, *fields.find("Date"));
  const Written text = written_text(note);
  return out + "Mime-Version: 1.0\r\n" + text.fields + "\r\n" + text.content;
}

std::string edited_message(std::string_view original, const Note& before, const Note& note,
                           const NoteWriting& writing) {
  return Rewrite(original, note, writing).run(before.body != note.body || before.html != note.html);
}

}  // namespace godwit::backend::notes
