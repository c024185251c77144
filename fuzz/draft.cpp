// links: godwit_compose
// writes: compose/compose_bed.hpp compose/encode.hpp convert/body.hpp convert/mime.hpp
// Drafts that a device edits: whatever stands in the mailbox, and whatever comes, is one message or
// refused; attachments that stay are the same bytes; an edit of nothing changes no part.
// The first octet says what is edited; up to a NUL the text follows, then the draft as it stands.
#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "compose/compose_bed.hpp"
#include "compose/draft.hpp"
#include "compose/encode.hpp"
#include "convert/body.hpp"
#include "convert/mime.hpp"

namespace {

using namespace godwit;

void require(bool holds) {
  if (!holds) std::abort();
}

struct Taken {
  std::string text;
  convert::Layout layout;
  std::string_view content(const std::string& section) const {
    const convert::Located* at = layout.find(section);
    require(at != nullptr);
    return std::string_view(text).substr(at->begin, at->end - at->begin);
  }
};

Taken taken(std::string text) {
  Taken out{std::move(text), {}};
  out.layout = convert::parse_layout(convert::read_at(std::string_view(out.text)));
  return out;
}

std::string with_line_ends(std::string_view text) {
  compose::LineEnds ends;
  std::string out;
  ends.feed(text, out);
  ends.finish(out);
  return out;
}

template <class T>
Task<> keep(Task<T> work, std::optional<T>& out) {
  out.emplace(co_await std::move(work));
}

std::optional<compose::ComposedDraft> edited(const DraftPatch& patch, const std::string& present,
                                             std::set<std::string> removed) {
  compose::TextSpools spools;
  const auto body = http::text_body(present);
  std::optional<compose::Stretch> before;
  if (!present.empty()) before = compose::Stretch{body, body->view()};
  compose::DraftEdit edit{patch, http::text_body(""), std::move(removed), "unique"};
  std::optional<Result<compose::ComposedDraft>> draft;
  boost::asio::io_context loop;
  boost::asio::co_spawn(loop, keep(compose::compose_draft(spools, std::move(edit), before), draft),
                        [](std::exception_ptr failure) { require(failure == nullptr); });
  loop.run();
  require(draft.has_value());
  if (!*draft) return std::nullopt;
  return std::move(**draft);
}

std::string text_of(const compose::ComposedDraft& draft) {
  const auto& content = draft.message.content;
  return draft.message.header.str() + "\r\n" +
         content.read(0, static_cast<std::size_t>(content.size()));
}

DraftPatch patch_of(unsigned what, std::string_view words) {
  DraftPatch patch;
  if ((what & 1U) != 0) patch.subject = std::string(words);
  if ((what & 2U) != 0) patch.to = patch.cc = patch.bcc = patch.reply_to = std::string(words);
  if ((what & 4U) != 0) patch.importance = words.empty() ? Importance::high : Importance::low;
  constexpr std::uint8_t types[] = {0, 1, 2, 4};
  if (const std::uint8_t type = types[what >> 3U & 3U]; type != 0) {
    patch.body = DraftPatch::Body{type, words};
  }
  if ((what & 32U) != 0) {
    NewAttachment file;
    file.client_id = "a";
    file.content = words;
    file.display_name = file.content_type = file.content_id = file.content_location =
        std::string(words.substr(0, 40));
    file.is_inline = (what & 64U) != 0;
    file.method = (what & 128U) != 0 ? 5 : 1;
    patch.attachments.push_back(std::move(file));
  }
  return patch;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const unsigned what = data[0];
  const std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::size_t end = std::min(rest.find('\0'), rest.size());
  const std::string words(rest.substr(0, end));
  std::string present = with_line_ends(rest.substr(std::min(end + 1, rest.size())));
  // RFC 9051 4.3: no mailbox tells of an octet zero. What stands there begins with its header.
  std::erase(present, '\0');
  present.erase(0, std::min(present.find_first_not_of("\r\n"), present.size()));
  const DraftPatch patch = patch_of(what, words);
  const Taken before = taken(present);
  std::set<std::string> removed;
  for (const auto& each : convert::body_parts(before.layout.structure).attachments) {
    if ((what & 64U) != 0 && !each.part->section.empty()) removed.insert(each.part->section);
    if (removed.size() == 1) break;
  }
  const auto draft = edited(patch, present, removed);
  if (!draft) return 0;
  const Taken after = taken(text_of(*draft));
  require(compose::LineEnds::clean(draft->message.header.str(), 0));
  const bool mime = patch.body && patch.body->type == 4;
  for (const auto& kept : draft->kept) {
    require(!removed.contains(kept.from));
    if (!mime) require(after.content(kept.to) == before.content(kept.from));
  }
  for (const auto& added : draft->added) static_cast<void>(after.content(added.section));
  const auto again = edited({}, after.text, {});
  require(again.has_value());
  require(taken(text_of(*again)).content("") == after.content(""));
  return 0;
}
