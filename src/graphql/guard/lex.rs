//! The cheap pass before the parser: counts tokens and brackets over the bytes, without recursion or allocation. It agrees
//! with the parser's grammar on where strings and comments end; where the two could differ it refuses, because a bracket
//! that this pass takes for text and the parser for a bracket would be recursion that nobody bounded.

use super::refusal::Refusal;

/// What the text holds.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Shape {
    pub(super) tokens: u64,
    /// The most brackets open at once outside arguments, and the byte where that was reached.
    pub(super) nesting: (u64, usize),
    /// The most lists and objects open at once inside one pair of parentheses, and where.
    pub(super) literal_nesting: (u64, usize),
}

/// Why the parser need not see the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    OpenString,
    OpenBlockString,
    Nul,
    Surrogate,
}

impl Fault {
    const fn message(self) -> &'static str {
        match self {
            Self::OpenString => {
                "A string of the query is not closed on its line. Close it with \" or use a block string."
            }
            Self::OpenBlockString => "A block string of the query is not closed. Close it with \"\"\".",
            Self::Nul => "The query holds the character U+0000, which no field takes. Remove it.",
            Self::Surrogate => {
                "A string of the query holds half of a character, \\uD800 to \\uDFFF. Write the character itself, or use a variable."
            }
        }
    }
}

/// Measures the text.
pub(super) fn measure(text: &str) -> Result<Shape, Refusal> {
    let mut scanner =
        Scanner { bytes: text.as_bytes(), at: 0, shape: Shape::default(), open: 0, literal: None };
    scanner
        .run()
        .map(|()| scanner.shape)
        .map_err(|(fault, at)| Refusal::invalid(fault.message(), Some(location(text, at))))
}

/// Line and column, from 1, of a byte.
pub(super) fn location(text: &str, at: usize) -> (usize, usize) {
    let before = &text.as_bytes()[..at.min(text.len())];
    let line_start = before.iter().rposition(|&b| b == b'\n').map_or(0, |newline| newline + 1);
    let line = 1 + before.iter().filter(|&&b| b == b'\n').count();
    // Characters, not bytes: the bytes that do not continue one.
    let column = 1 + before[line_start..].iter().filter(|&&b| b & 0xC0 != 0x80).count();
    (line, column)
}

struct Scanner<'a> {
    bytes: &'a [u8],
    at: usize,
    shape: Shape,
    /// Brackets open outside arguments.
    open: u64,
    /// Inside parentheses, which cannot stand in one another: lists and objects open in them.
    literal: Option<u64>,
}

impl Scanner<'_> {
    fn run(&mut self) -> Result<(), (Fault, usize)> {
        while let Some(&byte) = self.bytes.get(self.at) {
            match byte {
                b' ' | b'\t' | b'\n' | b'\r' | b',' => self.at += 1,
                b'#' => self.skip_while(|b| b != b'\n' && b != b'\r'),
                0 => return Err((Fault::Nul, self.at)),
                b'"' => {
                    self.shape.tokens += 1;
                    let start = self.at;
                    let read = if self.sees(b"\"\"\"") { self.block_string() } else { self.string() };
                    // Half a character and U+0000 are shown where they stand, an open string where it begins.
                    read.map_err(|fault| match fault {
                        Fault::OpenString | Fault::OpenBlockString => (fault, start),
                        Fault::Nul | Fault::Surrogate => (fault, self.at),
                    })?;
                }
                b'_' | b'a'..=b'z' | b'A'..=b'Z' => {
                    self.shape.tokens += 1;
                    self.skip_while(|b| b == b'_' || b.is_ascii_alphanumeric());
                }
                b'-' | b'0'..=b'9' => {
                    self.shape.tokens += 1;
                    self.number();
                }
                b'.' if self.sees(b"...") => {
                    self.shape.tokens += 1;
                    self.at += 3;
                }
                0xEF if self.sees(b"\xEF\xBB\xBF") => self.at += 3,
                _ => self.punctuator(byte),
            }
        }
        Ok(())
    }

    fn sees(&self, token: &[u8]) -> bool {
        self.bytes[self.at..].starts_with(token)
    }

    fn skip_while(&mut self, keep: impl Fn(u8) -> bool) {
        while self.bytes.get(self.at).is_some_and(|&b| keep(b)) {
            self.at += 1;
        }
    }

    /// One byte: a bracket, another punctuator, or something that the parser will refuse.
    fn punctuator(&mut self, byte: u8) {
        let at = self.at;
        self.shape.tokens += 1;
        self.at += 1;
        match (byte, &mut self.literal) {
            (b'(', None) => self.literal = Some(0),
            (b')', _) => self.literal = None,
            (b'{' | b'[', Some(open)) => {
                *open += 1;
                deepest(&mut self.shape.literal_nesting, *open, at);
            }
            (b'}' | b']', Some(open)) => *open = open.saturating_sub(1),
            (b'{' | b'[', None) => {
                self.open += 1;
                deepest(&mut self.shape.nesting, self.open, at);
            }
            (b'}' | b']', None) => self.open = self.open.saturating_sub(1),
            _ => {}
        }
    }

    /// A number as the grammar cuts it: `00` and `1-1` are two each, though no client writes them.
    fn number(&mut self) {
        if self.bytes[self.at] == b'-' {
            self.at += 1;
        }
        if self.bytes.get(self.at) == Some(&b'0') {
            self.at += 1;
        } else {
            self.skip_while(|b| b.is_ascii_digit());
        }
        let digit_at = |at: usize| self.bytes.get(at).is_some_and(u8::is_ascii_digit);
        if self.sees(b".") && digit_at(self.at + 1) {
            self.at += 1;
            self.skip_while(|b| b.is_ascii_digit());
        }
        if self.sees(b"e") || self.sees(b"E") {
            let signed = matches!(self.bytes.get(self.at + 1), Some(b'+' | b'-'));
            let exponent = self.at + 1 + usize::from(signed);
            if self.bytes.get(exponent).is_some_and(u8::is_ascii_digit) {
                self.at = exponent;
                self.skip_while(|b| b.is_ascii_digit());
            }
        }
    }

    fn string(&mut self) -> Result<(), Fault> {
        self.at += 1;
        loop {
            match self.bytes.get(self.at) {
                None | Some(b'\n' | b'\r') => return Err(Fault::OpenString),
                Some(b'"') => {
                    self.at += 1;
                    return Ok(());
                }
                Some(0) => return Err(Fault::Nul),
                Some(b'\\') => self.escape()?,
                Some(_) => self.at += 1,
            }
        }
    }

    fn escape(&mut self) -> Result<(), Fault> {
        match self.bytes.get(self.at + 1) {
            Some(b'u') => {
                let digits = self.bytes.get(self.at + 2..self.at + 6);
                match digits.and_then(|hex| u32::from_str_radix(str::from_utf8(hex).ok()?, 16).ok()) {
                    Some(0) => return Err(Fault::Nul),
                    Some(0xD800..=0xDFFF) => return Err(Fault::Surrogate),
                    // Not four digits: the parser refuses it.
                    _ => self.at += 2,
                }
            }
            Some(b'"' | b'\\') => self.at += 2,
            _ => self.at += 1,
        }
        Ok(())
    }

    fn block_string(&mut self) -> Result<(), Fault> {
        self.at += 3;
        loop {
            match self.bytes.get(self.at) {
                // The parser would read on from here as an empty string and a second one: never let it.
                None => return Err(Fault::OpenBlockString),
                Some(0) => return Err(Fault::Nul),
                Some(b'\\') if self.sees(b"\\\"\"\"") => self.at += 4,
                Some(b'"') if self.sees(b"\"\"\"") => {
                    self.at += 3;
                    return Ok(());
                }
                Some(_) => self.at += 1,
            }
        }
    }
}

