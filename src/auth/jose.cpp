#include "auth/jose.hpp"

#include <cstddef>
#include <nlohmann/json.hpp>
#include <set>
#include <vector>

#include "base/bytes.hpp"

namespace godwit::auth {
namespace {

using Json = nlohmann::json;

constexpr std::string_view alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Bits of the last character that belong to no byte.
std::size_t bits_left_over(std::size_t characters) {
  switch (characters % 4) {
    case 2:
      return 0x0F;
    case 3:
      return 0x03;
    default:
      return 0;
  }
}

/// What the parser is told of while it reads.
class Watcher {
 public:
  bool operator()(int depth, Json::parse_event_t event, const Json& parsed) {
    if (depth > json_depth_max) too_deep_ = true;
    if (too_deep_) return false;
    const auto level = static_cast<std::size_t>(depth);
    if (event == Json::parse_event_t::object_start) {
      names_.resize(level + 2);
      names_[level + 1].clear();
    } else if (event == Json::parse_event_t::key) {
      twice_ = !names_.at(level).insert(parsed.get<std::string>()).second || twice_;
    }
    return true;
  }
  bool too_deep() const { return too_deep_; }
  bool twice() const { return twice_; }

 private:
  std::vector<std::set<std::string>> names_;  // of the objects that are open, by level
  bool too_deep_ = false;
  bool twice_ = false;
};

}  // namespace

Result<std::string> base64url_decode(std::string_view text) {
  if (text.empty()) return std::string();
  const auto malformed = [] { return fail(Errc::malformed, "not base64url"); };
  if (text.size() % 4 == 1) return malformed();
  if (text.find_first_not_of(alphabet) != std::string_view::npos) return malformed();
  if ((alphabet.find(text.back()) & bits_left_over(text.size())) != 0) return malformed();
  return base64_decode(text);
}

Result<Json> parse_object(std::string_view text) {
  Watcher watcher;
  const auto watch = [&watcher](int depth, Json::parse_event_t event, const Json& parsed) {
    return watcher(depth, event, parsed);
  };
  Json whole = Json::parse(text, watch, false);
  if (watcher.too_deep()) return fail(Errc::too_large, "JSON of too many levels");
  if (watcher.twice()) return fail(Errc::malformed, "JSON with two members of one name");
  if (!whole.is_object()) return fail(Errc::malformed, "not a JSON object");
  return whole;
}

std::string_view text_member(const Json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end() || !found->is_string()) return {};
  return found->get_ref<const std::string&>();
}

}  // namespace godwit::auth
