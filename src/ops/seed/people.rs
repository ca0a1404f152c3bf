//! Made-up customers. Given and family names are common ones of their script, put together by chance: nobody in particular.
//! Mails go to example.com, and no Indian number begins with a zero.

use chrono::{Days, NaiveDate};
use entity::Time;

use crate::{
    entropy::dice::Dice,
    error::{Error, Result},
    kyc::customer::{CustomerInput, ValidCustomer, draft},
};

/// Names that go together, and where they are at home.
struct Names {
    country: &'static str,
    /// How many of a hundred customers have such a name.
    share: usize,
    given: &'static [&'static str],
    family: &'static [&'static str],
}

const NAMES: &[Names] = &[
    Names {
        country: "IN",
        share: 56,
        given: &[
            "Aarav", "Aditi", "Ananya", "Arjun", "Asha", "Bhavna", "Chetan", "Deepa", "Dev", "Divya",
            "Farhan", "Gauri", "Harish", "Imran", "Ishaan", "Jaya", "Kabir", "Kavya", "Lakshmi", "Manish",
            "Meera", "Mohan", "Naveen", "Neha", "Nikhil", "Pooja", "Pranav", "Priya", "Rahul", "Riya",
            "Rohan", "Sana", "Sanjay", "Shreya", "Sunita", "Tanvi", "Uma", "Varun", "Vikram", "Zoya",
        ],
        family: &[
            "Agarwal",
            "Bhat",
            "Chatterjee",
            "Das",
            "Desai",
            "D'Souza",
            "Fernandes",
            "Ghosh",
            "Gupta",
            "Iyer",
            "Jain",
            "Joshi",
            "Kapoor",
            "Khan",
            "Kulkarni",
            "Kumar",
            "Menon",
            "Mehta",
            "Mishra",
            "Nair",
            "Patel",
            "Pillai",
            "Rao",
            "Reddy",
            "Sen",
            "Sharma",
            "Shetty",
            "Singh",
            "Sinha",
            "Verma",
        ],
    },
    Names {
        country: "IN",
        share: 12,
        given: &["अनिता", "अर्जुन", "आशा", "दीपक", "गीता", "करण", "मीना", "नेहा", "राहुल", "सुनीता"],
        family: &["शर्मा", "वर्मा", "गुप्ता", "मिश्रा", "जोशी", "पाटील", "सिंह", "यादव"],
    },
    Names {
        country: "IN",
        share: 7,
        given: &["அருண்", "கவிதா", "குமார்", "மீனா", "ரவி", "லட்சுமி", "செல்வி"],
        family: &["முருகன்", "ராமன்", "சுந்தரம்", "கிருஷ்ணன்"],
    },
    Names {
        country: "IN",
        share: 6,
        given: &["অনন্যা", "অর্ণব", "মিতা", "রাহুল", "শ্রেয়া", "সুমন"],
        family: &["ঘোষ", "দাস", "সেন", "মুখার্জী", "রায়"],
    },
    Names {
        country: "IN",
        share: 5,
        given: &["అనిల్", "లక్ష్మి", "రవి", "సీత", "సురేష్"],
        family: &["రెడ్డి", "రావు", "నాయుడు", "శర్మ"],
    },
    Names {
        country: "IN",
        share: 4,
        given: &["ગીતા", "જય", "નીતા", "મહેશ", "હેતલ"],
        family: &["પટેલ", "શાહ", "મહેતા", "દેસાઈ"],
    },
    Names {
        country: "AE",
        share: 3,
        given: &["ليلى", "عمر", "سارة", "يوسف"],
        family: &["خان", "حسن", "منصور"],
    },
    Names {
        country: "DE",
        share: 3,
        given: &["Zoë", "Jürgen", "Søren", "Łucja", "François"],
        family: &["Müller", "Nowak", "Lefèvre", "O’Brien", "Ångström"],
    },
    Names {
        country: "VN", share: 2, given: &["Hương", "Minh", "Thảo"], family: &["Nguyễn", "Trần", "Phạm"]
    },
    Names {
        country: "CN", share: 2, given: &["伟", "芳", "丽", "静"], family: &["王", "李", "张", "陈"]
    },
];

/// The customer of a number from 1, as the rows have them.
pub(super) fn customer(number: u64, dice: &mut Dice, now: Time) -> Result<ValidCustomer> {
    draft(somebody(number, dice), now).map_err(Error::User)
}

/// The customer of a number from 1, as the merchant's system adds them.
pub(in crate::ops) fn somebody(number: u64, dice: &mut Dice) -> CustomerInput {
    let names = names(dice.below(100));
    let mut one = |of: &'static [&'static str]| dice.pick(of).copied().unwrap_or_default();
    let (given, family) = (one(names.given), one(names.family));
    let name = match names.country {
        "CN" => format!("{family}{given}"),
        "VN" => format!("{family} {given}"),
        _ => format!("{given} {family}"),
    };
    let born = NaiveDate::from_ymd_opt(1950, 1, 1)
        .and_then(|day| day.checked_add_days(Days::new(dice.below(20_000) as u64)));
    // Not every system knows everything of everybody.
    let email = dice.permille(900).then(|| format!("cus-{number:06}@example.com"));
    let phone = dice.permille(850).then(|| format!("+91 00000 {:05}", number % 100_000));
    let date_of_birth = born.filter(|_| dice.permille(800));
    CustomerInput {
        reference: Some(format!("CUS-{number:06}")),
        name,
        email,
        phone,
        date_of_birth,
        country: Some(names.country.to_owned()),
    }
}

/// The names of one in a hundred.
fn names(one: usize) -> &'static Names {
    let mut end = 0;
    let mut upto = NAMES.iter().map(|names| {
        end += names.share;
        (end, names)
    });
    upto.find(|(end, _)| one < *end).map_or(&NAMES[0], |(_, names)| names)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kyc::search;

    #[test]
    fn the_shares_are_of_a_hundred() {
        assert_eq!(NAMES.iter().map(|names| names.share).sum::<usize>(), 100);
    }

    #[test]
    fn every_name_can_be_stored_and_found() {
        let now = "2026-11-22T10:00:00Z".parse().unwrap();
        for names in NAMES {
            for name in names.given.iter().chain(names.family) {
                let input = CustomerInput {
                    reference: None,
                    name: (*name).to_owned(),
                    email: None,
                    phone: None,
                    date_of_birth: None,
                    country: Some(names.country.to_owned()),
                };
                let stored = draft(input, now).ok().unwrap();
                assert!(!search::tokens(&stored.name, None).is_empty(), "{name}");
            }
        }
    }
}
