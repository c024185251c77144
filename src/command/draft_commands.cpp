#include "command/draft_commands.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include "base/bytes.hpp"
#include "base/fault.hpp"
#include "base/log.hpp"
#include "command/delivery.hpp"
#include "command/draft_record.hpp"
#include "compose/draft.hpp"
#include "convert/email.hpp"
#include "sync/server_id.hpp"

namespace godwit::command {
namespace {

using Kind = eas::SyncCommand::Kind;
using File = sync::DraftName::File;

constexpr Log logger("draft");

// [MS-ASCMD] Status (Sync), item level.
constexpr std::uint16_t status_ok = 1;
constexpr std::uint16_t status_conversion = 6;
constexpr std::uint16_t status_conflict = 7;
constexpr std::uint16_t status_not_found = 8;
constexpr std::uint16_t status_no_space = 9;

constexpr std::size_t files_kept = 512;         // references of one draft, the newest
constexpr std::size_t read_bytes = 512 * 1024;  // of a draft at once

/// The message as it stands, whole. Error: not_found.
Task<Result<compose::Stretch>> load_whole(MailWork& work, Uid uid) {
  const std::uint32_t epoch = work.state.cursor.status.uid_validity;
  const auto spool = work.session.services.spools.writer();
  std::uint64_t offset = 0;
  for (;;) {
    std::vector<backend::PartRange> ranges{{uid, "", offset, read_bytes}};
    auto answer = co_await work.session.mail().read(work.folder, epoch, std::move(ranges));
    if (!answer) co_return pass(answer);
    const std::string piece = answer->empty() ? std::string() : std::move(answer->front());
    spool->append(piece);
    offset += piece.size();
    if (piece.size() < read_bytes) break;
  }
  if (offset == 0) co_return fail(Errc::not_found, "the draft is gone");
  compose::Stretch whole{spool->finish(), {}};
  whole.bytes = whole.body->view();
  co_return co_await compose::with_line_ends(work.session.services.spools, std::move(whole));
}

/// Why a draft cannot be sent.
eas::Status status_of_recipients(const Error& error) {
  return error.code == Errc::too_large ? eas::Status::send_quota_exceeded
                                       : eas::Status::invalid_recipients;
}

/// One command on one draft.
class DraftCommand {
 public:
  /// `wish`: digest of all that the request says of the draft up to here.
  DraftCommand(MailWork& work, const eas::SyncCommand& command, const mapping::EmailChange& wanted,
               UidSet& claimed, DraftChain& chain, std::string wish)
      : work_(work),
        session_(work.session),
        command_(command),
        wanted_(wanted),
        claimed_(claimed),
        chain_(chain),
        digest_(digest(command)),
        wish_(std::move(wish)) {}

  /// `before` is 0 for a new draft; `name` 0: the device has no name for it yet.
  Task<std::uint16_t> run(Uid before, Uid name, sync::CommandOutcome& outcome) {
    before_ = before;
    name_ = name;
    const auto resumed = co_await resume();
    if (resumed == status_ok) {
      co_await take_resumed();
      co_return told(outcome);
    }
    if (resumed) co_return *resumed;
    const auto status = command_.send ? co_await send(outcome) : co_await write(outcome);
    if (status != status_ok) chain_.note_refused(digest_, status);
    co_return status;
  }

 private:
  Task<std::uint16_t> write(sync::CommandOutcome& outcome) {
    if (before_ != 0 && !co_await find_draft()) co_return status_not_found;
    auto draft = co_await compose(unique_id(session_.services.random));
    if (!draft) co_return status_of(draft.error());
    const auto status = co_await put(std::move(*draft));
    co_return status == status_ok ? told(outcome) : status;
  }

  backend::Mail& mail() { return session_.mail(); }
  std::uint32_t epoch() const { return work_.state.cursor.status.uid_validity; }

  std::string intent_name(std::string_view what) const {
    return session_.device_id.str() + '/' + work_.row.id + '/' +
           sync::SyncKey::of(work_.relationship.id, work_.presented).str() + std::string(what) +
           intent_part(command_);
  }

