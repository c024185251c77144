/// Names of drafts outside of Sync: what a device means by the ids that it was given before it
/// edited a draft (sync::DraftName).
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "command/session.hpp"
#include "render/render.hpp"
#include "sync/server_id.hpp"

namespace godwit::command {

/// The message that the device names; `id` itself where it was never edited.
Task<sync::MailId> present_mail(Session& session, const sync::FolderTable& table, sync::MailId id);
/// The other way: by which UIDs the device knows drafts of a collection that it edited, by their
/// present ones.
Task<std::map<Uid, Uid>> known_names(Session& session, const sync::FolderTable& table,
                                     std::string collection, std::uint32_t uid_validity);
/// As present_mail, of an attachment. One that is gone stays as it is, and leads nowhere.
Task<render::FileReference> present_file(Session& session, const sync::FolderTable& table,
                                         render::FileReference reference);

}  // namespace godwit::command
