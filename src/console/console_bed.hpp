/// The console as a browser meets it: requests in, replies out, over a store in memory.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "admin/operations.hpp"
#include "admin/store_audit.hpp"
#include "admin/store_devices.hpp"
#include "auth/app_password.hpp"
#include "base/fault.hpp"
#include "console/console.hpp"
#include "eas/version.hpp"
#include "run.hpp"
#include "store/memory/memory_store.hpp"

namespace godwit::console {

using test::run;

class Elsewhere final : public http::Service {
 public:
  Task<http::Outcome> handle(http::Request) override {
    co_return http::Reply{.status = 299, .headers = {}, .body = nullptr};
  }
};

inline std::string header(const http::Reply& reply, std::string_view name) {
  const auto found = std::ranges::find(reply.headers, name, &http::Header::name);
  return found == reply.headers.end() ? std::string() : found->value;
}

inline std::string text(const http::Reply& reply) {
  return reply.body == nullptr ? std::string() : std::string(reply.body->view());
}

/// What `Set-Cookie` makes a browser send.
inline std::string cookie_from(const http::Reply& reply) {
  const std::string set = header(reply, "Set-Cookie");
  return set.substr(0, set.find(';'));
}

/// Settings of one user, kept as they came.
class KeptVacation final : public backend::Vacation {
 public:
  Task<backend::OutOfOffice> out_of_office(backend::Account) override { co_return settings; }
  Task<Result<>> set_out_of_office(backend::Account, backend::OutOfOffice wanted) override {
    if (refuses) co_return fail(Errc::too_large, "a text is too long");
    settings = std::move(wanted);
    co_return Result<>{};
  }
  backend::OutOfOffice settings;
  bool refuses = false;
};

/// Says of every device what it was told to, and keeps what it was asked.
class KnownInsight final : public admin::Insight {
 public:
  Task<Result<std::vector<admin::Finding>>> why(UserId user, DeviceId device, std::string item,
                                                std::optional<backend::Account> account) override {
    asked = user.str() + ' ' + device.str() + ' ' + item + (account ? " own" : "");
    co_return findings;
  }
  Task<std::vector<admin::DeviceFolder>> folders(UserId, DeviceId) override { co_return known; }
  std::vector<admin::PastRequest> requests(const UserId&, const DeviceId&) const override {
    return past;
  }
  std::vector<admin::TrafficMinute> traffic() const override { return minutes; }
  Task<std::vector<admin::FoundMail>> find(backend::Account account, std::string words) override {
    asked = account.user.str() + ' ' + words;
    co_return mails;
  }
  std::string asked;
  std::vector<admin::Finding> findings;
  std::vector<admin::DeviceFolder> known;
  std::vector<admin::PastRequest> past;
  std::vector<admin::FoundMail> mails;
  std::vector<admin::TrafficMinute> minutes;
};

class ConsoleTest : public testing::Test {
 protected:
  ConsoleTest() { add_device("phone1", policy::Device()); }

  void add_device(const std::string& id, policy::Device device, const std::string& user = ann) {
    if (device.type.empty()) device.type = "iPhone";
    if (device.version == 0) device.version = std::to_underlying(eas::Version::v16_1);
    std::vector<store::Write> batch;
    batch.push_back({{user, store::Kind::device, id}, std::nullopt, pack(device)});
    ASSERT_TRUE(run(store_.commit(std::move(batch))));
  }
  admin::Operations::Parts operation_parts() {
    admin::Operations::Parts parts;
    parts.devices = &devices_;
    parts.app_passwords = &app_passwords_;
    parts.audit = &audit_;
    return parts;
  }
  /// From now on the server has users of its own.
  void accounts(admin::Accounts* accounts) {
    auto parts = operation_parts();
    parts.accounts = accounts;
    operations_.replace(std::move(parts));
  }
  std::optional<policy::Device> device(const std::string& id, const std::string& user = ann) {
    const auto record = run(store_.get({user, store::Kind::device, id}));
    if (!record) return std::nullopt;
    return policy::unpack_device(record->value).value();
  }

