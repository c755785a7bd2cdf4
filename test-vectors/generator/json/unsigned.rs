//! ETSI TS 119 182-1 §5.3, §6.3, annex A: what is added to a signature later, and what of it proves something.

use kyso::encoding::{base64, base64url};
use kyso::testkit::{Entity, Timestamp};
use serde_json::{Value, json};

use super::{Draft, Made, bad, good, sha256};
use crate::case::{Entry, Good};
use crate::shared::{Shared, at};
use crate::{Files, Outcome};

const PROVES: &str = "proof_of_existence.timestamp_proves";

pub fn add(shared: &Shared, files: &mut Files) -> Outcome {
    let made = Draft::new(shared, "rsa-2048", "RS256").make()?;
    levels(shared, &made, files)?;
    forms(shared, &made, files)?;
    contents(shared, files)?;
    counter_signatures(shared, &made, files)?;
    legacy(shared, &made, files)
}

/// A signature and what was added to it, in order.
#[derive(Clone)]
pub struct Grown {
    pub made: Made,
    pub elements: Vec<Value>,
    /// Elements are JSON, not base64url of it.
    pub clear: bool,
}

impl Grown {
    pub fn of(made: &Made, clear: bool) -> Self {
        Self { made: made.clone(), elements: Vec::new(), clear }
    }

    pub fn with(mut self, name: &str, value: Value) -> Self {
        let element = json!({ name: value });
        self.elements.push(if self.clear { element } else { base64url::encode(element.to_string().as_bytes()).into() });
        self
    }

    /// What an element contributes to imprints: as it is written, which `serde_json` does in one way.
    fn written(element: &Value) -> String {
        element.as_str().map_or_else(|| element.to_string(), str::to_owned)
    }

    /// §5.3.6.2.3
    pub fn everything(&self) -> String {
        let Made { protected, payload, value, .. } = &self.made;
        let elements: String = self.elements.iter().map(Self::written).collect();
        format!("{payload}.{protected}.{value}.{elements}")
    }

    pub fn file(&self) -> Vec<u8> {
        let unprotected = if self.elements.is_empty() { None } else { Some(json!({ "etsiU": self.elements })) };
        Made { unprotected, ..self.made.clone() }.flattened()
    }
}

/// A container with one token of `authority`.
pub fn container(authority: &Entity, over: &str, days: i64) -> Outcome<Value> {
    let token = authority.timestamp_token(&Timestamp::over(over.as_bytes(), at(days)).with_certificates(&[authority]))?;
    Ok(json!({ "tstTokens": [{ "val": base64::encode(&token) }] }))
}

fn certificate(octets: &[u8]) -> Value {
    json!({ "x509Cert": { "val": base64::encode(octets) } })
}

/// Everything by which the signature and its timestamps are proven.
pub fn evidence(shared: &Shared) -> (Value, Value) {
    let certificates = [&shared.root, &shared.issuing, &shared.timestamping].map(|entity| certificate(&entity.certificate));
    let lists = [&shared.root_list, &shared.issuing_list].map(|list| json!({ "val": base64::encode(list) }));
    (json!(certificates), json!({ "crlVals": lists }))
}

