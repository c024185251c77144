#include "console/device_filter.hpp"

#include <algorithm>
#include <string_view>
#include <tuple>

#include "base/text.hpp"

namespace godwit::console {
std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> out;
  while (!(text = trim(text)).empty()) {
    const auto end = text.find(' ');
    out.push_back(ascii_lower(text.substr(0, end)));
    text = end == std::string_view::npos ? std::string_view() : text.substr(end);
  }
  return out;
}

bool holds(std::string_view text, std::string_view word) {
  const auto same = [](char a, char b) { return ascii_lower(a) == b; };
  return !std::ranges::search(text, word, same).empty();
}

namespace {

bool fits(const admin::Device& device, const std::vector<std::string>& words) {
  return std::ranges::all_of(words, [&](const std::string& word) {
    return holds(device.user.view(), word) || holds(device.id.view(), word) ||
           holds(device.model, word) || holds(device.type, word) || holds(device.agent, word);
  });
}

}  // namespace

std::vector<admin::Device> matching(std::vector<admin::Device> devices,
                                    const DeviceSearch& search) {
  const auto words = words_of(search.words);
  std::erase_if(devices, [&](const admin::Device& device) {
    return (!search.state.empty() && device.state != search.state) || !fits(device, words);
  });
  std::ranges::sort(devices, [](const admin::Device& a, const admin::Device& b) {
    return std::tie(b.seen, a.user, a.id) < std::tie(a.seen, b.user, b.id);
  });
  return devices;
}

}  // namespace godwit::console
