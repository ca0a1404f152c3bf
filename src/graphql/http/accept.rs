//! Which of the media types that we write a client takes.

use axum::http::{HeaderMap, header};

/// How an answer is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Media {
    /// `application/json`: the older one, under which a well-formed request is answered with 200 whatever it asks.
    Json,
    /// `application/graphql-response+json`: the status tells whether the operation ran.
    GraphqlResponse,
}

impl Media {
    /// The `Content-Type` of an answer.
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Json => "application/json; charset=utf-8",
            Self::GraphqlResponse => "application/graphql-response+json; charset=utf-8",
        }
    }
}

/// What a request's `Accept` says about each media type that we write (RFC 9110, section 12.5.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Accept {
    json: Weight,
    response: Weight,
    events: Weight,
}

/// How much a client wants a media type, in thousandths; 0 is not at all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Weight {
    /// 0 not named, 1 by `*/*`, 2 by its kind and `/*`, 3 in full. The most specific range decides.
    specificity: u8,
    thousandths: u16,
}

impl Weight {
    fn update(&mut self, specificity: u8, thousandths: u16) {
        if specificity > self.specificity
            || (specificity == self.specificity && thousandths > self.thousandths)
        {
            *self = Self { specificity, thousandths };
        }
    }
}

impl Accept {
    /// Reads the header. No header, or an empty one, takes anything.
    pub fn of(headers: &HeaderMap) -> Self {
        let mut accept =
            Self { json: Weight::default(), response: Weight::default(), events: Weight::default() };
        let mut empty = true;
        let lines = headers.get_all(header::ACCEPT).iter().filter_map(|line| line.to_str().ok());
        for range in lines.flat_map(|line| line.split(',')).map(str::trim).filter(|range| !range.is_empty()) {
            empty = false;
            accept.add(range);
        }
        if empty {
            accept.add("*/*");
        }
        accept
    }

    fn add(&mut self, range: &str) {
        let mut parts = range.split(';').map(str::trim);
        let media = parts.next().unwrap_or_default().to_ascii_lowercase();
        let mut thousandths = 1000;
        for parameter in parts {
            let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
            let (name, value) = (name.trim(), value.trim().trim_matches('"'));
            if name.eq_ignore_ascii_case("q") {
                let Some(quality) = quality(value) else { return };
                thousandths = quality;
            } else if name.eq_ignore_ascii_case("charset") && !value.eq_ignore_ascii_case("utf-8") {
                // We write nothing but UTF-8.
                return;
            }
        }
        match media.as_str() {
            "application/json" => self.json.update(3, thousandths),
            "application/graphql-response+json" => self.response.update(3, thousandths),
            "text/event-stream" => self.events.update(3, thousandths),
            "application/*" => {
                self.json.update(2, thousandths);
                self.response.update(2, thousandths);
            }
            "text/*" => self.events.update(2, thousandths),
            "*/*" => {
                self.json.update(1, thousandths);
                self.response.update(1, thousandths);
                self.events.update(1, thousandths);
            }
            _ => {}
        }
    }

    /// How to write a single answer; `None` when the client takes neither way. `application/json` wins a tie that a
    /// wildcard made (`*/*` is what a plain `fetch` sends), the newer type one where it was named.
    pub fn media(&self) -> Option<Media> {
        let (json, response) = (self.json.thousandths, self.response.thousandths);
        if json == 0 && response == 0 {
            None
        } else if response > json || (response == json && self.response.specificity == 3) {
            Some(Media::GraphqlResponse)
        } else {
            Some(Media::Json)
        }
    }

    /// Whether the client asked for an event stream by name: a wildcard does not, it could not read one.
    pub fn event_stream(&self) -> bool {
        self.events.specificity == 3 && self.events.thousandths > 0
    }
}

/// A weight: 0 to 1 with at most three decimals. `None` for anything else: the range is then left out.
fn quality(text: &str) -> Option<u16> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    if decimals.len() > 3 || !decimals.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let thousandths = format!("{decimals:0<3}").parse().ok()?;
    match (whole, thousandths) {
        ("0", _) => Some(thousandths),
        ("1", 0) => Some(1000),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accept(lines: &[&'static str]) -> Accept {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(header::ACCEPT, line.parse().unwrap());
        }
        Accept::of(&headers)
    }

    #[test]
    fn the_answer_is_written_as_the_client_prefers() {
        use Media::{GraphqlResponse, Json};
        for (header, media) in [
            ("application/json", Some(Json)),
            ("application/graphql-response+json", Some(GraphqlResponse)),
            ("APPLICATION/JSON; Charset=\"UTF-8\"", Some(Json)),
            ("*/*", Some(Json)),
            ("application/*", Some(Json)),
            ("", Some(Json)),
            ("application/json, text/plain, */*", Some(Json)),
            ("application/graphql-response+json, application/json", Some(GraphqlResponse)),
            ("application/json, application/graphql-response+json", Some(GraphqlResponse)),
            ("application/json;q=0.9,application/graphql-response+json;q=0.8", Some(Json)),
            ("application/json;q=0.899,application/graphql-response+json;q=0.9", Some(GraphqlResponse)),
            ("application/graphql-response+json;q=0, */*;q=0.1", Some(Json)),
            ("application/json;q=0, */*;q=0.1", Some(GraphqlResponse)),
            ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", Some(Json)),
            ("text/html", None),
            ("*/*;q=0", None),
            ("application/json;q=2", None),
            ("application/json;q=0.1234", None),
            ("application/json;charset=iso-8859-1", None),
            ("text/event-stream", None),
            ("application/jsonx", None),
        ] {
            let value = accept(&[header]).media();
            assert_eq!(value, media, "{header}");
        }
    }

    #[test]
    fn several_lines_are_one_list_and_no_line_takes_anything() {
        assert_eq!(
            accept(&["text/html", "application/graphql-response+json"]).media(),
            Some(Media::GraphqlResponse)
        );
        assert_eq!(accept(&[]).media(), Some(Media::Json));
    }

    #[test]
    fn an_event_stream_has_to_be_asked_for_by_name() {
        assert!(accept(&["text/event-stream"]).event_stream());
        assert!(accept(&["application/json, text/event-stream;q=0.1, multipart/mixed"]).event_stream());
        for header in ["*/*", "text/*", "text/event-stream;q=0, */*", "application/json"] {
            assert!(!accept(&[header]).event_stream(), "{header}");
        }
    }
}
