#include "console/policy_form.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <limits>

#include "console/page.hpp"
#include "console/policy_fields.hpp"
#include "policy/settings.hpp"

namespace godwit::console {
namespace {

constexpr std::string_view settings_prefix = "settings.";

/// The field that a problem's key is about.
std::string field_of(std::string_view key) {
  if (key.starts_with(settings_prefix)) key.remove_prefix(settings_prefix.size());
  return std::string(key);
}

std::string range_of(const PolicyTexts& texts, const policy::Setting& setting) {
  std::string out = fill(texts.range_from, std::to_string(setting.least));
  if (setting.greatest < std::numeric_limits<std::int32_t>::max()) {
    out += fill(texts.range_to, std::to_string(setting.greatest));
  }
  return out + '.';
}

/// One field: what stands around its control.
struct Field {
  std::string id;
  std::string_view label;
  std::string hint{};
  std::string problem{};

  std::string about() const {
    return id + "-hint" + (problem.empty() ? "" : ' ' + id + "-problem");
  }
  std::string_view is_wrong() const { return problem.empty() ? "false" : "true"; }
};

class Fields {
 public:
  Fields(const Visit& visit, const PolicyDraft& draft, const PolicyProblems& problems)
      : draft_(draft),
        problems_(problems),
        texts_(policy_texts_of(visit.language)),
        common_(visit.texts()),
        language_(visit.language),
        settings_(policy::settings_of(eas::Version::v16_1)) {}

  Html identity() const {
    Html out;
    if (draft_.is_new) {
      const Field about = field("name", texts_.name, std::string(texts_.name_hint));
      out.add(framed(about, line(about, draft_.name, Present::yes)));
    }
    return out.add(mode()).add(element(
        "fieldset", element("legend", texts_.accept),
        checkbox("accept_partial", "yes", texts_.accept_partial, draft_.accept_partial),
        checkbox("accept_external", "yes", texts_.accept_external, draft_.accept_external)));
  }

  Html whose() const {
    Html out;
    for (const auto& [name, label, value] :
         {std::tuple{"users", common_.policy_users, &draft_.users},
          std::tuple{"groups", common_.policy_groups, &draft_.groups},
          std::tuple{"domains", common_.policy_domains, &draft_.domains}}) {
      const Field about = field(name, label, std::string(texts_.a_line_each));
      out.add(framed(about, lines(about, *value)));
    }
    return element("div", {{"class", "fields"}}, out);
  }

  Html group(const PolicyGroup& group) const {
    std::size_t said = 0;
    bool wrong = false;
    Html inner;
    for (const PolicyField& each : group.fields) {
      if (draft_.settings.contains(each.name)) ++said;
      if (!problem_of(each.name).empty()) wrong = true;
      inner.add(setting(each));
    }
    const Html title = element("summary", texts_.*group.title,
                               element("span", {{"class", "hint"}},
                                       said == 0 ? "" : fill(texts_.said, std::to_string(said))));
    const Present open = said > 0 || wrong ? Present::yes : Present::no;
    return element("details", {{"class", "card"}, {"open", open}}, title,
                   element("div", {{"class", "fields"}}, inner));
  }

 private:
  std::string problem_of(std::string_view name) const {
    std::string out;
    for (const auto& [key, what] : problems_) {
      if (field_of(key) == name) out.append(out.empty() ? "" : " ").append(what);
    }
    return out;
  }
  Field field(std::string_view id, std::string_view label, std::string hint) const {
    return {
        .id = std::string(id), .label = label, .hint = std::move(hint), .problem = problem_of(id)};
  }

  static Html framed(const Field& about, const Html& control) {
    Html out = element("label", {{"for", about.id}}, about.label);
    out.add(control).add(element("p", {{"class", "hint"}, {"id", about.id + "-hint"}}, about.hint));
    if (!about.problem.empty()) {
      out.add(element("p", {{"class", "problem"}, {"id", about.id + "-problem"}}, about.problem));
    }
    return element("div", {{"class", "field"}}, out);
  }
  static Html line(const Field& about, std::string_view value, Present required) {
    return element("input", {{"type", "text"},
                             {"id", about.id},
                             {"name", about.id},
                             {"value", value},
                             {"autocomplete", "off"},
                             {"autocapitalize", "none"},
                             {"spellcheck", "false"},
                             {"aria-describedby", about.about()},
                             {"aria-invalid", about.is_wrong()},
                             {"required", required}});
  }
  static Html lines(const Field& about, std::string_view value) {
    return element("textarea",
                   {{"id", about.id},
                    {"name", about.id},
                    {"rows", "3"},
                    {"autocapitalize", "none"},
                    {"spellcheck", "false"},
                    {"aria-describedby", about.about()},
                    {"aria-invalid", about.is_wrong()}},
                   value);
  }
  static Html checkbox(std::string_view name, std::string_view value, std::string_view label,
                       bool checked) {
    return element("label", {{"class", "option"}},
                   element("input", {{"type", "checkbox"},
                                     {"name", name},
                                     {"value", value},
                                     {"checked", checked ? Present::yes : Present::no}}),
                   label);
  }
  static Html option(std::string_view value, std::string_view label, std::string_view chosen) {
    return element("option",
                   {{"value", value}, {"selected", value == chosen ? Present::yes : Present::no}},
                   label);
  }
  static Html choice(const Field& about, const Html& options) {
    return element("select",
                   {{"id", about.id},
                    {"name", about.id},
                    {"aria-describedby", about.about()},
                    {"aria-invalid", about.is_wrong()}},
                   options);
  }