fn levels(shared: &Shared, made: &Made, files: &mut Files) -> Outcome {
    let authority = &shared.timestamping;
    let clause = "ETSI TS 119 182-1 §6.3";
    let stamped = Grown::of(made, false).with("sigTst", container(authority, &made.value, 0)?);
    let b_t = good("B-T", clause, stamped.file()).entry(|_| Entry::passed().level("B-T")).add("json/b-t", files)?;
    let other = Grown::of(made, false).with("sigTst", container(authority, &made.payload, 0)?);
    bad(&b_t, "the timestamp is over the payload, not over the value", other.file())
        .by("ETSI TS 119 182-1 §5.3.4")
        .entry(|_| Entry::passed().level("B-B").tolerates(PROVES))
        .add("json/b-t-over-payload", files)?;
    let (certificates, lists) = evidence(shared);
    let kept = stamped.clone().with("xVals", certificates.clone()).with("rVals", lists.clone());
    let b_lt = good("B-LT", clause, kept.file()).without("root.crl").without("issuing.crl");
    let b_lt = b_lt.entry(|_| Entry::passed().level("B-LT")).add("json/b-lt", files)?;
    let short = stamped.clone().with("xVals", certificates.clone());
    bad(&b_lt, "there is no revocation list", short.file())
        .by("EN 319 102-1 §5.2.6.4")
        .indeterminate("CERTIFICATE_CHAIN_GENERAL_FAILURE", "")
        .entry(|_| Entry::default().level("B-T"))
        .add("json/b-lt-without-lists", files)?;
    let archived = kept.clone().with("arcTst", container(authority, &kept.everything(), 0)?);
    let b_lta = good("B-LTA", clause, archived.file()).without("root.crl").without("issuing.crl");
    let b_lta = b_lta.entry(|_| Entry::passed().level("B-LTA")).add("json/b-lta", files)?;
    bad(&b_lta, "one timestamp is the most that the policy lets be judged", archived.file())
        .by("EN 319 102-1 §5.1")
        .policy(json!({ "limits": { "signatures": 1 } }))
        .entry(|_| Entry::passed().level("none").tolerates("unsigned_header.readable"))
        .add("json/b-lta-limit", files)?;
    let order = Grown {
        elements: vec![
            archived.elements[0].clone(),
            archived.elements[2].clone(),
            archived.elements[1].clone(),
            archived.elements[3].clone(),
        ],
        ..archived.clone()
    };
    bad(&b_lta, "certificates and lists have changed places", order.file())
        .by("ETSI TS 119 182-1 §5.3.6.2.3")
        .entry(|_| Entry::passed().level("B-LT").tolerates(PROVES))
        .add("json/b-lta-order", files)?;
    let copied = kept.clone().with("arcTst", container(authority, &made.value, 0)?);
    bad(&b_lta, "the archive timestamp is over the value alone", copied.file())
        .by("ETSI TS 119 182-1 §5.3.6.2.3")
        .entry(|_| Entry::passed().level("B-LT").tolerates(PROVES))
        .add("json/b-lta-over-value", files)?;
    let data = json!({ "xVals": certificates, "rVals": lists });
    let renewed = archived.clone().with("tstVD", data.clone());
    let renewed = renewed.clone().with("arcTst", container(authority, &renewed.everything(), 0)?);
    let renewed_honest = good("B-LTA, renewed with what proves the first archive timestamp", "ETSI TS 119 182-1 §5.3.5.5", renewed.file())
        .without("root.crl")
        .without("issuing.crl")
        .entry(|_| Entry::passed().level("B-LTA"))
        .add("json/b-lta-renewed", files)?;
    let other = archived.with("tstVD", data).with("arcTst", container(authority, &made.value, 0)?);
    bad(&renewed_honest, "the second archive timestamp is over the value alone", other.file())
        .by("ETSI TS 119 182-1 §5.3.6.2.3")
        .entry(|_| Entry::passed().level("B-LTA").tolerates(PROVES))
        .add("json/b-lta-renewed-over-value", files)?;
    unreadable(made, &b_t, &stamped, files)
}

fn unreadable(made: &Made, b_t: &Good, stamped: &Grown, files: &mut Files) -> Outcome {
    let readable = "unsigned_header.readable";
    let of_no_list = Made { unprotected: Some(json!({ "etsiU": stamped.elements[0] })), ..made.clone() };
    bad(b_t, "what is added is no list", of_no_list.flattened())
        .entry(|_| Entry::passed().level("none").tolerates(readable))
        .add("json/etsi-u-no-list", files)?;
    for (name, change, element, value) in [
        ("token", "one more token is none", "sigTst", json!({ "tstTokens": [{ "val": "AAAA" }] })),
        ("certificate", "a certificate is none", "xVals", json!([{ "x509Cert": { "val": "AAAA" } }])),
        ("note", "revocation data have a member that says something", "rVals", json!({ "crlVals": [], "note": "Tu choi" })),
        ("other-certificate", "certificates of another kind say something", "xVals", json!([{ "otherCert": "Tu choi" }])),
        ("data-note", "evidence of timestamps has a member that says something", "tstVD", json!({ "note": "Tu choi" })),
        ("list", "a revocation list is none", "rVals", json!({ "crlVals": [{ "val": "AAAA" }] })),
        ("policy", "the document of the policy is in another alphabet", "sigPSt", json!({ "sigPolDoc": "a-_b" })),
        ("stranger", "something else is added", "addedLater", json!({})),
    ] {
        let file = stamped.clone().with(element, value).file();
        bad(b_t, change, file)
            .by("ETSI TS 119 182-1 §5.3")
            .entry(|_| Entry::passed().level("none").tolerates(readable))
            .add(&format!("json/etsi-u-{name}"), files)?;
    }
    Ok(())
}

