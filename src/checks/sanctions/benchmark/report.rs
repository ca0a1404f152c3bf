//! What a benchmark found, in numbers: how many of each set, and how that moves with the threshold.

use serde::{Serialize, Serializer};

use super::{
    measure::{Answer, Answers},
    sets::{Kind, Set},
};

/// The lowest threshold of the curve, in hundredths. Screening below it finds everybody.
const LOWEST: u32 = 50;

/// The lowest score that the sets of files have to be measured from.
pub const FLOOR: f64 = 0.5;

/// A benchmark, as `--json` prints it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// From which score on somebody counts as found.
    pub threshold: f64,
    /// Which of all made-up names.
    pub seed: u64,
    pub lists: Vec<Screened>,
    pub timing: Timing,
    /// In the order in which they were made.
    pub sets: Vec<Row>,
    /// The files over thresholds from 0.50 to 1.00.
    pub curve: Vec<Point>,
}

/// A list that was screened against.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Screened {
    pub name: String,
    pub version: String,
    pub persons: usize,
}

/// Wall time on this machine, one screening after the other on one thread. The only part of a report that is not the same
/// every time.
#[derive(Clone, Copy, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Timing {
    /// Building the index of all lists, in milliseconds.
    pub index_ms: f64,
    /// How many screenings were timed.
    pub screenings: usize,
    pub median_ms: f64,
    /// The 99th percentile.
    pub p99_ms: f64,
    pub slowest_ms: f64,
}

/// A set in numbers.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Row {
    pub kind: Kind,
    pub title: String,
    pub names: usize,
    /// Names that no screening takes, as one letter. They count as not found.
    pub unscreenable: usize,
    /// With the name alone.
    pub by_name: Count,
    /// With birth date, country and gender, as far as they are known.
    pub by_facts: Count,
}

/// How many of a set were found.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Count {
    /// Somebody was found: recall where the set is of listed people, else false positives.
    pub found: usize,
    /// Of `names`, 0 to 1.
    #[serde(serialize_with = "rounded")]
    pub share: f64,
    /// Who is meant was found. Null where it is not known who that is for all of the set.
    pub right: Option<usize>,
}

/// The files at one threshold.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Point {
    #[serde(serialize_with = "rounded")]
    pub threshold: f64,
    pub files: Vec<Shares>,
}

/// A file at one threshold: shares found, 0 to 1.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Shares {
    pub title: String,
    #[serde(serialize_with = "rounded")]
    pub by_name: f64,
    #[serde(serialize_with = "rounded")]
    pub by_facts: f64,
}

/// Counts a set at a threshold.
pub fn row(set: &Set, answers: &Answers, threshold: f64) -> Row {
    let is_known = set.kind.is_listed() && set.questions.iter().all(|question| !question.right.is_empty());
    let count = |answers: &[Answer]| {
        let found = answers.iter().filter(|answer| answer.is_found(threshold)).count();
        let right = answers.iter().filter(|answer| answer.is_right(threshold)).count();
        Count { found, share: share(answers, threshold), right: is_known.then_some(right) }
    };
    Row {
        kind: set.kind,
        title: set.title.clone(),
        names: set.questions.len(),
        unscreenable: answers.by_name.iter().filter(|answer| !answer.is_screenable).count(),
        by_name: count(&answers.by_name),
        by_facts: count(&answers.by_facts),
    }
}

/// The files over thresholds, each hundredth. Measured from [`FLOOR`] or lower.
pub fn curve(measured: &[(Set, Answers)]) -> Vec<Point> {
    let files = measured.iter().filter(|(set, _)| matches!(set.kind, Kind::Positives | Kind::Negatives));
    let files: Vec<_> = files.collect();
    if files.is_empty() {
        return Vec::new();
    }
    let shares = |threshold: f64| {
        files.iter().map(move |(set, answers)| Shares {
            title: set.title.clone(),
            by_name: share(&answers.by_name, threshold),
            by_facts: share(&answers.by_facts, threshold),
        })
    };
    (LOWEST..=100)
        .map(|hundredths| {
            let threshold = f64::from(hundredths) / 100.0;
            Point { threshold, files: shares(threshold).collect() }
        })
        .collect()
}

