//! The little of XML that a list needs: elements, text, the five names of characters. A document that declares a type or
//! entities of its own is refused before anything in it is expanded.

use std::io::{BufRead, BufReader, Read};

use quick_xml::{
    Reader,
    events::{BytesRef, BytesStart, Event},
};

use super::{
    Malformed,
    bytes::{Bounded, Limit, failed},
};

/// Elements inside elements.
const DEEPEST: usize = 32;
/// Bytes of all texts below one entry, and entries below it.
const LONGEST_ENTRY: usize = 1 << 20;
const MOST_ELEMENTS: usize = 20_000;
/// Attributes of the root that are looked at.
const MOST_ATTRIBUTES: usize = 64;

/// An element with what is in it.
#[derive(Debug, Default)]
pub(super) struct Element {
    pub name: String,
    /// What stands between its tags, without that of elements in it.
    pub text: String,
    pub children: Vec<Element>,
}

impl Element {
    /// The elements of this name right below it.
    pub(super) fn all<'e>(&'e self, name: &'e str) -> impl Iterator<Item = &'e Element> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The text of the first element of this name right below it; empty when there is none.
    pub(super) fn text_of(&self, name: &str) -> &str {
        self.children.iter().find(|child| child.name == name).map_or("", |child| child.text.trim())
    }
}

/// What comes next.
pub(super) enum Token {
    /// An element begins: its name, and its attributes.
    Start(String, Vec<(String, String)>),
    /// The innermost element ends.
    End,
    /// Some text. A run of it may come in pieces.
    Text(String),
    /// The document is over.
    Eof,
}

/// Reads a document token by token.
pub(super) struct Xml<R: Read> {
    reader: Reader<BufReader<Bounded<R>>>,
    buffer: Vec<u8>,
    line: u64,
    depth: usize,
    /// Whether the root has begun.
    begun: bool,
}

impl<R: Read> Xml<R> {
    pub(super) fn new(inner: R, limit: Limit) -> Result<Self, Malformed> {
        let mut inner = BufReader::with_capacity(1 << 16, Bounded::new(inner, limit));
        let start = inner.fill_buf().map_err(failed)?;
        if start.is_empty() {
            return Err(Malformed::Empty);
        }
        // Both orders of UTF-16, with a mark or by the zero beside the first bracket.
        if matches!(start, [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] | [0, b'<', ..] | [b'<', 0, ..]) {
            return Err(Malformed::at(1, ENCODING));
        }
        let text = start.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(start);
        if text.iter().find(|byte| !byte.is_ascii_whitespace()) != Some(&b'<') {
            return Err(Malformed::at(1, "this is no XML: give the XML file as it is published"));
        }
        let mut reader = Reader::from_reader(inner);
        reader.config_mut().expand_empty_elements = true;
        Ok(Self { reader, buffer: Vec::new(), line: 1, depth: 0, begun: false })
    }

    /// An error where the reader is.
    pub(super) fn wrong(&self, problem: &'static str) -> Malformed {
        Malformed::at(self.line, problem)
    }

