//! What the engine knows of words: those that say little, and those that are one name in many spellings.
//!
//! Kept small on purpose. Frequency in the list does most of the work (`vocabulary`); here stands what a list cannot tell:
//! that Kumar is everybody's name in India though hardly anybody listed has it, and that Md is Mohammed.

/// Marks of address: they are no part of a name.
pub const HONORIFICS: &[&str] = &[
    "mr",
    "mrs",
    "ms",
    "miss",
    "mister",
    "mx",
    "dr",
    "prof",
    "professor",
    "shri",
    "shree",
    "smt",
    "shrimati",
    "sushri",
    "adv",
    "jr",
    "sr",
    "hon",
    "sir",
    "madam",
    "lt",
    "col",
    "maj",
    "capt",
    "brig",
    "esq",
    "janab",
    "sh",
    "thiru",
];

/// Titles that lists have as parts of names, and marks of address that are names as well ("Ji", "Sri"): heard, but of little
/// weight.
pub const TITLES: &[&str] = &[
    "haji",
    "hajji",
    "hajj",
    "hadji",
    "alhaji",
    "mullah",
    "mulla",
    "molla",
    "maulavi",
    "maulawi",
    "mawlawi",
    "mawlavi",
    "molvi",
    "moulvi",
    "maulana",
    "mawlana",
    "sheikh",
    "shaikh",
    "shaykh",
    "sheik",
    "cheikh",
    "shekh",
    "qari",
    "hafiz",
    "ustad",
    "ustaz",
    "sayyid",
    "sayyed",
    "sayed",
    "syed",
    "seyed",
    "seyyed",
    "saiyed",
    "agha",
    "imam",
    "general",
    "colonel",
    "captain",
    "major",
    "commander",
    "doctor",
    "alias",
    "aka",
    "kunwar",
    "sri",
    "gen",
    "er",
    "late",
    "ca",
    "ji",
    "kum",
    "km",
    "sau",
    "selvi",
    "babu",
];

/// Particles, by what they stand for. The first of a row is what the others are read as.
pub const PARTICLES: &[&[&str]] = &[
    &["al", "el", "ul", "ur", "ar", "as", "ash", "ad", "az", "an", "at", "ud"],
    &["bin", "ben", "ibn", "bn", "ould", "wuld", "walad", "wald"],
    &["bint", "binti", "bent", "bte", "binte"],
    &["abu", "abou", "aboo", "abi", "abo"],
    &["umm", "um", "oum", "om"],
    &["de", "da", "do", "di", "du", "del", "della", "dos", "des"],
    &["la", "le", "las", "los", "lo"],
    &["van", "von", "vander", "der", "den", "ter", "ten", "vom", "zu", "zum"],
    &["und", "of"],
];

/// What begins the name of a parent or husband in Indian papers ("Ramesh S/o Suresh Kumar"), or the place they live in.
pub const PARENT_MARKS: &[&str] = &[
    "s/o",
    "d/o",
    "w/o",
    "c/o",
    "h/o",
    "f/o",
    "son of",
    "daughter of",
    "wife of",
    "husband of",
    "father of",
    "care of",
    "r/o",
    "resident of",
];

/// Words that so many people share that they tell little, whatever their place on a list: the commonest of the
/// countries whose customers are screened most.
pub const COMMON: &[&str] = &[
    "kumar", "kumari", "singh", "devi", "kaur", "lal", "ram", "das", "dass", "rani", "bai", "bibi", "begum",
    "khatun", "khatoon", "banu", "bano", "prasad", "chand", "nath", "rao", "reddy", "sharma", "verma",
    "gupta", "patel", "shah", "yadav", "khan", "ansari", "shaikh", "jose", "maria", "juan", "luis", "carlos",
    "john", "david", "li", "wang", "zhang", "chen", "liu", "kim", "lee", "nguyen", "ali", "ahmad", "hussain",
    "hassan",
];

