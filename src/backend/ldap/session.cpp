#include "backend/ldap/session.hpp"

#include <ldap.h>

#include <algorithm>
#include <iterator>

#include "base/fault.hpp"
#include "base/handle.hpp"
#include "base/text.hpp"

namespace godwit::backend::ldap {

namespace {

using Message = godwit::Handle<LDAPMessage, ldap_msgfree>;
using Values = godwit::Handle<berval*, ldap_value_free_len>;

constexpr const char* system_ca_file = "/etc/ssl/certs/ca-certificates.crt";
constexpr std::size_t values_max = 1500;  // of one attribute: what Active Directory gives at a time
constexpr std::size_t entry_bytes_max = 8 * 1024 * 1024;  // what is beyond is left out
constexpr std::size_t value_bytes_max = 1024 * 1024;  // photos; larger ones are cut, so unusable

timeval to_timeval(std::chrono::seconds limit) { return {static_cast<time_t>(limit.count()), 0}; }

Fault::Kind kind_of(int code) {
  switch (code) {
    case LDAP_TIMEOUT:
    case LDAP_TIMELIMIT_EXCEEDED:
      return Fault::Kind::timed_out;
    case LDAP_NO_SUCH_OBJECT:
    case LDAP_FILTER_ERROR:
    case LDAP_INVALID_DN_SYNTAX:
    case LDAP_PROTOCOL_ERROR:
    case LDAP_UNDEFINED_TYPE:
    case LDAP_DECODING_ERROR:
      return Fault::Kind::corrupt;
    default:
      return Fault::Kind::unavailable;
  }
}

/// What servers say of a name or a password that does not do: wrong (RFC 4511 A.1), an entry
/// without a password, a locked account, a name that is none.
bool is_refusal(int code) {
  switch (code) {
    case LDAP_INVALID_CREDENTIALS:
    case LDAP_INAPPROPRIATE_AUTH:
    case LDAP_INSUFFICIENT_ACCESS:
    case LDAP_UNWILLING_TO_PERFORM:
    case LDAP_CONSTRAINT_VIOLATION:
    case LDAP_NO_SUCH_OBJECT:
    case LDAP_INVALID_DN_SYNTAX:
      return true;
    default:
      return false;
  }
}

}  // namespace

struct Session::Handle {
  ~Handle() {
    if (ldap != nullptr) ldap_unbind_ext_s(ldap, nullptr, nullptr);
  }
  LDAP* ldap = nullptr;
};

Session::Session(const LdapSettings& settings, const std::string& url, As as)
    : settings_(settings), url_(url), handle_(std::make_unique<Handle>()) {
  set_options(url);
  const bool plain = istarts_with(url, "ldap://");
  if (plain && settings.encryption == LdapSettings::Encryption::starttls) {
    const int code = ldap_start_tls_s(handle_->ldap, nullptr, nullptr);
    if (code != LDAP_SUCCESS) raise(code, "STARTTLS");
  }
  if (as == As::nobody) return;
  const char* const dn = settings.bind_dn.empty() ? nullptr : settings.bind_dn.c_str();
  if (const int code = bind(dn, settings.password); code != LDAP_SUCCESS) raise(code, "signing in");
}

Session::~Session() = default;

void Session::set_options(const std::string& url) {
  if (const int code = ldap_initialize(&handle_->ldap, url.c_str()); code != LDAP_SUCCESS) {
    raise(code, "the URL");
  }
  const int version = LDAP_VERSION3;
  const timeval limit = to_timeval(settings_.limit);
  const int demand = settings_.verify ? LDAP_OPT_X_TLS_DEMAND : LDAP_OPT_X_TLS_NEVER;
  const char* ca_file = settings_.ca_file.empty() ? system_ca_file : settings_.ca_file.c_str();
  const int client = 0;
  LDAP* const ldap = handle_->ldap;
  bool good = ldap_set_option(ldap, LDAP_OPT_PROTOCOL_VERSION, &version) == LDAP_OPT_SUCCESS;
  good = good && ldap_set_option(ldap, LDAP_OPT_REFERRALS, LDAP_OPT_OFF) == LDAP_OPT_SUCCESS;
  good = good && ldap_set_option(ldap, LDAP_OPT_NETWORK_TIMEOUT, &limit) == LDAP_OPT_SUCCESS;
  good = good && ldap_set_option(ldap, LDAP_OPT_TIMEOUT, &limit) == LDAP_OPT_SUCCESS;
  good = good && ldap_set_option(ldap, LDAP_OPT_X_TLS_REQUIRE_CERT, &demand) == LDAP_OPT_SUCCESS;
  good = good && ldap_set_option(ldap, LDAP_OPT_X_TLS_CACERTFILE, ca_file) == LDAP_OPT_SUCCESS;
  // Last: makes the options above count for this connection.
  good = good && ldap_set_option(ldap, LDAP_OPT_X_TLS_NEWCTX, &client) == LDAP_OPT_SUCCESS;
  if (!good)
    throw Fault(Fault::Kind::unavailable, url + ": TLS cannot be set up; is ca_file right?");
}

int Session::bind(const char* dn, const Secret& password) {
  std::string secret(password.reveal());
  berval credentials{static_cast<ber_len_t>(secret.size()), secret.data()};
  const int code = ldap_sasl_bind_s(handle_->ldap, dn, LDAP_SASL_SIMPLE, &credentials, nullptr,
                                    nullptr, nullptr);
  std::ranges::fill(secret, '\0');
  return code;
}

bool Session::sign_in_as(const std::string& dn, const Secret& password) {
  if (dn.empty() || password.empty()) return false;
  const int code = bind(dn.c_str(), password);
  if (code == LDAP_SUCCESS) return true;
  if (!is_refusal(code)) raise(code, "signing in");
  return false;
}

Entries Session::search(const std::string& filter, const std::vector<std::string>& attributes,
                        std::size_t entries_max) {
  Entries out = search({settings_.base, Scope::subtree, filter}, attributes, entries_max);
  for (const std::string& base : settings_.more_bases) {
    const std::size_t room = entries_max - std::min(entries_max, out.entries.size());
    if (out.more || room == 0) {
      out.more = true;
      break;
    }
    Entries next = search({base, Scope::subtree, filter}, attributes, room);
    out.more = next.more;
    std::ranges::move(next.entries, std::back_inserter(out.entries));
  }
  // What lies below two bases is there once.
  std::ranges::sort(out.entries, {}, &Entry::dn);
  const auto same = std::ranges::unique(out.entries, {}, &Entry::dn);
  out.entries.erase(same.begin(), same.end());
  return out;
}

Entries Session::search(const GroupSearch& asked, const std::vector<std::string>& attributes,
                        std::size_t entries_max) {
  const int scope = asked.scope == Scope::subtree    ? LDAP_SCOPE_SUBTREE
                    : asked.scope == Scope::children ? LDAP_SCOPE_ONELEVEL
                                                     : LDAP_SCOPE_BASE;
  return run(asked.base, scope, asked.filter, attributes, static_cast<int>(entries_max));
}

Entries Session::read(const std::string& dn, const std::vector<std::string>& attributes) {
  return run(dn, LDAP_SCOPE_BASE, "(objectClass=*)", attributes, 1);
}

Entries Session::run(const std::string& base, int scope, const std::string& filter,
                     const std::vector<std::string>& attributes, int size_limit) {
  std::vector<char*> names;
  names.reserve(attributes.size() + 1);
  for (const std::string& name : attributes) names.push_back(const_cast<char*>(name.c_str()));
  names.push_back(nullptr);
  timeval limit = to_timeval(settings_.limit);
  LDAP* const ldap = handle_->ldap;
  LDAPMessage* answer = nullptr;
  const int code = ldap_search_ext_s(ldap, base.c_str(), scope, filter.c_str(), names.data(), 0,
                                     nullptr, nullptr, &limit, size_limit, &answer);
  const Message owned(answer);
  Entries out;
  out.more = code == LDAP_SIZELIMIT_EXCEEDED;
  if (scope == LDAP_SCOPE_BASE && code == LDAP_NO_SUCH_OBJECT) return out;
  if (code != LDAP_SUCCESS && !out.more) raise(code, "searching");
  for (LDAPMessage* entry = ldap_first_entry(ldap, answer); entry != nullptr;
       entry = ldap_next_entry(ldap, entry)) {
    Entry& one = out.entries.emplace_back();
    if (char* const dn = ldap_get_dn(ldap, entry)) {
      one.dn = dn;
      ldap_memfree(dn);
    }
    std::size_t bytes = 0;
    for (const std::string& name : attributes) {
      const Values values(ldap_get_values_len(ldap, entry, name.c_str()));
      if (!values) continue;
      auto& kept = one.attributes.emplace_back(name, std::vector<std::string>()).second;
      for (berval** at = values.get(); *at != nullptr && kept.size() < values_max; ++at) {
        const std::size_t length = std::min<std::size_t>((*at)->bv_len, value_bytes_max);
        bytes += length;
        if (bytes > entry_bytes_max) break;
        kept.emplace_back((*at)->bv_val, length);
      }
    }
  }
  return out;
}

void Session::raise(int code, const char* doing) const {
  throw Fault(kind_of(code), url_ + ": " + doing + ": " + ldap_err2string(code));
}

}  // namespace godwit::backend::ldap
