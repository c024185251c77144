#include "client/command_line.hpp"

#include <CLI/CLI.hpp>
#include <fstream>
#include <iostream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "base/bytes.hpp"
#include "base/fault.hpp"
#include "base/text.hpp"
#include "client/commands.hpp"
#include "net/loop.hpp"

namespace godwit::client {
namespace {

constexpr std::size_t secret_bytes_max = 8192;  // tokens are long

}  // namespace

Result<Secret> read_secret(const std::string& file, std::string_view option) {
  const std::string named = std::string(option) + ": " + file;
  std::ifstream opened;
  if (file != "-") {
    opened.open(file, std::ios::binary);
    if (!opened) return fail(Errc::not_found, named + " cannot be read");
  }
  std::istream& in = file == "-" ? std::cin : opened;
  std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  if (text.size() > secret_bytes_max) {
    return fail(Errc::too_large, named + " is too large");
  }
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  if (text.empty()) return fail(Errc::incomplete, named + " is empty");
  return Secret(std::move(text));
}

namespace {

/// The same for the same user: a device does not become another one with every call.
std::string device_id_of(const Connection& connection) {
  if (!connection.device_id.empty()) return connection.device_id;
  return "godwit" + hex_encode(digest128(connection.user)).substr(0, 16);
}

}  // namespace

void add_connection_options(CLI::App& command, Connection& connection) {
  command.add_option("url", connection.url, "The server: https://mail.example.org")->required();
  command.add_option("-u,--user", connection.user, "Who signs in, as on a phone")->required();
  auto* password = command.add_option("-p,--password-file", connection.password_file,
                                      "File with the password; - = standard input");
  command
      .add_option("--token-file", connection.token_file,
                  "File with a bearer token (OAuth 2.0), instead; - = standard input")
      ->excludes(password);
  auto* certificate = command.add_option(
      "--certificate", connection.certificate,
      "File with a certificate (PEM) to sign in by, alone or beside password or token");
  auto* key = command.add_option("--key", connection.key, "File with its private key (PEM)");
  certificate->needs(key);
  key->needs(certificate);
  command.add_option("--version", connection.version,
                     "Protocol version, 12.0 to 16.1; the highest that both know if not given");
  command.add_option("--device-id", connection.device_id, "1 to 32 letters and digits");
  command.add_option("--ca", connection.ca_file, "Trust the certificates in this PEM file only");
  command.add_flag("--insecure", connection.insecure,
                   "Do not check the server's certificate (self-signed test servers)");
}

void add_finder_options(CLI::App& command, Finder& finder) {
  command.add_option("--dns-server", finder.dns_server,
                     "Ask this DNS server (192.0.2.1:53) instead of the system's");
  command.add_option("--https-port", finder.https_port, "Where names are asked over TLS")
      ->capture_default_str();
  command.add_option("--http-port", finder.http_port, "Where a redirect is looked for")
      ->capture_default_str();
  command.add_option("--limit", finder.seconds, "Seconds that one answer may take")
      ->check(CLI::Range(1U, 120U))
      ->capture_default_str();
  if (command.get_option_no_throw("--ca") == nullptr) {
    command.add_option("--ca", finder.ca_file, "Trust the certificates in this PEM file only");
  }
}

Result<discovery::Settings> settings_of(const Finder& finder) {
  discovery::Settings out;
  if (!finder.dns_server.empty()) {
    auto server = dns::parse_server(finder.dns_server);
    if (!server) return fail(server.error().code, "--dns-server: " + server.error().message);
    out.dns = std::move(*server);
  }
  out.https_port = finder.https_port;
  out.http_port = finder.http_port;
  out.ca_file = finder.ca_file;
  out.trusted_hosts = finder.trusted_hosts;
  out.limit = std::chrono::seconds(finder.seconds);
  return out;
}

bool is_mail_address(std::string_view url) { return url.contains('@') && !url.contains('/'); }

Result<Endpoint> endpoint_of(const Connection& connection) {
  Endpoint out;
  // Until the server is found by a mail address, its domain stands for it.
  auto url = parse_url(is_mail_address(connection.url)
                           ? connection.url.substr(connection.url.find('@') + 1)
                           : connection.url);
  if (!url) return pass(url);
  out.url = std::move(*url);
  out.trust = {.ca_file = connection.ca_file,
               .insecure = connection.insecure,
               .own = {.chain = connection.certificate, .key = connection.key}};
  if (connection.user.empty()) return fail(Errc::incomplete, "--user: who signs in");
  const bool by_token = !connection.token_file.empty();
  const bool by_password = !connection.password_file.empty();
  if (!by_token && !by_password && connection.certificate.empty()) {
    return fail(Errc::incomplete, "--password-file, --token-file or --certificate is required");
  }
  Result<Secret> secret;
  if (by_token) secret = read_secret(connection.token_file, "--token-file");
  if (by_password) secret = read_secret(connection.password_file);
  if (!secret) return pass(secret);
  if (!by_password && is_mail_address(connection.url)) {
    return fail(Errc::unsupported,
                "name the server's URL: by an address it is found with a password only");
  }
  out.device.user = connection.user;
  (by_token ? out.device.token : out.device.password) = std::move(*secret);
  out.device.id = device_id_of(connection);
  out.device.path = out.url.path;
  if (!connection.version.empty()) {
    const auto version = eas::parse_version(connection.version);
    if (!version) return fail(Errc::unsupported, "--version: one of 12.0 to 16.1");
    out.device.version = *version;
    out.negotiate = false;
  }
  return out;
}

namespace {

Task<> keep_value(const std::function<Task<int>()>& work, int& value) { value = co_await work(); }

struct OnFault {
  int code;
  bool json;
};

Task<> report_fault(const std::function<Task<int>()>& work, int& value, OnFault on_fault,
                    net::Loop& loop) {
  try {
    co_await keep_value(work, value);
  } catch (const Fault& fault) {
    value = complain(fault.what(), on_fault.code, on_fault.json);
  } catch (const Violation& violation) {
    value = complain(std::string("the server broke the protocol: ") + violation.what(),
                     on_fault.code, on_fault.json);
  }
  loop.stop();
}

}  // namespace

int run_to_end(const std::function<Task<int>()>& work, int on_fault, bool json) {
  int value = on_fault;
  net::Loop loop;
  loop.spawn(report_fault(work, value, {on_fault, json}, loop), "client");
  loop.run();
  return value;
}

int complain(const std::string& message, int code, bool json) {
  if (json) {
    const nlohmann::json reply{{"ok", false}, {"error", {{"message", message}}}};
    std::cout << reply.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
  } else {
    std::cerr << "godwit: " << message << '\n';
  }
  return code;
}

void register_client_commands(CLI::App& app, std::function<int()>& run, const bool& json) {
  register_probe(app, run, json);
  register_client(app, run, json);
}

}  // namespace godwit::client
