#include "convert/vcard.hpp"

#include <algorithm>
#include <set>

#include "base/bytes.hpp"
#include "base/text.hpp"
#include "convert/vcard_value.hpp"

namespace godwit::convert {
namespace {

using namespace vcard;
using enum ContactText;

Card fresh_card(std::string_view uid) {
  Card card;
  card.before = "BEGIN:VCARD\r\n";
  card.after = "END:VCARD\r\n";
  for (const auto& [name, value] : {std::pair<std::string_view, std::string_view>("VERSION", "3.0"),
                                    {"PRODID", "-//Godwit//EN"},
                                    {"UID", uid}}) {
    if (value.empty()) continue;
    Line line;
    line.name = name;
    line.value = value;
    card.lines.push_back(std::move(line));
  }
  return card;
}

void add_word(std::string& out, const std::string& word) {
  if (word.empty()) return;
  if (!out.empty()) out += ' ';
  out += word;
}

/// FN of a contact (RFC 2426 3.1.1: it is never absent).
std::string composed_name(const Contact& contact) {
  std::string out;
  for (const auto text : {title, first_name, middle_name, last_name, suffix}) {
    add_word(out, contact[text]);
  }
  for (const auto text : {file_as, company, email1, nickname, mobile_phone}) {
    if (out.empty()) out = contact[text];
  }
  return out;
}

/// The words of a name, whatever their order and what stands between them.
std::set<std::string> words_of(std::string_view text) {
  std::set<std::string> words;
  std::string word;
  for (const char c : text) {
    if (c != ' ' && c != ',' && c != ';' && c != '\n') {
      word += c;
    } else if (!word.empty()) {
      words.insert(std::exchange(word, {}));
    }
  }
  if (!word.empty()) words.insert(word);
  return words;
}

class Edit {
 public:
  enum class Origin : std::uint8_t { backend, nowhere };
  Edit(Card card, Origin origin, const ContactPatch& patch)
      : card_(std::move(card)),
        origin_(origin),
        patch_(patch),
        slots_(find_slots(card_)),
        before_(contact_of(card_, slots_)),
        after_(before_) {}

  std::string run() {
    for (std::size_t i = 0; i < contact_text_count; ++i) {
      const auto text = static_cast<ContactText>(i);
      after_[text] = patch_[text].applied_to(before_[text]);
      if (after_[text] != before_[text]) write_text(text);
    }
    note_places();
    write_list(patch_.categories, slots_.categories, "CATEGORIES", before_.categories);
    write_list(patch_.children, slots_.children, "X-CHILDREN", before_.children);
    write_date(patch_.birthday, slots_.birthday, "BDAY", before_.birthday);
    const bool rfc6350 = card_.version == Version::v4_0;
    write_date(patch_.anniversary, slots_.anniversary, rfc6350 ? "ANNIVERSARY" : "X-ANNIVERSARY",
               before_.anniversary);
    write_picture();
    write_formatted_name();
    remove_lines();
    return card_.str();
  }

 private:
  std::size_t add(std::string_view name, std::string value) {
    Line line;
    line.name = name;
    set_value(line, std::move(value), card_.version);
    card_.lines.push_back(std::move(line));
    return card_.lines.size() - 1;
  }

  void add_types(std::size_t index, std::span<const std::string_view> types) {
    std::string joined;
    for (const std::string_view type : types) {
      if (type.empty()) continue;
      if (card_.version == Version::v2_1) {
        card_.lines[index].parameters.push_back({"", std::string(type)});
        continue;
      }
      if (!joined.empty()) joined += ',';
      joined += type;
    }
    if (!joined.empty()) card_.lines[index].parameters.push_back({"TYPE", joined});
  }

  void write_text(ContactText text) {
    auto& place = slots_[text];
    if (text == file_as && !place && after_[text].empty()) return;  // FN stays
    if (!place) place_new(text);
    if (place->component) {
      write_component(text, *place);
    } else if (after_[text].empty()) {
      remove_text(text, place->line);
    } else {
      write_value(text, card_.lines[place->line]);
    }
  }

  /// With its doubles: programs write one thing under several names.
  void remove_text(ContactText text, std::size_t index) {
    removed_.insert(index);
    const auto names = names_of(text);
    for (std::size_t i = 0; i < card_.lines.size(); ++i) {
      const bool named = std::ranges::find(names, card_.lines[i].name) != names.end();
      if (!named || card_.lines[i].name.empty()) continue;
      if (read_text(card_, {i, std::nullopt}, text) == before_[text]) removed_.insert(i);
    }
  }

