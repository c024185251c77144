#include "compose/mail_texts.hpp"

namespace godwit::compose {

const MailTexts& german_mail_texts() {
  static constexpr MailTexts texts{
      .device_facts = {"Konto", "Gerät", "Art", "Modell", "Name", "System", "Programm", "Adresse",
                       "Regel"},
      .waiting_subject = "Ein neues Gerät wartet auf Freigabe",
      .waiting_text =
          "Ein neues Gerät verwendet Ihr Konto. Es erhält keine E-Mails, bis die Administration "
          "es zugelassen hat.\n"
          "\n{}\n"
          "Ist es Ihres, brauchen Sie nichts zu tun: Nach der Freigabe kommen die E-Mails von "
          "selbst.\n"
          "Ist es nicht Ihres, ändern Sie Ihr Kennwort und verständigen Sie die Administration.\n",
      .admin_subject = "Gerät von {} in Quarantäne",
      .admin_text =
          "Ein Gerät wartet auf Ihre Entscheidung.\n\n{}\nZulassen oder aussperren{}:\n\n{}",
      .decide_on_server = " auf dem Server",
      .decide_on_page = " auf seiner Seite:\n\n  {}\n\noder auf dem Server",
      .inbox = "Posteingang",
      .held_subject = "Dieses Gerät wartet auf Freigabe",
      .held_text =
          "Die Administration muss dieses Gerät zulassen, bevor es Ihre E-Mails erhält. Am Gerät "
          "ist nichts zu tun: Nach der Freigabe kommen die E-Mails von selbst.\r\n\r\n{}",
      .bounce_subject = "Unzustellbare E-Mail zurück an den Absender",
      .bounce_author = "E-Mail-Zustellung",
      .bounce_intro = "Ihre E-Mail konnte nicht zugestellt werden an:",
      .bounce_expired = "Es wurde mehrere Tage lang versucht und wird nun aufgegeben.",
      .bounce_end =
          "Die Kopfzeilen Ihrer E-Mail sind beigefügt. Es wird nichts weiter unternommen.",
      .accepted_subject = "Zugesagt: {}",
      .accepted_text = "{} hat für diese Besprechung zugesagt.",
      .tentative_subject = "Mit Vorbehalt: {}",
      .tentative_text = "{} hat für diese Besprechung mit Vorbehalt zugesagt.",
      .declined_subject = "Abgesagt: {}",
      .declined_text = "{} nimmt an dieser Besprechung nicht teil.",
      .proposed_subject = "Neuer Termin vorgeschlagen: {}",
      .proposed_text = "{} schlägt für diese Besprechung einen anderen Termin vor.",
      .canceled_subject = "Entfällt: {}",
      .event_when = "Wann: ",
      .event_where = "Wo: ",
      .weekdays = {"So", "Mo", "Di", "Mi", "Do", "Fr", "Sa"},
      .original_subject = "Betreff: ",
      .original_event = "-------- Ursprünglicher Termin --------",
      .automatic_reply = "Automatische Antwort: ",
  };
  return texts;
}

}  // namespace godwit::compose
