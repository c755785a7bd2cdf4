//! XML Signature §4.2, §4.5; EN 319 132-1 §4.3, §5 — what may stand in the parts of a signature that nobody signs
//!
//! A signature brings keys, names, timestamps and evidence, each in a place of its own. Whatever else could be written there, an attribute, a sentence in the
//! place of a digest, properties where nobody expects them, says something in the name of the signer, who did not sign it.

use super::coverage::is_of_signatures;
use super::names::{DS, base64_octets, is_xades};
use crate::encoding::xml::tree::XML_NAMESPACE;
use crate::encoding::xml::{NodeId, Tree};

/// Attributes that only say where a schema is.
pub(super) const INSTANCE: &str = "http://www.w3.org/2001/XMLSchema-instance";
/// `wsu:Id` of Web Services Security.
const WSU: &str = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd";

/// Attributes that the languages of signatures have: identifiers, references, algorithms, forms.
const ATTRIBUTES: [&str; 24] = [
    "Algorithm",
    "Encoding",
    "EncodingType",
    "Filter",
    "ID",
    "Id",
    "MimeType",
    "ObjectReference",
    "Order",
    "PrefixList",
    "Qualifier",
    "ReferencedData",
    "TokenType",
    "Target",
    "Type",
    "URI",
    "URN",
    "Usage",
    "Value",
    "ValueType",
    "Version",
    "id",
    "referencedData",
    "uri",
];

/// Whether an attribute is one that elements of signatures have.
pub(super) fn is_attribute(namespace: &str, local: &str) -> bool {
    match namespace {
        INSTANCE => true,
        XML_NAMESPACE => local == "id",
        WSU => local == "Id",
        "" => ATTRIBUTES.contains(&local),
        other => is_of_signatures(other) && ATTRIBUTES.contains(&local),
    }
}

/// What a text is read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Text {
    /// Octets in base64.
    Octets,
    /// A certificate, a list, a response, a token: judged where it is read.
    Evidence,
    /// A number, in whichever base.
    Number,
    /// A point in time.
    Time,
    /// An identifier or an address: one word.
    Uri,
    /// A name, or an expression.
    Name,
}

/// Elements whose text is expected, where they stand (anywhere when nothing is said) and what it is.
const LEAVES: [(&str, &[&str], Text); 46] = [
    ("ByKey", &["ResponderID"], Text::Octets),
    ("ByName", &["ResponderID"], Text::Name),
    ("CryptographicInformation", &[], Text::Octets),
    ("DEREncodedKeyValue", &["KeyInfo"], Text::Octets),
    ("DigestValue", &[], Text::Octets),
    ("EncapsulatedCRLValue", &[], Text::Evidence),
    ("EncapsulatedEvidenceRecord", &[], Text::Octets),
    ("EncapsulatedOCSPValue", &[], Text::Evidence),
    ("EncapsulatedPKIData", &[], Text::Octets),
    ("EncapsulatedTimeStamp", &[], Text::Evidence),
    ("EncapsulatedX509Certificate", &[], Text::Evidence),
    ("Exponent", &[], Text::Octets),
    ("G", &[], Text::Octets),
    ("HMACOutputLength", &[], Text::Number),
    ("Identifier", &[], Text::Uri),
    ("IssueTime", &["CRLIdentifier"], Text::Time),
    ("Issuer", &["CRLIdentifier"], Text::Name),
    ("IssuerSerial", &[], Text::Octets),
    ("IssuerSerialV2", &[], Text::Octets),
    ("J", &[], Text::Octets),
    ("KeyName", &["KeyInfo"], Text::Name),
    ("Modulus", &[], Text::Octets),
    ("Number", &["CRLIdentifier"], Text::Number),
    ("OCSPResponse", &[], Text::Octets),
    ("P", &[], Text::Octets),
    ("PgenCounter", &[], Text::Octets),
    ("ProducedAt", &["OCSPIdentifier"], Text::Time),
    ("PublicKey", &[], Text::Octets),
    ("Q", &[], Text::Octets),
    ("ResponderID", &["OCSPIdentifier"], Text::Name),
    ("Seed", &[], Text::Octets),
    ("SignatureValue", &[], Text::Octets),
    ("SigPolDocLocalURI", &[], Text::Uri),
    ("SignaturePolicyDocument", &[], Text::Octets),
    ("TimeStampToken", &[], Text::Octets),
    ("URI", &[], Text::Uri),
    ("X", &[], Text::Octets),
    ("X509CRL", &["X509Data"], Text::Octets),
    ("X509Certificate", &["X509Data"], Text::Evidence),
    ("X509Digest", &["X509Data"], Text::Octets),
    ("X509IssuerName", &["X509IssuerSerial", "IssuerSerial"], Text::Name),
    ("X509SKI", &["X509Data"], Text::Octets),
    ("X509SerialNumber", &["X509IssuerSerial", "IssuerSerial"], Text::Number),
    ("X509SubjectName", &["X509Data"], Text::Name),
    ("XPath", &["Transform"], Text::Name),
    ("Y", &[], Text::Octets),
];

