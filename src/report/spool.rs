//! A file that is read while it grows: what stands between the database's speed and a slow reader's.
//!
//! The file has no name from its first moment on (`O_TMPFILE` on Linux), so the system takes it back however the process
//! ends. It lies in the folder for temporary files (`TMPDIR`); where that is memory, so is the report. The writer
//! announces how far it has come, and the reader waits for that; who is right behind gets the newest pieces from memory. It ends
//! well only when the writer said that the file is whole; anything else is an error in the stream, never an end.

use std::{
    collections::VecDeque,
    fs::File,
    io::{self, Write},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use futures_util::stream::{self, BoxStream, StreamExt};
use tokio::sync::watch;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::error::{Error, Result};

/// Bytes of one read.
const CHUNK: u64 = 64 * 1024;
/// The newest pieces stay in memory, so many: a reader as fast as the writer need not have them read back.
const FRESH: usize = 2;

/// How the writing goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Progress {
    /// Bytes that can be read.
    written: u64,
    end: Option<End>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Whole,
    /// The rest will not come.
    Cut,
}

/// Pieces of the file and where they begin, one behind the other.
#[derive(Debug, Default)]
struct Fresh(Mutex<VecDeque<(u64, Bytes)>>);

/// The writing end.
#[derive(Debug)]
pub(super) struct Writer {
    file: Arc<File>,
    fresh: Arc<Fresh>,
    progress: watch::Sender<Progress>,
    gone: CancellationToken,
}

/// Says how the writing ended, and watches the reader.
#[derive(Debug)]
pub(super) struct Keeper {
    file: Arc<File>,
    progress: watch::Sender<Progress>,
    taken: watch::Receiver<u64>,
    gone: CancellationToken,
}

/// The reading end. Dropping it stops the writer.
#[derive(Debug)]
pub(super) struct Reader {
    file: Arc<File>,
    fresh: Arc<Fresh>,
    progress: watch::Receiver<Progress>,
    taken: watch::Sender<u64>,
    _gone: DropGuard,
}

/// An empty file and its ends.
///
/// # Errors
/// When the folder for temporary files takes no file.
pub(super) fn open() -> io::Result<(Writer, Keeper, Reader)> {
    let file = Arc::new(tempfile::tempfile()?);
    let (progress, progressed) = watch::channel(Progress { written: 0, end: None });
    let (taking, taken) = watch::channel(0);
    let gone = CancellationToken::new();
    let fresh = Arc::<Fresh>::default();
    let writer = Writer {
        file: Arc::clone(&file),
        fresh: Arc::clone(&fresh),
        progress: progress.clone(),
        gone: gone.clone(),
    };
    let keeper = Keeper { file: Arc::clone(&file), progress, taken, gone: gone.clone() };
    let reader = Reader { file, fresh, progress: progressed, taken: taking, _gone: gone.drop_guard() };
    Ok((writer, keeper, reader))
}

impl Fresh {
    fn add(&self, start: u64, piece: Bytes) {
        let mut pieces = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if pieces.len() == FRESH {
            pieces.pop_front();
        }
        pieces.push_back((start, piece));
    }

    /// What begins at this place; none when it is not here any more.
    fn take(&self, offset: u64) -> Option<Bytes> {
        let mut pieces = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        while let Some((start, piece)) = pieces.front() {
            let skipped = usize::try_from(offset.checked_sub(*start)?).ok()?;
            if skipped < piece.len() {
                return pieces.pop_front().map(|(_, piece)| piece.slice(skipped..));
            }
            pieces.pop_front();
        }
        None
    }
}

