#include "convert/body.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "convert/transfer.hpp"

namespace godwit::convert {
namespace {

bool is_attachment(const Part& part) { return part.disposition == "attachment"; }

/// Text that is shown where it stands. A named text part is a file, unless it is all there is of an
/// alternative.
bool is_inline_text(const Part& part) {
  return (part.is("text", "plain") || part.is("text", "html") || part.is("text", "enriched")) &&
         !is_attachment(part);
}

bool is_html(const Part& part) { return part.is("text", "html"); }

/// The root of a multipart/related: what `start` names, else the first (RFC 2387 3.2).
std::size_t related_root(const Part& related) {
  std::string_view start = related.parameter("start");
  if (start.starts_with('<') && start.ends_with('>')) start = start.substr(1, start.size() - 2);
  for (std::size_t i = 0; i < related.children.size() && !start.empty(); ++i) {
    if (related.children[i].content_id == start) return i;
  }
  return 0;
}

class Collector {
 public:
  explicit Collector(BodyParts& out) : out_(out) {}

  void walk(const Part& part, bool related) {
    if (part.type != "multipart") {
      leaf(part, related);
    } else if (part.subtype == "alternative") {
      alternative(part);
    } else if (part.subtype == "related") {
      const std::size_t root = related_root(part);
      for (std::size_t i = 0; i < part.children.size(); ++i) {
        if (i == root) walk(part.children[i], related);
      }
      for (std::size_t i = 0; i < part.children.size(); ++i) {
        if (i != root) walk_beside(part.children[i]);
      }
    } else {
      for (const Part& child : part.children) walk(child, related);
    }
  }

 private:
  void leaf(const Part& part, bool related) {
    const bool file = !part.file_name.empty() && has_text();
    if (is_inline_text(part) && !file && !related) {
      out_.plain.push_back(&part);
      out_.html.push_back(&part);
    } else {
      attach(part, related);
    }
  }

  /// What stands beside the root of a multipart/related.
  void walk_beside(const Part& part) {
    if (part.type == "multipart") {
      for (const Part& child : part.children) walk_beside(child);
    } else {
      attach(part, true);
    }
  }

  /// The last alternative of each form is the best one (RFC 2046 5.1.4).
  void alternative(const Part& part) {
    BodyParts plain_branch, html_branch;
    bool any_plain = false, any_html = false;
    for (const Part& child : part.children) {
      // Hardly anything reads it: it is better than nothing, and nothing else.
      if (child.is("text", "enriched") && (any_plain || any_html)) continue;
      BodyParts branch;
      Collector(branch).walk(child, false);
      // Another form of the same text (rich text, AMP) is neither the text nor a file.
      const bool other_form = child.type == "text" && child.subtype != "calendar" &&
                              branch.plain.empty() && child.file_name.empty();
      if (other_form) continue;
      out_.attachments.insert(out_.attachments.end(), branch.attachments.begin(),
                              branch.attachments.end());
      if (branch.plain.empty()) continue;
      const bool html = branch.has_html();
      BodyParts& best = html ? html_branch : plain_branch;
      (html ? any_html : any_plain) = true;
      best = std::move(branch);
    }
    const auto append = [](std::vector<const Part*>& to, const std::vector<const Part*>& from) {
      to.insert(to.end(), from.begin(), from.end());
    };
    append(out_.plain, any_plain ? plain_branch.plain : html_branch.plain);
    append(out_.html, any_html ? html_branch.html : plain_branch.html);
  }

  void attach(const Part& part, bool related) {
    const bool shown = !part.content_id.empty() && !is_attachment(part) &&
                       (related || part.disposition == "inline");
    out_.attachments.push_back({&part, shown});
  }

  bool has_text() const { return !out_.plain.empty(); }

  BodyParts& out_;
};

struct Extension {
  std::string_view type;
  std::string_view extension;
};
constexpr auto extensions = std::to_array<Extension>({
    {"application/ics", "ics"},
    {"application/ms-tnef", "dat"},
    {"application/pdf", "pdf"},
    {"application/pgp-signature", "asc"},
    {"application/pkcs7-mime", "p7m"},
    {"application/pkcs7-signature", "p7s"},
    {"application/x-pkcs7-mime", "p7m"},
    {"application/x-pkcs7-signature", "p7s"},
    {"application/zip", "zip"},
    {"image/bmp", "bmp"},
    {"image/gif", "gif"},
    {"image/jpeg", "jpg"},
    {"image/jpg", "jpg"},
    {"image/png", "png"},
    {"message/delivery-status", "txt"},
    {"message/disposition-notification", "txt"},
    {"text/calendar", "ics"},
    {"text/csv", "csv"},
    {"text/html", "html"},
    {"text/plain", "txt"},
    {"text/rfc822-headers", "txt"},
    {"text/rtf", "rtf"},
    {"text/vcard", "vcf"},
    {"text/x-vcard", "vcf"},
});
static_assert(std::ranges::is_sorted(extensions, {}, &Extension::type));

/// Without what a file name must not hold on any phone.
std::string file_name(std::string_view name) {
  std::string out(trim(name));
  for (char& c : out) {
    if (c == '/' || c == '\\' || static_cast<unsigned char>(c) < 0x20) c = '_';
  }
  return out;
}

}  // namespace

bool BodyParts::has_html() const {
  return std::ranges::any_of(html, [](const Part* part) { return is_html(*part); });
}

Protection protection_of(const Part& structure) {
  if (structure.is("application", "pkcs7-mime") || structure.is("application", "x-pkcs7-mime")) {
    return Protection::opaque;
  }
  if (!structure.is("multipart", "signed")) return Protection::none;
  const std::string protocol = ascii_lower(structure.parameter("protocol"));
  return protocol.find("pgp") == std::string::npos ? Protection::signed_clear : Protection::none;
}

BodyParts body_parts(const Part& structure) {
  BodyParts parts;
  Collector(parts).walk(structure, false);
  return parts;
}

const Part* find_part(const Part& structure, std::string_view section) {
  if (structure.section == section && !section.empty()) return &structure;
  for (const Part& child : structure.children) {
    if (const Part* const found = find_part(child, section)) return found;
  }
  return nullptr;
}

std::string attachment_name(const Part& part) {
  std::string name = file_name(part.file_name);
  if (part.type == "message" && (part.subtype == "rfc822" || part.subtype == "global")) {
    if (name.empty()) name = file_name(part.description);
    if (name.empty()) name = "message-" + part.section;
    if (!ascii_lower(name).ends_with(".eml")) name += ".eml";
    return name;
  }
  if (!name.empty()) return name;
  if (part.is("application", "ms-tnef")) return "winmail.dat";
  const std::string type = part.type + '/' + part.subtype;
  const auto* const row = std::ranges::lower_bound(extensions, type, {}, &Extension::type);
  const bool known = row != extensions.end() && row->type == type;
  return "attachment-" + part.section + '.' + std::string(known ? row->extension : "bin");
}

std::uint64_t decoded_size_estimate(const Part& part) {
  // RFC 2045 6.8: 57 octets in a line of 76 characters and its end.
  return encoding_of(part.encoding) == Encoding::base64 ? part.size * 57 / 78 : part.size;
}

}  // namespace godwit::convert
