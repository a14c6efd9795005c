//! A released advisory in the formats that tools read.

use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use gate::Released;
use lexicon::Advisory;

/// A format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// A STIX 2.1 bundle.
    Stix,
    /// A CSV table.
    Csv,
    /// A DNS response-policy zone.
    Rpz,
    /// One value a line.
    List,
}

impl Format {
    /// All formats.
    pub const ALL: [Self; 4] = [Self::Stix, Self::Csv, Self::Rpz, Self::List];

    /// The format of a word, a file ending or a whole file name: `stix`, `stix.json`, `indicators.csv` …
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "stix" | "stix.json" => Some(Self::Stix),
            "csv" | "indicators.csv" => Some(Self::Csv),
            "rpz" | "rpz.zone" => Some(Self::Rpz),
            "list" | "list.txt" => Some(Self::List),
            _ => None,
        }
    }

    fn media_type(self) -> &'static str {
        match self {
            Self::Stix => "application/stix+json;version=2.1",
            Self::Csv => "text/csv; charset=utf-8",
            Self::Rpz | Self::List => "text/plain; charset=utf-8",
        }
    }

    fn ending(self) -> &'static str {
        match self {
            Self::Stix => "stix.json",
            Self::Csv => "csv",
            Self::Rpz => "rpz.zone",
            Self::List => "txt",
        }
    }
}

/// The zone that a response-policy export names; a resolver's operator loads it under this name.
const RPZ_ORIGIN: &str = "rpz.noroshi.internal";

/// The text of a released advisory in a format. `producer` is the hub's name, for formats that name one.
pub fn text(released: &Released<Advisory>, format: Format, producer: &str) -> String {
    match format {
        Format::Stix => {
            exchange::stix::bundle(released, &exchange::stix::StixSettings { producer: producer.to_owned() })
        }
        Format::Csv => exchange::csv::table(released, exchange::csv::CsvSettings { bom: true }),
        Format::Rpz => exchange::rpz::RpzSettings::new(RPZ_ORIGIN, "localhost")
            .map(|settings| exchange::rpz::zone(released, &settings))
            .unwrap_or_default(),
        Format::List => exchange::plain::list(released),
    }
}

/// The same as a download.
pub(crate) fn exported(released: &Released<Advisory>, format: Format, producer: &str) -> Response {
    let name =
        released.item().number.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect::<String>();
    let disposition = format!("attachment; filename=\"{name}.{}\"", format.ending());
    (
        [(CONTENT_TYPE, format.media_type().to_owned()), (CONTENT_DISPOSITION, disposition)],
        text(released, format, producer),
    )
        .into_response()
}
