//! RFC 3161 §2.4.2 — what a timestamp token shall say, right or wrong

use const_oid::ObjectIdentifier;

use super::asn1::named_bits;
use super::entity::{Entity, identifier};
use super::extension::{Extension, GeneralName, extensions};
use crate::crypto::{DigestAlgorithm, SignatureAlgorithm};
use crate::encoding::der::ObjectId;
use crate::encoding::der::write::{
    algorithm_identifier, boolean, context_constructed, generalized_time, integer, object_id, octet_string, retagged, sequence, set_of,
    unsigned_integer, utf8_string,
};
use crate::pki::TimestampRequest;
use crate::pki::object_id as id;
use crate::pki::timestamp_token::Accuracy;
use crate::{Misuse, Time};

/// The policy of tokens that name no other: of an invented authority.
pub const POLICY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.99999.3161.1");

/// How the token names the certificate of its signer among the signed attributes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum EssReference {
    /// `SigningCertificateV2` (RFC 5816), by the digest of the token.
    #[default]
    Version2,
    /// `SigningCertificateV2` by this digest.
    Version2By(DigestAlgorithm),
    /// `SigningCertificate` of RFC 2634, which is SHA-1 always.
    Version1,
    /// Both.
    Both,
    /// Version 2, of this other certificate.
    Of(Vec<u8>),
    /// Neither, which RFC 3161 §2.4.1 does not allow.
    Absent,
}

/// One thing made wrong on purpose, which no other member can say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TimestampFault {
    /// The last bit of the signature value is the other one.
    SignatureAltered,
    /// The content is another than the one that was digested: its serial number is one higher.
    ContentAltered,
    /// The content type is `data`.
    OtherContentType,
    /// There is no content.
    ContentMissing,
    /// The same signer signs twice.
    TwoSigners,
    /// There is no attribute `message-digest`.
    MessageDigestMissing,
}

/// What a timestamp token shall say. Nothing is checked, so that every mistake can be made.
#[derive(Clone, Debug)]
pub struct Timestamp {
    /// `version`
    pub version: u64,
    /// `policy`
    pub policy: ObjectIdentifier,
    /// `messageImprint`: `hashAlgorithm`
    pub imprint_algorithm: DigestAlgorithm,
    /// `messageImprint`: `hashedMessage`
    pub imprint: Vec<u8>,
    /// `serialNumber`, big-endian; where absent, made from imprint and time.
    pub serial: Option<Vec<u8>>,
    /// `genTime`
    pub time: Time,
    /// `accuracy`
    pub accuracy: Option<Accuracy>,
    /// `ordering`
    pub ordering: bool,
    /// `nonce`, big-endian, not negative.
    pub nonce: Option<Vec<u8>>,
    /// `tsa`
    pub authority: Option<GeneralName>,
    /// `extensions`
    pub extensions: Vec<Extension>,
    /// `certificates` of the token, DER; none where the request did not ask for them.
    pub certificates: Vec<Vec<u8>>,
    /// `crls` of the token, DER.
    pub lists: Vec<Vec<u8>>,
    /// The digest of the content; where absent, that of the signature algorithm.
    pub digest: Option<DigestAlgorithm>,
    /// `signatureAlgorithm`; where absent, what the key usually signs with.
    pub algorithm: Option<SignatureAlgorithm>,
    /// How the signer's certificate is named.
    pub reference: EssReference,
    /// Further signed attributes, DER.
    pub signed_attributes: Vec<Vec<u8>>,
    /// Unsigned attributes, DER.
    pub unsigned_attributes: Vec<Vec<u8>>,
    /// What is wrong with it.
    pub fault: Option<TimestampFault>,
}

impl Timestamp {
    /// A token over `octets`, whose imprint is made with SHA-256; of [`POLICY`], with no certificate.
    pub fn over(octets: &[u8], time: Time) -> Self {
        Self::of(DigestAlgorithm::Sha256, &DigestAlgorithm::Sha256.digest(octets), time)
    }

    /// A token over what has this digest.
    pub fn of(imprint_algorithm: DigestAlgorithm, imprint: &[u8], time: Time) -> Self {
        Self {
            version: 1,
            policy: POLICY,
            imprint_algorithm,
            imprint: imprint.to_vec(),
            serial: None,
            time,
            accuracy: None,
            ordering: false,
            nonce: None,
            authority: None,
            extensions: Vec::new(),
            certificates: Vec::new(),
            lists: Vec::new(),
            digest: None,
            algorithm: None,
            reference: EssReference::default(),
            signed_attributes: Vec::new(),
            unsigned_attributes: Vec::new(),
            fault: None,
        }
    }

