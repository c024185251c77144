#include "command/sending.hpp"

#include <algorithm>
#include <utility>

#include "base/bytes.hpp"
#include "base/fault.hpp"
#include "base/log.hpp"
#include "base/pack.hpp"
#include "base/text.hpp"
#include "command/last_verb.hpp"
#include "command/meeting_mail.hpp"
#include "compose/stream.hpp"

namespace godwit::command {
namespace {

constexpr Log logger("send");

/// Why a mail cannot go out at all.
eas::Status status_of(const Error& error) {
  switch (error.code) {
    case Errc::incomplete:
      return eas::Status::no_recipient;
    case Errc::refused:
      return eas::Status::recipient_unresolved;
    case Errc::too_large:
      return eas::Status::send_quota_exceeded;
    default:
      return eas::Status::invalid_mime;
  }
}

class Send {
 public:
  Send(Session& session, SendRequest request, Sending<std::optional<Original>> original,
       Composer composer)
      : session_(session),
        request_(std::move(request)),
        original_(std::move(original)),
        composer_(composer),
        delivery_(session, request_.save_in_sent) {}

  Task<Answer> run() {
    const std::string digest = co_await compose::digest_of(*session_.request.body, request_.mime);
    const std::string name = session_.device_id.str() + '/' + identity(digest);
    if (co_await delivery_.was_sent(name, !request_.client_id.empty()))
      co_return co_await repeated();
    // Whoever took the original since an attempt that was cut short: the mail may have gone out by
    // that, as it is kept.
    const bool is_kept = refers() && co_await delivery_.has_kept(digest);
    if (!original_ && !is_kept) co_return co_await end_left(original_.error());
    // docs/adr/0012-who-sends-what.md
    const bool tells = session_.version < eas::Version::v16_0;
    if (tells && co_await answered_already(session_, request_.mime)) co_return Nothing{};
    auto letter = compose::read_letter(request_.mime);
    if (!letter) co_return refuse(status_of(letter.error()), letter.error());
    auto to = compose::recipients(letter->header);
    if (!to) co_return refuse(status_of(to.error()), to.error());
    std::vector<std::string> recipients = std::move(*to);
    if (tells) {
      const auto told = co_await told_already(session_, request_.mime);
      std::erase_if(recipients, [&](const std::string& each) {
        return std::ranges::any_of(told, [&](const auto& one) { return iequals(one, each); });
      });
      if (recipients.empty()) co_return Nothing{};
    }
    co_await delivery_.open(digest);
    auto outgoing = co_await compose();
    if (!outgoing) co_return co_await give_up(outgoing.error());
    std::string from =
        compose::complete(outgoing->header, identity_of(session_.account), delivery_.stamp());
    if (refers()) co_await delivery_.keep(*outgoing);
    if (const auto refused =
            co_await delivery_.submit(*outgoing, std::move(from), std::move(recipients))) {
      if (*refused == eas::Status::server_error_retry_later) co_return Failed{*refused};
      co_return co_await give_up(*refused);
    }
    co_await delivery_.note_sent(*outgoing);
    co_await finish(std::move(*outgoing));
    co_return Nothing{};
  }

 private:
  const Original* original() const { return original_ && *original_ ? &**original_ : nullptr; }

  /// To a mail that may go before another attempt.
  bool refers() const { return !original_ || *original_; }

  Task<Sending<Outgoing>> compose() {
    if (auto kept = delivery_.kept()) co_return std::move(*kept);
    co_return co_await composer_(session_, request_, original(), delivery_.plan().envelope_id);
  }

  /// What makes this request the same as another one of the device.
  std::string identity(const std::string& digest) const {
    if (!request_.client_id.empty()) return "id/" + request_.client_id;
    Packer all;
    all.text(session_.line.command).text(digest).text(request_.folder_id).text(request_.item_id);
    all.text(request_.long_id).boolean(request_.save_in_sent);
    return "same/" + hex_encode(digest128(all.bytes()));
  }

  Answer refuse(eas::Status status, const Error& why) const {
    logger.info("mail.refused", {{"user", session_.user()},
                                 {"device", session_.device_id},
                                 {"status", std::to_underlying(status)},
                                 {"why", why.message}});
    return Failed{status};
  }

  /// Sent before. What a kill left undone after that is done now.
  Task<Answer> repeated() {
    if (co_await delivery_.reopen()) {
      // Without the original, which went meanwhile, at least the device's own words are kept.
      Sending<Outgoing> outgoing = std::unexpected(eas::Status::server_error);
      if (original_ || delivery_.kept()) outgoing = co_await compose();
      if (!outgoing) outgoing = co_await compose_plain(session_, request_, nullptr, {});
      if (outgoing) {
        compose::complete(outgoing->header, identity_of(session_.account), delivery_.stamp());
        co_await finish(std::move(*outgoing));
      } else {
        co_await delivery_.close();
      }
    }
    // [MS-ASCMD] Common Status Codes: 118 is for requests that carry an id.
    if (request_.client_id.empty()) co_return Nothing{};
    co_return Failed{eas::Status::previously_sent};
  }

  /// Nothing can come of what an earlier attempt began.
  Task<Answer> end_left(eas::Status status) {
    if (co_await delivery_.reopen()) co_await delivery_.close();
    co_return Failed{status};
  }

  Task<Answer> give_up(eas::Status status) {
    co_await delivery_.close();
    co_return Failed{status};
  }

  /// What follows a sent mail. None of it can make the sending fail.
  Task<> finish(Outgoing outgoing) {
    const bool saved = co_await delivery_.save(std::move(outgoing));
    if (!saved) logger.error("mail.not_saved", {{"user", session_.user()}});
    co_await mark_original();
    co_await delivery_.close();
  }

  /// [MS-ASEMAIL] LastVerbExecuted.
  Task<> mark_original() {
    const Original* const marked = original();
    if (marked == nullptr) co_return;
    try {
      co_await note_verb(session_, *marked, recipients(), delivery_.plan().date);
    } catch (const Fault& fault) {
      logger.warning("mail.not_marked", {{"user", session_.user()}, {"why", fault.what()}});
    }
  }

  /// Empty in a mail that was not readable.
  std::vector<std::string> recipients() const {
    const auto letter = compose::read_letter(request_.mime);
    if (!letter) return {};
    return compose::recipients(letter->header).value_or(std::vector<std::string>());
  }

  Session& session_;
  SendRequest request_;
  Sending<std::optional<Original>> original_;
  Composer composer_;
  Delivery delivery_;
};

}  // namespace

Task<Sending<Outgoing>> compose_plain(Session& session, const SendRequest& request, const Original*,
                                      std::string) {
  auto letter = compose::read_letter(request.mime);
  if (!letter) co_return std::unexpected(eas::Status::invalid_mime);
  const std::string_view content = request.mime.substr(static_cast<std::size_t>(letter->body));
  compose::Stretch mail{session.request.body, content};
  auto whole = co_await compose::with_line_ends(session.services.spools, std::move(mail));
  Outgoing outgoing{std::move(letter->header), {}};
  outgoing.content.add(std::move(whole.body), whole.bytes);
  co_return outgoing;
}

Task<Answer> send_once(Session& session, SendRequest request,
                       Sending<std::optional<Original>> original, Composer composer) {
  Send send(session, std::move(request), std::move(original), composer);
  co_return co_await send.run();
}

}  // namespace godwit::command