  static std::uint16_t status_of(const Error& error) {
    if (error.code == Errc::not_found) return status_not_found;
    return error.code == Errc::too_large ? status_no_space : status_conversion;
  }

  std::uint16_t told(sync::CommandOutcome& outcome) {
    apply(work_, made_);
    outcome.uid = made_.uid;
    if (!made_.sent) {
      outcome.flags = made_.flags;
      MessageState& present = work_.before[made_.uid];  // what follows in the request may mark it
      present.uid = made_.uid;
      present.flags = made_.flags;
      // A draft made anew has none of the marks that the device knows; one that takes the place of
      // what the device was never told of may have others'.
      const bool is_new = command_.kind == Kind::add;
      if (is_gone_ || (is_new && made_.flags != new_flags())) work_.state.dirty.add(made_.uid);
    }
    outcome.reply = pack(made_);
    if (command_.kind == Kind::add && !made_.sent) {
      outcome.server_id = sync::format_mail_id(work_.row.id, epoch(), made_.name);
    }
    return status_ok;
  }

  /// What an attempt that was cut short came to with what is asked for.
  Task<std::optional<std::uint16_t>> resume() {
    if (!std::exchange(chain_.looked, true)) co_await recover();
    if (chain_.untold.empty()) co_return std::nullopt;
    if (const auto status = chain_.recall(digest_)) {
      if (*status == status_ok) made_ = chain_.last;
      logger.warning("draft.resumed", {{"user", session_.user()}, {"device", session_.device_id}});
      co_return status;
    }
    chain_.untold.clear();
    if (chain_.last.uid == 0) co_return std::nullopt;
    // Other words by now: what is there is the draft that they are about.
    made_ = chain_.last;
    co_await take_resumed();
    before_ = made_.uid;
    name_ = command_.kind == Kind::add ? 0 : made_.name;
    made_ = {};
    co_return std::nullopt;
  }

  /// Whoever marked a new draft between the attempts did so before this request looked at the
  /// folder: the device would not be told.
  Task<> take_resumed() {
    apply_again(work_, made_);
    if (made_.sent || made_.before != 0) co_return;
    const auto states = co_await mail().fetch_state(work_.folder, epoch(), {made_.uid});
    if (!states || states->empty() || states->front().flags == made_.flags) co_return;
    work_.state.dirty.add(made_.uid);
  }

  /// Finds what that attempt did, and ends what it left half done.
  Task<> recover() {
    const auto key = session_.key(store::Kind::intent, intent_name(intent_of_drafts));
    if (!co_await session_.services.store.get(key)) co_return;
    std::vector<sync::Intent> intents;
    intents.push_back({key.name, ""});
    auto open = co_await session_.services.journal.open(session_.user(), std::move(intents));
    chain_.intent = std::move(open.front());
    chain_.is_open = true;
    DraftPlan plan = unpack_draft_plan(chain_.intent.detail);
    chain_.done = std::move(plan.done);
    chain_.last = std::move(plan.last);
    const Uid copy = plan.digest.empty() ? 0 : co_await find_copy(plan);
    if (copy != 0) {
      made_ = std::move(plan.made);
      co_await settle(copy);
      note_done(std::move(plan.digest));
    }
    chain_.untold = chain_.done;
    if (chain_.done.empty()) co_await close_now();
  }

  void note_done(std::string digest) {
    chain_.done.push_back(std::move(digest));
    chain_.last = made_;
  }

  /// The intent of what is to come holds what was done before, so that no kill can part them.
  Task<> intend(const DraftPlan& plan) {
    if (chain_.is_open) {
      chain_.intent = co_await session_.services.journal.amend(
          session_.user(), std::move(chain_.intent), pack(plan));
      co_return;
    }
    std::vector<sync::Intent> intents;
    intents.push_back({intent_name(intent_of_drafts), pack(plan)});
    auto open = co_await session_.services.journal.open(session_.user(), std::move(intents));
    chain_.intent = std::move(open.front());
    chain_.is_open = true;
  }

