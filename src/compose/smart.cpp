#include "compose/smart.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "compose/encode.hpp"
#include "compose/html_body.hpp"
#include "convert/header.hpp"
#include "convert/mime.hpp"
#include "convert/text.hpp"

namespace godwit::compose {
namespace {

constexpr auto content_fields = std::to_array<std::string_view>(
    {"Content-Type", "Content-Transfer-Encoding", "Content-Disposition", "Content-ID",
     "Content-Description", "Content-Location", "Content-Language", "Content-MD5"});

/// The device's own words: where the original goes to.
struct Words {
  const Part* plain = nullptr;
  const Part* html = nullptr;

  void find(const Part& part) {
    if (part.type == "text" && part.disposition != "attachment") {
      if (part.subtype == "html" && html == nullptr) html = &part;
      if (part.subtype == "plain" && plain == nullptr) plain = &part;
    } else if (part.is("multipart", "alternative")) {
      for (const Part& child : part.children) find(child);
    } else if (part.type == "multipart" && part.subtype != "signed" && !part.children.empty()) {
      find(part.children.front());
    }
  }
  bool none() const { return plain == nullptr && html == nullptr; }
  bool within(const Part& part) const {
    if (&part == plain || &part == html) return true;
    return std::ranges::any_of(part.children, [&](const Part& child) { return within(child); });
  }
};

class Builder {
 public:
  Builder(http::Spools& spools, Answer answer, OriginalMessage& original)
      : spools_(spools), answer_(std::move(answer)), original_(original) {}

  Task<Result<Composed>> run() {
    auto letter = read_letter(answer_.mime.bytes);
    if (!letter) co_return pass(letter);
    header_ = std::move(letter->header);
    const std::size_t blank = answer_.mime.bytes.find_first_not_of("\r\n");
    answer_.mime.bytes.remove_prefix(blank);
    co_await parse();
    auto top = co_await build();
    if (!top) co_return pass(top);
    original_.thread(header_, answer_.forward);
    for (const std::string_view name : content_fields) header_.remove(name);
    const Fields made(top->header);
    for (const std::string_view name : content_fields) {
      if (made.has(name)) header_.set(name, made.get(name));
    }
    header_.set("MIME-Version", "1.0");
    co_return Composed{std::move(header_), std::move(top->content)};
  }

 private:
  Task<> parse() {
    convert::LayoutParser parser;
    const std::function<void(std::string_view)> feed = [&](std::string_view piece) {
      parser.feed(piece);
    };
    co_await in_pieces(answer_.mime.body.get(), answer_.mime.bytes, feed);
    layout_ = parser.finish();
    words_.find(layout_.structure);
  }

  Task<Result<Entity>> build() {
    std::vector<Entity> parts;
    if (words_.none()) {
      auto text = co_await text_entity(nullptr, false);
      if (!text) co_return pass(text);
      parts.push_back(std::move(*text));
    }
    const Part& top = layout_.structure;
    const bool open_top = top.is("multipart", "mixed") && words_.within(top);
    if (open_top) {
      for (const Part& child : top.children) {
        auto entity = co_await rebuild(child);
        if (!entity) co_return pass(entity);
        parts.push_back(std::move(*entity));
      }
    } else {
      auto entity = co_await rebuild(top);
      if (!entity) co_return pass(entity);
      parts.push_back(std::move(*entity));
    }
    if (answer_.forward) {
      auto attached = co_await original_.attachments();
      if (!attached) co_return pass(attached);
      for (Entity& each : *attached) parts.push_back(std::move(each));
    }
    if (parts.size() == 1) co_return std::move(parts.front());
    co_return multipart("multipart/mixed", std::move(parts));
  }

  /// The part with the original in it, or as it is.
  Task<Result<Entity>> rebuild(const Part& part) {
    if (&part == words_.plain) co_return co_await text_entity(&part, false);
    if (&part == words_.html) co_return co_await text_entity(&part, true);
    if (!words_.within(part)) co_return copy(part);
    std::vector<Entity> children;
    for (const Part& child : part.children) {
      auto entity = co_await rebuild(child);
      if (!entity) co_return pass(entity);
      children.push_back(std::move(*entity));
    }
    std::string type = part.type + '/' + part.subtype;
    for (const auto& [name, value] : part.parameters) {
      if (name != "boundary") type += ";\r\n " + format_parameter(name, value);
    }
    co_return multipart(type, std::move(children));
  }

