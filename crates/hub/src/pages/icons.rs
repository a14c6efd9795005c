//! Small pictures that stand beside words, never in their place.

use std::fmt;

use askama::filters::HtmlSafe;

/// An inline picture of 24 by 24 units, drawn in the colour of the text around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Icon(&'static str);

/// The picture of this name; an unknown name gives a dot.
pub(crate) fn icon(name: &str) -> Icon {
    Icon(match name {
        "alert" => r#"<path d="M12 3 2 20h20z"/><path d="M12 10v4M12 17.500v.1"/>"#,
        "check" => r#"<path d="m4 12.500 5.500 5.500L20 7"/>"#,
        "clock" => r#"<circle cx="12" cy="12" r="9"/><path d="M12 7v5l3.500 2"/>"#,
        "cross" => r#"<path d="m6 6 12 12M18 6 6 18"/>"#,
        "eye" => {
            r#"<path d="M2 12s3.500-6.500 10-6.500S22 12 22 12s-3.500 6.500-10 6.500S2 12 2 12z"/><circle cx="12" cy="12" r="3"/>"#
        }
        "file" => r#"<path d="M6 2.500h8l4.500 4.500v14.500H6z"/><path d="M14 2.500V7h4.500"/>"#,
        "flag" => r#"<path d="M5 22V3M5 4h13l-3 4 3 4H5"/>"#,
        "inbox" => r#"<path d="M3 13 6 4h12l3 9v7H3z"/><path d="M3 13h5l1.500 3h5l1.500-3h5"/>"#,
        "info" => r#"<circle cx="12" cy="12" r="9"/><path d="M12 11v6M12 7.500v.1"/>"#,
        "link" => {
            r#"<path d="M10 14a4 4 0 0 0 5.700 0l3-3a4 4 0 0 0-5.700-5.700l-1 1M14 10a4 4 0 0 0-5.700 0l-3 3a4 4 0 0 0 5.700 5.700l1-1"/>"#
        }
        "lock" => r#"<path d="M5 11h14v10H5zM8 11V7a4 4 0 0 1 8 0v4"/>"#,
        "pen" => r#"<path d="m4 20 1-4.500L16.500 4l3.500 3.500L8.500 19z"/>"#,
        "query" => {
            r#"<circle cx="12" cy="12" r="9"/><path d="M9.300 9.500a2.800 2.800 0 1 1 3.900 2.600c-.8.400-1.200 1-1.200 1.900M12 17v.1"/>"#
        }
        "send" => r#"<path d="M3 11.500 21 3l-6.500 18-3-7.500z"/><path d="M11.500 13.500 21 3"/>"#,
        "shield" => {
            r#"<path d="M12 2.500 4 5.500v6c0 5 3.400 8.500 8 10 4.600-1.500 8-5 8-10v-6z"/><path d="m8.500 12 2.500 2.500 4.500-4.500"/>"#
        }
        "upload" => r#"<path d="M12 16V4M7 8.500 12 4l5 4.500M4 15v5h16v-5"/>"#,
        _ => r#"<circle cx="12" cy="12" r="3"/>"#,
    })
}

impl fmt::Display for Icon {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            r#"<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">{}</svg>"#,
            self.0
        )
    }
}

impl HtmlSafe for Icon {}
