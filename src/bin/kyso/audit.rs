//! `kyso audit`, `kyso recheck`, `kyso replay` — a report checked again: its conclusions, its facts, all of its octets

use std::path::{Path, PathBuf};

use kyso::report::Fault;
use kyso::report::text::printable;
use kyso::{Bundle, Context, Malformed, Time};
use serde_json::Value;

use crate::exit::{Failure, Status};
use crate::files;
use crate::opening::Opening;
use crate::output::Output;
use crate::relying::Relying;
use crate::supplied::Supplied;

/// Derives every conclusion of a report again from its steps; no cryptography, and nothing else is needed
#[derive(clap::Args)]
pub struct AuditArguments {
    /// A report in JSON
    #[arg(value_name = "REPORT")]
    report: PathBuf,
}

/// Audits a report and recomputes its facts from what it was made of
#[derive(clap::Args)]
pub struct RecheckArguments {
    /// A report in JSON
    #[arg(value_name = "REPORT")]
    report: PathBuf,
    /// The file that it is about
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    relying: Relying,
    #[command(flatten)]
    opening: Opening,
}

/// Validates again from an evidence bundle of `kyso verify --bundle`; the report must be the same, octet by octet
#[derive(clap::Args)]
pub struct ReplayArguments {
    /// A bundle
    #[arg(value_name = "BUNDLE")]
    bundle: PathBuf,
    /// Writes the report of the bundle to this file
    #[arg(short, long = "output", value_name = "OUT")]
    output: Option<PathBuf>,
}

pub fn audit(arguments: &AuditArguments) -> Result<Status, Failure> {
    let octets = files::read(&arguments.report)?;
    let faults = kyso::audit(&octets).map_err(|malformed| Failure::unreadable(&arguments.report, malformed))?;
    told("audit", &faults)
}

pub fn recheck(arguments: &RecheckArguments) -> Result<Status, Failure> {
    let (report, octets) = (files::read(&arguments.report)?, files::read(&arguments.file)?);
    let audited = kyso::audit(&report).map_err(unreadable(&arguments.report))?;
    let value: Value = serde_json::from_slice(&report).map_err(|error| Failure::unreadable(&arguments.report, error))?;
    let time = |name| stated(&value, name).map_err(unreadable(&arguments.report));
    let validation_time = time("time")?.ok_or_else(|| Failure::unreadable(&arguments.report, "no validation time in it"))?;
    let (policy, Supplied { anchors, evidence }) = arguments.relying.read(validation_time)?;
    let context = Context { policy: &policy, anchors: &anchors, evidence: &evidence, time: validation_time, existence: time("existence")? };
    let detached = arguments.opening.detached()?;
    let document = arguments.opening.document(&arguments.file, &octets, &detached, &policy.limits)?;
    let document = match value.pointer("/inputs/document/name").and_then(Value::as_str) {
        Some(name) => document.with_name(name),
        None => document,
    };
    let found = kyso::recheck(&report, &document, &context).map_err(unreadable(&arguments.report))?;
    let status = told("audit", &audited)?.worst(told("recheck", &found.faults)?);
    if found.missing.is_empty() {
        return Ok(status);
    }
    for id in &found.missing {
        Failure::indeterminate(format!("recheck: {id} is not here")).tell();
    }
    Ok(status.worst(Status::Indeterminate))
}

fn unreadable(path: &Path) -> impl Fn(Malformed) -> Failure + '_ {
    move |malformed| Failure::unreadable(path, malformed)
}

fn stated(report: &Value, name: &str) -> Result<Option<Time>, Malformed> {
    report.get("inputs").and_then(|inputs| inputs.get(name)?.as_str()).map(Time::from_rfc3339).transpose()
}

pub fn replay(arguments: &ReplayArguments) -> Result<Status, Failure> {
    let path = &arguments.bundle;
    files::keep([path], arguments.output.as_ref())?;
    let bundle = Bundle::from_zip(&files::read(path)?).map_err(unreadable(path))?;
    let audited = told("audit", &kyso::audit(&bundle.report).map_err(unreadable(path))?)?;
    let replayed = bundle.replay().map_err(unreadable(path))?;
    let rechecked = if replayed.is_empty() { Vec::new() } else { bundle.recheck().map_err(unreadable(path))?.faults };
    let status = audited.worst(told("recheck", &rechecked)?).worst(told("replay", &replayed)?);
    if let Some(path) = &arguments.output {
        let mut output = Output::to(Some(path))?;
        output.write(&bundle.report)?;
        output.finish()?;
    }
    Ok(status)
}

/// Nothing is said of what holds.
fn told(by: &str, faults: &[Fault]) -> Result<Status, Failure> {
    let mut output = Output::to(None)?;
    for fault in faults {
        output.write(format!("{by}: {}\n", printable(&fault.to_string())).as_bytes())?;
    }
    Ok(if faults.is_empty() { Status::Passed } else { Status::Failed })
}
