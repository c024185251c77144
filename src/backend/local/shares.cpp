#include "backend/local/shares.hpp"

#include <utility>

#include "backend/local/addresses.hpp"
#include "backend/local/core.hpp"
#include "backend/local/share_rows.hpp"
#include "base/text.hpp"

namespace godwit::backend {

namespace {

using namespace local;  // NOLINT(google-build-using-namespace): this file is its public face
using Kind = ChangeListener::Kind;

struct Parties {
  Shareable place;
  UserRow reader;
};

Result<Parties> find_parties(Database& database, const LocalShares::Place& place,
                             const std::string& reader) {
  const auto owner = find_user(database, ascii_lower(place.owner));
  if (!owner) return fail(Errc::not_found, "there is no user " + place.owner);
  auto with = find_user(database, ascii_lower(reader));
  if (!with) return fail(Errc::not_found, "there is no user " + reader);
  if (with->id == owner->id) return fail(Errc::refused, "it is that user's own");
  const auto found = find_shareable(database, owner->id, place.folder, place.item_class);
  if (!found) return pass(found);
  return Parties{*found, std::move(*with)};
}

/// What has changed, and who sees what from now on.
struct Changed {
  UserId reader;
  FolderKey key;
  ItemClass item_class;
  Sharers sharers;
};

Changed changed(Database& database, const Parties& parties) {
  return {UserId::parse(parties.reader.address).value(), parties.place.key(),
          parties.place.item_class, read_sharers(database)};
}

void tell(Core& core, Changed done, Kind of_folder) {
  core.sharers = std::move(done.sharers);
  Watches& watches = done.item_class == ItemClass::email ? core.watches : core.item_watches;
  watches.tell_alone(done.reader, done.key, of_folder);
  watches.tell_alone(done.reader, std::nullopt, Kind::hierarchy);
}

}  // namespace

Task<Result<>> LocalShares::share(Place place, std::string reader, ShareRight right) {
  auto job = [place = std::move(place), reader = std::move(reader),
              right](Database& database) -> Result<Changed> {
    const auto parties = find_parties(database, place, reader);
    if (!parties) return pass(parties);
    const auto put = put_share(database, parties->place, parties->reader.id, right);
    if (!put) return pass(put);
    return changed(database, *parties);
  };
  auto done = co_await commit(core_, std::move(job));
  if (!done) co_return pass(done);
  tell(*core_, std::move(*done), Kind::added);
  co_return Result<>{};
}

Task<Result<>> LocalShares::unshare(Place place, std::string reader) {
  auto job = [place = std::move(place),
              reader = std::move(reader)](Database& database) -> Result<Changed> {
    const auto parties = find_parties(database, place, reader);
    if (!parties) return pass(parties);
    if (!drop_share(database, parties->place, parties->reader.id)) {
      return fail(Errc::not_found, "it is not shared with that user");
    }
    return changed(database, *parties);
  };
  auto done = co_await commit(core_, std::move(job));
  if (!done) co_return pass(done);
  tell(*core_, std::move(*done), Kind::other);
  co_return Result<>{};
}

Task<Result<std::vector<Share>>> LocalShares::list(std::optional<std::string> user) {
  auto job = [user = std::move(user)](Database& database) -> Result<std::vector<Share>> {
    std::optional<RowId> one;
    if (user) {
      const auto row = find_user(database, ascii_lower(*user));
      if (!row) return fail(Errc::not_found, "no such user");
      one = row->id;
    }
    return list_shares(database, one);
  };
  co_return co_await core_->database.read(std::move(job));
}

}  // namespace godwit::backend
