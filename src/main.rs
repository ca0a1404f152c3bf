//! The commands: each parses, calls one function, and prints. People read standard error, programs standard output.

mod cli;

use std::{
    io::{IsTerminal, Write},
    process::ExitCode,
};

use clap::Parser;
use kyc_stack::{
    app::App,
    auth::Actor,
    checks::sanctions::import::Refused,
    clock::Clock,
    config::{Config, ConfigError},
    db::Db,
    entropy::Entropy,
    error::Error,
    graphql::Api,
    kyc::merchant::{self, MerchantCreate},
    ops, report, telemetry,
};
use tokio::net::TcpListener;

use cli::{Cli, Command, MerchantCommand, MigrateCommand, SanctionsCommand};

/// A page of answers is thousands of small allocations, freed on whichever thread ends the request; docs/decisions/0012 has
/// what it saves and what it costs.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

type Failure = Box<dyn std::error::Error + Send + Sync>;

fn main() -> ExitCode {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let outcome = runtime.map_err(Failure::from).and_then(|runtime| runtime.block_on(run(Cli::parse())));
    outcome.unwrap_or_else(|error| {
        eprintln!("kyc-stack: {error}");
        // What was asked cannot be: a setting, a date. Everything else is a failure of what was asked.
        let usage = error.is::<ConfigError>()
            || matches!(error.downcast_ref(), Some(Error::BadInput(_)))
            || error.downcast_ref().is_some_and(ops::sanctions::Unsearchable::is_usage)
            || error.downcast_ref().is_some_and(Refused::is_usage);
        if usage { ExitCode::from(2) } else { ExitCode::FAILURE }
    })
}

