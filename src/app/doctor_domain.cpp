#include <fmt/chrono.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "app/doctor.hpp"
#include "autodiscover/settings.hpp"
#include "base/fault.hpp"

namespace godwit::app {
namespace {

using discovery::Outcome;
using discovery::Step;
using discovery::Way;

constexpr std::chrono::days soon{14};  // authorities renew a month before

std::string date_of(Time time) {
  return fmt::format("{:%Y-%m-%d}", std::chrono::floor<std::chrono::days>(time));
}

/// How much a fault of this step weighs. The domain's own name mostly belongs to a web site, and
/// clients go on behind it; and what comes after a way that works, few clients come to.
Health weight_of(const Step& step, bool served) {
  if (step.way == Way::domain && !step.follows) return Health::note;
  if (!served) return Health::failure;
  return step.way == Way::redirect ? Health::note : Health::warning;
}

void judge_certificate(const Step& step, Health weight, Time now, Findings& out) {
  if (!step.certificate) return;
  const net::CertificateFacts& facts = *step.certificate;
  const std::string subject = step.asked + ", certificate";
  if (!facts.names_host) {
    out.push_back({weight, subject, "it is not for this name",
                   "get one that holds this name, too, or let the name lead elsewhere"});
  } else if (!facts.chain_problem.empty()) {
    out.push_back({weight, subject, "it is not trusted: " + facts.chain_problem,
                   "give the whole chain to the server (fullchain.pem), and renew what expired"});
  } else if (facts.not_after - now < soon) {
    out.push_back({Health::warning, subject, "it ends on " + date_of(facts.not_after),
                   "renew it, and see why that did not happen by itself"});
  } else {
    out.push_back({Health::good, subject, "good until " + date_of(facts.not_after)});
  }
}

std::string where_of(const Step& step) {
  std::string out;
  if (!step.alias.empty()) out = fmt::format("alias of {}, ", step.alias);
  return out + fmt::format("{}", fmt::join(step.addresses, " "));
}

/// What the answer, or its lack, means.
Finding judge_answer(const Step& step, Health weight) {
  const std::string where = where_of(step);
  switch (step.outcome) {
    case Outcome::found:
      return {Health::good, step.asked, fmt::format("{}: leads to {}", where, step.url)};
    case Outcome::asks:
      return {Health::good, step.asked, where + ": answers, and asks for a password"};
    case Outcome::no_name:
      return {Health::note, step.asked, "there is no such name; clients go on"};
    case Outcome::refused:
      return {Health::warning, step.asked, fmt::format("{}: {}", where, step.what)};
    case Outcome::elsewhere:
      if (step.status == 200) {
        return {Health::warning, step.asked, fmt::format("{}: {}", where, step.what),
                "answer 404 there, since some clients stop at a page"};
      }
      if (step.status >= 300 && step.status < 400) {
        return {Health::good, step.asked, fmt::format("{}: redirects", where)};
      }
      return {Health::note, step.asked, fmt::format("{}: {}; clients go on", where, step.what)};
    case Outcome::broken:
      break;
  }
  return {weight, step.asked, fmt::format("{} {}", where, step.what),
          "let somebody answer there, or remove the name from DNS: clients wait for it"};
}

bool leads_on(const Step& step) {
  return (step.outcome == Outcome::asks || step.outcome == Outcome::found) &&
         (!step.certificate ||
          (step.certificate->names_host && step.certificate->chain_problem.empty()));
}

Task<std::vector<dns::Record>> records(dns::Lookup& lookup, std::string name, dns::Type type,
                                       Findings& out) {
  std::vector<dns::Record> found;
  try {
    found = co_await lookup.ask(name, type);
  } catch (const Fault& fault) {
    out.push_back({Health::warning, name, fault.what(), "see to the DNS servers of the domain"});
  }
  std::erase_if(found, [type](const dns::Record& each) { return each.type != type; });
  co_return found;
}

/// Whether the host of a record has an address of its own.
Task<bool> resolves(dns::Lookup& lookup, std::string host) {
  bool found = false;
  try {
    found = !(co_await lookup.addresses(std::move(host))).empty();
  } catch (const Fault&) {
    found = false;  // said of the name already
  }
  co_return found;
}

Task<> examine_mail(dns::Lookup& lookup, std::string domain, Findings& out) {
  const std::string subject = "MX of " + domain;
  const auto found = co_await records(lookup, domain, dns::Type::mail, out);
  if (found.empty()) {
    out.push_back({Health::failure, subject, "there is none: mail from elsewhere may not arrive",
                   fmt::format("{}. MX 10 followed by the name of your mail server", domain)});
    co_return;
  }
  for (const dns::Record& each : found) {
    if (each.text.empty()) {  // RFC 7505
      out.push_back({Health::failure, subject, "it says that the domain takes no mail",
                     "name your mail server instead"});
    } else if (co_await resolves(lookup, each.text)) {
      out.push_back({Health::good, subject, each.text});
    } else {
      out.push_back({Health::failure, subject, each.text + " has no address",
                     "give that name an A or AAAA record"});
    }
  }
}

struct Service {
  std::string_view name;
  std::string_view who;
};

Task<> examine_services(dns::Lookup& lookup, std::string domain, Findings& out) {
  constexpr std::array<Service, 4> services{{{"_imaps._tcp.", "mail programs"},
                                             {"_submission._tcp.", "mail programs"},
                                             {"_caldavs._tcp.", "calendar programs"},
                                             {"_carddavs._tcp.", "address books"}}};
  for (const Service& service : services) {
    const std::string name = std::string(service.name) + domain;
    const auto found = co_await records(lookup, name, dns::Type::service, out);
    if (found.empty()) {
      out.push_back(
          {Health::note, name,
           fmt::format("there is none; {} that do not speak ActiveSync may miss it", service.who)});
    }
    for (const dns::Record& each : found) {
      if (each.text.empty() || co_await resolves(lookup, each.text)) {
        out.push_back({Health::good, name, fmt::format("{}:{}", each.text, each.port)});
      } else {
        out.push_back({Health::failure, name, each.text + " has no address",
                       "give that name an A or AAAA record, or remove the SRV record"});
      }
    }
  }
}

}  // namespace

Findings judge_walk(const discovery::Walk& walk, const std::string& domain, Time now) {
  Findings out;
  const auto first = std::ranges::find_if(walk.steps, leads_on);
  for (auto step = walk.steps.begin(); step != walk.steps.end(); ++step) {
    const Health weight = weight_of(*step, first < step);
    judge_certificate(*step, weight, now, out);
    out.push_back(judge_answer(*step, weight));
  }
  if (first == walk.steps.end()) {
    out.push_back({Health::failure, domain, "clients find no server by an address of this domain",
                   fmt::format("autodiscover.{}. CNAME followed by the name of your server, whose "
                               "certificate must hold autodiscover.{}",
                               domain, domain)});
  } else {
    out.push_back({Health::good, domain, "clients are answered at " + first->asked});
  }
  return out;
}

Task<Findings> examine_domain(discovery::Settings settings, Time now) {
  const std::string domain = autodiscover::domain_of(settings.address);
  dns::Lookup lookup(settings.dns);
  Findings out = judge_walk(co_await discovery::walk(std::move(settings)), domain, now);
  co_await examine_mail(lookup, domain, out);
  co_await examine_services(lookup, domain, out);
  co_return out;
}

}  // namespace godwit::app
