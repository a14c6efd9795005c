//! The pages.

use crate::routes::Route;

/// The routes of the pages.
pub fn routes() -> Vec<Route> {
    Vec::new()
}
