/// One user's notes. Private to this folder.
#pragma once

#include <string>
#include <vector>

#include "backend/notes/notes.hpp"

namespace godwit::backend::notes {

class NotesItems final : public Items {
 public:
  NotesItems(NotesSettings settings, std::shared_ptr<Mail> mail, std::shared_ptr<UserNotes> known,
             UserId user, std::string from, const Clock& clock, Random& random)
      : settings_(std::move(settings)),
        mail_(std::move(mail)),
        known_(std::move(known)),
        user_(std::move(user)),
        from_(std::move(from)),
        clock_(clock),
        random_(random) {}

  Task<std::vector<ItemCollection>> collections() override;
  Task<Result<FolderKey>> create_collection(ItemClass item_class, std::string name) override;
  Task<Result<>> rename_collection(FolderKey collection, std::string name) override;
  Task<Result<>> delete_collection(FolderKey collection) override;
  Task<Result<std::string>> cursor(FolderKey collection) override;
  Task<Result<ItemChanges>> changes(FolderKey collection, std::string since) override;
  Task<Result<std::vector<ItemText>>> fetch(FolderKey collection,
                                            std::vector<std::string> hrefs) override;
  Task<Result<std::vector<ItemText>>> find_uid(FolderKey collection, std::string uid) override;
  Task<Result<std::string>> put(FolderKey collection, std::string href, std::string text,
                                ItemCondition condition) override;
  Task<Result<>> remove(FolderKey collection, std::string href,
                        std::optional<std::string> etag) override;
  std::unique_ptr<Watch> watch(ChangeListener& listener) override;

 private:
  using Folder = UserNotes::Folder;
  using FolderPtr = std::shared_ptr<Folder>;
  enum class Look : std::uint8_t { position, index };

  /// The folder of a collection, looked at; null: the default one, which is not there yet.
  Task<Result<FolderPtr>> look(FolderKey collection, Look how);
  Task<Result<FolderPtr>> find_folder(FolderKey collection);
  Task<Result<>> look_at(Folder& folder, Look how);
  /// Error: stale.
  Task<Result<>> read_headers(Folder& folder, std::uint32_t uid_validity, UidSet uids);
  Task<std::vector<MailFolder>> list();
  Task<Result<FolderPtr>> make_default();
  Task<> remove_left_over(Folder& folder);

  struct Read {
    Uid uid = 0;
    Note note;
    std::uint64_t size = 0;
    bool cut = false;
  };
  /// Those that are still there.
  Task<Result<std::vector<Read>>> read_notes(const Folder& folder, std::vector<Uid> uids);
  std::string message_id_of(const std::string& href);
  Task<Result<Uid>> append(Folder& folder, std::string message, std::string message_id);
  Task<Result<std::string>> replace(Folder& folder, std::string href, Note note, Uid before);
  Task<Result<std::string>> settle(Folder& folder, std::string href, Note note, Uid before,
                                   Uid written);

  NotesSettings settings_;
  std::shared_ptr<Mail> mail_;
  std::shared_ptr<UserNotes> known_;
  UserId user_;
  std::string from_;
  const Clock& clock_;
  Random& random_;
};

}  // namespace godwit::backend::notes
