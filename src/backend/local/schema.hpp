/// The embedded store's tables. Append only: a released script is never edited.
#pragma once

#include <array>

namespace godwit::backend::local {

inline constexpr auto migrations = std::to_array<const char*>({
    R"sql(
CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE user (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  address TEXT NOT NULL UNIQUE,
  local_part TEXT NOT NULL,
  password TEXT NOT NULL,
  display_name TEXT NOT NULL DEFAULT '',
  quota INTEGER,
  used INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX user_local_part ON user (local_part);
CREATE TABLE alias (
  address TEXT PRIMARY KEY,
  user INTEGER NOT NULL REFERENCES user (id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX alias_user ON alias (user);
CREATE TABLE mailbox (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  user INTEGER NOT NULL REFERENCES user (id),
  parent INTEGER REFERENCES mailbox (id),
  name TEXT NOT NULL,
  role INTEGER NOT NULL DEFAULT 0,
  uid_validity INTEGER NOT NULL,
  uid_next INTEGER NOT NULL DEFAULT 1,
  modseq INTEGER NOT NULL DEFAULT 1,
  messages INTEGER NOT NULL DEFAULT 0,
  expunged INTEGER NOT NULL DEFAULT 0,
  forgotten INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE UNIQUE INDEX mailbox_place ON mailbox (user, ifnull(parent, 0), name);
CREATE INDEX mailbox_parent ON mailbox (parent);
CREATE TABLE blob (
  hash BLOB PRIMARY KEY,
  size INTEGER NOT NULL,
  refs INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE content (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  hash BLOB NOT NULL UNIQUE,
  size INTEGER NOT NULL,
  header BLOB NOT NULL,
  message_id TEXT NOT NULL,
  layout BLOB NOT NULL,
  pieces BLOB NOT NULL,
  refs INTEGER NOT NULL
) STRICT;
CREATE TABLE message (
  mailbox INTEGER NOT NULL REFERENCES mailbox (id),
  uid INTEGER NOT NULL,
  content INTEGER NOT NULL REFERENCES content (id),
  prefix BLOB NOT NULL,
  size INTEGER NOT NULL,
  flags INTEGER NOT NULL,
  keywords BLOB NOT NULL,
  modseq INTEGER NOT NULL,
  received INTEGER NOT NULL,
  PRIMARY KEY (mailbox, uid)
) STRICT, WITHOUT ROWID;
CREATE INDEX message_modseq ON message (mailbox, modseq);
CREATE INDEX message_received ON message (mailbox, received);
CREATE INDEX message_content ON message (content);
CREATE TABLE expunged (
  mailbox INTEGER NOT NULL REFERENCES mailbox (id),
  modseq INTEGER NOT NULL,
  uid INTEGER NOT NULL,
  PRIMARY KEY (mailbox, modseq, uid)
) STRICT, WITHOUT ROWID;
CREATE TABLE out_of_office (
  user INTEGER PRIMARY KEY REFERENCES user (id) ON DELETE CASCADE,
  settings BLOB NOT NULL
) STRICT;
CREATE TABLE answered (
  user INTEGER NOT NULL REFERENCES user (id) ON DELETE CASCADE,
  sender TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (user, sender)
) STRICT, WITHOUT ROWID;
CREATE TABLE delivery (key BLOB PRIMARY KEY, at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX delivery_at ON delivery (at);
)sql",
    R"sql(
CREATE TABLE person (
  user INTEGER PRIMARY KEY REFERENCES user (id) ON DELETE CASCADE,
  listed INTEGER NOT NULL DEFAULT 1,
  words TEXT NOT NULL DEFAULT '',
  first_name TEXT NOT NULL DEFAULT '',
  last_name TEXT NOT NULL DEFAULT '',
  nickname TEXT NOT NULL DEFAULT '',
  title TEXT NOT NULL DEFAULT '',
  company TEXT NOT NULL DEFAULT '',
  office TEXT NOT NULL DEFAULT '',
  phone TEXT NOT NULL DEFAULT '',
  home_phone TEXT NOT NULL DEFAULT '',
  mobile_phone TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE TABLE photo (
  user INTEGER PRIMARY KEY REFERENCES user (id) ON DELETE CASCADE,
  bytes BLOB NOT NULL
) STRICT;
CREATE TABLE certificate (
  id INTEGER PRIMARY KEY,
  user INTEGER NOT NULL REFERENCES user (id) ON DELETE CASCADE,
  der BLOB NOT NULL
) STRICT;
CREATE INDEX certificate_user ON certificate (user);
)sql",
    R"sql(
CREATE VIRTUAL TABLE word USING fts5 (
  author, recipients, subject, text, tokenize = 'unicode61 remove_diacritics 0', prefix = '2 3'
);
DROP INDEX message_content;
CREATE INDEX message_content ON message (content, received);
INSERT INTO meta (name, value) SELECT 'unindexed_below', ifnull(max(id), 0) + 1 FROM content;
)sql",
    // Collections of text items; of a removed item the row stays, without its text. Roles and
    // classes are those of item/folder.hpp.
    R"sql(
CREATE TABLE collection (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  user INTEGER NOT NULL REFERENCES user (id),
  class INTEGER NOT NULL,
  name TEXT NOT NULL,
  role INTEGER NOT NULL DEFAULT 0,
  epoch INTEGER NOT NULL DEFAULT 1,
  change INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE UNIQUE INDEX collection_name ON collection (user, class, name);
CREATE TABLE item (
  id INTEGER PRIMARY KEY,
  collection INTEGER NOT NULL REFERENCES collection (id),
  href TEXT NOT NULL,
  change INTEGER NOT NULL,
  text BLOB
) STRICT;
CREATE UNIQUE INDEX item_href ON item (collection, href);
CREATE UNIQUE INDEX item_change ON item (collection, change);
INSERT INTO collection (user, class, name, role)
  SELECT id, 1, 'Calendar', 9 FROM user UNION ALL SELECT id, 2, 'Contacts', 10 FROM user
  UNION ALL SELECT id, 3, 'Tasks', 8 FROM user UNION ALL SELECT id, 4, 'Notes', 11 FROM user;
)sql",
    // What has no name of its own yet is from before: collections.cpp gives it one.
    R"sql(
ALTER TABLE item ADD COLUMN uid TEXT;
CREATE INDEX item_uid ON item (collection, uid) WHERE text IS NOT NULL;
)sql",
    // Groups, which are distribution lists; members are addresses of users, groups and others.
    R"sql(
ALTER TABLE person ADD COLUMN department TEXT NOT NULL DEFAULT '';
CREATE TABLE send_as (
  user INTEGER NOT NULL REFERENCES user (id) ON DELETE CASCADE,
  address TEXT NOT NULL,
  PRIMARY KEY (user, address)
) STRICT, WITHOUT ROWID;
CREATE TABLE mail_group (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  address TEXT NOT NULL UNIQUE,
  display_name TEXT NOT NULL DEFAULT '',
  owner TEXT NOT NULL DEFAULT '',
  listed INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE TABLE member (
  mail_group INTEGER NOT NULL REFERENCES mail_group (id) ON DELETE CASCADE,
  address TEXT NOT NULL,
  PRIMARY KEY (mail_group, address)
) STRICT, WITHOUT ROWID;
CREATE INDEX member_address ON member (address);
)sql",
    // Conversations by their ids; contents that have none yet are from before: conversations.cpp
    // gives them theirs.
    R"sql(
ALTER TABLE content ADD COLUMN conversation BLOB;
CREATE INDEX content_conversation ON content (conversation);
CREATE TABLE conversation_rule (
  user INTEGER NOT NULL REFERENCES user (id) ON DELETE CASCADE,
  conversation BLOB NOT NULL,
  mailbox INTEGER NOT NULL REFERENCES mailbox (id) ON DELETE CASCADE,
  made INTEGER NOT NULL,
  PRIMARY KEY (user, conversation)
) STRICT, WITHOUT ROWID;
CREATE INDEX conversation_rule_mailbox ON conversation_rule (mailbox);
)sql",
    // What was removed, for a while.
    R"sql(
CREATE TABLE removed_item (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  collection INTEGER NOT NULL REFERENCES collection (id) ON DELETE CASCADE,
  href TEXT NOT NULL,
  removed INTEGER NOT NULL,
  text BLOB NOT NULL
) STRICT;
CREATE INDEX removed_item_collection ON removed_item (collection);
CREATE INDEX removed_item_removed ON removed_item (removed);
)sql",
    // Who may see a folder or a collection of another user's, and write in it.
    R"sql(
CREATE TABLE shared_mailbox (
  mailbox INTEGER NOT NULL REFERENCES mailbox (id) ON DELETE CASCADE,
  reader INTEGER NOT NULL REFERENCES user (id) ON DELETE CASCADE,
  writes INTEGER NOT NULL,
  PRIMARY KEY (mailbox, reader)
) STRICT, WITHOUT ROWID;
CREATE INDEX shared_mailbox_reader ON shared_mailbox (reader);
CREATE TABLE shared_collection (
  collection INTEGER NOT NULL REFERENCES collection (id) ON DELETE CASCADE,
  reader INTEGER NOT NULL REFERENCES user (id) ON DELETE CASCADE,
  writes INTEGER NOT NULL,
  PRIMARY KEY (collection, reader)
) STRICT, WITHOUT ROWID;
CREATE INDEX shared_collection_reader ON shared_collection (reader);
)sql",
    // Which entry of a directory a user came from; empty: added by hand, or before this was noted.
    R"sql(
ALTER TABLE user ADD COLUMN origin TEXT NOT NULL DEFAULT '';
)sql",
});

}  // namespace godwit::backend::local
