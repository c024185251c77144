#include "http/message.hpp"

#include "http/head.hpp"

namespace godwit::http {
namespace {

class TextBody final : public Body {
 public:
  explicit TextBody(std::string text) : text_(std::move(text)) {}
  std::uint64_t size() const override { return text_.size(); }
  std::string_view view() const override { return text_; }

 private:
  std::string text_;
};

}  // namespace

std::string_view Request::header(std::string_view name) const { return find_header(headers, name); }

std::shared_ptr<const Body> text_body(std::string text) {
  return std::make_shared<TextBody>(std::move(text));
}

}  // namespace godwit::http
