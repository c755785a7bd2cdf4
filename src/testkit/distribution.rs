//! RFC 5280 §4.2.1.13, §5.2, §5.3 — extensions that say which revocation list speaks of what, each with the criticality the profile gives it

use super::asn1::named_bits;
use super::extension::{Extension, GeneralName};
use super::name::Name;
use crate::Time;
use crate::encoding::der::write::{boolean, context_constructed, generalized_time, integer, retagged, sequence};
use crate::pki::object_id::{
    CERTIFICATE_ISSUER, CRL_DISTRIBUTION_POINTS, DELTA_CRL_INDICATOR, EXPIRED_CERTS_ON_CRL, ISSUING_DISTRIBUTION_POINT,
};

/// `DistributionPointName`
#[derive(Clone, Debug)]
pub enum PointName {
    /// `fullName`
    Full(Vec<GeneralName>),
    /// `nameRelativeToCRLIssuer`: the first relative name of this one.
    RelativeToIssuer(Name),
}

/// `DistributionPoint` of a certificate (§4.2.1.13).
#[derive(Clone, Debug, Default)]
pub struct DistributionPoint {
    /// `distributionPoint`
    pub name: Option<PointName>,
    /// `reasons`, bits of `ReasonFlags`: 1 key compromise, 2 of an authority, 3 affiliation changed, 4 superseded, 5 cessation of operation,
    /// 6 on hold, 7 privilege withdrawn, 8 of an attribute authority.
    pub reasons: Option<Vec<u8>>,
    /// `cRLIssuer`
    pub crl_issuer: Vec<GeneralName>,
}

/// `IssuingDistributionPoint` of a list (§5.2.5).
#[derive(Clone, Debug, Default)]
pub struct IssuingDistributionPoint {
    /// `distributionPoint`
    pub name: Option<PointName>,
    /// `onlyContainsUserCerts`
    pub only_user_certificates: bool,
    /// `onlyContainsCACerts`
    pub only_ca_certificates: bool,
    /// `onlySomeReasons`, bits as in [`DistributionPoint::reasons`].
    pub only_some_reasons: Option<Vec<u8>>,
    /// `indirectCRL`
    pub indirect_crl: bool,
    /// `onlyContainsAttributeCerts`
    pub only_attribute_certificates: bool,
}

impl PointName {
    /// One address.
    pub fn at(address: &str) -> Self {
        Self::Full(vec![GeneralName::Uri(address.into())])
    }

    /// One directory name.
    pub fn directory(name: &Name) -> Self {
        Self::Full(vec![GeneralName::Directory(name.clone())])
    }

    fn der(&self) -> Vec<u8> {
        match self {
            Self::Full(names) => context_constructed(0, &general_names(names)),
            Self::RelativeToIssuer(name) => retagged(0xa1, name.first().unwrap_or_default()),
        }
    }
}

fn general_names(names: &[GeneralName]) -> Vec<Vec<u8>> {
    names.iter().map(GeneralName::der).collect()
}

fn point_name(name: Option<&PointName>) -> Vec<u8> {
    name.map(|name| context_constructed(0, &[name.der()])).unwrap_or_default()
}

fn reasons(number: u8, bits: Option<&Vec<u8>>) -> Vec<u8> {
    bits.map(|bits| retagged(0x80 | number, &named_bits(bits.iter().copied()))).unwrap_or_default()
}

fn flag(number: u8, is: bool) -> Vec<u8> {
    if is { retagged(0x80 | number, &boolean(true)) } else { Vec::new() }
}

/// §4.2.1.13, not critical.
pub fn crl_distribution_points(points: &[DistributionPoint]) -> Extension {
    let points: Vec<Vec<u8>> = points
        .iter()
        .map(|point| {
            let issuer = if point.crl_issuer.is_empty() { Vec::new() } else { context_constructed(2, &general_names(&point.crl_issuer)) };
            sequence(&[point_name(point.name.as_ref()), reasons(1, point.reasons.as_ref()), issuer])
        })
        .collect();
    Extension::new(CRL_DISTRIBUTION_POINTS, false, sequence(&points))
}