  /// The new message is there: it is the draft from now on, and the one before goes. Where the
  /// folder takes no removals that one stays, as a draft of its own.
  Task<> settle(Uid uid) {
    claimed_.add(uid);
    made_.uid = uid;
    if (made_.name == 0) made_.name = uid;
    for (AddedDraftFile& file : made_.added) {
      file.reference =
          render::format_file_reference({work_.row.id, epoch(), uid, std::move(file.reference)});
    }
    co_await take_over_kept();
    co_await remove_before();
  }

  Task<> close_now() {
    std::vector<store::Write> batch;
    batch.push_back(sync::Journal::close(session_.user(), chain_.intent));
    chain_.is_open = false;
    static_cast<void>(co_await session_.services.store.commit(std::move(batch)));
  }

  Task<Uid> find_copy(DraftPlan plan) {
    if (plan.uid_validity != epoch()) co_return 0;
    auto found = co_await mail().find_message_id(work_.folder, plan.uid_next, plan.message_id);
    if (!found) co_return 0;
    co_return found->minus(claimed_).lowest();
  }

  /// The flags of the draft as it stands. False: it is gone, and nothing takes its place.
  Task<bool> find_draft() {
    if (co_await is_there()) {
      co_return work_.state.held.contains(before_) || command_.kind == Kind::add;
    }
    // [MS-ASCMD] Conflict: where the device wins, its whole text stands for what is gone.
    const bool stands = work_.options.conflict == 0 && wanted_.draft.body &&
                        (work_.state.gone.contains(before_) || work_.state.held.contains(before_));
    if (stands) is_gone_ = true;
    co_return stands;
  }

  Task<bool> is_there() {
    auto states = co_await mail().fetch_state(work_.folder, epoch(), {before_});
    if (!states || states->empty()) co_return false;
    flags_ = states->front().flags;
    co_return true;
  }

  /// Error: not_found, malformed, too_large.
  Task<Result<compose::ComposedDraft>> compose(std::string unique) {
    compose::DraftEdit edit{wanted_.draft, session_.request.body, {}, std::move(unique)};
    std::optional<compose::Stretch> present;
    // An Add says all of the draft; what an earlier Add left is replaced, not edited.
    if (before_ != 0 && !is_gone_ && command_.kind == Kind::change) {
      auto removed = removed_sections();
      if (!removed) co_return pass(removed);
      edit.removed = std::move(*removed);
      auto whole = co_await load_whole(work_, before_);
      if (!whole) co_return pass(whole);
      present = std::move(*whole);
    }
    auto draft = co_await compose::compose_draft(session_.services.spools, std::move(edit),
                                                 std::move(present));
    if (draft && draft->message.content.size() > session_.services.settings.message_bytes_max) {
      co_return fail(Errc::too_large, "a draft beyond the limit");
    }
    co_return draft;
  }

  /// [MS-ASAIRS] Delete: by references that the device was given for this draft.
  Result<std::set<std::string>> removed_sections() const {
    std::set<std::string> out;
    for (const std::string& text : wanted_.draft.removed_attachments) {
      const auto reference = render::parse_file_reference(text);
      const bool here = reference && reference->collection_id == work_.row.id &&
                        reference->uid_validity == epoch();
      const auto section =
          here ? work_.state.section_of(before_, reference->uid, reference->section) : std::nullopt;
      // It went meanwhile, by an edit whose answer was lost, say.
      if (!section && here && reference->uid == name_) continue;
      if (!section) return fail(Errc::malformed, "an attachment that the draft does not have");
      out.insert(*section);
    }
    return out;
  }

  /// References that the device holds, and where they lead from now on.
  std::vector<File> files_of(const compose::ComposedDraft& draft) const {
    std::vector<File> files;
    const auto now = [&](const std::string& section) {
      const auto moved =
          std::ranges::find(draft.kept, section, &compose::ComposedDraft::Moved::from);
      return moved == draft.kept.end() ? std::string() : moved->to;
    };
    const auto known = work_.state.drafts.find(before_);
    if (known != work_.state.drafts.end()) {
      for (const File& file : known->second.files) {
        std::string section = now(file.now);
        if (!section.empty()) files.push_back({file.uid, file.section, std::move(section)});
      }
    }
    for (const auto& moved : draft.kept) files.push_back({before_, moved.from, moved.to});
    if (files.size() > files_kept) {
      files.erase(files.begin(), files.end() - static_cast<std::ptrdiff_t>(files_kept));
    }
    return files;
  }

