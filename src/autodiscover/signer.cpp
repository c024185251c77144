#include "autodiscover/signer.hpp"

#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include <utility>

#include "base/fault.hpp"
#include "base/handle.hpp"

namespace godwit::autodiscover {
namespace {

using Key = Handle<EVP_PKEY, EVP_PKEY_free>;
using Certificate = Handle<X509, X509_free>;
using Memory = Handle<BIO, BIO_free_all>;
using Message = Handle<CMS_ContentInfo, CMS_ContentInfo_free>;

constexpr std::size_t file_bytes_max = 1024UL * 1024;
constexpr int chain_max = 16;

void free_chain(STACK_OF(X509) * chain) { sk_X509_pop_free(chain, X509_free); }
using Chain = Handle<STACK_OF(X509), free_chain>;

Memory memory_of(std::string_view bytes) {
  return Memory(BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size())));
}

/// Nobody is asked for a passphrase: a daemon has no terminal.
int no_passphrase(char*, int, int, void*) { return 0; }

}  // namespace

struct Signer::State {
  Certificate certificate;
  Chain chain;
  Key key;
};

Signer::Signer(std::unique_ptr<State> state) : state_(std::move(state)) {}
Signer::Signer(Signer&&) noexcept = default;
Signer& Signer::operator=(Signer&&) noexcept = default;
Signer::~Signer() = default;

Result<Signer> Signer::make(std::string_view certificates, const Secret& key) {
  if (certificates.size() > file_bytes_max || key.reveal().size() > file_bytes_max) {
    return fail(Errc::too_large, "larger than 1 MiB");
  }
  auto state = std::make_unique<State>();
  const Memory pem = memory_of(certificates);
  state->certificate.reset(PEM_read_bio_X509(pem.get(), nullptr, no_passphrase, nullptr));
  if (!state->certificate) return fail(Errc::malformed, "no certificate in PEM");
  state->chain.reset(sk_X509_new_null());
  while (X509* more = PEM_read_bio_X509(pem.get(), nullptr, no_passphrase, nullptr)) {
    sk_X509_push(state->chain.get(), more);
    if (sk_X509_num(state->chain.get()) > chain_max) {
      return fail(Errc::too_large, "more than 16 certificates");
    }
  }
  const Memory secret = memory_of(key.reveal());
  state->key.reset(PEM_read_bio_PrivateKey(secret.get(), nullptr, no_passphrase, nullptr));
  ERR_clear_error();
  if (!state->key) return fail(Errc::malformed, "no private key in PEM, or it has a passphrase");
  if (X509_check_private_key(state->certificate.get(), state->key.get()) != 1) {
    ERR_clear_error();
    return fail(Errc::refused, "the key is not that of the certificate");
  }
  return Signer(std::move(state));
}

std::string Signer::sign(std::string_view content) const {
  const Memory in = memory_of(content);
  const Message message(CMS_sign(state_->certificate.get(), state_->key.get(), state_->chain.get(),
                                 in.get(), CMS_BINARY | CMS_NOSMIMECAP));
  unsigned char* bytes = nullptr;
  const int size = message ? i2d_CMS_ContentInfo(message.get(), &bytes) : -1;
  if (size <= 0) {
    ERR_clear_error();
    throw Fault(Fault::Kind::corrupt, "a profile cannot be signed");
  }
  std::string out(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
  OPENSSL_free(bytes);
  return out;
}

}  // namespace godwit::autodiscover
