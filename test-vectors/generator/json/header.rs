//! RFC 7515 §4, ETSI TS 119 182-1 §5.1, §5.2: what the header parameters say, and who may say it.

use kyso::crypto::DigestAlgorithm;
use kyso::encoding::{base64, base64url};
use serde_json::{Value, json};

use super::{Draft, Made, bad, good, sha256};
use crate::case::{Entry, Good};
use crate::shared::{Shared, at};
use crate::{Files, Outcome};

const FORMAT: &str = "FORMAT_FAILURE";

pub fn add(shared: &Shared, files: &mut Files) -> Outcome {
    let draft = Draft::new(shared, "rsa-2048", "RS256");
    let honest = good("What B-B asks for, in a flattened serialization", "ETSI TS 119 182-1 §6.3", draft.make()?.flattened());
    let honest = honest.entry(|entry| entry.level("B-B")).add("json/header", files)?;
    let bad = honest.but("a file is given that the signature does not cover, having its payload inside").by("EN 319 102-1 §5.1.3");
    let bad = bad.detached("content.txt", "content.txt", b"something else\n".to_vec());
    bad.indeterminate("SIG_CONSTRAINTS_FAILURE", "verdict.document_not_modified").add("json/payload-file-beside", files)?;
    algorithms(&draft, &honest, files)?;
    critical(&draft, &honest, files)?;
    certificates(shared, &draft, &honest, files)?;
    texts(&draft, &honest, files)?;
    times(&draft, &honest, files)?;
    unprotected(&draft, &honest, files)?;
    policies(&draft, files)
}

fn algorithms(draft: &Draft<'_>, honest: &Good, files: &mut Files) -> Outcome {
    for (name, algorithm) in [("none", "none"), ("none-capital", "None"), ("hs256", "HS256")] {
        let made = draft.clone().with("alg", algorithm.into()).make()?;
        // The message authentication code has the public key, which everybody knows, as its secret.
        let code = hmac(draft.signer.key.public_key_info(), format!("{}.{}", made.protected, made.payload).as_bytes());
        let value = if algorithm == "HS256" { base64url::encode(&code) } else { String::new() };
        bad(honest, &format!("the algorithm is {algorithm}"), Made { value, ..made }.flattened())
            .by("RFC 7518 §3.2, §3.6")
            .fails(FORMAT, "protected_header.algorithm_signs")
            .integrity("unknown")
            .add(&format!("json/alg-{name}"), files)?;
    }
    let missing = draft.clone().without("alg");
    let protected = "protected_header.algorithm_protected";
    bad(honest, "no algorithm is named", missing.make()?.flattened())
        .fails(FORMAT, protected)
        .integrity("unknown")
        .add("json/alg-missing", files)?;
    bad(
        honest,
        "the algorithm is named where it is not protected",
        missing.clone().unprotected(json!({ "alg": "RS256" })).make()?.flattened(),
    )
    .fails(FORMAT, protected)
    .integrity("unknown")
    .add("json/alg-unprotected", files)?;
    bad(honest, "the algorithm is named in both headers", draft.clone().unprotected(json!({ "alg": "RS256" })).make()?.flattened())
        .by("RFC 7515 §7.2.1")
        .fails(FORMAT, "protected_header.names_disjoint")
        .add("json/alg-twice", files)?;
    bad(honest, "the algorithm is one of tomorrow", draft.clone().with("alg", "XS999".into()).make()?.flattened())
        .by("RFC 7518 §3.1")
        .indeterminate("CRYPTO_CONSTRAINTS_FAILURE_NO_POE", "protected_header.algorithm_known")
        .integrity("unknown")
        .add("json/alg-unknown", files)?;
    bad(honest, "the algorithm is of a curve that is not implemented", draft.clone().with("alg", "ES256K".into()).make()?.flattened())
        .by("RFC 8812 §3.2")
        .indeterminate("CRYPTO_CONSTRAINTS_FAILURE_NO_POE", "cryptographic_verification.algorithm_implemented")
        .integrity("unknown")
        .add("json/alg-es256k", files)?;
    bad(
        honest,
        "the algorithm is that of another padding",
        Made { protected: draft.clone().with("alg", "PS256".into()).make()?.protected, ..draft.make()? }.flattened(),
    )
    .by("EN 319 102-1 §5.2.7.4 (3)")
    .fails("SIG_CRYPTO_FAILURE", "cryptographic_verification.value_valid")
    .integrity("broken")
    .add("json/alg-exchanged", files)?;
    Ok(())
}

