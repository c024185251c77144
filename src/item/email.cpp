#include "item/email.hpp"

#include <algorithm>
#include <array>

#include "base/bytes.hpp"
#include "base/pack.hpp"
#include "base/text.hpp"
#include "base/utf8.hpp"

namespace godwit {
namespace {

constexpr std::uint64_t follow_up_format = 1;
constexpr std::uint64_t kept_format = 2;  // with a verb

std::optional<std::uint64_t> packed_time(const std::optional<Time>& time) {
  if (!time) return std::nullopt;
  return static_cast<std::uint64_t>(time->time_since_epoch().count());
}

std::optional<Time> unpacked_time(std::optional<std::uint64_t> number) {
  if (!number) return std::nullopt;
  return Time(std::chrono::milliseconds(static_cast<std::int64_t>(*number)));
}

/// The dates of a flag, in the order of its record.
constexpr auto dates = std::to_array<std::optional<Time> FollowUp::*>(
    {&FollowUp::complete_time, &FollowUp::date_completed, &FollowUp::start_date,
     &FollowUp::due_date, &FollowUp::utc_start_date, &FollowUp::utc_due_date,
     &FollowUp::reminder_time, &FollowUp::ordinal_date});

/// Keywords that mail programs set for themselves.
constexpr auto program_keywords = std::to_array<std::string_view>(
    {"forwarded", "junk", "junkrecorded", "mdnsent", "nonjunk", "notjunk", "redirected"});

bool is_program_keyword(std::string_view keyword) {
  return keyword.starts_with('$') || keyword.starts_with('\\') ||
         std::ranges::binary_search(program_keywords, ascii_lower(keyword));
}

/// RFC 9051 9: what an atom may hold; `&` is the mark of encoded text.
bool stands_for_itself(char c) {
  return c > 0x20 && c < 0x7F && std::string_view("(){%*\"\\]&").find(c) == std::string_view::npos;
}

/// The code point at the start of `text`, which is valid UTF-8, and its length.
std::pair<std::uint32_t, std::size_t> code_point(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const std::uint32_t first = byte(0);
  if (first < 0x80) return {first, 1};
  if (first < 0xE0) return {(first & 0x1FU) << 6U | (byte(1) & 0x3FU), 2};
  if (first < 0xF0) {
    return {(first & 0x0FU) << 12U | (byte(1) & 0x3FU) << 6U | (byte(2) & 0x3FU), 3};
  }
  return {(first & 0x07U) << 18U | (byte(1) & 0x3FU) << 12U | (byte(2) & 0x3FU) << 6U |
              (byte(3) & 0x3FU),
          4};
}

void append_utf16(std::uint32_t point, std::string& out) {
  const auto unit = [&out](std::uint32_t value) {
    out += static_cast<char>(value >> 8U);
    out += static_cast<char>(value & 0xFFU);
  };
  if (point < 0x10000) {
    unit(point);
  } else {
    unit(0xD800U + ((point - 0x10000U) >> 10U));
    unit(0xDC00U + ((point - 0x10000U) & 0x3FFU));
  }
}

std::string encode_run(std::string_view utf16) {
  std::string text = base64_encode(utf16);
  while (text.ends_with('=')) text.pop_back();
  std::ranges::replace(text, '/', ',');
  return '&' + text + '-';
}

/// Nothing when it is not UTF-16 in base64.
std::optional<std::string> decode_run(std::string_view text) {
  std::string base64(text);
  if (base64.find_first_of("/-_= \t\r\n") != std::string::npos) return std::nullopt;
  std::ranges::replace(base64, ',', '/');
  const auto units = base64_decode(base64);
  if (!units || units->empty() || units->size() % 2 != 0) return std::nullopt;
  const auto unit = [&](std::size_t i) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>((*units)[i])) << 8U |
           static_cast<unsigned char>((*units)[i + 1]);
  };
  std::string out;
  for (std::size_t i = 0; i < units->size(); i += 2) {
    const std::uint32_t value = unit(i);
    if (value < 0xD800 || value > 0xDFFF) {
      append_utf8(value, out);
      continue;
    }
    const bool pair =
        value < 0xDC00 && i + 2 < units->size() && unit(i + 2) >= 0xDC00 && unit(i + 2) <= 0xDFFF;
    if (!pair) return std::nullopt;
    append_utf8(0x10000U + ((value & 0x3FFU) << 10U) + (unit(i + 2) & 0x3FFU), out);
    i += 2;
  }
  if (utf8_clean(out) != out) return std::nullopt;
  return out;
}

/// Nothing when the keyword was not made by keyword_of_category: then it is its own name.
std::optional<std::string> decode_name(std::string_view keyword) {
  std::string name;
  while (!keyword.empty()) {
    if (keyword.front() != '&') {
      name += keyword.front();
      keyword.remove_prefix(1);
      continue;
    }
    const auto end = keyword.find('-');
    if (end == std::string_view::npos) return std::nullopt;
    if (end == 1) {
      name += '&';
    } else {
      const auto run = decode_run(keyword.substr(1, end - 1));
      if (!run) return std::nullopt;
      name += *run;
    }
    keyword.remove_prefix(end + 1);
  }
  return name;
}

}  // namespace

std::string pack_follow_up(const FollowUp& flag) {
  Packer packer;
  packer.number(follow_up_format).number(static_cast<std::uint64_t>(flag.status));
  packer.text(flag.type).text(flag.subject);
  for (const auto date : dates) packer.optional_number(packed_time(flag.*date));
  std::optional<std::uint64_t> reminder;
  if (flag.reminder_set) reminder = *flag.reminder_set ? 1 : 0;
  packer.optional_number(reminder).text(flag.sub_ordinal_date);
  return std::move(packer).bytes();
}

