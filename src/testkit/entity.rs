//! RFC 5280 §3.1 — an entity with a key and a certificate, which can certify others whether it may or not

use super::certificate::{AuthorityKeyIdentifier, Fault, Template};
use super::extension::{AUTHORITY_KEY_IDENTIFIER, Extension, GeneralName, SUBJECT_KEY_IDENTIFIER, extensions};
use super::key::Key;
use super::name::Name;
use super::revocation_list::RevocationList;
use crate::Misuse;
use crate::crypto::{DigestAlgorithm, SignatureAlgorithm};
use crate::encoding::der::write::{
    bit_string, context, context_constructed, integer, object_id, octet_string, retagged, sequence, time, unsigned_integer,
};

/// A key, and the certificate that was issued for it.
#[derive(Clone)]
pub struct Entity {
    /// The private key.
    pub key: Key,
    /// The subject of the certificate.
    pub name: Name,
    /// The serial number of the certificate, big-endian.
    pub serial: Vec<u8>,
    /// `Certificate`, DER.
    pub certificate: Vec<u8>,
    /// The issuer of the certificate and the issuer's own serial number, which the two-part key identifier names.
    issuer: (Name, Vec<u8>),
}

impl Entity {
    /// A certificate for `key`, signed with itself.
    ///
    /// # Errors
    /// An algorithm that does not fit the key.
    pub fn self_signed(template: &Template, key: Key) -> Result<Self, Misuse> {
        let serial = serial(template, &key);
        let nobody = (template.subject.clone(), serial.clone());
        let own = Self { key: key.clone(), name: template.subject.clone(), serial, certificate: Vec::new(), issuer: nobody };
        own.issue(template, key)
    }

    /// A certificate for `key`, signed with this entity's key.
    ///
    /// # Errors
    /// An algorithm that does not fit this entity's key.
    pub fn issue(&self, template: &Template, key: Key) -> Result<Self, Misuse> {
        let serial = serial(template, &key);
        let issuer = template.issuer.clone().unwrap_or_else(|| self.name.clone());
        let algorithm = template.algorithm.unwrap_or_else(|| self.key.algorithm());
        let inner = match &template.fault {
            Some(Fault::InnerAlgorithm(other)) => other,
            _ => &algorithm,
        };
        let to_be_signed = sequence(&[
            template.version.map(|version| context_constructed(0, &[integer(version.into())])).unwrap_or_default(),
            unsigned_integer(&serial),
            identifier(inner)?,
            issuer.der(),
            sequence(&[time(template.not_before), time(template.not_after)]),
            template.subject.der(),
            key.public_key_info().to_vec(),
            self.extensions_of(template, &key),
        ]);
        let certificate = self.signed(&to_be_signed, &algorithm, template.fault.as_ref())?;
        Ok(Self { key, name: template.subject.clone(), serial, certificate, issuer: (issuer, self.serial.clone()) })
    }

    /// A revocation list of this entity.
    ///
    /// # Errors
    /// An algorithm that does not fit this entity's key.
    pub fn revocation_list(&self, list: &RevocationList) -> Result<Vec<u8>, Misuse> {
        let algorithm = list.algorithm.unwrap_or_else(|| self.key.algorithm());
        let issuer = list.issuer.as_ref().unwrap_or(&self.name);
        let inner = match &list.fault {
            Some(Fault::InnerAlgorithm(other)) => other,
            _ => &algorithm,
        };
        let mut all = self.authority_key_identifier(list.authority_key_identifier).into_iter().collect::<Vec<_>>();
        all.extend(list.extensions());
        self.signed(&list.to_be_signed(issuer, inner, &all)?, &algorithm, list.fault.as_ref())
    }

    /// `SIGNED` (RFC 5280 §4.1.1): the octets, the algorithm and the value under this entity's key.
    fn signed(&self, to_be_signed: &[u8], algorithm: &SignatureAlgorithm, fault: Option<&Fault>) -> Result<Vec<u8>, Misuse> {
        let mut value = self.key.sign(algorithm, to_be_signed)?;
        if fault == Some(&Fault::SignatureAltered) {
            value.last_mut().into_iter().for_each(|last| *last ^= 1);
        }
        Ok(sequence(&[to_be_signed, &identifier(algorithm)?, &bit_string(&value)]))
    }

    fn extensions_of(&self, template: &Template, key: &Key) -> Vec<u8> {
        let mut all = Vec::new();
        if template.subject_key_identifier {
            all.push(Extension::new(SUBJECT_KEY_IDENTIFIER, false, octet_string(&key.identifier())));
        }
        all.extend(self.authority_key_identifier(template.authority_key_identifier));
        all.extend(template.extensions.iter().cloned());
        // §4.1: in a certificate of version 1 there is no place for extensions.
        if all.is_empty() || template.version.is_none() { Vec::new() } else { context_constructed(3, &[extensions(&all)]) }
    }

    /// The extension of §4.2.1.1 by which this entity is named as the issuer.
    fn authority_key_identifier(&self, form: AuthorityKeyIdentifier) -> Option<Extension> {
        let key_identifier = context(0, &self.key.identifier());
        let (issuer, _) = &self.issuer;
        let name = context_constructed(1, &[GeneralName::Directory(issuer.clone()).der()]);
        let serial = retagged(0x82, &unsigned_integer(&self.serial));
        let value = match form {
            AuthorityKeyIdentifier::KeyIdentifier => sequence(&[key_identifier]),
            AuthorityKeyIdentifier::IssuerAndSerial => sequence(&[name, serial]),
            AuthorityKeyIdentifier::Both => sequence(&[key_identifier, name, serial]),
            AuthorityKeyIdentifier::Absent => return None,
        };
        Some(Extension::new(AUTHORITY_KEY_IDENTIFIER, false, value))
    }
}

