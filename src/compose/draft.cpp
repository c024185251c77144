#include "compose/draft.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

#include "base/text.hpp"
#include "compose/encode.hpp"
#include "compose/entity.hpp"
#include "convert/body.hpp"
#include "convert/header.hpp"
#include "convert/html.hpp"
#include "convert/limits.hpp"

namespace godwit::compose {
namespace {

/// HTML beyond this goes without a plain form beside it: making one takes time.
constexpr std::size_t alternative_bytes_max = 2 * 1024 * 1024;

using Take = std::function<void(std::string_view)>;

/// A part of the message to be: one entity, or a multipart of others.
struct Node {
  Entity entity;
  std::string type;  // of a multipart; empty: `entity` counts
  std::vector<Node> children;
  const Part* source = nullptr;  // what it is a copy of
  bool is_named = false;         // a device may know `source` by its section
  std::string client_id;         // of an attachment that is new
};

bool is_token(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    return letter || std::string_view("!#$&-^_.+").find(c) != std::string_view::npos;
  });
}

/// Type and parameters as the device says; what is no type, or one that has parts, is octets.
void set_type(Part& part, std::string_view given) {
  const auto parsed = convert::parse_parameters(given);
  const auto slash = parsed.value.find('/');
  part.type = "application";
  part.subtype = "octet-stream";
  if (slash == std::string::npos) return;
  const std::string type = ascii_lower(parsed.value.substr(0, slash));
  const std::string subtype = ascii_lower(parsed.value.substr(slash + 1));
  if (!is_token(type) || !is_token(subtype) || type == "multipart" || type == "message") return;
  part.type = type;
  part.subtype = subtype;
  for (const auto& [name, value] : parsed.parameters) {
    if (is_token(name) && name != "name") part.parameters.emplace_back(name, value);
  }
}

std::string one_word(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (static_cast<unsigned char>(c) > 0x20 && c != '<' && c != '>') out += c;
  }
  return out.substr(0, convert::parameter_bytes_max);
}

/// How sections of the draft as it stood are called now.
class Sections {
 public:
  void add(std::string from, std::string to) { moves_.push_back({std::move(from), std::move(to)}); }
  std::string now(const std::string& section) const {
    for (const auto& [from, to] : moves_) {
      if (from == section) return to;
      if (from.empty() && to.empty()) return section;
      if (from.empty()) return std::string(to).append(1, '.').append(section);
      if (section.starts_with(from + '.')) return to + section.substr(from.size());
    }
    return {};
  }

 private:
  std::vector<std::pair<std::string, std::string>> moves_;
};

class DraftBuilder {
 public:
  DraftBuilder(http::Spools& spools, DraftEdit edit) : spools_(spools), edit_(std::move(edit)) {}

  Task<Result<ComposedDraft>> run(std::optional<Stretch> present) {
    if (auto read = co_await read_present(std::move(present)); !read) co_return pass(read);
    if (auto edited = edit_header(); !edited) co_return pass(edited);
    if (message_ && !changes_content()) {
      content_ = message_->copy(message_->structure());
      sections_.add("", "");
    } else {
      co_await build();
      set_content_fields(header_, content_);
    }
    // What begins with a blank line is no message that could be read again.
    if (header_.str().empty()) header_.set("MIME-Version", "1.0");
    note_kept();
    co_return ComposedDraft{
        {std::move(header_), std::move(content_.content)}, std::move(kept_), std::move(added_)};
  }

 private:
  bool is_mime() const { return edit_.patch.body && edit_.patch.body->type == 4; }

  /// What the edit is of: the draft, or the message in MIME that takes its place.
  Task<Result<>> read_present(std::optional<Stretch> present) {
    if (present) {
      auto read = co_await WholeMessage::read(std::move(*present));
      if (!read) co_return pass(read);
      message_ = std::move(*read);
    }
    if (is_mime()) {
      Stretch mime{edit_.request, edit_.patch.body->data};
      auto read = co_await WholeMessage::read(co_await with_line_ends(spools_, std::move(mime)));
      if (!read) co_return pass(read);
      replaced_ = std::exchange(message_, std::move(*read));
    }
    if (message_) header_ = message_->header();
    co_return Result<>();
  }

