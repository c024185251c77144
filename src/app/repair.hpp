/// `godwit repair`: which record of which folder is meant, what of it is changed
/// (sync/repair.hpp), and who is woken for it.
#pragma once

#include <string>

#include "admin/operations.hpp"
#include "admin/store_audit.hpp"
#include "app/engine.hpp"
#include "backend/backend.hpp"
#include "store/store.hpp"
#include "watch/hub.hpp"

namespace godwit::app {

struct RepairPlaces {
  store::Store& store;
  Engine& engine;
  backend::MailBackend& mail;
  watch::Hub& hub;
  admin::StoreAudit& audit;
};

/// What is going to happen, in words. Errors: not_found (device, folder, item), conflict (several
/// folders or mails go by that name; see sync/repair.hpp), refused (a mailbox that cannot be asked
/// without its user's password: the ServerId is needed).
Task<Result<std::string>> repair(RepairPlaces places, admin::Order order, admin::Repair repair);

}  // namespace godwit::app
