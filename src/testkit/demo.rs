//! A throw-away public-key infrastructure as a Vietnamese province would see it: everybody in it is invented

use super::certificate::Template;
use super::entity::Entity;
use super::extension::{GeneralName, authority_information_access, crl_distribution_point, subject_alternative_name};
use super::key::{Key, KeyParameters};
use super::name::{COMMON_NAME, COUNTRY, EMAIL, LOCALITY, Name, ORGANISATION, TITLE, USER_ID};
use super::pkcs12::Pkcs12;
use super::random::Random;
use super::revocation_list::RevocationList;
use crate::context::{Evidence, TrustAnchors};
use crate::creation::SoftwareSigner;
use crate::crypto::{Curve, SoftwareKey};
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
}

/// The password of the PKCS#12 files of [`DemoPki::files`]. It is no secret.
pub const PASSWORD: &str = "kyso-demo";

const DAY: i64 = 86_400;
const YEAR: i64 = 365 * DAY;
const ROOT_LIST: &str = "http://pki.kyso.example/root.crl";
const ISSUING_LIST: &str = "http://pki.kyso.example/issuing.crl";
const ROOT_CERTIFICATE: &str = "http://pki.kyso.example/root.cer";
const ISSUING_CERTIFICATE: &str = "http://pki.kyso.example/issuing.cer";
const RESPONDER: &str = "http://ocsp.kyso.example/";

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
        let mut random = Random::seeded(&seed);
        let mut key = |kind| Key::generate(kind, &mut random);
        let curve = KeyParameters::Ec(Curve::P256);
        let from = |days: i64| time.plus_seconds(-days * DAY);
        let until = |years: i64| time.plus_seconds(years * YEAR);

        let root = Entity::self_signed(&Template::authority(root_name(), from(2000), until(15), None), key(authority)?)?;
        let under_root = Template::authority(issuing_name(), from(1000), until(10), Some(0))
            .with(crl_distribution_point(&[ROOT_LIST]))
            .with(authority_information_access(&[ROOT_CERTIFICATE], &[]));
        let issuing = root.issue(&under_root, key(authority)?)?;

        let mail = subject_alternative_name(&[GeneralName::Email("phuonghoasen@donghai.example".into())]);
        let organisation = Template::signatory(organisation_name(), from(100), until(4)).with(mail);
        let leader = issuing.issue(&located(Template::signatory(leader_name(), from(90), until(4))), key(KeyParameters::Rsa(2048))?)?;
        let organisation = issuing.issue(&located(organisation), key(KeyParameters::Rsa(2048))?)?;
        let former_leader = issuing.issue(&located(Template::signatory(former_leader_name(), from(700), until(3))), key(curve)?)?;
        let timestamping = issuing.issue(&located(Template::timestamping(service("TSA"), from(100), until(5))), key(curve)?)?;
        let ocsp_responder = issuing.issue(&Template::ocsp_responder(service("OCSP"), from(20), until(1)), key(curve)?)?;

        // An hour old and good for a week, as a daily job would leave them.
        let list = RevocationList::new(time.plus_seconds(-3600), time.plus_seconds(7 * DAY));
        let root_list = root.revocation_list(&list)?;
        let issuing_list = issuing.revocation_list(&list.with(&former_leader.serial, from(90), Some(3)))?;
        Ok(Self { root, issuing, leader, organisation, former_leader, timestamping, ocsp_responder, root_list, issuing_list })
    }

    /// An infrastructure that nobody can foresee, valid at `time`.
    ///
    /// # Errors
    /// Where the operating system has no randomness to give.
    pub fn unforeseeable(time: Time) -> Result<Self, Misuse> {
        let mut random = Random::unforeseeable().map_err(|cause| Misuse::new(format!("no randomness: {cause}")))?;
        Self::new(random.octets(), time)
    }

    /// The certificates above the signatories, DER, the nearest first; the root is not among them.
    pub fn chain(&self) -> [&[u8]; 1] {
        [&self.issuing.certificate]
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

    /// The root, as a relying party that trusts it has it.
    ///
    /// # Errors
    /// None in practice.
    pub fn trust_anchors(&self) -> Result<TrustAnchors, Misuse> {
        let mut anchors = TrustAnchors::none();
        anchors.add_der(&self.root.certificate).map_err(unreadable)?;
        Ok(anchors)
    }

    /// The revocation lists of both authorities.
    ///
    /// # Errors
    /// None in practice.
    pub fn evidence(&self) -> Result<Evidence, Misuse> {
        let mut evidence = Evidence::none();
        for list in [&self.root_list, &self.issuing_list] {
            evidence.add_crl(CertificateList::from_der(list).map_err(unreadable)?, Origin::Supplied);
        }
        Ok(evidence)
    }

    fn signer(&self, entity: &Entity) -> Result<SoftwareSigner, Misuse> {
        let chain = [&entity.certificate, &self.issuing.certificate];
        let chain = chain.into_iter().map(|der| Certificate::from_der(der)).collect::<Result<_, _>>().map_err(unreadable)?;
        SoftwareSigner::new(SoftwareKey::from_pkcs8_der(&entity.key.pkcs8()).map_err(unreadable)?, chain)
    }

    /// Everything as files: certificates and keys in PEM, key files in PKCS#12 under [`PASSWORD`], revocation lists in DER.
    ///
    /// # Errors
    /// None in practice: the encoders of the key crates can fail.
    pub fn files(&self) -> Result<Vec<(String, Vec<u8>)>, Misuse> {
        let mut files = vec![
            ("anchors/root.pem".to_owned(), certificate(&self.root)),
            ("evidence/issuing.pem".to_owned(), certificate(&self.issuing)),
            ("evidence/root.crl".to_owned(), self.root_list.clone()),
            ("evidence/issuing.crl".to_owned(), self.issuing_list.clone()),
            ("password.txt".to_owned(), format!("{PASSWORD}\n").into_bytes()),
        ];
        for (name, entity) in self.entities() {
            let key = pem::write("PRIVATE KEY", &entity.key.pkcs8()).into_bytes();
            files.push((format!("{name}.key.pem"), [key, certificate(entity)].concat()));
        }
        for (name, entity) in [("leader", &self.leader), ("organisation", &self.organisation), ("former-leader", &self.former_leader)] {
            let mut random = Random::seeded(&entity.certificate);
            let chain = [&self.issuing.certificate[..], &self.root.certificate];
            files.push((format!("{name}.p12"), Pkcs12::openssl(name).write(entity, &chain, PASSWORD, &mut random)?));
        }
        Ok(files)
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

/// With the addresses at which the issuing authority would answer, if it existed.
fn located(template: Template) -> Template {
    template.with(crl_distribution_point(&[ISSUING_LIST])).with(authority_information_access(&[ISSUING_CERTIFICATE], &[RESPONDER]))
}

fn root_name() -> Name {
    Name::of([(COUNTRY, "VN"), (ORGANISATION, "Kyso Demo"), (COMMON_NAME, "Kyso Demo Root CA")])
}

fn issuing_name() -> Name {
    Name::of([(COUNTRY, "VN"), (ORGANISATION, "Kyso Demo"), (COMMON_NAME, "Chứng thực số Kyso Demo")])
}

fn service(kind: &str) -> Name {
    Name::of([(COUNTRY, "VN"), (ORGANISATION, "Kyso Demo"), (COMMON_NAME, &format!("Kyso Demo {kind}"))])
}

fn leader_name() -> Name {
    person("Nguyễn Văn A", "CCCD:000000000001")
}

fn former_leader_name() -> Name {
    person("Trần Thị B", "CCCD:000000000002")
}

fn person(common_name: &str, id: &str) -> Name {
    Name::of([
        (COUNTRY, "VN"),
        (LOCALITY, "Đông Hải"),
        (ORGANISATION, "ỦY BAN NHÂN DÂN PHƯỜNG HOA SEN"),
        (TITLE, "Chủ tịch"),
        (COMMON_NAME, common_name),
        (USER_ID, id),
    ])
}

/// As the province organisations of the government's second generation are named: tax number and budget-unit number.
fn organisation_name() -> Name {
    Name::of([
        (COUNTRY, "VN"),
        (LOCALITY, "Đông Hải"),
        (ORGANISATION, "ỦY BAN NHÂN DÂN TỈNH ĐÔNG HẢI"),
        (COMMON_NAME, "ỦY BAN NHÂN DÂN PHƯỜNG HOA SEN"),
        (USER_ID, "MNS:0000001"),
        (USER_ID, "MST:0000000001"),
        (EMAIL, "phuonghoasen@donghai.example"),
    ])
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
