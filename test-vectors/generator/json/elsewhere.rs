//! ETSI TS 119 182-1 §5.2.8, RFC 7515 appendix F: what is signed stands elsewhere.

use kyso::encoding::{base64, base64url};
use serde_json::{Value, json};

use super::{Draft, RECORD, bad, good, sha256};
use crate::case::{Case, Entry};
use crate::shared::Shared;
use crate::{Files, Outcome};

const ANNEX: &[u8] = b"Phu luc I\n";

pub fn add(shared: &Shared, files: &mut Files) -> Outcome {
    let draft = Draft::new(shared, "rsa-2048", "RS256");
    without_a_word(&draft, files)?;
    by_digest(&draft, files)?;
    by_name(&draft, files)?;
    http_headers(&draft, files)
}

fn without_a_word(draft: &Draft<'_>, files: &mut Files) -> Outcome {
    let made = draft.clone().payload(draft.payload.clone(), "").make()?;
    let honest =
        good("The payload is left out", "RFC 7515 appendix F", made.compact()).detached("record.json", "record.json", RECORD.to_vec());
    let honest = honest.add("json/detached", files)?;
    bad(&honest, "nobody has the payload", made.compact())
        .by("EN 319 102-1 §5.2.7.4 (1)")
        .without_detached()
        .not_found()
        .add("json/detached-missing", files)?;
    bad(&honest, "another payload is given", made.compact())
        .by("EN 319 102-1 §5.2.7.4 (3)")
        .detached("record.json", "record.json", ANNEX.to_vec())
        .fails("SIG_CRYPTO_FAILURE", "cryptographic_verification.value_valid")
        .integrity("broken")
        .add("json/detached-other", files)?;
    Ok(())
}

trait Elsewhere {
    fn not_found(self) -> Self;
}

impl Elsewhere for Case {
    fn not_found(self) -> Self {
        self.indeterminate("SIGNED_DATA_NOT_FOUND", "cryptographic_verification.data_found").integrity("unknown")
    }
}

/// The signature over the files that `sig_d` names, `payload` being what they contribute.
fn over<'s>(draft: &Draft<'s>, sig_d: Value, payload: impl Into<String>) -> Draft<'s> {
    draft.clone().payload(payload, "").with("sigD", sig_d).with("crit", json!(["sigD"]))
}

