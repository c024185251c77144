/// The configuration: one TOML file, every key of which is a row of one table (config_keys.cpp,
/// config_keys_clients.cpp).
/// The commented example, the manual page and the checks all come from that table.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/language.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "base/whom.hpp"

namespace godwit::app {

using Strings = std::vector<std::string>;
struct ConfigValue;  // config_value.hpp
class Problems;      // there

/// What godwitd and godwit are told. The initial values are the defaults. Units are in the names;
/// a path is absolute or relative to the folder of the configuration file.
struct Config {
  struct Server {
    std::string hostname;  // empty = the machine's own
    std::string control_socket = "/run/godwit/control.sock";
    std::string state_directory = "/var/lib/godwit";
    std::string log_level = "info";
    Strings log_levels;
    std::string log_format = "text";
    std::string language = "en";
    std::int64_t drain_seconds = 20;
  } server;

  struct Http {
    Strings listen = {"127.0.0.1:8082"};
    Strings listen_tls;
    Strings certificates;
    Strings keys;
    Strings paths = {"/Microsoft-Server-ActiveSync", "/opush/ActiveSyncServlet/"};
    Strings trusted_proxies;
    bool proxy_protocol = false;
    std::string certificate_header;
    std::int64_t connections_max = 100'000;
    std::int64_t handshake_seconds = 15;
    std::int64_t head_seconds = 30;
    std::int64_t body_seconds = 30;
    std::int64_t body_bytes_per_second_min = 100;
    std::int64_t idle_seconds = 120;
    std::int64_t memory_bytes_max = 1024 * 1024;
  } http;

  struct Store {
    std::string kind = "sqlite";
    std::string postgres_url;
    std::string postgres_password_file;
    std::int64_t connections = 4;
  } store;

  struct Backend {
    std::string kind = "local";
  } backend;

  struct Local {
    Strings domains = {"example.org"};
    std::int64_t quota_megabytes = 0;
    Strings shared = {"all"};
  } local;

  struct Lmtp {
    Strings listen;
    std::int64_t recipients_max = 100;
    std::int64_t connections_max = 100;
    std::int64_t command_seconds = 300;
    std::int64_t mail_seconds = 3600;
  } lmtp;

  struct Metrics {
    Strings listen;
  } metrics;

  struct Console {
    bool enabled = true;
    std::int64_t idle_minutes = 30;
    std::int64_t session_hours = 12;
    Strings admins;
    Strings admin_groups;
  } console;

  struct Imap {
    std::string host = "localhost";
    std::int64_t port = 143;
    std::string tls = "starttls";
    std::string ca_file;
    bool verify = true;
    std::string login = "as-given";
    std::string domain;
    std::string sign_in = "user";
    std::string user;
    std::string password_file;
    std::string master_separator;
    bool subscribed_only = false;
    Strings shared = {"subscribed"};
    std::int64_t connections_per_user_max = 4;
    std::int64_t notify_connections_max = 10'000;
    std::int64_t unused_seconds = 45;
    std::int64_t idle_minutes = 28;
    std::int64_t command_seconds = 30;
    std::int64_t connect_seconds = 10;
    std::int64_t sweep_seconds = 60;
    Strings sent;
    Strings drafts;
    Strings trash;
    Strings junk;
    Strings archive;
    std::string notes = "auto";
    std::string notes_folder = "Notes";
  } imap;

  struct Sieve {
    std::string host;
    std::int64_t port = 4190;
    std::string tls = "starttls";
    std::string ca_file;
    bool verify = true;
    std::string sign_in = "user";
    std::string user;
    std::string password_file;
    Strings domains;
    std::int64_t connect_seconds = 10;
    std::int64_t command_seconds = 30;
  } sieve;

  struct Dav {
    std::string url;
    std::string domain;
    std::string calendars;
    std::string contacts;
    std::string user = "{login}";
    std::string password_file;
    Strings shared = {"subscribed"};
    bool create = true;
    std::string ca_file;
    bool verify = true;
    std::int64_t connections = 8;
    std::int64_t connect_seconds = 10;
    std::int64_t request_seconds = 30;
    std::int64_t interval_seconds = 45;
  } dav;