  /// Makes it durable: the intent, the new message, then the end of the one before.
  Task<std::uint16_t> put(compose::ComposedDraft draft) {
    DraftPlan plan;
    plan.digest = digest_;
    const compose::Identity identity = identity_of(session_.account);
    plan.message_id =
        compose::make_message_id(unique_id(session_.services.random), identity.addresses.front());
    compose::Fields& header = draft.message.header;
    header.remove("Message-ID");
    compose::complete(header, identity, {plan.message_id, session_.now()});
    const auto position = co_await mail().status(work_.folder);
    if (!position || position->uid_validity != epoch()) co_return status_not_found;
    plan.uid_validity = position->uid_validity;
    plan.uid_next = position->uid_next;
    plan.made = plan_made(draft);
    auto message = std::make_shared<compose::Pieces>();
    message->add(header.str() + "\r\n");
    message->add(draft.message.content);
    plan.done = chain_.done;
    plan.last = chain_.last;
    co_await intend(plan);
    made_ = std::move(plan.made);
    auto added =
        co_await mail().append(work_.folder, std::move(message), made_.flags, session_.now());
    if (!added) {
      if (chain_.done.empty()) co_await close_now();
      co_return added.error().code == Errc::refused ? status_conflict : status_not_found;
    }
    const Uid uid = *added != 0 ? *added : co_await find_copy(plan);
    if (uid == 0) throw Fault(Fault::Kind::unavailable, "a draft was stored and is not there");
    co_await settle(uid);
    note_done(digest_);
    co_return status_ok;
  }

  DraftMade plan_made(const compose::ComposedDraft& draft) {
    DraftMade made;
    made.before = before_;
    made.name = name_;
    made.files = files_of(draft);
    // Sections, until the UID is known.
    for (const auto& added : draft.added) made.added.push_back({added.client_id, added.section});
    const std::string block = draft.message.header.str();
    const convert::Header header(block);
    made.conversation_id = convert::conversation_id_of(header);
    made.conversation_index = convert::conversation_index_of(header);
    made.flags = new_flags();
    if (before_ != 0 && !is_gone_) {
      made.flags = flags_;
      made.flags.draft = true;
      static_cast<void>(apply_change(wanted_, made.flags));
    }
    return made;
  }

  /// Of a draft that is this command's alone.
  Flags new_flags() const {
    Flags flags;
    flags.draft = flags.seen = true;
    static_cast<void>(apply_change(wanted_, flags));
    return flags;
  }

  Task<> remove_before() {
    if (made_.before == 0) co_return;
    UidSet one;
    one.add(made_.before);
    static_cast<void>(co_await mail().expunge(work_.folder, epoch(), std::move(one)));
  }

  /// What is kept beside the mailbox goes to the new message.
  Task<> take_over_kept() {
    if (wanted_.flag) co_await keep_follow_up(work_, made_.uid, *wanted_.flag);
    if (made_.before == 0) co_return;
    if (wanted_.flag) {
      co_await forget_kept(work_, {made_.before});
    } else {
      co_await move_kept(work_, made_.before,
                         sync::format_mail_id(work_.row.id, epoch(), made_.uid));
    }
  }

