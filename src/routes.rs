//! Every room's routes, and what all of them share: headers, the browser's token, error pages.

use actix_web::{
    HttpRequest, HttpResponse,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::{StatusCode, header},
    middleware::{DefaultHeaders, Next},
    web,
};
use askama::Template;

use crate::{
    desks::{
        about, colleague, dashboard, my_grants, open_data, personal_data, proposal, registry, review,
        saved_view,
    },
    grants::{
        account_request, further_report, mandate, onward, payment, repayment, report, requisition, search,
    },
    ground::{
        history::{Event, access_log},
        infra::{
            Portal, assets, db,
            error::AppError,
            once,
            page::{self, Chrome, Page},
            trace,
        },
    },
    paths,
    people::{
        access::{
            self, proof,
            routing::{Route, Routes, reading},
        },
        account, identity,
    },
    run::{operation, practice},
    terms::{agreement, allocation, insight},
};

/// Registers everything and gives the table of routes × roles.
pub fn configure(config: &mut web::ServiceConfig) -> Vec<Route> {
    config
        .app_data(web::PathConfig::default().error_handler(|_, _| AppError::NotFound.into()))
        .app_data(web::QueryConfig::default().error_handler(|_, _| {
            AppError::bad_request("Adressen innehåller något som inte går att läsa.").into()
        }))
        .route(assets::PATTERN, reading().to(assets::show))
        .configure(operation::pages::health)
        .default_service(web::to(nowhere));
    let mut routes = Routes::new(config);
    about::pages::routes(&mut routes);
    personal_data::pages::routes(&mut routes);
    access::pages::routes(&mut routes);
    // Before those of the identity providers, whose addresses would match.
    account::pages::routes(&mut routes);
    identity::pages::routes(&mut routes);
    agreement::pages::routes(&mut routes);
    allocation::pages::routes(&mut routes);
    requisition::pages::routes(&mut routes);
    report::pages::routes(&mut routes);
    repayment::pages::routes(&mut routes);
    account_request::pages::routes(&mut routes);
    further_report::pages::routes(&mut routes);
    mandate::pages::routes(&mut routes);
    colleague::pages::routes(&mut routes);
    registry::pages::routes(&mut routes);
    onward::pages::routes(&mut routes);
    my_grants::pages::routes(&mut routes);
    review::pages::routes(&mut routes);
    proposal::pages::routes(&mut routes);
    payment::pages::routes(&mut routes);
    saved_view::pages::routes(&mut routes);
    search::pages::routes(&mut routes);
    // Before the overview, whose addresses of agreements would match its switch too.
    open_data::pages::routes(&mut routes);
    dashboard::pages::routes(&mut routes);
    insight::pages::routes(&mut routes);
    practice::pages::routes(&mut routes);
    routes.table
}

async fn nowhere() -> Page {
    Err(AppError::NotFound)
}

/// Nothing is loaded from elsewhere, nothing runs inline, nobody frames the portal.
pub fn headers(https: bool) -> DefaultHeaders {
    let headers = DefaultHeaders::new()
        .add((
            "content-security-policy",
            "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data:; \
             connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
        ))
        .add(("x-content-type-options", "nosniff"))
        .add(("referrer-policy", "same-origin"))
        .add(("cross-origin-opener-policy", "same-origin"))
        .add(("permissions-policy", "camera=(), geolocation=(), microphone=()"))
        .add(("cache-control", "no-store"));
    if https {
        headers.add(("strict-transport-security", "max-age=31536000; includeSubDomains"))
    } else {
        headers
    }
}

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage {
    chrome: Chrome,
    status: u16,
    heading: &'static str,
    message: String,
    advice: &'static str,
    /// What the log calls the request, for a fault of ours.
    id: String,
}

