#include "net/certificate.hpp"

#include <arpa/inet.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <array>

#include "base/handle.hpp"

namespace godwit::net {
namespace {

using Key = Handle<EVP_PKEY, EVP_PKEY_free>;
using Certificate = Handle<X509, X509_free>;
using Extension = Handle<X509_EXTENSION, X509_EXTENSION_free>;
using Memory = Handle<BIO, BIO_free_all>;

std::string text_of(BIO* memory) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(memory, &data);
  return {data, static_cast<std::size_t>(size)};
}

Result<std::string> alternative_names(const std::vector<std::string>& hosts) {
  std::string names = "DNS:localhost,IP:127.0.0.1,IP:::1";
  for (const std::string& host : hosts) {
    if (host.empty() || host == "localhost") continue;
    std::array<unsigned char, 16> bytes{};
    const bool address = ::inet_pton(AF_INET, host.c_str(), bytes.data()) == 1 ||
                         ::inet_pton(AF_INET6, host.c_str(), bytes.data()) == 1;
    if (host.find_first_of(", \t\r\n") != std::string::npos || (!address && host.contains(':'))) {
      return fail(Errc::malformed, "not a host name: " + host);
    }
    names += (address ? ",IP:" : ",DNS:") + host;
  }
  return names;
}

bool add_extension(X509* certificate, int id, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  const Extension extension(X509V3_EXT_conf_nid(nullptr, &context, id, value.c_str()));
  return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

bool set_serial(X509* certificate) {
  std::array<unsigned char, 8> random{};
  if (RAND_bytes(random.data(), random.size()) != 1) return false;
  std::uint64_t serial = 0;
  for (const unsigned char byte : random) serial = serial << 8U | byte;
  return ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), serial >> 1U) == 1;
}

}  // namespace

Result<CertificatePem> make_self_signed(const std::vector<std::string>& hosts, Time now,
                                        std::chrono::days lifetime) {
  auto names = alternative_names(hosts);
  if (!names) return pass(names);
  const Key key(EVP_EC_gen("P-256"));
  const Certificate certificate(X509_new());
  if (!key || !certificate || !set_serial(certificate.get())) {
    return fail(Errc::unsupported, "OpenSSL cannot make a P-256 key");
  }
  X509* raw = certificate.get();
  using std::chrono::seconds;
  const auto start = std::chrono::floor<seconds>(now).time_since_epoch() - std::chrono::days(1);
  X509_set_version(raw, X509_VERSION_3);
  ASN1_TIME_set(X509_getm_notBefore(raw), static_cast<time_t>(start.count()));
  ASN1_TIME_set(X509_getm_notAfter(raw), static_cast<time_t>((start + lifetime).count()));
  const std::string common = hosts.empty() ? "localhost" : hosts.front().substr(0, 64);
  X509_NAME* name = X509_get_subject_name(raw);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(common.c_str()), -1, -1, 0);
  X509_set_issuer_name(raw, name);
  X509_set_pubkey(raw, key.get());
  if (!add_extension(raw, NID_subject_alt_name, *names) ||
      !add_extension(raw, NID_basic_constraints, "critical,CA:TRUE,pathlen:0") ||
      !add_extension(raw, NID_key_usage, "critical,digitalSignature,keyCertSign") ||
      !add_extension(raw, NID_ext_key_usage, "serverAuth") ||
      !add_extension(raw, NID_subject_key_identifier, "hash") ||
      X509_sign(raw, key.get(), EVP_sha256()) == 0) {
    return fail(Errc::malformed, "cannot make a certificate for these host names: " + *names);
  }
  const Memory certificate_text(BIO_new(BIO_s_mem()));
  const Memory key_text(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(certificate_text.get(), raw);
  PEM_write_bio_PrivateKey(key_text.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  return CertificatePem{text_of(certificate_text.get()), text_of(key_text.get())};
}

}  // namespace godwit::net
