/// The namespaces of Autodiscover ([MS-ASCMD] Autodiscover, [MS-OXDSCLI]).
#pragma once

#include <string_view>

namespace godwit::autodiscover {

inline constexpr std::string_view envelope_space =
    "http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006";
inline constexpr std::string_view mobilesync_request_space =
    "http://schemas.microsoft.com/exchange/autodiscover/mobilesync/requestschema/2006";
inline constexpr std::string_view mobilesync_answer_space =
    "http://schemas.microsoft.com/exchange/autodiscover/mobilesync/responseschema/2006";
inline constexpr std::string_view outlook_request_space =
    "http://schemas.microsoft.com/exchange/autodiscover/outlook/requestschema/2006";
inline constexpr std::string_view outlook_answer_space =
    "http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a";

}  // namespace godwit::autodiscover
