#include "base/pack.hpp"

#include <gtest/gtest.h>

#include <array>
#include <limits>
#include <random>

namespace godwit {
namespace {

using std::operator""s;

constexpr std::array<std::uint64_t, 8> numbers = {0,
                                                  1,
                                                  127,
                                                  128,
                                                  16383,
                                                  16384,
                                                  std::uint64_t{1} << 63,
                                                  std::numeric_limits<std::uint64_t>::max()};

TEST(Pack, NumbersKeepTheirValueAndStaySmall) {
  for (const std::uint64_t number : numbers) {
    const std::string bytes = Packer().number(number).bytes();
    Unpacker in(bytes);
    EXPECT_EQ(in.number(), number);
    EXPECT_TRUE(in.finish());
  }
  EXPECT_EQ(Packer().number(127).bytes(), "\x7F"s);
  EXPECT_EQ(Packer().number(300).bytes(), "\xAC\x02"s);
  EXPECT_EQ(Packer().signed_number(-1).bytes(), "\x01"s);
}

TEST(Pack, SignedNumbersReachBothEnds) {
  for (const std::int64_t number :
       {std::int64_t{0}, std::int64_t{-1}, std::int64_t{1},
        std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()}) {
    const std::string bytes = Packer().signed_number(number).bytes();
    Unpacker in(bytes);
    EXPECT_EQ(in.signed_number(), number);
    EXPECT_TRUE(in.finish());
  }
}

TEST(Pack, AllFieldsComeBackInOrder) {
  Packer packer;
  packer.number(2).text("a\0b"s).boolean(true).text("").optional_number(7);
  packer.optional_number(std::nullopt).optional_text("x").optional_text(std::nullopt);
  packer.random_number(0xF123456789ABCDEFU).random_number(0);
  Unpacker in(packer.bytes());
  EXPECT_EQ(in.number_as<std::uint8_t>(), 2);
  EXPECT_EQ(in.text(), "a\0b"s);
  EXPECT_TRUE(in.boolean());
  EXPECT_EQ(in.view(), "");
  EXPECT_EQ(in.optional_number(), 7U);
  EXPECT_EQ(in.optional_number(), std::nullopt);
  EXPECT_EQ(in.optional_text(), "x");
  EXPECT_EQ(in.optional_text(), std::nullopt);
  EXPECT_EQ(in.random_number(), 0xF123456789ABCDEFU);
  EXPECT_EQ(in.random_number(), 0U);
  EXPECT_TRUE(in.finish());
}

TEST(Pack, EveryCutIsAnErrorThatSticks) {
  const std::string bytes =
      Packer().number(300).text("hello").random_number(5).optional_number(9).bytes();
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    Unpacker in(std::string_view(bytes).substr(0, length));
    in.number();
    in.text();
    in.random_number();
    in.optional_number();
    EXPECT_FALSE(in.ok());
    EXPECT_EQ(in.number(), 0U);
    EXPECT_EQ(in.text(), "");
    EXPECT_EQ(in.finish().error().code, Errc::malformed);
  }
}

TEST(Pack, RefusesWhatIsLeftOverTooLongOrOutOfRange) {
  Unpacker left("\x01\x02");
  left.number();
  EXPECT_FALSE(left.finish());

  Unpacker endless("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01");
  endless.number();
  EXPECT_FALSE(endless.ok());

  Unpacker above("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x02");
  above.number();
  EXPECT_FALSE(above.ok());

  const std::string big = Packer().number(256).bytes();
  Unpacker narrow(big);
  EXPECT_EQ(narrow.number_as<std::uint8_t>(), 0);
  EXPECT_FALSE(narrow.ok());

  Unpacker two("\x02");
  two.boolean();
  EXPECT_FALSE(two.ok());

  const std::string lie = Packer().number(std::numeric_limits<std::uint64_t>::max()).bytes();
  Unpacker counted(lie);
  EXPECT_EQ(counted.count(), 0U);
  EXPECT_FALSE(counted.ok());
}

TEST(Pack, RandomBytesNeverReadBeyondTheEnd) {
  std::mt19937 random(5);
  for (int round = 0; round < 20000; ++round) {
    std::string bytes(random() % 24, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random());
    Unpacker in(bytes);
    while (in.ok() && !in.at_end()) {
      switch (random() % 6) {
        case 0:
          in.number();
          break;
        case 1:
          in.signed_number();
          break;
        case 2:
          in.boolean();
          break;
        case 3:
          in.view();
          break;
        case 4:
          in.optional_text();
          break;
        default:
          EXPECT_LE(in.count(), bytes.size());
          break;
      }
    }
  }
}

}  // namespace
}  // namespace godwit