/// RFC 2104.
fn hmac(key: &[u8], message: &[u8]) -> Vec<u8> {
    let sha256 = DigestAlgorithm::Sha256;
    let mut block = sha256.digest(key);
    block.resize(64, 0);
    let pad = |octet: u8| block.iter().map(|key| key ^ octet).collect::<Vec<u8>>();
    sha256.digest(&[pad(0x5c), sha256.digest(&[&pad(0x36), message].concat())].concat())
}

fn critical(draft: &Draft<'_>, honest: &Good, files: &mut Files) -> Outcome {
    let understood = "protected_header.critical_understood";
    let declared = draft.clone().with("srCms", json!([{ "commId": { "id": "urn:oid:1.2.840.113549.1.9.16.6.5" } }]));
    let declared = declared.with("crit", json!(["srCms"]));
    let honest_critical = good("A parameter declared critical that is understood", "RFC 7515 §4.1.11", declared.make()?.flattened());
    let honest_critical = honest_critical.add("json/crit", files)?;
    let more = declared.with("crit", json!(["srCms", "exp"])).with("exp", 0.into());
    bad(&honest_critical, "one more is declared that is not understood", more.make()?.flattened())
        .fails(FORMAT, understood)
        .add("json/crit-one-more", files)?;
    for (name, change, crit) in [
        ("unknown", "a parameter that nobody understands is declared critical", json!(["nbf"])),
        ("empty", "nothing is declared critical", json!([])),
        ("standard", "a parameter of RFC 7515 itself is declared critical", json!(["alg"])),
        ("absent", "a parameter that is not there is declared critical", json!(["sigPl"])),
        ("twice", "a parameter is declared critical twice", json!(["iat", "iat"])),
        ("no-name", "what is declared critical is no name", json!([["iat"]])),
        ("no-list", "what is declared critical is no list", json!("iat")),
    ] {
        let made = draft.clone().with("nbf", 0.into()).with("crit", crit).make()?;
        bad(honest, change, made.flattened()).by("RFC 7515 §4.1.11").fails(FORMAT, understood).add(&format!("json/crit-{name}"), files)?;
    }
    bad(
        honest,
        "something is declared critical where it is not protected",
        draft.clone().unprotected(json!({ "crit": ["iat"] })).make()?.flattened(),
    )
    .by("RFC 7515 §4.1.11")
    .fails(FORMAT, understood)
    .add("json/crit-unprotected", files)?;

    let record = std::str::from_utf8(super::RECORD)?;
    let plain = draft.clone().payload(record, record).with("b64", false.into());
    let both = plain.clone().with("crit", json!(["b64"]));
    let unencoded =
        good("A payload that is not encoded, as the signer declares", "RFC 7797 §3", both.make()?.flattened()).add("json/b64", files)?;
    bad(&unencoded, "it is not declared critical", plain.make()?.flattened())
        .by("RFC 7797 §6")
        .fails(FORMAT, understood)
        .add("json/b64-not-critical", files)?;
    bad(&unencoded, "in the place of false stands a text", both.clone().with("b64", "false".into()).make()?.flattened())
        .fails(FORMAT, understood)
        .entry(|_| Entry::default())
        .add("json/b64-text", files)?;
    bad(&unencoded, "it is declared where nothing is protected, too", both.clone().unprotected(json!({ "b64": true })).make()?.flattened())
        .by("RFC 7797 §3")
        .fails(FORMAT, "protected_header.names_disjoint")
        .add("json/b64-twice", files)?;
    bad(&unencoded, "it is written in three parts, and the payload has a dot", both.make()?.compact())
        .by("RFC 7797 §5.2")
        .malformed()
        .add("json/b64-dot", files)?;
    Ok(())
}