/// In base64url, in clear, in canonical form, or mixed.
fn forms(shared: &Shared, made: &Made, files: &mut Files) -> Outcome {
    let authority = &shared.timestamping;
    let (certificates, lists) = evidence(shared);
    let kept = Grown::of(made, true).with("sigTst", container(authority, &made.value, 0)?).with("xVals", certificates).with("rVals", lists);
    let alone = |case: crate::case::Case| case.without("root.crl").without("issuing.crl");
    let clear = kept.clone().with("arcTst", container(authority, &kept.everything(), 0)?);
    let as_written = good("B-LTA in clear, as it is written", "ETSI TS 119 182-1 §5.3.6.2.4", clear.file());
    let as_written = alone(as_written).entry(|_| Entry::passed().level("B-LTA")).add("json/clear", files)?;
    let spaced = String::from_utf8(clear.file())?.replacen("{\"rVals\"", "{ \"rVals\"", 1);
    bad(&as_written, "a space was put in", spaced.into_bytes())
        .entry(|_| Entry::passed().level("B-LT").tolerates(PROVES))
        .add("json/clear-spaced", files)?;

    let canonical = |form: &str| -> Outcome<Grown> {
        let mut stamp = container(authority, &kept.everything(), 0)?;
        stamp["canonAlg"] = form.into();
        Ok(kept.clone().with("arcTst", stamp))
    };
    let jcs = canonical("https://www.rfc-editor.org/rfc/rfc8785")?;
    let spaced = String::from_utf8(jcs.file())?.replacen("{\"rVals\"", "{ \"rVals\"", 1);
    let in_form =
        good("B-LTA in clear, in canonical form, with a space put in later", "RFC 8785; ETSI TS 119 182-1 §5.3.6.2.4", spaced.into_bytes());
    let in_form = alone(in_form).entry(|_| Entry::passed().level("B-LTA")).add("json/clear-canonical", files)?;
    bad(&in_form, "the canonical form is not known", canonical("urn:kyso:example")?.file())
        .by("ETSI TS 119 182-1 §5.4.3.3")
        .entry(|_| Entry::passed().level("B-LT").tolerates(PROVES))
        .add("json/clear-canonical-unknown", files)?;
    let number = String::from_utf8(jcs.file())?.replacen("{\"rVals\":{", "{\"rVals\":{\"otherVals\":[{\"n\":1e400}],", 1);
    bad(&in_form, "a number in it is beyond what a double holds", number.into_bytes())
        .by("RFC 8785 §3.2.2.3")
        .entry(|_| Entry::passed().level("none").tolerates(PROVES))
        .add("json/clear-canonical-number", files)?;

    let mut mixed = clear.clone();
    mixed.elements[0] = base64url::encode(mixed.elements[0].to_string().as_bytes()).into();
    bad(&as_written, "the first element is encoded, the others are not", mixed.file())
        .by("ETSI TS 119 182-1 §5.3.1")
        .entry(|_| Entry::passed().level("none").tolerates("unsigned_header.of_one_form").tolerates(PROVES))
        .add("json/clear-mixed", files)?;
    Ok(())
}

