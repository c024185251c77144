// The DAV backend against servers that do what no real one in build/parts can be made to do.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <utility>

#include "backend/dav/dav.hpp"
#include "base/fault.hpp"
#include "interop/imap_servers.hpp"
#include "interop/scripted_dav.hpp"

namespace godwit::interop {
namespace {

using backend::ItemChanges;
using backend::Items;
using dav::Service;
using Request = ScriptedDav::Request;

const std::string card = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ada\r\nN:Ada;;;;\r\nEND:VCARD\r\n";

class DavScriptsTest : public testing::Test {
 protected:
  DavScriptsTest() {
    settings_.start = dav::parse_url("http://127.0.0.1:" + std::to_string(server_.port())).value();
    settings_.client.request_limit = std::chrono::milliseconds(2'000);
    settings_.create = false;
  }
  ~DavScriptsTest() override { items_.reset(); }

  template <class T>
  T run(Task<T> work) {
    std::optional<T> out;
    loop_.run(keep(std::move(work), out));
    return std::move(*out);
  }
  template <class T>
  static Task<> keep(Task<T> work, std::optional<T>& out) {
    out.emplace(co_await std::move(work));
  }
  Items& items() {
    if (!backend_) open();
    return *items_;
  }
  void open(const std::string& password = "secret") {
    if (!backend_) {
      backend_ = std::make_unique<backend::dav::DavServer>(settings_, loop_.executor(), random_);
    }
    items_ = backend_->open_items({.user = UserId::parse("ann").value(),
                                   .login = "ann",
                                   .password = Secret(password),
                                   .display_name = {},
                                   .addresses = {}});
  }
  FolderKey book() {
    if (!book_) book_ = run(items().collections()).at(0).key;
    return *book_;
  }
  Result<ItemChanges> changes(const std::string& since) {
    return run(items().changes(book(), since));
  }
  std::vector<std::string> listed() {
    std::vector<std::string> out;
    for (const auto& tag : changes("").value().changed) out.push_back(tag.href);
    std::ranges::sort(out);
    return out;
  }
  template <class Work>
  std::optional<Fault::Kind> fault_of(Work work) {
    try {
      static_cast<void>(run(work()));
    } catch (const Fault& fault) {
      return fault.kind();
    }
    return std::nullopt;
  }
  std::optional<Fault::Kind> fault_of_listing() {
    return fault_of([&] { return items().collections(); });
  }
  /// From here on every request of that method gets these bytes.
  void answer(const std::string& method, const std::string& bytes) {
    server_.instead = [method, bytes](const Request& request) {
      return request.method == method ? std::optional(bytes) : std::nullopt;
    };
  }

  ScriptedDav server_;
  TestLoop loop_;
  SeededRandom random_{1};
  backend::dav::Settings settings_;
  std::unique_ptr<backend::dav::DavServer> backend_;
  std::shared_ptr<Items> items_;
  std::optional<FolderKey> book_;
};

using Names = std::vector<std::string>;

/// A calendar home /c/ of the principal /p/, and what OPTIONS tells.
std::optional<std::string> scheduling_answer(const Request& request, const std::string& options) {
  const auto prop = [&](const std::string& content) {
    return multistatus("<response><href>" + request.path + "</href><propstat><prop>" + content +
                       "</prop><status>HTTP/1.1 200 OK</status></propstat></response>");
  };
  const std::string space = " xmlns:C=\"urn:ietf:params:xml:ns:caldav\">";
  if (request.method == "OPTIONS") return http_answer(200, "", options);
  if (request.method != "PROPFIND") return std::nullopt;
  if (request.path != "/p/") {
    return prop("<current-user-principal><href>/p/</href></current-user-principal>");
  }
  if (!request.body.contains("calendar-user-address-set")) {
    return prop("<C:calendar-home-set" + space + "<href>/c/</href></C:calendar-home-set>");
  }
  return prop("<C:calendar-user-address-set" + space +
              "<href>mailto:ann@example.com</href><href>/p/</href>"
              "<href>MAILTO:a.b@example.com</href></C:calendar-user-address-set>");
}

TEST_F(DavScriptsTest, SchedulingIsAnnouncedInAnyOfSeveralLines) {
  server_.instead = [](const Request& request) {
    return scheduling_answer(request,
                             "DAV: 1, 2, calendar-access\r\nDAV: calendar-auto-schedule\r\n");
  };
  const Names both{"ann@example.com", "a.b@example.com"};
  EXPECT_EQ(run(items().scheduling_addresses()), both);
  EXPECT_EQ(run(items().scheduling_addresses()), both);
  EXPECT_EQ(server_.count("OPTIONS"), 1U);
}

TEST_F(DavScriptsTest, AServerThatDoesNotScheduleIsNotAskedForAddresses) {
  server_.instead = [](const Request& request) {
    return scheduling_answer(request, "DAV: 1, 2, calendar-access, calendar-schedule\r\n");
  };
  EXPECT_TRUE(run(items().scheduling_addresses()).empty());
  const auto asked = server_.count("PROPFIND");
  EXPECT_TRUE(run(items().scheduling_addresses()).empty());
  EXPECT_EQ(server_.count("PROPFIND"), asked);
}

TEST_F(DavScriptsTest, APagedListComesWhole) {
  for (int i = 0; i < 7; ++i) server_.set("i" + std::to_string(i) + ".vcf", card);
  server_.ways.page = 3;
  Names all;
  std::string since;
  int pages = 0;
  for (bool more = true; more; ++pages) {
    auto page = changes(since).value();
    for (const auto& tag : page.changed) all.push_back(tag.href);
    since = page.cursor;
    more = page.more;
  }
  EXPECT_EQ(pages, 3);
  EXPECT_EQ(all.size(), 7U);
  // A server that stands still would have us ask for ever.
  const std::string same = multistatus(
      "<response><href>/u/book/</href><status>HTTP/1.1 507 X</status></response>"
      "<sync-token>urn:8</sync-token>");
  answer("REPORT", same);
  EXPECT_EQ(fault_of([&] { return items().changes(book(), since); }), Fault::Kind::corrupt);
}

TEST_F(DavScriptsTest, ExpiredTokensAreStale) {
  server_.set("a.vcf", card);
  const std::string cursor = changes("").value().cursor;
  server_.expire_tokens();
  EXPECT_EQ(changes(cursor).error().code, Errc::stale);
  EXPECT_EQ(listed(), Names{"a"});
}

TEST_F(DavScriptsTest, WithoutSyncTheListIsComparedByCtag) {
  server_.ways.syncs = false;
  server_.set("a.vcf", card);
  const std::string cursor = changes("").value().cursor;
  EXPECT_EQ(run(items().cursor(book())).value(), cursor);
  const auto before = server_.count("PROPFIND");
  EXPECT_TRUE(changes(cursor).value().changed.empty());
  EXPECT_EQ(server_.count("PROPFIND"), before + 1);
  server_.remove("a.vcf");
  EXPECT_EQ(changes(cursor).error().code, Errc::stale);
  EXPECT_EQ(listed(), Names{});
}

TEST_F(DavScriptsTest, WithoutCtagsAsWell) {
  server_.ways.syncs = server_.ways.ctag = false;
  server_.set("a.vcf", card);
  const std::string cursor = changes("").value().cursor;
  EXPECT_EQ(run(items().cursor(book())).value(), cursor);
  server_.set("a.vcf", card);
  EXPECT_EQ(changes(cursor).error().code, Errc::stale);
}

/// Without etags a change is seen, and a write still happens only to the text that it is for.
TEST_F(DavScriptsTest, DroppedEtags) {
  for (const bool times : {false, true}) {
    server_.ways.etags = false;
    server_.ways.times = times;
    server_.set("a.vcf", card);
    const auto first = changes("").value();
    ASSERT_EQ(first.changed.size(), 1U);
    const auto read = run(items().fetch(book(), {"a"})).value();
    EXPECT_EQ(read.at(0).etag, first.changed[0].etag);
    server_.set("a.vcf", card + "X");
    const auto then = changes(first.cursor).value();
    ASSERT_EQ(then.changed.size(), 1U);
    EXPECT_NE(then.changed[0].etag, first.changed[0].etag);
    EXPECT_EQ(run(items().put(book(), "a", card, {first.changed[0].etag})).error().code,
              Errc::conflict);
    EXPECT_EQ(run(items().remove(book(), "a", first.changed[0].etag)).error().code, Errc::conflict);
    EXPECT_TRUE(run(items().put(book(), "a", card, {then.changed[0].etag})));
    EXPECT_EQ(server_.texts().at("a.vcf"), card);
  }
}

TEST_F(DavScriptsTest, AnEtagThatAWriteDoesNotTellIsLookedUp) {
  server_.ways.etag_of_put = false;
  const auto etag = run(items().put(book(), "a", card, {})).value();
  EXPECT_EQ(changes("").value().changed.at(0).etag, etag);
  server_.ways.adds = "REV:20260101T000000Z";
  const auto stamped = run(items().put(book(), "a", card, {etag})).value();
  EXPECT_EQ(changes("").value().changed.at(0).etag, stamped);
  // Something that a device may hold: it must be told, so this is no etag of any text.
  server_.ways.adds = "TEL:1";
  EXPECT_EQ(run(items().put(book(), "a", card, {stamped})).value(), "");
  EXPECT_EQ(run(items().put(book(), "a", card, {""})).error().code, Errc::conflict);
  EXPECT_EQ(run(items().remove(book(), "a", "")).error().code, Errc::conflict);
}

TEST_F(DavScriptsTest, WithoutMultigetItemsComeOneByOne) {
  server_.ways.multiget = false;
  server_.set("a.vcf", card);
  server_.set("b.vcf", card);
  EXPECT_EQ(run(items().fetch(book(), {"b", "gone", "a"})).value().size(), 2U);
  EXPECT_EQ(run(items().fetch(book(), {"a"})).value().size(), 1U);
  EXPECT_EQ(server_.count("GET"), 4U);
  EXPECT_EQ(server_.count("REPORT"), 1U);
}

TEST_F(DavScriptsTest, NamesAreTheSameBothWays) {
  for (const char* name : {"plain", "own.vcf", "two.dots.vcf", "other.ics", "a b%41.vcf", ".vcf"}) {
    server_.set(dav::encode_segment(name), card);
  }
  EXPECT_EQ(listed(), (Names{"./plain", ".vcf", "a b%41", "other.ics", "own", "two.dots.vcf"}));
  for (const std::string& href : listed()) {
    EXPECT_EQ(run(items().fetch(book(), {href})).value().size(), 1U) << href;
    EXPECT_TRUE(run(items().remove(book(), href, std::nullopt)));
  }
  EXPECT_TRUE(server_.texts().empty());
}

/// ADR 0010: the second attempt finds what the first one made.
TEST_F(DavScriptsTest, ALostAnswerMakesNoSecondItem) {
  book();
  bool lost = false;
  server_.loses = [&lost](const Request& request) {
    return request.method == "PUT" && !std::exchange(lost, true);
  };
  const auto first = fault_of([&] { return items().put(book(), "a", card, {}); });
  const auto again = run(items().put(book(), "a", card, {}));
  EXPECT_TRUE(first.has_value() || !again);
  EXPECT_EQ(again.error().code, Errc::conflict);
  EXPECT_EQ(run(items().fetch(book(), {"a"})).value().at(0).text, card);
  EXPECT_EQ(server_.texts().size(), 1U);
}

TEST_F(DavScriptsTest, AKeptConnectionThatIsResetLosesNoRequest) {
  server_.ways.resets_kept = true;
  server_.ways.etags = false;  // nothing to make a write conditional by
  ASSERT_TRUE(run(items().put(book(), "a", card, {})));
  const auto then = changes("").value();
  EXPECT_TRUE(run(items().put(book(), "a", card + "X", {then.changed.at(0).etag})));
  EXPECT_EQ(server_.texts().at("a.vcf"), card + "X");
}

TEST_F(DavScriptsTest, TwoHundredToEverything) {
  answer("PROPFIND", http_answer(200, "<html><body>Welcome</body></html>"));
  EXPECT_EQ(fault_of_listing(), Fault::Kind::corrupt);
  server_.instead = nullptr;
  book();
  server_.instead = [](const Request&) { return http_answer(200, "<html/>"); };
  EXPECT_EQ(fault_of([&] { return items().changes(book(), ""); }), Fault::Kind::corrupt);
  EXPECT_EQ(fault_of([&] { return items().cursor(book()); }), Fault::Kind::corrupt);
  // What is not there was not written, whatever is said.
  EXPECT_EQ(fault_of([&] { return items().put(book(), "a", card, {}); }), Fault::Kind::corrupt);
}

TEST_F(DavScriptsTest, BombsAndNonsense) {
  std::string deep;
  for (int i = 0; i < 10'000; ++i) deep += "<a>";
  const auto nonsense = std::to_array<std::string>(
      {http_answer(207, "<!DOCTYPE m [<!ENTITY a \"aaaa\">]><multistatus xmlns=\"DAV:\">&a;"),
       http_answer(207, "<multistatus xmlns=\"DAV:\">" + deep),
       http_answer(207, "<multistatus xmlns=\"DAV:\"><response>"), http_answer(207, ""),
       "HTTP/1.1 207 X\r\nContent-Length: 10000\r\n\r\n<multi",
       "HTTP/1.1 207 X\r\nContent-Length: 99999999999\r\n\r\n" + std::string(70 << 20, ' '),
       "HTTP/1.1 207 X\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "SSH-2.0-x\r\n\r\n",
       http_answer(301, "", "Location: http://other.example/\r\n"),
       http_answer(301, "", "Location: /\r\n")});
  book();
  for (const std::string& bytes : nonsense) {
    answer("REPORT", bytes);
    EXPECT_EQ(fault_of([&] { return items().changes(book(), ""); }), Fault::Kind::corrupt)
        << bytes.substr(0, 80);
  }
}

TEST_F(DavScriptsTest, AServerThatStalls) {
  book();
  settings_.client.request_limit = std::chrono::milliseconds(200);
  backend_.reset();
  items();
  answer("REPORT", "stall");
  EXPECT_EQ(fault_of([&] { return items().changes(book(), ""); }), Fault::Kind::timed_out);
  // What was asked for next would wait as long again.
  const auto asked = server_.asked().size();
  EXPECT_EQ(fault_of([&] { return items().changes(book(), ""); }), Fault::Kind::busy);
  EXPECT_EQ(server_.asked().size(), asked);
}

TEST_F(DavScriptsTest, AnAnswerWithoutALengthEndsWithItsConnection) {
  server_.ways.multiget = false;
  server_.set("a.vcf", card);
  answer("GET", "HTTP/1.0 200 OK\r\nETag: \"1\"\r\n\r\n" + card);
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(run(items().fetch(book(), {"a"})).value().at(0).text, card);
  }
}

TEST_F(DavScriptsTest, PasswordsStayWithTheirServer) {
  ScriptedDav other;
  const std::string there = "http://127.0.0.1:" + std::to_string(other.port()) + "/u/";
  server_.ways.home = there;
  EXPECT_EQ(fault_of_listing(), Fault::Kind::unavailable);
  answer("PROPFIND", http_answer(301, "", "Location: " + there + "\r\n"));
  EXPECT_EQ(fault_of_listing(), Fault::Kind::corrupt);
  EXPECT_TRUE(other.asked().empty());
}

TEST_F(DavScriptsTest, AServerThatWantsToBeLeftAloneIs) {
  book();
  answer("REPORT", http_answer(429, "", "Retry-After: 300\r\n"));
  EXPECT_EQ(fault_of([&] { return items().changes(book(), ""); }), Fault::Kind::busy);
  const auto before = server_.asked().size();
  EXPECT_EQ(fault_of([&] { return items().changes(book(), ""); }), Fault::Kind::busy);
  EXPECT_EQ(fault_of_listing(), Fault::Kind::busy);
  EXPECT_EQ(server_.asked().size(), before);
}

TEST_F(DavScriptsTest, ARefusedPasswordIsNotTriedAgain) {
  server_.instead = [](const Request& request) {
    const bool good = request.header("Authorization").contains("YW5uOm5ldw");  // ann:new
    return good ? std::nullopt : std::optional(http_answer(401, ""));
  };
  EXPECT_EQ(fault_of_listing(), Fault::Kind::unavailable);
  EXPECT_EQ(server_.asked().size(), 1U);
  EXPECT_EQ(fault_of_listing(), Fault::Kind::unavailable);
  EXPECT_EQ(server_.asked().size(), 1U);
  open("new");
  EXPECT_EQ(run(items().collections()).size(), 1U);
}

TEST_F(DavScriptsTest, RefusedWritesHaveTheirMeaning) {
  struct Row {
    int status;
    std::optional<Errc> error;
    std::optional<Fault::Kind> fault;
  };
  constexpr auto rows = std::to_array<Row>({{400, Errc::refused, {}},
                                            {403, Errc::refused, {}},
                                            {404, Errc::refused, {}},
                                            {405, Errc::refused, {}},
                                            {409, Errc::refused, {}},
                                            {412, Errc::conflict, {}},
                                            {413, Errc::too_large, {}},
                                            {415, Errc::refused, {}},
                                            {423, {}, Fault::Kind::busy},
                                            {500, {}, Fault::Kind::unavailable},
                                            {502, {}, Fault::Kind::unavailable},
                                            {507, {}, Fault::Kind::quota}});
  book();
  for (const Row& row : rows) {
    answer("PUT", http_answer(row.status, ""));
    std::optional<Errc> error;
    const auto fault = fault_of([&]() -> Task<bool> {
      const auto put = co_await items().put(book(), "a", card, {});
      if (!put) error = put.error().code;
      co_return put.has_value();
    });
    EXPECT_EQ(error, row.error) << row.status;
    EXPECT_EQ(fault, row.fault) << row.status;
  }
}

TEST_F(DavScriptsTest, WhatMayOnlyBeReadIsNotWritten) {
  server_.ways.writable = false;
  server_.set("a.vcf", card);
  EXPECT_TRUE(run(items().collections()).at(0).read_only);
  EXPECT_EQ(run(items().put(book(), "b", card, {})).error().code, Errc::refused);
  EXPECT_EQ(run(items().remove(book(), "a", std::nullopt)).error().code, Errc::refused);
  EXPECT_EQ(server_.count("PUT") + server_.count("DELETE"), 0U);
}

class Resolver final : public dav::Resolver {
 public:
  explicit Resolver(std::vector<std::string>& asked) : asked_(asked) {}
  Task<std::vector<dav::ServiceRecord>> services(std::string name) override {
    asked_.push_back(std::move(name));
    co_return std::vector<dav::ServiceRecord>{
        {.priority = 1, .weight = 1, .port = 1, .target = "localhost"}};
  }
  Task<std::vector<std::string>> texts(std::string) override {
    co_return std::vector<std::string>{};
  }

