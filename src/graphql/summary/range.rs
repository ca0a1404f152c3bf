//! The days of a summary, as instants.

use chrono::{Datelike, NaiveDate};
use chrono_tz::Tz;
use entity::{AttemptState, Scope, Scoped, Time, attempt, attempt::Column, id::AttemptId, step};
use sea_orm::{
    ColumnTrait, DbBackend, ExprTrait, QuerySelect, QueryTrait,
    sea_query::{Alias, Expr, Func, SelectStatement, SimpleExpr},
};

use super::SummaryArgs;
use crate::{
    days::day_start,
    error::{Error, Result},
    graphql::{exec::Context, merchant},
};

/// The longest range, in days: a year, with the month before it to compare with.
pub(super) const MAX_DAYS: i64 = 400;
/// Zones and databases agree on these years, and the text form of their instants has one length.
const YEARS: std::ops::RangeInclusive<i32> = 1970..=9998;
/// As much of a zone that does not exist as its refusal repeats: longer than any that does.
const LONGEST_NAME: usize = 40;

/// Whose attempts, of which days, seen when.
pub(super) struct Range {
    scope: Scope,
    /// The moment at which states are seen.
    pub now: Time,
    /// The days, each with where it begins and where it ends. A day that a zone left out is empty.
    pub days: Vec<(NaiveDate, Time, Time)>,
    from: Time,
    until: Time,
}

impl Range {
    /// The range that is asked for.
    ///
    /// # Errors
    /// BAD_USER_INPUT for a zone that does not exist, a range that ends before it begins or is longer than [`MAX_DAYS`], and
    /// years that the calendar of zones does not hold.
    pub async fn read(cx: &Context<'_>, args: &SummaryArgs) -> Result<Self> {
        let scope = cx.scope()?;
        let (first, last) = (args.from.0, args.to.0);
        if first > last {
            return Err(Error::BadInput("`from` is after `to`. Both days are part of the summary.".into()));
        }
        if (last - first).num_days() >= MAX_DAYS {
            return Err(Error::BadInput(format!(
                "A summary covers at most {MAX_DAYS} days. Ask for a longer time in parts."
            )));
        }
        let outside = || Error::BadInput("`from` and `to` lie in the years 1970 to 9998.".into());
        if !YEARS.contains(&first.year()) || !YEARS.contains(&last.year()) {
            return Err(outside());
        }
        let zone = match &args.time_zone {
            Some(name) => named(name)?,
            None => merchants_own(cx).await?,
        };
        let day = |day: NaiveDate| Some((day, day_start(zone, day)?, day_start(zone, day.succ_opt()?)?));
        let days: Vec<_> = first.iter_days().take_while(|day| *day <= last).filter_map(day).collect();
        let (Some((_, from, _)), Some((_, _, until))) = (days.first(), days.last()) else {
            return Err(outside());
        };
        Ok(Self { scope, now: cx.now, from: *from, until: *until, days })
    }

    /// The attempts created in the range. No columns are selected yet.
    pub fn attempts(&self) -> SelectStatement {
        let mut attempts = self.all_attempts();
        attempts.and_where(self.created());
        attempts
    }

    /// All attempts of the merchant, whenever they were created.
    pub fn all_attempts(&self) -> SelectStatement {
        attempt::Entity::scoped(self.scope).select_only().into_query()
    }

    /// Created in the range.
    pub fn created(&self) -> SimpleExpr {
        Column::CreatedAt.gte(self.from).and(Column::CreatedAt.lt(self.until))
    }

    /// The same, with the place in [`Range::days`] of the day each was created on, as `place`. What is compared are the bounds
    /// of the days: days numbered by the database would need the zone's rules there, and SQLite has none.
    pub fn attempts_by_day(&self, backend: DbBackend) -> SelectStatement {
        let place = Alias::new("place");
        let created = Expr::col(Column::CreatedAt.as_column_ref());
        if backend == DbBackend::Postgres {
            // A search in a sorted array, in one pass over the range. Joined to the days as below, PostgreSQL knows nothing
            // of how few attempts a day has, and may compare every attempt with every day.
            let begins: Vec<Time> = self.days.iter().map(|(_, from, _)| *from).collect();
            let day = Func::cust(Alias::new("width_bucket")).arg(created).arg(begins);
            return self.attempts().expr_as(Expr::from(day).sub(1), place).take();
        }
        // A table of the days, each of which is one range of the index. Its columns have the names that SQLite gives them.
        // The whole range is not said again: SQLite would begin with it, and look through all days for each attempt.
        let day = |column| Expr::col((Alias::new("day"), Alias::new(column)));
        let bounds = (0i32..).zip(&self.days).map(|(place, (_, from, until))| (place, *from, *until));
        self.all_attempts()
            .expr_as(day("column1"), place)
            .from_values(bounds, Alias::new("day"))
            .and_where(created.clone().gte(day("column2")))
            .and_where(created.lt(day("column3")))
            .take()
    }

    /// The steps of the attempts created in the range, joined to them. They are reached by their attempt alone (the
    /// foreign key keeps both in one merchant): a condition on the step's own merchant would let SQLite begin with all
    /// steps that the merchant ever had.
    pub fn steps(&self) -> SelectStatement {
        let mut steps = self.attempts();
        let attempt = Expr::col(step::Column::AttemptId.as_column_ref());
        steps.inner_join(step::Entity, attempt.equals(Column::Id.as_column_ref()));
        steps
    }

    /// All steps of the merchant, whenever their attempts were created.
    pub fn all_steps(&self) -> SelectStatement {
        step::Entity::scoped(self.scope).select_only().into_query()
    }

    /// Created in the range, by the attempt's id: it begins with the moment of its creation in milliseconds, and days begin
    /// at whole ones.
    pub fn attempt_ids(&self, column: impl ColumnTrait) -> SimpleExpr {
        column.gte(AttemptId::first_of(self.from)).and(column.lt(AttemptId::first_of(self.until)))
    }

    /// The state as seen now.
    pub fn state(&self) -> SimpleExpr {
        Expr::case(attempt::overdue(self.now), AttemptState::Expired.as_str())
            .finally(Expr::col(Column::State.as_column_ref()))
            .into()
    }
}

fn named(name: &str) -> Result<Tz> {
    name.parse().map_err(|_| {
        let shown: String = name.chars().filter(|c| !c.is_control()).take(LONGEST_NAME).collect();
        Error::BadInput(format!("`timeZone`: {shown} is not a name of the IANA list, as Asia/Kolkata is."))
    })
}

async fn merchants_own(cx: &Context<'_>) -> Result<Tz> {
    let merchant = merchant::own(cx).await?.ok_or_else(|| Error::internal("an actor without a merchant"))?;
    merchant.row.time_zone.parse().map_err(|_| Error::internal("a merchant's time zone is unknown"))
}
