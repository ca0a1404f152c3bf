use image::{GrayImage, Luma, Rgb, RgbImage, Rgba, RgbaImage};
use proptest::prelude::*;

use super::*;
use crate::lifecycle::reasons;

/// Something like a face: a bright disc on a gradient.
fn face(width: u32, height: u32) -> DynamicImage {
    let picture = RgbImage::from_fn(width, height, |x, y| {
        let (dx, dy) = (i64::from(x) - i64::from(width) / 2, i64::from(y) - i64::from(height) / 2);
        let inside = dx * dx + dy * dy < i64::from(width.min(height) / 3).pow(2);
        let shade = u8::try_from(x * 120 / width).unwrap_or(0);
        if inside { Rgb([220, 180, 150]) } else { Rgb([shade, shade, 40]) }
    });
    DynamicImage::from(picture)
}

fn written(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// A canvas with a line drawn on it, transparent elsewhere.
fn signature(width: u32, height: u32) -> DynamicImage {
    let mut canvas = RgbaImage::new(width, height);
    for x in 10..width - 10 {
        canvas.put_pixel(x, height / 2 + (x * 7 % 5), Rgba([10, 10, 60, 255]));
    }
    DynamicImage::from(canvas)
}

/// A JPEG with an EXIF segment behind its start: a GPS place, and this orientation.
fn with_exif(jpeg: &[u8], orientation: u8) -> Vec<u8> {
    let mut tiff = b"II*\0\x08\0\0\0\x02\0".to_vec();
    tiff.extend([0x12, 0x01, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0]);
    tiff.extend([0x25, 0x88, 4, 0, 1, 0, 0, 0, 38, 0, 0, 0]);
    tiff.extend([0; 4]);
    tiff.extend(*b"GPS 12.9716N 77.5946E");
    let mut segment = b"Exif\0\0".to_vec();
    segment.extend(tiff);
    let length = u16::try_from(segment.len() + 2).unwrap().to_be_bytes();
    [&jpeg[..2], &[0xFF, 0xE1], &length, &segment, &jpeg[2..]].concat()
}

fn refused(bytes: &[u8], purpose: Purpose) -> Option<Fault> {
    accept(bytes, purpose).err()
}

#[test]
fn what_is_accepted_is_drawn_anew_within_bounds() {
    for (picture, format, purpose, kind, sides) in [
        (face(640, 480), ImageFormat::Jpeg, Purpose::Selfie, ImageFormat::Jpeg, (640, 480)),
        (face(3200, 2400), ImageFormat::Png, Purpose::Selfie, ImageFormat::Jpeg, (1600, 1200)),
        (signature(600, 200), ImageFormat::Png, Purpose::Signature, ImageFormat::Png, (600, 200)),
        (face(64, 64), ImageFormat::WebP, Purpose::Logo, ImageFormat::Png, (64, 64)),
        (signature(2000, 1000), ImageFormat::Png, Purpose::Logo, ImageFormat::Png, (512, 256)),
    ] {
        let drawn = accept(&written(&picture, format), purpose).unwrap();
        assert_eq!((drawn.width, drawn.height), sides, "{purpose:?}");
        assert_eq!(image::guess_format(&drawn.bytes).unwrap(), kind);
        assert_eq!(purpose.content_type(), kind.to_mime_type());
        let again = image::load_from_memory(&drawn.bytes).unwrap();
        assert_eq!((again.width(), again.height()), sides);
        assert!(accept(&drawn.bytes, purpose).is_ok(), "what was written is accepted");
    }
}

#[test]
fn the_place_is_gone_and_the_picture_stands_upright() {
    let lying = written(&face(640, 480), ImageFormat::Jpeg);
    let tagged = with_exif(&lying, 6);
    assert!(tagged.windows(7).any(|part| part == b"12.9716"));
    let drawn = accept(&tagged, Purpose::Selfie).unwrap();
    assert_eq!((drawn.width, drawn.height), (480, 640), "turned by its orientation");
    for mark in [&b"12.9716"[..], b"Exif", b"GPS"] {
        assert!(!drawn.bytes.windows(mark.len()).any(|part| part == mark));
    }
    assert_eq!(accept(&with_exif(&lying, 1), Purpose::Selfie).unwrap().width, 640);
}

#[test]
fn what_is_no_picture_is_refused() {
    let svg = br#"<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>"#;
    let page = b"<!doctype html><script>alert(1)</script>";
    let webp = written(&face(640, 480), ImageFormat::WebP);
    for bytes in [&svg[..], page, b"%PDF-1.7", b"GIF89a\x01\0\x01\0", &[0; 64], &webp] {
        assert_eq!(refused(bytes, Purpose::Selfie), Some(Fault::Format));
    }
    assert_eq!(refused(svg, Purpose::Logo), Some(Fault::Format));
    // A page behind the first bytes of a PNG.
    let dressed = [b"\x89PNG\r\n\x1a\n".as_slice(), page].concat();
    assert_eq!(refused(&dressed, Purpose::Selfie), Some(Fault::Broken));
    assert_eq!(refused(b"", Purpose::Selfie), Some(Fault::Empty));
    assert_eq!(refused(&vec![0xFF; (10 << 20) + 1], Purpose::Selfie), Some(Fault::TooManyBytes));
}

#[test]
fn a_page_behind_a_picture_is_not_kept() {
    let polyglot =
        [written(&face(640, 480), ImageFormat::Png), b"<script>alert(1)</script>".to_vec()].concat();
    let drawn = accept(&polyglot, Purpose::Selfie).unwrap();
    assert!(!drawn.bytes.windows(8).any(|part| part == b"<script>"));
}

#[test]
fn half_a_picture_is_refused() {
    for format in [ImageFormat::Png, ImageFormat::Jpeg] {
        let whole = written(&face(640, 480), format);
        let tagged = if format == ImageFormat::Jpeg {
            // The end marker of a thumbnail in the metadata is not the picture's end.
            let mut tagged = with_exif(&whole, 1);
            let place = tagged.windows(3).position(|part| part == b"GPS").unwrap();
            tagged[place..place + 2].copy_from_slice(&[0xFF, 0xD9]);
            tagged
        } else {
            whole
        };
        assert!(accept(&tagged, Purpose::Selfie).is_ok());
        for share in [10, 50, 90] {
            let cut = &tagged[..tagged.len() * share / 100];
            assert_eq!(refused(cut, Purpose::Selfie), Some(Fault::Broken), "{format:?} {share} %");
        }
    }
}

/// A chunk of a PNG.
fn chunk(kind: &[u8], data: &[u8]) -> Vec<u8> {
    let body = [kind, data].concat();
    let length = u32::try_from(data.len()).unwrap().to_be_bytes();
    [&length[..], &body, &crc(&body).to_be_bytes()].concat()
}

/// A WebP of several pictures, all of them this one.
fn moving_webp(still: &[u8], (width, height): (u32, u32)) -> Vec<u8> {
    let part = |kind: &[u8], data: &[u8]| {
        let length = u32::try_from(data.len()).unwrap().to_le_bytes();
        [kind, &length[..], data, &vec![0; data.len() % 2][..]].concat()
    };
    let three = |number: u32| number.to_le_bytes()[..3].to_vec();
    let sides = [three(width - 1), three(height - 1)].concat();
    // Behind `RIFF`, its length and `WEBP`: the chunk of the picture.
    let frame = [&[0; 6][..], &sides, &three(100), &[0], &still[12..]].concat();
    let body = [
        b"WEBP".to_vec(),
        part(b"VP8X", &[&[0b10, 0, 0, 0][..], &sides].concat()),
        part(b"ANIM", &[0; 6]),
        part(b"ANMF", &frame),
        part(b"ANMF", &frame),
    ]
    .concat();
    part(b"RIFF", &body)
}

#[test]
fn what_moves_is_refused_with_words_of_its_own() {
    let png = written(&face(640, 480), ImageFormat::Png);
    // Behind the header: two pictures, of which the first is the one that is there already.
    let control = [&2u32.to_be_bytes()[..], &0u32.to_be_bytes()].concat();
    let moving = [&png[..33], &chunk(b"acTL", &control), &png[33..]].concat();
    for purpose in Purpose::ALL {
        assert!(accept(&png, purpose).is_ok());
        assert_eq!(refused(&moving, purpose), Some(Fault::Animated));
    }
    let webp = written(&face(640, 480), ImageFormat::WebP);
    let moving = moving_webp(&webp, (640, 480));
    assert!(accept(&webp, Purpose::Logo).is_ok());
    assert_eq!(refused(&moving, Purpose::Logo), Some(Fault::Animated));
    assert_eq!(refused(&moving, Purpose::Selfie), Some(Fault::Format));
    assert!(Fault::Animated.message(Purpose::Logo).contains("still picture"));
}

#[test]
fn fifty_megapixels_are_refused_before_they_are_decoded() {
    // A PNG's header says 10,000 × 5,000, and nothing is behind it that could be decoded.
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    let header = [&10_000u32.to_be_bytes()[..], &5_000u32.to_be_bytes(), &[8, 2, 0, 0, 0]].concat();
    png.extend(chunk(b"IHDR", &header));
    png.extend(chunk(b"IDAT", b""));
    assert_eq!(refused(&png, Purpose::Selfie), Some(Fault::TooManyPixels));
    // A JPEG whose frame says so: height and width stand behind marker, length and precision.
    let mut jpeg = written(&face(640, 480), ImageFormat::Jpeg);
    let frame = jpeg.windows(2).position(|two| two == [0xFF, 0xC0]).unwrap();
    jpeg[frame + 5..frame + 9].copy_from_slice(&[0x13, 0x88, 0x27, 0x10]);
    assert_eq!(refused(&jpeg, Purpose::Selfie), Some(Fault::TooManyPixels));
}

fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0u32, |mut crc, byte| {
        crc ^= u32::from(*byte);
        (0..8).for_each(|_| crc = if crc & 1 == 1 { (crc >> 1) ^ 0xEDB8_8320 } else { crc >> 1 });
        crc
    })
}

