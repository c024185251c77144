#include "compose/smart.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "compose/encode.hpp"
#include "compose/entity.hpp"
#include "compose/html_body.hpp"
#include "convert/text.hpp"

namespace godwit::compose {
namespace {

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
  Builder(http::Spools& spools, Answer answer, Original& original)
      : spools_(spools), answer_(std::move(answer)), original_(original) {}

  Task<Result<Composed>> run() {
    auto message = co_await WholeMessage::read(answer_.mime);
    if (!message) co_return pass(message);
    message_ = std::move(*message);
    words_.find(message_->structure());
    auto top = co_await build();
    if (!top) co_return pass(top);
    Fields header = message_->header();
    original_.thread(header, answer_.forward);
    set_content_fields(header, *top);
    co_return Composed{std::move(header), std::move(top->content)};
  }

 private:
  Task<Result<Entity>> build() {
    std::vector<Entity> parts;
    if (words_.none()) {
      auto text = co_await text_entity(nullptr, false);
      if (!text) co_return pass(text);
      parts.push_back(std::move(*text));
    }
    const Part& top = message_->structure();
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
    co_return wrap("multipart/mixed", parts);
  }

  /// The part with the original in it, or as it is.
  Task<Result<Entity>> rebuild(const Part& part) {
    if (&part == words_.plain) co_return co_await text_entity(&part, false);
    if (&part == words_.html) co_return co_await text_entity(&part, true);
    if (!words_.within(part)) co_return message_->copy(part);
    std::vector<Entity> children;
    for (const Part& child : part.children) {
      auto entity = co_await rebuild(child);
      if (!entity) co_return pass(entity);
      children.push_back(std::move(*entity));
    }
    co_return wrap(content_type(part), children);
  }

  Entity wrap(std::string_view type, const std::vector<Entity>& parts) {
    // `=_` occurs in neither base64 nor quoted-printable (RFC 2045 6.7).
    const std::string boundary = "=_" + answer_.unique + '_' + std::to_string(++boundaries_);
    return multipart(type, boundary, parts);
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
      co_await in_pieces(message_->body().get(), message_->content_of(*part), decode);
      std::string rest;
      decoder.finish(rest);
      spool->append(rest);
    }
    co_return spool->finish();
  }

  http::Spools& spools_;
  Answer answer_;
  Original& original_;
  std::unique_ptr<WholeMessage> message_;
  Words words_;  // points into it
  unsigned boundaries_ = 0;
};

}  // namespace

Task<Result<Composed>> compose_answer(http::Spools& spools, Answer answer, Original& original) {
  Builder builder(spools, std::move(answer), original);
  co_return co_await builder.run();
}

}  // namespace godwit::compose