impl Write for Writer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.gone.is_cancelled() {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        let written = self.progress.borrow().written;
        write_all_at(&self.file, bytes, written)?;
        self.fresh.add(written, Bytes::copy_from_slice(bytes));
        self.progress.send_modify(|progress| progress.written += bytes.len() as u64);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Keeper {
    /// Whether the reader has left.
    pub(super) fn gone(&self) -> CancellationToken {
        self.gone.clone()
    }

    /// Tells the reader how it ended.
    pub(super) fn end(&self, is_whole: bool) {
        let end = if is_whole { End::Whole } else { End::Cut };
        self.progress.send_modify(|progress| progress.end = Some(end));
    }

    /// Waits until the reader has left. One that takes nothing for `patience` is cut off, and so is one that is not done
    /// after `longest`; the file is emptied then, although a connection that hangs still holds the reader.
    pub(super) async fn see_off(mut self, patience: Duration, longest: Duration) {
        let moving =
            async { while let Ok(Ok(())) = tokio::time::timeout(patience, self.taken.changed()).await {} };
        tokio::select! {
            () = self.gone.cancelled() => return,
            _ = tokio::time::timeout(longest, moving) => {}
        }
        if !self.gone.is_cancelled() {
            tracing::warn!("a report was cut off: its reader took nothing for too long");
            self.end(false);
            // Only frees space early; the system does it anyway when the last end closes.
            drop(self.file.set_len(0));
        }
    }
}

impl Reader {
    /// Waits for the first bytes.
    ///
    /// # Errors
    /// When the writing was cut before any came.
    pub(super) async fn begun(&mut self) -> Result<()> {
        let progress =
            self.progress.wait_for(|progress| progress.written > 0 || progress.end.is_some()).await;
        match progress.map(|progress| *progress) {
            Ok(Progress { written: 0, end: Some(End::Cut) }) | Err(_) => Err(cut()),
            Ok(_) => Ok(()),
        }
    }

    /// The bytes from the first to the last, as they come.
    pub(super) fn stream(self) -> BoxStream<'static, Result<Bytes>> {
        stream::try_unfold((self, 0), |(mut reader, offset)| async move {
            Ok(reader.chunk(offset).await?.map(|bytes| {
                let end = offset + bytes.len() as u64;
                (bytes, (reader, end))
            }))
        })
        .boxed()
    }

    async fn chunk(&mut self, offset: u64) -> Result<Option<Bytes>> {
        self.taken.send_replace(offset);
        let progress =
            self.progress.wait_for(|progress| progress.end.is_some() || progress.written > offset).await;
        // A writer that vanished without a word has cut the file.
        let Progress { written, end } = *progress.map_err(|_| cut())?;
        match end {
            Some(End::Cut) => return Err(cut()),
            Some(End::Whole) if written == offset => return Ok(None),
            Some(End::Whole) | None => {}
        }
        if let Some(bytes) = self.fresh.take(offset) {
            return Ok(Some(bytes));
        }
        let file = Arc::clone(&self.file);
        let length = CHUNK.min(written - offset) as usize;
        let read = tokio::task::spawn_blocking(move || {
            let mut bytes = vec![0; length];
            read_exact_at(&file, &mut bytes, offset).map(|()| Bytes::from(bytes))
        });
        let bytes = read.await.map_err(|panic| Error::Internal(Box::new(panic)))?;
        Ok(Some(bytes.map_err(|error| Error::Internal(Box::new(error)))?))
    }
}

fn cut() -> Error {
    Error::internal("the report was cut before its end")
}

// Both ends share one cursor, so neither uses it.
#[cfg(unix)]
use std::os::unix::fs::FileExt;

#[cfg(unix)]
fn write_all_at(file: &File, bytes: &[u8], offset: u64) -> io::Result<()> {
    file.write_all_at(bytes, offset)
}

#[cfg(unix)]
fn read_exact_at(file: &File, bytes: &mut [u8], offset: u64) -> io::Result<()> {
    file.read_exact_at(bytes, offset)
}

#[cfg(windows)]
use std::os::windows::fs::FileExt;

