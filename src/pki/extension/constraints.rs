//! RFC 5280 §4.2.1.9, §4.2.1.10, §4.2.1.11 — Basic, name and policy constraints

use const_oid::ObjectIdentifier;

use super::{ExtensionValue, GeneralName};
use crate::encoding::der::{Reader, Value, tag};
use crate::error::Malformed;
use crate::pki::object_id;

/// `BasicConstraints ::= SEQUENCE { cA BOOLEAN DEFAULT FALSE, pathLenConstraint INTEGER (0..MAX) OPTIONAL }`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BasicConstraints {
    /// `cA`
    pub ca: bool,
    /// `pathLenConstraint`
    pub path_length: Option<u64>,
}

impl ExtensionValue for BasicConstraints {
    const OID: ObjectIdentifier = object_id::BASIC_CONSTRAINTS;

    fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let mut reader = reader.sequence("basicConstraints")?;
        let ca = reader.optional(tag::BOOLEAN)?.map(|value| value.boolean()).transpose()?.unwrap_or(false);
        let path_length = reader.optional(tag::INTEGER)?.map(|value| count(&value)).transpose()?;
        reader.finish()?;
        Ok(Self { ca, path_length })
    }
}

/// `NameConstraints ::= SEQUENCE { permittedSubtrees [0], excludedSubtrees [1] }`, both optional and not empty, one of them there
#[derive(Clone, Debug)]
pub struct NameConstraints {
    /// `permittedSubtrees`
    pub permitted: Vec<GeneralSubtree>,
    /// `excludedSubtrees`
    pub excluded: Vec<GeneralSubtree>,
}

/// `GeneralSubtree ::= SEQUENCE { base GeneralName, minimum [0] DEFAULT 0, maximum [1] OPTIONAL }`
#[derive(Clone, Debug)]
pub struct GeneralSubtree {
    /// `base`
    pub base: GeneralName,
    /// `minimum`: RFC 5280 knows 0 only.
    pub minimum: u64,
    /// `maximum`: RFC 5280 knows its absence only.
    pub maximum: Option<u64>,
}

impl ExtensionValue for NameConstraints {
    const OID: ObjectIdentifier = object_id::NAME_CONSTRAINTS;

    fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let value = reader.expect(tag::SEQUENCE, "nameConstraints")?;
        let mut reader = value.reader()?;
        let permitted = subtrees(&mut reader, 0)?;
        let excluded = subtrees(&mut reader, 1)?;
        reader.finish()?;
        // §4.2.1.10: one of them must be there. Who writes none meant something.
        if permitted.is_empty() && excluded.is_empty() {
            return Err(value.malformed("no subtree in nameConstraints"));
        }
        Ok(Self { permitted, excluded })
    }
}

fn subtrees(reader: &mut Reader<'_>, number: u8) -> Result<Vec<GeneralSubtree>, Malformed> {
    match reader.optional(tag::context_constructed(number))? {
        Some(value) => match value.reader()?.each(|reader| reader.sequence("generalSubtree")?.only(subtree))? {
            subtrees if subtrees.is_empty() => Err(value.malformed("no subtree in generalSubtrees")),
            subtrees => Ok(subtrees),
        },
        None => Ok(Vec::new()),
    }
}

fn subtree(reader: &mut Reader<'_>) -> Result<GeneralSubtree, Malformed> {
    let base = GeneralName::from_value(&reader.value()?)?;
    let minimum = reader.optional(tag::context(0))?.map(|value| count(&value)).transpose()?.unwrap_or(0);
    let maximum = reader.optional(tag::context(1))?.map(|value| count(&value)).transpose()?;
    Ok(GeneralSubtree { base, minimum, maximum })
}

/// `PolicyConstraints ::= SEQUENCE { requireExplicitPolicy [0], inhibitPolicyMapping [1] }`, both optional numbers of certificates
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PolicyConstraints {
    /// `requireExplicitPolicy`
    pub require_explicit_policy: Option<u64>,
    /// `inhibitPolicyMapping`
    pub inhibit_policy_mapping: Option<u64>,
}

impl ExtensionValue for PolicyConstraints {
    const OID: ObjectIdentifier = object_id::POLICY_CONSTRAINTS;

    fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let mut reader = reader.sequence("policyConstraints")?;
        let require_explicit_policy = reader.optional(tag::context(0))?.map(|value| count(&value)).transpose()?;
        let inhibit_policy_mapping = reader.optional(tag::context(1))?.map(|value| count(&value)).transpose()?;
        reader.finish()?;
        Ok(Self { require_explicit_policy, inhibit_policy_mapping })
    }
}

/// `InhibitAnyPolicy ::= SkipCerts`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InhibitAnyPolicy(pub u64);

impl ExtensionValue for InhibitAnyPolicy {
    const OID: ObjectIdentifier = object_id::INHIBIT_ANY_POLICY;

    fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        Ok(Self(count(&reader.expect(tag::INTEGER, "inhibitAnyPolicy")?)?))
    }
}

/// `INTEGER (0..MAX)`. What no path can reach is the same as the largest number.
fn count(value: &Value<'_>) -> Result<u64, Malformed> {
    match value.integer()? {
        [first, ..] if first & 0x80 != 0 => Err(value.malformed("negative count")),
        octets if octets.len() > 8 => Ok(u64::MAX),
        octets => Ok(octets.iter().fold(0, |count, octet| count << 8 | u64::from(*octet))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encoding::der::{Received, write};

    fn read<T: ExtensionValue>(octets: &[u8]) -> Result<T, Malformed> {
        Reader::new(&Received::new(octets), "test").only(T::read)
    }

    #[test]
    fn subtrees_are_permitted_or_excluded() {
        let dns = |text: &str| write::sequence(&[write::context(2, text.as_bytes())]);
        let both = [write::context_constructed(0, &[dns("gov.vn")]), write::context_constructed(1, &[dns("test.gov.vn")])];
        let found: NameConstraints = read(&write::sequence(&both)).unwrap();
        assert!(
            matches!(&found.permitted[..], [GeneralSubtree { base: GeneralName::Dns(name), minimum: 0, maximum: None }] if name == "gov.vn")
        );
        assert!(matches!(&found.excluded[..], [GeneralSubtree { base: GeneralName::Dns(name), .. }] if name == "test.gov.vn"));
        let [permitted, excluded] = both;
        assert!(read::<NameConstraints>(&write::sequence(&[excluded, permitted])).is_err());
    }

    #[test]
    fn there_is_a_subtree() {
        let what = |parts: &[Vec<u8>]| read::<NameConstraints>(&write::sequence(parts)).unwrap_err().what;
        assert_eq!(what(&[]), "no subtree in nameConstraints");
        assert_eq!(what(&[write::context_constructed::<Vec<u8>>(0, &[])]), "no subtree in generalSubtrees");
        assert_eq!(what(&[write::null()]), "data after the last value");
    }

    #[test]
    fn counts_are_not_negative_and_have_no_end() {
        let constraints = |contents: &[u8]| read::<BasicConstraints>(&write::sequence(&[write::value(tag::INTEGER, contents)]));
        assert_eq!(constraints(&[0]).unwrap().path_length, Some(0));
        assert_eq!(constraints(&[0x7f; 9]).unwrap().path_length, Some(u64::MAX));
        assert!(constraints(&[0xff]).is_err());
    }
}
