/// `godwitd --demo`: a server to try, with two accounts and sample mail, on fixed loopback ports.
#pragma once

#include <string>
#include <vector>

#include "admin/operations.hpp"
#include "app/config.hpp"
#include "backend/backend.hpp"

namespace godwit::app {

struct DemoAccount {
  std::string login;
  std::string display_name;
  Secret password;
};

/// Below $GODWIT_DEMO_DIR, else ./run/demo.
std::string demo_folder(const char* environment);
/// Ports 8082 (HTTP), 8443 (HTTPS), 8024 (LMTP); everything below `folder`. Makes the folder and,
/// at the first start, the certificate. `program`: path of godwitd, to name godwit beside it.
Result<Config> demo_config(const std::string& folder, Time now);
/// The accounts with their passwords, made at the first start and kept in `folder`.
Result<std::vector<DemoAccount>> demo_accounts(const std::string& folder, Random& random);
/// Makes the accounts and stores the samples in their mailboxes, unless they are there.
Task<Result<>> fill_demo(admin::Accounts& accounts, backend::Users& users,
                         backend::MailBackend& mail, const std::vector<DemoAccount>& wanted,
                         Time now);
/// What is printed when it is ready.
std::string demo_greeting(const Config& config, const std::vector<DemoAccount>& accounts,
                          const std::string& program);

}  // namespace godwit::app
