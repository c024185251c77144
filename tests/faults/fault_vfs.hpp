/// Shows an image to SQLite.
#pragma once

#include "faults/image.hpp"

struct sqlite3_vfs;

namespace godwit::test {

class FaultDisk::Vfs {
 public:
  explicit Vfs(std::shared_ptr<Image> image);
  ~Vfs();
  Vfs(const Vfs&) = delete;
  Vfs& operator=(const Vfs&) = delete;
  const std::string& name() const { return name_; }

 private:
  std::string name_;
  std::shared_ptr<Image> image_;
  std::unique_ptr<sqlite3_vfs> vfs_;
};

}  // namespace godwit::test
