//! The three places a value may come from, and which of them wins.

use std::path::{Path, PathBuf};

use super::{ConfigError, KEYS, Source};

/// The settings that flags can give. Texts, so that a flag is read by the parser that reads the environment and the file.
/// The platform key is not among them: every user of the machine can read a process's flags.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Flags {
    /// A TOML file with settings [env: KYC_CONFIG]
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Address and port to listen on [env: KYC_LISTEN] [default: 127.0.0.1:8080]
    #[arg(long, global = true, value_name = "ADDRESS")]
    pub listen: Option<String>,
    /// What browsers call this server [env: KYC_PUBLIC_URL] [default: http:// and the listening address]
    #[arg(long, global = true, value_name = "URL")]
    pub public_url: Option<String>,
    /// sqlite:FILE or postgres://…; one with a password belongs in the environment [env: KYC_DATABASE_URL] [default: sqlite:kyc.db]
    #[arg(long, global = true, value_name = "URL")]
    pub database_url: Option<String>,
    /// What to log, as in info or debug or info,kyc_stack::request=warn [env: KYC_LOG] [default: info]
    #[arg(long, global = true, value_name = "FILTER")]
    pub log: Option<String>,
    /// text or json [env: KYC_LOG_FORMAT] [default: text]
    #[arg(long, global = true, value_name = "FORMAT")]
    pub log_format: Option<String>,
}

/// The flags, the environment and the file, opened and checked for unknown keys.
pub(super) struct Sources<'a> {
    flags: Flags,
    env: &'a dyn Fn(&str) -> Option<String>,
    file: Option<File>,
}

struct File {
    path: PathBuf,
    values: toml::Table,
}

impl<'a> Sources<'a> {
    pub(super) fn open(flags: Flags, env: &'a dyn Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let named = match &flags.config {
            Some(path) => Some((path.clone(), Source::Flag("--config".to_owned()))),
            None => {
                let variable = "KYC_CONFIG".to_owned();
                non_empty(env(&variable)).map(|path| (path.into(), Source::Environment(variable)))
            }
        };
        let file = named.map(|(path, named_by)| File::read(path, named_by)).transpose()?;
        Ok(Self { flags, env, file })
    }

    /// Puts the value of `key` into `field`, if any source has one.
    pub(super) fn read<T>(
        &self,
        key: &'static str,
        parse: impl Fn(&str) -> Result<T, String>,
        field: &mut T,
    ) -> Result<(), ConfigError> {
        if let Some((text, source)) = self.find(key)? {
            let invalid = |problem| ConfigError::Invalid { key, source_of_value: source, problem };
            *field = parse(&text).map_err(invalid)?;
        }
        Ok(())
    }

    fn find(&self, key: &'static str) -> Result<Option<(String, Source)>, ConfigError> {
        if let Some(text) = self.flag(key) {
            return Ok(Some((text.to_owned(), Source::Flag(format!("--{}", key.replace('_', "-"))))));
        }
        let variable = format!("KYC_{}", key.to_ascii_uppercase());
        if let Some(text) = non_empty((self.env)(&variable)) {
            return Ok(Some((text, Source::Environment(variable))));
        }
        let Some(file) = &self.file else { return Ok(None) };
        let Some(value) = file.values.get(key) else { return Ok(None) };
        let source = Source::File(file.path.clone());
        match text_of(value) {
            Some(text) => Ok(Some((text, source))),
            None => {
                let problem = format!(
                    "a {} where a string, number, switch or list of strings belongs",
                    value.type_str()
                );
                Err(ConfigError::Invalid { key, source_of_value: source, problem })
            }
        }
    }

    fn flag(&self, key: &str) -> Option<&str> {
        // Destructured, so that a flag that is added and not listed here does not compile.
        let Flags { config: _, listen, public_url, database_url, log, log_format } = &self.flags;
        match key {
            "listen" => listen.as_deref(),
            "public_url" => public_url.as_deref(),
            "database_url" => database_url.as_deref(),
            "log" => log.as_deref(),
            "log_format" => log_format.as_deref(),
            _ => None,
        }
    }
}

impl File {
    fn read(path: PathBuf, named_by: Source) -> Result<Self, ConfigError> {
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) => return Err(ConfigError::Unreadable { path, named_by, error }),
        };
        let values: toml::Table =
            text.parse().map_err(|error| ConfigError::not_toml(&path, &text, &error))?;
        known_keys(&path, &values)?;
        Ok(Self { path, values })
    }
}

fn known_keys(path: &Path, values: &toml::Table) -> Result<(), ConfigError> {
    match values.keys().find(|key| !KEYS.contains(&key.as_str())) {
        None => Ok(()),
        Some(key) => {
            Err(ConfigError::UnknownKey { key: key.clone(), path: path.to_owned(), known: KEYS.join(", ") })
        }
    }
}

/// A list becomes what the environment would say: its items with commas between them.
fn text_of(value: &toml::Value) -> Option<String> {
    match value {
        toml::Value::String(text) => Some(text.clone()),
        toml::Value::Integer(number) => Some(number.to_string()),
        toml::Value::Float(number) => Some(number.to_string()),
        toml::Value::Boolean(switch) => Some(switch.to_string()),
        toml::Value::Array(items) => {
            let items: Option<Vec<&str>> = items.iter().map(toml::Value::as_str).collect();
            items.map(|items| items.join(","))
        }
        toml::Value::Datetime(_) | toml::Value::Table(_) => None,
    }
}

fn non_empty(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
}
