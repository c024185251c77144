#include "compose/original.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "compose/encode.hpp"
#include "compose/html_body.hpp"
#include "compose/limits.hpp"
#include "convert/address.hpp"
#include "convert/header.hpp"
#include "convert/html.hpp"
#include "convert/text.hpp"

namespace godwit::compose {
namespace {

constexpr std::size_t summary_bytes_max = 4096;  // of one line about the original
constexpr std::size_t references_max = 20;       // ids kept: the first and the last ones

/// Lines behind `> `, in pieces of any size.
class Quote {
 public:
  std::string operator()(std::string_view text) {
    std::string out;
    for (const char c : text) {
      if (fresh_) out += c == '\n' || c == '\r' ? ">" : "> ";
      fresh_ = c == '\n';
      out += c;
    }
    return out;
  }

 private:
  bool fresh_ = true;
};

/// RFC 2045 6.1: what a part may say of itself, and no line that it could break out with.
std::string known_encoding(const std::string& name) {
  constexpr auto names =
      std::to_array<std::string_view>({"7bit", "8bit", "base64", "quoted-printable"});
  return std::ranges::find(names, name) != names.end() ? name : std::string("8bit");
}

}  // namespace

OriginalMessage::OriginalMessage(std::shared_ptr<backend::Mail> mail, http::Spools& spools,
                                 Place place, Message message)
    : mail_(std::move(mail)),
      spools_(spools),
      place_(std::move(place)),
      message_(std::move(message)),
      parts_(convert::body_parts(message_.structure)) {}

Task<Result<std::unique_ptr<OriginalMessage>>> OriginalMessage::load(
    std::shared_ptr<backend::Mail> mail, http::Spools& spools, Place place) {
  std::vector<Uid> uids{place.uid};
  auto found = co_await mail->fetch(place.folder, place.uid_validity, std::move(uids));
  if (!found || found->empty()) co_return fail(Errc::not_found, "the original is gone");
  co_return std::unique_ptr<OriginalMessage>(
      new OriginalMessage(std::move(mail), spools, std::move(place), std::move(found->front())));
}

Task<Result<>> OriginalMessage::read(std::string section, Take take) {
  for (std::uint64_t offset = 0;;) {
    std::vector<backend::PartRange> ranges{{place_.uid, section, offset, piece_bytes}};
    auto answer = co_await mail_->read(place_.folder, place_.uid_validity, std::move(ranges));
    if (!answer) co_return pass(answer);
    const std::string piece = answer->empty() ? std::string() : std::move(answer->front());
    take(piece);
    offset += piece.size();
    if (piece.size() < piece_bytes) co_return Result<>{};
  }
}

Task<Result<>> OriginalMessage::read_text(const Part& part, Take take) {
  convert::TextDecoder decoder(part);
  const Take decode = [&](std::string_view encoded) {
    std::string text;
    decoder.feed(encoded, text);
    take(text);
  };
  const auto done = co_await read(part.section, decode);
  if (!done) co_return pass(done);
  std::string text;
  decoder.finish(text);
  take(text);
  co_return Result<>{};
}

std::vector<std::pair<std::string, std::string>> OriginalMessage::summary() const {
  const convert::Header header(message_.header);
  std::vector<std::pair<std::string, std::string>> out;
  const auto add = [&](std::string name, std::string value) {
    if (!value.empty()) out.emplace_back(std::move(name), std::move(value));
  };
  const auto people = [&](std::string_view name) {
    return convert::format_addresses(convert::parse_addresses(header.get(name)), ", ",
                                     summary_bytes_max);
  };
  add("From", people("From"));
  const auto date = convert::parse_date(header.get("Date"));
  add("Date", date ? format_date(*date) : std::string());
  add("To", people("To"));
  add("Cc", people("Cc"));
  const std::string subject = convert::decode_text(header.get("Subject"));
  add("Subject", std::string(utf8_prefix(subject, summary_bytes_max)));
  return out;
}

Task<Result<>> OriginalMessage::write_plain(bool quoted, Take take) {
  std::string head = "\r\n\r\n-------- Original message --------\r\n";
  for (const auto& [name, value] : summary()) {
    head += name;
    head += ": " + value + "\r\n";
  }
  take(head + "\r\n");
  Quote quote;
  char last = 0;
  const Take put = [&](std::string_view text) {
    if (text.empty()) return;
    last = text.back();
    if (quoted) {
      take(quote(text));
    } else {
      take(text);
    }
  };
  for (const Part* part : parts_.plain) {
    convert::HtmlToText to_text;
    const bool html = part->is("text", "html");
    const Take convert_piece = [&](std::string_view piece) {
      std::string text;
      to_text.feed(piece, text);
      put(text);
    };
    const auto done = co_await read_text(*part, html ? convert_piece : put);
    if (!done) co_return pass(done);
    std::string rest;
    if (html) to_text.finish(rest);
    put(rest);
    if (last != '\n') put("\r\n");
  }
  co_return Result<>{};
}

Task<Result<>> OriginalMessage::write_html(bool quoted, Take take) {
  std::string head = "<div><br></div><div style=\"border-top:1px solid #ccc;padding-top:1ex\">";
  for (const auto& [name, value] : summary()) {
    head += "<b>" + name;
    head += ":</b> " + escape_html(value) + "<br>\r\n";
  }
  head += "</div><br>\r\n";
  head += quoted ? "<blockquote style=\"margin:0 0 0 .8ex;border-left:1px solid #ccc;"
                   "padding-left:1ex\">"
                 : "<div>";
  take(head);
  for (const Part* part : parts_.html) {
    InnerHtml inner;
    convert::TextToHtml to_html;
    const bool html = part->is("text", "html");
    const Take convert_piece = [&](std::string_view piece) {
      std::string document;
      if (!html) to_html.feed(piece, document);
      std::string out;
      inner.feed(html ? piece : std::string_view(document), out);
      take(out);
    };
    const auto done = co_await read_text(*part, convert_piece);
    if (!done) co_return pass(done);
    std::string rest;
    if (!html) to_html.finish(rest);
    std::string out;
    inner.feed(rest, out);
    inner.finish(out);
    take(out);
  }
  take(quoted ? "</blockquote>\r\n" : "</div>\r\n");
  co_return Result<>{};
}

Task<Result<std::vector<Entity>>> OriginalMessage::attachments() {
  std::vector<Entity> out;
  if (convert::protection_of(message_.structure) != convert::Protection::none) {
    auto entity = co_await whole();
    if (!entity) co_return pass(entity);
    out.push_back(std::move(*entity));
    co_return out;
  }
  for (const convert::AttachedPart& attached : parts_.attachments) {
    auto entity = co_await attachment(*attached.part, attached.is_inline);
    if (!entity) co_return pass(entity);
    out.push_back(std::move(*entity));
  }
  co_return out;
}

Task<Result<Entity>> OriginalMessage::attachment(const Part& part, bool is_inline) {
  // RFC 1652 and what hops understand: binary content cannot travel as it is.
  const bool binary = part.encoding == "binary" && part.type != "message";
  const bool encoded = part.encoding == "base64";
  const auto spool = spools_.writer();
  LineEnds line_ends;
  Base64Lines base64;
  const Take put = [&](std::string_view bytes) {
    std::string out;
    if (binary) {
      base64.feed(bytes, out);
    } else {
      line_ends.feed(bytes, out);
    }
    spool->append(out);
  };
  const auto done = co_await read(part.section, put);
  if (!done) co_return pass(done);
  std::string rest;
  if (binary) {
    base64.finish(rest);
  } else {
    line_ends.finish(rest);
  }
  spool->append(rest);
  const auto body = spool->finish();
  const std::string encoding = binary || encoded ? "base64" : known_encoding(part.encoding);
  Entity entity{part_header(part, is_inline, encoding), {}};
  entity.content.add(body, body->view());
  co_return entity;
}

Task<Result<Entity>> OriginalMessage::whole() {
  const auto spool = spools_.writer();
  LineEnds line_ends;
  bool eight_bit = false;
  const Take put = [&](std::string_view bytes) {
    std::string out;
    line_ends.feed(bytes, out);
    eight_bit = eight_bit || std::ranges::any_of(out, [](char c) { return c < 0; });
    spool->append(out);
  };
  const auto done = co_await read("", put);
  if (!done) co_return pass(done);
  std::string rest;
  line_ends.finish(rest);
  spool->append(rest);
  const auto body = spool->finish();
  const convert::Header header(message_.header);
  const std::string subject = convert::decode_text(header.get("Subject"));
  Part part;
  part.type = "message";
  part.subtype = "rfc822";
  part.file_name = std::string(utf8_prefix(subject.empty() ? "message" : subject, 120)) + ".eml";
  Entity entity{part_header(part, false, eight_bit ? "8bit" : "7bit"), {}};
  entity.content.add(body, body->view());
  co_return entity;
}

void OriginalMessage::thread(Fields& header, bool forward) const {
  const convert::Header original(message_.header);
  const std::string id = convert::first_message_id(original.get("Message-ID"));
  if (id.empty() || id.find_first_of(" <>") != std::string::npos) return;
  if (!forward && !header.has("In-Reply-To")) header.set("In-Reply-To", '<' + id + '>');
  if (header.has("References")) return;
  auto ids = convert::message_ids(original.get("References"));
  if (ids.empty()) ids = convert::message_ids(original.get("In-Reply-To"));
  std::erase_if(ids, [&](const std::string& one) {
    return one == id || one.find_first_of(" <>") != std::string::npos;
  });
  // RFC 5322 3.6.4 wants all; the first and the last ones are what threads hang on.
  if (ids.size() > references_max) {
    ids.erase(ids.begin() + 1, ids.end() - static_cast<std::ptrdiff_t>(references_max - 1));
  }
  std::string references;
  for (const std::string& one : ids) references += '<' + one + "> ";
  header.set("References", fold(references + '<' + id + '>'));
}

}  // namespace godwit::compose
