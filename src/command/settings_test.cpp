#include <gtest/gtest.h>

#include "command/test_bed.hpp"
#include "policy/device.hpp"
#include "wbxml/pages/settings.hpp"

namespace godwit::command {
namespace {

namespace tag = wbxml::settings;
using client::Node;

Node set(wbxml::Tag property, std::vector<Node> children) {
  return Node(property, {Node(tag::Set, std::move(children))});
}
Node get(wbxml::Tag property) { return Node(property, {Node(tag::Get)}); }
Node get_oof(const std::string& body_type) {
  return Node(tag::Oof, {Node(tag::Get, {Node(tag::BodyType, body_type)})});
}
Node message(wbxml::Tag audience, const std::string& text, const std::string& type = "Text") {
  return Node(tag::OofMessage, {Node(audience), Node(tag::Enabled, "1"),
                                Node(tag::ReplyMessage, text), Node(tag::BodyType, type)});
}
Node password(const std::string& text) {
  return set(tag::DevicePassword, {Node(tag::Password, text)});
}

Node ask(TestBed& bed, std::vector<Node> properties) {
  return bed.ask("Settings", Node(tag::Settings, std::move(properties)));
}
/// The root's Status, then the properties'.
std::string statuses(const Node& root) {
  std::string all(root.text_of(tag::Status));
  for (const Node& child : root.children) {
    if (child.tag != tag::Status) all += ' ' + std::string(child.text_of(tag::Status));
  }
  return all;
}

TEST(Settings, AProtocolErrorStandsAlone) {
  TestBed bed;
  const Node user = get(tag::UserInformation);
  EXPECT_EQ(statuses(ask(bed, {})), "2");
  EXPECT_EQ(statuses(ask(bed, {user, user})), "2");
  EXPECT_EQ(statuses(ask(bed, {user, set(tag::DevicePassword, {})})), "2");
  EXPECT_EQ(statuses(ask(bed, {user, Node(tag::Oof)})), "2");
  EXPECT_EQ(statuses(ask(bed, {get(tag::Oof)})), "2");
  EXPECT_EQ(statuses(ask(bed, {Node(tag::DeviceInformation)})), "2");
  EXPECT_EQ(statuses(ask(bed, {Node(tag::Model, "x")})), "2");
}

TEST(Settings, PropertiesAreAnsweredEachByItself) {
  TestBed bed;
  const Node answer = ask(bed, {password("secret"), get(tag::UserInformation),
                                get(tag::RightsManagementInformation), get_oof("Nonsense")});
  EXPECT_EQ(statuses(answer), "1 7 1 168 5");
  TestBed old(eas::Version::v14_0);
  EXPECT_EQ(statuses(ask(old, {get(tag::RightsManagementInformation)})), "2");
}

TEST(Settings, OutOfOfficeIsKeptAsItWasSet) {
  TestBed bed;
  const Node twice =
      set(tag::Oof, {Node(tag::OofState, "2"), Node(tag::StartTime, "2025-06-15T00:00:00.000Z"),
                     Node(tag::EndTime, "2025-06-16T00:00:00.000Z"),
                     message(tag::AppliesToInternal, "Away <b>", "text"),
                     message(tag::AppliesToExternalKnown, "Gone")});
  EXPECT_EQ(statuses(ask(bed, {twice})), "1 1");
  const Node answer = ask(bed, {get_oof("html")});
  const Node& got = *answer.find(tag::Oof)->find(tag::Get);
  EXPECT_EQ(got.text_of(tag::OofState), "2");
  EXPECT_EQ(got.text_of(tag::EndTime), "2025-06-16T00:00:00.000Z");
  const auto messages = got.all(tag::OofMessage);
  ASSERT_EQ(messages.size(), 3U);
  EXPECT_NE(messages[0]->text_of(tag::ReplyMessage).find("Away &lt;b&gt;"), std::string::npos);
  EXPECT_EQ(messages[0]->text_of(tag::BodyType), "HTML");
  EXPECT_EQ(messages[2]->text_of(tag::Enabled), "0");
  EXPECT_FALSE(messages[2]->has(tag::ReplyMessage));
  // Switched off without a word about the texts: they stay, the times go.
  EXPECT_EQ(statuses(ask(bed, {set(tag::Oof, {Node(tag::OofState, "0")})})), "1 1");
  const Node off = ask(bed, {get_oof("Text")});
  EXPECT_FALSE(off.find(tag::Oof)->find(tag::Get)->has(tag::StartTime));
  EXPECT_EQ(off.find(tag::Oof)->find(tag::Get)->all(tag::OofMessage)[1]->text_of(tag::ReplyMessage),
            "Gone");
}

TEST(Settings, OutOfOfficeThatIsWrongIsToldSo) {
  TestBed bed;
  const Node on(tag::OofState, "1");
  const Node scheduled(tag::OofState, "2");
  const Node start(tag::StartTime, "2025-06-15T00:00:00.000Z");
  const auto status_of = [&](std::vector<Node> children) {
    return statuses(ask(bed, {set(tag::Oof, std::move(children))}));
  };
  EXPECT_EQ(status_of({scheduled}), "1 2");
  EXPECT_EQ(status_of({scheduled, start}), "1 2");
  EXPECT_EQ(status_of({scheduled, start, Node(tag::EndTime, "soon")}), "1 5");
  EXPECT_EQ(status_of({scheduled, start, Node(tag::EndTime, std::string(start.text))}), "1 6");
  EXPECT_EQ(status_of({on, start, Node(tag::EndTime, "2025-06-16T00:00:00.000Z")}), "1 1");
  EXPECT_EQ(status_of({Node(tag::OofState, "3")}), "1 5");
  EXPECT_EQ(status_of({on, message(tag::AppliesToInternal, "Away", "")}), "1 5");
  EXPECT_EQ(
      status_of({on, message(tag::AppliesToInternal, "a"), message(tag::AppliesToInternal, "b")}),
      "1 6");
  EXPECT_EQ(status_of({on, message(tag::AppliesToExternalKnown, "a"),
                       message(tag::AppliesToExternalUnknown, "b")}),
            "1 6");
}

TEST(Settings, OutOfOfficeWithoutABackendIsDenied) {
  TestBed bed(eas::Version::v16_1, {}, false);
  EXPECT_EQ(statuses(ask(bed, {get_oof("Text")})), "1 3");
  EXPECT_EQ(statuses(ask(bed, {set(tag::Oof, {Node(tag::OofState, "0")})})), "1 3");
}

class TroubledVacation final : public backend::Vacation {
 public:
  Task<backend::OutOfOffice> out_of_office(backend::Account) override {
    if (fault) throw Fault(*fault, "trouble");
    co_return backend::OutOfOffice{};
  }
  Task<Result<>> set_out_of_office(backend::Account, backend::OutOfOffice) override {
    co_return fail(refusal, "refused");
  }

