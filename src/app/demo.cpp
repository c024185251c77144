#include "app/demo.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>

#include "app/samples.hpp"
#include "app/system.hpp"
#include "net/certificate.hpp"

namespace godwit::app {
namespace {

constexpr std::size_t password_letters = 10;

/// A new file that only its owner reads.
Result<> write_private(const std::string& path, std::string_view text) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) return fail(Errc::refused, path + ": cannot be written");
  const auto written = ::write(file, text.data(), text.size());
  ::close(file);
  if (written != static_cast<ssize_t>(text.size())) {
    return fail(Errc::refused, path + ": could not be written whole");
  }
  return {};
}

Result<> make_certificate(const Config& config, Time now) {
  const std::string& chain = config.http.certificates.front();
  const std::string& key = config.http.keys.front();
  if (::access(chain.c_str(), R_OK) == 0 && ::access(key.c_str(), R_OK) == 0) return {};
  const auto made = net::make_self_signed({machine_name()}, now);
  if (!made) return pass(made);
  if (auto written = write_private(key, made->key); !written) return written;
  return write_private(chain, made->certificate);
}

using FolderIndex = std::map<std::string, FolderKey>;  // by path

std::string path_of(const std::vector<backend::MailFolder>& all, const backend::MailFolder& one) {
  if (!one.parent) return one.name;
  const auto parent = std::ranges::find(all, *one.parent, &backend::MailFolder::key);
  return parent == all.end() ? one.name : path_of(all, *parent) + '/' + one.name;
}

/// The folder of that path, made level by level.
Task<Result<FolderKey>> folder_at(backend::Mail& mail, FolderIndex& known, std::string_view path) {
  std::optional<FolderKey> parent;
  for (std::size_t begin = 0; begin < path.size();) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    const std::string above(path.substr(0, end));
    if (const auto found = known.find(above); found != known.end()) {
      parent = found->second;
    } else {
      const auto made =
          co_await mail.create_folder(parent, std::string(path.substr(begin, end - begin)));
      if (!made) co_return pass(made);
      known.emplace(above, *made);
      parent = *made;
    }
    begin = end + 1;
  }
  if (!parent) co_return fail(Errc::malformed, "a folder without a name");
  co_return *parent;
}

Task<Result<>> fill_mailbox(backend::Mail& mail, SampleUser user, Time now) {
  const auto folders = co_await mail.folders();
  FolderIndex by_path;
  std::map<FolderRole, FolderKey> by_role;
  for (const backend::MailFolder& folder : folders) {
    by_path.emplace(path_of(folders, folder), folder.key);
    by_role.emplace(folder.role, folder.key);
  }
  for (const Sample& sample : samples()) {
    if (sample.user != user) continue;
    std::optional<FolderKey> target;
    if (const auto role = by_role.find(sample.role);
        sample.role != FolderRole::none && role != by_role.end()) {
      target = role->second;
    } else if (!sample.folder.empty()) {
      const auto made = co_await folder_at(mail, by_path, sample.folder);
      if (!made) co_return pass(made);
      target = *made;
    }
    if (!target) continue;
    auto source = std::make_shared<backend::StringSource>(sample_message(sample, now));
    const auto stored =
        co_await mail.append(*target, std::move(source), sample_flags(sample), now - sample.age);
    if (!stored) co_return pass(stored);
  }
  co_return Result<>{};
}

}  // namespace

std::string demo_folder(const char* environment) {
  const std::string folder =
      environment != nullptr && *environment != '\0' ? environment : "run/demo";
  return std::filesystem::absolute(folder).lexically_normal().string();
}

Result<Config> demo_config(const std::string& folder, Time now) {
  if (const auto made = make_folder(folder); !made) return pass(made);
  Config config;
  config.file = folder + "/godwit.toml";
  config.server.hostname = "localhost";
  config.server.control_socket = folder + "/control.sock";
  config.server.state_directory = folder;
  config.server.drain_seconds = 1;
  config.http.listen = {"127.0.0.1:8082"};
  config.http.listen_tls = {"127.0.0.1:8443"};
  config.http.certificates = {folder + "/certificate.pem"};
  config.http.keys = {folder + "/key.pem"};
  config.lmtp.listen = {"127.0.0.1:8024"};
  if (const auto made = make_certificate(config, now); !made) return pass(made);
  // The same as a file, for the commands that work without the daemon.
  const std::string text = fmt::format(
      "[server]\ncontrol_socket = \"{0}/control.sock\"\nstate_directory = \"{0}\"\n", folder);
  if (const auto written = write_private(config.file, text); !written) return pass(written);
  return config;
}

Result<std::vector<DemoAccount>> demo_accounts(const std::string& folder, Random& random) {
  std::vector<DemoAccount> accounts;
  for (const auto& [login, name] :
       {std::pair{"ann@example.org", "Ann Archer"}, std::pair{"bob@example.org", "Bob Baker"}}) {
    const std::string path = fmt::format("{}/{}.password", folder, login);
    if (::access(path.c_str(), F_OK) != 0) {
      const auto made = write_private(path, random_password(random, password_letters) + '\n');
      if (!made) return pass(made);
    }
    auto password = read_secret(path);
    if (!password) return pass(password);
    accounts.push_back({login, name, std::move(*password)});
  }
  return accounts;
}

Task<Result<>> fill_demo(admin::Accounts& accounts, backend::Users& users,
                         backend::MailBackend& mail, const std::vector<DemoAccount>& wanted,
                         Time now) {
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const DemoAccount& account = wanted[i];
    admin::NewUser user{account.login, account.password, account.display_name, {}, 0};
    const auto added = co_await accounts.add(std::move(user));
    if (!added && added.error().code == Errc::conflict) continue;  // not the first start
    if (!added) co_return pass(added);
    const auto signed_in = co_await users.sign_in(account.login, account.password);
    if (!signed_in) co_return pass(signed_in);
    const std::shared_ptr<backend::Mail> mailbox = mail.open(*signed_in);
    const auto filled =
        co_await fill_mailbox(*mailbox, i == 0 ? SampleUser::ann : SampleUser::bob, now);
    if (!filled) co_return pass(filled);
  }
  co_return Result<>{};
}

std::string demo_greeting(const Config& config, const std::vector<DemoAccount>& accounts,
                          const std::string& program) {
  const std::string bin = std::filesystem::path(program).parent_path().string();
  const std::string godwit = bin.empty() ? "godwit" : bin + "/godwit";
  std::string out = fmt::format(
      "\nGodwit is ready. What it keeps is in {}; remove that folder to start over.\n\n"
      "  http://127.0.0.1:8082/Microsoft-Server-ActiveSync\n"
      "  https://127.0.0.1:8443/Microsoft-Server-ActiveSync   (self-signed)\n"
      "  LMTP on 127.0.0.1:8024\n\nAccounts:\n",
      config.server.state_directory);
  for (const DemoAccount& account : accounts) {
    out += fmt::format("  {}  password {}\n", account.login, account.password.reveal());
  }
  out += fmt::format(
      "\nTry next, in another terminal:\n"
      "  {0} client sync http://127.0.0.1:8082 Inbox \\\n"
      "      --user ann@example.org --password-file {1}/ann@example.org.password\n"
      "  {0} deliver ann@example.org --from bob@example.org --subject Hello --text 'Hello Ann'\n"
      "  {0} -c {2} user add carol@example.org --generate\n\nCtrl-C ends it.\n",
      godwit, config.server.state_directory, config.file);
  return out;
}

}  // namespace godwit::app
