#include "command/people.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.hpp"
#include "command/search.hpp"
#include "wbxml/pages/gal.hpp"

namespace godwit::command {
namespace {

namespace gal = wbxml::gal;
using backend::DirectoryEntry;

constexpr std::size_t photos_at_once = 10;  // holds a megabyte

constexpr auto properties = std::to_array<std::pair<wbxml::Tag, std::string DirectoryEntry::*>>({
    {gal::DisplayName, &DirectoryEntry::display_name},
    {gal::Phone, &DirectoryEntry::phone},
    {gal::Office, &DirectoryEntry::office},
    {gal::Title, &DirectoryEntry::title},
    {gal::Company, &DirectoryEntry::company},
    {gal::Alias, &DirectoryEntry::alias},
    {gal::FirstName, &DirectoryEntry::first_name},
    {gal::LastName, &DirectoryEntry::last_name},
    {gal::HomePhone, &DirectoryEntry::home_phone},
    {gal::MobilePhone, &DirectoryEntry::mobile_phone},
    {gal::EmailAddress, &DirectoryEntry::address},
});

/// [MS-ASCMD] MaxPictures: no photo, one that is too large, and one too many are told apart.
Picture judge(backend::Photo photo, const PictureOptions& options, std::uint32_t& given) {
  if (photo.size == 0) return {std::to_underlying(eas::Status::no_picture), {}};
  if (photo.size > options.bytes_max || photo.bytes.empty()) {
    return {std::to_underlying(eas::Status::picture_too_large), {}};
  }
  if (given >= options.pictures_max) {
    return {std::to_underlying(eas::Status::picture_limit_reached), {}};
  }
  ++given;
  return {1, std::move(photo.bytes)};
}

}  // namespace

std::optional<IndexRange> parse_index_range(std::string_view text) {
  text = trim(text);
  const auto dash = text.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const auto first = parse_number<std::uint32_t>(text.substr(0, dash));
  const auto last = parse_number<std::uint32_t>(text.substr(dash + 1));
  if (!first || !last || *first > *last) return std::nullopt;
  return IndexRange{*first, *last};
}

std::optional<PictureOptions> read_picture_options(const wbxml::Element& picture,
                                                   wbxml::Tag max_size, wbxml::Tag max_pictures) {
  PictureOptions out;
  if (const auto* size = picture.find(max_size)) {
    const auto bytes = parse_number<std::uint32_t>(trim(size->text));
    if (!bytes) return std::nullopt;
    out.bytes_max = std::min<std::uint64_t>(*bytes, backend::photo_bytes_max);
  }
  if (const auto* count = picture.find(max_pictures)) {
    const auto pictures = parse_number<std::uint32_t>(trim(count->text));
    if (!pictures) return std::nullopt;
    out.pictures_max = *pictures;
  }
  return out;
}

Task<std::vector<Picture>> load_pictures(Session& session,
                                         const std::vector<DirectoryEntry>& entries,
                                         PictureOptions options) {
  std::vector<Picture> out;
  std::uint32_t given = 0;
  for (std::size_t at = 0; at < entries.size(); at += photos_at_once) {
    std::vector<std::string> ids;
    for (std::size_t i = at; i < std::min(at + photos_at_once, entries.size()); ++i) {
      ids.push_back(entries[i].id);
    }
    auto photos = co_await session.services.directory->photos(session.account, std::move(ids));
    for (backend::Photo& photo : photos) out.push_back(judge(std::move(photo), options, given));
  }
  co_return out;
}

void write_entry(const DirectoryEntry& entry, const Picture* picture, wbxml::Writer& out) {
  for (const auto& [tag, member] : properties) {
    if (!(entry.*member).empty()) out.text(tag, entry.*member);
  }
  if (picture == nullptr) return;
  out.open(gal::Picture);
  out.number(gal::Status, picture->status);
  if (picture->status == 1) out.opaque(gal::Data, picture->bytes);
  out.close();
}

std::uint16_t store_status(Fault::Kind kind) {
  switch (kind) {
    case Fault::Kind::unavailable:
    case Fault::Kind::busy:
      return search_status::connection_failed;
    case Fault::Kind::timed_out:
      return search_status::timed_out;
    case Fault::Kind::sign_in_failed:
      return search_status::access_denied;
    case Fault::Kind::quota:
    case Fault::Kind::corrupt:
      return search_status::server_error;
  }
  return search_status::server_error;
}

Task<PeoplePage> find_people(Session& session, std::string text, IndexRange range,
                             std::optional<PictureOptions> pictures) {
  PeoplePage out;
  const bool denied = session.account.denied.contains(backend::DataClass::directory);
  if (session.services.directory == nullptr || denied) co_return out;
  backend::DirectoryQuery query{.text = std::move(text), .entries_max = people_max};
  auto found = co_await session.services.directory->find(session.account, std::move(query));
  out.total = found.total;
  const std::size_t first = std::min<std::size_t>(range.first, found.entries.size());
  const std::size_t end = std::min<std::size_t>(std::size_t{range.last} + 1, found.entries.size());
  for (std::size_t i = first; i < end; ++i) out.entries.push_back(std::move(found.entries[i]));
  if (!out.entries.empty()) {
    out.range = {range.first, static_cast<std::uint32_t>(end - 1)};
  }
  if (pictures) out.pictures = co_await load_pictures(session, out.entries, *pictures);
  co_return out;
}

}  // namespace godwit::command
