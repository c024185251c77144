#include "auth/key_set.hpp"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <tuple>
#include <utility>

#include "auth/jose.hpp"
#include "base/handle.hpp"

namespace godwit::auth {
namespace {

using Json = nlohmann::json;
using PublicKey = Handle<EVP_PKEY, EVP_PKEY_free>;
using KeyContext = Handle<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;
using DigestContext = Handle<EVP_MD_CTX, EVP_MD_CTX_free>;
using Number = Handle<BIGNUM, BN_free>;
using Builder = Handle<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free>;
using Parameters = Handle<OSSL_PARAM, OSSL_PARAM_free>;
using CurveSignature = Handle<ECDSA_SIG, ECDSA_SIG_free>;

enum class Scheme : std::uint8_t { pkcs1, pss, curve };

/// What a name stands for (RFC 7518 3.1).
struct Row {
  Algorithm algorithm;
  std::string_view name;
  Scheme scheme;
  const char* digest;
  std::string_view curve = {};      // in a key's `crv`
  const char* group = nullptr;      // OpenSSL's name of it
  std::size_t coordinate_size = 0;  // bytes
};
constexpr auto rows = std::to_array<Row>({
    {Algorithm::rs256, "RS256", Scheme::pkcs1, "SHA256"},
    {Algorithm::rs384, "RS384", Scheme::pkcs1, "SHA384"},
    {Algorithm::rs512, "RS512", Scheme::pkcs1, "SHA512"},
    {Algorithm::ps256, "PS256", Scheme::pss, "SHA256"},
    {Algorithm::ps384, "PS384", Scheme::pss, "SHA384"},
    {Algorithm::ps512, "PS512", Scheme::pss, "SHA512"},
    {Algorithm::es256, "ES256", Scheme::curve, "SHA256", "P-256", "prime256v1", 32},
    {Algorithm::es384, "ES384", Scheme::curve, "SHA384", "P-384", "secp384r1", 48},
    {Algorithm::es512, "ES512", Scheme::curve, "SHA512", "P-521", "secp521r1", 66},
});
static_assert(std::ranges::is_sorted(rows, {}, &Row::algorithm));

const Row& row_of(Algorithm algorithm) { return rows.at(static_cast<std::size_t>(algorithm)); }

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

PublicKey make_key(const char* type, OSSL_PARAM_BLD* builder) {
  const Parameters parameters(OSSL_PARAM_BLD_to_param(builder));
  const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  EVP_PKEY* made = nullptr;
  if (!parameters || !context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &made, EVP_PKEY_PUBLIC_KEY, parameters.get()) != 1) {
    return nullptr;
  }
  return PublicKey(made);
}

Number number_member(const Json& key, const char* name) {
  const auto bytes = base64url_decode(text_member(key, name));
  if (!bytes || bytes->empty() || bytes->size() > rsa_bits_max / 8) return nullptr;
  return Number(BN_bin2bn(bytes_of(*bytes), static_cast<int>(bytes->size()), nullptr));
}

PublicKey rsa_key(const Json& key) {
  constexpr int exponent_bits_max = 32;  // 65537 everywhere; a long one makes checks slow
  const Number modulus = number_member(key, "n");
  const Number exponent = number_member(key, "e");
  if (!modulus || !exponent) return nullptr;
  const int bits = BN_num_bits(modulus.get());
  if (bits < rsa_bits_min || bits > rsa_bits_max || BN_is_odd(modulus.get()) == 0) return nullptr;
  if (BN_num_bits(exponent.get()) > exponent_bits_max || BN_is_odd(exponent.get()) == 0 ||
      BN_is_one(exponent.get()) != 0) {
    return nullptr;
  }
  const Builder builder(OSSL_PARAM_BLD_new());
  if (!builder ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, modulus.get()) != 1 ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, exponent.get()) != 1) {
    return nullptr;
  }
  return make_key("RSA", builder.get());
}

PublicKey curve_key(const Json& key, const Row& row) {
  const auto x = base64url_decode(text_member(key, "x"));
  const auto y = base64url_decode(text_member(key, "y"));
  if (!x || !y || x->size() != row.coordinate_size || y->size() != row.coordinate_size) {
    return nullptr;
  }
  const std::string point = "\x04" + *x + *y;  // uncompressed (SEC 1, 2.3.3)
  const Builder builder(OSSL_PARAM_BLD_new());
  if (!builder ||
      OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, row.group, 0) !=
          1 ||
      OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                       point.size()) != 1) {
    return nullptr;
  }
  PublicKey made = make_key("EC", builder.get());
  if (!made) return nullptr;
  const KeyContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, made.get(), nullptr));
  return context && EVP_PKEY_public_check(context.get()) == 1 ? std::move(made) : nullptr;
}

/// Whether the key is published for signatures to be checked by (RFC 7517 4.2, 4.3).
bool is_for_checking(const Json& key) {
  if (key.contains("use") && text_member(key, "use") != "sig") return false;
  const auto operations = key.find("key_ops");
  if (operations == key.end()) return true;
  return operations->is_array() &&
         std::ranges::any_of(*operations, [](const Json& each) { return each == "verify"; });
}

