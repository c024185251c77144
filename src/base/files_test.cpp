#include "base/files.hpp"

#include <gtest/gtest.h>

#include <filesystem>

#include "base/fault.hpp"

namespace godwit {
namespace {

class Files : public testing::Test {
 protected:
  Files() : files(system_files()) {
    std::string pattern = testing::TempDir() + "/godwit-files-XXXXXX";
    folder = ::mkdtemp(pattern.data());
  }
  ~Files() override { std::filesystem::remove_all(folder); }

  std::unique_ptr<FileLayer> files;
  std::string folder;
};

TEST_F(Files, AreAppendedInPiecesAndReadByRange) {
  const std::string path = folder + "/a";
  {
    const auto file = files->create(path);
    file->append("hello ");
    file->append("world");
    file->sync();
  }
  EXPECT_EQ(files->size(path), 11U);
  EXPECT_EQ(files->read(path, 6, 3), "wor");
  EXPECT_EQ(files->read(path, 6, 100), "world");
  EXPECT_EQ(files->read(path, 11, 5), "");
  EXPECT_THROW(files->read(path, 12, 1), Fault);
  EXPECT_EQ(read_file(*files, path, 11), "hello world");
  EXPECT_THROW(read_file(*files, path, 10), Fault);
}

TEST_F(Files, FoldersRenameListRemove) {
  files->make_folders(folder + "/x/y");
  files->make_folders(folder + "/x/y");
  files->create(folder + "/x/b")->append("1");
  files->create(folder + "/x/c")->append("2");
  files->rename(folder + "/x/c", folder + "/x/b");
  EXPECT_EQ(read_file(*files, folder + "/x/b", 9), "2");
  files->rename(folder + "/x/b", folder + "/x/a");
  files->sync_folder(folder + "/x");
  EXPECT_EQ(files->list(folder + "/x"), (std::vector<std::string>{"a", "y"}));
  EXPECT_TRUE(files->remove(folder + "/x/a"));
  EXPECT_FALSE(files->remove(folder + "/x/a"));
  EXPECT_FALSE(files->exists(folder + "/x/a"));
  EXPECT_TRUE(files->list(folder + "/nothing").empty());
}

TEST_F(Files, SayWhatIsWrong) {
  EXPECT_THROW(files->create(folder + "/none/a"), Fault);
  EXPECT_THROW(files->read(folder + "/none", 0, 1), Fault);
  EXPECT_THROW(read_file(*files, folder + "/none", 1), Fault);
  EXPECT_THROW(files->rename(folder + "/none", folder + "/b"), Fault);
}

TEST_F(Files, AFullDiskIsAQuotaFault) {
  if (!std::filesystem::exists("/dev/full")) GTEST_SKIP() << "this system has no /dev/full";
  const auto file = files->create("/dev/full");
  try {
    file->append("x");
    FAIL() << "writing to a full device worked";
  } catch (const Fault& fault) {
    EXPECT_EQ(fault.kind(), Fault::Kind::quota);
  }
}

}  // namespace
}  // namespace godwit
