#include "convert/time_zone/zone.hpp"

#include <unicode/basictz.h>
#include <unicode/strenum.h>
#include <unicode/timezone.h>
#include <unicode/tztrans.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <map>
#include <mutex>

#include "base/text.hpp"
#include "convert/time_zone/rules.hpp"

namespace godwit::convert {

namespace chrono = std::chrono;
using chrono::seconds;

struct Zone::Data {
  std::string name;
  bool known = false;
  std::string windows_name;
  std::optional<ZoneRules> rules;  // else transitions
  seconds before{0};
  std::vector<Transition> transitions;
  // What was asked before; zones live as long as the program, years are few.
  mutable std::mutex mutex;
  mutable std::map<int, ZoneRules> rules_of_year;
};

namespace {

// A calendar's times: outside, the nearest offset holds.
constexpr chrono::sys_days first_day = chrono::year(1900) / 1 / 1;
constexpr chrono::sys_days last_day = chrono::year(2200) / 1 / 1;

icu::UnicodeString wide(std::string_view text) {
  return icu::UnicodeString::fromUTF8(icu::StringPiece(text.data(), static_cast<int>(text.size())));
}

std::string narrow(const icu::UnicodeString& text) {
  std::string out;
  text.toUTF8String(out);
  return out;
}

UDate date_of(Time time) { return static_cast<double>(time.time_since_epoch().count()); }

seconds offset_of(const icu::TimeZone& zone, UDate date) {
  std::int32_t raw = 0, daylight = 0;
  UErrorCode error = U_ZERO_ERROR;
  zone.getOffset(date, 0, raw, daylight, error);
  return seconds((raw + daylight) / 1000);
}

std::vector<Zone::Transition> transitions_of(const icu::BasicTimeZone& zone) {
  std::vector<Zone::Transition> out;
  const UDate end = date_of(last_day);
  UDate at = date_of(first_day);
  icu::TimeZoneTransition transition;
  seconds offset = offset_of(zone, at);
  while (zone.getNextTransition(at, 0, transition)) {
    at = transition.getTime();
    if (at >= end) break;
    const seconds next = offset_of(zone, at);
    // Some transitions change the name only.
    if (next != offset) out.push_back({Time(chrono::milliseconds(static_cast<long>(at))), next});
    offset = next;
  }
  return out;
}

/// What people write for IANA's names: blanks for underscores, paths before them, quotes around.
std::vector<std::string> spellings(std::string_view name) {
  std::vector<std::string> out{std::string(name)};
  std::string plain(name);
  std::erase(plain, '"');
  std::ranges::replace(plain, ' ', '_');
  out.push_back(plain);
  if (istarts_with(plain, "UTC") && plain.size() > 3) out.push_back("GMT" + plain.substr(3));
  // `/mozilla.org/20050126_1/Europe/Berlin`: the last three, then the last two of its parts.
  std::size_t at = plain.size();
  std::vector<std::string> tails;
  for (int parts = 1; parts <= 3 && at != std::string::npos && at > 0; ++parts) {
    at = plain.rfind('/', at - 1);
    if (at == std::string::npos) break;
    if (parts > 1) tails.push_back(plain.substr(at + 1));
  }
  std::ranges::reverse(tails);
  out.insert(out.end(), tails.begin(), tails.end());
  return out;
}

}  // namespace

std::optional<Zone> Zone::of_icu(const std::string& id) {
  static std::mutex mutex;
  static std::map<std::string, std::shared_ptr<const Data>, std::less<>> known;
  const std::scoped_lock lock(mutex);
  if (const auto found = known.find(id); found != known.end()) return Zone(found->second);
  const std::unique_ptr<icu::TimeZone> zone(icu::TimeZone::createTimeZone(wide(id)));
  const auto* const basic = dynamic_cast<const icu::BasicTimeZone*>(zone.get());
  if (basic == nullptr || *zone == icu::TimeZone::getUnknown()) return std::nullopt;
  auto data = std::make_shared<Data>();
  icu::UnicodeString text;
  data->name = narrow(zone->getID(text));
  data->known = true;
  data->before = offset_of(*zone, date_of(first_day));
  data->transitions = transitions_of(*basic);
  UErrorCode error = U_ZERO_ERROR;
  icu::UnicodeString windows;
  icu::TimeZone::getWindowsID(zone->getID(text), windows, error);
  if (U_SUCCESS(error)) data->windows_name = narrow(windows);
  // ICU takes any offset for a name: such zones come and go with their calendars.
  constexpr std::size_t known_max = 2'000;
  if (known.size() < known_max) known.emplace(id, data);
  return Zone(std::move(data));
}

Zone Zone::utc() {
  static const Zone zone = of_transitions("Etc/UTC", seconds(0), {});
  return zone;
}

std::optional<Zone> Zone::named(std::string_view name) {
  constexpr std::size_t name_bytes_max = 128;
  name = trim(name);
  if (name.empty() || name.size() > name_bytes_max) return std::nullopt;
  if (iequals(name, "UTC") || iequals(name, "Z") || iequals(name, "Etc/UTC")) return utc();
  for (const std::string& spelling : spellings(name)) {
    if (auto zone = of_icu(spelling)) return zone;
  }
  UErrorCode error = U_ZERO_ERROR;
  icu::UnicodeString id;
  icu::TimeZone::getIDForWindowsID(wide(name), nullptr, id, error);
  if (U_SUCCESS(error) && !id.isEmpty()) return of_icu(narrow(id));
  return std::nullopt;
}

Zone Zone::of_rules(std::string name, ZoneRules rules) {
  auto data = std::make_shared<Data>();
  data->name = std::move(name);
  data->rules = std::move(rules);
  return Zone(std::move(data));
}

Zone Zone::of_transitions(std::string name, seconds before, std::vector<Transition> transitions) {
  auto data = std::make_shared<Data>();
  data->known = name == "Etc/UTC";
  data->name = std::move(name);
  if (data->known) data->windows_name = "UTC";
  data->before = before;
  data->transitions = std::move(transitions);
  return Zone(std::move(data));
}

const std::string& Zone::name() const { return data_->name; }
bool Zone::is_known() const { return data_->known; }

seconds Zone::offset_at(Time instant) const {
  if (data_->rules) return data_->rules->offset_at(instant);
  const auto& all = data_->transitions;
  const auto after = std::ranges::upper_bound(all, instant, {}, &Transition::at);
  return after == all.begin() ? data_->before : std::prev(after)->offset;
}

LocalTime Zone::to_local(Time instant) const {
  return LocalTime(chrono::floor<seconds>(instant.time_since_epoch()) + offset_at(instant));
}

Time Zone::to_utc(LocalTime local) const {
  if (data_->rules) return data_->rules->to_utc(local);
  // No two changes lie this close, and no offset is larger.
  constexpr auto around = chrono::hours(26);
  const Time reading(local.time_since_epoch());
  const seconds earlier = offset_at(reading - around);
  const seconds later = offset_at(reading + around);
  const Time by_earlier = reading - earlier;
  const Time by_later = reading - later;
  if (offset_at(by_earlier) == earlier) return by_earlier;
  return offset_at(by_later) == later ? by_later : by_earlier;
}

ZoneRules Zone::rules_at(Time about) const {
  if (data_->rules) return *data_->rules;
  const LocalTime local = to_local(about);
  const chrono::year year = chrono::year_month_day(chrono::floor<chrono::days>(local)).year();
  const std::scoped_lock lock(data_->mutex);
  const auto found = data_->rules_of_year.find(static_cast<int>(year));
  if (found != data_->rules_of_year.end() && found->second.to_standard) return found->second;
  ZoneRules rules = derive_rules(*this, data_->transitions, about, year);
  constexpr std::string_view standard = "Standard";
  rules.standard_name = rules.daylight_name = data_->windows_name;
  if (const auto at = rules.daylight_name.find(standard); at != std::string::npos) {
    rules.daylight_name.replace(at, standard.size(), "Daylight");
  }
  if (rules.to_standard) data_->rules_of_year.insert_or_assign(static_cast<int>(year), rules);
  return rules;
}

const std::vector<Zone>& zones_by_preference() {
  static const std::vector<Zone> zones = [] {
    std::vector<Zone> first, rest;
    UErrorCode error = U_ZERO_ERROR;
    const std::unique_ptr<icu::StringEnumeration> ids(icu::TimeZone::createTimeZoneIDEnumeration(
        UCAL_ZONE_TYPE_CANONICAL_LOCATION, nullptr, nullptr, error));
    while (U_SUCCESS(error)) {
      const icu::UnicodeString* const id = ids->snext(error);
      if (id == nullptr) break;
      auto zone = Zone::of_icu(narrow(*id));
      if (!zone) continue;
      icu::UnicodeString main;
      UErrorCode failed = U_ZERO_ERROR;
      icu::TimeZone::getIDForWindowsID(wide(zone->data_->windows_name), nullptr, main, failed);
      (main == *id ? first : rest).push_back(std::move(*zone));
    }
    first.insert(first.end(), rest.begin(), rest.end());
    return first;
  }();
  return zones;
}

}  // namespace godwit::convert
