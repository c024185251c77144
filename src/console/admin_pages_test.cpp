// What administrators see and order, and that nobody else does.
#include <gtest/gtest.h>

#include "console/console_bed.hpp"
#include "console/device_filter.hpp"

namespace godwit::console {
namespace {

constexpr const char* bob = "bob@example.org";

class AdminPages : public ConsoleTest {
 protected:
  AdminPages() {
    admin_ = true;
    policy::Device waiting;
    waiting.type = "Android";
    waiting.standing = policy::Standing::quarantined;
    add_device("phone2", waiting, bob);
    sign_in();
  }
  http::Reply order(const std::string& action, const std::string& device = "phone2") {
    return post("/godwit/admin/order",
                "user=bob%40example.org&id=" + device + "&action=" + action + "&token=" + token());
  }
};

TEST_F(AdminPages, AreNotThereForOthers) {
  admin_ = false;
  EXPECT_FALSE(text(get("/godwit/")).contains("/godwit/admin"));
  for (const char* const page :
       {"/godwit/admin", "/godwit/admin/audit",
        "/godwit/admin/device?user=bob%40example.org&id=phone2", "/godwit/admin/devices",
        "/godwit/admin/order?user=bob%40example.org&id=phone2&action=wipe",
        "/godwit/admin/policies", "/godwit/admin/quarantine"}) {
    const auto reply = get(page);
    EXPECT_EQ(reply.status, 404) << page;
    EXPECT_FALSE(text(reply).contains("Android")) << page;
  }
  EXPECT_EQ(order("wipe").status, 404);
  EXPECT_EQ(device("phone2", bob)->wipe, policy::Wipe::none);
  cookie_.clear();
  EXPECT_EQ(get("/godwit/admin/devices").status, 303);
}

TEST_F(AdminPages, AreClosedWhileNobodyKnowsWhoMay) {
  down_ = true;
  EXPECT_EQ(get("/godwit/admin/devices").status, 503);
  EXPECT_EQ(get("/godwit/").status, 200);
  EXPECT_FALSE(text(get("/godwit/")).contains("/godwit/admin"));
}

TEST_F(AdminPages, ShowAllDevices) {
  const std::string page = text(get("/godwit/admin/devices"));
  EXPECT_TRUE(page.contains("phone1"));
  EXPECT_TRUE(page.contains("phone2"));
  EXPECT_TRUE(page.contains("Devices: 2"));
  const std::string found = text(get("/godwit/admin/devices?q=BOB&state=quarantined"));
  EXPECT_FALSE(found.contains("phone1"));
  EXPECT_TRUE(found.contains("phone2"));
  EXPECT_TRUE(text(get("/godwit/admin/devices?state=wiped")).contains("No device fits."));
  const std::string one = text(get("/godwit/admin/device?user=bob%40example.org&id=phone2"));
  EXPECT_TRUE(one.contains("Waits for approval"));
  EXPECT_EQ(get("/godwit/admin/device?user=bob%40example.org&id=none").status, 404);
}

TEST_F(AdminPages, ManyDevicesAreSeveralPages) {
  for (int i = 0; i < 120; ++i) add_device("many" + std::to_string(i), policy::Device());
  const std::string first = text(get("/godwit/admin/devices?q=many"));
  EXPECT_TRUE(first.contains("Devices: 120"));
  EXPECT_TRUE(first.contains("1 / 3"));
  EXPECT_TRUE(first.contains("q=many&amp;state=&amp;page=2"));
  EXPECT_TRUE(text(get("/godwit/admin/devices?q=many&page=3")).contains("3 / 3"));
  EXPECT_TRUE(text(get("/godwit/admin/devices?q=many&page=99")).contains("3 / 3"));
  EXPECT_TRUE(text(get("/godwit/admin/devices?q=many&page=x")).contains("1 / 3"));
}

TEST_F(AdminPages, OrdersAreAskedForAndAudited) {
  EXPECT_TRUE(text(get("/godwit/admin/order?user=bob%40example.org&id=phone2&action=wipe"))
                  .contains("Erase Android"));
  EXPECT_EQ(device("phone2", bob)->wipe, policy::Wipe::none);
  EXPECT_EQ(order("wipe").status, 303);
  EXPECT_EQ(device("phone2", bob)->wipe, policy::Wipe::ordered);
  EXPECT_EQ(order("forget").status, 409);
  EXPECT_EQ(order("release").status, 303);
  EXPECT_EQ(order("release").status, 409);
  EXPECT_EQ(order("block").status, 303);
  EXPECT_TRUE(device("phone2", bob)->blocked);
  EXPECT_EQ(order("unblock").status, 303);
  EXPECT_EQ(order("resync").status, 303);
  EXPECT_EQ(order("wipe-account").status, 303);
  EXPECT_EQ(device("phone2", bob)->wipe_scope, policy::WipeScope::account);
  EXPECT_EQ(order("release").status, 303);
  EXPECT_EQ(order("forget").status, 303);
  EXPECT_EQ(order("forget").status, 404);
  EXPECT_EQ(order("other").status, 404);
  const auto entries = run(audit_.list({.user = bob}));
  ASSERT_FALSE(entries.empty());
  EXPECT_EQ(entries.front().by, ann);
  const auto refused = std::ranges::count(entries, false, &policy::AuditEntry::done);
  EXPECT_EQ(refused, 2);
  const std::string log = text(get("/godwit/admin/audit?user=bob%40example.org"));
  EXPECT_TRUE(log.contains("device.wipe"));
  EXPECT_TRUE(log.contains("refused"));
  EXPECT_TRUE(text(get("/godwit/admin/audit?user=nobody")).contains("no entry that fits"));
}

TEST_F(AdminPages, FormsNeedTheirTokenAndOrigin) {
  const std::string form = "user=bob%40example.org&id=phone2&action=wipe";
  EXPECT_EQ(post("/godwit/admin/order", form).status, 403);
  EXPECT_EQ(post("/godwit/admin/order", form + "&token=" + token(), "https://evil.test").status,
            403);
  EXPECT_EQ(device("phone2", bob)->wipe, policy::Wipe::none);
}

TEST_F(AdminPages, AQuarantineEndsByAWord) {
  EXPECT_TRUE(text(get("/godwit/admin/quarantine")).contains("Android"));
  const auto reply =
      post("/godwit/admin/order",
           "user=bob%40example.org&id=phone2&action=allow&from=quarantine&token=" + token());
  EXPECT_EQ(header(reply, "Location"), "/godwit/admin/quarantine?done=order");
  EXPECT_TRUE(device("phone2", bob)->allowed);
  EXPECT_TRUE(text(get("/godwit/admin/quarantine")).contains("No device waits."));
}

/// As the mail about the device leads there.
TEST_F(AdminPages, ADevicesPageIsShownAfterTheSignInAndDecides) {
  const std::string page = "/godwit/admin/device?user=bob%40example.org&id=phone2";
  const std::string session = std::exchange(cookie_, {});
  const std::string asked = header(get(page), "Location");
  EXPECT_EQ(asked,
            "/godwit/sign-in?page=%2Fgodwit%2Fadmin%2Fdevice%3Fuser%3Dbob%2540example.org%26id%3D"
            "phone2");
  EXPECT_TRUE(text(get(asked))
                  .contains("value=\"/godwit/admin/device?user=bob%40example.org&amp;id=phone2\""));
  const std::string form = "user=ann%40example.org&password=secret&page=";
  EXPECT_EQ(
      header(post("/godwit/sign-in", form + "%2Fgodwit%2Fadmin%2Fdevice%3Fuser%3Dbob%2540example."
                                            "org%26id%3Dphone2"),
             "Location"),
      page);
  for (const char* const elsewhere : {"https%3A%2F%2Fevil.test%2F", "%2F%2Fevil.test%2F",
                                      "%2Fgodwit%2F..%2Fx", "javascript%3Ax"}) {
    EXPECT_EQ(header(post("/godwit/sign-in", form + elsewhere), "Location"), "/godwit/");
  }
  EXPECT_EQ(header(post("/godwit/sign-in", form + "%2Fgodwit%2F%2Fevil.test%0D%0Ax"), "Location"),
            "/godwit/evil.test%0D%0Ax");
  cookie_ = session;
  EXPECT_TRUE(text(get(page)).contains("name=\"action\" value=\"block\""));
  EXPECT_FALSE(device("phone2", bob)->blocked) << "to look is not to decide";
  post("/godwit/admin/order",
       "user=bob%40example.org&id=phone2&action=block&from=device&token=" + token());
  EXPECT_TRUE(device("phone2", bob)->blocked);
  EXPECT_FALSE(text(get(page)).contains("name=\"action\" value=\"block\""));
}

TEST_F(AdminPages, TheOverviewCounts) {
  order("block");
  const std::string page = text(get("/godwit/admin"));
  EXPECT_TRUE(page.contains("<p class=\"number\">2</p>"));
  EXPECT_TRUE(page.contains("/godwit/admin/devices?q=&amp;state=blocked"));
  EXPECT_TRUE(page.contains("device.block"));
}

TEST_F(AdminPages, WhatDevicesSayIsNoMarkup) {
  policy::Device odd;
  odd.type = odd.friendly_name = odd.user_agent = "<img src=x onerror=alert(1)>\"'";
  odd.standing = policy::Standing::quarantined;
  add_device("odd", odd, bob);
  for (const char* const page :
       {"/godwit/admin", "/godwit/admin/devices", "/godwit/admin/devices?q=%3Cimg%20src=x%3E%22",
        "/godwit/admin/device?user=bob%40example.org&id=odd", "/godwit/admin/quarantine",
        "/godwit/admin/order?user=bob%40example.org&id=odd&action=wipe",
        "/godwit/admin/audit?user=%3Cimg%20src=x%3E%22"}) {
    const auto reply = get(page);
    EXPECT_EQ(reply.status, 200) << page;
    EXPECT_FALSE(text(reply).contains("<img src=x")) << page;
  }
}

TEST_F(AdminPages, ARecoveryPasswordIsShownOnceItIsAskedForAndAudited) {
  std::vector<store::Write> batch;
  batch.push_back({{ann, store::Kind::device_password, "phone1"}, std::nullopt, "opensesame"});
  ASSERT_TRUE(run(store_.commit(std::move(batch))));
  const std::string page = text(get("/godwit/device?id=phone1"));
  EXPECT_TRUE(page.contains("Recovery password"));
  EXPECT_FALSE(page.contains("opensesame"));
  EXPECT_EQ(get("/godwit/device/recovery?id=phone1").status, 405);
  EXPECT_EQ(post("/godwit/device/recovery", "id=phone1").status, 403);
  EXPECT_TRUE(run(audit_.list({})).empty());
  const auto shown = post("/godwit/device/recovery", "id=phone1&token=" + token());
  EXPECT_TRUE(text(shown).contains("opensesame"));
  const auto entries = run(audit_.list({}));
  ASSERT_EQ(entries.size(), 1U);
  EXPECT_EQ(entries[0].action, "device.show");
  EXPECT_EQ(post("/godwit/device/recovery", "id=phone2&token=" + token()).status, 404);
}

TEST(DeviceFilter, AllWordsHaveToFit) {
  const auto device = [](const char* user, const char* id, const char* model, int seen) {
    admin::Device out{.user = UserId::parse(user).value(), .id = DeviceId::parse(id).value()};
    out.model = model;
    out.state = "allowed";
    if (seen > 0) out.seen = Time(std::chrono::seconds(seen));
    return out;
  };
  const std::vector<admin::Device> all{device("ann@a.test", "1", "iPhone", 5),
                                       device("bob@a.test", "2", "Pixel", 9),
                                       device("ann@a.test", "3", "Pixel", 0)};
  const auto ids = [&](const char* words, const char* state = "") {
    std::string out;
    for (const auto& each : matching(all, {.words = words, .state = state})) {
      out += each.id.view();
    }
    return out;
  };
  EXPECT_EQ(ids(""), "213");
  EXPECT_EQ(ids("  PIXEL  ann "), "3");
  EXPECT_EQ(ids("a.test"), "213");
  EXPECT_EQ(ids("nothing"), "");
  EXPECT_EQ(ids("", "blocked"), "");
  EXPECT_EQ(ids("", "allowed"), "213");
}

}  // namespace
}  // namespace godwit::console
