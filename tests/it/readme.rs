//! README.md does not rot: its tour is run as it stands against a server, and its tables name all that there is.

use std::{
    collections::BTreeSet,
    net::Ipv4Addr,
    path::Path,
    process::{Command, Stdio},
};

use kyc_stack::{
    app::App,
    checks::{callback::signature, setu::read::notification},
    clock::Clock,
    config,
    db::Db,
    entropy::Entropy,
    graphql::{Api, live::Limits},
};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::harness::{
    app::TestApp,
    database::{Backend, Database},
};

const README: &str = include_str!("../../README.md");
const TOUR: &str = "## A tour";
/// What follows a command of the tour in the script that this test makes of it.
const MARK: &str = "\u{1}end of the block\u{1}";

/// A fenced block: its language, and what it holds.
struct Block {
    language: &'static str,
    text: &'static str,
}

#[tokio::test(flavor = "multi_thread")]
async fn the_tour_can_be_walked() {
    let database = Database::fresh(Backend::under_test()).await;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let url = format!("http://{address}");
    let pictures = tempfile::tempdir().unwrap();
    let env = |name: &str| match name {
        "KYC_LISTEN" => Some(address.to_string()),
        "KYC_DATABASE_URL" => Some(database.url.clone()),
        "KYC_IMAGES" => Some(format!("file:{}", pictures.path().display())),
        _ => None,
    };
    let config = config::Config::load(config::Flags::default(), env).unwrap();
    let db = Db::open(&database.url, 4).await.unwrap();
    let app = App::new(&config, db, Clock::System, Entropy::System).unwrap();
    let stop = CancellationToken::new();
    let served = tokio::spawn({
        let (app, stop) = (app.clone(), stop.clone());
        async move { app.serve(listener, stop).await }
    });

    let blocks = blocks(section(TOUR));
    let commands = || blocks.iter().filter(|block| block.language == "sh");
    assert!(
        commands().count() > 8,
        "the tour of README.md has hardly any commands: is `{TOUR}` its heading?"
    );
    let script: String = commands().map(|block| format!("{}\nprintf '{MARK}'\n", block.text)).collect();
    let program = Path::new(env!("CARGO_BIN_EXE_kyc-stack"));
    let folder = tempfile::tempdir().unwrap();
    let mut bash = Command::new("bash");
    bash.args(["-euo", "pipefail", "-c", &script])
        .current_dir(folder.path())
        .env("PATH", format!("{}:/usr/local/bin:/usr/bin:/bin", program.parent().unwrap().display()))
        .env("KYC_URL", &url)
        .env("KYC_LISTEN", address.to_string())
        .env("KYC_DATABASE_URL", &database.url)
        .stdin(Stdio::null());
    let output = tokio::task::spawn_blocking(move || bash.output()).await.unwrap().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "the tour stopped: {complaints}\nbefore that:\n{said}");

    let mut answers = said.split(MARK);
    let mut answer = "";
    let mut compared = 0;
    for block in &blocks {
        match block.language {
            "sh" => answer = answers.next().unwrap(),
            "json" => {
                let told = serde_json::from_str(block.text).unwrap();
                let got = serde_json::from_str(answer).unwrap_or_else(|_| panic!("no JSON: {answer}"));
                assert!(fits(&told, &got), "README.md tells of\n{told:#}\nand the server answers\n{got:#}");
                compared += 1;
            }
            "text" => {
                let told = block.text.trim_end();
                let got = answer.trim_end();
                assert!(text_fits(told, got), "README.md tells of\n{told}\nand the answer is\n{got}");
                compared += 1;
            }
            other => panic!("a block of the tour is {other:?}: sh, json or text"),
        }
    }
    assert!(compared > 6, "the tour shows hardly any answers");

    stop.cancel();
    served.await.unwrap();
    app.close().await;
}

#[tokio::test]
async fn the_screening_is_switched_on_as_told() {
    let told = section("## Go live").split_once("```graphql\n").unwrap().1.split_once("```").unwrap().0;
    let app = TestApp::open().await;
    let house = app.merchant("house").await;
    let answer = house.admin().graphql(told, serde_json::json!({})).await;
    assert_eq!(answer.user_errors("merchantUpdate"), []);
    assert_eq!(answer.data("merchantUpdate.merchant.journey")[0], "SANCTION_SCREENING");
    app.close().await;
}

