/// godwit: the command for those who run it.
#include "app/cli.hpp"

int main(int count, char** arguments) { return godwit::app::run_cli(count, arguments); }
