#include "render/render.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "convert/body.hpp"
#include "convert/email.hpp"
#include "convert/ical/imip.hpp"
#include "mapping/email.hpp"
#include "mapping/meeting_request.hpp"
#include "render/body.hpp"
#include "render/reader.hpp"

namespace godwit::render {
namespace {

constexpr std::size_t fetch_messages = 64;            // headers held at a time
constexpr std::uint64_t group_bytes = 1024 * 1024;    // of parts read in one command
constexpr std::uint64_t item_overhead_bytes = 1'024;  // tags and small values
constexpr std::uint16_t status_ok = 1;
constexpr std::uint16_t status_too_large = 176;  // [MS-ASCMD] Common Status Codes

/// [MS-ASCMD] MIMETruncation; 8 = none.
constexpr std::array<std::uint64_t, 8> mime_truncations = {0,      4'096,  5'120,  7'168,
                                                           10'240, 20'480, 51'200, 102'400};

/// What one message becomes.
struct Rendered {
  Email email;
  std::optional<MeetingMessage> meeting;
  std::vector<mapping::AttachmentValue> attachments;
  mapping::BodyValue body;
  std::optional<mapping::BodyValue> body_part;
  std::uint16_t body_part_status = status_ok;
  std::uint8_t native_type = plain_type;
  eas::Version version = eas::Version::v16_1;

  void write(wbxml::Writer& out) const {
    mapping::write_email(email, version, out);
    if (meeting) mapping::write_meeting_request(*meeting, version, out);
    mapping::write_attachments(attachments, out);
    mapping::write_body(body, out);
    if (body_part) mapping::write_body_part(*body_part, body_part_status, out);
    mapping::write_native_body_type(native_type, out);
  }
};

std::optional<std::uint64_t> smaller(std::optional<std::uint64_t> a,
                                     std::optional<std::uint64_t> b) {
  if (!a) return b;
  return b ? std::min(*a, *b) : a;
}

/// A message with what is going to be read of it.
struct Plan {
  const Message* message = nullptr;
  convert::BodyParts parts;
  const Part* meeting = nullptr;
  std::uint8_t native_type = plain_type;
  /// In the order of trial; never empty. commands.md "Body selection matrix"
  std::vector<BodyPreference> candidates;
  std::vector<backend::PartRange> reads;
};

/// Type 4 when it is asked for and allowed, then the stored format, then the rest as asked.
std::vector<BodyPreference> candidates(const Options& options, std::uint8_t native,
                                       convert::Protection protection) {
  const bool is_protected = protection != convert::Protection::none;
  const bool mime = options.mime_support == 2 || (options.mime_support == 1 && is_protected);
  std::vector<BodyPreference> order;
  const auto take = [&](auto&& wanted) {
    for (const BodyPreference& preference : options.bodies) {
      if (wanted(preference.type)) order.push_back(preference);
    }
  };
  if (mime) take([](std::uint8_t type) { return type == mime_type; });
  if (!order.empty()) {
    std::optional<std::uint64_t> cut;
    if (options.mime_truncation && *options.mime_truncation < mime_truncations.size()) {
      cut = mime_truncations[*options.mime_truncation];
    }
    order.front().truncation_size = smaller(order.front().truncation_size, cut);
  }
  take([&](std::uint8_t type) { return type == native; });
  take([&](std::uint8_t type) {
    return type != native && (type == plain_type || type == html_type);
  });
  if (!order.empty()) return order;
  BodyPreference fallback;
  fallback.type = native;
  if (options.bodies.empty()) {
    fallback.truncation_size = 0;  // nothing was asked for: type and size alone
  } else {
    fallback.truncation_size = options.bodies.front().truncation_size;
  }
  return {fallback};
}

Plan plan(const Message& message, const Request& request) {
  Plan plan;
  plan.message = &message;
  plan.parts = convert::body_parts(message.structure);
  plan.native_type = plan.parts.has_html() ? html_type : plain_type;
  const auto protection = convert::protection_of(message.structure);
  plan.candidates = candidates(request.options, plan.native_type, protection);
  switch (request.form) {
    case Form::full:
      break;
    case Form::plain_text: {
      BodyPreference plain = plan.candidates.front();
      plain.type = plain_type;
      plain.all_or_none = false;
      plan.candidates = {plain};
      break;
    }
    case Form::headers_only:
      plan.candidates = {{plain_type, 0, false, 0}};
      return plan;
  }
  const BodyPreference& first = plan.candidates.front();
  if (first.truncation_size != 0U) {
    plan.reads = first_reads(message, plan.parts, first.type, first.truncation_size);
  }
  if (request.form == Form::full) plan.meeting = convert::ical::meeting_part(message.structure);
  if (plan.meeting != nullptr) {
    plan.reads.push_back({message.state.uid, plan.meeting->section, 0, plan.meeting->size});
  }
  return plan;
}

std::uint64_t text_estimate(const std::vector<const Part*>& parts) {
  std::uint64_t size = 0;
  for (const Part* part : parts) size += convert::decoded_size_estimate(*part);
  return size;
}

class MessageRenderer {
 public:
  MessageRenderer(const Plan& plan, const Request& request, MessageReader& reader,
                  http::Spools& spools)
      : plan_(plan),
        message_(*plan.message),
        request_(request),
        reader_(reader),
        maker_(reader, spools, *plan.message, plan.parts) {}

