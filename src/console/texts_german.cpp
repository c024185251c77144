#include "console/texts.hpp"

namespace godwit::console {
namespace {

constexpr Texts texts{
    .code = "de",
    .language_name = "Deutsch",
    .skip = "Zum Inhalt springen",
    .navigation = "Seiten",
    .languages = "Sprache",
    .sign_out = "Abmelden",
    .back = "Zurück",
    .cancel = "Abbrechen",

    .sign_in_title = "Anmelden",
    .sign_in_intro = "Die Telefone sehen und verwalten, die Ihre E-Mail bekommen.",
    .user = "E-Mail-Adresse",
    .user_hint = "Der Benutzername, den Ihr Telefon für dieses Konto hat.",
    .password = "Passwort",
    .sign_in = "Anmelden",
    .refused = "Adresse oder Passwort stimmen nicht. App-Passwörter öffnen diese Seite nicht.",
    .not_allowed =
        "Dieses Konto darf sich hier nicht anmelden. Fragen Sie Ihre Administratorin oder Ihren "
        "Administrator.",
    .slow_down = "Zu viele Versuche. Versuchen Sie es in {} Sekunden wieder.",
    .signed_out = "Sie sind abgemeldet.",

    .failed_title = "Das hat nicht geklappt",
    .not_found_title = "Nicht gefunden",
    .not_found = "Unter dieser Adresse ist nichts, oder nichts mehr.",
    .old_form_title = "Bitte noch einmal",
    .old_form =
        "Das Formular war zu alt: Sie haben sich inzwischen neu angemeldet. Nichts wurde geändert.",
    .foreign_form = "Das Formular kam nicht von dieser Website. Nichts wurde geändert.",
    .bad_form = "Was Ihr Browser geschickt hat, ist nicht lesbar. Nichts wurde geändert.",
    .unavailable_title = "Im Moment nicht möglich",
    .unavailable =
        "Der Server dahinter ist nicht erreichbar. Versuchen Sie es in einer Minute wieder.",
    .conflict = "Das Gerät ist inzwischen in einem anderen Zustand. Sehen Sie es noch einmal an.",

    .devices = "Meine Geräte",
    .devices_intro = "Telefone, Tablets und Programme, die mit Ihrem Konto synchronisieren.",
    .no_devices_title = "Noch keine Geräte",
    .no_devices = "Ein Telefon erscheint hier, sobald es zum ersten Mal synchronisiert hat.",
    .device = "Gerät",
    .state = "Zustand",
    .last_seen = "Zuletzt gesehen",
    .never = "nie",
    .details = "Einzelheiten",
    .device_id = "Gerätekennung",
    .device_type = "Typ",
    .program = "Programm",
    .protocol = "Protokollversion",
    .unnamed = "Gerät ohne Namen",
    .actions = "Verloren, verkauft oder ersetzt?",
    .recovery_password = "Wiederherstellungspasswort",
    .recovery_password_hint = "Öffnet das Gerät, wenn Sie dessen Passwort vergessen haben.",

    .fact_model = "Modell",
    .fact_name = "Name",
    .fact_os = "System",
    .fact_language = "Sprache",
    .fact_imei = "IMEI",
    .fact_phone_number = "Telefonnummer",
    .fact_operator = "Netzbetreiber",
    .fact_first_seen = "Zuerst gesehen",
    .fact_address = "Letzte Adresse",
    .fact_policy = "Richtlinie",
    .fact_decision = "Entscheidung",
    .fact_rule = "Regel",
    .fact_wipe_by = "Löschen angeordnet von",
    .fact_wipe_ordered = "Löschen angeordnet",
    .fact_wipe_delivered = "Löschen zugestellt",
    .fact_wipe_changed = "Löschen geändert",
    .no_policy = "keine bestätigt",
    .decision_allowed = "von der Verwaltung zugelassen",
    .decision_blocked = "von der Verwaltung gesperrt",
    .decision_by_rules = "den Regeln überlassen",

    .state_allowed = "Synchronisiert",
    .state_blocked = "Gesperrt",
    .state_by_rule = "Durch eine Regel gesperrt",
    .state_quarantined = "Wartet auf Freigabe",
    .state_too_many = "Ein Gerät zu viel",
    .state_wipe_pending = "Wird gelöscht",
    .state_wiped = "Gelöscht",
    .state_wipe_failed = "Löschen fehlgeschlagen",
    .state_account_wipe_pending = "Konto wird entfernt",
    .state_account_wiped = "Konto entfernt",
    .state_account_wipe_failed = "Entfernen des Kontos fehlgeschlagen",
    .state_damaged = "Eintrag beschädigt",

    .wipe = "Löschen",
    .wipe_about =
        "Verloren oder gestohlen? Lassen Sie die Daten löschen, sobald sich das Gerät wieder "
        "verbindet.",
    .wipe_title = "{} löschen",
    .wipe_choice = "Was soll gelöscht werden?",
    .wipe_account = "Nur dieses Konto",
    .wipe_account_hint =
        "E-Mail, Kontakte und Kalender dieses Kontos verschwinden, alles andere bleibt.",
    .wipe_account_impossible = "Dieses Gerät kann das nicht.",
    .wipe_all = "Das ganze Gerät",
    .wipe_all_hint =
        "Alles darauf wird gelöscht, auch private Fotos. Ist es geschehen, gibt es kein Zurück.",
    .wipe_now = "Löschen",
    .wipe_done =
        "Der Auftrag steht: Er wird ausgeführt, sobald sich das Gerät das nächste Mal verbindet.",
    .remove = "Entfernen",
    .remove_about = "Nicht mehr in Gebrauch? Nehmen Sie das Gerät von dieser Liste.",
    .remove_title = "{} entfernen",
    .remove_hint =
        "Der Server vergisst das Gerät. Was darauf ist, bleibt dort; verbindet es sich wieder, "
        "erscheint es hier erneut und synchronisiert von vorn.",
    .remove_now = "Entfernen",
    .remove_done = "Das Gerät wurde entfernt.",

    .app_passwords = "App-Passwörter",
    .app_passwords_intro =
        "Passwörter für einzelne Telefone und Programme. Sie öffnen dort Ihre Daten, nicht diese "
        "Seite, und jedes lässt sich für sich widerrufen.",
    .app_password_new = "Neues App-Passwort",
    .app_password_name = "Name",
    .app_password_name_hint = "Woran Sie es erkennen: etwa das Tablet zu Hause.",
    .app_password_device = "Gilt auf",
    .any_device = "Jedem Gerät",
    .app_password_opens = "Was es öffnet",
    .class_mail = "E-Mail",
    .class_calendar = "Kalender",
    .class_contacts = "Kontakte",
    .class_tasks = "Aufgaben",
    .class_notes = "Notizen",
    .class_directory = "Adressliste",
    .everything = "Alles",
    .app_password_make = "Passwort erstellen",
    .app_password_made = "Ihr neues App-Passwort",
    .app_password_once =
        "Geben Sie es jetzt im Telefon oder Programm ein. Es wird nur dieses eine Mal gezeigt.",
    .app_password_failed =
        "Kein Passwort wurde erstellt: Es muss etwas öffnen, sein Name hat höchstens 64 Zeichen, "
        "und es gibt höchstens hundert.",
    .app_password_made_on = "Erstellt",
    .app_passwords_none = "Es gibt noch keine.",
    .unnamed_password = "Ohne Namen",
    .done = "Fertig",
    .revoke = "Widerrufen",
    .revoke_title = "{} widerrufen",
    .revoke_hint = "Was sich damit anmeldet, ist sofort ausgesperrt und fragt nach einem Passwort.",
    .revoke_done = "Das App-Passwort wurde widerrufen.",

    .absence = "Abwesenheit",
    .absence_intro =
        "Was die als Antwort bekommen, die Ihnen schreiben, während Sie nicht da sind.",
    .absence_state = "Automatische Antworten",
    .absence_off = "Aus",
    .absence_on = "An, bis ich sie ausschalte",
    .absence_scheduled = "An in dieser Zeit",
    .absence_start = "Von",
    .absence_end = "Bis",
    .absence_zone = "Wie Uhren sie in der Zeitzone {} zeigen",
    .absence_internal = "Antwort an Kolleginnen und Kollegen",
    .absence_who = "Wer außerhalb bekommt eine Antwort?",
    .absence_nobody = "Niemand",
    .absence_known = "Wer in meinen Kontakten steht",
    .absence_everybody = "Alle",
    .absence_external = "Antwort an Personen außerhalb",
    .absence_saved = "Ihre automatischen Antworten sind gespeichert.",
    .absence_bad_times = "Beide Zeiten sind nötig, und das Ende muss nach dem Anfang liegen.",
    .absence_refused =
        "Der Mailserver hat das nicht angenommen: Ein Text ist zu lang, oder er kann nicht, was "
        "Sie gewählt haben. Nichts wurde geändert.",
    .save = "Speichern",
};

}  // namespace

const Texts& german_texts() { return texts; }

}  // namespace godwit::console
