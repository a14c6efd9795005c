//! The first page: what the hub is, or where a role's work stands.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use desk::Actor;
use desk::records::{AdvisoryFilter, ApprovalState, PageRequest, QueueDepth, SubmissionFilter};
use lexicon::{AdvisoryState, Role};

use super::answers::Settled;
use super::labels::{self, Chip, TlpMark};
use super::lists::{CampaignRow, DraftRow, SubmissionRow};
use super::warnings::WarningRow;
use crate::error::PageResult;
use crate::routes::{Access, Route};
use crate::state::{App, DemoAccount};
use crate::view::{View, page};

/// Rows of each list here.
const FEW: u32 = 6;

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/", Access::Public, show)]
}

async fn show(State(app): State<App>, view: View) -> PageResult {
    match view.role() {
        None => Ok(welcome(&app, &view)),
        Some(Role::Analyst) => analyst(&app, &view).await,
        Some(Role::Member | Role::Vendor) => organisation(&app, &view).await,
        Some(Role::Administrator) => administrator(&app, &view).await,
    }
}

#[derive(Template)]
#[template(path = "home_out.html")]
struct Welcome<'a> {
    v: &'a View,
    next: &'static str,
    problem: Option<&'static str>,
    steps: Vec<Step<'a>>,
}

/// A step of the demo's tour.
struct Step<'a> {
    title: &'static str,
    text: &'static str,
    accounts: Vec<&'a DemoAccount>,
}

fn welcome(app: &App, view: &View) -> Response {
    let accounts = &app.inner.demo_accounts;
    let of = |role: Role| accounts.iter().filter(|account| account.role == role.word()).collect::<Vec<_>>();
    let steps = vec![
        Step {
            title: view.t("提供する（参加組織）", "Submit (a member)"),
            text: view.t(
                "「提供する」から、手元の .eml を 1 通渡してみてください。届いている注意喚起に回答し、公開の承認を求められている文面を読むこともできます。",
                "Hand in an .eml of your own under \"Submit\". Answer an advisory, and read the text that waits for this member's approval.",
            ),
            accounts: of(Role::Member),
        },
        Step {
            title: view.t("見きわめる（分析者）", "Judge (an analyst)"),
            text: view.t(
                "受信箱でメールを開き、見分け方と経路を読んで判定します。キャンペーンには、3 つの組織をねらった「やり取り型」の攻撃があります。そこから注意喚起の下書きを作れます。",
                "Open a mail in the inbox, read what gives it away, and judge. Among the campaigns is an attack that wins trust first, on three organisations. Draft an advisory from it.",
            ),
            accounts: of(Role::Analyst),
        },
        Step {
            title: view.t("受け取って守る（ベンダー）", "Receive and protect (a vendor)"),
            text: view.t(
                "公開された注意喚起を、STIX・CSV・DNS の応答ポリシーゾーンとして取り出せます。だれが提供したかは、どこにも書かれていません。",
                "Take the released advisory as STIX, CSV or a DNS response policy zone. Nowhere does it say who provided it.",
            ),
            accounts: of(Role::Vendor),
        },
        Step {
            title: view.t("運営する（管理者）", "Run the hub (the administrator)"),
            text: view.t(
                "名簿・アカウント・操作の記録を管理します。管理者にはメールが見えないことも確かめてください。",
                "Roster, accounts and audit trail. See for yourself that the administrator sees no mail.",
            ),
            accounts: of(Role::Administrator),
        },
    ];
    page(&Welcome { v: view, next: "/", problem: None, steps })
}

#[derive(Template)]
#[template(path = "home_analyst.html")]
struct AnalystHome<'a> {
    v: &'a View,
    queue: QueueDepth,
    watch: Watch,
    drafts: Vec<DraftRow>,
    campaigns: Vec<CampaignRow>,
    submissions: Vec<SubmissionRow>,
}

/// What else is to be looked at.
struct Watch {
    /// Desks that have a known operator's enquiry before them.
    waiting: u64,
    /// Threads that are attacks or may become ones.
    threads: u64,
    /// Genuine mails that were used again.
    reuses: u64,
    /// Files of form submissions.
    forms: usize,
}

async fn watch(app: &App, view: &View) -> Result<Watch, crate::error::PageError> {
    let (desk, actor) = (app.desk(), view.actor()?);
    let (threads, waiting) = desk.records().thread_counts().await.settled(view)?;
    Ok(Watch {
        waiting,
        threads,
        reuses: desk.records().reuse_count().await.settled(view)?,
        forms: desk.form_files(actor).await.settled(view)?.len(),
    })
}

