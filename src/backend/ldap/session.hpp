/// One connection to one LDAP server: private to this folder. Everything blocks, within the limit
/// of its settings. Throws Fault.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "backend/ldap/entry.hpp"
#include "backend/ldap/ldap.hpp"

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

  /// Signs in as another. False: the server refuses the name or the password. An empty password is
  /// refused unasked: it would sign nobody in, and succeed (RFC 4513 5.1.2).
  bool sign_in_as(const std::string& dn, const Secret& password);

  /// Below the settings' bases.
  Entries search(const std::string& filter, const std::vector<std::string>& attributes,
                 std::size_t entries_max);
  Entries search(const GroupSearch& asked, const std::vector<std::string>& attributes,
                 std::size_t entries_max);
  /// One entry by its name; nothing in `entries` when it is not there.
  Entries read(const std::string& dn, const std::vector<std::string>& attributes);

 private:
  struct Handle;
  Entries run(const std::string& base, int scope, const std::string& filter,
              const std::vector<std::string>& attributes, int size_limit);
  void set_options(const std::string& url);
  int bind(const char* dn, const Secret& password);
  [[noreturn]] void raise(int code, const char* doing) const;

  const LdapSettings& settings_;
  std::string url_;
  std::unique_ptr<Handle> handle_;
};

}  // namespace godwit::backend::ldap
