//! RFC 6960 §4.2 — what an OCSP response shall say, right or wrong

use super::asn1::enumerated;
use super::certificate::Fault;
use super::entity::{Entity, identifier};
use super::extension::{Extension, extensions};
use super::key::Key;
use super::name::Name;
use crate::crypto::{DigestAlgorithm, SignatureAlgorithm};
use crate::encoding::der::write::{
    algorithm_identifier, bit_string, context, context_constructed, generalized_time, null, object_id, octet_string, sequence,
    unsigned_integer,
};
use crate::pki::object_id::{OCSP_ARCHIVE_CUTOFF, OCSP_BASIC, OCSP_CERTIFICATE_HASH, OCSP_NONCE};
use crate::{Misuse, Time};

/// `ResponderID`: by whom the response says that it was made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ResponderId {
    /// `byKey`, the key that signs.
    #[default]
    Key,
    /// `byName`, the name of who signs.
    Name,
    /// `byKey`, these octets.
    OtherKey(Vec<u8>),
    /// `byName`, another one.
    OtherName(Name),
}

/// `CertStatus`
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CertificateStatus {
    /// `good`
    #[default]
    Good,
    /// `revoked`: since when, and the number of the `CRLReason`.
    Revoked(Time, Option<u8>),
    /// `unknown`
    Unknown,
}

/// `SingleResponse`: what the response says of one certificate.
#[derive(Clone, Debug)]
pub struct SingleResponse {
    /// `hashAlgorithm` of the `CertID`.
    pub digest: DigestAlgorithm,
    /// The name of the certificate's issuer, whose digest is `issuerNameHash`.
    pub issuer_name: Name,
    /// The key of the certificate's issuer, whose digest is `issuerKeyHash`.
    pub issuer_key: Key,
    /// `serialNumber`, big-endian.
    pub serial: Vec<u8>,
    /// `certStatus`
    pub status: CertificateStatus,
    /// `thisUpdate`
    pub this_update: Time,
    /// `nextUpdate`
    pub next_update: Option<Time>,
    /// `singleExtensions`
    pub extensions: Vec<Extension>,
}

/// What an OCSP response shall say. Nothing is checked, so that every mistake can be made.
#[derive(Clone, Debug)]
pub struct OcspResponse {
    /// `responderID`
    pub responder: ResponderId,
    /// `producedAt`
    pub produced_at: Time,
    /// `responses`
    pub responses: Vec<SingleResponse>,
    /// `responseExtensions`
    pub extensions: Vec<Extension>,
    /// `signatureAlgorithm`; where absent, what the key usually signs with.
    pub algorithm: Option<SignatureAlgorithm>,
    /// `certs`, DER.
    pub certificates: Vec<Vec<u8>>,
    /// What is wrong with it: an algorithm is named once, so that there is no inner one.
    pub fault: Option<Fault>,
}

impl SingleResponse {
    /// That the certificate with this serial number, which `issuer` issued, is good; the `CertID` is of SHA-1, as most are.
    pub fn good(issuer: &Entity, serial: &[u8], this_update: Time, next_update: Time) -> Self {
        Self {
            digest: DigestAlgorithm::Sha1,
            issuer_name: issuer.name.clone(),
            issuer_key: issuer.key.clone(),
            serial: serial.to_vec(),
            status: CertificateStatus::Good,
            this_update,
            next_update: Some(next_update),
            extensions: Vec::new(),
        }
    }

    /// With one more extension.
    #[must_use]
    pub fn with(mut self, extension: Extension) -> Self {
        self.extensions.push(extension);
        self
    }

    fn der(&self) -> Vec<u8> {
        let digest = |octets: &[u8]| octet_string(&self.digest.digest(octets));
        let certificate = sequence(&[
            algorithm_identifier(self.digest.oid(), Some(&null())),
            digest(&self.issuer_name.der()),
            digest(self.issuer_key.software_key().public_key().subject_public_key()),
            unsigned_integer(&self.serial),
        ]);
        sequence(&[
            certificate,
            self.status.der(),
            generalized_time(self.this_update),
            self.next_update.map(|time| context_constructed(0, &[generalized_time(time)])).unwrap_or_default(),
            tagged_extensions(&self.extensions),
        ])
    }
}

