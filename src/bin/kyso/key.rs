//! Key files and their passwords, which are never arguments: other users of a machine can see those

use std::ffi::OsString;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use console::Term;
use kyso::pki::{KeyFile, KeyFileError};
use zeroize::Zeroizing;

use crate::exit::Failure;
use crate::files;

/// Where the password of the key file comes from; a terminal is asked when it is needed and neither is given.
#[derive(clap::Args)]
pub struct Password {
    /// A file whose first line is the password of the key file
    #[arg(long, value_name = "FILE", conflicts_with = "password_env")]
    password_file: Option<PathBuf>,
    /// An environment variable that holds the password of the key file
    #[arg(long, value_name = "NAME")]
    password_env: Option<OsString>,
}

type Secret = Zeroizing<String>;

/// The keys and certificates in the file at `path`.
pub fn read(path: &Path, password: &Password) -> Result<KeyFile, Failure> {
    let octets = Zeroizing::new(files::read(path)?.to_vec());
    let given = password.given()?;
    match KeyFile::read(&octets, given.as_ref().map(|secret| secret.as_str())) {
        Err(KeyFileError::PasswordNeeded) if given.is_none() => {
            KeyFile::read(&octets, Some(&asked(path)?)).map_err(|error| Failure::unreadable(path, error))
        }
        read => read.map_err(|error| Failure::unreadable(path, error)),
    }
}

impl Password {
    fn given(&self) -> Result<Option<Secret>, Failure> {
        match (&self.password_file, &self.password_env) {
            (Some(path), _) => first_line(path).map(Some),
            (None, Some(name)) => match std::env::var(name) {
                Ok(text) => Ok(Some(Secret::new(text))),
                Err(error) => Err(Failure::usage(format!("{}: {error}", name.to_string_lossy()))),
            },
            (None, None) => Ok(None),
        }
    }
}

fn first_line(path: &Path) -> Result<Secret, Failure> {
    let octets = Zeroizing::new(files::read(path)?.to_vec());
    let line = octets.split(|octet| *octet == b'\n').next().unwrap_or_default();
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let text = std::str::from_utf8(line).map_err(|_| Failure::unreadable(path, "the password is not UTF-8"))?;
    Ok(Secret::new(text.to_owned()))
}

/// Asks on the terminal, without showing what is typed.
fn asked(path: &Path) -> Result<Secret, Failure> {
    let terminal = Term::stderr();
    if !std::io::stdin().is_terminal() || !terminal.is_term() {
        let message = "the key file is encrypted; give its password with --password-file or --password-env";
        return Err(Failure::usage(format!("{}: {message}", path.display())));
    }
    let typed = terminal.write_str(&format!("Password of {}: ", path.display())).and_then(|()| terminal.read_secure_line());
    typed.map(Secret::new).map_err(|error| Failure::input_output(path, error))
}
