//! Any bytes as an answer of Setu: nothing panics, and what passes has a name behind it.

#![no_main]

use kyc_stack::checks::{
    Answer, BankFound, Found, PanFound, Reference,
    setu::read::{self, Visit},
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u16, &[u8])| {
    let (status, body) = input;
    let pan = |registered_name| Found::Pan(PanFound { masked_pan: String::new(), registered_name });
    let bank = |registered_name, provider_code| {
        Found::Bank(BankFound {
            masked_account: String::new(),
            ifsc: String::new(),
            bank_name: String::new(),
            registered_name,
            provider_code,
        })
    };
    let Some(asked) = Reference::parse("ea31") else { return };
    let answers = [
        read::started(status, body, false),
        read::aadhaar(status, body),
        read::pan(status, body, pan),
        read::bank(status, body, None, bank),
        read::bank(status, body, Some(&asked), bank),
        read::bank_begun(status, body, bank(None, None)),
    ];
    for answer in answers {
        assert!((200..300).contains(&status) || !matches!(answer, Answer::Completed { .. }));
        if let Answer::Completed { found } = &answer {
            let is_bank = matches!(found, Some(Found::Bank(found)) if found.provider_code.as_deref() == Some("BAV00"));
            assert!(is_bank || found.as_ref().and_then(Found::name).is_some() || matches!(found, Some(Found::Pan(_))));
        }
    }
    assert!((200..300).contains(&status) || matches!(read::visit(status, body, &asked), Visit::Answer(_)));
    let _ = read::notification(body);
});
