// The policy editor: what is typed comes back or is saved, what it would change is said before, and
// nobody's change is lost.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>

#include "admin/store_policies.hpp"
#include "base/text.hpp"
#include "console/console_bed.hpp"
#include "console/policy_draft.hpp"
#include "console/policy_fields.hpp"
#include "policy/settings.hpp"
#include "policy/stored_policy.hpp"

namespace godwit::console {
namespace {

constexpr const char* page = "/godwit/admin/policy";

class AdminPolicyEdit : public ConsoleTest {
 protected:
  AdminPolicyEdit() {
    admin_ = true;
    policy::Policy board{.name = "board", .whom = {.users = {"bob@example.org"}}};
    board.settings.mode = policy::Mode::loose;
    board.settings.values = {{"DevicePasswordEnabled", "1"}, {"MinDevicePasswordLength", "8"}};
    configured_.named = {std::make_shared<const policy::Policy>(std::move(board))};
    book_ = configured_;
    auto parts = operation_parts();
    parts.policies = &policies_;
    parts.policy_editor = &policies_;
    operations_.replace(std::move(parts));
    sign_in();
  }

  static Task<policy::Choice> choose(policy::Book among, UserId user, std::string assigned) {
    const std::vector<std::string> names{user.str()};
    co_return policy::choose(among, {{names, {}}, assigned});
  }
  http::Reply send_form(const std::string& fields, const std::string& step) {
    return post(page, fields + "&step=" + step + "&token=" + token());
  }
  http::Reply create(const std::string& name, const std::string& fields) {
    return send_form("new=yes&edition=&name=" + name + "&mode=strict&" + fields, "save");
  }
  std::optional<policy::Policy> stored(const std::string& name) {
    const auto record = run(store_.get(policy::policy_key(name)));
    if (!record) return std::nullopt;
    return policy::unpack_policy(name, record->value).value();
  }
  std::string setting(const std::string& policy, const std::string& name) {
    const auto found = stored(policy);
    if (!found || !found->settings.values.contains(name)) return "-";
    return found->settings.values.at(name);
  }
  /// Of a hidden field of that page.
  static std::string field(const std::string& html, const std::string& name) {
    const std::string before = "name=\"" + name + "\" value=\"";
    const auto at = html.find(before);
    if (at == std::string::npos) return "-";
    const auto from = at + before.size();
    return html.substr(from, html.find('"', from) - from);
  }

