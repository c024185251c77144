#include "admin/finding.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace godwit::admin {
namespace {

using Code = Finding::Code;

/// A sentence in each language. `{1}` stands for the second argument; `{1:words}` for words of
/// ours.
struct Sentence {
  std::string_view english, german, french;
};

std::string_view in(const Sentence& sentence, std::string_view language) {
  if (language == "de") return sentence.german;
  if (language == "fr") return sentence.french;
  return sentence.english;
}

struct Row {
  Code code;
  std::string_view name;
  Sentence sentence;
  std::string_view command = {};
};
constexpr auto rows = std::to_array<Row>({
    {Code::device_damaged,
     "device.damaged",
     {"the device's record is damaged: once it is forgotten, the device starts over",
      "der Eintrag des Geräts ist beschädigt: Ist er vergessen, fängt das Gerät von vorn an",
      "la fiche de l’appareil est endommagée : une fois oubliée, l’appareil recommence"},
     "device forget"},
    {Code::device_never,
     "device.never",
     {"{0}, ActiveSync {1}: it has asked for nothing yet",
      "{0}, ActiveSync {1}: Es hat noch nichts angefragt",
      "{0}, ActiveSync {1} : il n’a encore rien demandé"}},
    {Code::device_silent,
     "device.silent",
     {"{0}, ActiveSync {1}, last request on {2}: it does not ask; look at its network, its battery "
      "settings and whether the account is still on it",
      "{0}, ActiveSync {1}, letzte Anfrage am {2}: Es fragt nicht mehr; sehen Sie nach seinem "
      "Netz, "
      "nach Energiesparen und ob das Konto noch darauf ist",
      "{0}, ActiveSync {1}, dernière requête le {2} : il ne demande plus rien ; vérifiez son "
      "réseau, "
      "son économie d’énergie et si le compte s’y trouve encore"}},
    {Code::device_asks,
     "device.asks",
     {"{0}, ActiveSync {1}, last request on {2}", "{0}, ActiveSync {1}, letzte Anfrage am {2}",
      "{0}, ActiveSync {1}, dernière requête le {2}"}},
    {Code::access_all,
     "access.all",
     {"the rule '{0}' of [[access]] keeps the user from everything",
      "die Regel „{0}“ in [[access]] verwehrt diesem Konto alles",
      "la règle « {0} » de [[access]] refuse tout à ce compte"}},
    {Code::access_some,
     "access.some",
     {"the rule '{0}' of [[access]] keeps the user from {1:words}",
      "die Regel „{0}“ in [[access]] verwehrt diesem Konto {1:words}",
      "la règle « {0} » de [[access]] refuse à ce compte {1:words}"}},
    {Code::wiping,
     "decision.wiping",
     {"a wipe is ordered, and nothing else is answered",
      "das Löschen ist angeordnet; anderes wird nicht beantwortet",
      "l’effacement est ordonné ; rien d’autre n’obtient de réponse"},
     "device release"},
    {Code::wiped,
     "decision.wiped",
     {"it was wiped", "das Gerät wurde gelöscht", "il a été effacé"},
     "device release"},
    {Code::blocked,
     "decision.blocked",
     {"an administrator blocked it", "eine Administratorin oder ein Administrator hat es gesperrt",
      "l’administration l’a bloqué"},
     "device unblock"},
    {Code::quarantined_by_rule,
     "decision.quarantined_by_rule",
     {"it is in quarantine by the rule '{0}'", "es ist in Quarantäne nach der Regel „{0}“",
      "il est en quarantaine par la règle « {0} »"},
     "quarantine allow"},
    {Code::quarantined,
     "decision.quarantined",
     {"it is in quarantine, as devices are of which no rule speaks (devices.otherwise)",
      "es ist in Quarantäne wie alle Geräte, von denen keine Regel spricht (devices.otherwise)",
      "il est en quarantaine comme tout appareil dont aucune règle ne parle (devices.otherwise)"},
     "quarantine allow"},
    {Code::too_many_devices,
     "decision.too_many_devices",
     {"the user has too many devices: one has to be forgotten",
      "es sind zu viele Geräte für ein Konto: Eines muss entfernt werden",
      "le compte a trop d’appareils : il faut en retirer un"},
     "device forget"},
    {Code::blocked_by_rule,
     "decision.blocked_by_rule",
     {"the rule '{0}' blocks it", "die Regel „{0}“ sperrt es", "la règle « {0} » le bloque"}},
    {Code::blocked_by_default,
     "decision.blocked_by_default",
     {"devices are blocked of which no rule speaks (devices.otherwise)",
      "Geräte, von denen keine Regel spricht, sind gesperrt (devices.otherwise)",
      "les appareils dont aucune règle ne parle sont bloqués (devices.otherwise)"}},
    {Code::allowed,
     "decision.allowed",
     {"an administrator let it in", "es ist ausdrücklich zugelassen",
      "l’administration l’a autorisé"}},
    {Code::let_in, "decision.let_in", {"it is let in", "es ist zugelassen", "il est autorisé"}},
    {Code::policy_not_acknowledged,
     "policy.not_acknowledged",
     {"policy '{0}' was never acknowledged, and nothing goes without it",
      "die Richtlinie „{0}“ wurde nie bestätigt, und ohne sie geht nichts",
      "la stratégie « {0} » n’a jamais été acceptée, et rien ne va sans elle"}},
    {Code::policy_changed,
     "policy.changed",
     {"policy '{0}' changed: the device has to fetch it first",
      "die Richtlinie „{0}“ hat sich geändert: Das Gerät muss sie erst holen",
      "la stratégie « {0} » a changé : l’appareil doit d’abord la prendre"}},
    {Code::policy_off,
     "policy.off",
     {"policy '{0}' asks for nothing", "die Richtlinie „{0}“ verlangt nichts",
      "la stratégie « {0} » ne demande rien"}},
    {Code::policy_loose,
     "policy.loose",
     {"policy '{0}' is loose; the device has not asked for it",
      "die Richtlinie „{0}“ ist keine Bedingung; das Gerät hat nicht nach ihr gefragt",
      "la stratégie « {0} » n’est pas une condition ; l’appareil ne l’a pas demandée"}},
    {Code::policy_acknowledged,
     "policy.acknowledged",
     {"policy '{0}' is acknowledged", "die Richtlinie „{0}“ ist bestätigt",
      "la stratégie « {0} » est acceptée"}},
    {Code::no_folders,
     "folders.none",
     {"it has not asked for its folders yet", "es hat noch nicht nach seinen Ordnern gefragt",
      "il n’a pas encore demandé ses dossiers"}},
    {Code::folders_known,
     "folders.known",
     {"number of folders that it knows: {0}", "Anzahl der Ordner, die es kennt: {0}",
      "nombre de dossiers qu’il connaît : {0}"}},
    {Code::waits,
     "waiting.yes",
     {"it waits for changes now, and is told at once",
      "es wartet gerade auf Änderungen und erfährt sie sofort",
      "il attend des changements en ce moment, et les apprend aussitôt"}},
    {Code::waits_not,
     "waiting.no",
     {"it does not wait for changes now: it learns of them when it asks",
      "es wartet gerade nicht auf Änderungen: Es erfährt sie, wenn es fragt",
      "il n’attend pas de changements en ce moment : il les apprend quand il demande"}},
    {Code::no_folder_synchronized,
     "folder.none",
     {"it synchronizes no folder", "es synchronisiert keinen Ordner",
      "il ne synchronise aucun dossier"}},
    {Code::folder_counts,
     "folder.counts",
     {"{0}: {1} items on the device, {2} to come",
      "{0}: {1} Einträge auf dem Gerät, {2} kommen noch",
      "{0} : {1} éléments sur l’appareil, {2} à venir"}},
    {Code::folder_repeats,
     "folder.repeats",
     {"{0}: the device asked for the same answer {1} times: something in it may stop it, or its "
      "network",
      "{0}: Das Gerät hat {1}-mal nach derselben Antwort gefragt: Etwas darin hält es vielleicht "
      "auf, oder sein Netz",
      "{0} : l’appareil a demandé {1} fois la même réponse : quelque chose le bloque peut-être, ou "
      "son réseau"}},
    {Code::folder_unknown,
     "folder.unknown",
     {"the device does not know {0}: it is told with its next FolderSync, unless the user is kept "
      "from it",
      "das Gerät kennt {0} nicht: Es erfährt davon, wenn es das nächste Mal nach Ordnern fragt",
      "l’appareil ne connaît pas {0} : il l’apprendra quand il demandera ses dossiers"}},
    {Code::folder_off,
     "folder.off",
     {"the device does not synchronize {0}: switch it on there",
      "das Gerät synchronisiert {0} nicht: Schalten Sie es dort ein",
      "l’appareil ne synchronise pas {0} : activez-le là-bas"}},
    {Code::folder_on,
     "folder.on",
     {"the device synchronizes {0}", "das Gerät synchronisiert {0}", "l’appareil synchronise {0}"}},
    {Code::mailbox_closed,
     "mailbox.closed",
     {"it cannot be asked without the user's password: {0}",
      "das Postfach kann ohne das Passwort nicht gefragt werden: {0}",
      "la boîte ne peut être interrogée sans le mot de passe : {0}"}},
    {Code::mailbox_down,
     "mailbox.down",
     {"it cannot be asked just now", "das Postfach kann gerade nicht gefragt werden",
      "la boîte ne peut être interrogée pour l’instant"}},
    {Code::mailbox_missing,
     "mailbox.missing",
     {"it has no such message in the folders that devices are shown",
      "in den Ordnern, die Geräte sehen, ist keine solche Nachricht",
      "aucun message de ce genre dans les dossiers montrés aux appareils"}},
    {Code::mailbox_has,
     "mailbox.has",
     {"it is there, in {0}", "die Nachricht ist da, in {0}", "le message est là, dans {0}"}},
    {Code::item_aside,
     "item.aside",
     {"{0} in {1} is set aside: {2}", "{0} in {1} ist zurückgelegt: {2}",
      "{0} dans {1} est mis de côté : {2}"},
     "repair resend"},
    {Code::item_aside_unknown,
     "item.aside_unknown",
     {"{0} in {1} is set aside; no reason is kept",
      "{0} in {1} ist zurückgelegt; ein Grund ist nicht vermerkt",
      "{0} dans {1} est mis de côté, sans raison notée"},
     "repair resend"},
    {Code::folder_begun,
     "folder.begun",
     {"the device has only begun with the folder: everything is still to come",
      "das Gerät hat mit dem Ordner erst begonnen: Alles kommt noch",
      "l’appareil vient de commencer ce dossier : tout est encore à venir"}},
    {Code::folder_made_anew,
     "folder.made_anew",
     {"the mailbox was made anew: the device starts the folder over with its next Sync",
      "das Postfach wurde neu angelegt: Das Gerät beginnt den Ordner von vorn",
      "la boîte a été refaite : l’appareil recommence le dossier à sa prochaine synchronisation"}},
    {Code::item_next,
     "item.next",
     {"it is to come with the next Syncs; {0} newer ones come first",
      "es kommt bei den nächsten Abgleichen; davor kommen {0} neuere",
      "il viendra aux prochaines synchronisations ; {0} plus récents passent avant"}},
    {Code::item_again,
     "item.again",
     {"it is removed from the device with its next Sync, and sent again with the one after",
      "es wird beim nächsten Abgleich vom Gerät entfernt und beim übernächsten neu gesendet",
      "il sera retiré de l’appareil à la prochaine synchronisation et renvoyé à la suivante"}},
    {Code::item_to_come,
     "item.to_come",
     {"it is to come with the next Syncs", "es kommt bei den nächsten Abgleichen",
      "il viendra aux prochaines synchronisations"}},
    {Code::item_confirmed,
     "item.confirmed",
     {"the device has it, and confirmed that: look there, also whether another view or a "
      "conversation hides it",
      "das Gerät hat es und hat das bestätigt: Sehen Sie dort nach, auch ob eine Ansicht oder eine "
      "Unterhaltung es verbirgt",
      "l’appareil l’a et l’a confirmé : regardez là-bas, aussi si un affichage ou une conversation "
      "le cache"},
     "repair resend"},
    {Code::item_unconfirmed,
     "item.unconfirmed",
     {"it was in the last answer, which the device has not confirmed yet",
      "es war in der letzten Antwort, die das Gerät noch nicht bestätigt hat",
      "il était dans la dernière réponse, que l’appareil n’a pas encore confirmée"}},
    {Code::item_new,
     "item.new",
     {"it came after the device asked last: it is sent with its next Sync",
      "es kam nach der letzten Frage des Geräts: Beim nächsten Abgleich wird es geschickt",
      "il est venu après la dernière demande de l’appareil : il partira à la prochaine"}},
    {Code::item_before_day,
     "item.before_day",
     {"it lies before the window: the device asks for {0:words}, from {1} on",
      "es ist älter als gewünscht: Das Gerät will {0:words}, ab {1}",
      "il est trop ancien : l’appareil demande {0:words}, depuis le {1}"}},
    {Code::item_before_window,
     "item.before_window",
     {"it lies before the window: the device asks for {0:words}",
      "es liegt außerhalb des Gewünschten: Das Gerät will {0:words}",
      "il est hors de la période : l’appareil demande {0:words}"}},
    {Code::item_not_sent,
     "item.not_sent",
     {"the device was not sent it, or has removed it",
      "dem Gerät wurde es nicht geschickt, oder es hat es entfernt",
      "il n’a pas été envoyé à l’appareil, ou celui-ci l’a supprimé"},
     "repair resend"},
    {Code::item_missing,
     "item.missing",
     {"the collection had no such item when the device asked last",
      "bei der letzten Frage des Geräts gab es so einen Eintrag nicht",
      "il n’y avait pas d’élément de ce genre à la dernière demande de l’appareil"},
     "repair rebuild"},
    {Code::item_there,
     "item.there",
     {"the device has it", "das Gerät hat es", "l’appareil l’a"},
     "repair resend"},
    {Code::item_older,
     "item.older",
     {"the device has an older state of it: the change comes with its next Sync",
      "das Gerät hat einen älteren Stand: Die Änderung kommt beim nächsten Abgleich",
      "l’appareil en a un état plus ancien : le changement viendra à la prochaine "
      "synchronisation"}},
    {Code::item_removed,
     "item.removed",
     {"it was removed", "es wurde gelöscht", "il a été supprimé"}},
});

constexpr bool in_order() {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (std::to_underlying(rows[i].code) != i) return false;
  }
  return rows.size() == std::to_underlying(Code::item_removed) + std::size_t{1};
}
static_assert(in_order(), "every code has its row");

