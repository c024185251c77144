// A large mail does not come into memory: godwitd's peak, on every way of the mail.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "daemon/large_mail.hpp"

namespace godwit::test {
namespace {

// The goal is 16 MiB (bench_large_mail); a sanitized build takes more for everything it holds.
constexpr std::uint64_t above_idle_max = 64ULL * 1024 * 1024;

TEST(LargeMail, IsNeverHeldWhole) {
  LargeMailSetup setup;
  setup.folder = testing::TempDir() + "/large-mail-" + std::to_string(::getpid());
  const auto steps = run_large_mail(setup);
  for (const LargeMailStep& step : steps) EXPECT_LT(step.above_idle, above_idle_max) << step.name;
  EXPECT_EQ(steps.size(), 12U);
  std::filesystem::remove_all(setup.folder);
}

}  // namespace
}  // namespace godwit::test
