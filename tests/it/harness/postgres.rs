//! One private PostgreSQL cluster for this test process, made from the installed programs and gone with the process.

use std::{
    fs,
    io::{BufRead, BufReader},
    os::unix::{
        fs::{MetadataExt, chown},
        process::CommandExt,
    },
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::OnceLock,
};

/// Starts the server, says so, waits for the end of its standard input, stops the server and clears up. The test process
/// holds the other end of that pipe and never writes: however it ends, panics and SIGKILL included, the system closes it.
const WATCH: &str = r#"
    "$1/pg_ctl" start --silent --wait --pgdata="$2/data" --log="$2/log" --options="$3" </dev/null >/dev/null || exit 1
    echo started
    read -r _
    "$1/pg_ctl" stop --silent --mode=immediate --pgdata="$2/data" >/dev/null
    rm -rf "$2"
"#;

/// Tests lose nothing that matters when the power goes; 200 connections are enough for two cores of tests; no TCP
/// port is taken. No vacuum of its own accord: what EXPLAIN says must not depend on when it came by.
const SETTINGS: [&str; 7] = [
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "autovacuum=off",
    "max_connections=200",
    "shared_buffers=64MB",
    "listen_addresses=",
];

/// A running server, reached by its socket alone.
pub(crate) struct Cluster {
    directory: PathBuf,
    programs: PathBuf,
    owner: Owner,
    // The end of its standard input ends the server: at the latest, that is the end of this process.
    watch: Child,
}

impl Cluster {
    /// The process's cluster, started by whoever asks first (about two seconds).
    ///
    /// # Panics
    ///
    /// Without PostgreSQL's programs, or when the server does not start, with what it said.
    pub(crate) fn shared() -> &'static Cluster {
        static CLUSTER: OnceLock<Cluster> = OnceLock::new();
        CLUSTER.get_or_init(Self::private)
    }

    /// One that nobody else uses, and that ends when it is dropped.
    ///
    /// # Panics
    ///
    /// As [`Cluster::shared`].
    pub(crate) fn private() -> Self {
        let programs = programs().expect(
            "the tests were asked to run on PostgreSQL, and its server programs (initdb, postgres) \
             are neither on PATH nor under /usr/lib/postgresql",
        );
        Self::start(programs)
    }

    /// Stops the server as an operator does, whoever is connected, and starts it again.
    pub(crate) fn restart(&self) {
        let mut command = self.owner.command(&self.programs.join("pg_ctl"));
        command.args(["restart", "--silent", "--wait", "--mode=fast", "--pgdata"]);
        command.arg(self.directory.join("data")).arg("--log").arg(self.directory.join("log"));
        // The server would keep what it inherits.
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        assert!(command.status().unwrap().success(), "PostgreSQL did not start again");
    }

    /// The address of one of its databases.
    pub(crate) fn url(&self, database: &str) -> String {
        format!("postgres://postgres@localhost/{database}?host={}", self.directory.display())
    }

    fn start(programs: PathBuf) -> Self {
        // Short, because a socket's path has about 100 bytes.
        let directory = tempfile::Builder::new().prefix("kyc-pg-").tempdir().unwrap().keep();
        let owner = Owner::of_new_directory(&directory);
        let mut initdb = owner.command(&programs.join("initdb"));
        initdb.args(["--username=postgres", "--auth=trust", "--no-sync", "--no-locale", "--encoding=UTF8"]);
        let made = initdb.arg("--pgdata").arg(directory.join("data")).output().unwrap();
        assert!(made.status.success(), "initdb: {}", String::from_utf8_lossy(&made.stderr));

        let mut options = format!("-c unix_socket_directories='{}'", directory.display());
        for setting in SETTINGS {
            options.push_str(&format!(" -c {setting}"));
        }
        let mut watch = owner.command(Path::new("/bin/sh"));
        watch.args(["-c", WATCH, "watch"]).arg(&programs).arg(&directory).arg(options);
        // Its own group: the terminal's Ctrl-C reaches the tests, and the watch clears up after them.
        watch.process_group(0).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut watch = watch.spawn().unwrap();

        let mut said = String::new();
        BufReader::new(watch.stdout.take().unwrap()).read_line(&mut said).unwrap();
        if said.trim() != "started" {
            let log = fs::read_to_string(directory.join("log")).unwrap_or_default();
            panic!("PostgreSQL did not start: {log}");
        }
        Self { directory, programs, owner, watch }
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.watch.stdin.take());
        // Whether it could clear up is between it and the system.
        let _ = self.watch.wait();
    }
}

/// Where the newest installed server's programs are.
pub(crate) fn programs() -> Option<PathBuf> {
    let complete =
        |bin: &PathBuf| ["initdb", "postgres", "pg_ctl"].iter().all(|name| bin.join(name).exists());
    // Debian and its kin keep the server's programs off PATH, a folder for each major version.
    let mut versions: Vec<PathBuf> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .collect();
    versions.sort_by_key(|path| path.file_name().and_then(|name| name.to_str()?.parse::<u32>().ok()));
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .chain(versions.into_iter().rev().map(|version| version.join("bin")))
        .find(complete)
}

/// Who runs the server: whoever runs the tests, but PostgreSQL refuses root.
struct Owner {
    instead_of_root: Option<(u32, u32)>,
}

impl Owner {
    fn of_new_directory(directory: &Path) -> Self {
        // A new file belongs to its maker: this is the effective user id, without libc.
        if fs::metadata(directory).unwrap().uid() != 0 {
            return Self { instead_of_root: None };
        }
        let users = fs::read_to_string("/etc/passwd").unwrap();
        let ids = |wanted: &str| {
            let fields: Vec<&str> = users
                .lines()
                .map(|line| line.split(':').collect())
                .find(|user: &Vec<&str>| user[0] == wanted)?;
            Some((fields.get(2)?.parse().ok()?, fields.get(3)?.parse().ok()?))
        };
        let (user, group) = ids("postgres").or_else(|| ids("nobody")).expect("a user who is not root");
        chown(directory, Some(user), Some(group)).unwrap();
        Self { instead_of_root: Some((user, group)) }
    }

    fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        // The tests may run where that user may not look.
        command.current_dir("/");
        if let Some((user, group)) = self.instead_of_root {
            command.uid(user).gid(group);
        }
        command
    }
}
