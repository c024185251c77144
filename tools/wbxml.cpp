// wbxml dump|pack: standard input to standard output, WBXML to text or text to WBXML.
#include <exception>
#include <iostream>
#include <iterator>
#include <string>
#include <string_view>

#include "wbxml/text.hpp"

namespace {

int dump(const std::string& input) {
  const auto text = godwit::wbxml::dump(input);
  std::cout << text;
  return text.contains("\n! ") || text.starts_with("! ") ? 1 : 0;
}

int pack(const std::string& input) {
  const auto document = godwit::wbxml::pack(input);
  if (!document) {
    std::cerr << "wbxml: " << document.error().message << '\n';
    return 1;
  }
  std::cout << *document;
  return 0;
}

int run(std::string_view verb) {
  const std::string input{std::istreambuf_iterator<char>(std::cin), {}};
  if (verb == "dump") return dump(input);
  if (verb == "pack") return pack(input);
  std::cerr << "usage: wbxml dump|pack < input > output\n";
  return 2;
}

}  // namespace

int main(int count, char** arguments) {
  try {
    return run(count == 2 ? std::string_view(arguments[1]) : std::string_view());
  } catch (const std::exception& error) {
    std::cerr << "wbxml: " << error.what() << '\n';
    return 1;
  }
}
