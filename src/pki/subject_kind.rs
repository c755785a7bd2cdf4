//! EN 319 412-1 §5.1, EN 319 412-2, -3 — Natural or legal person? What a certificate's subject says of it, also in Vietnamese usage

use super::{Certificate, Name, object_id};
use crate::pki::extension::{ExtendedKeyUsage, GeneralName};

/// What a certificate was issued to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SubjectKind {
    /// A natural person.
    Person,
    /// An agency, company or other legal person.
    Organisation,
    /// A machine or service.
    Device,
    /// Not said, or said in two ways.
    Unknown,
}

/// From what that follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KindReason {
    /// A number that only persons have: `CCCD`, `CMND`, `HC`, `PID`, `PPID` in UID; `PAS`, `IDC`, `PNO`, `TIN`, `TAX` in serialNumber.
    PersonalNumber,
    /// A surname or given name.
    PersonalName,
    /// A title.
    Title,
    /// An organizationIdentifier.
    OrganizationIdentifier,
    /// A tax code (`MST`) or budget unit's code (`MNS`), and nothing of a person.
    OrganisationNumber,
    /// Meant for timestamps.
    TimestampingUsage,
    /// Meant for servers, with a DNS name or IP address.
    ServerUsage,
    /// A tax code that is a citizen's number: of an individual, a household or its business.
    CitizenNumberAsTaxCode,
    /// One hint says person, another device.
    HintsDisagree,
    /// Nothing of all this.
    NoHint,
}

/// Whom the certificate was issued to. Nobody is guessed at: names and the look of a common name count for nothing.
///
/// A person within an organisation has the numbers of both, so that those of a person decide.
pub fn subject_kind(certificate: &Certificate) -> (SubjectKind, KindReason) {
    let subject = certificate.subject();
    match (of_person(subject), of_device(certificate)) {
        (Some(_), Some(_)) => (SubjectKind::Unknown, KindReason::HintsDisagree),
        (Some(reason), None) => (SubjectKind::Person, reason),
        (None, Some(reason)) => (SubjectKind::Device, reason),
        (None, None) => of_organisation(subject),
    }
}

fn of_person(subject: &Name) -> Option<KindReason> {
    const KINDS: [&str; 5] = ["CCCD", "CMND", "HC", "PID", "PPID"];
    let has_value = |oid| subject.values(oid).any(|text| !text.trim().is_empty());
    if subject.typed_identifiers().iter().any(|id| KINDS.contains(&id.kind.as_str()) && id.is_well_formed())
        || subject.values(object_id::SERIAL_NUMBER).any(is_personal)
    {
        Some(KindReason::PersonalNumber)
    } else if has_value(object_id::SURNAME) || has_value(object_id::GIVEN_NAME) {
        Some(KindReason::PersonalName)
    } else {
        has_value(object_id::TITLE).then_some(KindReason::Title)
    }
}

/// EN 319 412-1 §5.1.3: three letters for the kind of number, the country, a hyphen, the number.
fn is_personal(serial_number: &str) -> bool {
    let known = ["PAS", "IDC", "PNO", "TIN", "TAX"].iter().find_map(|kind| serial_number.strip_prefix(kind));
    let country_and_number = known.and_then(|rest| rest.split_once('-'));
    country_and_number.is_some_and(|(country, number)| {
        country.len() == 2 && country.bytes().all(|letter| letter.is_ascii_uppercase()) && !number.is_empty()
    })
}

fn of_device(certificate: &Certificate) -> Option<KindReason> {
    let usage: ExtendedKeyUsage = certificate.extended_key_usage().ok()??;
    if usage.has(object_id::EKU_TIME_STAMPING) {
        return Some(KindReason::TimestampingUsage);
    }
    let names = certificate.subject_alternative_name().ok()??.0.0;
    let has_address = names.iter().any(|name| matches!(name, GeneralName::Dns(_) | GeneralName::IpAddress(_)));
    (usage.has(object_id::EKU_SERVER_AUTH) && has_address).then_some(KindReason::ServerUsage)
}

fn of_organisation(subject: &Name) -> (SubjectKind, KindReason) {
    let numbers = subject.typed_identifiers();
    let of_organisations = || numbers.iter().filter(|id| matches!(id.kind.as_str(), "MST" | "MNS") && id.is_well_formed());
    // Law 38/2019/QH14 on tax administration, Article 35 (7): the citizen's number takes the place of the tax code.
    let is_citizen = |number: &str| number.len() == 12;
    if subject.values(object_id::ORGANIZATION_IDENTIFIER).any(|text| !text.trim().is_empty()) {
        (SubjectKind::Organisation, KindReason::OrganizationIdentifier)
    } else if of_organisations().any(|id| !is_citizen(&id.value)) {
        (SubjectKind::Organisation, KindReason::OrganisationNumber)
    } else if of_organisations().next().is_some() {
        (SubjectKind::Unknown, KindReason::CitizenNumberAsTaxCode)
    } else {
        (SubjectKind::Unknown, KindReason::NoHint)
    }
}

#[cfg(all(test, feature = "sign"))]
mod tests {
    use const_oid::ObjectIdentifier;

    use super::KindReason::*;
    use super::SubjectKind::*;
    use super::*;
    use crate::encoding::der::{tag, write};
    use crate::pki::fixture::{CertificateParts, extension};
    use crate::pki::name::tests::name;

