#include "app/page.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <iterator>

#include "base/fault.hpp"
#include "base/overloaded.hpp"
#include "compose/html_body.hpp"

namespace godwit::app {
namespace {

constexpr std::string_view frame = R"(<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Godwit</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
body {{ font-family: system-ui, sans-serif; max-width: 40rem; margin: 3rem auto; padding: 0 1rem;
  color: #222; line-height: 1.5 }}
td {{ padding: 0.2rem 1rem 0.2rem 0; vertical-align: top }} td:first-child {{ color: #666 }}
.good {{ color: #166534 }} .bad {{ color: #991b1b }}
</style></head><body>
{}</body></html>
)";

constexpr std::string_view instructions = R"(<h1>This is a mail server for phones</h1>
<p>You need not stay here: add an account to your phone, of the kind <b>Exchange</b> or
<b>ActiveSync</b>, and enter</p>
<table>
<tr><td>E-mail</td><td>your address</td></tr>
<tr><td>Server</td><td><b>{}</b></td></tr>
<tr><td>Domain</td><td>nothing</td></tr>
<tr><td>User name</td><td>your address</td></tr>
<tr><td>Password</td><td>the one of your mailbox</td></tr>
<tr><td>Secure connection</td><td>yes</td></tr>
</table>
{})";

constexpr std::string_view invitation =
    R"(<p><a href="?signin=1">Sign in here</a> to see whether everything works for you.</p>
)";

constexpr std::string_view way_to_console =
    R"(<p><a href="/godwit/">Manage your phones</a>: see them, wipe one that is lost.</p>
)";

http::Reply html(int status, std::string_view body) {
  http::Reply reply;
  reply.status = status;
  reply.headers.push_back({"Content-Type", "text/html; charset=utf-8"});
  reply.headers.push_back({"Cache-Control", "no-store"});
  reply.headers.push_back(
      {"Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'"});
  reply.body = http::text_body(fmt::format(frame, body));
  return reply;
}

http::Reply ask_for_sign_in(const command::SignIn& sign_in, const command::Refusal& refusal) {
  http::Reply reply = html(refusal.status,
                           "<h1>Sign-in did not work</h1>\n"
                           "<p>Is the address right, and the password?</p>\n");
  std::ranges::move(command::refusal_reply(sign_in, refusal).headers,
                    std::back_inserter(reply.headers));
  return reply;
}

struct Check {
  std::string_view what;
  std::string problem;  // empty: works
};

Task<Check> check_mail(backend::MailBackend& mail, const backend::Account& account) {
  Check check{"Your mailbox", {}};
  try {
    const std::shared_ptr<backend::Mail> mailbox = mail.open(account);
    const auto folders = co_await mailbox->folders();
    if (folders.empty()) check.problem = "it has no folders";
  } catch (const Fault&) {
    check.problem = "it cannot be reached at the moment";
  }
  co_return check;
}

Task<Check> check_items(backend::ItemsBackend& items, const backend::Account& account) {
  Check check{"Contacts, calendars, tasks and notes", {}};
  try {
    const auto collections = co_await items.open_items(account)->collections();
    if (collections.empty()) check.problem = "there is no place for any of them";
  } catch (const Fault&) {
    check.problem = "their server cannot be reached, or does not take your password";
  }
  co_return check;
}

Task<Check> check_store(store::Store& store, const backend::Account& account) {
  Check check{"What is remembered of your phones", {}};
  try {
    const auto devices = co_await store.list(account.user.str(), store::Kind::device, "", "", 1);
    static_cast<void>(devices);
  } catch (const Fault&) {
    check.problem = "it cannot be read at the moment";
  }
  co_return check;
}

Task<Check> check_submission(const std::function<Task<>(backend::Account)>& reach,
                             const backend::Account& account) {
  Check check{"Sending", {}};
  try {
    co_await reach(account);
  } catch (const Fault& fault) {
    check.problem = fault.kind() == Fault::Kind::sign_in_failed
                        ? "the server for outgoing mail does not take this account"
                        : "the server for outgoing mail does not answer at the moment";
  }
  co_return check;
}

std::string row(const Check& check) {
  const bool good = check.problem.empty();
  return fmt::format("<tr><td>{}</td><td class=\"{}\">{}</td></tr>\n", check.what,
                     good ? "good" : "bad", good ? "works" : check.problem);
}

}  // namespace

Task<http::Reply> Page::answer(http::Request request) {
  if (request.header("authorization").empty() && !request.query.contains("signin")) {
    const std::string ways = fmt::format("{}{}", invitation, console_link());
    co_return html(200, fmt::format(instructions, compose::escape_html(parts_.hostname), ways));
  }
  auto checked = co_await parts_.sign_in.check(request, nullptr);
  if (const auto* refusal = std::get_if<command::Refusal>(&checked)) {
    co_return ask_for_sign_in(parts_.sign_in, *refusal);
  }
  const auto& account = std::get<backend::Account>(checked);
  const Check mail = co_await check_mail(parts_.mail, account);
  Check items;
  if (parts_.items != nullptr) items = co_await check_items(*parts_.items, account);
  const Check store = co_await check_store(parts_.store, account);
  const Check sending = co_await check_submission(parts_.reach_submission, account);
  const bool good = mail.problem.empty() && items.problem.empty() && store.problem.empty() &&
                    sending.problem.empty();
  std::string body = fmt::format("<h1>{}</h1>\n<p>Signed in as <b>{}</b>.</p>\n<table>\n",
                                 good ? "Everything works" : "Something does not work",
                                 compose::escape_html(account.user.view()));
  body += row({"Sign-in", {}}) + row(mail);
  if (parts_.items != nullptr) body += row(items);
  body += row(sending) + row(store);
  body += "</table>\n";
  co_return html(
      good ? 200 : 503,
      body + fmt::format(instructions, compose::escape_html(parts_.hostname), console_link()));
}

std::string_view Page::console_link() const {
  return parts_.has_console() ? way_to_console : std::string_view();
}

}  // namespace godwit::app
