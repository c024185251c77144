/// What the device's user writes: each mail is kept until its sending was answered, and tried again
/// until then, as phones do. Afterwards each must have arrived once.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "client/device.hpp"
#include "sim/internet.hpp"

namespace godwit::sim {

class Outbox {
 public:
  enum class Kind : std::uint8_t { fresh, reply, forward };
  enum class State : std::uint8_t { waiting, sent, refused };
  struct Letter {
    unsigned number = 0;
    Kind kind = Kind::fresh;
    client::Outgoing mail{};
    std::vector<std::string> outside{};  // recipients elsewhere
    bool to_self = false;
    State state = State::waiting;
  };
  struct Wishes {
    Kind kind = Kind::fresh;
    bool replace = false;
    bool save = true;
    bool own_message_id = true;
    bool to_self = false;
    bool two_outside = false;
    std::string folder_id, item_id;  // what is answered
  };

  /// Writes one; its number.
  std::size_t write(const std::string& from, const Wishes& wishes);
  const Letter& letter(std::size_t number) const { return letters_.at(number); }
  std::vector<std::size_t> waiting() const;
  std::size_t size() const { return letters_.size(); }
  /// Takes note of how a sending went.
  void note(std::size_t number, const client::Outcome& outcome);

  /// What is wrong with the letters in the end, else empty. `copies`: of the mailbox; `gone`: what
  /// somebody may have removed from it; `reported`: what came back as undeliverable.
  std::string compare(Internet& internet, const std::map<std::string, unsigned>& copies,
                      const std::set<std::string>& gone,
                      const std::set<std::string>& reported) const;

 private:
  std::vector<Letter> letters_;
};

Task<client::Outcome> send(client::Device& device, const Outbox::Letter& letter);

}  // namespace godwit::sim
