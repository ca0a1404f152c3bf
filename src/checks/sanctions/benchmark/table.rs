//! A report as Markdown that is good to read before it is rendered, too.

use std::fmt::Write;

use super::{
    report::{Count, Report, Row, Screened, Shares},
    sets::Kind,
};

/// The tables of a report.
pub fn markdown(report: &Report) -> String {
    let mut text = head(report);
    let rows = |is_wanted: fn(Kind) -> bool| report.sets.iter().filter(move |row| is_wanted(row.kind));
    let files = rows(|kind| matches!(kind, Kind::Positives | Kind::Negatives));
    let files = files.map(|row| {
        let what = if row.kind.is_listed() { "found" } else { "false positives" };
        let [name, facts] = [row.by_name, row.by_facts].map(|count| found(count, row.names));
        vec![format!("{}: {what}", row.title), row.names.to_string(), name, facts]
    });
    table(
        &mut text,
        &["file", "names", "name only", "with birth date and country"],
        &files.collect::<Vec<_>>(),
    );
    table(
        &mut text,
        &["listed, but", "names", "name only", "who is meant", "with birth date and country", "who is meant"],
        &rows(|kind| matches!(kind, Kind::Class(_))).map(class).collect::<Vec<_>>(),
    );
    let strangers = rows(|kind| matches!(kind, Kind::Stranger(_)));
    let strangers = strangers.map(|row| {
        let [name, facts] = [row.by_name, row.by_facts].map(|count| found(count, row.names));
        vec![row.title.clone(), row.names.to_string(), name, facts]
    });
    let header = ["not listed: false positives", "names", "name only", "with birth date and country"];
    table(&mut text, &header, &strangers.collect::<Vec<_>>());
    curve(&mut text, report);
    let unscreenable: usize = report.sets.iter().map(|row| row.unscreenable).sum();
    if unscreenable > 0 {
        let _ =
            writeln!(text, "\n{unscreenable} names are none that can be screened; they count as not found.");
    }
    text
}

fn head(report: &Report) -> String {
    let list = |list: &Screened| format!("{} {} ({} persons)", list.name, list.version, list.persons);
    let lists: Vec<String> = report.lists.iter().map(list).collect();
    let timing = &report.timing;
    format!(
        "Lists: {}. Threshold {:.2}, seed {}.\n\
         Index built in {:.0} ms. A screening on one thread: median {:.2} ms, p99 {:.2} ms, slowest {:.2} ms ({} timed).\n",
        lists.join("; "),
        report.threshold,
        report.seed,
        timing.index_ms,
        timing.median_ms,
        timing.p99_ms,
        timing.slowest_ms,
        timing.screenings,
    )
}

fn class(row: &Row) -> Vec<String> {
    let right = |count: Count| count.right.map_or_else(|| "–".to_owned(), |right| percent(right, row.names));
    vec![
        row.title.clone(),
        row.names.to_string(),
        percent(row.by_name.found, row.names),
        right(row.by_name),
        percent(row.by_facts.found, row.names),
        right(row.by_facts),
    ]
}

/// The files over thresholds: at all of them near the threshold, and at every twentieth.
fn curve(text: &mut String, report: &Report) {
    let is_shown = |threshold: f64| {
        let hundredths = (threshold * 100.0).round();
        (hundredths - report.threshold * 100.0).abs() < 5.5 || hundredths % 5.0 == 0.0
    };
    let Some(first) = report.curve.first() else { return };
    text.push_str("\nFound at other thresholds, by name only / with birth date and country:\n");
    let mut header = vec!["threshold"];
    header.extend(first.files.iter().map(|file| file.title.as_str()));
    let rows = report.curve.iter().filter(|point| is_shown(point.threshold)).map(|point| {
        let both = |file: &Shares| format!("{:.1} / {:.1} %", file.by_name * 100.0, file.by_facts * 100.0);
        std::iter::once(format!("{:.2}", point.threshold)).chain(point.files.iter().map(both)).collect()
    });
    table(text, &header, &rows.collect::<Vec<_>>());
}

/// The share, and the number where it is small enough to matter.
fn found(count: Count, of: usize) -> String {
    format!("{} ({})", percent(count.found, of), count.found)
}

