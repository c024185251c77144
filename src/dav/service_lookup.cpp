#include "dav/service_lookup.hpp"

#include <arpa/nameser.h>
#include <netinet/in.h>
#include <resolv.h>

#include <algorithm>
#include <array>
#include <optional>

#include "base/fault.hpp"
#include "net/worker.hpp"

namespace godwit::dav {
namespace {

constexpr std::size_t message_bytes_max = 16 * 1024;
constexpr std::size_t records_max = 32;
constexpr std::size_t service_head_bytes = 6;  // RFC 2782: priority, weight, port

using Bytes = const unsigned char*;

/// Calls `take` with each answer record of that type; false when the message is damaged.
template <class Take>
bool each_record(std::string_view message, int type, Take take) {
  ns_msg handle{};
  const auto* begin = reinterpret_cast<Bytes>(message.data());
  if (ns_initparse(begin, static_cast<int>(message.size()), &handle) != 0) return false;
  const auto count = std::min<std::size_t>(ns_msg_count(handle, ns_s_an), records_max);
  for (std::size_t i = 0; i < count; ++i) {
    ns_rr record{};
    if (ns_parserr(&handle, ns_s_an, static_cast<int>(i), &record) != 0) return false;
    if (ns_rr_type(record) != type) continue;
    const std::string_view data(reinterpret_cast<const char*>(ns_rr_rdata(record)),
                                ns_rr_rdlen(record));
    if (!take(data)) return false;
  }
  return true;
}

std::uint16_t number_at(std::string_view data, std::size_t at) {
  return static_cast<std::uint16_t>(static_cast<unsigned char>(data[at]) << 8U |
                                    static_cast<unsigned char>(data[at + 1]));
}

/// Blocks. Nothing = there are no such records.
std::optional<std::string> ask(const std::string& name, int type) {
  std::string answer(message_bytes_max, '\0');
  auto* buffer = reinterpret_cast<unsigned char*>(answer.data());
  const int size =
      ::res_query(name.c_str(), ns_c_in, type, buffer, static_cast<int>(answer.size()));
  if (size >= 0) {
    answer.resize(std::min(static_cast<std::size_t>(size), answer.size()));
    return answer;
  }
  if (h_errno == HOST_NOT_FOUND || h_errno == NO_DATA) return std::nullopt;
  throw Fault(Fault::Kind::unavailable, name + ": no answer from the resolver");
}

class SystemResolver final : public Resolver {
 public:
  Task<std::vector<ServiceRecord>> services(std::string name) override {
    const auto message = co_await query(std::move(name), ns_t_srv);
    if (!message) co_return std::vector<ServiceRecord>();
    co_return read_services(*message).value_or(std::vector<ServiceRecord>());
  }
  Task<std::vector<std::string>> texts(std::string name) override {
    const auto message = co_await query(std::move(name), ns_t_txt);
    if (!message) co_return std::vector<std::string>();
    co_return read_texts(*message).value_or(std::vector<std::string>());
  }

 private:
  Task<std::optional<std::string>> query(std::string name, int type) {
    auto work = [name = std::move(name), type] { return ask(name, type); };
    co_return co_await blocking(gate_, std::move(work));
  }

  Gate gate_{"dav.resolver", 2, 64};
};

/// RFC 6763 6.4, as RFC 6764 4 uses it: "path=/dav".
std::string path_of(const std::vector<std::string>& texts) {
  for (const std::string& text : texts) {
    if (!text.starts_with("path=")) continue;
    auto path = canonical_path(std::string_view(text).substr(5));
    if (path) return std::move(*path);
  }
  return "/";
}

}  // namespace

std::unique_ptr<Resolver> make_system_resolver() { return std::make_unique<SystemResolver>(); }

Result<std::vector<ServiceRecord>> read_services(std::string_view message) {
  std::vector<ServiceRecord> out;
  const auto* begin = reinterpret_cast<Bytes>(message.data());
  const bool good = each_record(message, ns_t_srv, [&](std::string_view data) {
    if (data.size() <= service_head_bytes) return false;
    std::array<char, NS_MAXDNAME> name{};
    const auto* target = reinterpret_cast<Bytes>(data.data()) + service_head_bytes;
    const int used =
        ns_name_uncompress(begin, begin + message.size(), target, name.data(), name.size());
    if (used < 0) return false;
    ServiceRecord record{number_at(data, 0), number_at(data, 2), number_at(data, 4), name.data()};
    while (record.target.ends_with('.')) record.target.pop_back();
    out.push_back(std::move(record));
    return true;
  });
  if (!good) return fail(Errc::malformed, "not a DNS answer");
  return out;
}

Result<std::vector<std::string>> read_texts(std::string_view message) {
  std::vector<std::string> out;
  const bool good = each_record(message, ns_t_txt, [&](std::string_view data) {
    while (!data.empty()) {
      const auto size = static_cast<unsigned char>(data.front());
      data.remove_prefix(1);
      if (size > data.size()) return false;
      out.emplace_back(data.substr(0, size));
      data.remove_prefix(size);
    }
    return true;
  });
  if (!good) return fail(Errc::malformed, "not a DNS answer");
  return out;
}

Task<Result<Url>> find_service(Resolver& resolver, Service service, std::string domain) {
  const std::string name =
      (service == Service::contacts ? "_carddavs._tcp." : "_caldavs._tcp.") + domain;
  auto records = co_await resolver.services(name);
  std::erase_if(records,
                [](const ServiceRecord& each) { return each.target.empty() || each.port == 0; });
  if (records.empty()) co_return fail(Errc::not_found, name + ": no such service");
  // RFC 2782: the lowest priority; of those the heaviest, since one server is enough for us.
  const auto best = std::ranges::min_element(records, [](const auto& a, const auto& b) {
    return a.priority != b.priority ? a.priority < b.priority : a.weight > b.weight;
  });
  auto url = parse_url("https://" + best->target + ':' + std::to_string(best->port) + '/');
  if (!url) co_return pass(url);
  url->path = path_of(co_await resolver.texts(name));
  co_return url;
}

}  // namespace godwit::dav
