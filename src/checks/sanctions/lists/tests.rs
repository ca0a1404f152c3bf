use super::*;
use std::{collections::BTreeMap, fs::File, path::PathBuf};

#[test]
fn scratch() {
    let dir = PathBuf::from("/work/shared/data/sanctions/lists");
    let open = |n: &str| File::open(dir.join(n)).unwrap();
    let t = std::time::Instant::now();
    let un = un::parse(open("un_consolidated.xml")).unwrap();
    eprintln!(
        "un {:?} persons {} names {} skipped {} {:?}",
        un.version,
        un.persons.len(),
        un.names(),
        un.skipped,
        t.elapsed()
    );
    let t = std::time::Instant::now();
    let of =
        ofac::parse(open("ofac_sdn.csv"), Some(open("ofac_alt.csv")), Some(open("ofac_add.csv"))).unwrap();
    eprintln!(
        "ofac persons {} names {} skipped {} {:?}",
        of.persons.len(),
        of.names(),
        of.skipped,
        t.elapsed()
    );
    for l in [&un, &of] {
        let mut births = BTreeMap::new();
        for p in &l.persons {
            *births.entry(p.births.len()).or_insert(0) += 1;
        }
        eprintln!(
            "births {births:?} nat {} countries {} gender {} docs {}",
            l.persons.iter().filter(|p| !p.nationalities.is_empty()).count(),
            l.persons.iter().filter(|p| !p.countries.is_empty()).count(),
            l.persons.iter().filter(|p| p.gender.is_some()).count(),
            l.persons.iter().map(|p| p.documents.len()).sum::<usize>()
        );
        let q = |q| l.persons.iter().flat_map(|p| &p.names).filter(|n| n.quality == q).count();
        eprintln!("primary {} strong {} weak {}", q(Quality::Primary), q(Quality::Strong), q(Quality::Weak));
        for p in l.persons.iter().step_by(l.persons.len() / 12) {
            eprintln!("{}", serde_json::to_string(p).unwrap());
        }
        for p in &l.persons {
            for n in &p.names {
                if n.text.chars().any(|c| "()[];:,\"“".contains(c) || c.is_ascii_digit()) {
                    eprintln!("ODD {n:?}");
                }
            }
        }
        for p in &l.persons {
            if p.births.is_empty() && l.version.is_some() {
                eprint!("{} ", p.entity_id)
            }
        }
    }
}
