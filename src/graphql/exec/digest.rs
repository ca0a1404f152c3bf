//! What is asked below a root's fields, as one number.

use sha2::{Digest as _, Sha256};

/// The question below a root's fields, as it is read. Two plans with one digest answer the same from the same root, however
/// their documents were written and whatever the root's own arguments were.
#[derive(Default)]
pub(super) struct Digest {
    depth: usize,
    hash: Sha256,
}

impl Digest {
    /// A part of the question: a name, an argument.
    pub(super) fn note(&mut self, part: &str) {
        // The length first: no two questions run into the same text.
        self.hash.update((part.len() as u64).to_be_bytes());
        self.hash.update(part);
    }

    /// The fields of a type begin.
    pub(super) fn enter(&mut self, type_name: &str) {
        self.note(type_name);
        self.depth += 1;
    }

    /// They end.
    pub(super) fn leave(&mut self) {
        self.note("}");
        self.depth -= 1;
    }

    /// Whether the fields of the root have been left above.
    pub(super) fn is_below_root(&self) -> bool {
        self.depth > 1
    }

    pub(super) fn finish(self) -> [u8; 32] {
        self.hash.finalize().into()
    }
}
