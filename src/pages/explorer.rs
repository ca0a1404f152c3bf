//! The files of the GraphQL explorer at `/graphiql`.

use super::{Asset, CSS, HTML, JS, file, page, vendored};

/// GraphiQL needs inline styles (a dialog of it inserts a style element, which keeps the page behind from scrolling),
/// `data:` images (its editor's markers), and connections to this origin: `'self'` has its WebSocket in it (CSP 3; Safari from 16
/// on), `ws:` would have everybody's. Scripts stay files of ours.
pub(super) const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
    img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

macro_rules! web {
    ($file:literal) => {
        include_bytes!(concat!("../../web/graphiql/", $file))
    };
}

pub(super) static FILES: [Asset; 7] = [
    page("/graphiql", HTML, web!("index.html"), POLICY),
    file("/graphiql/app.css", CSS, web!("app.css")),
    file("/graphiql/app.js", JS, web!("app.js")),
    vendored("/graphiql/vendor/graphiql-3.9.0.min.css", CSS, web!("vendor/graphiql-3.9.0.min.css.gz")),
    vendored("/graphiql/vendor/graphiql-3.9.0.min.js", JS, web!("vendor/graphiql-3.9.0.min.js.gz")),
    vendored(
        "/graphiql/vendor/react-18.3.1.production.min.js",
        JS,
        web!("vendor/react-18.3.1.production.min.js.gz"),
    ),
    vendored(
        "/graphiql/vendor/react-dom-18.3.1.production.min.js",
        JS,
        web!("vendor/react-dom-18.3.1.production.min.js.gz"),
    ),
];