Result<FollowUp> unpack_follow_up(std::string_view packed) {
  Unpacker in(packed);
  FollowUp flag;
  if (in.number() != follow_up_format) in.damage();
  const auto status = in.number();
  if (status > 2) in.damage();
  flag.status = static_cast<FollowUp::Status>(status <= 2 ? status : 0);
  flag.type = in.text();
  flag.subject = in.text();
  for (const auto date : dates) flag.*date = unpacked_time(in.optional_number());
  if (const auto reminder = in.optional_number()) flag.reminder_set = *reminder != 0;
  flag.sub_ordinal_date = in.text();
  if (auto whole = in.finish(); !whole) return pass(whole);
  return flag;
}

std::string pack_kept(const KeptMail& kept) {
  if (kept.verb == Verb::unknown && kept.flag) return pack_follow_up(*kept.flag);
  Packer packer;
  packer.number(kept_format).text(kept.flag ? pack_follow_up(*kept.flag) : std::string());
  packer.number(static_cast<std::uint64_t>(kept.verb)).optional_number(packed_time(kept.verb_time));
  return std::move(packer).bytes();
}

Result<KeptMail> unpack_kept(std::string_view packed) {
  Unpacker in(packed);
  KeptMail kept;
  const auto format = in.number();
  // What was written before verbs were kept, and still is where there is none.
  const std::string flag = format == follow_up_format ? std::string(packed) : in.text();
  if (!flag.empty()) {
    auto read = unpack_follow_up(flag);
    if (!read) return pass(read);
    kept.flag = std::move(*read);
  }
  if (format == follow_up_format) return kept;
  if (format != kept_format) in.damage();
  const auto verb = in.number();
  if (verb > static_cast<std::uint64_t>(Verb::forward)) in.damage();
  kept.verb = static_cast<Verb>(verb);
  kept.verb_time = unpacked_time(in.optional_number());
  if (auto whole = in.finish(); !whole) return pass(whole);
  return kept;
}

LastVerb last_verb(const Flags& flags, const KeptMail& kept) {
  const bool forwarded = kept.verb == Verb::forward && flags.forwarded;
  const bool answered =
      (kept.verb == Verb::reply || kept.verb == Verb::reply_all) && flags.answered;
  if (forwarded || answered) return {kept.verb, kept.verb_time};
  if (flags.forwarded) return {Verb::forward, std::nullopt};
  if (flags.answered) return {Verb::reply, std::nullopt};
  return {};
}

std::optional<FollowUp> effective_follow_up(bool flagged, const std::optional<FollowUp>& kept) {
  const auto kept_is = [&](FollowUp::Status status) { return kept && kept->status == status; };
  if (flagged && kept_is(FollowUp::Status::active)) return kept;
  if (!flagged && kept_is(FollowUp::Status::complete)) return kept;
  if (!flagged) return std::nullopt;
  FollowUp plain;
  plain.status = FollowUp::Status::active;
  plain.type = "Flag for follow up";
  return plain;
}

std::string keyword_of_category(std::string_view name) {
  const std::string clean = utf8_clean(name);
  const bool disguise = is_program_keyword(clean);
  std::string_view rest = clean;
  std::string keyword;
  std::string run;
  const auto end_run = [&] {
    if (!run.empty()) keyword += encode_run(run);
    run.clear();
  };
  while (!rest.empty()) {
    const auto [point, length] = code_point(rest);
    const bool first = rest.size() == clean.size();
    if (point == '&') {
      end_run();
      keyword += "&-";
    } else if (length == 1 && stands_for_itself(rest.front()) && !(first && disguise)) {
      end_run();
      keyword += rest.front();
    } else {
      append_utf16(point, run);
    }
    rest.remove_prefix(length);
  }
  end_run();
  return keyword;
}

std::optional<std::string> category_of_keyword(std::string_view keyword) {
  if (keyword.empty() || is_program_keyword(keyword)) return std::nullopt;
  if (auto name = decode_name(keyword)) return name;
  return utf8_clean(keyword);
}

std::vector<std::string> categories_of(const std::vector<std::string>& keywords) {
  std::vector<std::string> names;
  for (const std::string& keyword : keywords) {
    auto name = category_of_keyword(keyword);
    if (name && std::ranges::find(names, *name) == names.end()) names.push_back(std::move(*name));
  }
  return names;
}

std::vector<std::string> keywords_with(const std::vector<std::string>& keywords,
                                       const std::vector<std::string>& categories) {
  std::vector<std::string> result;
  std::vector<std::string> present;
  const auto wanted = [&](std::string_view name) {
    return std::ranges::any_of(categories, [&](const auto& entry) { return iequals(entry, name); });
  };
  for (const std::string& keyword : keywords) {
    const auto name = category_of_keyword(keyword);
    if (name && !wanted(*name)) continue;
    if (name) present.push_back(*name);
    result.push_back(keyword);
  }
  for (const std::string& category : categories) {
    const bool known = std::ranges::any_of(
        present, [&](const std::string& name) { return iequals(name, category); });
    if (known || category.empty()) continue;
    present.push_back(category);
    result.push_back(keyword_of_category(category));
  }
  std::ranges::sort(result);
  const auto repeated = std::ranges::unique(result);
  result.erase(repeated.begin(), repeated.end());
  return result;
}

}  // namespace godwit
