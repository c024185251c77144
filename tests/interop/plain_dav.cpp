#include "interop/plain_dav.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <stdexcept>

#include "base/bytes.hpp"
#include "base/text.hpp"

namespace godwit::interop {
namespace {

struct Place {
  ItemClass item_class;
  FolderRole role;
  std::string_view name;
};
constexpr std::array places{Place{ItemClass::calendar, FolderRole::calendar, "calendar"},
                            Place{ItemClass::contacts, FolderRole::contacts, "contacts"},
                            Place{ItemClass::tasks, FolderRole::tasks, "tasks"},
                            Place{ItemClass::notes, FolderRole::notes, "notes"}};

const std::string card_query =
    "<A:addressbook-query xmlns=\"DAV:\" "
    "xmlns:A=\"urn:ietf:params:xml:ns:carddav\"><prop><getetag/>"
    "<A:address-data/></prop></A:addressbook-query>";
const std::string calendar_query =
    "<C:calendar-query xmlns=\"DAV:\" xmlns:C=\"urn:ietf:params:xml:ns:caldav\"><prop><getetag/>"
    "<C:calendar-data/></prop><C:filter><C:comp-filter name=\"VCALENDAR\"/></C:filter>"
    "</C:calendar-query>";

/// The text of the first element of that local name, without what stands for other characters.
std::string element(std::string_view xml, std::string_view name) {
  const std::size_t open = xml.find(std::string(name) + '>');
  if (open == std::string_view::npos) return {};
  const std::size_t begin = open + name.size() + 1;
  std::string text(xml.substr(begin, xml.find("</", begin) - begin));
  constexpr std::array<std::pair<std::string_view, std::string_view>, 5> escapes{
      {{"&quot;", "\""}, {"&lt;", "<"}, {"&gt;", ">"}, {"&#13;", "\r"}, {"&amp;", "&"}}};
  for (const auto& [escape, character] : escapes) {
    for (auto at = text.find(escape); at != std::string::npos; at = text.find(escape, at + 1)) {
      text.replace(at, escape.size(), character);
    }
  }
  return text;
}

class Socket {
 public:
  explicit Socket(std::uint16_t port) : descriptor_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_port = htons(port);
    where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(descriptor_, reinterpret_cast<sockaddr*>(&where), sizeof(where)) != 0) {
      ::close(descriptor_);
      throw std::runtime_error("plain DAV: no server");
    }
  }
  ~Socket() { ::close(descriptor_); }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  void write(std::string_view bytes) const {
    while (!bytes.empty()) {
      const auto count = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (count <= 0) throw std::runtime_error("plain DAV: the server went");
      bytes.remove_prefix(static_cast<std::size_t>(count));
    }
  }
  std::string read_to_end() const {
    std::string out;
    std::array<char, 16 * 1024> piece{};
    for (;;) {
      const auto count = ::read(descriptor_, piece.data(), piece.size());
      if (count <= 0) return out;
      out.append(piece.data(), static_cast<std::size_t>(count));
    }
  }

 private:
  int descriptor_;
};

}  // namespace

PlainDav::PlainDav(std::uint16_t port, const std::string& login, const std::string& password)
    : port_(port), authorization_("Basic " + base64_encode(login + ':' + password)) {}

