//! The built program, run as an operator runs it.

use std::{
    io::{BufRead, BufReader},
    net::SocketAddr,
    process::{Child, Command, Stdio},
};

use entity::id::MerchantId;
use serde_json::Value;

/// The program over this database.
pub(crate) fn program(url: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kyc-stack"));
    // Nothing of the tests' own environment reaches it.
    command.env_clear().env("KYC_DATABASE_URL", url).env("KYC_LISTEN", "127.0.0.1:0");
    command
}

/// A merchant, made by the command line; answers its first key, an ADMIN's.
pub(crate) fn merchant(url: &str, slug: &str) -> (MerchantId, String) {
    let output = program(url)
        .args(["merchant", "create", "--name", "Acme", "--slug", slug, "--admin-email", "a@example.com"])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let created: Value = serde_json::from_slice(&output.stdout).unwrap();
    let id = created["merchantId"].as_str().unwrap().parse().unwrap();
    (id, created["adminApiKey"].as_str().unwrap().to_owned())
}

/// A server in a process of its own, killed at the latest with this.
pub(crate) struct Replica {
    child: Child,
    pub(crate) address: SocketAddr,
    /// The lines of its log before it listened.
    pub(crate) said: Vec<String>,
}

impl Replica {
    /// On a free port, and listening.
    pub(crate) fn start(url: &str) -> Self {
        Self::start_with(url, &[])
    }

    /// The same with further settings.
    pub(crate) fn start_with(url: &str, settings: &[(&str, String)]) -> Self {
        let settings = settings.iter().map(|(name, value)| (name, value));
        let mut child = program(url).arg("serve").envs(settings).stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let mut said = Vec::new();
        let address = loop {
            let line = lines.next().expect("the server says where it listens").unwrap();
            if let Some((_, rest)) = line.split_once("address=") {
                break rest.split_whitespace().next().unwrap().parse().unwrap();
            }
            said.push(line);
        };
        // Somebody has to go on reading, or a full pipe would stop the server.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, address, said }
    }

    /// What it holds in memory, in KiB.
    pub(crate) fn memory(&self) -> usize {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.trim().trim_end_matches(" kB").parse().unwrap()
    }

    /// Kill -9; again is nothing.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Replica {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