#[test]
fn there_has_to_be_something_to_see() {
    let flat = |level: u8| DynamicImage::from(GrayImage::from_pixel(640, 480, Luma([level])));
    let png = |picture: &DynamicImage| written(picture, ImageFormat::Png);
    assert_eq!(refused(&png(&flat(200)), Purpose::Selfie), Some(Fault::Blank));
    assert_eq!(refused(&png(&flat(3)), Purpose::Selfie), Some(Fault::TooDark));
    assert_eq!(refused(&png(&face(128, 128)), Purpose::Selfie), Some(Fault::TooSmall));
    assert_eq!(refused(&png(&face(640, 16)), Purpose::Signature), Some(Fault::TooSmall));
    for blank in [flat(255), DynamicImage::from(RgbaImage::new(640, 480))] {
        assert_eq!(refused(&png(&blank), Purpose::Signature), Some(Fault::Blank));
        assert_eq!(refused(&png(&blank), Purpose::Logo), Some(Fault::Blank));
    }
    assert!(accept(&png(&signature(1200, 400)), Purpose::Signature).is_ok(), "one thin line is a signature");
}

#[test]
fn every_fault_has_a_reason_that_the_customer_can_mend() {
    for fault in [
        Fault::Empty,
        Fault::TooManyBytes,
        Fault::Format,
        Fault::Broken,
        Fault::Animated,
        Fault::TooSmall,
        Fault::TooManyPixels,
        Fault::Blank,
        Fault::TooDark,
    ] {
        let entry = reasons::find(fault.code()).unwrap();
        assert_eq!(entry.action_by, Some(entity::Party::Customer), "{fault:?}");
        for purpose in [Purpose::Selfie, Purpose::Signature, Purpose::Logo] {
            assert!(fault.message(purpose).contains(". "), "{fault:?} does not say what to do");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// A picture with bytes changed anywhere is accepted or refused, and never more.
    #[test]
    fn damage_does_no_harm(
        format in prop::sample::select(vec![ImageFormat::Png, ImageFormat::Jpeg]),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..20),
    ) {
        let mut bytes = written(&face(260, 260), format);
        for (place, byte) in damage {
            let at = place.index(bytes.len());
            bytes[at] = byte;
        }
        if let Ok(drawn) = accept(&bytes, Purpose::Selfie) {
            prop_assert!(drawn.width <= 1600 && drawn.height <= 1600);
        }
    }
}
