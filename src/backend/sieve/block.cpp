#include "backend/sieve/block.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "backend/out_of_office.hpp"
#include "backend/sieve/script.hpp"
#include "base/bytes.hpp"
#include "base/pack.hpp"
#include "base/text.hpp"

namespace godwit::backend::sieve {
namespace {

constexpr std::string_view begin_mark = "# BEGIN out of office, kept by Godwit\r\n";
constexpr std::string_view end_mark = "# END out of office, kept by Godwit\r\n";
constexpr std::string_view record_mark = "#: ";
constexpr std::uint64_t record_version = 1;
constexpr std::size_t record_line_bytes = 90;
constexpr std::size_t known_max = 2000;

std::string in_lines(std::string_view text, std::string_view before, std::size_t bytes) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); at += bytes) {
    out.append(before).append(text.substr(at, bytes)).append("\r\n");
  }
  return out;
}

std::string pack_block(const Block& block, std::string_view code) {
  Packer out;
  out.number(record_version).text(digest128(code)).text(pack_out_of_office(block.settings));
  out.text(block.host).number(block.manner.period).boolean(block.manner.period_in_seconds);
  out.text(block.manner.subject).text(block.manner.from).number(block.manner.addresses.size());
  for (const std::string& address : block.manner.addresses) out.text(address);
  return base64_encode(std::move(out).bytes());
}

std::optional<Block> unpack_block(std::string_view record, std::string& digest) {
  Unpacker in(record);
  if (in.number() != record_version) return std::nullopt;
  Block out;
  digest = in.text();
  const auto settings = unpack_out_of_office(in.view());
  out.host = in.text();
  out.manner.period = in.number();
  out.manner.period_in_seconds = in.boolean();
  out.manner.subject = in.text();
  out.manner.from = in.text();
  for (std::size_t left = in.count(); left > 0; --left) out.manner.addresses.push_back(in.text());
  if (!in.finish() || !settings) return std::nullopt;
  out.settings = *settings;
  return out;
}

std::string list_of(const std::vector<std::string>& strings) {
  std::string out = "[";
  for (const std::string& each : strings) out += (out.size() == 1 ? "" : ", ") + quote(each);
  return out + "]";
}

/// What every server takes as an address in a script.
bool is_address(std::string_view text) {
  const std::size_t at = text.find('@');
  if (at == 0 || at == std::string_view::npos || at + 1 == text.size()) return false;
  return text.find('@', at + 1) == std::string_view::npos && std::ranges::none_of(text, [](char c) {
           const auto octet = static_cast<unsigned char>(c);
           return octet <= 0x20 || octet >= 0x7F || std::string_view("\"\\<>()[],;:").contains(c);
         });
}

std::vector<std::string> addresses_only(const std::vector<std::string>& from, std::size_t most) {
  std::vector<std::string> out;
  for (const std::string& each : from) {
    if (out.size() == most) break;
    if (is_address(each) && std::ranges::find(out, each) == out.end()) out.push_back(each);
  }
  return out;
}

std::string two_digits(unsigned number) {
  return {static_cast<char>('0' + number / 10 % 10), static_cast<char>('0' + number % 10)};
}

std::string date_of(Time at) {
  const std::chrono::year_month_day date(std::chrono::floor<std::chrono::days>(at));
  const auto year = static_cast<unsigned>(std::clamp(static_cast<int>(date.year()), 0, 9999));
  return two_digits(year / 100) + two_digits(year) + '-' +
         two_digits(static_cast<unsigned>(date.month())) + '-' +
         two_digits(static_cast<unsigned>(date.day()));
}

std::string time_of(Time at) {
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const auto seconds = std::chrono::floor<std::chrono::seconds>(at - day).count();
  const auto second = static_cast<unsigned>(seconds);
  return two_digits(second / 3600) + ':' + two_digits(second / 60 % 60) + ':' +
         two_digits(second % 60);
}

