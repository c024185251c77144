// Who is let in, what is refused, and the pages of the visitor's own devices.
#include <gtest/gtest.h>

#include "console/console_bed.hpp"
#include "console/form.hpp"

namespace godwit::console {
namespace {

constexpr std::string_view hostile = "<img src=x onerror=alert(1)>\"'";

TEST_F(ConsoleTest, OtherPathsAreNotItsOwn) {
  EXPECT_EQ(get("/Microsoft-Server-ActiveSync").status, 299);
  EXPECT_EQ(get("/godwitness").status, 299);
  EXPECT_EQ(get("/godwit").status, 303);
  console_.apply({.others_path = "/godwit/push"});
  EXPECT_EQ(get("/godwit/push").status, 299) << "events of mail servers";
  EXPECT_EQ(get("/godwit/pushed").status, 404);
  console_.apply({.enabled = false});
  EXPECT_EQ(get("/godwit/").status, 299);
}

TEST_F(ConsoleTest, NothingIsShownBeforeTheSignIn) {
  for (const char* const page :
       {"/godwit/", "/godwit/device?id=phone1", "/godwit/device/wipe?id=phone1"}) {
    const auto reply = get(page);
    EXPECT_EQ(reply.status, 303);
    EXPECT_TRUE(header(reply, "Location").starts_with("/godwit/sign-in"));
  }
  EXPECT_EQ(post("/godwit/device/wipe", "id=phone1&what=all").status, 303);
  EXPECT_EQ(device("phone1")->wipe, policy::Wipe::none);
}

TEST_F(ConsoleTest, SignInMakesASession) {
  EXPECT_EQ(get("/godwit/sign-in").status, 200);
  const auto reply = sign_in();
  EXPECT_EQ(reply.status, 303);
  EXPECT_EQ(header(reply, "Location"), "/godwit/");
  const std::string set = header(reply, "Set-Cookie");
  EXPECT_TRUE(set.starts_with("__Host-session="));
  EXPECT_TRUE(set.ends_with("; Path=/; Secure; HttpOnly; SameSite=Strict"));
  const std::string page = text(get("/godwit/"));
  EXPECT_TRUE(page.contains("iPhone"));
  EXPECT_TRUE(page.contains(ann));
}

TEST_F(ConsoleTest, RefusalsSayWhy) {
  EXPECT_EQ(sign_in("wrong").status, 403);
  EXPECT_TRUE(text(sign_in("wrong")).contains("is wrong"));
  EXPECT_FALSE(text(sign_in("wrong")).contains("value=\"wrong\""));
  EXPECT_TRUE(text(sign_in("denied")).contains("may not sign in"));
  const auto slow = sign_in("slow");
  EXPECT_EQ(slow.status, 429);
  EXPECT_EQ(header(slow, "Retry-After"), "40");
  EXPECT_TRUE(text(slow).contains("40 seconds"));
  EXPECT_TRUE(cookie_.empty());
  down_ = true;
  const auto down = sign_in();
  EXPECT_EQ(down.status, 503);
  EXPECT_EQ(header(down, "Retry-After"), "60");
}

TEST_F(ConsoleTest, ASessionThatSomebodyGaveIsNotTaken) {
  cookie_ = "__Host-session=0123456789012345678901234567890123456789012345678901234567890123";
  const std::string given = cookie_;
  sign_in();
  EXPECT_NE(cookie_, given);
  const std::string own = cookie_;
  cookie_ = given;
  EXPECT_EQ(get("/godwit/").status, 303);
  // Signing in again ends the session before.
  cookie_ = own;
  sign_in();
  EXPECT_EQ(get("/godwit/").status, 200);
  cookie_ = own;
  EXPECT_EQ(get("/godwit/").status, 303);
}

TEST_F(ConsoleTest, SessionsEnd) {
  sign_in();
  EXPECT_EQ(post("/godwit/sign-out", "").status, 403);  // not by another page
  const auto out = post("/godwit/sign-out", "token=" + token());
  EXPECT_EQ(out.status, 303);
  EXPECT_TRUE(header(out, "Set-Cookie").contains("Max-Age=0"));
  EXPECT_EQ(get("/godwit/").status, 303);
  EXPECT_TRUE(text(get("/godwit/sign-in?done=out")).contains("signed out"));
  sign_in();
  console_.forget_user(UserId::parse(ann).value());
  EXPECT_EQ(get("/godwit/").status, 303);
  sign_in();
  clock_.advance(std::chrono::minutes(31));
  EXPECT_EQ(get("/godwit/").status, 303);
}

TEST_F(ConsoleTest, FormsOfOtherSitesDoNothing) {
  sign_in();
  const std::string form = "id=phone1&what=all&token=" + token();
  for (const char* const origin : {"https://evil.test", "null", "", "http://mail.example.org"}) {
    EXPECT_EQ(post("/godwit/device/wipe", form, origin).status, 403) << origin;
  }
  EXPECT_EQ(
      post("/godwit/sign-in", "user=ann%40example.org&password=secret", "https://evil.test").status,
      403);
  for (const char* const bad :
       {"id=phone1&what=all", "id=phone1&what=all&token=", "id=phone1&what=all&token=0123"}) {
    EXPECT_EQ(post("/godwit/device/wipe", bad).status, 403) << bad;
  }
  EXPECT_EQ(get("/godwit/device/wipe?" + form).status, 200);  // asks, and does nothing
  EXPECT_EQ(device("phone1")->wipe, policy::Wipe::none);
}

TEST_F(ConsoleTest, TheTokenOfAnotherSessionIsNone) {
  sign_in();
  const std::string other = token();
  cookie_.clear();
  sign_in();
  EXPECT_EQ(post("/godwit/device/remove", "id=phone1&token=" + other).status, 403);
  EXPECT_TRUE(device("phone1"));
}

TEST_F(ConsoleTest, ADeviceIsWiped) {
  sign_in();
  EXPECT_TRUE(text(get("/godwit/device/wipe?id=phone1")).contains("The whole device"));
  const auto reply = post("/godwit/device/wipe", "id=phone1&what=all&token=" + token());
  EXPECT_EQ(reply.status, 303);
  EXPECT_EQ(header(reply, "Location"), "/godwit/device?id=phone1&done=wipe");
  const auto stored = device("phone1");
  EXPECT_EQ(stored->wipe, policy::Wipe::ordered);
  EXPECT_EQ(stored->wipe_scope, policy::WipeScope::device);
  EXPECT_EQ(stored->wipe_by, ann);
  const std::string page = text(get("/godwit/device?id=phone1&done=wipe"));
  EXPECT_TRUE(page.contains("Will be erased"));
  const auto entries = run(audit_.list({}));
  ASSERT_EQ(entries.size(), 1U);
  EXPECT_EQ(entries[0].action, "device.wipe");
  EXPECT_EQ(entries[0].by, ann);
  EXPECT_EQ(entries[0].address, "192.0.2.7");
  // Sent again since the answer was lost: the order stands.
  EXPECT_EQ(post("/godwit/device/wipe", "id=phone1&what=all&token=" + token()).status, 303);
}

TEST_F(ConsoleTest, TheAccountAloneIsWipedWhereTheDeviceKnowsThat) {
  policy::Device old;
  old.version = std::to_underlying(eas::Version::v14_1);
  add_device("old", old);
  sign_in();
  EXPECT_TRUE(text(get("/godwit/device/wipe?id=old")).contains("does not know how"));
  const std::string end = "&what=account&token=" + token();
  EXPECT_EQ(post("/godwit/device/wipe", "id=old" + end).status, 409);
  EXPECT_EQ(post("/godwit/device/wipe", "id=phone1" + end).status, 303);
  EXPECT_EQ(device("phone1")->wipe_scope, policy::WipeScope::account);
  EXPECT_EQ(post("/godwit/device/wipe", "id=phone1&what=other&token=" + token()).status, 400);
}

TEST_F(ConsoleTest, ADeviceIsRemoved) {
  sign_in();
  EXPECT_EQ(get("/godwit/device/remove?id=phone1").status, 200);
  EXPECT_TRUE(device("phone1"));
  const std::string form = "id=phone1&token=" + token();
  EXPECT_EQ(post("/godwit/device/remove", form).status, 303);
  EXPECT_FALSE(device("phone1"));
  EXPECT_EQ(post("/godwit/device/remove", form).status, 404);
  EXPECT_TRUE(text(get("/godwit/?done=removed")).contains("No devices yet"));
  // One that is to be wiped has to stay.
  policy::Device ordered;
  ordered.wipe = policy::Wipe::ordered;
  add_device("phone2", ordered);
  EXPECT_EQ(post("/godwit/device/remove", "id=phone2&token=" + token()).status, 409);
  EXPECT_TRUE(device("phone2"));
}

TEST_F(ConsoleTest, OtherPeoplesDevicesAreNotThere) {
  add_device("theirs", policy::Device(), "bob@example.org");
  sign_in();
  EXPECT_FALSE(text(get("/godwit/")).contains("theirs"));
  EXPECT_EQ(get("/godwit/device?id=theirs").status, 404);
  EXPECT_EQ(get("/godwit/device?id=").status, 404);
  EXPECT_EQ(post("/godwit/device/wipe", "id=theirs&what=all&token=" + token()).status, 404);
  EXPECT_EQ(post("/godwit/device/remove", "id=theirs&token=" + token()).status, 404);
  EXPECT_EQ(device("theirs", "bob@example.org")->wipe, policy::Wipe::none);
}

TEST_F(ConsoleTest, WhatDevicesSayIsNoMarkup) {
  const std::string name(hostile);
  policy::Device odd;
  for (std::string policy::Device::* const field :
       {&policy::Device::type, &policy::Device::user_agent, &policy::Device::model,
        &policy::Device::imei, &policy::Device::friendly_name, &policy::Device::os_language,
        &policy::Device::phone_number, &policy::Device::mobile_operator, &policy::Device::address,
        &policy::Device::standing_why, &policy::Device::wipe_by}) {
    odd.*field = name;
  }
  odd.os = name + "\xE2\x80\xAE";
  add_device("odd", odd);
  sign_in();
  const auto bad = [&](const http::Reply& reply) {
    const std::string page = text(reply);
    return page.contains("<img src=x") || page.contains("\"'\"") || page.contains("\xE2\x80\xAE");
  };
  for (const char* const page :
       {"/godwit/", "/godwit/device?id=odd", "/godwit/device/wipe?id=odd",
        "/godwit/device/remove?id=odd", "/godwit/device?id=%22%3E%3Cscript%3E",
        "/godwit/?done=%3Cscript%3E&language=%3Cscript%3E", "/godwit/%22%3E%3Cscript%3E"}) {
    const auto reply = get(page);
    EXPECT_FALSE(bad(reply)) << page;
    EXPECT_FALSE(text(reply).contains("<script")) << page;
  }
  EXPECT_TRUE(text(get("/godwit/")).contains("&lt;img src=x onerror=alert(1)&gt;&quot;'"));
  const auto refused = post("/godwit/sign-in", "user=%22%3E%3Cimg+src%3Dx%3E&password=x");
  EXPECT_FALSE(bad(refused));
}

TEST_F(ConsoleTest, HeadersKeepBrowsersStrict) {
  sign_in();
  const auto reply = get("/godwit/");
  const std::string security = header(reply, "Content-Security-Policy");
  EXPECT_TRUE(security.starts_with("default-src 'none'; "));
  EXPECT_TRUE(security.contains("frame-ancestors 'none'"));
  EXPECT_TRUE(security.contains("form-action 'self'"));
  EXPECT_FALSE(security.contains("unsafe"));
  EXPECT_EQ(header(reply, "Cache-Control"), "no-store");
  EXPECT_EQ(header(reply, "X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(header(reply, "Referrer-Policy"), "same-origin");
  EXPECT_FALSE(text(reply).contains("style="));
}

TEST_F(ConsoleTest, SpeaksTheLanguageOfTheBrowser) {
  EXPECT_TRUE(text(get("/godwit/sign-in", "de-AT,de;q=0.9")).contains("Anmelden"));
  const auto chosen = get("/godwit/sign-in?language=fr", "de");
  EXPECT_TRUE(text(chosen).contains("Mot de passe"));
  EXPECT_TRUE(text(chosen).contains("<html lang=\"fr\">"));
  EXPECT_TRUE(header(chosen, "Set-Cookie").starts_with("__Host-language=fr; "));
  cookie_ = cookie_from(chosen);
  EXPECT_TRUE(text(get("/godwit/sign-in", "de")).contains("Mot de passe"));
  EXPECT_TRUE(text(get("/godwit/device?id=x&language=de", "en")).empty());
}

TEST_F(ConsoleTest, FilesMayBeKept) {
  for (const char* const file : {"/godwit/console.css?v=1", "/godwit/icon.svg"}) {
    const auto reply = get(file);
    EXPECT_EQ(reply.status, 200);
    EXPECT_TRUE(header(reply, "Cache-Control").contains("immutable"));
    EXPECT_FALSE(text(reply).empty());
  }
  EXPECT_TRUE(text(get("/godwit/sign-in")).contains("/godwit/console.css?v="));
}

TEST_F(ConsoleTest, BadRequestsAreErrors) {
  sign_in();
  EXPECT_EQ(get("/godwit/nothing").status, 404);
  EXPECT_EQ(get("/godwit//evil.test").status, 404);
  EXPECT_EQ(get("/godwit/sign-out").status, 405);
  EXPECT_EQ(post("/godwit/", "").status, 405);
  EXPECT_EQ(send(request_of("DELETE", "/godwit/device?id=phone1")).status, 405);
  EXPECT_EQ(post("/godwit/device/wipe", "id=%zz").status, 400);
  EXPECT_EQ(post("/godwit/device/wipe", std::string(form_bytes_max + 1, 'a')).status, 413);
  EXPECT_EQ(get("/godwit/?a=%zz&language=%").status, 200);
  http::Request other = request_of("POST", "/godwit/device/wipe");
  other.headers = {{"Origin", "https://mail.example.org"}, {"Content-Type", "text/plain"}};
  other.body = http::text_body("id=phone1&what=all&token=" + token());
  EXPECT_EQ(send(std::move(other)).status, 415);
  EXPECT_EQ(device("phone1")->wipe, policy::Wipe::none);
}

}  // namespace
}  // namespace godwit::console
