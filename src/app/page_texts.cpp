#include "app/page_texts.hpp"

#include <utility>

namespace godwit::app {
namespace {

constexpr PageTexts english{
    .code = "en",
    .title = "This is a mail server for phones",
    .steps =
        "You need not stay here: add an account to your phone, of the kind <b>Exchange</b> or "
        "<b>ActiveSync</b>, and enter",
    .address_label = "E-mail",
    .address = "your address",
    .server_label = "Server",
    .domain_label = "Domain",
    .domain = "nothing",
    .user_label = "User name",
    .user = "your address",
    .password_label = "Password",
    .password = "the one of your mailbox",
    .secure_label = "Secure connection",
    .secure = "yes",
    .invitation =
        R"(<a href="?signin=1">Sign in here</a> to see whether everything works for you.)",
    .way_to_console =
        R"(<a href="/godwit/">Manage your phones</a>: see them, wipe one that is lost.)",
    .refused_title = "Sign-in did not work",
    .refused = "Is the address right, and the password?",
    .all_works = "Everything works",
    .not_all_works = "Something does not work",
    .signed_in = "Signed in as <b>{}</b>.",
    .sign_in = "Sign-in",
    .mail = "Your mailbox",
    .items = "Contacts, calendars, tasks and notes",
    .submission = "Sending",
    .store = "What is remembered of your phones",
    .works = "works",
    .no_folders = "it has no folders",
    .mail_down = "it cannot be reached at the moment",
    .no_collections = "there is no place for any of them",
    .items_down = "their server cannot be reached, or does not take your password",
    .store_down = "it cannot be read at the moment",
    .account_refused = "the server for outgoing mail does not take this account",
    .submission_down = "the server for outgoing mail does not answer at the moment",
};

constexpr PageTexts german{
    .code = "de",
    .title = "Dies ist ein Mail-Server für Telefone",
    .steps =
        "Sie brauchen nicht hier zu bleiben: Legen Sie auf Ihrem Telefon ein Konto der Art "
        "<b>Exchange</b> oder <b>ActiveSync</b> an und geben Sie ein",
    .address_label = "E-Mail",
    .address = "Ihre Adresse",
    .server_label = "Server",
    .domain_label = "Domäne",
    .domain = "nichts",
    .user_label = "Benutzername",
    .user = "Ihre Adresse",
    .password_label = "Passwort",
    .password = "das Ihres Postfachs",
    .secure_label = "Sichere Verbindung",
    .secure = "ja",
    .invitation = R"(<a href="?signin=1">Melden Sie sich hier an</a>, um zu sehen, ob für Sie )"
                  "alles funktioniert.",
    .way_to_console =
        R"(<a href="/godwit/">Ihre Telefone verwalten</a>: sie ansehen, ein verlorenes löschen.)",
    .refused_title = "Die Anmeldung hat nicht geklappt",
    .refused = "Stimmen die Adresse und das Passwort?",
    .all_works = "Alles funktioniert",
    .not_all_works = "Etwas funktioniert nicht",
    .signed_in = "Angemeldet als <b>{}</b>.",
    .sign_in = "Anmeldung",
    .mail = "Ihr Postfach",
    .items = "Kontakte, Kalender, Aufgaben und Notizen",
    .submission = "Senden",
    .store = "Was über Ihre Telefone gespeichert ist",
    .works = "funktioniert",
    .no_folders = "es hat keine Ordner",
    .mail_down = "es ist gerade nicht erreichbar",
    .no_collections = "für sie ist nirgends ein Platz",
    .items_down = "ihr Server ist nicht erreichbar oder nimmt Ihr Passwort nicht an",
    .store_down = "es kann gerade nicht gelesen werden",
    .account_refused = "der Server für ausgehende Mails nimmt dieses Konto nicht an",
    .submission_down = "der Server für ausgehende Mails antwortet gerade nicht",
};

constexpr PageTexts french{
    .code = "fr",
    .title = "Ceci est un serveur de messagerie pour téléphones",
    .steps =
        "Inutile de rester ici : ajoutez à votre téléphone un compte du type <b>Exchange</b> ou "
        "<b>ActiveSync</b>, et saisissez",
    .address_label = "E-mail",
    .address = "votre adresse",
    .server_label = "Serveur",
    .domain_label = "Domaine",
    .domain = "rien",
    .user_label = "Nom d’utilisateur",
    .user = "votre adresse",
    .password_label = "Mot de passe",
    .password = "celui de votre boîte",
    .secure_label = "Connexion sécurisée",
    .secure = "oui",
    .invitation =
        R"(<a href="?signin=1">Connectez-vous ici</a> pour voir si tout fonctionne pour vous.)",
    .way_to_console =
        R"(<a href="/godwit/">Gérer vos téléphones</a> : les voir, en effacer un qui est perdu.)",
    .refused_title = "La connexion a échoué",
    .refused = "L’adresse est-elle juste, et le mot de passe ?",
    .all_works = "Tout fonctionne",
    .not_all_works = "Quelque chose ne fonctionne pas",
    .signed_in = "Connecté en tant que <b>{}</b>.",
    .sign_in = "Connexion",
    .mail = "Votre boîte",
    .items = "Contacts, agendas, tâches et notes",
    .submission = "Envoi",
    .store = "Ce qui est retenu de vos téléphones",
    .works = "fonctionne",
    .no_folders = "elle n’a aucun dossier",
    .mail_down = "elle est injoignable en ce moment",
    .no_collections = "il n’y a de place pour aucun d’eux",
    .items_down = "leur serveur est injoignable, ou n’accepte pas votre mot de passe",
    .store_down = "illisible en ce moment",
    .account_refused = "le serveur du courrier sortant n’accepte pas ce compte",
    .submission_down = "le serveur du courrier sortant ne répond pas en ce moment",
};

}  // namespace

const PageTexts& page_texts(Language language) {
  switch (language) {
    case Language::english:
      return english;
    case Language::french:
      return french;
    case Language::german:
      return german;
  }
  std::unreachable();
}

}  // namespace godwit::app
