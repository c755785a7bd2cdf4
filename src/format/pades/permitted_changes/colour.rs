//! ISO 32000-2 §8.6.4 — Device colour spaces: how bright what is filled in one of them is

use crate::encoding::pdf::View;
use crate::encoding::pdf::object::Object;

/// Whether resources may put another space in the place of one of the device (§8.6.5.6): how bright it is then nobody here knows.
pub(super) fn are_replaced(view: &View<'_, '_>, resources: &Object) -> bool {
    let Some(resources) = resources.as_dictionary() else { return false };
    match view.value(resources, b"ColorSpace") {
        Ok(Object::Null) => false,
        Ok(Object::Dictionary(spaces)) => [&b"DefaultGray"[..], b"DefaultRGB", b"DefaultCMYK"].iter().any(|space| spaces.has(space)),
        Ok(_) | Err(_) => true,
    }
}

/// A space of the device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DeviceSpace {
    Gray,
    Rgb,
    Cmyk,
}

impl DeviceSpace {
    pub fn named(name: &[u8]) -> Option<Self> {
        match name {
            b"DeviceGray" => Some(Self::Gray),
            b"DeviceRGB" => Some(Self::Rgb),
            b"DeviceCMYK" => Some(Self::Cmyk),
            _ => None,
        }
    }

    pub fn components(self) -> usize {
        match self {
            Self::Gray => 1,
            Self::Rgb => 3,
            Self::Cmyk => 4,
        }
    }

    /// From black to white; a component that is missing is nothing.
    pub fn brightness(self, components: &[f64]) -> f64 {
        let part = |index: usize| components.get(index).copied().unwrap_or(0.0);
        let weighed = 0.3 * part(0) + 0.59 * part(1) + 0.11 * part(2);
        match self {
            Self::Gray => part(0),
            Self::Rgb => weighed,
            Self::Cmyk => (1.0 - weighed - part(3)).max(0.0),
        }
    }
}
