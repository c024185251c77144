// [MS-ASCMD] MeetingResponse: each answer once, whatever is lost or dies in between.
//
// The plan of an answer, its mail written whole, is an intent before the calendar is touched. Then
// the calendar, the mail, and the invitation's way to the trash; the intent ends in the commit that
// keeps the outcome, which answers the same request if it comes again within ten minutes.
#include <algorithm>
#include <chrono>
#include <utility>

#include "base/bytes.hpp"
#include "base/fault.hpp"
#include "base/log.hpp"
#include "base/pack.hpp"
#include "base/text.hpp"
#include "command/calendar_events.hpp"
#include "command/handlers.hpp"
#include "command/mail_language.hpp"
#include "command/meeting_mail.hpp"
#include "command/meeting_request.hpp"
#include "command/sending.hpp"
#include "compose/meeting_mail.hpp"
#include "convert/ical/ical.hpp"
#include "convert/ical/imip.hpp"
#include "convert/ical/schedule_agent.hpp"
#include "convert/ical/scheduled.hpp"
#include "convert/ical/scheduling.hpp"
#include "mapping/calendar.hpp"
#include "wbxml/pages/meeting_response.hpp"

namespace godwit::command {
namespace {

namespace ical = convert::ical;
namespace tag = wbxml::meeting_response;
namespace status = meeting_status;

constexpr Log logger("meeting");
constexpr std::size_t requests_max = 100;  // [MS-ASCMD] 3.1.5.10
constexpr std::chrono::minutes outcomes_live{10};
constexpr std::uint64_t outcomes_format = 1;
constexpr std::uint64_t plan_format = 2;

/// What an intent remembers: everything that a later attempt must do alike.
struct Plan {
  std::string uid;
  std::string calendar;  // the invitation, or the event as it was
  std::optional<Time> instance;
  Response response = Response::none;
  std::optional<MeetingMail> answer{};
  std::optional<Move> mail{};
  Likeness likeness{};
};

std::string pack(const Plan& plan) {
  Packer out;
  out.number(plan_format).text(plan.uid).text(plan.calendar);
  out.boolean(plan.instance.has_value());
  out.signed_number(plan.instance.value_or(Time{}).time_since_epoch().count());
  out.number(std::to_underlying(plan.response));
  out.boolean(plan.answer.has_value());
  if (plan.answer) pack(*plan.answer, out);
  out.boolean(plan.mail.has_value());
  if (plan.mail) {
    out.text(plan.mail->from.str()).number(plan.mail->uid_validity).number(plan.mail->uid);
    out.text(plan.mail->to.str()).text(plan.likeness.message_id).number(plan.likeness.size);
    out.signed_number(plan.likeness.received.time_since_epoch().count());
  }
  return std::move(out).bytes();
}

Plan unpack_plan(std::string_view bytes) {
  Unpacker in(bytes);
  Plan plan;
  if (in.number() != plan_format) in.damage();
  plan.uid = in.text();
  plan.calendar = in.text();
  const bool has_instance = in.boolean();
  const Time instance(std::chrono::milliseconds(in.signed_number()));
  if (has_instance) plan.instance = instance;
  plan.response = static_cast<Response>(in.number_as<std::uint8_t>());
  if (in.boolean()) plan.answer = unpack_meeting_mail(in);
  if (in.boolean()) {
    const auto from = FolderKey::parse(in.text());
    const auto validity = in.number_as<std::uint32_t>();
    const auto uid = in.number_as<Uid>();
    const auto to = FolderKey::parse(in.text());
    if (!from || !to) {
      in.damage();
    } else {
      plan.mail = Move{*from, validity, uid, *to};
    }
    plan.likeness.message_id = in.text();
    plan.likeness.size = in.number();
    plan.likeness.received = Time(std::chrono::milliseconds(in.signed_number()));
  }
  if (!in.finish()) throw Fault(Fault::Kind::corrupt, "damaged intent of a meeting's answer");
  return plan;
}

struct Outcome {
  std::uint16_t status = status::invalid;
  std::string calendar_id;
};

struct Words {
  std::string_view subject, sentence;
};
Words words_of(Response response, bool proposes, const compose::MailTexts& texts) {
  if (proposes) return {texts.proposed_subject, texts.proposed_text};
  if (response == Response::accepted) return {texts.accepted_subject, texts.accepted_text};
  if (response == Response::declined) return {texts.declined_subject, texts.declined_text};
  return {texts.tentative_subject, texts.tentative_text};
}

/// One Request.
class Answering {
 public:
  Answering(Session& session, const MeetingRequest& request, std::vector<store::Write>& writes)
      : session_(session), request_(request), writes_(writes) {}

