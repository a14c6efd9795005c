//! Tells of time: the Date header against the servers' clocks and against the times inside identifiers.
//!
//! What is not told, because honest mails show it all the time: a Date before the route (a mail waits in an outbox),
//! an offset that is unusual for a country (people travel), offsets that differ between servers (many count in UTC).

use lexicon::facts::MailFacts;

use crate::clock;
use crate::fingerprint::outlook_time;
use crate::session::Session;

/// A day.
const DAY: i64 = 86_400;

/// Servers' clocks may differ by so much: of 4,150 honest mails of 2002 every seventh has a clock that is wrong by
/// more than five minutes, and none by more than a day. Smaller steps stand in the hops' delays.
const CLOCK_SECONDS: i64 = 6 * 3_600;

/// An identifier may be older than its mail by so much: a mail is begun, then finished and sent later.
const DRAFT_SECONDS: i64 = 30 * DAY;

/// How near to a whole quarter of an hour a difference between local time and UTC must be, and how long a mail may
/// take from its boundary to its Date.
const ZONE_SECONDS: i64 = 60;

pub(super) fn route(session: &mut Session<'_>, facts: &MailFacts) {
    // One clock that is wrong is told once, at the newest such hop.
    if let Some((index, hop, delay)) = facts
        .received
        .iter()
        .enumerate()
        .filter_map(|(index, hop)| Some((index, hop, hop.delay_seconds?)))
        .find(|(_, _, delay)| *delay < -CLOCK_SECONDS)
    {
        let by = hop.by.as_deref().unwrap_or("?");
        session.tell("hop-clock-backwards", format!("header:received[{index}]: {by} {delay} s"));
    }
    let Some(date) = &facts.date else {
        return;
    };
    let Some(sent) = clock::epoch(date) else {
        return;
    };
    // The newest clock on the receiving side is the one that can be trusted most.
    let newest = facts.received.first().and_then(|h| h.date.as_deref()).and_then(clock::epoch);
    if let Some(newest) = newest
        && sent - newest > DAY
    {
        session
            .tell("date-after-receipt", format!("{date} > {}", clock::rfc3339(newest).unwrap_or_default()));
    }
}

/// The Date header against the times that Outlook puts into its identifiers. `boundary` and `id` are these.
pub(super) fn identifiers(session: &mut Session<'_>, date: &str, id: Option<&str>, boundary: Option<&str>) {
    let (Some(sent), Some(offset)) = (clock::epoch(date), clock::offset(date)) else {
        return;
    };
    let of_id = id.and_then(|id| outlook_time(true, id));
    let of_boundary = boundary.and_then(|b| outlook_time(false, b));
    // A forger's boundary is copied from another mail, or drawn by lot.
    for (name, time, slack) in [("message-id", of_id, DAY), ("boundary", of_boundary, 2 * DAY)] {
        if let Some(time) = time
            && (time - sent > slack || sent - time > DRAFT_SECONDS)
        {
            let time = clock::rfc3339(time).unwrap_or_else(|| "after the year 9999".to_owned());
            session.tell("date-contradicts-identifier", format!("{name}: {time}, date: {date}"));
            return;
        }
    }
    // With both, the machine's own offset is known: local time less UTC.
    if let (Some(utc), Some(local)) = (of_id, of_boundary) {
        let machine = local - utc;
        let rounded = (machine + 450).div_euclid(900) * 900;
        let sound = (machine - rounded).abs() <= ZONE_SECONDS
            && rounded.abs() <= 14 * 3_600
            && (utc - sent).abs() <= ZONE_SECONDS;
        if sound && rounded != offset {
            let sign = if rounded < 0 { '-' } else { '+' };
            let minutes = rounded.abs() / 60;
            session.tell(
                "zone-contradicts-identifier",
                format!("{sign}{:02}:{:02}, date: {date}", minutes / 60, minutes % 60),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::tells::testing::check;

    #[test]
    fn a_date_in_the_future_of_the_receiver_is_told() {
        let id = "date-after-receipt";
        let mail = |date: &str| {
            format!(
                "Received: by mx.example; Mon, 15 Jan 2024 09:30:12 +0900\nFrom: a@example.com\nDate: {date}\n\n"
            )
        };
        check(&mail("Wed, 17 Jan 2024 09:30:12 +0900"), id, true);
        check(&mail("Mon, 15 Jan 2024 19:30:12 +0900"), id, false);
        check(&mail("Mon, 1 Jan 2024 19:30:12 +0900"), id, false);
    }

    #[test]
    fn a_route_that_goes_back_in_time_is_told() {
        let id = "hop-clock-backwards";
        let mail = |date: &str| {
            format!(
                "Received: by b.example; Mon, 15 Jan 2024 09:30:12 +0900\nReceived: by a.example; {date}\nFrom: a@example.com\n\n"
            )
        };
        check(&mail("Mon, 15 Jan 2024 09:30:12 +0000"), id, true);
        check(&mail("Mon, 15 Jan 2024 00:50:12 +0000"), id, false);
        check(&mail("Mon, 15 Jan 2024 00:30:11 +0000"), id, false);
    }

    fn outlook(date: &str, boundary: &str) -> String {
        format!(
            "From: a@example.com\nDate: {date}\nMessage-ID: <000101da4798$3a537500$0a01a8c0@example.com>\n\
             Content-Type: multipart/mixed; boundary=\"----=_NextPart_000_0012_{boundary}\"\n\n"
        )
    }

    #[test]
    fn identifiers_of_outlook_tell_when_and_in_which_zone_they_were_made() {
        // The Message-ID says 09:50:10 in UTC; the boundary nine hours more, as a machine in Japan makes it.
        let japan = "01DA47E3.AA3B1D00";
        let (zone, time) = ("zone-contradicts-identifier", "date-contradicts-identifier");
        let date = |offset: &str, hour: u32| format!("Mon, 15 Jan 2024 {hour:02}:50:10 {offset}");
        check(&outlook(&date("+0900", 18), japan), zone, false);
        check(&outlook(&date("+0900", 18), japan), time, false);
        check(&outlook(&date("-0500", 4), japan), zone, true);
        check(&outlook("Mon, 1 Apr 2024 09:50:10 +0900", japan), time, true);
        check(&outlook("Mon, 1 Jan 2024 09:50:10 +0900", japan), time, true);
        check(&outlook("Thu, 18 Jan 2024 09:50:10 +0900", japan), time, false);
    }
}
