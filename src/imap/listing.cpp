#include "imap/listing.hpp"

#include <algorithm>
#include <limits>

#include "base/bytes.hpp"

namespace godwit::imap {
namespace {

constexpr std::string_view magic = "L1";
std::uint32_t mark_of(const Flags& flags) {
  unsigned mark = (flags.seen ? 1U : 0U) | (flags.answered ? 2U : 0U) | (flags.flagged ? 4U : 0U) |
                  (flags.draft ? 8U : 0U) | (flags.forwarded ? 16U : 0U);
  if (!flags.keywords.empty()) {
    std::string all;
    for (const std::string& keyword : flags.keywords) all += keyword + '\n';
    const std::string digest = digest128(all);
    // 24 bits: that two sets of keywords on one message look alike must not happen in practice.
    for (unsigned i = 0; i < 3; ++i) {
      mark |= static_cast<unsigned>(static_cast<unsigned char>(digest[i])) << (5U + 8U * i);
    }
  }
  return mark;
}

void append_number(std::string& out, std::uint64_t value) {
  while (value >= 0x80) {
    out += static_cast<char>(0x80U | (value & 0x7FU));
    value >>= 7U;
  }
  out += static_cast<char>(value);
}

bool take_number(std::string_view& text, std::uint64_t& value) {
  value = 0;
  for (unsigned shift = 0; shift < 63 && !text.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(text.front());
    text.remove_prefix(1);
    value |= static_cast<std::uint64_t>(byte & 0x7FU) << shift;
    if (byte < 0x80) return true;
  }
  return false;
}

}  // namespace

Result<Listing> Listing::parse(std::string_view text) {
  if (!text.starts_with(magic)) return fail(Errc::malformed, "not a listing");
  text.remove_prefix(magic.size());
  Listing out;
  std::uint64_t uid = 0;
  while (!text.empty()) {
    std::uint64_t step = 0;
    std::uint64_t mark = 0;
    if (!take_number(text, step) || !take_number(text, mark) || step == 0 ||
        step > std::numeric_limits<Uid>::max() - uid ||
        mark > std::numeric_limits<std::uint32_t>::max()) {
      return fail(Errc::malformed, "a damaged listing");
    }
    uid += step;
    out.marks_.emplace_hint(out.marks_.end(), static_cast<Uid>(uid),
                            static_cast<std::uint32_t>(mark));
  }
  return out;
}

std::string Listing::str() const {
  std::string out(magic);
  Uid before = 0;
  for (const auto& [uid, mark] : marks_) {
    append_number(out, uid - before);
    append_number(out, mark);
    before = uid;
  }
  return out;
}

void Listing::add(Uid uid, const Flags& flags) {
  if (uid != 0) marks_[uid] = mark_of(flags);
}

UidSet Listing::uids() const {
  UidSet out;
  for (const auto& [uid, mark] : marks_) out.add(uid);
  return out;
}

std::vector<Uid> Listing::changed_since(const Listing& before) const {
  std::vector<Uid> out;
  for (const auto& [uid, mark] : marks_) {
    const auto was = before.marks_.find(uid);
    if (was == before.marks_.end() || was->second != mark) out.push_back(uid);
  }
  return out;
}

}  // namespace godwit::imap
