#include "convert/vcard_slots.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "base/text.hpp"

namespace godwit::convert::vcard {
namespace {

using enum ContactText;
using Types = std::set<std::string>;

/// Properties of one line each, by the names that programs give them; the first is ours.
struct Named {
  ContactText text;
  std::array<std::string_view, 7> names;
};
constexpr auto named = std::to_array<Named>({
    {file_as, {"X-FILE-AS", "X-EVOLUTION-FILE-AS"}},
    {nickname, {"NICKNAME"}},
    {yomi_first_name, {"X-PHONETIC-FIRST-NAME"}},
    {yomi_last_name, {"X-PHONETIC-LAST-NAME"}},
    {yomi_company, {"X-PHONETIC-ORG"}},
    {office_location,
     {"X-OFFICE-LOCATION", "X-OUTLOOK-OFFICE-LOCATION", "X-KADDRESSBOOK-X-OFFICE", "OFFICE"}},
    {job_title, {"TITLE"}},
    {assistant,
     {"X-ASSISTANT", "X-EVOLUTION-ASSISTANT", "X-MS-ASSISTANT", "X-KADDRESSBOOK-X-ASSISTANTSNAME",
      "ASSNAME"}},
    {manager,
     {"X-MANAGER", "X-EVOLUTION-MANAGER", "X-MS-MANAGER", "X-KADDRESSBOOK-X-MANAGERSNAME",
      "X-OUTLOOK-MANAGER-NAME", "MANNAME"}},
    {spouse,
     {"X-SPOUSE", "X-EVOLUTION-SPOUSE", "X-MS-SPOUSE", "X-KADDRESSBOOK-X-SPOUSESNAME",
      "X-OUTLOOK-SPOUSE-NAME", "SPOUSNAME"}},
    {web_page, {"URL"}},
    {customer_id, {"X-CUSTOMER-ID"}},
    {government_id, {"X-GOVERNMENT-ID"}},
    {account_name, {"X-ACCOUNT-NAME"}},
    {notes, {"NOTE"}},
});

constexpr auto messengers = std::to_array<std::string_view>(
    {"IMPP", "X-AIM", "X-GADUGADU", "X-GOOGLE-TALK", "X-GROUPWISE", "X-ICQ", "X-JABBER",
     "X-KADDRESSBOOK-X-IMADDRESS", "X-MS-IMADDRESS", "X-MSN", "X-QQ", "X-SIP", "X-SKYPE",
     "X-SKYPE-USERNAME", "X-YAHOO"});

constexpr auto emails = std::to_array({email1, email2, email3});
constexpr auto messages = std::to_array({im1, im2, im3});
constexpr auto business_phones = std::to_array({business_phone, business_phone2});
constexpr auto home_phones = std::to_array({home_phone, home_phone2});
constexpr auto all_series =
    std::to_array<std::span<const ContactText>>({emails, messages, business_phones, home_phones});

constexpr auto anniversaries = std::to_array<std::string_view>(
    {"ANNIVERSARY", "X-ANNIVERSARY", "X-EVOLUTION-ANNIVERSARY", "X-MS-ANNIVERSARY",
     "X-KADDRESSBOOK-X-ANNIVERSARY", "X-OUTLOOK-WEDDING-ANNIVERSARY"});

// Components in their order; ADR's first two (post office box, extension) have no property.
constexpr auto name_parts = std::to_array({last_name, first_name, middle_name, title, suffix});
constexpr auto company_parts = std::to_array({company, department});
constexpr auto business_address = std::to_array(
    {business_street, business_city, business_state, business_postal_code, business_country});
constexpr auto home_address =
    std::to_array({home_street, home_city, home_state, home_postal_code, home_country});
constexpr auto other_address =
    std::to_array({other_street, other_city, other_state, other_postal_code, other_country});
constexpr std::size_t address_skip = 2;

struct Phone {
  ContactText text;
  std::array<std::string_view, 2> types;
};
constexpr auto phones = std::to_array<Phone>({
    {business_phone, {"WORK", "VOICE"}},
    {business_phone2, {"WORK", "VOICE"}},
    {home_phone, {"HOME", "VOICE"}},
    {home_phone2, {"HOME", "VOICE"}},
    {mobile_phone, {"CELL"}},
    {car_phone, {"CAR"}},
    {radio_phone, {"X-RADIO"}},
    {pager, {"PAGER"}},
    {business_fax, {"WORK", "FAX"}},
    {home_fax, {"HOME", "FAX"}},
    {assistant_phone, {"X-ASSISTANT"}},
    {company_phone, {"X-COMPANY"}},
    {mms, {"X-MMS"}},
});

bool has_any(const Types& types, std::initializer_list<const char*> words) {
  return std::ranges::any_of(words, [&](const char* word) { return types.contains(word); });
}

/// What a number may be, the likeliest first. `typed` is false for the numbers that say nothing.
std::vector<ContactText> phone_candidates(const Types& types, bool typed) {
  if (has_any(types, {"modem", "bbs", "isdn", "video", "textphone"})) return {};
  const bool work = types.contains("work");
  const bool home = types.contains("home");
  if (types.contains("fax")) {
    if (home) return {home_fax};
    if (work) return {business_fax};
    return typed ? std::vector<ContactText>{} : std::vector{business_fax, home_fax};
  }
  if (types.contains("pager")) return {pager};
  if (types.contains("car")) return {car_phone};
  if (has_any(types, {"x-radio", "radio"})) return {radio_phone};
  if (has_any(types, {"x-assistant", "x-evolution-assistant", "assistant"})) {
    return {assistant_phone};
  }
  if (has_any(types, {"x-company", "x-evolution-company", "main"})) return {company_phone};
  if (types.contains("x-mms")) return {mms};
  if (has_any(types, {"cell", "iphone"})) return {mobile_phone};
  if (work) return {business_phone, business_phone2};
  if (home) return {home_phone, home_phone2};
  if (typed) return {};
  return {home_phone, home_phone2, business_phone, business_phone2};
}

class Finder {
 public:
  explicit Finder(const Card& card) : card_(card) {}

