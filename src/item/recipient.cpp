#include "item/recipient.hpp"

#include "base/pack.hpp"

namespace godwit {

std::string pack(const Recipient& recipient) {
  Packer out;
  out.text(recipient.address).text(recipient.name).number(recipient.weight);
  return std::move(out).bytes();
}

Result<Recipient> unpack_recipient(std::string_view text) {
  Unpacker in(text);
  Recipient out;
  out.address = in.text();
  out.name = in.text();
  out.weight = in.number_as<std::uint32_t>();
  if (!in.finish() || out.address.empty()) return fail(Errc::malformed, "not a recipient");
  return out;
}

PropertyDigests digests_of(const Recipient& recipient) {
  PropertyDigests out;
  out.set(0, recipient.address);
  out.set(1, recipient.name);
  out.set(2, std::to_string(recipient.weight));
  return out;
}

}  // namespace godwit
