/// Drafts that a device writes and edits (16.0 and later): made anew of what it says and of what
/// stands there already, every part that it does not name as it was. [MS-ASEMAIL] 3.1.5.4
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "compose/smart.hpp"
#include "compose/stream.hpp"
#include "item/draft.hpp"

namespace godwit::compose {

struct DraftEdit {
  /// Its views are into `request`.
  const DraftPatch& patch;
  std::shared_ptr<const http::Body> request;
  std::set<std::string> removed;  // sections of the draft as it stands
  std::string unique;             // makes boundaries; nobody can know it
};

struct ComposedDraft {
  struct Moved {
    std::string from, to;  // sections, before and now
  };
  struct Added {
    std::string client_id, section;
  };
  Composed message;
  std::vector<Moved> kept;  // attachments that stay
  std::vector<Added> added;
};

/// `present`: the draft as it stands, lines ended by CRLF; nothing = it is new. A body in MIME
/// replaces the whole message: attachments of the draft that are not removed stay only where it
/// has none itself. Errors: malformed (the draft, a body in MIME), too_large (people).
Task<Result<ComposedDraft>> compose_draft(http::Spools& spools, DraftEdit edit,
                                          std::optional<Stretch> present);

/// Takes out what mail programs note in drafts for themselves: others need not read it.
void remove_draft_notes(Fields& header);

}  // namespace godwit::compose
