//! Any text as what a customer enters, and as a name that is compared.

#![no_main]

use kyc_stack::checks::{
    bank::{Account, Ifsc},
    name_match::compare,
    pan::Pan,
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (&str, &str)| {
    let (one, other) = input;
    if let Ok(pan) = Pan::parse(one) {
        assert_eq!(pan.masked().len(), 10);
    }
    if let Ok(account) = Account::parse(one) {
        assert_eq!(account.masked().len(), account.expose().len());
    }
    let _ = Ifsc::parse(one);
    let (there, back) = (compare(one, other), compare(other, one));
    assert!(there.score <= 100 && there.score == back.score);
});