  Html mode() const {
    const Field about = field("mode", texts_.mode, {});
    Html options;
    for (const auto& [value, label, what] :
         {std::tuple{"strict", texts_.mode_strict, common_.policy_strict},
          std::tuple{"loose", texts_.mode_loose, common_.policy_loose},
          std::tuple{"off", texts_.mode_off, common_.policy_off}}) {
      options.add(option(value, std::string(label) + " – " + std::string(what), draft_.mode));
    }
    return framed(about, choice(about, options));
  }

  Html setting(const PolicyField& each) const {
    const auto known = std::ranges::find(settings_, each.name, &policy::Setting::name);
    const SettingLabel& words = setting_label(language_, each.name);
    const std::string value = draft_.value(each.name);
    Field about = field(each.name, words.label, std::string(words.hint));
    if (!each.options.empty()) return framed(about, choice(about, options_of(each, value)));
    const bool nothing = draft_.settings.contains(each.name) && value.empty();
    if (known->is_list()) {
      return framed(
          about,
          lines(about, value).add(checkbox(policy_nothing, each.name, texts_.empty_list, nothing)));
    }
    const std::string range = range_of(texts_, *known);
    about.hint = about.hint.empty() ? range : about.hint + ' ' + range;
    Html control = line(about, value, Present::no);
    if (known->may_be_empty) {
      control.add(checkbox(policy_nothing, each.name, texts_.no_limit, nothing));
    }
    return framed(about, control);
  }

  Html options_of(const PolicyField& each, const std::string& value) const {
    Html out = option("", texts_.left_open, value);
    bool is_there = value.empty();
    for (const PolicyOption& one : each.options) {
      out.add(option(one.value, one.text(texts_), value));
      is_there = is_there || one.value == value;
    }
    return is_there ? out : out.add(option(value, value, value));
  }

  const PolicyDraft& draft_;
  const PolicyProblems& problems_;
  const PolicyTexts& texts_;
  const Texts& common_;
  Language language_;
  std::vector<policy::Setting> settings_;
};

}  // namespace

PolicyProblems in_language(Language language, const PolicyDraft& draft, PolicyProblems problems) {
  const auto settings = policy::settings_of(eas::Version::v16_1);
  for (auto& [key, what] : problems) {
    if (!key.starts_with(settings_prefix)) continue;
    const std::string name = field_of(key);
    const auto known = std::ranges::find(settings, name, &policy::Setting::name);
    if (known == settings.end()) continue;
    const bool in_range = policy::check_setting(name, draft.value(name)).has_value();
    what = fmt::format("{}: {}", setting_label(language, name).label,
                       in_range ? what : range_of(policy_texts_of(language), *known));
  }
  return problems;
}

Html problem_list(const Visit& visit, const PolicyProblems& problems) {
  if (problems.empty()) return {};
  Html rows;
  for (const auto& [key, what] : problems) {
    rows.add(element("li", element("a", {{"href", Url::of_element(field_of(key))}}, what)));
  }
  return element("div", {{"class", "banner bad"}, {"role", "alert"}},
                 element("p", policy_texts_of(visit.language).wrong), element("ul", rows));
}

Html policy_fields(const Visit& visit, const PolicyDraft& draft, const PolicyProblems& problems) {
  const PolicyTexts& texts = policy_texts_of(visit.language);
  const Fields fields(visit, draft, problems);
  Html out = element("section", {{"class", "card form"}}, fields.identity());
  out.add(element("section", {{"class", "card form"}}, element("h2", texts.whose),
                  element("p", {{"class", "hint owner"}}, texts.whose_hint), fields.whose()));
  out.add(element("h2", {{"class", "group"}}, texts.settings));
  out.add(element("p", {{"class", "hint owner"}}, texts.settings_hint));
  for (const PolicyGroup& each : policy_groups()) out.add(fields.group(each));
  return out;
}

}  // namespace godwit::console
