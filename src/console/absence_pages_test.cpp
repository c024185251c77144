#include <gtest/gtest.h>

#include "console/console_bed.hpp"

namespace godwit::console {
namespace {

using State = backend::OutOfOffice::State;

class AbsencePages : public ConsoleTest {
 protected:
  AbsencePages() { sign_in(); }
  http::Reply save(const std::string& fields) {
    return post("/godwit/out-of-office", fields + "&token=" + token());
  }
  std::string page() { return text(get("/godwit/out-of-office")); }
};

TEST_F(AbsencePages, AreSavedAndShown) {
  EXPECT_TRUE(page().contains("value=\"off\" required checked"));
  const auto reply =
      save("state=on&who=known&internal=Back+soon%0D%0A%3Cb%3E&external=Away&start=&end=");
  EXPECT_EQ(reply.status, 303);
  const auto& saved = vacation_.settings;
  EXPECT_EQ(saved.state, State::enabled);
  EXPECT_EQ(saved.internal.text, "Back soon\n<b>");
  EXPECT_TRUE(saved.internal.enabled);
  EXPECT_FALSE(saved.internal.html);
  EXPECT_EQ(saved.external_known.text, "Away");
  EXPECT_TRUE(saved.external_known.enabled);
  EXPECT_FALSE(saved.external_unknown.enabled);
  EXPECT_TRUE(page().contains("Back soon\n&lt;b&gt;</textarea>"));
  EXPECT_TRUE(page().contains("value=\"on\" required checked"));
  EXPECT_EQ(save("state=off&who=nobody&internal=Back+soon&external=Away").status, 303);
  EXPECT_EQ(vacation_.settings.state, State::disabled);
  EXPECT_FALSE(vacation_.settings.internal.enabled);
}

TEST_F(AbsencePages, TimesAreThoseOfTheServersZone) {
  EXPECT_EQ(save("state=scheduled&who=everybody&internal=a&external=b&start=2026-07-01T09%3A00"
                 "&end=2026-12-24T18%3A30")
                .status,
            303);
  using std::chrono::hours;
  using std::chrono::sys_days;
  using namespace std::chrono_literals;
  EXPECT_EQ(vacation_.settings.start, Time(sys_days(2026y / 7 / 1) + hours(7)));
  EXPECT_EQ(vacation_.settings.end, Time(sys_days(2026y / 12 / 24) + hours(17) + 30min));
  EXPECT_TRUE(vacation_.settings.external_unknown.enabled);
  EXPECT_TRUE(page().contains("2026-07-01T09:00"));
  EXPECT_TRUE(page().contains("2026-12-24T18:30"));
  EXPECT_TRUE(page().contains("Europe/Berlin"));
}

TEST_F(AbsencePages, BadTimesChangeNothingAndKeepWhatWasTyped) {
  for (const char* const times :
       {"start=&end=", "start=2026-07-01T09%3A00&end=2026-07-01T09%3A00",
        "start=2026-07-01T09%3A00&end=2026-06-01T09%3A00",
        "start=2026-02-30T09%3A00&end=2026-07-01T09%3A00",
        "start=2026-02-03T24%3A00&end=2026-07-01T09%3A00", "start=x&end=y",
        "start=0000-01-01T00%3A00&end=2026-07-01T09%3A00"}) {
    const auto reply = save(std::string("state=scheduled&who=known&internal=typed&") + times);
    EXPECT_EQ(reply.status, 400) << times;
    EXPECT_TRUE(text(reply).contains("typed</textarea>")) << times;
  }
  EXPECT_EQ(vacation_.settings.state, State::disabled);
}

TEST_F(AbsencePages, WhatAPhoneWroteStaysUnlessItIsChanged) {
  vacation_.settings.state = State::enabled;
  vacation_.settings.internal = {true, "<p>Back <b>soon</b></p>", true};
  vacation_.settings.external_known = {true, "known", false};
  vacation_.settings.external_unknown = {true, "unknown", false};
  EXPECT_TRUE(page().contains("Back soon</textarea>"));
  save("state=on&who=everybody&internal=Back+soon&external=known");
  EXPECT_TRUE(vacation_.settings.internal.html);
  EXPECT_EQ(vacation_.settings.external_unknown.text, "unknown");
  save("state=on&who=everybody&internal=Back+later&external=other");
  EXPECT_FALSE(vacation_.settings.internal.html);
  EXPECT_EQ(vacation_.settings.internal.text, "Back later");
  EXPECT_EQ(vacation_.settings.external_known.text, "other");
  EXPECT_EQ(vacation_.settings.external_unknown.text, "other");
}

TEST_F(AbsencePages, RefusalsAreSaid) {
  vacation_.refuses = true;
  const auto reply = save("state=on&who=nobody&internal=" + std::string(70'000, 'x'));
  EXPECT_EQ(reply.status, 409);
  EXPECT_TRUE(text(reply).contains("did not take that"));
  EXPECT_EQ(post("/godwit/out-of-office", "state=on&who=nobody").status, 403);
}

}  // namespace
}  // namespace godwit::console
