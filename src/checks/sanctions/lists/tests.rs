//! Made-up files: what is read of them, and what is said of files that are broken.

use std::io::Read;

use chrono::NaiveDate;
use proptest::prelude::*;

use super::{
    bytes::Limit,
    rows::Rows,
    xml::{Token, Xml},
    *,
};
use crate::checks::sanctions::person::Gender;

const UN: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<CONSOLIDATED_LIST xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" dateGenerated="2026-02-27T00:00:09.554Z">
  <INDIVIDUALS>
    <INDIVIDUAL>
      <DATAID>1</DATAID>
      <FIRST_NAME>QUILLON</FIRST_NAME><SECOND_NAME>ABU&apos;L</SECOND_NAME><THIRD_NAME/><FOURTH_NAME>VORBECK</FOURTH_NAME>
      <UN_LIST_TYPE>Atlantis</UN_LIST_TYPE>
      <REFERENCE_NUMBER>ATi.001</REFERENCE_NUMBER>
      <GENDER>Male</GENDER>
      <NAME_ORIGINAL_SCRIPT>كويلون
        فوربك</NAME_ORIGINAL_SCRIPT>
      <NATIONALITY><VALUE>Syrian Arab Republic</VALUE><VALUE>na</VALUE></NATIONALITY>
      <INDIVIDUAL_ALIAS><QUALITY>Good</QUALITY><ALIAS_NAME>Vorbeck, Quil; Kwillon Vorbek b) Q. Vorbecc</ALIAS_NAME></INDIVIDUAL_ALIAS>
      <INDIVIDUAL_ALIAS><QUALITY>Low</QUALITY><ALIAS_NAME>“The Quill” (original script: القلم)</ALIAS_NAME></INDIVIDUAL_ALIAS>
      <INDIVIDUAL_ALIAS><QUALITY>Low</QUALITY><ALIAS_NAME>Quillo (birth name)</ALIAS_NAME><DATE_OF_BIRTH>1959-05-06</DATE_OF_BIRTH></INDIVIDUAL_ALIAS>
      <INDIVIDUAL_ALIAS><QUALITY/><ALIAS_NAME/></INDIVIDUAL_ALIAS>
      <INDIVIDUAL_ADDRESS><COUNTRY>Rwanda</COUNTRY></INDIVIDUAL_ADDRESS>
      <INDIVIDUAL_DATE_OF_BIRTH><TYPE_OF_DATE>EXACT</TYPE_OF_DATE><DATE>1960-02-03</DATE></INDIVIDUAL_DATE_OF_BIRTH>
      <INDIVIDUAL_DATE_OF_BIRTH><TYPE_OF_DATE>APPROXIMATELY</TYPE_OF_DATE><YEAR>1961</YEAR></INDIVIDUAL_DATE_OF_BIRTH>
      <INDIVIDUAL_DATE_OF_BIRTH><TYPE_OF_DATE>BETWEEN</TYPE_OF_DATE><FROM_YEAR>1955</FROM_YEAR><TO_YEAR>1958</TO_YEAR></INDIVIDUAL_DATE_OF_BIRTH>
      <INDIVIDUAL_DOCUMENT><TYPE_OF_DOCUMENT>Passport</TYPE_OF_DOCUMENT><NUMBER>Q1</NUMBER><ISSUING_COUNTRY>India</ISSUING_COUNTRY></INDIVIDUAL_DOCUMENT>
    </INDIVIDUAL>
    <INDIVIDUAL><DATAID>77</DATAID><FIRST_NAME>ISOLDE</FIRST_NAME><SECOND_NAME>TARN</SECOND_NAME></INDIVIDUAL>
  </INDIVIDUALS>
  <ENTITIES><ENTITY><DATAID>2</DATAID><FIRST_NAME>TARN TRADING</FIRST_NAME></ENTITY></ENTITIES>
</CONSOLIDATED_LIST>
"#;

