//! RFC 5280 §4 — what Vietnamese certificates do otherwise than the profile, or than readers expect: each on its own, each on purpose

use super::certificate::{AuthorityKeyIdentifier, Template};
use super::extension::{KEY_USAGE, Purpose, authority, authority_information_access, extended_key_usage, issuer_alternative_name};
use super::key::{Key, pss};
use super::name::{COMMON_NAME, COUNTRY, Name, ORGANISATION, StringKind, USER_ID};
use crate::crypto::{DigestAlgorithm, SignatureAlgorithm};

/// One departure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Quirk {
    /// The root has signed its own certificate with SHA-1.
    Sha1Root,
    /// The root has signed the issuing authority's certificate with SHA-1; all else is SHA-2.
    Sha1Intermediate,
    /// No certificate names the key of its issuer.
    NoAuthorityKeyIdentifier,
    /// Certificates name their issuer's key by the issuer's issuer and serial number alone.
    AuthorityBySerial,
    /// `caIssuers` leads to a PKCS#7 bundle, and signatures do not bring the issuer's certificate.
    IssuersInBundle,
    /// Subjects have accents and the authority's name has none.
    UnaccentedIssuer,
    /// The authority's name has other string types as a subject than as an issuer.
    MixedStringTypes,
    /// Several `UID` attributes in one name.
    SeveralUserIds,
    /// Commas in the common names of subjects.
    CommasInNames,
    /// `keyUsage` is not critical.
    KeyUsageNotCritical,
    /// The issuing authority has no `pathLenConstraint`.
    NoPathLength,
    /// An issuer's alternative name without a name in it.
    EmptyIssuerAlternativeName,
    /// The purposes of signing keys are client authentication, e-mail and smart-card logon.
    NoDocumentSigning,
    /// Signing certificates are valid for ten years.
    TenYears,
    /// The issuing authority has two certificates for one name and key, the older one ended.
    ReissuedAuthority,
    /// The issuing authority stands under a newer root, which the trusted one has certified.
    CrossCertificate,
    /// The authority's accents are composed in its own certificate and decomposed where it is the issuer.
    DecomposedIssuer,
}

/// Whose certificate a template is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The trust anchor.
    Root,
    /// The authority under it.
    Issuing,
    /// Who signs documents.
    Signatory,
}

const BUNDLE: &str = "http://pki.kyso.example/issuers.p7b";
const TEN_YEARS: i64 = 3652 * 86_400;

impl Quirk {
    /// All of them.
    pub const ALL: [Self; 17] = [
        Self::Sha1Root,
        Self::Sha1Intermediate,
        Self::NoAuthorityKeyIdentifier,
        Self::AuthorityBySerial,
        Self::IssuersInBundle,
        Self::UnaccentedIssuer,
        Self::MixedStringTypes,
        Self::SeveralUserIds,
        Self::CommasInNames,
        Self::KeyUsageNotCritical,
        Self::NoPathLength,
        Self::EmptyIssuerAlternativeName,
        Self::NoDocumentSigning,
        Self::TenYears,
        Self::ReissuedAuthority,
        Self::CrossCertificate,
        Self::DecomposedIssuer,
    ];

    /// The name on the command line, and what it makes.
    pub fn described(self) -> (&'static str, &'static str) {
        match self {
            Self::Sha1Root => ("sha-1-root", "the root's own signature uses SHA-1"),
            Self::Sha1Intermediate => ("sha-1-intermediate", "the issuing authority is certified with SHA-1"),
            Self::NoAuthorityKeyIdentifier => ("no-authority-key-identifier", "nobody names the issuer's key"),
            Self::AuthorityBySerial => ("authority-by-serial", "the issuer's key is named by issuer and serial number"),
            Self::IssuersInBundle => ("issuers-in-bundle", "issuers come in a PKCS#7 bundle, not in the signature"),
            Self::UnaccentedIssuer => ("unaccented-issuer", "accented subjects under an authority without accents"),
            Self::MixedStringTypes => ("mixed-string-types", "one name in two choices of string types"),
            Self::SeveralUserIds => ("several-user-ids", "several UIDs in one name"),
            Self::CommasInNames => ("commas-in-names", "commas in common names"),
            Self::KeyUsageNotCritical => ("key-usage-not-critical", "keyUsage is not critical"),
            Self::NoPathLength => ("no-path-length", "the issuing authority has no path length constraint"),
            Self::EmptyIssuerAlternativeName => ("empty-issuer-alternative-name", "an issuerAltName without a name"),
            Self::NoDocumentSigning => ("no-document-signing", "keys for client authentication, e-mail and smart-card logon"),
            Self::TenYears => ("ten-years", "signing certificates valid for ten years"),
            Self::ReissuedAuthority => ("re-issued-authority", "two certificates of the issuing authority, one ended"),
            Self::CrossCertificate => ("cross-certificate", "a newer root, certified by the trusted one"),
            Self::DecomposedIssuer => ("decomposed-issuer", "one name composed (NFC) and decomposed (NFD)"),
        }
    }

