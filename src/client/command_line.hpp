/// What the client's subcommands share: which server, as whom, how.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/task.hpp"
#include "client/device.hpp"
#include "client/http_transport.hpp"
#include "discovery/walk.hpp"

namespace CLI {
class App;
}

namespace godwit::client {

struct Connection {
  std::string url;
  std::string user;
  std::string password_file;  // "-" = standard input
  std::string token_file;     // with a bearer token
  std::string certificate;    // PEM, its issuers behind it; one of the three is named, or a
  std::string key;            // certificate besides
  std::string version;        // empty = the highest that both know
  std::string device_id;
  bool insecure = false;
  std::string ca_file;
};

void add_connection_options(CLI::App& command, Connection& connection);

/// How a server is found by a mail address: whom to ask, and where.
struct Finder {
  std::string dns_server;  // empty = the system's
  std::uint16_t https_port = 443;
  std::uint16_t http_port = 80;
  std::vector<std::string> trusted_hosts;
  std::string ca_file;
  unsigned seconds = 10;
};
void add_finder_options(CLI::App& command, Finder& finder);
/// Without address and password. Errors: one sentence that says which option to mend.
Result<discovery::Settings> settings_of(const Finder& finder);

/// What is in a file ("-" = standard input), without the end of its line. `option`: that names it.
/// Errors: as settings_of.
Result<Secret> read_secret(const std::string& file, std::string_view option = "--password-file");

/// Whether what stands in the place of a URL is a mail address.
bool is_mail_address(std::string_view url);

/// What the options say, checked.
struct Endpoint {
  ServerUrl url;
  Trust trust;
  Device::Settings device;
  bool negotiate = true;
};
/// Errors: one sentence that says which option to mend.
Result<Endpoint> endpoint_of(const Connection& connection);

/// Runs `work` on a loop of its own; its value, or `on_fault` after a complaint.
int run_to_end(const std::function<Task<int>()>& work, int on_fault, bool json);

/// One line on standard error, or as JSON on standard output; the value is `code`.
int complain(const std::string& message, int code, bool json);

void register_probe(CLI::App& app, std::function<int()>& run, const bool& json);
void register_client(CLI::App& app, std::function<int()>& run, const bool& json);
/// Below `godwit client`.
void register_replay(CLI::App& client, std::function<int()>& run, const bool& json);

}  // namespace godwit::client