fn percent(count: usize, of: usize) -> String {
    let tenths = |decimals: usize| format!("{:.decimals$} %", 100.0 * count as f64 / of.max(1) as f64);
    // One of some thousand is not nothing, and all but one of them are not all.
    if of > 1000 { tenths(2) } else { tenths(1) }
}

/// A table with columns as wide as what stands in them: the first to the left, the others to the right. Nothing where there
/// are no rows.
fn table(text: &mut String, header: &[&str], rows: &[Vec<String>]) {
    if rows.is_empty() {
        return;
    }
    // A bar would end the cell.
    let escaped = |cell: &str| cell.replace('|', "\\|");
    let mut lines: Vec<Vec<String>> = vec![header.iter().map(|title| escaped(title)).collect()];
    lines.extend(rows.iter().map(|row| row.iter().map(|cell| escaped(cell)).collect()));
    let width = |column: usize| {
        let cells = lines.iter().filter_map(|line| line.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..header.len()).map(width).collect();
    let rule = |(column, width): (usize, &usize)| {
        if column == 0 { "-".repeat(*width) } else { "-".repeat(width.saturating_sub(1)) + ":" }
    };
    lines.insert(1, widths.iter().enumerate().map(rule).collect());
    for line in &lines {
        text.push_str("\n|");
        for (column, (cell, width)) in line.iter().zip(&widths).enumerate() {
            // Writing to a String does not fail.
            let _ = if column == 0 {
                write!(text, " {cell:<width$} |")
            } else {
                write!(text, " {cell:>width$} |")
            };
        }
    }
    text.push('\n');
}

#[cfg(test)]
mod tests {
    use super::{
        super::{
            perturb::Class,
            report::{Point, Timing},
            strangers::Stranger,
        },
        *,
    };

    fn row(kind: Kind, title: &str, names: usize, found: usize, right: Option<usize>) -> Row {
        let count = |found: usize| Count { found, share: found as f64 / names as f64, right };
        let (by_name, by_facts) = (count(found), count(found / 2));
        Row { kind, title: title.to_owned(), names, unscreenable: 0, by_name, by_facts }
    }

    #[test]
    fn a_report_is_tables_that_stand_straight() {
        let point = |threshold| {
            let shares = Shares { title: "who|ever".to_owned(), by_name: 1.0, by_facts: 0.9996 };
            Point { threshold, files: vec![shares] }
        };
        let report = Report {
            threshold: 0.8,
            seed: 1,
            lists: vec![Screened { name: "un".to_owned(), version: "7".to_owned(), persons: 3 }],
            timing: Timing { index_ms: 12.4, screenings: 9, median_ms: 0.5, p99_ms: 1.25, slowest_ms: 2.0 },
            sets: vec![
                row(Kind::Positives, "who|ever", 10, 10, None),
                Row { unscreenable: 2, ..row(Kind::Class(Class::Typo), "typo", 200, 199, Some(198)) },
                row(Kind::Stranger(Stranger::Recombined), "made up", 5000, 1, None),
            ],
            curve: vec![point(0.5), point(0.71), point(0.79), point(0.8)],
        };
        assert_eq!(
            markdown(&report),
            "Lists: un 7 (3 persons). Threshold 0.80, seed 1.
Index built in 12 ms. A screening on one thread: median 0.50 ms, p99 1.25 ms, slowest 2.00 ms (9 timed).

| file             | names |    name only | with birth date and country |
| ---------------- | ----: | -----------: | --------------------------: |
| who\\|ever: found |    10 | 100.0 % (10) |                  50.0 % (5) |

| listed, but | names | name only | who is meant | with birth date and country | who is meant |
| ----------- | ----: | --------: | -----------: | --------------------------: | -----------: |
| typo        |   200 |    99.5 % |       99.0 % |                      49.5 % |       99.0 % |

| not listed: false positives | names |  name only | with birth date and country |
| --------------------------- | ----: | ---------: | --------------------------: |
| made up                     |  5000 | 0.02 % (1) |                  0.00 % (0) |

Found at other thresholds, by name only / with birth date and country:

| threshold |       who\\|ever |
| --------- | --------------: |
| 0.50      | 100.0 / 100.0 % |
| 0.79      | 100.0 / 100.0 % |
| 0.80      | 100.0 / 100.0 % |

2 names are none that can be screened; they count as not found.
"
        );
    }
}
