#include "compose/mail_texts.hpp"

namespace godwit::compose {

const MailTexts& french_mail_texts() {
  static constexpr MailTexts texts{
      .device_facts = {"Compte", "Appareil", "Type", "Modèle", "Nom", "Système", "Logiciel",
                       "Adresse", "Règle"},
      .waiting_subject = "Un nouvel appareil attend d’être autorisé",
      .waiting_text =
          "Un nouvel appareil utilise votre compte. Il ne reçoit aucun message tant qu’un "
          "administrateur ne l’a pas autorisé.\n"
          "\n{}\n"
          "S’il est à vous, il n’y a rien à faire : les messages arriveront dès qu’il sera "
          "autorisé.\n"
          "S’il n’est pas à vous, changez votre mot de passe et prévenez votre administrateur.\n",
      .admin_subject = "Appareil de {} en quarantaine",
      .admin_text =
          "Un appareil attend votre décision.\n\n{}\nPour l’autoriser ou le refuser{} :\n\n{}",
      .decide_on_server = " sur le serveur",
      .decide_on_page = ", sa page :\n\n  {}\n\nou sur le serveur",
      .inbox = "Boîte de réception",
      .held_subject = "Cet appareil attend d’être autorisé",
      .held_text =
          "Un administrateur doit autoriser cet appareil avant qu’il ne reçoive vos messages. Il "
          "n’y a rien à faire sur l’appareil : les messages arriveront dès qu’il sera "
          "autorisé.\r\n\r\n{}",
      .bounce_subject = "Message non remis, retourné à l’expéditeur",
      .bounce_author = "Distribution du courrier",
      .bounce_intro = "Votre message n’a pas pu être remis à :",
      .bounce_expired = "Les essais ont duré plusieurs jours et sont abandonnés.",
      .bounce_end = "L’en-tête de votre message est joint. Il n’y aura pas d’autre essai.",
      .accepted_subject = "Accepté : {}",
      .accepted_text = "{} a accepté cette réunion.",
      .tentative_subject = "Provisoire : {}",
      .tentative_text = "{} a accepté cette réunion à titre provisoire.",
      .declined_subject = "Refusé : {}",
      .declined_text = "{} a refusé cette réunion.",
      .proposed_subject = "Nouvel horaire proposé : {}",
      .proposed_text = "{} propose un autre horaire pour cette réunion.",
      .canceled_subject = "Annulé : {}",
      .event_when = "Quand : ",
      .event_where = "Où : ",
      .weekdays = {"dim.", "lun.", "mar.", "mer.", "jeu.", "ven.", "sam."},
      .original_subject = "Objet : ",
      .original_event = "-------- Rendez-vous d’origine --------",
      .automatic_reply = "Réponse automatique : ",
  };
  return texts;
}

}  // namespace godwit::compose
