//! DKIM (RFC 6376, RFC 8463) and ARC (RFC 8617) signatures, checked without a network.
//!
//! What a signature says of the body needs no key and is always checked. Whether it verifies needs the key, which
//! an operator hands over in a key file ([`Keys`]).

mod arc;
mod body;
mod headers;
mod key_record;
mod keys;
mod tags;

pub use keys::Keys;

use lexicon::facts::Signature;

use crate::clock;
use crate::header::{Block, Field};
use body::Bodies;
use headers::Canonical;
use key_record::{Failure, KeyRecord};
use tags::Tags;

/// Signatures of one mail that are checked; more are left out.
const SIGNATURES: usize = 20;

/// Header names that one signature may cover.
const COVERED: usize = 300;

/// How a signature is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Algorithm {
    RsaSha1,
    RsaSha256,
    Ed25519Sha256,
}

impl Algorithm {
    fn parse(text: &str) -> Option<Self> {
        match text.to_ascii_lowercase().as_str() {
            "rsa-sha1" => Some(Self::RsaSha1),
            "rsa-sha256" => Some(Self::RsaSha256),
            "ed25519-sha256" => Some(Self::Ed25519Sha256),
            _ => None,
        }
    }

    /// True where the hash is SHA-1.
    fn sha1(self) -> bool {
        self == Self::RsaSha1
    }
}

/// The header of a signature and what kind it is.
struct Found<'a> {
    field: Field<'a>,
    kind: &'static str,
    tags: Result<Tags, &'static str>,
}

/// Checks every signature of a mail. `raw` is the mail, `received` when it was received, in seconds since 1970, by
/// which an expiry is judged.
pub(crate) fn check(raw: &[u8], block: &Block<'_>, received: Option<i64>, keys: &Keys) -> Vec<Signature> {
    const KINDS: [(&str, &str); 3] =
        [("dkim-signature", "dkim"), ("arc-message-signature", "arc-message"), ("arc-seal", "arc-seal")];
    let found: Vec<Found<'_>> = block
        .fields
        .iter()
        .filter_map(|field| {
            let kind = KINDS.iter().find(|(name, _)| field.is(name))?.1;
            Some(Found { field: *field, kind, tags: tags::parse(field.value) })
        })
        .take(SIGNATURES)
        .collect();
    if found.is_empty() {
        return Vec::new();
    }
    let mut bodies = Bodies::new(raw.get(block.body..).unwrap_or(&[]));
    found
        .iter()
        .map(|one| {
            let mut out = Signature { kind: one.kind.to_owned(), ..Signature::default() };
            let (result, reason) = match &one.tags {
                Ok(tags) => {
                    describe(tags, &mut out);
                    judge(raw, block, one, tags, &mut bodies, received, keys, &mut out)
                }
                Err(reason) => ("malformed", *reason),
            };
            out.result = result.to_owned();
            out.reason = reason.to_owned();
            out
        })
        .collect()
}

/// What the signature says of itself.
fn describe(tags: &Tags, out: &mut Signature) {
    let text =
        |name: &str| tags.get(name).map(|v| lexicon::text::cut(v, TAG_BYTES).to_owned()).unwrap_or_default();
    out.domain = text("d").trim_end_matches('.').to_lowercase();
    out.selector = text("s");
    out.algorithm = text("a").to_ascii_lowercase();
    out.instance = (out.kind != "dkim").then(|| tags.get("i").and_then(|i| i.parse().ok())).flatten();
    let time = |name: &str| tags.get(name).and_then(|t| t.parse().ok()).and_then(clock::rfc3339);
    out.signed = time("t");
    out.expires = time("x");
    out.chain = tags.get("cv").map(str::to_ascii_lowercase);
    out.headers = tags.get("h").map(names).unwrap_or_default();
}

/// Bytes of a tag's value that are told.
const TAG_BYTES: usize = 256;

fn names(list: &str) -> Vec<String> {
    list.split(':').map(str::to_ascii_lowercase).filter(|n| !n.is_empty()).take(COVERED).collect()
}