/// One name in many spellings. The first of a row is what the others are read as. Spellings that `sound` brings together
/// anyway need no place here.
const VARIANTS: &[&[&str]] = &[
    &[
        "muhammad",
        "mohammad",
        "mohamad",
        "mohammed",
        "mohamed",
        "muhammed",
        "muhamad",
        "mohd",
        "md",
        "mohamud",
        "mahomed",
        "mohammod",
        "muhamed",
        "mehmet",
        "mehmed",
        "mohmed",
        "mohmad",
        "muhmmad",
        "muhammet",
        "magomed",
        "mukhammad",
        "mokhammad",
        "mohamet",
        "mamadou",
        "muh",
        "moh",
    ],
    &["ahmad", "ahmed", "ahmet", "akhmad", "akhmed", "achmad", "ahamed", "ahammad"],
    &[
        "hussain", "hussein", "husain", "husayn", "hossein", "hossain", "husein", "hoseyn", "hosain",
        "houcine", "hocine", "huseyin", "hussayn", "hosein", "hussien",
    ],
    &["hassan", "hasan", "hassen", "hasen", "khasan", "hacen"],
    &[
        "yusuf", "yousef", "youssef", "yousuf", "yusef", "yousif", "yusif", "youcef", "usuf", "yussuf",
        "yosef",
    ],
    &["abd", "abdul", "abdel", "abdal", "abdoul", "abdu", "abdur", "abdou", "abdol"],
    &["abdullah", "abdallah", "abdulla", "abdalla", "abdellah", "abdollah", "abdillah"],
    &["ibrahim", "ebrahim", "ibraheem", "brahim", "ibragim", "abraham"],
    &["umar", "omar", "omer", "umer", "oumar"],
    &["uthman", "osman", "usman", "othman", "ousmane", "uthmaan", "outhman"],
    &["khalid", "khaled", "halid", "khalit"],
    &["sulayman", "sulaiman", "suleiman", "soleiman", "suleyman", "solomon", "souleymane", "sulaymaan"],
    &["ismail", "ismael", "esmail", "ismaeel", "ismayil", "esmaeil"],
    &["mustafa", "mostafa", "moustafa", "mustapha", "mostapha"],
    &["said", "saeed", "saied", "saeid", "sayeed", "saaid"],
    &["rahman", "rehman", "rahmaan", "raheman"],
    &["jafar", "jaafar", "gafar", "djafar", "jaffar", "jafer"],
    &["aisha", "ayesha", "aysha", "aicha", "aishah"],
    &["fatima", "fatimah", "fatema", "fathima", "fatma"],
    &["zahra", "zohra", "zehra"],
    &["aleksandr", "alexander", "alexandr", "aleksander", "oleksandr", "aliaksandr"],
    &["sergei", "sergey", "serguei", "sergiy", "serhiy", "siarhei"],
    &["yevgeny", "evgeny", "yevgeniy", "evgeniy", "evgeni", "eugene"],
    &["vladimir", "volodymyr", "uladzimir", "wladimir"],
    &["mikhail", "michail", "mykhailo", "michael"],
    &["dmitry", "dmitri", "dmitriy", "dmytro", "dimitri"],
    &["choi", "choe", "choy"],
    &["lee", "ri", "rhee", "yi"],
    &["pak", "park", "bak"],
];

/// What stands between two names of one person ("Mohd Yusuf Shah @ Salahuddin").
pub const ALIAS_MARKS: &[&str] =
    &["@", "(", ")", "[", "]", " alias ", " aka ", " a.k.a. ", " a.k.a ", " urf ", " f/k/a ", " nee "];

/// What a word is read as: the first spelling of its row, else itself.
pub fn canonical(word: &str) -> &str {
    row_of(VARIANTS, word).or_else(|| row_of(PARTICLES, word)).unwrap_or(word)
}

/// Every spelling of the name that a word is one of; none for a word of one spelling.
pub fn spellings(word: &str) -> &'static [&'static str] {
    VARIANTS.iter().find(|row| row.contains(&word)).copied().unwrap_or_default()
}

/// Whether a word only says how names hang together.
pub fn is_particle(word: &str) -> bool {
    row_of(PARTICLES, word).is_some()
}

fn row_of(rows: &[&'static [&'static str]], word: &str) -> Option<&'static str> {
    rows.iter().find(|row| row.contains(&word)).and_then(|row| row.first()).copied()
}
