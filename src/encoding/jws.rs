//! RFC 7515 §7 — Serializations: the parts of JSON Web Signatures as they are written, none of them decoded

use std::borrow::Cow;

use super::json::{Member, Node, Value, read};
use crate::encoding::base64url;
use crate::error::Malformed;
use crate::limits::Limits;

/// A payload with its signatures.
#[derive(Clone, Debug)]
pub struct Jws<'a> {
    /// How it is written.
    pub serialisation: Serialisation,
    /// `payload` as written; `None` where there is no such member.
    pub payload: Option<Cow<'a, str>>,
    /// The signatures in their order.
    pub signatures: Vec<JwsSignature<'a>>,
    /// Members beside those of §7.2, which nothing signs, by name and offset.
    pub strangers: Vec<(String, usize)>,
}

/// The three serialisations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Serialisation {
    /// §7.1
    Compact,
    /// §7.2.2
    Flattened,
    /// §7.2.1
    General,
}

/// One signature.
#[derive(Clone, Debug)]
pub struct JwsSignature<'a> {
    /// `protected` as written; `None` where there is no such member.
    pub protected: Option<Cow<'a, str>>,
    /// `header`, not protected.
    pub header: Option<Node<'a>>,
    /// `signature` as written.
    pub signature: Cow<'a, str>,
    /// Offsets of the object that it stands in, and behind that.
    pub place: (usize, usize),
}

const FORMAT: &str = "JWS";

impl<'a> Jws<'a> {
    /// Reads what `octets` are; `None` when they are no JWS, but other JSON or other text.
    ///
    /// # Errors
    /// [`Malformed`] when they begin like a JWS and are none of the three serialisations.
    pub fn read(octets: &'a [u8], limits: &Limits) -> Result<Option<Self>, Malformed> {
        let text = octets.trim_ascii();
        let start = octets.len().saturating_sub(octets.trim_ascii_start().len());
        if !text.starts_with(b"{") {
            return if begins_with_header(text) { compact(text).map(Some).map_err(|fault| fault.within(start)) } else { Ok(None) };
        }
        let node = match read(octets, limits) {
            Ok(node) => node,
            Err(_) if memchr::memmem::find(octets, b"\"signature").is_none() => return Ok(None),
            Err(malformed) => return Err(malformed),
        };
        if is_signed(&node) { json(node, limits).map(Some) } else { Ok(None) }
    }
}

/// Whether the text before the first dot decodes to the beginning of a JSON object.
fn begins_with_header(text: &[u8]) -> bool {
    let first = text.split(|octet| *octet == b'.').next().filter(|first| first.len() < text.len());
    first.and_then(|first| base64url::decode(first).ok()).is_some_and(|header| header.trim_ascii_start().starts_with(b"{"))
}

/// §7.1: header, payload and signature with dots between them.
fn compact(text: &[u8]) -> Result<Jws<'_>, Malformed> {
    let text = std::str::from_utf8(text).map_err(|error| malformed("not UTF-8", error.valid_up_to()))?;
    let mut parts = text.split('.');
    let (Some(protected), Some(payload), Some(signature), None) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
        let parts = text.split('.').count();
        return Err(malformed(format!("a compact serialization of {parts} parts in the place of 3"), text.len()));
    };
    let place = (0, text.len());
    let signature = JwsSignature { protected: Some(protected.into()), header: None, signature: signature.into(), place };
    let signatures = vec![signature];
    Ok(Jws { serialisation: Serialisation::Compact, payload: Some(payload.into()), signatures, strangers: Vec::new() })
}

/// Whether this is meant as a JWS: other objects have members called `signature` too.
fn is_signed(node: &Node<'_>) -> bool {
    let has = |name| node.get(name).is_some();
    (has("signature") && (has("payload") || has("protected")))
        || (has("signatures") && has("payload"))
        || node.get("signatures").and_then(Node::elements).is_some_and(|all| all.iter().any(|one| one.get("signature").is_some()))
}

