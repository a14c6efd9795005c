//! The pages: one file a page, each with its routes, its template's struct and its handlers.
//!
//! To add a page: a file here with `routes()`, its template in `templates/`, a line in [`routes`], and its
//! address in `tests/browser/audit.mjs`, which walks every page in both languages and both themes.

mod account;
mod actors;
mod admin;
mod advisories;
mod advisory;
mod advisory_text;
mod agreement;
pub(crate) mod answers;
mod approval;
mod approvals;
pub(crate) mod assets;
mod attachments;
mod campaign;
mod campaign_actors;
mod campaign_links;
mod campaign_spread;
mod campaigns;
mod compare;
mod criteria;
mod draft;
mod drafts;
mod evidence;
mod findings;
pub(crate) mod flash;
mod forms;
mod home;
mod icons;
mod kinds;
mod labels;
pub(crate) mod lists;
mod mail;
pub(crate) mod nav;
mod originals;
mod pins;
mod places;
pub(crate) mod problem;
mod queue;
mod reasons;
mod release;
mod scripts;
pub mod standalone;
mod submission;
mod submissions;
mod submit;
mod threads;
mod upload;
mod verdict;
mod warnings;

use crate::routes::Route;
use crate::view::View;

pub(crate) use icons::icon;

/// The routes of the pages.
pub fn routes() -> Vec<Route> {
    [
        assets::routes(),
        home::routes(),
        queue::routes(),
        submit::routes(),
        submissions::routes(),
        submission::routes(),
        evidence::routes(),
        threads::routes(),
        warnings::routes(),
        originals::routes(),
        forms::routes(),
        campaigns::routes(),
        campaign::routes(),
        campaign_spread::routes(),
        compare::routes(),
        pins::routes(),
        agreement::routes(),
        actors::routes(),
        drafts::routes(),
        draft::routes(),
        release::routes(),
        approvals::routes(),
        approval::routes(),
        advisories::routes(),
        advisory::routes(),
        account::routes(),
        admin::routes(),
    ]
    .concat()
}

/// Why somebody is not logged in, if they just tried.
pub(crate) fn login_problem(v: &View, failed: &bool, locked: &bool) -> Option<&'static str> {
    match (failed, locked) {
        (_, true) => Some(v.t(
            "失敗が続いたため、しばらくログインできません。数分待ってから、もう一度お試しください。",
            "Too many failures: wait a few minutes and try again.",
        )),
        (true, _) => {
            Some(v.t("ユーザー名またはパスワードが違います。", "The user name or the password is wrong."))
        }
        _ => None,
    }
}

pub(crate) use agreement::overruled;
pub(crate) use evidence::OPENING;
