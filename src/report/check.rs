//! A check: one question with a stable id, the clause that asks it, and what follows from a no.

use super::indication::Conclusion;

/// One question that a report answers. The id starts with the name of the file that asks it.
#[derive(Debug)]
pub struct Check {
    /// Stable id, `byte_range.hole_is_contents`.
    pub id: &'static str,
    /// Where the standard asks it: `EN 319 102-1 §5.2.7`, `RFC 5280 §6.1.3 (a)(2)`.
    pub clause: &'static str,
    /// The conclusion when it does not hold.
    pub otherwise: Conclusion,
    /// What a failure means, in words; `{name}` stands for the input of that name.
    pub sentences: Sentences,
}

/// One sentence in the two languages of the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sentences {
    /// English.
    pub en: &'static str,
    /// Vietnamese.
    pub vi: &'static str,
}

/// Declares the checks of a file and their list, `CHECKS`:
/// `checks! { NAME = "file.what", "clause", Indeterminate(TryLater), "English.", "Tiếng Việt."; .. }`
macro_rules! checks {
    ($($name:ident = $id:literal, $clause:literal, $indication:ident($sub:ident), $en:literal, $vi:literal;)+) => {
        $(static $name: $crate::report::Check = $crate::report::Check {
            id: $id,
            clause: $clause,
            otherwise: $crate::report::check::conclusion!($indication, $sub),
            sentences: $crate::report::Sentences { en: $en, vi: $vi },
        };)+
        /// Every check of this file.
        pub(crate) static CHECKS: &[&$crate::report::Check] = &[$(&$name),+];
    };
}

macro_rules! conclusion {
    (NoSignature, None) => {
        $crate::report::Conclusion { indication: $crate::report::Indication::NoSignature, sub_indication: None }
    };
    (Failed, $sub:ident) => {
        $crate::report::Conclusion::failed($crate::report::SubIndication::$sub)
    };
    (Indeterminate, $sub:ident) => {
        $crate::report::Conclusion::indeterminate($crate::report::SubIndication::$sub)
    };
}

pub(crate) use {checks, conclusion};