  Result<> edit_header() {
    const DraftPatch& patch = edit_.patch;
    for (const auto& [name, value] :
         {std::pair("To", &patch.to), std::pair("Cc", &patch.cc), std::pair("Bcc", &patch.bcc),
          std::pair("Reply-To", &patch.reply_to)}) {
      if (auto set = set_people(name, *value); !set) return set;
    }
    if (patch.subject) set_or_remove("Subject", format_unstructured(*patch.subject));
    if (patch.importance) set_importance(*patch.importance);
    return {};
  }

  void set_or_remove(std::string_view name, const std::string& value) {
    if (trim(value).empty()) {
      header_.remove(name);
    } else {
      header_.set(name, value);
    }
  }

  /// Commas and semicolons part people: 16.x phones write both.
  Result<> set_people(std::string_view name, const std::optional<std::string>& value) {
    if (!value) return {};
    const auto people = convert::parse_addresses(*value);
    if (people.size() >= convert::addresses_max) return fail(Errc::too_large, "people of a draft");
    set_or_remove(name, format_people(people));
    return {};
  }

  void set_importance(Importance importance) {
    for (const char* name : {"Importance", "X-Priority", "Priority", "X-MSMail-Priority"}) {
      header_.remove(name);
    }
    if (importance == Importance::normal) return;
    const bool high = importance == Importance::high;
    header_.set("Importance", high ? "high" : "low");
    header_.set("X-Priority", high ? "1" : "5");
  }

  bool replaces_text() const { return edit_.patch.body && !is_mime(); }
  bool changes_content() const {
    return replaces_text() || !edit_.patch.attachments.empty() || !removed_here().empty() ||
           takes_over();
  }
  /// Of the message at hand; a body in MIME has no attachment that a device could name.
  const std::set<std::string>& removed_here() const {
    static const std::set<std::string> none;
    return is_mime() ? none : edit_.removed;
  }
  /// Attachments of the draft go over into a message that came without any.
  bool takes_over() const {
    return replaced_ && convert::body_parts(message_->structure()).attachments.empty() &&
           !convert::body_parts(replaced_->structure()).attachments.empty();
  }

  Task<> build() {
    std::optional<Node> top;
    if (message_) {
      parts_ = convert::body_parts(message_->structure());
      protected_ = convert::protection_of(message_->structure()) != convert::Protection::none;
      text_ = find_text(message_->structure());
      top = co_await rebuild(message_->structure());
      if (text_ == nullptr && replaces_text() && top) {
        std::vector<Node> both;
        both.push_back(co_await text_node(nullptr));
        both.push_back(std::move(*top));
        top = wrap("multipart/mixed", std::move(both));
      }
    }
    if (!top) top = co_await text_node(nullptr);
    std::vector<Node> files = co_await new_files(false);
    if (!pictures_placed_) {
      for (Node& file : co_await new_files(true)) files.push_back(std::move(file));
    }
    take_over(files);
    if (!files.empty()) {
      if (top->type != "multipart/mixed") {
        std::vector<Node> all;
        all.push_back(std::move(*top));
        top = wrap("multipart/mixed", std::move(all));
      }
      for (Node& file : files) top->children.push_back(std::move(file));
    }
    content_ = finish(*top, "", top->type.empty() ? "1" : "");
  }

  void take_over(std::vector<Node>& files) {
    if (!takes_over()) return;
    const convert::BodyParts before = convert::body_parts(replaced_->structure());
    for (const convert::AttachedPart& attached : before.attachments) {
      if (edit_.removed.contains(attached.part->section)) continue;
      Node node;
      node.entity = replaced_->copy(*attached.part);
      node.source = attached.part;
      node.is_named = true;
      files.push_back(std::move(node));
    }
  }