const SDN: &str = concat!(
    "1,\"VORBECK, Quillon\",\"individual\",\"SDGT] [IFSR\",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,",
    "\"DOB 14 Jun 1975; alt. DOB circa 1976; POB Aleppo, Syria; alt. POB Korea, North; nationality Iraq; citizen India; ",
    "Gender Female; Passport Q717 (Russia) issued 2001; Linked To: SOMEBODY; a.k.a. ''THE QUILL''; a.k.a. 'VORBEK, Q'.\"\n",
    "2,\"TARN TRADING\",-0- ,\"CUBA\",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- \n",
    "3,\"TARN, Isolde, Jr.\",\"individual\",\"SDNTK\",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- \n",
);
const ALT: &str =
    "1,10,\"aka\",\"VORBECC, Kwillon\",-0- \n1,11,\"weak aka\",\"QUILLO\",-0- \n2,12,\"fka\",\"T T\",-0- \n";
const ADD: &str = "1,5,-0- ,\"Havana\",\"Cuba\",-0- \n1,6,-0- ,-0- ,\"India\",-0- \n";

const OPEN: &str = "id,schema,name,aliases,birth_date,countries,addresses,identifiers,sanctions,phones,emails,dataset,first_seen,last_seen,last_change\n\
    NK-1,Person,Quillon Vorbeck,Kwillon Vorbek;\"Q. V.\",1960-02-03;1961,sy;in,\"Main St 1; Tarn\",Q1;Q2,US;EU,,,Made-up list,2024-01-01T10:00:00,2026-02-26T10:00:00,2026-02-27T09:00:00\n\
    NK-2,Organization,Tarn Trading,,,cu,,,,,,Made-up list,2024-01-01,2026-02-26,2025-01-01\n\
    NK-3,Person,Isolde Tarn,,,,,,,,,Made-up list,2024-01-01,2026-02-26,2025-01-01\n";

fn un(text: &str) -> Result<Parsed, Malformed> {
    un::parse(text.as_bytes())
}

fn ofac(sdn: &[u8]) -> Result<Parsed, Malformed> {
    ofac::parse(sdn, None::<&[u8]>, None::<&[u8]>).map_err(|(_, problem)| problem)
}

fn open(text: &str) -> Result<Parsed, Malformed> {
    opensanctions::parse(text.as_bytes())
}

fn names(person: &Person) -> Vec<(&str, Quality)> {
    person.names.iter().map(|name| (name.text.as_str(), name.quality)).collect()
}

fn births(person: &Person) -> Vec<String> {
    person.births.iter().map(ToString::to_string).collect()
}

#[test]
fn the_list_of_the_un_is_read() {
    let list = un(UN).unwrap();
    assert_eq!(list.version.as_deref(), Some("2026-02-27T00:00:09.554Z"));
    assert_eq!(list.published_at, NaiveDate::from_ymd_opt(2026, 2, 27));
    assert_eq!((list.persons.len(), list.skipped), (2, 1));
    let [person, other] = &list.persons[..] else { panic!() };
    assert_eq!(
        names(person),
        [
            ("QUILLON ABU'L VORBECK", Quality::Primary),
            ("كويلون فوربك", Quality::Primary),
            ("Quil Vorbeck", Quality::Strong),
            ("Kwillon Vorbek", Quality::Strong),
            ("Q. Vorbecc", Quality::Strong),
            ("The Quill", Quality::Weak),
            ("القلم", Quality::Weak),
            ("Quillo", Quality::Weak),
        ]
    );
    assert_eq!(births(person), ["1960-02-03", "circa 1961", "1955-1958", "1959-05-06"]);
    assert_eq!(
        (&person.nationalities[..], &person.countries[..]),
        (&["SY".to_owned()][..], &["RW".to_owned(), "IN".to_owned()][..])
    );
    assert_eq!((person.entity_id.as_str(), person.gender), ("ATi.001", Some(Gender::Male)));
    assert_eq!(
        (&person.programs[..], &person.documents[..]),
        (&["Atlantis".to_owned()][..], &["Passport Q1 (India)".to_owned()][..])
    );
    assert_eq!((other.entity_id.as_str(), names(other)), ("77", vec![("ISOLDE TARN", Quality::Primary)]));
}