fn share(answers: &[Answer], threshold: f64) -> f64 {
    let found = answers.iter().filter(|answer| answer.is_found(threshold)).count();
    found as f64 / answers.len().max(1) as f64
}

/// The times of single screenings, in milliseconds, in numbers.
pub fn timing(index_ms: f64, mut screenings: Vec<f64>) -> Timing {
    screenings.sort_by(f64::total_cmp);
    let at = |permille: usize| {
        // The smallest time that so many do not exceed (nearest rank).
        let rank = (screenings.len() * permille).div_ceil(1000).max(1);
        screenings.get(rank - 1).copied().unwrap_or_default()
    };
    Timing {
        index_ms,
        screenings: screenings.len(),
        median_ms: at(500),
        p99_ms: at(990),
        slowest_ms: at(1000),
    }
}

/// To a ten-thousandth: more digits say nothing about some hundred names.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
fn rounded<S: Serializer>(share: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64((share * 10_000.0).round() / 10_000.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::sanctions::{
        benchmark::{roster::Entity, sets::Question},
        subject::Subject,
    };

    fn answer(best: f64, right: f64) -> Answer {
        Answer { best: Some(best), right: Some(right), is_screenable: true }
    }

    fn set(kind: Kind, names: usize) -> Set {
        let right = vec![Entity { list: "un".into(), entity_id: "1".to_owned() }];
        let question = Question { subject: Subject::named("Otto Beispiel"), right };
        Set { kind, title: "made up".to_owned(), questions: vec![question; names] }
    }

    fn measured(kind: Kind) -> (Set, Answers) {
        let nobody = Answer { best: None, right: None, is_screenable: false };
        let by_name = vec![answer(1.0, 0.7), answer(0.8, 0.8), answer(0.79, 0.5), nobody];
        let by_facts = vec![answer(1.0, 1.0); 4];
        (set(kind, 4), Answers { by_name, by_facts })
    }

    #[test]
    fn a_score_at_the_threshold_is_found() {
        let (set, answers) = measured(Kind::Positives);
        let row = row(&set, &answers, 0.8);
        assert_eq!(row.by_name, Count { found: 2, share: 0.5, right: Some(1) });
        assert_eq!(row.by_facts, Count { found: 4, share: 1.0, right: Some(4) });
        assert_eq!((row.names, row.unscreenable), (4, 1));
    }

    #[test]
    fn nobody_is_right_where_nobody_is_meant() {
        let (set, answers) = measured(Kind::Negatives);
        assert_eq!(row(&set, &answers, 0.8).by_name.right, None);
        let (mut set, answers) = measured(Kind::Positives);
        set.questions[0].right.clear();
        assert_eq!(row(&set, &answers, 0.8).by_name.right, None);
    }

    #[test]
    fn the_curve_falls_from_a_half_to_one() {
        let curve = curve(&[measured(Kind::Positives)]);
        let at = |hundredths: usize| curve[hundredths - 50].files[0].by_name;
        assert_eq!((curve.len(), curve[0].threshold, curve[50].threshold), (51, 0.5, 1.0));
        assert_eq!([at(50), at(79), at(80), at(81), at(100)], [0.75, 0.75, 0.5, 0.25, 0.25]);
    }

    #[test]
    fn percentiles_are_times_that_were_measured() {
        let timing = timing(3.0, (1..=200).rev().map(f64::from).collect());
        assert_eq!((timing.median_ms, timing.p99_ms, timing.slowest_ms), (100.0, 198.0, 200.0));
        assert_eq!(super::timing(3.0, Vec::new()).median_ms, 0.0);
    }
}
