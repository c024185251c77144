#include "console/console_bed.hpp"

namespace godwit::console {
namespace {

using admin::Finding;

class WhyPagesTest : public ConsoleTest {
 protected:
  WhyPagesTest() {
    insight_.known = {
        {.id = "1", .name = "In<b>box", .is_synchronized = true, .held = 12, .owed = 3},
        {.id = "2", .name = "Tasks", .item_class = ItemClass::tasks}};
    insight_.past = {
        {.command = "Sync", .took = std::chrono::milliseconds(17), .status = 200, .sent = 4},
        {.command = "Ping"}};
    insight_.findings = {{.step = "decision",
                          .outcome = Finding::Outcome::stop,
                          .code = Finding::Code::blocked_by_rule,
                          .arguments = {"<script>no\x01 tablets"}}};
    add_device("other1", policy::Device(), "bob@example.org");
  }
};

TEST_F(WhyPagesTest, ADevicesPageShowsFoldersAndRequests) {
  sign_in();
  admin_ = true;
  for (const char* const path :
       {"/godwit/device?id=phone1", "/godwit/admin/device?user=ann%40example.org&id=phone1"}) {
    const std::string page = text(get(path));
    EXPECT_TRUE(page.contains("In&lt;b&gt;box")) << page;
    EXPECT_TRUE(page.contains(">12</td>")) << page;
    EXPECT_TRUE(page.contains("not synchronized")) << page;
    EXPECT_TRUE(page.contains("17 ms")) << page;
    EXPECT_TRUE(page.contains(">waits</td>")) << page;
    EXPECT_TRUE(page.contains("since the server’s start and no longer")) << page;
  }
  insight_.known.clear();
  insight_.past.clear();
  const std::string page = text(get("/godwit/device?id=phone1", "de"));
  EXPECT_TRUE(page.contains("noch nicht nach seinen Ordnern gefragt")) << page;
  EXPECT_TRUE(page.contains("Keine seit dem Start des Servers.")) << page;
}

TEST_F(WhyPagesTest, UsersAskAboutTheirOwnMailAlone) {
  sign_in();
  std::string page = text(get("/godwit/device/why?id=phone1", "fr"));
  EXPECT_EQ(insight_.asked, "ann@example.org phone1  own");
  EXPECT_TRUE(page.contains("la règle « &lt;script&gt;no tablets » le bloque") ||
              page.contains("la règle « &lt;script&gt;no"))
      << page;
  EXPECT_FALSE(page.contains("<script>"));
  insight_.mails = {
      {.item = "1:7.9", .subject = "<img src=x onerror=alert(1)>", .from = "Bob <b@x>"},
      {.item = "1:7.8"}};
  page = text(get("/godwit/device/why?id=phone1&q=invoice"));
  EXPECT_EQ(insight_.asked, "ann@example.org invoice");
  EXPECT_TRUE(page.contains("&lt;img src=x onerror=alert(1)&gt;")) << page;
  EXPECT_TRUE(page.contains("(no subject)")) << page;
  EXPECT_TRUE(page.contains("id=phone1&amp;item=1%3A7.9&amp;q=invoice")) << page;
  get("/godwit/device/why?id=phone1&item=1%3A7.9&q=invoice");
  EXPECT_EQ(insight_.asked, "ann@example.org phone1 1:7.9 own");
  insight_.mails.clear();
  EXPECT_TRUE(text(get("/godwit/device/why?id=phone1&q=nothing")).contains("No mail with these"));
  insight_.asked.clear();
  EXPECT_EQ(get("/godwit/device/why?id=other1").status, 404);
  EXPECT_EQ(get("/godwit/device/why?id=other1&user=bob%40example.org").status, 404);
  EXPECT_EQ(insight_.asked, "");
  get("/godwit/device/why?id=phone1&item=" + std::string(2000, 'x'));
  EXPECT_EQ(insight_.asked, "ann@example.org phone1  own") << "too much is nothing";
}

TEST_F(WhyPagesTest, AdministratorsAskAboutAnyDeviceWithoutTheUsersMail) {
  sign_in();
  const std::string path = "/godwit/admin/device/why?user=bob%40example.org&id=other1";
  EXPECT_EQ(get(path).status, 404);
  EXPECT_EQ(insight_.asked, "");
  admin_ = true;
  EXPECT_TRUE(text(get(path)).contains("blocks it"));
  EXPECT_EQ(insight_.asked, "bob@example.org other1 ");
  get(path + "&item=%3Cone%40x.org%3E");
  EXPECT_EQ(insight_.asked, "bob@example.org other1 <one@x.org>");
  EXPECT_TRUE(text(get("/godwit/admin/device?user=bob%40example.org&id=other1"))
                  .contains("/godwit/admin/device/why?user=bob%40example.org&amp;id=other1"));
  EXPECT_EQ(get("/godwit/admin/device/why?user=bob%40example.org&id=gone").status, 404);
}

}  // namespace
}  // namespace godwit::console
