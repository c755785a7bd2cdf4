//! Group `attacks`: what was done to signed files so that they show something else, and the honest files beside them, one change apart.
//!
//! A class a file; `docs/attacks.md` tells what each is about.

mod again;
mod appended;
mod below;
mod decision;
mod dictionary;
mod fonts;
mod form;
mod kinds;
mod later;
mod lent;
mod over;
mod readings;
mod shown;
mod tagged;
mod told;
mod update;

use crate::case::{Case, Entry, FAILED, Good, INDETERMINATE};
use crate::pdf::{self, Objects};
use crate::shared::Shared;
use crate::{Files, Outcome};

const FORMAT: &str = "FORMAT_FAILURE";
const CONSTRAINTS: &str = "SIG_CONSTRAINTS_FAILURE";

/// Puts the cases of one class among the files.
type Class = fn(&mut Cases<'_>) -> Outcome;

const CLASSES: [(&str, &str, Class); 18] = [
    ("dictionary", "ISO 32000-2 §12.8.1", dictionary::add),
    ("appended", "ISO 32000-2 §12.8.2", appended::add),
    ("kinds", "ISO 32000-2 §12.8.2", kinds::add),
    ("annotated", "ISO 32000-2 §12.5", shown::annotated),
    ("document", "ISO 32000-2 §12.8.2", shown::document),
    ("values", "ISO 32000-2 §12.7.4", shown::fields),
    ("codes", "ISO 32000-2 §12.7.4.3", form::codes),
    ("fonts", "ISO 32000-2 §9.9", fonts::add),
    ("buttons", "ISO 32000-2 §12.7.5.2", form::buttons),
    ("defaults", "ISO 32000-2 §12.7.3", form::defaults),
    ("seals", "ISO 32000-2 §12.5.5", shown::seals),
    ("store", "EN 319 142-1 §5.4.2", shown::store),
    ("later", "ISO 32000-2 §12.8.2", later::add),
    ("again", "ISO 32000-2 §7.5.6", again::add),
    ("below", "ISO 32000-2 §12.5.5", below::add),
    ("told", "ISO 32000-2 §12.7.4.3", told::add),
    ("tagged", "ISO 32000-2 §14.7", tagged::add),
    ("entries", "ISO 32000-2 §7.5.4", shown::entries),
];

pub fn add(shared: &Shared, files: &mut Files) -> Outcome {
    for (class, clause, add) in CLASSES {
        add(&mut Cases { class, clause, shared, files })?;
    }
    Ok(())
}

/// The cases of one class.
pub struct Cases<'a> {
    class: &'static str,
    clause: &'static str,
    pub shared: &'a Shared,
    files: &'a mut Files,
}

/// What is to come out.
#[derive(Clone)]
pub struct Expected {
    /// Of the document: indication, sub-indication, check.
    conclusion: Option<[&'static str; 3]>,
    entries: Vec<Entry>,
    findings: Vec<&'static str>,
}

/// What a later revision does that no signature permits: the name of the case, the change in words, the check that stands against it, the
/// objects.
type Change<'c> = (&'c str, &'c str, &'static str, &'c [(u32, &'c str)]);

impl Cases<'_> {
    /// A file that nobody has tampered with.
    pub fn honest(&mut self, name: &str, what: &str, expected: &Expected, document: Vec<u8>) -> Outcome<Good> {
        let case = expected.asserted(Case::passing(what, self.clause, document));
        case.add(&format!("attacks/{}-{name}", self.class), self.files)
    }

    /// The same file after one more thing was done to it.
    pub fn attack(&mut self, twin: &Good, name: &str, change: &str, expected: &Expected, document: Vec<u8>) -> Outcome {
        let case = expected.asserted(twin.but(change).document(document));
        case.add(&format!("attacks/{}-{name}", self.class), self.files)?;
        Ok(())
    }

    /// One attack for each change; `update` appends the objects.
    fn changes(&mut self, twin: &Good, changes: &[Change<'_>], update: impl Fn(Objects) -> Vec<u8>) -> Outcome {
        for (name, change, check, objects) in changes {
            self.attack(twin, name, change, &invalid("other", check), update(pdf::objects(objects)))?;
        }
        Ok(())
    }
}

impl Expected {
    fn one(conclusion: Option<[&'static str; 3]>, entry: Entry) -> Self {
        Self { conclusion, entries: vec![entry.field("leader")], findings: Vec::new() }
    }

    /// One more entry of the report.
    pub fn and(mut self, entry: Entry) -> Self {
        self.entries.push(entry);
        self
    }

    /// These entries and no others.
    pub fn entries(self, entries: &[Entry]) -> Self {
        Self { entries: entries.to_vec(), ..self }
    }

    pub fn finding(mut self, check: &'static str) -> Self {
        self.findings.push(check);
        self
    }

    fn asserted(&self, case: Case) -> Case {
        let case = match self.conclusion {
            Some([indication, sub_indication, check]) => case.concludes(indication, sub_indication, check),
            None => case,
        };
        let case = case.entries(&self.entries);
        self.findings.iter().fold(case, |case, finding| case.finding(finding))
    }
}

/// It passes; later revisions, if any, did something of this class.
pub fn passes(class: &'static str) -> Expected {
    Expected::one(None, Entry::passed().changes(class).permitted(true))
}

/// A later revision did something of this class that the signature does not permit: TOTAL-FAILED, although what was signed is intact.
pub fn invalid(class: &'static str, check: &'static str) -> Expected {
    let entry = Entry::concluded(FAILED, FORMAT, check).integrity("intact").changes(class).permitted(false);
    Expected::one(Some([FAILED, FORMAT, check]), entry)
}

/// What was signed is no signature by the rules of the format; whether octets are intact is told as far as it is known.
pub fn broken(check: &'static str, integrity: &'static str) -> Expected {
    Expected::one(Some([FAILED, FORMAT, check]), Entry::concluded(FAILED, FORMAT, check).integrity(integrity))
}

/// Nothing says that the signature is wrong, and nothing that the document is the one that was signed: INDETERMINATE.
pub fn modified(class: &'static str, check: &'static str) -> Expected {
    let entry = Entry::concluded(INDETERMINATE, CONSTRAINTS, check).integrity("intact").changes(class).permitted(false);
    Expected::one(Some([INDETERMINATE, CONSTRAINTS, check]), entry)
}

/// The signatures pass, and the document does not.
pub fn unaccounted(class: &'static str) -> Expected {
    Expected { conclusion: Some([INDETERMINATE, CONSTRAINTS, "verdict.document_not_modified"]), ..passes(class) }
}
