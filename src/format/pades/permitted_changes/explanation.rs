//! ISO 32000-2 §12.8.2.2 — DocMDP: the rules that explain changed objects, and what stands against one

use std::rc::Rc;

use crate::report::Check;
use crate::report::json::ChangeClass;

/// A rule by which a changed object is explained.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rule {
    /// Its stable name in the report.
    pub name: &'static str,
    /// The class of change that it explains.
    pub class: ChangeClass,
    /// What a certification without permissions makes of it.
    pub exemption: Exemption,
}

/// Table 257: what passes although a certification permits no changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Exemption {
    /// It does not pass.
    No,
    /// It passes where the same revision adds validation data or a document timestamp: writers touch it then.
    BesideValidationData,
    /// It passes.
    Yes,
}

const fn rule(name: &'static str, class: ChangeClass, exemption: Exemption) -> Rule {
    Rule { name, class, exemption }
}

/// Written again with the same value.
pub(super) const UNCHANGED: Rule = rule("unchanged", ChangeClass::None, Exemption::Yes);
/// The cross-reference itself (§7.5.8).
pub(super) const XREF_STREAM: Rule = rule("xref_stream", ChangeClass::None, Exemption::Yes);
/// A container of objects that are judged each (§7.5.7).
pub(super) const OBJECT_STREAM: Rule = rule("object_stream", ChangeClass::None, Exemption::Yes);
/// A page or its list of annotations; what was added to it says more.
pub(super) const PAGE: Rule = rule("page", ChangeClass::None, Exemption::Yes);
/// A new object that nothing refers to.
pub(super) const UNREFERENCED: Rule = rule("unreferenced", ChangeClass::Extension, Exemption::No);
/// An object that nothing referred to was removed.
pub(super) const UNUSED: Rule = rule("unreferenced", ChangeClass::None, Exemption::Yes);
/// `/Extensions`, a raised `/Version`, and what other rules change within the catalog (§7.7.2).
pub(super) const CATALOG: Rule = rule("catalog", ChangeClass::Extension, Exemption::Yes);
/// `/PieceInfo` and `/LastModified` (§14.5).
pub(super) const PIECE_INFO: Rule = rule("piece_info", ChangeClass::Extension, Exemption::No);
/// `/Perms` of a new certification (§12.8.6).
pub(super) const PERMISSIONS: Rule = rule("catalog", ChangeClass::FormFilling, Exemption::No);
/// `/SigFlags`, and `/Fields` that grow (§12.7.3).
pub(super) const FORM: Rule = rule("acroform", ChangeClass::Extension, Exemption::Yes);
/// `/DR`, `/DA` and `/Q` in a form without a value that they could be for: writers add them to every form.
pub(super) const FORM_UNUSED: Rule = rule("acroform", ChangeClass::Extension, Exemption::BesideValidationData);
/// `/DR`, `/DA` and `/Q` where there were none.
pub(super) const FORM_ADDITIONS: Rule = rule("acroform", ChangeClass::FormFilling, Exemption::No);
/// What the form says of how values are shown: `/DR`, `/DA`, `/Q`, `/NeedAppearances`.
pub(super) const FORM_DEFAULTS: Rule = rule("acroform", ChangeClass::FormFilling, Exemption::No);
/// A new signature field, signed in the revision that adds it.
pub(super) const NEW_SIGNATURE_FIELD: Rule = rule("new_signature_field", ChangeClass::FormFilling, Exemption::No);
/// A new signature field, invisible and not signed.
pub(super) const EMPTY_FIELD: Rule = rule("empty_signature_field", ChangeClass::Extension, Exemption::No);
/// A new signature field with a place on a page, not signed.
pub(super) const EMPTY_PLACED_FIELD: Rule = rule("empty_signature_field", ChangeClass::FormFilling, Exemption::No);
/// What a widget of a new signature field adds to the logical structure (§14.7).
pub(super) const STRUCTURE: Rule = rule("structure", ChangeClass::FormFilling, Exemption::No);
/// A signature field of the signed revision that is signed now.
pub(super) const SIGNED_EXISTING_FIELD: Rule = rule("signed_existing_field", ChangeClass::FormFilling, Exemption::No);
/// A new signature dictionary (§12.8.1).
pub(super) const SIGNATURE_VALUE: Rule = rule("signature_value", ChangeClass::FormFilling, Exemption::No);
/// An invisible document timestamp and what it needs (§12.8.5).
pub(super) const DOCUMENT_TIMESTAMP: Rule = rule("document_timestamp", ChangeClass::Extension, Exemption::Yes);
/// Validation data (EN 319 142-1 §5.4.2).
pub(super) const DSS: Rule = rule("dss", ChangeClass::Extension, Exemption::Yes);
/// The document information dictionary (§14.3.3).
pub(super) const INFO: Rule = rule("info", ChangeClass::Extension, Exemption::BesideValidationData);
/// XMP (§14.3.2).
pub(super) const METADATA: Rule = rule("metadata", ChangeClass::Extension, Exemption::BesideValidationData);
/// The value of a field and its appearance (§12.7.4).
pub(super) const FORM_FILL: Rule = rule("form_fill", ChangeClass::FormFilling, Exemption::No);
/// An annotation that is no widget and draws (§12.5).
pub(super) const ANNOTATION: Rule = rule("annotation", ChangeClass::Annotation, Exemption::No);
/// An annotation that draws nothing.
pub(super) const LINK: Rule = rule("annotation_without_appearance", ChangeClass::Annotation, Exemption::No);
/// No rule explains it.
pub(super) const UNEXPLAINED: Rule = rule("unexplained", ChangeClass::Other, Exemption::No);

/// What the rules say of one changed object.
#[derive(Clone, Debug)]
pub(super) struct Explanation {
    /// The rule that speaks for it; of several the one of the gravest class.
    pub rule: Rule,
    /// The least that some rule grants.
    pub exemption: Exemption,
    /// Where it stands in the document, from the trailer.
    pub path: String,
    /// Why it is not permitted whoever signed.
    pub objection: Option<Objection>,
    /// The field that it belongs to, by its fully qualified name.
    pub field: Option<Rc<str>>,
}

/// Why a change is not permitted.
#[derive(Clone, Debug)]
pub(super) struct Objection {
    /// The check that fails.
    pub check: &'static Check,
    /// What of the object it is about: a key, a few words.
    pub what: String,
}

impl Objection {
    /// Whether it makes the signature TOTAL-FAILED.
    pub fn is_forbidding(&self) -> bool {
        self.check.otherwise.indication == crate::report::Indication::TotalFailed
    }
}

impl Explanation {
    /// Explained by `rule`, at `path`.
    pub fn new(rule: Rule, path: impl Into<String>) -> Self {
        Self { rule, exemption: rule.exemption, path: path.into(), objection: None, field: None }
    }

    /// Both together: the gravest of each.
    pub fn merge(&mut self, other: Self) {
        if other.rule.class > self.rule.class {
            self.rule = other.rule;
        }
        self.exemption = self.exemption.min(other.exemption);
        self.field = self.field.take().or(other.field);
        let graver = match (&self.objection, &other.objection) {
            (None, _) => true,
            (Some(mine), Some(theirs)) => theirs.is_forbidding() && !mine.is_forbidding(),
            (Some(_), None) => false,
        };
        if graver {
            self.objection = other.objection;
        }
    }

    /// The class in the report: what is objected to for any reason but a policy is `other`.
    pub fn class(&self) -> ChangeClass {
        match &self.objection {
            Some(objection) if !super::is_of_policy(objection.check) => ChangeClass::Other,
            _ => self.rule.class,
        }
    }
}
