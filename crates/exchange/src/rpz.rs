//! Response-policy zones: a resolver that loads one no longer leads its clients to the listed names.
//!
//! What goes in: domains with everything below them, and answers that point to listed IP addresses. What stays
//! out, and why, is told in comments: URLs (a zone can only block a whole host, and one bad page on a shared
//! host is no reason to take the host from everybody; a host that is bad as a whole is listed as a domain),
//! names that guard lists speak against, and what cannot be written as a name.

use std::collections::BTreeSet;
use std::net::IpAddr;

use gate::Released;
use indicators::guard::Guards;
use lexicon::observable::GuardMark;
use lexicon::{Indicator, Observable, ObservableType};

use crate::carried::Carried;
use crate::names::{MAX_LABEL, MAX_NAME, comment, is_plain};
use crate::plain::head;

/// Left-out values that are named one by one; more are only counted.
const MAX_NAMED: usize = 1_000;
/// A whole range wider than this is never blocked: one slip of the pen must not cut off a part of the Internet.
const WIDEST_V4: u8 = 16;
/// See [`WIDEST_V4`].
const WIDEST_V6: u8 = 32;

/// What the resolver does with a listed name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Policy {
    /// Answers that the name does not exist.
    #[default]
    Nxdomain,
    /// Answers that the name has no such record.
    Nodata,
    /// Answers as ever: with logging on, a way to watch before blocking.
    Passthru,
    /// Does not answer.
    Drop,
}

impl Policy {
    /// All policies.
    pub const ALL: [Self; 4] = [Self::Nxdomain, Self::Nodata, Self::Passthru, Self::Drop];

    /// The word for the command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Nxdomain => "nxdomain",
            Self::Nodata => "nodata",
            Self::Passthru => "passthru",
            Self::Drop => "drop",
        }
    }

    /// The target that says so in a zone.
    fn target(self) -> &'static str {
        match self {
            Self::Nxdomain => ".",
            Self::Nodata => "*.",
            Self::Passthru => "rpz-passthru.",
            Self::Drop => "rpz-drop.",
        }
    }
}

/// A name that no zone can have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{given}\" is not a domain name; write it as rpz.example.org")]
pub struct OriginError {
    /// What was given, cut.
    pub given: String,
}

/// How a zone is written.
#[derive(Debug, Clone)]
pub struct RpzSettings {
    origin: String,
    ns: String,
    /// Seconds that answers from the zone are kept.
    pub ttl: u32,
    /// What happens to listed names.
    pub policy: Policy,
    /// The zone's serial; `None`: the second of the release since 1970, which rises with every release.
    pub serial: Option<u32>,
    /// What is never blocked.
    pub guards: Guards,
}

impl RpzSettings {
    /// Settings for the zone `origin`, served by the name server `ns`.
    ///
    /// # Errors
    /// If one of them is no domain name.
    pub fn new(origin: &str, ns: &str) -> Result<Self, OriginError> {
        let name = |text: &str| {
            let name = text.trim().trim_end_matches('.').to_ascii_lowercase();
            match is_plain(&format!("{name}.x")) {
                true => Ok(name),
                false => Err(OriginError { given: comment(text) }),
            }
        };
        Ok(Self {
            origin: name(origin)?,
            ns: name(ns)?,
            ttl: 300,
            policy: Policy::default(),
            serial: None,
            guards: Guards::builtin_for_examples(),
        })
    }
}

/// The zone file, in the order of the names.
pub fn zone<T: Carried>(released: &Released<T>, settings: &RpzSettings) -> String {
    let RpzSettings { origin, ns, ttl, policy, .. } = settings;
    let serial = settings
        .serial
        .unwrap_or_else(|| u32::try_from(released.at().as_second().max(0)).unwrap_or(u32::MAX));
    let mut out = head(released, ";");
    out.push_str(&format!(
        "$ORIGIN {origin}.\n$TTL {ttl}\n@ IN SOA {ns}. hostmaster.{origin}. {serial} 3600 600 604800 {ttl}\n@ IN NS {ns}.\n"
    ));

    let mut owners: BTreeSet<String> = BTreeSet::new();
    let mut left_out: Vec<String> = Vec::new();
    for indicator in released.item().indicators() {
        match entries(indicator, settings) {
            Ok(entries) => owners.extend(entries),
            Err(why) => {
                let value = indicators::defang::defang(&indicator.value);
                left_out.push(format!(
                    "; left out: {} {}: {}\n",
                    indicator.kind,
                    comment(&value),
                    comment(&why)
                ));
            }
        }
    }
    for owner in owners {
        out.push_str(&format!("{owner} IN CNAME {}\n", policy.target()));
    }
    let more = left_out.len().saturating_sub(MAX_NAMED);
    out.extend(left_out.into_iter().take(MAX_NAMED));
    if more > 0 {
        out.push_str(&format!("; left out: {more} more\n"));
    }
    out
}

