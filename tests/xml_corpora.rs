//! Canonical XML, XML Signature and wrapping attacks against the files of other implementations.
#![cfg(feature = "xml")]

#[path = "common/audited.rs"]
mod audited;
mod common;

use common::{Conformance, corpora_path, rows};
use kyso::encoding::xml::{Canonicalisation, Comments, Method, NodeId, NodeSet, Tree, canonical, read};
use kyso::report::json::{Integrity, SignatureReport};
use kyso::report::{Outcome, SubIndication};
use kyso::{Context, Document, Evidence, Limits, Policy, Report, Time, TrustAnchors};

/// What the document type of a vector does to it, done by hand: document types are refused.
const DECLARED: &[(&str, &[(&str, &str)])] = &[
    ("31_input", &[("<!DOCTYPE doc SYSTEM \"doc.dtd\">", "")]),
    ("33_input", &[("<!DOCTYPE doc [<!ATTLIST e9 attr CDATA \"default\">]>", ""), ("<e9 ", "<e9 attr='default' ")]),
    ("34_input", NORMALISED),
    ("34_input_validatingParser", NORMALISED),
    ("35_input", &[("&ent1;, &ent2;", "Hello, world")]),
    ("36_input", &[("ISO-8859-1", "UTF-8")]),
    ("37_input", &[("<e2 ", "<e2 xml:space='preserve' ")]),
    ("38_input", &[("<e2 ", "<e2 xml:space='preserve' ")]),
];

/// XML 1.0 §3.3.3: the values of attributes that are declared to be tokens.
const NORMALISED: &[(&str, &str)] = &[
    ("'   A   &#x20;&#13;&#xa;&#9;   B   '", "'A &#13;&#xa;&#9; B'"),
    ("<normId id=' &apos;   &#x20;&#13;&#xa;&#9;   &apos; '", "<normId id='&apos; &#13;&#xa;&#9; &apos;'"),
];

#[test]
fn every_vector_has_its_canonical_form() {
    let Some(folder) = corpora_path("c14n") else { return };
    let mut seen = 0;
    for row in rows(&folder.join("index.tsv")) {
        let input = folder.join(&row["input"]);
        let stem = input.file_stem().unwrap().to_str().unwrap().to_owned();
        let mut text = std::fs::read_to_string(&input).unwrap();
        let has_type = text.contains("<!DOCTYPE");
        let refused = read(text.as_bytes(), &Limits::default()).map(|_| ()).map_err(|malformed| malformed.what.into_owned());
        assert_eq!(refused.is_err(), has_type || stem == "36_input", "{stem}");
        if let Some((_, replaced)) = DECLARED.iter().find(|(name, _)| *name == stem) {
            for (from, to) in *replaced {
                text = text.replace(from, to);
            }
        }
        if let (Some(start), Some(end)) = (text.find("<!DOCTYPE"), text.find("]>")) {
            text.replace_range(start..end + 2, "");
        }
        let tree = read(text.as_bytes(), &Limits::default()).unwrap_or_else(|malformed| panic!("{stem}: {malformed}"));
        let how = Canonicalisation {
            method: if row["algorithm"].contains("C14N11") { Method::Inclusive11 } else { Method::Inclusive },
            comments: if row["algorithm"].contains("WITH_COMMENTS") { Comments::With } else { Comments::Without },
            prefixes: Vec::new(),
        };
        let set = if row["xpath_subset(or file)"].contains("ietf:e1") { section_3_7(&tree) } else { tree.all() };
        let mut written = Vec::new();
        canonical(&tree, &set, &how, &mut |piece: &[u8]| {
            written.extend_from_slice(piece);
            Ok(())
        })
        .unwrap();
        let expected = std::fs::read(folder.join(&row["expected_output_bytes"])).unwrap();
        assert_eq!(String::from_utf8_lossy(&written), String::from_utf8_lossy(&expected), "{}", row["case"]);
        seen += 1;
    }
    assert_eq!(seen, 25);
}

/// The document subset of Canonical XML 1.0 §3.7: `e1` itself without its text and without `e2`, and everything in `E3`.
fn section_3_7(tree: &Tree<'_>) -> NodeSet {
    let of =
        |local: &str| tree.descendants(tree.root()).find(|node: &NodeId| tree.name(*node).is_some_and(|name| name.1 == local)).unwrap();
    NodeSet::union([NodeSet::of([of("e1")]), NodeSet::subtree(tree, of("e3"))])
}

/// What the transforms, digests and keys of these old suites leave to be judged: RSA, SHA-1, a certificate.
#[test]
fn signatures_of_the_merlin_and_phaos_suites() {
    let Some(folder) = corpora_path("xmldsig") else { return };
    let mut conformance = Conformance::of("xmldsig");
    for row in rows(&folder.join("index.tsv")) {
        let Ok(octets) = std::fs::read(folder.join(&row["file"])) else { continue };
        let maps: Vec<(String, Vec<u8>)> = row["verify_options"]
            .split("--url-map:")
            .skip(1)
            .filter_map(|map| map.split_whitespace().next().zip(map.split_whitespace().nth(1)))
            .map(|(url, path)| (url.to_owned(), std::fs::read(folder.join(path)).unwrap()))
            .collect();
        let required = &row["transforms_required"];
        let expected = match row["expected"].as_str() {
            // What knowing a secret proves is refused before anything is looked at.
            _ if required.contains("hmac") => "format".to_owned(),
            "success" => {
                let digests = if required.contains("xslt") || required.contains("xpath") { "refused" } else { "intact" };
                // DSA is not implemented.
                let value = if required.contains("dsa") || digests == "refused" { "unknown" } else { "intact" };
                format!("{digests} {value}")
            }
            _ => "broken".into(),
        };
        let Ok(document) = Document::xml(&octets) else {
            conformance.case(&row["file"], &expected, "not opened");
            continue;
        };
        let document = maps.iter().fold(document, |document, (name, octets)| document.with_detached(name, octets));
        let entry = &verdict(&document).signatures[0];
        let integrity = integrity_of(entry);
        let actual =
            if ["format", "broken"].contains(&integrity) { integrity.to_owned() } else { format!("{} {integrity}", digests(entry)) };
        conformance.case(&row["file"], &expected, &actual);
    }
    conformance.finish();
}

