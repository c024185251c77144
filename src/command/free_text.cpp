#include "command/free_text.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include "base/text.hpp"

namespace godwit::command {
namespace {

using backend::MailClause;
using backend::MailTerm;
using Where = MailTerm::Where;

struct Property {
  std::string_view name;
  Where where;
};
constexpr auto properties = std::to_array<Property>({
    {"bcc", Where::to},
    {"body", Where::text},
    {"categories", Where::category},
    {"category", Where::category},
    {"cc", Where::to},
    {"from", Where::from},
    {"recipients", Where::to},
    {"subject", Where::subject},
    {"to", Where::to},
});

struct Token {
  enum class Kind : std::uint8_t { term, either, negation, bracket };
  Kind kind = Kind::term;
  MailTerm term;
  bool quoted = false;
};

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

/// Takes one word or phrase off the front.
std::string take_words(std::string_view& rest, bool& quoted) {
  quoted = rest.starts_with('"');
  if (quoted) {
    rest.remove_prefix(1);
    const std::size_t end = std::min(rest.find('"'), rest.size());
    std::string out(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    return out;
  }
  const auto stop = std::ranges::find_if(
      rest, [](char c) { return is_blank(c) || c == '(' || c == ')' || c == '"'; });
  const auto length = static_cast<std::size_t>(stop - rest.begin());
  std::string out(rest.substr(0, length));
  rest.remove_prefix(length);
  return out;
}

const Property* find_property(std::string_view rest) {
  const std::size_t colon = rest.find_first_of(":=");
  if (colon == std::string_view::npos) return nullptr;
  const auto at = std::ranges::find_if(
      properties, [&](const Property& each) { return iequals(each.name, rest.substr(0, colon)); });
  return at == properties.end() ? nullptr : &*at;
}

Token take_token(std::string_view& rest) {
  Token token;
  if (rest.starts_with('(') || rest.starts_with(')')) {
    rest.remove_prefix(1);
    token.kind = Token::Kind::bracket;
    return token;
  }
  if (rest.starts_with('-') || rest.starts_with('+')) {
    const bool negates = rest.starts_with('-');
    rest.remove_prefix(1);
    if (negates && !rest.empty() && !is_blank(rest.front())) {
      token.kind = Token::Kind::negation;
      return token;
    }
  }
  if (const Property* property = find_property(rest)) {
    token.term.where = property->where;
    rest.remove_prefix(property->name.size() + 1);
  }
  token.term.words = take_words(rest, token.quoted);
  const bool bare = !token.quoted && token.term.where == Where::anywhere;
  if (bare && token.term.words == "OR") token.kind = Token::Kind::either;
  if (bare && token.term.words == "NOT") token.kind = Token::Kind::negation;
  if (bare && token.term.words == "AND") token.term.words.clear();
  // A word's beginning is enough anyway.
  while (token.term.words.ends_with('*')) token.term.words.pop_back();
  token.term.words = trim(token.term.words);
  return token;
}

bool mixes_categories(const MailClause& clause) {
  const auto categories = std::ranges::count(clause.terms, Where::category, &MailTerm::where);
  return categories != 0 && static_cast<std::size_t>(categories) != clause.terms.size();
}

/// Puts terms together to clauses.
class Builder {
 public:
  Result<> add(Token token) {
    switch (token.kind) {
      case Token::Kind::either:
        either_ = !clauses_.empty();
        return {};
      case Token::Kind::negation:
        negated_ = true;
        return {};
      case Token::Kind::bracket:
        brackets_ = true;
        return {};
      case Token::Kind::term:
        break;
    }
    if (token.term.words.empty()) return {};
    if (++terms_ > free_text_terms_max) return fail(Errc::unsupported, "too many words");
    if (either_ && (negated_ || clauses_.back().negated)) {
      return fail(Errc::unsupported, "NOT among alternatives");
    }
    any_either_ = any_either_ || either_;
    if (!either_) clauses_.push_back({{}, negated_});
    clauses_.back().terms.push_back(std::move(token.term));
    either_ = false;
    negated_ = false;
    return {};
  }

  Result<std::vector<MailClause>> finish() && {
    if (clauses_.empty()) return fail(Errc::malformed, "no words");
    // Brackets say nothing new where everything must hold.
    const bool any_negated = std::ranges::any_of(clauses_, &MailClause::negated);
    if (brackets_ && (any_either_ || any_negated)) {
      return fail(Errc::unsupported, "parentheses with OR or NOT");
    }
    if (std::ranges::any_of(clauses_, mixes_categories)) {
      return fail(Errc::unsupported, "a category or a word");
    }
    return std::move(clauses_);
  }

 private:
  std::vector<MailClause> clauses_;
  std::size_t terms_ = 0;
  bool either_ = false;
  bool negated_ = false;
  bool brackets_ = false;
  bool any_either_ = false;
};

}  // namespace

Result<std::vector<MailClause>> read_free_text(std::string_view text) {
  if (utf8_prefix_characters(text, free_text_characters_max).size() < text.size()) {
    return fail(Errc::unsupported, "too long");
  }
  Builder builder;
  std::string_view rest = trim(text);
  while (!rest.empty()) {
    if (auto added = builder.add(take_token(rest)); !added) return pass(added);
    rest = trim(rest);
  }
  return std::move(builder).finish();
}

}  // namespace godwit::command
