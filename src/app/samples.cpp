#include "app/samples.hpp"

#include <fmt/format.h>

#include <array>

namespace godwit::app {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr std::string_view welcome = R"(From: Godwit <postmaster@example.org>
To: Ann Archer <ann@example.org>
Subject: Your mailbox is on your phone
Date: {date}
Message-ID: <welcome.ann@godwit.example.org>
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8

Hello Ann,

if you read this on a phone, push works: add an account of the kind "Exchange", with your
address, your password and this server's name, and nothing else.

Try these: mark this mail as read here and look at it elsewhere, flag it, move it to a folder of
your own, answer it.

-- 
Godwit
)";

constexpr std::string_view welcome_bob = R"(From: Godwit <postmaster@example.org>
To: Bob Baker <bob@example.org>
Subject: Your mailbox is on your phone
Date: {date}
Message-ID: <welcome.bob@godwit.example.org>
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8

Hello Bob,

this is the second account of the demonstration. Write to ann@example.org, and see the mail
arrive on her phone.

-- 
Godwit
)";

constexpr std::string_view picture = R"(From: Bob Baker <bob@example.org>
To: Ann Archer <ann@example.org>
Subject: The hedge, with a picture in the text
Date: {date}
Message-ID: <hedge@godwit.example.org>
MIME-Version: 1.0
Content-Type: multipart/related; type="multipart/alternative"; boundary="outer"

--outer
Content-Type: multipart/alternative; boundary="inner"

--inner
Content-Type: text/plain; charset=utf-8

The hedge is as round as this now: [picture]. What do you think?
--inner
Content-Type: text/html; charset=utf-8

<html><body style="font-family: sans-serif">
<p>The hedge is as <b>round</b> as this now:</p>
<p><img src="cid:hedge.picture@godwit.example.org" alt="a round hedge" width="24"></p>
<p>What do you think? <a href="https://example.org/hedges">More about hedges</a></p>
</body></html>
--inner--

--outer
Content-Type: image/png; name="hedge.png"
Content-Transfer-Encoding: base64
Content-ID: <hedge.picture@godwit.example.org>
Content-Disposition: inline; filename="hedge.png"

iVBORw0KGgoAAAANSUhEUgAAABgAAAAYCAIAAABvFaqvAAAAbUlEQVR42mP4TyXAQA+DlLqVbFbZ
AElkBmkGoWkmxjgGMkyBMAgYRKQpEAZOg0gyBc2PDJSYguxHBvxxRLyjGCg0Be4oqEGUmIJiECWm
QKJv1GtEe23wJUhq5jUyoo9weUSqKTQuIfEbR/NaBABmZOS1SDnfiQAAAABJRU5ErkJggg==
--outer--
)";

constexpr std::string_view attachment = R"(From: Carol Cook <carol@example.net>
To: Ann Archer <ann@example.org>
Cc: Bob Baker <bob@example.org>
Subject: Who brings what on Saturday
Date: {date}
Message-ID: <saturday@godwit.example.org>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="parts"

--parts
Content-Type: text/plain; charset=utf-8

Dear both,

the list is attached. Please write into it what you bring.

Carol
--parts
Content-Type: text/csv; charset=utf-8; name="saturday.csv"
Content-Disposition: attachment; filename="saturday.csv"

what,who
bread,Ann
soup,
apples,Carol
--parts
Content-Type: text/calendar; charset=utf-8; name="=?utf-8?q?Einladung_f=C3=BCr_Samstag.ics?="
Content-Disposition: attachment; filename*=utf-8''Einladung%20f%C3%BCr%20Samstag.ics

BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Godwit//Demonstration//EN
BEGIN:VEVENT
UID:saturday@godwit.example.org
DTSTAMP:20260101T000000Z
DTSTART:20260704T100000Z
DTEND:20260704T140000Z
SUMMARY:Lunch in the garden
END:VEVENT
END:VCALENDAR
--parts--
)";

constexpr std::string_view umlauts = R"(From: =?iso-8859-1?q?J=F6rg_M=FCller?= <joerg@example.net>
To: Ann Archer <ann@example.org>
Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe_aus_=C3=96sterreich_=E2=80=93_sch=C3=B6n_hier?=
Date: {date}
Message-ID: <gruesse@godwit.example.org>
MIME-Version: 1.0
Content-Type: text/plain; charset=iso-8859-1
Content-Transfer-Encoding: quoted-printable

Liebe Ann,

viele Gr=FC=DFe aus den Bergen: 1.200 m hoch, die K=FChe l=E4uten, und der Ka=
ffee kostet mehr als die =DCbernachtung.

J=F6rg
)";

constexpr std::string_view thread_question = R"(From: Bob Baker <bob@example.org>
To: Ann Archer <ann@example.org>
Subject: Water for the tomatoes
Date: {date}
Message-ID: <tomatoes.1@godwit.example.org>
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8

I am away until Friday. Who waters the tomatoes?

Bob
)";

constexpr std::string_view thread_answer = R"(From: Ann Archer <ann@example.org>
To: Bob Baker <bob@example.org>
Subject: Re: Water for the tomatoes
Date: {date}
Message-ID: <tomatoes.2@godwit.example.org>
In-Reply-To: <tomatoes.1@godwit.example.org>
References: <tomatoes.1@godwit.example.org>
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8

I can, in the evenings. How much do they get?

Ann

> I am away until Friday. Who waters the tomatoes?
)";

