/// A note as the Notes class knows it ([MS-ASNOTE]).
#pragma once

#include <string>
#include <vector>

#include "base/clock.hpp"
#include "item/digests.hpp"
#include "item/patch.hpp"

namespace godwit {

struct Note {
  std::string subject;
  std::string body;                              // plain; lines end in LF
  std::string html;                              // the same as HTML; empty = it is plain
  std::string message_class = "IPM.StickyNote";  // or a subclass of it
  Time last_modified{};
  std::vector<std::string> categories;
  friend bool operator==(const Note&, const Note&) = default;
};

struct NotePatch {
  Change<std::string> subject;
  Change<std::string> body;
  Change<std::string> html;
  Change<std::string> message_class;
  Change<std::vector<std::string>> categories;
  friend bool operator==(const NotePatch&, const NotePatch&) = default;
};

Note applied(const NotePatch& patch, Note note);
PropertyDigests digests_of(const Note& note);

/// Takes out of a patch what the device only repeats: numbers of `digests_of`.
void keep(NotePatch& patch, const std::vector<std::uint8_t>& repeated);

/// A device's edit of a note that somebody else changed since the device got it.
struct NoteMerge {
  NotePatch patch;        // what the device itself changed
  bool conflict = false;  // both changed the same property, to different values
};
NoteMerge merged(const NotePatch& patch, const Note& current, const PropertyDigests& base);

}  // namespace godwit
