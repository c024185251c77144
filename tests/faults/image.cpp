#include "faults/image.hpp"

#include <algorithm>
#include <utility>

namespace godwit::test {

namespace {

constexpr std::size_t sector_bytes = 512;

/// What a kill does to everything that was not synced.
enum class Fate : std::uint8_t { dropped, kept, by_coin };

Fate choose_fate(std::mt19937_64& random) {
  const auto draw = random() % 4;
  if (draw == 0) return Fate::dropped;
  return draw == 1 ? Fate::kept : Fate::by_coin;
}

bool keeps(Fate fate, std::mt19937_64& random) {
  switch (fate) {
    case Fate::dropped:
      return false;
    case Fate::kept:
      return true;
    case Fate::by_coin:
      return random() % 2 == 0;
  }
  std::unreachable();
}

}  // namespace

std::string without_slash(std::string_view path) {
  while (!path.empty() && path.back() == '/') path.remove_suffix(1);
  return std::string(path);
}

std::string folder_of(std::string_view path) {
  const std::size_t slash = path.find_last_of('/');
  return slash == std::string_view::npos ? std::string() : without_slash(path.substr(0, slash));
}

/// Counts an operation and says how it goes.
Outcome FaultDisk::Image::step(std::uint64_t life, Operation operation) {
  if (!is_current(life)) return Outcome::dead;
  ++operations_;
  if (!fail_at_ || operations_ != *fail_at_) return Outcome::ok;
  fail_at_.reset();
  fired_ = true;
  switch (failure_) {
    case Failure::io_error:
      return Outcome::io_error;
    case Failure::full:
      return operation == Operation::write ? Outcome::full : Outcome::io_error;
    case Failure::kill:
      lose_power();
      return Outcome::dead;
  }
  std::unreachable();
}

void FaultDisk::Image::lose_power() {
  down_ = true;
  ++life_;
  fail_at_.reset();
  // A journal keeps the order of its changes: some first part of them is there.
  std::size_t kept = 0;
  switch (choose_fate(random_)) {
    case Fate::dropped:
      break;
    case Fate::kept:
      kept = unsynced_names_.size();
      break;
    case Fate::by_coin:
      kept = random_() % (unsynced_names_.size() + 1);
      break;
  }
  for (std::size_t i = 0; i < kept; ++i) apply(durable_names_, unsynced_names_[i]);
  unsynced_names_.clear();
  names_ = durable_names_;
  for (const auto& weak : inodes_) {
    if (const InodePointer inode = weak.lock()) settle(*inode);
  }
  std::erase_if(inodes_, [](const auto& weak) { return weak.expired(); });
}

void FaultDisk::Image::settle(Inode& inode) {
  const Fate fate = choose_fate(random_);
  std::string left = inode.durable;
  if (keeps(fate, random_)) left.resize(inode.current.size());
  for (const std::size_t sector : inode.dirty) {
    const std::size_t begin = sector * sector_bytes;
    if (begin >= inode.current.size() || !keeps(fate, random_)) continue;
    const std::size_t length = std::min(sector_bytes, inode.current.size() - begin);
    if (left.size() < begin + length) left.resize(begin + length);
    left.replace(begin, length, inode.current, begin, length);
  }
  inode.current = left;
  inode.durable = std::move(left);
  inode.dirty.clear();
  inode.sharing.reset();
}

void FaultDisk::Image::kill() {
  const std::scoped_lock guard(mutex_);
  if (!down_) lose_power();
}

void FaultDisk::Image::restart() {
  const std::scoped_lock guard(mutex_);
  down_ = false;
}

bool FaultDisk::Image::is_down() const {
  const std::scoped_lock guard(mutex_);
  return down_;
}

void FaultDisk::Image::fail_at(std::uint64_t n, Failure failure) {
  const std::scoped_lock guard(mutex_);
  fail_at_ = operations_ + n;
  failure_ = failure;
  fired_ = false;
}

void FaultDisk::Image::clear_failure() {
  const std::scoped_lock guard(mutex_);
  fail_at_.reset();
  fired_ = false;
}

bool FaultDisk::Image::fired() const {
  const std::scoped_lock guard(mutex_);
  return fired_;
}

std::uint64_t FaultDisk::Image::operations() const {
  const std::scoped_lock guard(mutex_);
  return operations_;
}

std::uint64_t FaultDisk::Image::life() const {
  const std::scoped_lock guard(mutex_);
  return life_;
}

FaultDisk::Image::Opened FaultDisk::Image::open(const std::string& path, bool create, bool truncate,
                                                std::optional<std::uint64_t> life) {
  const std::scoped_lock guard(mutex_);
  Opened opened{.life = life.value_or(life_)};
  if (!is_current(opened.life)) {
    opened.outcome = Outcome::dead;
    return opened;
  }
  const auto found = names_.find(path);
  if (found != names_.end() && !truncate) {
    opened.inode = found->second;
  } else if (found == names_.end() && !create) {
    opened.outcome = Outcome::absent;
  } else {
    opened.outcome = step(opened.life, Operation::write);
    if (opened.outcome != Outcome::ok) return opened;
    if (found != names_.end()) {
      opened.inode = found->second;
      mark(*opened.inode, 0, opened.inode->current.size());
      opened.inode->current.clear();
    } else {
      opened.inode = std::make_shared<Inode>();
      opened.created = true;
      inodes_.push_back(opened.inode);
      if (!path.empty()) change_names({{path, opened.inode}});
    }
  }
  if (opened.inode && !opened.inode->sharing) {
    opened.inode->sharing = std::make_shared<Sharing>();
  }
  return opened;
}

Outcome FaultDisk::Image::read(std::uint64_t life, Inode& inode, std::uint64_t offset,
                               std::span<char> out, std::size_t& had) {
  const std::scoped_lock guard(mutex_);
  had = 0;
  const Outcome outcome = step(life, Operation::read);
  if (outcome != Outcome::ok || offset >= inode.current.size()) return outcome;
  had = inode.current.copy(out.data(), out.size(), static_cast<std::size_t>(offset));
  return Outcome::ok;
}

Outcome FaultDisk::Image::write(std::uint64_t life, Inode& inode, std::uint64_t offset,
                                std::string_view bytes) {
  const std::scoped_lock guard(mutex_);
  const Outcome outcome = step(life, Operation::write);
  if (outcome != Outcome::ok) return outcome;
  const auto begin = static_cast<std::size_t>(offset);
  // The hole between the old end and here is zeros that were never written.
  if (inode.current.size() < begin) mark(inode, inode.current.size(), begin);
  if (inode.current.size() < begin + bytes.size()) inode.current.resize(begin + bytes.size());
  inode.current.replace(begin, bytes.size(), bytes);
  mark(inode, begin, begin + bytes.size());
  return Outcome::ok;
}

Outcome FaultDisk::Image::append(std::uint64_t life, Inode& inode, std::string_view bytes) {
  const std::scoped_lock guard(mutex_);
  const Outcome outcome = step(life, Operation::write);
  if (outcome != Outcome::ok) return outcome;
  mark(inode, inode.current.size(), inode.current.size() + bytes.size());
  inode.current += bytes;
  return Outcome::ok;
}

Outcome FaultDisk::Image::truncate(std::uint64_t life, Inode& inode, std::uint64_t size) {
  const std::scoped_lock guard(mutex_);
  const Outcome outcome = step(life, Operation::write);
  if (outcome != Outcome::ok) return outcome;
  mark(inode, std::min<std::uint64_t>(size, inode.current.size()),
       std::max<std::uint64_t>(size, inode.current.size()));
  inode.current.resize(static_cast<std::size_t>(size));
  return Outcome::ok;
}

Outcome FaultDisk::Image::sync(std::uint64_t life, Inode& inode) {
  const std::scoped_lock guard(mutex_);
  const Outcome outcome = step(life, Operation::sync);
  if (outcome != Outcome::ok) return outcome;
  inode.durable.resize(inode.current.size());
  for (const std::size_t sector : inode.dirty) {
    const std::size_t begin = sector * sector_bytes;
    if (begin >= inode.current.size()) continue;
    const std::size_t length = std::min(sector_bytes, inode.current.size() - begin);
    inode.durable.replace(begin, length, inode.current, begin, length);
  }
  inode.dirty.clear();
  return Outcome::ok;
}

Outcome FaultDisk::Image::size(std::uint64_t life, const Inode& inode, std::uint64_t& out) {
  const std::scoped_lock guard(mutex_);
  if (!is_current(life)) return Outcome::dead;
  out = inode.current.size();
  return Outcome::ok;
}

Outcome FaultDisk::Image::rename(std::uint64_t life, const std::string& from,
                                 const std::string& to) {
  const std::scoped_lock guard(mutex_);
  const Outcome outcome = step(life, Operation::write);
  if (outcome != Outcome::ok) return outcome;
  const auto found = names_.find(from);
  if (found == names_.end() || !folders_.contains(folder_of(to))) return Outcome::absent;
  if (from != to) change_names({{from, nullptr}, {to, found->second}});
  return Outcome::ok;
}

Outcome FaultDisk::Image::remove(std::uint64_t life, const std::string& path) {
  const std::scoped_lock guard(mutex_);
  const Outcome outcome = step(life, Operation::write);
  if (outcome != Outcome::ok) return outcome;
  if (!names_.contains(path)) return Outcome::absent;
  change_names({{path, nullptr}});
  return Outcome::ok;
}

Outcome FaultDisk::Image::sync_folder(std::uint64_t life, const std::string& folder) {
  const std::scoped_lock guard(mutex_);
  const Outcome outcome = step(life, Operation::sync);
  if (outcome != Outcome::ok) return outcome;
  for (NameChange& change : unsynced_names_) {
    NameChange here;
    for (auto at = change.begin(); at != change.end();) {
      const auto next = std::next(at);
      if (folder_of(at->first) == folder) here.insert(change.extract(at));
      at = next;
    }
    apply(durable_names_, here);
  }
  std::erase_if(unsynced_names_, [](const NameChange& change) { return change.empty(); });
  return Outcome::ok;
}

Outcome FaultDisk::Image::make_folders(std::uint64_t life, const std::string& folder) {
  const std::scoped_lock guard(mutex_);
  const Outcome outcome = step(life, Operation::sync);
  if (outcome != Outcome::ok) return outcome;
  for (std::string path = folder; !path.empty(); path = folder_of(path)) folders_.insert(path);
  return Outcome::ok;
}

Outcome FaultDisk::Image::list(std::uint64_t life, const std::string& folder,
                               std::vector<std::string>& out) {
  const std::scoped_lock guard(mutex_);
  const Outcome outcome = step(life, Operation::read);
  if (outcome != Outcome::ok) return outcome;
  const auto add = [&](const std::string& path) {
    if (!path.empty() && folder_of(path) == folder) {
      out.push_back(path.substr(path.find_last_of('/') + 1));
    }
  };
  for (const auto& [path, inode] : names_) add(path);
  for (const std::string& path : folders_) add(path);
  std::ranges::sort(out);
  return Outcome::ok;
}

Outcome FaultDisk::Image::find(std::uint64_t life, const std::string& path, InodePointer& out) {
  const std::scoped_lock guard(mutex_);
  const Outcome outcome = step(life, Operation::read);
  if (outcome != Outcome::ok) return outcome;
  const auto found = names_.find(path);
  if (found == names_.end()) return Outcome::absent;
  out = found->second;
  return Outcome::ok;
}

bool FaultDisk::Image::has_folder(const std::string& folder) const {
  const std::scoped_lock guard(mutex_);
  return folders_.contains(folder);
}

void FaultDisk::Image::change_names(NameChange change) {
  apply(names_, change);
  unsynced_names_.push_back(std::move(change));
}

void FaultDisk::Image::mark(Inode& inode, std::uint64_t begin, std::uint64_t end) {
  for (auto at = begin / sector_bytes; at * sector_bytes < end; ++at) inode.dirty.insert(at);
}

void FaultDisk::Image::apply(Names& names, const NameChange& change) {
  for (const auto& [path, inode] : change) {
    if (inode) {
      names[path] = inode;
    } else {
      names.erase(path);
    }
  }
}

}  // namespace godwit::test