std::string with_line_ends(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\n' && !out.ends_with('\r')) out += '\r';
    out += c;
  }
  return out;
}

/// Nothing in it that the extensions variables or encoded-character, or a mark of ours, would
/// touch.
bool can_stand_as_it_is(const OutOfOffice::Message& message) {
  return !message.html && !message.text.contains("${") && !message.text.contains("kept by Godwit");
}

class Writer {
 public:
  Writer(const Block& block, const Circumstances& around) : block_(block), around_(around) {
    addresses_ = around.addresses;
    addresses_.insert(addresses_.end(), block.manner.addresses.begin(),
                      block.manner.addresses.end());
    addresses_ = addresses_only(addresses_, known_max);
    known_ = addresses_only(around.known, known_max);
  }

  std::string code() const {
    const OutOfOffice& settings = block_.settings;
    if (settings.state == OutOfOffice::State::disabled) return {};
    std::string out = requirements();
    out +=
        "if allof(not header :contains \"X-Spam-Flag\" \"YES\",\r\n"
        "         not header :is \"Precedence\" [\"bulk\", \"list\", \"junk\"],\r\n"
        "         not header :contains \"X-Auto-Response-Suppress\" "
        "[\"All\", \"OOF\", \"AutoReply\"]";
    if (settings.state == OutOfOffice::State::scheduled) {
      out += ",\r\n         " + date_test("ge", "gt", settings.start);
      out += ",\r\n         " + date_test("lt", "lt", settings.end);
    }
    return out + ") {\r\n" + answers() + "}\r\n";
  }

 private:
  const char* sender() const { return around_.offers("envelope") ? "envelope" : "address"; }

  bool has_internal() const {
    return !around_.domains.empty() &&
           !same(block_.settings.internal, block_.settings.external_unknown);
  }
  bool has_known() const {
    return !known_.empty() &&
           !same(block_.settings.external_known, block_.settings.external_unknown);
  }
  static bool silent(const OutOfOffice::Message& message) {
    return !message.enabled || message.text.empty();
  }
  static bool same(const OutOfOffice::Message& a, const OutOfOffice::Message& b) {
    if (silent(a) || silent(b)) return silent(a) && silent(b);
    return a.text == b.text && a.html == b.html;
  }

  std::string requirements() const {
    std::vector<std::string> out = {"vacation"};
    if (around_.offers("envelope") && (has_internal() || has_known())) out.emplace_back("envelope");
    if (block_.settings.state == OutOfOffice::State::scheduled) {
      out.insert(out.end(), {"date", "relational"});
    }
    if (block_.manner.period_in_seconds) out.emplace_back("vacation-seconds");
    return "require " + list_of(out) + ";\r\n";
  }

  /// Day and time apart, as strings that every server compares alike; no server need write an
  /// instant in the form another does.
  static std::string date_test(std::string_view of_time, std::string_view of_day, Time at) {
    const auto test = [](const std::string& how, const std::string& part) {
      return "currentdate :zone \"+0000\" " + how + ' ' + part;
    };
    const auto relation = [](std::string_view name) { return ":value " + quote(name); };
    const std::string day = "\"date\" " + quote(date_of(at));
    const std::string time = "\"time\" " + quote(time_of(at));
    return "anyof(" + test(relation(of_day), day) + ",\r\n               allof(" +
           test(":is", day) + ",\r\n                     " + test(relation(of_time), time) + "))";
  }

  std::string answers() const {
    const OutOfOffice& settings = block_.settings;
    std::string out;
    const auto branch = [&](const std::string& test, const OutOfOffice::Message& message) {
      out += out.empty() ? "  if " : "  elsif ";
      out += test + " {\r\n" + answer(message, "    ") + "  }\r\n";
    };
    if (has_internal()) {
      branch(std::string(sender()) + " :domain \"from\" " + list_of(around_.domains),
             settings.internal);
    }
    if (has_known()) {
      branch(std::string(sender()) + " \"from\" " + list_of(known_), settings.external_known);
    }
    if (out.empty()) return answer(settings.external_unknown, "  ");
    return out + "  else {\r\n" + answer(settings.external_unknown, "    ") + "  }\r\n";
  }

