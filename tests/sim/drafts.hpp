/// Drafts that phones (16.0 and later) and another mail program write, edit, send and remove in one
/// folder, and what must be left of them in the end. Every text of a draft is a version with a
/// Subject of its own, "draft 7", so that nothing that is lost, doubled or left over goes unseen.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "sim/world.hpp"

namespace godwit::sim {

class Drafts {
 public:
  /// `pick`: a random number below its argument.
  Drafts(World& world, std::function<unsigned(unsigned)> pick);
  Drafts(const Drafts&) = delete;
  Drafts& operator=(const Drafts&) = delete;

  // The user of the phone in hand: goes out with the next Sync of the folder. Phones that write no
  // drafts, and folders without any, are left alone.
  void phone_writes();
  void phone_edits();
  void phone_sends();
  /// Another mail program: a new message, then the one before goes.
  void desktop_writes();
  void desktop_edits();
  /// It does one of these just before the server stores a draft.
  void interrupt_next();

  /// The phone in hand knows the folder by this id; empty before it has listed folders.
  std::string folder() const;
  /// Of its Syncs of the folder: on some phones the user's words win over others' (Conflict).
  std::vector<client::Node> options() const;
  /// The phone in hand wrote that text.
  bool wrote(std::string_view subject) const;
  /// The phone in hand has more to say of it: its user waits before it is moved.
  bool edits(const std::string& server_id);
  /// The phone in hand moves or removes it, and leaves it alone from now on.
  void leaves(const std::string& server_id) { leaving_.emplace(world_.phone(), server_id); }
  /// Somebody took it elsewhere before its author was answered: after a kill it may have been
  /// stored once more (docs/adr/0013).
  bool may_be_doubled(const std::string& identity) const;
  /// The draft that a phone shows under that subject: of one that it asked to send in vain, what it
  /// was before. `there`: subjects in the mailbox.
  std::string stands_for(std::string subject, const std::set<std::string>& there) const;
  enum class Waiting : std::uint8_t { nothing, edits, sends };
  /// What the phone in hand has still to tell.
  Waiting waiting();
  /// Somebody moved or removed the message: where it is found is no matter any more. Its names, by
  /// which it may lie there: of an edit that its phone gave up with it, what it was before.
  std::vector<std::string> moved(const std::string& identity);

  /// What is wrong in the end, else empty. `copies`: of the mailbox; `gone`: what somebody may have
  /// removed for good.
  std::string compare(const std::map<std::string, unsigned>& copies,
                      const std::set<std::string>& gone);
  /// The same of what the phone in hand is given of each draft that it holds.
  std::string compare_contents();
  unsigned sent() const { return sent_; }

 private:
  enum class State : std::uint8_t {
    open,      // nobody has told yet what became of it
    done,      // it was accepted
    refused,   // its author was told that it was not
    doubtful,  // its author will never know
  };
  struct Version {
    std::optional<std::size_t> base;  // it takes the place of that one
    std::optional<unsigned> phone;    // nothing: it was written at a desktop
    bool is_sent = false;             // and is no draft, once done
    bool may_stand_alone = false;     // Conflict said that it wins over what became of its base
    bool overtaken = false;           // somebody edited or moved it before its author was answered
    State state = State::open;
    bool moved = false;
    std::string text;
    std::map<std::string, std::string> files{};  // by name
  };
  using Files = std::map<std::string, std::string>;

  static std::string subject_of(std::size_t number);
  std::optional<std::size_t> number_of(std::string_view subject) const;
  std::size_t number_of(const Version& version) const;
  /// A draft that the phone in hand holds: its ServerId; empty when there is none.
  std::string random_draft();
  /// What the phone in hand has of it: the newest that it has still to tell, else what it was told.
  std::optional<std::size_t> base_of(const std::string& server_id);
  /// The newest that it has still to tell.
  std::optional<std::size_t> untold(const std::string& server_id);
  bool wins() const { return world_.phone() == 0; }
  bool writes() const { return world_.device().settings().version >= eas::Version::v16_0; }
  void change_draft(bool send);
  void overtake(std::size_t number);
  std::size_t next_version(std::optional<std::size_t> base);
  std::vector<client::Node> properties(std::size_t number, bool whole);
  std::vector<client::Node> file_changes(std::size_t number, const std::string& server_id);
  using Said = std::tuple<unsigned, std::string, std::uint64_t>;  // phone, folder, command
  void told(const Said& said, std::optional<int> status);
  Task<> edit_at_desktop();
  Task<bool> desktop_stores(FolderKey folder, std::shared_ptr<const backend::MessageSource> source,
                            Flags flags);
  /// (folder, UIDVALIDITY) of the drafts.
  Task<std::optional<std::pair<FolderKey, std::uint32_t>>> desktop_folder();
  std::string raw(std::size_t number) const;

  std::string compare_letter(std::size_t number, const std::set<std::string>& gone,
                             const std::map<std::string, unsigned>& copies);
  std::string compare_draft(std::size_t number, const std::set<std::string>& gone,
                            const std::map<std::string, unsigned>& copies) const;
  /// An accepted version took its place: whether nothing may be left of it.
  bool must_be_replaced(std::size_t number) const;
  bool may_be_replaced(std::size_t number) const;
  bool was_made_anew(std::size_t number) const;

  World& world_;
  std::function<unsigned(unsigned)> pick_;
  std::vector<Version> versions_;
  std::map<Said, std::size_t> open_;  // the version that it is about
  /// What a phone was told of a draft's files, by (phone, ServerId): the properties that it holds
  /// say nothing of those that an edit of its own leaves alone.
  std::map<std::pair<unsigned, std::string>, Files> references_;
  /// (phone, ServerId) of drafts that it moved, removed or asked to send.
  std::set<std::pair<unsigned, std::string>> leaving_;
  std::string complaint_;
  unsigned files_made_ = 0;
  unsigned sent_ = 0;
};

}  // namespace godwit::sim
