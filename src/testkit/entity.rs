//! RFC 5280 §3.1 — an entity with a key and a certificate, which can certify others whether it may or not

use super::algorithm;
use super::asn1::{bit_string, concatenation, explicit, implicit, integer, integer_contents, number, sequence, time};
use super::certificate::{AuthorityKeyIdentifier, Fault, Template};
use super::extension::{AUTHORITY_KEY_IDENTIFIER, Extension, GeneralName, SUBJECT_KEY_IDENTIFIER, extensions};
use super::key::Key;
use super::name::Name;
use super::revocation_list::RevocationList;
use crate::Misuse;
use crate::crypto::{DigestAlgorithm, SignatureAlgorithm};

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
            template.version.map(|version| explicit(0, &number(version.into()))).unwrap_or_default(),
            integer(&serial),
            algorithm::signature(inner)?,
            issuer.der(),
            sequence(&[time(template.not_before), time(template.not_after)]),
            template.subject.der(),
            key.public_key_info(),
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
        let mut all = self.authority_key_identifier(list.authority_key_identifier).into_iter().collect::<Vec<_>>();
        all.extend(list.extensions());
        self.signed(&list.to_be_signed(issuer, &algorithm, &all)?, &algorithm, list.fault.as_ref())
    }

    /// `SIGNED` (RFC 5280 §4.1.1): the octets, the algorithm and the value under this entity's key.
    fn signed(&self, to_be_signed: &[u8], algorithm: &SignatureAlgorithm, fault: Option<&Fault>) -> Result<Vec<u8>, Misuse> {
        let mut value = self.key.sign(algorithm, to_be_signed)?;
        if fault == Some(&Fault::SignatureAltered) {
            value.last_mut().into_iter().for_each(|last| *last ^= 1);
        }
        Ok(sequence(&[to_be_signed, &algorithm::signature(algorithm)?, &bit_string(&value)]))
    }

    fn extensions_of(&self, template: &Template, key: &Key) -> Vec<u8> {
        let mut all = Vec::new();
        if template.subject_key_identifier {
            all.push(Extension::new(SUBJECT_KEY_IDENTIFIER, false, super::asn1::octet_string(&key.identifier())));
        }
        all.extend(self.authority_key_identifier(template.authority_key_identifier));
        all.extend(template.extensions.iter().cloned());
        // §4.1: in a certificate of version 1 there is no place for extensions.
        if all.is_empty() || template.version.is_none() { Vec::new() } else { explicit(3, &extensions(&all)) }
    }

    /// The extension of §4.2.1.1 by which this entity is named as the issuer.
    fn authority_key_identifier(&self, form: AuthorityKeyIdentifier) -> Option<Extension> {
        let key_identifier = implicit(0, &self.key.identifier());
        let (issuer, _) = &self.issuer;
        let name = explicit(1, &GeneralName::Directory(issuer.clone()).der());
        let serial = implicit(2, &integer_contents(&self.serial));
        let value = match form {
            AuthorityKeyIdentifier::KeyIdentifier => sequence(&[key_identifier]),
            AuthorityKeyIdentifier::IssuerAndSerial => sequence(&[name, serial]),
            AuthorityKeyIdentifier::Both => sequence(&[key_identifier, name, serial]),
            AuthorityKeyIdentifier::Absent => return None,
        };
        Some(Extension::new(AUTHORITY_KEY_IDENTIFIER, false, value))
    }
}

/// The serial number of the template, or sixteen octets that its contents decide.
fn serial(template: &Template, key: &Key) -> Vec<u8> {
    template.serial.clone().unwrap_or_else(|| {
        let contents = concatenation(&[time(template.not_before), time(template.not_after), template.subject.der(), key.public_key_info()]);
        let mut serial = DigestAlgorithm::Sha256.digest(&contents);
        serial.truncate(16);
        // A first bit of neither sign nor leading zero keeps every number at sixteen octets.
        serial.first_mut().into_iter().for_each(|first| *first = *first & 0x3f | 0x40);
        serial
    })
}

/// Read by the types of another crate, and verified with its idea of what is signed.
#[cfg(test)]
mod tests {
    use der::{Decode, Encode};
    use p256::ecdsa::signature::Verifier;
    use x509_cert::Certificate;
    use x509_cert::crl::CertificateList;

    use super::super::{Extension, KeyKind, Random, extension, name};
    use super::*;
    use crate::Time;
    use crate::crypto::Curve;

    fn time() -> Time {
        Time::from_unix(1_795_316_400)
    }