  Task<Outcome> run() {
    const std::string name = intent_name();
    const auto earlier =
        co_await session_.services.store.get(session_.key(store::Kind::intent, name));
    Plan plan;
    // One that was cut short goes on as it began: its mail may be gone by now.
    if (!earlier) {
      auto made = co_await make_plan();
      if (!made) co_return Outcome{made.error(), {}};
      plan = std::move(*made);
    }
    std::vector<sync::Intent> intents;
    intents.push_back({name, pack(plan)});
    auto open = co_await session_.services.journal.open(session_.user(), std::move(intents));
    const sync::OpenIntent intent = std::move(open.front());
    resumed_ = intent.recovered;
    if (resumed_) {
      plan = unpack_plan(intent.detail);
      logger.warning("meeting.resumed", {{"user", session_.user()}});
    }
    Outcome outcome = co_await carry_out(std::move(plan));
    // What may succeed later stays open: the device asks again.
    if (outcome.status != status::server_error) {
      writes_.push_back(sync::Journal::close(session_.user(), intent));
    }
    co_return outcome;
  }

 private:
  std::string intent_name() const {
    Packer all;
    all.text(request_.id()).text(request_.instance_id.value_or(""));
    all.number(std::to_underlying(request_.response)).boolean(request_.send_response);
    all.text(request_.comment);
    all.signed_number(request_.proposed_start.value_or(Time{}).time_since_epoch().count());
    return session_.device_id.str() + "/meeting/" + hex_encode(digest128(all.bytes()));
  }

  Task<std::expected<Plan, MeetingFailure>> make_plan() {
    auto target = co_await find_meeting(session_, request_);
    if (!target) co_return std::unexpected(target.error());
    const bool proposes = request_.proposed_start.has_value();
    if (proposes && target->event.disallows_new_time_proposal) {
      co_return std::unexpected(status::invalid);
    }
    Plan plan{.uid = target->uid,
              .calendar = std::move(target->calendar),
              .instance = target->instance,
              .response = request_.response};
    if (sends() && target->event.organizer && !target->event.organizer->email.empty()) {
      co_await learn_language(session_);
      auto answer = write_answer(*target, plan);
      // An occurrence that the series does not have.
      if (!answer) co_return std::unexpected(status::invalid);
      plan.answer = std::move(*answer);
      plan.answer->sent = co_await look_at_sent(session_);
    } else if (plan.instance && !target->mail) {
      const auto is_there =
          ical::make_reply(plan.calendar, {}, plan.instance, said(), session_.calendar());
      if (!is_there) co_return std::unexpected(status::invalid);
    }
    co_await plan_move(*target, plan);
    co_return plan;
  }

  /// docs/adr/0012-who-sends-what.md
  bool sends() const {
    if (session_.version >= eas::Version::v16_0) return request_.send_response;
    return session_.behaviour.server_sends_replies;
  }

  ical::MeetingAnswer said() const {
    const compose::Identity author = identity_of(session_.account);
    return {.response = request_.response,
            .address = author.addresses.front(),
            .name = author.display_name,
            .comment = request_.comment,
            .proposed_start = request_.proposed_start,
            .proposed_end = request_.proposed_end};
  }

  Result<MeetingMail> write_answer(const MeetingTarget& target, const Plan& plan) const {
    const ical::MeetingAnswer answer = said();
    // Of an invitation to one occurrence that is all there is.
    const auto instance = target.event.orphan_of ? std::nullopt : plan.instance;
    auto calendar = ical::make_reply(plan.calendar, {}, instance, answer, session_.calendar());
    if (!calendar) return pass(calendar);
    const bool proposes = answer.proposed_start.has_value();
    const compose::MailTexts& texts = mail_texts_of(session_);
    const Words words = words_of(answer.response, proposes, texts);
    const std::string& who = answer.name.empty() ? answer.address : answer.name;
    MeetingDraft draft;
    draft.to = {{target.event.organizer->name, target.event.organizer->email}};
    draft.subject = compose::fill(words.subject, target.event.details.subject);
    draft.text = request_.comment.empty() ? compose::fill(words.sentence, who) : request_.comment;
    draft.text += "\n\n" + compose::describe(target.event, texts);
    draft.method =
        ical::name_of(proposes ? MeetingMessage::Method::counter : MeetingMessage::Method::reply);
    draft.calendar = std::move(*calendar);
    return write_meeting_mail(session_, std::move(draft));
  }

  Task<> plan_move(const MeetingTarget& target, Plan& plan) {
    if (!target.mail) co_return;
    auto table = co_await session_.folder_table();
    const sync::FolderRow* trash = table.find_role(FolderRole::trash);
    auto key = trash == nullptr ? FolderKey::parse("") : FolderKey::parse(trash->key);
    if (!key || *key == target.mail->from) co_return;
    plan.mail = target.mail;
    plan.mail->to = *key;
    plan.likeness = target.likeness;
  }