  Task<Prepared> run(std::uint32_t next_part) {
    prepared_.uid = message_.state.uid;
    prepared_.state = message_.state;
    rendered_ = std::make_shared<Rendered>();
    rendered_->version = request_.options.version;
    rendered_->native_type = plan_.native_type;
    fill_email();
    if (request_.form == Form::full) fill_attachments();
    Result<> done = co_await fill_meeting();
    if (done) done = co_await fill_body(next_part);
    if (done) done = co_await fill_body_part();
    if (!done) {
      prepared_.write = pass(done);
      co_return std::move(prepared_);
    }
    prepared_.size += item_overhead_bytes;
    prepared_.write = [rendered = std::shared_ptr<const Rendered>(rendered_)](wbxml::Writer& out) {
      rendered->write(out);
    };
    co_return std::move(prepared_);
  }

 private:
  void fill_email() {
    convert::EmailContext context;
    context.own_addresses = request_.options.own_addresses;
    const auto kept = request_.kept.find(message_.state.uid);
    if (kept != request_.kept.end()) context.kept = kept->second;
    rendered_->email = convert::email_of(message_, context);
    const Email& email = rendered_->email;
    prepared_.size += email.to.size() + email.cc.size() + email.from.size() + email.subject.size();
  }

  void fill_attachments() {
    for (const convert::AttachedPart& attached : plan_.parts.attachments) {
      const Part& part = *attached.part;
      mapping::AttachmentValue value;
      value.display_name = convert::attachment_name(part);
      value.file_reference = format_file_reference(
          {request_.collection_id, request_.uid_validity, message_.state.uid, part.section});
      const bool message = part.type == "message" && part.subtype == "rfc822";
      value.method = message ? 5 : 1;
      value.estimated_size = convert::decoded_size_estimate(part);
      value.content_id = part.content_id;
      value.content_location = part.content_location;
      value.is_inline = attached.is_inline;
      prepared_.size += 128 + value.display_name.size();
      rendered_->attachments.push_back(std::move(value));
    }
  }

  /// A message of a meeting that cannot be read is a mail like any other.
  Task<Result<>> fill_meeting() {
    if (plan_.meeting == nullptr) co_return Result<>();
    auto raw = co_await reader_.read(plan_.meeting->section, 0, plan_.meeting->size);
    if (!raw) co_return pass(raw);
    const convert::ical::Context context{.zone = request_.options.zone,
                                         .now = message_.state.internal_date,
                                         .addresses = request_.options.own_addresses};
    auto meeting = convert::ical::read_meeting_part(*plan_.meeting, *raw, context);
    if (!meeting) co_return Result<>();
    prepared_.is_meeting = true;
    Email& email = rendered_->email;
    const std::string_view message_class = mapping::message_class_of(*meeting);
    // What is signed stays that: devices check it.
    if (!message_class.empty() && !email.message_class.starts_with("IPM.Note.")) {
      email.message_class = message_class;
      email.content_class = "urn:content-classes:calendarmessage";
    }
    prepared_.size += meeting->event.details.subject.size() + item_overhead_bytes;
    rendered_->meeting = std::move(*meeting);
    co_return Result<>();
  }

