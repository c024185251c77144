#include "console/texts.hpp"

namespace godwit::console {
namespace {

constexpr Texts texts{
    .code = "fr",
    .language_name = "Français",
    .skip = "Aller au contenu",
    .navigation = "Pages",
    .languages = "Langue",
    .sign_out = "Se déconnecter",
    .back = "Retour",
    .cancel = "Annuler",

    .sign_in_title = "Connexion",
    .sign_in_intro = "Voir et gérer les téléphones qui reçoivent votre courrier.",
    .user = "Adresse électronique",
    .user_hint = "Le nom d’utilisateur que votre téléphone emploie pour ce compte.",
    .password = "Mot de passe",
    .sign_in = "Se connecter",
    .refused =
        "L’adresse ou le mot de passe est erroné. Les mots de passe d’application n’ouvrent pas "
        "cette page.",
    .not_allowed = "Ce compte ne peut pas se connecter ici. Demandez à votre administrateur.",
    .slow_down = "Trop de tentatives. Réessayez dans {} secondes.",
    .signed_out = "Vous êtes déconnecté.",

    .failed_title = "Cela n’a pas fonctionné",
    .not_found_title = "Introuvable",
    .not_found = "Il n’y a rien, ou plus rien, à cette adresse.",
    .old_form_title = "Veuillez réessayer",
    .old_form =
        "Le formulaire était trop ancien : vous vous êtes reconnecté entre-temps. Rien n’a été "
        "modifié.",
    .foreign_form = "Le formulaire ne provenait pas de ce site. Rien n’a été modifié.",
    .bad_form = "L’envoi de votre navigateur est illisible. Rien n’a été modifié.",
    .unavailable_title = "Pas pour le moment",
    .unavailable = "Le serveur de données est injoignable. Réessayez dans une minute.",
    .conflict = "L’appareil a changé d’état entre-temps. Consultez-le à nouveau.",

    .devices = "Mes appareils",
    .devices_intro =
        "Les téléphones, tablettes et programmes qui se synchronisent avec votre compte.",
    .no_devices_title = "Aucun appareil",
    .no_devices = "Un téléphone apparaît ici dès sa première synchronisation.",
    .device = "Appareil",
    .state = "État",
    .last_seen = "Vu pour la dernière fois",
    .never = "jamais",
    .details = "Détails",
    .device_id = "Identifiant",
    .device_type = "Type",
    .program = "Programme",
    .protocol = "Version du protocole",
    .unnamed = "Appareil sans nom",
    .actions = "Perdu, vendu ou remplacé ?",
    .recovery_password = "Mot de passe de secours",
    .recovery_password_hint = "Ouvre l’appareil si vous en avez oublié le mot de passe.",

    .fact_model = "Modèle",
    .fact_name = "Nom",
    .fact_os = "Système",
    .fact_language = "Langue",
    .fact_imei = "IMEI",
    .fact_phone_number = "Numéro de téléphone",
    .fact_operator = "Opérateur",
    .fact_first_seen = "Vu pour la première fois",
    .fact_address = "Dernière adresse",
    .fact_policy = "Stratégie",
    .fact_decision = "Décision",
    .fact_rule = "Règle",
    .fact_wipe_by = "Effacement demandé par",
    .fact_wipe_ordered = "Effacement demandé",
    .fact_wipe_delivered = "Effacement transmis",
    .fact_wipe_changed = "Effacement modifié",
    .no_policy = "aucune confirmée",
    .decision_allowed = "autorisé par l’administration",
    .decision_blocked = "bloqué par l’administration",
    .decision_by_rules = "laissée aux règles",

    .state_allowed = "Synchronisé",
    .state_blocked = "Bloqué",
    .state_by_rule = "Bloqué par une règle",
    .state_quarantined = "En attente d’approbation",
    .state_too_many = "Un appareil de trop",
    .state_wipe_pending = "Sera effacé",
    .state_wiped = "Effacé",
    .state_wipe_failed = "Échec de l’effacement",
    .state_account_wipe_pending = "Le compte sera supprimé",
    .state_account_wiped = "Compte supprimé",
    .state_account_wipe_failed = "Échec de la suppression du compte",
    .state_damaged = "Fiche endommagée",

    .wipe = "Effacer",
    .wipe_about =
        "Perdu ou volé ? Faites effacer les données dès que l’appareil se connectera à nouveau.",
    .wipe_title = "Effacer {}",
    .wipe_choice = "Que faut-il effacer ?",
    .wipe_account = "Seulement ce compte",
    .wipe_account_hint =
        "Le courrier, les contacts et les agendas de ce compte disparaissent ; le reste demeure.",
    .wipe_account_impossible = "Cet appareil ne sait pas le faire.",
    .wipe_all = "Tout l’appareil",
    .wipe_all_hint =
        "Tout ce qu’il contient est effacé, même les photos privées. Une fois fait, c’est "
        "irréversible.",
    .wipe_now = "Effacer",
    .wipe_done = "La demande est enregistrée : elle sera exécutée à la prochaine connexion.",
    .remove = "Retirer",
    .remove_about = "Plus utilisé ? Retirez l’appareil de cette liste.",
    .remove_title = "Retirer {}",
    .remove_hint =
        "Le serveur oublie l’appareil. Ce qu’il contient y reste ; s’il se connecte à nouveau, il "
        "réapparaît ici et se synchronise depuis le début.",
    .remove_now = "Retirer",
    .remove_done = "L’appareil a été retiré.",

    .app_passwords = "Mots de passe d’application",
    .app_passwords_intro =
        "Des mots de passe pour un seul téléphone ou programme. Ils y ouvrent vos données, mais "
        "pas cette page, et chacun se révoque séparément.",
    .app_password_new = "Nouveau mot de passe d’application",
    .app_password_name = "Nom",
    .app_password_name_hint = "Ce qui vous le rappellera : la tablette à la maison, par exemple.",
    .app_password_device = "Valable sur",
    .any_device = "Tout appareil",
    .app_password_opens = "Ce qu’il ouvre",
    .class_mail = "Courrier",
    .class_calendar = "Agenda",
    .class_contacts = "Contacts",
    .class_tasks = "Tâches",
    .class_notes = "Notes",
    .class_directory = "Annuaire",
    .everything = "Tout",
    .app_password_make = "Créer un mot de passe",
    .app_password_made = "Votre nouveau mot de passe d’application",
    .app_password_once =
        "Saisissez-le maintenant dans le téléphone ou le programme. Il n’est affiché que cette "
        "fois.",
    .app_password_failed =
        "Aucun mot de passe n’a été créé : il doit ouvrir quelque chose, son nom a au plus 64 "
        "caractères, et il y en a cent au maximum.",
    .app_password_made_on = "Créé",
    .app_passwords_none = "Il n’y en a pas encore.",
    .unnamed_password = "Sans nom",
    .done = "Terminé",
    .revoke = "Révoquer",
    .revoke_title = "Révoquer {}",
    .revoke_hint = "Tout ce qui l’utilise est aussitôt déconnecté et demande un mot de passe.",
    .revoke_done = "Le mot de passe d’application a été révoqué.",

    .absence = "Absence",
    .absence_intro = "Ce que reçoivent en réponse ceux qui vous écrivent pendant votre absence.",
    .absence_state = "Réponses automatiques",
    .absence_off = "Désactivées",
    .absence_on = "Activées jusqu’à ce que je les arrête",
    .absence_scheduled = "Activées pendant cette période",
    .absence_start = "Du",
    .absence_end = "Au",
    .absence_zone = "À l’heure du fuseau {}",
    .absence_internal = "Réponse aux collègues",
    .absence_who = "Qui, à l’extérieur, reçoit une réponse ?",
    .absence_nobody = "Personne",
    .absence_known = "Mes contacts",
    .absence_everybody = "Tout le monde",
    .absence_external = "Réponse aux personnes extérieures",
    .absence_saved = "Vos réponses automatiques sont enregistrées.",
    .absence_bad_times = "Il faut les deux dates, et la fin doit venir après le début.",
    .absence_refused =
        "Le serveur de courrier a refusé : un texte est trop long, ou il ne sait pas faire ce que "
        "vous avez choisi. Rien n’a été modifié.",
    .save = "Enregistrer",
};

}  // namespace

const Texts& french_texts() { return texts; }

}  // namespace godwit::console
