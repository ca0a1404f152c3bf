//! Micro-benchmarks of the hot paths: `cargo bench`. docs/performance.md says what each guards and how to read it.
//!
//! `--count CASE` does one of them a few times inside [`count_these_instructions`], which `benches/instructions.py` has counted.

mod api;
mod fan_out;
mod lists;
mod report;
mod screening;
mod world;

use std::{env, process::ExitCode, time::Duration};

use criterion::Criterion;

use self::world::World;

/// As the server's: a page of answers is thousands of small allocations.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["--count", case] => count(case),
        _ => {
            time();
            ExitCode::SUCCESS
        }
    }
}

/// Times every case that the command line asks for.
fn time() {
    let mut criterion = Criterion::default()
        .warm_up_time(Duration::from_secs(1))
        .measurement_time(Duration::from_secs(4))
        .configure_from_args();
    let world = World::new();
    api::time(&mut criterion, &world);
    fan_out::time(&mut criterion, &world);
    report::time(&mut criterion, &world);
    screening::time(&mut criterion);
    criterion.final_summary();
}

/// Does one case to be counted.
fn count(case: &str) -> ExitCode {
    match case {
        "request" => api::count_request(&World::new()),
        "page" => api::count_page(&World::new()),
        "screening" => screening::count(),
        _ => {
            eprintln!("--count: there are request, page and screening");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

/// What is done in here is counted, and nothing else: the tool knows it by its name.
#[inline(never)]
fn count_these_instructions(work: &mut dyn FnMut()) {
    work();
    // Something after the call, lest it become a jump out of here.
    std::hint::black_box(());
}
