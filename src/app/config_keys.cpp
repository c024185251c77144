#include <algorithm>
#include <array>
#include <vector>

#include "app/config_row.hpp"
#include "app/log_settings.hpp"

namespace godwit::app {
namespace {

using namespace config_row;

using S = C::Server;
using H = C::Http;
using I = C::Imap;
using M = C::Submission;
using D = C::Directory;
using V = C::Dav;
using Z = C::Sieve;

constexpr auto table = std::to_array<Key>({
    text<&C::server, &S::hostname>(
        "server", "hostname", "\"mail.example.org\"",
        "The name this server has to others: greetings, Message-ID, the page for people. "
        "Empty: the machine's own."),
    path<&C::server, &S::control_socket>(
        "server", "control_socket", {},
        "Unix socket on which the godwit command talks to the daemon; only its owner may."),
    path<&C::server, &S::state_directory>(
        "server", "state_directory", {},
        "Where the embedded store, spools and the queue of outgoing mail live."),
    choice<&C::server, &S::log_level>("server", "log_level", "debug|info|warning|error",
                                      "What is worth a line in the log.", true),
    checked<&C::server, &S::log_levels>(
        "server", "log_levels", "[\"imap debug\", \"request warning\"]",
        "Loggers that show more or less than log_level, each with its level. A reload ends what "
        "`godwit log level` set.",
        &check_log_levels, true),
    choice<&C::server, &S::log_format>("server", "log_format", "text|json|journal",
                                       "How log lines look on standard error. \"journal\": they go "
                                       "to systemd's journal, with their fields; so do those of "
                                       "\"text\" where standard error ends there."),
    choice<&C::server, &S::language>(
        "server", "language", "en|de|fr",
        "What people are written to in: mails about devices and undeliverable mail, answers to "
        "invitations, the page that browsers are shown. A phone or browser that says which "
        "language it speaks is answered in that; where a phone says none, an LDAP directory "
        "([directory]) is asked for the user's."),
    number<&C::server, &S::drain_seconds>(
        "server", "drain_seconds", {0, 600},
        "A stop answers waiting phones over so many seconds, so that they do not all come back "
        "at once.",
        true),

    text<&C::http, &H::listen>(
        "http", "listen", {},
        "Addresses for HTTP without TLS, as address:port or [IPv6]:port. Phones send passwords: "
        "only behind a proxy that ends TLS."),
    text<&C::http, &H::listen_tls>("http", "listen_tls", "[\"[::]:443\", \"0.0.0.0:443\"]",
                                   "Addresses for HTTPS."),
    path<&C::http, &H::certificates>(
        "http", "certificates", "[\"/etc/godwit/fullchain.pem\"]",
        "Certificate chains (PEM). The name a phone asks for picks among them; the first is for "
        "all others.",
        true),
    path<&C::http, &H::keys>("http", "keys", "[\"/etc/godwit/privkey.pem\"]",
                             "Their private keys (PEM), in the same order.", true),
    text<&C::http, &H::paths>("http", "paths", {}, "The paths at which phones find ActiveSync.",
                              true),
    text<&C::http, &H::trusted_proxies>(
        "http", "trusted_proxies", "[\"127.0.0.1\", \"192.0.2.0/24\"]",
        "Addresses or networks whose X-Forwarded-For, X-Forwarded-Proto and PROXY "
        "header are believed.",
        true),
    flag<&C::http, &H::proxy_protocol>(
        "http", "proxy_protocol",
        "Connections from trusted proxies begin with a PROXY protocol header, version 1 or 2."),
    text<&C::http, &H::certificate_header>(
        "http", "certificate_header", "\"Client-Cert\"",
        "The header in which trusted proxies hand on the certificate that a phone showed them. A "
        "proxy must set or remove it in every request: it is believed. Empty: there is none.",
        true),
    number<&C::http, &H::connections_max>("http", "connections_max", {1, 10'000'000},
                                          "More connections than this are refused at once.", true),
    number<&C::http, &H::handshake_seconds>(
        "http", "handshake_seconds", {1, 600},
        "PROXY header and TLS handshake must be over within this time.", true),
    number<&C::http, &H::head_seconds>("http", "head_seconds", {1, 600},
                                       "A request's head must arrive within this time.", true),
    number<&C::http, &H::body_seconds>(
        "http", "body_seconds", {1, 600},
        "A body may take so long, and what body_bytes_per_second_min allows for its length.", true),
    number<&C::http, &H::body_bytes_per_second_min>(
        "http", "body_bytes_per_second_min", {1, 1'000'000},
        "A body that arrives slower on average is given up with 408.", true),
    number<&C::http, &H::idle_seconds>("http", "idle_seconds", {1, day},
                                       "A connection without a request is closed after this.",
                                       true),
    number<&C::http, &H::memory_bytes_max>(
        "http", "memory_bytes_max", {16 * 1024, 64 * 1024 * 1024},
        "Bodies above this go to a file below state_directory instead of memory."),

    choice<&C::store, &C::Store::kind>(
        "store", "kind", "sqlite|postgres",
        "Where devices and their state are kept: embedded, or in PostgreSQL 15 or newer."),
    text<&C::store, &C::Store::postgres_url>("store", "postgres_url",
                                             "\"host=db.example.org dbname=godwit user=godwit\"",
                                             "libpq connection string, without the password."),
    path<&C::store, &C::Store::postgres_password_file>("store", "postgres_password_file",
                                                       "\"/etc/godwit/postgres.password\"",
                                                       "File with the password for PostgreSQL."),
    number<&C::store, &C::Store::connections>("store", "connections", {1, 100},
                                              "Connections to PostgreSQL, or readers of SQLite."),

    choice<&C::backend, &C::Backend::kind>(
        "backend", "kind", "local|imap",
        "Whose mail it is: our own mailboxes, or those of an IMAP server."),

    text<&C::local, &C::Local::domains>(
        "local", "domains", {},
        "Mail domains of the embedded store. The first completes logins without a domain."),
    number<&C::local, &C::Local::quota_megabytes>(
        "local", "quota_megabytes", {0, 1LL << 40U},
        "Quota of users who have none of their own; 0 = no limit."),
    text<&C::local, &C::Local::shared>(
        "local", "shared", "[\"*/Team\", \"info@example.org/*\"]",
        "What of other users' phones see, as far as it is shared with their users (`godwit user "
        "share`): [\"all\"], [\"none\"], or a list of owner/path, * for any characters."),

    text<&C::metrics, &C::Metrics::listen>("metrics", "listen", "[\"127.0.0.1:9465\"]",
                                           "Addresses on which Prometheus reads /metrics, and "
                                           "others /healthz and /readyz. Whoever can "
                                           "connect may read: only where monitoring alone can."),

    text<&C::lmtp, &C::Lmtp::listen>(
        "lmtp", "listen", "[\"127.0.0.1:24\"]",
        "Addresses on which mail for the embedded store comes in. LMTP knows no sign-in: only "
        "where the mail server alone can connect."),
    number<&C::lmtp, &C::Lmtp::recipients_max>("lmtp", "recipients_max", {1, 10'000},
                                               "Recipients of one mail; more get 452.", true),
    number<&C::lmtp, &C::Lmtp::connections_max>("lmtp", "connections_max", {1, 10'000},
                                                "Connections at a time; more get 421.", true),
    number<&C::lmtp, &C::Lmtp::command_seconds>("lmtp", "command_seconds", {10, 3600},
                                                "Longest silence of the mail server.", true),
    number<&C::lmtp, &C::Lmtp::mail_seconds>("lmtp", "mail_seconds", {60, 86'400},
                                             "One mail must have arrived within this.", true),

    text<&C::imap, &I::host>("imap", "host", "\"imap.example.org\"", "The IMAP server."),
    number<&C::imap, &I::port>("imap", "port", {1, 65'535}, "Its port."),
    choice<&C::imap, &I::tls>("imap", "tls", "starttls|tls|none",
                              "How the connection is protected."),
    path<&C::imap, &I::ca_file>("imap", "ca_file", "\"/etc/ssl/certs/ca-certificates.crt\"",
                                "Who may sign its certificate (PEM). Empty: the system's list."),
    flag<&C::imap, &I::verify>("imap", "verify",
                               "Whether the certificate must be valid and for this host."),
    choice<&C::imap, &I::login>(
        "imap", "login", "as-given|without-domain|with-domain",
        "What the server expects as user name: what the phone sends, the part before @, or "
        "user@domain."),
    text<&C::imap, &I::domain>("imap", "domain", "\"example.org\"",
                               "Mail domain of users who sign in without one."),
    choice<&C::imap, &I::sign_in>(
        "imap", "sign_in", "user|master",
        "Sign in as the user whose mail it is, or with one account in the user's name: then others "
        "than the IMAP server may check passwords ([[sign_in]])."),
    text<&C::imap, &I::user>("imap", "user", "\"godwit\"", "That account's name."),
    path<&C::imap, &I::password_file>("imap", "password_file", "\"/etc/godwit/imap.password\"",
                                      "File with that account's password."),
    text<&C::imap, &I::master_separator>(
        "imap", "master_separator", "\"*\"",
        "The account signs in as user, this and its own name: Dovecot's "
        "auth_master_user_separator. "
        "Empty: by SASL PLAIN in the user's name, which Dovecot and Cyrus know, too."),
    flag<&C::imap, &I::subscribed_only>(
        "imap", "subscribed_only",
        "Show subscribed folders only; creating one that exists subscribes it."),
    text<&C::imap, &I::shared>(
        "imap", "shared", "[\"Public/*\", \"shared/info/INBOX\"]",
        "Folders of other users, and shared ones, that phones see as far as their users may read "
        "them: [\"subscribed\"], [\"all\"], [\"none\"], or a list of paths, * for any characters."),
    number<&C::imap, &I::connections_per_user_max>("imap", "connections_per_user_max", {2, 100},
                                                   "Connections for one user at a time."),
    number<&C::imap, &I::notify_connections_max>(
        "imap", "notify_connections_max", {0, 1'000'000},
        "Connections that wait for changes (NOTIFY or IDLE); users beyond are swept."),
    number<&C::imap, &I::unused_seconds>("imap", "unused_seconds", {1, 1740},
                                         "A connection that nobody used for so long is closed."),
    number<&C::imap, &I::idle_minutes>(
        "imap", "idle_minutes", {1, 29},
        "IDLE is begun anew so often; less where something between forgets silent connections."),
    number<&C::imap, &I::command_seconds>("imap", "command_seconds", {1, 600},
                                          "The server must answer within this."),
    number<&C::imap, &I::connect_seconds>("imap", "connect_seconds", {1, 120},
                                          "A connection must be there within this."),
    number<&C::imap, &I::sweep_seconds>("imap", "sweep_seconds", {5, 3600},
                                        "Folders that the server tells nothing about are looked at "
                                        "so often while a phone waits; up "
                                        "to four times more seldom while nothing changes."),
    text<&C::imap, &I::sent>("imap", "sent", "[\"Sent\"]",
                             "Names of the folder for sent mail, where the server marks none."),
    text<&C::imap, &I::drafts>("imap", "drafts", "[\"Drafts\"]", "The same for drafts."),
    text<&C::imap, &I::trash>("imap", "trash", "[\"Trash\"]", "The same for deleted mail."),
    text<&C::imap, &I::junk>("imap", "junk", "[\"Junk\"]", "The same for junk."),
    text<&C::imap, &I::archive>("imap", "archive", "[\"Archive\"]", "The same for the archive."),
    choice<&C::imap, &I::notes>("imap", "notes", "auto|dav|imap|off",
                                "Where notes are. auto: on the DAV server, else in the mailbox."),
    text<&C::imap, &I::notes_folder>("imap", "notes_folder", {}, "Their folder in the mailbox."),

    text<&C::sieve, &Z::host>(
        "sieve", "host", "\"imap.example.org\"",
        "In front of an IMAP server: the ManageSieve server (RFC 5804) whose scripts answer for "
        "those out of office. Empty: phones cannot set it."),
    number<&C::sieve, &Z::port>("sieve", "port", {1, 65'535}, "Its port."),
    choice<&C::sieve, &Z::tls>("sieve", "tls", "starttls|tls|none",
                               "How the connection is protected."),
    path<&C::sieve, &Z::ca_file>("sieve", "ca_file", "\"/etc/ssl/certs/ca-certificates.crt\"",
                                 "Who may sign its certificate (PEM). Empty: the system's list."),
    flag<&C::sieve, &Z::verify>("sieve", "verify",
                                "Whether the certificate must be valid and for this host."),
    choice<&C::sieve, &Z::sign_in>(
        "sieve", "sign_in", "user|master",
        "Sign in as the user whose scripts they are, or with one account in their name."),
    text<&C::sieve, &Z::user>("sieve", "user", "\"godwit\"", "That account's name."),
    path<&C::sieve, &Z::password_file>("sieve", "password_file", "\"/etc/godwit/sieve.password\"",
                                       "File with that account's password."),
    text<&C::sieve, &Z::domains>(
        "sieve", "domains", "[\"example.org\", \"example.com\"]",
        "Mail domains whose senders get the internal answer. Empty: the domain of the user's own "
        "address."),
    number<&C::sieve, &Z::connect_seconds>("sieve", "connect_seconds", {1, 120},
                                           "A connection must be there within this."),
    number<&C::sieve, &Z::command_seconds>("sieve", "command_seconds", {1, 600},
                                           "The server must answer within this."),

    text<&C::dav, &V::url>(
        "dav", "url", "\"https://dav.example.org/\"",
        "CalDAV and CardDAV server for contacts, calendars, tasks and notes. With a path of its "
        "own the search for a user's collections begins there, else at /.well-known."),
    text<&C::dav, &V::domain>(
        "dav", "domain", "\"{domain}\"",
        "Instead of url: the domain whose SRV records (_caldavs, _carddavs) name the servers."),
    text<&C::dav, &V::calendars>(
        "dav", "calendars", "\"/calendars/{name}/\"",
        "Path of a user's calendars, where the server does not tell it. {login} is what the user "
        "signs in with, {name} and {domain} its parts."),
    text<&C::dav, &V::contacts>("dav", "contacts", "\"/contacts/{name}/\"",
                                "The same for address books."),
    text<&C::dav, &V::user>("dav", "user", {}, "Whom the server knows the user as."),
    path<&C::dav, &V::password_file>(
        "dav", "password_file", "\"/etc/godwit/dav.password\"",
        "File with one password for all users, where the server trusts this host. Empty: each "
        "user's own."),
    text<&C::dav, &V::shared>(
        "dav", "shared", "[\"/team/*\", \"/groups/{domain}/calendar/\"]",
        "Calendars, address books and task lists of other users that phones see, as far as their "
        "users may read them: [\"subscribed\"], those that the server shows among the user's own "
        "(accepted, subscribed or bound there); [\"all\"], those too of users who made this one "
        "their proxy; [\"none\"]; or a list of paths, * for any characters of the last part, "
        "{login}, {name} and {domain} as above."),
    flag<&C::dav, &V::create>(
        "dav", "create",
        "Make an address book, a calendar, or a list of tasks or notes for users who have none."),
    path<&C::dav, &V::ca_file>("dav", "ca_file", "\"/etc/ssl/certs/ca-certificates.crt\"",
                               "Who may sign its certificate (PEM). Empty: the system's list."),
    flag<&C::dav, &V::verify>("dav", "verify",
                              "Whether the certificate must be valid and for this host."),
    number<&C::dav, &V::connections>("dav", "connections", {1, 1000},
                                     "Connections to the server at a time, for all users."),
    number<&C::dav, &V::connect_seconds>("dav", "connect_seconds", {1, 120},
                                         "A connection must be there within this."),
    number<&C::dav, &V::request_seconds>("dav", "request_seconds", {1, 600},
                                         "The server must answer within this."),
    number<&C::dav, &V::interval_seconds>(
        "dav", "interval_seconds", {1, 3600},
        "While a phone waits, one look at all of its user's collections so often; above 50, "
        "changes may take longer than a minute to reach it."),

    choice<&C::directory, &D::kind>(
        "directory", "kind", "users|ldap",
        "Whom phones find by name: the users of the embedded store (nobody in front of an IMAP "
        "server), or the entries of an LDAP directory."),
    text<&C::directory, &D::servers>(
        "directory", "servers", "[\"ldap://ldap1.example.org\", \"ldaps://ldap2.example.org\"]",
        "LDAP servers; when one does not answer, the next is asked."),
    choice<&C::directory, &D::tls>("directory", "tls", "starttls|none",
                                   "How ldap: connections are protected; ldaps: always is TLS."),
    path<&C::directory, &D::ca_file>("directory", "ca_file",
                                     "\"/etc/ssl/certs/ca-certificates.crt\"",
                                     "Who may sign their certificates. Empty: the system's list."),
    flag<&C::directory, &D::verify>("directory", "verify",
                                    "Whether certificates must be valid and for their host."),
    text<&C::directory, &D::bind_dn>("directory", "bind_dn", "\"uid=godwit,dc=example,dc=org\"",
                                     "The account that reads the directory. Empty: anonymous."),
    path<&C::directory, &D::password_file>("directory", "password_file",
                                           "\"/etc/godwit/ldap.password\"",
                                           "File with that account's password."),
    text<&C::directory, &D::base>("directory", "base", "\"ou=people,dc=example,dc=org\"",
                                  "Where the list begins; all below it is looked at."),
    text<&C::directory, &D::more_bases>(
        "directory", "more_bases", "[\"ou=partners,dc=example,dc=org\"]",
        "Further sub-trees of the list; who is below several is there once."),
    choice<&C::directory, &D::preset>("directory", "preset", "openldap|active-directory",
                                      "What names, phones and pictures are called there."),
    text<&C::directory, &D::listed>(
        "directory", "listed", "\"(&(mail=*)(objectClass=inetOrgPerson))\"",
        "LDAP filter of who is in the list. Empty: the preset's, people and groups with mail."),
    text<&C::directory, &D::match>(
        "directory", "match", "\"(|(cn=%s*)(mail=%s*))\"",
        "LDAP filter of whom a word finds; %s stands for the word. Empty: the preset's."),
    number<&C::directory, &D::query_seconds>("directory", "query_seconds", {1, 60},
                                             "A server must answer a query within this, the whole "
                                             "list and groups within 12 times it; the next query "
                                             "goes to another server."),
    number<&C::directory, &D::entries_max>("directory", "entries_max", {100, 10'000},
                                           "Entries read for one query, before they are sorted."),
    number<&C::directory, &D::connections>("directory", "connections", {1, 100},
                                           "Connections to the directory at a time."),

    flag<&C::directory, &D::folder>(
        "directory", "folder",
        "Show the whole list, at most 10,000 entries, to every phone as one more address book, "
        "which can only be read."),
    text<&C::directory, &D::folder_name>("directory", "folder_name", "\"Directory\"",
                                         "What it is called."),
    number<&C::directory, &D::folder_minutes>("directory", "folder_minutes", {1, 1440},
                                              "How old the list in it may be."),

    path<&C::certificates, &C::Certificates::authorities>(
        "certificates", "authorities", "[\"/etc/godwit/mail-authority.pem\"]",
        "Who may sign the certificates of mail that phones ask about (ValidateCert): files in PEM, "
        "or folders of them. Empty: the system's list."),
    path<&C::certificates, &C::Certificates::revocation_lists>(
        "certificates", "revocation_lists", "[\"/etc/godwit/crl\"]",
        "What they revoked: CRL files in PEM or DER, or folders of them, read again when "
        "a file changes. Nothing is fetched."),

    text<&C::submission, &M::host>(
        "submission", "host", "\"smtp.example.org\"",
        "Where outgoing mail goes. Empty: only mail between users of the embedded store."),
    number<&C::submission, &M::port>("submission", "port", {1, 65'535}, "Its port."),
    choice<&C::submission, &M::tls>("submission", "tls", "starttls|tls|none",
                                    "How the connection is protected."),
    path<&C::submission, &M::ca_file>("submission", "ca_file",
                                      "\"/etc/ssl/certs/ca-certificates.crt\"",
                                      "Who may sign its certificate. Empty: the system's list."),
    flag<&C::submission, &M::verify>("submission", "verify",
                                     "Whether the certificate must be valid and for this host."),
    choice<&C::submission, &M::sign_in>(
        "submission", "sign_in", "user|fixed|master|none",
        "Sign in as the user who sends, with one fixed account, with that account in the name of "
        "the user (SASL PLAIN), or not at all."),
    text<&C::submission, &M::user>("submission", "user", "\"godwit\"", "The fixed account's name."),
    path<&C::submission, &M::password_file>("submission", "password_file",
                                            "\"/etc/godwit/submission.password\"",
                                            "File with the fixed account's password."),
    number<&C::submission, &M::connect_seconds>("submission", "connect_seconds", {1, 120},
                                                "A connection must be there within this."),
    number<&C::submission, &M::command_seconds>("submission", "command_seconds", {1, 600},
                                                "The server must answer within this."),
    number<&C::submission, &M::final_seconds>(
        "submission", "final_seconds", {1, 3600},
        "It may think about a whole mail for so long. What it took without an answer is sent "
        "again: too short a time makes doubles."),
    number<&C::submission, &M::device_seconds>(
        "submission", "device_seconds", {1, 600},
        "A phone waits so long for the server's word; then the mail waits in the queue."),
    number<&C::submission, &M::queue_hours_max>(
        "submission", "queue_hours_max", {1, 720},
        "Mail that could not be handed on for so long goes back to its sender."),

    number<&C::mail, &C::Mail::message_megabytes_max>(
        "mail", "message_megabytes_max", {1, 2000},
        "Largest message, in and out, before encoding for transport.", true),
    number<&C::mail, &C::Mail::window_default>(
        "mail", "window_default", {1, 512},
        "Changes in one answer where the phone names no WindowSize.", true),
    number<&C::mail, &C::Mail::window_max>("mail", "window_max", {1, 512},
                                           "Most changes in one answer, whatever it asks.", true),
    number<&C::mail, &C::Mail::answer_seconds>(
        "mail", "answer_seconds", {5, 300},
        "An answer that takes longer is cut, and the phone asks for the rest.", true),
    number<&C::mail, &C::Mail::answer_kilobytes_max>(
        "mail", "answer_kilobytes_max", {64, 102'400},
        "An answer that grows larger is cut, too; one message always fits.", true),
    number<&C::mail, &C::Mail::prefetch_kilobytes_max>(
        "mail", "prefetch_kilobytes_max", {0, 10'240},
        "Of the mail that a phone will ask for next, so much is made ready while it reads what it "
        "got; for 32 phones at a time. 0 = never.",
        true),
    text<&C::mail, &C::Mail::send_as>(
        "mail", "send_as", "[\"ann@example.org: info@example.org sales@example.org\"]",
        "Who may write mail as whom, beside the own addresses; a From that is neither is replaced. "
        "Users of the embedded store: also `godwit user set --may-send-as`."),
    number<&C::mail, &C::Mail::recipients>("mail", "recipients", {0, 2000},
                                           "Frequent recipients that phones get; 0 = none."),

    text<&C::calendar, &C::Calendar::time_zone>(
        "calendar", "time_zone", "\"Europe/Berlin\"",
        "The users' time zone, by its IANA name: of events that have no zone, or one that nobody "
        "knows."),
    text<&C::calendar, &C::Calendar::merged_devices>(
        "calendar", "merged_devices", "[\"SmartWatch*\", \"Acme-Desk/1.*\"]",
        "Device types and user agents, * for any characters, of phones that know only one "
        "calendar, one address book, one list of tasks and one of notes: all that their users have "
        "is shown there.",
        true),
});
static_assert(std::ranges::all_of(table, documented));

std::vector<Key> all_keys() {
  std::vector<Key> all(table.begin(), table.end());
  std::ranges::copy(keys_of_clients(), std::back_inserter(all));
  return all;
}

}  // namespace

std::span<const Key> keys() {
  static const std::vector<Key> all = all_keys();
  return all;
}

bool is_list_section(std::string_view section) {
  return section == "sign_in" || section == "access" || section == "device_rule" ||
         section == "push_source";
}

}  // namespace godwit::app