#[test]
fn the_list_of_ofac_is_read() {
    let list = ofac::parse(SDN.as_bytes(), Some(ALT.as_bytes()), Some(ADD.as_bytes())).unwrap();
    assert_eq!((list.persons.len(), list.skipped, list.names()), (2, 1, 6));
    let [person, other] = &list.persons[..] else { panic!() };
    assert_eq!(
        names(person),
        [
            ("Quillon VORBECK", Quality::Primary),
            ("'THE QUILL'", Quality::Weak),
            ("Q VORBEK", Quality::Weak),
            ("Kwillon VORBECC", Quality::Strong),
            ("QUILLO", Quality::Weak),
        ]
    );
    assert_eq!(births(person), ["1975-06-14", "circa 1976"]);
    assert_eq!(person.nationalities, ["IQ", "IN"]);
    assert_eq!(person.countries, ["SY", "KP", "RU", "CU"]);
    assert_eq!(person.gender, Some(Gender::Female));
    assert_eq!(person.programs, ["SDGT", "IFSR"]);
    assert_eq!(person.documents, ["Passport Q717 (Russia) issued 2001"]);
    assert_eq!(names(other), [("Isolde TARN Jr.", Quality::Primary)]);
}

#[test]
fn old_files_of_ofac_are_read() {
    // With the byte that ended texts on CP/M, and letters of Windows.
    let sdn = SDN.replace("Isolde", "Is\u{1}lde");
    let mut sdn: Vec<u8> = sdn.bytes().map(|byte| if byte == 1 { 0xF6 } else { byte }).collect();
    sdn.extend(b"\x1A\r\n");
    assert_eq!(ofac(&sdn).unwrap().persons[1].names[0].text, "Islde TARN Jr.".replace("Isl", "Isöl"));
}

#[test]
fn a_file_of_opensanctions_is_read() {
    let list = open(OPEN).unwrap();
    assert_eq!(list.version.as_deref(), Some("2026-02-27"));
    assert_eq!((list.persons.len(), list.skipped), (2, 1));
    let person = &list.persons[0];
    assert_eq!(
        names(person),
        [
            ("Quillon Vorbeck", Quality::Primary),
            ("Kwillon Vorbek", Quality::Strong),
            ("\"Q. V.\"", Quality::Strong)
        ]
    );
    assert_eq!(births(person), ["1960-02-03", "1961"]);
    assert_eq!(person.countries, ["SY", "IN"]);
    assert_eq!(
        (&person.programs[..], &person.documents[..]),
        (&["Made-up list".to_owned()][..], &["Q1".to_owned(), "Q2".to_owned()][..])
    );
    // Other columns, another order.
    let less = "name,id,birth_date,aliases,schema\nIsolde Tarn,NK-3,,,Person\n";
    let less = open(less).unwrap();
    assert_eq!((less.persons.len(), less.version), (1, None));
}

/// What is said, and that none of it is a value of the file.
fn said(result: Result<Parsed, Malformed>) -> String {
    let said = result.map(|list| list.persons.len()).unwrap_err().to_string();
    for value in ["uill", "orb", "arn", "solde", "NK-"] {
        assert!(!said.contains(value), "{said:?} repeats {value:?}");
    }
    said
}