  Entity multipart(std::string_view type, std::vector<Entity> parts) {
    // `=_` occurs in neither base64 nor quoted-printable (RFC 2045 6.7).
    const std::string boundary = "=_" + answer_.unique + '_' + std::to_string(++boundaries_);
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

  std::string_view content_of(const Part& part) const {
    const convert::Located* at = layout_.find(part.section);
    if (at == nullptr) return {};
    // The top of a message is all of it; its content begins below the header.
    const std::uint64_t begin = part.section.empty() ? layout_.header_size : at->begin;
    return answer_.mime.bytes.substr(static_cast<std::size_t>(begin),
                                     static_cast<std::size_t>(at->end - begin));
  }

  Entity copy(const Part& part) const {
    Entity entity;
    const convert::Located* at = layout_.find(part.section);
    const bool is_top = &part == &layout_.structure;
    if (is_top) {
      Fields fields;
      for (const std::string_view name : content_fields) {
        if (header_.has(name)) fields.set(name, header_.get(name));
      }
      entity.header = fields.str();
    } else if (at != nullptr) {
      const auto begin = static_cast<std::size_t>(at->header_begin);
      entity.header =
          Fields(answer_.mime.bytes.substr(begin, static_cast<std::size_t>(at->begin) - begin))
              .str();
    }
    entity.content.add(answer_.mime.body, content_of(part));
    return entity;
  }

  /// The device's text (none when `part` is null) and the original behind it.
  Task<Result<Entity>> text_entity(const Part* part, bool html) {
    const auto own = co_await decoded(part);
    const std::string_view text = own->view();
    const std::size_t end = html ? end_of_body(text) : text.size();
    const auto spool = spools_.writer();
    QuotedPrintable encoder;
    const std::function<void(std::string_view)> put = [&](std::string_view piece) {
      std::string out;
      encoder.feed(piece, out);
      spool->append(out);
    };
    co_await in_pieces(own.get(), text.substr(0, end), put);
    const bool quoted = !answer_.forward;
    const auto done = html ? co_await original_.write_html(quoted, put)
                           : co_await original_.write_plain(quoted, put);
    if (!done) co_return pass(done);
    co_await in_pieces(own.get(), text.substr(end), put);
    std::string rest;
    encoder.finish(rest);
    spool->append(rest);
    const auto body = spool->finish();
    Fields fields;
    fields.set("Content-Type", html ? "text/html; charset=utf-8" : "text/plain; charset=utf-8");
    fields.set("Content-Transfer-Encoding", "quoted-printable");
    if (part != nullptr && !part->content_id.empty()) {
      fields.set("Content-ID", '<' + part->content_id + '>');
    }
    Entity entity{fields.str(), {}};
    entity.content.add(body, body->view());
    co_return entity;
  }

  Task<std::shared_ptr<const http::Body>> decoded(const Part* part) {
    const auto spool = spools_.writer();
    if (part != nullptr) {
      convert::TextDecoder decoder(*part);
      const std::function<void(std::string_view)> decode = [&](std::string_view piece) {
        std::string out;
        decoder.feed(piece, out);
        spool->append(out);
      };
      co_await in_pieces(answer_.mime.body.get(), content_of(*part), decode);
      std::string rest;
      decoder.finish(rest);
      spool->append(rest);
    }
    co_return spool->finish();
  }

  http::Spools& spools_;
  Answer answer_;
  OriginalMessage& original_;
  Fields header_;
  convert::Layout layout_;
  Words words_;
  unsigned boundaries_ = 0;
};

}  // namespace

Task<Result<Composed>> compose_answer(http::Spools& spools, Answer answer,
                                      OriginalMessage& original) {
  Builder builder(spools, std::move(answer), original);
  co_return co_await builder.run();
}

}  // namespace godwit::compose
