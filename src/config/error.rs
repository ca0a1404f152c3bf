//! What is wrong with the settings, in words that tell the operator what to change. No value of a secret key is in them.

use std::{
    fmt,
    path::{Path, PathBuf},
};

/// Where a value came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// `--listen`
    Flag(String),
    /// `KYC_LISTEN`
    Environment(String),
    File(PathBuf),
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(flag) => write!(f, "the flag {flag}"),
            Self::Environment(variable) => write!(f, "the environment variable {variable}"),
            Self::File(path) => write!(f, "the file {}", path.display()),
        }
    }
}

/// Settings that the server does not start with.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("cannot read the settings file {} (named by {named_by}): {error}", path.display())]
    Unreadable { path: PathBuf, named_by: Source, error: std::io::Error },
    #[error("the settings file {}, line {line}, is not TOML: {reason}", path.display())]
    NotToml { path: PathBuf, line: usize, reason: String },
    #[error("unknown key `{key}` in the file {}; the keys are {known}", path.display())]
    UnknownKey { key: String, path: PathBuf, known: String },
    #[error("`{key}` from {source_of_value}: {problem}")]
    Invalid { key: &'static str, source_of_value: Source, problem: String },
}

impl ConfigError {
    /// Keeps the line and the parser's sentence, and drops the excerpt that `toml` prints by itself: it could show a secret.
    pub(super) fn not_toml(path: &Path, text: &str, error: &toml::de::Error) -> Self {
        let end = error.span().map_or(0, |span| span.start.min(text.len()));
        let line = 1 + text.as_bytes()[..end].iter().filter(|byte| **byte == b'\n').count();
        Self::NotToml { path: path.to_owned(), line, reason: error.message().replace('\n', "; ") }
    }
}
