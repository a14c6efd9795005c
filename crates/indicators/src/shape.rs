//! What a single value is, by its shape, and its normal form.

use lexicon::ObservableType;

use crate::defang::refang;
use crate::host::{Host, ip};
use crate::limits::{MAX_ADDRESS, MAX_URL};
use crate::name::{Name, Standing};
use crate::prose::is_hash;
use crate::url::{self, Kind};

/// Tells what `value` is and gives it in the form of [`lexicon::Observable::value`]; `None` if it is nothing
/// that can be looked for.
///
/// Defanged and full-width shapes are understood. A range (`198.51.100.0/24`) is an address with its prefix,
/// as STIX 2.1 §6.6 has it; host bits are cleared.
///
/// ```
/// use indicators::shape::classify;
/// use lexicon::ObservableType;
/// assert_eq!(classify("hxxps://evil[.]example/a"), Some((ObservableType::Url, "https://evil.example/a".into())));
/// assert_eq!(classify("EVIL.example"), Some((ObservableType::DomainName, "evil.example".into())));
/// assert_eq!(classify("hello"), None);
/// ```
pub fn classify(value: &str) -> Option<(ObservableType, String)> {
    let value = value.trim();
    if value.is_empty() || value.len() > MAX_URL {
        return None;
    }
    let value = refang(value);
    let value = value.trim();
    // What could be refanged once more (`[[.]]`) has no normal form.
    if value.contains(char::is_whitespace) || refang(value) != value {
        return None;
    }
    if is_hash(value) {
        return Some((ObservableType::File, value.to_ascii_lowercase()));
    }
    if let Some(address) = ip(value.trim_start_matches('[').trim_end_matches(']')) {
        return Some((ip_kind(address), address.to_string()));
    }
    if let Some(range) = range(value) {
        return Some(range);
    }
    match url::kind(value) {
        Kind::Web(_) => return url::host_and_tail(value).map(|_| (ObservableType::Url, value.to_owned())),
        Kind::Mail(rest) => return address(rest.split('?').next()?),
        Kind::Plain => {}
        Kind::Relative(_) | Kind::Data | Kind::Other => return None,
    }
    if value.contains('/') {
        let (host, tail) = url::host_and_tail(value)?;
        let known = match &host {
            // `10.0.0.0/33` is a range with a slip of the pen.
            Host::Ip(_) => tail.bytes().skip(1).any(|b| !b.is_ascii_digit()),
            Host::Name(name) => name.standing() == Standing::Registered,
        };
        return known.then(|| (ObservableType::Url, value.to_owned()));
    }
    if value.contains('@') {
        return address(value);
    }
    let name = Name::parse(value)?;
    (name.standing() != Standing::Unknown).then_some((ObservableType::DomainName, name.ascii))
}

/// The host of a URL, as the observable that it is; also for URLs without a scheme.
///
/// ```
/// use indicators::shape::host_of_url;
/// use lexicon::ObservableType;
/// assert_eq!(
///     host_of_url("http://user@3221225985:8080/a"),
///     Some((ObservableType::Ipv4Addr, "192.0.2.1".into()))
/// );
/// ```
pub fn host_of_url(url: &str) -> Option<(ObservableType, String)> {
    Some(match url::host_and_tail(url)?.0 {
        Host::Ip(address) => (ip_kind(address), address.to_string()),
        Host::Name(name) => (ObservableType::DomainName, name.ascii),
    })
}

/// True if a name in its normal form is, as a whole, a public suffix: a top-level label, `co.jp`, `github.io`.
///
/// ```
/// assert!(indicators::shape::is_public_suffix("com"));
/// assert!(!indicators::shape::is_public_suffix("evil.example"));
/// ```
pub fn is_public_suffix(name: &str) -> bool {
    crate::name::is_public_suffix(name)
}

fn ip_kind(address: std::net::IpAddr) -> ObservableType {
    if address.is_ipv4() { ObservableType::Ipv4Addr } else { ObservableType::Ipv6Addr }
}

fn address(value: &str) -> Option<(ObservableType, String)> {
    let value = value.trim_matches(['<', '>']);
    if value.len() > MAX_ADDRESS {
        return None;
    }
    let (local, domain) = value.rsplit_once('@')?;
    // None of these stands in a local part without quotes, and with them a normal form would be read as something else.
    if local.is_empty()
        || local.contains(|c: char| matches!(c, '/' | '\\' | ':' | '@' | '"') || c.is_control())
    {
        return None;
    }
    let name = Name::parse(domain).filter(|name| name.ascii.contains('.'))?;
    Some((ObservableType::EmailAddr, format!("{}@{}", local.to_lowercase(), name.ascii)))
}

fn range(value: &str) -> Option<(ObservableType, String)> {
    let range = crate::guard::Cidr::parse(value)?;
    let kind = if range.is_ipv4() { ObservableType::Ipv4Addr } else { ObservableType::Ipv6Addr };
    Some((kind, range.to_string()))
}
