/// The handlers that the table names, each in its own file.
#pragma once

#include "base/task.hpp"
#include "command/session.hpp"

namespace godwit::command {

Task<Answer> sync(Session& session);
Task<Answer> send_mail(Session& session);
Task<Answer> smart_forward(Session& session);
Task<Answer> smart_reply(Session& session);
Task<Answer> get_attachment(Session& session);
Task<Answer> folder_sync(Session& session);
Task<Answer> folder_create(Session& session);
Task<Answer> folder_delete(Session& session);
Task<Answer> folder_update(Session& session);
Task<Answer> move_items(Session& session);
Task<Answer> meeting_response(Session& session);
Task<Answer> get_item_estimate(Session& session);
Task<Answer> settings(Session& session);
Task<Answer> ping(Session& session);
Task<Answer> item_operations(Session& session);
Task<Answer> search(Session& session);
Task<Answer> resolve_recipients(Session& session);
Task<Answer> validate_cert(Session& session);
Task<Answer> find(Session& session);
Task<Answer> provision(Session& session);

}  // namespace godwit::command
