/// Which mails a device had sent: so that a request that comes again is known (MS-ASCMD_R4848).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "command/session.hpp"

namespace godwit::command {

/// The outcomes of one device, loaded whole: there are at most a few hundred.
class SentLog {
 public:
  explicit SentLog(Session& session) : session_(session) {}
  Task<> load();

  bool has(const std::string& name) const;
  /// Of that name, and this is what the device asked for. Rows of before digests were kept are.
  bool has(const std::string& name, const std::string& digest) const;
  /// Up to 12.1 a request has no id of its own: equal bytes are the same request only if nothing
  /// else was sent in between and not much time passed (engine.md §2).
  bool is_latest(const std::string& name) const;
  /// Notes it as sent; forgets what is old.
  std::vector<store::Write> add(const std::string& name, const std::string& digest) const;

 private:
  struct Row {
    std::string name;
    Time sent{};
    std::uint64_t sequence = 0;
    std::string digest{};  // of what the device asked for; empty = not kept
  };
  const Row* find(const std::string& name) const;

  Session& session_;
  std::vector<Row> rows_;
};

}  // namespace godwit::command