fn by_digest(draft: &Draft<'_>, files: &mut Files) -> Outcome {
    const MECHANISM: &str = "http://uri.etsi.org/19182/ObjectIdByURIHash";
    let digest = |octets: &[u8]| sha256(base64url::encode(octets).as_bytes());
    let sig_d =
        json!({ "mId": MECHANISM, "pars": ["record.json", "annex.txt"], "hashM": "S256", "hashV": [digest(RECORD), digest(ANNEX)] });
    let with = |name: &str, value: Value| {
        let mut other = sig_d.clone();
        other[name] = value;
        other
    };
    let made = over(draft, sig_d.clone(), "").make()?;
    let clause = "ETSI TS 119 182-1 §5.2.8.3.3";
    let honest = good("Two files by their digests", clause, made.flattened())
        .detached("record.json", "record.json", RECORD.to_vec())
        .detached("annex.txt", "annex.txt", ANNEX.to_vec())
        .entry(|entry| entry.level("B-B"))
        .add("json/by-digest", files)?;
    bad(&honest, "one file is another one", made.flattened())
        .by("EN 319 102-1 §5.2.7.4 (2)")
        .detached("annex.txt", "annex.txt", b"Phu luc II\n".to_vec())
        .fails("HASH_FAILURE", "cryptographic_verification.data_intact")
        .integrity("broken")
        .add("json/by-digest-altered", files)?;
    bad(&honest, "one file is not at hand", made.flattened())
        .by("EN 319 102-1 §5.2.7.4 (1)")
        .without_detached()
        .detached("record.json", "record.json", RECORD.to_vec())
        .detached("other.txt", "other.txt", ANNEX.to_vec())
        .not_found()
        .add("json/by-digest-missing", files)?;
    let raw = with("hashV", json!([sha256(RECORD), sha256(ANNEX)]));
    bad(&honest, "the digests are over the files as they are, not encoded", over(draft, raw, "").make()?.flattened())
        .by("EN 319 102-1 §5.2.7.4 (2)")
        .fails("HASH_FAILURE", "cryptographic_verification.data_intact")
        .integrity("broken")
        .add("json/by-digest-not-encoded", files)?;
    let raw = with("hashV", json!([sha256(RECORD), sha256(ANNEX)]));
    let plain = over(draft, raw, "").with("b64", false.into()).with("crit", json!(["sigD", "b64"]));
    let plain_honest = good("Two files by their digests, over the files as they are", "RFC 7797 §3", plain.make()?.flattened())
        .detached("record.json", "record.json", RECORD.to_vec())
        .detached("annex.txt", "annex.txt", ANNEX.to_vec())
        .add("json/by-digest-b64", files)?;
    bad(&plain_honest, "one file is another one", plain.make()?.flattened())
        .by("EN 319 102-1 §5.2.7.4")
        .detached("annex.txt", "annex.txt", b"Phu luc II\n".to_vec())
        .fails("HASH_FAILURE", "cryptographic_verification.data_intact")
        .integrity("broken")
        .add("json/by-digest-b64-altered", files)?;
    bad(&honest, "the digest algorithm is not known", over(draft, with("hashM", "S999".into()), "").make()?.flattened())
        .by("EN 319 102-1 §5.2.7")
        .indeterminate("CRYPTO_CONSTRAINTS_FAILURE_NO_POE", "cryptographic_verification.digest_implemented")
        .integrity("unknown")
        .add("json/by-digest-unknown", files)?;
    for (name, change, sig_d) in [
        ("padded", "a digest has padding", with("hashV", json!([format!("{}=", digest(RECORD)), digest(ANNEX)]))),
        ("fewer", "there is one digest for two names", with("hashV", json!([digest(RECORD)]))),
        ("no-names", "names are numbers", with("pars", json!([1, 2]))),
        ("no-mechanism", "the mechanism is not named", with("mId", Value::Null)),
        ("no-digests", "there are no digests", json!({ "mId": MECHANISM, "pars": ["record.json", "annex.txt"] })),
        ("no-algorithm", "the digest algorithm is not named", with("hashM", Value::Null)),
    ] {
        bad(&honest, change, over(draft, sig_d, "").make()?.flattened())
            .by("ETSI TS 119 182-1 §5.2.8.1")
            .fails("FORMAT_FAILURE", "payload.sig_d_readable")
            .entry(|_| Entry::default())
            .add(&format!("json/by-digest-{name}"), files)?;
    }
    bad(&honest, "it is not declared critical", over(draft, sig_d.clone(), "").without("crit").make()?.flattened())
        .by("ETSI TS 119 182-1 §5.1.9")
        .fails("FORMAT_FAILURE", "protected_header.critical_understood")
        .add("json/by-digest-not-critical", files)?;
    let unprotected = draft.clone().payload("", "").unprotected(json!({ "sigD": sig_d.clone() }));
    bad(&honest, "the files are named where nothing is protected", unprotected.make()?.flattened())
        .by("ETSI TS 119 182-1 §5.2.8.1")
        .fails("FORMAT_FAILURE", "protected_header.critical_understood")
        .entry(|_| Entry::default())
        .add("json/by-digest-unprotected", files)?;
    bad(
        &honest,
        "the signature brings a payload of its own",
        over(draft, sig_d, "").payload("", base64url::encode(b"{}")).make()?.flattened(),
    )
    .by("ETSI TS 119 182-1 §5.2.8.1")
    .fails("FORMAT_FAILURE", "payload.detached_alone")
    .add("json/by-digest-and-payload", files)?;
    bad(&honest, "the mechanism is not known", over(draft, json!({ "mId": "urn:kyso:example" }), "").make()?.flattened())
        .by("ETSI TS 119 182-1 §5.2.8.1")
        .not_found()
        .add("json/by-mechanism-unknown", files)?;
    Ok(())
}

