#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/cli_ask.hpp"

namespace godwit::app {
namespace {

using nlohmann::json;

struct ShareOptions {
  std::string owner;
  std::string folder;
  std::string reader;
  std::string item_class;
  bool read_only = false;
  bool read_write = false;
};

void print_shares(const json& result) {
  std::cout << fmt::format("{:<28} {:<24} {:<9} {:<28} {}\n", "owner", "folder", "class", "with",
                           "right");
  for (const json& share : result.value("shares", json::array())) {
    std::cout << fmt::format("{:<28} {:<24} {:<9} {:<28} {}\n", share.value("owner", ""),
                             share.value("folder", ""), share.value("class", ""),
                             share.value("with", ""),
                             share.value("writes", false) ? "read-write" : "read-only");
  }
}

void add_place(CLI::App& command, ShareOptions& given) {
  command.add_option("owner", given.owner, "user@domain")->required();
  command
      .add_option("folder", given.folder,
                  "Path of a mail folder, as Projects/2030, or a calendar's or address book's name")
      ->required();
  command.add_option("with", given.reader, "user@domain")->required();
  command.add_option("--class", given.item_class,
                     "Where several are called so: mail, calendar, contacts, tasks or notes");
}

json arguments_of(const ShareOptions& given) {
  return {{"owner", given.owner},
          {"folder", given.folder},
          {"with", given.reader},
          {"class", given.item_class}};
}

}  // namespace

void register_share_commands(CLI::App& user, CliOptions& options) {
  auto given = std::make_shared<ShareOptions>();
  auto* share = user.add_subcommand("share", "Let a user see a folder of another's");
  add_place(*share, *given);
  auto* writes = share->add_flag("--read-write", given->read_write, "Also change what is in it");
  share->add_flag("--read-only", given->read_only, "Change nothing, as where nothing is said")
      ->excludes(writes);
  share->callback([&options, given] {
    options.run = [&options, given] {
      json arguments = arguments_of(*given);
      arguments["writes"] = given->read_write;
      return ask(options, "share.add", arguments, &print_nothing);
    };
  });
  auto* unshare = user.add_subcommand("unshare", "It leaves the other's phones");
  add_place(*unshare, *given);
  unshare->callback([&options, given] {
    options.run = [&options, given] {
      return ask(options, "share.remove", arguments_of(*given), &print_nothing);
    };
  });
  auto* list = user.add_subcommand("shares", "Who shares what with whom");
  list->add_option("user", given->owner, "Only what this user shares or sees");
  list->callback([&options, given] {
    options.run = [&options, given] {
      return ask(options, "share.list", {{"user", given->owner}}, &print_shares);
    };
  });
}

}  // namespace godwit::app
