//! The files of a customer's journey at `/k`.

use super::{Asset, CSS, HTML, JS, file, page};

/// Scripts, styles and connections of this origin alone; the camera's stream is no load. A text never becomes markup, which
/// the browser holds.
pub(super) const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
    connect-src 'self'; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; \
    trusted-types 'none'; frame-ancestors 'none'";

/// A preview asks nobody, and a page of this origin alone may show it in a frame. All else is as for the journey itself.
pub(super) const PREVIEW_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
    base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'; \
    frame-ancestors 'self'";

/// `/k/NAME` is the file of that name.
macro_rules! module {
    ($name:literal) => {
        file(concat!("/k/", $name), JS, include_bytes!(concat!("../../web/journey/", $name)))
    };
}

pub(super) static FILES: [Asset; 29] = [
    page("/k", HTML, include_bytes!("../../web/journey/index.html"), POLICY),
    // Where `checks::sandbox` sends to in place of DigiLocker.
    page("/journey/sandbox/digilocker", HTML, include_bytes!("../../web/journey/digilocker.html"), POLICY),
    page("/k/preview", HTML, include_bytes!("../../web/journey/preview.html"), PREVIEW_POLICY),
    file("/k/preview.css", CSS, include_bytes!("../../web/journey/preview.css")),
    file("/k/journey.css", CSS, include_bytes!("../../web/journey/journey.css")),
    module!("api.js"),
    module!("app.js"),
    module!("consent.js"),
    module!("draft.js"),
    module!("ends.js"),
    module!("form.js"),
    module!("frame.js"),
    module!("live.js"),
    module!("picture.js"),
    module!("preview.js"),
    module!("sandbox.js"),
    module!("standin.js"),
    module!("steps/bank.js"),
    module!("steps/chosen.js"),
    module!("steps/digilocker.js"),
    module!("steps/pan.js"),
    module!("steps/selfie.js"),
    module!("steps/signature.js"),
    module!("store.js"),
    module!("texts.js"),
    module!("texts/en.js"),
    module!("texts/hi.js"),
    module!("theme.js"),
    module!("values.js"),
];
