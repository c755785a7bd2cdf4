//! RFC 5652 §5.3 — Unsigned attributes, added to a signature that is there: no signed octet changes

use crate::encoding::der::{Reader, Received, Value, tag, write};
use crate::error::Malformed;

const FORMAT: &str = "CMS";

/// `cms`, one `ContentInfo` of signed data in DER with one signer, with `attribute` among the unsigned attributes of that signer.
///
/// # Errors
/// [`Malformed`] when it is something else.
pub(super) fn with_unsigned_attribute(cms: &[u8], attribute: Vec<u8>) -> Result<Vec<u8>, Malformed> {
    let received = Received::new(cms);
    let content_info = Reader::new(&received, FORMAT).only(|reader| reader.expect(tag::SEQUENCE, "contentInfo"))?;
    let mut fields = content_info.reader()?;
    let content_type = fields.expect(tag::OBJECT_IDENTIFIER, "contentType")?;
    let signed_data = fields.expect(tag::context_constructed(0), "content")?.only(|reader| reader.expect(tag::SEQUENCE, "signedData"))?;
    fields.finish()?;

    let mut parts = values(&signed_data)?;
    let signers = parts.pop().filter(|last| last.tag() == tag::SET).ok_or_else(|| signed_data.malformed("no signerInfos"))?;
    let signer = signers.only(|reader| reader.expect(tag::SEQUENCE, "signerInfo"))?;
    let mut of_signer = values(&signer)?;
    let unsigned = of_signer.pop_if(|last| last.tag() == tag::context_constructed(1));
    let mut attributes: Vec<Vec<u8>> = Vec::new();
    for old in unsigned.iter().map(values).collect::<Result<Vec<_>, _>>()?.into_iter().flatten() {
        attributes.push(old.octets().to_vec());
    }
    attributes.push(attribute);

    let unsigned = write::retagged(tag::context_constructed(1), &write::set_of(attributes));
    let signer = write::sequence(&of_signer.iter().map(Value::octets).chain([&unsigned[..]]).collect::<Vec<_>>());
    let signers = write::set_of(vec![signer]);
    let signed_data = write::sequence(&parts.iter().map(Value::octets).chain([&signers[..]]).collect::<Vec<_>>());
    Ok(write::sequence(&[content_type.octets(), &write::context_constructed(0, &[signed_data])]))
}

fn values<'a>(of: &Value<'a>) -> Result<Vec<Value<'a>>, Malformed> {
    of.reader()?.each(Reader::value)
}