/// §5.2.5, critical.
pub fn issuing_distribution_point(point: &IssuingDistributionPoint) -> Extension {
    let parts = [
        point_name(point.name.as_ref()),
        flag(1, point.only_user_certificates),
        flag(2, point.only_ca_certificates),
        reasons(3, point.only_some_reasons.as_ref()),
        flag(4, point.indirect_crl),
        flag(5, point.only_attribute_certificates),
    ];
    Extension::new(ISSUING_DISTRIBUTION_POINT, true, sequence(&parts))
}

/// §5.2.4, critical: what makes a list a delta, and since which complete one.
pub fn delta_crl_indicator(base: u64) -> Extension {
    Extension::new(DELTA_CRL_INDICATOR, true, integer(base))
}

/// X.509 §9.5.2.7, not critical: certificates that ended since then are still listed.
pub fn expired_certificates_on_crl(since: Time) -> Extension {
    Extension::new(EXPIRED_CERTS_ON_CRL, false, generalized_time(since))
}

/// §5.3.3, critical: who issued the certificate of this entry and of those after it.
pub fn certificate_issuer(name: &Name) -> Extension {
    Extension::new(CERTIFICATE_ISSUER, true, sequence(&[GeneralName::Directory(name.clone()).der()]))
}

#[cfg(test)]
mod tests {
    use super::super::name::COMMON_NAME;
    use super::super::{Entity, Key, KeyParameters, Random, RevocationList, Template};
    use super::*;
    use crate::crypto::Curve;
    use crate::pki::extension as read;
    use crate::pki::{Certificate, CertificateList};

    fn name(common_name: &str) -> Name {
        Name::of([(COMMON_NAME, common_name)])
    }

    fn entity(extension: Extension) -> Entity {
        let key = Key::generate(KeyParameters::Ec(Curve::P256), &mut Random::seeded(b"lists")).unwrap();
        Entity::self_signed(&Template::new(name("issuer"), Time::from_unix(0), Time::from_unix(60)).with(extension), key).unwrap()
    }

    #[test]
    fn points_of_a_certificate_are_read_as_they_were_meant() {
        let points = [
            DistributionPoint { name: Some(PointName::at("http://a.example/")), reasons: Some(vec![1, 8]), crl_issuer: Vec::new() },
            DistributionPoint {
                name: Some(PointName::RelativeToIssuer(name("part"))),
                crl_issuer: vec![GeneralName::Directory(name("lists"))],
                ..DistributionPoint::default()
            },
        ];
        let certificate = Certificate::from_der(&entity(crl_distribution_points(&points)).certificate).unwrap();
        let points = certificate.crl_distribution_points().unwrap().unwrap();
        assert_eq!(points.uris().collect::<Vec<_>>(), ["http://a.example/"]);
        assert_eq!((points.0[0].reasons, points.0[1].reasons), (Some(0b1_0000_0010), None));
        assert!(matches!(points.0[1].name, Some(read::DistributionPointName::RelativeToIssuer(_))));
        let issuer = points.0[1].crl_issuer.as_ref().unwrap();
        assert_eq!(issuer.directories().map(ToString::to_string).collect::<Vec<_>>(), ["CN=lists"]);
    }

    #[test]
    fn the_scope_of_a_list_is_read_as_it_was_meant() {
        let point = IssuingDistributionPoint {
            name: Some(PointName::directory(&name("part"))),
            only_user_certificates: true,
            only_some_reasons: Some(vec![6]),
            indirect_crl: true,
            ..IssuingDistributionPoint::default()
        };
        let since = Time::from_unix(30);
        let extensions = vec![issuing_distribution_point(&point), delta_crl_indicator(300), expired_certificates_on_crl(since)];
        let list = RevocationList { extensions, ..RevocationList::new(since, since) };
        let list = CertificateList::from_der(&entity(certificate_issuer(&name("other"))).revocation_list(&list).unwrap()).unwrap();
        let scope = list.issuing_distribution_point().unwrap().unwrap();
        assert_eq!((scope.only_user_certificates, scope.only_ca_certificates, scope.indirect_crl), (true, false, true));
        assert_eq!((scope.only_some_reasons, scope.only_attribute_certificates), (Some(0b100_0000), false));
        assert_eq!(list.base_number().unwrap().unwrap().octets(), [1, 44]);
        assert_eq!(list.expired_certificates_since().unwrap(), Some(since));
    }
}