#[test]
fn a_callback_is_signed_as_told() {
    const SECRET: &str = "0123456789abcdef0123456789abcdef";
    let told = section("### Callbacks").split_once("```console\n").unwrap().1.split_once("```").unwrap().0;
    let lines: Vec<_> = told.lines().filter_map(|line| line.strip_prefix("$ ")).collect();
    let script =
        format!("{}\n{}\nprintf '%s\\n%s\\n%s' \"$at\" \"$signature\" \"$body\"", lines[0], lines[1]);
    let mut bash = Command::new("bash");
    bash.args(["-euo", "pipefail", "-c", &script])
        .env("KYC_SETU_CALLBACK_SECRET", SECRET)
        .stdin(Stdio::null());
    let output = bash.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let said = String::from_utf8(output.stdout).unwrap();
    let [at, told, body] = said.splitn(3, '\n').collect::<Vec<_>>().try_into().unwrap();
    let right = signature(SECRET.as_bytes(), at.parse().unwrap(), body.as_bytes()).unwrap();
    assert_eq!(format!("v1={told}"), right);
    assert!(notification(body.as_bytes()).is_some(), "it names a run: {body}");
}

#[test]
fn the_settings_of_going_live_exist() {
    let known = first_column("## Settings");
    let words = section("## Go live").split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
    let named: BTreeSet<_> = words.filter_map(|word| word.strip_prefix("KYC_")).collect();
    assert!(named.len() > 10, "{named:?}");
    let unknown: Vec<_> = named
        .into_iter()
        .filter(|name| *name != "URL" && !known.contains(&name.to_ascii_lowercase()))
        .collect();
    assert!(unknown.is_empty(), "README.md tells of settings that there are not: {unknown:?}");
}

#[test]
fn every_error_code_is_explained() {
    let explained = first_column("## Errors");
    let sdl = Api::new().sdl();
    let user_errors = sdl.split_once("enum UserErrorCode {").unwrap().1.split_once("\n}").unwrap().0;
    let codes = user_errors.lines().map(str::trim).filter(|line| {
        !line.is_empty() && line.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_')
    });
    let missing: Vec<_> = codes.filter(|code| !explained.contains(*code)).collect();
    assert!(missing.is_empty(), "README.md does not explain {missing:?}");
}

#[test]
fn every_close_code_is_explained() {
    let explained = first_column("## Live updates");
    let protocol = include_str!("../../src/graphql/ws/protocol.rs");
    let codes =
        protocol.split("Self::new(").skip(1).map(|close| close.trim_start().split(',').next().unwrap());
    let codes: BTreeSet<_> = codes.filter(|code| code.bytes().all(|byte| byte.is_ascii_digit())).collect();
    assert!(codes.len() > 8 && codes.contains("4401"), "the codes are written in another way: {codes:?}");
    let missing: Vec<_> = codes.into_iter().filter(|code| !explained.contains(*code)).collect();
    assert!(missing.is_empty(), "README.md does not explain the close codes {missing:?}");
}

#[test]
fn the_limits_of_live_connections_are_as_listed() {
    let section = section("## Live updates");
    let limits = Limits::default();
    for (what, limit) in [
        ("to `connection_init`", format!("{} s", limits.init.as_secs())),
        ("pinged every", format!("{} s", limits.ping.as_secs())),
        ("a comment every", format!("{} s", limits.keep_alive.as_secs())),
        ("takes no byte", format!("is left after {} s", limits.write.as_secs())),
        ("a message to", format!("{} KiB", limits.message_bytes / 1024)),
        (
            "messages to",
            format!("{} at once, then {} a second", limits.message_burst, limits.messages_per_second),
        ),
        ("subscriptions on", limits.operations.to_string()),
        ("of a key or member", with_comma(limits.connections_per_actor)),
        ("of a customer", limits.connections_per_customer.to_string()),
        ("of a merchant", with_comma(limits.connections_per_merchant)),
        ("not shown yet", with_comma(limits.connections_unknown)),
        ("of a process", with_comma(limits.connections)),
    ] {
        let row = section.lines().find(|line| line.starts_with('|') && line.contains(what));
        let row = row.unwrap_or_else(|| panic!("README.md lists no limit {what:?}"));
        assert!(row.contains(&format!("| {limit}")), "the limit is {limit:?}, and README.md says {row}");
    }
    // What comes of the settings, left as they are, is what is listed.
    let config = config::Config::default();
    let set = limits.of_connections(config.max_sockets, config.max_sockets_per_actor);
    assert_eq!(format!("{set:?}"), format!("{limits:?}"));
}

