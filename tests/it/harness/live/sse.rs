//! Server-sent events, read as the specification says, with what a browser hides: comments, and how a stream ended.

use std::net::SocketAddr;

use serde_json::{Value, json};

use super::{
    Refusal,
    wire::{self, Body, Head, Piece},
    within,
};

/// What a stream of events sends.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Sent {
    /// An event: its name, its id where it has one of its own, and its data.
    Event { name: String, id: Option<String>, data: String },
    /// A comment, which keeps the connection open.
    Comment(String),
    /// The body ended as it should.
    End,
    /// The connection broke.
    Cut,
}

/// A stream of events.
pub(crate) struct Events {
    pub(crate) head: Head,
    body: Body,
    text: Vec<u8>,
    name: Option<String>,
    id: Option<String>,
    data: Option<String>,
}

/// What is asked of a server, and how.
pub(crate) struct Ask<'a> {
    pub(crate) document: &'a str,
    pub(crate) variables: Value,
    /// Beside `Accept` and `Content-Type`; one of these names replaces them.
    pub(crate) headers: &'a [(&'a str, &'a str)],
    /// Bytes at most on their way.
    pub(crate) window: Option<u32>,
}

impl Events {
    /// Asks by POST.
    pub(crate) async fn post(address: SocketAddr, ask: Ask<'_>) -> Result<Self, Refusal> {
        let body = json!({ "query": ask.document, "variables": ask.variables }).to_string();
        let mut headers = with_accept(ask.headers);
        if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type")) {
            headers.push(("Content-Type", "application/json"));
        }
        Self::open(address, "POST /graphql", &headers, Some(&body), ask.window).await
    }

    /// Asks by GET, as `EventSource` does.
    pub(crate) async fn get(address: SocketAddr, ask: Ask<'_>) -> Result<Self, Refusal> {
        let mut url = url::Url::parse("http://localhost/graphql").unwrap();
        url.query_pairs_mut()
            .append_pair("query", ask.document)
            .append_pair("variables", &ask.variables.to_string());
        let request = format!("GET {}?{}", url.path(), url.query().unwrap());
        Self::open(address, &request, &with_accept(ask.headers), None, ask.window).await
    }

    async fn open(
        address: SocketAddr,
        request: &str,
        headers: &[(&str, &str)],
        body: Option<&str>,
        window: Option<u32>,
    ) -> Result<Self, Refusal> {
        let stream = wire::connect(address, window).await.map_err(|_| Refusal::Gone)?;
        let answer = wire::ask(stream, request, headers, body).await.map_err(|_| Refusal::Gone)?;
        let (head, body) = Body::of(answer);
        let kind = head.headers.get("content-type").map_or("", String::as_str);
        if head.status != 200 || !kind.starts_with("text/event-stream") {
            let text = body.text().await.ok_or(Refusal::Gone)?;
            return Err(Refusal::Status(head.status, text));
        }
        Ok(Self { head, body, text: Vec::new(), name: None, id: None, data: None })
    }

    /// The next thing that comes, comments included.
    pub(crate) async fn hear(&mut self) -> Sent {
        within("a server-sent event", self.next()).await
    }

    /// The next thing that comes, however long it takes.
    pub(crate) async fn next(&mut self) -> Sent {
        loop {
            while let Some(end) = self.text.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = self.text.drain(..=end).take(end).collect();
                let line = String::from_utf8(line).expect("events are UTF-8");
                if let Some(sent) = self.line(line.trim_end_matches('\r')) {
                    return sent;
                }
            }
            match self.body.next().await {
                Piece::Bytes(bytes) => self.text.extend(bytes),
                Piece::End => {
                    assert!(self.text.is_empty() && self.data.is_none(), "it ended within an event");
                    return Sent::End;
                }
                Piece::Cut => return Sent::Cut,
            }
        }
    }

    fn line(&mut self, line: &str) -> Option<Sent> {
        if line.is_empty() {
            let (name, id) = (self.name.take(), self.id.take());
            // Without data an event does not exist for a browser.
            let data = self.data.take()?;
            return Some(Sent::Event { name: name.unwrap_or_else(|| "message".to_owned()), id, data });
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value).to_owned();
        match field {
            "" => return Some(Sent::Comment(value)),
            "event" => self.name = Some(value),
            "id" => self.id = Some(value),
            "data" => {
                let data = self.data.get_or_insert_default();
                if !data.is_empty() {
                    data.push('\n');
                }
                data.push_str(&value);
            }
            "retry" => {}
            other => panic!("a field that nobody knows: {other:?}"),
        }
        None
    }
}

fn with_accept<'a>(headers: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut headers = headers.to_vec();
    if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("accept")) {
        headers.push(("Accept", "text/event-stream"));
    }
    headers
}
