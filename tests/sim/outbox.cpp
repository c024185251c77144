#include "sim/outbox.hpp"

#include <fmt/format.h>

#include <utility>

namespace godwit::sim {

std::size_t Outbox::write(const std::string& from, const Wishes& wishes) {
  Letter letter{.number = static_cast<unsigned>(letters_.size()), .kind = wishes.kind};
  const unsigned number = letter.number;
  letter.outside.emplace_back("bob@example.net");
  if (wishes.two_outside) letter.outside.emplace_back("carol@example.org");
  letter.to_self = wishes.to_self;
  std::string to = letter.outside.front();
  if (letter.to_self) to += ", " + from;
  std::string head = fmt::format("From: <{}>\r\nTo: {}\r\nSubject: sent {}\r\n", from, to, number);
  if (wishes.two_outside) head += "Bcc: carol@example.org\r\n";
  if (wishes.own_message_id) head += fmt::format("Message-ID: <s{}@phone.example>\r\n", number);
  letter.mail.client_id = fmt::format("client-{}", number);
  letter.mail.mime =
      head + fmt::format("Content-Type: text/plain; charset=utf-8\r\n\r\nWritten {}\r\n", number);
  letter.mail.save_in_sent = wishes.save;
  letter.mail.replace_mime = wishes.replace;
  letter.mail.folder_id = wishes.folder_id;
  letter.mail.item_id = wishes.item_id;
  letters_.push_back(std::move(letter));
  return letters_.size() - 1;
}

std::vector<std::size_t> Outbox::waiting() const {
  std::vector<std::size_t> out;
  for (const Letter& letter : letters_) {
    if (letter.state == State::waiting) out.push_back(letter.number);
  }
  return out;
}

void Outbox::note(std::size_t number, const client::Outcome& outcome) {
  constexpr int previously_sent = 118;
  constexpr int retry_later = 111;
  if (outcome.lost || outcome.http_status != 200 || outcome.status == retry_later) return;
  const bool sent = outcome.status == 1 || outcome.status == previously_sent;
  letters_.at(number).state = sent ? State::sent : State::refused;
}

std::string Outbox::compare(Internet& internet, const std::map<std::string, unsigned>& copies,
                            const std::set<std::string>& gone,
                            const std::set<std::string>& reported) const {
  const auto has = [&](const std::string& identity) {
    return copies.contains(identity) || gone.contains(identity);
  };
  for (const Letter& letter : letters_) {
    const std::string subject = fmt::format("sent {}", letter.number);
    if (letter.state == State::waiting) return subject + " was never answered";
    const bool sent = letter.state == State::sent;
    for (const std::string& to : letter.outside) {
      const auto& arrived = internet.arrivals(subject, to);
      // engine.md §2: the one moment that nobody can settle.
      if (arrived.copies > 1 + internet.doubts(subject)) {
        return fmt::format("{} reached {} {} times", subject, to, arrived.copies);
      }
      if (sent && arrived.copies == 0 && !reported.contains(subject)) {
        return fmt::format("{} never reached {}", subject, to);
      }
      if (!sent && arrived.copies > internet.doubts(subject) && letter.kind == Kind::fresh) {
        return fmt::format("{} reached {}, and its sender was told that it did not", subject, to);
      }
    }
    if (!sent) continue;
    if (letter.mail.save_in_sent && !has(subject)) return "the copy of " + subject + " is lost";
    if (letter.to_self && !has(subject + " received")) return subject + " did not come back";
  }
  return internet.complaint();
}

Task<client::Outcome> send(client::Device& device, const Outbox::Letter& letter) {
  switch (letter.kind) {
    case Outbox::Kind::reply:
      return device.smart_reply(letter.mail);
    case Outbox::Kind::forward:
      return device.smart_forward(letter.mail);
    case Outbox::Kind::fresh:
      return device.send_mail(letter.mail);
  }
  std::unreachable();
}

}  // namespace godwit::sim
