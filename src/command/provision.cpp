// [MS-ASPROV]: the policy in two phases, and remote wipe.
#include <string>
#include <utility>

#include "base/log.hpp"
#include "base/text.hpp"
#include "command/audited.hpp"
#include "command/device_information.hpp"
#include "command/handlers.hpp"
#include "policy/settings.hpp"
#include "policy/wipe.hpp"
#include "wbxml/pages/provision.hpp"
#include "wbxml/pages/settings.hpp"

namespace godwit::command {
namespace {

namespace tag = wbxml::provision;
using policy::WipeScope;
using wbxml::Element;

constexpr Log logger("provision");

constexpr std::string_view policy_type = "MS-EAS-Provisioning-WBXML";

// [MS-ASPROV] Status (Provision) and Status (Policy).
constexpr std::uint32_t ok = 1;
constexpr std::uint32_t protocol_error = 2;
constexpr std::uint32_t no_policy = 2;
constexpr std::uint32_t unknown_type = 3;
constexpr std::uint32_t wrong_key = 5;

/// What the answer says; written by `write`.
struct Outcome {
  std::uint32_t status = ok;
  bool device_information = false;  // the request carried it
  std::string type;                 // empty: no Policies
  std::uint32_t policy_status = ok;
  std::uint32_t policy_key = 0;  // 0 = none
  bool document = false;         // with the policy itself
  bool wipe = false;             // RemoteWipe or AccountOnlyRemoteWipe
};

/// What the device says that it did.
struct Wiped {
  WipeScope scope;
  bool done;
};

class ProvisionRun {
 public:
  explicit ProvisionRun(Session& session)
      : session_(session),
        policy_(session.policy),
        settings_(policy_->settings),
        device_(session.device) {}

  Task<Answer> run() {
    const Element& request = session_.document;
    if (const auto wiped = wipe_acknowledgement(request)) {
      co_await acknowledge_wipe(*wiped);
    } else if (auto refused = read(request)) {
      co_return std::move(*refused);
    }
    if (!co_await save()) co_return Failed{eas::Status::server_error_retry_later};
    co_return write();
  }

 private:
  bool wipe_ordered() const { return policy::wipe_stands(device_); }
  /// [MS-ASPROV] AccountOnlyRemoteWipe: from 16.1 on.
  bool wipe_is_known() const {
    return device_.wipe_scope == WipeScope::device || session_.version >= eas::Version::v16_1;
  }

  /// Quirk android_wipe_in_policies: some devices put it inside Policies (docs/spec-notes.md).
  static std::optional<Wiped> wipe_acknowledgement(const Element& request) {
    const Element* policies = request.find(tag::Policies);
    for (const Element* parent : {&request, policies}) {
      if (parent == nullptr) continue;
      for (const auto& [element, scope] :
           {std::pair{tag::RemoteWipe, WipeScope::device},
            std::pair{tag::AccountOnlyRemoteWipe, WipeScope::account}}) {
        const Element* found = parent->find(element);
        if (found != nullptr) return Wiped{scope, trim(found->text_of(tag::Status)) == "1"};
      }
    }
    return std::nullopt;
  }

  std::optional<Answer> read(const Element& request) {
    if (const Element* information = request.find(wbxml::settings::DeviceInformation)) {
      outcome_.device_information = true;
      if (!read_device_information(*information, device_)) outcome_.status = protocol_error;
    }
    if (wipe_ordered()) {
      if (!wipe_is_known()) return Failed{eas::Status::device_blocked};
      if (device_.wipe == policy::Wipe::ordered) {
        device_.wipe = policy::Wipe::sent;
        device_.wipe_delivered = session_.now();
        note("wipe.delivered");
      }
      outcome_.wipe = true;
      return std::nullopt;
    }
    const Element* policies = request.find(tag::Policies);
    if (policies == nullptr) {
      // An empty Provision asks whether a wipe waits; anything else lacks its policy type.
      if (!request.children.empty() && !outcome_.device_information)
        outcome_.status = protocol_error;
      return std::nullopt;
    }
    const Element* policy = policies->find(tag::Policy);
    if (policy == nullptr || !policy->has(tag::PolicyType)) {
      outcome_.status = protocol_error;
      return std::nullopt;
    }
    outcome_.type = policy->text_of(tag::PolicyType);
    return policy->has(tag::Status) ? acknowledge(*policy) : request_policy();
  }

  /// Phase 1: the device asks for its policy.
  std::optional<Answer> request_policy() {
    // [MS-ASPROV] DeviceInformation: mandatory in the first request from 14.1 on.
    const bool must_tell = session_.version >= eas::Version::v14_1;
    if (must_tell && !outcome_.device_information) {
      return Failed{eas::Status::device_information_required};
    }
    if (outcome_.type != policy_type) {
      outcome_.policy_status = unknown_type;
    } else if (settings_.mode == policy::Mode::off) {
      outcome_.policy_status = no_policy;
    } else {
      outcome_.policy_key = device_.temporary_policy_key = fresh_key();
      device_.temporary_policy_digest = policy_digest(settings_, session_.version);
      outcome_.document = true;
    }
    return std::nullopt;
  }

