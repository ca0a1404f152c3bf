//! `kyc-stack migrate`.

use migration::run;

use crate::db::Db;

/// What to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Migrate {
    /// Apply what is pending.
    Up,
    /// Show what is applied and what is pending.
    Status,
    /// Take back the newest.
    Down,
}

/// Does it, and says on standard error what was done.
///
/// # Errors
/// When the database fails; nothing is half done then.
pub async fn run(db: &Db, what: Migrate) -> Result<(), sea_orm::DbErr> {
    match what {
        Migrate::Up => {
            let applied = run::up(db.library()).await?;
            applied.iter().for_each(|name| eprintln!("applied {name}"));
            if applied.is_empty() {
                eprintln!("nothing is pending");
            }
        }
        Migrate::Status => {
            for migration in run::status(db.library()).await? {
                let state = match (migration.applied, migration.known) {
                    (true, true) => "applied",
                    (false, _) => "pending",
                    (true, false) => "applied by a newer kyc-stack",
                };
                println!("{state}\t{}", migration.name);
            }
        }
        Migrate::Down => {
            let taken_back = run::down(db.library(), 1).await?;
            taken_back.iter().for_each(|name| eprintln!("took back {name}"));
            if taken_back.is_empty() {
                eprintln!("nothing is applied");
            }
        }
    }
    Ok(())
}
