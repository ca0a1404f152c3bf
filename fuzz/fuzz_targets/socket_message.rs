//! A WebSocket's messages: any text is read or closed with one of the protocol's codes, and what is read is within its
//! limits.
#![no_main]

use kyc_stack::graphql::ws::protocol::{Said, read};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    match read(text) {
        Ok(Said::Subscribe(asked)) => assert!(!asked.id.is_empty() && asked.id.len() <= 256),
        Ok(Said::Complete(id)) => assert!(!id.is_empty() && id.len() <= 256),
        Ok(Said::Init(_) | Said::Ping | Said::Pong) => {}
        Err(close) => assert!(close.code == 4400 && close.words.len() <= 123),
    }
});