    /// The quirk of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|quirk| quirk.described().0 == name)
    }

    /// `template`, for a certificate that the key `issuer` will sign, as an authority with this quirk writes it. What concerns more than one
    /// certificate of an entity is not a matter of templates.
    pub fn applied(self, role: Role, issuer: &Key, template: Template) -> Template {
        use Role::{Issuing, Root, Signatory};
        match (self, role) {
            (Self::Sha1Root, Root) | (Self::Sha1Intermediate, Issuing) => template.signed_with(with_sha1(&issuer.algorithm())),
            (Self::NoAuthorityKeyIdentifier, _) => Template { authority_key_identifier: AuthorityKeyIdentifier::Absent, ..template },
            (Self::AuthorityBySerial, Issuing | Signatory) => {
                Template { authority_key_identifier: AuthorityKeyIdentifier::IssuerAndSerial, ..template }
            }
            (Self::IssuersInBundle, Issuing | Signatory) => template.with(authority_information_access(&[BUNDLE], &[])),
            (Self::KeyUsageNotCritical, _) => not_critical(template),
            (Self::NoPathLength, Issuing) => template.with(authority(None)),
            (Self::EmptyIssuerAlternativeName, Issuing | Signatory) => template.with(issuer_alternative_name(&[])),
            (Self::NoDocumentSigning, Signatory) => {
                template.with(extended_key_usage(&[Purpose::ClientAuthentication, Purpose::EmailProtection, Purpose::SmartcardLogon]))
            }
            (Self::TenYears, Signatory) => Template { not_after: template.not_before.plus_seconds(TEN_YEARS), ..template },
            _ => self.renamed(role, template),
        }
    }

    /// The quirks of names.
    fn renamed(self, role: Role, template: Template) -> Template {
        let subject = |subject| Template { subject, ..template.clone() };
        match (self, role) {
            (Self::UnaccentedIssuer, Role::Issuing) => subject(authority_name("Chung thuc so Kyso Demo")),
            (Self::MixedStringTypes, Role::Issuing) => subject(of_types(StringKind::Printable, StringKind::Utf8)),
            (Self::MixedStringTypes, Role::Signatory) => {
                Template { issuer: Some(of_types(StringKind::Utf8, StringKind::Printable)), ..template }
            }
            (Self::SeveralUserIds, Role::Signatory) => {
                let ids = [(USER_ID, StringKind::Utf8, "MST:0000000001-001"), (USER_ID, StringKind::Utf8, "MNS:0000001")];
                subject(ids.into_iter().fold(template.subject.clone(), |name, (id, kind, value)| name.and(id, kind, value)))
            }
            (Self::CommasInNames, Role::Signatory) => {
                let name = template.subject.clone().without(COMMON_NAME);
                subject(name.and(COMMON_NAME, StringKind::Utf8, "BAN QUẢN LÝ CHỢ, BẾN BÃI, O=ĐÔNG HẢI"))
            }
            (Self::DecomposedIssuer, Role::Issuing) => subject(authority_name("Ch\u{1ee9}ng th\u{1ef1}c s\u{1ed1} Kyso Demo")),
            (Self::DecomposedIssuer, Role::Signatory) => {
                let decomposed = "Chu\u{31b}\u{301}ng thu\u{31b}\u{323}c so\u{302}\u{301} Kyso Demo";
                Template { issuer: Some(authority_name(decomposed)), ..template }
            }
            _ => template,
        }
    }
}

fn with_sha1(usual: &SignatureAlgorithm) -> SignatureAlgorithm {
    match usual {
        SignatureAlgorithm::RsaPkcs1(_) => SignatureAlgorithm::RsaPkcs1(DigestAlgorithm::Sha1),
        SignatureAlgorithm::RsaPss(_) => pss(DigestAlgorithm::Sha1),
        SignatureAlgorithm::Ecdsa(_) => SignatureAlgorithm::Ecdsa(DigestAlgorithm::Sha1),
        other => *other,
    }
}

fn not_critical(mut template: Template) -> Template {
    template.extensions.iter_mut().filter(|extension| extension.id == KEY_USAGE).for_each(|usage| usage.critical = false);
    template
}

fn authority_name(common_name: &str) -> Name {
    Name::of([(COUNTRY, "VN"), (ORGANISATION, "Kyso Demo"), (COMMON_NAME, common_name)])
}

/// One name for every choice of string types (RFC 5280 §7.1).
fn of_types(one: StringKind, other: StringKind) -> Name {
    Name::default().and(COUNTRY, one, "VN").and(ORGANISATION, other, "Kyso Demo").and(COMMON_NAME, one, "Chung thuc so Kyso Demo")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_quirk_has_a_name_of_its_own() {
        for quirk in Quirk::ALL {
            assert_eq!(Quirk::named(quirk.described().0), Some(quirk));
        }
    }
}
