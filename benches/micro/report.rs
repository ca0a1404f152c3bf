//! The CSV report, from rows that are read.

use std::io;

use chrono::NaiveDate;
use criterion::{Criterion, Throughput};
use kyc_stack::report::{Date, Layout, Query, bench::Rows};

use super::world::World;

/// Times the writing of a report's rows; per row, the header's share is below a hundredth.
pub fn time(criterion: &mut Criterion, world: &World) {
    let day = |year| NaiveDate::from_ymd_opt(year, 1, 1).expect("a day");
    let mut group = criterion.benchmark_group("CSV row");
    for (name, layout) in [("an attempt", Layout::Wide), ("its steps", Layout::Long)] {
        let query = Query {
            from: day(2025),
            to: day(2027),
            time_zone: None,
            date: Date::Created,
            layout,
            states: Vec::new(),
            byte_order_mark: false,
        };
        let plan = query.plan(world.scope, chrono_tz::Asia::Kolkata, world.kyc.clock.now());
        let plan = plan.expect("a report that can be asked for");
        let rows = world.runtime.block_on(Rows::read(&world.kyc.db, &plan));
        let rows = rows.expect("the rows are read");
        assert_eq!(rows.attempts(), 150);
        group.throughput(Throughput::Elements(rows.attempts() as u64));
        group.bench_function(name, |bencher| bencher.iter(|| rows.write(&plan, io::sink())));
    }
    group.finish();
}
