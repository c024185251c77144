#include <array>

#include "console/policy_texts.hpp"

namespace godwit::console {
namespace {

constexpr auto labels = std::to_array<SettingLabel>({
    {"DevicePasswordEnabled", "Passwort nötig"},
    {"AlphanumericDevicePasswordRequired", "Buchstaben im Passwort nötig"},
    {"MinDevicePasswordComplexCharacters", "Nötige Arten von Zeichen",
     "Von Kleinbuchstaben, Großbuchstaben, Ziffern und Zeichen."},
    {"MinDevicePasswordLength", "Kürzestes Passwort", "Zeichen."},
    {"AllowSimpleDevicePassword", "Einfache Passwörter erlaubt", "Wie 1111 oder 1234."},
    {"MaxDevicePasswordFailedAttempts", "Falsche Passwörter, bis sich das Gerät löscht"},
    {"MaxInactivityTimeDeviceLock", "Zeit ohne Eingabe, bis das Gerät sperrt", "Sekunden."},
    {"DevicePasswordExpiration", "Tage, bis ein neues Passwort fällig ist", "0 = nie."},
    {"DevicePasswordHistory", "Frühere Passwörter, die nicht wiederkommen dürfen",
     "0 = alle dürfen."},
    {"PasswordRecoveryEnabled", "Wiederherstellungspasswort wird hier aufbewahrt"},
    {"RequireDeviceEncryption", "Gerät muss verschlüsselt sein"},
    {"RequireStorageCardEncryption", "Speicherkarte muss verschlüsselt sein"},
    {"AllowStorageCard", "Speicherkarte erlaubt"},
    {"AllowCamera", "Kamera erlaubt"},
    {"AllowTextMessaging", "SMS erlaubt"},
    {"AllowRemoteDesktop", "Remotedesktop erlaubt"},
    {"AllowDesktopSync", "Abgleich mit einem Computer erlaubt"},
    {"AllowWiFi", "WLAN erlaubt"},
    {"AllowBluetooth", "Bluetooth erlaubt"},
    {"AllowIrDA", "Infrarot erlaubt"},
    {"AllowInternetSharing", "Weitergabe der Internetverbindung erlaubt"},
    {"RequireManualSyncWhenRoaming", "Kein Push beim Roaming",
     "Im Ausland gleicht das Gerät nur ab, wenn man es ihm sagt."},
    {"AllowBrowser", "Browser erlaubt"},
    {"AllowConsumerEmail", "Private Maildienste erlaubt"},
    {"AllowPOPIMAPEmail", "POP- und IMAP-Konten erlaubt"},
    {"AllowUnsignedApplications", "Unsignierte Programme erlaubt"},
    {"AllowUnsignedInstallationPackages", "Unsignierte Installationspakete erlaubt"},
    {"UnapprovedInROMApplicationList", "Mitgelieferte Programme, die nicht laufen dürfen",
     "Ein Dateiname je Zeile."},
    {"ApprovedApplicationList", "Programme, die als einzige laufen dürfen",
     "Der SHA-1 eines jeden in Base64, je Zeile einer."},
    {"AttachmentsEnabled", "Anhänge dürfen geladen werden"},
    {"MaxAttachmentSize", "Größter Anhang", "Bytes."},
    {"AllowHTMLEmail", "HTML-Mail erlaubt"},
    {"MaxEmailAgeFilter", "Mail auf dem Gerät, höchstens"},
    {"MaxCalendarAgeFilter", "Vergangene Termine auf dem Gerät, höchstens"},
    {"MaxEmailBodyTruncationSize", "Reiner Text einer Mail, höchstens",
     "-1 = alles, 0 = nur der Kopf."},
    {"MaxEmailHTMLBodyTruncationSize", "HTML-Text einer Mail, höchstens",
     "-1 = alles, 0 = nur der Kopf."},
    {"RequireSignedSMIMEMessages", "Mail muss signiert sein"},
    {"RequireEncryptedSMIMEMessages", "Mail muss verschlüsselt sein"},
    {"RequireSignedSMIMEAlgorithm", "Verfahren für Signaturen"},
    {"RequireEncryptionSMIMEAlgorithm", "Verfahren der Verschlüsselung"},
    {"AllowSMIMEEncryptionAlgorithmNegotiation",
     "Ein anderes Verfahren, wo ein Empfänger es braucht"},
    {"AllowSMIMESoftCerts", "Zertifikate in Software erlaubt"},
});

constexpr PolicyWords words{
    .texts =
        {
            .create = "Neue Richtlinie",
            .edit = "Ändern",
            .copy = "Kopieren und ändern",
            .remove = "Entfernen",
            .of_configuration = "Sie steht in der Konfigurationsdatei und wird dort geändert.",
            .overridden =
                "Die Konfigurationsdatei hat eine Richtlinie dieses Namens; nur die zählt.",
            .saved = "Die Richtlinie ist gespeichert. Geräte, die warten, erfahren es sofort.",
            .removed = "Die Richtlinie ist entfernt. Geräte, die warten, erfahren es sofort.",

            .create_title = "Neue Richtlinie",
            .edit_title = "{} ändern",
            .name = "Name",
            .name_hint = "Buchstaben, Ziffern, Punkte, Striche: wie sie heißen soll.",
            .name_missing = "Die Richtlinie braucht einen Namen.",
            .name_taken = "Eine Richtlinie dieses Namens gibt es schon.",
            .mode = "Wie streng",
            .mode_off = "Aus",
            .mode_loose = "Locker",
            .mode_strict = "Streng",
            .accept = "Auch einlassen",
            .accept_partial = "Telefone, die sie zum Teil anwenden",
            .accept_external = "Telefone, die jemand anders verwaltet",
            .whose = "Für wen",
            .whose_hint =
                "Wen niemand nennt, für den gilt der Standard der Konfiguration. Einer einzelnen "
                "Person kann eine Richtlinie auf der Seite aller Richtlinien zugewiesen werden.",
            .a_line_each = "Je Zeile eine.",
            .settings = "Was sie verlangt",
            .settings_hint =
                "Was offen bleibt, wird nicht gesendet, und jedes Telefon hält es, wie es will. "
                "Telefone alter Protokollversionen bekommen, was sie kennen.",
            .said = "Gesetzt: {}",
            .look = "Ansehen, was sich ändert",
            .wrong = "So kann sie noch nicht gespeichert werden:",
            .range_from = "Eine ganze Zahl von {}",
            .range_to = " bis {}",
            .refused = "Das hat nicht geklappt: {}",

            .look_title = "{} speichern?",
            .changes = "Änderungen",
            .changes_none = "Es ist nichts anders als gespeichert.",
            .hit_users = "Betroffene Personen",
            .hit_devices = "Betroffene Geräte",
            .hit_asked = "Geräte, die ihre Richtlinie neu holen",
            .hit_waiting = "Geräte, die gerade warten und sofort Antwort bekommen",
            .not_sent = "Nicht gesendet an Geräte der Version {}",
            .now = "Jetzt",
            .then = "Danach",
            .fetches = "Holt sie neu",
            .yes_at_once = "Ja, sofort",
            .rows_more = "Und {} weitere.",
            .save = "Speichern",
            .change_again = "Noch einmal ändern",
            .remove_title = "{} entfernen?",
            .remove_assigned =
                "Die Richtlinie ist Personen zugewiesen. Weisen Sie ihnen erst eine andere zu, "
                "dann entfernen Sie sie.",

            .stale =
                "Jemand anders hat diese Richtlinie inzwischen geändert. Gespeichert wurde nichts. "
                "Hier ist, was Sie eingegeben hatten; wenn Sie es speichern, ersetzt es, was jetzt "
                "da ist.",
            .stale_gone =
                "Jemand anders hat diese Richtlinie inzwischen entfernt. Gespeichert wurde nichts. "
                "Wenn Sie speichern, was Sie eingegeben hatten, gibt es sie wieder.",
            .stale_now = "Was jetzt da ist",
            .stale_remove = "Die Richtlinie wurde inzwischen geändert. Sehen Sie sie noch einmal "
                            "an, bevor Sie sie entfernen.",

            .group_password = "Passwort",
            .group_device = "Gerät",
            .group_connections = "Verbindungen",
            .group_applications = "Programme und Konten",
            .group_mail = "Mail und Kalender",
            .group_smime = "Signierte und verschlüsselte Mail (S/MIME)",

            .left_open = "Offen",
            .yes = "Ja",
            .no = "Nein",
            .no_limit = "Ohne Grenze",
            .empty_list = "Eine leere Liste",
            .nothing_said = "keine",
            .characters_one = "1 Art",
            .characters_two = "2 Arten",
            .characters_three = "3 Arten",
            .characters_four = "Alle 4 Arten",
            .bluetooth_hands_free = "Nur Freisprechen",
            .age_all = "Alles",
            .age_day = "1 Tag",
            .age_three_days = "3 Tage",
            .age_week = "1 Woche",
            .age_two_weeks = "2 Wochen",
            .age_month = "1 Monat",
            .age_three_months = "3 Monate",
            .age_six_months = "6 Monate",
            .negotiation_none = "Kein anderes",
            .negotiation_strong = "Ein starkes",
            .negotiation_any = "Jedes",
        },
    .labels = labels,
};

}  // namespace

const PolicyWords& german_policy_words() { return words; }

}  // namespace godwit::console
