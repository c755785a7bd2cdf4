//! ISO 32000-2 §12.7.5.2 — Button fields: the state that check boxes and radio buttons are shown in, beside the value of their field

use std::collections::BTreeSet;

use super::colour;
use super::field::FieldPlace;
use super::form::elements;
use super::geometry::Rectangle;
use super::node::Node;
use super::shown_text::ShownText;
use super::step::Step;
use crate::encoding::pdf::View;
use crate::encoding::pdf::object::{Dictionary, Object};

/// §12.7.5.2.3: the state that is shown where no other is.
const OFF: &[u8] = b"Off";

impl Step<'_, '_, '_> {
    /// What stands against a change of a check box, of radio buttons or of one of them.
    pub fn objection_to_button(&self, widget: &Node, place: &FieldPlace, value: &Object) -> Option<&'static str> {
        let (old, new) = widget.dictionaries();
        // What a state looks like was signed; only which of them is shown is filled in. Some writers draw the usual mark again.
        if self.is_appearance_written(old, new) && !self.has_usual_marks(old, new) {
            return Some("/AP of a button");
        }
        self.is_another_state(place, value).then_some("/AS that shows another state than /V")
    }

    /// Whether both had and have one of the usual marks where the button is on and nothing where it is off.
    fn has_usual_marks(&self, old: &Dictionary, new: &Dictionary) -> bool {
        let states = |view: &View<'_, '_>, widget: &Dictionary| {
            let appearance = view.value(widget, b"AP").ok().and_then(|appearance| appearance.as_dictionary().cloned())?;
            let is_only_normal = appearance.entries().all(|(key, value)| key == b"N" || *value == Object::Null);
            view.value(&appearance, b"N").ok().filter(|_| is_only_normal).and_then(|states| states.as_dictionary().cloned())
        };
        let (Some(old), Some(states)) = (states(&self.signed, old), states(&self.later, new)) else { return false };
        let is_usual = |(name, state): (&[u8], &Object)| {
            let shown = [(&self.signed, old.entry(name)), (&self.later, state)].map(|(view, state)| mark_of(view, state));
            match shown {
                [Some(None), Some(None)] => name == OFF,
                [Some(Some(old)), Some(Some(new))] => name != OFF && (old == new || TICKS.contains(&old) && TICKS.contains(&new)),
                _ => false,
            }
        };
        let names = |states: &Dictionary| states.entries().map(|(name, _)| name.to_vec()).collect::<BTreeSet<_>>();
        let is_affordable = self.budget.spend(u64::try_from(states.entries().len()).unwrap_or(u64::MAX)).is_ok();
        is_affordable && states.duplicate_key().is_none() && names(&old) == names(&states) && states.entries().all(is_usual)
    }

    /// Whether it shows another state than its value; a push button has none.
    pub fn shows_another_state(&self, place: &FieldPlace, value: &Object) -> bool {
        const PUSH_BUTTON: i64 = 1 << 16;
        let field = self.later.object(place.field).unwrap_or(Object::Null);
        let flags = field.as_dictionary().map_or(Object::Null, |field| self.value(field, b"Ff")).as_integer().unwrap_or(0);
        flags & PUSH_BUTTON == 0 && self.is_another_state(place, value)
    }

    /// Whether some widget of the field is shown on while the value is not its state, or none is although the value is the state of one.
    fn is_another_state(&self, place: &FieldPlace, value: &Object) -> bool {
        let Ok(Object::Dictionary(field)) = self.later.object(place.field) else { return true };
        let value = self.later.resolve(value).unwrap_or(Object::Null);
        // Some writers mean the name, and write it as a text with its solidus.
        let text = value.as_string().map(|text| text.strip_prefix(b"/").unwrap_or(text));
        let value = value.as_name().or(text).unwrap_or(OFF);
        let kids = self.value(&field, b"Kids");
        let kids = elements(&kids);
        if self.budget.spend(u64::try_from(kids.len()).unwrap_or(u64::MAX)).is_err() {
            return true;
        }
        let kids = kids.iter().filter_map(|kid| self.later.resolve(kid).ok()).filter_map(|kid| kid.as_dictionary().cloned());
        let widgets: Vec<Dictionary> = if field.has(b"Kids") { kids.collect() } else { vec![(*field).clone()] };
        let (mut is_known, mut is_shown, mut has_states) = (false, false, false);
        for widget in widgets {
            let state = self.value(&widget, b"AS");
            let state = state.as_name().unwrap_or(OFF);
            if state != OFF && state != value {
                return true;
            }
            let appearance = self.value(&widget, b"AP");
            let states = appearance.as_dictionary().map_or(Object::Null, |appearance| self.value(appearance, b"N"));
            has_states |= states.as_dictionary().is_some();
            is_known |= value != OFF && states.as_dictionary().is_some_and(|states| states.has(value));
            is_shown |= state == value;
        }
        // A value that is the state of no widget is shown by none.
        is_known && !is_shown || value != OFF && has_states && !is_known
    }
}