/// The integrity of a signature, and whether the document has anything else.
#[test]
fn wrapped_and_altered_signatures_are_no_others() {
    let Some(folder) = corpora_path("xml-wrapping") else { return };
    let mut conformance = Conformance::of("xml-wrapping");
    for row in rows(&folder.join("index.tsv")).into_iter().filter(|row| row["present"] == "ok") {
        let text = std::fs::read_to_string(folder.join(&row["file"])).unwrap();
        let keys = [
            "client_public",
            "feide_public",
            "idp_certificate",
            "keyinfo",
            "signature_with_inclusivenamespaces",
            "windows_store_certificate",
            "wsfederation_metadata",
        ];
        // The keys come beside the files: each is tried in the place of the certificate that is not there.
        let certificates = keys.iter().map(|key| std::fs::read(folder.join(format!("xml-crypto/{key}.pem"))).unwrap());
        let tried =
            certificates.map(|pem| with_certificate(&text, &kyso::encoding::pem::read(&pem).unwrap()[0].octets)).chain([text.clone()]);
        let found: Vec<String> = tried.map(|text| integrity(text.as_bytes(), &[])).collect();
        let actual = if found.iter().any(|found| found == "intact") { "valid" } else { "invalid" };
        if row["expected"].contains("or clean reject") {
            continue;
        }
        let expected = if row["expected"].starts_with("valid") && !row["file"].contains("hmac") && !row["file"].contains("wrapped") {
            "valid"
        } else {
            "invalid"
        };
        conformance.case(&row["file"], expected, actual);
    }
    conformance.finish();
}

/// Puts a certificate behind the first signature value, in the place of `KeyInfo`.
fn with_certificate(text: &str, der: &[u8]) -> String {
    let encoded = kyso::encoding::base64::encode(der);
    let info = format!(
        "<KeyInfo xmlns='http://www.w3.org/2000/09/xmldsig#'><X509Data><X509Certificate>{encoded}</X509Certificate></X509Data></KeyInfo>"
    );
    let Some(end) =
        text.find("SignatureValue>").and_then(|first| text[first + 15..].find("SignatureValue>").map(|at| first + 15 + at + 15))
    else {
        return text.to_owned();
    };
    let rest = &text[end..];
    let rest = match (rest.find("KeyInfo"), rest.rfind("KeyInfo>")) {
        (Some(start), Some(end)) if start < end && rest[..start].trim_end_matches("ds:").ends_with('<') => {
            let start = rest[..start].rfind('<').unwrap();
            format!("{}{}", &rest[..start], &rest[end + 8..])
        }
        _ => rest.to_owned(),
    };
    format!("{}{info}{rest}", &text[..end])
}

/// Of all signatures the worst integrity; `left over` where there is something beside what they are over.
fn integrity(octets: &[u8], detached: &[(String, Vec<u8>)]) -> String {
    let Ok(document) = Document::xml(octets) else { return "refused".into() };
    let document = detached.iter().fold(document, |document, (name, octets)| document.with_detached(name, octets));
    let report = verdict(&document);
    let worst = report.signatures.iter().map(integrity_of);
    worst
        .max_by_key(|integrity| ["intact", "unknown", "broken", "format"].iter().position(|known| known == integrity))
        .unwrap_or("none")
        .into()
}

fn integrity_of(entry: &SignatureReport) -> &'static str {
    match (entry.integrity, entry.sub_indication) {
        (_, Some(SubIndication::FormatFailure)) => "format",
        (Integrity::Intact, _) => "intact",
        (Integrity::Broken, _) => "broken",
        (Integrity::Unknown, _) => "unknown",
    }
}

/// Whether all that is referred to is here and has its digest.
fn digests(entry: &SignatureReport) -> &'static str {
    let checks = entry.checks.checks();
    let failed = |id: &str| checks.iter().any(|step| step.check == id && step.outcome != Outcome::Passed);
    match () {
        () if failed("core_validation.transforms_known") => "refused",
        () if failed("cryptographic_verification.data_found") => "not found",
        () if failed("cryptographic_verification.data_intact") => "broken",
        () if checks.iter().any(|step| step.check == "cryptographic_verification.data_intact") => "intact",
        () => "none",
    }
}

fn verdict(document: &Document<'_>) -> Report {
    let (policy, anchors, evidence) = (Policy::etsi_basic(), TrustAnchors::none(), Evidence::none());
    let time = Time::from_rfc3339("2026-06-01T00:00:00Z").unwrap();
    audited::verify(document, &Context { policy: &policy, anchors: &anchors, evidence: &evidence, time, existence: None })
}
