//! A name as the engine sees it: Latin letters, cut into tokens that know what they are.

mod fold;
mod sound;
mod token;
mod words;

pub use sound::{skeleton, sound};
pub use token::{Kind, MAX_LETTERS, Name, Token, Unreadable};
pub use words::{COMMON, canonical, spellings};
