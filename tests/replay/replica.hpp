/// One recorded device and the server that it is played at.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "replay/player.hpp"
#include "server_fixture.hpp"

namespace godwit::test {

class Replica {
 public:
  /// `exchanges` are those of one device in one capture, in order.
  explicit Replica(std::vector<const Exchange*> exchanges);

  void play(ReplayResult& result);

 private:
  using Node = client::Node;

  void classify();
  void make_folders();
  void deliver_earlier_items();
  bool offered(const std::string& collection) const;
  std::string our_folder(const std::string& recorded) const;
  /// Of text items. False: not a type, or class, of theirs.
  bool make_collection(const std::string& id, std::string_view type);
  bool make_collection_of(const std::string& id, std::string_view item_class);
  std::string href_of(const std::string& collection, const std::string& id) const;
  void write_text(const std::string& collection, const std::string& id, const Node& data);
  void mirror_texts(const std::string& collection, const Node& commands);
  void learn_added(const Node& ours, const Node& theirs);
  void deliver(const std::string& collection, const std::string& id, const Node& data);

  void play_one(std::size_t index, ReplayResult& result);
  bool is_about_other_classes(const Exchange& exchange) const;
  void set_policy(std::size_t index);
  void mirror(std::size_t index);
  void mirror_collection(std::size_t index, const Node& collection);
  void mirror_removals(const std::string& collection, const Node& responses);
  void mirror_changes(const std::string& collection, const Node& commands);
  std::optional<std::size_t> next_sync_of(std::size_t after, const std::string& collection) const;

  /// In our ids; nothing when it is about nothing that we offer.
  std::optional<Node> our_request(const Exchange& exchange);
  Node translated(const Node& node) const;
  std::optional<Node> our_collection(const Node& collection);
  std::string our_key(const std::string& collection, const std::string& recorded);
  client::Wire wire(const Exchange& exchange, const std::optional<Node>& request);
  void compare(const Exchange& exchange, const client::Answer& answer, ReplayResult& result);
  void learn(const Node& ours, const Node& theirs);
  /// Windows may be cut elsewhere: what counts is that both send the same items in the end.
  void settle_adds(std::vector<Difference>& found);
  void compare_items(ReplayResult& result) const;
  Node offered_part(const Node& theirs, std::vector<Difference>& dropped) const;

  struct TextCollection {
    FolderKey key;
    ItemClass item_class;
  };

  std::vector<const Exchange*> exchanges_;
  MemoryFixture fixture_;
  backend::MemoryItems* texts_ = nullptr;
  client::Device device_;
  std::map<std::string, std::string> classes_;         // recorded collection -> class
  std::map<std::string, std::string> folders_;         // recorded -> our collection id
  std::map<std::string, FolderKey> mailboxes_;         // recorded collection -> folder
  std::map<std::string, TextCollection> collections_;  // recorded collection -> of text items
  std::map<std::string, std::string> items_;           // recorded -> our ServerId
  std::map<std::string, Uid> uids_;                    // recorded ServerId -> UID
  std::map<std::string, std::string> references_;      // recorded -> our FileReference
  std::map<std::string, std::string> keys_;            // collection/recorded key -> our key
  std::map<std::string, std::string> folder_keys_;
  std::map<std::uint32_t, std::uint32_t> policy_keys_;
  std::set<std::pair<std::size_t, std::string>> mirrored_;
  std::map<std::string, std::set<std::string>> ours_sent_, theirs_sent_;  // ServerIds by collection
};

}  // namespace godwit::test