  Task<Outcome> carry_out(Plan plan) {
    Outcome outcome;
    auto put = co_await change_calendar(plan);
    if (!put) {
      logger.warning("meeting.calendar", {{"user", session_.user()}, {"why", put.error().message}});
      const bool bad = put.error().code == Errc::not_found;
      co_return Outcome{bad ? status::invalid : status::mailbox_error, {}};
    }
    const bool counters = request_.proposed_start.has_value();
    if (server_told_ && !counters) {
      writes_.push_back(note_answer(session_, plan.uid, plan.response));
    } else if (plan.answer) {
      const auto sent = co_await send_meeting_mail(session_, *plan.answer, resumed_);
      if (sent == MeetingSent::later) co_return Outcome{status::server_error, {}};
      if (session_.version < eas::Version::v16_0) {
        writes_.push_back(note_answer(session_, plan.uid, plan.response));
      }
    }
    if (plan.mail) co_await move_away(plan);
    co_return Outcome{status::ok, std::move(*put)};
  }

  /// The id of the event; empty when there is none (any more), or no calendar.
  Task<Result<std::string>> change_calendar(Plan plan) {
    auto there = co_await find_event(session_, plan.uid);
    const bool declines = plan.response == Response::declined;
    if (!there && declines) co_return std::string();
    if (!there) there = co_await new_event(session_, plan.uid);
    if (!there) co_return std::string();
    const auto context = session_.calendar();
    const std::string own = identity_of(session_.account).addresses.front();
    // Without items there is no event.
    const bool hushes = !(co_await session_.items()->scheduling_addresses()).empty();
    const EventEdit edit = [&](const std::string& text) -> Result<std::optional<std::string>> {
      auto made = declines ? declined(text, plan, context) : accepted(text, plan, own, context);
      if (hushes && made && *made && !(*made)->empty()) {
        **made = ical::with_answer_agent(**made, "CLIENT");
      }
      return made;
    };
    const StoredEvent event = *there;
    if (auto done = co_await edit_event(session_, std::move(*there), edit); !done) {
      co_return pass(done);
    }
    if (hushes) co_await end_hush(event);  // the text of `event` is the one before
    if (declines) co_return std::string();
    co_await session_.listed_folders();
    co_return server_id_of(session_, event);
  }

  /// The agent was for that one write. Some servers tell the organizer all the same, and say so.
  Task<> end_hush(StoredEvent event) {
    auto there = co_await look_again(session_, event);
    if (!there) co_return;
    server_told_ = ical::answer_told_by_server(there->text);
    if (event.text.empty() || ical::is_left_to_clients(event.text)) co_return;
    const EventEdit edit = [](const std::string& text) -> Result<std::optional<std::string>> {
      if (text.empty()) return std::nullopt;
      return ical::with_answer_agent(text, "");
    };
    if (const auto done = co_await edit_event(session_, std::move(*there), edit); !done) {
      logger.info("meeting.agent_stays",
                  {{"user", session_.user()}, {"why", done.error().message}});
    }
  }

  static Result<std::optional<std::string>> accepted(const std::string& text, const Plan& plan,
                                                     const std::string& own,
                                                     const ical::Context& context) {
    // The invitation may not have come into the calendar yet, or be newer than what is there.
    const auto meeting = ical::read_meeting_message(plan.calendar, "REQUEST", context);
    if (!meeting) return pass(meeting);
    auto with = ical::with_invitation(text, plan.calendar, *meeting, context);
    if (!with) return pass(with);
    const std::string& now = *with ? **with : text;
    auto answered = ical::with_answer(now, plan.instance, plan.response, own, context);
    if (!answered) return pass(answered);
    return std::move(*answered);
  }

  static Result<std::optional<std::string>> declined(const std::string& text, const Plan& plan,
                                                     const ical::Context& context) {
    if (text.empty()) return std::optional<std::string>();
    ical::Repairs repairs;
    const auto event = ical::read_event(text, plan.uid, context, repairs);
    const bool whole = !plan.instance || (event && !event->recurrence);
    if (whole) return std::optional<std::string>(std::string());
    auto without =
        ical::apply_event(text, plan.uid, mapping::without_occurrence(*plan.instance), context);
    if (!without) return pass(without);
    return std::move(*without);
  }

  /// It leaves the folder even where it cannot be told where it went.
  Task<> move_away(const Plan& plan) {
    std::vector<NamedMove> moves{{intent_name() + "/move", *plan.mail, plan.likeness}};
    auto intents = co_await open_move_intents(session_, moves);
    const auto moved = co_await finish_move(session_, *plan.mail, intents.front());
    writes_.push_back(sync::Journal::close(session_.user(), intents.front()));
    if (!moved) co_return;
    const auto table = co_await session_.folder_table();
    watch::Hub& hub = session_.services.hub;
    for (const FolderKey& folder : {plan.mail->from, plan.mail->to}) {
      const sync::FolderRow* const row = table.find_key(folder.view());
      const auto id = row == nullptr ? CollectionId::parse("") : CollectionId::parse(row->id);
      if (id) hub.mark_added(session_.account.user, *id);
    }
  }

