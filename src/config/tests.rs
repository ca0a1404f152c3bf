use super::*;

const EXAMPLE: &str = include_str!("../../config.example.toml");

fn nothing(_: &str) -> Option<String> {
    None
}

/// Settings out of environment variables alone.
fn from_env(variables: &[(&str, &str)]) -> Result<Config, ConfigError> {
    let find =
        |name: &str| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
    Config::load(Flags::default(), find)
}

/// Settings out of a file with this text.
fn from_file(text: &str) -> Result<Config, ConfigError> {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), text).unwrap();
    Config::load(Flags { config: Some(file.path().to_owned()), ..Flags::default() }, nothing)
}

fn problem(result: Result<Config, ConfigError>) -> String {
    result.unwrap_err().to_string()
}

#[test]
fn the_example_file_holds_the_defaults() {
    let example = from_file(EXAMPLE).unwrap();
    assert_eq!(format!("{example:?}"), format!("{:?}", Config::default()));
}

#[test]
fn the_example_file_names_every_key_and_its_commented_values_are_right() {
    let named = |line: &&str| KEYS.iter().any(|key| line.starts_with(&format!("{key} = ")));
    let lines: Vec<&str> = EXAMPLE.lines().map(|line| line.trim_start_matches("# ")).filter(named).collect();
    let keys: Vec<&str> = lines.iter().filter_map(|line| line.split(' ').next()).collect();
    assert_eq!(keys, KEYS);
    from_file(&lines.join("\n")).unwrap();
}

#[test]
fn a_flag_beats_the_environment_beats_the_file_beats_the_default() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "listen = \"127.0.0.1:1\"\nlog = \"warn\"\nmax_connections = 3\n").unwrap();
    let env = |name: &str| match name {
        "KYC_CONFIG" => file.path().to_str().map(str::to_owned),
        "KYC_LISTEN" => Some("127.0.0.1:2".to_owned()),
        "KYC_LOG" => Some("debug".to_owned()),
        "KYC_LOG_FORMAT" => Some(String::new()),
        _ => None,
    };
    let config =
        Config::load(Flags { listen: Some("127.0.0.1:3".to_owned()), ..Flags::default() }, env).unwrap();
    assert_eq!(config.listen.port(), 3);
    assert_eq!(config.log, "debug");
    assert_eq!(config.max_connections, 3);
    assert_eq!(config.log_format, LogFormat::Text, "an empty variable is not set");
}

#[test]
fn other_defaults_can_lie_below() {
    let demo = Config { introspection: true, graphiql: true, ..Config::default() };
    let env = |name: &str| (name == "KYC_GRAPHIQL").then(|| "false".to_owned());
    let demo = demo.overlaid(Flags::default(), env).unwrap();
    assert!(demo.introspection && !demo.graphiql);
}

#[test]
fn a_threshold_is_a_score_that_lets_something_through() {
    assert_eq!(from_file("screening_threshold = 0.85\n").unwrap().screening_threshold, Some(0.85));
    assert_eq!(from_env(&[("KYC_SCREENING_THRESHOLD", "1")]).unwrap().screening_threshold, Some(1.0));
    for wrong in ["0.4", "1.01", "NaN", "-1", "80 %"] {
        let problem = problem(from_env(&[("KYC_SCREENING_THRESHOLD", wrong)]));
        assert!(problem.contains("from 0.5 to 1"), "{problem}");
    }
}

#[test]
fn an_unknown_key_is_refused_by_name() {
    let problem = problem(from_file("lisen = \"127.0.0.1:1\"\n"));
    assert!(problem.contains("unknown key `lisen`") && problem.contains("listen, public_url"), "{problem}");
}

#[test]
fn lists_are_required_by_the_names_they_have() {
    assert_eq!(Config::default().required_lists, [ListName::Un]);
    let lists = |text| from_env(&[("KYC_REQUIRED_LISTS", text)]).map(|config| config.required_lists);
    assert_eq!(lists("un, ofac-sdn").unwrap(), [ListName::Un, ListName::OfacSdn]);
    assert_eq!(lists("none").unwrap(), []);
    assert_eq!(from_file("required_lists = []").unwrap().required_lists, []);
    let unknown = from_env(&[("KYC_REQUIRED_LISTS", "un,UN")]);
    let problem = problem(unknown);
    assert!(problem.contains("\"UN\"") && problem.contains("un, ofac-sdn, opensanctions"), "{problem}");
}

