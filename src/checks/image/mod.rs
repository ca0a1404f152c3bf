//! Pictures from outside: selfies, signatures, logos. Bytes in; out comes a picture that was drawn anew, or what is wrong.
//!
//! Nothing of the file that came is kept: metadata (EXIF with its GPS), comments, thumbnails, whatever was appended. The size
//! in pixels is looked at before anything is decoded. [`accept`] takes up to a second and some 150 MB for the largest picture: call
//! it on a blocking thread, a few at a time.

mod look;
mod whole;

use std::io::Cursor;

use image::{
    DynamicImage, GenericImageView, ImageDecoder, ImageEncoder, ImageFormat, ImageReader, ImageResult,
    Limits,
    codecs::{
        jpeg::JpegEncoder,
        png::{PngDecoder, PngEncoder},
        webp::WebPDecoder,
    },
};

/// What a picture is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Purpose {
    Selfie,
    Signature,
    Logo,
}

/// The most pixels that are decoded: more than nearly every phone takes, and half of 50 megapixels.
pub const MAX_PIXELS: u64 = 25_000_000;
/// The most bytes of decoded pixels: a picture of 16 bits a channel has fewer pixels.
const MAX_DECODED: u64 = 128 << 20;
/// The quality of JPEG that is written, 1 to 100.
const QUALITY: u8 = 85;

impl Purpose {
    /// Everything that pictures are for.
    pub const ALL: [Self; 3] = [Self::Selfie, Self::Signature, Self::Logo];

    /// Its word in keys.
    pub fn word(self) -> &'static str {
        match self {
            Self::Selfie => "selfie",
            Self::Signature => "signature",
            Self::Logo => "logo",
        }
    }

    /// What [`accept`] writes.
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Selfie => "image/jpeg",
            Self::Signature | Self::Logo => "image/png",
        }
    }

    /// A name for a file of it.
    pub fn file_name(self) -> &'static str {
        match self {
            Self::Selfie => "selfie.jpg",
            Self::Signature => "signature.png",
            Self::Logo => "logo.png",
        }
    }

    /// The largest file that is read, in bytes.
    pub const fn max_bytes(self) -> usize {
        match self {
            Self::Selfie | Self::Signature => 10 << 20,
            Self::Logo => 2 << 20,
        }
    }

    /// The least width and height, in pixels. A phone's selfie has ten times as many; an icon or an avatar has fewer.
    pub fn least(self) -> (u32, u32) {
        match self {
            Self::Selfie => (240, 240),
            Self::Signature => (120, 40),
            Self::Logo => (32, 32),
        }
    }

    /// The longest side of what is written, in pixels; larger pictures are made smaller.
    pub fn longest_side(self) -> u32 {
        match self {
            Self::Selfie => 1600,
            Self::Signature => 1200,
            Self::Logo => 512,
        }
    }

    fn reads(self, format: ImageFormat) -> bool {
        match format {
            ImageFormat::Png | ImageFormat::Jpeg => true,
            ImageFormat::WebP => self == Self::Logo,
            _ => false,
        }
    }
}

/// A picture that was accepted and drawn anew.
#[derive(Clone, PartialEq, Eq)]
pub struct Picture {
    /// Of [`Purpose::content_type`].
    pub bytes: Vec<u8>,
    pub width: u32,
    pub height: u32,
}

/// Why a picture is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    Empty,
    /// More bytes than [`Purpose::max_bytes`].
    TooManyBytes,
    /// No picture of a format that is read: a page, an SVG, a document.
    Format,
    /// It breaks off, or is broken.
    Broken,
    /// More than one picture: which of them was meant, nobody can say.
    Animated,
    /// Fewer pixels than [`Purpose::least`].
    TooSmall,
    /// More than [`MAX_PIXELS`].
    TooManyPixels,
    /// One colour all over, or nothing drawn.
    Blank,
    TooDark,
}

