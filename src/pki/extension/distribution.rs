//! RFC 5280 §4.2.1.13, §4.2.2.1, §5.2.5 — Where to find CRLs, issuers and OCSP responders

use const_oid::ObjectIdentifier;

use super::{ExtensionValue, GeneralName, GeneralNames};
use crate::encoding::der::{ObjectId, Reader, tag};
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

    fn read_points(points: Reader<'_>) -> Result<Self, Malformed> {
        points.each(|reader| reader.sequence("distributionPoint")?.only(DistributionPoint::read)).map(Self)
    }
}

impl ExtensionValue for CrlDistributionPoints {
    const OID: ObjectIdentifier = object_id::CRL_DISTRIBUTION_POINTS;

    fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        Self::read_points(reader.sequence("cRLDistributionPoints")?)
    }
}

/// `FreshestCRL ::= CRLDistributionPoints`: where delta CRLs are (RFC 5280 §4.2.1.15, §5.2.6)
#[derive(Clone, Debug)]
pub struct FreshestCrl(pub CrlDistributionPoints);

impl ExtensionValue for FreshestCrl {
    const OID: ObjectIdentifier = object_id::FRESHEST_CRL;

    fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        CrlDistributionPoints::read_points(reader.sequence("freshestCRL")?).map(Self)
    }
}

impl DistributionPoint {
    fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let name = reader.explicit(0, DistributionPointName::read)?;
        let reasons = reader.optional(tag::context(1))?.map(|value| value.named_bits()).transpose()?;
        let crl_issuer = reader.optional(tag::context_constructed(2))?.map(|value| GeneralNames::from_value(&value)).transpose()?;
        Ok(Self { name, reasons, crl_issuer })
    }
}

impl DistributionPointName {
    fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let choice = reader.value()?;
        match choice.tag() {
            0xa0 => GeneralNames::from_value(&choice).map(Self::Full),
            0xa1 => RelativeDistinguishedName::from_value(&choice).map(Self::RelativeToIssuer),
            found => Err(choice.malformed(format!("distribution point name expected, found tag 0x{found:02x}"))),
        }
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
        let mut reader = reader.sequence("issuingDistributionPoint")?;
        let name = reader.explicit(0, DistributionPointName::read)?;
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
        let accesses = reader.sequence("authorityInfoAccess")?;
        accesses.each(|reader| reader.sequence("accessDescription")?.only(AccessDescription::read)).map(Self)
    }
}

impl AccessDescription {
    fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let method = reader.expect(tag::OBJECT_IDENTIFIER, "accessMethod")?.object_id()?;
        let location = GeneralName::from_value(&reader.value()?)?;
        Ok(Self { method, location })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encoding::der::{Received, write};

    fn read<T: ExtensionValue>(octets: &[u8]) -> Result<T, Malformed> {
        Reader::new(&Received::new(octets), "test").only(T::read)
    }

    fn uri(text: &str) -> Vec<u8> {
        write::context(6, text.as_bytes())
    }

    #[test]
    fn distribution_points_have_names_reasons_and_issuers() {
        let full = write::context_constructed(0, &[write::context_constructed(0, &[uri("http://a/1"), uri("http://a/2")])]);
        let reasons = write::context(1, &[1, 0x06]);
        let point = write::sequence(&[full, reasons]);
        let points: CrlDistributionPoints = read(&write::sequence(&[point])).unwrap();
        assert_eq!(points.uris().collect::<Vec<_>>(), ["http://a/1", "http://a/2"]);
        assert_eq!(points.0[0].reasons, Some(0b110_0000));
        assert!(points.0[0].crl_issuer.is_none());
    }

    #[test]
    fn an_implicit_tag_around_the_choice_is_malformed() {
        let full = write::context_constructed(0, &[uri("http://a/1")]);
        assert!(read::<CrlDistributionPoints>(&write::sequence(&[write::sequence(&[full])])).is_err());
    }

    #[test]
    fn access_descriptions_are_told_apart_by_method() {
        let access = |method, text| write::sequence(&[write::object_id(method), uri(text)]);
        let both = [access(object_id::ACCESS_OCSP, "http://ocsp"), access(object_id::ACCESS_CA_ISSUERS, "http://ca")];
        let found: AuthorityInformationAccess = read(&write::sequence(&both)).unwrap();
        assert_eq!(found.ocsp().collect::<Vec<_>>(), ["http://ocsp"]);
        assert_eq!(found.ca_issuers().collect::<Vec<_>>(), ["http://ca"]);
    }

    #[test]
    fn the_scope_of_a_list_has_its_flags() {
        let scope: IssuingDistributionPoint = read(&write::sequence(&[write::context(1, &[0xff]), write::context(4, &[0xff])])).unwrap();
        assert!(scope.only_user_certificates && scope.indirect_crl && !scope.only_ca_certificates && !scope.only_attribute_certificates);
        let empty: IssuingDistributionPoint = read(&write::sequence::<Vec<u8>>(&[])).unwrap();
        assert!(!empty.indirect_crl && empty.name.is_none());
        assert!(read::<IssuingDistributionPoint>(&write::sequence(&[write::context(6, &[0xff])])).is_err());
    }
}
