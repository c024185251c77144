// Every mail of the corpus that has a calendar in it, as a device of each version is shown it.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "convert/ical/ical.hpp"
#include "convert/ical/ical_bed.hpp"
#include "convert/ical/imip.hpp"
#include "convert/ical/scheduled.hpp"
#include "convert/ical/scheduling.hpp"
#include "convert/mime.hpp"
#include "render/bed.hpp"
#include "schema_order.hpp"
#include "wbxml/pages/airsync.hpp"
#include "wbxml/pages/calendar.hpp"
#include "wbxml/pages/email.hpp"

namespace godwit {
namespace {

namespace airsync = wbxml::airsync;
namespace email = wbxml::email;
using eas::Version;

struct Sample {
  std::string path, mime, method;
};

/// One says REQUEST in its part and PUBLISH in its calendar, one is an answer of nobody, the
/// others' calendars break off.
constexpr auto not_shown = std::to_array<std::string_view>(
    {"tine20/meetup.eml", "extra-rare/james-project_alternative.cal.eml", "james/calendar.eml",
     "james/calendar2.eml", "james/charset.eml", "james/charset2.eml"});

std::vector<Sample> samples() {
  std::vector<Sample> out;
  const auto root = std::filesystem::path(std::getenv("GODWIT_CORPUS")) / "mime";
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    Sample sample{std::filesystem::relative(entry.path(), root),
                  std::string(std::istreambuf_iterator<char>(file), {}),
                  {}};
    const auto layout = convert::parse_layout(convert::read_at(std::string_view(sample.mime)));
    const Part* const part = convert::ical::meeting_part(layout.structure);
    if (part == nullptr) continue;
    sample.method = part->parameter("method");
    out.push_back(std::move(sample));
  }
  std::ranges::sort(out, {}, &Sample::path);
  return out;
}

/// As the only item of a Sync answer, so that the schema can be asked about it.
std::vector<std::string> faults(const render::Prepared& item, Version version) {
  StringSink sink;
  wbxml::Writer out(sink);
  for (const auto tag : {airsync::Sync, airsync::Collections, airsync::Collection}) out.open(tag);
  out.text(airsync::SyncKey, "1");
  out.text(airsync::CollectionId, "1");
  out.text(airsync::Status, "1");
  out.open(airsync::Commands);
  out.open(airsync::Add);
  out.text(airsync::ServerId, "1:1");
  out.open(airsync::ApplicationData);
  (*item.write)(out);
  while (out.depth() > 0) out.close();
  const std::string document = sink.take();
  const auto root = wbxml::parse(document);
  if (!root) return {root.error().message};
  return test::SchemaOrder::instance().check(*root, version);
}

TEST(Invitations, EveryOneIsShown) {
  if (std::getenv("GODWIT_CORPUS") == nullptr) GTEST_SKIP() << "GODWIT_CORPUS names no folder";
  render::Bed bed;
  std::size_t shown = 0;
  for (const Sample& sample : samples()) {
    SCOPED_TRACE(sample.path);
    const bool expected =
        !sample.method.empty() && std::ranges::find(not_shown, sample.path) == not_shown.end();
    for (const Version version : eas::all_versions_list) {
      render::Options options;
      options.version = version;
      options.bodies = {{2, 1'000, false, 0}};
      const render::Prepared item = bed.one(sample.mime, options);
      ASSERT_TRUE(item.write);
      for (const std::string& fault : faults(item, version)) ADD_FAILURE() << fault;
      const render::Written written(item);
      const bool has = written.has({email::MeetingRequest});
      if (expected) EXPECT_TRUE(has) << to_string(version);
      if (!has) continue;
      shown += version == Version::v16_1 ? 1 : 0;
      EXPECT_TRUE(written.at({email::MessageClass}).text.starts_with("IPM.Schedule.Meeting."));
      EXPECT_EQ(written.at({email::MeetingRequest, email::TimeZone}).text.size(), 232U);
      EXPECT_EQ(written.has({email::MeetingRequest, email::GlobalObjId}), version < Version::v16_0);
      EXPECT_EQ(written.has({email::MeetingRequest, wbxml::calendar::UID}),
                version >= Version::v16_0);
    }
  }
  std::printf("%zu messages of meetings\n", shown);
  EXPECT_GT(shown, 30U);
}

/// What is made of it is a calendar with that event.
void expect_event(const Result<std::string>& text, const std::string& uid,
                  const convert::ical::Context& context) {
  ASSERT_TRUE(text) << text.error().message;
  convert::ical::Repairs repairs;
  const auto event = convert::ical::read_event(*text, uid, context, repairs);
  EXPECT_TRUE(event) << event.error().message;
}

TEST(Invitations, EveryCalendarCanBeOneAndIsAnswered) {
  if (std::getenv("GODWIT_CORPUS") == nullptr) GTEST_SKIP() << "GODWIT_CORPUS names no folder";
  namespace ical = convert::ical;
  const ical::Context context = ical::context();
  std::size_t placed = 0;
  const auto root = std::filesystem::path(std::getenv("GODWIT_CORPUS")) / "icalendar";
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
    if (!entry.is_regular_file()) continue;
    SCOPED_TRACE(entry.path().filename());
    std::ifstream file(entry.path(), std::ios::binary);
    std::string text(std::istreambuf_iterator<char>(file), {});
    // As though it were an invitation, whatever it says.
    if (const auto method = text.find("METHOD:"); method != std::string::npos) {
      text.replace(method, text.find_first_of("\r\n", method) - method, "METHOD:REQUEST");
    }
    const auto meeting = ical::read_meeting_message(text, "REQUEST", context);
    if (!meeting) continue;
    const std::string& uid = meeting->event.uid;
    const auto stored = ical::with_invitation("", text, *meeting, context);
    ASSERT_TRUE(stored) << stored.error().message;
    ASSERT_TRUE(*stored);
    const auto again = ical::with_invitation(**stored, text, *meeting, context);
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(*again, std::nullopt) << "it was placed twice";
    expect_event(
        ical::with_answer(**stored, std::nullopt, Response::accepted, "me@example.com", context),
        uid, context);
    expect_event(
        ical::make_reply(**stored, uid, std::nullopt,
                         {.address = "me@example.com", .name = {}, .comment = {}}, context),
        uid, context);
    expect_event(ical::make_request(**stored, uid, std::nullopt, context), uid, context);
    expect_event(ical::make_cancel(**stored, uid, std::nullopt, context), uid, context);
    ++placed;
  }
  std::printf("%zu calendars placed and answered\n", placed);
  EXPECT_GT(placed, 500U);
}

}  // namespace
}  // namespace godwit
