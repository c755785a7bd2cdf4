//! ISO 32000-2 §12.7, §12.8 — the document that is signed: one page, and a form with the fields `leader` and `number`

use crate::Outcome;
use crate::cms::Signer;
use crate::hand_made::{HandMade, claimed, field, pades};
use crate::pdf::{self, Objects, text_field};
use crate::shared::Shared;

/// What it has beyond that: further entries, as text.
#[derive(Clone, Default)]
pub struct Decision {
    pub catalog: String,
    pub page: String,
    pub resources: String,
    /// References to further annotations of the page, and to further fields of the form.
    pub annotations: String,
    pub fields: String,
    pub form: String,
    /// Of the signature dictionary and of its field.
    pub dictionary: String,
    pub leader: String,
    /// Of the field `number`.
    pub number: String,
    /// In the place of objects that it has, or more.
    pub objects: Objects,
}

pub const TEXT: &str = "Phe duyet kinh phi 100 trieu dong";
pub const FORGED: &str = "Phe duyet kinh phi 900 trieu dong";

impl Decision {
    /// With these objects in the place of those that it has, or more.
    pub fn with(objects: &[(u32, &str)]) -> Self {
        Self { objects: pdf::objects(objects), ..Self::default() }
    }

    /// A certification (§12.8.2.2).
    pub fn certified(permission: u8) -> Self {
        let reference = transform("DocMDP", &format!("/P {permission}"));
        Self { catalog: "/Perms << /DocMDP 7 0 R >> ".into(), dictionary: format!("/Reference [{reference}] "), ..Self::default() }
    }

    /// A signature that locks fields (§12.8.2.4, §12.7.5.5).
    pub fn locking(action: &str) -> Self {
        let leader = format!("/Lock << /Type /SigFieldLock {action} >> ");
        Self { dictionary: format!("/Reference [{}] ", transform("FieldMDP", action)), leader, ..Self::default() }
    }

    /// Object 1.
    pub fn catalog(&self, more: &str) -> String {
        format!("<< /Type /Catalog /Pages 2 0 R /AcroForm 9 0 R {}{more}>>", self.catalog)
    }

    /// Object 3, with these annotations more.
    pub fn page(&self, annotations: &str) -> String {
        self.page_with("/Contents 4 0 R", &self.resources, annotations)
    }

    /// Object 3, all of it.
    pub fn page_with(&self, contents: &str, resources: &str, annotations: &str) -> String {
        let resources = format!("/Resources << /Font << /F1 5 0 R >> {resources}>>");
        let annotations = format!("/Annots [6 0 R 8 0 R{}{annotations}]", self.annotations);
        format!("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] {contents} {resources} {annotations} {}>>", self.page)
    }

    /// Object 9, with these fields more.
    pub fn form(&self, fields: &str) -> String {
        let fields = format!("/Fields [6 0 R 8 0 R{}{fields}]", self.fields);
        format!("<< {fields} /SigFlags 3 /DA (/F1 12 Tf) /DR << /Font << /F1 5 0 R >> >> {}>>", self.form)
    }

    /// Object 6.
    pub fn leader(&self, more: &str) -> String {
        field("leader", &format!("{}{more}", self.leader))
    }

    /// Object 7, before it is signed.
    pub fn dictionary(&self) -> String {
        pades().replace("/ByteRange", &format!("{}/ByteRange", self.dictionary))
    }

    /// Object 8.
    pub fn number(&self, more: &str) -> String {
        text_field("number", &format!("{}{more}", self.number))
    }

    /// All of it, to be signed.
    pub fn objects(&self) -> Objects {
        let objects = pdf::with(
            pdf::plain(),
            &[
                (1, &self.catalog("")),
                (3, &self.page("")),
                (4, &pdf::content(TEXT)),
                (6, &self.leader("")),
                (7, &self.dictionary()),
                (8, &self.number("")),
                (9, &self.form("")),
            ],
        );
        let own: Vec<(u32, String)> =
            self.objects.iter().map(|(number, octets)| (*number, String::from_utf8_lossy(octets).into_owned())).collect();
        let own: Vec<(u32, &str)> = own.iter().map(|(number, text)| (*number, text.as_str())).collect();
        pdf::with(objects, &own)
    }

