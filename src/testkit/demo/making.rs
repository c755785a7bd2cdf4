//! Who certifies whom in the demonstration, with the quirks asked for

use std::collections::BTreeSet;

use super::DemoPki;
use super::names::{former_leader_name, issuing_name, leader_name, organisation_name, root_name, second_root_name, service};
use crate::crypto::Curve;
use crate::testkit::certificate::Template;
use crate::testkit::entity::Entity;
use crate::testkit::extension::{
    GeneralName, Purpose, authority_information_access, crl_distribution_point, extended_key_usage, subject_alternative_name,
};
use crate::testkit::key::{Key, KeyParameters};
use crate::testkit::name::Name;
use crate::testkit::quirk::{Quirk, Role};
use crate::testkit::random::Random;
use crate::testkit::revocation_list::RevocationList;
use crate::{Misuse, Time};

const DAY: i64 = 86_400;
const YEAR: i64 = 365 * DAY;

/// Where the authorities would answer, if they existed, or where they do.
pub(super) struct Addresses {
    files: String,
    responder: String,
}

impl Default for Addresses {
    fn default() -> Self {
        Self { files: "http://pki.kyso.example".into(), responder: "http://ocsp.kyso.example/".into() }
    }
}

impl Addresses {
    /// All at `base`, an address without a slash at its end.
    pub(super) fn at(base: &str) -> Self {
        Self { files: base.into(), responder: format!("{base}/ocsp") }
    }

    fn file(&self, name: &str) -> String {
        format!("{}/{name}", self.files)
    }
}

/// What decides the demonstration besides its keys.
pub(super) struct Plan {
    time: Time,
    authority: KeyParameters,
    quirks: BTreeSet<Quirk>,
    addresses: Addresses,
}

/// The authorities, and the lists of those above the issuing one.
struct Authorities {
    root: Entity,
    issuing: Entity,
    others: Vec<Entity>,
    root_list: Vec<u8>,
    other_lists: Vec<Vec<u8>>,
}

impl Plan {
    /// A plan with each quirk once, in their own order: two that name the authority then agree, since the last one does.
    pub(super) fn new(time: Time, authority: KeyParameters, quirks: &[Quirk]) -> Self {
        Self { time, authority, quirks: quirks.iter().copied().collect(), addresses: Addresses::default() }
    }

    /// The same with other addresses.
    pub(super) fn with_addresses(self, addresses: Addresses) -> Self {
        Self { addresses, ..self }
    }

    pub(super) fn made(&self, random: &mut Random) -> Result<DemoPki, Misuse> {
        let Authorities { root, issuing, others, root_list, other_lists } = self.authorities(random)?;
        let mut key = |kind| Key::generate(kind, random);
        let curve = KeyParameters::Ec(Curve::P256);
        let mail = subject_alternative_name(&[GeneralName::Email("phuonghoasen@donghai.example".into())]);
        let signatory = |template, key: Key| issuing.issue(&self.applied(Role::Signatory, &issuing.key, self.located(template)), key);

        let leader = signatory(self.signatory(leader_name(), 90, 4), key(KeyParameters::Rsa(2048))?)?;
        let organisation = signatory(self.signatory(organisation_name(), 100, 4).with(mail), key(KeyParameters::Rsa(2048))?)?;
        let former_leader = signatory(self.signatory(former_leader_name(), 700, 3), key(curve)?)?;
        let timestamping = Template::timestamping(service("TSA"), self.from(100), self.until(5));
        let timestamping = issuing.issue(&self.located(timestamping), key(curve)?)?;
        let ocsp_responder = Template::ocsp_responder(service("OCSP"), self.from(20), self.until(1));
        let ocsp_responder = issuing.issue(&ocsp_responder, key(curve)?)?;

        let issuing_list = issuing.revocation_list(&self.list().with(&former_leader.serial, self.from(90), Some(3)))?;
        Ok(DemoPki {
            root,
            issuing,
            leader,
            organisation,
            former_leader,
            timestamping,
            ocsp_responder,
            root_list,
            issuing_list,
            other_authorities: others,
            other_lists,
            bundled: self.has(Quirk::IssuersInBundle),
        })
    }

    fn authorities(&self, random: &mut Random) -> Result<Authorities, Misuse> {
        let mut key = || Key::generate(self.authority, random);
        let of_root = |name| Template::authority(name, self.from(2000), self.until(15), None);
        let (root_key, issuing_key) = (key()?, key()?);
        let root = Entity::self_signed(&self.applied(Role::Root, &root_key, of_root(root_name())), root_key.clone())?;
        let mut others = Vec::new();
        let mut other_lists = Vec::new();
        let (root_list, root_certificate) = (self.addresses.file("root.crl"), self.addresses.file("root.cer"));
        let second_root_list = self.addresses.file("root-g2.crl");
        let (mut above, mut list) = (root.clone(), &root_list);
        if self.has(Quirk::CrossCertificate) {
            let second = Entity::self_signed(&of_root(second_root_name()), key()?)?;
            let cross = Template::authority(second_root_name(), self.from(1500), self.until(12), None);
            others.push(root.issue(&cross.with(crl_distribution_point(&[&root_list])), second.key.clone())?);
            other_lists.push(second.revocation_list(&self.list())?);
            others.push(second.clone());
            (above, list) = (second, &second_root_list);
        }
        let issuing = |from, until| {
            let template = Template::authority(issuing_name(), from, until, Some(0))
                .with(crl_distribution_point(&[list]))
                .with(authority_information_access(&[&root_certificate], &[]));
            above.issue(&self.applied(Role::Issuing, &above.key, template), issuing_key.clone())
        };
        if self.has(Quirk::ReissuedAuthority) {
            others.push(issuing(self.from(1800), self.from(30))?);
        }
        let issuing = issuing(self.from(1000), self.until(10))?;
        let root_list = root.revocation_list(&self.list())?;
        Ok(Authorities { root, issuing, others, root_list, other_lists })
    }

    /// Signing keys by the book: what they are for says RFC 9336.
    fn signatory(&self, name: Name, days: i64, years: i64) -> Template {
        Template::signatory(name, self.from(days), self.until(years)).with(extended_key_usage(&[Purpose::DocumentSigning]))
    }

    /// An hour old and good for a week, as a daily job would leave it.
    fn list(&self) -> RevocationList {
        RevocationList::new(self.time.plus_seconds(-3600), self.time.plus_seconds(7 * DAY))
    }

    fn applied(&self, role: Role, issuer: &Key, template: Template) -> Template {
        self.quirks.iter().fold(template, |template, quirk| quirk.applied(role, issuer, template))
    }

    fn has(&self, quirk: Quirk) -> bool {
        self.quirks.contains(&quirk)
    }

    fn from(&self, days: i64) -> Time {
        self.time.plus_seconds(-days * DAY)
    }

    fn until(&self, years: i64) -> Time {
        self.time.plus_seconds(years * YEAR)
    }

    /// With the addresses at which the issuing authority answers.
    fn located(&self, template: Template) -> Template {
        let (list, issuer) = (self.addresses.file("issuing.crl"), self.addresses.file("issuing.cer"));
        template.with(crl_distribution_point(&[&list])).with(authority_information_access(&[&issuer], &[&self.addresses.responder]))
    }
}