/// A number of more than three digits as people write it.
fn with_comma(number: usize) -> String {
    format!("{},{:03}", number / 1000, number % 1000)
}

#[test]
fn every_setting_is_listed() {
    let listed = first_column("## Settings");
    let known = include_str!("../../config.example.toml").lines().filter_map(|line| {
        let (key, _) = line.trim_start_matches("# ").split_once(" = ")?;
        key.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_').then_some(key)
    });
    let missing: Vec<_> = known.filter(|key| !listed.contains(*key)).collect();
    assert!(missing.is_empty(), "README.md does not list the settings {missing:?}");
}

#[test]
fn every_command_is_listed() {
    let listed = first_column("## Commands");
    let help = Command::new(env!("CARGO_BIN_EXE_kyc-stack")).arg("--help").output().unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    let commands = help.split_once("Commands:\n").unwrap().1.lines().take_while(|line| !line.is_empty());
    let names = commands.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help");
    let missing: Vec<_> =
        names.filter(|name| !listed.iter().any(|cell| cell.split(' ').any(|word| word == *name))).collect();
    assert!(missing.is_empty(), "README.md does not list the commands {missing:?}");
}

/// A section of README.md, up to the next of its rank.
fn section(heading: &str) -> &'static str {
    let (_, rest) = README
        .split_once(&format!("\n{heading}\n"))
        .unwrap_or_else(|| panic!("README.md has no section {heading}"));
    rest.split_once("\n## ").map_or(rest, |(section, _)| section)
}

/// What stands in back-ticks in the first columns of a section's tables.
fn first_column(heading: &str) -> BTreeSet<String> {
    let cells = section(heading).lines().filter_map(|line| line.strip_prefix('|')?.split('|').next());
    cells.flat_map(|cell| cell.split('`').skip(1).step_by(2).map(str::to_owned)).collect()
}

fn blocks(text: &'static str) -> Vec<Block> {
    let mut parts = text.split("\n```");
    parts.next();
    let fenced = parts.step_by(2).map(|part| part.split_once('\n').unwrap());
    fenced.map(|(language, text)| Block { language, text }).collect()
}

/// Whether an answer is what was told of it. `"…"` stands for anything, and `…` at the end of a text for the rest of it.
fn fits(told: &Value, got: &Value) -> bool {
    match (told, got) {
        (Value::String(told), _) if told == "…" => true,
        (Value::String(told), Value::String(got)) => text_fits(told, got),
        (Value::Array(told), Value::Array(got)) => {
            told.len() == got.len() && told.iter().zip(got).all(|(told, got)| fits(told, got))
        }
        (Value::Object(told), Value::Object(got)) => {
            told.len() == got.len()
                && told.iter().all(|(key, told)| got.get(key).is_some_and(|got| fits(told, got)))
        }
        _ => told == got,
    }
}

/// Whether a text is what was told of it, where `…` stands for any text.
fn text_fits(told: &str, got: &str) -> bool {
    let mut pieces = told.split('…');
    let Some(mut rest) = pieces.next().and_then(|first| got.strip_prefix(first)) else { return false };
    let pieces: Vec<_> = pieces.collect();
    let Some((last, middle)) = pieces.split_last() else { return rest.is_empty() };
    for piece in middle {
        match rest.split_once(piece) {
            Some((_, after)) => rest = after,
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[test]
fn an_ellipsis_stands_for_anything_and_nothing_else_does() {
    for (told, got) in [("a…", "abc"), ("a…c", "abc"), ("…", ""), ("a…c…e", "abcde"), ("abc", "abc")]
    {
        assert!(text_fits(told, got), "{told} {got}");
    }
    for (told, got) in [("a…", "bc"), ("a…c", "abcd"), ("abc", "abcd"), ("a…x…e", "abcde")] {
        assert!(!text_fits(told, got), "{told} {got}");
    }
}
