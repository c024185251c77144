#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "admin/arguments.hpp"
#include "backend/data_classes.hpp"

namespace godwit::admin {
namespace {

using backend::Share;
using backend::ShareRight;
using nlohmann::json;
using Parts = Operations::Parts;

constexpr auto shareable =
    std::to_array<ItemClass>({ItemClass::email, ItemClass::calendar, ItemClass::contacts,
                              ItemClass::tasks, ItemClass::notes});

std::string_view class_name(ItemClass item_class) {
  const auto data_class = backend::data_class_of(item_class);
  return std::ranges::find(backend::data_class_names, data_class,
                           &backend::DataClassName::data_class)
      ->name;
}

Result<Shares*> shares(Parts& parts) {
  if (parts.shares != nullptr) return parts.shares;
  return fail(
      Errc::unsupported,
      "the embedded store alone is told here who shares what; IMAP and DAV servers are told "
      "by their own means");
}

struct Asked {
  Shares::Place place;
  std::string reader;
};

Result<Asked> asked_for(const json& arguments) {
  auto owner = text(arguments, "owner");
  if (!owner) return pass(owner);
  auto folder = text(arguments, "folder");
  if (!folder) return pass(folder);
  auto reader = text(arguments, "with");
  if (!reader) return pass(reader);
  const auto named = text(arguments, "class", false);
  if (!named) return pass(named);
  Asked out{{std::move(*owner), std::move(*folder)}, std::move(*reader)};
  if (named->empty()) return out;
  const auto found = std::ranges::find(shareable, *named, &class_name);
  if (found == shareable.end()) return fail(Errc::malformed, "there is no class '" + *named + "'");
  out.place.item_class = *found;
  return out;
}

Task<Result<json>> add(Parts& parts, json arguments) {
  const auto place = shares(parts);
  if (!place) co_return pass(place);
  auto asked = asked_for(arguments);
  if (!asked) co_return pass(asked);
  const auto writes = flag(arguments, "writes");
  if (!writes) co_return pass(writes);
  co_return nothing(co_await (*place)->share(std::move(asked->place), std::move(asked->reader),
                                             *writes ? ShareRight::write : ShareRight::read));
}

Task<Result<json>> remove(Parts& parts, json arguments) {
  const auto place = shares(parts);
  if (!place) co_return pass(place);
  auto asked = asked_for(arguments);
  if (!asked) co_return pass(asked);
  co_return nothing(co_await (*place)->unshare(std::move(asked->place), std::move(asked->reader)));
}

Task<Result<json>> list(Parts& parts, json arguments) {
  const auto place = shares(parts);
  if (!place) co_return pass(place);
  auto user = text(arguments, "user", false);
  if (!user) co_return pass(user);
  std::optional<std::string> one;
  if (!user->empty()) one = std::move(*user);
  const auto all = co_await (*place)->list(std::move(one));
  if (!all) co_return pass(all);
  json rows = json::array();
  for (const Share& each : *all) {
    rows.push_back({{"owner", each.owner},
                    {"folder", each.folder},
                    {"class", class_name(each.item_class)},
                    {"with", each.reader},
                    {"writes", each.right == ShareRight::write}});
  }
  co_return json{{"shares", std::move(rows)}};
}

constexpr auto operations = std::to_array<Operation>({
    {"share.add", &add},
    {"share.list", &list},
    {"share.remove", &remove},
});

}  // namespace

std::span<const Operation> share_operations() { return operations; }

}  // namespace godwit::admin
