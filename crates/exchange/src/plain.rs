//! The simplest formats: one value a line, and hosts files.

use std::collections::BTreeSet;

use gate::Released;
use indicators::guard::Guards;
use lexicon::ObservableType;

use crate::carried::Carried;
use crate::names::{comment, is_plain};
use crate::rpz::guarded;

/// One value a line below a head of `#` comments: what `noroshi hunt --indicators` and most tools read.
pub fn list<T: Carried>(released: &Released<T>) -> String {
    let mut out = head(released, "#");
    for indicator in released.item().indicators() {
        // A value with a line break would be two values to its reader; no true value has one.
        if !indicator.value.contains(char::is_control) {
            out.push_str(&indicator.value);
            out.push('\n');
        }
    }
    out
}

/// A hosts file that leads every listed domain nowhere (`0.0.0.0`). Names that `guards` speak against are left
/// out. A hosts file knows no wildcards: what lies below a domain is not covered; use [`crate::rpz`] for that.
pub fn hosts<T: Carried>(released: &Released<T>, guards: &Guards) -> String {
    let mut out = head(released, "#");
    let names: BTreeSet<&str> = released
        .item()
        .indicators()
        .iter()
        .filter(|i| {
            i.kind == ObservableType::DomainName && is_plain(&i.value) && guarded(i, guards).is_none()
        })
        .map(|i| i.value.as_str())
        .collect();
    for name in names {
        out.push_str("0.0.0.0 ");
        out.push_str(name);
        out.push('\n');
    }
    out
}

/// Where it comes from, as comments.
pub(crate) fn head<T: Carried>(released: &Released<T>, sign: &str) -> String {
    let item = released.item();
    let mut out = format!(
        "{sign} {}  {}  {}\n",
        comment(item.reference()),
        item.label(),
        crate::stix::timestamp(released.at())
    );
    if item.title() != item.reference() {
        out.push_str(&format!("{sign} {}\n", comment(item.title())));
    }
    out
}