async fn analyst(app: &App, view: &View) -> PageResult {
    let records = app.desk().records();
    let mut drafts = Vec::new();
    for state in [AdvisoryState::Approved, AdvisoryState::AwaitingApproval, AdvisoryState::Draft] {
        let filter = AdvisoryFilter { state: Some(state), ..AdvisoryFilter::default() };
        let found = records.advisories(filter, PageRequest::first(FEW)).await.settled(view)?;
        drafts.extend(found.items.iter().map(|record| DraftRow::of(view, record)));
    }
    let campaigns = records.campaigns(PageRequest::first(FEW)).await.settled(view)?;
    let submissions =
        records.submissions(SubmissionFilter::default(), PageRequest::first(FEW + 4)).await.settled(view)?;
    Ok(page(&AnalystHome {
        v: view,
        queue: records.queue().await.settled(view)?,
        watch: watch(app, view).await?,
        drafts,
        campaigns: campaigns.items.iter().map(|row| CampaignRow::of(view, row)).collect(),
        submissions: submissions.items.iter().map(|row| SubmissionRow::of(view, row)).collect(),
    }))
}

#[derive(Template)]
#[template(path = "home_organisation.html")]
struct OrganisationHome<'a> {
    v: &'a View,
    warnings: Vec<WarningRow>,
    approvals: Vec<ApprovalRow>,
    advisories: Vec<AdvisoryRow>,
    submissions: Vec<SubmissionRow>,
}

/// A request for approval in a list.
pub(super) struct ApprovalRow {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) number: String,
    pub(super) state: Chip,
    pub(super) at: String,
}

/// A released advisory in a list.
pub(super) struct AdvisoryRow {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) lang: &'static str,
    pub(super) number: String,
    pub(super) tlp: TlpMark,
    pub(super) answer: Option<Chip>,
    pub(super) at: String,
}

/// The released advisories of one page, each with this organisation's own answer.
pub(super) async fn advisory_rows(
    app: &App,
    view: &View,
    actor: &Actor,
    released: &[gate::Released<lexicon::Advisory>],
) -> Result<Vec<AdvisoryRow>, crate::error::PageError> {
    let mut rows = Vec::with_capacity(released.len());
    for release in released {
        let advisory = release.item();
        let answer = match actor.member.filter(|_| view.is_organisation()) {
            Some(member) => {
                let answers = app.desk().records().answers(advisory.id, member).await.settled(view)?;
                Some(labels::answer(view, answers.last().map(|answer| answer.seen)))
            }
            None => None,
        };
        rows.push(AdvisoryRow {
            id: advisory.id.to_string(),
            title: super::lists::inert(&advisory.title),
            lang: advisory.lang.tag(),
            number: advisory.number.clone(),
            tlp: TlpMark(advisory.tlp),
            answer,
            at: view.time(&release.at()),
        });
    }
    Ok(rows)
}

/// What this organisation was asked, newest first.
pub(super) async fn approval_rows(
    app: &App,
    view: &View,
    open_only: bool,
) -> Result<Vec<ApprovalRow>, crate::error::PageError> {
    let asked = app.desk().approvals_for(view.actor()?).await.settled(view)?;
    Ok(asked
        .iter()
        .filter(|asked| {
            !open_only
                || (asked.approval.state == ApprovalState::Asked
                    && asked.state == AdvisoryState::AwaitingApproval)
        })
        .map(|asked| ApprovalRow {
            id: asked.approval.advisory.to_string(),
            // While the text is being revised, it is not this reader's to see.
            title: match &asked.shown {
                Some((advisory, _)) => super::lists::inert(&advisory.title),
                None => view.t("（文面を修正しています）", "(being revised)").to_owned(),
            },
            number: asked.number.clone(),
            state: labels::approval_state(view, asked.approval.state),
            at: view.time(&asked.approval.at),
        })
        .collect())
}

async fn organisation(app: &App, view: &View) -> PageResult {
    let actor = view.actor()?;
    let filter = SubmissionFilter { member: actor.only_own().settled(view)?, ..SubmissionFilter::default() };
    let submissions =
        app.desk().records().submissions(filter, PageRequest::first(FEW)).await.settled(view)?;
    let released = app.desk().releases_for(actor, PageRequest::first(FEW)).await.settled(view)?;
    let warnings = app.desk().warnings(actor, FEW).await.settled(view)?;
    let mut warnings = super::warnings::rows(app, view, warnings).await?;
    warnings.retain(|warning| warning.open);
    Ok(page(&OrganisationHome {
        v: view,
        warnings,
        approvals: approval_rows(app, view, true).await?,
        advisories: advisory_rows(app, view, actor, &released.items).await?,
        submissions: submissions.items.iter().map(|row| SubmissionRow::of(view, row)).collect(),
    }))
}

#[derive(Template)]
#[template(path = "home_administrator.html")]
struct AdministratorHome<'a> {
    v: &'a View,
    members: usize,
    sigs: usize,
    accounts: usize,
}

async fn administrator(app: &App, view: &View) -> PageResult {
    let records = app.desk().records();
    Ok(page(&AdministratorHome {
        v: view,
        members: records.members().await.settled(view)?.len(),
        sigs: records.sigs().await.settled(view)?.len(),
        accounts: records.accounts().await.settled(view)?.len(),
    }))
}