  /// Phase 2: the device says what it made of it.
  std::optional<Answer> acknowledge(const Element& policy) {
    const auto key = parse_number<std::uint32_t>(trim(policy.text_of(tag::PolicyKey)));
    const auto status = parse_number<unsigned>(trim(policy.text_of(tag::Status)));
    if (!status || *status < 1 || *status > 4) {
      outcome_ = {};
      outcome_.status = protocol_error;
      return std::nullopt;
    }
    if (!key || *key == 0 || *key != device_.temporary_policy_key) {
      outcome_.policy_status = wrong_key;
      return std::nullopt;
    }
    if (*status == 2 && !settings_.accept_partial) {
      return Failed{eas::Status::device_not_fully_provisionable};
    }
    if (*status == 4 && !settings_.accept_external) {
      return Failed{eas::Status::externally_managed_devices_not_allowed};
    }
    if (*status == 3) {
      logger.info("policy.refused", {{"user", session_.user()}, {"device", session_.device_id}});
      return std::nullopt;  // no key: the device stays unprovisioned
    }
    device_.temporary_policy_key = 0;
    device_.policy_key = outcome_.policy_key = fresh_key();
    // Of what it was sent: when the policy changed since, it fetches the new one next.
    device_.policy_digest = std::exchange(device_.temporary_policy_digest, {});
    device_.policy_name = policy_->name;
    return std::nullopt;
  }

  Task<> acknowledge_wipe(Wiped wiped) {
    if (!wipe_ordered()) co_return;
    // All of the device was ordered after it had been told of the account alone: it is told anew.
    const bool less = wiped.scope == WipeScope::account && device_.wipe_scope == WipeScope::device;
    if (wiped.done && less) {
      outcome_.wipe = true;
      co_return;
    }
    device_.wipe_changed = session_.now();
    note(wiped.done ? "wipe.acknowledged" : "wipe.failed");
    if (!wiped.done) {
      device_.wipe = policy::Wipe::failed;
      outcome_.status = protocol_error;
      outcome_.wipe = true;
      co_return;
    }
    logger.warning("wipe.done", {{"user", session_.user()}, {"device", session_.device_id}});
    device_.wipe = policy::Wipe::done;
    device_.policy_key = device_.temporary_policy_key = 0;
    device_.blocked = true;  // until an admin lets it back
    co_await forget_state();
  }

  /// For the audit log, in one commit with the device's record.
  void note(std::string action) {
    noted_.push_back(audited(session_, std::move(action),
                             device_.wipe_scope == WipeScope::account ? "account" : "device"));
  }

  /// What the device held is gone with the wipe.
  Task<> forget_state() {
    const std::string id = session_.device_id.str();
    std::vector<store::Write> writes;
    for (const auto kind :
         {store::Kind::hierarchy, store::Kind::last_change, store::Kind::device_password}) {
      writes.push_back({session_.key(kind, id), std::nullopt, std::nullopt});
    }
    for (const auto kind : {store::Kind::collection, store::Kind::intent, store::Kind::set_aside}) {
      constexpr std::size_t rows_max = 10'000;
      for (const store::Record& row :
           co_await session_.services.store.list(session_.user(), kind, id + '/', "", rows_max)) {
        writes.push_back({row.key, std::nullopt, std::nullopt});
      }
    }
    static_cast<void>(co_await session_.services.store.commit(std::move(writes)));
    session_.services.request_cache.forget(session_.account.user, session_.device_id);
  }

  /// The admin may write the record at the same time: then ours is made anew on top, and the
  /// admin's word about wiping, letting in and keeping out stands, unless the device has done it.
  Task<bool> save() {
    constexpr int attempts_max = 3;
    for (int attempt = 0; attempt < attempts_max; ++attempt) {
      const policy::Device wanted = device_;
      if (co_await session_.save_device(noted_)) co_return true;
      co_await session_.load_device();
      const policy::Device stored = device_;
      device_ = wanted;
      if (wanted.wipe == policy::Wipe::done) continue;
      device_.blocked = stored.blocked;
      device_.allowed = stored.allowed;
      policy::copy_wipe(stored, device_);
      outcome_.wipe = outcome_.wipe && wipe_ordered() && wipe_is_known();
    }
    co_return false;
  }

  /// Never 0, never one that is in use.
  std::uint32_t fresh_key() {
    for (;;) {
      const auto key = static_cast<std::uint32_t>(session_.services.random.next());
      if (key != 0 && key != device_.policy_key && key != device_.temporary_policy_key) return key;
    }
  }

  Answer write() {
    DocumentWriter document(session_.services.spools);
    wbxml::Writer& out = document.out();
    out.open(tag::Provision);
    if (outcome_.device_information) {
      out.open(wbxml::settings::DeviceInformation);
      out.number(wbxml::settings::Status, outcome_.status);
      out.close();
    }
    out.number(tag::Status, outcome_.status);
    if (!outcome_.type.empty()) write_policy_element(out);
    if (outcome_.wipe) {
      const bool account_only = device_.wipe_scope == WipeScope::account;
      out.empty(account_only ? tag::AccountOnlyRemoteWipe : tag::RemoteWipe);
    }
    out.close();
    return document.finish();
  }

  void write_policy_element(wbxml::Writer& out) const {
    out.open(tag::Policies);
    out.open(tag::Policy);
    out.text(tag::PolicyType, outcome_.type);
    out.number(tag::Status, outcome_.policy_status);
    if (outcome_.policy_key != 0) out.number(tag::PolicyKey, outcome_.policy_key);
    if (outcome_.document) {
      out.open(tag::Data);
      out.open(tag::EASProvisionDoc);
      policy::write_policy(settings_, session_.version, out);
      out.close();
      out.close();
    }
    out.close();
    out.close();
  }

  Session& session_;
  const policy::PolicyRef policy_;  // loading the device again may bring another
  const policy::Settings& settings_;
  policy::Device& device_;
  Outcome outcome_;
  std::vector<store::Write> noted_;
};

}  // namespace

Task<Answer> provision(Session& session) {
  ProvisionRun run(session);
  co_return co_await run.run();
}

}  // namespace godwit::command
