/// A mailbox as any IMAP client sees it: a blocking connection that shares nothing with the
/// gateway, so that the truth does not come from what is under test.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "sim/mailbox_side.hpp"

namespace godwit::sim {

class PlainImap {
 public:
  /// Signs in. Throws std::runtime_error, as all do, when the server does not play along.
  PlainImap(std::uint16_t port, const std::string& login, const std::string& password);
  ~PlainImap();
  PlainImap(const PlainImap&) = delete;
  PlainImap& operator=(const PlainImap&) = delete;

  /// Every mailbox with its mails, by name.
  std::map<std::string, Box> read_all();

 private:
  /// The untagged responses; a literal stands in its line as it came.
  std::vector<std::string> command(const std::string& text);
  std::string read_response();
  std::string read_line();
  std::string read_bytes(std::size_t count);
  Box read_box(const std::string& name);

  int descriptor_;
  std::string buffer_;
  unsigned tag_ = 0;
};

}  // namespace godwit::sim