  Slots run() {
    for (std::size_t i = 0; i < card_.lines.size(); ++i) {
      const Line& line = card_.lines[i];
      if (line.name == "X-ABLABEL" && !line.group.empty()) {
        labels_[line.group] = ascii_lower(decoded(line));
      }
      by_name_[line.name].push_back(i);
    }
    find_named();
    find_structured();
    find_phones();
    find_series(all("EMAIL"), emails);
    find_messengers();
    find_related();
    find_dates();
    find_rest();
    return std::move(slots_);
  }

 private:
  const Line& line(std::size_t index) const { return card_.lines[index]; }
  bool is_blank(std::size_t index) const { return trim(line(index).value).empty(); }

  const std::vector<std::size_t>& all(std::string_view name) const {
    static const std::vector<std::size_t> none;
    const auto at = by_name_.find(name);
    return at == by_name_.end() ? none : at->second;
  }

  /// The first line of that name that says something.
  std::optional<std::size_t> first(std::string_view name) const {
    for (const std::size_t index : all(name)) {
      if (!is_blank(index)) return index;
    }
    return std::nullopt;
  }

  void find_named() {
    for (const Named& row : named) {
      for (const std::string_view name : row.names) {
        const auto at = name.empty() ? std::nullopt : first(name);
        if (!at) continue;
        slots_[row.text] = Place{*at, std::nullopt};
        break;
      }
    }
  }

  void place_parts(std::size_t index, std::span<const ContactText> parts, std::size_t skip) {
    for (std::size_t i = 0; i < parts.size(); ++i) slots_[parts[i]] = Place{index, skip + i};
  }

  void find_structured() {
    if (const auto at = first("N")) place_parts(*at, name_parts, 0);
    if (const auto at = first("ORG")) place_parts(*at, company_parts, 0);
    std::set<ContactText> taken;
    for (const std::size_t index : all("ADR")) {
      const auto& value = line(index).value;
      if (value.find_first_not_of("; \t") == std::string::npos) continue;
      const auto types = line(index).types();
      std::span<const ContactText> parts = other_address;
      if (types.contains("home")) parts = home_address;
      if (types.contains("work")) parts = business_address;
      if (taken.insert(parts.front()).second) place_parts(index, parts, address_skip);
    }
  }

  void find_phones() {
    std::set<std::size_t> used;
    for (const bool typed : {true, false}) {
      for (const bool placed : {true, false}) {
        for (const std::size_t index : all("TEL")) {
          if (is_blank(index) || used.contains(index) || placed != place_of(index).has_value()) {
            continue;
          }
          if (take_phone(index, typed)) used.insert(index);
        }
      }
    }
  }

  bool take_phone(std::size_t index, bool typed) {
    auto candidates = phone_candidates(types_of(index), typed);
    const auto place = place_of(index);
    if (place && *place < candidates.size()) {
      std::ranges::rotate(candidates, candidates.begin() + static_cast<std::ptrdiff_t>(*place));
    }
    for (const ContactText text : candidates) {
      if (slots_[text]) continue;
      slots_[text] = Place{index, std::nullopt};
      return true;
    }
    return false;
  }

  /// What the line says about its place in a series, from 0.
  std::optional<std::size_t> place_of(std::size_t index) const {
    const Parameter* place = line(index).find(place_parameter);
    const auto number = place == nullptr ? std::nullopt : parse_number<std::size_t>(place->value);
    return number && *number > 0 ? std::optional(*number - 1) : std::nullopt;
  }

  /// TYPE, and what Apple's label of the line's group says.
  Types types_of(std::size_t index) const {
    Types types = line(index).types();
    const auto label = labels_.find(line(index).group);
    if (label != labels_.end()) types.insert(label->second);
    return types;
  }