  Session& session_;
  const MeetingRequest& request_;
  std::vector<store::Write>& writes_;
  bool server_told_ = false;  // the organizer, without us (RFC 6638)
  bool resumed_ = false;      // an earlier request began it
};

class MeetingRun {
 public:
  explicit MeetingRun(Session& session)
      : session_(session),
        record_(session.key(store::Kind::last_change, session.device_id.str() + "/meeting")) {}

  Task<Answer> run() {
    auto requests = read_meeting_requests(session_.document, session_.version);
    // The answer has no status at its root, only in Results.
    if (!requests) co_return refuse({}, status::invalid);
    requests_ = std::move(*requests);
    if (requests_.size() > requests_max) {
      co_return refuse(requests_.front(), std::to_underlying(eas::Status::invalid_xml));
    }
    digest_ = digest();
    co_await recall();
    for (std::size_t i = 0; i < requests_.size(); ++i) {
      if (outcomes_[i].status != status::server_error) continue;
      Answering one(session_, requests_[i], writes_);
      outcomes_[i] = co_await one.run();
    }
    co_await commit();
    co_return write();
  }

 private:
  Answer refuse(const MeetingRequest& request, std::uint16_t value) {
    requests_ = {request};
    outcomes_.assign(1, Outcome{value, {}});
    return write();
  }

  std::string digest() const {
    Packer all;
    for (const MeetingRequest& each : requests_) {
      all.text(each.id()).text(each.collection_id).text(each.instance_id.value_or(""));
      all.number(std::to_underlying(each.response)).boolean(each.send_response).text(each.comment);
      all.signed_number(each.proposed_start.value_or(Time{}).time_since_epoch().count());
      all.signed_number(each.proposed_end.value_or(Time{}).time_since_epoch().count());
    }
    return digest128(all.bytes());
  }

  /// What the same request came to just now; what could not be done then is open still.
  Task<> recall() {
    outcomes_.assign(requests_.size(), Outcome{status::server_error, {}});
    const auto record = co_await session_.services.store.get(record_);
    if (!record) co_return;
    Unpacker in(record->value);
    if (in.number() != outcomes_format || in.view() != digest_) co_return;
    const Time made(std::chrono::milliseconds(in.signed_number()));
    if (session_.now() < made || session_.now() - made >= outcomes_live) co_return;
    std::vector<Outcome> outcomes(requests_.size());
    for (Outcome& outcome : outcomes) {
      outcome.status = in.number_as<std::uint16_t>();
      outcome.calendar_id = in.text();
    }
    if (in.finish()) outcomes_ = std::move(outcomes);
  }

  /// Ends the intents and keeps the outcomes, in one. Where nothing was done, asking again may find
  /// it otherwise.
  Task<> commit() {
    if (writes_.empty()) co_return;
    if (std::ranges::find(outcomes_, status::ok, &Outcome::status) != outcomes_.end()) {
      Packer out;
      out.number(outcomes_format).text(digest_);
      out.signed_number(session_.now().time_since_epoch().count());
      for (const Outcome& each : outcomes_) out.number(each.status).text(each.calendar_id);
      writes_.push_back({record_, std::nullopt, std::move(out).bytes()});
    }
    static_cast<void>(co_await session_.services.store.commit(std::move(writes_)));
  }

  /// [MS-ASCMD] Result (MeetingResponse): the ids that the device used.
  Answer write() const {
    DocumentWriter document(session_.services.spools);
    wbxml::Writer& out = document.out();
    out.open(tag::MeetingResponse);
    for (std::size_t i = 0; i < requests_.size(); ++i) {
      const MeetingRequest& request = requests_[i];
      const Outcome& outcome = outcomes_[i];
      out.open(tag::Result);
      if (!request.request_id.empty()) out.text(tag::RequestId, request.request_id);
      out.number(tag::Status, outcome.status);
      if (!outcome.calendar_id.empty()) out.text(tag::CalendarId, outcome.calendar_id);
      out.close();
    }
    out.close();
    return document.finish();
  }

  Session& session_;
  store::Key record_;
  std::vector<MeetingRequest> requests_;
  std::vector<Outcome> outcomes_;
  std::string digest_;
  std::vector<store::Write> writes_;
};

}  // namespace

Task<Answer> meeting_response(Session& session) {
  MeetingRun run(session);
  co_return co_await run.run();
}

}  // namespace godwit::command
