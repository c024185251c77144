/// The databases of a configuration, for what an administrator does with each of them whether or
/// not the daemon runs: schema, integrity, backup. Everything here blocks, and throws Fault.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "app/config.hpp"
#include "store/schema.hpp"

namespace godwit::app {

struct Database {
  std::string name;   // "store", "mail", "queue"
  std::string place;  // a path, or where the server is; without secrets
  bool embedded;      // its files are ours: made at the first start
  std::function<store::SchemaStatus()> status;
  std::function<void()> install;
  std::function<void()> update;
  std::function<void()> check;                          // reads all of it
  std::function<void(const std::string& folder)> copy;  // one consistent point; null = not ours
};

/// In the order in which they are copied: what one says of another is not older there, so that a
/// restored copy loses no mail and doubles none that its queue knows.
std::vector<Database> databases(const Config& config);

/// Where things lie below server.state_directory.
std::string store_path(const Config& config);
std::string mail_directory(const Config& config);
std::string spool_directory(const Config& config);
std::string queue_directory(const Config& config);

}  // namespace godwit::app
