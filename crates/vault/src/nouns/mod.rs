//! One file per noun, as in [`desk::records`].

mod accounts;
mod advisories;
mod advisory_text;
mod approvals;
mod audit;
mod campaign_views;
mod carriers;
mod casebook;
mod changes;
mod completion;
mod form_files;
mod linking;
mod originals;
mod pages;
mod releases;
mod roster;
mod sightings;
mod submissions;
mod threads;
mod threat_actors;
mod verdicts;