/// `AlgorithmIdentifier` (RFC 5280 §4.1.1.2); of an algorithm that the library does not know, the bare identifier.
pub(super) fn identifier(algorithm: &SignatureAlgorithm) -> Result<Vec<u8>, Misuse> {
    match algorithm {
        SignatureAlgorithm::Unsupported(oid) => Ok(sequence(&[object_id(*oid)])),
        known => known.to_identifier().ok_or_else(|| Misuse::new(format!("no identifier for {known}"))),
    }
}

/// The serial number of the template, or sixteen octets that its contents decide.
fn serial(template: &Template, key: &Key) -> Vec<u8> {
    template.serial.clone().unwrap_or_else(|| {
        let contents =
            [time(template.not_before), time(template.not_after), template.subject.der(), key.public_key_info().to_vec()].concat();
        let mut serial = DigestAlgorithm::Sha256.digest(&contents);
        serial.truncate(16);
        // A first bit of neither sign nor leading zero keeps every number at sixteen octets.
        serial.first_mut().into_iter().for_each(|first| *first = *first & 0x3f | 0x40);
        serial
    })
}

#[cfg(test)]
mod tests {
    use super::super::{Extension, KeyParameters, Random, extension, name};
    use super::*;
    use crate::Time;
    use crate::crypto::{Curve, PublicKey, Signed, Verification};
    use crate::pki::{Certificate, CertificateList};

    fn time() -> Time {
        Time::from_unix(1_795_316_400)
    }

    fn key(seed: &str) -> Key {
        Key::generate(KeyParameters::Ec(Curve::P256), &mut Random::seeded(seed.as_bytes())).unwrap()
    }

    fn template(common_name: &str) -> Template {
        Template::new(Name::of([(name::COMMON_NAME, common_name)]), time(), time().plus_seconds(86_400))
    }

    fn root() -> Entity {
        Entity::self_signed(&template("root"), key("root")).unwrap()
    }

    fn holds(signed: &[u8], value: &[u8], signer: &Entity) -> bool {
        let key: &PublicKey = signer.key.software_key().public_key();
        key.verify(&signer.key.algorithm(), Signed::Octets(signed), value) == Verification::Valid
    }

    fn read(entity: &Entity) -> Certificate {
        Certificate::from_der(&entity.certificate).unwrap()
    }

    #[test]
    fn an_issued_certificate_is_signed_by_its_issuer() {
        let leaf = root().issue(&template("leaf"), key("leaf")).unwrap();
        assert!(holds(read(&leaf).tbs(), read(&leaf).signature(), &root()));
        assert!(!holds(read(&leaf).tbs(), read(&leaf).signature(), &leaf));
        assert_eq!(read(&leaf).serial(), leaf.serial);
    }

    #[test]
    fn an_altered_signature_does_not_hold() {
        let leaf = root().issue(&template("leaf").with_fault(Fault::SignatureAltered), key("leaf")).unwrap();
        assert!(!holds(read(&leaf).tbs(), read(&leaf).signature(), &root()));
    }

    #[test]
    fn the_two_algorithms_differ_when_asked_to() {
        let fault = Fault::InnerAlgorithm(SignatureAlgorithm::Ecdsa(DigestAlgorithm::Sha512));
        let honest = root().issue(&template("leaf"), key("leaf")).unwrap();
        let faulty = root().issue(&template("leaf").with_fault(fault), key("leaf")).unwrap();
        assert_eq!(read(&honest).signature_algorithm(), read(&honest).tbs_signature_algorithm());
        assert_ne!(read(&faulty).signature_algorithm(), read(&faulty).tbs_signature_algorithm());
    }

    #[test]
    fn an_extension_is_there_once_and_as_written() {
        let odd = Extension::new(extension::KEY_USAGE, false, vec![1, 2, 3]);
        let leaf = root().issue(&Template::signatory(Name::default(), time(), time()).with(odd), key("leaf")).unwrap();
        let leaf = read(&leaf);
        let found: Vec<_> = leaf.extensions().iter().filter(|one| one.oid == extension::KEY_USAGE).collect();
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].critical, found[0].value.octets()), (false, &[1, 2, 3][..]));
    }

    #[test]
    fn the_issuer_is_named_by_serial_number_when_asked_to() {
        let form = AuthorityKeyIdentifier::IssuerAndSerial;
        let leaf = root().issue(&Template { authority_key_identifier: form, ..template("leaf") }, key("leaf")).unwrap();
        let found = read(&leaf).authority_key_identifier().unwrap().unwrap();
        assert!(found.key_identifier.is_none());
        assert_eq!(found.serial.unwrap().octets(), root().serial);
    }

    #[test]
    fn a_revocation_list_names_whom_it_revokes() {
        let list = RevocationList::new(time(), time().plus_seconds(3600)).with(&[1, 2, 3], time(), Some(4));
        let list = CertificateList::from_der(&root().revocation_list(&list).unwrap()).unwrap();
        assert!(holds(list.tbs(), list.signature(), &root()));
        assert!(list.find(&[1, 2, 3]).unwrap().is_some());
        assert!(list.find(&[1, 2, 4]).unwrap().is_none());
    }
}
