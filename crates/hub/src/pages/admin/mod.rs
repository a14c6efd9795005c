//! The administrator's pages: roster, accounts, audit trail. No mail is to be seen here.

mod accounts;
mod audit;
mod member;
mod members;
mod sigs;

use desk::records::AuditEntry;
use lexicon::ids::AuditId;

use super::answers::Settled;
use crate::error::PageError;
use crate::routes::Route;
use crate::state::App;
use crate::view::View;

pub(super) fn routes() -> Vec<Route> {
    [accounts::routes(), members::routes(), member::routes(), sigs::routes(), audit::routes()].concat()
}

/// Writes down what the administrator did, before it is done: a trace without an act is better than an act
/// without a trace.
async fn note(app: &App, view: &View, action: &str, object: impl ToString) -> Result<(), PageError> {
    let entry = AuditEntry {
        id: app.desk().new_id(AuditId::from_time_and_random),
        at: app.desk().now(),
        account: Some(view.actor()?.account),
        action: action.to_owned(),
        object: object.to_string(),
    };
    app.desk().records().put_audit(&entry).await.settled(view)
}
