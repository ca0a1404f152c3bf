//! `sanctions search`: who on the lists may be meant by a name, and why.

use std::io::{self, Write};

use entity::{ListName, sanction_list};
use serde_json::{Value, json};

use crate::{
    checks::sanctions::{
        DEFAULT_THRESHOLD,
        index::{Index, Match, Unscreenable},
        ledger,
        lists::{birth, country},
        person::Birth,
        subject::Subject,
    },
    db::Db,
    error::Error,
};

/// Who to look for. Without `Debug`: a name does not belong into a log.
#[derive(Clone, clap::Args)]
pub struct Search {
    /// The whole name, in any script and order
    pub name: String,
    /// When they were born: YYYY, YYYY-MM or YYYY-MM-DD
    #[arg(long, value_name = "DATE", value_parser = born)]
    pub born: Option<Birth>,
    /// Their country: IN, IND or India
    #[arg(long, value_name = "COUNTRY", value_parser = country)]
    pub country: Option<String>,
    /// The least score that is shown, 0 to 1
    #[arg(long, value_name = "SCORE", value_parser = threshold, default_value_t = DEFAULT_THRESHOLD)]
    pub threshold: f64,
    /// Search a version of before, as `sanctions status` numbers them: un=3. May be repeated
    #[arg(long, value_name = "LIST=NUMBER", value_parser = numbered)]
    pub at: Vec<(ListName, i64)>,
}

/// Why nothing was searched.
#[derive(Debug, thiserror::Error)]
pub enum Unsearchable {
    #[error("no list is there to search: `kyc-stack sanctions import` brings one in")]
    NoList,
    #[error("the list {0} has no version {1}: `kyc-stack sanctions status` shows which there are")]
    NoVersion(ListName, i64),
    #[error(transparent)]
    Name(#[from] Unscreenable),
    #[error(transparent)]
    Failed(#[from] Error),
}

impl Unsearchable {
    /// Whether another question would be answered: it is what was typed, not what is there.
    pub fn is_usage(&self) -> bool {
        matches!(self, Self::Name(_) | Self::NoVersion(..))
    }
}

/// Searches the current versions, or those that are asked for, and answers what the command prints.
///
/// # Errors
/// When there is nothing to search, or the name is no name.
pub async fn search(db: &Db, who: &Search) -> Result<Value, Unsearchable> {
    let versions = versions(db, &who.at).await?;
    let mut lists = Vec::with_capacity(versions.len());
    for version in &versions {
        lists.push(ledger::load(db, version).await?);
    }
    let subject =
        Subject { name: who.name.clone(), born: who.born, country: who.country.clone(), gender: None };
    let threshold = who.threshold;
    let found = tokio::task::spawn_blocking(move || Index::new(lists).screen(&subject, threshold));
    let matches = found.await.map_err(|panic| Error::Internal(Box::new(panic)))??;
    Ok(json!({
        "lists": versions.iter().map(super::version).collect::<Vec<_>>(),
        "threshold": threshold,
        "matches": matches.iter().map(one).collect::<Vec<_>>(),
    }))
}

async fn versions(db: &Db, at: &[(ListName, i64)]) -> Result<Vec<sanction_list::Model>, Unsearchable> {
    let mut versions = ledger::heads(db).await?;
    for (list, number) in at {
        let asked = ledger::numbered(db, *list, *number).await?;
        let asked = asked.ok_or(Unsearchable::NoVersion(*list, *number))?;
        if let Some(head) = versions.iter_mut().find(|head| head.list == *list) {
            *head = asked;
        }
    }
    if versions.is_empty() { Err(Unsearchable::NoList) } else { Ok(versions) }
}

fn one(found: &Match) -> Value {
    let person = &found.person;
    let names: Vec<_> =
        person.names.iter().map(|name| json!({ "text": name.text, "quality": name.quality })).collect();
    json!({
        "list": &*found.list,
        "entityId": person.entity_id,
        "score": (found.score * 1000.0).round() / 1000.0,
        "listedName": person.names.get(found.name).map(|name| &name.text),
        "explanation": found.explanation,
        "listedNames": names,
        "listedBirthDates": person.births.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "nationalities": person.nationalities,
        "countries": person.countries,
        "gender": person.gender,
        "programs": person.programs,
        "documents": person.documents,
    })
}

/// The same for people.
///
/// # Errors
/// When `out` is gone.
pub fn print_matches(answer: &Value, mut out: impl Write) -> io::Result<()> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let all = |value: &Value| {
        let items = value.as_array().into_iter().flatten();
        items.map(text).collect::<Vec<_>>().join(", ")
    };
    let matches = answer["matches"].as_array().map(Vec::as_slice).unwrap_or_default();
    if matches.is_empty() {
        return writeln!(out, "nobody on the lists comes so close");
    }
    for found in matches {
        let score = found["score"].as_f64().unwrap_or_default();
        let (list, id, name) = (text(&found["list"]), text(&found["entityId"]), text(&found["listedName"]));
        writeln!(out, "{score:.3}  {list:<13}  {id:<10}  {name}")?;
        for (what, value) in [
            ("born", all(&found["listedBirthDates"])),
            ("nationality", all(&found["nationalities"])),
            ("named with", all(&found["countries"])),
            ("programs", all(&found["programs"])),
        ] {
            if !value.is_empty() {
                writeln!(out, "       {what}: {value}")?;
            }
        }
        for sentence in found["explanation"].as_array().into_iter().flatten() {
            writeln!(out, "       {}", text(sentence))?;
        }
    }
    Ok(())
}

fn born(text: &str) -> Result<Birth, String> {
    birth::iso(text).ok_or_else(|| "write YYYY, YYYY-MM or YYYY-MM-DD, from 1850 on".to_owned())
}

fn country(text: &str) -> Result<String, String> {
    let code = country::code(text);
    code.map(str::to_owned).ok_or_else(|| "no country by this name: write IN, IND or India".to_owned())
}

fn threshold(text: &str) -> Result<f64, String> {
    let score = text.parse().ok().filter(|score| (0.0..=1.0).contains(score));
    score.ok_or_else(|| "write a number from 0 to 1".to_owned())
}

fn numbered(text: &str) -> Result<(ListName, i64), String> {
    let (list, number) = text.split_once('=').ok_or("write LIST=NUMBER, as in un=3")?;
    let number = number.parse().map_err(|_| "write LIST=NUMBER, as in un=3".to_owned())?;
    Ok((super::import::name(list)?, number))
}
