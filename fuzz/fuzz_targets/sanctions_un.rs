//! The reader of the UN's list on any bytes: a list that is one, or a sentence. It never panics, and expands nothing.
#![no_main]

use kyc_stack::checks::sanctions::lists::un;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    match un::parse(bytes) {
        Ok(list) => {
            assert!(!list.persons.is_empty());
            assert!(list.persons.iter().all(|person| !person.names.is_empty() && !person.entity_id.is_empty()));
            // Aliases are split and never multiplied.
            let kept: usize = list.persons.iter().flat_map(|person| &person.names).map(|name| name.text.len()).sum();
            assert!(kept <= 2 * bytes.len(), "{kept} bytes of names out of {}", bytes.len());
        }
        Err(problem) => assert!(problem.to_string().len() < 300, "{problem}"),
    }
});