/// §5.2.6: a timestamp on what is signed.
fn contents(shared: &Shared, files: &mut Files) -> Outcome {
    let draft = Draft::new(shared, "rsa-2048", "RS256");
    let over = |text: &str| container(&shared.timestamping, text, -1);
    let made = draft.clone().with("adoTst", over(&draft.payload)?).make()?;
    let honest = good("A timestamp on the payload", "ETSI TS 119 182-1 §5.2.6", made.flattened()).add("json/ado-tst", files)?;
    bad(&honest, "it is over something else", draft.clone().with("adoTst", over("e30")?).make()?.flattened())
        .entry(|_| Entry::passed().tolerates(PROVES))
        .add("json/ado-tst-other", files)?;
    let mut named = over(&draft.payload)?;
    named["canonAlg"] = "urn:kyso:example".into();
    bad(&honest, "it names a canonical form", draft.with("adoTst", named).make()?.flattened())
        .entry(|_| Entry::passed().level("none").tolerates("protected_header.parameters_readable"))
        .add("json/ado-tst-canonical", files)?;
    Ok(())
}

/// §5.3.2
fn counter_signatures(shared: &Shared, made: &Made, files: &mut Files) -> Outcome {
    let clause = "ETSI TS 119 182-1 §5.3.2";
    let draft = Draft::new(shared, "p256", "ES256");
    let over = |signed: &str, shown: &str| draft.clone().payload(signed, shown).make();
    let entries = |second: Entry| [Entry::passed(), second.kind("counter_signature")];
    let counter = over(&made.value, "")?;
    let text = String::from_utf8(counter.compact())?;
    let honest = Grown::of(made, false).with("cSig", text.clone().into());
    let honest = good("A counter signature", clause, honest.file()).entries(&entries(Entry::passed())).add("json/counter", files)?;
    let object: Value = serde_json::from_slice(&counter.flattened())?;
    let object_honest = good("A counter signature as an object", clause, Grown::of(made, true).with("cSig", object.clone()).file())
        .entries(&entries(Entry::passed()))
        .add("json/counter-object", files)?;
    let other: Value = serde_json::from_slice(&over(&made.payload, "")?.flattened())?;
    bad(&object_honest, "it is over another value", Grown::of(made, true).with("cSig", other).file())
        .by("EN 319 102-1 §5.2.7.4 (3)")
        .fails("SIG_CRYPTO_FAILURE", "cryptographic_verification.value_valid")
        .entries(&entries(Entry::concluded("TOTAL-FAILED", "SIG_CRYPTO_FAILURE", "cryptographic_verification.value_valid")))
        .add("json/counter-object-other-value", files)?;
    let broken = "cryptographic_verification.value_valid";
    bad(
        &honest,
        "it is over another value",
        Grown::of(made, false).with("cSig", String::from_utf8(over(&made.payload, "")?.compact())?.into()).file(),
    )
    .by("EN 319 102-1 §5.2.7.4 (3)")
    .fails("SIG_CRYPTO_FAILURE", broken)
    .entries(&entries(Entry::concluded("TOTAL-FAILED", "SIG_CRYPTO_FAILURE", broken)))
    .add("json/counter-other-value", files)?;
    let payload = String::from_utf8(over(&made.payload, &made.payload)?.compact())?;
    let readable = "jades.counter_signature_readable";
    bad(&honest, "it brings a payload of its own", Grown::of(made, false).with("cSig", payload.into()).file())
        .fails("FORMAT_FAILURE", readable)
        .entries(&entries(Entry::concluded("TOTAL-FAILED", "FORMAT_FAILURE", readable)))
        .add("json/counter-own-payload", files)?;
    bad(&honest, "it is no signature", Grown::of(made, false).with("cSig", "approved".into()).file())
        .fails("FORMAT_FAILURE", readable)
        .entries(&entries(Entry::concluded("TOTAL-FAILED", "FORMAT_FAILURE", readable)))
        .add("json/counter-none", files)?;
    bad(&honest, "one signature is the most that the policy lets be judged", Grown::of(made, false).with("cSig", text.into()).file())
        .by("EN 319 102-1 §5.1")
        .policy(json!({ "limits": { "signatures": 1 } }))
        .indeterminate("SIG_CONSTRAINTS_FAILURE", "limit.signatures")
        .entries(&[Entry::passed()])
        .add("json/counter-limit", files)?;
    let nested = Grown::of(&counter, true).with("cSig", String::from_utf8(over(&counter.value, "")?.compact())?.into());
    let nested: Value = serde_json::from_slice(&nested.file())?;
    let nested_honest = good("A counter signature on a counter signature", clause, Grown::of(made, true).with("cSig", nested).file())
        .entries(&[Entry::passed(), Entry::passed().kind("counter_signature"), Entry::passed().kind("counter_signature")])
        .add("json/counter-nested", files)?;
    let inner = Grown::of(&counter, true).with("cSig", String::from_utf8(over(&made.value, "")?.compact())?.into());
    let inner: Value = serde_json::from_slice(&inner.file())?;
    bad(&nested_honest, "the inner one is over the value of the outermost", Grown::of(made, true).with("cSig", inner).file())
        .by("EN 319 102-1 §5.2.7.4 (3)")
        .fails("SIG_CRYPTO_FAILURE", broken)
        .entries(&[
            Entry::passed(),
            Entry::passed().kind("counter_signature"),
            Entry::concluded("TOTAL-FAILED", "SIG_CRYPTO_FAILURE", broken).kind("counter_signature"),
        ])
        .add("json/counter-nested-other-value", files)?;
    Ok(())
}