  Task<Result<>> fill_body(std::uint32_t next_part) {
    for (const BodyPreference& preference : plan_.candidates) {
      mapping::BodyValue value;
      value.type = preference.type;
      const bool bodiless = preference.truncation_size == 0U;
      if (bodiless && !preference.all_or_none) {
        value.estimated_size = estimate(preference.type);
        value.truncated = *value.estimated_size > 0;
        rendered_->body = std::move(value);
        co_return co_await add_preview(preference);
      }
      auto body = co_await maker_.make(preference.type, preference.truncation_size);
      if (!body) co_return pass(body);
      value.estimated_size = body->size;
      value.truncated = body->truncated;
      const bool refused = preference.all_or_none && body->truncated;
      if (refused) {
        // The next form may fit; if none does, the first one says how large it would be.
        if (&preference == &plan_.candidates.front()) rendered_->body = std::move(value);
        continue;
      }
      put_data(value, *body, next_part);
      rendered_->body = std::move(value);
      co_return co_await add_preview(preference);
    }
    co_return co_await add_preview(plan_.candidates.front());
  }

  void put_data(mapping::BodyValue& value, const BodyText& body, std::uint32_t next_part) {
    prepared_.size += body.kept->size();
    if (request_.multipart) {
      value.part = next_part;
      prepared_.parts.push_back(body.kept);
    } else if (body.kept->size() > 0) {
      value.data = body.writer();
    }
  }

  /// [MS-ASAIRS] Preview: not beside plain text that is sent anyway.
  Task<Result<>> add_preview(BodyPreference preference) {
    const bool shown = rendered_->body.type == plain_type && rendered_->body.data;
    const bool wanted = preference.preview > 0 && !shown && request_.form == Form::full &&
                        request_.options.version >= eas::Version::v14_0;
    if (!wanted) co_return Result<>();
    auto preview = co_await maker_.preview(preference.preview);
    if (!preview) co_return pass(preview);
    if (!preview->empty()) rendered_->body.preview = std::move(*preview);
    co_return Result<>();
  }

  Task<Result<>> fill_body_part() {
    const auto& preference = request_.options.body_part;
    const bool possible =
        request_.form == Form::full && request_.options.version >= eas::Version::v14_1;
    if (!preference || !possible) co_return Result<>();
    auto html = co_await maker_.new_html();
    if (!html) co_return pass(html);
    mapping::BodyValue value;
    value.type = html_type;
    if (auto& text = *html) {
      co_await cut_body_part(value, std::move(*text), *preference);
    } else {
      value.estimated_size = estimate(html_type);
      rendered_->body_part_status = status_too_large;
    }
    rendered_->body_part = std::move(value);
    co_return Result<>();
  }

  Task<> cut_body_part(mapping::BodyValue& value, std::string html, BodyPreference preference) {
    value.estimated_size = html.size();
    const std::uint64_t limit = preference.truncation_size.value_or(html.size());
    value.truncated = html.size() > limit;
    if (preference.preview > 0) {
      auto preview = co_await maker_.preview(preference.preview);
      if (preview && !preview->empty()) value.preview = std::move(*preview);
    }
    if (limit == 0 || (value.truncated && preference.all_or_none)) co_return;
    html.resize(utf8_prefix(html, static_cast<std::size_t>(limit)).size());
    prepared_.size += html.size();
    BodyText text{http::text_body(std::move(html)), 0, 0, value.truncated};
    value.data = text.writer();
  }

  std::uint64_t estimate(std::uint8_t type) const {
    if (type == mime_type) return message_.size;
    return text_estimate(type == html_type ? plan_.parts.html : plan_.parts.plain);
  }

  const Plan& plan_;
  const Message& message_;
  const Request& request_;
  MessageReader& reader_;
  BodyMaker maker_;
  Prepared prepared_;
  std::shared_ptr<Rendered> rendered_;  // shared with the closure that writes it
};

/// Prepares the messages of one request, reading the parts of several in one command.
class BatchRenderer {
 public:
  BatchRenderer(std::shared_ptr<backend::Mail> mail, http::Spools& spools, Request request)
      : mail_(std::move(mail)), spools_(spools), request_(std::move(request)) {}