    fn kind_with(values: &[(ObjectIdentifier, &str)], extensions: Vec<Vec<u8>>) -> (SubjectKind, KindReason) {
        let rdns: Vec<_> = values.iter().map(|(oid, text)| [(*oid, tag::UTF8_STRING, *text)]).collect();
        let subject = name(&rdns.iter().map(|rdn| &rdn[..]).collect::<Vec<_>>()).octets().to_vec();
        subject_kind(&Certificate::from_der(&CertificateParts { subject, extensions, ..Default::default() }.to_der()).unwrap())
    }

    fn kind(values: &[(ObjectIdentifier, &str)]) -> (SubjectKind, KindReason) {
        kind_with(values, Vec::new())
    }

    fn usage(purpose: ObjectIdentifier) -> Vec<u8> {
        extension(object_id::EXTENDED_KEY_USAGE, false, &write::sequence(&[write::object_id(purpose)]))
    }

    fn dns_name() -> Vec<u8> {
        extension(object_id::SUBJECT_ALTERNATIVE_NAME, false, &write::sequence(&[write::context(2, b"ky.donghai.example")]))
    }

    const CN: ObjectIdentifier = object_id::COMMON_NAME;
    const UID: ObjectIdentifier = object_id::USER_ID;

    #[test]
    fn a_number_of_persons_makes_a_person_and_a_malformed_one_nobody() {
        for (good, bad) in [
            ("CCCD:048000000001", "CCCD:04800000001"),
            ("CMND:200000001", "CMND:Nguyễn"),
            ("HC:B0000001", "HC:"),
            ("cccd:048000000001", "048000000001"),
        ] {
            assert_eq!(kind(&[(CN, "Nguyễn Văn A"), (UID, good)]), (Person, PersonalNumber), "{good}");
            assert_eq!(kind(&[(CN, "Nguyễn Văn A"), (UID, bad)]), (Unknown, NoHint), "{bad}");
        }
        for (good, bad) in [("PNOVN-048000000001", "PNO048000000001"), ("PASEE-1", "PASEE-"), ("TINPT-1", "NTRPT-1")] {
            assert_eq!(kind(&[(CN, "a"), (object_id::SERIAL_NUMBER, good)]), (Person, PersonalNumber), "{good}");
            assert_eq!(kind(&[(CN, "a"), (object_id::SERIAL_NUMBER, bad)]), (Unknown, NoHint), "{bad}");
        }
    }

    #[test]
    fn a_number_of_organisations_makes_one_where_nothing_is_of_a_person() {
        for number in ["MST:0400260612", "MST:0400260612-001", "MNS:1047665"] {
            assert_eq!(kind(&[(CN, "SỞ Y TẾ"), (UID, number)]), (Organisation, OrganisationNumber), "{number}");
            assert_eq!(kind(&[(CN, "a"), (UID, number), (UID, "CCCD:048000000001")]), (Person, PersonalNumber), "{number}");
            assert_eq!(kind(&[(CN, "a"), (UID, number), (object_id::TITLE, "Giám đốc")]), (Person, Title), "{number}");
        }
        assert_eq!(kind(&[(CN, "a"), (UID, "MST:04002606")]), (Unknown, NoHint));
        assert_eq!(kind(&[(CN, "a"), (UID, "BHXH:1")]), (Unknown, NoHint));
        assert_eq!(kind(&[(CN, "a"), (object_id::ORGANIZATION_IDENTIFIER, "VATVN-1")]), (Organisation, OrganizationIdentifier));
    }

    #[test]
    fn a_tax_code_that_is_a_citizens_number_is_not_guessed_at() {
        assert_eq!(kind(&[(CN, "Nguyễn Văn A"), (UID, "MST:048000000001")]), (Unknown, CitizenNumberAsTaxCode));
        assert_eq!(kind(&[(CN, "a"), (UID, "MST:048000000001"), (UID, "MNS:1047665")]), (Organisation, OrganisationNumber));
    }

    #[test]
    fn names_of_persons_make_a_person_and_common_names_nobody() {
        assert_eq!(kind(&[(CN, "a"), (object_id::GIVEN_NAME, "Văn A"), (object_id::SURNAME, "Nguyễn")]), (Person, PersonalName));
        assert_eq!(kind(&[(CN, "Nguyễn Văn A, Giám đốc, CCCD:048000000001")]), (Unknown, NoHint));
        assert_eq!(kind(&[(CN, "a"), (object_id::TITLE, " ")]), (Unknown, NoHint));
        assert_eq!(kind(&[(CN, "SỞ Y TẾ"), (object_id::ORGANIZATION, "ỦY BAN NHÂN DÂN")]), (Unknown, NoHint));
    }

    #[test]
    fn a_usage_of_servers_with_an_address_makes_a_device() {
        let server = || vec![usage(object_id::EKU_SERVER_AUTH), dns_name()];
        assert_eq!(kind_with(&[(CN, "a"), (UID, "MST:0400260612")], server()), (Device, ServerUsage));
        assert_eq!(kind_with(&[(CN, "a")], vec![usage(object_id::EKU_SERVER_AUTH)]), (Unknown, NoHint));
        assert_eq!(kind_with(&[(CN, "a")], vec![usage(object_id::EKU_CLIENT_AUTH), dns_name()]), (Unknown, NoHint));
        assert_eq!(kind_with(&[(CN, "TSA")], vec![usage(object_id::EKU_TIME_STAMPING)]), (Device, TimestampingUsage));
        assert_eq!(kind_with(&[(CN, "a"), (UID, "CCCD:048000000001")], server()), (Unknown, HintsDisagree));
    }
}