    fn key(seed: &str) -> Key {
        Key::generate(KeyKind::Ecdsa(Curve::P256), &mut Random::seeded(seed.as_bytes())).unwrap()
    }

    fn template(common_name: &str) -> Template {
        Template::new(Name::of([(name::COMMON_NAME, common_name)]), time(), time().plus_seconds(86_400))
    }

    fn root() -> Entity {
        Entity::self_signed(&template("root"), key("root")).unwrap()
    }

    fn holds(signed: &[u8], value: &[u8], signer: &Entity) -> bool {
        let info = signer.key.public_key_info();
        let key = p256::ecdsa::VerifyingKey::from_sec1_bytes(&info[info.len() - 65..]).unwrap();
        key.verify(signed, &p256::ecdsa::Signature::from_der(value).unwrap()).is_ok()
    }

    fn certificate_holds(certificate: &[u8], signer: &Entity) -> bool {
        let certificate = Certificate::from_der(certificate).unwrap();
        holds(&certificate.tbs_certificate().to_der().unwrap(), certificate.signature().raw_bytes(), signer)
    }

    #[test]
    fn an_issued_certificate_is_signed_by_its_issuer() {
        let leaf = root().issue(&template("leaf"), key("leaf")).unwrap();
        assert!(certificate_holds(&leaf.certificate, &root()));
        assert!(!certificate_holds(&leaf.certificate, &leaf));
    }

    #[test]
    fn an_altered_signature_does_not_hold() {
        let leaf = root().issue(&template("leaf").with_fault(Fault::SignatureAltered), key("leaf")).unwrap();
        assert!(!certificate_holds(&leaf.certificate, &root()));
    }

    #[test]
    fn the_two_algorithms_differ_when_asked_to() {
        let fault = Fault::InnerAlgorithm(SignatureAlgorithm::Ecdsa(DigestAlgorithm::Sha512));
        let leaf = root().issue(&template("leaf").with_fault(fault), key("leaf")).unwrap();
        let leaf = Certificate::from_der(&leaf.certificate).unwrap();
        assert_ne!(leaf.signature_algorithm(), leaf.tbs_certificate().signature());
        assert_eq!(leaf.signature_algorithm().oid, DigestAlgorithm::Sha256.ecdsa_oid().unwrap());
    }

    #[test]
    fn extensions_are_there_as_written() {
        let odd = Extension::new(extension::KEY_USAGE, false, vec![1, 2, 3]);
        let leaf = root().issue(&Template::signatory(Name::default(), time(), time()).with(odd), key("leaf")).unwrap();
        let leaf = Certificate::from_der(&leaf.certificate).unwrap();
        let all = leaf.tbs_certificate().extensions().unwrap();
        let found: Vec<_> = all.iter().filter(|one| one.extn_id == extension::KEY_USAGE).collect();
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].critical, found[0].extn_value.as_bytes()), (false, &[1, 2, 3][..]));
    }

    #[test]
    fn the_issuer_is_named_by_serial_number_when_asked_to() {
        let form = AuthorityKeyIdentifier::IssuerAndSerial;
        let leaf = root().issue(&Template { authority_key_identifier: form, ..template("leaf") }, key("leaf")).unwrap();
        let leaf = Certificate::from_der(&leaf.certificate).unwrap();
        let (_, found) = leaf.tbs_certificate().get_extension::<x509_cert::ext::pkix::AuthorityKeyIdentifier>().unwrap().unwrap();
        assert_eq!(found.authority_cert_serial_number.unwrap().as_bytes(), root().serial);
        assert!(found.key_identifier.is_none() && found.authority_cert_issuer.unwrap().len() == 1);
    }

    #[test]
    fn a_revocation_list_names_whom_it_revokes() {
        let list = RevocationList::new(time(), time().plus_seconds(3600)).with(&[1, 2, 3], time(), Some(4));
        let list = <CertificateList>::from_der(&root().revocation_list(&list).unwrap()).unwrap();
        assert!(holds(&list.tbs_cert_list.to_der().unwrap(), list.signature.raw_bytes(), &root()));
        let revoked = list.tbs_cert_list.revoked_certificates.unwrap();
        assert_eq!(revoked.iter().map(|one| one.serial_number.as_bytes()).collect::<Vec<_>>(), [[1, 2, 3]]);
    }

    #[test]
    fn an_empty_revocation_list_has_no_list_in_it() {
        let list = RevocationList::new(time(), time().plus_seconds(3600));
        let list = <CertificateList>::from_der(&root().revocation_list(&list).unwrap()).unwrap();
        assert!(list.tbs_cert_list.revoked_certificates.is_none());
    }
}
