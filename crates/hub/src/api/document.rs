//! The API's own description, in OpenAPI 3.1.

use axum::response::IntoResponse;
use utoipa::OpenApi;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};

use crate::routes::{Access, Route};

/// The routes of this file.
pub(crate) fn routes() -> Vec<Route> {
    vec![Route::get("/api/v1/openapi.json", Access::Public, openapi)]
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Noroshi hub",
        license(name = "Apache-2.0 OR MIT"),
        description = "Submissions of suspicious mail, campaigns, advisories and sightings. Send an API token as `Authorization: Bearer`. What a token may not see answers 404."
    ),
    paths(
        super::health::healthz,
        super::health::metrics,
        openapi,
        super::submissions::submit,
        super::submissions::list,
        super::submissions::show,
        super::submissions::judge,
        super::submissions::queue,
        super::threads::list,
        super::threads::show,
        super::threads::warnings,
        super::threads::give_originals,
        super::threads::reuses,
        super::threads::give_forms,
        super::threads::floods,
        super::campaigns::list,
        super::campaigns::show,
        super::campaigns::draft,
        super::spread::show,
        super::spread::place,
        super::verdicts::of_submission,
        super::verdicts::of_campaign,
        super::verdicts::judge_campaign,
        super::verdicts::agreement,
        super::verdicts::decisions,
        super::actors::list,
        super::actors::show,
        super::campaigns::history,
        super::pins::list,
        super::pins::pin,
        super::pins::unpin,
        super::pins::told,
        super::pins::tell,
        super::drafts::show,
        super::drafts::edit,
        super::drafts::ask,
        super::drafts::release,
        super::drafts::withdraw,
        super::approvals::list,
        super::approvals::show,
        super::approvals::answer,
        super::advisories::list,
        super::advisories::show,
        super::advisories::export,
        super::advisories::sight,
        super::advisories::withdraw,
        super::indicators::list,
        super::indicators::key,
        super::sightings::sight,
    )
)]
struct Document;

/// This document.
#[utoipa::path(get, path = "/api/v1/openapi.json", tag = "operation", responses((status = 200, description = "OpenAPI 3.1")))]
pub(crate) async fn openapi() -> axum::response::Response {
    axum::Json(document()).into_response()
}

/// The whole document.
pub(crate) fn document() -> utoipa::openapi::OpenApi {
    let mut document = Document::openapi();
    let bearer = SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build());
    document.components.get_or_insert_default().add_security_scheme("token", bearer);
    document.security = Some(vec![utoipa::openapi::security::SecurityRequirement::new("token", [""; 0])]);
    document
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_route_of_the_api_is_in_the_document() {
        let document = serde_json::to_value(super::document()).unwrap();
        for route in crate::api::routes() {
            let path = &document["paths"][route.path][route.method.as_str().to_ascii_lowercase()];
            assert!(path.is_object(), "{} {}", route.method, route.path);
        }
    }
}
