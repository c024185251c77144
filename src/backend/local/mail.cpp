#include "backend/local/mail.hpp"

#include <algorithm>
#include <iterator>

#include "backend/local/conversations.hpp"
#include "backend/local/index.hpp"
#include "backend/local/mailboxes.hpp"
#include "backend/local/messages.hpp"
#include "base/fault.hpp"

namespace godwit::backend::local {

namespace {

using Kind = ChangeListener::Kind;
using sqlite::Database;

Result<Mailbox> mailbox_of(Database& database, const UserId& user, const FolderKey& key,
                           std::optional<std::uint32_t> uid_validity = std::nullopt) {
  return find_mailbox(database, user_row(database, user), key, uid_validity);
}

/// Runs `then(database, mailbox)` when the mailbox is there.
template <class Then>
auto with_mailbox(UserId user, FolderKey key, std::optional<std::uint32_t> uid_validity,
                  Then then) {
  return [user = std::move(user), key = std::move(key), uid_validity,
          then = std::move(then)](Database& database) mutable {
    using Value = std::invoke_result_t<Then&, Database&, const Mailbox&>;
    const auto box = mailbox_of(database, user, key, uid_validity);
    if (!box) return Value(std::unexpected(box.error()));
    return then(database, *box);
  };
}

/// The same where the user may write.
template <class Then>
auto with_writable(UserId user, FolderKey key, std::optional<std::uint32_t> uid_validity,
                   Then then) {
  return with_mailbox(std::move(user), std::move(key), uid_validity,
                      [then = std::move(then)](Database& database, const Mailbox& box) mutable {
                        using Value = std::invoke_result_t<Then&, Database&, const Mailbox&>;
                        if (const auto may = writable(box.access); !may) {
                          return Value(std::unexpected(may.error()));
                        }
                        return then(database, box);
                      });
}

/// The bytes asked for; nothing where a blob was removed while they were read.
std::vector<std::optional<std::string>> read_ranges(const Core& core, Database& database,
                                                    RowId mailbox,
                                                    const std::vector<PartRange>& ranges) {
  std::vector<std::optional<std::string>> out;
  for (const PartRange& range : ranges) {
    std::optional<std::string>& bytes = out.emplace_back(std::string());
    const auto stretch = locate(database, mailbox, range);
    if (!stretch) continue;
    try {
      *bytes = stretch->prefix;
      *bytes += read_pieces(core.blobs, stretch->pieces, stretch->offset, stretch->length);
    } catch (const Fault& fault) {
      if (fault.kind() != Fault::Kind::corrupt) throw;
      bytes.reset();
    }
  }
  return out;
}

}  // namespace

Task<std::vector<MailFolder>> LocalMail::folders() {
  auto job = [user = user_, rule = core_->options.shared](Database& database) {
    const RowId row = user_row(database, user);
    auto out = list_mailboxes(database, row);
    std::ranges::move(list_shared_mailboxes(database, row, rule), std::back_inserter(out));
    return out;
  };
  co_return co_await core_->database.read(std::move(job));
}

Task<Result<MailboxStatus>> LocalMail::status(FolderKey folder) {
  auto job = with_mailbox(
      user_, std::move(folder), std::nullopt,
      [](Database&, const Mailbox& box) -> Result<MailboxStatus> { return box.status; });
  co_return co_await core_->database.read(std::move(job));
}

Task<std::vector<Result<MailboxStatus>>> LocalMail::statuses(std::vector<FolderKey> folders) {
  auto job = [user = user_, folders = std::move(folders)](Database& database) {
    const RowId row = user_row(database, user);
    std::vector<Result<MailboxStatus>> out;
    for (const FolderKey& folder : folders) {
      const auto box = find_mailbox(database, row, folder);
      if (box) {
        out.emplace_back(box->status);
      } else {
        out.emplace_back(std::unexpected(box.error()));
      }
    }
    return out;
  };
  co_return co_await core_->database.read(std::move(job));
}

Task<Result<FolderKey>> LocalMail::create_folder(std::optional<FolderKey> parent,
                                                 std::string name) {
  auto job = [user = user_, parent = std::move(parent), name = std::move(name),
              now = core_->clock.now()](Database& database) {
    return create_mailbox(database, user_row(database, user), parent, name, now);
  };
  auto made = co_await commit(core_, std::move(job));
  if (made) tell(std::nullopt, Kind::hierarchy);
  co_return made;
}

Task<Result<FolderKey>> LocalMail::rename_folder(FolderKey folder, std::optional<FolderKey> parent,
                                                 std::string name) {
  auto job = [user = user_, folder = std::move(folder), parent = std::move(parent),
              name = std::move(name)](Database& database) {
    return rename_mailbox(database, user_row(database, user), folder, parent, name);
  };
  auto renamed = co_await commit(core_, std::move(job));
  if (renamed) tell(std::nullopt, Kind::hierarchy);
  co_return renamed;
}

Task<Result<>> LocalMail::delete_folder(FolderKey folder) {
  auto job = [user = user_, folder = std::move(folder)](Database& database) {
    return delete_mailbox(database, user_row(database, user), folder);
  };
  auto freed = co_await commit(core_, std::move(job));
  if (!freed) co_return pass(freed);
  tell(std::nullopt, Kind::hierarchy);
  co_await remove_unused(core_, std::move(*freed));
  co_return Result<>{};
}

Task<Result<UidSet>> LocalMail::search(FolderKey folder,
                                       std::optional<std::chrono::sys_days> since) {
  auto job = with_mailbox(user_, std::move(folder), std::nullopt,
                          [since](Database& database, const Mailbox& box) -> Result<UidSet> {
                            return search_messages(database, box.id, since);
                          });
  co_return co_await core_->database.read(std::move(job));
}

Task<Result<MailChanges>> LocalMail::changes(FolderKey folder, MailCursor since, UidSet known) {
  auto job = with_mailbox(
      user_, std::move(folder), std::nullopt,
      [since = std::move(since), known = std::move(known)](Database& database, const Mailbox& box) {
        return list_changes(database, box, since, known);
      });
  co_return co_await core_->database.read(std::move(job));
}

Task<Result<std::vector<Message>>> LocalMail::fetch(FolderKey folder, std::uint32_t uid_validity,
                                                    std::vector<Uid> uids) {
  auto job =
      with_mailbox(user_, std::move(folder), uid_validity,
                   [uids = std::move(uids)](Database& database,
                                            const Mailbox& box) -> Result<std::vector<Message>> {
                     return fetch_messages(database, box.id, uids);
                   });
  co_return co_await core_->database.read(std::move(job));
}

Task<Result<std::vector<MessageState>>> LocalMail::fetch_state(FolderKey folder,
                                                               std::uint32_t uid_validity,
                                                               std::vector<Uid> uids) {
  auto job = with_mailbox(
      user_, std::move(folder), uid_validity,
      [uids = std::move(uids)](Database& database, const Mailbox& box)
          -> Result<std::vector<MessageState>> { return fetch_states(database, box.id, uids); });
  co_return co_await core_->database.read(std::move(job));
}

Task<Result<std::vector<std::string>>> LocalMail::read(FolderKey folder, std::uint32_t uid_validity,
                                                       std::vector<PartRange> ranges) {
  using Read = std::vector<std::optional<std::string>>;
  auto job = with_mailbox(
      user_, folder, uid_validity,
      [core = core_.get(), ranges](Database& database, const Mailbox& box) -> Result<Read> {
        return read_ranges(*core, database, box.id, ranges);
      });
  auto read = co_await core_->database.read(std::move(job));
  if (!read) co_return pass(read);
  std::vector<std::string> out;
  UidSet lost;
  for (std::size_t i = 0; i < ranges.size(); ++i) {
    if (!(*read)[i]) lost.add(ranges[i].uid);
    out.push_back(std::move((*read)[i]).value_or(std::string()));
  }
  if (lost.empty()) co_return out;
  // Removed while it was read, or damaged? Only a message that is still there is damaged.
  auto check = with_mailbox(user_, std::move(folder), uid_validity,
                            [lost](Database& database, const Mailbox& box) -> Result<UidSet> {
                              UidSet there;
                              for (const Uid uid : lost.to_vector()) {
                                if (message_exists(database, box.id, uid)) there.add(uid);
                              }
                              return there;
                            });
  const auto damaged = co_await core_->database.read(std::move(check));
  if (!damaged) co_return pass(damaged);
  if (!damaged->empty()) throw Fault(Fault::Kind::corrupt, "a message lost its blob");
  co_return out;
}

Task<Result<>> LocalMail::store_flags(FolderKey folder, std::uint32_t uid_validity, Uid uid,
                                      FlagChange change) {
  auto job =
      with_writable(user_, folder, uid_validity,
                    [uid, change = std::move(change)](Database& database, const Mailbox& box) {
                      return change_flags(database, box, uid, change);
                    });
  const auto stored = co_await commit(core_, std::move(job));
  if (!stored) co_return pass(stored);
  if (*stored == Stored::changed) tell(folder, Kind::other);
  co_return Result<>{};
}

Task<Result<Uid>> LocalMail::move(FolderKey folder, std::uint32_t uid_validity, Uid uid,
                                  FolderKey target) {
  auto job = with_writable(user_, folder, uid_validity,
                           [user = user_, uid, target, quota = core_->options.quota_bytes](
                               Database& database, const Mailbox& box) -> Result<Uid> {
                             const auto into = mailbox_of(database, user, target);
                             if (!into) return pass(into);
                             if (const auto may = writable(into->access); !may) return pass(may);
                             return move_message(database, box, uid, *into, quota);
                           });
  auto moved = co_await commit(core_, std::move(job));
  if (moved) {
    tell(folder, Kind::other);
    tell(target, Kind::added);
  }
  co_return moved;
}

Task<Result<>> LocalMail::expunge(FolderKey folder, std::uint32_t uid_validity, UidSet uids) {
  auto job = with_writable(
      user_, folder, uid_validity,
      [uids = std::move(uids)](Database& database, const Mailbox& box) -> Result<Removed> {
        return expunge_messages(database, box, uids);
      });
  auto removed = co_await commit(core_, std::move(job));
  if (!removed) co_return pass(removed);
  if (removed->messages > 0) tell(folder, Kind::other);
  co_await remove_unused(core_, std::move(removed->freed));
  co_return Result<>{};
}

Task<Result<Uid>> LocalMail::append(FolderKey folder, std::shared_ptr<const MessageSource> message,
                                    Flags flags, Time received) {
  if (const auto valid = normalise(flags); !valid) co_return pass(valid);
  // First asked, then written: a folder that is gone or a full mailbox costs no upload.
  const std::uint64_t size = message->size();
  auto check = with_writable(user_, folder, std::nullopt,
                             [size, quota = core_->options.quota_bytes](
                                 Database& database, const Mailbox& box) -> Result<> {
                               charge_quota(database, box.user, size, quota);
                               return {};
                             });
  if (const auto room = co_await core_->database.read(std::move(check)); !room) {
    co_return pass(room);
  }
  auto uploaded = co_await upload(core_, std::move(message));
  auto job = with_writable(
      user_, folder, std::nullopt,
      [uploaded, flags = std::move(flags), received, quota = core_->options.quota_bytes](
          Database& database, const Mailbox& box) -> Result<Uid> {
        charge_quota(database, box.user, uploaded->content.size, quota);
        const NewMessage added{.prefix = {}, .flags = flags, .received = received};
        return insert_message(database, box, uploaded->content, added);
      });
  auto uid = co_await commit(core_, std::move(job));
  if (uid) {
    tell(folder, Kind::added);
  } else {
    co_await withdraw(core_, std::move(uploaded));
  }
  co_return uid;
}

Task<Result<UidSet>> LocalMail::find_message_id(FolderKey folder, Uid first,
                                                std::string message_id) {
  auto job = with_mailbox(user_, std::move(folder), std::nullopt,
                          [first, message_id = std::move(message_id)](
                              Database& database, const Mailbox& box) -> Result<UidSet> {
                            return find_by_message_id(database, box.id, first, message_id);
                          });
  co_return co_await core_->database.read(std::move(job));
}

Task<MailHits> LocalMail::find_messages(std::vector<FolderKey> folders, MailQuery query,
                                        std::size_t hits_max) {
  auto job = [user = user_, folders = std::move(folders), query = std::move(query),
              hits_max](Database& database) {
    return local::find_messages(database, user_row(database, user), folders, query, hits_max);
  };
  co_return co_await core_->database.read(std::move(job));
}

Task<std::optional<MailHits>> LocalMail::find_conversation(std::vector<FolderKey> folders,
                                                           std::string id) {
  auto job = [user = user_, folders = std::move(folders), id = std::move(id)](Database& database) {
    return local::find_conversation(database, user_row(database, user), folders, id);
  };
  co_return co_await core_->database.read(std::move(job));
}

Task<bool> LocalMail::follow_conversation(std::string id, std::optional<FolderKey> target) {
  auto job = [user = user_, id = std::move(id), target = std::move(target),
              now = core_->clock.now()](Database& database) {
    return keep_rule(database, user_row(database, user), id, target, now).has_value();
  };
  co_return co_await commit(core_, std::move(job));
}

std::unique_ptr<Watch> LocalMail::watch(ChangeListener& listener) {
  return open_mail_watch(core_, user_, listener);
}

void LocalMail::tell(const std::optional<FolderKey>& folder, Kind kind) {
  core_->watches.tell(user_, folder, kind);
}

}  // namespace godwit::backend::local
