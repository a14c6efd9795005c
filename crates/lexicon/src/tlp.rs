//! The Traffic Light Protocol, version 2.0 (FIRST, 2022): how far something may be passed on.

use std::fmt;
use std::str::FromStr;

/// A TLP 2.0 label, from the narrowest to the widest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tlp {
    /// Named recipients only.
    Red,
    /// The recipient's organisation only.
    AmberStrict,
    /// The recipient's organisation and its clients.
    Amber,
    /// The community.
    Green,
    /// No limit.
    Clear,
}

/// A text that is no TLP 2.0 label.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is not a TLP 2.0 label; use TLP:RED, TLP:AMBER+STRICT, TLP:AMBER, TLP:GREEN or TLP:CLEAR")]
pub struct TlpError(pub String);

impl Tlp {
    /// All labels, narrowest first.
    pub const ALL: [Self; 5] = [Self::Red, Self::AmberStrict, Self::Amber, Self::Green, Self::Clear];

    /// The label as the standard writes it, e.g. `TLP:AMBER+STRICT`.
    pub fn label(self) -> &'static str {
        match self {
            Self::Red => "TLP:RED",
            Self::AmberStrict => "TLP:AMBER+STRICT",
            Self::Amber => "TLP:AMBER",
            Self::Green => "TLP:GREEN",
            Self::Clear => "TLP:CLEAR",
        }
    }
}

impl fmt::Display for Tlp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.label())
    }
}

impl FromStr for Tlp {
    type Err = TlpError;
    /// Case and the `TLP:` prefix do not matter; `WHITE`, the name until 2022, is read as CLEAR.
    fn from_str(text: &str) -> Result<Self, TlpError> {
        let upper = text.trim().to_ascii_uppercase();
        match upper.strip_prefix("TLP:").unwrap_or(&upper) {
            "RED" => Ok(Self::Red),
            "AMBER+STRICT" => Ok(Self::AmberStrict),
            "AMBER" => Ok(Self::Amber),
            "GREEN" => Ok(Self::Green),
            "CLEAR" | "WHITE" => Ok(Self::Clear),
            _ => Err(TlpError(text.chars().take(40).collect())),
        }
    }
}
