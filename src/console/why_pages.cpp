#include <string>
#include <vector>

#include "base/printable.hpp"
#include "base/text.hpp"
#include "console/device_view.hpp"
#include "console/insight_view.hpp"
#include "console/page.hpp"
#include "console/pages.hpp"

namespace godwit::console {
namespace {

constexpr Path my_why_path{"/godwit/device/why"};
constexpr Path any_why_path{"/godwit/admin/device/why"};
constexpr std::size_t question_bytes_max = 1000;

/// One question, sent by GET: the answer changes nothing.
struct Question {
  std::string_view name, label, hint, value;
};

Html question_form(const Visit& visit, Path path, const Html& names, const Question& question) {
  const Html field = element("div", {{"class", "field wide"}},
                             element("label", {{"for", question.name}}, question.label),
                             element("input", {{"type", "search"},
                                               {"id", question.name},
                                               {"name", question.name},
                                               {"value", question.value},
                                               {"maxlength", std::to_string(question_bytes_max)},
                                               {"aria-describedby", "question-hint"}}));
  const Html form = element(
      "form", {{"method", "get"}, {"action", Url(path)}, {"class", "search"}, {"role", "search"}},
      names, field, submit(visit.texts().why_look));
  return element("div", {{"class", "card"}}, form,
                 element("p", {{"class", "hint"}, {"id", "question-hint"}}, question.hint));
}

http::Reply no_such_device(const Visit& visit) {
  return failure_reply(visit, 404, visit.texts().not_found_title, visit.texts().not_found);
}

/// What the user asked for; too much of it means nothing.
std::string asked(const Visit& visit, std::string_view name) {
  const std::string_view given = trim(visit.query.get(name));
  return given.size() <= question_bytes_max ? std::string(given) : std::string();
}

Html found_list(const Visit& visit, const admin::Device& device, std::string_view words,
                const std::vector<admin::FoundMail>& found) {
  const Texts& texts = visit.texts();
  if (found.empty()) return element("p", {{"class", "card empty"}}, texts.why_found_none);
  Html rows;
  for (const admin::FoundMail& mail : found) {
    const Url url(my_why_path, {{"id", device.id.view()}, {"item", mail.item}, {"q", words}});
    const std::string subject =
        mail.subject.empty() ? std::string(texts.why_no_subject) : printable(mail.subject);
    rows.add(element("li", {{"class", "card row"}},
                     element("div", element("h3", link(url, subject)),
                             element("p", {{"class", "hint"}}, printable(mail.from), " · ",
                                     day(mail.received)))));
  }
  return element("h2", {{"class", "above"}}, texts.why_found)
      .add(element("ul", {{"class", "cards"}}, rows));
}

/// Not there as a device of the user is no device of anybody's.
Task<Result<admin::Device>> device_of(Visit& visit, Result<UserId> user) {
  const auto id = DeviceId::parse(visit.query.get("id"));
  if (!user || !id) co_return fail(Errc::not_found, "no device is named");
  co_return co_await visit.parts.devices.show(*user, *id);
}

}  // namespace

Task<http::Reply> show_my_why(Visit& visit) {
  const Texts& texts = visit.texts();
  const backend::Account& account = visit.person->account;
  const auto device = co_await device_of(visit, account.user);
  if (!device) co_return no_such_device(visit);
  const std::string words = asked(visit, "q");
  const std::string item = asked(visit, "item");
  const Url back("/godwit/device", {{"id", device->id.view()}});
  Html content = element("p", {{"class", "path"}}, link(back, device_name(texts, *device)));
  content.add(question_form(visit, my_why_path, hidden("id", device->id.view()),
                            {"q", texts.why_words, texts.why_words_hint, words}));
  if (!words.empty() && item.empty()) {
    const auto found = co_await visit.parts.insight.find(account, words);
    content.add(found_list(visit, *device, words, found));
  } else {
    const auto findings = co_await visit.parts.insight.why(device->user, device->id, item, account);
    if (!findings) co_return no_such_device(visit);
    content.add(findings_list(visit, *findings));
  }
  co_return page_reply(visit, {std::string(texts.why_title), std::move(content)});
}

Task<http::Reply> show_any_why(Visit& visit) {
  const Texts& texts = visit.texts();
  const auto device = co_await device_of(visit, UserId::parse(visit.query.get("user")));
  if (!device) co_return no_such_device(visit);
  const std::string item = asked(visit, "item");
  const Url back(admin_device_path, {{"user", device->user.view()}, {"id", device->id.view()}});
  Html content = element("p", {{"class", "path"}}, link(back, device_name(texts, *device)));
  Html names = hidden("user", device->user.view());
  names.add(hidden("id", device->id.view()));
  content.add(question_form(visit, any_why_path, names,
                            {"item", texts.why_item, texts.why_item_hint, item}));
  const auto findings =
      co_await visit.parts.insight.why(device->user, device->id, item, std::nullopt);
  if (!findings) co_return no_such_device(visit);
  content.add(findings_list(visit, *findings));
  co_return page_reply(
      visit, {fill(texts.why_title_admin, device_name(texts, *device)), std::move(content)});
}

}  // namespace godwit::console