    /// What answers `request`: its imprint, nonce and policy; `None` when it asks for a digest that this crate lacks or a policy that no
    /// identifier of its tables can hold. Certificates are the caller's to add, where the request wants them.
    pub fn answering(request: &TimestampRequest, time: Time) -> Option<Self> {
        let policy = request.policy.as_ref().map_or(Some(POLICY), ObjectId::known)?;
        let nonce = request.nonce.as_ref().map(|nonce| nonce.octets().to_vec());
        let imprint = Self::of(request.imprint_algorithm.digest()?, request.imprint.octets(), time);
        Some(Self { policy, nonce, ..imprint })
    }

    /// With the certificates of these entities.
    #[must_use]
    pub fn with_certificates(mut self, entities: &[&Entity]) -> Self {
        self.certificates.extend(entities.iter().map(|entity| entity.certificate.clone()));
        self
    }

    /// With this fault.
    #[must_use]
    pub fn with_fault(self, fault: TimestampFault) -> Self {
        Self { fault: Some(fault), ..self }
    }

    /// `TSTInfo`, DER.
    pub fn info(&self) -> Vec<u8> {
        sequence(&[
            integer(self.version),
            object_id(self.policy),
            sequence(&[digest_identifier(self.imprint_algorithm), octet_string(&self.imprint)]),
            unsigned_integer(&self.serial()),
            generalized_time(self.time),
            self.accuracy.map(accuracy).unwrap_or_default(),
            if self.ordering { boolean(true) } else { Vec::new() },
            self.nonce.as_deref().map(unsigned_integer).unwrap_or_default(),
            self.authority.as_ref().map(|name| context_constructed(0, &[name.der()])).unwrap_or_default(),
            if self.extensions.is_empty() { Vec::new() } else { retagged(0xa1, &extensions(&self.extensions)) },
        ])
    }

    /// Eight octets that imprint and time decide, unless the caller did.
    fn serial(&self) -> Vec<u8> {
        self.serial.clone().unwrap_or_else(|| {
            let mut serial = DigestAlgorithm::Sha256.digest(&[&self.imprint[..], self.time.to_generalized_time().as_bytes()].concat());
            serial.truncate(8);
            serial.first_mut().into_iter().for_each(|first| *first = *first & 0x3f | 0x40);
            serial
        })
    }

    /// The token of the next serial number.
    fn next(&self) -> Self {
        let mut serial = self.serial();
        serial.last_mut().into_iter().for_each(|last| *last = last.wrapping_add(1));
        Self { serial: Some(serial), ..self.clone() }
    }
}

impl Entity {
    /// A `TimeStampToken` of this entity, whether it may make one or not, DER.
    ///
    /// # Errors
    /// An algorithm that does not fit this entity's key.
    pub fn timestamp_token(&self, timestamp: &Timestamp) -> Result<Vec<u8>, Misuse> {
        let info = timestamp.info();
        let algorithm = timestamp.algorithm.unwrap_or_else(|| self.key.algorithm());
        // RFC 8419 §3.1: Ed25519 goes with SHA-512.
        let digest = timestamp.digest.or(algorithm.digest()).unwrap_or(DigestAlgorithm::Sha512);
        let signer = self.timestamp_signer(timestamp, &info, digest, &algorithm)?;
        let content_type = content_type(timestamp);
        let content = match &timestamp.fault {
            Some(TimestampFault::ContentMissing) => Vec::new(),
            Some(TimestampFault::ContentAltered) => context_constructed(0, &[octet_string(&timestamp.next().info())]),
            _ => context_constructed(0, &[octet_string(&info)]),
        };
        let signers = if timestamp.fault == Some(TimestampFault::TwoSigners) { vec![signer.clone(), signer] } else { vec![signer] };
        let tagged = |tag, values: &[Vec<u8>]| if values.is_empty() { Vec::new() } else { retagged(tag, &set_of(values.to_vec())) };
        let signed_data = sequence(&[
            integer(3),
            set_of(vec![digest_identifier(digest)]),
            sequence(&[object_id(content_type), content]),
            tagged(0xa0, &timestamp.certificates),
            tagged(0xa1, &timestamp.lists),
            set_of(signers),
        ]);
        Ok(sequence(&[object_id(id::SIGNED_DATA), context_constructed(0, &[signed_data])]))
    }