  std::optional<Fault::Kind> fault;
  Errc refusal = Errc::refused;
};

TEST(Settings, OutOfOfficeFailsAlone) {
  ManualClock clock;
  SeededRandom random(1);
  store::MemoryStore store;
  backend::MemoryServer mail(clock);
  test::RecordingSubmission submission(nullptr);
  TroubledVacation vacation;
  mail.add_user("anna@example.test", "secret");
  test::TestServer server({clock, random, store, mail, mail, submission, &vacation, nullptr}, {},
                          std::chrono::seconds(60));
  client::Device::Settings device_settings;
  device_settings.version = eas::Version::v16_1;
  device_settings.user = "anna@example.test";
  device_settings.password = Secret("secret");
  client::Device device(server, std::move(device_settings));
  const auto all = [&](const Node& oof) {
    const Node request(tag::Settings, {get(tag::UserInformation), oof});
    const auto answer = test::run(device.send_raw(
        device.wire("Settings", client::encode(request), "application/vnd.ms-sync.wbxml")));
    const auto root = client::decode(answer.body);
    return root ? statuses(*root) : "HTTP " + std::to_string(answer.status);
  };
  const Node on = set(tag::Oof, {Node(tag::OofState, "1")});
  EXPECT_EQ(all(on), "1 1 5");
  vacation.refusal = Errc::conflict;
  EXPECT_EQ(all(on), "1 1 4") << "another was quicker: try again";
  vacation.fault = Fault::Kind::unavailable;
  EXPECT_EQ(all(get_oof("Text")), "1 1 4");
  vacation.fault = Fault::Kind::sign_in_failed;
  EXPECT_EQ(all(on), "1 1 3") << "no 401: the mail takes the password";
}

TEST(Settings, ARecoveryPasswordIsKeptWhereThePolicyWantsIt) {
  command::Settings settings;
  policy::Policy policy;
  policy.settings.values["PasswordRecoveryEnabled"] = "1";
  settings.policies.standard = std::make_shared<const policy::Policy>(std::move(policy));
  TestBed bed(eas::Version::v16_1, settings);
  const store::Key key{"anna@example.test", store::Kind::device_password,
                       bed.device().settings().id};
  EXPECT_EQ(statuses(ask(bed, {password(std::string(256, 'x'))})), "1 5");
  EXPECT_EQ(statuses(ask(bed, {password("4711")})), "1 1");
  ASSERT_TRUE(test::run(bed.store().get(key)));
  EXPECT_EQ(test::run(bed.store().get(key))->value, "4711");
  EXPECT_EQ(statuses(ask(bed, {password("")})), "1 1");
  EXPECT_FALSE(test::run(bed.store().get(key)));
}

TEST(Settings, WhatTheDeviceSaysOfItselfIsKept) {
  TestBed bed;
  const store::Key key{"anna@example.test", store::Kind::device, bed.device().settings().id};
  const auto kept = [&] { return *policy::unpack_device(test::run(bed.store().get(key))->value); };
  EXPECT_EQ(statuses(ask(bed, {set(tag::DeviceInformation, {Node(tag::Model, "X")})})), "1 1");
  EXPECT_EQ(kept().model, "X");
  const Node too_long(tag::Model, std::string(1025, 'x'));
  EXPECT_EQ(statuses(ask(bed, {set(tag::DeviceInformation, {too_long})})), "1 5");
  EXPECT_EQ(kept().model, "X");
  EXPECT_EQ(statuses(ask(bed, {set(tag::DeviceInformation, {})})), "1 1");
  EXPECT_EQ(kept().model, "");
}

}  // namespace
}  // namespace godwit::command
