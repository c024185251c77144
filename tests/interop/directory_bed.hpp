/// A real directory, asked as phones' users ask it: what the tests of slapd and of Samba share.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "backend/ldap/ldap.hpp"
#include "interop/imap_servers.hpp"

namespace godwit::interop {

using Names = std::vector<std::string>;

/// Samba's domain controller, by the account that may read. Why it cannot be asked, or nothing.
inline std::string use_samba(backend::LdapSettings& settings) {
  if (!RunningServer::is_there("samba")) return RunningServer::why_not("samba");
  const RunningServer& server = *RunningServer::get("samba", "");
  if (const std::string why = server.value("WHY"); !why.empty()) {
    return "Samba cannot run here: " + why;
  }
  settings.urls = {"ldap://127.0.0.1:" + server.value("LDAP_PORT")};
  settings.encryption = backend::LdapSettings::Encryption::none;
  settings.bind_dn = "CN=reader,CN=Users,DC=example,DC=com";
  settings.password = Secret("Reader.pw1");
  settings.base = "DC=example,DC=com";
  settings.preset = backend::LdapSettings::Preset::active_directory;
  settings.limit = std::chrono::seconds(20);
  return {};
}

class DirectoryTest : public testing::Test {
 protected:
  template <class T>
  T run(Task<T> work) {
    return loop_.get(std::move(work));
  }
  backend::DirectoryMatches find(const std::string& text, std::size_t entries_max = 100,
                                 bool address_alone = false) {
    backend::LdapDirectory directory(settings_, clock_);
    return run(directory.find(
        account_, {.text = text, .entries_max = entries_max, .address_alone = address_alone}));
  }
  Names names(const std::string& text) {
    Names out;
    for (const auto& entry : find(text).entries) out.push_back(entry.display_name);
    return out;
  }

  TestLoop loop_;
  // Later than the server's certificate was made.
  ManualClock clock_{std::chrono::floor<std::chrono::milliseconds>(
      std::chrono::system_clock::now() + std::chrono::hours(1))};
  backend::Account account_{.user = UserId::parse("ada@example.com").value(),
                            .login = {},
                            .password = {},
                            .display_name = {},
                            .addresses = {}};
  backend::LdapSettings settings_;
};

}  // namespace godwit::interop
