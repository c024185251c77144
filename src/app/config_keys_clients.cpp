#include <algorithm>
#include <array>

#include "app/config_row.hpp"

namespace godwit::app::config_row {
namespace {

using A = C::Autodiscover;
using O = C::Console;
using N = C::SignIn;
using E = C::PushSource;
using R = C::Access;
using G = C::DeviceRule;
using U = C::UserSync;

constexpr auto table = std::to_array<Key>({
    text<&C::user_sync, &U::filter>(
        "user_sync", "filter", "\"(&(objectClass=inetOrgPerson)(mail=*))\"",
        "Who shall be a user of the embedded store: `godwit user sync` asks the servers of "
        "[directory], whatever its kind. Empty: people with a mail address, as the preset knows "
        "them."),
    text<&C::user_sync, &U::ignore>(
        "user_sync", "ignore", "\"(description=leaving)\"",
        "Those of them who are left alone: neither made, changed nor removed."),
    text<&C::user_sync, &U::login>(
        "user_sync", "login", "\"uid\"",
        "The attribute that names the mailbox. A value without @ is in the first of local.domains; "
        "who is in none of them is left alone."),
    text<&C::user_sync, &U::aliases>(
        "user_sync", "aliases", "[\"mailAlternateAddress\"]",
        "Attributes with further addresses; `smtp:` before one is taken off. Addresses of other "
        "domains are passed over. Empty: mail and, of Active Directory, proxyAddresses."),
    text<&C::user_sync, &U::attributes>(
        "user_sync", "attributes", "[\"title=personalTitle\", \"office=roomNumber\"]",
        "Which attribute a field of the address list is; the others are as the preset knows them. "
        "Fields: those of `godwit user set`, display_name for one."),
    flag<&C::user_sync, &U::photos>("user_sync", "photos", "Pictures come from the directory."),
    flag<&C::user_sync, &U::certificates>("user_sync", "certificates",
                                          "Certificates come from the directory."),
    text<&C::user_sync, &U::keep>(
        "user_sync", "keep", "[\"postmaster@example.org\"]",
        "Users who are none of the directory's, whatever it says: they are neither changed, "
        "adopted nor removed."),
    flag<&C::user_sync, &U::remove>(
        "user_sync", "remove",
        "Users who came from the directory and whom it no longer has are removed, with all their "
        "mail. Otherwise they are named and stay. Who was added by hand is never removed."),
    number<&C::user_sync, &U::removed_percent_max>(
        "user_sync", "removed_percent_max", {0, 100},
        "Where more than this part of the users who came from the directory, and more than one, "
        "would go, nobody is removed; nor where all of several would."),
    number<&C::user_sync, &U::users_max>(
        "user_sync", "users_max", {1, 100'000},
        "People whom the directory may have; with more, nothing is changed."),

    path<&C::clients, &C::Clients::profiles_file>(
        "clients", "profiles_file", "\"/etc/godwit/clients.toml\"",
        "A file with profiles of clients that do things their own way; `godwit profile example` "
        "prints those that come with Godwit. One of the same name takes the place of theirs.",
        true),

    flag<&C::autodiscover, &A::enabled>(
        "autodiscover", "enabled",
        "Whether clients that look for a server by a mail address get an answer.", true),
    text<&C::autodiscover, &A::domains>(
        "autodiscover", "domains", "[\"example.org\", \"example.com\"]",
        "Mail domains that are answered for; all others are refused, whoever asks. Empty: "
        "local.domains or, in front of an IMAP server, imap.domain. What differs for one stands in "
        "[autodiscover.domain.\"example.com\"], by these keys.",
        true),
    text<&C::autodiscover, &A::url>(
        "autodiscover", "url", "\"https://mail.example.org/Microsoft-Server-ActiveSync\"",
        "Where phones find ActiveSync. Empty: at the host that they asked, where that is "
        "server.hostname, one of the domains or a name within one; else at server.hostname.",
        true),
    text<&C::autodiscover, &A::culture>("autodiscover", "culture", {},
                                        "Language and country told to phones: en:us.", true),
    text<&C::autodiscover, &A::redirect>(
        "autodiscover", "redirect", "\"example.net\"",
        "Clients shall ask about the same name at this domain, or about this address, instead.",
        true),
    text<&C::autodiscover, &A::redirect_url>(
        "autodiscover", "redirect_url",
        "\"https://autodiscover.example.net/autodiscover/autodiscover.xml\"",
        "Clients shall ask there instead, about the same address.", true),
    text<&C::autodiscover, &A::name>("autodiscover", "name", "\"Example Mail\"",
                                     "What people are shown as the service's name. Empty: the "
                                     "domain.",
                                     true),
    text<&C::autodiscover, &A::imap_host>(
        "autodiscover", "imap_host", "\"imap.example.org\"",
        "The IMAP server that mail programs are told (Outlook, Thunderbird). Empty: none.", true),
    number<&C::autodiscover, &A::imap_port>("autodiscover", "imap_port", {1, 65'535}, "Its port.",
                                            true),
    choice<&C::autodiscover, &A::imap_tls>("autodiscover", "imap_tls", "tls|starttls",
                                           "How mail programs protect the connection.", true),
    text<&C::autodiscover, &A::smtp_host>(
        "autodiscover", "smtp_host", "\"smtp.example.org\"",
        "The server for outgoing mail that mail programs are told. Empty: none.", true),
    number<&C::autodiscover, &A::smtp_port>("autodiscover", "smtp_port", {1, 65'535}, "Its port.",
                                            true),
    choice<&C::autodiscover, &A::smtp_tls>("autodiscover", "smtp_tls", "tls|starttls",
                                           "How mail programs protect the connection.", true),
    choice<&C::autodiscover, &A::login>("autodiscover", "login", "address|name",
                                        "What mail programs sign in with: the address, or what "
                                        "stands before the @ in it.",
                                        true),
    text<&C::autodiscover, &A::enrolment_url>(
        "autodiscover", "enrolment_url", "\"https://ca.example.org/certsrv\"",
        "Where phones may get a client certificate. Empty: nowhere.", true),
    text<&C::autodiscover, &A::enrolment_template>(
        "autodiscover", "enrolment_template", "\"MobileUser\"",
        "The certificate template to ask for there.", true),
    path<&C::autodiscover, &A::profile_certificate>(
        "autodiscover", "profile_certificate", "\"/etc/godwit/fullchain.pem\"",
        "Signs the profiles that iPhones install: a certificate chain (PEM). Empty: unsigned.",
        true),
    path<&C::autodiscover, &A::profile_key>("autodiscover", "profile_key",
                                            "\"/etc/godwit/privkey.pem\"", "Its key (PEM).", true),

    number<&C::push, &C::Push::heartbeat_seconds_min>("push", "heartbeat_seconds_min", {1, 3540},
                                                      "Shortest time a phone may wait.", true),
    number<&C::push, &C::Push::heartbeat_seconds_max>(
        "push", "heartbeat_seconds_max", {60, 3540},
        "Longest time a phone may wait; firewalls between may allow less.", true),
    number<&C::push, &C::Push::folders_max>("push", "folders_max", {1, 10'000},
                                            "Folders one Ping may watch.", true),
    number<&C::push, &C::Push::other_changes_seconds>(
        "push", "other_changes_seconds", {0, day},
        "Flags and removals made elsewhere wake a phone at most this often; 0 = never."),
    number<&C::push, &C::Push::grace_seconds>(
        "push", "grace_seconds", {0, day},
        "How long a user is watched after the last phone stopped waiting.", true),
    text<&C::push, &C::Push::events_path>(
        "push", "events_path", {},
        "Where a [[push_source]] tells of changed mailboxes, on the addresses of phones."),

    text<&C::push_source_entry, &E::name>(
        "push_source", "name", "\"dovecot\"",
        "What it is called in the log, and its user name where it signs in by Basic."),
    path<&C::push_source_entry, &E::secret_file>(
        "push_source", "secret_file", "\"/etc/godwit/push.secret\"",
        "A file whose first line, of 16 characters or more, the source must know: as Bearer token, "
        "as password of its name (Basic), or as key of X-Hub-Signature-256."),
    text<&C::push_source_entry, &E::networks>(
        "push_source", "networks", "[\"127.0.0.0/8\", \"192.0.2.25\"]", "Where it may speak from."),
    text<&C::push_source_entry, &E::domains>(
        "push_source", "domains", "[\"example.org\"]",
        "The domains whose users it tells of; empty: all. Where it names users without a domain, "
        "or phones do, these are tried."),
    choice<&C::push_source_entry, &E::covers>(
        "push_source", "covers", "all|inbox",
        "What it tells: every change in all folders, or new mail in INBOX alone; then the other "
        "folders are looked at as imap.sweep_seconds says."),
    flag<&C::push_source_entry, &E::secret_in_url>(
        "push_source", "secret_in_url",
        "The secret may be the parameter key of the address, for sources that can send no header; "
        "logs of proxies may show it."),
    number<&C::push_source_entry, &E::events_per_second_max>(
        "push_source", "events_per_second_max", {1, 1'000'000},
        "More events on average, over ten seconds, are answered 429 and found by the sweep."),
    number<&C::push_source_entry, &E::sweep_minutes>(
        "push_source", "sweep_minutes", {1, 1440},
        "Each mailbox is looked at so often, to find what was not told."),
    number<&C::push_source_entry, &E::quiet_minutes>(
        "push_source", "quiet_minutes", {0, 10'080},
        "A source that is silent for so long is taken for broken until it speaks again: mailboxes "
        "are looked at as imap.sweep_seconds says, or watched by connections; 0 = never."),

    number<&C::auth, &C::Auth::cache_minutes>(
        "auth", "cache_minutes", {0, 1440},
        "How long a good sign-in is remembered (a keyed hash, in memory); 0 = not at all.", true),
    number<&C::auth, &C::Auth::failures_max>(
        "auth", "failures_max", {1, 10'000},
        "Wrong passwords per user and address before 503 with Retry-After.", true),
    number<&C::auth, &C::Auth::failure_minutes>("auth", "failure_minutes", {1, 1440},
                                                "How long failures are counted.", true),
    number<&C::auth, &C::Auth::failure_delay_milliseconds>(
        "auth", "failure_delay_milliseconds", {0, 10'000}, "A refusal is answered this late.",
        true),
    number<&C::auth, &C::Auth::hash_memory_megabytes>(
        "auth", "hash_memory_megabytes", {64, 65'536},
        "Memory that argon2id may use for all sign-ins at a time."),
    text<&C::auth, &C::Auth::unlimited_networks>(
        "auth", "unlimited_networks", "[\"192.0.2.0/24\", \"2001:db8::/32\"]",
        "Wrong passwords from there are neither counted nor delayed: a proxy that hides addresses, "
        "a monitor.",
        true),
    flag<&C::auth, &C::Auth::certificate_required>(
        "auth", "certificate_required",
        "A device must show a certificate that a [[sign_in]] of the kind certificate takes, "
        "besides "
        "its password, token or ticket, and of the same user. Pages for people are not concerned.",
        true),

    choice<&C::sign_in_entry, &N::kind>(
        "sign_in", "kind", "mailbox|ldap|pam|app-password|oauth|certificate|kerberos",
        "Who checks passwords: the mailboxes themselves (embedded users, or a login at the IMAP "
        "server), LDAP servers, PAM, or `godwit app-password`; or, oauth, whose bearer tokens are "
        "taken; certificate, whose signatures under certificates of TLS clients; kerberos, whose "
        "tickets. They are asked in the order of the file until one says yes; no [[sign_in]] at "
        "all "
        "is mailbox alone."),
    text<&C::sign_in_entry, &N::domains>("sign_in", "domains", "[\"example.org\"]",
                                         "Whose users it is asked about. Empty: everybody's."),
    text<&C::sign_in_entry, &N::servers>(
        "sign_in", "servers", "[\"ldap://ldap1.example.org\", \"ldaps://ldap2.example.org\"]",
        "ldap: the servers; when one does not answer, the next is asked."),
    choice<&C::sign_in_entry, &N::tls>(
        "sign_in", "tls", "starttls|none",
        "ldap: how ldap: connections are protected; ldaps: always is TLS."),
    path<&C::sign_in_entry, &N::ca_file>(
        "sign_in", "ca_file", "\"/etc/ssl/certs/ca-certificates.crt\"",
        "ldap, oauth: who may sign their certificates (PEM); empty: the system's list. "
        "certificate: who may sign those of phones; must be set."),
    flag<&C::sign_in_entry, &N::verify>(
        "sign_in", "verify", "ldap: whether certificates must be valid and for their host."),
    text<&C::sign_in_entry, &N::bind_dn>("sign_in", "bind_dn", "\"uid=godwit,dc=example,dc=org\"",
                                         "ldap: the account that searches. Empty: anonymous."),
    path<&C::sign_in_entry, &N::password_file>("sign_in", "password_file",
                                               "\"/etc/godwit/ldap.password\"",
                                               "ldap: file with that account's password."),
    text<&C::sign_in_entry, &N::base>("sign_in", "base", "\"dc=example,dc=org\"",
                                      "ldap: where users and groups are."),
    choice<&C::sign_in_entry, &N::preset>("sign_in", "preset", "openldap|active-directory",
                                          "ldap: what users and nested groups look like there."),
    text<&C::sign_in_entry, &N::dn>(
        "sign_in", "dn", "\"uid={name},ou=people,dc=example,dc=org\"",
        "ldap: the user's DN; {login} is what the phone sends, {name} and {domain} its parts. "
        "Empty: the user is searched for."),
    text<&C::sign_in_entry, &N::filter>(
        "sign_in", "filter", "\"(&(objectClass=person)(mail={login}))\"",
        "ldap: whom the search finds. Empty: by uid or mail, in Active Directory by "
        "sAMAccountName, userPrincipalName or mail."),
    text<&C::sign_in_entry, &N::account>(
        "sign_in", "account", "\"uid\"",
        "ldap: the attribute that names the user's mailbox. Empty: mail; with dn: the login as it "
        "was sent."),
    text<&C::sign_in_entry, &N::groups>(
        "sign_in", "groups", "[\"cn=phones,ou=groups,dc=example,dc=org\"]",
        "ldap: only members of one of these, directly or by other groups, are asked about. Empty: "
        "everybody."),
    text<&C::sign_in_entry, &N::group_base>("sign_in", "group_base",
                                            "\"ou=groups,dc=example,dc=org\"",
                                            "ldap: where groups are. Empty: below base."),
    number<&C::sign_in_entry, &N::query_seconds>(
        "sign_in", "query_seconds", {1, 60},
        "ldap: a server must answer within this; oauth: the issuer, with "
        "all that is asked for its keys."),
    number<&C::sign_in_entry, &N::check_seconds>(
        "sign_in", "check_seconds", {1, 300}, "pam, kerberos: a check must be over within this."),
    number<&C::sign_in_entry, &N::connections>(
        "sign_in", "connections", {1, 100},
        "ldap: connections at a time; pam, kerberos: sign-ins at a time."),
    text<&C::sign_in_entry, &N::service>("sign_in", "service", {},
                                         "pam: the service, a file in /etc/pam.d."),
    choice<&C::sign_in_entry, &N::user>("sign_in", "user", "name|login",
                                        "pam: the user is the part before @, or the whole login."),
    text<&C::sign_in_entry, &N::issuer>(
        "sign_in", "issuer", "\"https://id.example.org/realms/staff\"",
        "oauth: who issues the tokens: an https: URL, byte by byte as they name it (iss). Its keys "
        "are found by OpenID Connect Discovery or RFC 8414."),
    text<&C::sign_in_entry, &N::audience>(
        "sign_in", "audience", "\"godwit\"",
        "oauth: what tokens for this server have among their aud; all others are refused."),
    text<&C::sign_in_entry, &N::user_claim>(
        "sign_in", "user_claim", {},
        "oauth: the claim that names the user's mailbox. Nobody may be able to choose it for "
        "himself; addresses that email_verified doubts are refused."),
    text<&C::sign_in_entry, &N::scope>(
        "sign_in", "scope", "\"mail.sync\"",
        "oauth: a scope that tokens must have (scope or scp). Empty: none."),
    number<&C::sign_in_entry, &N::skew_seconds>(
        "sign_in", "skew_seconds", {0, 300},
        "oauth: how far the clocks of issuer and server may differ."),
    path<&C::sign_in_entry, &N::revocation_lists>(
        "sign_in", "revocation_lists", "[\"/etc/godwit/phones.crl\"]",
        "certificate: the authorities' lists of what they revoked (PEM or DER), files or folders, "
        "of every authority. Out of date, nobody gets in. Empty: nothing is looked up."),
    choice<&C::sign_in_entry, &N::certificate_name>(
        "sign_in", "certificate_name", "email|upn|common-name",
        "certificate: which name in it is the login: the mail address or the user principal name "
        "in subjectAltName, or the subject's common name. A certificate with several is refused."),
    path<&C::sign_in_entry, &N::keytab>(
        "sign_in", "keytab", "\"/etc/godwit/http.keytab\"",
        "kerberos: the file with the keys of HTTP/HOST, HOST as phones and browsers write it."),
    text<&C::sign_in_entry, &N::principal>(
        "sign_in", "principal", "\"HTTP/mail.example.org@EXAMPLE.ORG\"",
        "kerberos: what tickets must be for. Empty: any principal of the keytab."),
    text<&C::sign_in_entry, &N::realm>("sign_in", "realm", "\"EXAMPLE.ORG\"",
                                       "kerberos: whose users they are. Others are refused."),
    text<&C::sign_in_entry, &N::domain>(
        "sign_in", "domain", "\"example.org\"",
        "kerberos: the domain of their mailboxes. Empty: the realm in lower case."),

    text<&C::access_entry, &R::name>("access", "name", "\"interns see no calendars\"",
                                     "What the log calls the rule."),
    text<&C::access_entry, &R::users>("access", "users", "[\"ann@example.org\"]",
                                      "Whom it is about: these users, members of these groups, "
                                      "users of these domains, or who has "
                                      "one of these attributes. All four empty: everybody."),
    text<&C::access_entry, &R::groups>(
        "access", "groups", "[\"interns\", \"cn=staff,ou=groups,dc=example,dc=org\"]",
        "Groups: by mail address those of the address list, by DN or common name those of the "
        "directory of an ldap [[sign_in]]."),
    text<&C::access_entry, &R::domains>("access", "domains", "[\"example.org\"]", "Mail domains."),
    text<&C::access_entry, &R::attributes>(
        "access", "attributes", "[\"employeeType=intern\"]",
        "Attributes of the user's entry in that directory, each with a value."),
    text<&C::access_entry, &R::allow>(
        "access", "allow", "[\"mail\", \"calendar\"]",
        "What they may see: mail, calendar, contacts, tasks, notes, directory, or all. Of several "
        "rules the first that fits and names a class decides; what none names is allowed."),
    text<&C::access_entry, &R::deny>("access", "deny", "[\"all\"]",
                                     "What they may not see. Who may see nothing is answered 403."),

    choice<&C::devices, &C::Devices::otherwise>(
        "devices", "otherwise", "allow|block|quarantine",
        "What becomes of a device that no [[device_rule]] names: quarantine shows it one mail that "
        "explains, until an administrator has decided.",
        true),
    number<&C::devices, &C::Devices::per_user_max>(
        "devices", "per_user_max", {0, 1000}, "Devices that one user may have; 0 = any number.",
        true),
    text<&C::devices, &C::Devices::admins>(
        "devices", "admins", "[\"postmaster@example.org\"]",
        "Who gets a mail about a device that waits for a decision.", true),
    flag<&C::devices, &C::Devices::tell_users>("devices", "tell_users",
                                               "Tell the user, too, by mail.", true),

    text<&C::device_rule_entry, &G::name>("device_rule", "name", "\"too old\"",
                                          "What the log calls the rule.", true),
    text<&C::device_rule_entry, &G::action>(
        "device_rule", "action", "\"block\"",
        "allow, block or quarantine. The first rule counts of which all conditions hold; of a "
        "list, one entry is enough.",
        true),
    text<&C::device_rule_entry, &G::types>(
        "device_rule", "types", "[\"iP*\", \"Android\"]",
        "As phones call themselves; * stands for any characters, letter case does not count.",
        true),
    text<&C::device_rule_entry, &G::models>("device_rule", "models", "[\"iPhone6*\"]",
                                            "Patterns, as types.", true),
    text<&C::device_rule_entry, &G::os>("device_rule", "os", "[\"iOS 12*\"]", "Patterns, as types.",
                                        true),
    text<&C::device_rule_entry, &G::agents>("device_rule", "agents", "[\"Outlook-iOS-Android/*\"]",
                                            "Patterns for the User-Agent, as types.", true),
    text<&C::device_rule_entry, &G::versions>("device_rule", "versions", "[\"12.*\"]",
                                              "Patterns for the protocol's version, as types.",
                                              true),
    text<&C::device_rule_entry, &G::users>(
        "device_rule", "users", "[\"ann@example.org\"]",
        "Whose devices: of these users, members of these groups, users of these domains. All three "
        "empty: everybody's.",
        true),
    text<&C::device_rule_entry, &G::groups>("device_rule", "groups", "[\"sales@example.org\"]",
                                            "Groups, as in [[access]].", true),
    text<&C::device_rule_entry, &G::domains>("device_rule", "domains", "[\"example.org\"]",
                                             "Mail domains.", true),
    text<&C::device_rule_entry, &G::networks>("device_rule", "networks",
                                              "[\"192.0.2.0/24\", \"2001:db8::/32\"]",
                                              "Where the phone's address lies.", true),
    text<&C::device_rule_entry, &G::until>(
        "device_rule", "until", "\"2026-12-31\"",
        "The day (UTC) from which on it counts no more. Empty: it always counts.", true),

    flag<&C::console, &O::enabled>("console", "enabled",
                                   "Serve pages for people at /godwit/, where users manage their "
                                   "devices, app passwords and automatic answers. Needs HTTPS.",
                                   true),
    number<&C::console, &O::idle_minutes>("console", "idle_minutes", {1, 24 * 60},
                                          "Who does nothing for so long has to sign in again.",
                                          true),
    number<&C::console, &O::session_hours>("console", "session_hours", {1, 24 * 30},
                                           "Likewise, so long after the sign-in.", true),
    text<&C::console, &O::admins>("console", "admins", "[\"postmaster@example.org\"]",
                                  "Who administers all devices there, besides admin_groups. Both "
                                  "empty: nobody.",
                                  true),
    text<&C::console, &O::admin_groups>("console", "admin_groups", "[\"it@example.org\"]",
                                        "Groups, as in [[access]].", true),

    number<&C::audit, &C::Audit::keep_days>(
        "audit", "keep_days", {0, 36'500},
        "Entries of the audit log that are older are removed; 0 = never.", true),

    choice<&C::policy, &C::Policy::mode>(
        "policy", "mode", "off|loose|strict",
        "off: nothing is asked of phones; loose: those that provision are held to the policy; "
        "strict: nothing without the acknowledged policy.",
        true),
    flag<&C::policy, &C::Policy::accept_partial>(
        "policy", "accept_partial", "Let a phone in that could apply the policy in part only.",
        true),
    flag<&C::policy, &C::Policy::accept_external>(
        "policy", "accept_external", "Let a phone in that says that somebody else manages it.",
        true),
});
static_assert(std::ranges::all_of(table, documented));

}  // namespace

std::span<const Key> keys_of_clients() { return table; }

}  // namespace godwit::app::config_row