#[cfg(windows)]
fn write_all_at(file: &File, mut bytes: &[u8], mut offset: u64) -> io::Result<()> {
    while !bytes.is_empty() {
        let written = file.seek_write(bytes, offset)?;
        bytes = &bytes[written..];
        offset += written as u64;
    }
    Ok(())
}

#[cfg(windows)]
fn read_exact_at(file: &File, mut bytes: &mut [u8], mut offset: u64) -> io::Result<()> {
    while !bytes.is_empty() {
        let read = file.seek_read(bytes, offset)?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        bytes = &mut bytes[read..];
        offset += read as u64;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use futures_util::TryStreamExt;

    use super::*;

    const FOREVER: Duration = Duration::from_secs(3600);

    #[tokio::test]
    async fn a_reader_follows_the_writer_and_ends_with_the_whole() {
        let (mut writer, keeper, mut reader) = open().unwrap();
        writer.write_all(b"first ").unwrap();
        reader.begun().await.unwrap();
        let mut stream = reader.stream();
        assert_eq!(stream.try_next().await.unwrap().unwrap(), "first ");
        let rest = tokio::spawn(stream.try_collect::<Vec<_>>());
        let long = vec![b'x'; 3 * CHUNK as usize + 1];
        writer.write_all(&long).unwrap();
        keeper.end(true);
        assert_eq!(rest.await.unwrap().unwrap().concat(), long);
    }

    #[tokio::test]
    async fn a_reader_that_falls_behind_and_catches_up_misses_nothing() {
        let (mut writer, keeper, reader) = open().unwrap();
        let mut stream = reader.stream();
        let (mut whole, mut read) = (Vec::new(), Vec::new());
        // So many pieces are written before each read. The fifth time it takes four chunks, the rest of a piece, and a piece.
        for (round, pieces) in [1, 1, 2, 3, 14, 0, 0, 0, 0, 0, 1, 1].into_iter().enumerate() {
            for piece in 0..pieces {
                let bytes = vec![(round * 14 + piece) as u8; 20_000];
                writer.write_all(&bytes).unwrap();
                whole.extend(bytes);
            }
            read.extend(stream.try_next().await.unwrap().unwrap());
        }
        keeper.end(true);
        while let Some(bytes) = stream.try_next().await.unwrap() {
            read.extend(bytes);
        }
        assert!(read == whole, "{} bytes of {}", read.len(), whole.len());
    }

    #[tokio::test]
    async fn a_cut_file_never_ends_well() {
        let (mut writer, keeper, reader) = open().unwrap();
        writer.write_all(b"first").unwrap();
        let mut stream = reader.stream();
        assert!(stream.try_next().await.is_ok());
        keeper.end(false);
        assert!(stream.try_next().await.is_err());

        // A writer that panics says nothing.
        let (mut writer, keeper, reader) = open().unwrap();
        writer.write_all(b"first").unwrap();
        drop((writer, keeper));
        assert!(reader.stream().try_collect::<Vec<_>>().await.is_err());

        let (_writer, keeper, mut reader) = open().unwrap();
        keeper.end(false);
        assert!(reader.begun().await.is_err());
    }

    #[tokio::test]
    async fn a_reader_that_leaves_stops_the_writer() {
        let (mut writer, keeper, reader) = open().unwrap();
        writer.write_all(b"first").unwrap();
        drop(reader.stream());
        assert!(writer.write_all(b"second").is_err());
        keeper.see_off(FOREVER, FOREVER).await;
    }

    #[tokio::test]
    async fn a_reader_that_takes_nothing_is_cut_off() {
        for (patience, longest) in [(Duration::ZERO, FOREVER), (FOREVER, Duration::ZERO)] {
            let (mut writer, keeper, reader) = open().unwrap();
            writer.write_all(b"first").unwrap();
            keeper.end(true);
            let mut stream = reader.stream();
            keeper.see_off(patience, longest).await;
            assert!(stream.try_next().await.is_err());
        }
    }
}
