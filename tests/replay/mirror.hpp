/// Messages made after what Exchange told a device about its own: the mailbox behind our server
/// holds what Exchange's held.
#pragma once

#include <map>
#include <string>

#include "client/node.hpp"
#include "item/message.hpp"

namespace godwit::test {

/// A message whose rendering has the shape of this ApplicationData.
std::string message_like(const client::Node& application_data);
Flags flags_like(const client::Node& application_data);
/// DateReceived; nothing when there is none.
std::optional<Time> received_like(const client::Node& application_data);

}  // namespace godwit::test
