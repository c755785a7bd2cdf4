//! RFC 7515 §7: the three ways of writing, each with what another reader might take for the same.

use serde_json::json;

use super::{Draft, Made, bad, good};
use crate::case::Entry;
use crate::shared::Shared;
use crate::{Files, Outcome};

const FORMAT: &str = "FORMAT_FAILURE";

pub fn add(shared: &Shared, files: &mut Files) -> Outcome {
    compact(shared, files)?;
    objects(shared, files)?;
    values(shared, files)
}

fn compact(shared: &Shared, files: &mut Files) -> Outcome {
    let draft = Draft::new(shared, "rsa-2048", "RS256");
    let made = draft.make()?;
    let honest = good("Compact serialization, with a line end behind it", "RFC 7515 §7.1", [made.compact(), b"\n".to_vec()].concat());
    let honest = honest.entry(|entry| entry.level("B-B")).add("json/compact", files)?;
    let (protected, payload, value) = (&made.protected, &made.payload, &made.value);
    for (name, change, text) in [
        ("two-parts", "the signature is left out with its dot", format!("{protected}.{payload}")),
        ("four-parts", "a fourth part follows", format!("{protected}.{payload}.{value}.{value}")),
        ("five-parts", "it has the five parts of an encrypted text", format!("{protected}.{payload}.{value}.{value}.{value}")),
    ] {
        bad(&honest, change, text.into_bytes()).by("RFC 7515 §7.1").malformed().add(&format!("json/compact-{name}"), files)?;
    }
    // 256 octets leave over four bits, the record's 64 two.
    let stray = |text: &str| {
        let (head, last) = text.split_at(text.len() - 1);
        let next = char::from(last.as_bytes()[0] + 1);
        format!("{head}{next}")
    };
    for (name, change, text, check) in [
        ("header-padded", "the header has padding", format!("{protected}==.{payload}.{value}"), ""),
        ("payload-padded", "the payload has padding", format!("{protected}.{payload}=.{value}"), "payload.readable"),
        (
            "payload-space",
            "a space stands in the payload",
            format!("{protected}.{} {}.{value}", &payload[..8], &payload[8..]),
            "payload.readable",
        ),
        (
            "payload-stray-bits",
            "the last character of the payload has a bit more",
            format!("{protected}.{}.{value}", stray(payload)),
            "payload.readable",
        ),
        ("value-padded", "the value has padding", format!("{protected}.{payload}.{value}=="), "jades.signature_value_readable"),
        (
            "value-stray-bits",
            "the last character of the value has a bit more",
            format!("{protected}.{payload}.{}", stray(value)),
            "jades.signature_value_readable",
        ),
        (
            "value-newline",
            "a line end stands in the value",
            format!("{protected}.{payload}.{}\n{}", &value[..8], &value[8..]),
            "jades.signature_value_readable",
        ),
        ("value-empty", "the value is empty", format!("{protected}.{payload}."), "jades.signature_value_readable"),
    ] {
        let case = bad(&honest, change, text.into_bytes()).by("RFC 7515 §5.2");
        // A header that is none leaves a text that nobody takes for a signature.
        let case = if check.is_empty() { case.no_signature() } else { case.fails(FORMAT, check).entry(|_| Entry::default()) };
        case.add(&format!("json/compact-{name}"), files)?;
    }
    let other = draft.clone().payload(kyso::encoding::base64url::encode(b"{}"), payload.as_str()).make()?;
    bad(&honest, "the payload is another one than was signed", other.compact())
        .by("EN 319 102-1 §5.2.7.4 (3)")
        .fails("SIG_CRYPTO_FAILURE", "cryptographic_verification.value_valid")
        .integrity("broken")
        .add("json/compact-other-payload", files)?;
    Ok(())
}

