/// Plays a transcript against a server in this process and tells what differs.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server_fixture.hpp"
#include "transcript_match.hpp"
#include "transcript_text.hpp"

namespace godwit::test {

class TranscriptRunner {
 public:
  /// `version`: of devices that are given none.
  explicit TranscriptRunner(std::string version = "16.1");

  /// Every difference, with its line; empty when the transcript holds. Throws TranscriptError when
  /// the transcript itself is wrong.
  std::vector<std::string> run(std::string_view text);

 private:
  using Words = std::vector<std::string>;
  struct Message {
    FolderKey folder;
    Uid uid;
    std::string subject;
  };
  struct Phone {
    std::unique_ptr<client::Device> device;
    std::string address;
  };

  void line(const TranscriptLine& line);
  void given(const Words& words, std::size_t number);
  bool given_policy(const Words& words);
  bool given_device_rules(const Words& words);
  bool given_server(const Words& words, std::size_t number);
  bool given_mailbox(const Words& words, std::size_t number);
  bool given_device(const Words& words, std::size_t number);
  void given_message(const Words& words, std::size_t number);
  void given_person(const Words& words, std::size_t number);
  void given_group(const Words& words);
  void given_busy(const Words& words, std::size_t number);
  void given_item(const Words& words, std::size_t number);
  void then_item(const Words& words, std::size_t number);
  void given_synced(const Words& words, std::size_t number);
  void given_hierarchy(std::size_t number);
  void given_order(const Words& words, std::size_t number);
  void given_damage(const Words& words, std::size_t number);
  void then(const Words& words, std::size_t number);
  void then_newest(const Words& words, std::size_t number);
  void step(const TranscriptStep& step);
  client::Answer run_request(const client::Wire& wire);
  client::Wire request(const TranscriptStep& step);
  void compare(const TranscriptStep& step, const client::Answer& answer);
  void compare_body(const TranscriptStep& step, const client::Answer& answer);
  void compare_raw(const TranscriptStep& step, const client::Answer& answer);
  void complain(std::size_t number, const std::string& what);

  FolderKey folder(const std::string& name, std::size_t number);
  const Message& message(const std::string& name, std::size_t number);
  Phone& phone(std::size_t number);
  backend::MemoryMail& mail() { return fixture_.mail(user_); }
  backend::MemoryItems& items();
  FolderKey collection(const std::string& name, std::size_t number);

  MemoryFixture fixture_;
  std::string version_;
  std::map<std::string, Phone> phones_;
  std::string current_;  // the device that speaks
  std::string user_ = "anna@example.test";
  std::map<std::string, Message> messages_;
  Captures captures_;
  std::optional<client::Wire> last_;
  std::vector<std::string> parts_;  // of the last answer, when it was multipart
  std::vector<std::string> differences_;
  std::size_t now_ = 0;  // the line being played, for what the schemas find
};

/// The versions that a transcript is played in, once each (`given versions 12.1 14.0`); one without
/// that line names its devices' versions itself.
std::vector<std::string> versions_of(std::string_view text);

}  // namespace godwit::test