fn certificates(shared: &Shared, draft: &Draft<'_>, honest: &Good, files: &mut Files) -> Outcome {
    let own = &draft.signer.certificate;
    let other = &shared.signatories["rsa-2048-other"];
    let issuing = &shared.issuing.certificate;
    bad(
        honest,
        "the reference is to a certificate that is not there",
        draft.clone().with("x5t#S256", sha256(&other.certificate).into()).make()?.flattened(),
    )
    .by("EN 319 102-1 §5.2.3.4 (2)")
    .indeterminate("NO_SIGNING_CERTIFICATE_FOUND", "signing_certificate.reference_matches")
    .integrity("unknown")
    .add("json/x5t-other", files)?;
    bad(honest, "the reference is to the second certificate", draft.clone().with("x5t#S256", sha256(issuing).into()).make()?.flattened())
        .by("RFC 7515 §4.1.6")
        .fails(FORMAT, "protected_header.first_certificate")
        .integrity("broken")
        .add("json/x5t-second", files)?;
    bad(
        honest,
        "the reference is too short for its digest",
        draft.clone().with("x5t#S256", base64url::encode(b"short").into()).make()?.flattened(),
    )
    .by("ETSI TS 119 182-1 §5.1.7")
    .fails(FORMAT, "protected_header.reference_readable")
    .add("json/x5t-short", files)?;
    bad(
        honest,
        "its SHA-1 stands beside",
        draft.clone().with("x5t", base64url::encode(&DigestAlgorithm::Sha1.digest(own)).into()).make()?.flattened(),
    )
    .by("ETSI TS 119 182-1 §5.1.6")
    .entry(|_| Entry::passed().level("none").tolerates("protected_header.no_sha1_thumbprint"))
    .add("json/x5t-sha1", files)?;
    let sha512 = |octets: &[u8]| json!({ "digAlg": "S512", "digVal": base64url::encode(&DigestAlgorithm::Sha512.digest(octets)) });
    let by_sha512 = draft.clone().without("x5t#S256").with("x5t#o", sha512(own));
    let named = good("The signer's certificate is named by its SHA-512", "ETSI TS 119 182-1 §5.2.2.2", by_sha512.make()?.flattened());
    let named = named.entry(|entry| entry.level("B-B")).add("json/x5t-o", files)?;
    bad(
        &named,
        "the name of the digest is not known",
        by_sha512.with("x5t#o", json!({ "digAlg": "S999", "digVal": "AA" })).make()?.flattened(),
    )
    .by("EN 319 102-1 §5.2.3.4 (2)")
    .indeterminate("CRYPTO_CONSTRAINTS_FAILURE_NO_POE", "signing_certificate.reference_implemented")
    .integrity("unknown")
    .add("json/x5t-o-unknown", files)?;
    let both = draft.clone().with("x5t#o", sha512(own));
    let twice = good("The signer's certificate is named by two digests", "ETSI TS 119 182-1 §5.2.2.2", both.make()?.flattened());
    let twice = twice.add("json/x5t-both", files)?;
    bad(&twice, "one of them is somebody else's", both.with("x5t#o", sha512(&other.certificate)).make()?.flattened())
        .fails(FORMAT, "protected_header.first_certificate")
        .add("json/x5t-both-other", files)?;
    let chain = draft.clone().without("x5t#S256").with("sigX5ts", json!([sha512(own), sha512(issuing)]));
    let named = good("The certificates of the path are named by their SHA-512", "ETSI TS 119 182-1 §5.2.2.3", chain.make()?.flattened());
    let named = named.entry(|entry| entry.level("B-B")).add("json/sig-x5ts", files)?;
    let others = chain.with("sigX5ts", json!([sha512(&other.certificate), sha512(issuing)]));
    bad(&named, "the first is somebody else's", others.make()?.flattened())
        .by("EN 319 102-1 §5.2.3.4 (2)")
        .indeterminate("NO_SIGNING_CERTIFICATE_FOUND", "signing_certificate.reference_matches")
        .integrity("unknown")
        .add("json/sig-x5ts-other", files)?;
    bad(honest, "certificates are in base64url", draft.clone().with("x5c", json!([base64url::encode(own)])).make()?.flattened())
        .by("RFC 7515 §4.1.6")
        .fails(FORMAT, "protected_header.certificates_readable")
        .entry(|_| Entry::default())
        .add("json/x5c-base64url", files)?;
    let untrusted = shared
        .other_root
        .issue(&kyso::testkit::Template::signatory(crate::shared::name("Nobody's"), at(-400), at(1200)), other.key.clone())?;
    let chain = json!([base64::encode(&untrusted.certificate), base64::encode(issuing)]);
    let foreign = Draft { signer: &untrusted, ..draft.clone() }.with("x5c", chain).with("x5t#S256", sha256(&untrusted.certificate).into());
    bad(honest, "the certificate is of an authority that nobody trusts, before one of an authority that is", foreign.make()?.flattened())
        .by("EN 319 102-1 §5.2.6")
        .indeterminate("NO_CERTIFICATE_CHAIN_FOUND", "path.trust_anchor_reached")
        .add("json/x5c-not-chained", files)?;
    // Who signed brings a key of his own, and names somebody else's certificate.
    let own_key = json!({ "kty": "RSA", "e": "AQAB", "n": base64url::encode(other.key.public_key_info()) });
    let thief = Draft { signer: other, ..draft.clone() }.with("jwk", own_key);
    bad(honest, "it is signed by a key that stands in the header", thief.make()?.flattened())
        .by("RFC 7515 §4.1.3")
        .fails("SIG_CRYPTO_FAILURE", "cryptographic_verification.value_valid")
        .entry(|_| Entry::default().integrity("broken").tolerates("protected_header.no_other_key"))
        .add("json/jwk", files)?;
    for name in ["jku", "x5u"] {
        bad(
            honest,
            &format!("`{name}` says where a key could be had"),
            draft.clone().with(name, "https://attacker.kyso.example/key".into()).make()?.flattened(),
        )
        .by("RFC 7515 §4.1.2, §4.1.5")
        .entry(|_| Entry::passed().tolerates("protected_header.no_other_key"))
        .add(&format!("json/{name}"), files)?;
    }
    Ok(())
}

