// [MS-ASCMD] ResolveRecipients: whom the names stand for, with certificates and pictures.
#include <algorithm>
#include <chrono>
#include <iterator>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.hpp"
#include "base/fault.hpp"
#include "base/text.hpp"
#include "command/handlers.hpp"
#include "command/people.hpp"
#include "mapping/email.hpp"
#include "wbxml/pages/resolve_recipients.hpp"

namespace godwit::command {
namespace {

namespace tag = wbxml::resolve_recipients;
using backend::DirectoryEntry;
using eas::Version;
using wbxml::Element;
using wbxml::Writer;

// [MS-ASCMD] Status (ResolveRecipients): of the root, a Response, its Certificates.
constexpr std::uint16_t ok = 1;
constexpr std::uint16_t ambiguous = 2;
constexpr std::uint16_t ambiguous_partly = 3;
constexpr std::uint16_t nobody = 4;
constexpr std::uint16_t protocol_error = 5;
constexpr std::uint16_t server_error = 6;
constexpr std::uint16_t no_certificate = 7;
constexpr std::uint16_t certificate_limit = 8;

constexpr std::uint8_t address_list_entry = 1;  // [MS-ASCMD] Type (ResolveRecipients)

constexpr std::size_t recipients_max = 100;  // [MS-ASCMD] Limiting Size of Command Requests
constexpr std::size_t name_characters_max = 256;
constexpr std::size_t group_availability_max = 20;   // [MS-ASCMD] Status 161 (ResolveRecipients)
constexpr std::size_t availabilities_max = 100;      // 160
constexpr std::size_t group_certificates_max = 500;  // members whose certificates are looked for
constexpr std::uint32_t limit_max = 9999;  // [MS-ASCMD] MaxCertificates, MaxAmbiguousRecipients
constexpr std::chrono::minutes shortest_availability{30};
constexpr std::chrono::days longest_availability{42};
constexpr std::chrono::days default_availability{7};
constexpr std::chrono::minutes slot{30};

struct Span {
  Time start, end;
};

struct Wanted {
  enum class Certificates : std::uint8_t { none, full, mini };
  std::vector<std::string> names;
  Certificates certificates = Certificates::none;
  std::uint32_t certificates_max = limit_max;
  std::uint32_t suggestions_max = people_max;
  std::optional<Span> availability;
  std::optional<PictureOptions> pictures;
};

/// Nothing for a number out of its range.
std::optional<std::uint32_t> read_limit(const Element& options, wbxml::Tag child,
                                        std::uint32_t otherwise) {
  const Element* element = options.find(child);
  if (element == nullptr) return otherwise;
  const auto value = parse_number<std::uint32_t>(trim(element->text));
  return value && *value <= limit_max ? value : std::nullopt;
}

/// [MS-ASCMD] StartTime, EndTime (ResolveRecipients).
std::optional<Span> read_span(const Element& availability) {
  const auto start = mapping::parse_date(trim(availability.text_of(tag::StartTime)));
  if (!start) return std::nullopt;
  Time end = *start + default_availability;
  if (availability.has(tag::EndTime)) {
    const auto given = mapping::parse_date(trim(availability.text_of(tag::EndTime)));
    if (!given) return std::nullopt;
    end = *given;
  }
  const auto length = end - *start;
  if (length < shortest_availability || length > longest_availability) return std::nullopt;
  return Span{*start, end};
}

bool read_options(const Element& options, Version version, Wanted& wanted) {
  using Certificates = Wanted::Certificates;
  if (options.has(tag::CertificateRetrieval)) {
    const std::string_view retrieval = trim(options.text_of(tag::CertificateRetrieval));
    if (retrieval != "1" && retrieval != "2" && retrieval != "3") return false;
    wanted.certificates = retrieval == "1"   ? Certificates::none
                          : retrieval == "2" ? Certificates::full
                                             : Certificates::mini;
  }
  const auto certificates = read_limit(options, tag::MaxCertificates, limit_max);
  const auto suggestions = read_limit(options, tag::MaxAmbiguousRecipients, people_max);
  if (!certificates || !suggestions) return false;
  wanted.certificates_max = *certificates;
  wanted.suggestions_max = std::min(*suggestions, people_max);
  const Element* availability = options.find(tag::Availability);
  if (availability != nullptr && version >= Version::v14_0) {
    wanted.availability = read_span(*availability);
    if (!wanted.availability) return false;
  }
  const Element* picture = options.find(tag::Picture);
  if (picture == nullptr || version < Version::v14_1) return true;
  wanted.pictures = read_picture_options(*picture, tag::MaxSize, tag::MaxPictures);
  return wanted.pictures.has_value();
}

/// Nothing: Status 5.
std::optional<Wanted> read_request(const Element& request, Version version) {
  Wanted wanted;
  for (const Element& child : request.children) {
    if (child.tag != tag::To) continue;
    const std::string_view name = trim(child.text);
    const bool short_enough =
        utf8_prefix_characters(name, name_characters_max).size() == name.size();
    if (name.empty() || !short_enough) return std::nullopt;
    wanted.names.emplace_back(name);
  }
  if (wanted.names.empty() || wanted.names.size() > recipients_max) return std::nullopt;
  const Element* options = request.find(tag::Options);
  if (options != nullptr && !read_options(*options, version, wanted)) return std::nullopt;
  return wanted;
}

struct Certificates {
  std::uint16_t status = no_certificate;
  std::size_t count = 0;
  std::uint64_t recipients = 1;
  std::vector<std::string> der;
};

struct Availability {
  std::uint16_t status = std::to_underlying(eas::Status::availability_failure);
  std::string digits;
};

/// What a name came to.
struct Resolved {
  std::uint16_t status = nobody;
  std::uint64_t total = 0;
  std::vector<DirectoryEntry> entries;
  std::optional<backend::DirectoryMatches> members;  // of the one entry, where it is a group
  std::optional<Availability> availability;          // of the one entry
};

Task<Resolved> resolve(Session& session, std::string name, const Wanted& wanted) {
  Resolved out;
  const bool denied = session.account.denied.contains(backend::DataClass::directory);
  if (session.services.directory == nullptr || denied) co_return out;
  backend::DirectoryQuery query{
      .text = std::move(name), .entries_max = people_max, .address_alone = true};
  auto found = co_await session.services.directory->find(session.account, std::move(query));
  // Who has no address of mail is nobody to write to.
  const std::size_t removed =
      std::erase_if(found.entries, [](const DirectoryEntry& e) { return e.address.empty(); });
  out.total = found.total - std::min<std::uint64_t>(removed, found.total);
  out.entries = std::move(found.entries);
  if (out.entries.empty()) co_return out;
  out.status = ok;
  if (out.total > 1) {
    out.entries.resize(std::min<std::size_t>(out.entries.size(), wanted.suggestions_max));
    out.status = out.entries.size() < out.total ? ambiguous_partly : ambiguous;
    co_return out;
  }
  const bool asks_more = wanted.availability || wanted.certificates != Wanted::Certificates::none;
  if (asks_more && out.entries.front().is_group) {
    out.members = co_await session.services.directory->members(
        session.account, out.entries.front().id, group_certificates_max);
  }
  co_return out;
}

/// [MS-ASCMD] MergedFreeBusy: a digit for each half hour that begins, the highest of all in it.
void merge(const std::vector<backend::OccupiedTime>& times, const Span& span, std::string& digits) {
  for (const backend::OccupiedTime& each : times) {
    const Time start = std::max(each.start, span.start);
    const Time end = std::min(each.end, span.end);
    if (start >= end) continue;
    const auto digit = static_cast<char>('0' + std::to_underlying(each.as));
    auto at = static_cast<std::size_t>((start - span.start) / slot);
    for (Time begin = span.start + at * slot; begin < end; begin += slot, ++at) {
      digits[at] = std::max(digits[at], digit);
    }
  }
}

Availability merged(std::vector<const backend::FreeBusyAnswer*> people, const Span& span) {
  using Outcome = backend::FreeBusyAnswer::Outcome;
  const auto has = [&](Outcome outcome) {
    return std::ranges::any_of(people, [&](const auto* each) { return each->outcome == outcome; });
  };
  Availability out;
  if (has(Outcome::not_now)) {
    out.status = std::to_underlying(eas::Status::availability_transient_failure);
  } else if (has(Outcome::known)) {
    // Of a group those count of whom something is known: 1 does not say that it is all.
    out.status = ok;
    const auto length = span.end - span.start;
    out.digits.assign(
        static_cast<std::size_t>((length + slot - std::chrono::milliseconds(1)) / slot), '0');
    for (const auto* each : people) {
      if (each->outcome == Outcome::known) merge(each->times, span, out.digits);
    }
  }
  return out;
}

/// Whose time is asked about for one name, or why nobody's.
std::vector<std::string> people_of(const Resolved& resolved, std::size_t asked,
                                   Availability& refused) {
  std::vector<std::string> out;
  if (!resolved.members) {
    out.push_back(resolved.entries.front().address);
  } else if (resolved.members->total > group_availability_max) {
    refused.status = std::to_underlying(eas::Status::availability_list_too_large);
  } else {
    for (const DirectoryEntry& each : resolved.members->entries) out.push_back(each.address);
  }
  if (asked + out.size() > availabilities_max) {
    refused.status = std::to_underlying(eas::Status::availability_too_many_recipients);
    out.clear();
  }
  return out;
}

/// Asks about all names at once.
Task<> find_availability(Session& session, const Span& span, std::vector<Resolved>& all) {
  std::vector<std::string> addresses;
  std::vector<std::pair<std::size_t, std::size_t>> whose;  // the first and how many, for each name
  for (Resolved& each : all) {
    whose.emplace_back(addresses.size(), 0);
    if (each.status != ok) continue;
    each.availability.emplace();
    if (session.services.free_busy == nullptr) continue;
    auto people = people_of(each, addresses.size(), *each.availability);
    whose.back().second = people.size();
    std::ranges::move(people, std::back_inserter(addresses));
  }
  if (addresses.empty()) co_return;
  std::vector<backend::FreeBusyAnswer> answers(
      addresses.size(), {.outcome = backend::FreeBusyAnswer::Outcome::not_now});
  try {
    answers = co_await session.services.free_busy->ask(session.account, std::move(addresses),
                                                       span.start, span.end);
  } catch (const Fault&) {
    // Whom it concerns learns that it may be known later.
  }
  for (std::size_t i = 0; i < all.size(); ++i) {
    std::vector<const backend::FreeBusyAnswer*> people;
    for (std::size_t j = 0; j < whose[i].second; ++j) {
      people.push_back(&answers.at(whose[i].first + j));
    }
    if (!people.empty()) all[i].availability = merged(std::move(people), span);
  }
}

/// Of a group one certificate of each member, so that the counts tell whether all have one.
Task<std::vector<std::string>> find_certificates(Session& session, const Resolved& resolved) {
  backend::Directory& directory = *session.services.directory;
  if (!resolved.members) {
    co_return co_await directory.certificates(session.account, resolved.entries.front().id);
  }
  std::vector<std::string> out;
  for (const DirectoryEntry& each : resolved.members->entries) {
    if (each.id.empty()) continue;
    auto one = co_await directory.certificates(session.account, each.id);
    if (!one.empty()) out.push_back(std::move(one.front()));
  }
  co_return out;
}

/// [MS-ASCMD] MaxCertificates: nobody gets an incomplete set. Mini certificates are a form that no
/// document tells, so that there are none.
Task<Certificates> load_certificates(Session& session, const Resolved& resolved,
                                     const Wanted& wanted, std::size_t& given) {
  Certificates out;
  if (resolved.members) out.recipients = resolved.members->total;
  if (wanted.certificates == Wanted::Certificates::mini) co_return out;
  auto found = co_await find_certificates(session, resolved);
  out.count = found.size();
  if (found.empty()) co_return out;
  if (given + found.size() > wanted.certificates_max) {
    out.status = certificate_limit;
    co_return out;
  }
  given += found.size();
  out.status = ok;
  out.der = std::move(found);
  co_return out;
}

void write_certificates(const Certificates& certificates, Writer& out) {
  out.open(tag::Certificates);
  out.number(tag::Status, certificates.status);
  out.number(tag::CertificateCount, static_cast<std::int64_t>(certificates.count));
  out.number(tag::RecipientCount, static_cast<std::int64_t>(certificates.recipients));
  for (const std::string& der : certificates.der) out.text(tag::Certificate, base64_encode(der));
  out.close();
}

/// What is loaded for a name when it is written.
struct Extras {
  std::optional<Certificates> certificates;  // of the one entry
  std::vector<Picture> pictures;             // of each entry
};

void write_recipient(const Resolved& resolved, const Extras& extras, std::size_t index,
                     Writer& out) {
  const DirectoryEntry& entry = resolved.entries[index];
  out.open(tag::Recipient);
  out.number(tag::Type, address_list_entry);
  out.text(tag::DisplayName, entry.display_name);
  out.text(tag::EmailAddress, entry.address);
  if (resolved.availability) {
    out.open(tag::Availability);
    out.number(tag::Status, resolved.availability->status);
    if (resolved.availability->status == ok) {
      out.text(tag::MergedFreeBusy, resolved.availability->digits);
    }
    out.close();
  }
  if (extras.certificates) write_certificates(*extras.certificates, out);
  if (!extras.pictures.empty()) {
    const Picture& picture = extras.pictures[index];
    out.open(tag::Picture);
    out.number(tag::Status, picture.status);
    if (picture.status == ok) out.opaque(tag::Data, picture.bytes);
    out.close();
  }
  out.close();
}

Task<> write_response(Session& session, std::string name, const Resolved& resolved,
                      const Wanted& wanted, std::size_t& certificates_given, Writer& out) {
  Extras extras;
  if (resolved.status == ok && wanted.certificates != Wanted::Certificates::none) {
    extras.certificates = co_await load_certificates(session, resolved, wanted, certificates_given);
  }
  if (wanted.pictures && !resolved.entries.empty()) {
    extras.pictures = co_await load_pictures(session, resolved.entries, *wanted.pictures);
  }
  out.open(tag::Response);
  out.text(tag::To, name);
  out.number(tag::Status, resolved.status);
  out.number(tag::RecipientCount, static_cast<std::int64_t>(resolved.total));
  for (std::size_t i = 0; i < resolved.entries.size(); ++i) {
    write_recipient(resolved, extras, i, out);
  }
  out.close();
}

}  // namespace

Task<Answer> resolve_recipients(Session& session) {
  const auto wanted = read_request(session.document, session.version);
  if (!wanted) {
    co_return status_answer(session, tag::ResolveRecipients, tag::Status, protocol_error);
  }
  DocumentWriter document(session.services.spools);
  Writer& out = document.out();
  out.open(tag::ResolveRecipients);
  out.number(tag::Status, ok);
  bool failed = false;
  try {
    std::vector<Resolved> all;
    for (const std::string& name : wanted->names) {
      all.push_back(co_await resolve(session, name, *wanted));
    }
    if (wanted->availability) co_await find_availability(session, *wanted->availability, all);
    std::size_t certificates = 0;
    for (std::size_t i = 0; i < all.size(); ++i) {
      co_await write_response(session, wanted->names[i], all[i], *wanted, certificates, out);
    }
  } catch (const Fault&) {
    failed = true;
  }
  if (failed) co_return status_answer(session, tag::ResolveRecipients, tag::Status, server_error);
  out.close();
  co_return document.finish();
}

}  // namespace godwit::command
