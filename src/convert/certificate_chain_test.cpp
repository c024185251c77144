#include "convert/certificate_chain.hpp"

#include <gtest/gtest.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>
#include <stdexcept>

#include "base/handle.hpp"

namespace godwit::convert {
namespace {

using namespace std::chrono_literals;
using Verdict = CertificateVerdict;
using Revocation = CertificateTrust::Revocation;
using Key = Handle<EVP_PKEY, EVP_PKEY_free>;
using Certificate = Handle<X509, X509_free>;

constexpr Time now{std::chrono::sys_days{std::chrono::year{2025} / 6 / 16}};

void require(bool good) {
  if (!good) throw std::runtime_error("OpenSSL cannot make the test's certificates");
}

time_t seconds_of(Time time) {
  return std::chrono::floor<std::chrono::seconds>(time.time_since_epoch()).count();
}

struct Wanted {
  std::string name;
  std::string usage = "digitalSignature,nonRepudiation";
  std::string extended = "emailProtection";  // empty: not said
  std::string constraints = "CA:FALSE";
  Time begins = now - 24h;
  Time ends = now + 24h;
  bool odd = false;  // with a critical extension that nobody knows
};

/// A key and its certificate, which others can be signed with.
class Party {
 public:
  Party(const Wanted& wanted, const Party* issuer) : key_(EVP_EC_gen("P-256")) {
    static long serial = 0;
    serial_ = ++serial;
    certificate_.reset(X509_new());
    require(key_ && certificate_);
    X509* const made = certificate_.get();
    X509_set_version(made, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(made), serial_);
    ASN1_TIME_set(X509_getm_notBefore(made), seconds_of(wanted.begins));
    ASN1_TIME_set(X509_getm_notAfter(made), seconds_of(wanted.ends));
    const auto* name = reinterpret_cast<const unsigned char*>(wanted.name.c_str());
    X509_NAME_add_entry_by_txt(X509_get_subject_name(made), "CN", MBSTRING_UTF8, name, -1, -1, 0);
    X509* const signer = issuer != nullptr ? issuer->certificate_.get() : made;
    X509_set_issuer_name(made, X509_get_subject_name(signer));
    X509_set_pubkey(made, key_.get());
    extend(NID_basic_constraints, "critical," + wanted.constraints);
    extend(NID_key_usage, "critical," + wanted.usage);
    if (!wanted.extended.empty()) extend(NID_ext_key_usage, wanted.extended);
    if (wanted.odd) add_odd();
    EVP_PKEY* const with = issuer != nullptr ? issuer->key_.get() : key_.get();
    require(X509_sign(made, with, EVP_sha256()) > 0);
  }

  std::string der() const {
    unsigned char* bytes = nullptr;
    const int length = i2d_X509(certificate_.get(), &bytes);
    require(length > 0);
    std::string out(reinterpret_cast<char*>(bytes), static_cast<std::size_t>(length));
    OPENSSL_free(bytes);
    return out;
  }
  std::string pem() const {
    const Handle<BIO, BIO_free_all> out(BIO_new(BIO_s_mem()));
    require(PEM_write_bio_X509(out.get(), certificate_.get()) == 1);
    return text_of(out.get());
  }
  /// A list of what this one revoked.
  std::string revokes(const std::vector<const Party*>& revoked, Time ends = now + 24h) const {
    const Handle<X509_CRL, X509_CRL_free> list(X509_CRL_new());
    X509_CRL_set_version(list.get(), X509_CRL_VERSION_2);
    X509_CRL_set_issuer_name(list.get(), X509_get_subject_name(certificate_.get()));
    const Handle<ASN1_TIME, ASN1_TIME_free> made(ASN1_TIME_set(nullptr, seconds_of(now - 48h)));
    const Handle<ASN1_TIME, ASN1_TIME_free> over(ASN1_TIME_set(nullptr, seconds_of(ends)));
    X509_CRL_set1_lastUpdate(list.get(), made.get());
    X509_CRL_set1_nextUpdate(list.get(), over.get());
    for (const Party* each : revoked) {
      X509_REVOKED* const entry = X509_REVOKED_new();
      X509_REVOKED_set_serialNumber(entry, X509_get_serialNumber(each->certificate_.get()));
      X509_REVOKED_set_revocationDate(entry, made.get());
      require(X509_CRL_add0_revoked(list.get(), entry) == 1);
    }
    require(X509_CRL_sign(list.get(), key_.get(), EVP_sha256()) > 0);
    const Handle<BIO, BIO_free_all> out(BIO_new(BIO_s_mem()));
    require(PEM_write_bio_X509_CRL(out.get(), list.get()) == 1);
    return text_of(out.get());
  }

