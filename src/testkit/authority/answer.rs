//! What is answered: content by service, and how it goes over the wire

use std::time::Duration;

use super::super::extension::authority_information_access;
use super::super::ocsp_response::{CertificateStatus, nonce};
use super::super::timestamp::{timestamp_refusal, timestamp_response};
use super::super::{Entity, Fault, OcspResponse, RevocationList, SingleResponse, Template, Timestamp, TimestampFault, certificate_bundle};
use super::{Authority, AuthorityFault, Service};
use crate::Misuse;
use crate::encoding::der::write::{self, sequence};
use crate::pki::{OcspRequest, TimestampRequest, same_integer};

/// An HTTP answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// `Content-Type`
    pub media_type: &'static str,
    /// `Location`
    pub location: Option<String>,
    /// The body.
    pub octets: Vec<u8>,
    /// How many octets of it are sent, after which the connection ends.
    pub sent: usize,
    /// How many more follow that were not announced.
    pub more: u64,
    /// How long it takes before the first octet.
    pub delay: Duration,
}

const DAY: i64 = 86_400;

impl Answer {
    pub(super) fn status(status: u16) -> Self {
        Self { status, media_type: "text/plain", location: None, octets: Vec::new(), sent: 0, more: 0, delay: Duration::ZERO }
    }

    pub(super) fn of(service: Service, octets: Vec<u8>, fault: Option<AuthorityFault>) -> Self {
        let whole = Self { media_type: service.media_type(), sent: octets.len(), octets, ..Self::status(200) };
        match fault {
            Some(AuthorityFault::Slow(delay)) => Self { delay, ..whole },
            Some(AuthorityFault::Status(status)) => Self::status(status),
            Some(AuthorityFault::Redirect(location)) => Self { location: Some(location), ..Self::status(302) },
            Some(AuthorityFault::Half) => Self { sent: whole.octets.len() / 2, ..whole },
            Some(AuthorityFault::Endless(more)) => Self { more, ..whole },
            Some(AuthorityFault::Garbage) => Self { octets: b"<html>502 Bad Gateway</html>".to_vec(), sent: 28, ..whole },
            Some(AuthorityFault::Empty) => Self { octets: Vec::new(), sent: 0, ..whole },
            Some(AuthorityFault::Refused) if matches!(service, Service::Crl | Service::Issuer) => Self::status(403),
            _ => whole,
        }
    }
}

impl Authority {
    pub(super) fn timestamp(&self, octets: &[u8], fault: Option<&AuthorityFault>) -> Result<Option<Vec<u8>>, Misuse> {
        let Ok(request) = TimestampRequest::from_der(octets) else {
            return Ok(Some(timestamp_refusal(2, "this is no request", Some(2))));
        };
        let Some(timestamp) = Timestamp::answering(&request, self.time) else {
            return Ok(Some(timestamp_refusal(2, "no such digest or policy", Some(0))));
        };
        let pki = &self.pki;
        let other = match fault {
            Some(AuthorityFault::Expired) => Some(self.ended(&pki.timestamping)?),
            _ => None,
        };
        let authority = other.as_ref().unwrap_or(&pki.timestamping);
        let mut timestamp = timestamp.with_certificates(&[authority]);
        match fault {
            Some(AuthorityFault::WrongNonce) => timestamp.nonce = Some(vec![1, 2, 3]),
            Some(AuthorityFault::OfAnother) => timestamp.imprint.iter_mut().for_each(|octet| *octet ^= 1),
            Some(AuthorityFault::Unsigned) => timestamp.fault = Some(TimestampFault::SignatureAltered),
            Some(AuthorityFault::Refused) => return Ok(Some(timestamp_refusal(2, "the clock is not set", Some(14)))),
            _ => {}
        }
        Ok(Some(timestamp_response(&authority.timestamp_token(&timestamp)?)))
    }

    /// The same name, key and purpose in a certificate that ended yesterday.
    fn ended(&self, entity: &Entity) -> Result<Entity, Misuse> {
        let template = Template::timestamping(entity.name.clone(), self.time.plus_seconds(-30 * DAY), self.time.plus_seconds(-DAY))
            .with(authority_information_access(&["http://pki.kyso.example/issuing.cer"], &["http://ocsp.kyso.example/"]));
        self.pki.issuing.issue(&template, entity.key.clone())
    }