impl Fault {
    /// The reason of the catalogue.
    pub fn code(self) -> &'static str {
        match self {
            Self::Empty | Self::Format | Self::Broken | Self::Animated => "IMAGE_UNREADABLE",
            Self::TooManyBytes | Self::TooManyPixels => "IMAGE_TOO_LARGE",
            Self::TooSmall => "IMAGE_TOO_SMALL",
            Self::Blank => "IMAGE_BLANK",
            Self::TooDark => "IMAGE_TOO_DARK",
        }
    }

    /// What is wrong and what to do, in English.
    pub fn message(self, purpose: Purpose) -> String {
        let formats = if purpose == Purpose::Logo { "PNG, JPEG or WebP" } else { "PNG or JPEG" };
        let (width, height) = purpose.least();
        match self {
            Self::Empty => format!("The file is empty. Send a picture: {formats}."),
            Self::Format => {
                format!("This is no {formats} picture. Send one; an SVG, a PDF or a page is not read.")
            }
            Self::Broken => "The picture breaks off or is damaged. Take or save it again.".to_owned(),
            Self::Animated => {
                "The picture moves: it holds several. Save one of them as a still picture, and send that."
                    .to_owned()
            }
            Self::TooManyBytes => {
                format!("The file is too large. Send at most {} MB.", purpose.max_bytes() >> 20)
            }
            Self::TooManyPixels => {
                format!(
                    "The picture has too many pixels. Send at most {} megapixels.",
                    MAX_PIXELS / 1_000_000
                )
            }
            Self::TooSmall => {
                format!("The picture is too small. Send one of at least {width} × {height} pixels.")
            }
            Self::Blank => "The picture is empty. Take it again.".to_owned(),
            Self::TooDark => "The picture is too dark. Take it again with more light.".to_owned(),
        }
    }
}

/// Reads, looks at, and draws anew.
///
/// # Errors
/// The first thing that is wrong.
pub fn accept(bytes: &[u8], purpose: Purpose) -> Result<Picture, Fault> {
    if bytes.is_empty() {
        return Err(Fault::Empty);
    }
    if bytes.len() > purpose.max_bytes() {
        return Err(Fault::TooManyBytes);
    }
    let format =
        image::guess_format(bytes).ok().filter(|format| purpose.reads(*format)).ok_or(Fault::Format)?;
    let picture = decode(bytes, format, purpose)?;
    let longest = purpose.longest_side();
    let picture = if picture.width().max(picture.height()) > longest {
        picture.thumbnail(longest, longest)
    } else {
        picture
    };
    encode(&picture, purpose)
}

fn decode(bytes: &[u8], format: ImageFormat, purpose: Purpose) -> Result<DynamicImage, Fault> {
    // A decoder that fills the rest with grey is no witness of a whole picture.
    if format == ImageFormat::Jpeg && !whole::jpeg(bytes) {
        return Err(Fault::Broken);
    }
    let mut limits = Limits::default();
    limits.max_alloc = Some(2 * MAX_DECODED);
    if is_animated(bytes, format, &limits).map_err(|_| Fault::Broken)? {
        return Err(Fault::Animated);
    }
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|_| Fault::Broken)?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MAX_PIXELS || decoder.total_bytes() > MAX_DECODED {
        return Err(Fault::TooManyPixels);
    }
    // Turned before its size is judged: a portrait may be stored lying.
    let orientation = decoder.orientation().unwrap_or(image::metadata::Orientation::NoTransforms);
    let mut picture = DynamicImage::from_decoder(decoder).map_err(|_| Fault::Broken)?;
    picture.apply_orientation(orientation);
    let (least_width, least_height) = purpose.least();
    if picture.width() < least_width || picture.height() < least_height {
        return Err(Fault::TooSmall);
    }
    look::judge(&picture, purpose).map(|()| picture)
}

/// Whether it says of itself that it moves: decoded, it would be its first picture, which need not be the one that people see.
fn is_animated(bytes: &[u8], format: ImageFormat, limits: &Limits) -> ImageResult<bool> {
    match format {
        ImageFormat::Png => PngDecoder::with_limits(Cursor::new(bytes), limits.clone())?.is_apng(),
        ImageFormat::WebP => Ok(WebPDecoder::new(Cursor::new(bytes))?.has_animation()),
        // A JPEG has no frames that are shown one after another.
        _ => Ok(false),
    }
}

fn encode(picture: &DynamicImage, purpose: Purpose) -> Result<Picture, Fault> {
    let (width, height) = picture.dimensions();
    let mut bytes = Vec::new();
    let written = match purpose {
        Purpose::Selfie => {
            JpegEncoder::new_with_quality(&mut bytes, QUALITY).encode_image(&look::on_white(picture))
        }
        Purpose::Signature => {
            let grey = DynamicImage::from(look::on_white(picture)).into_luma8();
            let png = PngEncoder::new(&mut bytes);
            png.write_image(&grey, width, height, image::ExtendedColorType::L8)
        }
        Purpose::Logo => {
            let colours = picture.to_rgba8();
            let png = PngEncoder::new(&mut bytes);
            png.write_image(&colours, width, height, image::ExtendedColorType::Rgba8)
        }
    };
    written.map_err(|_| Fault::Broken)?;
    Ok(Picture { bytes, width, height })
}

#[cfg(test)]
mod tests;
