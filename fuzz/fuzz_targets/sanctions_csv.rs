//! The readers of comma-separated lists on any bytes, as each of the files that they read.
#![no_main]

use kyc_stack::checks::sanctions::lists::{Malformed, Parsed, ofac, opensanctions};
use libfuzzer_sys::fuzz_target;

/// A whole file, for the others to stand beside.
const SDN: &[u8] = b"1,\"VORBECK, Quillon\",\"individual\",\"X\",-0-,-0-,-0-,-0-,-0-,-0-,-0-,\"DOB 1960.\"\n";

fuzz_target!(|bytes: &[u8]| {
    let none = None::<&[u8]>;
    holds(opensanctions::parse(bytes));
    for parsed in [
        ofac::parse(bytes, none, none),
        ofac::parse(SDN, Some(bytes), none),
        ofac::parse(SDN, None::<&[u8]>, Some(bytes)),
    ] {
        holds(parsed.map_err(|(_, problem)| problem));
    }
    if let Err(problem) = ofac::Table::of(bytes) {
        assert!(problem.to_string().len() < 300, "{problem}");
    }
});

fn holds(parsed: Result<Parsed, Malformed>) {
    match parsed {
        Ok(list) => {
            assert!(!list.persons.is_empty());
            assert!(list.persons.iter().all(|person| !person.names.is_empty() && !person.entity_id.is_empty()));
            assert!(list.persons.iter().flat_map(|person| &person.births).all(|birth| birth.from <= birth.to));
        }
        Err(problem) => assert!(problem.to_string().len() < 300, "{problem}"),
    }
}
