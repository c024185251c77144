#include "backend/sieve/plan.hpp"

#include <gtest/gtest.h>

#include <map>

#include "backend/out_of_office.hpp"
#include "backend/sieve/protocol.hpp"

namespace godwit::backend::sieve {
namespace {

using namespace std::chrono_literals;
using State = OutOfOffice::State;

/// Scripts as a server keeps them.
struct Server {
  std::map<std::string, std::string> scripts;
  std::string active;

  Snapshot look() const {
    Snapshot out{.names = {}, .active = active, .own = {}, .host = {}, .host_text = {}};
    for (const auto& [name, text] : scripts) out.names.push_back(name);
    if (out.has(own_script)) out.own = scripts.at(std::string(own_script));
    out.host = host_of(active, out.own);
    if (!out.has(out.host)) out.host.clear();
    if (!out.host.empty()) out.host_text = scripts.at(out.host);
    return out;
  }
  void take(const Step& step) {
    if (step.kind == Step::Kind::put) scripts[step.name] = step.text;
    if (step.kind == Step::Kind::activate) active = step.name;
    for (const auto& [name, text] : scripts)
      EXPECT_TRUE(parse_script(text)) << name << '\n' << text;
    EXPECT_LE(answers(), 1U);
  }
  /// How many general answers run at a time.
  std::size_t answers() const {
    std::size_t out = 0;
    const auto count = [&](const std::string& name) {
      const auto at = scripts.find(name);
      if (at == scripts.end()) return;
      const auto state = absence_of(find_vacations(*parse_script(at->second), {"example.org"}));
      if (state.state != State::disabled) ++out;
    };
    count(active);
    if (active == own_script && !look().host.empty()) count(look().host);
    return out;
  }
};

Circumstances around(std::vector<std::string> extensions = {"vacation", "include", "envelope",
                                                            "date", "relational"}) {
  return {.extensions = std::move(extensions),
          .addresses = {"ann@example.org", "a.archer@example.org", "odd"},
          .domains = {"example.org"},
          .known = {}};
}
Circumstances without_include() { return around({"vacation", "envelope", "date", "relational"}); }

OutOfOffice away(State state = State::enabled) {
  OutOfOffice out;
  out.state = state;
  if (state == State::scheduled) {
    out.start = std::chrono::sys_days(2025y / 6 / 10) + 7h + 30min;
    out.end = std::chrono::sys_days(2025y / 6 / 20) + 18h;
  }
  out.internal = {.enabled = true, .text = "In \"quotes\"\nand lines", .html = false};
  out.external_known = {.enabled = true, .text = "<b>out ${1}</b>", .html = true};
  out.external_unknown = out.external_known;
  return out;
}

void set(Server& server, const OutOfOffice& wanted, const Circumstances& circumstances = around()) {
  const auto steps = plan(server.look(), wanted, circumstances);
  ASSERT_TRUE(steps) << steps.error().message;
  for (const Step& step : *steps) server.take(step);
  EXPECT_EQ(plan(server.look(), wanted, circumstances).value(), std::vector<Step>{})
      << "what was done is not done again";
  EXPECT_EQ(pack_out_of_office(read_state(server.look(), circumstances.domains)),
            pack_out_of_office(wanted));
}

const std::string rules =
    "require [\"fileinto\", \"envelope\"];\r\n# mine\r\nif envelope \"from\" \"x@example.net\" "
    "{ fileinto \"X\"; }\n";

TEST(SievePlan, TheUsersScriptRunsOnAndComesBack) {
  for (const Circumstances& circumstances : {around(), without_include()}) {
    Server server{.scripts = {{"mine \"1\"", rules}, {"other", "keep;\n"}}, .active = "mine \"1\""};
    const Server before = server;
    set(server, away(), circumstances);
    EXPECT_EQ(server.answers(), 1U);
    set(server, away(State::scheduled), circumstances);
    set(server, away(), circumstances);
    OutOfOffice off = away();
    off.state = State::disabled;
    set(server, off, circumstances);
    EXPECT_EQ(server.answers(), 0U);
    EXPECT_EQ(server.active, before.active);
    EXPECT_EQ(server.scripts.at("mine \"1\""), rules) << "octet for octet";
    EXPECT_EQ(server.scripts.at("other"), "keep;\n");
    EXPECT_EQ(read_state(server.look(), {}).external_unknown.text, "<b>out ${1}</b>")
        << "texts are kept while it is off";
  }
}

TEST(SievePlan, OursIncludesWhatWasActive) {
  Server server{.scripts = {{"mine", rules}}, .active = "mine"};
  set(server, away());
  EXPECT_EQ(server.active, own_script);
  EXPECT_EQ(server.scripts.at("mine"), rules);
  const std::string& own = server.scripts.at(std::string(own_script));
  EXPECT_TRUE(own.ends_with("include :personal :once :optional \"mine\";\r\n")) << own;
  EXPECT_TRUE(own.contains(":addresses [\"ann@example.org\", \"a.archer@example.org\"]")) << own;
  EXPECT_TRUE(own.contains("envelope :domain \"from\" [\"example.org\"]"));
  EXPECT_FALSE(own.contains("${1}")) << "no extension may touch a text";
}

TEST(SievePlan, WithoutAnyScriptOursStandsAlone) {
  Server server;
  set(server, away());
  EXPECT_EQ(server.active, own_script);
  EXPECT_FALSE(server.scripts.begin()->second.contains("include"));
  OutOfOffice off;
  set(server, off);
  EXPECT_EQ(server.active, "");
  Server fresh;
  EXPECT_TRUE(plan(fresh.look(), off, around())->empty()) << "nothing to say, nothing written";
}

TEST(SievePlan, AScriptThatIsGoneIsNotMissed) {
  Server server{.scripts = {{"mine", rules}}, .active = "mine"};
  set(server, away());
  server.scripts.erase("mine");
  set(server, away(State::scheduled));
  set(server, OutOfOffice{});
  EXPECT_EQ(server.active, "");
}

TEST(SievePlan, ForeignAnswersAreReadAndReplaced) {
  const std::string rule = "if header :contains \"subject\" \"job\" { vacation \"no jobs\"; }\n";
  const std::string general =
      "vacation :days 5 :subject \"Away\" :addresses \"x@example.org\" \"hi\";";
  const std::string theirs = "require \"vacation\";\n" + rule + general + "\nkeep;\n";
  for (const Circumstances& circumstances : {around(), without_include()}) {
    Server server{.scripts = {{"mine", theirs}}, .active = "mine"};
    const OutOfOffice read = read_state(server.look(), circumstances.domains);
    EXPECT_EQ(read.internal.text, "hi");
    EXPECT_TRUE(plan(server.look(), read, circumstances)->empty()) << "it says so already";
    set(server, away(), circumstances);
    const std::string active = server.scripts.at(server.active);
    EXPECT_TRUE(active.contains(":days 5 :subject \"Away\"")) << "it answers as theirs did";
    EXPECT_TRUE(active.contains("\"x@example.org\""));
    OutOfOffice off = away();
    off.state = State::disabled;
    set(server, off, circumstances);
    EXPECT_EQ(server.active, "mine");
    std::string ended = theirs;
    ended.replace(ended.find(general), general.size(),
                  "if false /* godwit: off */ { " + general + " }");
    EXPECT_EQ(server.scripts.at("mine"), ended) << "the rule answers again, the absence is over";
    set(server, away(), circumstances);
    EXPECT_TRUE(server.scripts.at(server.active).contains(":days 5")) << "also the next time";
  }
}

TEST(SievePlan, AfterEveryFailureItGoesOn) {
  const std::string theirs =
      "require \"vacation\";\nvacation \"hi\";\nif exists \"x\" { vacation \"y\"; }";
  OutOfOffice off = away();
  off.state = State::disabled;
  for (const Circumstances& circumstances : {around(), without_include()}) {
    for (std::size_t stop = 0; stop < 4; ++stop) {
      Server server{.scripts = {{"mine", theirs}}, .active = "mine"};
      for (const OutOfOffice& wanted : {away(), off, away(State::scheduled), off}) {
        const auto steps = plan(server.look(), wanted, circumstances);
        ASSERT_TRUE(steps);
        for (std::size_t i = 0; i < std::min(stop, steps->size()); ++i) server.take((*steps)[i]);
        set(server, wanted, circumstances);
      }
      EXPECT_EQ(server.active, "mine");
      EXPECT_EQ(server.scripts.at("mine"),
                "require \"vacation\";\nif false /* godwit: off */ { vacation \"hi\"; }\n"
                "if exists \"x\" { vacation \"y\"; }");
    }
  }
}

TEST(SievePlan, WhatSomebodyEditedInOursCounts) {
  Server server;
  OutOfOffice simple = away();
  simple.external_known = simple.external_unknown = simple.internal;
  set(server, simple);
  std::string& own = server.scripts.at(std::string(own_script));
  own.replace(own.find("and lines"), 9, "by hand");
  EXPECT_EQ(read_state(server.look(), {"example.org"}).internal.text, "In \"quotes\"\r\nby hand");
  own = "require \"vacation\"; vacation \"all new\";";
  EXPECT_EQ(read_state(server.look(), {"example.org"}).internal.text, "all new");
}

TEST(SievePlan, AnotherWhoTookOverCounts) {
  Server server{.scripts = {{"mine", rules}}, .active = "mine"};
  set(server, away());
  server.scripts["webmail"] = "keep;";
  server.active = "webmail";
  EXPECT_EQ(read_state(server.look(), {}).state, State::disabled);
  set(server, away(State::scheduled));
  EXPECT_EQ(server.look().host, "webmail");
}

TEST(SievePlan, AudiencesAreToldApartOnlyWhereTheyDiffer) {
  Server server;
  OutOfOffice some;
  some.state = State::enabled;
  some.internal = {.enabled = true, .text = "in", .html = false};
  some.external_known = {.enabled = true, .text = "friends", .html = false};
  Circumstances circumstances = around();
  circumstances.known = {"bob@example.net", "bad address@x", "bob@example.net"};
  set(server, some, circumstances);
  const std::string own = server.scripts.at(std::string(own_script));
  EXPECT_TRUE(own.contains("elsif envelope \"from\" [\"bob@example.net\"] {")) << own;
  EXPECT_TRUE(own.contains("else {\r\n  }")) << own;
  some.external_known = some.external_unknown = some.internal;
  set(server, some, circumstances);
  EXPECT_FALSE(server.scripts.at(std::string(own_script)).contains("envelope"));
}

TEST(SievePlan, WhatTheServerCannotIsSaidSo) {
  Server server{.scripts = {{"mine", rules}}, .active = "mine"};
  const auto error = [&](const OutOfOffice& wanted, const Circumstances& circumstances) {
    return plan(server.look(), wanted, circumstances).error().code;
  };
  EXPECT_EQ(error(away(), around({"include"})), Errc::unsupported);
  EXPECT_EQ(error(away(State::scheduled), around({"vacation", "include"})), Errc::unsupported);
  OutOfOffice huge = away();
  huge.internal.text = std::string(out_of_office_text_bytes_max + 1, 'x');
  EXPECT_EQ(error(huge, around()), Errc::too_large);
  server.scripts["mine"] = "vendor << stuff; vacation";
  EXPECT_EQ(error(away(), around()), Errc::malformed);
  server.scripts["mine"] = "vendor << stuff;";
  EXPECT_EQ(error(away(), without_include()), Errc::malformed);
  EXPECT_TRUE(plan(server.look(), away(), around())) << "it can be included unread";
  server.scripts["mine"] = '#' + std::string(script_bytes_max, 'x') + "\n";
  EXPECT_EQ(error(away(), without_include()), Errc::too_large);
}

}  // namespace
}  // namespace godwit::backend::sieve
