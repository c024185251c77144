/// States as Z-Push writes them, made by tests: a StateObject with one ASDevice for each user.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace godwit::test {

class ZPushState {
 public:
  ZPushState& user(std::string_view name) {
    users_.push_back({std::string(name), {}, 0});
    return *this;
  }
  ZPushState& text(std::string_view name, std::string_view value) {
    return member(name, php(value));
  }
  ZPushState& number(std::string_view name, std::int64_t value) {
    return member(name, "i:" + std::to_string(value) + ";");
  }

  /// Of classes that write themselves, as Z-Push's do; or member by member.
  std::string bytes(bool as_objects = false) const {
    std::string devices;
    for (const User& user : users_) {
      const std::string data = "a:" + std::to_string(user.count) + ":{" + user.members + "}";
      devices += php(user.name) + object("ASDevice", data, as_objects);
    }
    const std::string data =
        "a:1:{" + php("devices") + "a:" + std::to_string(users_.size()) + ":{" + devices + "}}";
    return object("StateObject", data, as_objects);
  }

 private:
  struct User {
    std::string name, members;
    unsigned count;
  };

  static std::string php(std::string_view text) {
    return "s:" + std::to_string(text.size()) + ":\"" + std::string(text) + "\";";
  }
  ZPushState& member(std::string_view name, const std::string& value) {
    users_.back().members += php(name) + value;
    ++users_.back().count;
    return *this;
  }
  static std::string object(std::string_view name, const std::string& data, bool as_object) {
    const std::string head = std::to_string(name.size()) + ":\"" + std::string(name) + "\":";
    if (as_object) return "O:" + head + "1:{" + php(std::string_view("\0*\0data", 7)) + data + "}";
    const std::string inner = "a:2:{i:0;s:12:\"0123456789ab\";i:1;" + data + "}";
    return "C:" + head + std::to_string(inner.size()) + ":{" + inner + "}";
  }

  std::vector<User> users_;
};

}  // namespace godwit::test
