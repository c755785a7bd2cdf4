//! EN 319 122-1 §5.4, §A.1.1, §A.1.2 — what unsigned attributes bring for the validation

use crate::encoding::der::Received;
use crate::pki::{Attribute, SignerInfo, ValidationData, object_id};

/// What one value of an unsigned attribute holds. One that cannot be read holds nothing.
pub(super) fn data_in(attribute: &Attribute, value: &Received) -> ValidationData {
    let mut data = ValidationData::default();
    let _ = match attribute.oid.known() {
        Some(object_id::CERTIFICATE_VALUES) => data.add_certificate_values(value),
        Some(object_id::REVOCATION_VALUES) => data.add_revocation_values(value),
        _ => Ok(()),
    };
    data
}

/// What all unsigned attributes of the signer hold.
pub(super) fn validation_data(signer: &SignerInfo) -> ValidationData {
    let mut data = ValidationData::default();
    for attribute in signer.unsigned_attributes.iter().flat_map(|attributes| &attributes.all) {
        for value in &attribute.values {
            let found = data_in(attribute, value);
            data.certificates.extend(found.certificates);
            data.crls.extend(found.crls);
            data.ocsp_responses.extend(found.ocsp_responses);
        }
    }
    data
}