  struct Directory {
    std::string kind = "users";
    Strings servers;
    std::string tls = "starttls";
    std::string ca_file;
    bool verify = true;
    std::string bind_dn;
    std::string password_file;
    std::string base;
    Strings more_bases;
    std::string preset = "openldap";
    std::string listed;
    std::string match;
    std::int64_t query_seconds = 5;
    std::int64_t entries_max = 500;
    std::int64_t connections = 4;
    bool folder = false;
    std::string folder_name = "Directory";
    std::int64_t folder_minutes = 15;
  } directory;

  struct UserSync {
    std::string filter;
    std::string ignore;
    std::string login = "mail";
    Strings aliases;
    Strings attributes;
    bool photos = true;
    bool certificates = true;
    Strings keep;
    bool remove = false;
    std::int64_t removed_percent_max = 5;
    std::int64_t users_max = 20'000;
  } user_sync;

  struct Certificates {
    Strings authorities;
    Strings revocation_lists;
  } certificates;

  struct Submission {
    std::string host;
    std::int64_t port = 587;
    std::string tls = "starttls";
    std::string ca_file;
    bool verify = true;
    std::string sign_in = "user";
    std::string user;
    std::string password_file;
    std::int64_t connect_seconds = 30;
    std::int64_t command_seconds = 60;
    std::int64_t final_seconds = 600;
    std::int64_t device_seconds = 60;
    std::int64_t queue_hours_max = 120;
  } submission;

  struct Mail {
    std::int64_t message_megabytes_max = 100;
    std::int64_t window_default = 100;
    std::int64_t window_max = 512;
    std::int64_t answer_seconds = 25;
    std::int64_t answer_kilobytes_max = 4096;
    std::int64_t prefetch_kilobytes_max = 1024;
    Strings send_as;
    std::int64_t recipients = 500;
  } mail;

  struct Calendar {
    std::string time_zone = "UTC";
    Strings merged_devices;
  } calendar;

  struct Clients {
    std::string profiles_file;
  } clients;

  struct Autodiscover {
    bool enabled = true;
    Strings domains;
    std::string url;
    std::string culture = "en:us";
    std::string redirect;
    std::string redirect_url;
    std::string name;
    std::string imap_host;
    std::int64_t imap_port = 993;
    std::string imap_tls = "tls";
    std::string smtp_host;
    std::int64_t smtp_port = 587;
    std::string smtp_tls = "starttls";
    std::string login = "address";
    std::string enrolment_url;
    std::string enrolment_template;
    std::string profile_certificate;
    std::string profile_key;
    friend bool operator==(const Autodiscover&, const Autodiscover&) = default;
  } autodiscover;
  /// [autodiscover.domain."example.org"]: what differs there, on what [autodiscover] says.
  std::map<std::string, Autodiscover> autodiscover_domains;

  struct Push {
    std::int64_t heartbeat_seconds_min = 60;
    std::int64_t heartbeat_seconds_max = 3540;
    std::int64_t folders_max = 1000;
    std::int64_t other_changes_seconds = 60;
    std::int64_t grace_seconds = 300;
    std::string events_path = "/godwit/push";
  } push;

  /// One of those that tell of changed mailboxes.
  struct PushSource {
    std::string name;
    std::string secret_file;
    Strings networks = {"127.0.0.0/8", "::1"};
    Strings domains;
    std::string covers = "all";
    bool secret_in_url = false;
    std::int64_t events_per_second_max = 1000;
    std::int64_t sweep_minutes = 15;
    std::int64_t quiet_minutes = 60;
    friend bool operator==(const PushSource&, const PushSource&) = default;
  };
  std::vector<PushSource> push_sources;  // the first that is for a user counts
  PushSource push_source_entry;          // as of sign_in_entry

  struct Auth {
    std::int64_t cache_minutes = 10;
    std::int64_t failures_max = 10;
    std::int64_t failure_minutes = 10;
    std::int64_t failure_delay_milliseconds = 500;
    std::int64_t hash_memory_megabytes = 256;
    Strings unlimited_networks;
    bool certificate_required = false;
  } auth;

