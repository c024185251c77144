#include "backend/local/group_mail.hpp"

#include <algorithm>
#include <set>

#include "base/log.hpp"
#include "base/text.hpp"
#include "convert/header.hpp"

namespace godwit::backend::local {

namespace {

constexpr Log group_log("local.groups");

/// A member elsewhere sent it back to the group: everybody has it.
bool has_been_at(const std::string& address, std::string_view header) {
  const convert::Header parsed(header);
  return std::ranges::any_of(parsed.fields(), [&](const convert::Field& field) {
    return iequals(field.name, "Delivered-To") &&
           iequals(trim(convert::unfold(field.value)), address);
  });
}

}  // namespace

std::vector<Destination> route(Database& database, const Route& asked, std::string_view header) {
  std::vector<Destination> out;
  std::set<std::string> served(asked.elsewhere.begin(), asked.elsewhere.end());
  for (const std::string& address : asked.to) {
    Destination& place = out.emplace_back();
    if (find_recipient(database, address)) {
      place.users.push_back(address);
      continue;
    }
    auto group = find_group(database, address);
    if (!group) continue;
    Expansion all = expand_group(database, *group, asked.domains);
    if (!all.whole) group_log.error("group.too_large", {{"max", group_members_max}});
    place.group = std::move(group->group);
    place.served = has_been_at(place.group->address, header);
    if (place.served || !all.whole) continue;
    for (UserRow& user : all.users) place.users.push_back(std::move(user.address));
    for (std::string& each : all.outside) {
      if (served.insert(each).second) place.outside.push_back(std::move(each));
    }
    // Whom another way serves is served.
    if (place.users.empty() && place.outside.empty() && !all.outside.empty()) {
      place.served = true;
    }
  }
  return out;
}

std::string WithLines::read(std::uint64_t offset, std::size_t length) const {
  std::string out;
  if (offset < lines_.size()) {
    out = lines_.substr(static_cast<std::size_t>(offset), length);
    length -= out.size();
    offset = lines_.size();
  }
  if (length > 0) out += message_->read(offset - lines_.size(), length);
  return out;
}

}  // namespace godwit::backend::local
