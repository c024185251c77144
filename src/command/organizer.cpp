#include "command/organizer.hpp"

#include <algorithm>
#include <utility>

#include "base/bytes.hpp"
#include "base/fault.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "command/mail_language.hpp"
#include "command/sending.hpp"
#include "compose/meeting_mail.hpp"
#include "convert/ical/details.hpp"
#include "convert/ical/ical.hpp"
#include "convert/ical/schedule_agent.hpp"
#include "convert/ical/scheduled.hpp"
#include "convert/ical/scheduling.hpp"

namespace godwit::command {
namespace {

namespace ical = convert::ical;
using Method = MeetingMessage::Method;

constexpr Log logger("meeting");
constexpr std::size_t intents_at_once = 100;

std::optional<Event> read(const std::string& text, const ical::Context& context) {
  if (text.empty()) return std::nullopt;
  ical::Repairs repairs;
  auto event = ical::read_event(text, {}, context, repairs);
  return event ? std::optional(std::move(*event)) : std::nullopt;
}

/// RFC 5546 2.1.4: what makes everybody's answer one to something else.
bool same_times(const EventDetails& a, const EventDetails& b) {
  return a.start == b.start && a.end == b.end && a.all_day == b.all_day;
}

bool same_for_others(const EventDetails& a, const EventDetails& b) {
  return same_times(a, b) && a.subject == b.subject && a.location == b.location &&
         a.body == b.body && a.sensitivity == b.sensitivity && a.cancelled == b.cancelled &&
         a.attachments == b.attachments;
}

std::vector<Attendee> not_in(const std::vector<Attendee>& all, const std::vector<Attendee>& other) {
  std::vector<Attendee> out;
  for (const Attendee& each : all) {
    const bool known = std::ranges::any_of(
        other, [&](const Attendee& one) { return iequals(one.email, each.email); });
    if (!known) out.push_back(each);
  }
  return out;
}

bool is_one_of(std::string_view address, const std::vector<std::string>& all) {
  return std::ranges::any_of(all, [&](const std::string& one) { return iequals(one, address); });
}

const EventException* find(const Event& event, Time original) {
  const auto at = std::ranges::find(event.exceptions, original, &EventException::original);
  return at == event.exceptions.end() ? nullptr : &*at;
}

class Planner {
 public:
  Planner(Session& session, const std::string& before, std::string after,
          const std::vector<std::string>& server_tells)
      : session_(session),
        server_tells_(server_tells),
        context_(session.calendar()),
        before_text_(before),
        before_(read(before, context_)) {
    out_.text = std::move(after);
    after_ = read(out_.text, context_);
  }

  Scheduling run() {
    if (after_) own_it();
    const Event* const event = after_ ? &*after_ : before_ ? &*before_ : nullptr;
    const bool own = event != nullptr && event->organizer && event->organizer_is_user;
    if (!own) return std::move(out_);
    out_.server_tells = is_one_of(event->organizer->email, server_tells_);
    if (out_.server_tells) told_ = ical::told_by_server(before_text_);
    if (session_.version < eas::Version::v16_0) {
      if (out_.server_tells) share_with_device();
      return std::move(out_);
    }
    if (!after_) {
      if (!before_->details.cancelled) cancel(before_text_, *before_, std::nullopt);
    } else if (!before_) {
      request(*after_, std::nullopt, after_->details.attendees);
    } else {
      changed();
    }
    return std::move(out_);
  }

 private:
  /// Some devices name no organizer of what they make.
  void own_it() {
    const bool had_others = before_ && !before_->details.attendees.empty();
    if (after_->organizer || after_->details.attendees.empty() || had_others) return;
    const compose::Identity author = identity_of(session_.account);
    EventPatch patch;
    patch.organizer =
        Change<Organizer>::set({.email = author.addresses.front(), .name = author.display_name});
    edit(patch);
  }

  /// The device tells those whom it invites; those whom the server told before it tells again. To
  /// take somebody from the server would make it tell them that the meeting is cancelled.
  void share_with_device() {
    if (!after_) {
      out_.uid = before_->uid;
      out_.told = told_;
      return;
    }
    std::vector<std::string> fresh;
    const auto known = before_ ? before_->details.attendees : std::vector<Attendee>();
    for (const Attendee& each : not_in(after_->details.attendees, known)) {
      fresh.push_back(each.email);
    }
    out_.text = ical::with_client_agent(out_.text, fresh);
    after_ = read(out_.text, context_);
    if (before_ && !told_.empty() && moved()) ask_anew();
  }

  bool moved() const {
    return !same_times(before_->details, after_->details) ||
           before_->recurrence != after_->recurrence;
  }

