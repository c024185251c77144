/// A small CardDAV server in this process, written from the RFCs, that can be made to misbehave:
/// for what real servers cannot be made to do.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace godwit::interop {

/// One address book, /u/book/, of one user with the principal /p/ and the home /u/.
class ScriptedDav {
 public:
  struct Request {
    std::string method;
    std::string path;
    std::string head;
    std::string body;

    std::string header(const std::string& name) const;
  };
  /// How it differs from a good server.
  struct Ways {
    bool etags = true;
    bool times = false;  // getlastmodified
    bool syncs = true;
    bool ctag = true;
    bool multiget = true;
    bool writable = true;
    bool etag_of_put = true;
    bool resets_kept = false;  // closes a connection when the next request comes on it, unread
    std::string adds;          // a line before the last one of what is stored
    std::size_t page = 0;      // entries of one sync-collection; 0 = all
    std::string home = "/u/";
  };

  ScriptedDav();
  ~ScriptedDav();
  ScriptedDav(const ScriptedDav&) = delete;
  ScriptedDav& operator=(const ScriptedDav&) = delete;

  std::uint16_t port() const { return port_; }
  Ways ways;
  /// The bytes to answer with instead, or nothing. "stall" alone: says nothing until the end.
  std::function<std::optional<std::string>(const Request& request)> instead;
  /// The answer that was made is not sent, and the connection closed.
  std::function<bool(const Request& request)> loses;

  void set(const std::string& name, const std::string& text);
  void remove(const std::string& name);
  std::map<std::string, std::string> texts() const;
  /// Tokens given out so far are forgotten.
  void expire_tokens();
  /// "METHOD path", in the order they came.
  std::vector<std::string> asked() const;
  std::size_t count(const std::string& method) const;

 private:
  struct Item {
    std::string text;
    std::uint64_t change = 0;
    bool gone = true;
  };
  void serve();
  void follow(int peer);
  std::string answer(const Request& request);
  std::string propfind(const Request& request) const;
  std::string report(const Request& request) const;
  std::string sync(const Request& request) const;
  std::string write(const Request& request);
  std::string entry_of_book(bool full) const;
  std::string entry_of(const std::string& name, const Item& item, bool with_text) const;
  static std::string etag_of(const Item& item);

  mutable std::mutex mutex_;
  std::map<std::string, Item> items_;
  std::uint64_t change_ = 1;
  std::uint64_t oldest_token_ = 0;
  std::vector<std::string> asked_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<bool> over_ = false;
  std::jthread thread_;
};

/// A whole answer with these bytes.
std::string http_answer(int status, const std::string& body, const std::string& headers = {});
std::string multistatus(const std::string& content);

}  // namespace godwit::interop
