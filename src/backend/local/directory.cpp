#include "backend/local/directory.hpp"

#include "backend/local/core.hpp"
#include "backend/local/people.hpp"
#include "base/text.hpp"
#include "convert/certificate.hpp"

namespace godwit::backend {

namespace {

using namespace local;  // NOLINT(google-build-using-namespace): this file is its public face

}  // namespace

LocalDirectory::LocalDirectory(const LocalStore& store) : core_(store.core()) {}

Task<DirectoryMatches> LocalDirectory::find(Account, DirectoryQuery query) {
  auto job = [query = std::move(query)](Database& database) {
    return find_people(database, query);
  };
  co_return co_await core_->database.read(std::move(job));
}

Task<std::vector<Photo>> LocalDirectory::photos(Account, std::vector<std::string> ids) {
  auto job = [ids = std::move(ids)](Database& database) {
    std::vector<Photo> out;
    for (const std::string& id : ids) out.push_back(read_photo(database, id));
    return out;
  };
  co_return co_await core_->database.read(std::move(job));
}

Task<std::vector<std::string>> LocalDirectory::certificates(Account, std::string id) {
  auto job = [id = std::move(id), now = core_->clock.now()](Database& database) {
    std::vector<std::string> all = read_certificates(database, id);
    std::erase_if(all,
                  [&](const std::string& der) { return !convert::certificate_valid(der, now); });
    return all;
  };
  co_return co_await core_->database.read(std::move(job));
}

Task<DirectoryMatches> LocalDirectory::members(Account, std::string id, std::size_t entries_max) {
  auto job = [id = std::move(id), domains = core_->options.domains, entries_max](
                 Database& database) { return group_people(database, id, domains, entries_max); };
  co_return co_await core_->database.read(std::move(job));
}

Task<std::vector<DirectoryEntry>> LocalDirectory::everybody(std::size_t entries_max) {
  auto job = [entries_max](Database& database) { return all_people(database, entries_max); };
  co_return co_await core_->database.read(std::move(job));
}

Task<Result<Person>> LocalDirectory::person(std::string address) {
  auto job = [address = ascii_lower(address)](Database& database) -> Result<Person> {
    const auto user = find_user(database, address);
    if (!user) return fail(Errc::not_found, "no such user");
    return read_person(database, *user);
  };
  co_return co_await core_->database.read(std::move(job));
}

Task<Result<>> LocalDirectory::change(std::string address, PersonChange change) {
  auto job = [address = ascii_lower(address), change = std::move(change),
              domains = core_->options.domains](Database& database) -> Result<> {
    const auto user = find_user(database, address);
    if (!user) return fail(Errc::not_found, "no such user");
    return change_person(database, *user, change, domains);
  };
  co_return co_await commit(core_, std::move(job));
}

}  // namespace godwit::backend