  void edit(const EventPatch& patch) {
    auto text = ical::apply_event(out_.text, after_->uid, patch, context_);
    if (!text) return;
    out_.text = std::move(*text);
    after_ = read(out_.text, context_);
  }

  void changed() {
    const auto gone = not_in(before_->details.attendees, after_->details.attendees);
    if (!gone.empty()) mail(before_text_, *before_, std::nullopt, Method::cancel, gone);
    if (after_->details.cancelled && !before_->details.cancelled) {
      return cancel(out_.text, *after_, std::nullopt);
    }
    const bool is_moved = moved();
    if (is_moved) ask_anew();
    if (is_moved || !same_for_others(before_->details, after_->details)) {
      return request(*after_, std::nullopt, after_->details.attendees);
    }
    const auto added = not_in(after_->details.attendees, before_->details.attendees);
    if (!added.empty()) request(*after_, std::nullopt, added);
    exceptions();
  }

  void ask_anew() {
    EventPatch patch;
    std::vector<Attendee> attendees = after_->details.attendees;
    for (Attendee& each : attendees) {
      each.status = Response::not_responded;
      each.proposed_start = each.proposed_end = std::nullopt;
    }
    patch.details.attendees = Change<std::vector<Attendee>>::set(std::move(attendees));
    edit(patch);
    auto text = ical::with_sequence(out_.text, std::max(before_->sequence, after_->sequence) + 1);
    if (!text) return;
    out_.text = std::move(*text);
    after_ = read(out_.text, context_);
  }

  void exceptions() {
    for (const EventException& each : after_->exceptions) {
      const EventException* const known = find(*before_, each.original);
      if (each.deleted) {
        if (known == nullptr || !known->deleted) cancel(before_text_, *before_, each.original);
        continue;
      }
      const bool same = known != nullptr && !known->deleted &&
                        same_for_others(known->details, each.details) &&
                        known->details.attendees.size() == each.details.attendees.size();
      if (!same) request(*after_, each.original, each.details.attendees);
    }
  }

  void cancel(const std::string& text, const Event& event, std::optional<Time> instance) {
    mail(text, event, instance, Method::cancel, event.details.attendees);
  }

  void request(const Event& event, std::optional<Time> instance, const std::vector<Attendee>& to) {
    mail(out_.text, event, instance, Method::request, to);
  }

  void mail(const std::string& text, const Event& event, std::optional<Time> instance,
            Method method, const std::vector<Attendee>& to) {
    MeetingDraft draft;
    for (const Attendee& each : to) {
      // Nothing will be written that tells how the server fared with those who go.
      const bool told = !stays(each) && is_one_of(each.email, told_);
      if (!told && !ical::is_own(each.email, context_)) draft.to.push_back({each.name, each.email});
    }
    if (draft.to.empty()) return;
    const bool cancels = method == Method::cancel;
    auto calendar = cancels ? ical::make_cancel(text, event.uid, instance, context_)
                            : ical::make_request(text, event.uid, instance, context_);
    if (!calendar) return;
    const compose::MailTexts& texts = mail_texts_of(session_);
    draft.subject = cancels ? compose::fill(texts.canceled_subject, event.details.subject)
                            : event.details.subject;
    draft.text = compose::describe(event, texts) + '\n' + event.details.body;
    draft.method = ical::name_of(method);
    draft.calendar = std::move(*calendar);
    out_.mails.push_back(write_meeting_mail(session_, std::move(draft)));
  }

  bool stays(const Attendee& attendee) const {
    return after_ && not_in({attendee}, after_->details.attendees).empty();
  }

