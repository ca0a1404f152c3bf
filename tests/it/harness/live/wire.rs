//! HTTP by hand, as far as streams need it: what is sent and what comes is seen byte for byte, and nobody reads ahead.

use std::{collections::HashMap, io, net::SocketAddr};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
};

use super::within;

/// The longest head of an answer.
const MAX_HEAD: usize = 64 << 10;
/// How much is read at a time: little, so that what a client has not asked for stays with the server.
const READ: usize = 8 << 10;

/// A connection; with `window` bytes at most on their way to it, where it matters how soon a reader is too slow.
pub(crate) async fn connect(address: SocketAddr, window: Option<u32>) -> io::Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    if let Some(window) = window {
        socket.set_recv_buffer_size(window)?;
    }
    let stream = within("a connection", socket.connect(address)).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// The beginning of an answer.
#[derive(Clone, Debug)]
pub(crate) struct Head {
    pub(crate) status: u16,
    /// By their names in lower case.
    pub(crate) headers: HashMap<String, String>,
}

/// An answer, and the connection it comes over.
pub(crate) struct Answer {
    pub(crate) stream: TcpStream,
    pub(crate) head: Head,
    /// Read already, and not yet looked at.
    pub(crate) rest: Vec<u8>,
}

/// Sends a request and reads the head of its answer.
pub(crate) async fn ask(
    mut stream: TcpStream,
    request: &str,
    headers: &[(&str, &str)],
    body: Option<&str>,
) -> io::Result<Answer> {
    let mut text = format!("{request} HTTP/1.1\r\n");
    if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("host")) {
        text.push_str(&format!("Host: {}\r\n", stream.peer_addr()?));
    }
    for (name, value) in headers {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    if let Some(body) = body {
        text.push_str(&format!("Content-Length: {}\r\n", body.len()));
    }
    text.push_str("\r\n");
    text.push_str(body.unwrap_or_default());
    stream.write_all(text.as_bytes()).await?;
    let mut read = Vec::new();
    let end = loop {
        if let Some(end) = read.windows(4).position(|four| four == b"\r\n\r\n") {
            break end;
        }
        assert!(read.len() < MAX_HEAD, "the answer's head has no end");
        if within("the head of an answer", stream.read_buf(&mut read)).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    };
    let rest = read.split_off(end + 4);
    let head = String::from_utf8(read).expect("a head is text");
    let mut lines = head.split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|code| code.parse().ok());
    let headers = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    Ok(Answer { stream, head: Head { status: status.expect("a status"), headers }, rest })
}

/// A body as it comes.
pub(crate) struct Body {
    pub(crate) stream: TcpStream,
    /// Read and not yet taken apart.
    raw: Vec<u8>,
    rest: Rest,
}

/// What is still to come.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Rest {
    /// A chunk's size line.
    Size,
    /// So many bytes of a chunk, then the end of its line.
    Chunk(usize),
    /// So many bytes of a body whose length was said.
    Length(usize),
    Nothing,
}

/// A piece of a body.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Piece {
    Bytes(Vec<u8>),
    /// It ended as it should.
    End,
    /// It broke off.
    Cut,
}

impl Body {
    pub(crate) fn of(answer: Answer) -> (Head, Self) {
        let Answer { stream, head, rest: raw } = answer;
        let chunked = head.headers.get("transfer-encoding").is_some_and(|coding| coding == "chunked");
        let length = head.headers.get("content-length").and_then(|length| length.parse().ok());
        let rest = if chunked { Rest::Size } else { Rest::Length(length.unwrap_or(0)) };
        (head, Self { stream, raw, rest })
    }

    /// The next piece, whenever it comes.
    pub(crate) async fn next(&mut self) -> Piece {
        loop {
            if let Some(piece) = self.take() {
                return piece;
            }
            self.raw.reserve(READ);
            match self.stream.read_buf(&mut self.raw).await {
                Ok(1..) => {}
                Ok(0) | Err(_) => return Piece::Cut,
            }
        }
    }

    /// All of it.
    pub(crate) async fn text(mut self) -> Option<String> {
        let mut text = Vec::new();
        loop {
            match within("the rest of an answer", self.next()).await {
                Piece::Bytes(bytes) => text.extend(bytes),
                Piece::End => return String::from_utf8(text).ok(),
                Piece::Cut => return None,
            }
        }
    }

    fn take(&mut self) -> Option<Piece> {
        match self.rest {
            Rest::Nothing | Rest::Length(0) => Some(Piece::End),
            Rest::Length(left) => {
                let bytes = self.take_up_to(left)?;
                self.rest = Rest::Length(left - bytes.len());
                Some(Piece::Bytes(bytes))
            }
            Rest::Size => {
                let line = self.raw.windows(2).position(|two| two == b"\r\n")?;
                let size: Vec<u8> = self.raw.drain(..line + 2).take(line).collect();
                let size = usize::from_str_radix(std::str::from_utf8(&size).unwrap(), 16).expect("a size");
                self.rest = if size == 0 { Rest::Nothing } else { Rest::Chunk(size) };
                self.take()
            }
            Rest::Chunk(0) => {
                if self.raw.len() < 2 {
                    return None;
                }
                self.raw.drain(..2);
                self.rest = Rest::Size;
                self.take()
            }
            Rest::Chunk(left) => {
                let bytes = self.take_up_to(left)?;
                self.rest = Rest::Chunk(left - bytes.len());
                Some(Piece::Bytes(bytes))
            }
        }
    }

    fn take_up_to(&mut self, most: usize) -> Option<Vec<u8>> {
        let size = most.min(self.raw.len());
        (size > 0).then(|| self.raw.drain(..size).collect())
    }
}
