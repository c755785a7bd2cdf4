//! `kyso demo` — Material for trying things out, everybody in it invented

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use kyso::Time;
use kyso::testkit::{Authority, AuthorityFault, DemoPki, Quirk, Random, Service, Serving};

use crate::exit::{Failure, Status};
use crate::{clock, output, outputs};

/// What to make.
#[derive(clap::Subcommand)]
pub enum Command {
    /// A root, an issuing authority, a leader, an organisation's seal, a timestamping authority, an OCSP responder, revocation lists
    Pki(Pki),
    /// The same, and authorities that answer at an address of this machine for a while: timestamps, OCSP, lists, issuers
    Serve(Serve),
    /// The same, and one signed file of each format, packaging and level, told in `outputs.json`
    Outputs(outputs::Arguments),
}

#[derive(clap::Args)]
pub struct Serve {
    /// The folder that the files go to; none there is overwritten
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// The port; one that is free when absent
    #[arg(long, value_name = "N", default_value_t = 0)]
    port: u16,
    /// Ends after so many seconds
    #[arg(long = "for", value_name = "SECONDS", default_value_t = 3600)]
    seconds: u64,
    /// A fault of a service: tsa, ocsp, crl or issuer, and slow, half, garbage, empty, wrong-nonce, of-another, refused, expired, revoked, unsigned or an HTTP status
    #[arg(long, value_name = "SERVICE=FAULT", value_parser = fault)]
    fault: Vec<(Service, AuthorityFault)>,
}

/// `tsa=slow`, `crl=503`
fn fault(text: &str) -> Result<(Service, AuthorityFault), String> {
    let unknown = || "write tsa, ocsp, crl or issuer, =, and a fault".to_owned();
    let (service, fault) = text.split_once('=').ok_or_else(unknown)?;
    let service = match service {
        "tsa" => Service::Timestamp,
        "ocsp" => Service::Ocsp,
        "crl" => Service::Crl,
        "issuer" => Service::Issuer,
        _ => return Err(unknown()),
    };
    let fault = match fault {
        "slow" => AuthorityFault::Slow(Duration::from_secs(600)),
        "half" => AuthorityFault::Half,
        "garbage" => AuthorityFault::Garbage,
        "empty" => AuthorityFault::Empty,
        "wrong-nonce" => AuthorityFault::WrongNonce,
        "of-another" => AuthorityFault::OfAnother,
        "refused" => AuthorityFault::Refused,
        "expired" => AuthorityFault::Expired,
        "revoked" => AuthorityFault::Revoked,
        "unsigned" => AuthorityFault::Unsigned,
        status => AuthorityFault::Status(status.parse().map_err(|_| unknown())?),
    };
    Ok((service, fault))
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
    match command {
        Command::Pki(arguments) => pki(&arguments),
        Command::Serve(arguments) => serve(&arguments),
        Command::Outputs(arguments) => outputs::run(&arguments),
    }
}

fn pki(arguments: &Pki) -> Result<Status, Failure> {
    let pki = DemoPki::unforeseeable_with_quirks(clock::time(arguments.at)?, &arguments.quirk)
        .map_err(|misuse| Failure::input_output(&arguments.folder, misuse))?;
    let names = write_all(&pki, &arguments.folder)?;
    output::write(None, names.as_bytes())?;
    Ok(Status::Passed)
}

/// Whoever started it reads the addresses, a name and one a line. It ends with its time, if nobody ends it before.
fn serve(arguments: &Serve) -> Result<Status, Failure> {
    let broken = |cause: &dyn std::fmt::Display| Failure::input_output(&arguments.folder, cause);
    let time = clock::time(None)?;
    let seed = Random::unforeseeable().map_err(|cause| broken(&cause))?.octets();
    let serving = Serving::start_at(arguments.port, Some(now), |base| {
        let mut authority = Authority::new(DemoPki::served_at(base, seed, time)?, time);
        arguments.fault.iter().for_each(|(service, fault)| authority.set_fault(*service, fault.clone()));
        Ok(authority)
    });
    let serving = serving.map_err(|error| broken(&error))?;
    write_all(&serving.authority().pki, &arguments.folder)?;
    let services = [("tsa", "/tsa"), ("ocsp", "/ocsp"), ("crl", "/issuing.crl"), ("issuer", "/issuing.cer")];
    let addresses: String = services.iter().map(|(name, path)| format!("{name} {}\n", serving.url(path))).collect();
    output::write(None, addresses.as_bytes())?;
    std::thread::sleep(Duration::from_secs(arguments.seconds));
    Ok(Status::Passed)
}

fn now() -> Time {
    clock::time(None).unwrap_or(Time::from_unix(0))
}

/// Writes all files of `pki`; their names, a line each.
pub fn write_all(pki: &DemoPki, folder: &Path) -> Result<String, Failure> {
    let files = pki.files().map_err(|misuse| Failure::input_output(folder, misuse))?;
    let files: Vec<_> = files.into_iter().map(|(name, octets)| (folder.join(name), octets)).collect();
    // Looked at before the first is written: keys of one making and certificates of another fit nothing.
    if let Some((path, _)) = files.iter().find(|(path, _)| path.symlink_metadata().is_ok()) {
        return Err(Failure::input_output(path, "exists already; choose another folder"));
    }
    let mut names = String::new();
    for (path, octets) in &files {
        write_new(path, octets).map_err(|error| Failure::input_output(path, error))?;
        names.push_str(&format!("{}\n", path.display()));
    }
    Ok(names)
}

pub fn write_new(path: &Path, octets: &[u8]) -> std::io::Result<()> {
    path.parent().map_or(Ok(()), fs::create_dir_all)?;
    let mut file = fs::OpenOptions::new().write(true).create_new(true).open(path)?;
    file.write_all(octets)?;
    file.sync_all()
}