  /// Lines of a series that would be read at other places than they have say theirs.
  void note_places() {
    for (const auto texts : series()) {
      const bool touched = std::ranges::any_of(
          texts, [&](ContactText text) { return before_[text] != after_[text]; });
      for (std::size_t i = texts.size(); i > 0 && touched; --i) {
        if (!after_[texts[i - 1]].empty()) note_place(texts[i - 1], i);
      }
    }
  }

  void note_place(ContactText text, std::size_t place) {
    Card left = card_;
    for (const std::size_t index : removed_) left.lines[index].name.clear();
    const std::size_t index = slots_[text]->line;
    const auto found = find_slots(left)[text];
    if (found && found->line == index) return;
    Line& line = card_.lines[index];
    line.raw.clear();
    line.remove(place_parameter);
    line.parameters.push_back({std::string(place_parameter), std::to_string(place)});
  }

  void place_new(ContactText text) {
    const NewLine made = new_line(text, card_.version);
    const std::size_t index = add(made.name, "");
    add_types(index, made.types);
    if (!made.component) {
      slots_[text] = Place{index, std::nullopt};
      return;
    }
    card_.lines[index].value = std::string(made.components - 1, ';');
    const auto parts = siblings(text);
    const std::size_t skip = made.components - parts.size();
    for (std::size_t i = 0; i < parts.size(); ++i) {
      slots_[parts[i]] = Place{index, made.name == "ADR" ? skip + i : i};
    }
  }

  void write_component(ContactText text, const Place& place) {
    Line& line = card_.lines[place.line];
    auto parts = split_escaped(decoded(line), ';');
    if (parts.size() <= *place.component) parts.resize(*place.component + 1);
    parts[*place.component] = escaped(after_[text], card_.version);
    std::string joined;
    bool empty = true;
    for (const std::string& part : parts) {
      if (&part != &parts.front()) joined += ';';
      joined += part;
      empty = empty && part.empty();
    }
    set_value(line, std::move(joined), card_.version);
    if (empty && line.name != "N") {
      removed_.insert(place.line);
    } else {
      removed_.erase(place.line);
    }
  }

  void write_value(ContactText text, Line& line) {
    std::string value = after_[text];
    if (line.name == "EMAIL") {
      line.remove("X-DISPLAY-NAME");
      const auto open = value.rfind('<');
      if (open != std::string::npos && value.ends_with('>')) {
        std::string name(trim(std::string_view(value).substr(0, open)));
        std::erase(name, '"');
        value = value.substr(open + 1, value.size() - open - 2);
        if (!name.empty()) line.parameters.push_back({"X-DISPLAY-NAME", std::move(name), true});
      }
    }
    if (line.name == "TEL") line.remove("VALUE");
    const bool needs_scheme = line.name == "IMPP" && value.find(':') == std::string::npos;
    if (needs_scheme) value.insert(0, "im:");
    set_value(line, escaped(value, card_.version), card_.version);
  }

  void write_list(const Change<std::vector<std::string>>& change,
                  const std::vector<std::size_t>& lines, std::string_view name,
                  const std::vector<std::string>& before) {
    const auto after = change.applied_to(before);
    if (after == before) return;
    removed_.insert(lines.begin(), lines.end());
    if (after.empty()) return;
    std::string joined;
    for (const std::string& each : after) {
      if (!joined.empty()) joined += ',';
      joined += escaped(each, Version::v3_0);
    }
    if (lines.empty()) {
      add(name, std::move(joined));
      return;
    }
    set_value(card_.lines[lines.front()], std::move(joined), card_.version);
    removed_.erase(lines.front());
  }

