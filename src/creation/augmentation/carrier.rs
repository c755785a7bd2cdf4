//! EN 319 102-1 §4.3 — What carries timestamps and evidence: a PDF file in revisions of its own, a record in each of its signatures

use super::AugmentError;
#[cfg(feature = "cms")]
use super::cms_record::CmsRecord;
#[cfg(feature = "asic")]
use super::container_record::ContainerRecord;
#[cfg(feature = "json")]
use super::json_record::JsonRecord;
use super::material::Material;
#[cfg(feature = "xml")]
use super::xml_record::XmlRecord;
use crate::crypto::DigestAlgorithm;
use crate::document::{Document, Form};
use crate::encoding::pdf::Pdf;
use crate::error::Misuse;
use crate::format::signature::Role;
use crate::limits::Limits;
use crate::pki::TimestampToken;

/// See the room.
pub(super) enum Carrier<'d, 'a> {
    Pdf(&'d Pdf<'a>),
    #[allow(dead_code, reason = "made by the formats of records")]
    Record(Box<dyn Record + 'd>),
}

/// A document whose signatures each carry their own unsigned properties. They are numbered from 0 in the order in which the report numbers them.
pub(super) trait Record {
    /// The digest of what a timestamp of this role on the signature is over.
    fn imprint(&self, signature: usize, role: Role, algorithm: DigestAlgorithm) -> Result<Vec<u8>, AugmentError>;

    /// The document with the token as the last of its role on the signature.
    fn with_timestamp(&self, signature: usize, role: Role, token: &TimestampToken) -> Result<Vec<u8>, AugmentError>;

    /// Whether an archive timestamp on the signature is one on the whole document, an entry of its own.
    fn is_kept_with_others(&self, _signature: usize) -> bool {
        false
    }

    /// Whether the document has timestamps of its own and no signature.
    fn is_stamped_alone(&self) -> bool {
        false
    }

    /// Of such a one, whether the last timestamp is over everything, the older ones and what proves them too.
    fn is_archived(&self) -> bool {
        false
    }

    /// The document with evidence in its signatures, each piece once; `None` when all of it is there.
    fn with_evidence(&self, evidence: &[(usize, Material)]) -> Result<Option<Vec<u8>>, AugmentError>;
}

/// What carries the timestamps of `document`.
pub(super) fn carrier<'d, 'a>(document: &'d Document<'a>, limits: &'d Limits) -> Result<Carrier<'d, 'a>, AugmentError> {
    let _ = limits;
    match &document.form {
        #[cfg(feature = "asic")]
        Form::Container(container) => Ok(Carrier::Record(Box::new(ContainerRecord::new(container, document.octets, limits)))),
        Form::Pdf(pdf) => Ok(Carrier::Pdf(pdf)),
        #[cfg(feature = "cms")]
        Form::Cms(cms) => Ok(Carrier::Record(Box::new(CmsRecord::new(cms, &document.detached)))),
        #[cfg(feature = "xml")]
        Form::Xml(tree) => Ok(Carrier::Record(Box::new(XmlRecord::new(tree, &document.detached)))),
        #[cfg(feature = "json")]
        Form::Json(jws) => Ok(Carrier::Record(Box::new(JsonRecord::new(jws, document.octets, &document.detached)))),
        #[cfg(feature = "json")]
        Form::Member(_) => {
            Err(Misuse::new("a proof is brought to a level with the signature of its batch: then it gets the new one").into())
        }
        _ => Err(Misuse::new("a document without a signature has no level").into()),
    }
}
