//! RFC 5280 §6.3.3 (b) to (e) — Which certificates and reasons a list speaks of

use crate::pki::extension::{DistributionPoint, DistributionPointName, GeneralName, GeneralNames, IssuingDistributionPoint};
use crate::pki::name::RelativeDistinguishedName;
use crate::pki::{Certificate, CertificateList, Name};

/// Every reason there is: bits 1 to 8 of `ReasonFlags` (bit 0 is unused).
pub(super) const ALL_REASONS: u32 = 0b1_1111_1110;

/// The names of those whose lists may speak of `certificate`: its issuer, and the `cRLIssuer` of its distribution points.
pub(super) fn of_certificate(certificate: &Certificate) -> Vec<Name> {
    let points = certificate.crl_distribution_points().ok().flatten();
    let named = points.iter().flat_map(|points| &points.0).filter_map(|point| point.crl_issuer.as_ref());
    [certificate.issuer().clone()].into_iter().chain(named.flat_map(|names| names.directories().cloned())).collect()
}

/// The reasons for which `crl` speaks of `certificate`, by any of its distribution points or, as §6.3.3 ends, by the issuer's own name.
///
/// # Errors
/// Why it does not speak of it at all.
pub(super) fn reasons(crl: &CertificateList, certificate: &Certificate) -> Result<u32, &'static str> {
    let scope = crl.issuing_distribution_point().map_err(|_| "its issuing distribution point cannot be read")?;
    let points = certificate.crl_distribution_points().map_err(|_| "the distribution points of the certificate cannot be read")?;
    if let Some(scope) = &scope {
        kind_of_certificate(scope, certificate)?;
    }
    let of_list = scope.as_ref().and_then(|scope| scope.only_some_reasons).map_or(ALL_REASONS, |some| some & ALL_REASONS);
    let mut reasons = None;
    for point in points.iter().flat_map(|points| &points.0) {
        if speaks_for(crl, scope.as_ref(), certificate, point) {
            let of_point = point.reasons.map_or(ALL_REASONS, |some| some & ALL_REASONS);
            reasons = Some(reasons.unwrap_or(0) | (of_list & of_point));
        }
    }
    // "any available CRLs not specified in a distribution point but issued by the certificate issuer"
    if crl.issuer().matches(certificate.issuer()) && is_named(scope.as_ref(), crl.issuer(), &[], Some(certificate.issuer())) {
        reasons = Some(of_list);
    }
    reasons.ok_or("the certificate names another distribution point or issuer of lists")
}

/// (b)(2)(ii) to (iv)
fn kind_of_certificate(scope: &IssuingDistributionPoint, certificate: &Certificate) -> Result<(), &'static str> {
    let is_ca = match certificate.basic_constraints() {
        Ok(basic) => basic.is_some_and(|basic| basic.ca),
        Err(_) => return Err("whether the certificate is an authority's cannot be read"),
    };
    if scope.only_user_certificates && is_ca {
        Err("it lists end entities only")
    } else if scope.only_ca_certificates && !is_ca {
        Err("it lists authorities only")
    } else if scope.only_attribute_certificates {
        Err("it lists attribute certificates only")
    } else {
        Ok(())
    }
}

/// (b)(1) and (b)(2)(i) for one distribution point.
fn speaks_for(
    crl: &CertificateList,
    scope: Option<&IssuingDistributionPoint>,
    certificate: &Certificate,
    point: &DistributionPoint,
) -> bool {
    let issuer = match &point.crl_issuer {
        Some(names) => {
            // (b)(1): that issuer, and a list that says that it is indirect.
            let indirect = scope.is_some_and(|scope| scope.indirect_crl);
            if !indirect || !names.directories().any(|name| name.matches(crl.issuer())) {
                return false;
            }
            crl.issuer()
        }
        None if crl.issuer().matches(certificate.issuer()) => certificate.issuer(),
        None => return false,
    };
    let own = match &point.name {
        Some(name) => full_names(name, issuer),
        None => point.crl_issuer.as_ref().map_or_else(Vec::new, |names| names.0.clone()),
    };
    is_named(scope, crl.issuer(), &own, None)
}

/// Whether the list's distribution point is one of `names`, or called as `directory`; a list without one is every point's.
fn is_named(scope: Option<&IssuingDistributionPoint>, crl_issuer: &Name, names: &[GeneralName], directory: Option<&Name>) -> bool {
    let Some(of_list) = scope.and_then(|scope| scope.name.as_ref()) else { return true };
    let of_list = full_names(of_list, crl_issuer);
    let equal = |own: &GeneralName| names.iter().any(|name| is_same(own, name));
    of_list.iter().any(|own| equal(own) || directory.is_some_and(|name| own.directory().is_some_and(|own| own.matches(name))))
}

fn full_names(name: &DistributionPointName, issuer: &Name) -> Vec<GeneralName> {
    match name {
        DistributionPointName::Full(GeneralNames(names)) => names.clone(),
        DistributionPointName::RelativeToIssuer(relative) => below(issuer, relative).map(GeneralName::Directory).into_iter().collect(),
    }
}

/// `nameRelativeToCRLIssuer`: one more component below the issuer's name.
fn below(issuer: &Name, relative: &RelativeDistinguishedName) -> Option<Name> {
    issuer.with(relative).ok()
}

/// A URI is compared as it stands: an octet more or less is another place.
fn is_same(one: &GeneralName, other: &GeneralName) -> bool {
    match (one, other) {
        (GeneralName::Directory(one), GeneralName::Directory(other)) => one.matches(other),
        (GeneralName::Uri(one), GeneralName::Uri(other)) => one == other,
        (GeneralName::Email(one), GeneralName::Email(other)) | (GeneralName::Dns(one), GeneralName::Dns(other)) => {
            one.eq_ignore_ascii_case(other)
        }
        (GeneralName::IpAddress(one), GeneralName::IpAddress(other)) => one.octets() == other.octets(),
        _ => false,
    }
}
