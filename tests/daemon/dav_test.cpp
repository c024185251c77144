// The whole daemon as a gateway: mail of a Dovecot, contacts and calendars of a Radicale.
#include <gtest/gtest.h>

#include <algorithm>

#include "base/bytes.hpp"
#include "daemon/daemon_process.hpp"
#include "daemon/meddler.hpp"
#include "dav/client.hpp"
#include "interop/imap_servers.hpp"
#include "interop/scripted_server.hpp"
#include "run.hpp"
#include "wbxml/pages/calendar.hpp"
#include "wbxml/pages/contacts.hpp"

namespace godwit::test {
namespace {

using client::Node;
using interop::RunningServer;
namespace contact = wbxml::contacts;

constexpr int inbox_type = 2;
constexpr int sent_type = 5;
constexpr int calendar_type = 8;
constexpr int contacts_type = 9;
constexpr const char* page_request =
    "GET /Microsoft-Server-ActiveSync?signin=1 HTTP/1.1\r\nAccept: text/html";
constexpr int changes_found = 2;  // [MS-ASCMD] Status (Ping)

std::string vcard(const std::string& name) {
  return "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:" + name + "\r\nFN:" + name + "\r\nN:" + name +
         ";;;;\r\nX-KEPT:as it was\r\nEND:VCARD\r\n";
}

std::string event(const std::string& name) {
  return "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:test\r\nBEGIN:VEVENT\r\nUID:" + name +
         "\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:20260102T100000Z\r\nDTEND:20260102T110000Z\r\n"
         "SUMMARY:" +
         name + "\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
}

/// Somebody who edits the same collections by DAV.
class Elsewhere {
 public:
  Elsewhere(std::uint16_t port, const std::string& user) : user_(user) {
    base_ = dav::parse_url("http://127.0.0.1:" + std::to_string(port) + "/" + user + "/").value();
  }
  int put(const std::string& name, const std::string& type, const std::string& text) const {
    dav::Request request{.method = "PUT", .url = at(name), .content_type = type, .body = text};
    return ask(std::move(request)).status;
  }
  int remove(const std::string& name) const {
    return ask({.method = "DELETE", .url = at(name)}).status;
  }
  std::string get(const std::string& name) const {
    return ask({.method = "GET", .url = at(name)}).body;
  }
  /// All of a collection, one after the other.
  std::string export_of(const std::string& collection) const { return get(collection + "/"); }

 private:
  dav::Url at(const std::string& name) const {
    dav::Url url = base_;
    url.path += name;
    return url;
  }
  dav::Reply ask(dav::Request request) const { return run(send(user_, std::move(request))); }
  static Task<dav::Reply> send(std::string user, dav::Request request) {
    dav::Client client({});
    const dav::Credentials credentials{std::move(user), Secret(password)};
    co_return co_await client.send(credentials, std::move(request));
  }

  std::string user_;
  dav::Url base_;
};

class DavGatewayTest : public testing::Test {
 protected:
  void SetUp() override {
    for (const char* name : {"dovecot", "radicale"}) {
      if (!RunningServer::is_there(name)) GTEST_SKIP() << RunningServer::why_not(name);
    }
    const auto& dovecot = *RunningServer::get("dovecot", "");
    radicale_ = RunningServer::get("radicale", "");
    daemon_.config["backend"] = "kind = \"imap\"\n";
    daemon_.config["imap"] =
        "host = \"127.0.0.1\"\nport = " + dovecot.value("IMAP_PORT") + "\ntls = \"none\"\n";
    daemon_.config["submission"] = "host = \"127.0.0.1\"\nport = 1\ntls = \"none\"\n";
    daemon_.config["dav"] = "url = \"https://localhost:" + radicale_->value("HTTPS_PORT") +
                            "/\"\nca_file = \"" + radicale_->value("TLS_CERTIFICATE") +
                            "\"\ninterval_seconds = 1\n";
  }
  void start() {
    daemon_.start();
    phone_ = std::make_unique<Phone>(daemon_, user_);
    elsewhere_ = std::make_unique<Elsewhere>(radicale_->port("HTTP_PORT"), user_);
    EXPECT_TRUE(run(phone().folder_sync()).ok());
  }
  client::Device& phone() { return **phone_; }
  /// The folder, synchronised as it is.
  std::string open(int type) {
    const client::Folder* folder = phone().folder_of_type(type);
    if (folder == nullptr) return {};
    EXPECT_TRUE(run(phone().sync_all(folder->id, {})).ok());
    return folder->id;
  }
  std::vector<std::string> values(const std::string& id, const std::string& property) {
    std::vector<std::string> out;
    for (const auto& [server_id, item] : phone().collection(id).items) {
      out.push_back(item.at(property));
    }
    std::ranges::sort(out);
    return out;
  }