/// Annex A, which is read and never written.
fn legacy(shared: &Shared, made: &Made, files: &mut Files) -> Outcome {
    let authority = &shared.timestamping;
    let resolve = "unsigned_header.references_resolve";
    let stamped = Grown::of(made, false).with("sigTst", container(authority, &made.value, 0)?);
    let reference = |octets: &[u8]| json!({ "digAlg": "S256", "digVal": sha256(octets) });
    let certificates = json!([reference(&shared.issuing.certificate)]);
    let (values, lists) = evidence(shared);
    let of_lists = json!({ "crlRefs": [reference(&shared.issuing_list)] });
    let brought =
        stamped.clone().with("xVals", values).with("rVals", lists).with("xRefs", certificates.clone()).with("rRefs", of_lists.clone());
    let clause = "ETSI TS 119 182-1 annex A.1";
    let honest =
        good("References to evidence that is there", clause, brought.file()).entry(|_| Entry::passed()).add("json/references", files)?;
    let absent = stamped.clone().with("xRefs", json!([reference(b"no certificate")])).with("rRefs", of_lists.clone());
    bad(&honest, "they are to evidence that is not there", absent.file())
        .entry(|_| Entry::passed().tolerates(resolve))
        .add("json/references-missing", files)?;

    let referring = stamped.clone().with("xRefs", certificates).with("rRefs", of_lists);
    let refs: String = referring.elements[1..].iter().map(Grown::written).collect();
    let over_all = format!("{}.{}{refs}", made.value, Grown::written(&referring.elements[0]));
    let on_value = referring.clone().with("sigRTst", container(authority, &over_all, 0)?);
    let honest = good("A timestamp on the value and on references", "ETSI TS 119 182-1 annex A.1.5.1", on_value.file());
    let honest = honest.entry(|_| Entry::passed()).add("json/references-stamped", files)?;
    let without_dot = over_all.replacen('.', "", 1);
    bad(&honest, "no dot stands behind the value", referring.clone().with("sigRTst", container(authority, &without_dot, 0)?).file())
        .entry(|_| Entry::passed().tolerates(PROVES))
        .add("json/references-stamped-without-dot", files)?;
    // A timestamp on references says nothing of the signature: an old one makes no signature older.
    let alone = referring.clone().with("rfsTst", container(authority, &refs, 0)?);
    let alone_honest = good("A timestamp on references alone", "ETSI TS 119 182-1 annex A.1.5.2", alone.file())
        .entry(|_| Entry::passed().level("B-T"))
        .add("json/references-alone", files)?;
    bad(&alone_honest, "it is over something else", referring.with("rfsTst", container(authority, &over_all, 0)?).file())
        .entry(|_| Entry::passed().level("B-T").tolerates(PROVES))
        .add("json/references-alone-other", files)?;
    Ok(())
}
