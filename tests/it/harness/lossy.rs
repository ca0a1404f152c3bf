//! A way to PostgreSQL that breaks at the next commit: before it is sent, or after it was done and before that is heard.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex},
};

use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{UnixListener, UnixStream},
    task::JoinHandle,
};

/// Where the way breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Break {
    /// The database never hears of the commit.
    BeforeIt,
    /// The commit is done, and nobody is told.
    AfterIt,
}

/// The way. It ends when this is dropped.
pub(crate) struct Lossy {
    directory: TempDir,
    breaks: Arc<Mutex<Option<Break>>>,
    carrying: JoinHandle<()>,
}

/// As PostgreSQL calls it in the directory that an address names.
const SOCKET: &str = ".s.PGSQL.5432";

impl Lossy {
    /// To the server of this address, which is a database of the tests'.
    pub(crate) fn to(url: &str) -> Self {
        let directory = tempfile::Builder::new().prefix("kyc-way-").tempdir().unwrap();
        let listener = UnixListener::bind(directory.path().join(SOCKET)).unwrap();
        let server = PathBuf::from(url.split_once("host=").unwrap().1).join(SOCKET);
        let breaks = Arc::<Mutex<Option<Break>>>::default();
        let carrying = tokio::spawn({
            let breaks = Arc::clone(&breaks);
            async move {
                while let Ok((client, _)) = listener.accept().await {
                    let (server, breaks) = (UnixStream::connect(&server).await.unwrap(), Arc::clone(&breaks));
                    tokio::spawn(carry(client, server, breaks));
                }
            }
        });
        Self { directory, breaks, carrying }
    }

    /// The same database by this way.
    pub(crate) fn url(&self, url: &str) -> String {
        format!("{}host={}", url.split_once("host=").unwrap().0, self.directory.path().display())
    }

    /// Breaks at the next commit; once.
    pub(crate) fn break_at_next(&self, how: Break) {
        *self.breaks.lock().unwrap() = Some(how);
    }

    /// Whether it has broken, since it was last told to.
    pub(crate) fn has_broken(&self) -> bool {
        self.breaks.lock().unwrap().is_none()
    }
}

impl Drop for Lossy {
    fn drop(&mut self) {
        self.carrying.abort();
    }
}

async fn carry(mut client: UnixStream, mut server: UnixStream, breaks: Arc<Mutex<Option<Break>>>) {
    let (mut asked, mut answered) = (vec![0; 64 << 10], vec![0; 64 << 10]);
    loop {
        // Whoever hangs up ends both ways.
        tokio::select! {
            read = client.read(&mut asked) => {
                let Ok(count @ 1..) = read else { return };
                let is_commit = asked[..count].windows(7).any(|seven| seven == b"COMMIT\0");
                let how = is_commit.then(|| breaks.lock().unwrap().take()).flatten();
                if how == Some(Break::BeforeIt) || server.write_all(&asked[..count]).await.is_err() {
                    return;
                }
                if how == Some(Break::AfterIt) {
                    assert!(server.read(&mut answered).await.unwrap() > 0, "the server answers");
                    return;
                }
            }
            read = server.read(&mut answered) => {
                let Ok(count @ 1..) = read else { return };
                if client.write_all(&answered[..count]).await.is_err() {
                    return;
                }
            }
        }
    }
}
