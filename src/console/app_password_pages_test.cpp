#include <gtest/gtest.h>

#include "console/console_bed.hpp"

namespace godwit::console {
namespace {

class AppPasswordPages : public ConsoleTest {
 protected:
  AppPasswordPages() { sign_in(); }
  http::Reply make(const std::string& fields) {
    return post("/godwit/app-passwords", fields + "&token=" + token());
  }
  std::vector<auth::AppPassword> all(const std::string& user = ann) {
    return run(app_passwords_.list(UserId::parse(user).value()));
  }
  /// What the page shows once.
  static std::string shown(const http::Reply& reply) {
    const std::string page = text(reply);
    const auto from = page.find("<code>") + 6;
    return page.substr(from, page.find("</code>") - from);
  }
};

TEST_F(AppPasswordPages, OneIsMadeShownOnceAndRevoked) {
  const auto made = make("name=Tablet&device=phone1&mail=yes&calendar=yes");
  EXPECT_EQ(made.status, 200);
  const std::string password = shown(made);
  const auto found =
      run(app_passwords_.find(UserId::parse(ann).value(), Secret(password), "phone1"));
  ASSERT_TRUE(found) << password;
  EXPECT_EQ(found->name, "Tablet");
  EXPECT_EQ(found->device, "phone1");
  EXPECT_TRUE(found->scopes.contains(backend::DataClass::mail));
  EXPECT_FALSE(found->scopes.contains(backend::DataClass::notes));
  const std::string page = text(get("/godwit/app-passwords"));
  EXPECT_TRUE(page.contains("Tablet"));
  EXPECT_TRUE(page.contains("Mail, Calendar · iPhone"));
  EXPECT_FALSE(page.contains(password));
  EXPECT_TRUE(text(get("/godwit/app-passwords/revoke?id=" + found->id)).contains("Revoke Tablet"));
  EXPECT_EQ(all().size(), 1U);
  const std::string form = "id=" + found->id + "&token=" + token();
  EXPECT_EQ(post("/godwit/app-passwords/revoke", form).status, 303);
  EXPECT_TRUE(all().empty());
  EXPECT_EQ(post("/godwit/app-passwords/revoke", form).status, 404);
  EXPECT_TRUE(text(get("/godwit/app-passwords?done=revoked")).contains("was revoked"));
}

TEST_F(AppPasswordPages, TheAuditLogSaysWhoAndNotWhat) {
  const std::string password = shown(make("name=Tablet&mail=yes"));
  const auto entries = run(audit_.list({}));
  ASSERT_EQ(entries.size(), 1U);
  EXPECT_EQ(entries[0].action, "app_password.add");
  EXPECT_EQ(entries[0].by, ann);
  EXPECT_EQ(entries[0].address, "192.0.2.7");
  EXPECT_FALSE(entries[0].details.contains(password));
}

TEST_F(AppPasswordPages, BadOnesAreNotMade) {
  EXPECT_EQ(make("name=Nothing").status, 400);
  EXPECT_EQ(make("mail=yes&name=" + std::string(65, 'x')).status, 400);
  EXPECT_EQ(make("mail=yes&name=a%0Ab").status, 400);
  EXPECT_EQ(make("mail=yes&name=a&device=%01").status, 400);
  EXPECT_EQ(post("/godwit/app-passwords", "mail=yes&name=a").status, 403);
  EXPECT_TRUE(all().empty());
  EXPECT_TRUE(text(make("name=Nothing")).contains("No password was made"));
}

TEST_F(AppPasswordPages, NamesAreNoMarkup) {
  make("mail=yes&name=%3Cscript%3Ealert(1)%3C%2Fscript%3E%22");
  for (const std::string& page : {std::string("/godwit/app-passwords"),
                                  "/godwit/app-passwords/revoke?id=" + all().front().id}) {
    const std::string shown = text(get(page));
    EXPECT_FALSE(shown.contains("<script")) << page;
    EXPECT_TRUE(shown.contains("&lt;script&gt;")) << page;
  }
}

TEST_F(AppPasswordPages, OnlyOnesOwnAreThere) {
  const UserId bob = UserId::parse("bob@example.org").value();
  const auto theirs = run(app_passwords_.add(bob, {.name = "theirs"}));
  ASSERT_TRUE(theirs);
  EXPECT_FALSE(text(get("/godwit/app-passwords")).contains("theirs"));
  const std::string& id = theirs->entry.id;
  EXPECT_EQ(get("/godwit/app-passwords/revoke?id=" + id).status, 404);
  const std::string form = "user=bob%40example.org&id=" + id + "&token=" + token();
  EXPECT_EQ(post("/godwit/app-passwords/revoke", form).status, 404);
  make("name=mine&mail=yes&user=bob%40example.org");
  EXPECT_EQ(all("bob@example.org").size(), 1U);
  EXPECT_EQ(all().size(), 1U);
}

}  // namespace
}  // namespace godwit::console
