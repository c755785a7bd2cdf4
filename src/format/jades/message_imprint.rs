//! ETSI TS 119 182-1 §5.3.4, §5.3.6.2.3, annex A.1.5 — what the timestamps of a signature are over

use std::borrow::Cow;

use super::payload::Stamped;
use super::unsigned_header::Element;
use crate::encoding::json;
use crate::limits::Limits;

/// The parts of a signature that timestamps are over, as they are written.
pub(super) struct Imprints<'p> {
    /// What was signed, as timestamps have it.
    pub payload: &'p Stamped<'p>,
    /// The protected header in base64url.
    pub protected: &'p str,
    /// The signature value in base64url.
    pub value: &'p str,
    /// The elements of `etsiU`.
    pub elements: &'p [Element<'p>],
}

/// What message imprints are computed over, part after part.
pub(super) type Parts<'i> = Vec<Cow<'i, [u8]>>;

const DOT: Cow<'static, [u8]> = Cow::Borrowed(b".");

impl<'p> Imprints<'p> {
    /// §5.3.4: the base64url of the value.
    pub fn signature_value(&self) -> Cow<'p, [u8]> {
        Cow::Borrowed(self.value.as_bytes())
    }

    /// §5.3.6.2.3: payload, protected header, value, and every element before the one at `index`.
    pub fn everything(&self, index: usize, form: Option<&str>) -> Option<Parts<'_>> {
        let mut parts: Parts<'_> =
            vec![self.payload.octets()?, DOT, Cow::Borrowed(self.protected.as_bytes()), DOT, self.signature_value(), DOT];
        self.elements_before(index, form, None, &mut parts)?;
        Some(parts)
    }

    /// Annex A.1.5.1: the value, a dot, and signature timestamps and references before the element at `index`.
    pub fn value_and_references(&self, index: usize, form: Option<&str>) -> Option<Parts<'_>> {
        let mut parts = vec![self.signature_value(), DOT];
        self.elements_before(index, form, Some(&["sigTst", "xRefs", "rRefs", "axRefs", "arRefs"]), &mut parts)?;
        Some(parts)
    }

    /// Annex A.1.5.2: references before the element at `index`.
    pub fn references(&self, index: usize, form: Option<&str>) -> Option<Parts<'_>> {
        let mut parts = Vec::new();
        self.elements_before(index, form, Some(&["xRefs", "rRefs", "axRefs", "arRefs"]), &mut parts)?;
        Some(parts)
    }

    /// `None` when they are of two forms, or the canonical form is not known: there is no one reading then.
    fn elements_before<'i>(&'i self, index: usize, form: Option<&str>, names: Option<&[&str]>, parts: &mut Parts<'i>) -> Option<()> {
        let clear = self.elements.iter().filter(|element| matches!(element, Element::Clear(_))).count();
        if clear != 0 && clear != self.elements.len() {
            return None;
        }
        for element in self.elements.iter().take(index) {
            if names.is_none_or(|names| name_of(element).is_some_and(|name| names.contains(&&*name))) {
                parts.push(element.imprinted(form)?);
            }
        }
        Some(())
    }
}

pub(super) fn name_of(element: &Element<'_>) -> Option<String> {
    let node = json::read(element.json(), &Limits::default()).ok()?;
    node.members().first().map(|member| member.name.clone().into_owned())
}
