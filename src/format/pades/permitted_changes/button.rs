//! ISO 32000-2 §12.7.5.2 — Button fields: the state that check boxes and radio buttons are shown in, beside the value of their field

use super::field::FieldPlace;
use super::form::elements;
use super::node::Node;
use super::step::Step;
use crate::encoding::pdf::object::{Dictionary, Object};

/// §12.7.5.2.3: the state that is shown where no other is.
const OFF: &[u8] = b"Off";

impl Step<'_, '_, '_> {
    /// What stands against a change of a check box, of radio buttons or of one of them.
    pub fn objection_to_button(&self, widget: &Node, place: &FieldPlace, value: &Object) -> Option<&'static str> {
        let (old, new) = widget.dictionaries();
        // What a state looks like was signed; only which of them is shown is filled in.
        if self.is_appearance_written(old, new) {
            return Some("/AP of a button");
        }
        self.is_another_state(place, value).then_some("/AS that shows another state than /V")
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
        let value = value.as_name().or(value.as_string()).unwrap_or(OFF);
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