    fn timestamp_signer(
        &self,
        timestamp: &Timestamp,
        info: &[u8],
        digest: DigestAlgorithm,
        algorithm: &SignatureAlgorithm,
    ) -> Result<Vec<u8>, Misuse> {
        let mut attributes = vec![attribute(id::CONTENT_TYPE, object_id(content_type(timestamp)))];
        if timestamp.fault != Some(TimestampFault::MessageDigestMissing) {
            attributes.push(attribute(id::MESSAGE_DIGEST, octet_string(&digest.digest(info))));
        }
        attributes.extend(self.references(&timestamp.reference, digest));
        attributes.extend(timestamp.signed_attributes.iter().cloned());
        let attributes = set_of(attributes);
        let mut value = self.key.sign(algorithm, &attributes)?;
        if timestamp.fault == Some(TimestampFault::SignatureAltered) {
            value.last_mut().into_iter().for_each(|last| *last ^= 1);
        }
        let unsigned = &timestamp.unsigned_attributes;
        let read = crate::pki::Certificate::from_der(&self.certificate).map_err(|malformed| Misuse::new(malformed.to_string()))?;
        Ok(sequence(&[
            integer(1),
            sequence(&[read.issuer().octets(), &unsigned_integer(&self.serial)]),
            digest_identifier(digest),
            retagged(0xa0, &attributes),
            identifier(algorithm)?,
            octet_string(&value),
            if unsigned.is_empty() { Vec::new() } else { retagged(0xa1, &set_of(unsigned.clone())) },
        ]))
    }

    /// RFC 5035 §5.4 and §3: the certificate in the attributes.
    fn references(&self, reference: &EssReference, digest: DigestAlgorithm) -> Vec<Vec<u8>> {
        let one = || attribute(id::SIGNING_CERTIFICATE, certificate_id(&self.certificate, DigestAlgorithm::Sha1, false));
        let two = |certificate: &[u8], digest| attribute(id::SIGNING_CERTIFICATE_V2, certificate_id(certificate, digest, true));
        match reference {
            EssReference::Version2 => vec![two(&self.certificate, digest)],
            EssReference::Version2By(other) => vec![two(&self.certificate, *other)],
            EssReference::Version1 => vec![one()],
            EssReference::Both => vec![one(), two(&self.certificate, digest)],
            EssReference::Of(other) => vec![two(other, digest)],
            EssReference::Absent => Vec::new(),
        }
    }
}

/// `TimeStampResp` that grants `token`, DER.
pub fn timestamp_response(token: &[u8]) -> Vec<u8> {
    sequence(&[&sequence(&[integer(0)])[..], token])
}

/// `TimeStampResp` without token: `status`, text and the bit of `PKIFailureInfo` (2 bad request, 5 bad data format, 14 time not available, ..).
pub fn timestamp_refusal(status: u64, text: &str, failure: Option<u8>) -> Vec<u8> {
    let text = sequence(&[utf8_string(text)]);
    sequence(&[sequence(&[integer(status), text, failure.map(|bit| named_bits([bit])).unwrap_or_default()])])
}

/// The attribute `signature-time-stamp` (RFC 3161, appendix A), unsigned, with this token.
pub fn signature_timestamp(token: &[u8]) -> Vec<u8> {
    attribute(id::SIGNATURE_TIMESTAMP, token.to_vec())
}

fn content_type(timestamp: &Timestamp) -> ObjectIdentifier {
    if timestamp.fault == Some(TimestampFault::OtherContentType) { id::DATA } else { id::TIMESTAMP_INFO }
}

/// `SigningCertificate` or its version 2 with one identifier, without issuer and serial number. SHA-256 is the default of version 2.
fn certificate_id(certificate: &[u8], digest: DigestAlgorithm, second: bool) -> Vec<u8> {
    let algorithm = if second && digest != DigestAlgorithm::Sha256 { digest_identifier(digest) } else { Vec::new() };
    sequence(&[sequence(&[sequence(&[algorithm, octet_string(&digest.digest(certificate))])])])
}

fn accuracy(accuracy: Accuracy) -> Vec<u8> {
    let part = |tag: u8, value: i64| {
        let encoded = integer(value.unsigned_abs());
        if value == 0 { Vec::new() } else { retagged(tag, &encoded) }
    };
    sequence(&[part(0x02, accuracy.seconds), part(0x80, accuracy.milliseconds), part(0x81, accuracy.microseconds)])
}

fn digest_identifier(digest: DigestAlgorithm) -> Vec<u8> {
    algorithm_identifier(digest.oid(), None)
}

fn attribute(oid: ObjectIdentifier, value: Vec<u8>) -> Vec<u8> {
    sequence(&[object_id(oid), set_of(vec![value])])
}

#[cfg(test)]
mod tests {
    use super::super::DemoPki;
    use super::*;
    use crate::crypto::Signed;
    use crate::pki::{Certificate, TimestampResponse, TimestampToken, verify_signature};

