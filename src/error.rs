//! The three kinds of bad, never mixed: octets ([`Malformed`]), verdicts (a failed check in the report), callers ([`Misuse`]).

use std::borrow::Cow;

/// Octets that are not what they claim to be, with the place where that shows.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{format}: {what} at byte {at}")]
pub struct Malformed {
    /// The encoding that was being read: `PDF`, `DER`, `PEM`, `CMS`, ..
    pub format: &'static str,
    /// What was found, in lower case, ready for a sentence.
    pub what: Cow<'static, str>,
    /// Offset in octets from the start of the input that the caller gave.
    pub at: u64,
}

impl Malformed {
    /// `what` was found at octet `at` while reading `format`.
    pub fn new(format: &'static str, what: impl Into<Cow<'static, str>>, at: usize) -> Self {
        Self { format, what: what.into(), at: u64::try_from(at).unwrap_or(u64::MAX) }
    }

    /// The same fault, seen from the input in which these octets began at `offset`.
    #[must_use]
    pub fn within(mut self, offset: usize) -> Self {
        self.at = self.at.saturating_add(u64::try_from(offset).unwrap_or(u64::MAX));
        self
    }
}

/// A call that asks for something that cannot be meant: two options that exclude each other, a value out of its range.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Misuse(pub Cow<'static, str>);

impl Misuse {
    /// A misuse told in one sentence that says what to do instead.
    pub fn new(what: impl Into<Cow<'static, str>>) -> Self {
        Self(what.into())
    }
}
