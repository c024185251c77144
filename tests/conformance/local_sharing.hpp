/// The embedded store as a SharedMailServer.
#pragma once

#include "backend/local/shares.hpp"
#include "backend/local/testing.hpp"
#include "conformance/shared_mail.hpp"

namespace godwit::conformance {

class LocalSharing final : public SharedMailServer {
 public:
  LocalSharing() {
    for (const std::string& login : {ann(), bob()}) fixture_.add_user(login);
    const auto made = get(mail_of(bob())->create_folder(std::nullopt, "Team"));
    if (!made) throw std::runtime_error(made.error().message);
  }
  backend::MailBackend& backend() override { return fixture_.store(); }
  backend::Users& users() override { return fixture_.users(); }
  std::string ann() const override { return "ann@example.com"; }
  std::string bob() const override { return "bob@example.com"; }
  void let(Right right) override {
    backend::LocalShares shares(fixture_.store());
    const backend::LocalShares::Place team{.owner = bob(), .folder = "Team"};
    const auto done = right == Right::none
                          ? get(shares.unshare(team, ann()))
                          : get(shares.share(team, ann(),
                                             right == Right::write ? backend::ShareRight::write
                                                                   : backend::ShareRight::read));
    if (!done) throw std::runtime_error(done.error().message);
  }
  void run(Task<> work) override { test::run_task(std::move(work)); }
  bool wait_until(const std::function<bool()>& done) override { return done(); }

 private:
  backend::local::LocalFixture fixture_;
};

}  // namespace godwit::conformance
