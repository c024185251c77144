#include "backend/compact_account.hpp"

#include <utility>

#include "base/pack.hpp"

namespace godwit::backend {
namespace {

SharedText pack_rest(const Account& account) {
  const std::string_view name = account.user.view();
  const bool plain = account.login == name && account.display_name.empty() &&
                     account.addresses.size() == 1 && account.addresses.front() == name &&
                     account.send_as.empty() && account.denied.empty() && !account.token_ends;
  if (plain) return {};
  Packer out;
  out.text(account.login).text(account.display_name).number(account.denied.bits());
  out.boolean(account.token_ends.has_value());
  if (account.token_ends) out.signed_number(account.token_ends->time_since_epoch().count());
  for (const auto* list : {&account.addresses, &account.send_as}) {
    out.number(list->size());
    for (const std::string& address : *list) out.text(address);
  }
  return SharedText(out.bytes());
}

}  // namespace

CompactAccount::CompactAccount(const Account& account)
    : user_(account.user), rest_(pack_rest(account)) {}

Account CompactAccount::with(Secret password) const {
  Account account{user_, {}, std::move(password), {}, {}};
  if (rest_.empty()) {
    account.login = user_.str();
    account.addresses.push_back(account.login);
    return account;
  }
  Unpacker in(rest_.view());
  account.login = in.text();
  account.display_name = in.text();
  account.denied = DataClasses::from_bits(in.number());
  if (in.boolean()) account.token_ends = Time(std::chrono::milliseconds(in.signed_number()));
  for (auto* list : {&account.addresses, &account.send_as}) {
    for (std::size_t left = in.count(); left > 0; --left) list->push_back(in.text());
  }
  return account;
}

std::vector<std::string> names_of(const Account& account) {
  std::vector<std::string> names = account.addresses;
  names.push_back(account.user.str());
  return names;
}

}  // namespace godwit::backend
