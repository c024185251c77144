/// How tokens and their keys are written: base64url and JSON, read more strictly than others do
/// (RFC 7515 2 and 10.12). No I/O, and nothing that was read is ever put in an error.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace godwit::auth {

inline constexpr int json_depth_max = 8;  // levels of objects and lists: claims nest two or three

/// Without padding, blanks, the other alphabet, or bits behind the last byte: one text for each
/// value, so that a token has one spelling. Error: malformed.
Result<std::string> base64url_decode(std::string_view text);

/// An object whose members, at every level, have names of their own: readers that disagree about
/// which of two counts can be made to disagree about whom a token names. Errors: malformed,
/// too_large (more than json_depth_max levels). The caller bounds its bytes.
Result<nlohmann::json> parse_object(std::string_view text);

/// A member that is a text; empty where there is none or it is something else. Lives as `object`.
std::string_view text_member(const nlohmann::json& object, const char* name);

}  // namespace godwit::auth