  /// [MS-ASEMAIL] Send.
  Task<std::uint16_t> send(sync::CommandOutcome& outcome) {
    made_.sent = true;
    made_.before = before_;
    made_.name = name_ == 0 ? before_ : name_;
    Delivery delivery(session_, true);
    if (co_await delivery.was_sent(intent_name("/send/"), true)) {
      if (!delivery.was_sent_as(wish_)) co_return co_await refuse_other(delivery);
      if (co_await delivery.reopen()) co_await finish_sent(delivery);
      co_return told(outcome);
    }
    // Whoever took the draft since an attempt that was cut short: it may have gone out by that.
    if (!co_await delivery.has_kept(wish_)) {
      if (const auto status = co_await unfit()) co_return co_await refuse(delivery, status);
    }
    if (chain_.is_open) {
      DraftPlan edited;
      edited.done = chain_.done;
      edited.last = chain_.last;
      co_await intend(edited);
    }
    co_await delivery.open(wish_);
    auto outgoing = co_await outgoing_of(delivery);
    if (!outgoing) co_return co_await give_up(delivery, status_of(outgoing.error()));
    auto to = compose::recipients(outgoing->header);
    if (!to) {
      co_return co_await give_up(delivery, std::to_underlying(status_of_recipients(to.error())));
    }
    co_await delivery.keep(*outgoing);
    std::string from = from_;
    const auto refused = co_await delivery.submit(*outgoing, std::move(from), std::move(*to));
    if (refused == eas::Status::server_error_retry_later) {
      throw Fault(Fault::Kind::unavailable, "a draft could not be sent now");
    }
    if (refused) {
      const bool nobody = *refused == eas::Status::recipient_unresolved;
      co_return co_await give_up(
          delivery, std::to_underlying(nobody ? eas::Status::invalid_recipients : *refused));
    }
    co_await delivery.note_sent(*outgoing);
    co_await save(delivery, std::move(*outgoing));
    co_await end_sent(delivery);
    co_return told(outcome);
  }

  /// Why it cannot be sent; 0 = it can.
  Task<std::uint16_t> unfit() {
    if (before_ == 0) co_return 0;
    if (!co_await find_draft()) co_return status_not_found;
    co_return is_draft() ? 0 : status_conversion;
  }

  /// What a kill came before: the copy, and the end of the draft.
  Task<> finish_sent(Delivery& delivery) {
    // A mail that is too large to be kept is made once more, of what it was made of then.
    if (before_ != 0) static_cast<void>(co_await find_draft());
    if (auto outgoing = co_await outgoing_of(delivery)) {
      co_await save(delivery, std::move(*outgoing));
    }
    co_await end_sent(delivery);
  }

  /// With the end of what an earlier attempt left.
  Task<std::uint16_t> refuse(Delivery& delivery, std::uint16_t status) {
    if (co_await delivery.reopen()) co_await delivery.close();
    co_return status;
  }

  /// Other words went out under the device's name for this draft, and it does not know that: these
  /// are refused, so that it keeps them. What went out is not known by now: a kill that came before
  /// its copy in Sent has taken that.
  Task<std::uint16_t> refuse_other(Delivery& delivery) {
    logger.warning("draft.other_was_sent",
                   {{"user", session_.user()}, {"device", session_.device_id}});
    if (command_.kind == Kind::add) co_return co_await refuse(delivery, status_conversion);
    if (!co_await is_there()) apply(work_, made_);
    co_return co_await refuse(delivery, status_not_found);
  }

  /// The draft is all that the user has of the mail, until there is a copy in Sent.
  Task<> save(Delivery& delivery, Outgoing outgoing) {
    if (co_await delivery.save(std::move(outgoing))) co_return;
    logger.error("mail.not_saved", {{"user", session_.user()}});
    if (delivery.may_save_later()) {
      throw Fault(Fault::Kind::unavailable, "the copy of a sent draft could not be saved now");
    }
  }

  bool is_draft() const { return is_gone_ || flags_.draft || work_.row.role == FolderRole::drafts; }

  Task<std::uint16_t> give_up(Delivery& delivery, std::uint16_t status) {
    co_await delivery.close();
    co_return status;
  }

  Task<Result<Outgoing>> outgoing_of(Delivery& delivery) {
    if (auto kept = delivery.kept()) {
      from_ = compose::complete(kept->header, identity_of(session_.account), delivery.stamp());
      co_return std::move(*kept);
    }
    auto draft = co_await compose(delivery.plan().envelope_id);
    if (!draft) co_return pass(draft);
    compose::Fields& header = draft->message.header;
    compose::remove_draft_notes(header);
    header.remove("Date");
    header.remove("Message-ID");
    from_ = compose::complete(header, identity_of(session_.account), delivery.stamp());
    co_return Outgoing{std::move(header), std::move(draft->message.content)};
  }