fn objects(shared: &Shared, files: &mut Files) -> Outcome {
    let made = Draft::new(shared, "p256", "ES256").make()?;
    let flattened = good("Flattened JSON serialization", "RFC 7515 §7.2.2", made.flattened()).add("json/flattened", files)?;
    let text = String::from_utf8(made.flattened())?;
    let both = text.replacen('{', "{\"signatures\":[],", 1);
    bad(&flattened, "a list of signatures stands beside the one", both.into_bytes())
        .malformed()
        .add("json/flattened-and-general", files)?;
    let twice = text.replacen('{', &format!("{{\"payload\":\"{}\",", kyso::encoding::base64url::encode(b"{}")), 1);
    bad(&flattened, "the payload stands there twice", twice.into_bytes())
        .by("RFC 7515 §5.2 (1)")
        .malformed()
        .add("json/flattened-payload-twice", files)?;
    let more = text.replacen('{', "{\"approved\":true,", 1);
    bad(&flattened, "a member that nobody signed stands beside", more.into_bytes())
        .by("RFC 7515 §7.2")
        .finding("jws.unsigned_member")
        .add("json/flattened-unsigned-member", files)?;

    let second = Draft::new(shared, "rsa-2048", "PS256").make()?;
    let both = [&made, &second];
    let general = good("General JSON serialization: two signatures over one payload", "RFC 7515 §7.2.1", Made::general(&both))
        .entries(&[Entry::passed().level("B-B"), Entry::passed().level("B-B")])
        .add("json/general", files)?;
    let wrong = Made { value: second.value.replacen(|_| true, "A", 1), ..second.clone() };
    bad(&general, "the value of the second begins with another character", Made::general(&[&made, &wrong]))
        .by("EN 319 102-1 §5.1.3")
        .fails("SIG_CRYPTO_FAILURE", "cryptographic_verification.value_valid")
        .entries(&[
            Entry::passed(),
            Entry::concluded("TOTAL-FAILED", "SIG_CRYPTO_FAILURE", "cryptographic_verification.value_valid").integrity("broken"),
        ])
        .add("json/general-second-broken", files)?;
    let second = Draft::new(shared, "rsa-2048", "PS256").with("b64", false.into()).with("crit", json!(["b64"])).make()?;
    bad(&general, "the second takes the payload as it stands and not what it encodes", Made::general(&[&made, &second]))
        .by("RFC 7797 §3")
        .fails(FORMAT, "jades.encodings_agree")
        .entries(&[Entry::default(), Entry::default()])
        .add("json/general-two-encodings", files)?;
    bad(&general, "the list is empty", json!({ "payload": made.payload, "signatures": [] }).to_string().into_bytes())
        .no_signature()
        .add("json/general-empty", files)?;
    bad(&general, "the list is an object", json!({ "payload": made.payload, "signatures": {} }).to_string().into_bytes())
        .malformed()
        .add("json/general-no-list", files)?;
    Ok(())
}

/// RFC 7518 §3.4: the form of values.
fn values(shared: &Shared, files: &mut Files) -> Outcome {
    for (key, algorithm) in [
        ("rsa-2048", "RS256"),
        ("rsa-2048", "RS512"),
        ("rsa-3072", "PS384"),
        ("p384", "ES384"),
        ("p521", "ES512"),
        ("ed25519", "Ed25519"),
        ("ed25519", "EdDSA"),
    ] {
        let (draft, name) = (Draft::new(shared, key, algorithm), algorithm.to_lowercase());
        let honest =
            good(&format!("Algorithm {algorithm}"), "RFC 7518 §3.1", draft.make()?.compact()).add(&format!("json/{name}"), files)?;
        let altered = draft.payload.replacen('e', "f", 1);
        let altered = Draft { shown: altered, ..draft };
        bad(&honest, "one character of the payload is another", altered.make()?.compact())
            .by("EN 319 102-1 §5.2.7.4 (3)")
            .fails("SIG_CRYPTO_FAILURE", "cryptographic_verification.value_valid")
            .integrity("broken")
            .add(&format!("json/{name}-altered"), files)?;
    }
    let draft = Draft::new(shared, "p256", "ES256");
    let honest = good("Algorithm ES256", "RFC 7518 §3.4", draft.make()?.compact()).add("json/es256", files)?;
    let der = Draft { value: |value| kyso::crypto::Curve::P256.value_from_concatenation(&value).unwrap_or_default(), ..draft.clone() };
    bad(&honest, "the value is in DER", der.make()?.compact())
        .fails(FORMAT, "jades.signature_value_form")
        .integrity("broken")
        .add("json/es256-der", files)?;
    let zero = Draft { value: |value| vec![0; value.len()], ..draft.clone() };
    bad(&honest, "both integers of the value are zero", zero.make()?.compact())
        .by("EN 319 102-1 §5.2.7.4 (3)")
        .fails("SIG_CRYPTO_FAILURE", "cryptographic_verification.value_valid")
        .integrity("broken")
        .add("json/es256-zero", files)?;
    let other = Draft::new(shared, "p384", "ES256");
    bad(&honest, "the key is of a longer curve", other.make()?.compact())
        .fails(FORMAT, "jades.signature_value_form")
        .integrity("broken")
        .add("json/es256-p384", files)?;
    Ok(())
}
