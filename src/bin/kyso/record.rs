//! `kyso record` — the record inside a signed PDF file, given out only under signatures that have not failed

use std::path::PathBuf;

use clap::ValueEnum;
use kyso::record::{Carried, NotCarried, carried};
use kyso::report::text::printable;
use kyso::{Context, Report, Time};
use serde_json::{Value, json};

use crate::exit::{Failure, Status};
use crate::opening::Opening;
use crate::relying::Relying;
use crate::supplied::Supplied;
use crate::{clock, files, output};

/// Gives the machine-readable record that a signed PDF file carries, with the verdict beside it
#[derive(clap::Args)]
pub struct Arguments {
    /// A signed PDF file
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    relying: Relying,
    /// The validation time; the clock's when absent
    #[arg(long, value_name = "RFC3339", value_parser = clock::parse)]
    at: Option<Time>,
    #[command(flatten)]
    opening: Opening,
    /// Form of the answer
    #[arg(long, value_enum, default_value_t = Format::Json)]
    format: Format,
    /// Writes the answer to this file
    #[arg(short, long = "output", value_name = "OUT")]
    output: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// The record, the signatures that cover it and the verdict in one object
    Json,
    /// The record alone, octet by octet as it was signed
    Raw,
}

pub fn run(arguments: &Arguments) -> Result<Status, Failure> {
    let inputs = arguments.relying.inputs().chain([&arguments.file]);
    files::keep(inputs, arguments.output.as_ref())?;
    let time = clock::time(arguments.at)?;
    let (policy, Supplied { anchors, evidence }) = arguments.relying.read(time)?;
    let context = Context { policy: &policy, anchors: &anchors, evidence: &evidence, time, existence: None };
    let (octets, detached) = (files::read(&arguments.file)?, arguments.opening.detached()?);
    let document = arguments.opening.document(&arguments.file, &octets, &detached, &policy.limits)?;
    let document = document.with_name(arguments.file.to_string_lossy());
    let (report, carried) = carried(&document, &context);
    let verdict = Status::from(report.conclusion.indication);
    match carried {
        Ok(carried) => {
            let answer = match arguments.format {
                Format::Raw => carried.octets.clone(),
                Format::Json => answer(&report, &carried),
            };
            output::write(arguments.output.as_deref(), &answer)?;
            Ok(verdict)
        }
        Err(withheld) => Err(told(arguments, &withheld)),
    }
}

fn answer(report: &Report, carried: &Carried) -> Vec<u8> {
    let record: Value = serde_json::from_slice(&carried.octets).unwrap_or(Value::Null);
    let verdict = serde_json::to_value(&report.conclusion).unwrap_or(Value::Null);
    let answer = json!({
        "record": record,
        "signatures": carried.signatures,
        "indication": verdict.get("indication"),
        "sub_indication": verdict.get("sub_indication"),
        "reasons": verdict.get("reasons"),
    });
    let mut text = serde_json::to_string_pretty(&answer).unwrap_or_default();
    text.push('\n');
    text.into_bytes()
}

/// No record is an answer too.
fn told(arguments: &Arguments, withheld: &NotCarried) -> Failure {
    let message = format!("{}: {}", arguments.file.display(), printable(&withheld.to_string()));
    match withheld {
        NotCarried::Absent | NotCarried::NotCovered => Failure::no_signature(message),
        NotCarried::Malformed(malformed) => Failure::unreadable(&arguments.file, malformed),
        _ => Failure::refused(message),
    }
}
