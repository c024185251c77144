#include "compose/entity.hpp"

#include <algorithm>
#include <functional>
#include <utility>

#include "compose/encode.hpp"
#include "convert/body.hpp"

namespace godwit::compose {
namespace {

constexpr auto content_fields = std::to_array<std::string_view>(
    {"Content-Type", "Content-Transfer-Encoding", "Content-Disposition", "Content-ID",
     "Content-Description", "Content-Location", "Content-Language", "Content-MD5"});

}  // namespace

std::string content_type(const Part& part) {
  std::string out = part.type + '/' + part.subtype;
  for (const auto& [name, value] : part.parameters) {
    if (name != "boundary") out += ";\r\n " + format_parameter(name, value);
  }
  return out;
}

std::string part_header(const Part& part, bool is_inline, std::string_view encoding) {
  Fields fields;
  fields.set("Content-Type", content_type(part));
  fields.set("Content-Transfer-Encoding", encoding);
  std::string disposition = is_inline ? "inline" : "attachment";
  disposition += ";\r\n " + format_parameter("filename", convert::attachment_name(part));
  fields.set("Content-Disposition", disposition);
  if (!part.content_id.empty()) fields.set("Content-ID", '<' + part.content_id + '>');
  if (!part.content_location.empty()) fields.set("Content-Location", part.content_location);
  if (!part.description.empty()) {
    fields.set("Content-Description", format_unstructured(part.description));
  }
  return fields.str();
}

Entity multipart(std::string_view type, const std::string& boundary,
                 const std::vector<Entity>& parts) {
  Fields fields;
  fields.set("Content-Type", std::string(type) + ";\r\n boundary=\"" + boundary + '"');
  Entity whole{fields.str(), {}};
  for (const Entity& part : parts) {
    whole.content.add("--" + boundary + "\r\n" + part.header + "\r\n");
    whole.content.add(part.content);
    whole.content.add("\r\n");
  }
  whole.content.add("--" + boundary + "--\r\n");
  return whole;
}

void set_content_fields(Fields& header, const Entity& top) {
  for (const std::string_view name : content_fields) header.remove(name);
  const Fields made(top.header);
  for (const std::string_view name : content_fields) {
    if (made.has(name)) header.set(name, made.get(name));
  }
  header.set("MIME-Version", "1.0");
}

Task<Result<std::unique_ptr<WholeMessage>>> WholeMessage::read(Stretch mime) {
  auto letter = read_letter(mime.bytes);
  if (!letter) co_return pass(letter);
  mime.bytes.remove_prefix(mime.bytes.find_first_not_of("\r\n"));
  std::unique_ptr<WholeMessage> message(new WholeMessage(std::move(mime)));
  message->header_ = std::move(letter->header);
  convert::LayoutParser parser;
  const std::function<void(std::string_view)> feed = [&](std::string_view piece) {
    parser.feed(piece);
  };
  co_await in_pieces(message->mime_.body.get(), message->mime_.bytes, feed);
  message->layout_ = parser.finish();
  co_return message;
}

std::string_view WholeMessage::content_of(const Part& part) const {
  const convert::Located* at = layout_.find(part.section);
  if (at == nullptr) return {};
  // The top of a message is all of it; its content begins below the header.
  const std::uint64_t begin = part.section.empty() ? layout_.header_size : at->begin;
  return mime_.bytes.substr(static_cast<std::size_t>(begin),
                            static_cast<std::size_t>(at->end - begin));
}

Entity WholeMessage::copy(const Part& part) const {
  Entity entity;
  const convert::Located* at = layout_.find(part.section);
  if (&part == &layout_.structure) {
    Fields fields;
    for (const std::string_view name : content_fields) {
      if (header_.has(name)) fields.set(name, header_.get(name));
    }
    entity.header = fields.str();
  } else if (at != nullptr) {
    const auto begin = static_cast<std::size_t>(at->header_begin);
    entity.header =
        Fields(mime_.bytes.substr(begin, static_cast<std::size_t>(at->begin) - begin)).str();
  }
  entity.content.add(mime_.body, content_of(part));
  return entity;
}

}  // namespace godwit::compose
