//! Whether two colours can be read on each other: WCAG 2.2, success criteria 1.4.3 (text) and 1.4.11 (controls).

use crate::error::{UserError, UserErrorCode};

/// The least contrast of text: level AA.
pub const TEXT: f64 = 4.5;
/// The least contrast of a button or a field.
pub const CONTROL: f64 = 3.0;

/// A colour of sRGB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Color([u8; 3]);

impl Color {
    const BLACK: Self = Self([0; 3]);
    const WHITE: Self = Self([255; 3]);

    /// Reads `#rrggbb`, in either case.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6)?;
        let mut rgb = [0; 3];
        hex::decode_to_slice(digits, &mut rgb).ok()?;
        Some(Self(rgb))
    }

    /// The colour of a field of an input.
    ///
    /// # Errors
    /// INVALID for anything but `#rrggbb`.
    pub fn checked(field: &str, text: &str) -> Result<Self, UserError> {
        Self::parse(text.trim()).ok_or_else(|| {
            UserError::new(UserErrorCode::Invalid, &[field], "Enter a colour as #rrggbb, as in #1f5fd0.")
        })
    }

    /// How bright it is to the eye, from 0 (black) to 1 (white): WCAG's relative luminance.
    fn luminance(self) -> f64 {
        let [red, green, blue] = self.0.map(|channel| {
            let value = f64::from(channel) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        });
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }

    /// The contrast with another colour, from 1 (none) to 21 (black on white).
    pub fn contrast(self, other: Self) -> f64 {
        let (one, two) = (self.luminance(), other.luminance());
        (one.max(two) + 0.05) / (one.min(two) + 0.05)
    }

    /// The colour `part`/255 of the way to another.
    fn towards(self, other: Self, part: u8) -> Self {
        let mix = |from: u8, to: u8| {
            let (from, to, part) = (u32::from(from), u32::from(to), u32::from(part));
            // At most 255, since it lies between the two.
            ((from * (255 - part) + to * part + 127) / 255) as u8
        };
        Self(std::array::from_fn(|channel| mix(self.0[channel], other.0[channel])))
    }

    /// The nearest colour of the same hue, darker or lighter, that has `least` contrast with all of `grounds`.
    fn nearest(self, grounds: &[Self], least: f64) -> Option<Self> {
        (1..=255)
            .flat_map(|part| [self.towards(Self::BLACK, part), self.towards(Self::WHITE, part)])
            .find(|color| grounds.iter().all(|ground| color.contrast(*ground) >= least))
    }
}

impl std::fmt::Display for Color {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "#{}", hex::encode(self.0))
    }
}

/// Checks a colour against those that it stands on, each with its name in the API.
///
/// # Errors
/// LOW_CONTRAST with the least ratio found, and the nearest colour that passes where there is one.
pub fn check(field: &str, color: Color, grounds: &[(&str, Color)], least: f64) -> Result<(), UserError> {
    let worst = grounds
        .iter()
        .map(|(name, ground)| (name, color.contrast(*ground)))
        .min_by(|one, two| one.1.total_cmp(&two.1));
    let Some((name, ratio)) = worst.filter(|(_, ratio)| *ratio < least) else { return Ok(()) };
    let colors: Vec<Color> = grounds.iter().map(|(_, ground)| *ground).collect();
    let advice = match color.nearest(&colors, least) {
        Some(nearest) => format!("{nearest} is the nearest colour that has it."),
        None => format!("No shade of it has that; move {name} as well."),
    };
    // Rounded down: 4.46 must not be told as 4.5 where 4.5 is asked for.
    let ratio = (ratio * 100.0).floor() / 100.0;
    Err(UserError::new(
        UserErrorCode::LowContrast,
        &[field],
        format!("{color} has a contrast of {ratio:.2}:1 with {name}; at least {least}:1 is needed. {advice}"),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn color(text: &str) -> Color {
        Color::parse(text).unwrap()
    }

    #[test]
    fn ratios_are_those_of_wcag() {
        // Ratios that WebAIM's contrast checker prints for the same pairs.
        for (one, two, ratio) in [
            ("#000000", "#ffffff", 21.0),
            ("#ffffff", "#ffffff", 1.0),
            ("#777777", "#ffffff", 4.48),
            ("#767676", "#ffffff", 4.54),
            ("#0000ff", "#ffffff", 8.59),
        ] {
            let found = color(one).contrast(color(two));
            assert!((found - ratio).abs() < 0.01, "{one} on {two}: {found}");
            assert!((color(two).contrast(color(one)) - found).abs() < f64::EPSILON);
        }
    }

    #[test]
    fn only_six_hex_digits_are_a_colour() {
        assert_eq!(color("#1F5fd0").to_string(), "#1f5fd0");
        for text in ["", "#fff", "1f5fd0", "#1f5fd", "#1f5fd00", "#ggffff", "red", "#1f5fd0;", "#é1234"] {
            assert_eq!(Color::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_refusal_proposes_a_colour_that_passes() {
        let (ground, surface) = (color("#f5f5f5"), color("#ffffff"));
        let refusal = check(
            "textColor",
            color("#999999"),
            &[("backgroundColor", ground), ("surfaceColor", surface)],
            TEXT,
        )
        .unwrap_err();
        assert_eq!(refusal.code, UserErrorCode::LowContrast);
        assert!(refusal.message.contains("2.6"), "{}", refusal.message);
        let proposed =
            refusal.message.split(' ').find(|word| word.starts_with('#') && *word != "#999999").unwrap();
        assert!(color(proposed).contrast(ground) >= TEXT && color(proposed).contrast(surface) >= TEXT);
        // One shade back does not pass: it is the nearest.
        let [red, ..] = color(proposed).0;
        assert!(Color([red + 1; 3]).contrast(ground) < TEXT);
    }

    #[test]
    fn where_no_shade_passes_the_ground_has_to_move() {
        let refusal = check(
            "textColor",
            color("#808080"),
            &[("backgroundColor", color("#777777")), ("surfaceColor", color("#8a8a8a"))],
            9.0,
        )
        .unwrap_err();
        assert!(refusal.message.contains("move"), "{}", refusal.message);
    }
}
