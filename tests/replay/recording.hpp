/// Recorded exchanges between devices and an Exchange server: a folder of bodies with an
/// index.tsv that gives each its request line, headers and place.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "client/node.hpp"
#include "eas/version.hpp"

namespace godwit::test {

struct Exchange {
  std::string capture;
  std::string number;  // its place, as in the file names
  std::string method;
  std::string command;
  std::string user;  // as the device wrote it
  std::string device_id;
  std::string device_type;
  std::string attachment_name;
  eas::Version version = eas::Version::v12_1;
  bool base64_query = false;
  std::optional<std::uint32_t> policy_key;
  std::optional<client::Node> request;  // nothing = no body
  int status = 0;                       // 0 = no answer was recorded
  std::optional<Time> date;             // of the answer
  std::optional<client::Node> answer;   // nothing = no document
  bool answer_has_body = false;
};

/// All exchanges, in the order of the index. `folder` holds index.tsv; `root` is where the paths of
/// identical bodies begin. Throws std::runtime_error when the index cannot be read.
std::vector<Exchange> load_recording(const std::string& folder, const std::string& root);

}  // namespace godwit::test
