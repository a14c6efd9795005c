//! The hub: pages, API, workers, accounts.
//!
//! Start with [`routes::table`]: every address of the hub and who may use it. What a recipient sees of an
//! advisory comes from a [`gate::Released`] and from nowhere else.

mod api;
pub mod auth;
pub mod demo;
mod error;
pub mod export;
mod form;
mod given;
mod graph;
mod guard;
mod lanes;
mod pages;
mod plot;
pub mod routes;
pub mod serve;
pub mod shelf;
pub mod show;
pub mod signing;
mod state;
pub mod supplied;
mod view;
pub mod worker;
pub mod world;

pub use pages::standalone;
pub use state::{App, DemoAccount, HubSettings};
