/// The reference device: a strict phone. It keeps what it was told, holds every answer against the
/// protocol, and can lose an answer and repeat the request byte for byte.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "base/secret.hpp"
#include "base/task.hpp"
#include "client/item.hpp"
#include "client/node.hpp"
#include "client/transport.hpp"
#include "eas/request_line.hpp"
#include "eas/version.hpp"

namespace godwit::client {

/// An answer that breaks the protocol. `name` is stable: `add.repeats_held_item`.
class Violation : public std::runtime_error {
 public:
  Violation(std::string name, const std::string& detail)
      : std::runtime_error(name + ": " + detail), name_(std::move(name)) {}
  const std::string& name() const noexcept { return name_; }

 private:
  std::string name_;
};

/// What every answer has. `lost`: it was not looked at; all else is then meaningless.
struct Outcome {
  bool lost = false;
  int http_status = 0;
  int status = 0;  // the command's root Status; 1 where success has none; 0 = no such document
  bool ok() const { return !lost && http_status == 200 && status == 1; }
  /// The device must run Provision (449, or 141 to 144).
  bool must_provision() const { return http_status == 449 || (status >= 141 && status <= 144); }
};

struct OptionsOutcome : Outcome {
  std::vector<std::string> versions;
  std::vector<std::string> commands;
};

struct CollectionOutcome {
  int status = 0;
  bool more_available = false;
  std::vector<std::string> added, changed, removed, soft_deleted;
  /// By ClientId of Adds, by ServerId of the rest: the Status of commands that were answered. Of
  /// several Changes of one item: of one that failed, if any did.
  std::map<std::string, int> responses;
  std::map<std::string, std::string> server_ids;  // ClientId -> ServerId of accepted Adds
  std::map<std::string, Item> fetched;
  std::size_t changes() const {
    return added.size() + changed.size() + removed.size() + soft_deleted.size();
  }
};

struct SyncOutcome : Outcome {
  bool empty = false;  // no body: nothing changed
  std::optional<unsigned> limit;
  std::map<std::string, CollectionOutcome> collections;
};

struct PingOutcome : Outcome {
  std::vector<std::string> folders;
  std::optional<unsigned> limit;  // HeartbeatInterval of status 5, MaxFolders of status 6
};

struct FolderOutcome : Outcome {
  std::string server_id;  // of FolderCreate
};

struct MoveOutcome : Outcome {
  int move_status = 0;  // 3 is success
  std::string new_id;
};

struct EstimateOutcome : Outcome {
  int response_status = 0;
  unsigned estimate = 0;
};

struct FetchOutcome : Outcome {
  int fetch_status = 0;
  Item properties;
  std::string data;          // of an attachment, decoded
  std::string content_type;  // of an attachment
};

/// One message to send. Up to 12.1 as a body of its own, later in WBXML.
struct Outgoing {
  std::string client_id;
  std::string mime;
  bool save_in_sent = true;
  bool replace_mime = false;
  std::string folder_id, item_id;  // SmartReply and SmartForward: what is answered
};

class Device {
 public:
  struct Settings {
    std::string id = "godwit1";
    std::string type = "SmartPhone";
    eas::Version version = eas::Version::v16_1;
    std::string user;
    Secret password;
    Secret token{};  // if there is one, it is sent instead of both (RFC 6750)
    std::string path = "/Microsoft-Server-ActiveSync";
    std::string user_agent = "Godwit-Client/0.1";
    bool base64_query = false;
    /// What is done with a violation; nothing = it is thrown.
    std::function<void(const Violation&)> on_violation;
    /// Told of every command that was answered, and with which Status; nothing where the answer
    /// does not say of which of several changes of an item it speaks.
    std::function<void(const std::string& collection, const Command&, std::optional<int> status)>
        on_command;
  };

  Device(Transport& transport, Settings settings);

  const Settings& settings() const { return settings_; }
  void set_version(eas::Version version) { settings_.version = version; }
  void set_base64_query(bool base64) { settings_.base64_query = base64; }

  // What it holds
  std::optional<std::uint32_t> policy_key() const { return policy_key_; }
  void set_policy_key(std::optional<std::uint32_t> key) { policy_key_ = key; }
  const std::string& folder_key() const { return folder_key_; }
  const std::map<std::string, Folder>& folders() const { return folders_; }
  /// The first folder of that type, or nullptr.
  const Folder* folder_of_type(int type) const;
  Collection& collection(const std::string& id);
  /// [MS-ASCMD] Class of the folder's items; "Email" of one that is not known.
  std::string item_class(const std::string& id) const;
  const std::map<std::string, Collection>& collections() const { return collections_; }
  /// Puts back what was kept outside (the command line's state file).
  void restore(std::string folder_key, std::vector<Folder> folders,
               std::map<std::string, Collection> collections);

  // What its user does: held at once (what is added: when it is accepted), sent with the next Sync
  /// The ClientId, `new-1` and so on.
  std::string add(const std::string& collection, std::vector<Node> properties);
  void change(const std::string& collection, const std::string& server_id,
              std::vector<Node> properties);
  /// Of one occurrence (16.x).
  void change_occurrence(const std::string& collection, const std::string& server_id,
                         std::string instance_id, std::vector<Node> properties);
  void remove_occurrence(const std::string& collection, const std::string& server_id,
                         std::string instance_id);
  /// Likewise of drafts (16.x), which go out with it and are no drafts then.
  std::string send_new(const std::string& collection, std::vector<Node> properties);
  void send_draft(const std::string& collection, const std::string& server_id,
                  std::vector<Node> properties);
  void set_read(const std::string& collection, const std::string& server_id, bool read);
  void remove(const std::string& collection, const std::string& server_id);