/// Ticks of ZapfDingbats (annex D.6).
const TICKS: [u8; 2] = *b"34";
/// These, a circle, a square, a diamond, a star and a cross: what readers draw buttons with.
const MARKS: [u8; 7] = *b"34lnuH8";
/// A mark is about as large as its button.
const SMALLEST: f64 = 0.4;
/// A button that is off may have a frame and a background, which is brighter than that.
const BRIGHTEST_MARK: f64 = 0.5;
/// Octets of an appearance of one mark.
const LONGEST: usize = 4_096;

/// The mark that a state shows, in the font of marks that every reader has, or that it shows nothing; `None` where it may show something else.
fn mark_of(view: &View<'_, '_>, state: &Object) -> Option<Option<u8>> {
    let Object::Stream(stream) = view.resolve(state).ok()? else { return None };
    let dictionary = &stream.dictionary;
    let is_form = view.value(dictionary, b"Subtype").ok()?.is_name(b"Form");
    let is_plain = is_form && ![&b"OC"[..], b"Ref", b"PS", b"OPI", b"F", b"Group"].iter().any(|key| dictionary.has(key));
    let is_upright = match view.value(dictionary, b"Matrix").ok()? {
        Object::Null => true,
        matrix => matrix.as_array()?.iter().map(Object::as_number).eq([1.0, 0.0, 0.0, 1.0, 0.0, 0.0].map(Some)),
    };
    let bounds = Rectangle::read(view, &view.value(dictionary, b"BBox").ok()?)?;
    let data = view.stream_data_up_to(&stream, LONGEST).filter(|_| is_plain && is_upright)?;
    let shown = ShownText::of(&data, 0, &bounds)?;
    (shown.bands.is_empty() && shown.paper >= BRIGHTEST_MARK).then_some(())?;
    let [run] = shown.runs.as_slice() else { return shown.runs.is_empty().then_some(None) };
    let (width, height) = bounds.size();
    let is_large = shown.sizes.is_some_and(|(smallest, _)| smallest >= width.min(height) * SMALLEST) && !shown.is_cut;
    let [code] = run.codes.as_slice() else { return None };
    let resources = view.value(dictionary, b"Resources").ok().filter(|resources| !colour::are_replaced(view, resources))?;
    let fonts = view.value(resources.as_dictionary()?, b"Font").ok()?;
    let font = view.value(fonts.as_dictionary()?, &run.font).ok()?;
    let font = font.as_dictionary()?;
    let is = |key: &[u8], name: &[u8]| view.value(font, key).is_ok_and(|value| value.is_name(name));
    let is_of_marks = is(b"Subtype", b"Type1") && is(b"BaseFont", b"ZapfDingbats");
    let is_bare = !font.has(b"FontDescriptor") && view.value(font, b"Encoding").is_ok_and(|encoding| encoding.as_dictionary().is_none());
    (is_large && is_of_marks && is_bare && MARKS.contains(code)).then_some(Some(*code))
}