/// The result and its reason.
#[expect(clippy::too_many_arguments, reason = "one call site; a struct would only rename the list")]
fn judge(
    raw: &[u8],
    block: &Block<'_>,
    found: &Found<'_>,
    tags: &Tags,
    bodies: &mut Bodies<'_>,
    received: Option<i64>,
    keys: &Keys,
    out: &mut Signature,
) -> (&'static str, &'static str) {
    let seal = out.kind == "arc-seal";
    if let Err(reason) = shape(tags, out) {
        return ("malformed", reason);
    }
    let Some(algorithm) = Algorithm::parse(&out.algorithm) else {
        return ("malformed", "algorithm unknown");
    };
    let (header_form, body_form) = match canonicalisation(tags) {
        _ if seal => (Canonical::Relaxed, Canonical::Relaxed),
        Some(forms) => forms,
        None => return ("malformed", "canonicalisation unknown"),
    };
    if !seal {
        let length = match tags.get("l").map(str::parse::<u64>) {
            None => None,
            Some(Ok(length)) => Some(length),
            Some(Err(_)) => return ("malformed", "length unreadable"),
        };
        let digest = bodies.digest(body_form == Canonical::Relaxed, length, algorithm.sha1());
        if digest.short {
            return ("malformed", "length beyond the body");
        }
        let claimed = tags.get("bh").map(|b| crate::transfer::base64(b.as_bytes())).unwrap_or_default();
        let same = digest.bytes == claimed;
        out.body = Some(same);
        if !same {
            return ("fail", "body hash differs");
        }
    }
    if let (Some(expiry), Some(received)) = (tags.get("x").and_then(|x| x.parse::<i64>().ok()), received)
        && expiry < received
    {
        return ("expired", "expired before it was received");
    }
    if seal && out.chain.as_deref() == Some("fail") {
        return ("fail", "seal says that the chain failed");
    }
    let Some(record) = keys.get(&out.selector, &out.domain) else {
        return ("no-key", "no key given");
    };
    let signed = if seal {
        match arc::seal_input(raw, block, found.field, out.instance.unwrap_or(0)) {
            Some(signed) => signed,
            None => return ("fail", "chain incomplete"),
        }
    } else {
        headers::signed(raw, block, found.field, &out.headers, header_form)
    };
    let signature = tags.get("b").map(|b| crate::transfer::base64(b.as_bytes())).unwrap_or_default();
    let same_domain = tags.get("i").is_none_or(|i| crate::address::domain(i) == out.domain);
    let verdict = KeyRecord::parse(record)
        .and_then(|key| key.allows(algorithm, same_domain || out.kind != "dkim").map(|()| key))
        .and_then(|key| key.verify(algorithm, &signed, &signature));
    match verdict {
        Ok(()) => ("pass", ""),
        Err(Failure::Key(reason)) => ("fail", reason),
        Err(Failure::Weak) => ("weak-key", "RSA key shorter than 1024 bits"),
        Err(Failure::Signature) => ("fail", "signature does not verify"),
    }
}

/// What every signature must have (RFC 6376 §3.5 and §6.1.1, RFC 8617 §4.1).
fn shape(tags: &Tags, out: &Signature) -> Result<(), &'static str> {
    let required: &[&str] = match out.kind.as_str() {
        "arc-seal" => &["i", "a", "b", "cv", "d", "s"],
        "arc-message" => &["i", "a", "b", "bh", "d", "h", "s"],
        _ => &["v", "a", "b", "bh", "d", "h", "s"],
    };
    if required.iter().any(|name| tags.get(name).is_none_or(str::is_empty)) {
        return Err("a required tag is missing");
    }
    if out.kind == "dkim" {
        if tags.get("v") != Some("1") {
            return Err("version unknown");
        }
        if !out.headers.iter().any(|h| h == "from") {
            return Err("From is not covered");
        }
        if let Some(identity) = tags.get("i") {
            let of = crate::address::domain(identity);
            if of != out.domain && !of.strip_suffix(&out.domain).is_some_and(|p| p.ends_with('.')) {
                return Err("identity is not of the domain");
            }
        }
        let time = |name: &str| tags.get(name).and_then(|v| v.parse::<i64>().ok());
        if let (Some(signed), Some(expires)) = (time("t"), time("x"))
            && expires < signed
        {
            return Err("expires before it was signed");
        }
    } else {
        let Some(instance) = out.instance.filter(|i| (1..=arc::INSTANCES).contains(i)) else {
            return Err("instance unreadable");
        };
        if out.kind == "arc-seal" {
            match (instance, out.chain.as_deref()) {
                (1, Some("none")) | (2.., Some("pass" | "fail")) => {}
                _ => return Err("chain validation does not fit the instance"),
            }
            if tags.get("h").is_some() {
                return Err("a seal names headers");
            }
        }
    }
    Ok(())
}

fn canonicalisation(tags: &Tags) -> Option<(Canonical, Canonical)> {
    let text = tags.get("c").unwrap_or("simple/simple");
    let (header, body) = text.split_once('/').unwrap_or((text, "simple"));
    Some((Canonical::parse(header)?, Canonical::parse(body)?))
}

#[cfg(test)]
mod tests;
