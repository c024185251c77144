#include "dns/lookup.hpp"

#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <netdb.h>
#include <resolv.h>

#include <algorithm>

#include "base/fault.hpp"
#include "net/worker.hpp"

namespace godwit::dns {
namespace {

constexpr std::size_t message_bytes_max = 16UL * 1024;
constexpr int seconds_a_try = 2;
constexpr int tries = 2;

class Resolver {
 public:
  explicit Resolver(const std::optional<Server>& server) {
    if (::res_ninit(&state_) != 0) {
      throw Fault(Fault::Kind::unavailable, "the system's resolver cannot be set up");
    }
    state_.retrans = seconds_a_try;
    state_.retry = tries;
    if (!server) return;
    sockaddr_in& where = state_.nsaddr_list[0];
    where = {};
    where.sin_family = AF_INET;
    where.sin_port = htons(server->port);
    ::inet_pton(AF_INET, server->address.c_str(), &where.sin_addr);
    state_.nscount = 1;
  }
  ~Resolver() { ::res_nclose(&state_); }
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;

  /// Blocks.
  std::vector<Record> ask(const std::string& name, Type type) {
    std::string answer(message_bytes_max, '\0');
    const int size = ::res_nquery(&state_, name.c_str(), ns_c_in, static_cast<int>(type),
                                  reinterpret_cast<unsigned char*>(answer.data()),
                                  static_cast<int>(answer.size()));
    if (size < 0) {
      if (state_.res_h_errno == HOST_NOT_FOUND || state_.res_h_errno == NO_DATA) return {};
      throw Fault(Fault::Kind::unavailable, name + ": DNS does not answer");
    }
    answer.resize(std::min(static_cast<std::size_t>(size), answer.size()));
    auto records = read_answer(answer);
    if (!records) throw Fault(Fault::Kind::unavailable, name + ": " + records.error().message);
    return std::move(*records);
  }

 private:
  struct __res_state state_{};
};

}  // namespace

struct Lookup::State {
  std::optional<Server> server;
  Gate gate{"dns", 1, 64};
};

Lookup::Lookup(std::optional<Server> server) : state_(std::make_unique<State>(std::move(server))) {}
Lookup::~Lookup() = default;

Task<std::vector<Record>> Lookup::ask(std::string name, Type type) {
  auto work = [server = state_->server, name = std::move(name), type] {
    return Resolver(server).ask(name, type);
  };
  co_return co_await blocking(state_->gate, std::move(work));
}

Task<std::vector<std::string>> Lookup::addresses(std::string name) {
  std::vector<std::string> out;
  for (const Type type : {Type::address4, Type::address6}) {
    for (Record& record : co_await ask(name, type)) {
      if (record.type == type) out.push_back(std::move(record.text));
    }
  }
  co_return out;
}

}  // namespace godwit::dns
