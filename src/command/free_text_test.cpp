#include "command/free_text.hpp"

#include <gtest/gtest.h>

namespace godwit::command {
namespace {

using Clauses = std::vector<backend::MailClause>;
using Where = backend::MailTerm::Where;

Clauses read(std::string_view text) {
  auto clauses = read_free_text(text);
  if (!clauses) {
    ADD_FAILURE() << text << ": " << clauses.error().message;
    return {};
  }
  return *std::move(clauses);
}

backend::MailClause word(std::string words, Where where = Where::anywhere) {
  return {{{where, std::move(words)}}, false};
}

TEST(FreeText, WordsAndPhrases) {
  EXPECT_EQ((Clauses{word("hedge"), word("the picture")}), read("  hedge \"the picture\" "));
  EXPECT_EQ((Clauses{word("a"), word("b")}), read("a AND b"));
  EXPECT_EQ((Clauses{word("a"), word("and"), word("b")}), read("a and b"));
  EXPECT_EQ((Clauses{word("unclosed phrase")}), read("\"unclosed phrase"));
  EXPECT_EQ((Clauses{word("hed")}), read("hed*"));
  EXPECT_EQ((Clauses{word("AND")}), read("\"AND\""));
}

TEST(FreeText, Properties) {
  EXPECT_EQ(
      (Clauses{word("ann", Where::from), word("the hedge", Where::subject), word("bob", Where::to),
               word("bob", Where::to), word("x", Where::text), word("garden", Where::category)}),
      read("From:ann subject:\"the hedge\" to:bob cc:bob body:x category:garden"));
  EXPECT_EQ((Clauses{word("http://example.org/"), word("from")}), read("http://example.org/ from"));
  EXPECT_EQ((Clauses{word("ann", Where::from)}), read("from:ann subject:"));
}

TEST(FreeText, AlternativesAndNegations) {
  EXPECT_EQ((Clauses{{{{Where::from, "ann"}, {Where::from, "bob"}}, false}, word("x")}),
            read("from:ann OR from:bob x"));
  EXPECT_EQ((Clauses{word("a"), {{{Where::anywhere, "b"}}, true}, {{{Where::subject, "c"}}, true}}),
            read("a NOT b -subject:c"));
  EXPECT_EQ((Clauses{word("a"), word("b")}), read("(a b)"));
  EXPECT_EQ((Clauses{word("a"), word("b-c")}), read("OR a - b-c"));
}

TEST(FreeText, WhatCannotBeSearched) {
  for (const std::string_view text : {"", "  ", "\"\"", "AND", "()", "from:", "*"}) {
    EXPECT_EQ(Errc::malformed, read_free_text(text).error().code) << text;
  }
  for (const std::string_view text : {"(a OR b) c", "a OR NOT b", "category:x OR y", "NOT (a b)"}) {
    EXPECT_EQ(Errc::unsupported, read_free_text(text).error().code) << text;
  }
  std::string many;
  for (std::size_t i = 0; i <= free_text_terms_max; ++i) many += "w ";
  EXPECT_EQ(Errc::unsupported, read_free_text(many).error().code);
  EXPECT_EQ(Errc::unsupported, read_free_text(std::string(5000, 'x')).error().code);
}

}  // namespace
}  // namespace godwit::command
