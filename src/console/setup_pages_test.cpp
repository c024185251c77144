#include "console/console_bed.hpp"

namespace godwit::console {
namespace {

class SetupPagesTest : public ConsoleTest {};

TEST_F(SetupPagesTest, SaysWhatToEnterForTheOwnAccount) {
  EXPECT_EQ(get("/godwit/set-up").status, 303) << "to the sign-in";
  EXPECT_EQ(get("/godwit/set-up/profile").status, 303);
  sign_in();
  const std::string page = text(get("/godwit/set-up"));
  EXPECT_TRUE(page.contains("<dt>Server</dt><dd><code>mail.example.org</code></dd>")) << page;
  EXPECT_TRUE(page.contains("<dt>User name</dt><dd><code>ann@example.org</code></dd>")) << page;
  EXPECT_TRUE(page.contains("<svg class=\"qr\"")) << page;
  EXPECT_TRUE(page.contains("href=\"/godwit/set-up/profile\"")) << page;
  EXPECT_TRUE(text(get("/godwit/set-up", "fr")).contains("Configurer manuellement"));
  EXPECT_EQ(text(get("/godwit/set-up/profile")), "profile of ann@example.org");
}

TEST_F(SetupPagesTest, NoProfileIsOfferedWhereNoneLeadsHere) {
  has_profile_ = false;
  sign_in();
  EXPECT_FALSE(text(get("/godwit/set-up")).contains("/godwit/set-up/profile"));
  EXPECT_EQ(get("/godwit/set-up/profile").status, 404);
}

}  // namespace
}  // namespace godwit::console
