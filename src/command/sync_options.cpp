#include "base/pack.hpp"
#include "command/sync_collection.hpp"

namespace godwit::command {
namespace {

void pack_preference(Packer& out, const eas::BodyPreference& preference) {
  out.number(preference.type).optional_number(preference.truncation_size);
  out.boolean(preference.all_or_none).number(preference.preview);
}

eas::BodyPreference unpack_preference(Unpacker& in) {
  eas::BodyPreference preference;
  preference.type = in.number_as<std::uint8_t>();
  preference.truncation_size = in.optional_number();
  preference.all_or_none = in.boolean();
  preference.preview = in.number_as<std::uint16_t>();
  return preference;
}

render::BodyPreference for_rendering(const eas::BodyPreference& preference) {
  return {preference.type, preference.truncation_size, preference.all_or_none, preference.preview};
}

}  // namespace

std::string pack_options(const std::vector<eas::SyncOptions>& options) {
  Packer out;
  out.number(options.size());
  for (const eas::SyncOptions& block : options) {
    out.text(block.item_class).number(block.filter_type).number(block.conflict);
    out.number(block.mime_support);
    out.optional_number(block.mime_truncation);
    for (const auto* list : {&block.bodies, &block.body_parts}) {
      out.number(list->size());
      for (const eas::BodyPreference& preference : *list) pack_preference(out, preference);
    }
  }
  return std::move(out).bytes();
}

std::vector<eas::SyncOptions> unpack_options(std::string_view bytes) {
  std::vector<eas::SyncOptions> options;
  if (bytes.empty()) return options;
  Unpacker in(bytes);
  for (std::size_t left = in.count(); left > 0 && in.ok(); --left) {
    eas::SyncOptions block;
    block.item_class = in.text();
    block.filter_type = in.number_as<std::uint8_t>();
    block.conflict = in.number_as<std::uint8_t>();
    block.mime_support = in.number_as<std::uint8_t>();
    if (const auto value = in.optional_number()) {
      block.mime_truncation = static_cast<std::uint8_t>(*value);
    }
    for (auto* list : {&block.bodies, &block.body_parts}) {
      for (std::size_t count = in.count(); count > 0 && in.ok(); --count) {
        list->push_back(unpack_preference(in));
      }
    }
    options.push_back(std::move(block));
  }
  return options;
}

bool is_mail_filter(std::uint8_t filter_type) { return filter_type <= 5; }

render::Options render_options(const Session& session, const eas::SyncOptions& options) {
  render::Options out;
  out.version = session.version;
  for (const eas::BodyPreference& preference : options.bodies) {
    out.bodies.push_back(for_rendering(preference));
  }
  if (!options.body_parts.empty()) out.body_part = for_rendering(options.body_parts.front());
  out.mime_support = options.mime_support;
  out.mime_truncation = options.mime_truncation;
  out.own_addresses = session.account.addresses;
  out.zone = session.calendar().zone;
  return out;
}

}  // namespace godwit::command
