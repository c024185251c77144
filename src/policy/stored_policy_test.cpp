#include "policy/stored_policy.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace godwit::policy {
namespace {

Policy whole() {
  return {.name = "field",
          .settings = {.mode = Mode::loose,
                       .accept_partial = false,
                       .accept_external = true,
                       .values = {{"AllowCamera", "0"}, {"ApprovedApplicationList", "a\nb\n"}}},
          .whom = {{"ann@example.org"}, {"staff"}, {"example.org"}}};
}

TEST(StoredPolicy, ComesBackAsItWas) {
  const std::string bytes = pack(whole());
  EXPECT_EQ(unpack_policy("field", bytes).value(), whole());
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    EXPECT_FALSE(unpack_policy("field", bytes.substr(0, length))) << length;
  }
  EXPECT_FALSE(unpack_policy("field", bytes + "x"));
}

TEST(StoredPolicy, TheConfigurationsOfTheSameNameCounts) {
  Book book;
  book.named.push_back(std::make_shared<const Policy>(Policy{.name = "field"}));
  const auto stored = std::make_shared<const Policy>(whole());
  EXPECT_EQ(with_stored(book, {stored}).named.size(), 1U);
  EXPECT_EQ(find_policy(with_stored({}, {stored}), "field"), stored);
}

TEST(StoredPolicy, IsHeldWithinBounds) {
  EXPECT_TRUE(problems_of(whole(), {}).empty());
  Policy many = whole();
  many.whom.users.assign(policy_names_max, "x@example.org");
  EXPECT_TRUE(problems_of(many, {}).front().what.starts_with("at most 1000 users"));
  Policy large = whole();
  large.settings.values["ApprovedApplicationList"] = std::string(policy_bytes_max, 'a');
  ASSERT_EQ(problems_of(large, {}).size(), 1U);
  EXPECT_EQ(problems_of(large, {}).front().key, "name");
}

TEST(StoredPolicy, DifferencesSayFromWhatToWhat) {
  Policy after = whole();
  after.settings.values["AllowCamera"] = "1";
  after.settings.values["MaxAttachmentSize"] = "";
  after.settings.accept_partial = true;
  EXPECT_EQ(differences(whole(), after),
            (std::vector<std::string>{"accept_partial no -> yes", "AllowCamera 0 -> 1",
                                      "MaxAttachmentSize - -> none"}));
  EXPECT_TRUE(differences(after, after).empty());
}

}  // namespace
}  // namespace godwit::policy
