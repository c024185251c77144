// libpam itself, with services of a folder of our own: nothing of this machine's is asked.
#include "backend/pam/check.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "base/fault.hpp"
#include "run.hpp"

namespace godwit::backend {
namespace {

class PamTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = testing::TempDir() + "pamXXXXXX";
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    settings_.folder = name;
    settings_.service = "test";
    // What the module is told: the user in the environment, the password on standard input.
    std::ofstream(name + "/check") << "#!/bin/sh\n"
                                      "password=$(tr -d '\\0')\n"
                                      "printf '%s' \"$PAM_USER\" > '" +
                                          name +
                                          "/asked'\n"
                                          "[ \"$PAM_USER:$password\" = 'ann:right $(x)' ]\n";
    ::chmod((name + "/check").c_str(), 0755);
    // pam_exec calls a refusal a fault of the system: what follows makes it one.
    service("auth [success=1 default=ignore] pam_exec.so expose_authtok quiet " + name +
            "/check\nauth requisite pam_deny.so\nauth required pam_permit.so\n"
            "account required pam_permit.so\n");
  }
  void TearDown() override { std::filesystem::remove_all(settings_.folder); }

  void service(const std::string& lines) const {
    std::ofstream(settings_.folder + "/test") << lines;
  }
  std::string asked() const {
    std::ifstream in(settings_.folder + "/asked");
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  }
  Result<auth::Proof> verify(const std::string& login, const std::string& password) {
    PamCheck check(settings_);
    return test::run(check.verify({.login = login, .password = Secret(password)}));
  }

  PamSettings settings_;
};

TEST_F(PamTest, AsksAModule) {
  const auto proof = verify("ann", "right $(x)");
  ASSERT_TRUE(proof);
  EXPECT_EQ(proof->login, "ann");
  EXPECT_TRUE(proof->own_password);
  EXPECT_FALSE(proof->facts);
  EXPECT_EQ(verify("ann", "wrong").error().code, Errc::refused);
  EXPECT_EQ(verify("bob", "right $(x)").error().code, Errc::refused);
}

TEST_F(PamTest, TheUserIsTheNameOrTheWholeLogin) {
  EXPECT_TRUE(verify("ann@example.org", "right $(x)"));
  EXPECT_TRUE(verify("EXAMPLE\\ann", "right $(x)"));
  settings_.user = PamSettings::User::login;
  EXPECT_FALSE(verify("ann@example.org", "right $(x)"));
  EXPECT_EQ(asked(), "ann@example.org");
}

TEST_F(PamTest, NobodyIsAskedAboutNamesThatAreNotPlain) {
  for (const std::string login : {"ann ", "änn", "an\nn", "@", "ann bob"}) {
    EXPECT_FALSE(verify(login, "right $(x)")) << login;
    EXPECT_EQ(asked(), "") << login;
  }
}

TEST_F(PamTest, AnAccountMayBeClosedThoughThePasswordIsRight) {
  service("auth required pam_permit.so\naccount required pam_deny.so\n");
  EXPECT_EQ(verify("ann", "right $(x)").error().code, Errc::refused);
  service("auth required pam_permit.so\naccount required pam_permit.so\n");
  EXPECT_TRUE(verify("ann", "right $(x)"));
}

TEST_F(PamTest, WhatCannotBeAskedIsAFault) {
  service("auth required pam_that_is_not_there.so\naccount required pam_permit.so\n");
  EXPECT_THROW(static_cast<void>(verify("ann", "right $(x)")), Fault);
}

TEST_F(PamTest, AModuleThatHangsIsWaitedForNoLongerThanTheLimit) {
  // It hangs until the test lets it go: what runs on the gate is waited for at the end.
  const std::string gate = settings_.folder + "/gate";
  ASSERT_EQ(::mkfifo(gate.c_str(), 0600), 0);
  std::ofstream(settings_.folder + "/check") << "#!/bin/sh\nread -r line < " + gate + "\n";
  settings_.limit = std::chrono::milliseconds(50);
  PamCheck check(settings_);
  try {
    static_cast<void>(test::run(check.verify({.login = "ann", .password = Secret("x")})));
    ADD_FAILURE() << "it answered";
  } catch (const Fault& fault) {
    EXPECT_EQ(fault.kind(), Fault::Kind::timed_out);
  }
  std::ofstream(gate) << "go\n";
}

}  // namespace
}  // namespace godwit::backend
