#include "test_certificate.hpp"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <stdexcept>
#include <utility>

#include "base/handle.hpp"

namespace godwit {
namespace {

using Output = Handle<BIO, BIO_free_all>;

void require(bool good) {
  if (!good) throw std::runtime_error("OpenSSL cannot make the test's certificates");
}

time_t seconds_of(Time time) {
  return std::chrono::floor<std::chrono::seconds>(time.time_since_epoch()).count();
}

Output output() { return Output(BIO_new(BIO_s_mem())); }

std::string text_of(BIO* bio) {
  char* bytes = nullptr;
  const long length = BIO_get_mem_data(bio, &bytes);
  return {bytes, static_cast<std::size_t>(length)};
}

}  // namespace

void TestCertificate::Free::operator()(evp_pkey_st* key) const noexcept { EVP_PKEY_free(key); }
void TestCertificate::Free::operator()(x509_st* certificate) const noexcept {
  X509_free(certificate);
}

TestCertificate::Wanted TestCertificate::authority(std::string name) {
  return {.name = std::move(name),
          .usage = "keyCertSign,cRLSign",
          .extended = "",
          .constraints = "CA:TRUE"};
}

TestCertificate::TestCertificate(const Wanted& wanted, const TestCertificate* issuer)
    : key_(EVP_EC_gen("P-256")), certificate_(X509_new()) {
  static long serial = 0;
  require(key_ && certificate_);
  X509* const made = certificate_.get();
  X509_set_version(made, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(made), ++serial);
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
  if (!wanted.names.empty()) extend(NID_subject_alt_name, wanted.names);
  if (wanted.odd) add_odd();
  EVP_PKEY* const with = issuer != nullptr ? issuer->key_.get() : key_.get();
  require(X509_sign(made, with, EVP_sha256()) > 0);
}

std::string TestCertificate::der() const {
  const Output out = output();
  require(i2d_X509_bio(out.get(), certificate_.get()) == 1);
  return text_of(out.get());
}

std::string TestCertificate::pem() const {
  const Output out = output();
  require(PEM_write_bio_X509(out.get(), certificate_.get()) == 1);
  return text_of(out.get());
}

std::string TestCertificate::key_pem() const {
  const Output out = output();
  require(PEM_write_bio_PrivateKey(out.get(), key_.get(), nullptr, nullptr, 0, nullptr, nullptr) ==
          1);
  return text_of(out.get());
}

std::string TestCertificate::revokes(const std::vector<const TestCertificate*>& revoked,
                                     Time ends) const {
  const Handle<X509_CRL, X509_CRL_free> list(X509_CRL_new());
  X509_CRL_set_version(list.get(), X509_CRL_VERSION_2);
  X509_CRL_set_issuer_name(list.get(), X509_get_subject_name(certificate_.get()));
  const auto begun = seconds_of(moment() - std::chrono::hours(48));
  const Handle<ASN1_TIME, ASN1_TIME_free> made(ASN1_TIME_set(nullptr, begun));
  const Handle<ASN1_TIME, ASN1_TIME_free> over(ASN1_TIME_set(nullptr, seconds_of(ends)));
  X509_CRL_set1_lastUpdate(list.get(), made.get());
  X509_CRL_set1_nextUpdate(list.get(), over.get());
  for (const TestCertificate* each : revoked) {
    X509_REVOKED* const entry = X509_REVOKED_new();
    X509_REVOKED_set_serialNumber(entry, X509_get_serialNumber(each->certificate_.get()));
    X509_REVOKED_set_revocationDate(entry, made.get());
    require(X509_CRL_add0_revoked(list.get(), entry) == 1);
  }
  require(X509_CRL_sign(list.get(), key_.get(), EVP_sha256()) > 0);
  const Output out = output();
  require(PEM_write_bio_X509_CRL(out.get(), list.get()) == 1);
  return text_of(out.get());
}

void TestCertificate::extend(int kind, const std::string& value) {
  const Handle<X509_EXTENSION, X509_EXTENSION_free> extension(
      X509V3_EXT_conf_nid(nullptr, nullptr, kind, value.c_str()));
  require(extension && X509_add_ext(certificate_.get(), extension.get(), -1) == 1);
}

void TestCertificate::add_odd() {
  const Handle<ASN1_OBJECT, ASN1_OBJECT_free> kind(OBJ_txt2obj("1.3.6.1.4.1.99999.1", 1));
  const Handle<ASN1_OCTET_STRING, ASN1_OCTET_STRING_free> data(ASN1_OCTET_STRING_new());
  const Handle<X509_EXTENSION, X509_EXTENSION_free> extension(
      X509_EXTENSION_create_by_OBJ(nullptr, kind.get(), 1, data.get()));
  require(extension && X509_add_ext(certificate_.get(), extension.get(), -1) == 1);
}

}  // namespace godwit
