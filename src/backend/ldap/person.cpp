#include "backend/ldap/person.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "base/bytes.hpp"
#include "base/text.hpp"
#include "convert/certificate.hpp"
#include "convert/words.hpp"

namespace godwit::backend::ldap {

namespace {

constexpr Names openldap{
    .listed =
        "(&(mail=*)(|(objectClass=inetOrgPerson)(objectClass=groupOfNames)"
        "(objectClass=groupOfUniqueNames)(objectClass=groupOfURLs)))",
    .match =
        "(|(cn=%s*)(cn=* %s*)(displayName=%s*)(sn=%s*)(givenName=%s*)(uid=%s*)(mail=%s*)"
        "(physicalDeliveryOfficeName=%s*))",
    .address = "(mail=%s)",
    .display_name = {"displayName", "cn"},
    .alias = {"uid", "uid"},
    .phone = {"telephoneNumber", "telephoneNumber"},
    .company = {"o", "o"},
    .department = {"departmentNumber", "ou"},
    .language = {"preferredLanguage", "preferredLanguage"},
    .photo = "jpegPhoto",
    .identity = "entryUUID",
};

// anr: [MS-ADTS] ambiguous name resolution, which knows names, aliases and addresses by itself.
constexpr Names active_directory{
    .listed =
        "(&(mail=*)(|(&(objectCategory=person)(objectClass=user))"
        "(objectCategory=group)(objectClass=contact))"
        "(!(msExchHideFromAddressLists=TRUE)))",
    .match = "(anr=%s)",
    .address = "(|(mail=%s)(proxyAddresses=smtp:%s))",
    .display_name = {"displayName", "cn"},
    .alias = {"mailNickname", "sAMAccountName"},
    .phone = {"telephoneNumber", "telephoneNumber"},
    .company = {"company", "company"},
    .department = {"department", "department"},
    .language = {"preferredLanguage", "msExchUserCulture"},
    .photo = "thumbnailPhoto",
    .identity = "objectGUID",
};

constexpr auto group_classes =
    std::to_array<std::string_view>({"groupOfNames", "groupOfUniqueNames", "groupOfURLs", "group",
                                     "msExchDynamicDistributionList"});

std::string text_of(const Entry& entry, std::string_view attribute) {
  return utf8_clean(utf8_prefix(entry.value(attribute), text_bytes_max));
}

std::string text_of(const Entry& entry, const std::array<std::string_view, 2>& attributes) {
  std::string first = text_of(entry, attributes[0]);
  return first.empty() ? text_of(entry, attributes[1]) : first;
}

bool is_group(const Entry& entry) {
  const auto* classes = entry.values("objectClass");
  return classes != nullptr && std::ranges::any_of(*classes, [](const std::string& name) {
           return std::ranges::any_of(group_classes,
                                      [&](std::string_view each) { return iequals(each, name); });
         });
}

std::optional<std::string> percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    const auto byte = hex_decode(text.substr(i + 1, 2));
    if (!byte || byte->size() != 1) return std::nullopt;
    out += *byte;
    i += 2;
  }
  return out;
}

/// RFC 4516: `ldap:///base?attributes?scope?filter`, of this server. Nothing for what is none.
std::optional<GroupSearch> parse_member_url(std::string_view url) {
  constexpr std::string_view scheme = "ldap:///";
  if (!istarts_with(url, scheme)) return std::nullopt;
  url.remove_prefix(scheme.size());
  std::array<std::string, 4> parts;
  for (std::string& part : parts) {
    const auto end = url.find('?');
    auto decoded = percent_decoded(url.substr(0, end));
    if (!decoded) return std::nullopt;
    part = std::move(*decoded);
    url = end == std::string_view::npos ? std::string_view() : url.substr(end + 1);
  }
  GroupSearch out{.base = std::move(parts[0]), .filter = std::move(parts[3])};
  if (out.filter.empty()) out.filter = "(objectClass=*)";
  const std::string& scope = parts[2];
  out.scope = iequals(scope, "sub")   ? Scope::subtree
              : iequals(scope, "one") ? Scope::children
                                      : Scope::entry;
  return out;
}

template <class Take>
void each_value(const Entry& entry, std::string_view attribute, Take take) {
  const auto* values = entry.values(attribute);
  if (values == nullptr) return;
  for (const std::string& value : *values) take(value);
}

std::vector<std::string> with(std::vector<std::string> out,
                              std::initializer_list<std::string_view> more) {
  for (const std::string_view name : more) out.emplace_back(name);
  std::ranges::sort(out);
  const auto same = std::ranges::unique(out);
  out.erase(same.begin(), same.end());
  return out;
}

}  // namespace

std::string_view Entry::value(std::string_view attribute) const {
  const auto* found = values(attribute);
  return found == nullptr || found->empty() ? std::string_view() : found->front();
}

const std::vector<std::string>* Entry::values(std::string_view attribute) const {
  const auto at = std::ranges::find_if(
      attributes, [&](const auto& each) { return iequals(each.first, attribute); });
  return at == attributes.end() ? nullptr : &at->second;
}