 private:
  std::vector<std::string>& asked_;
};

TEST_F(DavScriptsTest, ADomainIsLookedUp) {
  std::vector<std::string> asked;
  settings_.start.reset();
  settings_.domain = "{domain}";
  backend_ = std::make_unique<backend::dav::DavServer>(settings_, loop_.executor(), random_,
                                                       std::make_unique<Resolver>(asked));
  items_ = backend_->open_items({.user = UserId::parse("ann@example.org").value(),
                                 .login = "ann@example.org",
                                 .password = Secret("secret"),
                                 .display_name = {},
                                 .addresses = {}});
  EXPECT_EQ(fault_of_listing(), Fault::Kind::unavailable);  // nothing listens there
  EXPECT_EQ(asked, Names{"_caldavs._tcp.example.org"});
}

TEST_F(DavScriptsTest, PathsByTemplate) {
  settings_.calendars = "/none/{name}/";
  settings_.contacts = "/{name}/";
  backend_ = std::make_unique<backend::dav::DavServer>(settings_, loop_.executor(), random_);
  items_ = backend_->open_items({.user = UserId::parse("u@example.org").value(),
                                 .login = "u@example.org",
                                 .password = Secret("secret"),
                                 .display_name = {},
                                 .addresses = {}});
  EXPECT_EQ(run(items().collections()).at(0).name, "Book");
  EXPECT_EQ(server_.asked(), (Names{"PROPFIND /none/u/", "PROPFIND /u/"}));
}

}  // namespace
}  // namespace godwit::interop
