/// Names of drafts outside of Sync: what a device means by the ids that it was given before it
/// edited a draft (sync::DraftName).
#pragma once

#include "command/session.hpp"
#include "render/render.hpp"
#include "sync/server_id.hpp"

namespace godwit::command {

/// The message that the device names; `id` itself where it was never edited.
Task<sync::MailId> present_mail(Session& session, const sync::FolderTable& table, sync::MailId id);
/// Likewise of an attachment. One that is gone stays as it is, and leads nowhere.
Task<render::FileReference> present_file(Session& session, const sync::FolderTable& table,
                                         render::FileReference reference);

}  // namespace godwit::command
