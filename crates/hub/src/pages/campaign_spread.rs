//! How a campaign spread: a part of its page, and a page of its own with the matrix, which opens down to items.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Path, Query, State};
use desk::records::{PAGE_LIMIT, PageRequest, SubmissionFilter};
use desk::spread::{CampaignSpread, Place, Side};
use jiff::Timestamp;
use lexicon::ids::{MemberId, SigId};
use lexicon::{Lang, Sig};
use serde::Deserialize;

use super::answers::{Settled, see};
use super::campaign::{head, member_label, subject_of};
use super::lists::SubmissionRow;
use crate::error::{PageError, PageResult};
use crate::plot::{LANES, LaneData, MarkData, Timeline};
use crate::routes::{ANALYST, Route};
use crate::state::App;
use crate::view::{View, page};

/// Organisations in the matrix of one page.
const PLACES: usize = 100;

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/campaigns/{id}/spread", ANALYST, show)]
}

/// What the campaign page shows of the spread.
pub(super) struct SpreadPart {
    pub(super) first: String,
    pub(super) last: String,
    pub(super) confirmed: u64,
    pub(super) places: usize,
    /// Markup of ours, its values escaped when it was made.
    pub(super) timeline: String,
    pub(super) lanes: Vec<LaneRow>,
    pub(super) more_lanes: usize,
    pub(super) sides: Vec<SideRow>,
    pub(super) sectors: Vec<SectorRow>,
}

pub(super) struct LaneRow {
    pub(super) label: String,
    pub(super) count: u64,
    pub(super) first: String,
    pub(super) last: String,
}

/// Before or after the advisory.
pub(super) struct SideRow {
    pub(super) word: &'static str,
    pub(super) name: &'static str,
    pub(super) side: Side,
}

/// A sector (SIG).
pub(super) struct SectorRow {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) places: u64,
    pub(super) mails: u64,
    pub(super) first: String,
    pub(super) last: String,
    pub(super) cells: Vec<Cell>,
}

/// A cell of the matrix.
pub(super) struct Cell {
    /// The number; empty for none.
    pub(super) text: String,
    /// How dark: 0 to 4.
    pub(super) heat: u8,
    /// What its column is called.
    pub(super) column: String,
}

/// Lanes listed on the campaign page.
const LISTED: usize = 30;

/// The part of the campaign page.
pub(super) fn part(v: &View, spread: &CampaignSpread, subject: &str) -> SpreadPart {
    let places = &spread.spread.places;
    let span = spread.spread.span;
    let when = |at: Option<Timestamp>| at.map(|at| v.time(&at)).unwrap_or_default();
    SpreadPart {
        first: when(span.map(|span| span.0)),
        last: when(span.map(|span| span.1)),
        confirmed: places.iter().filter(|place| place.confirmed > 0).count() as u64,
        places: places.len(),
        timeline: timeline(v, spread, subject),
        lanes: places
            .iter()
            .take(LISTED)
            .map(|place| LaneRow {
                label: member_label(v, spread, place.place),
                count: place.reported + place.confirmed,
                first: v.time(&place.first),
                last: v.time(&place.last),
            })
            .collect(),
        more_lanes: places.len().saturating_sub(LISTED),
        sides: sides(v, spread),
        sectors: sectors(v, spread, &[]),
    }
}

fn sides(v: &View, spread: &CampaignSpread) -> Vec<SideRow> {
    if spread.spread.released.is_none() {
        return Vec::new();
    }
    vec![
        SideRow {
            word: "before",
            name: v.t("注意喚起の前", "Before the advisory"),
            side: spread.spread.before,
        },
        SideRow {
            word: "after", name: v.t("注意喚起の後", "After the advisory"), side: spread.spread.after
        },
    ]
}

fn sig_name(v: &View, sigs: &BTreeMap<SigId, Sig>, sig: Option<SigId>) -> String {
    match sig.and_then(|sig| sigs.get(&sig)) {
        Some(sig) => v.lang.pick(&sig.name_ja, &sig.name_en).to_owned(),
        None => v.t("SIG なし", "No SIG").to_owned(),
    }
}