    /// Signed, in a file with a table.
    pub fn signed(&self, shared: &Shared) -> Outcome<Vec<u8>> {
        self.signed_as(shared, &|objects| pdf::table(objects, ""))
    }

    /// Signed, in a file of this kind.
    pub fn signed_as(&self, shared: &Shared, layout: &dyn Fn(&Objects) -> Vec<u8>) -> Outcome<Vec<u8>> {
        HandMade { layout, ..HandMade::new(self.objects()) }.sign(|octets| shared.by_hand("p256").detached(octets, Vec::new()))
    }

    /// The number was filled in.
    pub fn filled(&self) -> Objects {
        self.filled_with("12/QD-UBND", &shows("12/QD-UBND"))
    }

    /// This value, and this appearance.
    pub fn filled_with(&self, value: &str, appearance: &str) -> Objects {
        pdf::objects(&[(8, &self.number(&format!("/V ({value}) /AP << /N 20 0 R >> "))), (20, appearance)])
    }

    /// EN 319 142-1 §5.4.2: validation data were added; `more` are further entries of the store.
    pub fn store(&self, shared: &Shared, more: &str) -> Objects {
        let store = format!("<< /Type /DSS /Certs [31 0 R] /CRLs [32 0 R] {more}>>");
        let mut update = pdf::objects(&[(1, &self.catalog("/DSS 30 0 R ")), (30, &store)]);
        update.extend([(31, bare(&shared.issuing.certificate)), (32, bare(&shared.issuing_list))]);
        update
    }

    /// A second field on the page, and in it a signature of the organisation; `more` are further entries of the field.
    pub fn sealed(&self, more: &str) -> Objects {
        self.second("seal", more, &pades())
    }

    /// A document timestamp.
    pub fn stamped(&self) -> Objects {
        self.second("stamp", "", TIMESTAMP)
    }

    /// A second field on the page with this signature dictionary; `more` are further entries of the field.
    pub fn second(&self, name: &str, more: &str, dictionary: &str) -> Objects {
        let field = field(name, more).replace("/V 7 0 R", "/V 11 0 R");
        let field = if more.contains("/Rect") { field.replace("/Rect [0 0 0 0] ", "") } else { field };
        pdf::objects(&[(3, &self.page(" 10 0 R")), (9, &self.form(" 10 0 R")), (10, &field), (11, dictionary)])
    }
}

pub const TIMESTAMP: &str =
    "<< /Type /DocTimeStamp /Filter /Adobe.PPKLite /SubFilter /ETSI.RFC3161 /ByteRange {range} /Contents {contents} >>";

/// The organisation signs what `layout` makes of these objects.
pub fn seal(shared: &Shared, objects: Objects, layout: &dyn Fn(&Objects) -> Vec<u8>) -> Outcome<Vec<u8>> {
    HandMade { layout, ..HandMade::new(objects) }.sign(|octets| shared.by_hand("p384").detached(octets, Vec::new()))
}

/// The authority stamps what `layout` makes of these objects.
pub fn stamp(shared: &Shared, objects: Objects, layout: &dyn Fn(&Objects) -> Vec<u8>) -> Outcome<Vec<u8>> {
    let authority = Signer::new(&shared.timestamping, &[&shared.issuing]);
    HandMade { layout, ..HandMade::new(objects) }.sign(|octets| authority.timestamp(octets, claimed()))
}

/// `SigRef` (§12.8.2).
pub fn transform(method: &str, parameters: &str) -> String {
    format!("<< /Type /SigRef /TransformMethod /{method} /TransformParams << /Type /TransformParams /V /1.2 {parameters} >> >>")
}

/// The appearance of a text field with this text (§12.7.4.3).
pub fn shows(text: &str) -> String {
    form("[0 0 228 20]", &format!("/Tx BMC q BT /F1 12 Tf 2 5 Td ({text}) Tj ET Q EMC"))
}

/// A form XObject (§8.10).
pub fn form(bounds: &str, content: &str) -> String {
    let entries = format!("/Type /XObject /Subtype /Form /BBox {bounds} /Resources << /Font << /F1 5 0 R >> >> ");
    pdf::stream(&entries, content)
}

/// A stream of these octets.
pub fn bare(octets: &[u8]) -> Vec<u8> {
    [format!("<< /Length {} >>\nstream\n", octets.len()).as_bytes(), octets, b"\nendstream"].concat()
}
