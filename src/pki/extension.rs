//! RFC 5280 §4.1.2.9 — Extensions

use std::sync::Arc;

use const_oid::ObjectIdentifier;

use crate::encoding::der::{ObjectId, Reader, Received, Rules, Value, tag};
use crate::error::Malformed;

pub mod alternative_names;
pub mod constraints;
pub mod distribution;
pub mod identifiers;
pub mod key_usage;
pub mod policies;

pub use alternative_names::{GeneralName, GeneralNames};
pub use constraints::{BasicConstraints, GeneralSubtree, NameConstraints, PolicyConstraints};
pub use distribution::{AccessDescription, DistributionPoint, DistributionPointName, IssuingDistributionPoint};
pub use identifiers::AuthorityKeyIdentifier;
pub use key_usage::{ExtendedKeyUsage, KeyUsage};
pub use policies::{PolicyInformation, PolicyMapping};

/// `Extension ::= SEQUENCE { extnID OBJECT IDENTIFIER, critical BOOLEAN DEFAULT FALSE, extnValue OCTET STRING }`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extension {
    /// `extnID`
    pub oid: ObjectId,
    /// `critical`
    pub critical: bool,
    /// The octets inside `extnValue`.
    pub value: Received,
}

/// `Extensions ::= SEQUENCE SIZE (1..MAX) OF Extension`, in the order received, with whatever stands twice.
#[derive(Clone, Debug, Default)]
pub struct Extensions(Arc<[Extension]>);

/// A type that stands in an extension.
pub trait ExtensionValue: Sized {
    /// `extnID`
    const OID: ObjectIdentifier;

    /// Reads the value inside `extnValue`.
    ///
    /// # Errors
    /// [`Malformed`] when it is not of this type.
    fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed>;
}

impl Extensions {
    pub(crate) fn from_value(value: &Value<'_>) -> Result<Self, Malformed> {
        let extensions = value.reader()?.each(|reader| Extension::from_value(&reader.expect(tag::SEQUENCE, "extension")?))?;
        Ok(Self(extensions.into()))
    }

    /// Reads `[number] EXPLICIT Extensions OPTIONAL`.
    pub(crate) fn read_optional(reader: &mut Reader<'_>, number: u8) -> Result<Self, Malformed> {
        let extensions = reader.explicit(number, |inner| Self::from_value(&inner.expect(tag::SEQUENCE, "extensions")?))?;
        Ok(extensions.unwrap_or_default())
    }

    /// All of them, in the order received.
    pub fn all(&self) -> &[Extension] {
        &self.0
    }

    /// The first extension with this identifier, see [`Self::duplicates`].
    pub fn find(&self, oid: ObjectIdentifier) -> Option<&Extension> {
        self.0.iter().find(|extension| extension.oid == oid)
    }

    /// Identifiers that stand more than once, against RFC 5280 §4.2.
    pub fn duplicates(&self) -> Vec<&ObjectId> {
        let mut oids: Vec<_> = self.0.iter().map(|extension| &extension.oid).collect();
        oids.sort_unstable_by(|one, other| one.octets().cmp(other.octets()));
        let mut twice: Vec<_> = oids.iter().zip(oids.iter().skip(1)).filter(|(one, other)| one == other).map(|(one, _)| *one).collect();
        twice.dedup();
        twice
    }

    /// The extension of type `T`, and `None` when there is none.
    ///
    /// # Errors
    /// [`Malformed`] when there is one that is not what its identifier says.
    pub fn typed<T: ExtensionValue>(&self) -> Result<Option<T>, Malformed> {
        self.find(T::OID).map(Extension::typed).transpose()
    }
}

impl Extension {
    fn from_value(value: &Value<'_>) -> Result<Self, Malformed> {
        let mut reader = value.reader()?;
        let oid = reader.expect(tag::OBJECT_IDENTIFIER, "extnID")?.object_id()?;
        let critical = reader.optional(tag::BOOLEAN)?.map(|critical| critical.boolean()).transpose()?.unwrap_or(false);
        let value = reader.expect(tag::OCTET_STRING, "extnValue")?.octet_string()?;
        reader.finish()?;
        Ok(Self { oid, critical, value })
    }

    /// The value as a `T`, whatever the identifier.
    ///
    /// # Errors
    /// [`Malformed`] when it is none.
    pub fn typed<T: ExtensionValue>(&self) -> Result<T, Malformed> {
        // Roots and CAs in use have values in basic encoding. They are signed as they are, so that reading them loses nothing.
        Reader::with_rules(&self.value, "extension", Rules::Basic).only(T::read)
    }
}
