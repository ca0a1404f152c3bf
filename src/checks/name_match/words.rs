//! What words of Indian names weigh, and which are one name in several spellings.

use crate::checks::sanctions::name::{COMMON, Kind, canonical};

/// A word.
pub(super) const WORD: u32 = 10;
/// A word that so many people have that it hardly tells who it is.
const COMMON_WORD: u32 = 5;
/// An initial without a partner.
const INITIAL: u32 = 4;
/// An initial beside a word that it fits.
pub(super) const INITIAL_PAIR: u32 = 6;
/// The name of a parent behind "S/o".
const PARENT: u32 = 2;
/// "al", "bin", "de".
const PARTICLE: u32 = 2;

pub(super) fn weight(text: &str, kind: Kind, parent: bool) -> u32 {
    match kind {
        _ if parent => PARENT,
        Kind::Initial => INITIAL,
        Kind::Particle => PARTICLE,
        Kind::Word | Kind::Title if is_common(text) => COMMON_WORD,
        Kind::Word | Kind::Title => WORD,
    }
}

fn is_common(text: &str) -> bool {
    COMMON.contains(&text) || EVERYBODYS.contains(&canonical(text))
}

/// Beside the screening's: those that it takes for titles, or whose place a list of names decides there.
const EVERYBODYS: &[&str] =
    &["muhammad", "abd", "syed", "sri", "shri", "babu", "sheikh", "shaikh", "haji", "mia", "ben"];

/// The spellings of the name that a word is one of.
pub(super) fn family(text: &str) -> Option<&'static [&'static str]> {
    FAMILIES.iter().find(|row| row.contains(&text)).copied()
}

/// Whether two words that look alike are two names.
pub(super) fn are_two(one: &str, other: &str) -> bool {
    TWO_NAMES.iter().any(|pair| pair.contains(&one) && pair.contains(&other))
}

/// A man's word and a woman's, which differ by a letter.
const TWO_NAMES: &[[&str; 2]] = &[["kumar", "kumari"], ["dev", "devi"], ["ram", "rama"], ["das", "dasi"]];

/// One name in several spellings which no rule of sounds brings together.
const FAMILIES: &[&[&str]] = &[
    &[
        "chowdhury",
        "choudhury",
        "chaudhary",
        "chaudhari",
        "chaudhuri",
        "choudhary",
        "choudhari",
        "chowdhary",
        "chowdary",
        "chaudhry",
        "choudhry",
        "chowdhry",
    ],
    &["lakshmi", "laxmi", "lakshmy", "laksmi", "luxmi"],
    &["agarwal", "agrawal", "aggarwal", "agrawala", "agarwala"],
    &["mukherjee", "mukherji", "mukerji", "mukerjee", "mookerjee", "mukhopadhyay", "mukhopadhyaya"],
    &["banerjee", "banerji", "bannerjee", "bandyopadhyay", "bandopadhyay", "bandyopadhyaya"],
    &["chatterjee", "chatterji", "chattopadhyay", "chattopadhyaya"],
    &["ganguly", "ganguli", "gangopadhyay", "gangopadhyaya"],
    &["bhattacharya", "bhattacharjee", "bhattacharyya", "bhattacharji"],
    &["iyer", "aiyer", "aiyar", "ayyar", "iyyer"],
    &["iyengar", "ayyangar", "aiyangar", "iyangar"],
    &[
        "subramaniam",
        "subramanian",
        "subramanyam",
        "subramanya",
        "subrahmanyam",
        "subrahmanian",
        "subramani",
        "subramaniyam",
        "subramaniyan",
    ],
    &["srinivas", "shrinivas", "sreenivas", "srinivasa", "sreenivasa"],
    &["srinivasan", "shrinivasan", "sreenivasan"],
    &["vijay", "bijay", "bijoy", "vijai"],
    &["vikram", "bikram"],
    &["vinod", "binod"],
    &["vimal", "bimal"],
    &["vishnu", "bishnu"],
    &["vivek", "bibek"],
    &["singh", "sinh", "singha", "simha", "simh"],
    &["sushil", "susheel", "sushill"],
    &["joshi", "joshy"],
    &["gowda", "gouda", "gowd"],
    &["reddy", "reddi", "redy"],
    &["pillai", "pillay", "pille"],
    &["nair", "nayar", "nayyar"],
    &["krishna", "krushna", "krisna", "krishn"],
    &["krishnan", "krishnaan", "kirishnan"],
    &["murthy", "murthi", "murti", "moorthy", "moorthi", "murty"],
    &["yadav", "yadava"],
    &["jadhav", "jadav"],
    &["thakur", "thakoor", "thakkur"],
    &["dubey", "dube"],
    &["dwivedi", "dvivedi"],
    &["tiwari", "tewari", "tiwary"],
    &["choubey", "chaubey", "choubay"],
    &["deepak", "dipak"],
    &["deepika", "dipika"],
    &["aishwarya", "ishwarya", "aiswarya", "aishvarya"],
    &["jyoti", "jyothi", "joti", "jothi"],
    &["swati", "swathi", "svati"],
    &["geeta", "gita", "geetha", "githa"],
    &["sita", "seeta", "seetha", "sitha"],
    &["kavita", "kavitha"],
    &["savita", "savitha"],
    &["sangeeta", "sangita", "sangeetha"],
    &["gnanesh", "jnanesh", "gyanesh"],
    &["zakir", "jakir"],
    &["aziz", "ajij"],
    &["shaikh", "sheikh", "shaik", "sk", "shekh"],
    &["sayyid", "syed", "sayed", "saiyed", "sayyed"],
    &["begum", "begam"],
    &["khatun", "khatoon", "khatoun"],
    &["kaur", "kour"],
];