/// JSON of which there is more than one reading.
fn texts(draft: &Draft<'_>, honest: &Good, files: &mut Files) -> Outcome {
    let text = draft.header.to_string();
    for (name, change, header) in [
        ("twice", "the algorithm stands there twice", text.replacen('{', "{\"alg\":\"none\",", 1)),
        ("twice-escaped", "the algorithm stands there twice, once with an escape", text.replacen('{', "{\"\\u0061lg\":\"none\",", 1)),
        ("surrogate", "a text in it has a lone surrogate", text.replacen('{', "{\"typ\":\"\\ud800\",", 1)),
        ("trailing", "something follows", format!("{text} {{}}")),
        ("array", "it is no object", format!("[{text}]")),
        ("nested", "it is nested deeper than anybody reads", format!("{}{}", "[".repeat(300), "]".repeat(300))),
        ("utf-8", "it is not UTF-8", text.replacen("RS256", "RS256\u{fffd}", 1)),
    ] {
        let made = match name {
            "utf-8" => draft.over(base64url::encode(&[text.as_bytes(), b"\xff"].concat()))?,
            _ => Draft { header_text: Some(header), ..draft.clone() }.make()?,
        };
        bad(honest, change, made.flattened())
            .by("RFC 7515 §5.2 (3)")
            .fails(FORMAT, "protected_header.readable")
            .entry(|_| Entry::default())
            .add(&format!("json/header-{name}"), files)?;
    }
    for (name, change, parameter, value) in [
        ("commitments", "commitments are no list", "srCms", json!("approved")),
        ("place", "the place is no object", "sigPl", json!("Hà Nội")),
        ("attributes", "the signer's attributes are no object", "srAts", json!(1)),
        ("type", "the content type is a number", "cty", json!(7)),
    ] {
        bad(honest, change, draft.clone().with(parameter, value).make()?.flattened())
            .by("ETSI TS 119 182-1 §5.2")
            .entry(|_| Entry::passed().level("none").tolerates("protected_header.parameters_readable"))
            .add(&format!("json/parameter-{name}"), files)?;
    }
    Ok(())
}

