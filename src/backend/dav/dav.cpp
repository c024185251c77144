#include "backend/dav/dav.hpp"

#include <utility>

#include "backend/dav/items.hpp"
#include "backend/dav/session.hpp"
#include "backend/dav/shared.hpp"
#include "base/bounded_table.hpp"

namespace godwit::backend::dav {
namespace {

constexpr std::size_t users_max = 10'000;  // whose homes and collections are remembered

}  // namespace

class Users {
 public:
  BoundedTable<UserId, std::shared_ptr<Core>> cores{users_max};
};

DavServer::DavServer(Settings settings, net::Executor executor, Random& random,
                     std::unique_ptr<wire::Resolver> resolver)
    : shared_(std::make_shared<Shared>(
          std::move(settings), resolver ? std::move(resolver) : wire::make_system_resolver(),
          std::move(executor), random)),
      users_(std::make_unique<Users>()) {}

DavServer::~DavServer() = default;

std::shared_ptr<Items> DavServer::open_items(const Account& account) {
  return std::make_shared<DavItems>(open_session(account));
}

Session DavServer::open_session(const Account& account) {
  auto& core = users_->cores.touch(account.user);
  const std::string& login = account.login.empty() ? account.user.str() : account.login;
  if (!core) core = std::make_shared<Core>(shared_, account.user, login);
  const Settings& settings = shared_->settings;
  wire::Credentials credentials{wire::fill(settings.user, {login}, wire::Form::plain),
                                settings.password.value_or(account.password)};
  if (account.token_ends && !settings.password) {
    credentials.scheme = wire::Credentials::Scheme::bearer;
  }
  return {core, std::move(credentials)};
}

void DavServer::forget_user(const UserId& user) { users_->cores.erase(user); }

std::string check_dav_settings(const Settings& settings) {
  if (!settings.start && settings.domain.empty()) return "there is neither a url nor a domain";
  for (const std::string* each :
       {&settings.calendars, &settings.contacts, &settings.user, &settings.domain}) {
    if (!wire::is_template(*each)) {
      return "'" + *each + "' holds braces other than {login}, {name} and {domain}";
    }
  }
  if (settings.shared.which == SharedRule::Which::listed) {
    for (const std::string& path : settings.shared.names) {
      if (auto problem = check_shared_path(path); !problem.empty()) return problem;
    }
  }
  if (settings.user.empty()) return "nobody could sign in with an empty user";
  return {};
}

}  // namespace godwit::backend::dav
