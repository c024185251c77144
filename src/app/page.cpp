#include "app/page.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <iterator>
#include <string>
#include <variant>
#include <vector>

#include "app/page_texts.hpp"
#include "base/fault.hpp"
#include "compose/html_body.hpp"

namespace godwit::app {
namespace {

constexpr std::string_view frame = R"(<!DOCTYPE html>
<html lang="{}"><head><meta charset="utf-8"><title>Godwit</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
body {{ font-family: system-ui, sans-serif; max-width: 40rem; margin: 3rem auto; padding: 0 1rem;
  color: #222; line-height: 1.5 }}
td {{ padding: 0.2rem 1rem 0.2rem 0; vertical-align: top }} td:first-child {{ color: #666 }}
.good {{ color: #166534 }} .bad {{ color: #991b1b }}
</style></head><body>
{}</body></html>
)";

http::Reply html(int status, const PageTexts& texts, std::string_view body) {
  http::Reply reply;
  reply.status = status;
  reply.headers.push_back({"Content-Type", "text/html; charset=utf-8"});
  reply.headers.push_back({"Content-Language", std::string(texts.code)});
  reply.headers.push_back({"Vary", "Accept-Language"});
  reply.headers.push_back({"Cache-Control", "no-store"});
  reply.headers.push_back(
      {"Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'"});
  reply.body = http::text_body(fmt::format(frame, texts.code, body));
  return reply;
}

std::string paragraph(std::string_view text) { return fmt::format("<p>{}</p>\n", text); }

/// What to enter in the phone. `hostname`: as HTML.
std::string instructions(const PageTexts& texts, std::string_view hostname) {
  const auto entry = [](std::string_view label, std::string_view what) {
    return fmt::format("<tr><td>{}</td><td>{}</td></tr>\n", label, what);
  };
  return fmt::format("<h1>{}</h1>\n{}<table>\n", texts.title, paragraph(texts.steps)) +
         entry(texts.address_label, texts.address) +
         entry(texts.server_label, fmt::format("<b>{}</b>", hostname)) +
         entry(texts.domain_label, texts.domain) + entry(texts.user_label, texts.user) +
         entry(texts.password_label, texts.password) + entry(texts.secure_label, texts.secure) +
         "</table>\n";
}

http::Reply ask_for_sign_in(const PageTexts& texts, const command::SignIn& sign_in,
                            const command::Refusal& refusal) {
  http::Reply reply =
      html(refusal.status, texts,
           fmt::format("<h1>{}</h1>\n{}", texts.refused_title, paragraph(texts.refused)));
  std::ranges::move(command::refusal_reply(sign_in, refusal).headers,
                    std::back_inserter(reply.headers));
  return reply;
}

struct Check {
  std::string_view what;
  std::string_view problem;  // empty: works
};

Task<Check> check_mail(const PageTexts& texts, backend::MailBackend& mail,
                       const backend::Account& account) {
  Check check{texts.mail, {}};
  try {
    const std::shared_ptr<backend::Mail> mailbox = mail.open(account);
    const auto folders = co_await mailbox->folders();
    if (folders.empty()) check.problem = texts.no_folders;
  } catch (const Fault&) {
    check.problem = texts.mail_down;
  }
  co_return check;
}

Task<Check> check_items(const PageTexts& texts, backend::ItemsBackend& items,
                        const backend::Account& account) {
  Check check{texts.items, {}};
  try {
    const auto collections = co_await items.open_items(account)->collections();
    if (collections.empty()) check.problem = texts.no_collections;
  } catch (const Fault&) {
    check.problem = texts.items_down;
  }
  co_return check;
}

Task<Check> check_store(const PageTexts& texts, store::Store& store,
                        const backend::Account& account) {
  Check check{texts.store, {}};
  try {
    const auto devices = co_await store.list(account.user.str(), store::Kind::device, "", "", 1);
    static_cast<void>(devices);
  } catch (const Fault&) {
    check.problem = texts.store_down;
  }
  co_return check;
}

Task<Check> check_submission(const PageTexts& texts,
                             const std::function<Task<>(backend::Account)>& reach,
                             const backend::Account& account) {
  Check check{texts.submission, {}};
  try {
    co_await reach(account);
  } catch (const Fault& fault) {
    check.problem =
        fault.kind() == Fault::Kind::sign_in_failed ? texts.account_refused : texts.submission_down;
  }
  co_return check;
}

std::string row(const PageTexts& texts, const Check& check) {
  const bool good = check.problem.empty();
  return fmt::format("<tr><td>{}</td><td class=\"{}\">{}</td></tr>\n", check.what,
                     good ? "good" : "bad", good ? texts.works : check.problem);
}

}  // namespace

Task<http::Reply> Page::answer(http::Request request) {
  const PageTexts& texts =
      page_texts(preferred_language(request.header("accept-language")).value_or(parts_.language()));
  const std::string about_phones = instructions(texts, compose::escape_html(parts_.hostname));
  const std::string way_to_console =
      parts_.has_console() ? paragraph(texts.way_to_console) : std::string();
  if (request.header("authorization").empty() && !request.query.contains("signin")) {
    co_return html(200, texts, about_phones + paragraph(texts.invitation) + way_to_console);
  }
  auto checked = co_await parts_.sign_in.check(request, nullptr);
  if (const auto* refusal = std::get_if<command::Refusal>(&checked)) {
    co_return ask_for_sign_in(texts, parts_.sign_in, *refusal);
  }
  const auto& account = std::get<backend::Account>(checked);
  std::vector<Check> checks{{texts.sign_in, {}}};
  checks.push_back(co_await check_mail(texts, parts_.mail, account));
  if (parts_.items != nullptr) {
    checks.push_back(co_await check_items(texts, *parts_.items, account));
  }
  checks.push_back(co_await check_submission(texts, parts_.reach_submission, account));
  checks.push_back(co_await check_store(texts, parts_.store, account));
  const bool good =
      std::ranges::all_of(checks, [](const Check& each) { return each.problem.empty(); });
  const std::string user = compose::escape_html(account.user.view());
  std::string body =
      fmt::format("<h1>{}</h1>\n{}<table>\n", good ? texts.all_works : texts.not_all_works,
                  paragraph(fmt::format(fmt::runtime(texts.signed_in), user)));
  for (const Check& check : checks) body += row(texts, check);
  co_return html(good ? 200 : 503, texts, body + "</table>\n" + about_phones + way_to_console);
}

}  // namespace godwit::app