#[test]
fn a_file_that_is_named_must_be_there() {
    let problem = problem(from_env(&[("KYC_CONFIG", "no/such/file.toml")]));
    assert!(problem.contains("no/such/file.toml") && problem.contains("KYC_CONFIG"), "{problem}");
}

#[test]
fn an_error_says_which_key_from_where_and_what_is_right() {
    let problem = problem(from_env(&[("KYC_LISTEN", "localhost")]));
    for part in ["`listen`", "KYC_LISTEN", "\"localhost\"", "127.0.0.1:8080"] {
        assert!(problem.contains(part), "{part} is missing: {problem}");
    }
}

#[test]
fn no_error_shows_a_secret() {
    let short = problem(from_env(&[("KYC_PLATFORM_KEY", "hunter2-hunter2")]));
    assert!(short.contains("15 characters, at least 32") && !short.contains("hunter2"), "{short}");
    for url in ["mysql://app:hunter2@db/kyc", "postgres://app:hunter2@db:port/kyc"] {
        let url = problem(from_env(&[("KYC_DATABASE_URL", url)]));
        assert!(url.contains("postgres://USER:PASSWORD@HOST") && !url.contains("hunter2"), "{url}");
    }
    let toml = problem(from_file("listen = \"127.0.0.1:1\"\nplatform_key = \"hunter2\n"));
    assert!(toml.contains("line 2") && !toml.contains("hunter2"), "{toml}");
    let origin = problem(from_env(&[("KYC_PUBLIC_URL", "https://app:hunter2@kyc.example.com")]));
    assert!(!origin.contains("hunter2"), "{origin}");
}

#[test]
fn settings_print_without_their_secrets() {
    let config = from_env(&[
        ("KYC_PLATFORM_KEY", "hunter2-hunter2-hunter2-hunter2-hunter2"),
        ("KYC_DATABASE_URL", "postgresql://app:hunter2@db.internal:5433/kyc?sslpassword=hunter2"),
    ])
    .unwrap();
    let printed = format!("{config:?} {}", config.database);
    assert!(!printed.contains("hunter2"), "{printed}");
    assert!(printed.ends_with(" postgres://db.internal:5433/kyc"), "{printed}");
    assert!(matches!(&config.database, Database::Postgres { url } if url.expose().contains("app:hunter2@")));
}

#[test]
fn providers_print_without_their_secrets() {
    let config = from_env(&[
        ("KYC_SETU_URL", "http://127.0.0.1:9000/setu"),
        ("KYC_SETU_CLIENT_ID", "hunter2"),
        ("KYC_SETU_CLIENT_SECRET", "hunter2"),
        ("KYC_SETU_PAN", "hunter2"),
        ("KYC_SETU_CALLBACK_AUTHORIZATION", "Basic hunter2"),
        ("KYC_IMAGES", "s3://pictures/kyc/"),
        ("KYC_S3_SECRET_ACCESS_KEY", "hunter2"),
    ])
    .unwrap();
    let printed = format!("{config:?}");
    assert!(!printed.contains("hunter2") && printed.contains("path: \"/setu\""), "{printed}");
    assert_eq!(config.images, Images::Bucket { name: "pictures".to_owned(), prefix: "kyc".to_owned() });
    let wrong = problem(from_env(&[("KYC_SETU_URL", "https://app:hunter2@setu.example")]));
    assert!(!wrong.contains("hunter2"), "{wrong}");
}

#[test]
fn a_secret_matches_itself_only() {
    let secret = Secret::new("0123456789");
    assert!(secret.is("0123456789"));
    assert!(!secret.is("0123456780") && !secret.is("012345678") && !secret.is(""));
}