async fn run(cli: Cli) -> Result<ExitCode, Failure> {
    if matches!(cli.command, Command::Schema) {
        print(&Api::new().sdl())?;
        return Ok(ExitCode::SUCCESS);
    }
    // The demo does not fill the terminal with a line a request.
    let quiet = Config { log: "warn".to_owned(), ..Config::default() };
    let defaults = if matches!(cli.command, Command::Demo) { quiet } else { Config::default() };
    let config = defaults.overlaid(cli.flags, environment)?;
    telemetry::init(config.log_format, &config.log)?;
    match cli.command {
        Command::Schema => {}
        Command::Serve { no_migrate } => serve(config, no_migrate).await?,
        Command::Demo => demo(config).await?,
        Command::Migrate { command } => {
            let db = open(&config).await?;
            ops::migrate::run(&db, command.unwrap_or(MigrateCommand::Up).into()).await?;
            db.close().await?;
        }
        Command::Merchant { command: MerchantCommand::Create { name, slug, admin_email, live } } => {
            let app = migrated(&config).await?;
            let mode = live.then_some(entity::MerchantMode::Live);
            let input = MerchantCreate { name, slug, admin_email, mode, time_zone: None };
            let created = merchant::create(app.kyc(), &Actor::platform(), input, None).await;
            let created = created.map_err(|error| ops::explain(&error))?.answer;
            print(&(ops::created(&created).to_string() + "\n"))?;
            app.close().await;
        }
        Command::Seed(seed) => {
            let app = migrated(&config).await?;
            let progress = ops::seed::progress(seed.customers);
            let created = ops::seed::run(app.kyc(), &seed, &progress).await;
            progress.finish_and_clear();
            print(&(ops::created(&created.map_err(|error| ops::explain(&error))?).to_string() + "\n"))?;
            app.close().await;
        }
        Command::Sanctions { command } => sanctions(&config, command).await?,
        Command::Verify => {
            let db = open(&config).await?;
            let report = ops::verify::run(&db, Clock::System.now(), |_| {}).await?;
            db.close().await?;
            return Ok(ops::verify::report_to(&report, std::io::stderr(), std::io::stdout())?);
        }
        Command::Report { merchant, from, to, time_zone, date, layout, state, bom, output } => {
            let app = migrated(&config).await?;
            let bom = bom.then(|| "true".to_owned());
            let params = report::Params {
                from: Some(from),
                to: Some(to),
                time_zone,
                date,
                layout,
                states: state.into_iter().collect(),
                byte_order_mark: bom,
            };
            let query = report::Query::parse(&params)?;
            match output {
                Some(path) => ops::report::run_to_file(app.kyc(), &merchant, query, &path).await?,
                None => ops::report::run(app.kyc(), &merchant, query, std::io::stdout().lock()).await?,
            };
            app.close().await;
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn serve(mut config: Config, no_migrate: bool) -> Result<(), Failure> {
    let db = open(&config).await?;
    if no_migrate {
        if migration::run::pending(db.library()).await? {
            return Err("migrations are pending: run `kyc-stack migrate up`".into());
        }
    } else {
        for name in migration::run::up(db.library()).await? {
            tracing::info!(%name, "migrated");
        }
    }
    let listener = TcpListener::bind(config.listen).await.map_err(|error| {
        format!("cannot listen on {}: {error}. Choose another address with --listen.", config.listen)
    })?;
    config.listen = listener.local_addr()?;
    let app = App::new(&config, db, Clock::System, Entropy::System)?;
    ops::warn_of_one_address(&config);
    tracing::info!(address = %config.listen, public_url = config.public_url().as_str(), "listening");
    ops::raise_descriptor_limit(config.max_sockets);
    app.serve(listener, ops::stop_on_signal()).await;
    app.close().await;
    Ok(())
}

async fn sanctions(config: &Config, command: SanctionsCommand) -> Result<(), Failure> {
    let app = migrated(config).await?;
    let (db, now) = (&app.kyc().db, app.kyc().clock.now());
    let answer = match command {
        SanctionsCommand::Benchmark(options) => {
            let progress = ops::sanctions::benchmark::progress();
            let is_json = options.json;
            let lists = ops::sanctions::benchmark::lists(db).await?;
            if lists.is_empty() {
                return Err(ops::sanctions::Unsearchable::NoList.into());
            }
            let report = ops::sanctions::benchmark::run(options, lists, progress.clone()).await;
            progress.finish_and_clear();
            print(&ops::sanctions::benchmark::printed(&report?, is_json)?)?;
            app.close().await;
            return Ok(());
        }
        SanctionsCommand::Import(what) => {
            let progress = ops::sanctions::progress();
            let imported = ops::sanctions::import(db, now, &what, &progress).await;
            progress.finish_and_clear();
            imported?
        }
        SanctionsCommand::Status => ops::sanctions::status(db, now, &config.required_lists).await?,
        SanctionsCommand::Search(who) => {
            let found = ops::sanctions::search(db, &who).await?;
            let mut people = std::io::stderr();
            if people.is_terminal() {
                ops::sanctions::print_matches(&found, &mut people)?;
            }
            found
        }
    };
    print(&format!("{answer:#}\n"))?;
    app.close().await;
    Ok(())
}

async fn demo(config: Config) -> Result<(), Failure> {
    let folder = ops::demo::folder()?;
    let mut config = ops::demo::settings(config, folder.path());
    let listener = ops::demo::listen(config.listen).await.map_err(|error| {
        format!("cannot listen on {}: {error}. Choose another address with --listen.", config.listen)
    })?;
    config.listen = listener.local_addr()?;
    let app = migrated(&config).await?;
    let welcome = ops::demo::prepare(app.kyc()).await?;
    welcome.print(folder.path())?;
    let stop = ops::stop_on_signal();
    let mover = tokio::spawn(welcome.mover.run(app.kyc().clone(), stop.clone()));
    ops::raise_descriptor_limit(config.max_sockets);
    app.serve(listener, stop).await;
    mover.await?;
    app.close().await;
    Ok(())
}

async fn open(config: &Config) -> Result<Db, Failure> {
    let url = config.database.url();
    Db::open(url.expose(), config.max_connections)
        .await
        .map_err(|error| format!("cannot open the database {}: {error}", config.database).into())
}

/// An app over a database on which pending migrations were applied.
async fn migrated(config: &Config) -> Result<App, Failure> {
    let db = open(config).await?;
    migration::run::up(db.library()).await?;
    Ok(App::new(config, db, Clock::System, Entropy::System)?)
}

fn print(text: &str) -> std::io::Result<()> {
    std::io::stdout().lock().write_all(text.as_bytes())
}

/// The one place that looks at the environment.
fn environment(name: &str) -> Option<String> {
    #[expect(clippy::disallowed_methods, reason = "settings are read here, and nowhere below")]
    std::env::var(name).ok()
}
