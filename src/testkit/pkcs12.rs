//! RFC 7292 §4 — PKCS#12 files as the tools of the field write them

use const_oid::ObjectIdentifier;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::Sha256;

use super::asn1::bmp_string;
use super::entity::Entity;
use super::key::misuse;
use super::protection::{Protection, derive};
use super::random::Random;
use crate::Misuse;
use crate::crypto::DigestAlgorithm;
use crate::encoding::der::write::{
    algorithm_identifier, context, context_constructed, integer, null, object_id, octet_string, sequence, set_of,
};

const fn at(dotted: &str) -> ObjectIdentifier {
    ObjectIdentifier::new_unwrap(dotted)
}

const DATA: ObjectIdentifier = at("1.2.840.113549.1.7.1");
const ENCRYPTED_DATA: ObjectIdentifier = at("1.2.840.113549.1.7.6");
const SHROUDED_KEY_BAG: ObjectIdentifier = at("1.2.840.113549.1.12.10.1.2");
const CERTIFICATE_BAG: ObjectIdentifier = at("1.2.840.113549.1.12.10.1.3");
const X509_CERTIFICATE: ObjectIdentifier = at("1.2.840.113549.1.9.22.1");
const FRIENDLY_NAME: ObjectIdentifier = at("1.2.840.113549.1.9.20");
const LOCAL_KEY_ID: ObjectIdentifier = at("1.2.840.113549.1.9.21");

/// Which of the two safes comes first: readers must take either.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// OpenSSL.
    #[default]
    CertificatesFirst,
    /// Java and Windows.
    KeyFirst,
}

/// The digest of the MAC over the whole file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum MacDigest {
    Sha1,
    #[default]
    Sha256,
}

/// What a PKCS#12 file shall be like.
#[derive(Clone, Debug)]
pub struct Pkcs12 {
    /// Protection of the certificates; `None` leaves them readable.
    pub certificates: Option<Protection>,
    /// Protection of the key.
    pub key: Protection,
    /// The MAC; `None` leaves it out.
    pub mac: Option<MacDigest>,
    /// Iterations of every key derivation.
    pub iterations: u32,
    /// Order of the safes.
    pub order: Order,
    /// `friendlyName` of key and certificate.
    pub friendly_name: String,
    /// `localKeyID` of key and certificate; where absent, SHA-1 of the certificate.
    pub local_key_id: Option<Vec<u8>>,
}

impl Pkcs12 {
    /// As OpenSSL 3 writes it.
    pub fn openssl(friendly_name: &str) -> Self {
        Self {
            certificates: Some(Protection::Aes256),
            key: Protection::Aes256,
            mac: Some(MacDigest::Sha256),
            iterations: 2048,
            order: Order::CertificatesFirst,
            friendly_name: friendly_name.into(),
            local_key_id: None,
        }
    }

    /// As OpenSSL 1 writes it, and OpenSSL 3 with `-legacy`.
    pub fn openssl_legacy(friendly_name: &str) -> Self {
        let (certificates, key) = (Some(Protection::ShaRc2), Protection::ShaTripleDes);
        Self { certificates, key, mac: Some(MacDigest::Sha1), ..Self::openssl(friendly_name) }
    }

    /// As the keytool of Java 16 and later writes it.
    pub fn keytool(friendly_name: &str) -> Self {
        let local_key_id = Some(b"Time 1795316400000".to_vec());
        Self { iterations: 10_000, order: Order::KeyFirst, local_key_id, ..Self::openssl(friendly_name) }
    }

    /// As Windows exports it with `TripleDES-SHA1`.
    pub fn windows(friendly_name: &str) -> Self {
        let (certificates, key) = (Some(Protection::ShaTripleDes), Protection::ShaTripleDes);
        let local_key_id = Some(vec![1, 0, 0, 0]);
        Self {
            certificates,
            key,
            mac: Some(MacDigest::Sha1),
            iterations: 2000,
            order: Order::KeyFirst,
            local_key_id,
            ..Self::openssl(friendly_name)
        }
    }

