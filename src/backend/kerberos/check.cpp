#include "backend/kerberos/check.hpp"

#include <gssapi/gssapi.h>
#include <gssapi/gssapi_ext.h>
#include <gssapi/gssapi_krb5.h>
#include <krb5/krb5.h>

#include <boost/system/system_error.hpp>
#include <cerrno>
#include <utility>
#include <vector>

#include "auth/credentials.hpp"
#include "base/fault.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "net/deadline.hpp"
#include "net/worker.hpp"

namespace godwit::backend {
namespace {

constexpr Log logger("kerberos");
constexpr std::size_t queue_max = 1000;  // sign-ins that wait; more are refused for now
constexpr std::string_view ntlm_mark("NTLMSSP\0", 8);
constexpr std::string_view ntlm_name("\x2b\x06\x01\x04\x01\x82\x37\x02\x02\x0a", 10);  // its OID

gss_buffer_desc view_of(std::string_view text) {
  return {text.size(), const_cast<char*>(text.data())};
}

/// What the library gives, and how it is given back.
template <class T, auto release>
struct Owned {
  Owned() = default;
  Owned(const Owned&) = delete;
  Owned& operator=(const Owned&) = delete;
  ~Owned() {
    OM_uint32 minor = 0;
    release(&minor, &value);
  }
  T value{};
};
OM_uint32 end_context(OM_uint32* minor, gss_ctx_id_t* context) {
  return gss_delete_sec_context(minor, context, GSS_C_NO_BUFFER);
}
using Name = Owned<gss_name_t, gss_release_name>;
using Keys = Owned<gss_cred_id_t, gss_release_cred>;
using Buffer = Owned<gss_buffer_desc, gss_release_buffer>;
using Context = Owned<gss_ctx_id_t, end_context>;

/// In the library's words; nothing of the ticket is among them.
std::string words_of(OM_uint32 major, OM_uint32 minor) {
  const bool is_own = minor != 0 && GSS_ROUTINE_ERROR(major) == GSS_S_FAILURE;
  Buffer text;
  OM_uint32 ignored = 0;
  OM_uint32 more = 0;
  gss_display_status(&ignored, is_own ? minor : major, is_own ? GSS_C_MECH_CODE : GSS_C_GSS_CODE,
                     GSS_C_NO_OID, &more, &text.value);
  return {static_cast<const char*>(text.value.value), text.value.length};
}

/// Of this server's keys. Error: not_found, in the library's words.
Result<> acquire(const KerberosSettings& settings, Keys& keys) {
  OM_uint32 minor = 0;
  Name service;
  if (!settings.service.empty()) {
    auto text = view_of(settings.service);
    gss_import_name(&minor, &text, GSS_KRB5_NT_PRINCIPAL_NAME, &service.value);
  }
  std::vector<gss_key_value_element_desc> elements{{"keytab", settings.keytab.c_str()}};
  const std::string replays = "file2:" + settings.replays;
  if (!settings.replays.empty()) elements.push_back({"rcache", replays.c_str()});
  const gss_key_value_set_desc store{static_cast<OM_uint32>(elements.size()), elements.data()};
  const OM_uint32 major =
      gss_acquire_cred_from(&minor, service.value, GSS_C_INDEFINITE, GSS_C_NO_OID_SET, GSS_C_ACCEPT,
                            &store, &keys.value, nullptr, nullptr);
  if (GSS_ERROR(major) != 0) {
    return fail(Errc::not_found, "keytab " + settings.keytab + ": " + words_of(major, minor));
  }
  return {};
}

struct Verified {
  std::string principal;
  std::chrono::seconds lifetime{};
};

/// What is wrong here and not with the ticket.
bool is_our_fault(OM_uint32 major, OM_uint32 minor) {
  if (GSS_ROUTINE_ERROR(major) == GSS_S_NO_CRED) return true;
  switch (static_cast<krb5_error_code>(minor)) {
    case ENOENT:
    case EACCES:
    case EROFS:
    case ENOSPC:
    case ENOMEM:
    case KRB5_RC_IO:
    case KRB5_RC_IO_PERM:
    case KRB5_RC_IO_SPACE:
    case KRB5_RC_IO_IO:
    case KRB5_RC_IO_UNKNOWN:
    case KRB5_KT_IOERR:
      return true;
    default:
      return false;
  }
}

Result<Verified> accept(const Keys& keys, std::string_view ticket) {
  OM_uint32 minor = 0;
  Context context;
  Name client;
  Buffer answer;
  OM_uint32 lifetime = 0;
  auto input = view_of(ticket);
  const OM_uint32 major =
      gss_accept_sec_context(&minor, &context.value, keys.value, &input, GSS_C_NO_CHANNEL_BINDINGS,
                             &client.value, nullptr, &answer.value, nullptr, &lifetime, nullptr);
  if (GSS_ERROR(major) != 0) {
    const std::string words = words_of(major, minor);
    if (is_our_fault(major, minor)) throw Fault(Fault::Kind::unavailable, words);
    const bool over = GSS_ROUTINE_ERROR(major) == GSS_S_CREDENTIALS_EXPIRED ||
                      static_cast<krb5_error_code>(minor) == KRB5KRB_AP_ERR_TKT_EXPIRED;
    return fail(over ? Errc::stale : Errc::refused, words);
  }
  if ((major & GSS_S_CONTINUE_NEEDED) != 0) {
    return fail(Errc::refused, "it wants another round, which is not Kerberos");
  }
  Buffer name;
  gss_display_name(&minor, client.value, &name.value, nullptr);
  return Verified{{static_cast<const char*>(name.value.value), name.value.length},
                  std::chrono::seconds(lifetime)};
}

}  // namespace

Result<std::string> login_of_principal(std::string_view principal, const std::string& realm,
                                       const std::string& domain) {
  const auto at = principal.rfind('@');
  if (at == std::string_view::npos || principal.substr(at + 1) != realm) {
    return fail(Errc::refused, "a principal of another realm");
  }
  const auto name = principal.substr(0, at);
  // A slash: a service's or a second role's; a backslash: another name would begin behind it.
  if (!auth::is_plain_login(name) || name.find_first_of("/\\@") != std::string_view::npos) {
    return fail(Errc::refused, "a principal that is no plain login");
  }
  return std::string(name) + '@' + (domain.empty() ? ascii_lower(realm) : domain);
}

struct KerberosCheck::Core {
  explicit Core(KerberosSettings given)
      : settings(std::move(given)), gate("kerberos", settings.threads, queue_max) {}
  KerberosSettings settings;
  Gate gate;
};

KerberosCheck::KerberosCheck(KerberosSettings settings, const Clock& clock)
    : core_(std::make_shared<Core>(std::move(settings))), clock_(clock) {}

KerberosCheck::~KerberosCheck() = default;

Task<Result<auth::Proof>> KerberosCheck::verify(auth::Claim claim) {
  const std::string_view ticket = claim.password.reveal();
  if (ticket.starts_with(ntlm_mark) || ticket.substr(0, 64).contains(ntlm_name)) {
    logger.warning("ticket.refused",
                   {{"why", "it is NTLM: the client has no ticket for this server's name"}});
    co_return fail(Errc::refused, "NTLM");
  }
  auto work = [core = core_.get(), password = claim.password]() -> Result<Verified> {
    Keys keys;
    // Anew each time: a key that was added to the file counts at once.
    if (const auto got = acquire(core->settings, keys); !got) {
      throw Fault(Fault::Kind::unavailable, got.error().message);
    }
    return accept(keys, password.reveal());
  };
  Result<Verified> verified;
  try {
    verified =
        co_await net::with_deadline(core_->settings.limit, blocking(core_->gate, std::move(work)));
  } catch (const boost::system::system_error& error) {
    throw Fault(Fault::Kind::timed_out, std::string("Kerberos: ") + error.what());
  }
  auto login = verified ? login_of_principal(verified->principal, core_->settings.realm,
                                             core_->settings.domain)
                        : Result<std::string>(pass(verified));
  if (!login) {
    logger.warning("ticket.refused", {{"why", login.error().message}});
    co_return fail(login.error().code, login.error().message);
  }
  co_return auth::Proof{.login = *std::move(login),
                        .own_password = false,
                        .token_ends = clock_.now() + verified->lifetime};
}

Task<std::optional<auth::Facts>> KerberosCheck::facts(std::string) { co_return std::nullopt; }

Result<> KerberosCheck::look(const KerberosSettings& settings) {
  Keys keys;
  return acquire(settings, keys);
}

}  // namespace godwit::backend
