//! What stands in a set and could not be read: kept as a finding, so that one bad element does not hide the others

use crate::encoding::der::{Received, Value};
use crate::error::Malformed;

/// An element that is not what its place asks for, or of a kind that this crate does not read.
#[derive(Clone, Debug)]
pub struct Unread {
    /// The field that it stands in: `certificates`, `crls`, `signerInfos`, ..
    pub field: &'static str,
    /// The element.
    pub received: Received,
    /// Why it was not read.
    pub malformed: Malformed,
}

impl Unread {
    pub(crate) fn new(field: &'static str, value: &Value<'_>, malformed: Malformed) -> Self {
        Self { field, received: value.received(), malformed }
    }

    /// Adds what was read to `elements`, what was not to `unread`.
    pub(crate) fn or_push<T>(
        read: Result<T, Malformed>,
        field: &'static str,
        value: &Value<'_>,
        elements: &mut Vec<T>,
        unread: &mut Vec<Self>,
    ) {
        match read {
            Ok(element) => elements.push(element),
            Err(malformed) => unread.push(Self::new(field, value, malformed)),
        }
    }
}