    /// The key and certificate of `holder` and the certificates above it (`chain`, DER), under `password`.
    ///
    /// # Errors
    /// None in practice: the ciphers can refuse their parameters.
    pub fn write(&self, holder: &Entity, chain: &[&[u8]], password: &str, random: &mut Random) -> Result<Vec<u8>, Misuse> {
        let attributes = self.attributes(holder);
        let key = self.key_safe(holder, &attributes, password, random)?;
        let certificates = self.certificate_safe(holder, chain, &attributes, password, random)?;
        let safes = match self.order {
            Order::CertificatesFirst => sequence(&[certificates, key]),
            Order::KeyFirst => sequence(&[key, certificates]),
        };
        let mac = self.mac.map(|digest| self.mac_data(digest, &safes, password, random)).transpose()?;
        Ok(sequence(&[integer(3), data(&safes), mac.unwrap_or_default()]))
    }

    /// What ties key and certificate together.
    fn attributes(&self, holder: &Entity) -> Vec<u8> {
        let id = self.local_key_id.clone().unwrap_or_else(|| DigestAlgorithm::Sha1.digest(&holder.certificate));
        let name = sequence(&[object_id(FRIENDLY_NAME), set_of(vec![bmp_string(&self.friendly_name)])]);
        set_of(vec![name, sequence(&[object_id(LOCAL_KEY_ID), set_of(vec![octet_string(&id)])])])
    }

    fn key_safe(&self, holder: &Entity, attributes: &[u8], password: &str, random: &mut Random) -> Result<Vec<u8>, Misuse> {
        let key = self.key.encrypted_key(&holder.key.pkcs8(), password, self.iterations, random)?;
        let bag = sequence(&[&object_id(SHROUDED_KEY_BAG), &context_constructed(0, &[key]), attributes]);
        Ok(data(&sequence(&[bag])))
    }

    fn certificate_safe(
        &self,
        holder: &Entity,
        chain: &[&[u8]],
        attributes: &[u8],
        password: &str,
        random: &mut Random,
    ) -> Result<Vec<u8>, Misuse> {
        let own = certificate_bag(&holder.certificate, attributes);
        let others = chain.iter().map(|certificate| certificate_bag(certificate, &[]));
        let bags = sequence(&std::iter::once(own).chain(others).collect::<Vec<_>>());
        let Some(protection) = self.certificates else { return Ok(data(&bags)) };
        // RFC 5652 §8
        let (scheme, octets) = protection.encrypt(&bags, password, self.iterations, random)?;
        let info = sequence(&[object_id(DATA), scheme, context(0, &octets)]);
        Ok(sequence(&[object_id(ENCRYPTED_DATA), context_constructed(0, &[sequence(&[integer(0), info])])]))
    }

    /// `MacData` over the safes.
    fn mac_data(&self, mac: MacDigest, safes: &[u8], password: &str, random: &mut Random) -> Result<Vec<u8>, Misuse> {
        let salt = random.octets::<16>();
        let key = |digest: DigestAlgorithm| derive(digest, 3, password, &salt, self.iterations, digest.output());
        let (digest, value) = match mac {
            MacDigest::Sha1 => (DigestAlgorithm::Sha1, hmac::<Hmac<Sha1>>(&key(DigestAlgorithm::Sha1), safes)?),
            MacDigest::Sha256 => (DigestAlgorithm::Sha256, hmac::<Hmac<Sha256>>(&key(DigestAlgorithm::Sha256), safes)?),
        };
        let info = sequence(&[algorithm_identifier(digest.oid(), Some(&null())), octet_string(&value)]);
        Ok(sequence(&[info, octet_string(&salt), integer(self.iterations.into())]))
    }
}

/// `SafeBag` with a `CertBag` (§4.2.3).
fn certificate_bag(certificate: &[u8], attributes: &[u8]) -> Vec<u8> {
    let bag = sequence(&[object_id(X509_CERTIFICATE), context_constructed(0, &[octet_string(certificate)])]);
    sequence(&[&object_id(CERTIFICATE_BAG), &context_constructed(0, &[bag]), attributes])
}

/// `ContentInfo` of type data.
fn data(content: &[u8]) -> Vec<u8> {
    sequence(&[object_id(DATA), context_constructed(0, &[octet_string(content)])])
}

fn hmac<M: Mac + KeyInit>(key: &[u8], octets: &[u8]) -> Result<Vec<u8>, Misuse> {
    let mut mac = <M as KeyInit>::new_from_slice(key).map_err(misuse)?;
    mac.update(octets);
    Ok(mac.finalize().into_bytes().to_vec())
}
