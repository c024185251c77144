#include <gtest/gtest.h>

#include "dav/limits.hpp"
#include "dav/multistatus.hpp"
#include "dav/request.hpp"
#include "dav/service_lookup.hpp"
#include "dav/url.hpp"
#include "run.hpp"

namespace godwit::dav {
namespace {

Result<std::vector<Element>> children_of(std::string_view text, std::size_t piece = 1 << 20) {
  std::vector<Element> out;
  XmlStream xml([&out](Element child) -> Result<> {
    out.push_back(std::move(child));
    return {};
  });
  for (std::size_t at = 0; at < text.size(); at += piece) xml.append(text.substr(at, piece));
  const auto root = xml.finish();
  if (!root) return pass(root);
  return out;
}

Errc error_of(std::string_view text) { return children_of(text).error().code; }

TEST(DavXml, ChildrenOfTheRootComeWholeHoweverTheyArrive) {
  const std::string text =
      "<?xml version='1.0'?>\n<a:r xmlns:a='DAV:' xmlns='x'> <a:one k='v'>T<![CDATA[<&]]>&amp;&#65;"
      "<two/></a:one><three><a:four>5</a:four></three></a:r>";
  for (std::size_t piece = 1; piece < text.size(); piece += 7) {
    const auto children = children_of(text, piece);
    ASSERT_TRUE(children) << piece;
    ASSERT_EQ(children->size(), 2U);
    const Element& one = children->at(0);
    EXPECT_TRUE(one.is(dav_space, "one"));
    EXPECT_EQ(one.text, "T<&&A");
    EXPECT_EQ(one.attribute("k"), "v");
    EXPECT_NE(one.find("x", "two"), nullptr);
    EXPECT_EQ(children->at(1).find(dav_space, "four")->text, "5");
  }
}

TEST(DavXml, EntitiesAndDocumentTypesAreRefused) {
  EXPECT_EQ(
      error_of("<!DOCTYPE r [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;&a;\">]><r><x>&b;</x></r>"),
      Errc::unsupported);
  EXPECT_EQ(error_of("<!DOCTYPE r SYSTEM \"file:///etc/passwd\"><r/>"), Errc::unsupported);
  EXPECT_EQ(error_of("<r><x>&unknown;</x></r>"), Errc::unsupported);
  EXPECT_EQ(error_of("<r><x a='&unknown;'/></r>"), Errc::unsupported);
}

TEST(DavXml, WhatIsNotWholeIsMalformed) {
  EXPECT_EQ(error_of(""), Errc::malformed);
  EXPECT_EQ(error_of("<html><body>Hello<br></body></html>"), Errc::malformed);
  EXPECT_EQ(error_of("<r><x>"), Errc::malformed);
  EXPECT_EQ(error_of("<r></r><s/>"), Errc::malformed);
  EXPECT_EQ(error_of(std::string("<r>\0</r>", 8)), Errc::malformed);
}

TEST(DavXml, BoundsHold) {
  std::string deep;
  for (std::size_t i = 0; i <= xml_depth_max; ++i) deep += "<a>";
  EXPECT_EQ(error_of(deep), Errc::too_large);
  std::string wide = "<r><x>";
  for (std::size_t i = 0; i < xml_elements_max; ++i) wide += "<a/>";
  EXPECT_EQ(error_of(wide), Errc::too_large);
  EXPECT_EQ(error_of("<r><x a='" + std::string(xml_attribute_bytes_max + 1, 'a') + "'/></r>"),
            Errc::too_large);
  // Text comes in pieces, so that nothing long is kept before it is refused.
  XmlStream xml([](const Element&) -> Result<> { return {}; });
  xml.append("<r><x>");
  const std::string piece(1 << 20, 'a');
  for (int i = 0; i < 14; ++i) xml.append(piece);
  EXPECT_TRUE(xml.failed());
  EXPECT_EQ(xml.finish().error().code, Errc::too_large);
}

TEST(DavXml, WhatTheTakerRefusesEndsIt) {
  int taken = 0;
  XmlStream xml([&taken](const Element&) -> Result<> {
    ++taken;
    return fail(Errc::conflict, "enough");
  });
  xml.append("<r><a/><b/></r>");
  EXPECT_EQ(xml.finish().error().code, Errc::conflict);
  EXPECT_EQ(taken, 1);
}

std::vector<Entry> entries_of(const std::string& content) {
  std::vector<Entry> out;
  Multistatus entries([&out](Entry entry) -> Result<> {
    out.push_back(std::move(entry));
    return {};
  });
  entries.append(
      "<multistatus xmlns='DAV:' xmlns:C='urn:ietf:params:xml:ns:caldav' "
      "xmlns:S='http://calendarserver.org/ns/'>" +
      content + "</multistatus>");
  EXPECT_TRUE(entries.finish());
  return out;
}

TEST(DavMultistatus, PropertiesOfACollection) {
  const auto entries = entries_of(
      "<response><href>/c/</href><propstat><prop><resourcetype><collection/><C:calendar/>"
      "</resourcetype><displayname> Work </displayname><S:getctag>7</S:getctag>"
      "<sync-token>t</sync-token><C:supported-calendar-component-set><C:comp name='VTODO'/>"
      "</C:supported-calendar-component-set><supported-report-set><supported-report><report>"
      "<sync-collection/></report></supported-report></supported-report-set>"
      "<current-user-privilege-set><privilege><read/></privilege></current-user-privilege-set>"
      "</prop><status>HTTP/1.1 200 OK</status></propstat><propstat><prop><getetag>\"x\"</getetag>"
      "</prop><status>HTTP/1.1 404 Not Found</status></propstat></response>");
  ASSERT_EQ(entries.size(), 1U);
  const Properties& found = entries[0].properties;
  EXPECT_TRUE(found.collection && found.calendar && found.syncs && !found.address_book);
  EXPECT_EQ(found.name, "Work");
  EXPECT_EQ(found.ctag, "7");
  EXPECT_EQ(found.sync_token, "t");
  EXPECT_EQ(found.components, (Components{.tasks = true}));
  EXPECT_EQ(found.writable, false);
  EXPECT_EQ(found.etag, "");
}

TEST(DavMultistatus, WhatIsGoneAndWhatIsRefused) {
  const auto entries = entries_of(
      "<response><href>/a</href><status>HTTP/1.1 404 Not Found</status></response>"
      "<response><href>/b</href><propstat><prop><getetag/></prop>"
      "<status>HTTP/1.1 403 No</status></propstat></response><other/>");
  ASSERT_EQ(entries.size(), 2U);
  EXPECT_EQ(entries[0].status, 404);
  EXPECT_TRUE(entries[1].no_data);
}

TEST(DavMultistatus, EtagsAreStrong) {
  EXPECT_EQ(strong_etag(" W/\"a\" "), "\"a\"");
  EXPECT_EQ(strong_etag("a"), "\"a\"");
  EXPECT_EQ(strong_etag(""), "");
}

TEST(DavMultistatus, ConditionsOfErrors) {
  EXPECT_EQ(read_conditions("<D:error xmlns:D='DAV:'><D:valid-sync-token/></D:error>"),
            std::vector<std::string>{"valid-sync-token"});
  EXPECT_TRUE(read_conditions("<html/>").empty());
  EXPECT_TRUE(read_conditions("no XML").empty());
}

TEST(DavRequest, WhatIsSentIsXml) {
  for (const Wanted wanted :
       {Wanted::principal, Wanted::homes, Wanted::collections, Wanted::positions, Wanted::tags}) {
    EXPECT_TRUE(children_of(propfind_body(wanted)));
  }
  EXPECT_EQ(children_of(sync_collection_body("<&>\""))->at(0).text, "<&>\"");
  EXPECT_EQ(children_of(multiget_body(Service::calendars, {"/a&b"}))->at(1).text, "/a&b");
  EXPECT_TRUE(children_of(make_calendar_body("<x>", {.events = true})));
  EXPECT_TRUE(children_of(make_address_book_body("a]]>b")));
}

TEST(DavUrl, IsReadAndResolved) {
  const auto url = parse_url("HTTPS://Dav.Example.org:8443/a%20b/./c/../%7Euser?x#y").value();
  EXPECT_EQ(url.origin.text(), "https://dav.example.org:8443");
  EXPECT_EQ(url.path, "/a%20b/~user");
  EXPECT_EQ(parse_url("http://[::1]:80").value().origin.text(), "http://[::1]:80");
  const Url base = parse_url("https://h/a/b").value();
  EXPECT_EQ(resolve(base, "c/").value().path, "/a/c/");
  EXPECT_EQ(resolve(base, "/d").value().path, "/d");
  EXPECT_EQ(resolve(base, "//other/e").value().origin.host, "other");
  EXPECT_EQ(resolve(base, "http://h/f").value().origin.tls, false);
  EXPECT_FALSE(canonical_path(std::string_view("/a\0b", 4)));
  for (const char* bad : {"ftp://h/", "https://", "https://u:p@h/", "https://h:0/", "https://h/%0",
                          "https://h/%00", "https://h/../x", "https://a b/"}) {
    EXPECT_FALSE(parse_url(bad)) << bad;
  }
}

TEST(DavUrl, NamesInAFolder) {
  EXPECT_EQ(name_in("/a/", "/a/b%20c.vcf"), "b c.vcf");
  for (const char* other : {"/a/", "/a/b/", "/b/c", "/a"}) {
    EXPECT_EQ(name_in("/a/", other), std::nullopt) << other;
  }
  EXPECT_EQ(encode_segment("a/b%\n@"), "a%2Fb%25%0A@");
}

TEST(DavUrl, Templates) {
  const Login login{"ann/x@example.org"};
  EXPECT_EQ(fill("/c/{name}/{domain}/{login}/", login, Form::path),
            "/c/ann%2Fx/example.org/ann%2Fx@example.org/");
  EXPECT_EQ(fill("{name}", {"ann"}, Form::plain), "ann");
  EXPECT_TRUE(is_template("/a/{login}"));
  EXPECT_FALSE(is_template("/a/{user}"));
}

class ScriptedResolver final : public Resolver {
 public:
  Task<std::vector<ServiceRecord>> services(std::string name) override {
    asked.push_back(name);
    co_return records;
  }
  Task<std::vector<std::string>> texts(std::string) override { co_return told; }
  std::vector<std::string> asked;
  std::vector<ServiceRecord> records;
  std::vector<std::string> told;
};

TEST(DavService, TheBestRecordIsTaken) {
  ScriptedResolver resolver;
  resolver.records = {{20, 9, 443, "later.example.org"},
                      {10, 1, 8443, "light.example.org"},
                      {10, 5, 8443, "heavy.example.org"},
                      {0, 0, 0, ""}};
  resolver.told = {"txtvers=1", "path=/dav"};
  const auto url = test::run(find_service(resolver, Service::contacts, "example.org")).value();
  EXPECT_EQ(url.origin.text() + url.path, "https://heavy.example.org:8443/dav");
  EXPECT_EQ(resolver.asked, std::vector<std::string>{"_carddavs._tcp.example.org"});
  resolver.records.clear();
  EXPECT_EQ(test::run(find_service(resolver, Service::calendars, "example.org")).error().code,
            Errc::not_found);
}

TEST(DavService, DnsAnswersAreRead) {
  using namespace std::string_literals;
  const std::string head = "\x12\x34\x81\x80\0\1\0\1\0\0\0\0"s;
  const std::string name = "\7_caldav\4_tcp\1x\0"s;
  const std::string service =
      head + name + "\0\x21\0\1\xC0\x0C\0\x21\0\1\0\0\0\1\0\x0C\0\5\0\6\x20\xFB\3dav\xC0\x19"s;
  const auto records = read_services(service).value();
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(records[0].target, "dav.x");
  EXPECT_EQ(records[0].port, 8443);
  EXPECT_EQ(records[0].priority, 5);
  const std::string text = head + name + "\0\x10\0\1\xC0\x0C\0\x10\0\1\0\0\0\1\0\7\6path=/"s;
  EXPECT_EQ(read_texts(text).value(), std::vector<std::string>{"path=/"});
  for (std::size_t size = 0; size < service.size(); ++size) {
    EXPECT_FALSE(read_services(std::string_view(service).substr(0, size)));
  }
}

}  // namespace
}  // namespace godwit::dav