/// Whether the text in an element is a key, a digest, a name or a number that the signature is judged by, or evidence that is. `signatures`: where those of
/// the document stand, in their order.
pub(super) fn is_leaf(tree: &Tree<'_>, node: NodeId, signatures: &[NodeId]) -> bool {
    let Some((_, local)) = tree.name(node) else { return false };
    let around = tree.parent(node).and_then(|parent| tree.name(parent)).map_or("", |(_, local)| local);
    let leaf = LEAVES.iter().find(|(name, ..)| *name == local).filter(|(_, places, _)| places.is_empty() || places.contains(&around));
    leaf.is_some_and(|(.., text)| text.fits(&tree.string(node))) || is_signed_property(tree, node, signatures)
}

/// What signed properties say is signed, or fails with the signature that they are of: those that stand where a signature has them.
fn is_signed_property(tree: &Tree<'_>, node: NodeId, signatures: &[NodeId]) -> bool {
    let in_place = |properties: NodeId| {
        let around = tree.parent(properties).filter(|around| is_xades(tree, *around, "QualifyingProperties"));
        let object = around.and_then(|around| tree.parent(around)).filter(|object| tree.is(*object, DS, "Object"));
        object.and_then(|object| tree.parent(object)).is_some_and(|signature| signatures.binary_search(&signature).is_ok())
    };
    tree.ancestors(node).any(|around| is_xades(tree, around, "SignedProperties") && in_place(around))
}

/// No program breaks base64 into shorter lines.
const SHORTEST_LINE: usize = 16;

impl Text {
    fn fits(self, text: &str) -> bool {
        let text = text.trim();
        match self {
            // Letters alone are base64, too: what is written in lines has long ones, and words are short.
            Self::Octets => {
                let lines: Vec<&str> = text.split_whitespace().collect();
                let (_, before) = lines.split_last().unwrap_or((&"", &[]));
                before.iter().all(|line| line.len() >= SHORTEST_LINE) && base64_octets(text).is_some()
            }
            // Writers separate the octets of a number that they give in hexadecimal digits.
            Self::Number => text.chars().all(|digit| digit.is_ascii_hexdigit() || " :-".contains(digit)),
            Self::Time => text.chars().all(|part| part.is_ascii_digit() || "TZ:.+-".contains(part)),
            Self::Uri => !text.contains(char::is_whitespace),
            Self::Evidence | Self::Name => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_looked_for_in_their_order() {
        assert!(ATTRIBUTES.iter().all(|name| is_attribute("", name)));
        assert!(!is_attribute("", "Result") && !is_attribute("urn:other", "Id") && is_attribute(INSTANCE, "type"));
    }

    #[test]
    fn a_sentence_is_no_value() {
        let sentence = "refused by the Minister";
        for text in [Text::Octets, Text::Number, Text::Time, Text::Uri] {
            assert!(!text.fits(sentence), "{text:?}");
        }
        assert!(
            Text::Octets.fits("AAAAAAAAAAAAAAAA\n AAA=") && Text::Number.fits("5b:84 a6") && Text::Time.fits("2026-11-22T03:00:00.5+07:00")
        );
        assert!(Text::Uri.fits("urn:oid:1.2.3") && Text::Name.fits(sentence));
    }
}