  Task<> end_sent(Delivery& delivery) {
    co_await remove_before();
    if (made_.before != 0) co_await forget_kept(work_, {made_.before});
    co_await delivery.close();
  }

  MailWork& work_;
  Session& session_;
  const eas::SyncCommand& command_;
  const mapping::EmailChange& wanted_;
  UidSet& claimed_;
  DraftChain& chain_;
  std::string digest_;
  std::string wish_;
  Uid before_ = 0;
  Uid name_ = 0;
  bool is_gone_ = false;  // the draft; the device's text takes its place
  Flags flags_;           // of the draft
  std::string from_;
  DraftMade made_;
};

/// The Add of the lost request that this one is: the same ClientId, or, in a request that repeats
/// the key, the same content under a ClientId that nobody else of this request has.
const sync::CommandOutcome* find_add(const MailWork& work, const eas::SyncCommand& command,
                                     const std::vector<eas::SyncCommand>& all) {
  if (!work.repeated) return nullptr;
  const std::string content = digest(command);
  for (const sync::CommandOutcome& outcome : work.relationship.outcomes) {
    if (outcome.kind != std::to_underlying(Kind::add) || outcome.status != status_ok) continue;
    if (outcome.id == command.id) return &outcome;
    const bool claimed = std::ranges::any_of(all, [&](const eas::SyncCommand& each) {
      return each.kind == Kind::add && each.id == outcome.id;
    });
    if (outcome.digest == content && !claimed) return &outcome;
  }
  return nullptr;
}

}  // namespace

Task<std::uint16_t> DraftCommands::add(const eas::SyncCommand& command,
                                       sync::CommandOutcome& outcome) {
  // [MS-ASCMD] Add (Sync): mail comes from servers, but for drafts of 16.x.
  const bool takes = work_.session.version >= eas::Version::v16_0 &&
                     work_.row.role == FolderRole::drafts && command.data != nullptr &&
                     (command.item_class.empty() || command.item_class == "Email");
  if (!takes) co_return status_conversion;
  const auto wanted = mapping::read_email_change(*command.data, work_.session.version);
  if (!wanted || !wanted->draft.removed_attachments.empty()) co_return status_conversion;
  Uid before = 0;
  if (const auto* known = find_add(work_, command, request_.commands)) {
    const auto made = made_of(*known);
    if (known->digest == outcome.digest && made) {
      outcome.uid = known->uid;
      outcome.flags = known->flags;
      outcome.server_id = known->server_id;
      outcome.reply = known->reply;
      apply_again(work_, *made);
      co_return status_ok;
    }
    // Edited before it was acknowledged: in place of what the lost request made.
    if (made && !made->sent) before = made->uid;
  }
  DraftCommand run(work_, command, *wanted, claimed_, chains_[intent_part(command)],
                   wish_of(request_.commands, command));
  co_return co_await run.run(before, 0, outcome);
}

Task<std::uint16_t> DraftCommands::change(const eas::SyncCommand& command,
                                          const mapping::EmailChange& wanted, Uid uid,
                                          sync::CommandOutcome& outcome) {
  const auto before = work_.before.find(uid);
  // [MS-ASEMAIL] 3.1.5: of a received mail only its marks can be changed.
  const bool received = before != work_.before.end() && !before->second.flags.draft &&
                        work_.row.role != FolderRole::drafts;
  if (received || work_.session.version < eas::Version::v16_0) co_return status_conversion;
  if (was_sent(work_, command.id)) co_return status_not_found;
  const auto id = sync::parse_mail_id(command.id);
  DraftCommand run(work_, command, wanted, claimed_, chains_[intent_part(command)],
                   wish_of(request_.commands, command));
  co_return co_await run.run(uid, id ? id->uid : uid, outcome);
}

void DraftCommands::finish() {
  for (const auto& [name, chain] : chains_) {
    if (!chain.is_open) continue;
    work_.writes.push_back(sync::Journal::close(work_.session.user(), chain.intent));
  }
}

}  // namespace godwit::command
