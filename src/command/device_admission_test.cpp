// What rules decide about a device, and what is written of it where people read it.
#include <gtest/gtest.h>

#include <algorithm>

#include "base/bytes.hpp"
#include "command/test_bed.hpp"
#include "convert/header.hpp"
#include "policy/audit.hpp"
#include "wbxml/pages/settings.hpp"

namespace godwit::command {
namespace {

using client::Node;
namespace tag = wbxml::settings;

Settings quarantine() {
  Settings settings;
  settings.device_rules.otherwise = policy::Action::quarantine;
  settings.device_rules.admins = {"admin@example.test"};
  settings.device_rules.console_url = "https://mail.example.test/godwit/";
  return settings;
}

/// Its key is unknown at first: it starts over.
bool starts_over(TestBed& bed) {
  constexpr std::uint32_t unknown_key = 9;
  EXPECT_EQ(test::run(bed.device().folder_sync()).status, unknown_key);
  return test::run(bed.device().folder_sync()).ok();
}

std::vector<policy::AuditEntry> audit(TestBed& bed) {
  std::vector<policy::AuditEntry> out;
  for (const store::Record& record :
       test::run(bed.store().list("", store::Kind::audit, "", "", 100))) {
    out.push_back(*policy::unpack_audit(record.value));
  }
  return out;
}

TEST(DeviceAdmission, WhatADeviceSaysOfItselfPassesForNothingElse) {
  TestBed bed;
  const Node request(
      tag::Settings,
      {Node(tag::DeviceInformation,
            {Node(tag::Set, {Node(tag::Model, "x\r\nBcc: evil@example.test\r\n\r\n\x1b[2J"),
                             Node(tag::FriendlyName, "a\u202Eb")})})});
  EXPECT_EQ(bed.ask("Settings", request).text_of(tag::Status), "1");
  bed.server().set_settings(quarantine());
  EXPECT_TRUE(starts_over(bed));
  ASSERT_EQ(bed.submission().sent().size(), 2U);
  EXPECT_EQ(bed.submission().sent()[0].envelope.to, std::vector<std::string>{"admin@example.test"});
  EXPECT_EQ(bed.submission().sent()[1].envelope.to, std::vector<std::string>{"anna@example.test"});
  for (const auto& sent : bed.submission().sent()) {
    const std::size_t end = sent.text.find("\r\n\r\n");
    ASSERT_NE(end, std::string::npos);
    EXPECT_FALSE(sent.text.substr(0, end).contains("evil"));
    std::string encoded = sent.text.substr(end + 4);
    std::erase_if(encoded, [](char c) { return c == '\r' || c == '\n'; });
    const auto body = base64_decode(encoded);
    ASSERT_TRUE(body);
    EXPECT_TRUE(body->contains("x\\u{D}\\u{A}Bcc: evil@example.test\\u{D}\\u{A}")) << *body;
    EXPECT_TRUE(body->contains("a\\u{202E}b")) << *body;
    const bool decides = sent.envelope.to.front() == "admin@example.test";
    EXPECT_EQ(body->contains("\n  https://mail.example.test/godwit/admin/device?"
                             "user=anna%40example.test&id=" +
                             bed.device().settings().id + '\n'),
              decides)
        << *body;
  }
}

/// What a notice says, Subject and text.
std::pair<std::string, std::string> read_notice(const std::string& text) {
  const std::size_t end = text.find("\r\n\r\n");
  std::string encoded = text.substr(end + 4);
  std::erase_if(encoded, [](char c) { return c == '\r' || c == '\n'; });
  const std::string header = text.substr(0, end + 2);
  return {convert::decode_text(convert::Header(header).get("Subject")),
          base64_decode(encoded).value_or("")};
}

// Its user is written to as the device speaks, administrators as the server does.
TEST(DeviceAdmission, PeopleAreToldInTheirLanguage) {
  TestBed bed;
  const Node request(tag::Settings, {Node(tag::DeviceInformation,
                                          {Node(tag::Set, {Node(tag::OSLanguage, "de-CH")})})});
  EXPECT_EQ(bed.ask("Settings", request).text_of(tag::Status), "1");
  Settings settings = quarantine();
  settings.language = Language::french;
  bed.server().set_settings(settings);
  EXPECT_TRUE(starts_over(bed));
  ASSERT_EQ(bed.submission().sent().size(), 2U);
  const auto [subject, text] = read_notice(bed.submission().sent()[0].text);
  EXPECT_EQ(subject, "Appareil de anna@example.test en quarantaine");
  EXPECT_TRUE(text.contains("Un appareil attend votre décision.")) << text;
  EXPECT_TRUE(text.contains("\n  godwit quarantine allow anna@example.test ")) << text;
  const std::string& to_user = bed.submission().sent()[1].text;
  EXPECT_TRUE(to_user.contains("\r\nContent-Language: de\r\n")) << to_user;
  const auto [user_subject, user_text] = read_notice(to_user);
  EXPECT_EQ(user_subject, "Ein neues Gerät wartet auf Freigabe");
  EXPECT_TRUE(user_text.contains("\nKonto    anna@example.test\n")) << user_text;
  EXPECT_EQ(bed.device().folders().begin()->second.name, "Posteingang");
}

// What the phone says goes before what the directory says, and that before what the server does.
TEST(DeviceAdmission, WhoseDeviceNamesNoLanguageIsToldAsTheDirectorySays) {
  Settings settings = quarantine();
  settings.language = Language::french;
  const auto told_in = [&](const std::string& directory, const std::string& phone, int asked) {
    test::MemoryFixture bed;
    bed.languages.of["anna@example.test"] = directory;
    bed.languages.down = directory == "down";
    auto device = bed.device("d1", eas::Version::v16_1);
    if (!phone.empty()) {
      const Node facts(tag::DeviceInformation, {Node(tag::Set, {Node(tag::OSLanguage, phone)})});
      auto wire = device.wire("Settings", client::encode(Node(tag::Settings, {facts})),
                              "application/vnd.ms-sync.wbxml");
      EXPECT_EQ(test::run(device.send_raw(std::move(wire))).status, 200);
    }
    bed.server.set_settings(settings);
    EXPECT_TRUE(test::run(device.folder_sync()).ok());
    EXPECT_EQ(bed.languages.asked, asked) << directory;
    const std::string mail = bed.submission.sent().at(1).text;
    const std::string_view name = "Content-Language: ";
    return mail.substr(mail.find(name) + name.size(), 2) + ' ' +
           device.folders().begin()->second.name;
  };
  EXPECT_EQ(told_in("de-AT, en;q=0.5", "", 1), "de Posteingang");
  EXPECT_EQ(told_in("German", "", 1), "de Posteingang");
  EXPECT_EQ(told_in("de", "en-GB", 0), "en Inbox");
  EXPECT_EQ(told_in("", "", 1), "fr Boîte de réception");
  EXPECT_EQ(told_in("it, sv", "", 1), "fr Boîte de réception");
  EXPECT_EQ(told_in("down", "", 1), "fr Boîte de réception");
}

TEST(DeviceAdmission, PeopleAreToldOnceAndTheLogKeepsEveryOutcome) {
  TestBed bed;
  bed.server().set_settings(quarantine());
  EXPECT_TRUE(starts_over(bed));
  EXPECT_TRUE(test::run(bed.device().folder_sync()).ok());
  EXPECT_EQ(bed.submission().sent().size(), 2U);
  Settings changed = quarantine();
  changed.device_rules.list.push_back(
      {.name = "mine", .action = policy::Action::allow, .whom = {.domains = {"example.test"}}});
  bed.server().set_settings(changed);
  EXPECT_TRUE(starts_over(bed));
  changed.device_rules.list.front().action = policy::Action::block;
  bed.server().set_settings(changed);
  EXPECT_FALSE(test::run(bed.device().folder_sync()).ok());
  const auto entries = audit(bed);
  ASSERT_EQ(entries.size(), 3U);
  std::vector<std::string> seen;
  seen.reserve(entries.size());
  for (const auto& entry : entries) seen.push_back(entry.action + ' ' + entry.details);
  std::ranges::sort(seen);
  EXPECT_EQ(seen, (std::vector<std::string>{"device_rule.allowed mine", "device_rule.blocked mine",
                                            "device_rule.quarantined "}));
  EXPECT_EQ(entries.front().by, "rules");
  EXPECT_EQ(entries.front().user, "anna@example.test");
}

TEST(DeviceAdmission, NothingIsDoneBeforeTheDecisionIsWritten) {
  TestBed bed;
  bed.server().set_settings(quarantine());
  bed.store().fail_after(0);
  EXPECT_FALSE(test::run(bed.device().folder_sync()).ok());
  EXPECT_TRUE(bed.submission().sent().empty());
  bed.store().mend();
  EXPECT_TRUE(starts_over(bed));
  EXPECT_EQ(bed.submission().sent().size(), 2U);
}

}  // namespace
}  // namespace godwit::command
