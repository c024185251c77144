#include "migration/php_value.hpp"

#include <fmt/format.h>

#include <charconv>

#include "base/text.hpp"

namespace godwit::migration {

/// One pass, by recursive descent.
class PhpParser {
 public:
  PhpParser(PhpDocument& out, std::string_view bytes, const PhpLimits& limits)
      : out_(out), in_(bytes), limits_(limits) {}

  Result<std::uint32_t> whole() {
    auto root = value(0);
    if (root && at_ != in_.size()) return broken("something follows the value");
    return root;
  }

 private:
  using Made = Result<std::uint32_t>;
  using Node = PhpDocument::Node;

  std::unexpected<Error> broken(std::string_view what) const {
    return fail(Errc::malformed, fmt::format("{}, at byte {}", what, at_));
  }

  bool take(std::string_view text) {
    if (!in_.substr(at_).starts_with(text)) return false;
    at_ += text.size();
    return true;
  }

  /// Up to `end`, which is taken.
  std::optional<std::string_view> until(char end) {
    constexpr std::size_t digits_max = 64;
    const auto found = in_.substr(at_, digits_max).find(end);
    if (found == std::string_view::npos) return std::nullopt;
    const auto text = in_.substr(at_, found);
    at_ += found + 1;
    return text;
  }

  /// A length or count and the ':' behind it; never more than what is left.
  Result<std::size_t> count() {
    const auto text = until(':');
    const auto number = text ? parse_number<std::size_t>(*text) : std::nullopt;
    if (!number) return broken("no length where one belongs");
    if (*number > in_.size() - at_) return broken("a length beyond the end");
    return *number;
  }

  /// `5:"bytes"`.
  Result<std::string_view> quoted() {
    const auto length = count();
    if (!length) return pass(length);
    if (!take("\"") || *length > in_.size() - at_) return broken("no text where one belongs");
    const auto text = in_.substr(at_, *length);
    at_ += *length;
    if (!take("\"")) return broken("a text of another length");
    return text;
  }

  Made add(Node node) {
    if (out_.nodes_.size() >= limits_.values_max) return fail(Errc::too_large, "too many values");
    out_.nodes_.push_back(std::move(node));
    return static_cast<std::uint32_t>(out_.nodes_.size() - 1);
  }
  /// A value that references may mean.
  Made add_slot(Node node) {
    const auto made = add(std::move(node));
    if (made) out_.slots_.push_back(*made);
    return made;
  }

  Made scalar(PhpKind kind) {
    const auto text = until(';');
    if (!text) return broken("a number without an end");
    Node node{.kind = kind, .text = *text, .class_name = {}, .members = {}};
    if (kind != PhpKind::real) {
      const auto number = parse_number<std::int64_t>(*text);
      if (!number) return broken("no number where one belongs");
      node.number = *number;
    }
    return kind == PhpKind::reference ? add(std::move(node)) : add_slot(std::move(node));
  }

  Made text(bool is_key) {
    const auto read = quoted();
    if (!read) return pass(read);
    if (!take(";")) return broken("a text without an end");
    Node node{.kind = PhpKind::text, .text = *read, .class_name = {}, .members = {}};
    if (!is_key) return add_slot(std::move(node));
    // "\0Class\0name" and "\0*\0name": private and protected.
    if (node.text.starts_with('\0')) {
      const auto end = node.text.find('\0', 1);
      if (end != std::string_view::npos) node.text = node.text.substr(end + 1);
    }
    return add(std::move(node));
  }

  Made key() {
    if (take("i:")) {
      const auto digits = until(';');
      const auto number = digits ? parse_number<std::int64_t>(*digits) : std::nullopt;
      if (!number) return broken("no number where one belongs");
      return add({.kind = PhpKind::integer,
                  .text = *digits,
                  .class_name = {},
                  .number = *number,
                  .members = {}});
    }
    if (take("s:")) return text(true);
    return broken("no name where one belongs");
  }

  Made members(Node node, std::size_t depth) {
    const auto number = count();
    if (!number) return pass(number);
    if (!take("{")) return broken("no members where they belong");
    const auto made = add_slot(std::move(node));
    if (!made) return made;
    for (std::size_t i = 0; i < *number; ++i) {
      const auto name = key();
      if (!name) return name;
      const auto content = value(depth + 1);
      if (!content) return content;
      out_.nodes_[*made].members.emplace_back(*name, *content);
    }
    if (!take("}")) return broken("more members than announced");
    return made;
  }

