#include "test_key.hpp"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <utility>

#include "base/bytes.hpp"
#include "base/handle.hpp"

namespace godwit {
namespace {

using Number = Handle<BIGNUM, BN_free>;

void require(int result) {
  if (result != 1) throw std::runtime_error("OpenSSL cannot make what a test needs");
}

std::string bytes_of(const BIGNUM* number, int size) {
  std::string out(static_cast<std::size_t>(size), '\0');
  BN_bn2binpad(number, reinterpret_cast<unsigned char*>(out.data()), size);
  return out;
}

}  // namespace

std::string base64url_encode(std::string_view bytes) {
  std::string out = base64_encode(bytes);
  std::erase(out, '=');
  std::ranges::replace(out, '+', '-');
  std::ranges::replace(out, '/', '_');
  return out;
}

std::string key_list(const nlohmann::json& keys) { return nlohmann::json{{"keys", keys}}.dump(); }

std::string hmac(std::string_view bytes, const std::string& digest, std::string_view secret) {
  std::string out(EVP_MAX_MD_SIZE, '\0');
  std::size_t size = 0;
  const auto* const made =
      EVP_Q_mac(nullptr, "HMAC", nullptr, digest.c_str(), nullptr, secret.data(), secret.size(),
                reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
                reinterpret_cast<unsigned char*>(out.data()), out.size(), &size);
  require(made == nullptr ? 0 : 1);
  out.resize(size);
  return out;
}

void TestKey::Free::operator()(evp_pkey_st* key) const noexcept { EVP_PKEY_free(key); }

TestKey::TestKey(evp_pkey_st* key, std::string curve, int size)
    : key_(key), curve_(std::move(curve)), size_(size) {
  require(key == nullptr ? 0 : 1);
}

TestKey TestKey::rsa(unsigned bits) {
  return {EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", std::size_t{bits}), {}, 0};
}

TestKey TestKey::p256() {
  return {EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"), "P-256", 32};
}

TestKey TestKey::p521() {
  return {EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-521"), "P-521", 66};
}

nlohmann::json TestKey::published(const std::string& id) const {
  nlohmann::json out{{"kid", id}, {"use", "sig"}};
  if (curve_.empty()) {
    out["kty"] = "RSA";
    out["n"] = number(OSSL_PKEY_PARAM_RSA_N, 0);
    out["e"] = number(OSSL_PKEY_PARAM_RSA_E, 0);
  } else {
    out["kty"] = "EC";
    out["crv"] = curve_;
    out["x"] = number(OSSL_PKEY_PARAM_EC_PUB_X, size_);
    out["y"] = number(OSSL_PKEY_PARAM_EC_PUB_Y, size_);
  }
  return out;
}

std::string TestKey::pem() const {
  const Handle<BIO, BIO_free_all> out(BIO_new(BIO_s_mem()));
  require(PEM_write_bio_PUBKEY(out.get(), key_.get()));
  char* text = nullptr;
  const long size = BIO_get_mem_data(out.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

std::string TestKey::token(const nlohmann::json& head, const nlohmann::json& claims) const {
  const auto named = head.find("alg");
  const std::string algorithm =
      named != head.end() && named->is_string() ? named->get<std::string>() : "";
  const bool named_size = algorithm.ends_with("384") || algorithm.ends_with("512");
  const std::string digits = named_size ? algorithm.substr(algorithm.size() - 3) : "256";
  std::string out = base64url_encode(head.dump()) + '.' + base64url_encode(claims.dump());
  return out + '.' + base64url_encode(made(out, "SHA" + digits, algorithm.starts_with("PS")));
}

std::string TestKey::sign(std::string_view bytes, const std::string& digest) const {
  return made(bytes, digest, false);
}

std::string TestKey::sign_pss(std::string_view bytes, const std::string& digest) const {
  return made(bytes, digest, true);
}

std::string TestKey::made(std::string_view bytes, const std::string& digest, bool pss) const {
  const Handle<EVP_MD_CTX, EVP_MD_CTX_free> context(EVP_MD_CTX_new());
  EVP_PKEY_CTX* options = nullptr;
  require(EVP_DigestSignInit_ex(context.get(), &options, digest.c_str(), nullptr, nullptr,
                                key_.get(), nullptr));
  if (pss) {
    require(EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PSS_PADDING));
    require(EVP_PKEY_CTX_set_rsa_pss_saltlen(options, RSA_PSS_SALTLEN_DIGEST));
  }
  const auto* in = reinterpret_cast<const unsigned char*>(bytes.data());
  std::size_t length = 0;
  require(EVP_DigestSign(context.get(), nullptr, &length, in, bytes.size()));
  std::string out(length, '\0');
  require(EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(out.data()), &length, in,
                         bytes.size()));
  out.resize(length);
  return curve_.empty() ? out : side_by_side(out);
}

std::string TestKey::number(const char* name, int size) const {
  BIGNUM* read = nullptr;
  require(EVP_PKEY_get_bn_param(key_.get(), name, &read));
  const Number owned(read);
  return base64url_encode(bytes_of(read, size == 0 ? BN_num_bytes(read) : size));
}

std::string TestKey::side_by_side(std::string_view der) const {
  const auto* in = reinterpret_cast<const unsigned char*>(der.data());
  const Handle<ECDSA_SIG, ECDSA_SIG_free> signature(
      d2i_ECDSA_SIG(nullptr, &in, static_cast<long>(der.size())));
  return bytes_of(ECDSA_SIG_get0_r(signature.get()), size_) +
         bytes_of(ECDSA_SIG_get0_s(signature.get()), size_);
}

}  // namespace godwit