 private:
  static std::string text_of(BIO* bio) {
    char* bytes = nullptr;
    const long length = BIO_get_mem_data(bio, &bytes);
    return {bytes, static_cast<std::size_t>(length)};
  }
  void extend(int kind, const std::string& value) {
    const Handle<X509_EXTENSION, X509_EXTENSION_free> extension(
        X509V3_EXT_conf_nid(nullptr, nullptr, kind, value.c_str()));
    require(extension && X509_add_ext(certificate_.get(), extension.get(), -1) == 1);
  }
  void add_odd() {
    const Handle<ASN1_OBJECT, ASN1_OBJECT_free> kind(OBJ_txt2obj("1.3.6.1.4.1.99999.1", 1));
    const Handle<ASN1_OCTET_STRING, ASN1_OCTET_STRING_free> data(ASN1_OCTET_STRING_new());
    const Handle<X509_EXTENSION, X509_EXTENSION_free> extension(
        X509_EXTENSION_create_by_OBJ(nullptr, kind.get(), 1, data.get()));
    require(extension && X509_add_ext(certificate_.get(), extension.get(), -1) == 1);
  }

  Key key_;
  Certificate certificate_;
  long serial_ = 0;
};

Wanted authority(std::string name) {
  return {.name = std::move(name),
          .usage = "keyCertSign,cRLSign",
          .extended = "",
          .constraints = "CA:TRUE"};
}

struct CertificateChainTest : testing::Test {
  Party root{authority("Root"), nullptr};
  Party middle{authority("Middle"), &root};

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
  const Party stranger(authority("Stranger"), nullptr);
  EXPECT_EQ(Verdict::untrusted, check(Party({.name = "ada"}, &stranger), {stranger.der()}));
}

TEST_F(CertificateChainTest, SignaturesMustBeRight) {
  // Says that Middle signed it; somebody of that name with another key did.
  const Party impostor(authority("Middle"), nullptr);
  EXPECT_EQ(Verdict::bad_signature, check(Party({.name = "ada"}, &impostor), {middle.der()}));
}

TEST_F(CertificateChainTest, TimesCount) {
  EXPECT_EQ(Verdict::expired, check({.name = "ada", .begins = now - 48h, .ends = now - 24h}));
  EXPECT_EQ(Verdict::out_of_date, check({.name = "ada", .begins = now + 1h}));
  Wanted old = authority("Old");
  old.ends = now - 1h;
  const Party outdated(old, &root);
  EXPECT_EQ(Verdict::out_of_date, check(Party({.name = "ada"}, &outdated), {outdated.der()}));
}

TEST_F(CertificateChainTest, PurposesCount) {
  EXPECT_EQ(Verdict::not_for_mail, check({.name = "web", .extended = "serverAuth"}));
  EXPECT_EQ(Verdict::not_for_mail, check({.name = "box", .usage = "keyEncipherment"}));
  EXPECT_EQ(Verdict::valid, check({.name = "any", .extended = ""}));
  Wanted web = authority("Web authority");
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
  const Party impostor(authority("Middle"), nullptr);
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
    all.push_back(std::make_unique<Party>(authority("A" + std::to_string(i)), above));
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
