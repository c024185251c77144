/// What the console has done by admin::Operations, so that the audit log and all that goes with it
/// is as for the command line.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string_view>

#include "console/visit.hpp"

namespace godwit::console {

/// The visitor, as the audit log says.
admin::Caller caller(const Visit& visit);
/// The result of an operation; its error. The visitor is signed in.
Task<Result<nlohmann::json>> perform(Visit& visit, std::string_view operation,
                                     nlohmann::json arguments);

/// An order about a device: "device.wipe". Of the account alone where there is a choice.
Task<Result<>> order(Visit& visit, const admin::Device& device, std::string_view operation,
                     bool account_only = false);

}  // namespace godwit::console
