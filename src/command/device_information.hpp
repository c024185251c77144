/// [MS-ASCMD] DeviceInformation: sent with Settings, or from 14.1 on with Provision.
#pragma once

#include "base/result.hpp"
#include "eas/version.hpp"
#include "policy/device.hpp"
#include "wbxml/element.hpp"

namespace godwit::command {

/// Whether every element of Set exists in this version (else root Status 2 of Settings).
bool knows_device_information(const wbxml::Element& set, eas::Version version);

/// Takes `settings:DeviceInformation/Set` into the device; an empty Set clears. Error: malformed.
Result<> read_device_information(const wbxml::Element& device_information, policy::Device& device);

}  // namespace godwit::command
