#include "convert/certificate_chain.hpp"

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <array>
#include <optional>

#include "base/fault.hpp"
#include "base/handle.hpp"

namespace godwit::convert {
namespace {

using Certificate = Handle<X509, X509_free>;
using RevocationList = Handle<X509_CRL, X509_CRL_free>;
using Input = Handle<BIO, BIO_free_all>;
using Trusted = Handle<X509_STORE, X509_STORE_free>;
using Check = Handle<X509_STORE_CTX, X509_STORE_CTX_free>;
using Verdict = CertificateVerdict;

void free_all(STACK_OF(X509) * stack) noexcept { sk_X509_pop_free(stack, X509_free); }
using Stack = Handle<STACK_OF(X509), free_all>;

/// Leaves nothing in this thread's queue of errors.
struct ErrorsEnd {
  ErrorsEnd() = default;
  ErrorsEnd(const ErrorsEnd&) = delete;
  ErrorsEnd& operator=(const ErrorsEnd&) = delete;
  ~ErrorsEnd() { ERR_clear_error(); }
};

Input input_of(std::string_view text) {
  Input input(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  if (!input) throw std::bad_alloc();
  return input;
}

int no_phrase(char*, int, int, void*) { return 0; }

/// Nothing for what is no certificate, has something behind it, or is larger than any should be.
Certificate read_der(std::string_view der) {
  if (der.empty() || der.size() > chain_certificate_bytes_max) return nullptr;
  const auto* bytes = reinterpret_cast<const unsigned char*>(der.data());
  const auto* const end = bytes + der.size();
  Certificate out(d2i_X509(nullptr, &bytes, static_cast<long>(der.size())));
  return bytes == end ? std::move(out) : nullptr;
}

bool has_usable_key(X509* certificate) {
  const EVP_PKEY* const key = X509_get0_pubkey(certificate);
  return key != nullptr && EVP_PKEY_get_bits(key) <= static_cast<int>(key_bits_max);
}

Result<> add_authorities(X509_STORE* store, const std::string& text) {
  const Input input = input_of(text);
  std::size_t count = 0;
  for (;;) {
    const Certificate one(PEM_read_bio_X509(input.get(), nullptr, no_phrase, nullptr));
    if (!one) break;
    if (X509_STORE_add_cert(store, one.get()) != 1) throw std::bad_alloc();
    ++count;
  }
  const bool at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  if (count == 0 || !at_end) return fail(Errc::malformed, "authorities are certificates in PEM");
  return {};
}

Result<> add_revocations(X509_STORE* store, const std::string& file) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(file.data());
  RevocationList list(d2i_X509_CRL(nullptr, &bytes, static_cast<long>(file.size())));
  if (list) {
    if (X509_STORE_add_crl(store, list.get()) != 1) throw std::bad_alloc();
    return {};
  }
  const Input input = input_of(file);
  std::size_t count = 0;
  for (;;) {
    list.reset(PEM_read_bio_X509_CRL(input.get(), nullptr, no_phrase, nullptr));
    if (!list) break;
    if (X509_STORE_add_crl(store, list.get()) != 1) throw std::bad_alloc();
    ++count;
  }
  if (count == 0) return fail(Errc::malformed, "a revocation list is a CRL in PEM or DER");
  return {};
}

bool is_authority(X509* certificate) {
  return (X509_get_extension_flags(certificate) & EXFLAG_CA) != 0;
}

/// What a failure is to the phone. `depth` 0 is the person's own certificate.
Verdict verdict_of(int error, int depth, X509* person) {
  switch (error) {
    case X509_V_OK:
      return Verdict::valid;
    case X509_V_ERR_CERT_SIGNATURE_FAILURE:
    case X509_V_ERR_UNABLE_TO_DECRYPT_CERT_SIGNATURE:
    case X509_V_ERR_UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY:
      return Verdict::bad_signature;
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_CERT_UNTRUSTED:
      return Verdict::untrusted;
    case X509_V_ERR_CERT_CHAIN_TOO_LONG:
    case X509_V_ERR_PATH_LENGTH_EXCEEDED:
    case X509_V_ERR_PATH_LOOP:
      return Verdict::bad_chain;
    case X509_V_ERR_INVALID_PURPOSE:
      if (depth > 0) return Verdict::wrong_usage;
      return is_authority(person) ? Verdict::wrong_role : Verdict::wrong_purpose;
    case X509_V_ERR_KEYUSAGE_NO_CERTSIGN:
    case X509_V_ERR_CERT_REJECTED:
      return Verdict::wrong_usage;
    case X509_V_ERR_INVALID_CA:
    case X509_V_ERR_INVALID_NON_CA:
      return Verdict::wrong_role;
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return depth > 0 ? Verdict::out_of_date : Verdict::expired;
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return Verdict::out_of_date;
    case X509_V_ERR_UNHANDLED_CRITICAL_EXTENSION:
    case X509_V_ERR_INVALID_EXTENSION:
    case X509_V_ERR_ERROR_IN_CERT_NOT_BEFORE_FIELD:
    case X509_V_ERR_ERROR_IN_CERT_NOT_AFTER_FIELD:
      return Verdict::unreadable;
    case X509_V_ERR_CERT_REVOKED:
      return depth > 0 ? Verdict::chain_revoked : Verdict::revoked;
    case X509_V_ERR_CRL_HAS_EXPIRED:
    case X509_V_ERR_CRL_NOT_YET_VALID:
      return Verdict::revocation_out_of_date;
    case X509_V_ERR_UNABLE_TO_GET_CRL:
    case X509_V_ERR_UNABLE_TO_GET_CRL_ISSUER:
    case X509_V_ERR_DIFFERENT_CRL_SCOPE:
    case X509_V_ERR_CRL_SIGNATURE_FAILURE:
    case X509_V_ERR_UNABLE_TO_DECRYPT_CRL_SIGNATURE:
    case X509_V_ERR_KEYUSAGE_NO_CRL_SIGN:
    case X509_V_ERR_UNHANDLED_CRITICAL_CRL_EXTENSION:
      return Verdict::revocation_unknown;
    default:
      return Verdict::failed;
  }
}

/// What cannot be known of revocations is no failure.
int forgive_unknown(int good, X509_STORE_CTX* check) {
  if (good == 1) return 1;
  const Verdict verdict =
      verdict_of(X509_STORE_CTX_get_error(check), X509_STORE_CTX_get_error_depth(check),
                 X509_STORE_CTX_get0_cert(check));
  const bool unknown =
      verdict == Verdict::revocation_out_of_date || verdict == Verdict::revocation_unknown;
  if (unknown) X509_STORE_CTX_set_error(check, X509_V_OK);
  return unknown ? 1 : 0;
}

/// Nothing: one of them cannot be read.
std::optional<Stack> read_chain(const std::vector<std::string>& chain) {
  Stack out(sk_X509_new_null());
  if (!out) throw std::bad_alloc();
  for (const std::string& der : chain) {
    Certificate one = read_der(der);
    if (!one || !has_usable_key(one.get())) return std::nullopt;
    if (sk_X509_push(out.get(), one.get()) == 0) throw std::bad_alloc();
    static_cast<void>(one.release());  // the stack's now
  }
  return out;
}

}  // namespace

struct CertificateTrust::Store {
  Trusted trusted;
};

Result<CertificateTrust> CertificateTrust::make(const std::vector<std::string>& authorities,
                                                const std::vector<std::string>& revocations) {
  const ErrorsEnd errors;
  auto store = std::make_shared<Store>(Store{Trusted(X509_STORE_new())});
  if (!store->trusted) throw std::bad_alloc();
  for (std::size_t i = 0; i < authorities.size(); ++i) {
    ERR_clear_error();
    if (const auto added = add_authorities(store->trusted.get(), authorities[i]); !added) {
      return fail(Errc::malformed, fmt::format("file {}: {}", i + 1, added.error().message));
    }
  }
  for (std::size_t i = 0; i < revocations.size(); ++i) {
    if (const auto added = add_revocations(store->trusted.get(), revocations[i]); !added) {
      return fail(Errc::malformed, fmt::format("list {}: {}", i + 1, added.error().message));
    }
  }
  return CertificateTrust(std::move(store));
}

Verdict CertificateTrust::check(std::string_view certificate, const std::vector<std::string>& chain,
                                Time now, Revocation revocation, Purpose purpose) const {
  const ErrorsEnd errors;
  const Certificate person = read_der(certificate);
  if (!person || !has_usable_key(person.get())) return Verdict::unreadable;
  const auto others = read_chain(chain);
  if (!others) return Verdict::bad_chain;
  const Check check(X509_STORE_CTX_new());
  if (!check) throw std::bad_alloc();
  if (X509_STORE_CTX_init(check.get(), store_->trusted.get(), person.get(), others->get()) != 1) {
    return Verdict::failed;
  }
  X509_VERIFY_PARAM* const how = X509_STORE_CTX_get0_param(check.get());
  X509_VERIFY_PARAM_set_purpose(
      how, purpose == Purpose::mail ? X509_PURPOSE_SMIME_SIGN : X509_PURPOSE_SSL_CLIENT);
  X509_VERIFY_PARAM_set_depth(how, static_cast<int>(chain_length_max));
  X509_VERIFY_PARAM_set_time(
      how, static_cast<time_t>(
               std::chrono::floor<std::chrono::seconds>(now.time_since_epoch()).count()));
  X509_VERIFY_PARAM_set_flags(how, X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL);
  if (revocation == Revocation::as_known) {
    X509_STORE_CTX_set_verify_cb(check.get(), forgive_unknown);
  }
  if (X509_verify_cert(check.get()) == 1) return Verdict::valid;
  return verdict_of(X509_STORE_CTX_get_error(check.get()),
                    X509_STORE_CTX_get_error_depth(check.get()), person.get());
}

}  // namespace godwit::convert
