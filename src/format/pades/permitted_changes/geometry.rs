//! ISO 32000-2 §12.5.2, §14.11.2 — Rectangles of annotations and pages: how much of one covers another

use crate::encoding::pdf::View;
use crate::encoding::pdf::object::Object;

/// A rectangle (§7.9.5) with its lower left corner first.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Rectangle {
    left: f64,
    bottom: f64,
    right: f64,
    top: f64,
}

/// The boxes of a page (table 31).
pub(super) const PAGE_BOXES: [&[u8]; 5] = [b"MediaBox", b"CropBox", b"BleedBox", b"TrimBox", b"ArtBox"];

impl Rectangle {
    /// Larger than every page (annex C.1).
    pub const EVERYWHERE: Self = Self { left: -1e6, bottom: -1e6, right: 1e6, top: 1e6 };
    /// US Letter, which viewers take for a page without a box.
    pub const LETTER: Self = Self { left: 0.0, bottom: 0.0, right: 612.0, top: 792.0 };

    /// Reads an array of four numbers; any two opposite corners will do.
    pub fn read(view: &View<'_, '_>, object: &Object) -> Option<Self> {
        let numbers: Vec<f64> = object.as_array()?.iter().map_while(|number| view.resolve(number).ok()?.as_number()).collect();
        let [x0, y0, x1, y1] = numbers.try_into().ok()?;
        let finite = [x0, y0, x1, y1].iter().all(|number: &f64| number.is_finite());
        finite.then(|| Self { left: x0.min(x1), bottom: y0.min(y1), right: x0.max(x1), top: y0.max(y1) })
    }

    /// Whether it is more than a point or a line.
    pub fn has_area(&self) -> bool {
        self.area() > 0.0
    }

    /// Width and height.
    pub fn size(&self) -> (f64, f64) {
        (self.right - self.left, self.top - self.bottom)
    }

    /// Left, bottom, right and top.
    pub fn sides(&self) -> [f64; 4] {
        [self.left, self.bottom, self.right, self.top]
    }

    /// With these two opposite corners.
    pub fn of((x0, y0): (f64, f64), (x1, y1): (f64, f64)) -> Self {
        Self { left: x0.min(x1), bottom: y0.min(y1), right: x0.max(x1), top: y0.max(y1) }
    }

    /// What both have; no more than a line where that is nothing.
    pub fn common(&self, other: &Self) -> Self {
        let (left, bottom) = (self.left.max(other.left), self.bottom.max(other.bottom));
        Self { left, bottom, right: self.right.min(other.right).max(left), top: self.top.min(other.top).max(bottom) }
    }

    /// Whether `other` is the same as far as 32 bits tell numbers apart, in which many readers keep them (annex C.2): writers that do so write a
    /// page again with what they kept.
    pub fn is_nearly(&self, other: &Self) -> bool {
        let pairs = || self.sides().into_iter().zip(other.sides());
        let largest = pairs().fold(0.0, |largest: f64, (one, other)| largest.max(one.abs()).max(other.abs()));
        pairs().all(|(one, other)| (one - other).abs() <= largest * f64::from(f32::EPSILON))
    }

    /// How much of `other` it covers, from 0 to 1.
    pub fn share_of(&self, other: &Self) -> f64 {
        let common = Self {
            left: self.left.max(other.left),
            bottom: self.bottom.max(other.bottom),
            right: self.right.min(other.right),
            top: self.top.min(other.top),
        };
        if other.has_area() { common.area() / other.area() } else { 0.0 }
    }

    /// What both have, or the first where they have nothing in common.
    pub fn clipped_to(&self, other: &Self) -> Self {
        let common = Self {
            left: self.left.max(other.left),
            bottom: self.bottom.max(other.bottom),
            right: self.right.min(other.right),
            top: self.top.min(other.top),
        };
        if common.has_area() { common } else { *self }
    }

    fn area(&self) -> f64 {
        (self.right - self.left).max(0.0) * (self.top - self.bottom).max(0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rectangle(left: f64, bottom: f64, right: f64, top: f64) -> Rectangle {
        Rectangle { left, bottom, right, top }
    }

    #[test]
    fn a_share_is_that_of_the_other() {
        let page = rectangle(0.0, 0.0, 100.0, 100.0);
        assert_eq!(rectangle(0.0, 0.0, 50.0, 40.0).share_of(&page), 0.2);
        assert_eq!(page.share_of(&rectangle(0.0, 0.0, 50.0, 40.0)), 1.0);
        assert_eq!(rectangle(90.0, 90.0, 200.0, 200.0).share_of(&page), 0.01);
        assert_eq!(rectangle(100.0, 0.0, 200.0, 100.0).share_of(&page), 0.0);
        assert_eq!(Rectangle::EVERYWHERE.share_of(&page), 1.0);
    }

    #[test]
    fn a_line_has_no_area() {
        assert!(!rectangle(0.0, 0.0, 100.0, 0.0).has_area());
        assert!(rectangle(0.0, 0.0, 100.0, 1.0).has_area());
    }
}