fn sectors(v: &View, spread: &CampaignSpread, columns: &[String]) -> Vec<SectorRow> {
    let sectors = &spread.spread.sectors;
    let most = sectors.iter().flat_map(|sector| &sector.cells).copied().max().unwrap_or(0);
    sectors
        .iter()
        .map(|sector| SectorRow {
            id: sector.sector.map_or_else(|| "none".to_owned(), |sig| sig.to_string()),
            name: sig_name(v, &spread.sigs, sector.sector),
            places: sector.places,
            mails: sector.mails,
            first: v.time(&sector.first),
            last: v.time(&sector.last),
            cells: cells(&sector.cells, most, columns),
        })
        .collect()
}

fn cells(counts: &[u64], most: u64, columns: &[String]) -> Vec<Cell> {
    counts
        .iter()
        .zip(columns)
        .map(|(count, column)| Cell {
            text: if *count == 0 { String::new() } else { count.to_string() },
            heat: heat(*count, most),
            column: column.clone(),
        })
        .collect()
}

/// A shade from 1 for one to 4 for the most, by size.
fn heat(count: u64, most: u64) -> u8 {
    match count {
        0 => 0,
        n if n * 4 > most * 3 => 4,
        n if n * 2 > most => 3,
        n if n * 4 > most => 2,
        _ => 1,
    }
}

/// Organisations over time; where there are many, sectors; the advisories as lines.
fn timeline(v: &View, spread: &CampaignSpread, subject: &str) -> String {
    let many = spread.spread.places.len() > LANES;
    let mut lanes: BTreeMap<usize, LaneData> = BTreeMap::new();
    let mut moments = moments(spread);
    for place in &spread.spread.places {
        let moments = moments.remove(&place.place).unwrap_or_default();
        if many {
            let of = spread.of.get(&place.place);
            let own: Vec<Option<SigId>> = match of.filter(|sigs| !sigs.is_empty()) {
                Some(sigs) => sigs.iter().copied().map(Some).collect(),
                None => vec![None],
            };
            for sector in own {
                let row = spread.spread.sectors.iter().position(|row| row.sector == sector).unwrap_or(0);
                let label = || cut_label(&sig_name(v, &spread.sigs, sector));
                let lane = lanes.entry(row).or_insert_with(|| LaneData { label: label(), at: Vec::new() });
                lane.at.extend(&moments);
            }
        } else {
            let number = spread.numbers.get(&place.place).copied().unwrap_or(0);
            lanes.insert(number, LaneData { label: member_label(v, spread, place.place), at: moments });
        }
    }
    let mut lanes: Vec<LaneData> = lanes.into_values().collect();
    if lanes.len() > LANES {
        let rest = lanes.split_off(LANES - 1);
        let label = format!("{} {}", v.t("ほか", "others"), rest.len());
        lanes.push(LaneData { label, at: rest.into_iter().flat_map(|lane| lane.at).collect() });
    }
    let marks: Vec<MarkData> = spread
        .released
        .iter()
        .take(1)
        .map(|(_, at)| MarkData { label: v.t("注意喚起", "Advisory").to_owned(), at: *at })
        .collect();
    let places = spread.spread.places.len();
    let desc = match v.lang {
        Lang::Ja => format!("{places} 組織に、いつ届いたか。同じ内容を下の表でも示します。"),
        Lang::En => format!("When it reached {places} organisations. The table below says the same."),
    };
    let title = format!("{}{subject}", v.t("到着の時系列：", "Arrivals over time: "));
    Timeline::new(title, desc, &lanes, &marks).render().unwrap_or_default()
}

/// A name that fits beside a lane.
fn cut_label(name: &str) -> String {
    const FIT: usize = 8;
    if name.chars().count() <= FIT {
        name.to_owned()
    } else {
        name.chars().take(FIT - 1).chain(['…']).collect()
    }
}

