//! The command line `kyso`: arguments in, the public interface of the library, a report out
#![deny(
    unsafe_code,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::unreachable,
    clippy::todo,
    clippy::unimplemented,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::as_conversions
)]

mod audit;
mod augment;
mod batch;
mod clock;
mod demo;
mod exit;
mod files;
mod inspect;
mod inspection;
mod key;
mod lang;
mod level;
mod message;
mod network;
mod opening;
mod output;
mod outputs;
mod path;
mod path_text;
mod policy;
mod progress;
mod queue;
mod record;
mod relying;
mod sign;
mod store;
mod supplied;
mod trust;
mod trust_listing;
mod verify;

use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{Parser, Subcommand};
use exit::{Failure, Status};

/// Signs and verifies electronic administrative results; verdicts as reports that programs can decide by.
#[derive(Parser)]
#[command(name = "kyso", version, max_term_width = 120, after_help = exit::TABLE)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Verify(verify::Arguments),
    Sign(Box<sign::Arguments>),
    Augment(Box<augment::Arguments>),
    Inspect(inspect::Arguments),
    Audit(audit::AuditArguments),
    Recheck(audit::RecheckArguments),
    Replay(audit::ReplayArguments),
    Record(record::Arguments),
    Path(Box<path::Arguments>),
    /// Keeps trust anchors in a file: named stores, each anchor with what and since and until when it is trusted
    #[command(subcommand)]
    Trust(trust::Command),
    /// Makes material for trying things out; nothing of it is fit for real use
    #[command(subcommand)]
    Demo(demo::Command),
}

fn main() -> ExitCode {
    let status = match Arguments::try_parse() {
        Ok(arguments) => run(arguments.command).unwrap_or_else(Failure::tell),
        Err(answer) => tell(&answer),
    };
    status.into()
}

fn run(command: Command) -> Result<Status, Failure> {
    match command {
        Command::Verify(arguments) => verify::run(arguments),
        Command::Sign(arguments) => sign::run(*arguments),
        Command::Augment(arguments) => augment::run(*arguments),
        Command::Inspect(arguments) => inspect::run(arguments),
        Command::Audit(arguments) => audit::audit(&arguments),
        Command::Recheck(arguments) => audit::recheck(&arguments),
        Command::Replay(arguments) => audit::replay(&arguments),
        Command::Record(arguments) => record::run(&arguments),
        Command::Path(arguments) => path::run(*arguments),
        Command::Trust(command) => trust::run(command),
        Command::Demo(command) => demo::run(command),
    }
}

/// Help and version are asked for; everything else that the parser says is about a wrong call.
fn tell(answer: &clap::Error) -> Status {
    let asked = matches!(answer.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
    match answer.print() {
        Ok(()) if asked => Status::Passed,
        Ok(()) => Status::Usage,
        Err(_) => Status::InputOutput,
    }
}