#[test]
fn broken_files_of_the_un_are_refused_with_what_to_do() {
    let laughs = "<!DOCTYPE l [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;\">]>";
    let declared = |encoding: &str| UN.replace("UTF-8", encoding);
    let deep = UN.replace("<DATAID>1", &("<A>".repeat(40) + "<DATAID>1"));
    let long = UN.replace("Quil;", &"Quil;".repeat(400_000));
    for (text, expected) in [
        (String::new(), "the file is empty"),
        ("  \n ".to_owned(), "line 1: this is no XML"),
        ("id,schema,name".to_owned(), "line 1: this is no XML"),
        ("<!DOCTYPE html><html></html>".to_owned(), "line 1: the document declares a type"),
        ("<html><body/></html>".to_owned(), "line 1: this is not the consolidated list"),
        (UN.replacen("\n<CONS", &format!("\n{laughs}<CONS"), 1), "line 2: the document declares a type"),
        (UN.replace("ABU&apos;", "&b;"), "line 6: an entity is used"),
        (declared("ISO-8859-1"), "line 1: the file is not UTF-8"),
        (declared("UTF-16"), "line 1: the file is not UTF-8"),
        (deep, "line 5: elements are nested deeper"),
        (long, "line 13: an entry is longer"),
        (UN.replace("dateGenerated", "date"), "line 2: `dateGenerated` is missing"),
        (UN.replace("2026-02-27T", "soon"), "line 2: `dateGenerated` is missing"),
        (
            UN.replace("<INDIVIDUALS>", "<INDIVIDUALS/><OTHERS>").replace("</INDIVIDUALS>", "</OTHERS>"),
            "it names no person",
        ),
        (UN.replace("<DATAID>77", "<DATAID>ATi.001"), "two persons have the same id"),
        (
            UN.replace("ISOLDE", "").replace("TARN<", "<"),
            "line 23: a person has no reference number or no name",
        ),
        (format!("{UN}{UN}"), "a second document begins"),
        (UN.replace("</GENDER>", "</GENDRE>"), "the XML is not well-formed"),
    ] {
        let said = said(un(&text));
        assert!(said.contains(expected), "{expected:?} is not in {said:?}");
    }
    let latin: Vec<u8> = UN.bytes().map(|byte| if byte == b'Q' { 0xE9 } else { byte }).collect();
    assert!(said(un::parse(latin.as_slice())).contains("the file is not UTF-8"));
    let wide: Vec<u8> = UN.encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert!(said(un::parse(wide.as_slice())).contains("the file is not UTF-8"));
    // Wherever it is cut, except for the white space at its end.
    for end in 0..UN.trim_end().len() {
        said(un::parse(&UN.as_bytes()[..end]));
    }
}

#[test]
fn broken_files_of_ofac_are_refused_with_what_to_do() {
    for (text, expected) in [
        ("", "the file is empty"),
        ("\n\n", "it names no person"),
        ("{\"a\": 1}\n", "line 1: 1 columns, where sdn.csv has 12"),
        (ALT, "line 1: 5 columns, where sdn.csv has 12"),
        (&SDN.replace(",-0- ,-0- \n3", ",-0- \n3"), "line 2: 11 columns"),
        (&SDN.replacen("1,", "ent_num,", 1), "line 1: the first cell is no number"),
        (&SDN.replace("individual", "vessel"), "it names no person"),
        (&SDN.replace("\n3,", "\n1,"), "line 3: a person is there twice"),
        (&SDN.replace("\"TARN, Isolde, Jr.\"", "-0- "), "line 3: a person has no name"),
        (SDN.split("'THE QUILL").next().unwrap(), "line 1: the file ends inside a quoted cell"),
        (&SDN[..SDN.len() - 12], "line 3: 10 columns"),
        (&SDN[..SDN.len() - 5], "line 3: the row has no end"),
        (&SDN[..SDN.len() - 4], "line 3: the row has no end"),
    ] {
        let said = said(ofac(text.as_bytes()));
        assert!(said.contains(expected), "{expected:?} is not in {said:?}");
    }
    let wrong = ofac::parse(SDN.as_bytes(), Some(ADD.as_bytes()), None::<&[u8]>).unwrap_err();
    assert_eq!(wrong.0, ofac::Table::Alt);
    assert_eq!(ofac::Table::of(ADD.as_bytes()).unwrap(), ofac::Table::Add);
    assert!(
        ofac::Table::of(OPEN.as_bytes())
            .unwrap_err()
            .to_string()
            .contains("15 columns, where sdn.csv has 12")
    );
}

