#include "compose/original_event.hpp"

#include <utility>

#include "compose/encode.hpp"
#include "compose/html_body.hpp"
#include "compose/meeting_mail.hpp"
#include "convert/html.hpp"

namespace godwit::compose {

OriginalEvent::OriginalEvent(const Event& event, std::string calendar, const MailTexts& texts)
    : texts_(texts),
      text_(std::string(texts.original_subject) + event.details.subject + '\n' +
            describe(event, texts) + '\n' + event.details.body),
      calendar_(std::move(calendar)) {
  if (!text_.ends_with('\n')) text_ += '\n';
}

Task<Result<>> OriginalEvent::write_plain(bool quoted, Take take) {
  std::string out = "\r\n\r\n" + std::string(texts_.original_event) + "\r\n";
  for (std::string_view rest = text_; !rest.empty();) {
    const std::size_t end = rest.find('\n');
    std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (quoted) out += line.empty() ? ">" : "> ";
    out.append(line).append("\r\n");
  }
  take(out);
  co_return Result<>{};
}

Task<Result<>> OriginalEvent::write_html(bool quoted, Take take) {
  std::string out = "<div><br></div>";
  out += quoted ? "<blockquote>" : "<div>";
  InnerHtml inner;
  inner.feed(convert::text_to_html(text_), out);
  inner.finish(out);
  out += quoted ? "</blockquote>\r\n" : "</div>\r\n";
  take(out);
  co_return Result<>{};
}

Task<Result<std::vector<Entity>>> OriginalEvent::attachments() {
  Part part;
  part.type = "text";
  part.subtype = "calendar";
  part.parameters = {{"charset", "utf-8"}, {"method", "REQUEST"}};
  part.file_name = "invite.ics";
  std::vector<Entity> out;
  out.push_back({part_header(part, false, "base64"), {}});
  out.back().content.add(base64_lines(calendar_));
  co_return out;
}

}  // namespace godwit::compose
