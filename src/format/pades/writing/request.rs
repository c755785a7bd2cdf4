//! ISO 32000-2 §12.8.1, tables 235, 236, 255 to 257 — What a signature dictionary and its field are to say

use crate::crypto::DigestAlgorithm;
use crate::encoding::pdf::Dictionary;
use crate::pki::Certificate;
use crate::time::Time;

/// The encoding of the signature value (ISO 32000-2 table 260).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SubFilter {
    /// `ETSI.CAdES.detached` (EN 319 142-1 §5.3)
    EtsiCadesDetached,
    /// `adbe.pkcs7.detached` (ISO 32000-2 §12.8.3.3)
    AdbePkcs7Detached,
}

/// What may still be done to a certified or locked document (ISO 32000-2 table 257).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Permission {
    /// 1: no changes.
    P1,
    /// 2: filling in forms, signing.
    P2,
    /// 3: also annotations.
    P3,
}

/// Which fields a signature locks (ISO 32000-2 tables 236 and 259), by their fully qualified names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FieldLock {
    /// Every field.
    All,
    /// These fields and those below them.
    Include(Vec<String>),
    /// Every field but these and those below them.
    Exclude(Vec<String>),
}

/// What a visible signature shows: a form XObject (ISO 32000-2 §8.10) as large as the rectangle.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Appearance {
    /// The content stream, not compressed; its origin is the lower left corner of the rectangle.
    pub content: Vec<u8>,
    /// Its `/Resources`.
    pub resources: Dictionary,
}

/// All that is to be written beside the value itself.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Request {
    pub sub_filter: SubFilter,
    pub time: Time,
    pub offset_minutes: i32,
    pub field: Option<String>,
    pub page: Option<u32>,
    pub rectangle: Option<[f64; 4]>,
    pub appearance: Option<Appearance>,
    pub reason: Option<String>,
    pub location: Option<String>,
    pub name: Option<String>,
    pub contact: Option<String>,
    pub certification: Option<Permission>,
    pub lock: Option<(FieldLock, Option<Permission>)>,
}

/// What is known of the signature value before it is made.
pub(crate) struct Value<'a> {
    pub digest: DigestAlgorithm,
    pub certificates: &'a [Certificate],
    /// Whether the algorithm is one of ISO/TS 32002 (Ed25519).
    pub edwards: bool,
    /// Octets to reserve.
    pub room: usize,
}

/// Nothing asked for: a field that is new and invisible.
impl Default for Request {
    fn default() -> Self {
        Self {
            sub_filter: SubFilter::EtsiCadesDetached,
            time: Time::from_unix(0),
            offset_minutes: 0,
            field: None,
            page: None,
            rectangle: None,
            appearance: None,
            reason: None,
            location: None,
            name: None,
            contact: None,
            certification: None,
            lock: None,
        }
    }
}

impl SubFilter {
    /// The name in the file.
    pub fn name(self) -> &'static str {
        match self {
            Self::EtsiCadesDetached => "ETSI.CAdES.detached",
            Self::AdbePkcs7Detached => "adbe.pkcs7.detached",
        }
    }
}

impl Permission {
    /// The value of `/P`.
    pub fn value(self) -> i64 {
        match self {
            Self::P1 => 1,
            Self::P2 => 2,
            Self::P3 => 3,
        }
    }

    /// What `/P` says: absent is 2 (table 257), and what is not defined is the strictest.
    pub(crate) fn from_value(value: Option<i64>) -> Self {
        match value {
            None | Some(2) => Self::P2,
            Some(3) => Self::P3,
            Some(_) => Self::P1,
        }
    }
}

impl FieldLock {
    /// Whether the field with this fully qualified name is locked.
    pub fn locks(&self, field: &str) -> bool {
        match self {
            Self::All => true,
            Self::Include(names) => names.iter().any(|name| is_within(field, name)),
            Self::Exclude(names) => !names.iter().any(|name| is_within(field, name)),
        }
    }
}

/// Whether `field` is `name` or below it.
fn is_within(field: &str, name: &str) -> bool {
    field.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_reaches_the_fields_below_those_it_names() {
        let names = vec!["leader".to_owned()];
        for (field, within) in [("leader", true), ("leader.date", true), ("leader2", false), ("seal", false)] {
            assert_eq!(FieldLock::Include(names.clone()).locks(field), within, "{field}");
            assert_eq!(FieldLock::Exclude(names.clone()).locks(field), !within, "{field}");
            assert!(FieldLock::All.locks(field));
        }
    }

    #[test]
    fn a_permission_that_is_not_defined_permits_nothing() {
        assert_eq!([None, Some(1), Some(2), Some(3), Some(0), Some(4)].map(Permission::from_value), {
            use Permission::{P1, P2, P3};
            [P2, P1, P2, P3, P1, P1]
        });
    }
}