#[test]
fn sqlite_is_named_with_or_without_slashes() {
    for (url, path) in [
        ("sqlite:kyc.db", "kyc.db"),
        ("sqlite://data/kyc.db", "data/kyc.db"),
        ("sqlite:/var/kyc.db", "/var/kyc.db"),
        ("sqlite:///var/kyc.db", "/var/kyc.db"),
    ] {
        let config = from_env(&[("KYC_DATABASE_URL", url)]).unwrap();
        assert_eq!(config.database.to_string(), format!("sqlite:{path}"), "{url}");
        assert_eq!(config.database.url().expose(), format!("sqlite:{path}"), "{url}");
    }
    for url in ["sqlite:", "sqlite://", "sqlite::memory:", "sqlite:kyc.db?mode=ro", "kyc.db"] {
        assert!(from_env(&[("KYC_DATABASE_URL", url)]).is_err(), "{url}");
    }
}

#[test]
fn the_public_url_is_an_origin_as_browsers_spell_it() {
    let public = |variables: &[(&str, &str)]| from_env(variables).unwrap().public_url().to_string();
    assert_eq!(public(&[]), "http://127.0.0.1:8080");
    assert_eq!(public(&[("KYC_LISTEN", "[::1]:9000")]), "http://[::1]:9000");
    assert_eq!(public(&[("KYC_LISTEN", "0.0.0.0:9000")]), "http://localhost:9000");
    assert_eq!(public(&[("KYC_PUBLIC_URL", "https://KYC.example.com:443/")]), "https://kyc.example.com");
    for url in
        ["kyc.example.com", "ftp://kyc.example.com", "https://example.com/kyc", "https://example.com/?a=b"]
    {
        assert!(from_env(&[("KYC_PUBLIC_URL", url)]).is_err(), "{url}");
    }
}

#[test]
fn lists_come_from_both_spellings() {
    let file = from_file("allowed_origins = [\"https://a.example\", \"https://b.example\"]\n").unwrap();
    let env = from_env(&[("KYC_ALLOWED_ORIGINS", "https://a.example, https://b.example")]).unwrap();
    assert_eq!(file.allowed_origins.len(), 2);
    assert_eq!(file.allowed_origins, env.allowed_origins);
    assert!(from_file("allowed_origins = [1]\n").is_err());
}

#[test]
fn odd_values_are_refused() {
    for (variable, value) in [
        ("KYC_MAX_CONNECTIONS", "0"),
        ("KYC_MAX_CONNECTIONS", "many"),
        ("KYC_INTROSPECTION", "yes"),
        ("KYC_LOG_FORMAT", "xml"),
        ("KYC_LOG", "info,=,nonsense=loud"),
        ("KYC_CLIENT_IP_HEADER", "x real ip"),
        ("KYC_PLATFORM_KEY", "0123456789 0123456789 0123456789 0123456789"),
        ("KYC_NAME_MATCH_PASS", "101"),
        ("KYC_SETU_URL", "http://dg.setu.example"),
        ("KYC_SETU_URL", "https://dg.setu.example/?x=1"),
        ("KYC_SETU_BANK_MODE", "later"),
        ("KYC_SETU_CLIENT_SECRET", "two words"),
        ("KYC_SETU_CALLBACK_AUTHORIZATION", "Basic a\nb"),
        ("KYC_IMAGES", "kyc-images"),
        ("KYC_IMAGES", "file:"),
        ("KYC_IMAGES", "s3://"),
        ("KYC_IMAGES", "s3://bucket/../other"),
        ("KYC_S3_REGION", "Mumbai!"),
    ] {
        assert!(from_env(&[(variable, value)]).is_err(), "{variable}={value}");
    }
}

#[derive(clap::Parser)]
struct Cli {
    #[command(flatten)]
    flags: Flags,
}

#[test]
fn every_flag_reaches_its_key() {
    use clap::{CommandFactory, Parser};
    let command = Cli::command();
    let flags: Vec<&str> = command.get_arguments().filter_map(clap::Arg::get_long).collect();
    assert!(flags.len() > 4, "{flags:?}");
    for flag in flags {
        let flag = format!("--{flag}");
        // No key takes this value, so an error that names the flag proves that it was read.
        let cli = Cli::try_parse_from(["kyc-stack", &flag, "=,no/such"]).unwrap();
        let problem = problem(Config::load(cli.flags, nothing));
        assert!(problem.contains(&flag), "{flag}: {problem}");
    }
}