  /// The topmost part that is text and nothing else: what a new text takes the place of.
  const Part* find_text(const Part& part) const {
    if (protected_) return &part;
    if (part.type == "text") return is_text(part) ? &part : nullptr;
    if (part.type != "multipart") return nullptr;
    if (part.subtype == "alternative" && holds_text(part)) return &part;
    for (const Part& child : part.children) {
      if (const Part* const found = find_text(child)) return found;
    }
    return nullptr;
  }
  bool is_text(const Part& part) const {
    return std::ranges::find(parts_.plain, &part) != parts_.plain.end() ||
           std::ranges::find(parts_.html, &part) != parts_.html.end();
  }
  bool holds_text(const Part& part) const {
    return is_text(part) ||
           std::ranges::any_of(part.children, [&](const Part& child) { return holds_text(child); });
  }

  bool has_inline_files() const {
    return std::ranges::any_of(edit_.patch.attachments, &NewAttachment::is_inline);
  }
  /// Not to be copied as it stands.
  bool is_touched(const Part& part) const {
    if (removed_here().contains(part.section) && !part.section.empty()) return true;
    if (&part == text_) return replaces_text() || has_inline_files();
    if (replaces_text() && is_text(part)) return true;
    return std::ranges::any_of(part.children, [&](const Part& child) { return is_touched(child); });
  }

  Task<std::optional<Node>> rebuild(const Part& part) {
    if (removed_here().contains(part.section) && !part.section.empty()) co_return std::nullopt;
    if (!is_touched(part)) co_return copy(part);
    if (&part == text_) co_return co_await text_node(&part);
    if (is_text(part)) co_return std::nullopt;
    std::vector<Node> children;
    for (const Part& child : part.children) {
      if (auto node = co_await rebuild(child)) children.push_back(std::move(*node));
    }
    if (children.empty()) co_return std::nullopt;
    co_return wrap(content_type(part), std::move(children));
  }

  /// The new text, or the one that is there (`part`), with the pictures that stand in it.
  Task<Node> text_node(const Part* part) {
    std::vector<Node> all;
    if (part != nullptr && !replaces_text()) {
      all.push_back(copy(*part));
    } else {
      all.push_back(co_await new_text());
    }
    if (part != nullptr && replaces_text() && !protected_) {
      for (const convert::AttachedPart& attached : parts_.attachments) {
        const std::string& section = attached.part->section;
        const bool within = part->section.empty() || section.starts_with(part->section + '.');
        if (within && !removed_here().contains(section)) all.push_back(copy(*attached.part));
      }
    }
    for (Node& file : co_await new_files(true)) all.push_back(std::move(file));
    pictures_placed_ = true;
    if (all.size() == 1) co_return std::move(all.front());
    co_return wrap("multipart/related", std::move(all));
  }

  Task<Node> new_text() {
    const bool html = edit_.patch.body && edit_.patch.body->type == 2;
    const std::string_view data = replaces_text() ? edit_.patch.body->data : std::string_view();
    Node text = co_await text_leaf(data, html);
    if (!html || data.size() > alternative_bytes_max) co_return text;
    const std::string plain = convert::html_to_text(data);
    std::vector<Node> forms;
    forms.push_back(co_await text_leaf(plain, false));
    forms.push_back(std::move(text));
    co_return wrap("multipart/alternative", std::move(forms));
  }

  Task<Node> text_leaf(std::string_view text, bool html) {
    const auto spool = spools_.writer();
    QuotedPrintable encoder;
    const Take put = [&](std::string_view piece) {
      std::string out;
      encoder.feed(piece, out);
      spool->append(out);
    };
    co_await in_pieces(nullptr, text, put);
    std::string rest;
    encoder.finish(rest);
    spool->append(rest);
    Fields fields;
    fields.set("Content-Type", html ? "text/html; charset=utf-8" : "text/plain; charset=utf-8");
    fields.set("Content-Transfer-Encoding", "quoted-printable");
    co_return leaf(fields.str(), spool->finish());
  }

  static Node leaf(std::string header, const std::shared_ptr<const http::Body>& body) {
    Node node;
    node.entity.header = std::move(header);
    node.entity.content.add(body, body->view());
    return node;
  }

  Task<std::vector<Node>> new_files(bool are_inline) {
    std::vector<Node> out;
    for (const NewAttachment& file : edit_.patch.attachments) {
      if (file.is_inline == are_inline) out.push_back(co_await file_node(file));
    }
    co_return out;
  }

