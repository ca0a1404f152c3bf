//! Whether a JPEG ends where it says.

/// Whether a JPEG has its end marker behind the beginning of its last scan. Walks the segments up to the first scan, so that the end
/// of a thumbnail inside of the metadata does not count; what is appended behind the end, as phones do, does no harm.
pub(super) fn jpeg(bytes: &[u8]) -> bool {
    const START_OF_SCAN: u8 = 0xDA;
    const END: [u8; 2] = [0xFF, 0xD9];
    let mut at = 2;
    loop {
        let Some(&[0xFF, marker]) = bytes.get(at..at + 2) else { return false };
        // Fill bytes stand before a marker.
        if marker == 0xFF {
            at += 1;
            continue;
        }
        if marker == START_OF_SCAN {
            return bytes[at..].windows(2).any(|two| two == END);
        }
        let Some(&[high, low]) = bytes.get(at + 2..at + 4) else { return false };
        at += 2 + usize::from(u16::from_be_bytes([high, low]));
    }
}