/// Turns an error into its page, and writes the cause of a fault of ours to the log.
pub async fn error_pages<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    // PostgreSQL takes no text with a NUL in it, not even to find nothing.
    let (response, was_saved) = if request.uri().to_string().contains("%00") {
        (request.error_response(AppError::NotFound), false)
    } else {
        let ((answer, post), was_saved) = db::and_was_saved(once::in_request(next.call(request))).await;
        let answer = answer?.map_into_boxed_body();
        if let Some(post) = post.filter(|_| answer.status().is_client_error())
            && let Some(address) = answer_of_other_half(&answer, post).await
        {
            return Ok(answer.into_response(address));
        }
        (answer, was_saved)
    };
    let request = response.request().clone();
    let Some(error) = response.response().error() else {
        return Ok(response);
    };
    let page = match error.as_error::<AppError>() {
        // What fails after the change was saved says nothing against it.
        Some(AppError::Unavailable(cause) | AppError::Unwritable(cause) | AppError::Internal(cause))
            if was_saved =>
        {
            error_page(&request, &AppError::MaybeSaved(cause.clone())).await
        }
        Some(error) => page_for(&request, error).await,
        None => {
            let status = error.as_response_error().status_code();
            tracing::warn!(%status, cause = %error, "request failed");
            error_page(&request, &AppError::bad_request("Förfrågan gick inte att läsa.")).await
        }
    };
    let page = page.unwrap_or_else(|error| {
        tracing::error!(cause = %error, "no page for an error");
        HttpResponse::build(StatusCode::INTERNAL_SERVER_ERROR).body("Ett fel har uppstått.")
    });
    Ok(ServiceResponse::new(request, page))
}

/// Where a post failed because the other half of a double click had its effect meanwhile: the answer of that half.
async fn answer_of_other_half<B>(failed: &ServiceResponse<B>, post: once::Post) -> Option<HttpResponse> {
    let portal = Portal::of(failed.request()).ok()?;
    let answer = once::answer_to(&portal.db, post).await.ok()??;
    page::see_other(answer).ok()
}

async fn page_for(request: &HttpRequest, error: &AppError) -> Page {
    match error {
        AppError::SignedOut(held) => {
            access::pages::sign_in_instead(request, Portal::of(request)?, held.as_deref().cloned()).await
        }
        AppError::Unconfirmed(held) => {
            account::pages::confirm::ask_instead(request, Portal::of(request)?, held.as_deref().cloned())
                .await
        }
        AppError::StaleForm(resume) => {
            let visitor = proof::signed_in(request).await?;
            let chrome = proof::chrome(request, visitor.as_ref())?;
            let actor = visitor.as_ref().map(|(actor, _)| actor);
            access::pages::send_again(request, Portal::of(request)?, actor, chrome, (**resume).clone()).await
        }
        // The one page that there is for this account until it is done.
        AppError::SecondFactorMissing => page::see_other(paths::account::SecondFactor),
        AppError::AnsweredBefore(address) => page::see_other(address),
        _ => error_page(request, error).await,
    }
}

async fn error_page(request: &HttpRequest, error: &AppError) -> Page {
    use actix_web::ResponseError;

    let status = error.status_code();
    if status.is_server_error() {
        tracing::error!(%status, cause = %error, "request failed");
    }
    let (heading, message, advice) = words(error);
    // With the database away there is nobody to recognise: the page is then made without asking it.
    let actor = if status.is_server_error() { None } else { proof::signed_in(request).await.ok().flatten() };
    if let (AppError::Forbidden, Some((actor, _))) = (error, &actor) {
        let (who, route) = (actor.who(), request.match_pattern().unwrap_or_default());
        let tried = format!("{} {route}", request.method());
        Portal::of(request)?
            .db
            .write(move |connection| {
                access_log::note(connection, chrono::Utc::now(), who, Event::AccessRefused, tried)
            })
            .await
            .map_err(AppError::from)?;
    }
    let chrome = proof::chrome(request, actor.as_ref())?;
    let id = if status.is_server_error() { trace::id_of(request) } else { String::new() };
    let page = ErrorPage { chrome, status: status.as_u16(), heading, message, advice, id };
    let mut response = page::show_as(status, &page)?;
    let retry_after = match error {
        AppError::Unavailable(_) | AppError::Unwritable(_) | AppError::MaybeSaved(_) | AppError::Busy => {
            Some(10)
        }
        AppError::TooMany { seconds } => Some(*seconds),
        _ => None,
    };
    if let Some(seconds) = retry_after {
        response.headers_mut().insert(header::RETRY_AFTER, header::HeaderValue::from(seconds));
    }
    Ok(response)
}

