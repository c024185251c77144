#include "backend/ldap/session.hpp"

#include <fmt/format.h>
#include <lber.h>
#include <ldap.h>
#include <sys/time.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <iterator>

#include "backend/ldap/ranges.hpp"
#include "base/fault.hpp"
#include "base/handle.hpp"
#include "base/text.hpp"

namespace godwit::backend::ldap {

namespace {

using Message = godwit::Handle<LDAPMessage, ldap_msgfree>;
using Values = godwit::Handle<berval*, ldap_value_free_len>;
using Control = godwit::Handle<LDAPControl, ldap_control_free>;
using Controls = godwit::Handle<LDAPControl*, ldap_controls_free>;
using Text = godwit::Handle<char, ldap_memfree>;
using Texts = godwit::Handle<void*, ldap_memvfree>;

const std::string everything = "(objectClass=*)";
using Steady = std::chrono::steady_clock;
constexpr const char* system_ca_file = "/etc/ssl/certs/ca-certificates.crt";
constexpr std::size_t values_max = 100'000;  // of one attribute: members of the largest groups
constexpr std::size_t entry_bytes_max = 16 * 1024 * 1024;  // what is beyond is left out
constexpr std::size_t page_entries =
    500;  // asked for at a time: half of what Active Directory gives
constexpr std::size_t value_bytes_max = 1024 * 1024;  // photos; larger ones are cut, so unusable
// Of one entry as it comes, before anything of it is looked at: libldap holds it whole, and what is
// copied of it. Names and ends of the values of the largest groups are more than half of it.
constexpr ber_len_t message_bytes_max = 2 * entry_bytes_max;

timeval to_timeval(std::chrono::microseconds limit) {
  constexpr std::int64_t second = 1'000'000;
  return {static_cast<time_t>(limit.count() / second),
          static_cast<suseconds_t>(limit.count() % second)};
}

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
    case LDAP_RESULTS_TOO_LARGE:
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

/// What concerns one entry alone: it is not there, elsewhere, hidden, or its name is none.
bool is_of_one_entry(int code) {
  switch (code) {
    case LDAP_NO_SUCH_OBJECT:
    case LDAP_REFERRAL:
    case LDAP_INSUFFICIENT_ACCESS:
      return true;
    default:
      return kind_of(code) == Fault::Kind::corrupt;
  }
}

/// As libldap takes them, with its end; valid as long as `names`.
std::vector<char*> pointers_to(const std::vector<std::string>& names) {
  std::vector<char*> out;
  out.reserve(names.size() + 1);
  for (const std::string& name : names) out.push_back(const_cast<char*>(name.c_str()));
  out.push_back(nullptr);
  return out;
}

/// Active Directory names its partitions of configuration and of DNS with every answer from the
/// root
/// ([MS-ADTS] 3.1.1.1.5): there are no people.
bool leads_to_entries(std::string_view url) {
  const auto host = url.find("://");
  const auto path = host == std::string_view::npos ? host : url.find('/', host + 3);
  const std::string_view dn = path == std::string_view::npos ? "" : url.substr(path + 1);
  return !istarts_with(dn, "CN=Configuration,") && !istarts_with(dn, "DC=DomainDnsZones,") &&
         !istarts_with(dn, "DC=ForestDnsZones,");
}

bool leads_to_entries(LDAP* ldap, LDAPMessage* reference) {
  char** urls = nullptr;
  if (ldap_parse_reference(ldap, reference, &urls, nullptr, 0) != LDAP_SUCCESS) return true;
  const Texts owned(reinterpret_cast<void**>(urls));
  return urls == nullptr || urls[0] == nullptr || leads_to_entries(urls[0]);
}

/// How many there were.
std::size_t add_values(Entry& entry, const std::string& name, berval** values) {
  auto at = std::ranges::find(entry.attributes, name,
                              &std::pair<std::string, std::vector<std::string>>::first);
  if (at == entry.attributes.end()) at = entry.attributes.insert(at, {name, {}});
  std::size_t count = 0;
  for (; values[count] != nullptr; ++count) {
    const berval& value = *values[count];
    const std::size_t length = std::min<std::size_t>(value.bv_len, value_bytes_max);
    if (at->second.size() >= values_max || entry.bytes + length > entry_bytes_max) {
      entry.cut = true;
      continue;
    }
    entry.bytes += length;
    at->second.emplace_back(value.bv_val, length);
  }
  return count;
}

/// The attributes of which the server gave a part.
std::vector<ValueRange> ranges_of(LDAP* ldap, LDAPMessage* message) {
  std::vector<ValueRange> out;
  BerElement* position = nullptr;
  for (Text name(ldap_first_attribute(ldap, message, &position)); name;
       name.reset(ldap_next_attribute(ldap, message, position))) {
    if (auto range = parse_value_range(name.get())) out.push_back(std::move(*range));
  }
  ber_free(position, 0);
  return out;
}

/// How many there were.
std::size_t add_range(LDAP* ldap, LDAPMessage* message, const std::string& attribute,
                      const ValueRange& part, Entry& entry) {
  const std::string end = part.last ? std::to_string(*part.last) : "*";
  const std::string given = fmt::format("{};range={}-{}", part.attribute, part.first, end);
  const Values values(ldap_get_values_len(ldap, message, given.c_str()));
  return values ? add_values(entry, attribute, values.get()) : 0;
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
  ber_len_t message_max = message_bytes_max;
  Sockbuf* buffer = nullptr;
  const int demand = settings_.verify ? LDAP_OPT_X_TLS_DEMAND : LDAP_OPT_X_TLS_NEVER;
  const char* ca_file = settings_.ca_file.empty() ? system_ca_file : settings_.ca_file.c_str();
  const int client = 0;
  LDAP* const ldap = handle_->ldap;
  bool good = ldap_set_option(ldap, LDAP_OPT_PROTOCOL_VERSION, &version) == LDAP_OPT_SUCCESS;
  good = good &&
         ldap_get_option(ldap, LDAP_OPT_SOCKBUF, static_cast<void*>(&buffer)) == LDAP_OPT_SUCCESS;
  good = good && ber_sockbuf_ctrl(buffer, LBER_SB_OPT_SET_MAX_INCOMING, &message_max) == 1;
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

timeval Session::time_left() const {
  const auto left = std::chrono::floor<std::chrono::microseconds>(end_ - Steady::now());
  if (left.count() <= 0) raise(LDAP_TIMEOUT, "asking");
  return to_timeval(std::min<std::chrono::microseconds>(left, settings_.limit));
}

/// libldap calls it a server that is gone; lber says why (ber_get_next of its <lber.h>).
bool Session::is_too_large(int code) const { return code == LDAP_SERVER_DOWN && errno == ERANGE; }

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
    out.elsewhere = out.elsewhere || next.elsewhere;
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
  return run({asked.base, scope, asked.filter, attributes, entries_max});
}

Entries Session::read(const std::string& dn, const std::vector<std::string>& attributes) {
  return run({dn, LDAP_SCOPE_BASE, everything, attributes, 1});
}

Entries Session::read(const std::vector<std::string>& dns,
                      const std::vector<std::string>& attributes) {
  std::vector<char*> names = pointers_to(attributes);
  timeval limit = time_left();
  LDAP* const ldap = handle_->ldap;
  std::vector<int> asked(dns.size());
  for (std::size_t i = 0; i < dns.size(); ++i) {
    const int code = ldap_search_ext(ldap, dns[i].c_str(), LDAP_SCOPE_BASE, everything.c_str(),
                                     names.data(), 0, nullptr, nullptr, &limit, 1, &asked[i]);
    if (code != LDAP_SUCCESS) raise(code, "asking");
  }
  Entries out;
  for (const int id : asked) {
    LDAPMessage* answer = nullptr;
    limit = time_left();
    const int kind = ldap_result(ldap, id, LDAP_MSG_ALL, &limit, &answer);
    const Message owned(answer);
    int code = LDAP_TIMEOUT;
    if (kind < 0) ldap_get_option(ldap, LDAP_OPT_RESULT_CODE, &code);
    if (kind > 0) {
      const int parsed =
          ldap_parse_result(ldap, answer, &code, nullptr, nullptr, nullptr, nullptr, 0);
      if (parsed != LDAP_SUCCESS) code = parsed;
    }
    if (code != LDAP_SUCCESS && !is_of_one_entry(code)) raise(code, "reading");
    if (code == LDAP_SUCCESS) take_all(answer, attributes, out);
  }
  return out;
}

Entries Session::run(const Question& question) {
  Entries out;
  std::string cookie;
  do {
    ask(question, cookie, out);
  } while (!cookie.empty() && !out.more && out.entries.size() < question.entries_max);
  if (!cookie.empty()) out.more = true;
  return out;
}

void Session::ask(const Question& question, std::string& cookie, Entries& out) {
  std::vector<char*> names = pointers_to(question.attributes);
  timeval limit = time_left();
  LDAP* const ldap = handle_->ldap;
  const std::size_t room = question.entries_max - out.entries.size();
  LDAPControl* page = nullptr;
  if (question.entries_max > page_entries) {
    berval from{static_cast<ber_len_t>(cookie.size()), cookie.data()};
    // Not critical: a server that knows no pages answers as it does.
    const int code = ldap_create_page_control(
        ldap, static_cast<ber_int_t>(std::min(room, page_entries)), &from, 0, &page);
    if (code != LDAP_SUCCESS) raise(code, "asking");
  }
  const Control owned_page(page);
  std::array<LDAPControl*, 2> controls{page, nullptr};
  LDAPMessage* answer = nullptr;
  errno = 0;
  const int code = ldap_search_ext_s(ldap, question.base.c_str(), question.scope,
                                     question.filter.c_str(), names.data(), 0, controls.data(),
                                     nullptr, &limit, static_cast<int>(room), &answer);
  const Message owned(answer);
  cookie.clear();
  out.more = code == LDAP_SIZELIMIT_EXCEEDED;
  if (question.scope == LDAP_SCOPE_BASE && code == LDAP_NO_SUCH_OBJECT) return;
  if (is_too_large(code)) {
    if (question.scope != LDAP_SCOPE_BASE) raise(LDAP_RESULTS_TOO_LARGE, "searching");
    out.entries.push_back({.dn = question.base, .attributes = {}, .cut = true});
    return;
  }
  if (code != LDAP_SUCCESS && !out.more) raise(code, "searching");
  const std::size_t before = out.entries.size();
  take_all(answer, question.attributes, out);
  if (page == nullptr) return;
  cookie = next_page(answer);
  // A page with nothing on it and another to come: not for ever.
  if (!cookie.empty() && out.entries.size() == before) {
    throw Fault(Fault::Kind::corrupt, url_ + ": gives empty pages");
  }
}

std::string Session::next_page(LDAPMessage* answer) const {
  LDAPControl** found = nullptr;
  const int code =
      ldap_parse_result(handle_->ldap, answer, nullptr, nullptr, nullptr, nullptr, &found, 0);
  const Controls owned(found);
  LDAPControl* const page =
      code == LDAP_SUCCESS ? ldap_control_find(LDAP_CONTROL_PAGEDRESULTS, found, nullptr) : nullptr;
  if (page == nullptr) return {};
  ber_int_t estimate = 0;
  berval next{};
  if (ldap_parse_pageresponse_control(handle_->ldap, page, &estimate, &next) != LDAP_SUCCESS) {
    raise(LDAP_DECODING_ERROR, "searching");
  }
  std::string out(next.bv_val == nullptr ? "" : next.bv_val, next.bv_len);
  ber_memfree(next.bv_val);
  return out;
}

void Session::take_all(LDAPMessage* answer, const std::vector<std::string>& attributes,
                       Entries& out) {
  for (LDAPMessage* entry = ldap_first_entry(handle_->ldap, answer); entry != nullptr;
       entry = ldap_next_entry(handle_->ldap, entry)) {
    take(entry, attributes, out.entries.emplace_back());
  }
  for (LDAPMessage* reference = ldap_first_reference(handle_->ldap, answer); reference != nullptr;
       reference = ldap_next_reference(handle_->ldap, reference)) {
    out.elsewhere = out.elsewhere || leads_to_entries(handle_->ldap, reference);
  }
}

void Session::take(LDAPMessage* message, const std::vector<std::string>& attributes, Entry& entry) {
  LDAP* const ldap = handle_->ldap;
  const Text dn(ldap_get_dn(ldap, message));
  if (dn) entry.dn = dn.get();
  for (const std::string& name : attributes) {
    const Values values(ldap_get_values_len(ldap, message, name.c_str()));
    if (values) add_values(entry, name, values.get());
  }
  for (const ValueRange& part : ranges_of(ldap, message)) {
    const auto name = std::ranges::find_if(
        attributes, [&](const std::string& each) { return iequals(each, part.attribute); });
    if (name == attributes.end()) continue;
    const std::size_t added = add_range(ldap, message, *name, part, entry);
    if (part.last && added > 0) read_rest(entry, *name, part.first + added);
  }
}

void Session::read_rest(Entry& entry, const std::string& attribute, std::size_t first) {
  for (;;) {
    if (entry.cut) return;
    const std::vector<std::string> names{range_request(attribute, first)};
    std::vector<char*> asked = pointers_to(names);
    timeval limit = time_left();
    LDAP* const ldap = handle_->ldap;
    LDAPMessage* answer = nullptr;
    const int code = ldap_search_ext_s(ldap, entry.dn.c_str(), LDAP_SCOPE_BASE, everything.c_str(),
                                       asked.data(), 0, nullptr, nullptr, &limit, 1, &answer);
    const Message owned(answer);
    if (code != LDAP_SUCCESS && !is_of_one_entry(code)) raise(code, "reading the rest");
    LDAPMessage* const message = ldap_first_entry(ldap, answer);
    const std::vector<ValueRange> parts =
        message == nullptr ? std::vector<ValueRange>() : ranges_of(ldap, message);
    const auto part = std::ranges::find_if(parts, [&](const ValueRange& each) {
      return each.first == first && iequals(each.attribute, attribute);
    });
    // What is left is not given, or another part of it: it stays unknown.
    const std::size_t added =
        part == parts.end() ? 0 : add_range(ldap, message, attribute, *part, entry);
    if (added == 0) entry.cut = true;
    if (added == 0 || !part->last) return;
    first += added;
  }
}

void Session::raise(int code, const char* doing) const {
  throw Fault(kind_of(code), url_ + ": " + doing + ": " + ldap_err2string(code));
}

}  // namespace godwit::backend::ldap
