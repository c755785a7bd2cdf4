//! RFC 5280 §4.2.1.13, §4.2.2.1, §5.2.5 — Where to find CRLs, issuers and OCSP responders

use const_oid::ObjectIdentifier;

use super::{ExtensionValue, GeneralName, GeneralNames};
use crate::encoding::der::{ObjectId, Reader, Value, tag};
use crate::error::Malformed;
use crate::pki::name::RelativeDistinguishedName;
use crate::pki::object_id;

/// `CRLDistributionPoints ::= SEQUENCE SIZE (1..MAX) OF DistributionPoint`
#[derive(Clone, Debug)]
pub struct CrlDistributionPoints(pub Vec<DistributionPoint>);

/// `DistributionPoint ::= SEQUENCE { distributionPoint [0], reasons [1], cRLIssuer [2] }`, all optional
#[derive(Clone, Debug)]
pub struct DistributionPoint {
    /// `distributionPoint`
    pub name: Option<DistributionPointName>,
    /// `reasons`, bit n as in `ReasonFlags`; `None` means all.
    pub reasons: Option<u32>,
    /// `cRLIssuer`
    pub crl_issuer: Option<GeneralNames>,
}

/// `DistributionPointName ::= CHOICE { fullName [0], nameRelativeToCRLIssuer [1] }`
#[derive(Clone, Debug)]
pub enum DistributionPointName {
    /// `fullName`
    Full(GeneralNames),
    /// `nameRelativeToCRLIssuer`
    RelativeToIssuer(RelativeDistinguishedName),
}

impl CrlDistributionPoints {
    /// Every URI among the full names.
    pub fn uris(&self) -> impl Iterator<Item = &str> {
        let names = self.0.iter().filter_map(|point| match &point.name {
            Some(DistributionPointName::Full(names)) => Some(&names.0),
            _ => None,
        });
        names.flatten().filter_map(GeneralName::uri)
    }

    fn from_value(value: &Value<'_>) -> Result<Self, Malformed> {
        let mut reader = value.reader()?;
        let mut points = Vec::new();
        while !reader.is_empty() {
            points.push(DistributionPoint::from_value(&reader.expect(tag::SEQUENCE, "distributionPoint")?)?);
        }
        Ok(Self(points))
    }
}

impl ExtensionValue for CrlDistributionPoints {
    const OID: ObjectIdentifier = object_id::CRL_DISTRIBUTION_POINTS;

    fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        Self::from_value(&reader.expect(tag::SEQUENCE, "cRLDistributionPoints")?)
    }
}

/// `FreshestCRL ::= CRLDistributionPoints`: where delta CRLs are (RFC 5280 §4.2.1.15, §5.2.6)
#[derive(Clone, Debug)]
pub struct FreshestCrl(pub CrlDistributionPoints);

impl ExtensionValue for FreshestCrl {
    const OID: ObjectIdentifier = object_id::FRESHEST_CRL;

    fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        CrlDistributionPoints::from_value(&reader.expect(tag::SEQUENCE, "freshestCRL")?).map(Self)
    }
}

impl DistributionPoint {
    fn from_value(value: &Value<'_>) -> Result<Self, Malformed> {
        let mut reader = value.reader()?;
        let name = DistributionPointName::read_optional(&mut reader)?;
        let reasons = reader.optional(tag::context(1))?.map(|value| value.named_bits()).transpose()?;
        let crl_issuer = reader.optional(tag::context_constructed(2))?.map(|value| GeneralNames::from_value(&value)).transpose()?;
        reader.finish()?;
        Ok(Self { name, reasons, crl_issuer })
    }
}

impl DistributionPointName {
    /// Reads `distributionPoint [0] DistributionPointName OPTIONAL`: explicit, as every tag of a choice is.
    fn read_optional(reader: &mut Reader<'_>) -> Result<Option<Self>, Malformed> {
        let Some(explicit) = reader.optional(tag::context_constructed(0))? else {
            return Ok(None);
        };
        let mut inner = explicit.reader()?;
        let choice = inner.value()?;
        let name = match choice.tag() {
            0xa0 => Self::Full(GeneralNames::from_value(&choice)?),
            0xa1 => Self::RelativeToIssuer(RelativeDistinguishedName::from_value(&choice)?),
            found => return Err(choice.malformed(format!("distribution point name expected, found tag 0x{found:02x}"))),
        };
        inner.finish()?;
        Ok(Some(name))
    }
}

