#include "backend/out_of_office.hpp"

#include <utility>

#include "base/pack.hpp"

namespace godwit::backend {
namespace {

constexpr std::uint64_t packed_version = 1;

void pack_message(Packer& out, const OutOfOffice::Message& message) {
  out.boolean(message.enabled).text(message.text).boolean(message.html);
}

OutOfOffice::Message unpack_message(Unpacker& in) {
  OutOfOffice::Message message;
  message.enabled = in.boolean();
  message.text = in.text();
  message.html = in.boolean();
  return message;
}

}  // namespace

std::string pack_out_of_office(const OutOfOffice& settings) {
  Packer out;
  out.number(packed_version).number(static_cast<std::uint64_t>(settings.state));
  out.signed_number(settings.start.time_since_epoch().count());
  out.signed_number(settings.end.time_since_epoch().count());
  pack_message(out, settings.internal);
  pack_message(out, settings.external_known);
  pack_message(out, settings.external_unknown);
  return std::move(out).bytes();
}

Result<OutOfOffice> unpack_out_of_office(std::string_view packed) {
  Unpacker in(packed);
  if (in.number() != packed_version) in.damage();
  OutOfOffice settings;
  const auto state = in.number_as<std::uint8_t>();
  if (state > static_cast<std::uint8_t>(OutOfOffice::State::scheduled)) in.damage();
  settings.state = static_cast<OutOfOffice::State>(state);
  settings.start = Time(std::chrono::milliseconds(in.signed_number()));
  settings.end = Time(std::chrono::milliseconds(in.signed_number()));
  settings.internal = unpack_message(in);
  settings.external_known = unpack_message(in);
  settings.external_unknown = unpack_message(in);
  if (auto whole = in.finish(); !whole) return pass(whole);
  return settings;
}

Result<> check_out_of_office(const OutOfOffice& settings) {
  for (const auto* message :
       {&settings.internal, &settings.external_known, &settings.external_unknown}) {
    if (message->text.size() > out_of_office_text_bytes_max) {
      return fail(Errc::too_large, "the out-of-office text is too long");
    }
  }
  return {};
}

}  // namespace godwit::backend
