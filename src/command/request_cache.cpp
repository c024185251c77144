#include "command/request_cache.hpp"

namespace godwit::command {
namespace {

std::optional<std::uint64_t> stored(std::optional<std::int64_t> number) {
  if (!number) return std::nullopt;
  return static_cast<std::uint64_t>(*number);
}

std::optional<std::int64_t> read_signed(Unpacker& in) {
  const auto number = in.optional_number();
  if (!number) return std::nullopt;
  return static_cast<std::int64_t>(*number);
}

std::optional<std::uint32_t> read_window(Unpacker& in) {
  const auto number = in.optional_number();
  if (!number) return std::nullopt;
  return static_cast<std::uint32_t>(*number);
}

/// What a packed collection says of itself, as bits of one number.
enum Trait : unsigned {
  own_key = 1,
  get_changes = 2,
  deletes_as_moves = 4,
  has_window = 8,
  conversations = 16,
};

unsigned traits_of(const CachedCollection& collection, bool own) {
  return (own ? own_key : 0U) | (collection.get_changes ? get_changes : 0U) |
         (collection.deletes_as_moves ? deletes_as_moves : 0U) |
         (collection.window ? has_window : 0U) | (collection.conversations ? conversations : 0U);
}

}  // namespace

SharedText pack(const CachedSync& sync) {
  Packer out;
  out.optional_number(stored(sync.wait_minutes)).optional_number(stored(sync.heartbeat_seconds));
  out.optional_number(sync.window).number(sync.collections.size());
  for (const CachedCollection& collection : sync.collections) {
    // A key of ours takes half the room as numbers.
    const auto key = sync::SyncKey::parse(collection.sync_key);
    out.text(collection.id).number(traits_of(collection, key.has_value()));
    if (key) {
      out.random_number(key->relationship()).number(key->generation());
    } else {
      out.text(collection.sync_key);
    }
    if (collection.window) out.number(*collection.window);
  }
  return SharedText(out.bytes());
}

CachedSync unpack_sync(const SharedText& packed) {
  Unpacker in(packed.view());
  CachedSync sync;
  sync.wait_minutes = read_signed(in);
  sync.heartbeat_seconds = read_signed(in);
  sync.window = read_window(in);
  sync.collections.resize(in.count());
  for (CachedCollection& collection : sync.collections) {
    collection.id = in.text();
    const std::uint64_t traits = in.number();
    if ((traits & own_key) != 0) {
      const std::uint64_t relationship = in.random_number();
      collection.sync_key = sync::SyncKey::of(relationship, in.number_as<std::uint32_t>()).str();
    } else {
      collection.sync_key = in.text();
    }
    collection.get_changes = (traits & get_changes) != 0;
    collection.deletes_as_moves = (traits & deletes_as_moves) != 0;
    collection.conversations = (traits & conversations) != 0;
    if ((traits & has_window) != 0) collection.window = in.number_as<std::uint32_t>();
  }
  return sync;
}

SharedText pack(const CachedPing& ping) {
  Packer out;
  out.optional_number(ping.heartbeat_seconds).number(ping.folders.size());
  for (const std::string& folder : ping.folders) out.text(folder);
  return SharedText(out.bytes());
}

CachedPing unpack_ping(const SharedText& packed) {
  CachedPing ping;
  if (packed.empty()) return ping;
  Unpacker in(packed.view());
  ping.heartbeat_seconds = read_window(in);
  ping.folders.resize(in.count());
  for (std::string& folder : ping.folders) folder = in.text();
  return ping;
}

void RequestCache::keep(std::shared_ptr<FoundMail> results) {
  constexpr std::size_t results_max = 2000;  // of up to 1000 hits: some 20 MB
  results_.push_back(std::move(results));
  if (results_.size() > results_max) results_.pop_front();
}

RequestCache::Entry::Known RequestCache::Entry::next(Unpacker& in) {
  Known known;
  known.collection = in.view();
  known.relationship = in.random_number();
  known.proven = in.number_as<std::uint32_t>();
  known.offered = in.number_as<std::uint32_t>();
  if (known.offered != 0) known.connection = in.number();
  return known;
}

RequestCache::Entry::Known RequestCache::Entry::find(std::string_view collection) const {
  for (Unpacker in(known_.view()); in.ok() && !in.at_end();) {
    const Known known = next(in);
    if (known.collection == collection) return known;
  }
  return {.collection = collection};
}

void RequestCache::Entry::put(const Known& known) {
  Packer out;
  const auto add = [&out](const Known& each) {
    out.text(each.collection).random_number(each.relationship).number(each.proven);
    out.number(each.offered);
    if (each.offered != 0) out.number(each.connection);
  };
  add(known);
  for (Unpacker in(known_.view()); in.ok() && !in.at_end();) {
    const Known other = next(in);
    if (other.collection != known.collection) add(other);
  }
  known_ = SharedText(out.bytes());
}

void RequestCache::Entry::note_proven(std::string_view collection, const sync::SyncKey& key) {
  Known known = find(collection);
  if (known.relationship == key.relationship() && known.proven == key.generation()) return;
  if (known.relationship != key.relationship()) {
    known = {.collection = collection, .relationship = key.relationship()};
  }
  known.proven = key.generation();
  if (known.offered == known.proven) known.offered = 0;
  put(known);
}

void RequestCache::Entry::note_offered(std::string_view collection, const sync::SyncKey& key,
                                       std::uint64_t connection) {
  Known known = find(collection);
  if (known.relationship != key.relationship()) {
    known = {.collection = collection, .relationship = key.relationship()};
  }
  known.offered = key.generation();
  known.connection = connection;
  put(known);
}

bool RequestCache::Entry::proved(std::string_view collection, const sync::SyncKey& key,
                                 std::uint64_t connection) const {
  const Known known = find(collection);
  if (key.is_initial() || known.relationship != key.relationship()) return false;
  const bool follows =
      connection != 0 && known.connection == connection && known.offered == key.generation();
  return follows || known.proven == key.generation();
}

}  // namespace godwit::command