  Task<Node> file_node(const NewAttachment& file) {
    const bool message = file.method == 5;
    Part part;
    set_type(part, file.content_type);
    if (message) {
      part.type = "message";
      part.subtype = "rfc822";
      part.parameters.clear();
    }
    part.file_name = utf8_prefix(file.display_name, convert::parameter_bytes_max);
    part.content_id = one_word(file.content_id);
    part.content_location = one_word(file.content_location);
    const auto spool = spools_.writer();
    Base64Lines base64;
    LineEnds line_ends;
    const Take put = [&](std::string_view bytes) {
      std::string out;
      // RFC 2046 5.2.1: a message is not encoded.
      if (message) {
        line_ends.feed(bytes, out);
      } else {
        base64.feed(bytes, out);
      }
      spool->append(out);
    };
    co_await in_pieces(nullptr, file.content, put);
    std::string rest;
    if (message) {
      line_ends.finish(rest);
    } else {
      base64.finish(rest);
    }
    spool->append(rest);
    Node node =
        leaf(part_header(part, file.is_inline, message ? "8bit" : "base64"), spool->finish());
    node.client_id = file.client_id;
    co_return node;
  }

  Node copy(const Part& part) const {
    Node node;
    node.entity = message_->copy(part);
    node.source = &part;
    node.is_named = !is_mime();
    return node;
  }

  static Node wrap(std::string type, std::vector<Node> children) {
    Node node;
    node.type = std::move(type);
    node.children = std::move(children);
    return node;
  }

  /// `path`: its section; `as_leaf`: the same where it has no parts.
  Entity finish(const Node& node, const std::string& path, const std::string& as_leaf) {
    if (node.type.empty()) {
      const bool has_parts = node.source != nullptr && node.source->section.empty();
      if (node.is_named) {
        sections_.add(node.source->section, has_parts ? path : as_leaf);
      } else if (!node.client_id.empty()) {
        added_.push_back({node.client_id, as_leaf});
      }
      return node.entity;
    }
    std::vector<Entity> parts;
    for (std::size_t i = 0; i < node.children.size(); ++i) {
      std::string below = std::to_string(i + 1);
      if (!path.empty()) below.insert(0, path + '.');
      parts.push_back(finish(node.children[i], below, below));
    }
    const std::string boundary = "=_" + edit_.unique + '_' + std::to_string(++boundaries_);
    return multipart(node.type, boundary, parts);
  }

  void note_kept() {
    const WholeMessage* const before = is_mime() ? replaced_.get() : message_.get();
    if (before == nullptr) return;
    // What a device knows of the draft's parts; a message in MIME brought its own.
    if (is_mime() && !takes_over()) return;
    const convert::BodyParts parts = convert::body_parts(before->structure());
    for (const convert::AttachedPart& attached : parts.attachments) {
      const std::string& section = attached.part->section;
      if (edit_.removed.contains(section)) continue;
      std::string now = sections_.now(section);
      if (!now.empty()) kept_.push_back({section, std::move(now)});
    }
  }

  http::Spools& spools_;
  DraftEdit edit_;
  std::unique_ptr<WholeMessage> message_;   // what is edited
  std::unique_ptr<WholeMessage> replaced_;  // the draft, where a body in MIME takes its place
  Fields header_;
  convert::BodyParts parts_;    // of message_
  const Part* text_ = nullptr;  // of message_
  bool protected_ = false;
  bool pictures_placed_ = false;
  Entity content_;
  Sections sections_;
  std::vector<ComposedDraft::Moved> kept_;
  std::vector<ComposedDraft::Added> added_;
  unsigned boundaries_ = 0;
};

}  // namespace

Task<Result<ComposedDraft>> compose_draft(http::Spools& spools, DraftEdit edit,
                                          std::optional<Stretch> present) {
  DraftBuilder builder(spools, std::move(edit));
  co_return co_await builder.run(std::move(present));
}

void remove_draft_notes(Fields& header) {
  for (const char* name :
       {"X-Mozilla-Draft-Info", "X-Mozilla-Keys", "X-Mozilla-Status", "X-Mozilla-Status2",
        "X-Identity-Key", "X-Account-Key", "FCC", "BCC-Self", "X-Unsent"}) {
    header.remove(name);
  }
}

}  // namespace godwit::compose