    pub(super) fn ocsp(&self, octets: &[u8], fault: Option<&AuthorityFault>) -> Result<Option<Vec<u8>>, Misuse> {
        let refusal = |status| Ok(Some(sequence(&[write::value(10, &[status])])));
        let Ok(request) = OcspRequest::from_der(octets) else { return refusal(1) };
        let Some(asked) = request.certificates.first() else { return refusal(1) };
        if fault == Some(&AuthorityFault::Refused) {
            return refusal(3);
        }
        let pki = &self.pki;
        let (this_update, next_update) = match fault {
            Some(AuthorityFault::Expired) => (self.time.plus_seconds(-90 * DAY), self.time.plus_seconds(-60 * DAY)),
            _ => (self.time, self.time.plus_seconds(DAY)),
        };
        let serial = asked.serial.octets();
        let other = [&[0x11], serial].concat();
        let about = if fault == Some(&AuthorityFault::OfAnother) { &other[..] } else { serial };
        let mut single = SingleResponse::good(&pki.issuing, about, this_update, next_update);
        single.digest = asked.digest_algorithm.digest().unwrap_or(single.digest);
        let revoked = self.revoked().into_iter().find(|(entity, _)| same_integer(serial, &entity.serial));
        let revoked = revoked.map(|(_, reason)| reason).or((fault == Some(&AuthorityFault::Revoked)).then_some(1));
        if let Some(reason) = revoked {
            single.status = CertificateStatus::Revoked(self.time.plus_seconds(-90 * DAY), Some(reason));
        }
        let mut response = OcspResponse::new(single).with_certificate(&pki.ocsp_responder);
        let asked_nonce = request.nonce.as_ref().and_then(|nonce| nonce.octets().get(2..));
        response.extensions.extend(asked_nonce.map(|octets| match fault {
            Some(AuthorityFault::WrongNonce) => nonce(&[7; 32]),
            _ => nonce(octets),
        }));
        response.fault = (fault == Some(&AuthorityFault::Unsigned)).then_some(Fault::SignatureAltered);
        Ok(Some(pki.ocsp_responder.ocsp_response(&response)?))
    }

    /// Whose certificates are revoked, and why (RFC 5280 §5.3.1).
    fn revoked(&self) -> Vec<(&Entity, u8)> {
        let by_fault = [(Service::Timestamp, &self.pki.timestamping), (Service::Issuer, &self.pki.issuing)];
        let by_fault = by_fault.into_iter().filter(|(service, _)| self.faults.get(service) == Some(&AuthorityFault::Revoked));
        [(&self.pki.former_leader, 3)].into_iter().chain(by_fault.map(|(_, entity)| (entity, 1))).collect()
    }

    pub(super) fn crl(&self, path: &str, fault: Option<&AuthorityFault>) -> Result<Option<Vec<u8>>, Misuse> {
        let pki = &self.pki;
        let of_root = path == "/root.crl";
        if !of_root && path != "/issuing.crl" {
            return Ok(None);
        }
        let (issuer, other) = if of_root { (&pki.root, &pki.issuing) } else { (&pki.issuing, &pki.root) };
        let (this_update, next_update) = match fault {
            Some(AuthorityFault::Expired) => (self.time.plus_seconds(-90 * DAY), self.time.plus_seconds(-60 * DAY)),
            _ => (self.time.plus_seconds(-3600), self.time.plus_seconds(7 * DAY)),
        };
        let revoked_at = self.time.plus_seconds(-90 * DAY);
        let mut revoked = self.revoked();
        if fault == Some(&AuthorityFault::Revoked) {
            revoked.extend([&pki.issuing, &pki.leader, &pki.organisation, &pki.timestamping].map(|entity| (entity, 1)));
        }
        revoked.retain(|(entity, _)| std::ptr::eq(*entity, &pki.issuing) == of_root);
        let list = RevocationList::new(this_update, next_update);
        let mut list = revoked.into_iter().fold(list, |list, (entity, reason)| list.with(&entity.serial, revoked_at, Some(reason)));
        list.fault = (fault == Some(&AuthorityFault::Unsigned)).then_some(Fault::SignatureAltered);
        let issuer = if fault == Some(&AuthorityFault::OfAnother) { other } else { issuer };
        Ok(Some(issuer.revocation_list(&list)?))
    }

    pub(super) fn issuer(&self, path: &str, fault: Option<&AuthorityFault>) -> Result<Option<Vec<u8>>, Misuse> {
        let pki = &self.pki;
        let (one, other) = (&pki.issuing, &pki.leader);
        let certificate = match (path, fault) {
            (_, Some(AuthorityFault::OfAnother)) => other.certificate.clone(),
            ("/root.cer", _) => pki.root.certificate.clone(),
            ("/issuers.p7b", _) => certificate_bundle(&[&one.certificate, &pki.root.certificate]),
            ("/issuing.cer", Some(AuthorityFault::Expired)) => {
                let template =
                    Template::authority(one.name.clone(), self.time.plus_seconds(-900 * DAY), self.time.plus_seconds(-DAY), Some(0));
                pki.root.issue(&template, one.key.clone())?.certificate
            }
            ("/issuing.cer", Some(AuthorityFault::Unsigned)) => {
                let mut altered = one.certificate.clone();
                altered.last_mut().into_iter().for_each(|last| *last ^= 1);
                altered
            }
            ("/issuing.cer", _) => one.certificate.clone(),
            _ => return Ok(None),
        };
        Ok(Some(certificate))
    }
}
