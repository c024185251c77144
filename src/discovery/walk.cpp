#include "discovery/walk.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "autodiscover/client.hpp"
#include "autodiscover/settings.hpp"
#include "base/bytes.hpp"
#include "base/fault.hpp"
#include "dav/url.hpp"
#include "http/client.hpp"
#include "net/worker.hpp"

namespace godwit::discovery {
namespace {

using autodiscover::json_path;
using autodiscover::xml_path;

constexpr int redirects_max = 10;
constexpr std::uint64_t body_bytes_max = 256ULL * 1024;

/// A request to come.
struct Aim {
  Way way = Way::domain;
  dav::Origin origin;
  std::string target;  // path and query
  bool get = false;
  bool follows = false;
};

/// Where an answer sends on to.
struct Next {
  std::optional<Aim> aim;
  std::string address;  // ask about this one, from the beginning
};

std::string without_port(const dav::Origin& origin) {
  const std::string text = origin.text();
  const std::string usual = origin.tls ? ":443" : ":80";
  return text.ends_with(usual) ? text.substr(0, text.size() - usual.size()) : text;
}

class Walker {
 public:
  explicit Walker(Settings settings)
      : settings_(std::move(settings)), lookup_(settings_.dns), gate_("certificates", 1, 8) {}

  Task<Walk> run() {
    std::string address = settings_.address;
    std::set<std::string> asked_about;
    while (asked_about.size() <= redirects_max && asked_about.insert(address).second) {
      next_address_.clear();
      co_await all_ways(address);
      if (next_address_.empty()) break;
      address = next_address_;
    }
    co_return std::move(walk_);
  }

 private:
  dav::Origin https(std::string host) const {
    return {.tls = true, .host = std::move(host), .port = settings_.https_port};
  }

  /// Where there is one; a redirect without TLS gets none anyway.
  bool may_have_password(const dav::Origin& origin) const {
    const std::string domain = autodiscover::domain_of(settings_.address);
    return settings_.password.empty() || !origin.tls || origin.host == domain ||
           origin.host.ends_with('.' + domain) ||
           std::ranges::find(settings_.trusted_hosts, origin.host) != settings_.trusted_hosts.end();
  }

  bool is_over() const {
    if (!next_address_.empty()) return true;
    if (settings_.password.empty()) return false;  // all of it is to be seen
    return !walk_.url.empty() ||
           (!walk_.steps.empty() && walk_.steps.back().outcome == Outcome::refused);
  }

  Task<> all_ways(std::string address) {
    address_ = std::move(address);
    const std::string domain = autodiscover::domain_of(address_);
    const std::string sub = "autodiscover." + domain;
    const std::string path(xml_path);
    co_await follow({Way::domain, https(domain), path});
    if (!is_over()) co_await follow({Way::subdomain, https(sub), path});
    if (!is_over()) {
      co_await follow({.way = Way::redirect,
                       .origin = {.tls = false, .host = sub, .port = settings_.http_port},
                       .target = path,
                       .get = true});
    }
    if (!is_over()) co_await services(domain);
    if (is_over()) co_return;
    co_await follow({.way = Way::version2,
                     .origin = https(sub),
                     .target = std::string(json_path) + "?Email=" + dav::encode_segment(address_) +
                               "&Protocol=ActiveSync&RedirectCount=1",
                     .get = true});
  }

  Task<> services(std::string domain) {
    Step step{.way = Way::service, .asked = "_autodiscover._tcp." + domain};
    std::vector<dns::Record> records;
    try {
      records = co_await lookup_.ask(step.asked, dns::Type::service);
    } catch (const Fault& fault) {
      step.outcome = Outcome::broken;
      step.what = fault.what();
    }
    std::erase_if(records, [](const dns::Record& each) {
      return each.type != dns::Type::service || each.text.empty() || each.port == 0;
    });
    // RFC 2782: the lowest priority first, of those the heaviest.
    const auto best = std::ranges::min_element(records, [](const auto& a, const auto& b) {
      return a.priority != b.priority ? a.priority < b.priority : a.weight > b.weight;
    });
    if (best == records.end()) {
      walk_.steps.push_back(std::move(step));
      co_return;
    }
    co_await follow({Way::service,
                     {.tls = true, .host = best->text, .port = best->port},
                     std::string(xml_path)});
  }

  Task<> follow(Aim aim) {
    std::optional<Aim> next = std::move(aim);
    for (int i = 0; next && i <= redirects_max; ++i) next = co_await one(std::move(*next));
    if (next) walk_.steps.back().what = "it redirects in circles";
  }

  /// The step of `aim`; what it redirects to.
  Task<std::optional<Aim>> one(Aim aim) {
    Step step{.way = aim.way, .asked = without_port(aim.origin) + aim.target};
    step.follows = aim.follows;
    Next next;
    try {
      co_await find_name(aim, step);
      if (!may_have_password(aim.origin)) {
        step.outcome = Outcome::broken;
        step.what = fmt::format("{} is not within the domain: it does not get the password",
                                aim.origin.host);
      } else if (!step.addresses.empty()) {
        if (aim.origin.tls) co_await look_at(aim, step);
        const http::ClientReply reply = co_await ask(aim, step.addresses.front());
        next = judge(aim, reply, step);
      }
    } catch (const Fault& fault) {
      step.outcome = Outcome::broken;
      if (step.what.empty()) step.what = fault.what();
    }
    if (step.outcome == Outcome::found) walk_.url = step.url;
    walk_.steps.push_back(std::move(step));
    if (!next.address.empty()) next_address_ = std::move(next.address);
    co_return std::move(next.aim);
  }