  static http::Request request_of(std::string method, std::string target) {
    http::Request request;
    request.method = std::move(method);
    request.target = std::move(target);
    return request;
  }
  http::Reply send(http::Request request) {
    request.headers.push_back({"Host", "mail.example.org"});
    request.tls = true;
    request.peer = "192.0.2.7:4711";
    const auto question = request.target.find('?');
    request.path = request.target.substr(0, question);
    if (question != std::string::npos) request.query = request.target.substr(question + 1);
    if (request.body == nullptr) request.body = http::text_body({});
    if (!cookie_.empty()) request.headers.push_back({"Cookie", cookie_});
    return std::get<http::Reply>(run(console_.handle(std::move(request))));
  }
  http::Reply get(const std::string& target, const std::string& language = "en") {
    http::Request request = request_of("GET", target);
    request.headers = {{"Accept-Language", language}};
    return send(std::move(request));
  }
  http::Reply post(const std::string& target, const std::string& form,
                   const std::string& origin = "https://mail.example.org") {
    http::Request request = request_of("POST", target);
    request.headers = {{"Content-Type", "application/x-www-form-urlencoded"}};
    if (!origin.empty()) request.headers.push_back({"Origin", origin});
    request.body = http::text_body(form);
    return send(std::move(request));
  }
  http::Reply sign_in(const std::string& password = "secret") {
    http::Reply reply = post("/godwit/sign-in", "user=ann%40example.org&password=" + password);
    if (reply.status == 303) cookie_ = cookie_from(reply);
    return reply;
  }
  /// The token of the forms that a page shows.
  std::string token() {
    const std::string page = text(get("/godwit/"));
    const auto at = page.find("name=\"token\" value=\"") + 20;
    return page.substr(at, page.find('"', at) - at);
  }

  static constexpr const char* ann = "ann@example.org";
  ManualClock clock_;
  SeededRandom random_{7};
  store::MemoryStore store_;
  admin::StoreAudit audit_{store_, clock_, random_};
  admin::StoreDevices devices_{store_, audit_, clock_, [](const UserId&, const DeviceId&) {}};
  auth::AppPasswords app_passwords_{store_, clock_, random_};
  KeptVacation vacation_;
  KnownInsight insight_;
  Elsewhere elsewhere_;
  admin::Operations operations_{operation_parts()};
  std::string cookie_;
  bool down_ = false;
  bool has_profile_ = true;
  std::chrono::seconds delay_{};
  bool admin_ = false;
  Console console_{
      {.clock = clock_,
       .random = random_,
       .sign_in = [this](std::string login, Secret password,
                         std::string) { return check(std::move(login), std::move(password)); },
       .is_admin = [this](backend::Account) { return asked_for_role(); },
       .devices = devices_,
       .insight = insight_,
       .vacation = &vacation_,
       .perform = [this](
                      std::string line,
                      admin::Caller by) { return operations_.run(std::move(line), std::move(by)); },
       .phone_setup =
           [this](const http::Request&, const backend::Account& account) {
             return PhoneSetup{.address = account.addresses.front(),
                               .user = account.user.str(),
                               .server = "mail.example.org",
                               .page = "https://mail.example.org/godwit/set-up",
                               .has_profile = has_profile_};
           },
       .phone_profile = [](const http::Request&,
                           const backend::Account& account) -> std::optional<http::Reply> {
         return http::Reply{.status = 200,
                            .headers = {},
                            .body = http::text_body("profile of " + account.user.str())};
       },
       .sign_in_delay = [this](const UserId&) { return delay_; },
       .takes_app_passwords = true},
      {.time_zone = "Europe/Berlin"},
      elsewhere_};

 private:
  Task<bool> asked_for_role() {
    if (down_) throw Fault(Fault::Kind::unavailable, "the directory is down");
    co_return admin_;
  }
  Task<SignInOutcome> check(std::string login, Secret password) const {
    if (down_) throw Fault(Fault::Kind::unavailable, "the directory is down");
    if (password.reveal() == "slow") co_return Refusal{Refusal::Why::slow_down, 40};
    if (password.reveal() == "denied") co_return Refusal{Refusal::Why::not_allowed, 0};
    if (login != ann || password.reveal() != "secret") co_return Refusal{};
    co_return backend::Account{.user = UserId::parse(login).value(),
                               .login = login,
                               .password = std::move(password),
                               .display_name = {},
                               .addresses = {login}};
  }
};

}  // namespace godwit::console
