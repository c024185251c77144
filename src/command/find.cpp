// [MS-ASCMD] Find (16.1).
#include <string>
#include <utility>

#include "base/text.hpp"
#include "command/find.hpp"
#include "command/handlers.hpp"
#include "command/hierarchy.hpp"
#include "command/people.hpp"
#include "wbxml/pages/find.hpp"

namespace godwit::command {
namespace {

namespace tag = wbxml::find;
using wbxml::Element;
using wbxml::Writer;

constexpr std::size_t search_id_bytes_max = 64;  // a GUID has 38 with its braces

void write_people(const PeoplePage& page, Writer& out) {
  out.open(tag::Find);
  out.number(tag::Status, find_status::ok);
  out.open(tag::Response);
  out.number(tag::Status, find_status::ok);
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
  out.close();
  out.close();
}

Task<Answer> find_people(Session& session, const Element& criterion) {
  const std::string_view text = trim(criterion.text_of(tag::Query));
  if (text.empty() ||
      utf8_prefix_characters(text, people_query_characters_max).size() < text.size()) {
    co_return find_answer(session, find_status::invalid);
  }
  IndexRange range;
  std::optional<PictureOptions> pictures;
  if (const Element* options = criterion.find(tag::Options)) {
    if (const Element* given = options->find(tag::Range)) {
      const auto read = parse_index_range(given->text);
      if (!read || read->last >= people_max) co_return find_answer(session, find_status::invalid);
      range = *read;
    }
    if (const Element* picture = options->find(tag::Picture)) {
      pictures = read_picture_options(*picture, tag::MaxSize, tag::MaxPictures);
      if (!pictures) co_return find_answer(session, find_status::invalid);
    }
  }
  const PeoplePage page = co_await find_people(session, std::string(text), range, pictures);
  DocumentWriter document(session.services.spools);
  write_people(page, document.out());
  co_return document.finish();
}

}  // namespace

Answer find_answer(Session& session, std::uint16_t status) {
  return status_answer(session, tag::Find, tag::Status, status);
}

Task<Answer> find(Session& session) {
  const std::string_view id = trim(session.document.text_of(tag::SearchId));
  const Element* search = session.document.find(tag::ExecuteSearch);
  const bool complete = !id.empty() && id.size() <= search_id_bytes_max && search != nullptr &&
                        search->children.size() == 1;
  if (!complete) co_return find_answer(session, find_status::invalid);
  Hierarchy hierarchy(session);
  co_await hierarchy.load();
  if (!hierarchy.exists()) co_return find_answer(session, find_status::folder_sync);
  const Element& criterion = search->children.front();
  if (criterion.tag == tag::GalSearchCriterion) co_return co_await find_people(session, criterion);
  if (criterion.tag == tag::MailBoxSearchCriterion) {
    co_return co_await find_in_mailbox(session, std::string(id), criterion);
  }
  co_return find_answer(session, find_status::invalid);
}

}  // namespace godwit::command
