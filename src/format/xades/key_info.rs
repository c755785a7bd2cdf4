//! XML Signature §4.5 — KeyInfo: certificates and keys that claim to be the signer's
//!
//! Nothing here is believed: the signer is whose key verifies, and XAdES says in what is signed which certificate that is.

use super::key_names::Said;
use super::names::{DS, DS11, base64_leaf, ds_child, text_leaf};
use crate::crypto::PublicKey;
use crate::crypto::algorithm::{ID_EC_PUBLIC_KEY, RSA_ENCRYPTION};
use crate::encoding::der::write;
use crate::encoding::xml::{NodeId, Tree};
use crate::pki::{Certificate, same_integer};

/// What `KeyInfo` brings.
#[derive(Debug, Default)]
pub(super) struct KeyInfo {
    /// The certificates that can be read; the signer's first, as far as that can be told.
    pub certificates: Vec<Certificate>,
    /// Certificates that cannot be read.
    pub unread: usize,
    /// The key of `KeyValue` or `DEREncodedKeyValue`; several where they differ.
    pub keys: Vec<PublicKey>,
    /// What it says of certificates and keys in words.
    pub said: Vec<Said>,
}

pub(super) fn key_info(tree: &Tree<'_>, node: NodeId) -> KeyInfo {
    let mut found = KeyInfo::default();
    let mut serials: Vec<Vec<u8>> = Vec::new();
    for child in tree.elements(node) {
        match tree.name(child) {
            Some((DS, "X509Data")) => x509_data(tree, child, &mut found, &mut serials),
            Some((DS, "KeyName")) => found.said.extend(text_leaf(tree, child).map(Said::Key)),
            Some((DS, "KeyValue")) => found.keys.extend(key_value(tree, child)),
            Some((DS11, "DEREncodedKeyValue")) => {
                found.keys.extend(base64_leaf(tree, child).and_then(|octets| PublicKey::from_spki(&octets).ok()));
            }
            _ => {}
        }
    }
    signer_first(&mut found, &serials);
    found
}

fn x509_data(tree: &Tree<'_>, node: NodeId, found: &mut KeyInfo, serials: &mut Vec<Vec<u8>>) {
    for child in tree.elements(node) {
        match tree.name(child) {
            Some((DS, "X509Certificate")) => match base64_leaf(tree, child).and_then(|octets| Certificate::from_der(&octets).ok()) {
                Some(certificate) if found.certificates.contains(&certificate) => {}
                Some(certificate) => found.certificates.push(certificate),
                None => found.unread = found.unread.saturating_add(1),
            },
            Some((DS, "X509IssuerSerial")) => {
                let part = |local: &str| ds_child(tree, child, local).and_then(|part| text_leaf(tree, part)).unwrap_or_default();
                let serial = part("X509SerialNumber");
                serials.extend(decimal(&serial));
                found.said.push(Said::IssuerSerial(part("X509IssuerName"), serial));
            }
            Some((DS, "X509SubjectName")) => found.said.extend(text_leaf(tree, child).map(Said::Subject)),
            _ => {}
        }
    }
}

/// §4.5.4: the certificates of one signer stand in no order. The one whose key stands beside them is the signer's, else the one whose number does,
/// else the one that issued none of the others.
fn signer_first(found: &mut KeyInfo, serials: &[Vec<u8>]) {
    let certificates = &found.certificates;
    let has_key = |one: &Certificate| one.public_key().is_ok_and(|own| found.keys.iter().any(|key| key.spki() == own.spki()));
    let has_number = |one: &Certificate| serials.iter().any(|serial| same_integer(serial, one.serial()));
    let issued_none = |one: &Certificate| !certificates.iter().any(|other| other != one && other.issuer().matches(one.subject()));
    let position = certificates
        .iter()
        .position(has_key)
        .or_else(|| certificates.iter().position(has_number))
        .or_else(|| certificates.iter().position(issued_none));
    if let Some(position) = position {
        found.certificates.swap(0, position);
    }
}

/// §4.5.2: `RSAKeyValue`, `ECKeyValue`, as a SubjectPublicKeyInfo.
fn key_value(tree: &Tree<'_>, node: NodeId) -> Option<PublicKey> {
    let key = tree.elements(node).next()?;
    let spki = match tree.name(key)? {
        (DS, "RSAKeyValue") => {
            let part = |local: &str| ds_child(tree, key, local).and_then(|part| base64_leaf(tree, part));
            let rsa = write::sequence(&[write::unsigned_integer(&part("Modulus")?), write::unsigned_integer(&part("Exponent")?)]);
            let identifier = write::algorithm_identifier(RSA_ENCRYPTION, Some(&write::null()));
            write::sequence(&[identifier, write::bit_string(&rsa)])
        }
        (DS11, "ECKeyValue") => {
            let part = |local: &str| tree.elements_named(key, DS11, local).next();
            let uri = tree.attribute(part("NamedCurve")?, "", "URI")?;
            let curve = const_oid::ObjectIdentifier::new(uri.strip_prefix("urn:oid:")?).ok()?;
            let identifier = write::algorithm_identifier(ID_EC_PUBLIC_KEY, Some(&write::object_id(curve)));
            write::sequence(&[identifier, write::bit_string(&base64_leaf(tree, part("PublicKey")?)?)])
        }
        _ => return None,
    };
    PublicKey::from_spki(&spki).ok()
}

/// The octets of a non-negative integer in decimal digits.
pub(super) fn decimal(text: &str) -> Option<Vec<u8>> {
    // No serial number that a certificate may have is longer (RFC 5280 §4.1.2.2), and a generous number of digits costs little.
    if text.is_empty() || text.len() > 100 || !text.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let mut octets: Vec<u8> = vec![0];
    for digit in text.bytes() {
        let mut carry = u32::from(digit.saturating_sub(b'0'));
        for octet in octets.iter_mut().rev() {
            carry = carry.saturating_add(u32::from(*octet).saturating_mul(10));
            *octet = u8::try_from(carry & 0xff).unwrap_or(0);
            carry >>= 8;
        }
        if carry > 0 {
            octets.insert(0, u8::try_from(carry).unwrap_or(0));
        }
    }
    if octets.first().is_some_and(|first| first & 0x80 != 0) {
        octets.insert(0, 0);
    }
    Some(octets)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimal_numbers_become_octets() {
        assert_eq!(decimal("0"), Some(vec![0]));
        assert_eq!(decimal("255"), Some(vec![0, 0xff]));
        assert_eq!(decimal("256"), Some(vec![1, 0]));
        assert_eq!(decimal("10878753"), Some(vec![0, 0xa5, 0xff, 0x21]));
        assert_eq!(decimal(""), None);
        assert_eq!(decimal("-1"), None);
    }
}
