//! EN 319 142-1 §6 — Baseline levels as arguments name them, and what an exit status makes of a failure on the way to one

use std::path::Path;

use clap::ValueEnum;
use kyso::AugmentError;
use kyso::report::json;

use crate::exit::Failure;

/// A baseline level.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Level {
    /// The signature
    #[value(name = "B-B")]
    BB,
    /// and a timestamp
    #[value(name = "B-T")]
    BT,
    /// and all certificates and revocation data in the document
    #[value(name = "B-LT")]
    Blt,
    /// and a timestamp over all that
    #[value(name = "B-LTA")]
    Blta,
}

impl From<Level> for json::Level {
    fn from(level: Level) -> Self {
        match level {
            Level::BB => Self::BB,
            Level::BT => Self::BT,
            Level::Blt => Self::BLT,
            Level::Blta => Self::BLTA,
        }
    }
}

/// What became of the document at `path`: nothing was written.
pub fn failure(path: &Path, error: &AugmentError) -> Failure {
    let told = format!("{}: {error}", path.display());
    match root(error) {
        AugmentError::Misuse(_) => Failure::usage(told),
        AugmentError::Malformed(malformed) if !matches!(error, AugmentError::Authority { .. }) => Failure::unreadable(path, malformed),
        AugmentError::Fetch(_) => Failure::input_output(path, error),
        AugmentError::EvidenceMissing { .. } => Failure::indeterminate(told),
        AugmentError::NoSignature => Failure::no_signature(told),
        _ => Failure::refused(told),
    }
}

fn root(error: &AugmentError) -> &AugmentError {
    match error {
        AugmentError::Authority { cause, .. } => cause,
        other => other,
    }
}