  void find_series(const std::vector<std::size_t>& lines, std::span<const ContactText> texts) {
    for (const bool placed : {true, false}) {
      std::size_t next = 0;
      for (const std::size_t index : lines) {
        const auto place = place_of(index);
        if (is_blank(index) || placed != place.has_value()) continue;
        if (place) next = *place;
        while (next < texts.size() && slots_[texts[next]]) ++next;
        if (next < texts.size()) slots_[texts[next]] = Place{index, {}};
      }
    }
  }

  void find_messengers() {
    std::vector<std::size_t> lines;
    for (std::size_t i = 0; i < card_.lines.size(); ++i) {
      if (std::ranges::find(messengers, line(i).name) != messengers.end()) lines.push_back(i);
    }
    find_series(lines, messages);
  }

  /// RELATED (RFC 6350) with a text, and Apple's X-ABRELATEDNAMES with its label.
  void find_related() {
    constexpr auto kinds = std::to_array<std::pair<std::string_view, ContactText>>(
        {{"assistant", assistant}, {"manager", manager}, {"spouse", spouse}});
    for (const std::string_view name : {"RELATED", "X-ABRELATEDNAMES"}) {
      for (const std::size_t index : all(name)) {
        const bool is_uri = name == "RELATED" && line(index).find("VALUE") == nullptr &&
                            line(index).value.find(':') != std::string::npos;
        if (is_uri || is_blank(index)) continue;
        for (const auto& [kind, text] : kinds) {
          if (!slots_[text] && is_kind(index, kind)) slots_[text] = Place{index, {}};
        }
      }
    }
  }

  bool is_kind(std::size_t index, std::string_view kind) const {
    if (line(index).types().contains(std::string(kind))) return true;
    const auto label = labels_.find(line(index).group);
    return label != labels_.end() && label->second.find(kind) != std::string::npos;
  }

  void find_dates() {
    slots_.birthday = first("BDAY");
    for (const std::string_view name : anniversaries) {
      if (!slots_.anniversary) slots_.anniversary = first(name);
    }
    for (const std::size_t index : all("X-ABDATE")) {
      if (!slots_.anniversary && is_kind(index, "anniversary")) slots_.anniversary = index;
    }
  }

  void find_rest() {
    slots_.formatted_name = first("FN");
    slots_.photo = first("PHOTO");
    slots_.categories = all("CATEGORIES");
    slots_.children = all("X-CHILDREN");
    for (const std::string_view name : {"KIND", "X-ADDRESSBOOKSERVER-KIND"}) {
      const auto at = first(name);
      slots_.is_group = slots_.is_group || (at && iequals(trim(line(*at).value), "group"));
    }
  }

  const Card& card_;
  std::map<std::string, std::vector<std::size_t>, std::less<>> by_name_;
  std::map<std::string, std::string, std::less<>> labels_;  // by group
  Slots slots_;
};

struct Structure {
  std::string_view name;
  std::string_view type;
  std::span<const ContactText> parts;
  std::size_t skip;
  std::size_t components;
};
constexpr auto structures = std::to_array<Structure>({
    {"N", "", name_parts, 0, 5},
    {"ORG", "", company_parts, 0, 1},
    {"ADR", "WORK", business_address, address_skip, 7},
    {"ADR", "HOME", home_address, address_skip, 7},
    {"ADR", "", other_address, address_skip, 7},
});

const Structure* structure_of(ContactText text) {
  for (const Structure& row : structures) {
    if (std::ranges::find(row.parts, text) != row.parts.end()) return &row;
  }
  return nullptr;
}

}  // namespace

Slots find_slots(const Card& card) { return Finder(card).run(); }

NewLine new_line(ContactText text, Version version) {
  if (const Structure* row = structure_of(text)) {
    const auto at =
        static_cast<std::size_t>(std::ranges::find(row->parts, text) - row->parts.begin());
    return {row->name, {row->type}, row->skip + at, row->components};
  }
  for (const Phone& row : phones) {
    if (row.text == text) return {"TEL", row.types};
  }
  if (text == email1 || text == email2 || text == email3) {
    const bool old = version != Version::v4_0;
    return {"EMAIL", {old ? std::string_view("INTERNET") : std::string_view()}};
  }
  for (const Named& row : named) {
    if (row.text == text) return {row.names.front()};
  }
  return {"IMPP"};
}

std::span<const std::span<const ContactText>> series() { return all_series; }

std::span<const std::string_view> names_of(ContactText text) {
  const auto row = std::ranges::find(named, text, &Named::text);
  return row == named.end() ? std::span<const std::string_view>() : row->names;
}

std::span<const ContactText> siblings(ContactText text) {
  const Structure* row = structure_of(text);
  return row == nullptr ? std::span<const ContactText>() : row->parts;
}

}  // namespace godwit::convert::vcard
