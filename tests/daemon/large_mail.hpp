/// What one mail of 100 MB costs godwitd in memory, on each way that it can go: a process of its
/// own, its peak above what it took before.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace godwit::test {

struct LargeMailStep {
  std::string name;
  std::uint64_t above_idle = 0;  // bytes
  double seconds = 0;
};

struct LargeMailSetup {
  std::string folder;  // of the daemon; made anew
  std::uint64_t bytes = 100ULL * 1024 * 1024;
  /// Nothing: the embedded store. Else an IMAP server that knows the user, and how to give it mail.
  std::uint16_t imap_port = 0;
  std::uint16_t imap_lmtp_port = 0;
  std::string user = "large@example.org";
  std::string password = "large password";
  std::function<void(const LargeMailStep&)> told = [](const LargeMailStep&) {};
};

/// A mail of plain text, one of HTML and one with an attachment: delivered, synced whole and cut,
/// fetched, sent. Throws what goes wrong.
std::vector<LargeMailStep> run_large_mail(LargeMailSetup setup);

}  // namespace godwit::test
