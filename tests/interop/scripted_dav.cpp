#include "interop/scripted_dav.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <stdexcept>

#include "base/text.hpp"
#include "dav/xml.hpp"

namespace godwit::interop {
namespace {

constexpr std::string_view book = "/u/book/";
constexpr int poll_milliseconds = 50;

/// Reads until `done` or the peer or the server is gone.
template <class Done>
bool read_until(int peer, std::string& buffer, const std::atomic<bool>& over, Done done) {
  while (!done()) {
    pollfd state{peer, POLLIN, 0};
    if (over) return false;
    if (::poll(&state, 1, poll_milliseconds) == 0) continue;
    std::array<char, 16 * 1024> piece{};
    const auto count = ::read(peer, piece.data(), piece.size());
    if (count <= 0) return false;
    buffer.append(piece.data(), static_cast<std::size_t>(count));
  }
  return true;
}

void write_all(int peer, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto count = ::send(peer, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count <= 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
}

std::string ok_prop(const std::string& href, const std::string& content) {
  return "<response><href>" + href + "</href><propstat><prop>" + content +
         "</prop><status>HTTP/1.1 200 OK</status></propstat></response>";
}

std::string between(const std::string& text, const std::string& from, const std::string& to) {
  const auto begin = text.find(from);
  if (begin == std::string::npos) return {};
  const auto end = text.find(to, begin + from.size());
  return text.substr(begin + from.size(), end - begin - from.size());
}

}  // namespace

std::string http_answer(int status, const std::string& body, const std::string& headers) {
  return "HTTP/1.1 " + std::to_string(status) + " X\r\n" + headers +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::string multistatus(const std::string& content) {
  return http_answer(207,
                     "<?xml version=\"1.0\"?><multistatus xmlns=\"DAV:\" "
                     "xmlns:A=\"urn:ietf:params:xml:ns:carddav\" "
                     "xmlns:S=\"http://calendarserver.org/ns/\">" +
                         content + "</multistatus>");
}

std::string ScriptedDav::Request::header(const std::string& name) const {
  return between(head, "\r\n" + name + ": ", "\r\n");
}

ScriptedDav::ScriptedDav() {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(where);
  if (::bind(listener_, reinterpret_cast<sockaddr*>(&where), size) != 0 ||
      ::listen(listener_, 16) != 0 ||
      ::getsockname(listener_, reinterpret_cast<sockaddr*>(&where), &size) != 0) {
    throw std::runtime_error("no loopback socket");
  }
  port_ = ntohs(where.sin_port);
  thread_ = std::jthread([this] { serve(); });
}

ScriptedDav::~ScriptedDav() {
  over_ = true;
  thread_.join();
  ::close(listener_);
}

void ScriptedDav::serve() {
  while (!over_) {
    pollfd state{listener_, POLLIN, 0};
    if (::poll(&state, 1, poll_milliseconds) <= 0) continue;
    const int peer = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (peer < 0) continue;
    follow(peer);
    ::close(peer);
  }
}

/// One request a connection, although the answer does not say so: every client must bear that.
void ScriptedDav::follow(int peer) {
  std::string buffer;
  const auto has_head = [&] { return buffer.contains("\r\n\r\n"); };
  if (!read_until(peer, buffer, over_, has_head)) return;
  Request request;
  request.head = buffer.substr(0, buffer.find("\r\n\r\n") + 2);
  request.method = request.head.substr(0, request.head.find(' '));
  request.path = between(request.head, " ", " ");
  request.body = buffer.substr(request.head.size() + 2);
  const auto length = parse_number<std::size_t>(request.header("Content-Length")).value_or(0);
  const auto has_body = [&] { return request.body.size() >= length; };
  if (!read_until(peer, request.body, over_, has_body)) return;
  const auto other = instead ? instead(request) : std::nullopt;
  {
    const std::lock_guard lock(mutex_);
    asked_.push_back(request.method + ' ' + request.path);
  }
  if (other == "stall") {
    read_until(peer, buffer, over_, [] { return false; });
    return;
  }
  const std::string bytes = other ? *other : answer(request);
  if (loses && loses(request)) return;
  write_all(peer, bytes);
  pollfd next{peer, POLLIN, 0};
  while (ways.resets_kept && !over_ && ::poll(&next, 1, poll_milliseconds) == 0) {
  }
}

std::string ScriptedDav::answer(const Request& request) {
  const std::lock_guard lock(mutex_);
  if (request.header("Authorization").empty()) return http_answer(401, "");
  if (request.method == "PROPFIND") return propfind(request);
  if (request.method == "REPORT") return report(request);
  return write(request);
}

std::string ScriptedDav::etag_of(const Item& item) {
  return '"' + std::to_string(item.change) + '"';
}

std::string ScriptedDav::entry_of(const std::string& name, const Item& item, bool with_text) const {
  std::string content = "<resourcetype/>";
  if (ways.etags) content += "<getetag>" + etag_of(item) + "</getetag>";
  if (ways.times) {
    content += "<getlastmodified>time " + std::to_string(item.change) + "</getlastmodified>";
  }
  if (with_text) {
    content += "<A:address-data>" + dav::escape_xml(item.text) + "</A:address-data>";
  }
  return ok_prop(std::string(book) + name, content);
}

std::string ScriptedDav::entry_of_book(bool full) const {
  std::string content =
      "<resourcetype><collection/><A:addressbook/></resourcetype><displayname>Book</displayname>";
  const std::string position = std::to_string(change_);
  if (ways.ctag) content += "<S:getctag>" + position + "</S:getctag>";
  if (ways.syncs) content += "<sync-token>urn:" + position + "</sync-token>";
  if (!full) return ok_prop(std::string(book), content);
  if (ways.syncs) {
    content +=
        "<supported-report-set><supported-report><report><sync-collection/></report>"
        "</supported-report></supported-report-set>";
  }
  content += "<current-user-privilege-set><privilege><read/></privilege>";
  if (ways.writable) content += "<privilege><write/></privilege>";
  return ok_prop(std::string(book), content + "</current-user-privilege-set>");
}

std::string ScriptedDav::propfind(const Request& request) const {
  const bool deep = request.header("Depth") == "1";
  const bool full = request.body.contains("current-user-privilege-set");
  if (request.path == "/" || request.path.starts_with("/.well-known/")) {
    return multistatus(
        ok_prop("/", "<current-user-principal><href>/p/</href></current-user-principal>"));
  }
  if (request.path == "/p/") {
    return multistatus(ok_prop(
        "/p/", "<A:addressbook-home-set><href>" + ways.home + "</href></A:addressbook-home-set>"));
  }
  if (request.path == "/u/") {
    const std::string home = ok_prop("/u/", "<resourcetype><collection/></resourcetype>");
    return multistatus(deep ? home + entry_of_book(full) : home);
  }
  if (request.path == book) {
    std::string entries = entry_of_book(full);
    for (const auto& [name, item] : items_) {
      if (deep && !item.gone) entries += entry_of(name, item, false);
    }
    return multistatus(entries);
  }
  if (!request.path.starts_with(book)) return http_answer(404, "");
  const auto item = items_.find(request.path.substr(book.size()));
  if (item == items_.end() || item->second.gone) return http_answer(404, "");
  return multistatus(entry_of(item->first, item->second, false));
}

std::string ScriptedDav::report(const Request& request) const {
  if (request.body.contains("sync-collection")) {
    return ways.syncs ? sync(request) : http_answer(403, "");
  }
  if (!ways.multiget) return http_answer(403, "");
  std::string entries;
  std::string rest = request.body;
  for (;;) {
    const std::string href = between(rest, "<D:href>", "</D:href>");
    if (href.empty()) return multistatus(entries);
    rest.erase(0, rest.find("</D:href>") + 1);
    const auto item = items_.find(href.substr(book.size()));
    const bool there = item != items_.end() && !item->second.gone;
    entries += there ? entry_of(item->first, item->second, true)
                     : "<response><href>" + href +
                           "</href><status>HTTP/1.1 404 Not Found</status></response>";
  }
}

std::string ScriptedDav::sync(const Request& request) const {
  const std::string token = between(request.body, "<D:sync-token>", "</D:sync-token>");
  std::uint64_t since = 0;
  if (!token.empty()) {
    const auto number =
        parse_number<std::uint64_t>(token.substr(std::min<std::size_t>(4, token.size())));
    if (!number || *number < oldest_token_ || *number > change_) {
      return http_answer(403, "<error xmlns=\"DAV:\"><valid-sync-token/></error>");
    }
    since = *number;
  }
  std::vector<std::pair<std::uint64_t, std::string>> changed;
  for (const auto& [name, item] : items_) {
    if (item.change > since) changed.emplace_back(item.change, name);
  }
  std::ranges::sort(changed);
  std::uint64_t position = change_;
  std::string entries;
  if (ways.page != 0 && changed.size() > ways.page) {
    changed.resize(ways.page);
    position = changed.back().first;
    entries = "<response><href>" + std::string(book) +
              "</href><status>HTTP/1.1 507 Insufficient Storage</status></response>";
  }
  for (const auto& [change, name] : changed) {
    const Item& item = items_.at(name);
    entries += item.gone ? "<response><href>" + std::string(book) + name +
                               "</href><status>HTTP/1.1 404 Not Found</status></response>"
                         : entry_of(name, item, false);
  }
  return multistatus(entries + "<sync-token>urn:" + std::to_string(position) + "</sync-token>");
}

std::string ScriptedDav::write(const Request& request) {
  if (!request.path.starts_with(book)) return http_answer(405, "");
  Item& item = items_[request.path.substr(book.size())];
  const bool there = !item.gone;
  if (request.method == "GET") {
    if (!there) return http_answer(404, "");
    const std::string etag = ways.etags ? "ETag: " + etag_of(item) + "\r\n" : std::string();
    return http_answer(200, item.text, etag);
  }
  const std::string match = request.header("If-Match");
  const bool allowed = (request.header("If-None-Match") != "*" || !there) &&
                       (match.empty() || (there && match == etag_of(item)));
  if (!allowed) return http_answer(412, "");
  if (request.method == "DELETE") {
    if (!there) return http_answer(404, "");
    item = {.text = {}, .change = ++change_, .gone = true};
    return http_answer(204, "");
  }
  std::string text = request.body;
  if (!ways.adds.empty()) text.insert(text.rfind("END:"), ways.adds + "\r\n");
  item = {.text = std::move(text), .change = ++change_, .gone = false};
  const bool told = ways.etags && ways.etag_of_put;
  return http_answer(there ? 204 : 201, "",
                     told ? "ETag: " + etag_of(item) + "\r\n" : std::string());
}

void ScriptedDav::set(const std::string& name, const std::string& text) {
  const std::lock_guard lock(mutex_);
  items_[name] = {.text = text, .change = ++change_, .gone = false};
}

void ScriptedDav::remove(const std::string& name) {
  const std::lock_guard lock(mutex_);
  items_[name] = {.text = {}, .change = ++change_, .gone = true};
}

std::map<std::string, std::string> ScriptedDav::texts() const {
  const std::lock_guard lock(mutex_);
  std::map<std::string, std::string> out;
  for (const auto& [name, item] : items_) {
    if (!item.gone) out.emplace(name, item.text);
  }
  return out;
}

void ScriptedDav::expire_tokens() {
  const std::lock_guard lock(mutex_);
  oldest_token_ = ++change_;
}

std::vector<std::string> ScriptedDav::asked() const {
  const std::lock_guard lock(mutex_);
  return asked_;
}

std::size_t ScriptedDav::count(const std::string& method) const {
  const auto all = asked();
  return static_cast<std::size_t>(std::ranges::count_if(
      all, [&](const std::string& each) { return each.starts_with(method + ' '); }));
}

}  // namespace godwit::interop