/// When something arrived at each place.
fn moments(spread: &CampaignSpread) -> BTreeMap<MemberId, Vec<Timestamp>> {
    let mut moments: BTreeMap<MemberId, Vec<Timestamp>> = BTreeMap::new();
    for arrival in &spread.arrivals {
        moments.entry(arrival.place).or_default().push(arrival.at);
    }
    moments
}

#[derive(Debug, Default, Deserialize)]
struct SpreadQuery {
    /// Only places of this SIG (`none`: of none).
    #[serde(default)]
    sig: Option<String>,
    /// Only places known `before` or `after` the advisory.
    #[serde(default)]
    side: Option<String>,
    /// The items of the place of this number.
    #[serde(default)]
    place: Option<usize>,
}

#[derive(Template)]
#[template(path = "campaign_spread.html")]
struct SpreadPage<'a> {
    v: &'a View,
    id: String,
    subject: String,
    timeline: String,
    columns: Vec<Column>,
    step: String,
    sides: Vec<SideRow>,
    released: String,
    sectors: Vec<SectorRow>,
    distinct: usize,
    gross: u64,
    rows: Vec<PlaceRow>,
    more: usize,
    filtered: Option<String>,
    items: Option<Items>,
}

struct Column {
    label: String,
    released: bool,
}

struct PlaceRow {
    number: usize,
    label: String,
    sigs: String,
    reported: u64,
    confirmed: u64,
    first: String,
    known: String,
    after: bool,
    cells: Vec<Cell>,
}

/// What stands behind the figures of one place.
struct Items {
    label: String,
    mails: Vec<SubmissionRow>,
    more: bool,
    confirmation: Option<Confirmation>,
}

struct Confirmation {
    advisory: String,
    count: u32,
    first: String,
    answered: String,
}

async fn show(
    State(app): State<App>,
    view: View,
    Path(text): Path<String>,
    Query(query): Query<SpreadQuery>,
) -> PageResult {
    let head = head(&app, &view, &text).await?;
    if let Some(into) = head.merged_into {
        return Ok(see(&format!("/campaigns/{into}/spread")));
    }
    let v = &view;
    let spread = app.desk().spread(view.actor()?, head.id).await.settled(v)?;
    let mails = app.desk().records().campaign_mails(head.id, None, 5).await.settled(v)?;
    let subject = subject_of(v, &mails);
    let (labels, step) = columns(v, &spread.spread.columns);
    let released = spread.spread.released;
    let wanted = |place: &Place<MemberId>| {
        let after = released.is_some_and(|at| place.known >= at);
        let side = match query.side.as_deref() {
            Some("before") => !after,
            Some("after") => after,
            _ => true,
        };
        let of = spread.of.get(&place.place);
        let sig = match query.sig.as_deref() {
            None => true,
            Some("none") => of.is_none_or(|sigs| sigs.is_empty()),
            Some(text) => text.parse::<SigId>().is_ok_and(|sig| of.is_some_and(|sigs| sigs.contains(&sig))),
        };
        side && sig
    };
    let chosen: Vec<&Place<MemberId>> = spread.spread.places.iter().filter(|place| wanted(place)).collect();
    let most = spread.spread.places.iter().flat_map(|place| &place.cells).copied().max().unwrap_or(0);
    let rows = chosen
        .iter()
        .take(PLACES)
        .map(|place| {
            let sigs: Vec<String> = spread
                .of
                .get(&place.place)
                .into_iter()
                .flatten()
                .map(|sig| sig_name(v, &spread.sigs, Some(*sig)))
                .collect();
            PlaceRow {
                number: spread.numbers.get(&place.place).copied().unwrap_or(0),
                label: member_label(v, &spread, place.place),
                sigs: sigs.join(v.t("、", ", ")),
                reported: place.reported,
                confirmed: place.confirmed,
                first: v.time(&place.first),
                known: v.time(&place.known),
                after: released.is_some_and(|at| place.known >= at),
                cells: cells(&place.cells, most, &labels),
            }
        })
        .collect();
    let items = match query.place {
        Some(number) => Some(items(&app, v, &spread, head.id, number).await?),
        None => None,
    };
    let starts = &spread.spread.columns;
    Ok(page(&SpreadPage {
        v,
        id: head.id.to_string(),
        timeline: timeline(v, &spread, &subject),
        subject,
        columns: labels
            .iter()
            .zip(starts.windows(2))
            .map(|(label, ends)| Column {
                label: label.clone(),
                released: match (released, ends) {
                    (Some(at), [from, to]) => (*from..*to).contains(&at),
                    _ => false,
                },
            })
            .collect(),
        step,
        sides: sides(v, &spread),
        released: released.map(|at| v.time(&at)).unwrap_or_default(),
        sectors: sectors(v, &spread, &labels),
        distinct: spread.spread.places.len(),
        gross: spread.spread.sectors.iter().map(|sector| sector.places).sum(),
        rows,
        more: chosen.len().saturating_sub(PLACES),
        filtered: filtered(v, &query, &spread.sigs),
        items,
    }))
}

