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
        let mut reader = reader.expect(tag::SEQUENCE, "basicConstraints")?.reader()?;
        let ca = reader.optional(tag::BOOLEAN)?.map(|value| value.boolean()).transpose()?.unwrap_or(false);
        let path_length = reader.optional(tag::INTEGER)?.map(|value| count(&value)).transpose()?;
        reader.finish()?;
        Ok(Self { ca, path_length })
    }
}

/// `NameConstraints ::= SEQUENCE { permittedSubtrees [0], excludedSubtrees [1] }`, both optional; absent is not the same as empty
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
        let mut reader = reader.expect(tag::SEQUENCE, "nameConstraints")?.reader()?;
        let permitted = subtrees(&mut reader, 0)?;
        let excluded = subtrees(&mut reader, 1)?;
        reader.finish()?;
        Ok(Self { permitted, excluded })
    }
}

fn subtrees(reader: &mut Reader<'_>, number: u8) -> Result<Vec<GeneralSubtree>, Malformed> {
    let Some(value) = reader.optional(tag::context_constructed(number))? else {
        return Ok(Vec::new());
    };
    let mut reader = value.reader()?;
    let mut subtrees = Vec::new();
    while !reader.is_empty() {
        subtrees.push(subtree(&reader.expect(tag::SEQUENCE, "generalSubtree")?)?);
    }
    Ok(subtrees)
}

fn subtree(value: &Value<'_>) -> Result<GeneralSubtree, Malformed> {
    let mut reader = value.reader()?;
    let base = GeneralName::from_value(&reader.value()?)?;
    let minimum = reader.optional(tag::context(0))?.map(|value| count(&value)).transpose()?.unwrap_or(0);
    let maximum = reader.optional(tag::context(1))?.map(|value| count(&value)).transpose()?;
    reader.finish()?;
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
        let mut reader = reader.expect(tag::SEQUENCE, "policyConstraints")?.reader()?;
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
