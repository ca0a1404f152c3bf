//! The files of the dashboard at `/`.

use super::{Asset, CSS, HTML, JS, file, page};

/// Scripts, styles, connections and frames of this origin alone. A text never becomes markup, which the browser holds. `data:` is
/// the empty icon, which keeps a browser from asking for one. The frame is the journey in colours that are not saved yet.
pub(super) const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
    connect-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; \
    trusted-types 'none'; frame-ancestors 'none'";

/// A view at its address: one page, which looks where it is.
macro_rules! view {
    ($path:literal) => {
        page($path, HTML, include_bytes!("../../web/dashboard/index.html"), POLICY)
    };
}

/// `/dashboard/NAME` is the file of that name.
macro_rules! module {
    ($name:literal) => {
        file(concat!("/dashboard/", $name), JS, include_bytes!(concat!("../../web/dashboard/", $name)))
    };
}

macro_rules! style {
    ($name:literal) => {
        file(
            concat!("/dashboard/styles/", $name),
            CSS,
            include_bytes!(concat!("../../web/dashboard/styles/", $name)),
        )
    };
}

pub(super) static FILES: &[Asset] = &[
    view!("/"),
    view!("/attempts/{id}"),
    view!("/customers/{id}"),
    view!("/links/new"),
    view!("/overview"),
    view!("/password"),
    view!("/report"),
    view!("/settings"),
    view!("/settings/{part}"),
    module!("api.js"),
    module!("app.js"),
    module!("documents.js"),
    module!("live.js"),
    module!("parts/dialog.js"),
    module!("parts/event.js"),
    module!("parts/form.js"),
    module!("parts/links.js"),
    module!("parts/log.js"),
    module!("parts/notice.js"),
    module!("parts/once.js"),
    module!("parts/order.js"),
    module!("parts/page.js"),
    module!("parts/qr.js"),
    module!("parts/range.js"),
    module!("parts/reason.js"),
    module!("parts/shell.js"),
    module!("parts/state.js"),
    module!("parts/validity.js"),
    module!("parts/zone.js"),
    module!("query.js"),
    module!("router.js"),
    module!("session.js"),
    module!("time.js"),
    module!("views/attempt/attempt.js"),
    module!("views/attempt/decide.js"),
    module!("views/attempt/desk.js"),
    module!("views/attempt/documents.js"),
    module!("views/attempt/facts.js"),
    module!("views/attempt/holds.js"),
    module!("views/attempt/keys.js"),
    module!("views/attempt/link.js"),
    module!("views/attempt/match.js"),
    module!("views/attempt/moves.js"),
    module!("views/attempt/picture.js"),
    module!("views/attempt/queue.js"),
    module!("views/attempt/reject.js"),
    module!("views/attempt/result.js"),
    module!("views/attempt/screening.js"),
    module!("views/attempt/step.js"),
    module!("views/attempt/tracker.js"),
    module!("views/customer/activity.js"),
    module!("views/customer/attempts.js"),
    module!("views/customer/countries.js"),
    module!("views/customer/customer.js"),
    module!("views/customer/edit.js"),
    module!("views/customer/facts.js"),
    module!("views/customer/fields.js"),
    module!("views/customer/now.js"),
    module!("views/link/draft.js"),
    module!("views/link/generate.js"),
    module!("views/link/journey.js"),
    module!("views/link/open.js"),
    module!("views/link/review.js"),
    module!("views/link/search.js"),
    module!("views/link/who.js"),
    module!("views/overview/buckets.js"),
    module!("views/overview/chart.js"),
    module!("views/overview/fills.js"),
    module!("views/overview/funnel.js"),
    module!("views/overview/numbers.js"),
    module!("views/overview/overview.js"),
    module!("views/overview/tiles.js"),
    module!("views/panel/filters.js"),
    module!("views/panel/look.js"),
    module!("views/panel/matches.js"),
    module!("views/panel/moved.js"),
    module!("views/panel/panel.js"),
    module!("views/panel/place.js"),
    module!("views/panel/rows.js"),
    module!("views/panel/tabs.js"),
    module!("views/password.js"),
    module!("views/report.js"),
    module!("views/report/download.js"),
    module!("views/report/progress.js"),
    module!("views/report/rows.js"),
    module!("views/report/sink.js"),
    module!("views/settings/branding.js"),
    module!("views/settings/colour.js"),
    module!("views/settings/edits.js"),
    module!("views/settings/journey.js"),
    module!("views/settings/keys.js"),
    module!("views/settings/logo.js"),
    module!("views/settings/member_dialogs.js"),
    module!("views/settings/members.js"),
    module!("views/settings/origins.js"),
    module!("views/settings/preview.js"),
    module!("views/settings/secret.js"),
    module!("views/settings/settings.js"),
    module!("views/signin.js"),
    module!("words.js"),
    style!("attempt.css"),
    style!("base.css"),
    style!("customer.css"),
    style!("link.css"),
    style!("overview.css"),
    style!("panel.css"),
    style!("parts.css"),
    style!("report.css"),
    style!("settings.css"),
    style!("shell.css"),
    style!("step.css"),
    style!("tracker.css"),
];
