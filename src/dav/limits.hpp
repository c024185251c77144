/// Bounds on what a DAV server may answer.
#pragma once

#include <cstddef>

namespace godwit::dav {

inline constexpr std::size_t xml_depth_max = 48;  // the deepest answer we ask for has 9 levels
inline constexpr std::size_t xml_elements_max = 20'000;  // in one child of the root
inline constexpr std::size_t xml_text_bytes_max =        // in one child: an item and its names
    std::size_t{12} * 1024 * 1024;
inline constexpr std::size_t xml_attribute_bytes_max = 4096;  // of one element
inline constexpr std::size_t answer_bytes_max = std::size_t{64} * 1024 * 1024;
inline constexpr std::size_t responses_max = 200'000;  // in one answer
inline constexpr std::size_t redirects_max = 5;
inline constexpr std::size_t addresses_max = 100;    // by which a user is invited
inline constexpr std::size_t homes_max = 8;          // of one user and service
inline constexpr std::size_t proxies_max = 100;      // users who share with one
inline constexpr std::size_t collections_max = 500;  // of one user

}  // namespace godwit::dav
