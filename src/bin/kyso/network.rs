//! What may be fetched, and how

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use const_oid::ObjectIdentifier;
use kyso::Goal;
use kyso::crypto::DigestAlgorithm;
use kyso::net::{Credentials, Fetcher, PrivateAddresses, Settings};
use kyso::pki::PkiObject;

use crate::exit::Failure;
use crate::{files, supplied};

/// The network, wherever it is used.
#[derive(clap::Args, Clone, Debug)]
pub struct Network {
    /// Seconds that an OCSP response, a list or a certificate may take
    #[arg(long, value_name = "SECONDS", default_value_t = 20, value_parser = clap::value_parser!(u64).range(1..=180))]
    timeout: u64,
    /// Calls private, loopback and link-local addresses that certificates name, too
    #[arg(long)]
    allow_private: bool,
    /// Where a host of an address is, for names of an intranet: pki.example=10.0.0.7:8080
    #[arg(long, value_name = "NAME=HOST[:PORT]", value_parser = host)]
    host: Vec<(String, String)>,
    /// Certificates of those who certify servers for https, in place of the usual ones
    #[arg(long, value_name = "FILE")]
    tls_root: Vec<PathBuf>,
    /// A folder that keeps what was fetched while it is good; several processes may share it
    #[arg(long, value_name = "DIR")]
    cache: Option<PathBuf>,
}

/// The timestamping authority.
#[derive(clap::Args, Clone, Debug)]
pub struct TimestampingAuthority {
    /// The address of the timestamping authority (RFC 3161 over HTTP)
    #[arg(long, value_name = "URL")]
    pub tsa: Option<String>,
    /// The name by which the authority knows the caller
    #[arg(long, value_name = "NAME", requires = "tsa")]
    tsa_user: Option<String>,
    /// A file whose first line is the password for the authority
    #[arg(long, value_name = "FILE", requires = "tsa_user", conflicts_with = "tsa_password_env")]
    tsa_password_file: Option<PathBuf>,
    /// An environment variable that holds the password for the authority
    #[arg(long, value_name = "NAME", requires = "tsa_user")]
    tsa_password_env: Option<OsString>,
    /// The digest that timestamps are over
    #[arg(long, value_name = "NAME", default_value = "SHA-256", value_parser = digest)]
    tsa_digest: DigestAlgorithm,
    /// The policy of the authority under which timestamps are asked for; its own when absent
    #[arg(long, value_name = "OID")]
    tsa_policy: Option<ObjectIdentifier>,
    /// Seconds that a timestamp may take
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=180))]
    tsa_timeout: u64,
}

impl Network {
    fn settings(&self) -> Result<Settings, Failure> {
        let mut roots = Vec::new();
        for path in &self.tls_root {
            let certificates = supplied::objects(path)?.into_iter().filter_map(|object| match object {
                PkiObject::Certificate(certificate) => Some(certificate),
                _ => None,
            });
            roots.extend(certificates);
        }
        let private_addresses = if self.allow_private { PrivateAddresses::Allowed } else { PrivateAddresses::Refused };
        Ok(Settings {
            timeout: Duration::from_secs(self.timeout),
            private_addresses,
            hosts: self.host.iter().cloned().collect(),
            tls_roots: Some(roots).filter(|roots| !roots.is_empty()),
            cache: self.cache.clone(),
            ..Settings::default()
        })
    }

    /// A fetcher for evidence.
    pub fn fetcher(&self) -> Result<Fetcher, Failure> {
        Fetcher::new(self.settings()?).map_err(Failure::usage)
    }

    /// A fetcher for evidence, and timestamps of this authority.
    pub fn fetcher_with(&self, authority: &TimestampingAuthority, at_once: usize) -> Result<Fetcher, Failure> {
        let mut settings = self.settings()?;
        settings.timestamp_timeout = Duration::from_secs(authority.tsa_timeout);
        settings.timestamps_at_once = at_once;
        if let (Some(url), Some(name)) = (&authority.tsa, &authority.tsa_user) {
            let credentials = Credentials::new(name.clone(), authority.password()?).map_err(Failure::usage)?;
            settings.credentials.insert(url.clone(), credentials);
        }
        Fetcher::new(settings).map_err(Failure::usage)
    }
}

impl TimestampingAuthority {
    /// `goal` with timestamps as they are asked for.
    pub fn applied(&self, goal: Goal) -> Goal {
        let goal = goal.digest(self.tsa_digest);
        self.tsa_policy.into_iter().fold(goal, Goal::policy)
    }

    fn password(&self) -> Result<String, Failure> {
        match (&self.tsa_password_file, &self.tsa_password_env) {
            (Some(path), _) => {
                let octets = files::read(path)?;
                let text = std::str::from_utf8(&octets).map_err(|_| Failure::unreadable(path, "the password is not UTF-8"))?;
                Ok(text.lines().next().unwrap_or_default().to_owned())
            }
            (None, Some(name)) => std::env::var(name).map_err(|error| Failure::usage(format!("{}: {error}", name.to_string_lossy()))),
            (None, None) => Err(Failure::usage("--tsa-user: its password comes from --tsa-password-file or --tsa-password-env")),
        }
    }
}

/// What a new timestamp may be over.
fn digest(name: &str) -> Result<DigestAlgorithm, String> {
    let strong = [DigestAlgorithm::Sha256, DigestAlgorithm::Sha384, DigestAlgorithm::Sha512];
    let found = strong.into_iter().find(|known| known.name().eq_ignore_ascii_case(name));
    found.ok_or_else(|| "not SHA-256, SHA-384 or SHA-512".into())
}

fn host(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, elsewhere)) if !name.is_empty() && !elsewhere.is_empty() => Ok((name.to_owned(), elsewhere.to_owned())),
        _ => Err("write NAME=HOST or NAME=HOST:PORT".into()),
    }
}
