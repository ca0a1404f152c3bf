//! `Viewer`: whoever asks.

use std::sync::LazyLock;

use futures_util::FutureExt;

use super::{
    actor,
    exec::object::{NoArgs, Object, Row},
    merchant::{self, Merchant},
};

/// Whoever asks.
pub struct Viewer;

impl Row for Viewer {
    fn object() -> &'static Object<Self> {
        static OBJECT: LazyLock<Object<Viewer>> = LazyLock::new(|| {
            Object::<Viewer>::new("Viewer", "Whoever asks: you.")
                .from_context("kind", "What kind of actor you are.", |cx| cx.actor.kind())
                .from_context("id", "Your id; null for the platform's key.", |cx| {
                    actor::id_of(cx.actor.author())
                })
                .from_context("name", "Your name.", |cx| cx.actor.name().to_owned())
                .from_context("role", "What you may do; null for the platform's key.", |cx| cx.actor.role())
                .optional::<NoArgs, Merchant>(
                    "merchant",
                    "Your merchant; null for the platform's key.",
                    |cx, rows, _, _| {
                        async move {
                            let own = merchant::own(cx).await?;
                            Ok(rows.iter().map(|_| own.clone()).collect())
                        }
                        .boxed()
                    },
                )
        });
        &OBJECT
    }
}
