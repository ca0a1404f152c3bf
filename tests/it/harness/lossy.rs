//! A way to PostgreSQL that breaks at the next commit, or at other words: before they are sent, or after what they say was done and
//! before that is heard.

use std::{
    fs,
    path::PathBuf,
    sync::{Arc, Mutex},
};

use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{UnixListener, UnixStream},
    task::JoinHandle,
};
use tokio_util::sync::CancellationToken;

/// Where the way breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Break {
    /// The database never hears of the commit.
    BeforeIt,
    /// The commit is done, and nobody is told.
    AfterIt,
    /// Nor is there a way any more.
    ForGood,
}

/// The way. It ends when this is dropped.
pub(crate) struct Lossy {
    directory: TempDir,
    breaks: Breaks,
    carrying: JoinHandle<()>,
}

/// The words that it breaks at, and where.
type Breaks = Arc<Mutex<Option<(Vec<u8>, Break)>>>;

/// As PostgreSQL calls it in the directory that an address names.
const SOCKET: &str = ".s.PGSQL.5432";

impl Lossy {
    /// To the server of this address, which is a database of the tests'.
    pub(crate) fn to(url: &str) -> Self {
        let directory = tempfile::Builder::new().prefix("kyc-way-").tempdir().unwrap();
        let entry = directory.path().join(SOCKET);
        let listener = UnixListener::bind(&entry).unwrap();
        let server = PathBuf::from(url.split_once("host=").unwrap().1).join(SOCKET);
        let breaks = Breaks::default();
        let carrying = tokio::spawn({
            let breaks = Arc::clone(&breaks);
            async move {
                let gone = CancellationToken::new();
                while let Ok((client, _)) = listener.accept().await {
                    let (server, breaks) = (UnixStream::connect(&server).await.unwrap(), Arc::clone(&breaks));
                    let (entry, gone) = (entry.clone(), gone.clone());
                    tokio::spawn(async move {
                        let last = gone.run_until_cancelled(carry(client, server, breaks)).await;
                        if last == Some(Some(Break::ForGood)) {
                            fs::remove_file(entry).unwrap();
                            gone.cancel();
                        }
                    });
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
        self.break_at(b"COMMIT\0", how);
    }

    /// Breaks at the next message that has these words in it; once.
    pub(crate) fn break_at(&self, words: &[u8], how: Break) {
        *self.breaks.lock().unwrap() = Some((words.to_owned(), how));
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

/// Carries until somebody hangs up, or it breaks: where.
async fn carry(mut client: UnixStream, mut server: UnixStream, breaks: Breaks) -> Option<Break> {
    let (mut asked, mut answered) = (vec![0; 64 << 10], vec![0; 64 << 10]);
    loop {
        // Whoever hangs up ends both ways.
        tokio::select! {
            read = client.read(&mut asked) => {
                let Ok(count @ 1..) = read else { return None };
                let has = |words: &[u8]| asked[..count].windows(words.len()).any(|some| some == words);
                let how = breaks.lock().unwrap().take_if(|(words, _)| has(words)).map(|(_, how)| how);
                if how == Some(Break::BeforeIt) || server.write_all(&asked[..count]).await.is_err() {
                    return how;
                }
                if how.is_some() {
                    assert!(server.read(&mut answered).await.unwrap() > 0, "the server answers");
                    return how;
                }
            }
            read = server.read(&mut answered) => {
                let Ok(count @ 1..) = read else { return None };
                if client.write_all(&answered[..count]).await.is_err() {
                    return None;
                }
            }
        }
    }
}
