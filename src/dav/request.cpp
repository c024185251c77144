#include "dav/request.hpp"

namespace godwit::dav {
namespace {

constexpr std::string_view declaration = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n";
constexpr std::string_view spaces =
    " xmlns:D=\"DAV:\" xmlns:C=\"urn:ietf:params:xml:ns:caldav\""
    " xmlns:A=\"urn:ietf:params:xml:ns:carddav\" xmlns:S=\"http://calendarserver.org/ns/\"";

std::string document(std::string_view root, std::string_view content) {
  std::string out(declaration);
  out += '<';
  out += root;
  out += spaces;
  out += '>';
  out += content;
  out += "</";
  out += root;
  return out + '>';
}

std::string_view properties_of(Wanted wanted) {
  switch (wanted) {
    case Wanted::principal:
      return "<D:current-user-principal/><D:resourcetype/><C:calendar-home-set/>"
             "<A:addressbook-home-set/>";
    case Wanted::homes:
      return "<C:calendar-home-set/><A:addressbook-home-set/>";
    case Wanted::proxies:
      return "<S:calendar-proxy-read-for/><S:calendar-proxy-write-for/>";
    case Wanted::shared_home:
      return "<D:resourcetype/><D:displayname/><C:calendar-home-set/>"
             "<A:addressbook-home-set/>";
    case Wanted::addresses:
      return "<C:calendar-user-address-set/>";
    case Wanted::collections:
      return "<D:resourcetype/><D:displayname/><D:current-user-privilege-set/>"
             "<D:supported-report-set/><D:sync-token/><S:getctag/>"
             "<C:supported-calendar-component-set/><C:schedule-default-calendar-URL/>"
             "<D:owner/><D:resource-id/>";
    case Wanted::positions:
      return "<D:resourcetype/><D:displayname/><D:sync-token/><S:getctag/><D:owner/>"
             "<D:resource-id/>";
    case Wanted::tags:
      return "<D:resourcetype/><D:getetag/><D:getcontenttype/><D:getlastmodified/>";
    case Wanted::scheduling:
      return "<C:schedule-outbox-URL/><C:calendar-user-address-set/>";
  }
  return {};
}

std::string prop(std::string_view properties) {
  return "<D:prop>" + std::string(properties) + "</D:prop>";
}

std::string display_name(std::string_view name) {
  return "<D:displayname>" + escape_xml(name) + "</D:displayname>";
}

std::string time_range(std::string_view from, std::string_view to) {
  return "<C:time-range start=\"" + escape_xml(from) + "\" end=\"" + escape_xml(to) + "\"/>";
}

std::string set(const std::string& properties) { return "<D:set>" + prop(properties) + "</D:set>"; }

}  // namespace

std::string propfind_body(Wanted wanted) {
  return document("D:propfind", prop(properties_of(wanted)));
}

std::string sync_collection_body(std::string_view token) {
  return document("D:sync-collection", "<D:sync-token>" + escape_xml(token) +
                                           "</D:sync-token><D:sync-level>1</D:sync-level>" +
                                           prop(properties_of(Wanted::tags)));
}

std::string multiget_body(Service service, const std::vector<std::string>& paths) {
  const bool contacts = service == Service::contacts;
  std::string content = prop(std::string("<D:getetag/><D:getlastmodified/>") +
                             (contacts ? "<A:address-data/>" : "<C:calendar-data/>"));
  for (const std::string& path : paths) content += "<D:href>" + escape_xml(path) + "</D:href>";
  return document(contacts ? "A:addressbook-multiget" : "C:calendar-multiget", content);
}

std::string uid_query_body(std::string_view uid) {
  return document("C:calendar-query",
                  prop("<D:getetag/><D:getlastmodified/><C:calendar-data/>") +
                      "<C:filter><C:comp-filter name=\"VCALENDAR\"><C:comp-filter name=\"VEVENT\">"
                      "<C:prop-filter name=\"UID\"><C:text-match collation=\"i;octet\">" +
                      escape_xml(uid) +
                      "</C:text-match></C:prop-filter></C:comp-filter></C:comp-filter></C:filter>");
}

std::string events_between_body(std::string_view from, std::string_view to) {
  return document(
      "C:calendar-query",
      prop("<C:calendar-data/>") +
          "<C:filter><C:comp-filter name=\"VCALENDAR\"><C:comp-filter name=\"VEVENT\">" +
          time_range(from, to) + "</C:comp-filter></C:comp-filter></C:filter>");
}

std::string free_busy_query_body(std::string_view from, std::string_view to) {
  return document("C:free-busy-query", time_range(from, to));
}

std::string make_address_book_body(std::string_view name) {
  return document(
      "D:mkcol",
      set("<D:resourcetype><D:collection/><A:addressbook/></D:resourcetype>" + display_name(name)));
}

std::string make_calendar_body(std::string_view name, const Components& components) {
  std::string kinds;
  if (components.events) kinds += "<C:comp name=\"VEVENT\"/>";
  if (components.tasks) kinds += "<C:comp name=\"VTODO\"/>";
  if (components.journals) kinds += "<C:comp name=\"VJOURNAL\"/>";
  return document("C:mkcalendar", set(display_name(name) + "<C:supported-calendar-component-set>" +
                                      kinds + "</C:supported-calendar-component-set>"));
}

std::string rename_body(std::string_view name) {
  return document("D:propertyupdate", set(display_name(name)));
}

}  // namespace godwit::dav
