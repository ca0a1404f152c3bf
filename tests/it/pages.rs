//! Lists against a plain reading of all rows: every page, every sort, every filter.

mod filters;
mod nested;
mod repeated;
mod town;
mod walks;
