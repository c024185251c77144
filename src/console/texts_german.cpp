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

    .folders = "Ordner",
    .folders_none = "Das Gerät hat noch nicht nach seinen Ordnern gefragt.",
    .folder = "Ordner",
    .folder_class = "Art",
    .folder_held = "Auf dem Gerät",
    .folder_owed = "Kommt noch",
    .folder_off = "nicht synchronisiert",
    .requests = "Letzte Anfragen",
    .requests_hint =
        "Die neuesten zuerst. Gemerkt sind sie seit dem Start des Servers, länger nicht.",
    .requests_none = "Keine seit dem Start des Servers.",
    .request_command = "Befehl",
    .request_status = "Status",
    .request_asked = "Vom Gerät",
    .request_sent = "Zum Gerät",
    .request_took = "Dauer",
    .request_waits = "wartet",
    .request_woken = "nach Warten",
    .why_title = "Warum ist es nicht auf meinem Telefon?",
    .why_title_admin = "Warum ist es nicht auf {}?",
    .why_about = "Fehlt etwas? Sehen Sie, was zwischen Ihrem Postfach und diesem Gerät steht.",
    .why_about_admin = "Fehlt etwas? Sehen Sie, was zwischen dem Postfach und diesem Gerät steht.",
    .why_look = "Nachsehen",
    .why_words = "Wörter aus dem Betreff",
    .why_words_hint = "Der Mail, die fehlt.",
    .why_found = "Welche fehlt?",
    .why_found_none =
        "In den Ordnern, die Geräte sehen, ist keine Mail mit diesen Wörtern im Betreff.",
    .why_item = "Eintrag",
    .why_item_hint =
        "Die Message-ID einer Mail, oder eine ServerId aus dem Log. Leer: das Gerät im Ganzen.",
    .why_no_subject = "(kein Betreff)",
    .why_good = "In Ordnung",
    .why_note = "Hinweis",
    .why_stop = "Hält es auf",

    .setup = "Telefon einrichten",
    .setup_intro = "Was Ihr Telefon wissen will, wenn Sie ein Konto der Art „Exchange“ hinzufügen.",
    .setup_address = "E-Mail",
    .setup_server = "Server",
    .setup_domain = "Domain",
    .setup_domain_none = "Leer lassen.",
    .setup_user = "Benutzername",
    .setup_password = "Das Ihres Kontos.",
    .setup_app_password = "Oder machen Sie eines nur für dieses Telefon",
    .setup_tls = "Sichere Verbindung (SSL)",
    .setup_tls_on = "Ein",
    .setup_profile = "iPhone, iPad oder Mac: ohne Tippen",
    .setup_profile_about =
        "Ein Profil mit alledem. Es öffnet sich in den Einstellungen und fragt nur nach dem "
        "Passwort.",
    .setup_profile_get = "Profil herunterladen",
    .setup_qr = "Diese Seite auf Ihrem Telefon",
    .setup_qr_about =
        "Richten Sie die Kamera des Telefons auf das Bild und melden Sie sich dort an.",
    .setup_qr_label = "QR-Code mit der Adresse dieser Seite",
    .setup_apple = "iPhone und iPad",
    .setup_apple_steps =
        "Einstellungen, Apps, Mail, Mail-Accounts, Account hinzufügen, Microsoft Exchange. Geben "
        "Sie die Adresse ein und wählen Sie „Manuell konfigurieren“, nicht „Anmelden“: Das führt "
        "zu Microsoft.",
    .setup_gmail = "Gmail auf Android",
    .setup_gmail_steps =
        "Profilbild, Weiteres Konto hinzufügen, Exchange und Office 365. Geben Sie die Adresse "
        "ein, dann „Manuell einrichten“ und Exchange.",
    .setup_samsung = "Samsung E-Mail",
    .setup_samsung_steps =
        "Konto hinzufügen, Exchange; oder „Andere“ und dann Exchange. Findet es den Server nicht "
        "selbst: manuelle Einrichtung.",
    .setup_outlook = "Outlook auf iPhone und Android",
    .setup_outlook_steps =
        "Konto hinzufügen, die Adresse, und wenn es sich an Microsoft wendet: das Fragezeichen "
        "oben, dann Exchange. Outlook gibt Ihr Passwort an Server von Microsoft weiter, die Ihre "
        "Mail abholen: Nehmen Sie ein App-Passwort, wo es geht.",
    .setup_others = "Andere Programme",
    .setup_others_steps =
        "Suchen Sie ein Konto der Art „Exchange“ oder „ActiveSync“ und die manuelle Einrichtung.",

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

    .administration = "Verwaltung",
    .overview = "Überblick",
    .overview_mode = "Betriebsart",
    .overview_version = "Version",
    .overview_uptime = "Läuft seit",
    .overview_connections = "Verbindungen",
    .overview_parked = "Wartende Telefone",
    .overview_problem = "Problem",
    .overview_waiting_mail = "Mails, die hinauswollen",
    .devices_by_state = "Geräte nach Zustand",
    .recent_entries = "Neueste Einträge",
    .all_devices = "Geräte",
    .search = "Suchen",
    .search_hint = "Person, Gerätekennung, Modell, Typ oder Programm",
    .any_state = "Jeder Zustand",
    .found_devices = "Geräte: {}",
    .found_none = "Kein Gerät passt.",
    .previous = "Zurück",
    .next = "Weiter",
    .of_user = "Person",
    .orders = "Maßnahmen",
    .order_done = "Die Maßnahme wurde ausgeführt.",
    .allow = "Zulassen",
    .allow_about = "Das Gerät zulassen, was immer Regeln sagen.",
    .allow_title = "{} zulassen",
    .block = "Sperren",
    .block_about = "Das Gerät aussperren, bis jemand anders entscheidet.",
    .block_title = "{} sperren",
    .unblock = "Den Regeln überlassen",
    .unblock_about = "„Zulassen“ und „Sperren“ zurücknehmen.",
    .unblock_title = "{} den Regeln überlassen",
    .resync = "Neu synchronisieren",
    .resync_about = "Alles beginnt mit seiner nächsten Anfrage von vorn.",
    .resync_title = "{} neu synchronisieren",
    .wipe_account_order = "Konto entfernen",
    .wipe_account_about = "Dieses Konto darauf löschen lassen, sobald es sich verbindet.",
    .wipe_account_title = "Konto von {} entfernen",
    .wipe_all_order = "Gerät löschen",
    .wipe_all_about = "Alles darauf löschen lassen, sobald es sich verbindet.",
    .release = "Freigeben",
    .release_about =
        "Ein Löschen zurücknehmen, das noch aussteht, oder ein gelöschtes Gerät wieder zulassen.",
    .release_title = "{} freigeben",
    .forget = "Vergessen",
    .forget_about = "Der Server vergisst es; kommt es wieder, ist es neu.",
    .forget_title = "{} vergessen",
    .confirm = "Bestätigen",
    .quarantine = "Quarantäne",
    .quarantine_intro =
        "Geräte, die auf Ihre Entscheidung warten. Wer sie benutzt, sieht eine einzige Mail, die "
        "das sagt.",
    .quarantine_none = "Kein Gerät wartet.",
    .audit = "Protokoll",
    .audit_intro = "Was über Geräte und Personen entschieden wurde, von wem, und was daraus wurde.",
    .audit_none = "Es gibt keinen passenden Eintrag.",
    .audit_time = "Zeit (UTC)",
    .audit_action = "Vorgang",
    .audit_by = "Von",
    .audit_about = "Betrifft",
    .audit_outcome = "Ergebnis",
    .audit_done = "getan",
    .audit_refused = "abgelehnt",

    .users = "Personen",
    .users_elsewhere =
        "Personen stehen nicht in Godwits eigenem Speicher: Sie leben dort, wo [[sign_in]] "
        "nachsieht, und werden dort angelegt und entfernt. Diese haben ein Gerät benutzt.",
    .users_found = "Personen: {}",
    .users_none = "Niemand passt dazu.",
    .users_search = "Person, Name oder Alias",
    .user_name = "Name",
    .user_aliases = "Aliase",
    .user_devices = "Geräte",
    .user_delay = "Anmeldung",
    .user_delay_none = "offen",
    .user_delay_now =
        "nach falschen Passwörtern warten unbekannte Geräte {} Sekunden; ein neues Passwort "
        "beendet das",
    .user_add = "Person hinzufügen",
    .user_add_hint = "Mit der Domain: anna@example.org",
    .user_aliases_hint = "Weitere Adressen, mit Kommas dazwischen",
    .user_added = "Die Person wurde angelegt.",
    .user_password = "Passwort setzen",
    .user_password_about = "Wer mit dem alten angemeldet ist, muss sich neu anmelden.",
    .user_password_title = "Ein neues Passwort für {}",
    .user_password_done = "Das Passwort wurde gesetzt.",
    .user_password_repeat = "Noch einmal dasselbe",
    .user_password_differs = "Die beiden Passwörter sind verschieden.",
    .user_remove = "Person entfernen",
    .user_remove_about = "Postfach, Kalender und Kontakte werden gelöscht.",
    .user_remove_title = "{} entfernen",
    .user_remove_hint =
        "Alle Mails, Kalender, Kontakte, Aufgaben und Notizen dieser Person werden gelöscht. Das "
        "kann nicht rückgängig gemacht werden.",
    .user_remove_confirm = "Geben Sie zur Bestätigung die Adresse der Person ein",
    .user_remove_differs = "Das ist eine andere Adresse: Nichts wurde entfernt.",
    .user_removed = "Die Person wurde entfernt.",
    .user_exists = "Diese Adresse gibt es schon.",
    .user_refused = "Das geht nicht: {}",

    .pages = "Seiten",

    .traffic = "Die letzte Stunde",
    .traffic_hint =
        "Gezählt seit dem Start des Servers. Mit Skripten läuft es zehn Minuten von selbst weiter; "
        "ohne laden Sie die Seite neu.",
    .traffic_requests = "Anfragen je Minute",
    .traffic_answered = "Beantwortet",
    .traffic_parked = "Warten auf Änderung",
    .traffic_refused = "Abgelehnt",
    .traffic_failed = "Gescheitert",
    .traffic_waiting = "Wartende Telefone",
    .traffic_woken = "Geweckt",
    .traffic_wake = "Langsamste Antwort nach einer Änderung",
    .traffic_most = "Höchstens: {}",
    .traffic_hour_ago = "vor einer Stunde",
    .traffic_now = "jetzt",
    .traffic_numbers = "Die Zahlen",

    .policies = "Richtlinien",
    .policies_intro =
        "Was Telefone durchsetzen müssen. Richtlinien werden in der Konfiguration geändert, oder "
        "mit "
        "godwit policy, wenn sie in der Datenbank stehen; zuweisen lassen sie sich hier.",
    .policy_off = "Von Telefonen wird nichts verlangt",
    .policy_loose = "Telefone, die Richtlinien kennen, halten sich daran",
    .policy_strict = "Nichts ohne die bestätigte Richtlinie",
    .policy_users = "Personen",
    .policy_groups = "Gruppen",
    .policy_domains = "Domains",
    .policy_assigned = "Zugewiesen an",
    .policy_everybody = "Alle anderen",

    .policy_assign_title = "Wer hat welche Richtlinie?",
    .policy_assign_hint =
        "Gruppen, Domains und alle anderen bekommen ihre in der Konfiguration. Eine Zuweisung an "
        "eine Person geht dem vor.",
    .policy_look = "Nachsehen",
    .policy_assign = "Zuweisen",
    .policy_by_configuration = "Wie die Konfiguration es sagt",
    .policy_holds = "Richtlinie von {}",
    .policy_why = "Weil",
    .policy_why_default = "keine andere die Person nennt",
    .policy_why_assigned = "sie ihr zugewiesen wurde",
    .policy_why_user = "die Konfiguration die Person nennt",
    .policy_why_group = "die Konfiguration eine Gruppe oder Domain der Person nennt",
    .policy_assigned_done = "Erledigt. Geräte, die warten, erfahren es sofort.",
    .policy_gone = "Diese Person oder Richtlinie gibt es nicht.",
    .recovery_show = "Zeigen",
};

}  // namespace

const Texts& german_texts() { return texts; }

}  // namespace godwit::console
