//! What this thread logs.

use std::{
    io::Write,
    sync::{Arc, Mutex},
};

use tracing::subscriber::DefaultGuard;
use tracing_subscriber::{fmt, layer::SubscriberExt};

/// Lines at every level; for a test whose runtime has one thread.
#[derive(Clone, Default)]
pub(crate) struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Lines {
    /// Hears until the guard is dropped.
    pub(crate) fn hear(&self) -> DefaultGuard {
        let writer = self.clone();
        let layer = fmt::layer().with_ansi(false).with_writer(move || writer.clone());
        tracing::subscriber::set_default(tracing_subscriber::registry().with(layer))
    }

    pub(crate) fn said(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}
