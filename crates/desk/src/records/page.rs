//! Lists come page by page, and a page starts after a cursor: the last row seen, never a number of rows, so
//! that the cost of a page does not grow with its place and nothing is shown twice while rows arrive.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use uuid::Uuid;

/// The most rows of one page.
pub const PAGE_LIMIT: u32 = 200;

/// The place of a row in a list that is sorted by time and id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cursor {
    /// The row's time, whole microseconds.
    pub at: Timestamp,
    /// The row's id.
    pub id: Uuid,
}

/// A cursor text that no page of ours handed out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("this page address is not one that the hub gave out; start the list again without it")]
pub struct CursorError;

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.at.as_microsecond(), self.id.simple())
    }
}

impl FromStr for Cursor {
    type Err = CursorError;
    fn from_str(text: &str) -> Result<Self, CursorError> {
        let (at, id) = text.rsplit_once('-').ok_or(CursorError)?;
        let at = at.parse().ok().and_then(|n| Timestamp::from_microsecond(n).ok()).ok_or(CursorError)?;
        Ok(Self { at, id: Uuid::try_parse(id).map_err(|_| CursorError)? })
    }
}

/// Which page is wanted. Newest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageRequest {
    /// Rows older than this one; `None` starts at the newest.
    pub after: Option<Cursor>,
    /// How many rows, 1 to [`PAGE_LIMIT`]; more is cut to it.
    pub limit: u32,
}

impl PageRequest {
    /// The first `limit` rows.
    pub fn first(limit: u32) -> Self {
        Self { after: None, limit }
    }

    /// The limit inside its bounds.
    pub fn bounded(self) -> u32 {
        self.limit.clamp(1, PAGE_LIMIT)
    }
}

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// Its rows, newest first.
    pub items: Vec<T>,
    /// Where the next page starts; `None` where this is the last.
    pub next: Option<Cursor>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_survives_the_address_bar() {
        let cursor = Cursor { at: Timestamp::from_microsecond(-5).unwrap(), id: Uuid::from_u128(7) };
        assert_eq!(cursor.to_string().parse(), Ok(cursor));
        assert_eq!("1-2; DROP TABLE".parse::<Cursor>(), Err(CursorError));
    }
}
