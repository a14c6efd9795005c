//! From the rows of a list to one page of it.

use desk::records::{Cursor, Page, PageRequest};

/// The page of a list whose query asked for one row more than the page holds: that one tells whether another
/// page follows.
pub(super) fn page<T>(mut items: Vec<T>, request: PageRequest, cursor: impl Fn(&T) -> Cursor) -> Page<T> {
    let limit = usize::try_from(request.bounded()).unwrap_or(usize::MAX);
    let more = items.len() > limit;
    items.truncate(limit);
    let next = if more { items.last().map(cursor) } else { None };
    Page { items, next }
}