  Task<> find_name(const Aim& aim, Step& step) {
    for (const dns::Type type : {dns::Type::address4, dns::Type::address6}) {
      for (const dns::Record& record : co_await lookup_.ask(aim.origin.host, type)) {
        if (record.type == dns::Type::alias) step.alias = record.text;
        if (record.type == type) step.addresses.push_back(record.text);
      }
    }
    if (step.addresses.empty() && !step.alias.empty()) {
      step.outcome = Outcome::broken;
      step.what = fmt::format("it is an alias of {}, which has no address", step.alias);
    }
  }

  Task<> look_at(const Aim& aim, Step& step) {
    net::CertificateLook look{.address = step.addresses.front(),
                              .port = aim.origin.port,
                              .name = aim.origin.host,
                              .ca_file = settings_.ca_file};
    look.limit = std::chrono::ceil<std::chrono::seconds>(settings_.limit);
    auto facts = co_await blocking(gate_, [look] { return net::look_at_certificate(look); });
    if (facts) {
      step.certificate = *facts;
    } else {
      throw Fault(Fault::Kind::unavailable, facts.error().message);
    }
  }

  Task<http::ClientReply> ask(const Aim& aim, std::string address) {
    net::ConnectSettings server{.host = std::move(address), .port = aim.origin.port};
    server.limit = settings_.limit;
    if (aim.origin.tls) {
      server.tls = net::TlsClientSettings{
          .host = aim.origin.host, .ca_file = settings_.ca_file, .insecure = settings_.insecure};
    }
    http::ClientRequest request{.method = aim.get ? "GET" : "POST", .target = aim.target};
    const bool usual = aim.origin.port == (aim.origin.tls ? 443 : 80);
    request.headers.push_back(
        {"Host", aim.origin.host + (usual ? "" : ':' + std::to_string(aim.origin.port))});
    request.headers.push_back({"User-Agent", "Godwit"});
    if (!aim.get) {
      request.headers.push_back({"Content-Type", "text/xml; charset=utf-8"});
      request.body = autodiscover::mobilesync_request(address_);
      if (!settings_.password.empty()) {
        const std::string& login = settings_.login.empty() ? address_ : settings_.login;
        request.headers.push_back(
            {"Authorization",
             "Basic " + base64_encode(login + ':' + std::string(settings_.password.reveal()))});
      }
    }
    http::Client client(std::move(server), body_bytes_max);
    co_return co_await client.send(std::move(request), settings_.limit);
  }

  Next judge(const Aim& aim, const http::ClientReply& reply, Step& step) const {
    step.status = reply.status;
    if (reply.status >= 300 && reply.status < 400) return redirect(aim, reply, step);
    // Without a password 403 is a web site's own business; a sign-in is offered by 401.
    if (reply.status == 401 || (reply.status == 403 && !settings_.password.empty())) {
      step.outcome = settings_.password.empty() ? Outcome::asks : Outcome::refused;
      if (step.outcome == Outcome::refused) step.what = "it does not take the password";
      return {};
    }
    step.outcome = Outcome::elsewhere;
    if (reply.status != 200) {
      step.what = fmt::format("it answers {}", reply.status);
      return {};
    }
    return aim.way == Way::version2 ? read_json(reply, step) : read_xml(reply, step);
  }

  Next redirect(const Aim& aim, const http::ClientReply& reply, Step& step) const {
    const auto to = dav::resolve({aim.origin, "/"}, reply.header("location"));
    const std::string_view location = reply.header("location");
    if (!to || !to->origin.tls) {
      step.outcome = Outcome::broken;
      step.what = "it redirects to where TLS is missing";
      return {};
    }
    step.outcome = Outcome::elsewhere;
    const auto question = location.find('?');
    Aim next{.way = aim.way, .origin = to->origin, .target = to->path};
    if (question != std::string_view::npos) next.target += location.substr(question);
    next.get = aim.way == Way::version2;  // the others are asked by POST over TLS
    next.follows = true;
    return {.aim = std::move(next), .address = {}};
  }

  static Next read_json(const http::ClientReply& reply, Step& step) {
    const auto url = autodiscover::read_json_answer(reply.body);
    if (!url) {
      step.what = url.error().message;
      return {};
    }
    step.outcome = Outcome::found;
    step.url = *url;
    return {};
  }

  static Next read_xml(const http::ClientReply& reply, Step& step) {
    auto told = autodiscover::read_mobilesync_answer(reply.body);
    if (!told) {
      // Some clients take a page with 200 for a server that is broken, and stop.
      step.what = "it answers 200 with " + told.error().message;
      return {};
    }
    if (!told->url.empty()) {
      step.outcome = Outcome::found;
      step.url = told->url;
    } else if (!told->redirect.empty()) {
      step.what = "it sends on to " + told->redirect;
      return {.aim = {}, .address = std::move(told->redirect)};
    } else {
      step.outcome = told->error == "500" ? Outcome::refused : Outcome::elsewhere;
      step.what = "it answers with error " + told->error;
    }
    return {};
  }

  Settings settings_;
  dns::Lookup lookup_;
  Gate gate_;
  std::string address_;
  std::string next_address_;
  Walk walk_;
};

}  // namespace

Task<Walk> walk(Settings settings) {
  Walker walker(std::move(settings));
  co_return co_await walker.run();
}

std::string_view way_name(Way way) {
  constexpr std::string_view names[] = {"domain", "autodiscover", "redirect", "srv", "version2"};
  return names[std::to_underlying(way)];
}

std::string_view outcome_name(Outcome outcome) {
  constexpr std::string_view names[] = {"found",   "asks",      "refused",
                                        "no_name", "elsewhere", "broken"};
  return names[std::to_underlying(outcome)];
}

}  // namespace godwit::discovery
