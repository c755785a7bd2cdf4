//! `kyso demo` — Material for trying things out, everybody in it invented

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use kyso::Time;
use kyso::testkit::{DemoPki, Quirk};

use crate::exit::{Failure, Status};
use crate::{clock, output};

/// What to make.
#[derive(clap::Subcommand)]
pub enum Command {
    /// A root, an issuing authority, a leader, an organisation's seal, a timestamping authority, an OCSP responder, revocation lists
    Pki(Pki),
}

#[derive(clap::Args)]
pub struct Pki {
    /// The folder that the files go to; none there is overwritten
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// The time at which all of it is valid; the clock's when absent
    #[arg(long, value_name = "RFC3339", value_parser = clock::parse)]
    at: Option<Time>,
    /// A departure from the profile that Vietnamese certificates make; several may be given
    #[arg(long, value_name = "QUIRK", value_parser = quirks())]
    quirk: Vec<Quirk>,
}

fn quirks() -> impl TypedValueParser<Value = Quirk> {
    let names = Quirk::ALL.map(|quirk| {
        let (name, what) = quirk.described();
        PossibleValue::new(name).help(what)
    });
    PossibleValuesParser::new(names).try_map(|name| Quirk::named(&name).ok_or("no such quirk"))
}

pub fn run(command: Command) -> Result<Status, Failure> {
    let Command::Pki(arguments) = command;
    pki(&arguments)
}

fn pki(arguments: &Pki) -> Result<Status, Failure> {
    let pki = DemoPki::unforeseeable_with_quirks(clock::time(arguments.at)?, &arguments.quirk)
        .map_err(|misuse| Failure::input_output(&arguments.folder, misuse))?;
    let files = pki.files().map_err(|misuse| Failure::input_output(&arguments.folder, misuse))?;
    let files: Vec<_> = files.into_iter().map(|(name, octets)| (arguments.folder.join(name), octets)).collect();
    // Looked at before the first is written: keys of one making and certificates of another fit nothing.
    if let Some((path, _)) = files.iter().find(|(path, _)| path.symlink_metadata().is_ok()) {
        return Err(Failure::input_output(path, "exists already; choose another folder"));
    }
    let mut names = String::new();
    for (path, octets) in &files {
        write_new(path, octets).map_err(|error| Failure::input_output(path, error))?;
        names.push_str(&format!("{}\n", path.display()));
    }
    output::write(None, names.as_bytes())?;
    Ok(Status::Passed)
}

fn write_new(path: &Path, octets: &[u8]) -> std::io::Result<()> {
    path.parent().map_or(Ok(()), fs::create_dir_all)?;
    let mut file = fs::OpenOptions::new().write(true).create_new(true).open(path)?;
    file.write_all(octets)?;
    file.sync_all()
}