fn by_name(draft: &Draft<'_>, files: &mut Files) -> Outcome {
    const RECORD_FILE: &str = "record.json";
    let sig_d = |names: Value| json!({ "mId": "http://uri.etsi.org/19182/ObjectIdByURI", "pars": names });
    let made = over(draft, sig_d(json!([RECORD_FILE])), base64url::encode(RECORD)).make()?;
    let clause = "ETSI TS 119 182-1 §5.2.8.3.2";
    let honest = good("A file by its name", clause, made.flattened()).detached(RECORD_FILE, RECORD_FILE, RECORD.to_vec());
    let honest = honest.add("json/by-name", files)?;
    let other = || RECORD.to_ascii_uppercase();
    bad(&honest, "the file is another one", made.flattened())
        .by("EN 319 102-1 §5.2.7.4 (3)")
        .detached(RECORD_FILE, RECORD_FILE, other())
        .fails("SIG_CRYPTO_FAILURE", "cryptographic_verification.value_valid")
        .integrity("broken")
        .add("json/by-name-altered", files)?;
    bad(&honest, "the file is not at hand", made.flattened())
        .by("EN 319 102-1 §5.2.7.4 (1)")
        .without_detached()
        .not_found()
        .add("json/by-name-missing", files)?;
    let unencoded = |names: Value, octets: &[u8]| {
        let plain = over(draft, sig_d(names), octets.iter().map(|octet| char::from(*octet)).collect::<String>());
        plain.with("b64", false.into()).with("crit", json!(["sigD", "b64"]))
    };
    let plain = unencoded(json!([RECORD_FILE]), RECORD);
    let plain_honest = good("A file by its name, as it is", "RFC 7797 §3", plain.make()?.flattened());
    let plain_honest = plain_honest.detached(RECORD_FILE, RECORD_FILE, RECORD.to_vec()).add("json/by-name-b64", files)?;
    bad(&plain_honest, "the file is another one", plain.make()?.flattened())
        .by("EN 319 102-1 §5.2.7.4")
        .detached(RECORD_FILE, RECORD_FILE, other())
        .fails("SIG_CRYPTO_FAILURE", "cryptographic_verification.value_valid")
        .integrity("broken")
        .add("json/by-name-b64-altered", files)?;
    // One after another, and nobody signed where the first ends: octets go from one file to the other.
    let two = unencoded(json!([RECORD_FILE, "annex.txt"]), &[RECORD, ANNEX].concat()).make()?.flattened();
    let (head, tail) = ANNEX.split_at(4);
    for (name, change, record, annex) in [
        ("two", "a second file is signed behind the first", RECORD.to_vec(), ANNEX),
        ("two-parted", "the first of two files has the beginning of the second", [RECORD, head].concat(), tail),
    ] {
        bad(&plain_honest, change, two.clone())
            .by(clause)
            .detached(RECORD_FILE, RECORD_FILE, record)
            .detached("annex.txt", "annex.txt", annex.to_vec())
            .indeterminate("SIG_CONSTRAINTS_FAILURE", "payload.boundaries_signed")
            .add(&format!("json/by-name-{name}"), files)?;
    }
    Ok(())
}

fn http_headers(draft: &Draft<'_>, files: &mut Files) -> Outcome {
    let digest = format!("SHA-256={}", base64::encode(&kyso::crypto::DigestAlgorithm::Sha256.digest(RECORD)));
    let sig_d = json!({ "mId": "http://uri.etsi.org/19182/HttpHeaders", "pars": ["(request-target)", "content-type", "digest"] });
    let target = "post /results";
    let payload = format!("(request-target): {target}\ncontent-type: application/json\ndigest: {digest}");
    let encoded = over(draft, sig_d, payload);
    let plain = encoded.clone().with("b64", false.into()).with("crit", json!(["sigD", "b64"]));
    let made = plain.make()?;
    let clause = "ETSI TS 119 182-1 §5.2.8.2";
    let message = |case: Case, kind: &str| {
        case.detached("(request-target)", "target.txt", target.into()).detached("Content-Type", "type.txt", kind.into()).detached(
            "Digest",
            "digest.txt",
            digest.clone().into_bytes(),
        )
    };
    let honest = message(good("Header fields of a message, and its body by its digest", clause, made.compact()), " application/json ");
    let honest = honest.detached("(body)", "body.json", RECORD.to_vec()).add("json/http", files)?;
    bad(&honest, "the body is another one", made.compact())
        .by("EN 319 102-1 §5.2.7.4 (2)")
        .detached("(body)", "body.json", ANNEX.to_vec())
        .fails("HASH_FAILURE", "cryptographic_verification.data_intact")
        .integrity("broken")
        .add("json/http-other-body", files)?;
    message(bad(&honest, "the body is not at hand", made.compact()).without_detached(), "application/json")
        .by("EN 319 102-1 §5.2.7.4 (1)")
        .not_found()
        .add("json/http-no-body", files)?;
    let other = "UNIXsum=30637";
    let payload = format!("(request-target): {target}\ncontent-type: application/json\ndigest: {other}");
    let made_other = plain.clone().payload(payload, "").make()?;
    let case = bad(&honest, "the body is named by an algorithm that is not known", made_other.compact());
    message(case.detached("(body)", "body.json", ANNEX.to_vec()), " application/json ")
        .detached("Digest", "digest.txt", other.into())
        .by("RFC 3230 §4.3.2")
        .indeterminate("CRYPTO_CONSTRAINTS_FAILURE_NO_POE", "cryptographic_verification.digest_implemented")
        .integrity("unknown")
        .add("json/http-unknown-digest", files)?;
    message(bad(&honest, "a field has another value", made.compact()), "text/plain")
        .by("EN 319 102-1 §5.2.7.4 (3)")
        .fails("SIG_CRYPTO_FAILURE", "cryptographic_verification.value_valid")
        .integrity("broken")
        .add("json/http-other-field", files)?;
    bad(&honest, "the payload is not declared unencoded", encoded.make()?.compact())
        .by("ETSI TS 119 182-1 §5.1.10")
        .fails("FORMAT_FAILURE", "payload.http_headers_unencoded")
        .add("json/http-encoded", files)?;
    Ok(())
}