  std::string answer(const OutOfOffice::Message& message, const std::string& indent) const {
    if (silent(message)) return {};
    const Manner& manner = block_.manner;
    std::string out = indent + "vacation ";
    out += manner.period_in_seconds ? ":seconds " : ":days ";
    out += std::to_string(manner.period);
    if (!manner.subject.empty()) out += " :subject " + quote(manner.subject);
    if (!manner.from.empty()) out += " :from " + quote(manner.from);
    if (!addresses_.empty()) out += " :addresses " + list_of(addresses_);
    if (can_stand_as_it_is(message)) {
      return out + " " + quote(with_line_ends(message.text)) + ";\r\n";
    }
    out += " :mime \"Content-Type: text/";
    out += message.html ? "html" : "plain";
    out += "; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n";
    const std::string body = message.html ? message.text : with_line_ends(message.text);
    return out + in_lines(base64_encode(body), "", 76) + "\";\r\n";
  }

  const Block& block_;
  const Circumstances& around_;
  std::vector<std::string> addresses_;
  std::vector<std::string> known_;
};

/// Both of what is enabled and what its owner only keeps: what the code says counts for the first.
void take_edited(OutOfOffice& settings, const OutOfOffice& edited) {
  const auto take = [](OutOfOffice::Message& into, const OutOfOffice::Message& from) {
    if (from.enabled) into = from;
    if (!from.enabled) into.enabled = false;
  };
  settings.state = edited.state;
  settings.start = edited.start;
  settings.end = edited.end;
  take(settings.internal, edited.internal);
  take(settings.external_known, edited.external_known);
  take(settings.external_unknown, edited.external_unknown);
}

}  // namespace

bool Circumstances::offers(std::string_view extension) const {
  return std::ranges::find(extensions, extension) != extensions.end();
}

std::string write_block(const Block& block, const Circumstances& around) {
  const std::string code = Writer(block, around).code();
  return std::string(begin_mark) +
         in_lines(pack_block(block, code), record_mark, record_line_bytes) + code +
         std::string(end_mark);
}

std::optional<BlockPlace> find_block(std::string_view script) {
  // The end comes first: before it may stand what is left of a block that somebody cut.
  const std::size_t end = script.find(end_mark);
  if (end == std::string_view::npos) return std::nullopt;
  const std::size_t begin = script.rfind(begin_mark, end);
  if (begin == std::string_view::npos) return std::nullopt;
  return BlockPlace{.begin = begin, .end = end + end_mark.size()};
}

std::optional<Block> read_block(std::string_view block, const std::vector<std::string>& domains) {
  if (!block.starts_with(begin_mark) || !block.ends_with(end_mark)) return std::nullopt;
  if (block.size() < begin_mark.size() + end_mark.size()) return std::nullopt;
  block.remove_prefix(begin_mark.size());
  block.remove_suffix(end_mark.size());
  std::string encoded;
  while (block.starts_with(record_mark)) {
    const std::size_t end = block.find('\n');
    if (end == std::string_view::npos) return std::nullopt;
    encoded += trim(block.substr(record_mark.size(), end - record_mark.size()));
    block.remove_prefix(end + 1);
  }
  const auto record = base64_decode(encoded);
  if (!record) return std::nullopt;
  std::string digest;
  auto out = unpack_block(*record, digest);
  if (!out || digest == digest128(block)) return out;
  const auto commands = parse_script(block);
  if (!commands) return out;
  take_edited(out->settings, absence_of(find_vacations(*commands, domains)));
  return out;
}

}  // namespace godwit::backend::sieve