/// What the table is limited to, in words.
fn filtered(v: &View, query: &SpreadQuery, sigs: &BTreeMap<SigId, Sig>) -> Option<String> {
    let side = match query.side.as_deref() {
        Some("before") => Some(v.t("注意喚起の前に分かった組織", "known before the advisory").to_owned()),
        Some("after") => Some(v.t("注意喚起の後に分かった組織", "known after the advisory").to_owned()),
        _ => None,
    };
    let sig = query.sig.as_deref().map(|text| sig_name(v, sigs, text.parse().ok()));
    let words: Vec<String> = side.into_iter().chain(sig).collect();
    (!words.is_empty()).then(|| words.join(v.t("、", ", ")))
}

async fn items(
    app: &App,
    v: &View,
    spread: &CampaignSpread,
    campaign: lexicon::ids::CampaignId,
    number: usize,
) -> Result<Items, PageError> {
    let member = spread.numbers.iter().find(|(_, n)| **n == number).map(|(member, _)| *member);
    let member = member.ok_or_else(|| PageError::not_found(v))?;
    let filter =
        SubmissionFilter { member: Some(member), campaign: Some(campaign), ..SubmissionFilter::default() };
    let page = PageRequest::first(PAGE_LIMIT);
    let found = app.desk().records().submissions(filter, page).await.settled(v)?;
    let confirmation = spread.confirmations.iter().find(|(_, sighting)| sighting.member == member);
    Ok(Items {
        label: member_label(v, spread, member),
        mails: found.items.iter().map(|record| SubmissionRow::of(v, record)).collect(),
        more: found.next.is_some(),
        confirmation: confirmation.map(|(advisory, sighting)| Confirmation {
            advisory: advisory.to_string(),
            count: sighting.count,
            first: sighting.first_date.map(|date| date.to_string()).unwrap_or_default(),
            answered: v.time(&sighting.answered),
        }),
    })
}

/// The names of columns, and how wide each is, in words.
fn columns(v: &View, starts: &[Timestamp]) -> (Vec<String>, String) {
    let hours = match starts {
        [from, to, ..] => (to.as_second() - from.as_second()) / 3600,
        _ => 0,
    };
    let form = if hours < 24 { "%m-%d %H:%M" } else { "%Y-%m-%d" };
    let names = starts.iter().take(starts.len().saturating_sub(1));
    let names = names.map(|at| at.to_zoned(lexicon::time::jst()).strftime(form).to_string()).collect();
    let step = match (v.lang, hours) {
        (Lang::Ja, 0..24) => format!("1 列は {hours} 時間"),
        (Lang::Ja, _) => format!("1 列は {} 日", hours / 24),
        (Lang::En, 0..24) => format!("One column is {hours} hour(s)"),
        (Lang::En, _) => format!("One column is {} day(s)", hours / 24),
    };
    (names, step)
}

#[cfg(test)]
mod tests {
    use super::heat;

    #[test]
    fn the_most_is_darkest_and_nothing_is_blank() {
        assert_eq!([0, 1, 2, 3, 4, 8].map(|n| heat(n, 8)), [0, 1, 1, 2, 2, 4]);
        assert_eq!(heat(1, 1), 4);
    }
}