constexpr std::string_view thread_end = R"(From: Bob Baker <bob@example.org>
To: Ann Archer <ann@example.org>
Subject: Re: Water for the tomatoes
Date: {date}
Message-ID: <tomatoes.3@godwit.example.org>
In-Reply-To: <tomatoes.2@godwit.example.org>
References: <tomatoes.1@godwit.example.org> <tomatoes.2@godwit.example.org>
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8

One can each, and talk to them. Thank you!

Bob

> I can, in the evenings. How much do they get?
)";

constexpr std::string_view plan = R"(From: Carol Cook <carol@example.net>
To: Ann Archer <ann@example.org>
Subject: Plan of the beds, second version
Date: {date}
Message-ID: <beds@godwit.example.org>
MIME-Version: 1.0
Content-Type: text/html; charset=utf-8

<html><body><h2>Beds</h2>
<table border="1"><tr><th>Bed</th><th>Spring</th><th>Autumn</th></tr>
<tr><td>1</td><td>peas</td><td>leek</td></tr>
<tr><td>2</td><td>potatoes</td><td>kale &amp; spinach</td></tr></table>
<p>The compost comes on the 3<sup>rd</sup>.</p></body></html>
)";

constexpr std::string_view forwarded = R"(From: Bob Baker <bob@example.org>
To: Ann Archer <ann@example.org>
Subject: Fwd: Delivery of the compost
Date: {date}
Message-ID: <compost.2@godwit.example.org>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="forward"

--forward
Content-Type: text/plain; charset=utf-8

For your files; the original is attached whole.
--forward
Content-Type: message/rfc822
Content-Disposition: attachment; filename="Delivery of the compost.eml"

From: Compost & Co <office@example.com>
To: Bob Baker <bob@example.org>
Subject: Delivery of the compost
Date: Mon, 05 Jan 2026 09:00:00 +0000
Message-ID: <compost.1@example.com>
MIME-Version: 1.0
Content-Type: text/plain; charset=us-ascii

Two cubic metres, on the 3rd, before noon.
--forward--
)";

constexpr std::string_view draft = R"(From: Ann Archer <ann@example.org>
To: Carol Cook <carol@example.net>
Subject: Re: Who brings what on Saturday
Date: {date}
Message-ID: <draft.saturday@godwit.example.org>
In-Reply-To: <saturday@godwit.example.org>
References: <saturday@godwit.example.org>
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8

I bring the bread, and perhaps
)";

constexpr auto table = std::to_array<Sample>({
    {SampleUser::ann, FolderRole::inbox, "", minutes(1), SampleState::fresh, welcome},
    {SampleUser::ann, FolderRole::inbox, "", minutes(50), SampleState::fresh, picture},
    {SampleUser::ann, FolderRole::inbox, "", hours(3), SampleState::flagged, attachment},
    {SampleUser::ann, FolderRole::inbox, "", hours(26), SampleState::read, umlauts},
    {SampleUser::ann, FolderRole::inbox, "", hours(30), SampleState::answered, thread_question},
    {SampleUser::ann, FolderRole::sent, "", hours(29), SampleState::read, thread_answer},
    {SampleUser::ann, FolderRole::inbox, "", hours(28), SampleState::read, thread_end},
    {SampleUser::ann, FolderRole::drafts, "", hours(2), SampleState::draft, draft},
    {SampleUser::ann, FolderRole::none, "Garden/Plans", hours(80), SampleState::read, plan},
    {SampleUser::ann, FolderRole::none, "Garden", hours(90), SampleState::read, forwarded},
    {SampleUser::bob, FolderRole::inbox, "", minutes(1), SampleState::fresh, welcome_bob},
    {SampleUser::bob, FolderRole::inbox, "", hours(3), SampleState::read, attachment},
    {SampleUser::bob, FolderRole::sent, "", hours(30), SampleState::read, thread_question},
    {SampleUser::bob, FolderRole::inbox, "", hours(29), SampleState::answered, thread_answer},
    {SampleUser::bob, FolderRole::sent, "", hours(28), SampleState::read, thread_end},
});

}  // namespace

std::span<const Sample> samples() { return table; }

std::string date_header(Time time) {
  constexpr auto days_of_week =
      std::to_array<std::string_view>({"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"});
  constexpr auto months = std::to_array<std::string_view>(
      {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"});
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::seconds>(time - day));
  return fmt::format("{}, {:02} {} {} {:02}:{:02}:{:02} +0000",
                     days_of_week[std::chrono::weekday(day).c_encoding()],
                     static_cast<unsigned>(date.day()),
                     months[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}

std::string sample_message(const Sample& sample, Time now) {
  constexpr std::string_view mark = "{date}";
  const auto at = sample.text.find(mark);
  std::string out;
  const auto add = [&out](std::string_view text) {
    for (const char c : text) {
      if (c == '\n') out += '\r';
      out += c;
    }
  };
  add(sample.text.substr(0, at));
  if (at != std::string_view::npos) {
    add(date_header(now - sample.age));
    add(sample.text.substr(at + mark.size()));
  }
  return out;
}

Flags sample_flags(const Sample& sample) {
  Flags flags;
  flags.seen = sample.state != SampleState::fresh;
  flags.flagged = sample.state == SampleState::flagged;
  flags.answered = sample.state == SampleState::answered;
  flags.draft = sample.state == SampleState::draft;
  return flags;
}

}  // namespace godwit::app
