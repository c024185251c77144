#include "policy/book.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.hpp"

namespace godwit::policy {
namespace {

PolicyRef of_user(const Book& book, const Subject& subject) {
  const auto found = std::ranges::find_if(book.named, [&](const PolicyRef& policy) {
    return names_user(policy->whom, subject.user.addresses);
  });
  return found == book.named.end() ? nullptr : *found;
}

std::string_view value_of(const Settings& settings, std::string_view name) {
  const auto found = settings.values.find(std::string(name));
  return found == settings.values.end() ? std::string_view() : std::string_view(found->second);
}

std::int64_t number_of(const Settings& settings, std::string_view name, std::int64_t absent) {
  return parse_number<std::int64_t>(value_of(settings, name)).value_or(absent);
}

/// Settings of the password that say something only where a password is asked for, and the values
/// with which they ask for nothing.
struct PasswordSetting {
  std::string_view name;
  std::int64_t nothing;
};
constexpr auto password_settings = std::to_array<PasswordSetting>({
    {"AlphanumericDevicePasswordRequired", 0},
    {"PasswordRecoveryEnabled", 0},
    {"MinDevicePasswordLength", 1},
    {"MaxDevicePasswordFailedAttempts", 0},
    {"AllowSimpleDevicePassword", 1},
    {"DevicePasswordExpiration", 0},
    {"DevicePasswordHistory", 0},
    {"MinDevicePasswordComplexCharacters", 1},
});

/// [MS-ASPROV] DevicePasswordEnabled: without it a device looks at none of the other elements of
/// the password.
void add_password_problems(const Settings& settings, std::vector<Contradiction>& out) {
  if (value_of(settings, "DevicePasswordEnabled") == "1") {
    const auto groups = number_of(settings, "MinDevicePasswordComplexCharacters", 1);
    const auto length = number_of(settings, "MinDevicePasswordLength", groups);
    if (groups > length) {
      out.push_back({"MinDevicePasswordComplexCharacters",
                     fmt::format("{} kinds of characters do not fit into {}; raise "
                                 "MinDevicePasswordLength",
                                 groups, length)});
    }
    return;
  }
  for (const PasswordSetting& setting : password_settings) {
    if (number_of(settings, setting.name, setting.nothing) == setting.nothing) continue;
    out.push_back({std::string(setting.name),
                   "devices ignore it without a password; set DevicePasswordEnabled = true, or "
                   "remove it"});
  }
}

}  // namespace

PolicyRef find_policy(const Book& book, std::string_view name) {
  if (name == standard_name) return book.standard;
  const auto found = std::ranges::find_if(
      book.named, [&](const PolicyRef& policy) { return policy->name == name; });
  return found == book.named.end() ? nullptr : *found;
}

Choice choose(const Book& book, const Subject& subject) {
  if (!subject.assigned.empty()) {
    if (auto assigned = find_policy(book, subject.assigned)) {
      return {std::move(assigned), Reason::assigned};
    }
  }
  if (auto policy = of_user(book, subject)) return {std::move(policy), Reason::user};
  for (const PolicyRef& policy : book.named) {
    if (names_group(policy->whom, subject.user.groups)) return {policy, Reason::group};
  }
  return {book.standard, Reason::standard};
}

bool groups_matter(const Book& book, const Subject& subject) {
  if (std::ranges::all_of(book.named,
                          [](const PolicyRef& one) { return one->whom.groups.empty(); })) {
    return false;
  }
  return choose(book, {{subject.user.addresses, {}}, subject.assigned}).reason == Reason::standard;
}

std::vector<std::string> asked_groups(const Book& book) {
  std::vector<std::string> out;
  for (const PolicyRef& policy : book.named) add_groups(policy->whom, out);
  return out;
}

bool same(const Book& a, const Book& b) {
  return *a.standard == *b.standard &&
         std::ranges::equal(a.named, b.named,
                            [](const PolicyRef& x, const PolicyRef& y) { return *x == *y; });
}

std::vector<Contradiction> contradictions(const Settings& settings) {
  std::vector<Contradiction> out;
  if (settings.mode == Mode::off) {
    if (!settings.values.empty()) {
      out.push_back({{},
                     "the mode is off, and its settings reach no device; set mode to loose or "
                     "strict, or remove them"});
    }
    return out;
  }
  add_password_problems(settings, out);
  // [MS-ASPROV] AttachmentsEnabled: a device that may not download any needs no limit.
  if (value_of(settings, "AttachmentsEnabled") == "0" &&
      number_of(settings, "MaxAttachmentSize", 0) > 0) {
    out.push_back({"MaxAttachmentSize",
                   "AttachmentsEnabled = false forbids every attachment; remove one of them"});
  }
  // [MS-ASPROV] AllowHTMLEmail: what is never HTML has no HTML to cut.
  if (value_of(settings, "AllowHTMLEmail") == "0" &&
      number_of(settings, "MaxEmailHTMLBodyTruncationSize", -1) >= 0) {
    out.push_back({"MaxEmailHTMLBodyTruncationSize",
                   "AllowHTMLEmail = false leaves nothing to cut; remove one of them"});
  }
  return out;
}

}  // namespace godwit::policy
