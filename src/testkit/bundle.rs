//! RFC 5652 §5.1 — certificates and nothing else in a `SignedData` without signers: the `.p7b` file behind many a `caIssuers` address

use const_oid::ObjectIdentifier;

use crate::encoding::der::write::{context_constructed, integer, object_id, sequence, set_of};

const SIGNED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.2");
const DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.1");

/// `ContentInfo`, DER, with these certificates in this order.
pub fn certificate_bundle(certificates: &[&[u8]]) -> Vec<u8> {
    let signed_data =
        sequence(&[integer(1), set_of(Vec::new()), sequence(&[object_id(DATA)]), context_constructed(0, certificates), set_of(Vec::new())]);
    sequence(&[object_id(SIGNED_DATA), context_constructed(0, &[signed_data])])
}
