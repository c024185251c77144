// links: godwit_backend_notes
// writes: convert/limits.hpp convert/mime.hpp
// Messages of a Notes folder: whatever comes is a note; what an edit wrote is read back, under the
// same name, and an edit of the subject alone leaves the content as it was.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "backend/notes/note_mail.hpp"
#include "convert/limits.hpp"
#include "convert/mime.hpp"

namespace {

using namespace godwit;
namespace notes = backend::notes;

constexpr Time now{std::chrono::seconds(1'720'000'000)};

void require(bool holds) {
  if (!holds) std::abort();
}

struct Read {
  convert::Layout layout;
  Note note;
};

Read read(std::string_view message) {
  Read out;
  out.layout = convert::parse_layout(convert::read_at(message));
  Message one;
  one.header =
      message.substr(0, std::min<std::size_t>(out.layout.header_size, convert::header_bytes_max));
  one.structure = out.layout.structure;
  std::vector<std::string> texts;
  for (const Part* part : notes::text_parts(one.structure)) {
    const auto* at = out.layout.find(part->section);
    require(at != nullptr);
    texts.emplace_back(message.substr(at->begin, at->end - at->begin));
  }
  out.note = notes::note_of(one, texts);
  return out;
}

notes::NoteWriting writing_of(std::string href) {
  return {.href = std::move(href),
          .from = "ada@example.org",
          .message_id = "id@example.org",
          .boundary = "=_nobody_knows",
          .now = now};
}

void check_new(const Note& note, const std::string& href) {
  const std::string once = notes::new_message(note, writing_of(href));
  require(notes::href_of(once, {}) == href);
  const Note first = read(once).note;
  const std::string twice = notes::new_message(first, writing_of(href));
  require(read(twice).note == first);
}

void check_edit(std::string_view message, const Note& note, const std::string& href) {
  notes::NoteWriting writing = writing_of(href);
  writing.replaces = notes::Place{7, 12};
  Note named = note;
  named.subject = "named";
  named.categories = {"one", "t, wo"};
  const std::string once = notes::edited_message(message, note, named, writing);
  require(notes::replaced_by(once, 7) == 12 && notes::replaced_by(once, 8) == 0);
  const Read after = read(once);
  require(after.note.subject == "named" && after.note.categories == named.categories);
  for (const bool html : {false, true}) {
    Note other = note;
    other.body = "new\ntext";
    other.html = html ? "<p>new<br>text</p>" : "";
    const Note again = read(notes::edited_message(message, note, other, writing)).note;
    require(again.html == other.html && again.body == other.body);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view message(reinterpret_cast<const char*>(data), size);
  const Read came = read(message);
  const std::string_view header =
      message.substr(0, static_cast<std::size_t>(came.layout.header_size));
  const std::string href = notes::href_of(header, {7, 9});
  require(!href.empty() && href.size() <= 128);
  static_cast<void>(notes::is_cut(came.layout.structure));
  check_new(came.note, href);
  check_edit(message, came.note, href);
  return 0;
}
