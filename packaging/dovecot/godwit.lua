-- Tells Godwit of every change in a mailbox, so that waiting phones need no IMAP connection.
-- For Dovecot 2.3 with push_notification_lua; docs/push.md has the stanza that goes with it.
--
-- plugin {
--   push_notification_driver = lua:file=/usr/share/godwit/dovecot/godwit.lua
--   godwit_url = http://127.0.0.1:8082/godwit/push
--   godwit_token = THE FIRST LINE OF push_source.secret_file
-- }

local client

function script_init()
  -- Mail waits for the answer: one attempt, and a short one. What is lost, the sweep finds.
  client = dovecot.http.client({
    max_attempts = 1,
    connect_timeout_msecs = 200,
    request_absolute_timeout_msecs = 500,
    user_agent = "godwit.lua",
  })
  return 0
end

function script_deinit()
end

function dovecot_lua_notify_begin_txn(user)
  return {
    user = user.username,
    url = user:plugin_getenv("godwit_url"),
    token = user:plugin_getenv("godwit_token"),
    events = {},
  }
end

-- One event a folder and kind is enough, however many messages a command touched.
local function note(context, event, kind)
  context.events[kind .. "\0" .. (event.mailbox or "")] = { kind = kind, folder = event.mailbox }
end

local function added(context, event) note(context, event, "added") end
local function changed(context, event) note(context, event, "changed") end
local function hierarchy(context, event) note(context, event, "hierarchy") end

dovecot_lua_notify_event_message_new = added
dovecot_lua_notify_event_message_append = added
dovecot_lua_notify_event_message_expunge = changed
dovecot_lua_notify_event_message_read = changed
dovecot_lua_notify_event_message_trash = changed
dovecot_lua_notify_event_flags_set = changed
dovecot_lua_notify_event_flags_clear = changed
dovecot_lua_notify_event_mailbox_create = hierarchy
dovecot_lua_notify_event_mailbox_delete = hierarchy
dovecot_lua_notify_event_mailbox_rename = hierarchy
dovecot_lua_notify_event_mailbox_subscribe = hierarchy
dovecot_lua_notify_event_mailbox_unsubscribe = hierarchy

local function quoted(text)
  return '"' .. text:gsub('[%c"\\]', function(c) return string.format("\\u%04x", c:byte()) end) .. '"'
end

function dovecot_lua_notify_end_txn(context, success)
  local list = {}
  for _, event in pairs(context.events) do
    local one = '{"user":' .. quoted(context.user) .. ',"event":' .. quoted(event.kind)
    if event.folder then one = one .. ',"folder":' .. quoted(event.folder) end
    list[#list + 1] = one .. "}"
  end
  if #list == 0 or not context.url then return end
  local request = client:request({ url = context.url, method = "POST" })
  request:add_header("Content-Type", "application/json")
  if context.token then request:add_header("Authorization", "Bearer " .. context.token) end
  request:set_payload("[" .. table.concat(list, ",") .. "]")
  local response = request:submit()
  if response:status() >= 300 then
    dovecot.i_warning("godwit.lua: " .. context.url .. ": " .. response:status() .. " " ..
                      response:reason())
  end
end
