#include "base/pack.hpp"

namespace godwit {

Packer& Packer::number(std::uint64_t value) {
  while (value >= 0x80) {
    bytes_.push_back(static_cast<char>(value | 0x80));
    value >>= 7;
  }
  bytes_.push_back(static_cast<char>(value));
  return *this;
}

Packer& Packer::random_number(std::uint64_t value) {
  for (unsigned shift = 0; shift < 64; shift += 8)
    bytes_.push_back(static_cast<char>(value >> shift));
  return *this;
}

Packer& Packer::signed_number(std::int64_t value) {
  const auto bits = static_cast<std::uint64_t>(value);
  return number((bits << 1) ^ (value < 0 ? ~std::uint64_t{0} : 0));
}

Packer& Packer::text(std::string_view bytes) {
  number(bytes.size());
  bytes_.append(bytes);
  return *this;
}

Packer& Packer::optional_number(std::optional<std::uint64_t> value) {
  boolean(value.has_value());
  if (value) number(*value);
  return *this;
}

Packer& Packer::optional_text(const std::optional<std::string>& bytes) {
  boolean(bytes.has_value());
  if (bytes) text(*bytes);
  return *this;
}

std::uint64_t Unpacker::number() {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    if (rest_.empty()) break;
    const auto byte = static_cast<unsigned char>(rest_.front());
    rest_.remove_prefix(1);
    const std::uint64_t part = byte & 0x7FU;
    if (shift == 63 && part > 1) break;  // beyond 64 bits
    value |= part << shift;
    if ((byte & 0x80U) == 0) return value;
  }
  damage();
  return 0;
}

std::uint64_t Unpacker::random_number() {
  std::uint64_t value = 0;
  if (rest_.size() < sizeof(value)) {
    damage();
    return 0;
  }
  for (unsigned i = 0; i < sizeof(value); ++i) {
    value |= std::uint64_t{static_cast<unsigned char>(rest_[i])} << (8 * i);
  }
  rest_.remove_prefix(sizeof(value));
  return value;
}

std::int64_t Unpacker::signed_number() {
  const std::uint64_t bits = number();
  return static_cast<std::int64_t>((bits >> 1) ^ (~(bits & 1) + 1));
}

bool Unpacker::boolean() {
  const std::uint64_t value = number();
  if (value > 1) damage();
  return value == 1;
}

std::string_view Unpacker::view() {
  const std::size_t length = count();
  const std::string_view bytes = rest_.substr(0, length);
  rest_.remove_prefix(length);
  return bytes;
}

std::optional<std::uint64_t> Unpacker::optional_number() {
  if (!boolean()) return std::nullopt;
  const std::uint64_t value = number();
  if (damaged_) return std::nullopt;
  return value;
}

std::optional<std::string> Unpacker::optional_text() {
  if (!boolean()) return std::nullopt;
  std::string bytes = text();
  if (damaged_) return std::nullopt;
  return bytes;
}

std::size_t Unpacker::count() {
  const std::uint64_t value = number();
  if (value <= rest_.size()) return static_cast<std::size_t>(value);
  damage();
  return 0;
}

void Unpacker::damage() {
  damaged_ = true;
  rest_ = {};
}

Result<> Unpacker::finish() const {
  if (damaged_) return fail(Errc::malformed, "a stored record is damaged or cut off");
  if (!rest_.empty()) return fail(Errc::malformed, "a stored record is longer than its fields");
  return {};
}

}  // namespace godwit