/// §7.2
fn json<'a>(node: Node<'a>, limits: &Limits) -> Result<Jws<'a>, Malformed> {
    let (start, end) = (node.start, node.end);
    let Value::Object(members) = node.value else { return Err(malformed("no object", start)) };
    let mut jws = Jws { serialisation: Serialisation::General, payload: None, signatures: Vec::new(), strangers: Vec::new() };
    let (mut own, mut list) = (Vec::new(), None);
    for member in members {
        match member.name.as_ref() {
            "payload" => jws.payload = Some(string(member)?),
            "signatures" => list = Some(member.value),
            "protected" | "header" | "signature" => own.push(member),
            _ => jws.strangers.push((member.name.into_owned(), member.at)),
        }
    }
    match list {
        // §7.2.2: where one is flattened, `signatures` is not there.
        Some(list) if !own.is_empty() => return Err(malformed("one signature and a list of signatures", list.start)),
        Some(list) => {
            let at = list.start;
            let Value::Array(elements) = list.value else { return Err(malformed("`signatures` is no array", at)) };
            if u64::try_from(elements.len()).unwrap_or(u64::MAX) > limits.signatures {
                return Err(malformed("more signatures than the limit", at));
            }
            for element in elements {
                let (start, end) = (element.start, element.end);
                let Value::Object(members) = element.value else { return Err(malformed("a signature is no object", start)) };
                jws.signatures.push(signature(members, (start, end))?);
            }
        }
        None => {
            jws.serialisation = Serialisation::Flattened;
            jws.signatures.push(signature(own, (start, end))?);
        }
    }
    Ok(jws)
}

fn signature<'a>(members: Vec<Member<'a>>, place: (usize, usize)) -> Result<JwsSignature<'a>, Malformed> {
    let (mut protected, mut header, mut value) = (None, None, None);
    for member in members {
        match member.name.as_ref() {
            "protected" => protected = Some(string(member)?),
            "header" if member.value.is_object() => header = Some(member.value),
            "header" => return Err(malformed("`header` is no object", member.value.start)),
            "signature" => value = Some(string(member)?),
            // §7.2.1: what is not understood is ignored.
            _ => {}
        }
    }
    let signature = value.ok_or_else(|| malformed("no `signature`", place.0))?;
    Ok(JwsSignature { protected, header, signature, place })
}

fn string<'a>(member: Member<'a>) -> Result<Cow<'a, str>, Malformed> {
    match member.value.value {
        Value::String(text) => Ok(text),
        _ => Err(malformed(format!("`{}` is no string", member.name), member.value.start)),
    }
}

fn malformed(what: impl Into<Cow<'static, str>>, at: usize) -> Malformed {
    Malformed::new(FORMAT, what, at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opened(text: &str) -> Result<Option<(Serialisation, usize)>, String> {
        let read = Jws::read(text.as_bytes(), &Limits::default());
        read.map(|jws| jws.map(|jws| (jws.serialisation, jws.signatures.len()))).map_err(|malformed| malformed.to_string())
    }

    #[test]
    fn the_three_serialisations_are_read() {
        assert_eq!(opened("e30.YQ.Yg\n"), Ok(Some((Serialisation::Compact, 1))));
        assert_eq!(opened("e30..Yg"), Ok(Some((Serialisation::Compact, 1))));
        assert_eq!(opened(r#" {"payload":"YQ","protected":"e30","signature":"Yg"}"#), Ok(Some((Serialisation::Flattened, 1))));
        let general = r#"{"payload":"YQ","signatures":[{"protected":"e30","signature":"Yg"},{"header":{},"signature":"Yg"}]}"#;
        assert_eq!(opened(general), Ok(Some((Serialisation::General, 2))));
        assert_eq!(opened(r#"{"payload":"YQ","signatures":[]}"#), Ok(Some((Serialisation::General, 0))));
    }

    #[test]
    fn other_texts_are_no_jws() {
        for text in
            ["", "a.b.c", "{}", r#"{"signature":"of another kind"}"#, "{ broken", "Hello. World.", r#"{"signatures":["An","Binh"]}"#]
        {
            assert_eq!(opened(text), Ok(None), "{text}");
        }
    }

    #[test]
    fn what_begins_like_a_jws_and_is_none_is_malformed() {
        for (text, what) in [
            ("e30.YQ", "JWS: a compact serialization of 2 parts in the place of 3 at byte 6"),
            (" e30.YQ.Yg.Yw", "JWS: a compact serialization of 4 parts in the place of 3 at byte 13"),
            (r#"{"payload":"","signature":"","signatures":[]}"#, "JWS: one signature and a list of signatures at byte 42"),
            (r#"{"payload":"","signatures":{}}"#, "JWS: `signatures` is no array at byte 27"),
            (r#"{"payload":"","signatures":[1]}"#, "JWS: a signature is no object at byte 28"),
            (r#"{"payload":1,"signature":""}"#, "JWS: `payload` is no string at byte 11"),
            (r#"{"payload":"","signature":"","signature":""}"#, "JSON: duplicate object key `signature` at byte 29"),
            (r#"{"payload":"","protected":"","signature":"","header":1}"#, "JWS: `header` is no object at byte 53"),
            (r#"{"payload":"","signatures":[{"protected":""}]}"#, "JWS: no `signature` at byte 28"),
        ] {
            assert_eq!(opened(text), Err(what.into()), "{text}");
        }
    }
}