  Session& session_;
  const std::vector<std::string>& server_tells_;
  ical::Context context_;
  const std::string& before_text_;
  std::vector<std::string> told_;  // by the server, of what was there
  std::optional<Event> before_, after_;
  Scheduling out_;
};

bool& owes_mail(Session& session) {
  return session.services.request_cache.entry(session.account.user, session.device_id).owes_mail;
}

std::string prefix(Session& session) { return session.device_id.str() + "/scheduling/"; }

/// What an intent remembers.
struct Detail {
  std::string collection, href, before;  // the last a digest; empty: it was not there
  bool server_tells = false;
  std::vector<MeetingMail> mails;
};

std::string digest_of(const std::string& text) {
  return text.empty() ? std::string() : digest128(text);
}

std::string pack(const Detail& detail) {
  Packer out;
  out.text(detail.collection).text(detail.href).text(detail.before).boolean(detail.server_tells);
  out.number(detail.mails.size());
  for (const MeetingMail& mail : detail.mails) pack(mail, out);
  return std::move(out).bytes();
}

Detail unpack_detail(std::string_view bytes) {
  Unpacker in(bytes);
  Detail detail;
  detail.collection = in.text();
  detail.href = in.text();
  detail.before = in.text();
  detail.server_tells = in.boolean();
  for (std::size_t left = in.count(); left > 0 && in.ok(); --left) {
    detail.mails.push_back(unpack_meeting_mail(in));
  }
  if (!in.finish()) throw Fault(Fault::Kind::corrupt, "damaged intent of a meeting's change");
  return detail;
}

/// The event as it is; empty: it is not there. Nothing: there is no calendar to look into.
Task<std::optional<std::string>> present_text(Session& session, const Detail& detail) {
  const auto collection = FolderKey::parse(detail.collection);
  if (!collection || session.plain_items() == nullptr) co_return std::nullopt;
  const auto there = co_await session.plain_items()->fetch(*collection, {detail.href});
  if (!there) co_return std::nullopt;
  co_return there->empty() ? std::string() : there->front().text;
}

Task<bool> send_all(Session& session, Detail detail, bool again) {
  std::vector<std::string> told;
  if (detail.server_tells) {
    if (const auto now = co_await present_text(session, detail)) told = ical::told_by_server(*now);
  }
  bool all = true;
  for (MeetingMail& mail : detail.mails) {
    std::erase_if(mail.to, [&](const std::string& each) { return is_one_of(each, told); });
    if (mail.to.empty()) continue;
    all = co_await send_meeting_mail(session, std::move(mail), again) != MeetingSent::later && all;
  }
  co_return all;
}

Task<> close(Session& session, sync::OpenIntent intent) {
  std::vector<store::Write> batch;
  batch.push_back(sync::Journal::close(session.user(), intent));
  static_cast<void>(co_await session.services.store.commit(std::move(batch)));
}

Task<bool> was_made(Session& session, const Detail& detail) {
  const auto now = co_await present_text(session, detail);
  co_return now&& digest_of(*now) != detail.before;
}

Task<> resume(Session& session) {
  const auto rows = co_await session.services.store.list(session.user(), store::Kind::intent,
                                                         prefix(session), "", intents_at_once);
  owes_mail(session) = false;
  if (rows.empty()) co_return;
  std::vector<sync::Intent> intents;
  intents.reserve(rows.size());
  for (const store::Record& row : rows) intents.push_back({row.key.name, {}});
  auto open = co_await session.services.journal.open(session.user(), std::move(intents));
  for (sync::OpenIntent& intent : open) {
    Detail detail = unpack_detail(intent.detail);
    const bool made = co_await was_made(session, detail);
    const bool done = !made || co_await send_all(session, std::move(detail), true);
    if (done) co_await close(session, std::move(intent));
    if (!done) owes_mail(session) = true;
  }
}

}  // namespace

Scheduling schedule(Session& session, const std::string& before, std::string after,
                    const std::vector<std::string>& server_tells) {
  return Planner(session, before, std::move(after), server_tells).run();
}

Task<SchedulingIntent> SchedulingIntent::open(Session& session, std::string name,
                                              FolderKey collection, std::string href,
                                              const std::string& before, Scheduling meeting) {
  SchedulingIntent out;
  if (meeting.mails.empty()) co_return out;
  const SentPlace sent = co_await look_at_sent(session);
  for (MeetingMail& mail : meeting.mails) mail.sent = sent;
  const Detail detail{collection.str(), std::move(href), digest_of(before), meeting.server_tells,
                      std::move(meeting.mails)};
  std::vector<sync::Intent> intents;
  intents.push_back({prefix(session) + hex_encode(digest128(name)), pack(detail)});
  // Whatever becomes of this request: the next one looks.
  owes_mail(session) = true;
  auto open = co_await session.services.journal.open(session.user(), std::move(intents));
  out.intent_ = std::move(open.front());
  co_return out;
}

Task<> SchedulingIntent::send(Session& session) {
  if (!intent_) co_return;
  const bool again = intent_->recovered;
  if (co_await send_all(session, unpack_detail(intent_->detail), again)) {
    co_await close(session, *intent_);
  }
}

Task<> SchedulingIntent::drop(Session& session) {
  if (intent_ && !intent_->recovered) co_await close(session, *intent_);
}

Task<> resume_scheduling(Session& session) {
  if (!owes_mail(session)) co_return;
  try {
    co_await resume(session);
  } catch (const Fault& fault) {
    owes_mail(session) = true;
    logger.warning("meeting.not_resumed", {{"user", session.user()}, {"why", fault.what()}});
  }
}

}  // namespace godwit::command
