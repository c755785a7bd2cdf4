//! RFC 5280 §4.2 — extensions of certificates, each with the criticality the profile gives it

use const_oid::ObjectIdentifier;

use super::asn1::named_bits;
use super::name::Name;
use crate::encoding::der::write::{boolean, context, context_constructed, integer, null, object_id, octet_string, sequence, value};

const fn at(dotted: &str) -> ObjectIdentifier {
    ObjectIdentifier::new_unwrap(dotted)
}

/// §4.2.1.9
pub const BASIC_CONSTRAINTS: ObjectIdentifier = at("2.5.29.19");
/// §4.2.1.3
pub const KEY_USAGE: ObjectIdentifier = at("2.5.29.15");
/// §4.2.1.12
pub const EXTENDED_KEY_USAGE: ObjectIdentifier = at("2.5.29.37");
/// §4.2.1.2
pub const SUBJECT_KEY_IDENTIFIER: ObjectIdentifier = at("2.5.29.14");
/// §4.2.1.1
pub const AUTHORITY_KEY_IDENTIFIER: ObjectIdentifier = at("2.5.29.35");
/// §4.2.1.6
pub const SUBJECT_ALTERNATIVE_NAME: ObjectIdentifier = at("2.5.29.17");
/// §4.2.1.7
pub const ISSUER_ALTERNATIVE_NAME: ObjectIdentifier = at("2.5.29.18");
/// §4.2.1.13
pub const CRL_DISTRIBUTION_POINTS: ObjectIdentifier = at("2.5.29.31");
/// §4.2.2.1
pub const AUTHORITY_INFORMATION_ACCESS: ObjectIdentifier = at("1.3.6.1.5.5.7.1.1");
/// §4.2.1.4
pub const CERTIFICATE_POLICIES: ObjectIdentifier = at("2.5.29.32");
/// RFC 6960 §4.2.2.2.1
pub const OCSP_NO_CHECK: ObjectIdentifier = at("1.3.6.1.5.5.7.48.1.5");

/// One extension of a certificate or a revocation list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extension {
    /// `extnID`
    pub id: ObjectIdentifier,
    /// `critical`
    pub critical: bool,
    /// The contents of `extnValue`, DER or not.
    pub value: Vec<u8>,
}

impl Extension {
    /// Any extension at all.
    pub fn new(id: ObjectIdentifier, critical: bool, value: Vec<u8>) -> Self {
        Self { id, critical, value }
    }

    /// The same, critical or not.
    #[must_use]
    pub fn with_criticality(self, critical: bool) -> Self {
        Self { critical, ..self }
    }

    /// `Extension`, DER.
    pub fn der(&self) -> Vec<u8> {
        let value = octet_string(&self.value);
        if self.critical { sequence(&[object_id(self.id), boolean(true), value]) } else { sequence(&[object_id(self.id), value]) }
    }
}

/// `Extensions`, DER.
pub(super) fn extensions(all: &[Extension]) -> Vec<u8> {
    sequence(&all.iter().map(Extension::der).collect::<Vec<_>>())
}

/// The bits of `KeyUsage`, in the standard's order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are the standard's")]
pub enum KeyUsage {
    DigitalSignature,
    NonRepudiation,
    KeyEncipherment,
    DataEncipherment,
    KeyAgreement,
    KeyCertSign,
    CrlSign,
    EncipherOnly,
    DecipherOnly,
}

impl KeyUsage {
    fn bit(self) -> u8 {
        match self {
            Self::DigitalSignature => 0,
            Self::NonRepudiation => 1,
            Self::KeyEncipherment => 2,
            Self::DataEncipherment => 3,
            Self::KeyAgreement => 4,
            Self::KeyCertSign => 5,
            Self::CrlSign => 6,
            Self::EncipherOnly => 7,
            Self::DecipherOnly => 8,
        }
    }
}

/// A purpose of `ExtKeyUsageSyntax`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// RFC 5280 §4.2.1.12 `id-kp-clientAuth`
    ClientAuthentication,
    /// RFC 5280 §4.2.1.12 `id-kp-emailProtection`
    EmailProtection,
    /// RFC 5280 §4.2.1.12 `id-kp-timeStamping`
    TimeStamping,
    /// RFC 5280 §4.2.1.12 `id-kp-OCSPSigning`
    OcspSigning,
    /// RFC 9336 §3.1 `id-kp-documentSigning`
    DocumentSigning,
    /// `szOID_KP_SMARTCARD_LOGON`, which certificates of the Vietnamese government carry
    SmartcardLogon,
    /// Any other.
    Other(ObjectIdentifier),
}