  // Commands
  Task<OptionsOutcome> options();
  /// Both phases, with DeviceInformation where it belongs. Status: of the phase that failed, or of
  /// Policy when that refuses.
  Task<Outcome> provision();
  Task<Outcome> folder_sync();
  Task<FolderOutcome> folder_create(std::string parent, std::string name, int type);
  Task<Outcome> folder_update(std::string id, std::string parent, std::string name);
  Task<Outcome> folder_delete(std::string id);
  Task<SyncOutcome> sync(std::string collection, SyncOptions options);
  Task<SyncOutcome> sync_many(std::vector<std::pair<std::string, SyncOptions>> collections,
                              SyncRequest request);
  /// Without a body: repeats what the server remembers.
  Task<SyncOutcome> empty_sync();
  /// From key 0 (if need be) until nothing more is available. Stops at the first failure.
  Task<SyncOutcome> sync_all(std::string collection, SyncOptions options);
  /// Empty `folders` and no heartbeat: the one without a body.
  Task<PingOutcome> ping(std::vector<std::string> folders, std::optional<unsigned> heartbeat);
  Task<MoveOutcome> move(std::string server_id, std::string from, std::string to);
  Task<EstimateOutcome> get_item_estimate(std::string collection, std::optional<int> filter);
  Task<Outcome> send_mail(Outgoing mail);
  Task<Outcome> smart_reply(Outgoing mail);
  Task<Outcome> smart_forward(Outgoing mail);
  Task<FetchOutcome> fetch(std::string collection, std::string server_id,
                           std::vector<Node> options);
  Task<FetchOutcome> fetch_attachment(std::string file_reference);
  /// Up to 12.1.
  Task<FetchOutcome> get_attachment(std::string name);
  Task<Outcome> empty_folder(std::string collection, bool with_subfolders);
  /// The user's addresses.
  Task<Outcome> user_information(std::vector<std::string>& addresses);

  // Bad networks
  /// The next request's answer is not looked at: the server has done it, the device does not know.
  void lose_next_answer() { lose_next_ = true; }
  /// Whether a request is open whose answer was lost (or never came).
  bool has_lost() const { return lost_ != nullptr; }
  /// Repeats that request byte for byte and takes the answer.
  Task<Outcome> repeat_lost();
  /// Goes on without it: the old keys stay, commands stay pending.
  void forget_lost() { lost_.reset(); }

  /// A request of the device's making, for tests that need odd ones.
  Wire wire(std::string_view command, std::string body, std::string_view content_type) const;
  Task<Answer> send_raw(Wire wire);

 private:
  using Apply = std::function<void(const Answer&)>;
  struct Operation {
    Wire wire;
    Apply apply;
    std::shared_ptr<Outcome> outcome;
  };
  struct SentCollection;
  struct SentSync;

  /// Sends, and lets `apply` fill `outcome` unless the answer is lost.
  Task<> perform(std::shared_ptr<Operation> operation);
  template <class T, class Apply>
  Task<T> run(Wire wire, Apply apply);
  Task<Outcome> provision_phase(Node request, std::optional<std::uint32_t>& key);
  Task<Outcome> send(std::string command, wbxml::Tag root, Outgoing mail);
  Task<Outcome> settings_command(Node request, Node& answer);

  eas::RequestLine line(std::string_view command) const;
  Wire wire_of(const eas::RequestLine& line, std::string body, std::string_view content_type) const;
  Wire document(std::string_view command, const Node& root) const;
  /// The answer's document, checked for what all have in common; nothing when there is none.
  std::optional<Node> read(const Answer& answer, wbxml::Tag root, wbxml::Tag status,
                           Outcome& outcome);
  void violate(std::string name, const std::string& detail) const;
  int number(const Node& node, wbxml::Tag tag) const;

  void apply_folders(const Node& answer);
  void apply_folder_key(const Node& answer);
  Node collection_request(const std::string& id, const SyncOptions& options, SentSync& sent);
  Task<SyncOutcome> run_sync(Wire wire, std::shared_ptr<SentSync> sent);
  void apply_sync(const Answer& answer, const SentSync& sent, SyncOutcome& outcome);
  void apply_collection(const Node& answer, const SentCollection& sent, CollectionOutcome& out);
  void tell_commands(const SentCollection& sent, const CollectionOutcome& out) const;
  void lose(Collection& held, const std::string& id);
  void apply_responses(const Node& responses, const SentCollection& sent, Collection& held,
                       CollectionOutcome& out);
  void apply_commands(const Node& commands, const SentCollection& sent, Collection& held,
                      CollectionOutcome& out);
  void restart(Collection& held) const;

  Transport& transport_;
  Settings settings_;
  std::optional<std::uint32_t> policy_key_;
  std::string folder_key_ = "0";
  std::map<std::string, Folder> folders_;
  std::map<std::string, Collection> collections_;
  std::shared_ptr<SentSync> last_sync_;  // what an empty Sync repeats
  std::shared_ptr<Operation> lost_;      // shared with the coroutine that runs it
  bool lose_next_ = false;
  /// By MoveItems, and not yet removed by a Sync of where they were: that removal names nothing
  /// unheld.
  std::set<std::string, std::less<>> expected_removals_;
};

}  // namespace godwit::client
