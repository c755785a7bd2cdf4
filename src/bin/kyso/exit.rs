//! `report.md` 2 — Exit statuses, and which of several is told

use std::fmt::Display;
use std::path::Path;
use std::process::ExitCode;

use kyso::report::Indication;
use kyso::report::text::printable;

/// What the process says to the one that started it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Every document TOTAL-PASSED; for other commands, done.
    Passed,
    /// A document TOTAL-FAILED; for `sign`, refused.
    Failed,
    /// A document INDETERMINATE.
    Indeterminate,
    /// A document without signature.
    NoSignature,
    /// Wrong usage.
    Usage,
    /// A file that cannot be read as what it claims to be.
    Unreadable,
    /// Input or output.
    InputOutput,
}

/// At the end of the help.
pub const TABLE: &str = "\
Exit status: 0 all passed or done, 1 a signature failed or was refused, 2 not enough to say, 3 a file without signature,
64 wrong usage, 65 a file that cannot be read as what it claims (a key file with a wrong password, too), 74 input or output.
Of several files the worst is told, in the order 74, 65, 1, 2, 3, 0.";

impl Status {
    /// The worst first.
    const ORDER: [Self; 7] =
        [Self::Usage, Self::InputOutput, Self::Unreadable, Self::Failed, Self::Indeterminate, Self::NoSignature, Self::Passed];

    /// The worse of the two.
    pub fn worst(self, other: Self) -> Self {
        Self::ORDER.into_iter().find(|status| [self, other].contains(status)).unwrap_or(self)
    }

    fn code(self) -> u8 {
        match self {
            Self::Passed => 0,
            Self::Failed => 1,
            Self::Indeterminate => 2,
            Self::NoSignature => 3,
            Self::Usage => 64,
            Self::Unreadable => 65,
            Self::InputOutput => 74,
        }
    }
}

impl From<Indication> for Status {
    fn from(indication: Indication) -> Self {
        match indication {
            Indication::TotalPassed => Self::Passed,
            Indication::TotalFailed => Self::Failed,
            Indication::Indeterminate => Self::Indeterminate,
            Indication::NoSignature => Self::NoSignature,
        }
    }
}

impl From<Status> for ExitCode {
    fn from(status: Status) -> Self {
        Self::from(status.code())
    }
}

/// Why a command, or one file of it, came to nothing.
#[derive(Debug)]
pub struct Failure {
    status: Status,
    message: String,
}

impl Failure {
    /// The call cannot be meant.
    pub fn usage(message: impl Display) -> Self {
        Self { status: Status::Usage, message: message.to_string() }
    }

    /// What was asked for is refused.
    pub fn refused(message: impl Display) -> Self {
        Self { status: Status::Failed, message: message.to_string() }
    }

    /// There is not enough to do it with.
    pub fn indeterminate(message: impl Display) -> Self {
        Self { status: Status::Indeterminate, message: message.to_string() }
    }

    /// There is no signature to do it to.
    pub fn no_signature(message: impl Display) -> Self {
        Self { status: Status::NoSignature, message: message.to_string() }
    }

    /// What is told.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The file is not what it claims to be.
    pub fn unreadable(path: &Path, what: impl Display) -> Self {
        Self { status: Status::Unreadable, message: format!("{}: {what}", path.display()) }
    }

    /// The file cannot be read or written.
    pub fn input_output(path: &Path, error: impl Display) -> Self {
        Self { status: Status::InputOutput, message: format!("{}: {error}", path.display()) }
    }

    /// Says so on standard error; what remains is the status.
    pub fn tell(self) -> Status {
        // Where nobody listens, the status is all that can be said.
        let _ = std::io::Write::write_all(&mut std::io::stderr(), format!("kyso: {}\n", printable(&self.message)).as_bytes());
        self.status
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_of_several_is_told_in_the_order_of_the_contract() {
        let order = Status::ORDER.map(Status::code);
        assert_eq!(order, [64, 74, 65, 1, 2, 3, 0]);
        for (better, worse) in Status::ORDER.iter().skip(1).zip(Status::ORDER) {
            assert_eq!(better.worst(worse), worse);
            assert_eq!(worse.worst(*better), worse);
        }
    }
}
