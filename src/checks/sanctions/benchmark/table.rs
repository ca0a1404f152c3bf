//! A report as Markdown that is good to read before it is rendered, too.

use std::fmt::Write;

use super::{
    report::{Count, Report, Row},
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
    text
}

fn head(report: &Report) -> String {
    let list =
        |list: &super::report::Screened| format!("{} {} ({} persons)", list.name, list.version, list.persons);
    let lists: Vec<String> = report.lists.iter().map(list).collect();
    let timing = &report.timing;
    format!(
        "Lists: {}. Threshold {:.2}, seed {}.\n\
         Index built in {:.0} ms. A screening, on one thread: median {:.2} ms, p99 {:.2} ms, slowest {:.2} ms ({} timed).\n",
        lists.join(", "),
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

/// The files over thresholds, in steps that fit on a page, and at the threshold itself.
fn curve(text: &mut String, report: &Report) {
    let is_shown = |threshold: f64| {
        let hundredths = (threshold * 100.0).round();
        let near = (threshold - report.threshold).abs() < 0.055;
        near || hundredths % 5.0 == 0.0
    };
    let Some(first) = report.curve.first() else { return };
    let mut header = vec!["threshold".to_owned()];
    for file in &first.files {
        header.extend([file.title.clone(), format!("{} with birth date and country", file.title)]);
    }
    let rows = report.curve.iter().filter(|point| is_shown(point.threshold)).map(|point| {
        let mut row = vec![format!("{:.2}", point.threshold)];
        for file in &point.files {
            row.extend([file.by_name, file.by_facts].map(|share| format!("{:.1} %", share * 100.0)));
        }
        row
    });
    table(text, &header.iter().map(String::as_str).collect::<Vec<_>>(), &rows.collect::<Vec<_>>());
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
    text.push('\n');
    let width = |text: &str| text.chars().count();
    let widths: Vec<usize> = header
        .iter()
        .enumerate()
        .map(|(column, title)| {
            let cells = rows.iter().filter_map(|row| row.get(column));
            cells.map(|cell| width(cell)).max().unwrap_or(0).max(width(title))
        })
        .collect();
    let mut line = |cells: &[&str]| {
        let _ = text.write_char('|');
        for (column, (cell, width)) in cells.iter().zip(&widths).enumerate() {
            // A bar would end the cell.
            let cell = cell.replace('|', "\\|");
            let _ = if column == 0 {
                write!(text, " {cell:<width$} |")
            } else {
                write!(text, " {cell:>width$} |")
            };
        }
        text.push('\n');
    };
    let rule: Vec<String> = widths
        .iter()
        .enumerate()
        .map(|(column, width)| if column == 0 { "-".repeat(*width) } else { "-".repeat(width - 1) + ":" })
        .collect();
    line(header);
    line(&rule.iter().map(String::as_str).collect::<Vec<_>>());
    for row in rows {
        line(&row.iter().map(String::as_str).collect::<Vec<_>>());
    }
}
