#pragma once

#include <cstddef>

namespace godwit::wbxml {

inline constexpr std::size_t depth_max = 64;  // the deepest legal EAS document has about 12
inline constexpr std::size_t elements_max =
    200'000;  // 1,000 moves of 4 elements are the largest list
inline constexpr std::size_t tree_text_max = 1024 * 1024;  // all text of a tree that is copied

}  // namespace godwit::wbxml
