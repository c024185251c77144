// [MS-ASCMD] ResolveRecipients: whom the names stand for, with certificates and pictures.
#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.hpp"
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
constexpr std::uint32_t limit_max = 9999;  // [MS-ASCMD] MaxCertificates, MaxAmbiguousRecipients
constexpr std::chrono::minutes shortest_availability{30};
constexpr std::chrono::days longest_availability{42};
constexpr std::chrono::days default_availability{7};

struct Wanted {
  enum class Certificates : std::uint8_t { none, full, mini };
  std::vector<std::string> names;
  Certificates certificates = Certificates::none;
  std::uint32_t certificates_max = limit_max;
  std::uint32_t suggestions_max = people_max;
  bool availability = false;
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
bool is_span(const Element& availability) {
  const auto start = mapping::parse_date(trim(availability.text_of(tag::StartTime)));
  if (!start) return false;
  Time end = *start + default_availability;
  if (availability.has(tag::EndTime)) {
    const auto given = mapping::parse_date(trim(availability.text_of(tag::EndTime)));
    if (!given) return false;
    end = *given;
  }
  return end - *start >= shortest_availability && end - *start <= longest_availability;
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
  wanted.availability = availability != nullptr && version >= Version::v14_0;
  if (wanted.availability && !is_span(*availability)) return false;
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
  std::vector<std::string> der;
};

/// What a name came to.
struct Resolved {
  std::uint16_t status = nobody;
  std::uint64_t total = 0;
  std::vector<DirectoryEntry> entries;
  std::vector<Picture> pictures;
  std::optional<Certificates> certificates;  // of the one entry
};

/// [MS-ASCMD] MaxCertificates: nobody gets an incomplete set. Mini certificates are a form that no
/// document tells, so that there are none.
Task<Certificates> load_certificates(Session& session, std::string id, const Wanted& wanted,
                                     std::size_t& given) {
  Certificates out;
  if (wanted.certificates == Wanted::Certificates::mini) co_return out;
  auto found = co_await session.services.directory->certificates(session.account, std::move(id));
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

Task<Resolved> resolve(Session& session, std::string name, const Wanted& wanted,
                       std::size_t& certificates_given) {
  Resolved out;
  if (session.services.directory == nullptr) co_return out;
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
  } else if (wanted.certificates != Wanted::Certificates::none) {
    out.certificates =
        co_await load_certificates(session, out.entries.front().id, wanted, certificates_given);
  }
  if (wanted.pictures) {
    out.pictures = co_await load_pictures(session, out.entries, *wanted.pictures);
  }
  co_return out;
}

void write_certificates(const Certificates& certificates, Writer& out) {
  out.open(tag::Certificates);
  out.number(tag::Status, certificates.status);
  out.number(tag::CertificateCount, static_cast<std::int64_t>(certificates.count));
  out.number(tag::RecipientCount, 1);
  for (const std::string& der : certificates.der) out.text(tag::Certificate, base64_encode(der));
  out.close();
}

void write_recipient(const Resolved& resolved, std::size_t index, bool availability, Writer& out) {
  const DirectoryEntry& entry = resolved.entries[index];
  out.open(tag::Recipient);
  out.number(tag::Type, address_list_entry);
  out.text(tag::DisplayName, entry.display_name);
  out.text(tag::EmailAddress, entry.address);
  if (availability && resolved.status == ok) {
    // Nothing here knows when people are free.
    out.open(tag::Availability);
    out.number(tag::Status, std::to_underlying(eas::Status::availability_failure));
    out.close();
  }
  if (resolved.certificates) write_certificates(*resolved.certificates, out);
  if (!resolved.pictures.empty()) {
    const Picture& picture = resolved.pictures[index];
    out.open(tag::Picture);
    out.number(tag::Status, picture.status);
    if (picture.status == ok) out.opaque(tag::Data, picture.bytes);
    out.close();
  }
  out.close();
}

void write_response(const std::string& name, const Resolved& resolved, bool availability,
                    Writer& out) {
  out.open(tag::Response);
  out.text(tag::To, name);
  out.number(tag::Status, resolved.status);
  out.number(tag::RecipientCount, static_cast<std::int64_t>(resolved.total));
  for (std::size_t i = 0; i < resolved.entries.size(); ++i) {
    write_recipient(resolved, i, availability, out);
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
    std::size_t certificates = 0;
    for (const std::string& name : wanted->names) {
      const Resolved resolved = co_await resolve(session, name, *wanted, certificates);
      write_response(name, resolved, wanted->availability, out);
    }
  } catch (const Fault&) {
    failed = true;
  }
  if (failed) co_return status_answer(session, tag::ResolveRecipients, tag::Status, server_error);
  out.close();
  co_return document.finish();
}

}  // namespace godwit::command