fn words(error: &AppError) -> (&'static str, String, &'static str) {
    let text = str::to_owned;
    match error {
        AppError::NotFound => (
            "Sidan finns inte",
            text("Här finns ingen sida, eller så är den inte för din organisation."),
            "Kontrollera adressen, eller gå till startsidan.",
        ),
        AppError::Forbidden | AppError::SecondFactorMissing => (
            "Din roll räcker inte",
            text("Det du försöker göra kräver en annan roll än den du har."),
            "Be en kollega som har rollen, eller byt organisation om du har flera.",
        ),
        AppError::SignedOut(_) => ("Logga in", text("Du är inte inloggad."), "Logga in och försök igen."),
        AppError::Unconfirmed(_) => (
            "Bekräfta att det är du",
            text("Det du försöker göra kräver att du nyss har visat vem du är. Inget har sparats."),
            "Gå tillbaka, ladda om sidan och försök igen.",
        ),
        AppError::StaleForm(_) => (
            "Sidan var för gammal",
            text("Du har loggat in på nytt sedan sidan öppnades. Inget har sparats."),
            "Gå tillbaka, ladda om sidan och skicka igen.",
        ),
        AppError::Conflict(what) => (
            "Det gick inte att göra",
            what.clone(),
            "Inget har ändrats. Gå tillbaka och ladda om sidan för att se hur det är nu.",
        ),
        // Led on by its address; never shown.
        AppError::AnsweredBefore(_) => ("Redan gjort", text("Det är redan gjort."), "Gå till startsidan."),
        AppError::BadRequest(what) => (
            "Det som skickades gick inte att läsa",
            what.clone(),
            "Gå tillbaka, ladda om sidan och försök igen.",
        ),
        AppError::TooSlow => (
            "Det tog för lång tid",
            text("Det du skickade kom inte fram i tid. Inget har sparats."),
            "Kontrollera din uppkoppling, gå tillbaka och försök igen. Det du skrev finns kvar i webbläsaren.",
        ),
        AppError::TooLarge => (
            "Det som skickades var för stort",
            text("Ett formulär får vara högst 128 kB och en fil högst 10 MB. Inget har sparats."),
            "Gå tillbaka, korta texten eller välj en mindre fil och försök igen.",
        ),
        AppError::TooMany { seconds } => (
            "För många försök",
            format!(
                "Portalen har fått fler förfrågningar härifrån än den tar emot. Försök igen om {seconds} s. Inget har sparats."
            ),
            "Gå tillbaka och försök igen om en stund. Det du skrev finns kvar i webbläsaren.",
        ),
        AppError::Busy => (
            "Många loggar in just nu",
            text("Portalen hinner inte med alla på en gång, så du blev inte inloggad och inget har sparats."),
            "Vänta en halv minut, gå tillbaka och försök igen. Det du skrev finns kvar i webbläsaren.",
        ),
        AppError::Unavailable(_) => (
            "Portalen når inte sin databas just nu",
            text("Det du gjorde har inte sparats. Felet är vårt, inte ditt."),
            "Vänta en stund och försök igen. Det som redan fått ett kvitto är kvar.",
        ),
        AppError::Unwritable(_) => (
            "Portalen kan inte spara något just nu",
            text("Det du gjorde har inte sparats. Felet är vårt, inte ditt."),
            "Vänta en stund och försök igen. Det som redan fått ett kvitto är kvar, och går att läsa.",
        ),
        AppError::MaybeSaved(_) => (
            "Svaret kom bort",
            text(
                "Vi vet inte om det sparades. Ladda om sidan och se; att skicka samma formulär igen är ofarligt.",
            ),
            "Felet är vårt, inte ditt. Har du fått ett kvitto tidigare gäller det.",
        ),
        AppError::Internal(_) => (
            "Ett fel har uppstått",
            text("Det du gjorde har inte sparats. Felet är vårt, och det finns i vår logg."),
            "Försök igen. Hjälper inte det, kontakta myndigheten som betalar bidraget.",
        ),
    }
}
