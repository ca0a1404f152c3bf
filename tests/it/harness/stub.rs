//! A server in place of somebody else's: it answers what a function says, and can fail in the ways that servers do.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::{OwnedRwLockWriteGuard, RwLock, watch},
    task::JoinHandle,
};

/// What was asked.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) method: String,
    /// Path and query.
    pub(crate) path: String,
    /// As they were sent.
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Asked {
    /// The value of a header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (found, value) = line.split_once(':')?;
            found.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }
}

/// What comes of it.
#[derive(Clone, Debug)]
pub(crate) enum Reply {
    /// Status, further headers (each with its line end), body.
    Whole(u16, String, Vec<u8>),
    /// Says that the body is twice as long as it is, and hangs up.
    Half(Vec<u8>),
    /// These bytes, and the end of the connection.
    Raw(Vec<u8>),
    /// Nothing, for as long as the other side stays.
    Silence,
}

/// A server; it ends when this is dropped.
pub(crate) struct Stub {
    pub(crate) address: SocketAddr,
    asked: Arc<Mutex<Vec<Asked>>>,
    /// Whoever holds it keeps every answer back.
    gate: Arc<RwLock<()>>,
    /// How many were asked, and how many answers are said to their end.
    count: watch::Sender<(usize, usize)>,
    serving: JoinHandle<()>,
}

impl Stub {
    pub(crate) async fn serve(answer: impl Fn(&Asked) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let asked = Arc::<Mutex<Vec<Asked>>>::default();
        let gate = Arc::<RwLock<()>>::default();
        let count = watch::Sender::new((0, 0));
        let serving = tokio::spawn({
            let (asked, answer) = (asked.clone(), Arc::new(answer));
            let (gate, count) = (gate.clone(), count.clone());
            async move {
                while let Ok((mut stream, _)) = listener.accept().await {
                    let (asked, answer) = (asked.clone(), answer.clone());
                    let (gate, count) = (gate.clone(), count.clone());
                    tokio::spawn(async move {
                        let Some(request) = read(&mut stream).await else { return };
                        let reply = answer(&request);
                        asked.lock().unwrap().push(request);
                        count.send_modify(|count| count.0 += 1);
                        drop(gate.read().await);
                        say(&mut stream, reply).await;
                        count.send_modify(|count| count.1 += 1);
                    });
                }
            }
        });
        Self { address, asked, gate, count, serving }
    }

    /// Keeps every answer back until this is dropped.
    pub(crate) async fn hold(&self) -> OwnedRwLockWriteGuard<()> {
        Arc::clone(&self.gate).write_owned().await
    }

    /// Waits until it was asked so often.
    pub(crate) async fn reached(&self, times: usize) {
        self.count.subscribe().wait_for(|count| count.0 >= times).await.unwrap();
    }

    /// Waits until so many answers are on their way.
    pub(crate) async fn said(&self, times: usize) {
        self.count.subscribe().wait_for(|count| count.1 >= times).await.unwrap();
    }

    /// What was asked so far, in order.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}

impl Drop for Stub {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn read(stream: &mut TcpStream) -> Option<Asked> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end;
        }
        (stream.read_buf(&mut bytes).await.ok()? > 0).then_some(())?;
    };
    let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
    let mut words = head.lines().next()?.split(' ').map(str::to_owned);
    let mut asked = Asked { method: words.next()?, path: words.next()?, head, body: Vec::new() };
    let length = asked.header("content-length").map_or(0, |length| length.parse().unwrap());
    while bytes.len() < end + 4 + length {
        (stream.read_buf(&mut bytes).await.ok()? > 0).then_some(())?;
    }
    asked.body = bytes[end + 4..].to_vec();
    Some(asked)
}

async fn say(stream: &mut TcpStream, reply: Reply) {
    let head = |status: u16, length: usize, more: &str| {
        format!("HTTP/1.1 {status} X\r\ncontent-length: {length}\r\nconnection: close\r\n{more}\r\n")
    };
    let bytes = match reply {
        Reply::Whole(status, more, body) => [head(status, body.len(), &more).into_bytes(), body].concat(),
        Reply::Half(body) => [head(200, body.len() * 2, "").into_bytes(), body].concat(),
        Reply::Raw(bytes) => bytes,
        Reply::Silence => {
            // Until the other side hangs up.
            let mut rest = Vec::new();
            let _ = stream.read_to_end(&mut rest).await;
            return;
        }
    };
    // A reader that has had enough hangs up in the middle of it.
    let _ = stream.write_all(&bytes).await;
    let _ = stream.shutdown().await;
}
