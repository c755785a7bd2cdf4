//! RFC 5280 §4.2.1.10 — Name constraints as a trust store writes them

use core::net::IpAddr;

use serde::{Deserialize, Serialize};

use crate::encoding::base64;
use crate::encoding::der::Received;
use crate::pki::Name;
use crate::pki::extension::{GeneralName, GeneralSubtree, NameConstraints};

/// Subtrees within which names must lie, and those within which they must not.
#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct NameForms {
    /// Where one of a form stands here, names of this form must lie within one of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    permitted: Vec<NameForm>,
    /// Names must lie within none of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    excluded: Vec<NameForm>,
}

/// The base of a subtree.
#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
enum NameForm {
    /// A distinguished name: base64 of its DER.
    Directory(String),
    /// A domain: `gov.vn`
    Dns(String),
    /// A mailbox, a host or a domain: `.gov.vn`
    Email(String),
    /// A host or a domain: `.gov.vn`
    Uri(String),
    /// Addresses: `10.1.0.0/255.255.0.0`
    Ip(String),
}

impl NameForms {
    pub(super) fn of(constraints: &NameConstraints) -> Self {
        let forms = |subtrees: &[GeneralSubtree]| subtrees.iter().filter_map(|subtree| NameForm::of(&subtree.base)).collect();
        Self { permitted: forms(&constraints.permitted), excluded: forms(&constraints.excluded) }
    }

    pub(super) fn read(&self) -> Result<NameConstraints, String> {
        let subtrees = |forms: &[NameForm]| forms.iter().map(NameForm::subtree).collect::<Result<_, _>>();
        Ok(NameConstraints { permitted: subtrees(&self.permitted)?, excluded: subtrees(&self.excluded)? })
    }
}

/// Why these constraints have no form in a file.
pub(super) fn fault(constraints: &NameConstraints) -> Option<String> {
    let written = |subtree: &GeneralSubtree| subtree.minimum == 0 && subtree.maximum.is_none() && NameForm::of(&subtree.base).is_some();
    let all = constraints.permitted.iter().chain(&constraints.excluded).all(written);
    (!all).then(|| "neither a directory name, domain, e-mail, URI or IP addresses, or with a distance that is not from 0 on".into())
}

impl NameForm {
    fn of(base: &GeneralName) -> Option<Self> {
        Some(match base {
            GeneralName::Directory(name) => Self::Directory(base64::encode(name.octets())),
            GeneralName::Dns(text) => Self::Dns(text.clone()),
            GeneralName::Email(text) => Self::Email(text.clone()),
            GeneralName::Uri(text) => Self::Uri(text.clone()),
            GeneralName::IpAddress(octets) => Self::Ip(addresses(octets.octets())?),
            GeneralName::Other(..) | GeneralName::RegisteredId(_) | GeneralName::Unsupported(..) => return None,
        })
    }

    fn subtree(&self) -> Result<GeneralSubtree, String> {
        let base = match self {
            Self::Directory(text) => {
                let name = base64::decode(text.as_bytes()).and_then(|der| Name::from_der(&der));
                GeneralName::Directory(name.map_err(|malformed| malformed.to_string())?)
            }
            Self::Dns(text) => GeneralName::Dns(text.clone()),
            Self::Email(text) => GeneralName::Email(text.clone()),
            Self::Uri(text) => GeneralName::Uri(text.clone()),
            Self::Ip(text) => GeneralName::IpAddress(Received::new(&octets(text).ok_or_else(|| format!("`{text}` is no address/mask"))?)),
        };
        Ok(GeneralSubtree { base, minimum: 0, maximum: None })
    }
}

/// Address and mask of 4 octets each, or of 16.
fn addresses(octets: &[u8]) -> Option<String> {
    let half = |half: &[u8]| {
        let v4 = <[u8; 4]>::try_from(half).map(IpAddr::from);
        v4.or_else(|_| <[u8; 16]>::try_from(half).map(IpAddr::from)).ok()
    };
    let (address, mask) = octets.split_at_checked(octets.len() / 2)?;
    Some(format!("{}/{}", half(address)?, half(mask)?))
}

fn octets(text: &str) -> Option<Vec<u8>> {
    let (address, mask) = text.split_once('/')?;
    match (address.parse().ok()?, mask.parse().ok()?) {
        (IpAddr::V4(address), IpAddr::V4(mask)) => Some([address.octets(), mask.octets()].concat()),
        (IpAddr::V6(address), IpAddr::V6(mask)) => Some([address.octets(), mask.octets()].concat()),
        _ => None,
    }
}