struct Word {
  std::string_view name;
  Sentence word;
};
constexpr auto words = std::to_array<Word>({
    {"mail", {"mail", "E-Mail", "le courrier"}},
    {"calendar", {"calendar", "Kalender", "l’agenda"}},
    {"contacts", {"contacts", "Kontakte", "les contacts"}},
    {"tasks", {"tasks", "Aufgaben", "les tâches"}},
    {"notes", {"notes", "Notizen", "les notes"}},
    {"directory", {"directory", "das Adressbuch", "l’annuaire"}},
    // [MS-ASCMD] FilterType.
    {"window.0", {"everything", "alles", "tout"}},
    {"window.1", {"one day", "einen Tag", "un jour"}},
    {"window.2", {"three days", "drei Tage", "trois jours"}},
    {"window.3", {"one week", "eine Woche", "une semaine"}},
    {"window.4", {"two weeks", "zwei Wochen", "deux semaines"}},
    {"window.5", {"one month", "einen Monat", "un mois"}},
    {"window.6", {"three months", "drei Monate", "trois mois"}},
    {"window.7", {"six months", "sechs Monate", "six mois"}},
    {"window.8", {"unfinished tasks", "unerledigte Aufgaben", "les tâches non terminées"}},
});

std::string in_words(std::string_view names, std::string_view language) {
  std::string out;
  while (!names.empty()) {
    const auto comma = names.find(',');
    const std::string_view name = names.substr(0, comma);
    names = comma == std::string_view::npos ? std::string_view() : names.substr(comma + 1);
    const auto* const known = std::ranges::find(words, name, &Word::name);
    out.append(out.empty() ? "" : ", ")
        .append(known == words.end() ? name : in(known->word, language));
  }
  return out;
}

const Row& row_of(Code code) { return rows.at(std::to_underlying(code)); }

}  // namespace

std::string_view name_of(Code code) { return row_of(code).name; }

std::string_view command_of(Code code) { return row_of(code).command; }

std::string text_of(const Finding& finding, std::string_view language) {
  std::string_view pattern = in(row_of(finding.code).sentence, language);
  std::string out;
  for (auto at = pattern.find('{'); at != std::string_view::npos; at = pattern.find('{')) {
    const auto end = pattern.find('}', at);
    out += pattern.substr(0, at);
    const std::string_view blank = pattern.substr(at + 1, end - at - 1);
    pattern = pattern.substr(end + 1);
    const auto number = static_cast<std::size_t>(blank.front() - '0');
    if (number >= finding.arguments.size()) continue;
    const std::string& argument = finding.arguments[number];
    out += blank.ends_with(":words") ? in_words(argument, language) : argument;
  }
  return out.append(pattern);
}

}  // namespace godwit::admin
