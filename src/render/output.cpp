#include "render/output.hpp"

#include "base/text.hpp"

namespace godwit::render {
namespace {

constexpr std::size_t write_bytes = 64 * 1024;
constexpr std::size_t tag_bytes_max = 4 * 1024;  // a cut one that is longer is sent as it is

void drop_cut_tag(std::string& html) {
  const auto open = html.rfind('<');
  const bool cut = open != std::string::npos && html.find('>', open) == std::string::npos;
  if (cut && html.size() - open <= tag_bytes_max) html.resize(open);
}

}  // namespace

void BodyOutput::append(std::string_view text) {
  size_ += text.size();
  if (cut_) return;
  if (limit_ && kept_ + text.size() > *limit_) {
    cut_ = true;
    text = utf8_prefix(text, static_cast<std::size_t>(*limit_ - kept_));
  }
  keep(text);
}

void BodyOutput::keep(std::string_view text) {
  kept_ += text.size();
  if (!spool_ && text_.size() + text.size() <= memory_body_max) {
    text_ += text;
    return;
  }
  if (!spool_) {
    spool_ = spools_.writer();
    spool_->append(text_);
    std::string().swap(text_);
  }
  spool_->append(text);
}

BodyText BodyOutput::finish(bool html) {
  BodyText body;
  body.size = size_;
  body.truncated = cut_;
  if (spool_) {
    body.kept = spool_->finish();
    return body;
  }
  if (cut_ && html) drop_cut_tag(text_);
  body.held = text_.size();
  body.kept = http::text_body(std::move(text_));
  return body;
}

std::function<void(wbxml::Writer&)> BodyText::writer() const {
  return [body = kept](wbxml::Writer& out) {
    const std::string_view all = body->view();
    if (all.empty()) return;
    out.begin_text();
    for (std::size_t at = 0; at < all.size(); at += write_bytes) {
      out.piece(all.substr(at, write_bytes));
      body->release(at + write_bytes);
    }
    out.end_text();
  };
}

}  // namespace godwit::render
