#include "convert/certificate_chain.hpp"

#include <gtest/gtest.h>
#include <openssl/err.h>

#include <stdexcept>

#include "test_certificate.hpp"

namespace godwit::convert {
namespace {

using namespace std::chrono_literals;
using Verdict = CertificateVerdict;
using Revocation = CertificateTrust::Revocation;
using Party = TestCertificate;
using Wanted = TestCertificate::Wanted;

const Time now = Party::moment();

struct CertificateChainTest : testing::Test {
  Party root{TestCertificate::authority("Root"), nullptr};
  Party middle{TestCertificate::authority("Middle"), &root};

  Verdict check(const Party& person, std::vector<std::string> chain,
                std::vector<std::string> lists = {}, Revocation revocation = Revocation::as_known,
                Time at = now) {
    const auto trust = CertificateTrust::make({root.pem()}, lists);
    if (!trust) throw std::runtime_error(trust.error().message);
    return trust->check(person.der(), chain, at, revocation);
  }
  Verdict check(const Wanted& wanted) { return check(Party(wanted, &middle), {middle.der()}); }
};

TEST_F(CertificateChainTest, AGoodOneIsValid) {
  const Party ada({.name = "ada"}, &middle);
  EXPECT_EQ(Verdict::valid, check(ada, {middle.der()}));
  EXPECT_EQ(Verdict::valid, check(ada, {root.der(), ada.der(), middle.der(), middle.der()}));
  EXPECT_EQ(Verdict::valid, check(Party({.name = "bob"}, &root), {}));
}

TEST_F(CertificateChainTest, SignersAreKnown) {
  const Party ada({.name = "ada"}, &middle);
  EXPECT_EQ(Verdict::untrusted, check(ada, {}));
  EXPECT_EQ(Verdict::untrusted, check(Party({.name = "self"}, nullptr), {}));
  const Party stranger(TestCertificate::authority("Stranger"), nullptr);
  EXPECT_EQ(Verdict::untrusted, check(Party({.name = "ada"}, &stranger), {stranger.der()}));
}

TEST_F(CertificateChainTest, SignaturesMustBeRight) {
  // Says that Middle signed it; somebody of that name with another key did.
  const Party impostor(TestCertificate::authority("Middle"), nullptr);
  EXPECT_EQ(Verdict::bad_signature, check(Party({.name = "ada"}, &impostor), {middle.der()}));
}

TEST_F(CertificateChainTest, TimesCount) {
  EXPECT_EQ(Verdict::expired, check({.name = "ada", .begins = now - 48h, .ends = now - 24h}));
  EXPECT_EQ(Verdict::out_of_date, check({.name = "ada", .begins = now + 1h}));
  Wanted old = TestCertificate::authority("Old");
  old.ends = now - 1h;
  const Party outdated(old, &root);
  EXPECT_EQ(Verdict::out_of_date, check(Party({.name = "ada"}, &outdated), {outdated.der()}));
}

TEST_F(CertificateChainTest, PurposesCount) {
  EXPECT_EQ(Verdict::wrong_purpose, check({.name = "web", .extended = "serverAuth"}));
  EXPECT_EQ(Verdict::wrong_purpose, check({.name = "box", .usage = "keyEncipherment"}));
  EXPECT_EQ(Verdict::valid, check({.name = "any", .extended = ""}));
  const auto trust = CertificateTrust::make({root.pem()}, {}).value();
  const auto as_client = [&](const char* extended) {
    return trust.check(Party({.name = "ada", .extended = extended}, &root).der(), {}, now,
                       Revocation::as_known, CertificateTrust::Purpose::client);
  };
  EXPECT_EQ(Verdict::valid, as_client("clientAuth"));
  EXPECT_EQ(Verdict::wrong_purpose, as_client("emailProtection"));
  Wanted web = TestCertificate::authority("Web authority");
  web.extended = "serverAuth";
  const Party for_web(web, &root);
  EXPECT_EQ(Verdict::wrong_usage, check(Party({.name = "ada"}, &for_web), {for_web.der()}));
}

TEST_F(CertificateChainTest, RolesCount) {
  const Party ada({.name = "ada"}, &middle);
  EXPECT_EQ(Verdict::wrong_role, check(Party({.name = "bob"}, &ada), {ada.der(), middle.der()}));
  EXPECT_EQ(Verdict::wrong_role, check(middle, {}));
}

TEST_F(CertificateChainTest, RevocationsCount) {
  const Party ada({.name = "ada"}, &middle);
  const Party bob({.name = "bob"}, &middle);
  const std::string of_root = root.revokes({});
  const std::vector<std::string> lists{of_root, middle.revokes({&bob})};
  EXPECT_EQ(Verdict::valid, check(ada, {middle.der()}, lists, Revocation::required));
  EXPECT_EQ(Verdict::revoked, check(bob, {middle.der()}, lists, Revocation::required));
  EXPECT_EQ(Verdict::revoked, check(bob, {middle.der()}, lists));
  EXPECT_EQ(Verdict::chain_revoked,
            check(ada, {middle.der()}, {root.revokes({&middle}), middle.revokes({})}));
}

TEST_F(CertificateChainTest, WhatIsNotKnownOfRevocationsCountsWhereItIsAskedFor) {
  const Party ada({.name = "ada"}, &middle);
  EXPECT_EQ(Verdict::revocation_unknown, check(ada, {middle.der()}, {}, Revocation::required));
  const std::vector<std::string> stale{root.revokes({}), middle.revokes({}, now - 1h)};
  EXPECT_EQ(Verdict::revocation_out_of_date,
            check(ada, {middle.der()}, stale, Revocation::required));
  EXPECT_EQ(Verdict::valid, check(ada, {middle.der()}, stale));
  const Party impostor(TestCertificate::authority("Middle"), nullptr);
  EXPECT_EQ(Verdict::revocation_unknown,
            check(ada, {middle.der()}, {root.revokes({}), impostor.revokes({&ada})},
                  Revocation::required));
}

TEST_F(CertificateChainTest, BadInputIsBounded) {
  const auto trust = CertificateTrust::make({root.pem()}, {});
  ASSERT_TRUE(trust);
  const auto verdict = [&](std::string_view der, std::vector<std::string> chain = {}) {
    return trust->check(der, chain, now, Revocation::as_known);
  };
  const std::string good = Party({.name = "ada"}, &root).der();
  EXPECT_EQ(Verdict::valid, verdict(good));
  for (std::size_t length = 0; length < good.size(); length += 7) {
    EXPECT_EQ(Verdict::unreadable, verdict(good.substr(0, length))) << length;
  }
  EXPECT_EQ(Verdict::unreadable, verdict(good + "x"));
  EXPECT_EQ(Verdict::unreadable, verdict(std::string(1024 * 1024, '\x30')));
  EXPECT_EQ(Verdict::unreadable, verdict(std::string("\x30\x84\xFF\xFF\xFF\xFF", 6)));
  EXPECT_EQ(Verdict::bad_chain, verdict(good, {"no certificate"}));
  EXPECT_EQ(Verdict::unreadable, verdict(Party({.name = "odd", .odd = true}, &root).der()));
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::string changed = good;
    changed[i] = static_cast<char>(changed[i] ^ 0x55);
    EXPECT_NE(Verdict::valid, verdict(changed)) << i;
  }
  EXPECT_EQ(0U, ERR_peek_error());
}

TEST_F(CertificateChainTest, ChainsEnd) {
  std::vector<std::unique_ptr<Party>> all;
  std::vector<std::string> chain;
  const Party* above = &root;
  for (int i = 0; i < 40; ++i) {
    all.push_back(
        std::make_unique<Party>(TestCertificate::authority("A" + std::to_string(i)), above));
    chain.push_back(all.back()->der());
    above = all.back().get();
  }
  EXPECT_EQ(Verdict::bad_chain, check(Party({.name = "ada"}, above), chain));
}

TEST_F(CertificateChainTest, FilesMustBeWhatTheySay) {
  EXPECT_FALSE(CertificateTrust::make({"no authorities"}, {}));
  EXPECT_FALSE(CertificateTrust::make({root.pem() + "-----BEGIN CERTIFICATE-----\nxx\n"}, {}));
  EXPECT_FALSE(CertificateTrust::make({root.pem()}, {"no list"}));
  EXPECT_TRUE(CertificateTrust::make({root.pem() + "more words\n" + middle.pem()}, {}));
}

}  // namespace
}  // namespace godwit::convert
