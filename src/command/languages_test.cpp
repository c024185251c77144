#include "command/languages.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "base/fault.hpp"
#include "run.hpp"

namespace godwit::command {
namespace {

class Directory final : public backend::PreferredLanguages {
 public:
  Task<std::string> preferred_language(backend::Account) override {
    ++asked;
    if (down) throw Fault(Fault::Kind::timed_out, "does not answer");
    co_return said;
  }
  std::string said = "fr, en-gb;q=0.8";
  int asked = 0;
  bool down = false;
};

class LanguagesTest : public testing::Test {
 protected:
  std::optional<Language> learnt(const std::string& name) {
    const UserId user = UserId::parse(name).value();
    test::run(languages_.learn(
        {.user = user, .login = name, .password = {}, .display_name = {}, .addresses = {name}}));
    return languages_.of(user);
  }
  ManualClock clock_;
  Directory directory_;
  Languages languages_{clock_, &directory_};
};

TEST_F(LanguagesTest, AnAnswerIsKeptForAWhile) {
  EXPECT_EQ(learnt("ann"), Language::french);
  directory_.said = "de";
  clock_.advance(Languages::lifetime - std::chrono::seconds(1));
  EXPECT_EQ(learnt("ann"), Language::french);
  EXPECT_EQ(directory_.asked, 1);
  EXPECT_EQ(learnt("bob"), Language::german);
  clock_.advance(std::chrono::seconds(1));
  EXPECT_EQ(learnt("ann"), Language::german);
  EXPECT_EQ(directory_.asked, 3);
}

TEST_F(LanguagesTest, NoneIsAnAnswerToo) {
  for (const char* said : {"", "it", "*", "en;q=0", "\xff\xfe,,;;="}) {
    directory_.said = said;
    EXPECT_EQ(learnt("user" + std::to_string(directory_.asked)), std::nullopt) << said;
  }
  EXPECT_EQ(learnt("user0"), std::nullopt);
  EXPECT_EQ(directory_.asked, 5);
}

TEST_F(LanguagesTest, NobodyWaitsTwiceForADirectoryThatIsDown) {
  EXPECT_EQ(learnt("ann"), Language::french);
  clock_.advance(Languages::lifetime);
  directory_.down = true;
  EXPECT_EQ(learnt("ann"), Language::french) << "as it was known";
  EXPECT_EQ(learnt("bob"), std::nullopt);
  EXPECT_EQ(directory_.asked, 2);
  directory_.down = false;
  clock_.advance(Languages::pause);
  EXPECT_EQ(learnt("bob"), Language::french);
}

TEST_F(LanguagesTest, SoManyAreRemembered) {
  for (std::size_t i = 0; i <= Languages::users_max; ++i) learnt('u' + std::to_string(i));
  EXPECT_EQ(languages_.of(UserId::parse("u0").value()), std::nullopt);
  EXPECT_EQ(languages_.of(UserId::parse("u1").value()), Language::french);
}

}  // namespace
}  // namespace godwit::command
