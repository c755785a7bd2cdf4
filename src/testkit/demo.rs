//! A throw-away public-key infrastructure as a Vietnamese province would see it: everybody in it is invented

mod making;
mod names;

use super::bundle::certificate_bundle;
use super::entity::Entity;
use super::key::KeyParameters;
use super::pkcs12::Pkcs12;
use super::quirk::Quirk;
use super::random::Random;
use super::timestamp::Timestamp;
use crate::context::{Evidence, TrustAnchors};
use crate::creation::SoftwareSigner;
use crate::crypto::{Curve, DigestAlgorithm, SoftwareKey};
use crate::encoding::pem;
use crate::pki::{Certificate, CertificateList};
use crate::report::json::Origin;
use crate::{Malformed, Misuse, Time};

/// Root, issuing authority, those whom it certified, and what it says of their revocation.
pub struct DemoPki {
    /// The trust anchor.
    pub root: Entity,
    /// The authority that issues all other certificates.
    pub issuing: Entity,
    /// The person who signs first: the chairman of a commune's people's committee.
    pub leader: Entity,
    /// The organisation whose seal comes second.
    pub organisation: Entity,
    /// The chairman before, whose certificate was revoked when the office ended.
    pub former_leader: Entity,
    /// The timestamping authority.
    pub timestamping: Entity,
    /// The OCSP responder of the issuing authority.
    pub ocsp_responder: Entity,
    /// The root's revocation list: nothing is revoked.
    pub root_list: Vec<u8>,
    /// The issuing authority's revocation list: the former leader is on it.
    pub issuing_list: Vec<u8>,
    /// Further certificates of authorities, which some quirks need: an older one, a second root, a cross-certificate.
    pub other_authorities: Vec<Entity>,
    /// The revocation lists of further authorities.
    pub other_lists: Vec<Vec<u8>>,
    /// Whether issuers come in a bundle rather than in signatures.
    bundled: bool,
}

/// The password of the PKCS#12 files of [`DemoPki::files`]. It is no secret.
pub const PASSWORD: &str = "kyso-demo";

impl DemoPki {
    /// The infrastructure that `seed` decides, valid at `time`: the same octets again for the same two values.
    ///
    /// # Errors
    /// None in practice: the key generator can fail.
    pub fn new(seed: [u8; 32], time: Time) -> Result<Self, Misuse> {
        Self::with_authorities(seed, time, KeyParameters::Ec(Curve::P256))
    }

