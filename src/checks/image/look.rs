//! Whether there is anything to see.

use image::{DynamicImage, Rgb, RgbImage, imageops};

use super::{Fault, Purpose};

/// The side of what is looked at: a picture made smaller is compared faster, and its noise is gone.
const SIDE: u32 = 256;
/// The least standard deviation of a picture's brightness, in levels of 256: a wall or a finger on the lens has less.
const LEAST_DEVIATION: f64 = 4.0;
/// A picture whose mean brightness is below this shows nobody.
const DARK: f64 = 24.0;
/// How far a pixel's brightness has to be from the paper's to be ink, and which share of a signature has to be ink.
const INK: u8 = 40;
const LEAST_INK: f64 = 0.0005;

/// Refuses what is blank, and a selfie that is too dark.
pub(super) fn judge(picture: &DynamicImage, purpose: Purpose) -> Result<(), Fault> {
    match purpose {
        Purpose::Selfie => {
            let (mean, deviation) = brightness(&picture.thumbnail(SIDE, SIDE));
            match () {
                () if mean < DARK => Err(Fault::TooDark),
                () if deviation < LEAST_DEVIATION => Err(Fault::Blank),
                () => Ok(()),
            }
        }
        Purpose::Signature if ink(picture) < LEAST_INK => Err(Fault::Blank),
        // White on transparent is a logo: it shows on the merchant's colour.
        Purpose::Logo if is_one_colour(picture) => Err(Fault::Blank),
        Purpose::Signature | Purpose::Logo => Ok(()),
    }
}

/// The mean brightness and its standard deviation, 0 to 255.
fn brightness(picture: &DynamicImage) -> (f64, f64) {
    let grey = DynamicImage::from(on_white(picture)).into_luma8();
    let count = f64::from(grey.width()) * f64::from(grey.height());
    let (sum, squares) = grey.iter().fold((0u64, 0u64), |(sum, squares), &level| {
        (sum + u64::from(level), squares + u64::from(level) * u64::from(level))
    });
    // 65,536 pixels of 255 squared: far from what a double holds exactly.
    let (sum, squares) = (sum as f64, squares as f64);
    let mean = sum / count;
    (mean, (squares / count - mean * mean).max(0.0).sqrt())
}

/// The share of pixels that are not paper. The paper is the commonest brightness. Of every pixel: a thin line is lost in a
/// picture made smaller.
fn ink(picture: &DynamicImage) -> f64 {
    let grey = DynamicImage::from(on_white(picture)).into_luma8();
    let mut levels = [0u64; 256];
    for &level in grey.iter() {
        levels[usize::from(level)] += 1;
    }
    let paper = levels.iter().enumerate().max_by_key(|(_, count)| **count).map_or(0, |(level, _)| level);
    let away = |level: usize| level.abs_diff(paper) > usize::from(INK);
    let drawn: u64 =
        levels.iter().enumerate().filter(|(level, _)| away(*level)).map(|(_, count)| count).sum();
    drawn as f64 / (f64::from(grey.width()) * f64::from(grey.height()))
}

fn is_one_colour(picture: &DynamicImage) -> bool {
    let small = picture.thumbnail(SIDE, SIDE).to_rgba8();
    let mut seen = small.pixels().map(|pixel| if pixel.0[3] == 0 { [0; 4] } else { pixel.0 });
    let first = seen.next();
    seen.all(|pixel| Some(pixel) == first)
}

/// The picture on white paper: what is transparent is not black.
pub(super) fn on_white(picture: &DynamicImage) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.to_rgb8();
    }
    let mut paper =
        DynamicImage::from(RgbImage::from_pixel(picture.width(), picture.height(), Rgb([255; 3])));
    imageops::overlay(&mut paper, &DynamicImage::from(picture.to_rgba8()), 0, 0);
    paper.into_rgb8()
}
