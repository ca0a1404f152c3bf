//! What the pages share: small modules of ours, and the libraries.

use super::{Asset, JS, file, vendored};

macro_rules! module {
    ($name:literal) => {
        file(concat!("/shared/", $name), JS, include_bytes!(concat!("../../web/shared/", $name)))
    };
}

macro_rules! library {
    ($name:literal) => {
        vendored(
            concat!("/shared/vendor/", $name),
            JS,
            include_bytes!(concat!("../../web/shared/vendor/", $name, ".gz")),
        )
    };
}

pub(super) static FILES: [Asset; 9] = [
    module!("dom.js"),
    module!("http.js"),
    module!("view.js"),
    library!("graphql-ws-6.4.2.js"),
    library!("graphql-ws-common-6.4.2.js"),
    library!("htm-3.1.1.js"),
    library!("preact-11.2.0.js"),
    library!("preact-hooks-11.2.0.js"),
    library!("uqr-0.1.3.js"),
];