const Names& names_of(LdapSettings::Preset preset) {
  return preset == LdapSettings::Preset::active_directory ? active_directory : openldap;
}

const std::vector<std::string>& certificate_attributes() {
  static const std::vector<std::string> all{"userCertificate;binary", "userCertificate",
                                            "userSMIMECertificate;binary"};
  return all;
}

std::vector<std::string> entry_attributes(const Names& names) {
  std::vector<std::string> out;
  for (const auto* list :
       {&names.display_name, &names.alias, &names.phone, &names.company, &names.department}) {
    for (const std::string_view name : *list) out.emplace_back(name);
  }
  return with(std::move(out), {"mail", "title", "physicalDeliveryOfficeName", "givenName", "sn",
                               "homePhone", "mobile", "objectClass"});
}

std::vector<std::string> group_attributes(const Names& names) {
  return with(entry_attributes(names), {"member", "uniqueMember", "memberURL",
                                        "msExchDynamicDLFilter", "msExchDynamicDLBaseDN"});
}

DirectoryEntry directory_entry(const Entry& entry, const Names& names) {
  return {.id = entry.dn,
          .display_name = text_of(entry, names.display_name),
          .phone = text_of(entry, names.phone),
          .office = text_of(entry, "physicalDeliveryOfficeName"),
          .title = text_of(entry, "title"),
          .company = text_of(entry, names.company),
          .department = text_of(entry, names.department),
          .alias = text_of(entry, names.alias),
          .first_name = text_of(entry, "givenName"),
          .last_name = text_of(entry, "sn"),
          .home_phone = text_of(entry, "homePhone"),
          .mobile_phone = text_of(entry, "mobile"),
          .address = text_of(entry, "mail"),
          .is_group = is_group(entry)};
}

std::vector<std::string> language_attributes(const Names& names) {
  return with({}, {names.language[0], names.language[1]});
}

std::string language_of(const Entry& entry, const Names& names) {
  return text_of(entry, names.language);
}

DirectoryMatches sorted(const Entries& found, const Names& names, std::size_t entries_max) {
  std::vector<std::pair<std::string, DirectoryEntry>> keyed;
  for (const Entry& entry : found.entries) {
    DirectoryEntry one = directory_entry(entry, names);
    std::string key = convert::folded_line(one.display_name) + '\n' + one.address;
    keyed.emplace_back(std::move(key), std::move(one));
  }
  std::ranges::sort(keyed, {}, &std::pair<std::string, DirectoryEntry>::first);
  DirectoryMatches out;
  out.total = keyed.size() + (found.more ? 1 : 0);
  for (auto& [key, entry] : keyed) {
    if (out.entries.size() < entries_max) out.entries.push_back(std::move(entry));
  }
  return out;
}

std::string identity_of(const Entry& entry, const Names& names) {
  const bool has_one = !entry.value(names.identity).empty();
  const std::string_view name = has_one ? names.identity : "dn";
  std::string value(has_one ? entry.value(names.identity) : std::string_view(entry.dn));
  const bool text = utf8_valid(value) && std::ranges::none_of(value, [](char c) {
                      return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
                    });
  if (!text) value = hex_encode(value);
  if (name.size() + 1 + value.size() > identity_bytes_max) value = hex_encode(digest256(value));
  return fmt::format("{}={}", name, value);
}

Photo photo_of(const Entry& entry, std::string_view attribute) {
  const std::string_view bytes = entry.value(attribute);
  // Of an entry that was too large to be read it is the photo that was asked for.
  const bool huge = entry.cut && bytes.empty();
  Photo photo{.size = huge ? photo_bytes_max + 1 : bytes.size(), .bytes = {}};
  if (bytes.size() <= photo_bytes_max) photo.bytes = bytes;
  return photo;
}

std::vector<std::string> certificates_of(const Entry& entry, Time now) {
  std::vector<std::string> out;
  for (const std::string& attribute : certificate_attributes()) {
    each_value(entry, attribute, [&](const std::string& der) {
      const bool known = std::ranges::find(out, der) != out.end();
      if (!known && convert::certificate_valid(der, now)) out.push_back(der);
    });
  }
  return out;
}

GroupMembers members_of(const Entry& entry) {
  GroupMembers out;
  for (const std::string_view attribute : {"member", "uniqueMember"}) {
    each_value(entry, attribute, [&](const std::string& name) { out.names.push_back(name); });
  }
  each_value(entry, "memberURL", [&](const std::string& url) {
    if (auto search = parse_member_url(url)) out.searches.push_back(std::move(*search));
  });
  // [MS-ADA2]: Exchange's own dynamic groups.
  if (const auto filter = entry.value("msExchDynamicDLFilter"); !filter.empty()) {
    out.searches.push_back({.base = std::string(entry.value("msExchDynamicDLBaseDN")),
                            .scope = Scope::subtree,
                            .filter = std::string(filter)});
  }
  return out;
}

}  // namespace godwit::backend::ldap