  /// One of those that check passwords or tokens.
  struct SignIn {
    std::string kind = "mailbox";
    Strings domains;
    Strings servers;
    std::string tls = "starttls";
    std::string ca_file;
    bool verify = true;
    std::string bind_dn;
    std::string password_file;
    std::string base;
    std::string preset = "openldap";
    std::string dn;
    std::string filter;
    std::string account;
    Strings groups;
    std::string group_base;
    std::int64_t query_seconds = 5;
    std::int64_t check_seconds = 20;
    std::int64_t connections = 4;
    std::string service = "godwit";
    std::string user = "name";
    std::string issuer;
    std::string audience;
    std::string user_claim = "email";
    std::string scope;
    std::int64_t skew_seconds = 60;
    Strings revocation_lists;
    std::string certificate_name = "email";
    std::string keytab;
    std::string principal;
    std::string realm;
    std::string domain;
    friend bool operator==(const SignIn&, const SignIn&) = default;
  };
  std::vector<SignIn> sign_in;  // in the order in which they are asked; none: the mailboxes alone
  SignIn sign_in_entry;         // the one that is read; its defaults

  /// Who may see what.
  struct Access : Whom {
    std::string name;
    Strings attributes;
    Strings allow;
    Strings deny;
    friend bool operator==(const Access&, const Access&) = default;
  };
  std::vector<Access> access;  // the first that names a class and fits the user decides
  Access access_entry;         // as of sign_in_entry

  /// Which devices are let in.
  struct Devices {
    std::string otherwise = "allow";
    std::int64_t per_user_max = 0;
    Strings admins;
    bool tell_users = true;
  } devices;
  struct DeviceRule : Whom {
    int line = 0;  // in the file, for messages
    std::string name;
    std::string action;
    std::string until;
    Strings types;
    Strings models;
    Strings os;
    Strings agents;
    Strings versions;
    Strings networks;
  };
  std::vector<DeviceRule> device_rules;  // the first that fits decides
  DeviceRule device_rule_entry;          // as of sign_in_entry

  struct Audit {
    std::int64_t keep_days = 0;
  } audit;

  /// What devices must enforce, by the names of [MS-ASPROV] EASProvisionDoc.
  struct PolicySettings {
    std::map<std::string, std::string> values;
    std::map<std::string, int> lines;  // where each stands, for messages
    friend bool operator==(const PolicySettings&, const PolicySettings&) = default;
  };
  struct Policy {
    std::string mode = "off";
    bool accept_partial = true;
    bool accept_external = true;
    PolicySettings settings;
  } policy;

  /// [policy.NAME]: in the order of the file.
  struct NamedPolicy : Whom {
    std::string name;
    int line = 0;
    std::string mode = "strict";
    bool accept_partial = true;
    bool accept_external = true;
    PolicySettings settings;
  };
  std::vector<NamedPolicy> policies;

  std::string file;  // where it was read from; empty for defaults
};

/// A value that a row points to.
using Target = std::variant<bool*, std::int64_t*, std::string*, Strings*>;

/// One key of the file.
struct Key {
  std::string_view section;
  std::string_view name;
  Target (*target)(Config&);
  std::int64_t least = 0;  // numbers: the range
  std::int64_t most = 0;
  std::string_view choices;  // strings: what they may be, separated by |; empty = anything
  bool reloads = false;      // SIGHUP applies it; all others need a restart
  std::string_view example;  // shown instead of the default where the default says little
  std::string_view doc;      // one or two sentences
  bool is_path = false;      // relative to the folder of the configuration file
  /// Lists of strings: says what is wrong with an entry. Null: any string may be one.
  void (*check)(const ConfigValue& list, Problems& problems) = nullptr;
};

/// All keys, in the order of the example.
std::span<const Key> keys();
/// Sections that may be there several times, as [[sign_in]]. Their keys point to the entry that is
/// read.
bool is_list_section(std::string_view section);

/// Reads `text` as the file `file`. The error lists every problem, a line each:
/// `file:line: section.key: what is wrong; what to do`.
Result<Config> parse_config(std::string_view text, const std::string& file);
/// not_found when the file cannot be read.
Result<Config> read_config(const std::string& file);
/// What no single key shows: combinations that cannot work. Same form of error.
Result<> check_config(const Config& config);

/// Takes the keys that a reload applies from `fresh`. The names of the others that differ, as
/// "section.key": they need a restart.
Strings take_over(Config& running, const Config& fresh);

/// server.language.
Language mail_language(const Config& config);

/// First line of `path`, without its line end. Refused when others than owner and group may read
/// it.
Result<Secret> read_secret(const std::string& path);

/// The files that read_secret must be able to read.
Strings secret_files(const Config& config);

/// packaging/godwit.toml.example.
std::string config_example();
/// packaging/man/godwit.toml.5.
std::string config_manual();

}  // namespace godwit::app
