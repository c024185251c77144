#include "backend/pam/check.hpp"

#include <security/pam_appl.h>

#include <boost/system/system_error.hpp>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <utility>

#include "auth/credentials.hpp"
#include "base/fault.hpp"
#include "base/text.hpp"
#include "net/deadline.hpp"
#include "net/worker.hpp"

namespace godwit::backend {
namespace {

constexpr std::size_t queue_max = 100;  // sign-ins that wait; more are refused for now
constexpr int messages_max = 32;        // PAM_MAX_NUM_MSG, of one turn of the conversation

/// What modules ask: the password where nothing may be shown, nothing else. PAM frees the answers.
int converse(int count, const pam_message** messages, pam_response** answers, void* data) {
  if (count <= 0 || count > messages_max) return PAM_CONV_ERR;
  auto* const out = static_cast<pam_response*>(
      std::calloc(static_cast<std::size_t>(count), sizeof(pam_response)));
  if (out == nullptr) return PAM_BUF_ERR;
  const std::string_view password = static_cast<const Secret*>(data)->reveal();
  for (int i = 0; i < count; ++i) {
    const int style = messages[i]->msg_style;
    if (style == PAM_PROMPT_ECHO_OFF) out[i].resp = ::strndup(password.data(), password.size());
    if (style == PAM_PROMPT_ECHO_ON) out[i].resp = ::strdup("");
  }
  *answers = out;
  return PAM_SUCCESS;
}

/// What PAM says of a password, a user or an account that does not do.
bool is_refusal(int code) {
  switch (code) {
    case PAM_AUTH_ERR:
    case PAM_USER_UNKNOWN:
    case PAM_MAXTRIES:
    case PAM_PERM_DENIED:
    case PAM_ACCT_EXPIRED:
    case PAM_NEW_AUTHTOK_REQD:
    case PAM_AUTHTOK_EXPIRED:
    case PAM_CRED_INSUFFICIENT:
    case PAM_CRED_EXPIRED:
      return true;
    default:
      return false;
  }
}

/// One conversation with PAM.
class Transaction {
 public:
  Transaction(const PamSettings& settings, const std::string& user, const Secret& password)
      : conversation_{&converse, const_cast<Secret*>(&password)} {
    const char* const folder = settings.folder.empty() ? nullptr : settings.folder.c_str();
    code_ = ::pam_start_confdir(settings.service.c_str(), user.c_str(), &conversation_, folder,
                                &handle_);
  }
  ~Transaction() {
    if (handle_ != nullptr) ::pam_end(handle_, code_);
  }
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  int run() {
    constexpr int flags = PAM_SILENT | PAM_DISALLOW_NULL_AUTHTOK;
    if (code_ == PAM_SUCCESS) code_ = ::pam_authenticate(handle_, flags);
    if (code_ == PAM_SUCCESS) code_ = ::pam_acct_mgmt(handle_, flags);
    return code_;
  }
  std::string words() const { return ::pam_strerror(handle_, code_); }

 private:
  pam_conv conversation_;
  pam_handle_t* handle_ = nullptr;
  int code_ = PAM_SUCCESS;
};

}  // namespace

struct PamCheck::Core {
  explicit Core(PamSettings given)
      : settings(std::move(given)), gate("pam", settings.threads, queue_max) {}
  PamSettings settings;
  Gate gate;
};

PamCheck::PamCheck(PamSettings settings) : core_(std::make_shared<Core>(std::move(settings))) {}

PamCheck::~PamCheck() = default;

Task<Result<auth::Proof>> PamCheck::verify(auth::Claim claim) {
  const auto name = auth::split_user_name(claim.login);
  // What a system's database might take for another spelling of a user's name is nobody's here.
  const bool plain = auth::is_plain_login(claim.login);
  if (!name || !plain) co_return fail(Errc::refused, "not a plain login");
  const bool whole = core_->settings.user == PamSettings::User::login;
  auto work = [core = core_.get(), user = whole ? claim.login : name->login,
               password = claim.password] {
    Transaction transaction(core->settings, user, password);
    const int code = transaction.run();
    if (code != PAM_SUCCESS && !is_refusal(code)) {
      throw Fault(Fault::Kind::unavailable,
                  "PAM, service " + core->settings.service + ": " + transaction.words());
    }
    return code == PAM_SUCCESS;
  };
  bool right = false;
  try {
    right =
        co_await net::with_deadline(core_->settings.limit, blocking(core_->gate, std::move(work)));
  } catch (const boost::system::system_error& error) {
    throw Fault(Fault::Kind::timed_out,
                "PAM, service " + core_->settings.service + ": " + error.what());
  }
  if (!right) co_return fail(Errc::refused, "PAM refuses the password");
  co_return auth::Proof{.login = std::move(claim.login)};
}

Task<std::optional<auth::Facts>> PamCheck::facts(std::string) { co_return std::nullopt; }

}  // namespace godwit::backend