fn deepest(record: &mut (u64, usize), open: u64, at: usize) {
    if open > record.0 {
        *record = (open, at);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(text: &str) -> u64 {
        measure(text).unwrap().tokens
    }

    fn message(text: &str) -> (String, Option<(usize, usize)>) {
        let refusal = measure(text).unwrap_err();
        (refusal.message, refusal.location)
    }

    #[test]
    fn tokens_are_counted_as_the_grammar_cuts_them() {
        assert_eq!(tokens("{ a }"), 3);
        assert_eq!(tokens("\u{feff}{a,,,b}\r\n# { a b c\r{c}"), 7);
        assert_eq!(tokens("{ x: a(n: -1.5e+3) @skip(if: $no) ...F ... on T { b } }"), 26);
        assert_eq!(tokens("[00 1-1 0.5 1e5 12]"), 9);
        assert_eq!(tokens("[1e5e5]"), 4);
    }

    #[test]
    fn brackets_in_strings_and_comments_are_text() {
        let shape =
            measure("{ a(x: \"{[(\\\"{\", y: \"\"\" {{{ \\\"\"\" {{{ \" {{ \"\"\") # {{{{\n}").unwrap();
        assert_eq!((shape.nesting.0, shape.literal_nesting.0), (1, 0));
    }

    #[test]
    fn nesting_is_counted_apart_inside_and_outside_arguments() {
        let shape = measure("{ a(x: [{ y: [1] }]) { b } }").unwrap();
        assert_eq!((shape.nesting.0, shape.literal_nesting.0), (2, 3));
        // Closing more than was opened buys nothing.
        let shape = measure("}}}}{{{").unwrap();
        assert_eq!(shape.nesting, (3, 6));
    }

    #[test]
    fn an_open_string_is_refused_where_it_begins() {
        assert!(message("{ a(x: \"b\n\") }").0.contains("not closed on its line"));
        assert_eq!(message("{\n é(x: \"b").1, Some((2, 7)));
        assert!(message("{ a(x: \"b\\").0.contains("not closed on its line"));
        // Read as an empty string and a string of brackets, this would hide brackets from this pass.
        assert!(message("{ a(x: [\"\"\" \"[[[[[[[[[[[[[[[ ").0.contains("block string"));
    }

    #[test]
    fn nul_and_half_characters_are_refused_without_showing_them() {
        for text in ["{ a\0 }", "{ a(x: \"\0\") }", "{ a(x: \"\"\"\0\"\"\") }", "{ a(x: \"\\u0000\") }"] {
            assert!(message(text).0.contains("U+0000"), "{text:?}");
        }
        for text in ["\\ud800", "\\uDFFF", "\\uD83D\\uDE00"] {
            assert!(message(&format!("{{ a(x: \"{text}\") }}")).0.contains("half of a character"), "{text}");
        }
        assert!(measure("{ a(x: \"\\\\ud800 \\ue000 \\u12\") }").is_ok());
    }
}