  const RunningServer* radicale_ = nullptr;
  DaemonProcess daemon_;
  const std::string user_ = interop::fresh_user();
  std::unique_ptr<Phone> phone_;
  std::unique_ptr<Elsewhere> elsewhere_;
};

using Names = std::vector<std::string>;

TEST_F(DavGatewayTest, ContactsGoBothWays) {
  start();
  const std::string id = open(contacts_type);
  ASSERT_FALSE(id.empty());
  EXPECT_EQ(elsewhere_->put("contacts/ada.vcf", "text/vcard", vcard("Ada")), 201);
  EXPECT_TRUE(run(phone().sync_all(id, {})).ok());
  EXPECT_EQ(values(id, "LastName"), Names{"Ada"});

  // The phone's edit changes what it changed, and nothing else.
  const std::string ada = phone().collection(id).items.begin()->first;
  phone().change(id, ada, {Node(contact::LastName, "Lovelace")});
  client::Command add;
  add.kind = client::Command::Kind::add;
  add.client_id = "new1";
  add.number = ++phone().collection(id).commands_made;
  add.data = {Node(contact::LastName, "Bob")};
  phone().collection(id).pending.push_back(std::move(add));
  EXPECT_TRUE(run(phone().sync_all(id, {})).ok());
  EXPECT_EQ(values(id, "LastName"), (Names{"Bob", "Lovelace"}));
  const std::string text = elsewhere_->get("contacts/ada.vcf");
  EXPECT_TRUE(text.contains("Lovelace")) << text;
  EXPECT_TRUE(text.contains("X-KEPT:as it was")) << text;
  EXPECT_TRUE(elsewhere_->export_of("contacts").contains("Bob"));

  // Removed there, and removed here.
  EXPECT_EQ(elsewhere_->remove("contacts/ada.vcf"), 200);
  EXPECT_TRUE(run(phone().sync_all(id, {})).ok());
  EXPECT_EQ(values(id, "LastName"), Names{"Bob"});
  phone().remove(id, phone().collection(id).items.begin()->first);
  EXPECT_TRUE(run(phone().sync_all(id, {})).ok());
  EXPECT_FALSE(elsewhere_->export_of("contacts").contains("Bob"));
  EXPECT_EQ(daemon_.stop(), 0);
}

TEST_F(DavGatewayTest, AChangeEndsAHeldPing) {
  start();
  const std::string id = open(contacts_type);
  ASSERT_FALSE(id.empty());
  auto held = phone_->ping(id, 600);
  EXPECT_TRUE(wait_until([&] { return daemon_.status().parked == 1; }));
  EXPECT_EQ(elsewhere_->put("contacts/ada.vcf", "text/vcard", vcard("Ada")), 201);
  EXPECT_EQ(ping_status(held.get()), changes_found);
  EXPECT_TRUE(run(phone().sync_all(id, {})).ok());
  EXPECT_EQ(values(id, "LastName"), Names{"Ada"});
}

TEST_F(DavGatewayTest, CalendarsComeAndWakeToo) {
  start();
  const std::string id = open(calendar_type);
  ASSERT_FALSE(id.empty());
  auto held = phone_->ping(id, 600);
  EXPECT_TRUE(wait_until([&] { return daemon_.status().parked == 1; }));
  EXPECT_EQ(elsewhere_->put("calendar/a.ics", "text/calendar", event("Lunch")), 201);
  EXPECT_EQ(ping_status(held.get()), changes_found);
  EXPECT_TRUE(run(phone().sync_all(id, {})).ok());
  EXPECT_EQ(values(id, "Subject"), Names{"Lunch"});
}

/// What the servers and we say to each other: not before it is asked for, and then without what
/// people wrote and without what proves who they are.
TEST_F(DavGatewayTest, ConversationsAreShownWhereTheyAreAskedFor) {
  const auto& dovecot = *RunningServer::get("dovecot", "");
  interop::deliver_by_lmtp(dovecot.port("LMTP_PORT"), user_,
                           "From: a@example.com\r\nTo: b@example.org\r\nSubject: Marked-Subject\r\n"
                           "\r\nmarked-body-text\r\n");
  start();
  const auto everything = [this] {
    EXPECT_EQ(elsewhere_->put("contacts/x.vcf", "text/vcard", vcard("Marked-Person")), 201);
    EXPECT_EQ(elsewhere_->put("calendar/x.ics", "text/calendar", event("Marked-Lunch")), 201);
    open(contacts_type);
    open(calendar_type);
    phone_->inbox();
  };
  everything();
  EXPECT_FALSE(daemon_.log().contains(".conversation")) << daemon_.log();
  // A connection of its own, so that the sign-in is shown, too.
  ASSERT_EQ(daemon_.command("log level imap.conversation debug").code, 0);
  ASSERT_EQ(daemon_.command("log level dav.conversation debug").code, 0);
  EXPECT_EQ(elsewhere_->remove("contacts/x.vcf"), 200);
  EXPECT_EQ(elsewhere_->remove("calendar/x.ics"), 200);
  phone_ = std::make_unique<Phone>(daemon_, user_, "second");
  ASSERT_TRUE(run(phone().folder_sync()).ok());
  everything();
  EXPECT_EQ(phone().collection(phone().folder_of_type(inbox_type)->id).items.size(), 1U);
  const std::string log = daemon_.log();
  for (const char* part :
       {"imap.conversation command server=127.0.0.1 line=\"", " FETCH ",
        "imap.conversation response server=127.0.0.1 line=\"* ", "{",
        "dav.conversation request method=PROPFIND path=/", " method=REPORT ", " status=207 "}) {
    EXPECT_TRUE(log.contains(part)) << part << '\n' << log;
  }
  const std::string credentials = base64_encode(user_ + ':' + password);
  const std::string plain =
      base64_encode(std::string("\0", 1) + user_ + std::string("\0", 1) + password);
  for (const std::string& marked :
       {std::string("Marked-"), std::string("marked-body"), std::string(password), credentials,
        plain, std::string("BEGIN:V")}) {
    EXPECT_FALSE(log.contains(marked)) << marked << '\n' << log;
  }
}

TEST_F(DavGatewayTest, MailGoesOnWithoutTheDavServer) {
  daemon_.config["dav"] = "url = \"http://127.0.0.1:1/\"\ninterval_seconds = 1\n";
  start();
  EXPECT_EQ(phone().folder_of_type(contacts_type), nullptr);
  const std::string inbox = phone_->inbox();
  EXPECT_TRUE(daemon_.wait_for_log("collections.failed"));
  const std::string page = ask_http(daemon_.port("http "), {.head = page_request, .user = user_});
  EXPECT_TRUE(page.contains("their server cannot be reached")) << page;
}

TEST_F(DavGatewayTest, AnInvitationWaitsForTheNextMailServer) {
  namespace event = wbxml::calendar;
  daemon_.config["imap"] += "domain = \"example.org\"\n";
  start();
  const std::string id = open(calendar_type);
  ASSERT_FALSE(id.empty());
  phone().add(id,
              {Node(event::Subject, "Team"), Node(event::StartTime, "20300610T080000Z"),
               Node(event::EndTime, "20300610T090000Z"), Node(event::MeetingStatus, "1"),
               Node(event::Attendees, {Node(event::Attendee, {Node(event::Email, "bob@example.com"),
                                                              Node(event::Name, "Bob"),
                                                              Node(event::AttendeeType, "1")})})});
  EXPECT_TRUE(run(phone().sync_all(id, {})).ok());
  EXPECT_TRUE(daemon_.command("queue list").output.contains("bob@example.com"));
  // Its copy is in Sent already.
  const std::string sent = phone().folder_of_type(sent_type)->id;
  client::SyncOptions options;
  options.options = client::mail_options(0, 1, std::nullopt);
  EXPECT_TRUE(run(phone().sync_all(sent, options)).ok());
  ASSERT_EQ(phone().collection(sent).items.size(), 1U);
  EXPECT_EQ(phone().collection(sent).items.begin()->second.at("Subject"), "Team");

  EXPECT_EQ(daemon_.stop(), 0);
  interop::ScriptedServer hop({interop::Script{
      "S: 220 mail.example.org ESMTP", "C: EHLO", "S: 250-mail.example.org",
      "S: 250-AUTH PLAIN LOGIN", "S: 250 SIZE 1000000", "C: AUTH PLAIN", "S: 235 in",
      "C: MAIL FROM:<" + user_ + "@example.org>", "S: 250 ok", "C: RCPT TO:<bob@example.com>",
      "S: 250 ok", "C: DATA", "S: 354 go", "until: .", "S: 250 taken", "C: QUIT", "S: 221 bye"}});
  daemon_.config["submission"] =
      "host = \"127.0.0.1\"\nport = " + std::to_string(hop.port()) + "\ntls = \"none\"\n";
  daemon_.start();
  EXPECT_TRUE(daemon_.command("queue list").output.contains("bob@example.com"));
  EXPECT_EQ(hop.connections(), 0U);
  // The password comes with the user's next request, whatever it is for.
  Phone other(daemon_, user_, "other");
  EXPECT_TRUE(run(other->folder_sync()).ok());
  EXPECT_TRUE(wait_until(
      [&] { return !daemon_.command("queue list").output.contains("bob@example.com"); }));
  EXPECT_EQ(hop.connections(), 1U);
  EXPECT_EQ(hop.complaints(), std::vector<std::string>{});
}

TEST_F(DavGatewayTest, WhatAPhoneHoldsStaysWhileTheServerIsDown) {
  Meddler meddler(radicale_->port("HTTP_PORT"));
  daemon_.config["dav"] =
      "url = \"http://127.0.0.1:" + std::to_string(meddler.port()) + "/\"\ninterval_seconds = 1\n";
  start();
  const std::string id = open(contacts_type);
  ASSERT_FALSE(id.empty());
  EXPECT_EQ(elsewhere_->put("contacts/ada.vcf", "text/vcard", vcard("Ada")), 201);
  EXPECT_TRUE(run(phone().sync_all(id, {})).ok());
  const std::string inbox = phone_->inbox();

  meddler.go_down();
  EXPECT_TRUE(run(phone().folder_sync()).ok());
  EXPECT_NE(phone().folder_of_type(contacts_type), nullptr);
  EXPECT_TRUE(run(phone().sync_all(inbox, {})).ok());
  EXPECT_FALSE(run(phone().sync(id, {})).ok());
  EXPECT_EQ(values(id, "LastName"), Names{"Ada"});
  // A Ping that cannot look there waits for the rest, and for the server.
  auto held = phone_->ping(id, 600);
  EXPECT_TRUE(wait_until([&] { return daemon_.status().parked == 1; }));
  EXPECT_EQ(elsewhere_->put("contacts/bob.vcf", "text/vcard", vcard("Bob")), 201);
  meddler.come_back();
  EXPECT_EQ(ping_status(held.get()), changes_found);
  EXPECT_TRUE(run(phone().sync_all(id, {})).ok());
  EXPECT_EQ(values(id, "LastName"), (Names{"Ada", "Bob"}));
}

TEST_F(DavGatewayTest, BesideTheEmbeddedStore) {
  daemon_.config.erase("backend");
  daemon_.config.erase("imap");
  daemon_.config["dav"] += "user = \"{name}\"\n";
  daemon_.start();
  daemon_.add_user(user_ + "@example.org");
  phone_ = std::make_unique<Phone>(daemon_, user_ + "@example.org");
  elsewhere_ = std::make_unique<Elsewhere>(radicale_->port("HTTP_PORT"), user_);
  const std::string inbox = phone_->inbox();
  const std::string id = open(contacts_type);
  ASSERT_FALSE(id.empty());
  EXPECT_EQ(elsewhere_->put("contacts/ada.vcf", "text/vcard", vcard("Ada")), 201);
  // Also once the sign-in is remembered.
  EXPECT_TRUE(run(phone().sync_all(id, {})).ok());
  EXPECT_EQ(values(id, "LastName"), Names{"Ada"});
}

TEST_F(DavGatewayTest, ThePageSaysWhetherItWorks) {
  start();
  const std::string page = ask_http(daemon_.port("http "), {.head = page_request, .user = user_});
  EXPECT_TRUE(page.contains("Contacts, calendars, tasks and notes</td><td class=\"good\">works"))
      << page;
}

}  // namespace
}  // namespace godwit::test
