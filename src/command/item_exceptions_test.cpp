// Exceptions of series: each property of one edited at every version, in zones with and without
// changes of clocks. [MS-ASCAL] Exceptions, InstanceId
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <string>
#include <vector>

#include "command/property_bed.hpp"
#include "wbxml/pages/calendar.hpp"

namespace godwit::command {
namespace {

/// A series at nine by the clock of a zone, and the one occurrence that is edited: on the other
/// side of a change of clocks where there is one.
struct ZonedSeries {
  const char* name;
  ZoneRules rules;
  const char* start;
  const char* end;
  const char* occurrence;
  std::array<const char*, 3> moved;  // within its day
};
std::vector<ZonedSeries> zoned_series() {
  using namespace std::chrono_literals;
  const auto change = [](std::uint8_t month, std::uint8_t day, std::chrono::minutes time) {
    return ZoneChange{.month = month, .weekday = 0, .day = day, .time = time};
  };
  return {{"Berlin",
           {.bias = -60min,
            .daylight_bias = -60min,
            .to_standard = change(10, 5, 3h),
            .to_daylight = change(3, 5, 2h)},
           "20251020T070000Z",
           "20251020T080000Z",
           "20251028T080000Z",
           {"20251028T110000Z", "20251028T123000Z", "20251028T140000Z"}},
          {"New York",
           {.bias = 300min,
            .daylight_bias = -60min,
            .to_standard = change(11, 1, 2h),
            .to_daylight = change(3, 2, 2h)},
           "20251020T130000Z",
           "20251020T140000Z",
           "20251104T140000Z",
           {"20251104T170000Z", "20251104T183000Z", "20251104T200000Z"}},
          {"Kolkata",
           {.bias = -330min, .daylight_bias = 0min, .to_standard = {}, .to_daylight = {}},
           "20251020T033000Z",
           "20251020T043000Z",
           "20251028T033000Z",
           {"20251028T110000Z", "20251028T123000Z", "20251028T140000Z"}}};
}

/// What an occurrence may have of its own.
std::vector<Property> exception_properties(const ZonedSeries& series, Version version) {
  namespace c = wbxml::calendar;
  std::vector<Property> out{
      text(c::Subject, "own, a;b", "later"),
      bodies(),
      text(c::BusyStatus, "3", "0"),
      text(c::Sensitivity, "2", "1"),
      text(c::Reminder, "20", "45"),
      {{list(c::Categories, c::Category, {"one, two", "three"})},
       {list(c::Categories, c::Category, {"four"})}},
      {{Node(c::StartTime, series.moved[0]), Node(c::EndTime, series.moved[1])},
       {Node(c::StartTime, series.moved[1]), Node(c::EndTime, series.moved[2])}},
      until(Version::v14_1, text(c::Location, "Room 7", "Room 8")),
      since(Version::v16_0, {{Node(base::Location, {Node(base::DisplayName, "Room 7")})},
                             {Node(base::Location, {Node(base::DisplayName, "Room 8")})}})};
  std::erase_if(out, [&](const Property& each) { return !is_known(each, version); });
  return out;
}

/// The only exception of an item, as if it were one itself.
Item only_exception(const Item& held) {
  Item out;
  constexpr std::string_view path = "Exceptions/Exception/";
  for (const auto& [name, value] : held) {
    EXPECT_FALSE(name.starts_with("Exceptions/Exception#")) << name;
    if (name.starts_with(path)) out[name.substr(path.size())] = value;
  }
  return out;
}

/// Up to 14.1 an edit says the whole series with all of its exceptions; from 16.0 on one occurrence
/// and what is new of it.
void expect_exception_edits(const ZonedSeries& series, Version version) {
  namespace c = wbxml::calendar;
  SCOPED_TRACE(std::string(series.name) + " at " + std::string(to_string(version)));
  Pair phones(version, "Calendar");
  const std::vector<Node> whole{Node(c::Timezone, mapping::format_time_zone(series.rules)),
                                Node(c::StartTime, series.start), Node(c::EndTime, series.end),
                                Node(c::Subject, "series"),
                                rule("Calendar", {{{"Type", "0"}, {"Interval", "1"}}}, {})};
  const auto properties = exception_properties(series, version);
  phones.first().add(phones.id(), whole);
  phones.sync(phones.first());
  static_cast<void>(phones.held(phones.second()));
  const auto edit = [&](client::Device& phone, std::vector<Node> all, std::vector<Node> news) {
    const std::string one = phone.collection(phones.id()).items.begin()->first;
    if (version >= Version::v16_0) {
      phone.change_occurrence(phones.id(), one, series.occurrence, std::move(news));
    } else {
      Node exception(c::Exception, std::move(all));
      exception.add(Node(c::ExceptionStartTime, series.occurrence));
      auto data = whole;
      data.push_back(Node(c::Exceptions, {std::move(exception)}));
      phone.change(phones.id(), one, std::move(data));
    }
    phones.sync(phone);
  };
  for (std::size_t i = 0; i <= properties.size() && !testing::Test::HasFailure(); ++i) {
    const auto all = data_of(properties, version, i);
    client::Device& phone = i % 2 == 0 ? phones.first() : phones.second();
    client::Device& other = i % 2 == 0 ? phones.second() : phones.first();
    edit(phone, all, i == 0 ? all : properties[i - 1].second);
    const Item& held = phones.held(other);
    Item exception = only_exception(held);
    if (i > 0) SCOPED_TRACE("edited: " + client::name_of(properties[i - 1].first.front().tag));
    expect_held(exception, properties, version, i);
    const bool names_instance = version >= Version::v16_0;
    EXPECT_EQ(exception[names_instance ? "InstanceId" : "ExceptionStartTime"], series.occurrence);
    expect_held(held, whole);
  }
}

TEST(ItemProperties, ExceptionsInThreeZones) {
  for (const ZonedSeries& series : zoned_series()) {
    for (const Version version : versions) {
      expect_exception_edits(series, version);
      if (HasFailure()) return;
    }
  }
}

/// [MS-ASCMD] Delete with InstanceId, and the only exception an all-day one.
TEST(ItemProperties, OccurrencesOfAllDaySeries) {
  namespace c = wbxml::calendar;
  for (const Version version : {Version::v16_0, Version::v16_1}) {
    SCOPED_TRACE(std::string(to_string(version)));
    Pair phones(version, "Calendar");
    phones.first().add(phones.id(), {Node(c::AllDayEvent, "1"), Node(c::StartTime, "20251020"),
                                     Node(c::EndTime, "20251021"), Node(c::Subject, "series"),
                                     rule("Calendar", {{{"Type", "0"}, {"Interval", "1"}}}, {})});
    phones.sync(phones.first());
    const std::string one = phones.first().collection(phones.id()).items.begin()->first;
    phones.first().change_occurrence(phones.id(), one, "20251028", {Node(c::Subject, "own")});
    phones.sync(phones.first());
    const Item& held = phones.held(phones.second());
    Item exception = only_exception(held);
    EXPECT_EQ(exception["Subject"], "own");
    EXPECT_EQ(exception["InstanceId"], "20251028T000000Z");
    EXPECT_EQ(held.at("StartTime"), "20251020T000000Z");
  }
}

}  // namespace
}  // namespace godwit::command
