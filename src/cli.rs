//! The command line.

use std::path::PathBuf;

use clap::{Parser, Subcommand};
use kyc_stack::config::Flags;

/// A self-hosted KYC back office in one binary.
#[derive(Parser)]
#[command(name = "kyc-stack", version, propagate_version = true)]
pub struct Cli {
    #[command(flatten)]
    pub flags: Flags,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Subcommand)]
pub enum Command {
    /// Run the server; pending migrations are applied first
    Serve {
        /// Refuse to start when migrations are pending, instead of applying them
        #[arg(long)]
        no_migrate: bool,
    },
    /// See it all: a merchant with customers in every state, on a database of its own that is gone afterwards
    Demo,
    /// Apply, show or take back migrations; `up` when nothing is said
    Migrate {
        #[command(subcommand)]
        command: Option<MigrateCommand>,
    },
    /// Print the GraphQL schema (this is how schema.graphql is made)
    Schema,
    /// Manage merchants
    Merchant {
        #[command(subcommand)]
        command: MerchantCommand,
    },
    /// Sanctions lists: import, show, search, and measure how well they are screened against
    Sanctions {
        #[command(subcommand)]
        command: SanctionsCommand,
    },
    /// Write load data under a new merchant: deterministic, with its history; prints JSON
    Seed(kyc_stack::ops::seed::Seed),
    /// Check the whole database: replaying the log rebuilds every state, and no rule is broken; prints JSON
    Verify,
    /// Write the CSV report of a merchant
    Report {
        /// The merchant's slug
        #[arg(long, value_name = "SLUG")]
        merchant: String,
        /// The first day, as YYYY-MM-DD
        #[arg(long, value_name = "DATE")]
        from: String,
        /// The last day, included
        #[arg(long, value_name = "DATE")]
        to: String,
        /// IANA name of the zone in which days begin and end [default: the merchant's]
        #[arg(long, value_name = "ZONE")]
        time_zone: Option<String>,
        /// By which day attempts are chosen: created or ended [default: created]
        #[arg(long)]
        date: Option<String>,
        /// wide (a row per attempt) or long (a row per step) [default: wide]
        #[arg(long)]
        layout: Option<String>,
        /// Only attempts in these states, separated by commas
        #[arg(long)]
        state: Option<String>,
        /// Begin with a byte order mark, for Excel
        #[arg(long)]
        bom: bool,
        /// The file to write; it appears when it is whole [default: standard output]
        #[arg(short, long, value_name = "FILE")]
        output: Option<PathBuf>,
    },
}

#[derive(Subcommand)]
pub enum MigrateCommand {
    /// Apply what is pending
    Up,
    /// Show what is applied and what is pending
    Status,
    /// Take back the newest migration: its tables go, with all that is in them
    Down,
}

#[derive(Subcommand)]
pub enum MerchantCommand {
    /// Create a merchant with its first ADMIN and API key; prints JSON
    Create {
        /// Its name
        #[arg(long)]
        name: String,
        /// What members type when they sign in: lower-case letters, digits and hyphens
        #[arg(long)]
        slug: String,
        /// The first member's e-mail address
        #[arg(long, value_name = "EMAIL")]
        admin_email: String,
        /// Real checks instead of the sandbox; it cannot be changed later
        #[arg(long)]
        live: bool,
    },
}

#[derive(Subcommand)]
pub enum SanctionsCommand {
    /// Make the files of a list its current version; prints JSON
    Import(kyc_stack::ops::sanctions::Import),
    /// Show each list's version and age, and what is missing; prints JSON
    Status,
    /// Look for a name on the lists; prints JSON, and a table for people on a terminal
    Search(kyc_stack::ops::sanctions::Search),
    /// Measure how well people are found on the imported lists, and how many are stopped for nothing
    Benchmark(kyc_stack::ops::sanctions::benchmark::Benchmark),
}

impl From<MigrateCommand> for kyc_stack::ops::migrate::Migrate {
    fn from(command: MigrateCommand) -> Self {
        match command {
            MigrateCommand::Up => Self::Up,
            MigrateCommand::Status => Self::Status,
            MigrateCommand::Down => Self::Down,
        }
    }
}