  Task<Result<Renderer::Batch>> run() {
    next_part_ = request_.first_part;
    while (batch_.consumed < request_.uids.size() && has_room()) {
      const auto first = request_.uids.begin() + static_cast<std::ptrdiff_t>(batch_.consumed);
      const std::size_t left = request_.uids.size() - batch_.consumed;
      std::vector<Uid> uids(first,
                            first + static_cast<std::ptrdiff_t>(std::min(left, fetch_messages)));
      auto done = co_await run_some(std::move(uids));
      if (!done) co_return pass(done);
    }
    co_return std::move(batch_);
  }

 private:
  bool has_room() const { return batch_.items.empty() || held_ < request_.memory_max; }

  Task<Result<>> run_some(std::vector<Uid> uids) {
    std::vector<Uid> sorted = uids;
    std::ranges::sort(sorted);
    auto fetched = co_await mail_->fetch(request_.folder, request_.uid_validity, std::move(sorted));
    if (!fetched) co_return pass(fetched);
    std::map<Uid, const Message*> messages;
    for (const Message& message : *fetched) messages.emplace(message.state.uid, &message);
    std::size_t at = 0;
    while (at < uids.size() && has_room()) {
      std::vector<Plan> group;
      std::uint64_t bytes = 0;
      const std::uint64_t room = request_.memory_max - std::min(request_.memory_max, held_);
      for (; at < uids.size() && bytes < std::min(group_bytes, std::max<std::uint64_t>(room, 1));
           ++at) {
        ++group_consumed_;
        const auto found = messages.find(uids[at]);
        if (found == messages.end()) continue;
        group.push_back(plan(*found->second, request_));
        for (const backend::PartRange& range : group.back().reads) bytes += range.length;
      }
      auto done = co_await run_group(std::move(group));
      if (!done) co_return done;
      batch_.consumed += group_consumed_;
      group_consumed_ = 0;
    }
    co_return Result<>();
  }

  Task<Result<>> run_group(std::vector<Plan> group) {
    std::vector<backend::PartRange> ranges;
    for (const Plan& plan : group)
      ranges.insert(ranges.end(), plan.reads.begin(), plan.reads.end());
    std::vector<std::string> pieces;
    if (!ranges.empty()) {
      auto answer = co_await mail_->read(request_.folder, request_.uid_validity, std::move(ranges));
      if (!answer) co_return pass(answer);
      pieces = std::move(*answer);
    }
    std::size_t next = 0;
    for (const Plan& plan : group) {
      MessageReader reader(mail_, request_.folder, request_.uid_validity, plan.message->state.uid);
      for (const backend::PartRange& range : plan.reads) {
        if (next >= pieces.size()) break;
        const std::uint64_t size = size_of(*plan.message, range.section);
        const bool whole = range.length >= size && pieces[next].size() >= size;
        reader.have(range.section, std::move(pieces[next++]), whole);
      }
      MessageRenderer renderer(plan, request_, reader, spools_);
      Prepared prepared = co_await renderer.run(next_part_);
      next_part_ += static_cast<std::uint32_t>(prepared.parts.size());
      held_ += prepared.size;
      batch_.items.push_back(std::move(prepared));
    }
    co_return Result<>();
  }

  static std::uint64_t size_of(const Message& message, const std::string& section) {
    if (section.empty()) return message.size;
    const Part* const part = convert::find_part(message.structure, section);
    return part == nullptr ? 0 : part->size;
  }

  std::shared_ptr<backend::Mail> mail_;
  http::Spools& spools_;
  Request request_;
  Renderer::Batch batch_;
  std::uint64_t held_ = 0;
  std::size_t group_consumed_ = 0;
  std::uint32_t next_part_ = 1;
};

}  // namespace

Renderer::Renderer(std::shared_ptr<backend::Mail> mail, http::Spools& spools)
    : mail_(std::move(mail)), spools_(spools) {}

Task<Result<Renderer::Batch>> Renderer::prepare(Request request) {
  BatchRenderer batch(mail_, spools_, std::move(request));
  co_return co_await batch.run();
}

}  // namespace godwit::render
