/// One connection to one LDAP server: private to this folder. Everything blocks, within the limit
/// of its settings. Throws Fault. What a server answers is read as far as bytes_max; after more
/// than that the connection is of no more use.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "backend/ldap/entry.hpp"
#include "backend/ldap/ldap.hpp"

struct timeval;
struct ldapmsg;  // libldap's
using LDAPMessage = ldapmsg;

namespace godwit::backend::ldap {

class Session {
 public:
  /// As whom: the account of the settings, or nobody yet.
  enum class As { reader, nobody };
  /// Connects, makes the connection safe, signs in.
  Session(const LdapSettings& settings, const std::string& url, As as);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  const std::string& url() const { return url_; }
  /// All answers from now on together; each of them has the settings' limit, too.
  void answer_by(std::chrono::steady_clock::time_point end) { end_ = end; }

  /// Signs in as another. False: the server refuses the name or the password. An empty password is
  /// refused unasked: it would sign nobody in, and succeed (RFC 4513 5.1.2).
  bool sign_in_as(const std::string& dn, const Secret& password);

  /// Below the settings' bases.
  Entries search(const std::string& filter, const std::vector<std::string>& attributes,
                 std::size_t entries_max);
  Entries search(const GroupSearch& asked, const std::vector<std::string>& attributes,
                 std::size_t entries_max);
  /// One entry by its name; nothing in `entries` when it is not there. One that is larger than what
  /// is read is there without attributes, and `cut`.
  Entries read(const std::string& dn, const std::vector<std::string>& attributes);
  /// Several, asked for at once. Those that are not there, or that the server does not give out,
  /// are left out.
  Entries read(const std::vector<std::string>& dns, const std::vector<std::string>& attributes);
  /// The values of an attribute from `first` on, in as many answers as the server makes of them.
  /// What is beyond the bounds of an entry, or never comes, is cut.
  void read_rest(Entry& entry, const std::string& attribute, std::size_t first);

 private:
  struct Handle;
  struct Question {
    const std::string& base;
    int scope;
    const std::string& filter;
    const std::vector<std::string>& attributes;
    std::size_t entries_max;
  };
  /// Page by page when there may be many. The rest of large attributes, too.
  Entries run(const Question& question);
  /// One page; `cookie` goes from one to the next and is empty after the last.
  void ask(const Question& question, std::string& cookie, Entries& out);
  void take_all(LDAPMessage* answer, const std::vector<std::string>& attributes, Entries& out);
  void take(LDAPMessage* message, const std::vector<std::string>& attributes, Entry& entry);
  std::string next_page(LDAPMessage* answer) const;
  void set_options(const std::string& url);
  /// For the next answer. Throws timed_out where nothing is left.
  timeval time_left() const;
  /// The code of an answer that failed: whether it is more than what is read.
  bool is_too_large(int code) const;
  int bind(const char* dn, const Secret& password);
  [[noreturn]] void raise(int code, const char* doing) const;

  const LdapSettings& settings_;
  std::string url_;
  std::chrono::steady_clock::time_point end_ = std::chrono::steady_clock::time_point::max();
  std::unique_ptr<Handle> handle_;
};

}  // namespace godwit::backend::ldap