impl Purpose {
    fn id(self) -> ObjectIdentifier {
        match self {
            Self::ClientAuthentication => at("1.3.6.1.5.5.7.3.2"),
            Self::EmailProtection => at("1.3.6.1.5.5.7.3.4"),
            Self::TimeStamping => at("1.3.6.1.5.5.7.3.8"),
            Self::OcspSigning => at("1.3.6.1.5.5.7.3.9"),
            Self::DocumentSigning => at("1.3.6.1.5.5.7.3.36"),
            Self::SmartcardLogon => at("1.3.6.1.4.1.311.20.2.2"),
            Self::Other(id) => id,
        }
    }
}

/// `GeneralName` (§4.2.1.6), the forms that certificates of this kind have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GeneralName {
    /// `rfc822Name`
    Email(String),
    /// `dNSName`
    Dns(String),
    /// `directoryName`
    Directory(Name),
    /// `uniformResourceIdentifier`
    Uri(String),
}

impl GeneralName {
    /// `GeneralName`, DER.
    pub fn der(&self) -> Vec<u8> {
        match self {
            Self::Email(text) => context(1, text.as_bytes()),
            Self::Dns(text) => context(2, text.as_bytes()),
            Self::Directory(name) => context_constructed(4, &[name.der()]),
            Self::Uri(text) => context(6, text.as_bytes()),
        }
    }
}

/// §4.2.1.9, critical: a certification authority with at most `path_length` authorities under it, or (`None`) any number.
pub fn authority(path_length: Option<u64>) -> Extension {
    let mut parts = vec![boolean(true)];
    parts.extend(path_length.map(integer));
    Extension::new(BASIC_CONSTRAINTS, true, sequence(&parts))
}

/// §4.2.1.9, critical: not a certification authority.
pub fn end_entity() -> Extension {
    Extension::new(BASIC_CONSTRAINTS, true, sequence::<&[u8]>(&[]))
}

/// §4.2.1.3, critical.
pub fn key_usage(usages: &[KeyUsage]) -> Extension {
    Extension::new(KEY_USAGE, true, named_bits(usages.iter().map(|usage| usage.bit())))
}

/// §4.2.1.12, not critical.
pub fn extended_key_usage(purposes: &[Purpose]) -> Extension {
    let purposes: Vec<Vec<u8>> = purposes.iter().map(|purpose| object_id(purpose.id())).collect();
    Extension::new(EXTENDED_KEY_USAGE, false, sequence(&purposes))
}

/// §4.2.1.6, not critical.
pub fn subject_alternative_name(names: &[GeneralName]) -> Extension {
    Extension::new(SUBJECT_ALTERNATIVE_NAME, false, general_names(names))
}

/// §4.2.1.7, not critical; some authorities write it with no name in it.
pub fn issuer_alternative_name(names: &[GeneralName]) -> Extension {
    Extension::new(ISSUER_ALTERNATIVE_NAME, false, general_names(names))
}

fn general_names(names: &[GeneralName]) -> Vec<u8> {
    sequence(&names.iter().map(GeneralName::der).collect::<Vec<_>>())
}

/// §4.2.1.13, not critical: one distribution point with these addresses.
pub fn crl_distribution_point(addresses: &[&str]) -> Extension {
    let addresses: Vec<u8> = addresses.iter().flat_map(|address| context(6, address.as_bytes())).collect();
    let point = context_constructed(0, &[context_constructed(0, &[addresses])]);
    Extension::new(CRL_DISTRIBUTION_POINTS, false, sequence(&[sequence(&[point])]))
}

/// §4.2.2.1, not critical: where the issuer's certificate and where its OCSP responder are.
pub fn authority_information_access(issuers: &[&str], responders: &[&str]) -> Extension {
    let access = |method, address: &&str| sequence(&[object_id(at(method)), context(6, address.as_bytes())]);
    let responders = responders.iter().map(|address| access("1.3.6.1.5.5.7.48.1", address));
    let issuers = issuers.iter().map(|address| access("1.3.6.1.5.5.7.48.2", address));
    Extension::new(AUTHORITY_INFORMATION_ACCESS, false, sequence(&responders.chain(issuers).collect::<Vec<_>>()))
}

/// §4.2.1.4, not critical: policies without qualifiers.
pub fn certificate_policies(policies: &[ObjectIdentifier]) -> Extension {
    let policies: Vec<Vec<u8>> = policies.iter().map(|policy| sequence(&[object_id(*policy)])).collect();
    Extension::new(CERTIFICATE_POLICIES, false, sequence(&policies))
}

/// RFC 6960 §4.2.2.2.1, not critical.
pub fn ocsp_no_check() -> Extension {
    Extension::new(OCSP_NO_CHECK, false, null())
}

/// Netscape certificate type, not critical: what certificates of 2017 still carry. The octet is the bits, first bit highest.
pub fn netscape_certificate_type(bits: u8) -> Extension {
    Extension::new(at("2.16.840.1.113730.1.1"), false, value(0x03, &[bits.trailing_zeros().min(7).try_into().unwrap_or(0), bits]))
}
