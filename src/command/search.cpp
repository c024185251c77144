// [MS-ASCMD] Search: the store named answers with a status of its own; the root says only that the
// command was understood.
#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>

#include "base/text.hpp"
#include "command/handlers.hpp"
#include "command/people.hpp"
#include "command/search.hpp"
#include "wbxml/pages/document_library.hpp"
#include "wbxml/pages/search.hpp"

namespace godwit::command {
namespace {

namespace tag = wbxml::search;
using eas::Version;
using wbxml::Element;
using wbxml::Writer;

struct PeopleOptions {
  IndexRange range;
  std::optional<PictureOptions> pictures;
};

/// The error: the store's status.
std::expected<PeopleOptions, std::uint16_t> read_people_options(const Element* options,
                                                                Version version) {
  PeopleOptions out;
  if (options == nullptr) return out;
  if (const Element* range = options->find(tag::Range)) {
    const auto read = parse_index_range(range->text);
    if (!read) return std::unexpected(search_status::invalid);
    if (read->last >= people_max) return std::unexpected(search_status::past_range);
    out.range = *read;
  }
  // [MS-ASCMD] Picture: from 14.1 on; what came earlier by mistake is not looked at.
  const Element* picture = options->find(tag::Picture);
  if (picture == nullptr || version < Version::v14_1) return out;
  out.pictures = read_picture_options(*picture, tag::MaxSize, tag::MaxPictures);
  if (!out.pictures) return std::unexpected(search_status::invalid);
  return out;
}

void write_people(const PeoplePage& page, Writer& out) {
  begin_store(out, search_status::ok);
  for (std::size_t i = 0; i < page.entries.size(); ++i) {
    out.open(tag::Result);
    out.open(tag::Properties);
    write_entry(page.entries[i], page.pictures.empty() ? nullptr : &page.pictures[i], out);
    out.close();
    out.close();
  }
  if (!page.entries.empty()) {
    out.text(tag::Range, std::to_string(page.range.first) + '-' + std::to_string(page.range.last));
  }
  out.number(tag::Total, static_cast<std::int64_t>(page.total));
  end_store(out);
}

Task<Answer> search_people(Session& session, const Element& store) {
  const Element* query = store.find(tag::Query);
  const auto text = query == nullptr ? std::string_view() : trim(query->text);
  const bool readable =
      !text.empty() && query->children.empty() &&
      utf8_prefix_characters(text, people_query_characters_max).size() == text.size();
  if (!readable) co_return store_answer(session, search_status::invalid);
  const auto options = read_people_options(store.find(tag::Options), session.version);
  if (!options) co_return store_answer(session, options.error());
  PeoplePage page;
  std::optional<Fault::Kind> fault;
  try {
    page = co_await find_people(session, std::string(text), options->range, options->pictures);
  } catch (const Fault& failure) {
    fault = failure.kind();
  }
  if (fault) co_return store_answer(session, store_status(*fault));
  DocumentWriter document(session.services.spools);
  write_people(page, document.out());
  co_return document.finish();
}

/// There is no document library here: only what a link looks like can be told.
Answer search_library(Session& session, const Element& store) {
  constexpr auto schemes =
      std::to_array<std::string_view>({"\\\\", "file://", "http://", "https://"});
  const Element* query = store.find(tag::Query);
  const Element* equal = query == nullptr ? nullptr : query->find(tag::EqualTo);
  if (equal == nullptr || !equal->has(wbxml::document_library::LinkId)) {
    return store_answer(session, search_status::invalid);
  }
  const std::string_view link = trim(equal->text_of(tag::Value));
  const bool is_link = std::ranges::any_of(
      schemes, [&](std::string_view scheme) { return istarts_with(link, scheme); });
  return store_answer(session, is_link ? search_status::not_found : search_status::bad_link);
}

}  // namespace

void begin_store(Writer& out, std::uint16_t status) {
  out.open(tag::Search);
  out.number(tag::Status, search_status::ok);
  out.open(tag::Response);
  out.open(tag::Store);
  out.number(tag::Status, status);
}

void end_store(Writer& out) {
  out.close();
  out.close();
  out.close();
}

Answer store_answer(Session& session, std::uint16_t status) {
  DocumentWriter document(session.services.spools);
  begin_store(document.out(), status);
  end_store(document.out());
  return document.finish();
}

Task<Answer> search(Session& session) {
  // [MS-ASCMD] Store (Search): of several, the first counts.
  const Element* store = session.document.find(tag::Store);
  if (store == nullptr) co_return store_answer(session, search_status::invalid);
  const std::string_view name = trim(store->text_of(tag::Name));
  if (iequals(name, "GAL")) co_return co_await search_people(session, *store);
  if (iequals(name, "DocumentLibrary") || iequals(name, "Document Library")) {
    co_return search_library(session, *store);
  }
  if (iequals(name, "Mailbox")) co_return co_await search_mailbox(session, *store);
  co_return store_answer(session, search_status::invalid);
}

}  // namespace godwit::command
