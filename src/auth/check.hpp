/// Who a user is: one interface, whoever knows the passwords or verifies tokens, and the chain of
/// those that the configuration names.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "auth/credentials.hpp"
#include "backend/backend.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "base/task.hpp"

namespace godwit::auth {

/// What a phone claims.
struct Claim {
  std::string login;        // as sent; empty without a password
  Secret password;          // or what Credentials has in its place; never empty
  std::string device = {};  // its id; empty where the request names none
  bool by_person = false;   // at a page, where app passwords, which are for devices, are none
  Scheme scheme = Scheme::password;
};

/// What a directory says about a user; rules are about it.
struct Facts {
  /// The groups the user is in, directly or by another group: each by its whole name and by its
  /// common name.
  std::vector<std::string> groups;
  std::vector<std::pair<std::string, std::string>> attributes;
};

/// A claim that proved true.
struct Proof {
  std::string login;                             // of the mailbox
  std::optional<backend::Account> account = {};  // where the check opens mailboxes itself
  bool own_password = true;                      // it is the mailbox's, too
  bool for_device = false;                       // true of this device alone
  std::string display_name = {};                 // empty: as the mailbox says
  std::vector<std::string> addresses = {};       // empty: as the mailbox says
  backend::DataClasses denied = {};
  std::optional<Facts> facts = {};      // nothing: this check knows none
  std::optional<Time> token_ends = {};  // or the certificate, or the ticket
};

class Check {
 public:
  virtual ~Check() = default;
  /// Errors: refused (unknown user or wrong password, not told apart, or not one of its users),
  /// stale (a token that has expired). Throws Fault when it cannot be asked.
  virtual Task<Result<Proof>> verify(Claim claim) = 0;
  /// What it knows of a user whom another check let in; nothing where that is nothing. Throws
  /// Fault.
  virtual Task<std::optional<Facts>> facts(std::string login) = 0;
};

/// Checks by the mailboxes' own passwords.
class MailboxCheck final : public Check {
 public:
  /// `users` outlives it.
  explicit MailboxCheck(backend::Users& users) : users_(users) {}
  Task<Result<Proof>> verify(Claim claim) override;
  Task<std::optional<Facts>> facts(std::string login) override;

 private:
  backend::Users& users_;
};

struct SignedIn {
  backend::Account account;
  Facts facts;
  std::string check;        // the name of the link that let the user in
  bool for_device = false;  // as of Proof
};

/// Asks one check after another until one lets the user in.
class Chain {
 public:
  struct Link {
    std::string name;                  // for the log
    std::vector<std::string> domains;  // whose users it is asked about; empty: of all
    std::unique_ptr<Check> check;
    Scheme scheme = Scheme::password;  // what it checks
  };
  /// `mailboxes` outlives it. `domain`: of logins without one.
  Chain(std::vector<Link> links, backend::KnownUsers& mailboxes, std::string domain);

  /// Errors: refused (every check refuses the claim), stale (one knows the token, and it has
  /// expired). Throws Fault when none accepts it and one could
  /// not be asked: it might have. `with_facts`: those of the other checks count, too.
  Task<Result<SignedIn>> verify(Claim claim, bool with_facts);
  /// Of the first check that knows any of the user. Throws Fault.
  Task<Facts> facts(std::string user);
  /// Whether one of its checks is for claims of this kind.
  bool takes(Scheme scheme) const;

 private:
  bool is_for(const Link& link, std::string_view login) const;
  Task<Result<backend::Account>> open(Proof& proof, const Claim& claim);
  Task<Facts> gather(const Link& by, std::optional<Facts> known, const Claim& claim,
                     const backend::Account& account);

  std::vector<Link> links_;
  backend::KnownUsers& mailboxes_;
  std::string domain_;
};

/// Whether `sent`, the domain of a login as phones write it, means `domain`: whole, or its first
/// label (`EXAMPLE\ann`). Case does not matter.
bool is_domain(std::string_view sent, std::string_view domain);

}  // namespace godwit::auth
