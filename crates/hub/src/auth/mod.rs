//! Who somebody is: passwords, sessions, API tokens, and the first start.

pub(crate) mod pages;
mod password;
mod session;
mod throttle;

pub use pages::routes;
pub use password::{hash as hash_on_thread, hash_password};
pub use session::setup_link;
pub use session::{Login, login, new_token};
pub(crate) use session::{cookie_value, session_viewer, token_viewer};
pub use throttle::Throttle;