    fn time() -> Time {
        Time::from_unix(1_795_316_400)
    }

    fn pki() -> DemoPki {
        DemoPki::new([3; 32], time()).unwrap()
    }

    fn read(timestamp: &Timestamp) -> TimestampToken {
        TimestampToken::from_ber(&pki().timestamping.timestamp_token(timestamp).unwrap()).unwrap()
    }

    fn holds(token: &TimestampToken) -> bool {
        let certificate = Certificate::from_der(&pki().timestamping.certificate).unwrap();
        let signer = &token.signed_data.signer_infos[0];
        let content = token.signed_data.content.octets().unwrap();
        signer.signer.names(&certificate) && verify_signature(signer, certificate.public_key().unwrap(), Signed::Octets(content)).holds()
    }

    #[test]
    fn a_token_says_what_it_was_told_to_and_is_signed() {
        let asked = Timestamp {
            accuracy: Some(Accuracy { seconds: 1, milliseconds: 500, microseconds: 0 }),
            nonce: Some(vec![0x80, 1]),
            authority: Some(GeneralName::Directory(pki().timestamping.name.clone())),
            ordering: true,
            ..Timestamp::over(b"content", time()).with_certificates(&[&pki().timestamping, &pki().issuing])
        };
        let token = read(&asked);
        assert!(holds(&token));
        assert_eq!(token.info.imprint.octets(), DigestAlgorithm::Sha256.digest(b"content"));
        assert_eq!((token.info.time, token.info.accuracy, token.info.ordering), (time(), asked.accuracy, true));
        assert_eq!(token.info.nonce.unwrap().octets(), [0, 0x80, 1]);
        assert!(token.info.policy == POLICY && token.info.authority.is_some());
        assert_eq!(token.signed_data.certificates.len(), 2);
    }

    #[test]
    fn a_reference_names_the_signer_by_one_version_or_both() {
        let counts = |reference| {
            let token = read(&Timestamp { reference, ..Timestamp::over(b"content", time()) });
            let attributes = token.signed_data.signer_infos[0].signed_attributes.clone().unwrap();
            (attributes.signing_certificate_v1().unwrap().is_some(), attributes.signing_certificate_v2().unwrap().is_some())
        };
        assert_eq!(counts(EssReference::Version1), (true, false));
        assert_eq!(counts(EssReference::Version2), (false, true));
        assert_eq!(counts(EssReference::Both), (true, true));
        assert_eq!(counts(EssReference::Absent), (false, false));
        let names_signer = |reference| {
            let token = read(&Timestamp { reference, ..Timestamp::over(b"content", time()) });
            let attributes = token.signed_data.signer_infos[0].signed_attributes.clone().unwrap();
            let certificate = Certificate::from_der(&pki().timestamping.certificate).unwrap();
            attributes.signing_certificate_v2().unwrap().unwrap().signer().unwrap().digest_matches(&certificate)
        };
        assert_eq!(names_signer(EssReference::Version2By(DigestAlgorithm::Sha384)), Some(true));
        assert_eq!(names_signer(EssReference::Of(pki().leader.certificate)), Some(false));
    }

    #[test]
    fn each_fault_is_one_that_can_be_seen() {
        let faulty = |fault| Timestamp::over(b"content", time()).with_fault(fault);
        assert!(holds(&read(&Timestamp::over(b"content", time()))));
        assert!(!holds(&read(&faulty(TimestampFault::SignatureAltered))));
        assert!(!holds(&read(&faulty(TimestampFault::ContentAltered))));
        assert!(!holds(&read(&faulty(TimestampFault::MessageDigestMissing))));
        assert_eq!(read(&faulty(TimestampFault::TwoSigners)).signed_data.signer_infos.len(), 2);
        for fault in [TimestampFault::OtherContentType, TimestampFault::ContentMissing] {
            let token = pki().timestamping.timestamp_token(&faulty(fault)).unwrap();
            assert!(TimestampToken::from_ber(&token).is_err());
        }
    }

    #[test]
    fn a_response_grants_a_token_or_says_why_not() {
        let token = pki().timestamping.timestamp_token(&Timestamp::over(b"content", time())).unwrap();
        let granted = TimestampResponse::from_der(&timestamp_response(&token)).unwrap();
        assert!(granted.is_granted());
        assert_eq!(granted.token().unwrap().unwrap().octets(), token);
        let refused = TimestampResponse::from_der(&timestamp_refusal(2, "no clock", Some(14))).unwrap();
        assert!(!refused.is_granted());
        assert_eq!((refused.status_text, refused.failure), (vec!["no clock".to_owned()], Some(1 << 14)));
    }
}
