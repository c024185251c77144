#include <array>

#include "console/policy_texts.hpp"

namespace godwit::console {
namespace {

constexpr auto labels = std::to_array<SettingLabel>({
    {"DevicePasswordEnabled", "Mot de passe exigé"},
    {"AlphanumericDevicePasswordRequired", "Lettres exigées dans le mot de passe"},
    {"MinDevicePasswordComplexCharacters", "Sortes de caractères exigées",
     "Parmi minuscules, majuscules, chiffres et signes."},
    {"MinDevicePasswordLength", "Mot de passe le plus court", "Caractères."},
    {"AllowSimpleDevicePassword", "Mots de passe simples permis", "Comme 1111 ou 1234."},
    {"MaxDevicePasswordFailedAttempts", "Faux mots de passe avant que l’appareil s’efface"},
    {"MaxInactivityTimeDeviceLock", "Inactivité avant le verrouillage", "Secondes."},
    {"DevicePasswordExpiration", "Jours avant un nouveau mot de passe", "0 = jamais."},
    {"DevicePasswordHistory", "Anciens mots de passe qui ne peuvent revenir",
     "0 = tous le peuvent."},
    {"PasswordRecoveryEnabled", "Mot de passe de récupération gardé ici"},
    {"RequireDeviceEncryption", "Appareil à chiffrer"},
    {"RequireStorageCardEncryption", "Carte mémoire à chiffrer"},
    {"AllowStorageCard", "Carte mémoire permise"},
    {"AllowCamera", "Appareil photo permis"},
    {"AllowTextMessaging", "SMS permis"},
    {"AllowRemoteDesktop", "Bureau à distance permis"},
    {"AllowDesktopSync", "Synchronisation avec un ordinateur permise"},
    {"AllowWiFi", "Wi-Fi permis"},
    {"AllowBluetooth", "Bluetooth permis"},
    {"AllowIrDA", "Infrarouge permis"},
    {"AllowInternetSharing", "Partage de la connexion permis"},
    {"RequireManualSyncWhenRoaming", "Pas de push en itinérance",
     "À l’étranger, l’appareil ne synchronise que sur demande."},
    {"AllowBrowser", "Navigateur permis"},
    {"AllowConsumerEmail", "Messageries privées permises"},
    {"AllowPOPIMAPEmail", "Comptes POP et IMAP permis"},
    {"AllowUnsignedApplications", "Programmes non signés permis"},
    {"AllowUnsignedInstallationPackages", "Paquets d’installation non signés permis"},
    {"UnapprovedInROMApplicationList", "Programmes d’origine interdits",
     "Un nom de fichier par ligne."},
    {"ApprovedApplicationList", "Seuls programmes permis",
     "Le SHA-1 de chacun, en Base64, un par ligne."},
    {"AttachmentsEnabled", "Pièces jointes téléchargeables"},
    {"MaxAttachmentSize", "Pièce jointe la plus grande", "Octets."},
    {"AllowHTMLEmail", "Courrier HTML permis"},
    {"MaxEmailAgeFilter", "Courrier sur l’appareil, au plus"},
    {"MaxCalendarAgeFilter", "Rendez-vous passés sur l’appareil, au plus"},
    {"MaxEmailBodyTruncationSize", "Texte brut d’un courrier, au plus",
     "-1 = tout, 0 = l’en-tête seul."},
    {"MaxEmailHTMLBodyTruncationSize", "Texte HTML d’un courrier, au plus",
     "-1 = tout, 0 = l’en-tête seul."},
    {"RequireSignedSMIMEMessages", "Courrier à signer"},
    {"RequireEncryptedSMIMEMessages", "Courrier à chiffrer"},
    {"RequireSignedSMIMEAlgorithm", "Algorithme des signatures"},
    {"RequireEncryptionSMIMEAlgorithm", "Algorithme du chiffrement"},
    {"AllowSMIMEEncryptionAlgorithmNegotiation",
     "Un autre algorithme si un destinataire en a besoin"},
    {"AllowSMIMESoftCerts", "Certificats logiciels permis"},
});

constexpr PolicyWords words{
    .texts =
        {
            .create = "Nouvelle stratégie",
            .edit = "Modifier",
            .copy = "Copier et modifier",
            .remove = "Retirer",
            .of_configuration = "Elle est dans le fichier de configuration et s’y change.",
            .overridden =
                "Le fichier de configuration a une stratégie de ce nom ; elle seule compte.",
            .saved =
                "La stratégie est enregistrée. Les appareils qui attendent l’apprennent aussitôt.",
            .removed =
                "La stratégie est retirée. Les appareils qui attendent l’apprennent aussitôt.",

            .create_title = "Nouvelle stratégie",
            .edit_title = "Modifier {}",
            .name = "Nom",
            .name_hint = "Lettres, chiffres, points, tirets : comment on l’appelle.",
            .name_missing = "Il faut un nom à la stratégie.",
            .name_taken = "Il y a déjà une stratégie de ce nom.",
            .mode = "Rigueur",
            .mode_off = "Désactivée",
            .mode_loose = "Souple",
            .mode_strict = "Stricte",
            .accept = "Admettre aussi",
            .accept_partial = "Les téléphones qui l’appliquent en partie",
            .accept_external = "Les téléphones gérés par un autre",
            .whose = "Pour qui",
            .whose_hint =
                "Qui n’est nommé nulle part a la stratégie de base de la configuration. La page de "
                "toutes les stratégies permet aussi d’en attribuer une à une seule personne.",
            .a_line_each = "Un par ligne.",
            .settings = "Ce qu’elle exige",
            .settings_hint =
                "Ce qui reste ouvert n’est pas envoyé, et chaque téléphone fait comme il veut. Les "
                "téléphones d’anciennes versions reçoivent ce qu’ils connaissent.",
            .said = "Définis : {}",
            .look = "Voir ce que cela change",
            .wrong = "Elle ne peut pas encore être enregistrée :",
            .range_from = "Un nombre entier à partir de {}",
            .range_to = " jusqu’à {}",
            .refused = "Cela n’a pas marché : {}",

            .look_title = "Enregistrer {} ?",
            .changes = "Changements",
            .changes_none = "Rien ne diffère de ce qui est enregistré.",
            .hit_users = "Utilisateurs touchés",
            .hit_devices = "Appareils touchés",
            .hit_asked = "Appareils qui reprennent leur stratégie",
            .hit_waiting = "Appareils qui attendent et reçoivent aussitôt une réponse",
            .not_sent = "Non envoyés aux appareils de version {}",
            .now = "Maintenant",
            .then = "Ensuite",
            .fetches = "La reprend",
            .yes_at_once = "Oui, aussitôt",
            .rows_more = "Et {} de plus.",
            .save = "Enregistrer",
            .change_again = "Modifier encore",
            .remove_title = "Retirer {} ?",
            .remove_assigned =
                "La stratégie est attribuée à des utilisateurs. Attribuez-leur d’abord une autre, "
                "puis retirez-la.",

            .stale =
                "Quelqu’un d’autre a changé cette stratégie entre-temps. Rien n’a été enregistré. "
                "Voici ce que vous aviez saisi ; l’enregistrer remplace ce qui s’y trouve.",
            .stale_gone =
                "Quelqu’un d’autre a retiré cette stratégie entre-temps. Rien n’a été enregistré. "
                "Enregistrer votre saisie la fait exister de nouveau.",
            .stale_now = "Ce qui s’y trouve maintenant",
            .stale_remove =
                "La stratégie a changé entre-temps. Regardez-la encore avant de la retirer.",

            .group_password = "Mot de passe",
            .group_device = "Appareil",
            .group_connections = "Connexions",
            .group_applications = "Programmes et comptes",
            .group_mail = "Courrier et agenda",
            .group_smime = "Courrier signé et chiffré (S/MIME)",

            .left_open = "Ouvert",
            .yes = "Oui",
            .no = "Non",
            .no_limit = "Sans limite",
            .empty_list = "Une liste vide",
            .nothing_said = "aucune",
            .characters_one = "1 sorte",
            .characters_two = "2 sortes",
            .characters_three = "3 sortes",
            .characters_four = "Les 4 sortes",
            .bluetooth_hands_free = "Mains libres seul",
            .age_all = "Tout",
            .age_day = "1 jour",
            .age_three_days = "3 jours",
            .age_week = "1 semaine",
            .age_two_weeks = "2 semaines",
            .age_month = "1 mois",
            .age_three_months = "3 mois",
            .age_six_months = "6 mois",
            .negotiation_none = "Aucun autre",
            .negotiation_strong = "Un algorithme fort",
            .negotiation_any = "N’importe lequel",
        },
    .labels = labels,
};

}  // namespace

const PolicyWords& french_policy_words() { return words; }

}  // namespace godwit::console
