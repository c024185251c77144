#include "faults/fault_disk.hpp"

#include <algorithm>
#include <utility>

#include "base/fault.hpp"
#include "faults/fault_vfs.hpp"
#include "faults/image.hpp"

namespace godwit::test {

namespace {

using Image = FaultDisk::Image;

void check(Outcome outcome, const std::string& path) {
  switch (outcome) {
    case Outcome::ok:
      return;
    case Outcome::full:
      throw Fault(Fault::Kind::quota, "no space for " + path);
    case Outcome::dead:
      throw Fault(Fault::Kind::unavailable, "the power is gone: " + path);
    case Outcome::io_error:
      throw Fault(Fault::Kind::unavailable, "I/O error: " + path);
    case Outcome::absent:
      throw Fault(Fault::Kind::unavailable, "no such file: " + path);
  }
}

class FaultWriter final : public FileWriter {
 public:
  FaultWriter(std::shared_ptr<Image> image, std::string path, InodePointer inode,
              std::uint64_t life)
      : image_(std::move(image)), path_(std::move(path)), inode_(std::move(inode)), life_(life) {}
  void append(std::string_view bytes) override {
    check(image_->append(life_, *inode_, bytes), path_);
  }
  void sync() override { check(image_->sync(life_, *inode_), path_); }

 private:
  std::shared_ptr<Image> image_;
  std::string path_;
  InodePointer inode_;
  std::uint64_t life_;
};

class FaultFiles final : public FileLayer {
 public:
  explicit FaultFiles(std::shared_ptr<Image> image)
      : image_(std::move(image)), life_(image_->life()) {}

  std::unique_ptr<FileWriter> create(const std::string& path) override {
    if (!image_->has_folder(folder_of(path))) check(Outcome::absent, path);
    const Image::Opened opened = image_->open(path, true, true, life_);
    check(opened.outcome, path);
    return std::make_unique<FaultWriter>(image_, path, opened.inode, life_);
  }

  std::string read(const std::string& path, std::uint64_t offset, std::size_t length) override {
    InodePointer inode;
    check(image_->find(life_, path, inode), path);
    std::uint64_t end = 0;
    check(image_->size(life_, *inode, end), path);
    if (offset > end) throw Fault(Fault::Kind::corrupt, path + " ends before that");
    std::string bytes(static_cast<std::size_t>(std::min<std::uint64_t>(length, end - offset)),
                      '\0');
    std::size_t had = 0;
    check(image_->read(life_, *inode, offset, bytes, had), path);
    bytes.resize(had);
    return bytes;
  }

  std::optional<std::uint64_t> size(const std::string& path) override {
    InodePointer inode;
    const Outcome outcome = image_->find(life_, path, inode);
    if (outcome == Outcome::absent) {
      if (image_->has_folder(without_slash(path))) return 0;
      return std::nullopt;
    }
    check(outcome, path);
    std::uint64_t bytes = 0;
    check(image_->size(life_, *inode, bytes), path);
    return bytes;
  }

  void rename(const std::string& from, const std::string& to) override {
    check(image_->rename(life_, from, to), to);
  }

  bool remove(const std::string& path) override {
    const Outcome outcome = image_->remove(life_, path);
    if (outcome == Outcome::absent) return false;
    check(outcome, path);
    return true;
  }

  std::vector<std::string> list(const std::string& folder) override {
    std::vector<std::string> names;
    check(image_->list(life_, without_slash(folder), names), folder);
    return names;
  }

  void make_folders(const std::string& folder) override {
    check(image_->make_folders(life_, without_slash(folder)), folder);
  }

  void sync_folder(const std::string& folder) override {
    check(image_->sync_folder(life_, without_slash(folder)), folder);
  }

 private:
  std::shared_ptr<Image> image_;
  std::uint64_t life_;
};

}  // namespace

FaultDisk::FaultDisk(std::uint64_t seed)
    : image_(std::make_shared<Image>(seed)), vfs_(std::make_unique<Vfs>(image_)) {}

FaultDisk::~FaultDisk() = default;

void FaultDisk::kill() { image_->kill(); }
void FaultDisk::restart() { image_->restart(); }
bool FaultDisk::is_down() const { return image_->is_down(); }
void FaultDisk::fail_at(std::uint64_t n, Failure failure) { image_->fail_at(n, failure); }
void FaultDisk::clear_failure() { image_->clear_failure(); }
bool FaultDisk::fired() const { return image_->fired(); }
std::uint64_t FaultDisk::operations() const { return image_->operations(); }
std::string FaultDisk::vfs_name() const { return vfs_->name(); }
std::unique_ptr<FileLayer> FaultDisk::files() { return std::make_unique<FaultFiles>(image_); }

}  // namespace godwit::test
