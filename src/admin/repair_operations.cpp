#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "admin/arguments.hpp"

namespace godwit::admin {
namespace {

using nlohmann::json;

struct Name {
  std::string_view name;
  Repair::What what;
};
constexpr auto names = std::to_array<Name>({{"resend", Repair::What::resend},
                                            {"forget", Repair::What::forget},
                                            {"rebuild", Repair::What::rebuild}});

Task<Result<json>> device_repair(Operations::Parts& parts, json arguments) {
  if (!parts.repair) {
    co_return fail(Errc::unsupported, "the store cannot be used; see `godwit schema status`");
  }
  auto device = device_name(arguments);
  if (!device) co_return pass(device);
  const auto what = text(arguments, "what");
  if (!what) co_return pass(what);
  const auto known = std::ranges::find(names, *what, &Name::name);
  if (known == names.end()) {
    co_return fail(Errc::malformed, "argument 'what' is resend, forget or rebuild");
  }
  auto of = text(arguments, "of");
  if (!of) co_return pass(of);
  Order order{std::move(device->user), std::move(device->id), parts.caller};
  Repair repair{known->what, std::move(*of)};
  auto said = co_await parts.repair(std::move(order), std::move(repair));
  if (!said) co_return pass(said);
  co_return json{{"text", *std::move(said)}};
}

constexpr auto operations = std::to_array<Operation>({{"device.repair", &device_repair}});

}  // namespace

std::span<const Operation> repair_operations() { return operations; }

}  // namespace godwit::admin
