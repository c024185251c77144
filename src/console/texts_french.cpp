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

    .folders = "Dossiers",
    .folders_none = "L’appareil n’a pas encore demandé ses dossiers.",
    .folder = "Dossier",
    .folder_class = "Genre",
    .folder_held = "Sur l’appareil",
    .folder_owed = "À venir",
    .folder_off = "non synchronisé",
    .requests = "Dernières requêtes",
    .requests_hint =
        "Les plus récentes d’abord. Elles sont retenues depuis le démarrage du serveur, pas plus.",
    .requests_none = "Aucune depuis le démarrage du serveur.",
    .request_command = "Commande",
    .request_status = "État",
    .request_asked = "De l’appareil",
    .request_sent = "Vers l’appareil",
    .request_took = "Durée",
    .request_waits = "attend",
    .request_woken = "après attente",
    .why_title = "Pourquoi n’est-ce pas sur mon téléphone ?",
    .why_title_admin = "Pourquoi n’est-ce pas sur {} ?",
    .why_about =
        "Il manque quelque chose ? Voyez ce qui se trouve entre votre boîte et cet appareil.",
    .why_about_admin =
        "Il manque quelque chose ? Voyez ce qui se trouve entre la boîte et cet appareil.",
    .why_look = "Regarder",
    .why_words = "Mots de l’objet",
    .why_words_hint = "Du message qui manque.",
    .why_found = "Lequel manque ?",
    .why_found_none =
        "Aucun message avec ces mots dans l’objet n’est dans les dossiers montrés aux appareils.",
    .why_item = "Élément",
    .why_item_hint =
        "Le Message-ID d’un courrier, ou un ServerId du journal. Vide : l’appareil entier.",
    .why_no_subject = "(sans objet)",
    .why_good = "En ordre",
    .why_note = "Note",
    .why_stop = "L’arrête",

    .setup = "Configurer un téléphone",
    .setup_intro =
        "Ce que votre téléphone demande quand vous ajoutez un compte de type « Exchange ».",
    .setup_address = "E-mail",
    .setup_server = "Serveur",
    .setup_domain = "Domaine",
    .setup_domain_none = "Laisser vide.",
    .setup_user = "Nom d’utilisateur",
    .setup_password = "Celui de votre compte.",
    .setup_app_password = "Ou créez-en un pour ce seul téléphone",
    .setup_tls = "Connexion sécurisée (SSL)",
    .setup_tls_on = "Activée",
    .setup_profile = "iPhone, iPad ou Mac : sans rien saisir",
    .setup_profile_about =
        "Un profil avec tout cela. Il s’ouvre dans Réglages et ne demande que le mot de passe.",
    .setup_profile_get = "Télécharger le profil",
    .setup_qr = "Cette page sur votre téléphone",
    .setup_qr_about = "Visez l’image avec l’appareil photo du téléphone, et connectez-vous là.",
    .setup_qr_label = "Code QR avec l’adresse de cette page",
    .setup_apple = "iPhone et iPad",
    .setup_apple_steps =
        "Réglages, Apps, Mail, Comptes Mail, Ajouter un compte, Microsoft Exchange. Saisissez "
        "l’adresse, puis choisissez « Configurer manuellement » et non « Se connecter », qui mène "
        "chez Microsoft.",
    .setup_gmail = "Gmail sur Android",
    .setup_gmail_steps =
        "Photo de profil, Ajouter un autre compte, Exchange et Office 365. Saisissez l’adresse, "
        "puis la configuration manuelle et Exchange.",
    .setup_samsung = "Samsung Email",
    .setup_samsung_steps =
        "Ajouter un compte, Exchange ; ou Autre, puis Exchange. S’il ne trouve pas le serveur : "
        "configuration manuelle.",
    .setup_outlook = "Outlook sur iPhone et Android",
    .setup_outlook_steps =
        "Ajouter un compte, l’adresse, et quand il se tourne vers Microsoft : le point "
        "d’interrogation en haut, puis Exchange. Outlook confie votre mot de passe aux serveurs de "
        "Microsoft, qui relèvent votre courrier : prenez si possible un mot de passe "
        "d’application.",
    .setup_others = "Autres programmes",
    .setup_others_steps =
        "Cherchez un compte de type « Exchange » ou « ActiveSync », et la configuration manuelle.",

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

    .administration = "Administration",
    .overview = "Aperçu",
    .overview_mode = "Mode",
    .overview_version = "Version",
    .overview_uptime = "En service depuis",
    .overview_connections = "Connexions",
    .overview_parked = "Téléphones en attente",
    .overview_problem = "Problème",
    .overview_waiting_mail = "Courrier en attente d’envoi",
    .devices_by_state = "Appareils par état",
    .recent_entries = "Dernières entrées",
    .all_devices = "Appareils",
    .search = "Rechercher",
    .search_hint = "Utilisateur, identifiant, modèle, type ou programme",
    .any_state = "Tous les états",
    .found_devices = "Appareils : {}",
    .found_none = "Aucun appareil ne correspond.",
    .previous = "Précédent",
    .next = "Suivant",
    .of_user = "Utilisateur",
    .orders = "Actions",
    .order_done = "La mesure a été prise.",
    .allow = "Autoriser",
    .allow_about = "L’admettre, quoi que disent les règles.",
    .allow_title = "Autoriser {}",
    .block = "Bloquer",
    .block_about = "Le tenir à l’écart jusqu’à nouvelle décision.",
    .block_title = "Bloquer {}",
    .unblock = "S’en remettre aux règles",
    .unblock_about = "Annuler « autoriser » et « bloquer ».",
    .unblock_title = "S’en remettre aux règles pour {}",
    .resync = "Resynchroniser",
    .resync_about = "Tout recommence à sa prochaine connexion.",
    .resync_title = "Resynchroniser {}",
    .wipe_account_order = "Supprimer le compte",
    .wipe_account_about = "Faire effacer ce compte à sa prochaine connexion.",
    .wipe_account_title = "Supprimer le compte de {}",
    .wipe_all_order = "Effacer l’appareil",
    .wipe_all_about = "Faire effacer tout son contenu à sa prochaine connexion.",
    .release = "Libérer",
    .release_about = "Annuler un effacement non exécuté, ou réadmettre un appareil effacé.",
    .release_title = "Libérer {}",
    .forget = "Oublier",
    .forget_about = "Le serveur l’oublie ; s’il revient, il est nouveau.",
    .forget_title = "Oublier {}",
    .confirm = "Confirmer",
    .quarantine = "Quarantaine",
    .quarantine_intro =
        "Les appareils qui attendent votre décision. Leurs utilisateurs voient un message qui "
        "l’annonce.",
    .quarantine_none = "Aucun appareil n’attend.",
    .audit = "Journal",
    .audit_intro =
        "Ce qui a été décidé des appareils et des utilisateurs, par qui, et avec quel résultat.",
    .audit_none = "Aucune entrée ne correspond.",
    .audit_time = "Heure (UTC)",
    .audit_action = "Action",
    .audit_by = "Par",
    .audit_about = "Concerne",
    .audit_outcome = "Résultat",
    .audit_done = "fait",
    .audit_refused = "refusé",

    .users = "Utilisateurs",
    .users_elsewhere =
        "Les utilisateurs ne sont pas dans la base de Godwit : ils vivent là où [[sign_in]] les "
        "cherche, et c’est là qu’on les ajoute ou retire. Ceux-ci ont utilisé un appareil.",
    .users_found = "Utilisateurs : {}",
    .users_none = "Aucun utilisateur ne correspond.",
    .users_search = "Utilisateur, nom ou alias",
    .user_name = "Nom",
    .user_aliases = "Alias",
    .user_devices = "Appareils",
    .user_origin = "Ajouté",
    .user_of_directory = "par l’annuaire",
    .user_of_hand = "à la main",
    .user_delay = "Connexion",
    .user_delay_none = "ouverte",
    .user_delay_now =
        "après de faux mots de passe, les appareils inconnus attendent {} secondes ; un nouveau "
        "mot de passe y met fin",
    .user_add = "Ajouter un utilisateur",
    .user_add_hint = "Avec son domaine : anne@example.org",
    .user_aliases_hint = "D’autres adresses, séparées par des virgules",
    .user_added = "L’utilisateur a été ajouté.",
    .user_password = "Définir un mot de passe",
    .user_password_about = "Qui est connecté avec l’ancien doit se reconnecter.",
    .user_password_title = "Un nouveau mot de passe pour {}",
    .user_password_done = "Le mot de passe a été défini.",
    .user_password_repeat = "Encore une fois le même",
    .user_password_differs = "Les deux mots de passe diffèrent.",
    .user_remove = "Retirer l’utilisateur",
    .user_remove_about = "Boîte, agendas et contacts sont supprimés.",
    .user_remove_title = "Retirer {}",
    .user_remove_hint =
        "Tous les courriers, agendas, contacts, tâches et notes de cet utilisateur sont supprimés. "
        "C’est sans retour.",
    .user_remove_confirm = "Saisissez l’adresse de l’utilisateur pour confirmer",
    .user_remove_differs = "C’est une autre adresse : rien n’a été retiré.",
    .user_removed = "L’utilisateur a été retiré.",
    .user_exists = "Cette adresse existe déjà.",
    .user_refused = "C’est impossible : {}",

    .pages = "Pages",

    .traffic = "La dernière heure",
    .traffic_hint =
        "Compté depuis le démarrage du serveur. Avec les scripts, cela avance seul pendant dix "
        "minutes ; sans, rechargez la page.",
    .traffic_requests = "Requêtes par minute",
    .traffic_answered = "Répondues",
    .traffic_parked = "En attente",
    .traffic_refused = "Refusées",
    .traffic_failed = "Échouées",
    .traffic_waiting = "Téléphones en attente",
    .traffic_woken = "Réveillées",
    .traffic_wake = "Réponse la plus lente après un changement",
    .traffic_most = "Maximum : {}",
    .traffic_hour_ago = "il y a une heure",
    .traffic_now = "maintenant",
    .traffic_numbers = "Les chiffres",

    .policies = "Stratégies",
    .policies_intro =
        "Ce que les téléphones doivent appliquer. Les stratégies du fichier de configuration se "
        "changent là ; les autres se créent et se changent ici, ou par godwit policy.",
    .policy_off = "Rien n’est demandé aux téléphones",
    .policy_loose = "Les téléphones qui connaissent les stratégies y sont tenus",
    .policy_strict = "Rien sans la stratégie confirmée",
    .policy_users = "Utilisateurs",
    .policy_groups = "Groupes",
    .policy_domains = "Domaines",
    .policy_assigned = "Attribuée à",
    .policy_everybody = "Tous les autres",

    .policy_assign_title = "Qui a quelle stratégie ?",
    .policy_assign_hint =
        "Les stratégies nomment elles-mêmes des utilisateurs, groupes et domaines. Une attribution "
        "à une personne passe avant.",
    .policy_look = "Regarder",
    .policy_assign = "Attribuer",
    .policy_by_policies = "Comme le disent les stratégies",
    .policy_holds = "Stratégie de {}",
    .policy_why = "Parce que",
    .policy_why_default = "aucune autre ne nomme cette personne",
    .policy_why_assigned = "elle lui a été attribuée",
    .policy_why_user = "elle nomme cette personne",
    .policy_why_group = "elle nomme un groupe ou domaine de cette personne",
    .policy_assigned_done = "C’est fait. Les appareils qui attendent l’apprennent aussitôt.",
    .policy_gone = "Il n’y a pas de tel utilisateur ou stratégie.",
    .recovery_show = "L’afficher",
};

}  // namespace

const Texts& french_texts() { return texts; }

}  // namespace godwit::console