    /// As [`Self::new`], with keys of this kind for root and issuing authority: RSA takes longer to make and less to verify.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn with_authorities(seed: [u8; 32], time: Time, authority: KeyParameters) -> Result<Self, Misuse> {
        making::Plan::new(time, authority, &[]).made(&mut Random::seeded(&seed))
    }

    /// As [`Self::new`], with these departures from the profile.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn with_quirks(seed: [u8; 32], time: Time, quirks: &[Quirk]) -> Result<Self, Misuse> {
        making::Plan::new(time, KeyParameters::Ec(Curve::P256), quirks).made(&mut Random::seeded(&seed))
    }

    /// As [`Self::new`], with certificates that say that everything is served at `base`: `http://127.0.0.1:8080`.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn served_at(base: &str, seed: [u8; 32], time: Time) -> Result<Self, Misuse> {
        let plan = making::Plan::new(time, KeyParameters::Ec(Curve::P256), &[]).with_addresses(making::Addresses::at(base));
        plan.made(&mut Random::seeded(&seed))
    }

    /// An infrastructure that nobody can foresee, valid at `time`.
    ///
    /// # Errors
    /// Where the operating system has no randomness to give.
    pub fn unforeseeable(time: Time) -> Result<Self, Misuse> {
        Self::unforeseeable_with_quirks(time, &[])
    }

    /// As [`Self::unforeseeable`], with these departures from the profile.
    ///
    /// # Errors
    /// As [`Self::unforeseeable`].
    pub fn unforeseeable_with_quirks(time: Time, quirks: &[Quirk]) -> Result<Self, Misuse> {
        let mut random = Random::unforeseeable().map_err(|cause| Misuse::new(format!("no randomness: {cause}")))?;
        Self::with_quirks(random.octets(), time, quirks)
    }

    /// The certificates that signatures bring beside the signer's, DER: that of the issuing authority.
    pub fn chain(&self) -> Vec<&[u8]> {
        if self.bundled { Vec::new() } else { vec![&self.issuing.certificate] }
    }

    /// The leader with key and chain, ready to sign.
    ///
    /// # Errors
    /// None in practice.
    pub fn leader_signer(&self) -> Result<SoftwareSigner, Misuse> {
        self.signer(&self.leader)
    }

    /// The organisation's seal with key and chain, ready to sign.
    ///
    /// # Errors
    /// None in practice.
    pub fn organisation_signer(&self) -> Result<SoftwareSigner, Misuse> {
        self.signer(&self.organisation)
    }

    /// A token of the timestamping authority over what has this digest, with the certificates up to the root's, DER.
    ///
    /// # Errors
    /// None in practice.
    pub fn timestamp(&self, algorithm: DigestAlgorithm, digest: &[u8], time: Time) -> Result<Vec<u8>, Misuse> {
        let timestamp = Timestamp::of(algorithm, digest, time).with_certificates(&[&self.timestamping, &self.issuing]);
        self.timestamping.timestamp_token(&timestamp)
    }

    /// The root, as a relying party that trusts it has it.
    ///
    /// # Errors
    /// None in practice.
    pub fn trust_anchors(&self) -> Result<TrustAnchors, Misuse> {
        let mut anchors = TrustAnchors::none();
        anchors.add_der(&self.root.certificate).map_err(unreadable)?;
        Ok(anchors)
    }

    /// The revocation lists of all authorities, and the certificates between signatories and root.
    ///
    /// # Errors
    /// None in practice.
    pub fn evidence(&self) -> Result<Evidence, Misuse> {
        let mut evidence = Evidence::none();
        for list in [&self.root_list, &self.issuing_list].into_iter().chain(&self.other_lists) {
            evidence.add_crl(CertificateList::from_der(list).map_err(unreadable)?, Origin::Supplied);
        }
        for authority in [&self.issuing].into_iter().chain(&self.other_authorities) {
            evidence.add_certificate(Certificate::from_der(&authority.certificate).map_err(unreadable)?, Origin::Supplied);
        }
        Ok(evidence)
    }

    fn signer(&self, entity: &Entity) -> Result<SoftwareSigner, Misuse> {
        let chain = std::iter::once(&entity.certificate[..]).chain(self.chain());
        let chain = chain.map(Certificate::from_der).collect::<Result<_, _>>().map_err(unreadable)?;
        SoftwareSigner::new(SoftwareKey::from_pkcs8_der(&entity.key.pkcs8()).map_err(unreadable)?, chain)
    }

    /// Everything as files: certificates and keys in PEM, key files in PKCS#12 under [`PASSWORD`], revocation lists in DER.
    ///
    /// # Errors
    /// None in practice: the encoders of the key crates can fail.
    pub fn files(&self) -> Result<Vec<(String, Vec<u8>)>, Misuse> {
        let mut files = vec![
            ("anchors/root.pem".to_owned(), certificate(&self.root)),
            ("evidence/root.crl".to_owned(), self.root_list.clone()),
            ("evidence/issuing.crl".to_owned(), self.issuing_list.clone()),
            ("password.txt".to_owned(), format!("{PASSWORD}\n").into_bytes()),
        ];
        files.push(self.issuers());
        for (number, authority) in (1..).zip(&self.other_authorities) {
            files.push((format!("evidence/authority-{number}.pem"), certificate(authority)));
        }
        for (number, list) in (1..).zip(&self.other_lists) {
            files.push((format!("evidence/authority-{number}.crl"), list.clone()));
        }
        for (name, entity) in self.entities() {
            let key = pem::write("PRIVATE KEY", &entity.key.pkcs8()).into_bytes();
            files.push((format!("{name}.key.pem"), [key, certificate(entity)].concat()));
        }
        for (name, entity) in [("leader", &self.leader), ("organisation", &self.organisation), ("former-leader", &self.former_leader)] {
            let mut random = Random::seeded(&entity.certificate);
            let chain: Vec<&[u8]> = self.chain().into_iter().chain([&self.root.certificate[..]]).collect();
            files.push((format!("{name}.p12"), Pkcs12::openssl(name).write(entity, &chain, PASSWORD, &mut random)?));
        }
        Ok(files)
    }

    /// The issuers' certificates as `caIssuers` gives them.
    fn issuers(&self) -> (String, Vec<u8>) {
        if self.bundled {
            ("evidence/issuers.p7b".into(), certificate_bundle(&[&self.issuing.certificate, &self.root.certificate]))
        } else {
            ("evidence/issuing.pem".into(), certificate(&self.issuing))
        }
    }

    fn entities(&self) -> [(&'static str, &Entity); 7] {
        [
            ("root", &self.root),
            ("issuing", &self.issuing),
            ("leader", &self.leader),
            ("organisation", &self.organisation),
            ("former-leader", &self.former_leader),
            ("timestamping", &self.timestamping),
            ("ocsp-responder", &self.ocsp_responder),
        ]
    }
}

fn unreadable(malformed: Malformed) -> Misuse {
    Misuse::new(format!("made by this kit and not readable: {malformed}"))
}

fn certificate(entity: &Entity) -> Vec<u8> {
    pem::write("CERTIFICATE", &entity.certificate).into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pki(seed: u8) -> DemoPki {
        DemoPki::new([seed; 32], Time::from_unix(1_795_316_400)).unwrap()
    }

    #[test]
    fn a_seed_decides_every_octet_of_every_file() {
        assert!(pki(1).files().unwrap() == pki(1).files().unwrap());
        assert!(pki(1).leader.certificate != pki(2).leader.certificate);
    }
}