PlainDav::Reply PlainDav::ask(const std::string& method, const std::string& path,
                              const std::string& headers, const std::string& body) const {
  const Socket socket(port_);
  socket.write(method + ' ' + path +
               " HTTP/1.0\r\nHost: 127.0.0.1\r\nAuthorization: " + authorization_ + "\r\n" +
               headers + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
  const std::string answer = socket.read_to_end();
  const std::size_t end = answer.find("\r\n\r\n");
  const std::size_t space = answer.find(' ');
  if (end == std::string::npos || space > end) throw std::runtime_error("plain DAV: no answer");
  return {.status = parse_number<int>(answer.substr(space + 1, 3)).value_or(0),
          .head = answer.substr(0, end),
          .body = answer.substr(end + 4)};
}

int PlainDav::put(const std::string& path, const std::string& text,
                  const std::string& condition) const {
  const bool card = text.starts_with("BEGIN:VCARD");
  return ask("PUT", path,
             condition + "Content-Type: " + (card ? "text/vcard" : "text/calendar") +
                 "; charset=utf-8\r\n",
             text)
      .status;
}

std::vector<backend::ItemText> PlainDav::read_all(const std::string& path,
                                                  ItemClass item_class) const {
  const bool cards = item_class == ItemClass::contacts;
  const Reply reply = ask("REPORT", path, "Depth: 1\r\nContent-Type: text/xml\r\n",
                          cards ? card_query : calendar_query);
  if (reply.status != 207) throw std::runtime_error("plain DAV: no list");
  std::vector<backend::ItemText> out;
  std::string_view rest = reply.body;
  for (;;) {
    const std::size_t begin = rest.find("<response>");
    if (begin == std::string_view::npos) return out;
    const auto entry = rest.substr(begin, rest.find("</response>", begin) - begin);
    rest.remove_prefix(begin + entry.size());
    const std::string href = element(entry, "href");
    backend::ItemText item{.href = href.substr(href.rfind('/') + 1),
                           .etag = element(entry, "getetag"),
                           .text = element(entry, cards ? "address-data" : "calendar-data")};
    if (!item.text.empty()) out.push_back(std::move(item));
  }
}

Task<std::vector<backend::ItemCollection>> PlainDavItems::collections() {
  std::vector<backend::ItemCollection> out;
  for (const Place& place : places) {
    const std::string path = home_ + std::string(place.name) + '/';
    out.push_back(
        {FolderKey::parse(path).value(), place.item_class, std::string(place.name), place.role});
  }
  co_return out;
}

Task<Result<FolderKey>> PlainDavItems::create_collection(ItemClass, std::string) {
  co_return fail(Errc::refused, "a plain client makes none");
}
Task<Result<>> PlainDavItems::rename_collection(FolderKey, std::string) {
  co_return fail(Errc::refused, "a plain client renames none");
}
Task<Result<>> PlainDavItems::delete_collection(FolderKey) {
  co_return fail(Errc::refused, "a plain client removes none");
}
Task<Result<std::string>> PlainDavItems::cursor(FolderKey) { co_return std::string(); }

Task<Result<backend::ItemChanges>> PlainDavItems::changes(FolderKey collection, std::string) {
  backend::ItemChanges out;
  auto there = co_await fetch(std::move(collection), {});
  for (backend::ItemText& item : *there) {
    out.changed.push_back({std::move(item.href), std::move(item.etag)});
  }
  co_return out;
}

Task<Result<std::vector<backend::ItemText>>> PlainDavItems::fetch(FolderKey collection,
                                                                  std::vector<std::string> hrefs) {
  const std::string& path = collection.str();
  const auto place = std::ranges::find_if(
      places, [&](const Place& each) { return path == home_ + std::string(each.name) + '/'; });
  if (place == places.end()) co_return fail(Errc::not_found, "no such collection");
  auto out = dav_.read_all(path, place->item_class);
  if (hrefs.empty()) co_return out;
  std::erase_if(out, [&](const backend::ItemText& item) {
    return std::ranges::find(hrefs, item.href) == hrefs.end();
  });
  co_return out;
}

Task<Result<std::vector<backend::ItemText>>> PlainDavItems::find_uid(FolderKey collection,
                                                                     std::string uid) {
  auto out = co_await fetch(std::move(collection), {});
  if (!out) co_return pass(out);
  std::erase_if(*out, [&](const backend::ItemText& item) { return !item.text.contains(uid); });
  co_return out;
}

Task<Result<std::string>> PlainDavItems::put(FolderKey collection, std::string href,
                                             std::string text, backend::ItemCondition condition) {
  if (!href.contains('.')) href += text.starts_with("BEGIN:VCARD") ? ".vcf" : ".ics";
  const std::string line =
      condition.etag ? "If-Match: " + *condition.etag + "\r\n" : "If-None-Match: *\r\n";
  const int status = dav_.put(collection.str() + href, text, line);
  if (status == 412) co_return fail(Errc::conflict, "another version is there");
  if (status / 100 != 2) co_return fail(Errc::refused, "HTTP " + std::to_string(status));
  co_return std::string();
}

Task<Result<>> PlainDavItems::remove(FolderKey collection, std::string href,
                                     std::optional<std::string> etag) {
  const std::string line = etag ? "If-Match: " + *etag + "\r\n" : std::string();
  const int status = dav_.ask("DELETE", collection.str() + href, line, "").status;
  if (status / 100 != 2 && status != 404) co_return fail(Errc::refused, "it stays");
  co_return Result<>{};
}

std::unique_ptr<backend::Watch> PlainDavItems::watch(backend::ChangeListener&) { return nullptr; }

}  // namespace godwit::interop