/// Fixed numbers side by side as tokens have them (RFC 7518 3.4), in the form that OpenSSL reads.
std::string curve_signature(std::string_view raw, std::size_t size) {
  if (raw.size() != 2 * size) return {};
  const CurveSignature signature(ECDSA_SIG_new());
  Number r(BN_bin2bn(bytes_of(raw), static_cast<int>(size), nullptr));
  Number s(BN_bin2bn(bytes_of(raw.substr(size)), static_cast<int>(size), nullptr));
  if (!signature || !r || !s) return {};
  if (ECDSA_SIG_set0(signature.get(), r.get(), s.get()) != 1) return {};
  std::ignore = r.release();  // the signature's now
  std::ignore = s.release();
  const int length = i2d_ECDSA_SIG(signature.get(), nullptr);
  if (length <= 0) return {};
  std::string out(static_cast<std::size_t>(length), '\0');
  auto* end = reinterpret_cast<unsigned char*>(out.data());
  i2d_ECDSA_SIG(signature.get(), &end);
  return out;
}

bool is_signed(EVP_PKEY* key, const Row& row, std::string_view bytes, std::string_view signature) {
  const DigestContext context(EVP_MD_CTX_new());
  EVP_PKEY_CTX* options = nullptr;  // the context's
  if (!context || EVP_DigestVerifyInit_ex(context.get(), &options, row.digest, nullptr, nullptr,
                                          key, nullptr) != 1) {
    return false;
  }
  if (row.scheme == Scheme::pss &&
      (EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PSS_PADDING) != 1 ||
       EVP_PKEY_CTX_set_rsa_pss_saltlen(options, RSA_PSS_SALTLEN_DIGEST) != 1)) {
    return false;
  }
  return EVP_DigestVerify(context.get(), bytes_of(signature), signature.size(), bytes_of(bytes),
                          bytes.size()) == 1;
}

}  // namespace

struct KeySet::Key {
  std::string id;                   // empty: it has none
  std::optional<Algorithm> only{};  // as the key's `alg` says
  std::string curve;                // empty: RSA
  PublicKey key;

  /// Nothing where it cannot be used.
  static std::optional<Key> read(const Json& json);
  bool fits(const Row& row) const {
    return curve == row.curve && (!only || *only == row.algorithm);
  }
};

std::optional<KeySet::Key> KeySet::Key::read(const Json& json) {
  if (!json.is_object() || !is_for_checking(json)) return std::nullopt;
  Key out{.id = std::string(text_member(json, "kid")), .curve = {}, .key = nullptr};
  if (out.id.size() > key_id_max) return std::nullopt;
  if (json.contains("alg")) {
    out.only = algorithm_by_name(text_member(json, "alg"));
    if (!out.only) return std::nullopt;
  }
  if (text_member(json, "kty") == "RSA") {
    out.key = rsa_key(json);
  } else if (text_member(json, "kty") == "EC") {
    out.curve = text_member(json, "crv");
    const auto* row = std::ranges::find(rows, std::string_view(out.curve), &Row::curve);
    if (!out.curve.empty() && row != rows.end()) out.key = curve_key(json, *row);
  }
  ERR_clear_error();
  if (!out.key) return std::nullopt;
  return out;
}

std::optional<Algorithm> algorithm_by_name(std::string_view name) {
  const auto* row = std::ranges::find(rows, name, &Row::name);
  if (row == rows.end()) return std::nullopt;
  return row->algorithm;
}

KeySet::KeySet(std::vector<Key> keys) : keys_(std::move(keys)) {}
KeySet::KeySet() noexcept = default;
KeySet::KeySet(KeySet&&) noexcept = default;
KeySet& KeySet::operator=(KeySet&&) noexcept = default;
KeySet::~KeySet() = default;

Result<KeySet> KeySet::parse(std::string_view json) {
  if (json.size() > key_set_bytes_max) return fail(Errc::too_large, "too many bytes of keys");
  const auto whole = parse_object(json);
  if (!whole) return pass(whole);
  const auto list = whole->find("keys");
  if (list == whole->end() || !list->is_array()) {
    return fail(Errc::malformed, "keys without a list of them");
  }
  if (list->size() > keys_max) return fail(Errc::too_large, "too many keys");
  std::vector<Key> keys;
  for (const Json& each : *list) {
    if (auto key = Key::read(each)) keys.push_back(std::move(*key));
  }
  if (keys.empty()) return fail(Errc::incomplete, "no key that signatures can be checked by");
  return KeySet(std::move(keys));
}

std::size_t KeySet::size() const noexcept { return keys_.size(); }

bool KeySet::has(std::string_view id) const {
  return !id.empty() && std::ranges::any_of(keys_, [id](const Key& key) { return key.id == id; });
}

Result<> KeySet::verify(Algorithm algorithm, std::string_view id, std::string_view bytes,
                        std::string_view signature) const {
  const Row& row = row_of(algorithm);
  if (!id.empty() && !has(id)) return fail(Errc::not_found, "no key of this id");
  std::vector<EVP_PKEY*> candidates;
  for (const Key& key : keys_) {
    if ((id.empty() || key.id == id) && key.fits(row)) candidates.push_back(key.key.get());
  }
  if (candidates.empty()) {
    return fail(id.empty() ? Errc::not_found : Errc::refused, "no key for this algorithm");
  }
  if (id.empty() && candidates.size() > 1) {
    return fail(Errc::refused, "no key named where there are several");
  }
  std::string der;
  if (row.scheme == Scheme::curve) {
    der = curve_signature(signature, row.coordinate_size);
    if (der.empty()) return fail(Errc::refused, "a signature of another length");
    signature = der;
  }
  const bool proved = std::ranges::any_of(
      candidates, [&](EVP_PKEY* key) { return is_signed(key, row, bytes, signature); });
  ERR_clear_error();
  if (!proved) return fail(Errc::refused, "not the issuer's signature");
  return {};
}

}  // namespace godwit::auth
