/// What the client's subcommands share: which server, as whom, how.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/result.hpp"
#include "base/task.hpp"
#include "client/device.hpp"
#include "client/http_transport.hpp"

namespace CLI {
class App;
}

namespace godwit::client {

struct Connection {
  std::string url;
  std::string user;
  std::string password_file;  // "-" = standard input
  std::string version;        // empty = the highest that both know
  std::string device_id;
  bool insecure = false;
  std::string ca_file;
};

void add_connection_options(CLI::App& command, Connection& connection);

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

}  // namespace godwit::client
