#include <fmt/format.h>

#include <utility>

#include "admin/store_devices.hpp"
#include "base/bytes.hpp"
#include "base/pack.hpp"
#include "policy/wipe.hpp"

namespace godwit::admin {
namespace {

using policy::Wipe;
using policy::WipeScope;
using store::Kind;

constexpr int attempts_max = 8;  // somebody else writes the record at the same time
constexpr std::uint64_t format = 1;

/// What was taken over last.
struct Memory {
  Wipe wipe = Wipe::none;
  WipeScope scope = WipeScope::device;
  Time ordered{};
  std::string digest;  // of the record that was written; empty: none was
  friend bool operator==(const Memory&, const Memory&) = default;
};

std::string pack(const Memory& memory) {
  Packer out;
  out.number(format).number(std::to_underlying(memory.wipe));
  out.number(std::to_underlying(memory.scope));
  out.number(static_cast<std::uint64_t>(memory.ordered.time_since_epoch().count()));
  out.text(memory.digest);
  return std::move(out).bytes();
}

Result<Memory> unpack_memory(std::string_view bytes) {
  Unpacker in(bytes);
  if (in.number() != format) return fail(Errc::unsupported, "of another format");
  Memory memory;
  memory.wipe = static_cast<Wipe>(in.number());
  memory.scope = static_cast<WipeScope>(in.number());
  memory.ordered = Time(std::chrono::milliseconds(static_cast<std::int64_t>(in.number())));
  memory.digest = in.text();
  if (const auto whole = in.finish(); !whole) return pass(whole);
  return memory;
}

void take_wipe(policy::Device& device, const policy::Device& from) {
  policy::copy_wipe(from, device);
  if (device.wipe != Wipe::done) return;
  // As where the device acknowledges it here.
  device.policy_key = device.temporary_policy_key = 0;
  device.blocked = true;
}

bool is_same_order(const policy::Device& device, const std::optional<Memory>& before) {
  return before && before->wipe != Wipe::none && before->ordered == device.wipe_ordered &&
         before->scope == device.wipe_scope;
}

/// What becomes of the record `known` (nothing: there is none), and what that is called.
struct Outcome {
  std::optional<policy::Device> record;  // nothing: it stays as it is
  Taken taken = Taken::kept;
};

/// Of a device that is known here by more than what was taken over: orders alone are news.
Outcome ordered_since(policy::Device known, const policy::Device& former,
                      const std::optional<Memory>& before) {
  const bool same = is_same_order(former, before);
  if (former.wipe == Wipe::done && same && wipe_stands(known) &&
      known.wipe_ordered == former.wipe_ordered) {
    take_wipe(known, former);
    return {std::move(known), Taken::wiped};
  }
  const bool more =
      known.wipe == Wipe::none || (wipe_stands(known) && known.wipe_scope == WipeScope::account &&
                                   former.wipe_scope == WipeScope::device);
  if (former.wipe != Wipe::ordered || same || !more) return {};
  take_wipe(known, former);
  return {std::move(known), Taken::wipe};
}

Outcome outcome_of(const std::optional<policy::Device>& known, bool untouched,
                   policy::Device former, const std::optional<Memory>& before) {
  if (former.wipe == Wipe::done) take_wipe(former, policy::Device(former));
  if (!known) {
    // Forgotten here since: only another order brings it back.
    if (before && (former.wipe == Wipe::none || is_same_order(former, before))) return {};
    return {std::move(former), Taken::added};
  }
  if (!untouched) return ordered_since(*known, former, before);
  // No order is taken back by another server's silence.
  if (former.wipe == Wipe::none && known->wipe != Wipe::none) take_wipe(former, *known);
  return {std::move(former), Taken::updated};
}

std::string_view text_of(Wipe wipe) {
  switch (wipe) {
    case Wipe::none:
    case Wipe::failed:
      return "no wipe";
    case Wipe::ordered:
    case Wipe::sent:
      return "wipe pending";
    case Wipe::done:
      return "wiped";
  }
  std::unreachable();
}

}  // namespace

Task<Result<Taken>> StoreDevices::take_over(FormerDevice former, bool dry_run) {
  const Order& order = former.order;
  const store::Key key{order.user.str(), Kind::device, order.device.str()};
  const store::Key memory_key{
      "", Kind::meta, fmt::format("imported/{}/{}", order.user.view(), order.device.view())};
  for (int attempt = 0; attempt < attempts_max; ++attempt) {
    std::vector<store::Key> keys{key, memory_key};
    const auto records = co_await store_.get_many(std::move(keys));
    const auto& record = records[0];
    const auto& remembered = records[1];
    std::optional<policy::Device> known;
    if (record) {
      auto read = policy::unpack_device(record->value);
      if (!read) co_return fail(Errc::malformed, "its record here is damaged; forget it first");
      known = *std::move(read);
    }
    std::optional<Memory> before;
    if (remembered) {
      auto read = unpack_memory(remembered->value);
      if (!read) co_return fail(Errc::malformed, "what was imported of it before cannot be read");
      before = *std::move(read);
    }
    const bool untouched = record && before && before->digest == digest128(record->value);
    Outcome outcome = outcome_of(known, untouched, former.device, before);
    Memory after{former.device.wipe, former.device.wipe_scope, former.device.wipe_ordered,
                 before ? before->digest : std::string()};
    // An order that is remembered stays so, whatever that server says of none.
    if (after.wipe == Wipe::none && before) after = *before;
    std::vector<store::Write> batch;
    if (outcome.record) {
      std::string value = pack(*outcome.record);
      const bool from_there = outcome.taken == Taken::added || outcome.taken == Taken::updated;
      after.digest = from_there ? digest128(value) : std::string();
      if (!record || record->value != value) {
        batch.push_back({key, record ? record->revision : 0, std::move(value)});
      }
    }
    if (batch.empty() && before == after) co_return Taken::unchanged;
    if (dry_run) co_return outcome.taken;
    batch.push_back({memory_key, remembered ? remembered->revision : 0, pack(after)});
    batch.push_back(entry(order, "device.import",
                          fmt::format("{}: {}", former.from, text_of(former.device.wipe))));
    if (co_await store_.commit(std::move(batch))) {
      changed_(order.user, order.device);
      co_return outcome.taken;
    }
  }
  co_return fail(Errc::conflict, "the device's record changes all the time; try again");
}

}  // namespace godwit::admin