/// The owner names for one indicator, or why there is none.
fn entries(indicator: &Indicator, settings: &RpzSettings) -> Result<Vec<String>, String> {
    let value = indicator.value.as_str();
    if let Some(mark) = guarded(indicator, &settings.guards) {
        return Err(format!("guarded by {} ({})", mark.list, mark.entry));
    }
    match indicator.kind {
        ObservableType::DomainName => {
            if !value.is_ascii() || value.split('.').any(|label| label.len() > MAX_LABEL) {
                return Err("no name of a zone".to_owned());
            }
            let name = value.to_ascii_lowercase();
            // `*.name.origin` must still be a name.
            if name.len() + settings.origin.len() + 3 > MAX_NAME {
                return Err("too long for this zone".to_owned());
            }
            // The last label rpz-ip, rpz-nsdname … would make it another kind of trigger.
            if !is_plain(&name) || name.rsplit('.').next().is_some_and(|label| label.starts_with("rpz-")) {
                return Err("no name of a zone".to_owned());
            }
            Ok(vec![name.clone(), format!("*.{name}")])
        }
        ObservableType::Ipv4Addr | ObservableType::Ipv6Addr => ip_owner(value).map(|owner| vec![owner]),
        ObservableType::Url => Err("a zone can only block the whole host".to_owned()),
        ObservableType::EmailAddr | ObservableType::File => Err("not a matter of names".to_owned()),
    }
}

/// The owner of a trigger on answers: prefix length, then the address from its end, zeros of IPv6 as `zz`.
fn ip_owner(value: &str) -> Result<String, String> {
    let (address, length) = match value.split_once('/') {
        Some((address, length)) => (address, Some(length)),
        None => (value, None),
    };
    let no_address = || "no address".to_owned();
    let address: IpAddr = address.parse().map_err(|_| no_address())?;
    let (whole, widest) = if address.is_ipv4() { (32, WIDEST_V4) } else { (128, WIDEST_V6) };
    let length: u8 = length.map_or(Ok(whole), str::parse).map_err(|_| no_address())?;
    if length > whole {
        return Err(no_address());
    }
    if length < widest {
        return Err(format!("wider than /{widest}"));
    }
    let reversed = match address {
        IpAddr::V4(v4) => {
            let [a, b, c, d] = v4.octets();
            format!("{d}.{c}.{b}.{a}")
        }
        IpAddr::V6(v6) => reversed_v6(v6.segments()),
    };
    Ok(format!("{length}.{reversed}.rpz-ip"))
}

/// The segments from the last to the first. The longest run of zeros (the leftmost of equals, at least two) is
/// written `zz`: resolvers refuse any other form.
fn reversed_v6(segments: [u16; 8]) -> String {
    let mut best = (0, 0);
    let mut at = 0;
    while at < segments.len() {
        let run = segments.iter().skip(at).take_while(|segment| **segment == 0).count();
        if run > best.1 {
            best = (at, run);
        }
        at += run.max(1);
    }
    let (start, run) = if best.1 >= 2 { best } else { (segments.len(), 0) };
    let mut words: Vec<String> = Vec::with_capacity(8);
    for (at, segment) in segments.iter().enumerate() {
        if at == start {
            words.push("zz".to_owned());
        }
        if !(start..start + run).contains(&at) {
            words.push(format!("{segment:x}"));
        }
    }
    words.reverse();
    words.join(".")
}

/// What speaks against taking this indicator for one, if nobody overrode it.
pub(crate) fn guarded(indicator: &Indicator, guards: &Guards) -> Option<GuardMark> {
    let mut observable = [Observable {
        kind: indicator.kind,
        value: indicator.value.clone(),
        unicode: None,
        hashes: None,
        places: Vec::new(),
        guard: None,
    }];
    guards.mark(&mut observable);
    let [observable] = observable;
    if observable.is_actionable() { None } else { observable.guard }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ip_triggers_are_written_backwards_with_their_prefix() {
        for (value, expect) in [
            ("192.0.2.1", "32.1.2.0.192.rpz-ip"),
            ("198.51.100.0/24", "24.0.100.51.198.rpz-ip"),
            ("2001:db8::1", "128.1.zz.db8.2001.rpz-ip"),
            ("2001:db8:0:1::/64", "64.zz.1.0.db8.2001.rpz-ip"),
            ("2001:db8:1:2:3:4:5:6", "128.6.5.4.3.2.1.db8.2001.rpz-ip"),
            ("2001:db8::1:0:0:1", "128.1.0.0.1.zz.db8.2001.rpz-ip"),
        ] {
            assert_eq!(ip_owner(value).as_deref(), Ok(expect), "{value}");
        }
    }

    #[test]
    fn half_the_internet_is_never_blocked() {
        for value in ["0.0.0.0/0", "198.0.0.0/8", "2000::/3", "192.0.2.1/33", "x", "1.2.3.4/"] {
            assert!(ip_owner(value).is_err(), "{value}");
        }
    }

    #[test]
    fn an_origin_must_be_a_name() {
        assert!(RpzSettings::new("rpz.example.org.", "ns.example.org").is_ok());
        for origin in ["", ".", "a b", "a\n$INCLUDE /etc/passwd", "a..b", &"a".repeat(64)] {
            assert!(RpzSettings::new(origin, "ns.example.org").is_err(), "{origin:?}");
        }
    }
}
