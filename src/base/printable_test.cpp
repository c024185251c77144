#include "base/printable.hpp"

#include <gtest/gtest.h>

namespace godwit {
namespace {

TEST(Printable, KeepsWhatIsReadAndNamesWhatIsNot) {
  EXPECT_EQ(printable("Ann's iPhone – grün 📱"), "Ann's iPhone – grün 📱");
  EXPECT_EQ(printable("a\nb\r\x1b[2Jc\x7f"), "a\\u{A}b\\u{D}\\u{1B}[2Jc\\u{7F}");
  EXPECT_EQ(printable("a\u202Eb\u2028c\u0085\u200Bd"), "a\\u{202E}b\\u{2028}c\\u{85}\\u{200B}d");
  EXPECT_EQ(printable("\xff\xc3"), "\\u{FFFD}\\u{FFFD}");
  EXPECT_EQ(printable(std::string(1000, 'x')).size(), 256U);
  EXPECT_EQ(printable(""), "");
}

}  // namespace
}  // namespace godwit
