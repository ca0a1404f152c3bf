//! Event cursors: what is read as one is written as the same text.
#![no_main]

use kyc_stack::events::Cursor;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Some(cursor) = Cursor::parse(text) {
        assert!(cursor.seq >= 0);
        assert_eq!(cursor.to_string(), text);
    }
});