impl CertificateStatus {
    fn der(self) -> Vec<u8> {
        match self {
            Self::Good => context(0, &[]),
            Self::Revoked(time, reason) => {
                let reason = reason.map(|reason| context_constructed(0, &[enumerated(reason)]));
                context_constructed(1, &[generalized_time(time), reason.unwrap_or_default()])
            }
            Self::Unknown => context(2, &[]),
        }
    }
}

impl OcspResponse {
    /// A response of the time of its first answer, with no certificate.
    pub fn new(single: SingleResponse) -> Self {
        Self {
            responder: ResponderId::default(),
            produced_at: single.this_update,
            responses: vec![single],
            extensions: Vec::new(),
            algorithm: None,
            certificates: Vec::new(),
            fault: None,
        }
    }

    /// With the certificate of the responder, or of anybody.
    #[must_use]
    pub fn with_certificate(mut self, entity: &Entity) -> Self {
        self.certificates.push(entity.certificate.clone());
        self
    }

    fn to_be_signed(&self, entity: &Entity) -> Vec<u8> {
        let responder = match &self.responder {
            ResponderId::Key => context_constructed(2, &[octet_string(&entity.key.identifier())]),
            ResponderId::OtherKey(octets) => context_constructed(2, &[octet_string(octets)]),
            ResponderId::Name => context_constructed(1, &[entity.name.der()]),
            ResponderId::OtherName(name) => context_constructed(1, &[name.der()]),
        };
        let responses: Vec<Vec<u8>> = self.responses.iter().map(SingleResponse::der).collect();
        sequence(&[responder, generalized_time(self.produced_at), sequence(&responses), tagged_extensions(&self.extensions)])
    }
}

impl Entity {
    /// A successful `OCSPResponse` of this entity, whether it may answer or not, DER.
    ///
    /// # Errors
    /// An algorithm that does not fit this entity's key.
    pub fn ocsp_response(&self, response: &OcspResponse) -> Result<Vec<u8>, Misuse> {
        let bytes = sequence(&[object_id(OCSP_BASIC), octet_string(&self.basic_ocsp_response(response)?)]);
        Ok(sequence(&[enumerated(0), context_constructed(0, &[bytes])]))
    }

    /// The `BasicOCSPResponse` alone, as it stands in revocation values, DER.
    ///
    /// # Errors
    /// As [`Self::ocsp_response`].
    pub fn basic_ocsp_response(&self, response: &OcspResponse) -> Result<Vec<u8>, Misuse> {
        let to_be_signed = response.to_be_signed(self);
        let algorithm = response.algorithm.unwrap_or_else(|| self.key.algorithm());
        let mut value = self.key.sign(&algorithm, &to_be_signed)?;
        if response.fault == Some(Fault::SignatureAltered) {
            value.last_mut().into_iter().for_each(|last| *last ^= 1);
        }
        let certificates = match response.certificates.as_slice() {
            [] => Vec::new(),
            several => context_constructed(0, &[sequence(several)]),
        };
        Ok(sequence(&[to_be_signed, identifier(&algorithm)?, bit_string(&value), certificates]))
    }
}

fn tagged_extensions(all: &[Extension]) -> Vec<u8> {
    if all.is_empty() { Vec::new() } else { context_constructed(1, &[extensions(all)]) }
}

/// §4.4.1: what the request had in it.
pub fn nonce(octets: &[u8]) -> Extension {
    Extension::new(OCSP_NONCE, false, octet_string(octets))
}

/// §4.4.4: certificates that ended since then are still answered for.
pub fn archive_cutoff(time: Time) -> Extension {
    Extension::new(OCSP_ARCHIVE_CUTOFF, false, generalized_time(time))
}