#[test]
fn broken_files_of_opensanctions_are_refused_with_what_to_do() {
    for (text, expected) in [
        ("", "the file is empty"),
        (SDN, "line 1: the header has no column id, schema, name, aliases, birth_date"),
        (&OPEN.replace("aliases", "alias"), "line 1: the header has no column aliases"),
        (OPEN.split_inclusive('\n').next().unwrap(), "it names no person"),
        (&OPEN.replace("NK-3,Person,", "NK-3,Person,Tarn,"), "line 4: 16 columns, where the header has 15"),
        (&OPEN.replace("NK-3", ""), "line 4: a person has no id or no name"),
        (&OPEN.replace("Isolde Tarn", "-"), "line 4: a person has no id or no name"),
        (&OPEN.replace("NK-3", "NK-1"), "two persons have the same id"),
        (OPEN.split("St 1").next().unwrap(), "line 2: 7 columns"),
    ] {
        let said = said(open(text));
        assert!(said.contains(expected), "{expected:?} is not in {said:?}");
    }
}

#[test]
fn no_file_costs_more_than_the_largest_list() {
    const SMALL: Limit = Limit { megabytes: 1, list: "UN" };
    let endless = || std::io::repeat(b'a');
    let mut xml = Xml::new((&b"<a>"[..]).chain(endless()), SMALL).unwrap();
    assert!(matches!(xml.next(), Ok(Token::Start(..))));
    let said = xml.next().map(drop).unwrap_err().to_string();
    assert_eq!(said, "the file is larger than 1 MB, which no UN list is: give the list itself");
    for start in [&b"1,"[..], b"1,\"", b"1\n"] {
        let mut rows = Rows::new(start.chain(endless()), SMALL);
        let said = loop {
            match rows.next() {
                Ok(row) => assert!(row.is_some()),
                Err(problem) => break problem.to_string(),
            }
        };
        assert!(said.contains("larger than 1 MB"), "{said}");
    }
}

#[test]
fn white_space_and_what_does_not_show_is_one_space() {
    assert_eq!(clean(" a\n\t b\u{0}\u{a0}c ").as_deref(), Some("a b c"));
    assert_eq!(clean(" \n\u{0} "), None);
    assert_eq!(clean(&"é".repeat(LONGEST + 9)).map(|text| text.chars().count()), Some(LONGEST));
}

/// What every list is that was read.
fn holds(list: &Parsed) {
    assert!(!list.persons.is_empty());
    let ids: std::collections::HashSet<_> = list.persons.iter().map(|person| &person.entity_id).collect();
    assert_eq!(ids.len(), list.persons.len());
    for person in &list.persons {
        assert!(!person.entity_id.is_empty());
        assert!(!person.names.is_empty());
        assert_eq!(person.names[0].quality, Quality::Primary);
        assert!(person.names.iter().all(|name| name.text.chars().any(char::is_alphabetic)));
        assert!(person.births.iter().all(|birth| birth.from <= birth.to));
        let codes = || person.nationalities.iter().chain(&person.countries);
        assert!(codes().all(|code| code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_uppercase())));
    }
}

/// Holds whatever comes of these bytes: a list that is one, or a sentence.
fn anything(bytes: &[u8]) {
    for result in [un::parse(bytes), ofac(bytes), opensanctions::parse(bytes)] {
        match result {
            Ok(list) => holds(&list),
            Err(problem) => assert!(!problem.to_string().is_empty()),
        }
    }
    let beside = |alt, add| ofac::parse(SDN.as_bytes(), alt, add);
    for result in [beside(Some(bytes), None), beside(None, Some(bytes))] {
        result.iter().for_each(holds);
    }
}

proptest! {
    #[test]
    fn whatever_comes_is_a_list_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        anything(&bytes);
    }

    #[test]
    fn so_is_whatever_becomes_of_a_list(
        which in 0..5_usize,
        places in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
        cut in any::<prop::sample::Index>(),
        (from, to) in (any::<prop::sample::Index>(), any::<prop::sample::Index>()),
    ) {
        let mut bytes = [UN, SDN, ALT, ADD, OPEN][which].as_bytes().to_vec();
        for (place, byte) in places {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        // A piece comes twice, and the end is missing.
        let piece = bytes[from.index(bytes.len())..].to_vec();
        let to = to.index(bytes.len());
        bytes.splice(to..to, piece);
        anything(&bytes);
        bytes.truncate(cut.index(bytes.len()));
        anything(&bytes);
    }
}
