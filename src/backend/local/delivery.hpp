/// Mail that arrives for the embedded store's users: from LMTP, and from users to each other.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "backend/backend.hpp"
#include "backend/local/local.hpp"

namespace godwit::backend {

class LocalVacation;
namespace local {
struct Destination;
}

class LocalDelivery {
 public:
  enum class Outcome : std::uint8_t {
    stored,
    repeated,  // the same mail from and to the same within five days: taken, not stored again
    unknown_user,
    over_quota,
    partly,  // a group: not everybody in it could get it; those who could have it
  };
  struct Envelope {
    std::string from;             // address only; empty: the null sender
    std::vector<std::string> to;  // addresses only
    /// Whole header lines to put on top, Received fields (RFC 5321 4.4); may be empty.
    std::string trace = {};
    /// Who gets the mail by another way, in lower case: not sent to them again as members of
    /// groups.
    std::vector<std::string> elsewhere = {};
    /// How far it may fill a mailbox beyond its quota.
    std::uint64_t beyond_quota_bytes = 0;
    /// What the mail is about, for `told`; noted in the commit that stores it.
    std::vector<std::string> facts = {};
  };
  /// For what this server itself has to tell its users: a full mailbox is no reason to leave
  /// somebody in the belief that a mail arrived. A report quotes 64 KiB at most.
  static constexpr std::uint64_t report_beyond_quota_bytes = 1024 * 1024;

  /// `vacation` may be null; it outlives the delivery.
  LocalDelivery(const LocalStore& store, LocalVacation* vacation);
  /// The way to members of groups who are elsewhere; without one they get nothing (`partly`). It
  /// takes what it was given under an id once, and outlives the delivery.
  void set_outside(Submission* outside) { outside_ = outside; }

  /// Whether mail for this address can be taken: stored, unknown_user or, when `size` more octets
  /// do not fit, over_quota.
  Task<Outcome> accepts(std::string address, std::uint64_t size);
  /// Of these facts the ones that the mailbox of this address was not told (Envelope::facts) within
  /// five days, so that who tries again after a kill tells them once.
  Task<std::vector<std::string>> untold(std::string address, std::vector<std::string> facts);
  /// Whether the address is in one of the store's domains.
  bool is_local(std::string_view address) const;

  /// Into the inboxes, all recipients in one commit and sharing what they can; a group's members
  /// each once, whichever groups they are in. One outcome for each recipient, in order. What is
  /// added on top: Return-Path, Delivered-To, the trace. Throws Fault (disk full, damage); nothing
  /// was stored then.
  Task<std::vector<Outcome>> deliver(Envelope envelope,
                                     std::shared_ptr<const MessageSource> message);

 private:
  Task<bool> send_outside(const local::Destination& place, const Envelope& envelope, std::string id,
                          std::shared_ptr<const MessageSource> message);

  std::shared_ptr<local::Core> core_;
  LocalVacation* vacation_;
  Submission* outside_ = nullptr;
};

}  // namespace godwit::backend