  /// What a class wrote itself: PHP's own form, or anything.
  Made custom(std::string_view class_name, std::size_t depth) {
    const auto length = count();
    if (!length) return pass(length);
    if (!take("{") || *length > in_.size() - at_) return broken("no content where it belongs");
    const auto content = in_.substr(at_, *length);
    const std::size_t end = at_ + *length;
    const auto made = add_slot(
        {.kind = PhpKind::custom, .text = content, .class_name = class_name, .members = {}});
    if (!made) return made;
    const std::size_t nodes = out_.nodes_.size();
    const std::size_t slots = out_.slots_.size();
    const auto all = std::exchange(in_, in_.substr(0, end));
    const auto inner = value(depth + 1);
    const bool read = inner && at_ == end;
    in_ = all;
    at_ = end;
    if (read) {
      out_.nodes_[*made].members.emplace_back(*inner, *inner);
    } else {
      if (!inner && inner.error().code == Errc::too_large) return inner;
      out_.nodes_.resize(nodes);
      out_.slots_.resize(slots);
    }
    if (!take("}")) return broken("content of another length");
    return made;
  }

  Made of_class(bool writes_itself, std::size_t depth) {
    const auto name = quoted();
    if (!name) return pass(name);
    if (!take(":")) return broken("a class without content");
    if (writes_itself) return custom(*name, depth);
    return members({.kind = PhpKind::object, .text = {}, .class_name = *name, .members = {}},
                   depth);
  }

  Made value(std::size_t depth) {
    if (depth >= limits_.depth_max) return fail(Errc::too_large, "nested too deep");
    if (take("N;")) return add_slot({});
    if (take("b:")) return scalar(PhpKind::boolean);
    if (take("i:")) return scalar(PhpKind::integer);
    if (take("d:")) return scalar(PhpKind::real);
    if (take("s:")) return text(false);
    if (take("E:")) return text(false);
    if (take("R:")) return scalar(PhpKind::reference);
    if (take("r:")) {
      const auto made = scalar(PhpKind::reference);
      if (made) out_.slots_.push_back(*made);
      return made;
    }
    if (take("a:"))
      return members({.kind = PhpKind::array, .text = {}, .class_name = {}, .members = {}}, depth);
    if (take("O:")) return of_class(false, depth);
    if (take("C:")) return of_class(true, depth);
    return broken("no value where one belongs");
  }

  PhpDocument& out_;
  std::string_view in_;
  const PhpLimits& limits_;
  std::size_t at_ = 0;
};

Result<PhpDocument> PhpDocument::parse(std::string_view bytes, const PhpLimits& limits) {
  if (bytes.size() > limits.bytes_max) return fail(Errc::too_large, "too many bytes");
  PhpDocument document;
  const auto root = PhpParser(document, bytes, limits).whole();
  if (!root) return pass(root);
  document.root_ = *root;
  return document;
}

/// A reference that leads nowhere, or in a circle, stays one.
std::uint32_t PhpDocument::target_of(std::uint32_t index) const {
  constexpr int hops_max = 8;
  for (int hop = 0; hop < hops_max && nodes_[index].kind == PhpKind::reference; ++hop) {
    const std::int64_t slot = nodes_[index].number;
    if (slot < 1 || static_cast<std::uint64_t>(slot) > slots_.size()) break;
    index = slots_[static_cast<std::size_t>(slot - 1)];
  }
  return index;
}

PhpKind PhpValue::kind() const { return document_->nodes_[index_].kind; }
std::string_view PhpValue::class_name() const { return document_->nodes_[index_].class_name; }
std::string_view PhpValue::text() const { return document_->nodes_[index_].text; }
std::size_t PhpValue::size() const { return document_->nodes_[index_].members.size(); }

std::optional<std::int64_t> PhpValue::integer() const {
  const auto& node = document_->nodes_[index_];
  if (node.kind == PhpKind::integer || node.kind == PhpKind::boolean) return node.number;
  if (node.kind == PhpKind::text) return parse_number<std::int64_t>(node.text);
  return std::nullopt;
}

std::pair<PhpValue, PhpValue> PhpValue::member(std::size_t at) const {
  const auto& [name, content] = document_->nodes_[index_].members.at(at);
  return {PhpValue(*document_, name), PhpValue(*document_, document_->target_of(content))};
}

std::optional<PhpValue> PhpValue::find(std::string_view name) const {
  for (std::size_t i = 0; i < size(); ++i) {
    const auto [key, content] = member(i);
    if (key.kind() == PhpKind::text && key.text() == name) return content;
  }
  return std::nullopt;
}

std::optional<PhpValue> PhpValue::find(std::int64_t number) const {
  for (std::size_t i = 0; i < size(); ++i) {
    const auto [key, content] = member(i);
    if (key.kind() == PhpKind::integer && key.integer() == number) return content;
  }
  return std::nullopt;
}

}  // namespace godwit::migration
