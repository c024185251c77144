/// Items as resources of a folder: their names and etags. Private to this folder.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "backend/dav/session.hpp"
#include "backend/items.hpp"

namespace godwit::backend::dav {

// An href of the engine is the name of a resource in its folder. Names that the engine makes have
// no dot: on the server they get the suffix that some servers expect, `.ics` or `.vcf`. A name that
// has no dot there begins with "./" here. So each has exactly one of the other.
std::string name_of(const Folder& folder, std::string_view href);
std::string href_of(const Folder& folder, std::string_view name);
std::string path_of(const Folder& folder, std::string_view href);
/// Of an item directly in the folder; nothing for the folder itself and for everything else.
std::optional<std::string> href_in(const Folder& folder, const wire::Url& base,
                                   std::string_view reference);

// A server that tells no etag gets one made up: of the time of the last change, or of the text.
bool is_made_up(std::string_view etag);
/// Empty when neither an etag nor a time was told: only the text tells.
std::string etag_of(const wire::Properties& properties);
std::string etag_of_text(std::string_view text);

/// Line ends as RFC 5545 and 6350 want them: XML makes LF of them all.
std::string with_line_ends(std::string text);

/// Whether they are the same text but for what servers stamp on what they store: REV, DTSTAMP,
/// LAST-MODIFIED and the like, which no device sees.
bool same_but_for_stamps(std::string_view a, std::string_view b);

/// Several at once by multiget, one by one where that does not work. Those that are gone, too
/// large, or no text at all are left out. Error: not_found (the folder).
Task<Result<std::vector<ItemText>>> fetch_texts(Session session, Folder folder,
                                                std::vector<std::string> hrefs);
/// Those with an event of that UID; nothing: the server cannot be asked for it.
Task<std::optional<std::vector<ItemText>>> query_uid(Session session, Folder folder,
                                                     std::string uid);
/// One by GET; nothing = it is gone, or too large.
Task<std::optional<ItemText>> fetch_text(Session session, Folder folder, std::string href);
/// The present etag; nothing = it is gone.
Task<std::optional<std::string>> present_etag(Session session, Folder folder, std::string href);

}  // namespace godwit::backend::dav