  policy::Book configured_, book_;
  admin::StorePolicies policies_{store_,
                                 audit_,
                                 {[this]() -> const policy::Book& { return book_; },
                                  [this]() -> const policy::Book& { return configured_; }, &choose,
                                  [](const UserId&, const DeviceId&) {},
                                  [this](const std::vector<policy::PolicyRef>& stored) {
                                    book_ = policy::with_stored(configured_, stored);
                                  },
                                  [] { return std::vector<admin::DeviceName>(); }}};
};

TEST_F(AdminPolicyEdit, IsNotThereForOthers) {
  create("field", "AllowCamera=0");
  admin_ = false;
  for (const char* const target :
       {page, "/godwit/admin/policy?policy=field", "/godwit/admin/policy/remove?policy=field"}) {
    EXPECT_EQ(get(target).status, 404) << target;
  }
  EXPECT_EQ(create("other", "AllowCamera=0").status, 404);
  EXPECT_EQ(post("/godwit/admin/policy/remove", "policy=field&token=" + token()).status, 404);
  EXPECT_FALSE(stored("other"));
  EXPECT_TRUE(stored("field"));
}

TEST_F(AdminPolicyEdit, FormsNeedTheirTokenAndOrigin) {
  const std::string form = "new=yes&edition=&name=field&mode=strict&AllowCamera=0&step=save";
  EXPECT_EQ(post(page, form).status, 403);
  EXPECT_EQ(post(page, form + "&token=" + token(), "https://evil.test").status, 403);
  EXPECT_FALSE(stored("field"));
}

TEST_F(AdminPolicyEdit, WhatItWouldChangeIsSaidBeforeItIsSaved) {
  const auto looked = send_form(
      "new=yes&edition=&name=field&mode=strict&AllowCamera=0"
      "&users=ann%40example.org%0D%0A%0D%0Acarl%40example.org",
      "look");
  const std::string said = text(looked);
  EXPECT_EQ(looked.status, 200);
  EXPECT_FALSE(stored("field"));
  EXPECT_TRUE(said.contains("Save field?")) << said;
  EXPECT_TRUE(said.contains("AllowCamera")) << said;
  EXPECT_TRUE(said.contains("phone1"));
  EXPECT_TRUE(said.contains("<dt>Devices that it hits</dt><dd>1</dd>")) << said;
  EXPECT_EQ(field(said, "AllowCamera"), "0");
  EXPECT_EQ(field(said, "users"), "ann@example.org\ncarl@example.org");
  // Back to the form, with all of it.
  const std::string again =
      text(send_form("new=yes&edition=&name=field&mode=loose&AllowCamera=0", "change"));
  EXPECT_TRUE(again.contains("value=\"loose\" selected"));
  EXPECT_TRUE(again.contains("name=\"name\" value=\"field\""));
  const auto saved = create("field", "AllowCamera=0&users=ann%40example.org");
  EXPECT_EQ(header(saved, "Location"), "/godwit/admin/policies?done=saved");
  EXPECT_EQ(setting("field", "AllowCamera"), "0");
  // Sent again it is done, and no second entry is written.
  EXPECT_EQ(create("field", "AllowCamera=0&users=ann%40example.org").status, 303);
  const auto entries = run(audit_.list({}));
  ASSERT_EQ(std::ranges::count(entries, "policy.create", &policy::AuditEntry::action), 1);
  EXPECT_EQ(entries.front().by, ann);
}

TEST_F(AdminPolicyEdit, EverySettingGoesThroughTheForm) {
  policy::Policy all{.name = "all", .whom = {.groups = {"staff@example.org"}}};
  all.settings.mode = policy::Mode::strict;
  for (const policy::Setting& each : policy::settings_of(eas::Version::v16_1)) {
    std::string value = each.is_list() ? "one\ntwo" : std::to_string(each.greatest);
    if (each.name == "AllowHTMLEmail" || each.name == "AttachmentsEnabled") value = "1";
    all.settings.values[std::string(each.name)] = std::move(value);
  }
  all.settings.values["MaxDevicePasswordFailedAttempts"] = "";
  const nlohmann::json row{{"policy", "all"},
                           {"edition", ""},
                           {"mode", "strict"},
                           {"accept_partial", true},
                           {"accept_external", false},
                           {"users", nlohmann::json::array()},
                           {"groups", {"staff@example.org"}},
                           {"domains", nlohmann::json::array()},
                           {"settings", all.settings.values}};
  const PolicyDraft draft = draft_of(row);
  // As a browser sends hidden fields: line ends become CRLF.
  std::string form =
      "new=yes&edition=&name=all&mode=strict&accept_partial=yes"
      "&groups=staff%40example.org&nothing=MaxDevicePasswordFailedAttempts";
  for (const auto& [name, value] : draft.settings) {
    form += '&' + name + '=';
    form += value.contains('\n') ? "one%0D%0Atwo" : value;
  }
  const auto saved = send_form(form, "save");
  EXPECT_EQ(saved.status, 303) << text(saved);
  const auto found = stored("all");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->settings.values, all.settings.values);
  EXPECT_TRUE(found->settings.accept_partial);
  EXPECT_FALSE(found->settings.accept_external);
  EXPECT_EQ(found->whom, all.whom);
  // And back: the form shows all of it, the hidden fields have it.
  const std::string shown = text(get("/godwit/admin/policy?policy=all"));
  for (const auto& [name, value] : all.settings.values) {
    EXPECT_TRUE(shown.contains("id=\"" + name + "\"")) << name;
  }
  EXPECT_TRUE(shown.contains("value=\"MaxDevicePasswordFailedAttempts\" checked"));
  const std::string hidden_text = hidden(draft_of(row)).text();
  for (const auto& [name, value] : all.settings.values) {
    EXPECT_EQ(field(hidden_text, value.empty() ? "nothing" : name), value.empty() ? name : value);
  }
}

TEST_F(AdminPolicyEdit, AProblemStandsAtItsField) {
  const auto reply = send_form(
      "new=yes&edition=&name=field&mode=strict&MinDevicePasswordLength=99"
      "&users=bob%40example.org",
      "look");
  EXPECT_EQ(reply.status, 400);
  const std::string said = text(reply);
  EXPECT_TRUE(said.contains("href=\"#MinDevicePasswordLength\"")) << said;
  EXPECT_TRUE(
      said.contains("aria-describedby=\"MinDevicePasswordLength-hint "
                    "MinDevicePasswordLength-problem\" aria-invalid=\"true\""))
      << said;
  EXPECT_TRUE(said.contains("Shortest password: A whole number from 1 to 16."));
  EXPECT_TRUE(said.contains("value=\"99\"")) << "what was typed is kept";
  EXPECT_TRUE(said.contains("href=\"#users\"")) << "bob is named by another policy";
  // Whoever leaves out the look is refused all the same.
  EXPECT_EQ(create("field", "MinDevicePasswordLength=99").status, 409);
  EXPECT_EQ(create("field", "mode=other").status, 303) << "the first of a name counts";
  EXPECT_EQ(send_form("new=yes&edition=&name=x&mode=other&AllowCamera=0", "save").status, 409);
  const auto nameless = send_form("new=yes&edition=&name=+&mode=strict", "look");
  EXPECT_EQ(nameless.status, 400);
  EXPECT_TRUE(text(nameless).contains("The policy needs a name."));
  // Neither over one of the store nor over one of the configuration.
  for (const char* const name : {"field", "board"}) {
    const auto taken =
        send_form(std::string("new=yes&edition=&name=") + name + "&mode=strict", "look");
    EXPECT_EQ(taken.status, 400);
    EXPECT_TRUE(text(taken).contains("There is a policy of that name already.")) << name;
    EXPECT_GE(create(name, "AllowCamera=0").status, 400) << name;
  }
}

TEST_F(AdminPolicyEdit, NobodysChangeIsLost) {
  create("field", "AllowCamera=0");
  const std::string first = field(text(get("/godwit/admin/policy?policy=field")), "edition");
  const std::string change = "name=field&mode=strict&AllowCamera=0&AllowBrowser=0&edition=";
  EXPECT_EQ(send_form("name=field&mode=loose&AllowWiFi=0&edition=" + first, "save").status, 303);
  for (const char* const step : {"look", "save"}) {
    const auto late = send_form(change + first, step);
    EXPECT_EQ(late.status, 409);
    EXPECT_TRUE(text(late).contains("Somebody else has changed this policy"));
    EXPECT_TRUE(text(late).contains("AllowWiFi")) << "what is there now";
    EXPECT_TRUE(text(late).contains("<option value=\"0\" selected>No")) << "what was typed";
  }
  EXPECT_EQ(setting("field", "AllowBrowser"), "-");
  // Who has seen it may replace it.
  const std::string now = field(text(send_form(change + first, "look")), "edition");
  EXPECT_NE(now, first);
  EXPECT_EQ(send_form(change + now, "look").status, 200);
  EXPECT_EQ(send_form(change + now, "save").status, 303);
  EXPECT_EQ(setting("field", "AllowBrowser"), "0");
  // One that somebody removed.
  const std::string last = field(text(get("/godwit/admin/policy?policy=field")), "edition");
  EXPECT_TRUE(run(policies_.remove({.name = "field"})));
  const auto gone = send_form(change + last, "save");
  EXPECT_EQ(gone.status, 409);
  EXPECT_TRUE(text(gone).contains("has removed this policy"));
  EXPECT_EQ(send_form(change + field(text(gone), "edition"), "save").status, 303);
  EXPECT_TRUE(stored("field"));
}

TEST_F(AdminPolicyEdit, OneIsRemovedWhereNobodyHasItByName) {
  create("field", "AllowCamera=0");
  create("other", "AllowBrowser=0");
  EXPECT_TRUE(run(policies_.assign(UserId::parse(ann).value(), "field")));
  const auto asked = [&](const std::string& name) {
    return text(get("/godwit/admin/policy/remove?policy=" + name));
  };
  const auto remove = [&](const std::string& name, const std::string& edition) {
    return post("/godwit/admin/policy/remove",
                "policy=" + name + "&edition=" + edition + "&token=" + token());
  };
  EXPECT_TRUE(asked("field").contains("Assign them another one first"));
  EXPECT_EQ(remove("field", field(asked("field"), "edition")).status, 409);
  EXPECT_EQ(remove("other", "old").status, 409);
  EXPECT_TRUE(stored("other"));
  EXPECT_EQ(header(remove("other", field(asked("other"), "edition")), "Location"),
            "/godwit/admin/policies?done=removed");
  EXPECT_FALSE(stored("other"));
  EXPECT_EQ(remove("other", "").status, 404);
  EXPECT_EQ(get("/godwit/admin/policy/remove?policy=board").status, 404);
  EXPECT_GE(remove("board", "").status, 400);
}

TEST_F(AdminPolicyEdit, ThoseOfTheConfigurationAreCopied) {
  const std::string list = text(get("/godwit/admin/policies"));
  EXPECT_TRUE(list.contains("/godwit/admin/policy?from=board"));
  EXPECT_FALSE(list.contains("/godwit/admin/policy?policy=board"));
  EXPECT_EQ(get("/godwit/admin/policy?policy=board").status, 404);
  EXPECT_EQ(get("/godwit/admin/policy?from=none").status, 404);
  const std::string copy = text(get("/godwit/admin/policy?from=board"));
  EXPECT_TRUE(copy.contains("name=\"name\" value=\"\""));
  EXPECT_TRUE(
      copy.contains("id=\"MinDevicePasswordLength\" name=\"MinDevicePasswordLength\" "
                    "value=\"8\""));
  EXPECT_FALSE(copy.contains("bob@example.org")) << "it is for nobody yet";
}

TEST_F(AdminPolicyEdit, WhatIsTypedIsNoMarkup) {
  const std::string evil = "%3Cimg+src%3Dx%3E%22";
  const std::string fields = "new=yes&edition=" + evil + "&name=" + evil + "&mode=" + evil +
                             "&users=" + evil + "&ApprovedApplicationList=%3C%2Ftextarea%3E" +
                             evil + "&MinDevicePasswordLength=" + evil + "&AllowCamera=" + evil;
  for (const char* const step : {"look", "change", "save"}) {
    const std::string said = text(send_form(fields, step));
    EXPECT_FALSE(said.contains("<img src=x")) << step;
    EXPECT_TRUE(said.contains("&lt;img src=x&gt;")) << step;
  }
  create("list", "ApprovedApplicationList=" + evil);
  EXPECT_FALSE(text(get("/godwit/admin/policies")).contains("<img src=x"));
  for (const std::string_view target : {"?policy=", "?from=", "/remove?policy="}) {
    EXPECT_FALSE(text(get(fmt::format("{}{}{}", page, target, evil))).contains("<img src=x"));
  }
}

TEST(PolicyFields, EverySettingHasItsFieldAndItsWords) {
  std::multiset<std::string_view> names;
  for (const PolicyGroup& group : policy_groups()) {
    for (const PolicyField& field : group.fields) names.insert(field.name);
  }
  const auto settings = policy::settings_of(eas::Version::v16_1);
  EXPECT_EQ(names.size(), settings.size());
  for (const policy::Setting& each : settings) {
    EXPECT_EQ(names.count(each.name), 1U) << each.name;
  }
  for (const PolicyGroup& group : policy_groups()) {
    for (const PolicyField& field : group.fields) {
      for (const PolicyOption& option : field.options) {
        EXPECT_TRUE(policy::check_setting(field.name, option.value)) << field.name;
      }
    }
  }
  for (const Language language : languages) {
    const auto labels = setting_labels(language);
    EXPECT_EQ(labels.size(), settings.size());
    for (const policy::Setting& each : settings) {
      const auto found = std::ranges::find(labels, each.name, &SettingLabel::name);
      ASSERT_NE(found, labels.end()) << each.name;
      EXPECT_FALSE(found->label.empty());
      EXPECT_TRUE(utf8_valid(found->label));
      const SettingLabel& english = setting_label(Language::english, each.name);
      EXPECT_EQ(found->hint.empty(), english.hint.empty()) << found->label;
      if (language != Language::english) EXPECT_NE(found->label, english.label);
    }
  }
}

}  // namespace
}  // namespace godwit::console
