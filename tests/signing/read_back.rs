//! What a signed file says, read from its octets: each assertion a rule of `ISO 32000-2 §12.8.1`, `EN 319 142-1 §6.3` or `RFC 5652`.
#![allow(dead_code, reason = "each test binary uses its own part")]

use kyso::crypto::{PublicKey, Signed};
use kyso::encoding::pdf::{Dictionary, Object, Pdf};
use kyso::pki::{SignedData, verify_signature};
use kyso::{Document, Limits};

/// One signature of a file.
pub struct SignatureRead {
    pub dictionary: Dictionary,
    pub field: Dictionary,
    pub byte_range: [usize; 4],
    pub signed_data: SignedData,
    pub room: usize,
}

pub fn open(file: &[u8]) -> Pdf<'_> {
    Pdf::open(file, &Limits::default(), None).unwrap()
}

pub fn document(file: &[u8]) -> Document<'_> {
    Document::pdf(file).unwrap()
}

/// The entry of the catalog, resolved.
pub fn catalog_entry(file: &[u8], key: &[u8]) -> Object {
    let pdf = open(file);
    let view = pdf.latest();
    view.value(&view.catalog().unwrap(), key).unwrap()
}

/// The signature in the field called `name`, verified as mathematics.
pub fn signature(file: &[u8], name: &str) -> SignatureRead {
    let pdf = open(file);
    let view = pdf.latest();
    let form = view.value(&view.catalog().unwrap(), b"AcroForm").unwrap();
    let fields = view.value(form.as_dictionary().unwrap(), b"Fields").unwrap();
    let fields = fields.as_array().unwrap().iter().map(|field| view.resolve(field).unwrap());
    let field = fields
        .map(|field| field.as_dictionary().unwrap().clone())
        .find(|field| field.entry(b"T").as_string() == Some(name.as_bytes()))
        .unwrap();
    let dictionary = view.value(&field, b"V").unwrap().as_dictionary().unwrap().clone();
    let numbers: Vec<usize> = dictionary
        .entry(b"ByteRange")
        .as_array()
        .unwrap()
        .iter()
        .map(|number| usize::try_from(number.as_integer().unwrap()).unwrap())
        .collect();
    let byte_range: [usize; 4] = numbers.try_into().unwrap();
    let [start, before, after, rest] = byte_range;
    assert_eq!(start, 0);
    let hole = &file[before..after];
    assert_eq!((hole[0], hole[hole.len() - 1]), (b'<', b'>'), "the hole is one string token");
    assert!(hole[1..hole.len() - 1].iter().all(u8::is_ascii_hexdigit));
    let contents = dictionary.entry(b"Contents").as_string().unwrap().to_vec();
    let signed_data = SignedData::from_ber(&contents).unwrap();
    assert!(contents[signed_data.used()..].iter().all(|octet| *octet == 0), "zeros behind the signature");
    let covered = [&file[..before], &file[after..after + rest]].concat();
    let signer = &signed_data.signer_infos[0];
    let certificate = signer.signer_certificates(&signed_data.certificates).next().unwrap();
    let key = PublicKey::from_spki(certificate.subject_public_key_info()).unwrap();
    assert!(verify_signature(signer, &key, Signed::Octets(&covered)).holds());
    SignatureRead { dictionary, field, byte_range, room: hole.len() / 2 - 1, signed_data }
}

impl SignatureRead {
    /// The types of the signed attributes, in the order of their encodings.
    pub fn attributes(&self) -> Vec<String> {
        let attributes = self.signed_data.signer_infos[0].signed_attributes.as_ref().unwrap();
        assert!(attributes.is_der());
        let mut types: Vec<String> = attributes.all.iter().map(|attribute| attribute.oid.to_string()).collect();
        types.sort();
        types
    }

    pub fn text(&self, key: &[u8]) -> String {
        kyso::encoding::pdf::decode_text(self.dictionary.entry(key).as_string().unwrap())
    }

    /// The transform with this method of `/Reference`, its parameters.
    pub fn transform(&self, method: &[u8]) -> Option<Dictionary> {
        let references = self.dictionary.entry(b"Reference").as_array()?;
        let reference =
            references.iter().filter_map(Object::as_dictionary).find(|reference| reference.entry(b"TransformMethod").is_name(method))?;
        reference.entry(b"TransformParams").as_dictionary().cloned()
    }
}