  void write_date(const Change<ContactDate>& change, std::optional<std::size_t> at,
                  std::string_view name, ContactDate before) {
    const auto after = change.applied_to(before);
    if (after == before) return;
    if (!after.ok()) {
      // What the class cannot show (a year alone, a text) is not the device's to remove.
      if (at && before.ok()) removed_.insert(*at);
      return;
    }
    const bool rfc6350 = card_.version == Version::v4_0;
    const bool yearless = after.year() == yearless_year;
    const std::size_t index = at ? *at : add(name, "");
    Line& line = card_.lines[index];
    const bool dashes = at && before.ok() ? line.value.find('-', 4) != std::string::npos : !rfc6350;
    line.remove("X-APPLE-OMIT-YEAR");
    line.remove("VALUE");
    std::string value = format_date(after, dashes);
    if (yearless && rfc6350) {
      value = "--" + format_date(after, false).substr(4);
    } else if (yearless) {
      line.parameters.push_back({"X-APPLE-OMIT-YEAR", "1604"});
    }
    set_value(line, std::move(value), card_.version);
  }

  void write_picture() {
    const std::string after = patch_.picture.applied_to(before_.picture);
    if (after == before_.picture) return;
    if (after.empty()) {
      removed_.insert(*slots_.photo);
      return;
    }
    // A photo elsewhere (a URI) is replaced too: the device shows its own from now on.
    const std::size_t index = slots_.photo ? *slots_.photo : add("PHOTO", "");
    Line& line = card_.lines[index];
    line.raw.clear();
    line.parameters.clear();
    const std::string type(image_type(after));
    line.value = base64_encode(after);
    if (card_.version == Version::v4_0) {
      line.value = "data:image/" + ascii_lower(type) + ";base64," + line.value;
      return;
    }
    const bool old = card_.version == Version::v2_1;
    line.parameters.push_back({"ENCODING", old ? "BASE64" : "b"});
    line.parameters.push_back({"TYPE", type});
  }

  /// FN is made of the name's words: then it follows them.
  bool is_made_of_name(const std::string& shown) const {
    std::string all = before_[company];
    for (const auto text : {title, first_name, middle_name, last_name, suffix, nickname, file_as}) {
      // FileAs falls back to FN itself.
      if (text != file_as || slots_[file_as]) all += ' ' + before_[text];
    }
    const auto known = words_of(all);
    return std::ranges::includes(known, words_of(shown));
  }

  void write_formatted_name() {
    const bool named = std::ranges::any_of(
        std::to_array({title, first_name, middle_name, last_name, suffix, company}),
        [&](ContactText text) { return before_[text] != after_[text]; });
    const std::string name = composed_name(after_);
    if (!slots_.formatted_name) {
      if (origin_ == Origin::nowhere) {
        add("FN", escaped(name, card_.version));
        if (!slots_[last_name]) add("N", ";;;;");
      }
      return;
    }
    Line& line = card_.lines[*slots_.formatted_name];
    const std::string shown = unescaped(decoded(line), card_.version);
    if (!named || name.empty() || !is_made_of_name(shown)) return;
    set_value(line, escaped(name, card_.version), card_.version);
  }

  /// A line that goes takes the labels of its group along, when nothing else is left there.
  void remove_lines() {
    std::set<std::string> groups;
    for (const std::size_t index : removed_) groups.insert(card_.lines[index].group);
    groups.erase("");
    std::vector<Line> kept;
    for (std::size_t i = 0; i < card_.lines.size(); ++i) {
      if (!removed_.contains(i)) kept.push_back(std::move(card_.lines[i]));
    }
    const auto is_label = [](const Line& line) {
      return line.name == "X-ABLABEL" || line.name == "X-ABADR";
    };
    for (const std::string& group : groups) {
      const bool used = std::ranges::any_of(
          kept, [&](const Line& line) { return line.group == group && !is_label(line); });
      if (used) continue;
      std::erase_if(kept, [&](const Line& line) { return line.group == group && is_label(line); });
    }
    card_.lines = std::move(kept);
  }

  Card card_;
  Origin origin_;
  const ContactPatch& patch_;
  Slots slots_;
  Contact before_, after_;
  std::set<std::size_t> removed_;
};

}  // namespace

Result<Contact> read_contact(std::string_view vcard) {
  auto card = Card::parse(vcard);
  if (!card) return pass(card);
  return contact_of(*card, find_slots(*card));
}

Result<std::string> apply_contact(std::string_view vcard_or_empty, const ContactPatch& patch,
                                  std::string_view uid) {
  if (vcard_or_empty.empty()) {
    return Edit(fresh_card(uid), Edit::Origin::nowhere, patch).run();
  }
  auto card = Card::parse(vcard_or_empty);
  if (!card) return pass(card);
  return Edit(std::move(*card), Edit::Origin::backend, patch).run();
}

}  // namespace godwit::convert