    pub(super) fn next(&mut self) -> Result<Token, Malformed> {
        loop {
            self.buffer.clear();
            let event = self.reader.read_event_into(&mut self.buffer);
            let event = match event {
                Ok(event) => event,
                Err(error) => return Err(broken(self.line, error)),
            };
            let at = self.line;
            self.line += event.bytes().filter(|byte| *byte == b'\n').count() as u64;
            match event {
                Event::Start(start) => {
                    if self.depth == 0 && self.begun {
                        return Err(Malformed::at(
                            at,
                            "a second document begins: give one file as published",
                        ));
                    }
                    self.begun = true;
                    self.depth += 1;
                    if self.depth > DEEPEST {
                        return Err(Malformed::at(at, "elements are nested deeper than any list nests them"));
                    }
                    // Only the root's are ever asked for.
                    let attributes = if self.depth == 1 { attributes(&start) } else { Some(Vec::new()) };
                    let attributes =
                        attributes.ok_or_else(|| Malformed::at(at, "an attribute is not well-formed"))?;
                    return Ok(Token::Start(start.name().as_ref().to_string(), attributes));
                }
                Event::End(_) => {
                    self.depth = self.depth.saturating_sub(1);
                    return Ok(Token::End);
                }
                Event::Text(text) => return Ok(Token::Text(text.xml10_content().into_owned())),
                Event::CData(text) => return Ok(Token::Text(text.xml10_content().into_owned())),
                Event::GeneralRef(name) => {
                    let c = character(&name).ok_or_else(|| {
                        Malformed::at(
                            at,
                            "an entity is used that XML itself does not know: such are not expanded",
                        )
                    })?;
                    return Ok(Token::Text(c.to_string()));
                }
                Event::DocType(_) => {
                    let problem = "the document declares a type (DOCTYPE), which no published list does: \
                                   give the file as published";
                    return Err(Malformed::at(at, problem));
                }
                Event::Decl(declaration) => {
                    let encoding = declaration.encoding().and_then(Result::ok);
                    if encoding.is_some_and(|name| !name.eq_ignore_ascii_case("utf-8")) {
                        return Err(Malformed::at(at, ENCODING));
                    }
                }
                Event::Empty(_) | Event::Comment(_) | Event::PI(_) => {}
                Event::Eof if self.depth > 0 || !self.begun => {
                    let problem = "the file ends in the middle: download it again";
                    return Err(Malformed::at(at, problem));
                }
                Event::Eof => return Ok(Token::Eof),
            }
        }
    }

    /// The rest of an element that has begun, as a whole.
    pub(super) fn element(&mut self, name: String) -> Result<Element, Malformed> {
        let mut open = vec![Element { name, ..Element::default() }];
        let (mut bytes, mut elements) = (0, 0);
        loop {
            match self.next()? {
                Token::Start(name, _) => {
                    elements += 1;
                    bytes += name.len();
                    open.push(Element { name, ..Element::default() });
                }
                Token::Text(text) => {
                    bytes += text.len();
                    if let Some(innermost) = open.last_mut() {
                        innermost.text.push_str(&text);
                    }
                }
                Token::End => {
                    let Some(closed) = open.pop() else { return Err(self.wrong("an element ends twice")) };
                    match open.last_mut() {
                        Some(outer) => outer.children.push(closed),
                        None => return Ok(closed),
                    }
                }
                Token::Eof => return Err(self.wrong("the file ends in the middle: download it again")),
            }
            if bytes > LONGEST_ENTRY || elements > MOST_ELEMENTS {
                return Err(self.wrong("an entry is longer than any list has one"));
            }
        }
    }

    /// Passes over the rest of an element that has begun.
    pub(super) fn skip(&mut self) -> Result<(), Malformed> {
        let outside = self.depth.saturating_sub(1);
        while self.depth > outside {
            if matches!(self.next()?, Token::Eof) {
                return Err(self.wrong("the file ends in the middle: download it again"));
            }
        }
        Ok(())
    }
}

const ENCODING: &str = "the file is not UTF-8, in which this list is published: give it as downloaded";

fn attributes(start: &BytesStart<'_>) -> Option<Vec<(String, String)>> {
    let pair = |attribute: quick_xml::events::attributes::Attribute<'_>| {
        let value = attribute.normalized_value(quick_xml::XmlVersion::Implicit1_0).ok()?.into_owned();
        Some((attribute.key.as_ref().to_string(), value))
    };
    let mut all = start.attributes();
    // The check for twins compares each with each.
    all.with_checks(false).take(MOST_ATTRIBUTES).map(|attribute| attribute.ok().and_then(pair)).collect()
}

fn character(name: &BytesRef<'_>) -> Option<char> {
    if name.is_char_ref() {
        return name.resolve_char_ref().ok().flatten();
    }
    match &**name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => None,
    }
}

/// The library's errors repeat names of elements and pieces of text: ours are said anew.
fn broken(line: u64, error: quick_xml::Error) -> Malformed {
    use quick_xml::Error;
    match error {
        Error::Io(error) => match std::sync::Arc::try_unwrap(error) {
            Ok(error) => failed(error),
            Err(error) => Malformed::Unreadable(error.kind().into()),
        },
        Error::Encoding(_) => Malformed::at(line, ENCODING),
        Error::Syntax(_) => {
            Malformed::at(line, "a tag is not closed: the file is cut or damaged. Download it again")
        }
        _ => Malformed::at(line, "the XML is not well-formed: the file is cut or damaged. Download it again"),
    }
}
