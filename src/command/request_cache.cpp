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

}  // namespace

SharedText pack(const CachedSync& sync) {
  Packer out;
  out.optional_number(stored(sync.wait_minutes)).optional_number(stored(sync.heartbeat_seconds));
  out.optional_number(sync.window).number(sync.collections.size());
  for (const CachedCollection& collection : sync.collections) {
    // A key of ours takes half the room as numbers.
    const auto key = sync::SyncKey::parse(collection.sync_key);
    out.text(collection.id).boolean(key.has_value());
    if (key) {
      out.number(key->relationship()).number(key->generation());
    } else {
      out.text(collection.sync_key);
    }
    out.boolean(collection.get_changes);
    out.boolean(collection.deletes_as_moves).optional_number(collection.window);
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
    if (in.boolean()) {
      const std::uint64_t relationship = in.number();
      collection.sync_key = sync::SyncKey::of(relationship, in.number_as<std::uint32_t>()).str();
    } else {
      collection.sync_key = in.text();
    }
    collection.get_changes = in.boolean();
    collection.deletes_as_moves = in.boolean();
    collection.window = read_window(in);
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
  known.relationship = in.number();
  known.proven = in.number_as<std::uint32_t>();
  known.offered = in.number_as<std::uint32_t>();
  known.connection = in.number();
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
    out.text(each.collection).number(each.relationship).number(each.proven);
    out.number(each.offered).number(each.connection);
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
