#include "render/quote.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "base/text.hpp"

namespace godwit::render {
namespace {

/// In lower case. A mark inside a tag counts from where its tag begins.
constexpr auto marks = std::to_array<std::string_view>({
    "<blockquote",                                     // most programs
    "class=\"gmail_quote",                             // Gmail
    "class=\"moz-cite-prefix",                         // Thunderbird
    "class=\"yahoo_quoted",                            // Yahoo
    "class=3d\"gmail_quote",                           // doubly encoded, seen from gateways
    "id=\"appendonsend\"",                             // Outlook on the web and on phones
    "id=\"divrplyfwdmsg\"",                            // Outlook on the web
    "id=\"mail-editor-reference-message-container\"",  // Outlook for Windows, new
    "id=\"reply-intro\"",                              // Roundcube
    "border-top:solid #b5c4df 1.0pt",                  // Outlook 2007 to 2013
    "border-top:solid #e1e1e1 1.0pt",                  // Outlook 2013 and later
    "-----original message-----",                      // Outlook's plain text, quoted as HTML
    "-----urspr&uuml;ngliche nachricht-----", "-----ursprüngliche nachricht-----",
    "-----message d'origine-----",
    "<br>\r\n&gt;",  // plain text that was made HTML
});

}  // namespace

std::string without_quotes(std::string html) {
  const std::string lower = ascii_lower(html);
  std::size_t cut = lower.size();
  for (const std::string_view mark : marks) {
    const auto found = lower.find(mark);
    if (found >= cut) continue;
    const auto open = lower.rfind('<', found);
    const auto close = lower.rfind('>', found);
    const bool in_tag = open != std::string::npos && (close == std::string::npos || close < open);
    cut = in_tag ? open : found;
  }
  html.resize(cut);
  return html;
}

}  // namespace godwit::render
