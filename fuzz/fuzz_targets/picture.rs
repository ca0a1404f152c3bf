//! Any bytes as a picture.

#![no_main]

use kyc_stack::checks::image::{Purpose, accept};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    for purpose in [Purpose::Selfie, Purpose::Signature, Purpose::Logo] {
        if let Ok(picture) = accept(bytes, purpose) {
            let longest = purpose.longest_side();
            assert!(picture.width <= longest && picture.height <= longest);
        }
    }
});
