#include "backend/local/blobs.hpp"

#include <sodium.h>

#include "base/bytes.hpp"
#include "base/fault.hpp"
#include "base/log.hpp"

namespace godwit::backend::local {

namespace {

constexpr Log blob_log("local.blobs");
constexpr std::size_t hash_bytes = 32;

}  // namespace

struct Hasher::State {
  crypto_generichash_state hash;
};

Hasher::Hasher() : state_(std::make_unique<State>()) {
  crypto_generichash_init(&state_->hash, nullptr, 0, hash_bytes);
}

Hasher::~Hasher() = default;

void Hasher::feed(std::string_view bytes) {
  crypto_generichash_update(&state_->hash, reinterpret_cast<const unsigned char*>(bytes.data()),
                            bytes.size());
}

std::string Hasher::finish() {
  std::string out(hash_bytes, '\0');
  crypto_generichash_final(&state_->hash, reinterpret_cast<unsigned char*>(out.data()), out.size());
  return out;
}

Pins::~Pins() {
  for (const std::string& hash : hashes_) blobs_.unpin(hash);
}

void Pins::add(const std::string& hash) {
  hashes_.reserve(hashes_.size() + 1);
  blobs_.pin(hash);
  hashes_.push_back(hash);
}

void BlobStore::prepare() {
  files_.make_folders(folder_ + "/new");
  for (const std::string& name : files_.list(folder_ + "/new")) {
    files_.remove(folder_ + "/new/" + name);
  }
}

BlobStore::Draft BlobStore::draft() {
  std::uint64_t number = 0;
  {
    const std::lock_guard lock(mutex_);
    number = ++drafts_;
  }
  return {*this, folder_ + "/new/" + std::to_string(number)};
}

BlobStore::Draft::Draft(BlobStore& blobs, std::string path)
    : blobs_(&blobs),
      path_(std::move(path)),
      writer_(blobs.files_.create(path_)),
      hasher_(std::make_unique<Hasher>()) {}

BlobStore::Draft::Draft(Draft&& other) noexcept
    : blobs_(other.blobs_),
      path_(std::exchange(other.path_, {})),
      writer_(std::move(other.writer_)),
      hasher_(std::move(other.hasher_)),
      hash_(std::move(other.hash_)),
      size_(other.size_) {}

BlobStore::Draft::~Draft() {
  if (path_.empty()) return;
  writer_.reset();
  try {
    blobs_->files_.remove(path_);
  } catch (const Fault& fault) {
    blob_log.warning("blobs.draft_left", {{"error", fault.what()}});
  }
}

void BlobStore::Draft::append(std::string_view bytes) {
  writer_->append(bytes);
  hasher_->feed(bytes);
  size_ += bytes.size();
}

std::string BlobStore::Draft::read(std::uint64_t offset, std::size_t length) const {
  return blobs_->files_.read(path_, offset, length);
}

const std::string& BlobStore::Draft::hash() {
  if (hash_.empty()) hash_ = hasher_->finish();
  return hash_;
}

std::string BlobStore::Draft::keep(Pins& pins) && {
  std::string name = hash();
  pins.add(name);
  FileLayer& files = blobs_->files_;
  const std::string folder = blobs_->folder_of(name);
  const std::string path = blobs_->path(name);
  blobs_->make_folder_of(name);
  if (files.size(path) != size_) {
    writer_->sync();
    writer_.reset();
    files.rename(path_, path);
    path_.clear();
  }
  // Also where the blob was there: whoever made it may not have come to this line yet.
  files.sync_folder(folder);
  return name;
}

std::string BlobStore::read(std::string_view hash, std::uint64_t offset, std::size_t length) const {
  const std::string file = path(hash);
  if (!files_.exists(file)) throw Fault(Fault::Kind::corrupt, "no blob " + hex_encode(hash));
  return files_.read(file, offset, length);
}

bool BlobStore::exists(std::string_view hash) const { return files_.exists(path(hash)); }

std::vector<std::string> BlobStore::list(unsigned n) const {
  const std::string first = hex_encode(std::string(1, static_cast<char>(n))).substr(1);
  const std::string folder = folder_ + "/" + first + "/";
  std::vector<std::string> out;
  for (const std::string& second : files_.list(folder)) {
    const std::string prefix = first + second;
    for (const std::string& rest : files_.list(folder + second)) {
      const auto hash = hex_decode(prefix + rest);
      if (hash && hash->size() == hash_bytes) out.push_back(*hash);
    }
  }
  return out;
}

std::size_t BlobStore::remove(const std::vector<std::string>& hashes,
                              const std::function<bool(const std::string&)>& unused) {
  struct Leaving {
    BlobStore& blobs;
    std::vector<std::string> hashes;
    ~Leaving() {
      const std::lock_guard lock(blobs.mutex_);
      for (const std::string& hash : hashes) blobs.leaving_.erase(hash);
      blobs.changed_.notify_all();
    }
  } leaving{*this, {}};
  {
    const std::lock_guard lock(mutex_);
    for (const std::string& hash : hashes) {
      if (pinned_.contains(hash) || leaving_.contains(hash)) continue;
      leaving.hashes.push_back(hash);
      leaving_.insert(hash);
    }
  }
  std::size_t removed = 0;
  for (const std::string& hash : leaving.hashes) {
    if (unused(hash) && files_.remove(path(hash))) ++removed;
  }
  return removed;
}

void BlobStore::pin(const std::string& hash) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return !leaving_.contains(hash); });
  ++pinned_[hash];
}

void BlobStore::unpin(const std::string& hash) {
  const std::lock_guard lock(mutex_);
  const auto at = pinned_.find(hash);
  if (at != pinned_.end() && --at->second == 0) pinned_.erase(at);
}

void BlobStore::make_folder_of(std::string_view hash) {
  const std::string folder = folder_of(hash);
  const std::string above = folder.substr(0, folder.rfind('/'));
  // Held while the folder is made: who finds it made may rely on its name.
  const std::lock_guard lock(making_);
  if (made_.contains(folder)) return;
  files_.make_folders(folder);
  // It may be there from a run that ended before its name was durable.
  files_.sync_folder(above);
  files_.sync_folder(folder_);
  made_.insert(folder);
}

std::string BlobStore::folder_of(std::string_view hash) const {
  const std::string hex = hex_encode(hash.substr(0, 2));
  return folder_ + "/" + hex.substr(0, 1) + "/" + hex.substr(1, 2);
}

std::string BlobStore::path(std::string_view hash) const {
  return folder_of(hash) + "/" + hex_encode(hash).substr(3);
}

}  // namespace godwit::backend::local