fn times(draft: &Draft<'_>, honest: &Good, files: &mut Files) -> Outcome {
    let stated = Value::from("2026-11-22T02:50:00Z");
    let older = draft.clone().without("iat").with("sigT", stated.clone());
    let dated = good("The time in the older parameter", "ETSI TS 119 182-1 §5.2.1", older.make()?.flattened());
    let dated = dated.entry(|entry| entry.level("B-B")).add("json/sig-t", files)?;
    let missing = "signature_acceptance.claimed_time_present";
    bad(&dated, "the time is not protected", draft.clone().without("iat").unprotected(json!({ "sigT": stated })).make()?.flattened())
        .indeterminate("SIG_CONSTRAINTS_FAILURE", "protected_header.parameters_protected")
        .entry(|entry| entry.level("none").fails_by(missing))
        .add("json/sig-t-unprotected", files)?;
    bad(&dated, "the time has no zone", draft.clone().without("iat").with("sigT", "2026-11-22 02:50".into()).make()?.flattened())
        .indeterminate("SIG_CONSTRAINTS_FAILURE", missing)
        .entry(|entry| entry.level("none").tolerates("protected_header.signing_time_readable"))
        .add("json/sig-t-unreadable", files)?;
    bad(honest, "the time is no integer", draft.clone().with("iat", json!(1_795_316_400.5)).make()?.flattened())
        .by("ETSI TS 119 182-1 §5.1.11")
        .indeterminate("SIG_CONSTRAINTS_FAILURE", missing)
        .entry(|entry| entry.level("none").tolerates("protected_header.signing_time_readable"))
        .add("json/iat-fraction", files)?;
    let both = draft.clone().with("sigT", stated);
    let agreeing =
        good("Both times, which agree", "ETSI TS 119 182-1 §5.1.11, §5.2.1", both.make()?.flattened()).add("json/iat-and-sig-t", files)?;
    bad(
        &agreeing,
        "another time stands in the older parameter",
        draft.clone().with("sigT", "2026-11-20T00:00:00Z".into()).make()?.flattened(),
    )
    .by("ETSI TS 119 182-1 §5.1.11, §5.2.1")
    .entry(|_| Entry::passed().tolerates("protected_header.signing_times_agree"))
    .add("json/iat-and-sig-t-differ", files)?;
    Ok(())
}

/// What stands beside the protected header, and nobody signed.
fn unprotected(draft: &Draft<'_>, honest: &Good, files: &mut Files) -> Outcome {
    const PROTECTED: &str = "protected_header.parameters_protected";
    let with = |header: Value| -> Outcome<Vec<u8>> { Ok(draft.clone().unprotected(header).make()?.flattened()) };
    for (name, change, header) in [
        ("time", "an older time is claimed where it is not protected", json!({ "sigT": "2020-01-01T00:00:00Z" })),
        ("role", "a role is claimed where it is not protected", json!({ "srAts": [{ "claimed": [{ "vals": ["Bo truong"] }] }] })),
        ("content", "the content is said to be a page where it is not protected", json!({ "cty": "text/html" })),
    ] {
        let case = bad(honest, change, with(header)?).by("ETSI TS 119 182-1 §5.2").indeterminate("SIG_CONSTRAINTS_FAILURE", PROTECTED);
        case.entry(|entry| entry.integrity("intact")).add(&format!("json/unprotected-{name}"), files)?;
    }
    for (name, change, header) in [
        ("key", "a name of the key stands where it is not protected", json!({ "kid": "2026-1" })),
        ("note", "a note stands where it is not protected", json!({ "note": "Tu choi" })),
    ] {
        let case = bad(honest, change, with(header)?).by("RFC 7515 §4");
        case.entry(|entry| entry.tolerates(PROTECTED)).add(&format!("json/unprotected-{name}"), files)?;
    }
    Ok(())
}

fn policies(draft: &Draft<'_>, files: &mut Files) -> Outcome {
    let document = b"Quy che ky so 2026".as_slice();
    let id = json!({ "id": { "id": "urn:oid:1.3.6.1.4.1.99999.1" }, "digAlg": "S256", "digVal": sha256(document) });
    let under = draft.clone().with("sigPId", id);
    let stored = |document: &[u8]| {
        let element = json!({ "sigPSt": { "sigPolDoc": base64::encode(document) } }).to_string();
        json!({ "etsiU": [base64url::encode(element.as_bytes())] })
    };
    let policy = json!({ "signature_policies": { "document": "required" } });
    let honest = good(
        "Made under a policy whose document stands beside the signature",
        "ETSI TS 119 182-1 §5.2.7, §5.3.3",
        under.clone().unprotected(stored(document)).make()?.flattened(),
    );
    let honest = honest.policy(policy).add("json/policy", files)?;
    bad(&honest, "the document is another one", under.clone().unprotected(stored(b"Quy che khac")).make()?.flattened())
        .by("EN 319 102-1 §5.2.4.4")
        .indeterminate("SIGNATURE_POLICY_NOT_AVAILABLE", "context_initialisation.policy_document_available")
        .add("json/policy-other-document", files)?;
    bad(&honest, "the policy has no identifier", under.with("sigPId", json!({})).make()?.flattened())
        .by("EN 319 102-1 §5.2.4.4")
        .indeterminate("POLICY_PROCESSING_ERROR", "context_initialisation.policy_readable")
        .add("json/policy-without-id", files)?;
    Ok(())
}
