#include "replay/recording.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "base/text.hpp"
#include "eas/request_line.hpp"

namespace godwit::test {
namespace {

enum Column : std::uint8_t {
  capture,
  number,
  method,
  uri,
  command,
  protocol_version,
  user_agent,
  request_headers,
  request_file,
  request_note,
  status,
  response_headers,
  response_file,
  columns
};

std::string contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

/// A header of `Name: value; Name: value`.
std::string header(std::string_view list, std::string_view name) {
  while (!list.empty()) {
    const std::size_t end = std::min(list.find("; "), list.size());
    const std::string_view one = list.substr(0, end);
    const std::size_t colon = std::min(one.find(':'), one.size());
    if (iequals(one.substr(0, colon), name)) {
      return std::string(trim(one.substr(std::min(colon + 1, one.size()))));
    }
    list.remove_prefix(std::min(end + 2, list.size()));
  }
  return {};
}

/// RFC 9110 5.6.7: `Fri, 01 Mar 2013 10:02:53 GMT`.
std::optional<Time> parse_date(std::string_view text) {
  constexpr std::string_view months = "JanFebMarAprMayJunJulAugSepOctNovDec";
  if (text.size() < 25) return std::nullopt;
  const auto field = [&](std::size_t at, std::size_t length) {
    return parse_number<int>(text.substr(at, length)).value_or(0);
  };
  const std::size_t month = months.find(text.substr(8, 3));
  if (month == std::string_view::npos) return std::nullopt;
  using namespace std::chrono;
  const sys_days day = year(field(12, 4)) /
                       std::chrono::month(static_cast<unsigned>(month / 3 + 1)) /
                       std::chrono::day(static_cast<unsigned>(field(5, 2)));
  return Time(day) + hours(field(17, 2)) + minutes(field(20, 2)) + seconds(field(23, 2));
}

/// Bodies lie in the recording's folder; `= path` names an identical one anywhere below the root.
std::string body_path(const std::string& folder, const std::string& root, std::string_view name) {
  if (!name.starts_with("= ")) return folder + "/" + std::string(name);
  name.remove_prefix(2);
  const std::string here = folder + "/" + std::string(name);
  return std::ifstream(here).is_open() ? here : root + "/" + std::string(name);
}

std::optional<client::Node> document(const std::string& bytes) {
  auto node = client::decode(bytes);
  return node ? std::optional(std::move(*node)) : std::nullopt;
}

Exchange exchange_of(const std::array<std::string, columns>& row, const std::string& folder,
                     const std::string& root) {
  Exchange out;
  out.capture = row[capture];
  out.number = row[number];
  out.method = row[method];
  out.command = row[command];
  const std::size_t mark = row[uri].find('?');
  if (mark != std::string::npos) {
    if (const auto line = eas::parse_request_line(std::string_view(row[uri]).substr(mark + 1))) {
      out.user = line->user;
      if (line->device_id) out.device_id = line->device_id->view();
      out.device_type = line->device_type;
      out.attachment_name = line->attachment_name;
      out.base64_query = line->base64;
      out.policy_key = line->policy_key;
      if (line->version) out.version = *line->version;
    }
  }
  if (const auto version = eas::parse_version(row[protocol_version])) out.version = *version;
  if (const auto key = header(row[request_headers], "X-MS-PolicyKey"); !key.empty()) {
    out.policy_key = parse_number<std::uint32_t>(key);
  }
  if (!row[request_file].empty()) {
    out.request = document(contents(body_path(folder, root, row[request_file])));
  }
  out.status = parse_number<int>(row[status]).value_or(0);
  out.date = parse_date(header(row[response_headers], "Date"));
  if (!row[response_file].empty()) {
    out.answer_has_body = true;
    out.answer = document(contents(body_path(folder, root, row[response_file])));
  }
  return out;
}

}  // namespace

std::vector<Exchange> load_recording(const std::string& folder, const std::string& root) {
  std::ifstream index(folder + "/index.tsv");
  if (!index.is_open()) throw std::runtime_error(folder + "/index.tsv cannot be read");
  std::vector<Exchange> out;
  std::string line;
  std::getline(index, line);  // the heading
  while (std::getline(index, line)) {
    std::array<std::string, columns> row;
    std::string_view rest = line;
    for (std::string& field : row) {
      const std::size_t tab = std::min(rest.find('\t'), rest.size());
      field = rest.substr(0, tab);
      rest.remove_prefix(std::min(tab + 1, rest.size()));
    }
    out.push_back(exchange_of(row, folder, root));
  }
  return out;
}

}  // namespace godwit::test