/// `IssuingDistributionPoint`, RFC 5280 §5.2.5: the scope of a CRL
#[derive(Clone, Debug)]
pub struct IssuingDistributionPoint {
    /// `distributionPoint [0]`
    pub name: Option<DistributionPointName>,
    /// `onlyContainsUserCerts [1]`
    pub only_user_certificates: bool,
    /// `onlyContainsCACerts [2]`
    pub only_ca_certificates: bool,
    /// `onlySomeReasons [3]`, bit n as in `ReasonFlags`; `None` means all.
    pub only_some_reasons: Option<u32>,
    /// `indirectCRL [4]`
    pub indirect_crl: bool,
    /// `onlyContainsAttributeCerts [5]`
    pub only_attribute_certificates: bool,
}

impl ExtensionValue for IssuingDistributionPoint {
    const OID: ObjectIdentifier = object_id::ISSUING_DISTRIBUTION_POINT;

    fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let mut reader = reader.expect(tag::SEQUENCE, "issuingDistributionPoint")?.reader()?;
        let name = DistributionPointName::read_optional(&mut reader)?;
        let only_user_certificates = flag(&mut reader, 1)?;
        let only_ca_certificates = flag(&mut reader, 2)?;
        let only_some_reasons = reader.optional(tag::context(3))?.map(|value| value.named_bits()).transpose()?;
        let indirect_crl = flag(&mut reader, 4)?;
        let only_attribute_certificates = flag(&mut reader, 5)?;
        reader.finish()?;
        Ok(Self { name, only_user_certificates, only_ca_certificates, only_some_reasons, indirect_crl, only_attribute_certificates })
    }
}

fn flag(reader: &mut Reader<'_>, number: u8) -> Result<bool, Malformed> {
    Ok(reader.optional(tag::context(number))?.map(|value| value.boolean()).transpose()?.unwrap_or(false))
}

/// `AuthorityInfoAccessSyntax ::= SEQUENCE SIZE (1..MAX) OF AccessDescription`
#[derive(Clone, Debug)]
pub struct AuthorityInformationAccess(pub Vec<AccessDescription>);

/// `AccessDescription ::= SEQUENCE { accessMethod OBJECT IDENTIFIER, accessLocation GeneralName }`
#[derive(Clone, Debug)]
pub struct AccessDescription {
    /// `accessMethod`
    pub method: ObjectId,
    /// `accessLocation`
    pub location: GeneralName,
}

impl AuthorityInformationAccess {
    /// Where certificates of the issuer are.
    pub fn ca_issuers(&self) -> impl Iterator<Item = &str> {
        self.uris(object_id::ACCESS_CA_ISSUERS)
    }

    /// Where the OCSP responder is.
    pub fn ocsp(&self) -> impl Iterator<Item = &str> {
        self.uris(object_id::ACCESS_OCSP)
    }

    fn uris(&self, method: ObjectIdentifier) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |access| access.method == method).filter_map(|access| access.location.uri())
    }
}

impl ExtensionValue for AuthorityInformationAccess {
    const OID: ObjectIdentifier = object_id::AUTHORITY_INFORMATION_ACCESS;

    fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let mut reader = reader.expect(tag::SEQUENCE, "authorityInfoAccess")?.reader()?;
        let mut accesses = Vec::new();
        while !reader.is_empty() {
            let mut access = reader.expect(tag::SEQUENCE, "accessDescription")?.reader()?;
            let method = access.expect(tag::OBJECT_IDENTIFIER, "accessMethod")?.object_id()?;
            let location = GeneralName::from_value(&access.value()?)?;
            access.finish()?;
            accesses.push(AccessDescription { method, location });
        }
        Ok(Self(accesses))
    }
}
