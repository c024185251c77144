/// Mail to groups on its way to their members: private to this folder.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "backend/backend.hpp"
#include "backend/local/group_rows.hpp"

namespace godwit::backend::local {

/// Where the mail for one recipient of an envelope goes.
struct Destination {
  std::vector<std::string> users;    // addresses of mailboxes here
  std::vector<std::string> outside;  // addresses elsewhere, of a group's members
  std::optional<Group> group;        // nothing: the recipient is no group
  bool served = false;               // a group in which everybody has the mail already
};

struct Route {
  std::vector<std::string> to;
  std::vector<std::string> elsewhere;  // who gets the mail by another way
  std::vector<std::string> domains;    // ours
};
/// One for each recipient of the route. A group without anybody in it, or with too many, leads
/// nowhere. `header` is the mail's.
std::vector<Destination> route(Database& database, const Route& asked, std::string_view header);

/// The mail as it goes to a group's members elsewhere: `lines` on top.
class WithLines final : public MessageSource {
 public:
  WithLines(std::string lines, std::shared_ptr<const MessageSource> message)
      : lines_(std::move(lines)), message_(std::move(message)) {}
  std::uint64_t size() const override { return lines_.size() + message_->size(); }
  std::string read(std::uint64_t offset, std::size_t length) const override;

 private:
  std::string lines_;
  std::shared_ptr<const MessageSource> message_;
};

}  // namespace godwit::backend::local
