use super::{
    super::super::made_up::{list, person},
    *,
};
use crate::checks::sanctions::{index::List, person::Person};

const SIZE: Size = Size { names: 100, strangers: 100 };

fn persons() -> Vec<Person> {
    let mut original = person("1", &["Mohammed Yusuf BEISPIEL", "محمد بيسبيل"]);
    original.nationalities.push("IQ".to_owned());
    vec![
        original,
        person("2", &["Karim al-Muster"]),
        person("3", &["Zoe Vorbild Exempel", "Zoë Modell"]),
        person("4", &["Tarn"]),
    ]
}

fn lists() -> Vec<List> {
    vec![list("un", persons()), list("ofac-sdn", vec![person("9", &["BEISPIEL Yusuf MOHAMMED"])])]
}

fn named(name: &str) -> Named {
    Named { subject: Subject::named(name), given: None, surname: None }
}

fn file(names: &[&str]) -> File {
    File { title: "people".to_owned(), people: names.iter().map(|name| named(name)).collect() }
}

fn negatives() -> Vec<File> {
    vec![file(&["Anna Beliebig", "Otto Irgendwer", "Ines Jemand"])]
}

/// Everything that is asked, as text, in order.
fn shown(sets: &[Set]) -> Vec<String> {
    let question = |set: &Set, question: &Question| {
        format!("{} {:?} {} {:?}", set.title, set.kind, question.subject.name, question.right)
    };
    sets.iter().flat_map(|set| set.questions.iter().map(move |one| question(set, one))).collect()
}

fn class(sets: &[Set], class: Class) -> &[Question] {
    sets.iter().find(|set| set.kind == Kind::Class(class)).map_or(&[], |set| &set.questions)
}

#[test]
fn the_same_seed_asks_the_same_whatever_the_order() {
    let asked = |lists: &[List], negatives: &[File], seed| -> Vec<String> {
        let mut shown = shown(&sets(&Roster::new(lists), &[], negatives, SIZE, seed));
        // The files are asked in their order.
        shown.retain(|line| !line.starts_with("people"));
        shown
    };
    let mut turned = lists();
    turned.iter_mut().for_each(|list| list.persons.reverse());
    let mut others = negatives();
    others.iter_mut().for_each(|file| file.people.reverse());
    assert_eq!(asked(&lists(), &negatives(), 1), asked(&turned, &others, 1));
    assert_ne!(asked(&lists(), &negatives(), 1), asked(&lists(), &negatives(), 2));
}

#[test]
fn classes_are_made_of_the_positives_that_a_list_spells_so() {
    let positives = [file(&["KARIM AL-MUSTER", "MUSTER, Karim al", "Karim Mustre"])];
    let sets = sets(&Roster::new(&lists()), &positives, &[], SIZE, 1);
    let typos = class(&sets, Class::Typo);
    assert_eq!(typos.len(), 1);
    let [right] = &typos[0].right[..] else { panic!("one person is meant") };
    assert_eq!((&*right.list, right.entity_id.as_str()), ("un", "2"));
    assert!(typos[0].subject.name.starts_with(|char: char| char.is_uppercase()));
    // The file itself is asked as it stands, and nobody is known to be meant by a slip.
    let file = &sets[0];
    let known: Vec<usize> = file.questions.iter().map(|question| question.right.len()).collect();
    assert_eq!((file.kind, known), (Kind::Positives, vec![1, 1, 0]));
}

#[test]
fn without_positives_classes_are_made_of_the_lists() {
    let sets = sets(&Roster::new(&lists()), &[], &[], SIZE, 1);
    // One name twice, in another order: asked once, and both who have it are right.
    assert_eq!(class(&sets, Class::Homoglyph).len(), 4);
    let original = class(&sets, Class::OriginalScript);
    assert_eq!(original.len(), 1);
    assert_eq!((original[0].subject.name.as_str(), original[0].right.len()), ("محمد بيسبيل", 2));
    assert_eq!(class(&sets, Class::DroppedToken).len(), 2);
    assert!(sets.iter().all(|set| !set.questions.is_empty() && set.kind != Kind::Negatives));
}

#[test]
fn a_set_has_the_size_that_is_asked_for() {
    let size = Size { names: 2, strangers: 1 };
    for set in sets(&Roster::new(&lists()), &[], &negatives(), size, 1) {
        let most = match set.kind {
            Kind::Class(_) => 2,
            Kind::Stranger(_) => 1,
            Kind::Positives | Kind::Negatives => 3,
        };
        assert!(set.questions.len() <= most, "{}", set.title);
    }
}

#[test]
fn strangers_are_made_of_negatives_and_of_lists() {
    let sets = sets(&Roster::new(&lists()), &[], &negatives(), SIZE, 1);
    let names = |kind| -> Vec<&str> {
        let set = sets.iter().find(|set| set.kind == Kind::Stranger(kind));
        set.into_iter().flat_map(|set| &set.questions).map(|one| one.subject.name.as_str()).collect()
    };
    assert_eq!(names(Stranger::Recombined).len(), 6);
    assert!(names(Stranger::ListedSurname).contains(&"Anna al-Muster"));
    assert!(names(Stranger::ListedParts).contains(&"Karim BEISPIEL"), "{:?}", names(Stranger::ListedParts));
    assert!(sets.iter().flat_map(|set| &set.questions).all(|question| !question.subject.name.is_empty()));
}