/// `CertHash` (Common PKI, part 4, §3.1.2): the SHA-256 of the certificate that the responder knows.
pub fn certificate_hash(certificate: &[u8]) -> Extension {
    let algorithm = DigestAlgorithm::Sha256;
    let identifier = algorithm_identifier(algorithm.oid(), None);
    Extension::new(OCSP_CERTIFICATE_HASH, false, sequence(&[identifier, octet_string(&algorithm.digest(certificate))]))
}

#[cfg(test)]
mod tests {
    use super::super::{KeyParameters, Random, Template, name};
    use super::*;
    use crate::crypto::{Curve, Signed, Verification};
    use crate::pki::ocsp_response as read;

    fn time() -> Time {
        Time::from_unix(1_795_316_400)
    }

    fn issuer() -> Entity {
        let key = Key::generate(KeyParameters::Ec(Curve::P256), &mut Random::seeded(b"issuer")).unwrap();
        Entity::self_signed(&Template::new(Name::of([(name::COMMON_NAME, "issuer")]), time(), time().plus_seconds(60)), key).unwrap()
    }

    fn single() -> SingleResponse {
        SingleResponse::good(&issuer(), &[1, 2, 3], time(), time().plus_seconds(60))
    }

    fn basic(response: &OcspResponse) -> crate::pki::BasicOcspResponse {
        crate::pki::OcspResponse::from_der(&issuer().ocsp_response(response).unwrap()).unwrap().basic.unwrap()
    }

    #[test]
    fn a_response_is_read_as_it_was_meant() {
        let extensions = vec![archive_cutoff(time()), certificate_hash(&issuer().certificate)];
        let response = OcspResponse { extensions: vec![nonce(b"nonce")], ..OcspResponse::new(SingleResponse { extensions, ..single() }) };
        let response = basic(&response.with_certificate(&issuer()));
        assert_eq!(response.nonce(), Some(&octet_string(b"nonce")[..]));
        assert_eq!((response.produced_at(), response.certificates().len()), (time(), 1));
        let single = &response.responses()[0];
        assert_eq!(single.certificate.digest_algorithm.digest(), Some(DigestAlgorithm::Sha1));
        assert_eq!(single.certificate.issuer_key_digest.octets(), issuer().key.identifier());
        assert_eq!((single.status, single.next_update), (read::CertificateStatus::Good, Some(time().plus_seconds(60))));
        assert_eq!(single.archive_cutoff().unwrap(), Some(time()));
        let digest = DigestAlgorithm::Sha256.digest(&issuer().certificate);
        assert_eq!(single.certificate_digest().unwrap().unwrap().1.octets(), digest);
    }

    #[test]
    fn a_response_is_signed_unless_altered() {
        let holds = |response: &OcspResponse| {
            let (response, key) = (basic(response), issuer().key);
            key.software_key().public_key().verify(&key.algorithm(), Signed::Octets(response.tbs()), response.signature())
                == Verification::Valid
        };
        let response = OcspResponse::new(single());
        assert!(holds(&response));
        assert!(!holds(&OcspResponse { fault: Some(Fault::SignatureAltered), ..response }));
    }

    #[test]
    fn a_responder_is_named_in_either_way() {
        let responder = |responder| basic(&OcspResponse { responder, ..OcspResponse::new(single()) }).responder().clone();
        assert!(matches!(responder(ResponderId::Name), read::ResponderId::Name(name) if name.to_string() == "CN=issuer"));
        assert!(matches!(responder(ResponderId::Key), read::ResponderId::Key(key) if key.octets() == issuer().key.identifier()));
        assert!(matches!(responder(ResponderId::OtherKey(vec![1])), read::ResponderId::Key(key) if key.octets() == [1]));
    }

    #[test]
    fn revoked_and_unknown_are_told() {
        let status = |status| basic(&OcspResponse::new(SingleResponse { status, ..single() })).responses()[0].status;
        assert_eq!(status(CertificateStatus::Unknown), read::CertificateStatus::Unknown);
        let revoked = read::CertificateStatus::Revoked { time: time(), reason: Some(crate::pki::RevocationReason::KeyCompromise) };
        assert_eq!(status(CertificateStatus::Revoked(time(), Some(1))), revoked);
    }
}
