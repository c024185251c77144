#include "backend/ldap/servers.hpp"

#include <chrono>
#include <utility>

#include "base/fault.hpp"
#include "base/log.hpp"

namespace godwit::backend::ldap {
namespace {

using Steady = std::chrono::steady_clock;

constexpr Log ldap_log("ldap");
constexpr std::size_t rejoinders_max = 2;  // rounds over all servers for one query

}  // namespace

Entries Servers::run(const std::function<Entries(Session&)>& ask, unsigned limits) {
  for (std::size_t round = 0;; ++round) {
    std::unique_ptr<Session> session = take();
    const bool kept = session != nullptr;
    try {
      if (!session) session = connect(Session::As::reader);
      session->answer_by(Steady::now() + limits * settings_.limit);
      Entries out = ask(*session);
      give_back(std::move(session));
      return out;
    } catch (const Fault& fault) {
      if (session && fault.kind() == Fault::Kind::timed_out) leave(session->url());
      const bool again = kept && fault.kind() == Fault::Kind::unavailable;
      if (!again && (fault.kind() != Fault::Kind::unavailable || round + 1 >= rejoinders_max)) {
        ldap_log.warning("failed", {{"error", fault.what()}});
        throw;
      }
    }
  }
}

Entries Servers::read(const std::string& dn, const std::vector<std::string>& attributes) {
  try {
    return run([&](Session& session) { return session.read(dn, attributes); });
  } catch (const Fault& fault) {
    if (fault.kind() != Fault::Kind::corrupt) throw;
    return {};
  }
}

Entries Servers::read(const std::vector<std::string>& dns,
                      const std::vector<std::string>& attributes) {
  return run([&](Session& session) { return session.read(dns, attributes); });
}

std::unique_ptr<Session> Servers::take() {
  const std::scoped_lock lock(mutex_);
  if (idle_.empty()) return nullptr;
  auto out = std::move(idle_.back());
  idle_.pop_back();
  return out;
}

void Servers::give_back(std::unique_ptr<Session> session) {
  const std::scoped_lock lock(mutex_);
  if (idle_.size() < settings_.connections) idle_.push_back(std::move(session));
}

void Servers::leave(const std::string& url) {
  const std::scoped_lock lock(mutex_);
  std::erase_if(idle_, [&](const auto& each) { return each->url() == url; });
  if (settings_.urls[good_] == url) good_ = (good_ + 1) % settings_.urls.size();
}

std::unique_ptr<Session> Servers::connect(Session::As as) {
  std::size_t first = 0;
  {
    const std::scoped_lock lock(mutex_);
    first = good_;
  }
  std::string why = "no server is named";
  for (std::size_t i = 0; i < settings_.urls.size(); ++i) {
    const std::size_t index = (first + i) % settings_.urls.size();
    try {
      auto session = std::make_unique<Session>(settings_, settings_.urls[index], as);
      const std::scoped_lock lock(mutex_);
      good_ = index;
      return session;
    } catch (const Fault& fault) {
      ldap_log.warning("server_left", {{"error", fault.what()}});
      why = fault.what();
    }
  }
  throw Fault(Fault::Kind::unavailable, why);
}

}  // namespace godwit::backend::ldap
