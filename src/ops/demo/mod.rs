//! `kyc-stack demo`: one command to see it all. A database of its own that is gone afterwards, a branded sandbox merchant with
//! a team and customers in every state, and somebody who keeps moving them.

mod mover;
mod prepare;

use std::{
    io::{self, Write},
    net::SocketAddr,
    path::Path,
};

use chrono::NaiveDate;
use entity::Role;
use tempfile::TempDir;
use tokio::net::TcpListener;

pub use self::{mover::Mover, prepare::prepare};
use crate::config::{Config, Database};

/// How many ports are tried after one that is busy.
const PORTS: u16 = 20;

/// A new folder for the database, in the system's own for temporary files. Only its owner can look into it, two demos at a time do
/// not meet, and it is removed when it is dropped.
///
/// # Errors
/// When the file system does not allow it.
pub fn folder() -> io::Result<TempDir> {
    tempfile::Builder::new().prefix("kyc-stack-demo-").tempdir()
}

/// The settings of a demo: everything that is there to be looked at is on, and its made-up list is enough to screen against.
pub fn settings(config: Config, folder: &Path) -> Config {
    Config {
        database: Database::Sqlite { path: folder.join("kyc.db") },
        introspection: true,
        graphiql: true,
        required_lists: Vec::new(),
        ..config
    }
}

/// Listens at the address, or at one of the next ports when its port is busy. Set `Config::listen` to where it is.
///
/// # Errors
/// When the last port is busy too, or the address is none of this machine's.
pub async fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let mut port = address.port();
    loop {
        let outcome = TcpListener::bind(SocketAddr::new(address.ip(), port)).await;
        let is_last = port == u16::MAX || port - address.port() == PORTS;
        match outcome {
            Err(error) if error.kind() == io::ErrorKind::AddrInUse && !is_last => port += 1,
            outcome => return outcome,
        }
    }
}

/// What a person needs to look around. Without `Debug`: it holds secrets, of made-up people.
pub struct Welcome {
    /// What a browser calls the server, without a slash at the end.
    pub public_url: String,
    pub merchant_name: String,
    pub slug: String,
    /// Who can sign in, the ADMIN first: mail and role.
    pub members: Vec<(String, Role)>,
    /// Everybody's.
    pub password: String,
    /// Of the role ADMIN.
    pub api_key: String,
    /// A link that the API generated. Nobody but a customer walks it.
    pub link: String,
    /// The first and the last day of the history, in the merchant's time zone.
    pub days: (NaiveDate, NaiveDate),
    /// Who keeps moving things.
    pub mover: Mover,
}

impl Welcome {
    /// Prints it for people, on standard error. `database` is where the demo's database is.
    ///
    /// # Errors
    /// When standard error is gone.
    pub fn print(&self, database: &Path) -> io::Result<()> {
        io::stderr().lock().write_all(self.text(database).as_bytes())
    }

    fn text(&self, database: &Path) -> String {
        let Self { public_url: url, merchant_name, slug, members, password, api_key, link, days, mover: _ } =
            self;
        let members: String =
            members.iter().map(|(email, role)| format!("              {email}  ({role})\n")).collect();
        let (from, to) = days;
        let database = database.display();
        format!(
            "\n\
             {merchant_name}, a made-up merchant in the sandbox\n\n\
             Dashboard   {url}/\n\
             Sign in     merchant {slug}, password {password}\n\
             {members}\
             API key     {api_key}\n\
             GraphiQL    {url}/graphiql\n\
             KYC link    {link}\n\
             Report      curl -H 'Authorization: Bearer {api_key}' \\\n\
             \x20             '{url}/reports/kyc.csv?from={from}&to={to}' -o kyc.csv\n\n\
             \"Demo\", an API key, moves a step every second or two. The data is in {database}\n\
             and is removed at the end. Ctrl-C ends it.\n\n"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_busy_port_gives_way_to_the_next() {
        let first = listen(SocketAddr::from(([127, 0, 0, 1], 0))).await.unwrap();
        let busy = first.local_addr().unwrap();
        let second = listen(busy).await.unwrap().local_addr().unwrap();
        assert!(second.port() > busy.port(), "{second} after {busy}");
    }

    #[test]
    fn the_database_is_the_demos_own() {
        let folder = folder().unwrap();
        let settings = settings(Config::default(), folder.path());
        assert!(settings.introspection && settings.graphiql);
        assert!(matches!(settings.database, Database::Sqlite { path } if path.starts_with(folder.path())));
    }
}
