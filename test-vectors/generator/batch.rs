//! Group `batch`: many records under one signature (`docs/batch.md`), each verified alone. Tree and proofs are made here, by the recursive
//! definition of RFC 9162 §2.1.1 and §2.1.3.1.

use kyso::crypto::DigestAlgorithm;
use kyso::encoding::base64url;
use serde_json::{Value, json};

use crate::case::{Case, Entry, Good};
use crate::json::unsigned::{Grown, container, evidence};
use crate::json::{Draft, Made};
use crate::shared::Shared;
use crate::{Files, Outcome};

const FILE: &str = "proof.json";
const FORMAT: &str = "FORMAT_FAILURE";
const INTACT: &str = "cryptographic_verification.data_intact";
const FITS: &str = "batch.path_fits";
const READABLE: &str = "batch.payload_readable";
const RECORDS: [&str; 5] = [
    r#"{"number": "1/QD-UBND", "subject": "001099012345"}"#,
    r#"{"number": "2/QD-UBND", "subject": "001099012346"}"#,
    r#"{"number": "3/QD-UBND", "subject": "001099012347"}"#,
    r#"{"number": "4/QD-UBND", "subject": "001099012348"}"#,
    r#"{"number": "5/QD-UBND", "subject": "001099012349"}"#,
];

pub fn add(shared: &Shared, files: &mut Files) -> Outcome {
    let tree = Tree::of(DigestAlgorithm::Sha256, |record| record.as_bytes().to_vec());
    let draft = Draft::new(shared, "p256", "ES256").with("cty", "json".into());
    let signed = |payload: Value| over(&draft, &payload.to_string()).make();
    let made = signed(tree.payload())?;
    let proof = tree.proof(2, &made);
    let good = case("The third of five records of a batch", &proof)?.detached("record.json", "record.json", RECORDS[2].into());
    let good = good.entry(|entry| entry.level("B-B")).add("batch/member", files)?;
    for index in [0, 4] {
        let case = good.but(&format!("it is the record at index {index}")).file(text(&tree.proof(index, &made)));
        case.detached("record.json", "record.json", RECORDS[index].into()).add(&format!("batch/member-{index}"), files)?;
    }
    records(&good, files)?;
    proofs(&good, &tree, &proof, files)?;
    let others = Payloads { shared, draft: &draft, tree: &tree, proof: &proof };
    others.add(&good, files)?;
    signatures(&draft, &good, &tree, &proof, files)?;
    forms(&draft, files)?;
    stamped(shared, &tree, &made, files)
}

/// What is given as the record.
fn records(good: &Good, files: &mut Files) -> Outcome {
    let bad = |change: &str| good.but(change).by("EN 319 102-1 §5.2.7.4 (2)");
    let other =
        |case: Case, name: &str, files: &mut Files| case.fails("HASH_FAILURE", INTACT).integrity("broken").add(name, files).map(drop);
    let record = |case: Case, octets: &[u8]| case.detached("record.json", "record.json", octets.to_vec());
    other(record(bad("the record is another one of the batch"), RECORDS[3].as_bytes()), "batch/other-record", files)?;
    let altered = RECORDS[2].replace("12347", "12340");
    other(record(bad("a digit of the record is another one"), altered.as_bytes()), "batch/record-altered", files)?;
    let spaced = RECORDS[2].replace(": ", ":");
    other(
        record(bad("the record is written without spaces, and its octets were digested"), spaced.as_bytes()),
        "batch/record-spelling",
        files,
    )?;
    let missing = good.but("nobody gives the record").by("EN 319 102-1 §5.2.7.4 (1)").without_detached();
    let missing = missing.indeterminate("SIGNED_DATA_NOT_FOUND", "cryptographic_verification.data_found").integrity("unknown");
    missing.add("batch/record-missing", files)?;
    let more = good.but("a second file is given, which no signature is over").by("EN 319 102-1 §5.1.3");
    let more = more.detached("record.json", "record.json", RECORDS[2].into()).detached("second.json", "second.json", RECORDS[3].into());
    more.indeterminate("SIG_CONSTRAINTS_FAILURE", "verdict.document_not_modified").add("batch/second-record", files)?;
    Ok(())
}

/// What is said of the place in the tree.
fn proofs(good: &Good, tree: &Tree, proof: &Value, files: &mut Files) -> Outcome {
    let with = |name: &str, value: Value| {
        let mut other = proof.clone();
        other[name] = value;
        other
    };
    let path: Vec<Value> = proof["path"].as_array().cloned().unwrap_or_default();
    let mut swapped = path.clone();
    swapped.swap(0, 1);
    let longer: Vec<Value> = path.iter().cloned().chain([path[0].clone()]).collect();
    for (name, change, other) in [
        ("other-salt", "the salt is another one", with("salt", base64url::encode(&[7; 16]).into())),
        ("other-index", "the index is that of its neighbour", with("index", 3.into())),
        ("swapped-nodes", "two nodes of the path are exchanged", with("path", swapped.into())),
        ("other-node", "a node of the path is another one", with("path", json!([path[0], path[0], path[2]]))),
    ] {
        let case = good.but(change).by("RFC 9162 §2.1.3.2").file(text(&other)).fails("HASH_FAILURE", INTACT).integrity("broken");
        case.add(&format!("batch/{name}"), files)?;
    }
    let short: Vec<Value> = path[..2].to_vec();
    for (name, change, other) in [
        ("path-longer", "the path has a node more", with("path", longer.into())),
        ("path-shorter", "the path has a node less", with("path", short.into())),
        ("path-empty", "the path has no node", with("path", json!([]))),
        ("index-is-size", "the index is the size of the tree", with("index", 5.into())),
        ("index-largest", "the index is the largest number that there is", with("index", u64::MAX.into())),
        ("node-short", "a node has an octet less", with("path", json!([path[0], path[1], base64url::encode(&[0; 31])]))),
        ("leaf-above", "a node is presented as a leaf: a level less of the path, and half the index", {
            let mut other = with("path", json!(path[1..]));
            other["index"] = 1.into();
            other
        }),
        ("last-as-inner", "the path of the last record, which goes up without a neighbour, is used", tree.proof(4, &made_of(proof))),
    ] {
        let case = good.but(change).by("RFC 9162 §2.1.3.2").file(text(&other));
        // The path of the last record fits its own index: the record is another one.
        let case = if name == "last-as-inner" {
            case.fails("HASH_FAILURE", INTACT).integrity("broken")
        } else {
            case.fails(FORMAT, FITS).entry(|_| Entry::default())
        };
        case.add(&format!("batch/{name}"), files)?;
    }
    let json = String::from_utf8(text(proof))?;
    let many = format!("\"path\":[{}", "\"AA\",".repeat(100_000));
    for (name, change, other) in [
        ("index-twice", "the index stands there twice", json.replacen("\"index\":2", "\"index\":2,\"index\":2", 1)),
        (
            "index-twice-escaped",
            "the index stands there once more, escaped",
            json.replacen("\"index\":2", "\"index\":2,\"\\u0069ndex\":3", 1),
        ),
        ("index-negative", "the index is negative", json.replacen("\"index\":2", "\"index\":-2", 1)),
        ("index-fraction", "the index is written as a fraction", json.replacen("\"index\":2", "\"index\":2.0", 1)),
        ("index-beyond", "the index is beyond 64 bits", json.replacen("\"index\":2", "\"index\":18446744073709551616", 1)),
        ("other-version", "the proof is of another version", json.replacen("batch-proof:1", "batch-proof:2", 1)),
        ("salt-short", "the salt has fifteen octets", text_with(proof, "salt", base64url::encode(&[2; 15]).into())),
        ("salt-padded", "the salt has padding", text_with(proof, "salt", format!("{}==", base64url::encode(&[2; 16])).into())),
        ("member-unknown", "it has a member that proofs do not have", json.replacen('{', "{\"approved\":true,", 1)),
        ("form-unknown", "records are digested in a form that there is not", text_with(proof, "form", "xml".into())),
        ("path-hundred-thousand", "the path has a hundred thousand nodes", json.replacen("\"path\":[", &many, 1)),
        ("signature-compact", "the signature is in compact serialization", text_with(proof, "signature", compact(proof).into())),
        ("signature-none", "the signature is an object of another kind", text_with(proof, "signature", json!({ "signature": "none" }))),
        ("trailing", "something stands behind it", format!("{json}{{}}")),
    ] {
        assert_ne!(other, json, "{name}");
        good.but(change).by("docs/batch.md 3").file(other.into_bytes()).malformed().add(&format!("batch/{name}"), files)?;
    }
    Ok(())
}

/// What is signed in the place of the payload.
struct Payloads<'b> {
    shared: &'b Shared,
    draft: &'b Draft<'b>,
    tree: &'b Tree,
    proof: &'b Value,
}

impl Payloads<'_> {
    fn add(&self, good: &Good, files: &mut Files) -> Outcome {
        let payload = self.tree.payload();
        let with = |name: &str, value: Value| {
            let mut other = payload.clone();
            other[name] = value;
            other.to_string()
        };
        let sha512 = self.tree.nodes(&DigestAlgorithm::Sha512);
        for (name, change, other) in [
            ("payload-other-version", "the payload is of another version", with("batch", "urn:kyso:batch:2".into())),
            ("payload-sha-1", "the tree is of SHA-1", with("hash", "SHA-1".into())),
            ("payload-other-hash", "the hash is one with longer digests than the root is", with("hash", "SHA-512".into())),
            ("payload-member-unknown", "the payload has a member more", with("until", "2030".into())),
            ("payload-not-canonical", "the payload is written with spaces", payload.to_string().replace("\",\"", "\", \"")),
            ("payload-record", "the record itself is signed, and no batch", RECORDS[2].into()),
            ("payload-negative", "the size is negative", with("size", (-5).into())),
            ("payload-size-text", "the size is a text", with("size", "5".into())),
        ] {
            self.signed(good, name, change, &other)?.fails(FORMAT, READABLE).add(&format!("batch/{name}"), files)?;
        }
        for (name, change, other) in [
            ("size-0", "the tree has no leaves", with("size", 0.into())),
            ("size-1", "the tree has one leaf", with("size", 1.into())),
            ("size-one-more", "the tree has one level more", with("size", 9.into())),
            ("size-millions", "the tree has 2^53 leaves", with("size", (1_u64 << 53).into())),
            ("size-largest", "the tree has 2^64 - 1 leaves", with("size", u64::MAX.into())),
        ] {
            self.signed(good, name, change, &other)?.fails(FORMAT, FITS).add(&format!("batch/{name}"), files)?;
        }
        let case = self.signed(good, "hash", "the root is of another hash", &with("root", base64url::encode(&sha512[..32]).into()))?;
        case.fails("HASH_FAILURE", INTACT).integrity("broken").add("batch/other-root", files)?;
        self.headers(good, files)
    }

    /// The proof with a signature over `payload`.
    fn signed(&self, good: &Good, name: &str, change: &str, payload: &str) -> Outcome<Case> {
        assert_ne!(payload, self.tree.payload().to_string(), "{name}");
        let made = over(self.draft, payload).make()?;
        Ok(good
            .but(change)
            .by("docs/batch.md 2")
            .file(text_with(self.proof, "signature", object(&made)).into_bytes())
            .entry(|_| Entry::default()))
    }

    fn headers(&self, good: &Good, files: &mut Files) -> Outcome {
        let honest = over(self.draft, &self.tree.payload().to_string());
        let is_typed = honest.clone().with("typ", "JOSE+JSON".into()).make()?;
        let with = |made: &Made| text_with(self.proof, "signature", object(made)).into_bytes();
        good.but("the signature says that it is a JWS in JSON").file(with(&is_typed)).add("batch/header-type", files)?;
        let plain = self.tree.payload().to_string();
        for (name, change, made) in [
            (
                "other-type",
                "the signature says that it is a token for somebody's access",
                honest.clone().with("typ", "at+jwt".into()).make()?,
            ),
            ("content-type", "the signature says that its content is a text", honest.clone().with("cty", "text/plain".into()).make()?),
            (
                "unencoded",
                "the signature is over the text of the payload, not over what it decodes to",
                honest
                    .clone()
                    .payload(honest.payload.clone(), honest.payload.clone())
                    .with("b64", false.into())
                    .with("crit", json!(["b64"]))
                    .make()?,
            ),
            (
                "elsewhere",
                "the signature names what is signed elsewhere",
                honest
                    .clone()
                    .payload("", "")
                    .with("sigD", json!({ "mId": "http://uri.etsi.org/19182/ObjectIdByURI", "pars": ["record.json"] }))
                    .with("crit", json!(["sigD"]))
                    .make()?,
            ),
        ] {
            let case = good.but(change).by("docs/batch.md 2").file(with(&made));
            case.fails(FORMAT, "batch.headers_of_batch").entry(|_| Entry::default()).add(&format!("batch/header-{name}"), files)?;
        }
        let text = honest.payload(plain.clone(), plain).with("b64", false.into()).with("crit", json!(["b64"])).make()?;
        let case = good.but("the payload is not encoded").by("docs/batch.md 2").file(with(&text));
        case.fails(FORMAT, "batch.headers_of_batch").entry(|_| Entry::default()).add("batch/header-unencoded-text", files)?;
        let other = Draft::new(self.shared, "p384", "ES384");
        let both = [over(self.draft, &self.tree.payload().to_string()).make()?, over(&other, &self.tree.payload().to_string()).make()?];
        let signature = |all: &[&Made]| -> Outcome<Vec<u8>> {
            Ok(text_with(self.proof, "signature", serde_json::from_slice(&Made::general(all))?).into_bytes())
        };
        let two = good.but("a second signature of the root stands beside it").file(signature(&[&both[0], &both[1]])?);
        two.entries(&[Entry::passed().level("B-B"), Entry::passed().level("B-B")]).add("batch/two-signatures", files)?;
        let broken = Made { value: both[0].value.clone(), ..both[1].clone() };
        let bad = good.but("a second signature of the root stands beside it, with the value of the first");
        let failed = Entry::concluded("TOTAL-FAILED", FORMAT, "jades.signature_value_form");
        bad.by("RFC 7518 §3.4")
            .file(signature(&[&both[0], &broken])?)
            .entries(&[Entry::passed(), failed])
            .fails(FORMAT, "jades.signature_value_form")
            .add("batch/two-signatures-one-broken", files)?;
        Ok(())
    }
}

/// The signature of the root itself.
fn signatures(draft: &Draft<'_>, good: &Good, tree: &Tree, proof: &Value, files: &mut Files) -> Outcome {
    let mut altered = over(draft, &tree.payload().to_string());
    altered.value = |mut value| {
        value[5] ^= 1;
        value
    };
    let with = |made: &Made| text_with(proof, "signature", object(made)).into_bytes();
    let bad = good.but("a bit of the signature value is another one").by("EN 319 102-1 §5.2.7.4 (3)").file(with(&altered.make()?));
    bad.fails("SIG_CRYPTO_FAILURE", "cryptographic_verification.value_valid").integrity("broken").add("batch/value-altered", files)?;
    // Whoever changes the root makes a tree of his own, and has no signature of it.
    let own = Tree::of(DigestAlgorithm::Sha256, |record| record.replace("UBND", "SNV").into_bytes());
    let honest = over(draft, &tree.payload().to_string()).make()?;
    let forged = Made { payload: base64url::encode(own.payload().to_string().as_bytes()), ..honest };
    let bad = good.but("the tree is another one, which the record is in, under the signature of the first").by("EN 319 102-1 §5.2.7.4 (3)");
    let record = RECORDS[2].replace("UBND", "SNV");
    let bad = bad.file(text(&own.proof(2, &forged))).detached("record.json", "record.json", record.into_bytes());
    bad.fails("SIG_CRYPTO_FAILURE", "cryptographic_verification.value_valid").integrity("broken").add("batch/forged-root", files)?;
    Ok(())
}

/// Records that may be written in another way, and other hashes.
fn forms(draft: &Draft<'_>, files: &mut Files) -> Outcome {
    let tree = Tree::of(DigestAlgorithm::Sha256, |record| record.replace(": ", ":").replace(", ", ",").into_bytes());
    let made = over(draft, &tree.payload().to_string()).make()?;
    let mut proof = tree.proof(2, &made);
    proof["form"] = "jcs".into();
    let good = case("A record in JSON that is digested in its canonical form", &proof)?;
    let good = good.by("RFC 8785 §3.2").detached("record.json", "record.json", RECORDS[2].into()).add("batch/canonical", files)?;
    let record = |case: Case, octets: &str| case.detached("record.json", "record.json", octets.into());
    let turned = r#"{ "subject" : "001099012347",
  "number" : "3\/QD-UBND" }"#;
    record(good.but("its members stand in another order, on lines, with an escape"), turned).add("batch/canonical-spelling", files)?;
    let bad = record(good.but("one character of the record is another one"), &RECORDS[2].replace("3/QD", "8/QD"));
    bad.by("EN 319 102-1 §5.2.7.4 (2)").fails("HASH_FAILURE", INTACT).integrity("broken").add("batch/canonical-altered", files)?;
    for (name, change, octets) in [
        ("none", "what is given is no JSON", "3/QD-UBND"),
        ("twice", "the record says its number twice", r#"{"number": "9/QD-UBND", "number": "3/QD-UBND", "subject": "001099012347"}"#),
    ] {
        let bad = record(good.but(change), octets).by("docs/batch.md 1").fails("HASH_FAILURE", "batch.record_digested");
        bad.integrity("unknown").add(&format!("batch/canonical-{name}"), files)?;
    }
    for (name, hash) in [("sha-384", DigestAlgorithm::Sha384), ("sha-512", DigestAlgorithm::Sha512)] {
        let tree = Tree::of(hash, |record| record.as_bytes().to_vec());
        let proof = tree.proof(1, &over(draft, &tree.payload().to_string()).make()?);
        let good = case(&format!("A batch made with {}", hash.name()), &proof)?;
        let good = good.detached("record.json", "record.json", RECORDS[1].into()).add(&format!("batch/{name}"), files)?;
        let bad = record(good.but("the record is another one of the batch"), RECORDS[0]).by("EN 319 102-1 §5.2.7.4 (2)");
        bad.fails("HASH_FAILURE", INTACT).integrity("broken").add(&format!("batch/{name}-other-record"), files)?;
    }
    Ok(())
}

/// What the signature of the root was given later holds for each record.
fn stamped(shared: &Shared, tree: &Tree, made: &Made, files: &mut Files) -> Outcome {
    let authority = &shared.timestamping;
    let (certificates, lists) = evidence(shared);
    let kept =
        Grown::of(made, false).with("sigTst", container(authority, &made.value, 0)?).with("xVals", certificates).with("rVals", lists);
    let archived = kept.clone().with("arcTst", container(authority, &kept.everything(), 0)?);
    let proof = |grown: &Grown| -> Outcome<Value> {
        let mut proof = tree.proof(2, made);
        proof["signature"] = serde_json::from_slice(&grown.file())?;
        Ok(proof)
    };
    let good = case("A record of a batch whose root is kept at B-LTA", &proof(&archived)?)?.without("root.crl").without("issuing.crl");
    let good = good.detached("record.json", "record.json", RECORDS[2].into()).entry(|_| Entry::passed().level("B-LTA"));
    let good = good.add("batch/b-lta", files)?;
    let other = Grown::of(made, false).with("sigTst", container(authority, &made.payload, 0)?);
    let bad =
        good.but("the only timestamp is over the payload, and there is no list").by("EN 319 102-1 §5.2.6.4").file(text(&proof(&other)?));
    bad.indeterminate("CERTIFICATE_CHAIN_GENERAL_FAILURE", "").entry(|_| Entry::default().level("B-B")).add("batch/b-lta-not", files)?;
    let bad = good.but("the record is another one of the batch").by("EN 319 102-1 §5.2.7.4 (2)");
    let bad = bad.detached("record.json", "record.json", RECORDS[0].into()).fails("HASH_FAILURE", INTACT);
    let bad = bad.entry(|_| Entry::concluded("TOTAL-FAILED", "HASH_FAILURE", INTACT).integrity("broken"));
    bad.add("batch/b-lta-other-record", files)?;
    Ok(())
}

fn case(what: &str, proof: &Value) -> Outcome<Case> {
    Ok(Case::passing_file(what, "docs/batch.md 4", FILE, text(proof)))
}

fn over<'s>(draft: &Draft<'s>, payload: &str) -> Draft<'s> {
    let encoded = base64url::encode(payload.as_bytes());
    draft.clone().payload(encoded.clone(), encoded)
}

fn object(made: &Made) -> Value {
    serde_json::from_slice(&made.flattened()).unwrap_or_default()
}

/// The signature in a proof as it was made.
fn made_of(proof: &Value) -> Made {
    let member = |name: &str| proof["signature"][name].as_str().unwrap_or_default().to_owned();
    Made { protected: member("protected"), payload: member("payload"), value: member("signature"), unprotected: None }
}

fn compact(proof: &Value) -> String {
    String::from_utf8_lossy(&made_of(proof).compact()).into_owned()
}

fn text(proof: &Value) -> Vec<u8> {
    proof.to_string().into_bytes()
}

fn text_with(proof: &Value, name: &str, value: Value) -> String {
    let mut other = proof.clone();
    other[name] = value;
    other.to_string()
}

/// A tree over [`RECORDS`].
struct Tree {
    hash: DigestAlgorithm,
    leaves: Vec<Vec<u8>>,
}

impl Tree {
    fn of(hash: DigestAlgorithm, form: impl Fn(&str) -> Vec<u8>) -> Self {
        let leaf = |(index, record): (usize, &&str)| hash.digest(&[&[0][..], &salt(index)[..], &hash.digest(&form(record))].concat());
        Self { hash, leaves: RECORDS.iter().enumerate().map(leaf).collect() }
    }

    fn payload(&self) -> Value {
        let root = base64url::encode(&mth(self.hash, &self.leaves));
        json!({ "batch": "urn:kyso:batch:1", "hash": self.hash.name(), "root": root, "size": RECORDS.len() })
    }

    /// A root by another hash.
    fn nodes(&self, hash: &DigestAlgorithm) -> Vec<u8> {
        mth(*hash, &self.leaves)
    }

    fn proof(&self, index: usize, made: &Made) -> Value {
        let path: Vec<String> = path(self.hash, index, &self.leaves).iter().map(|node| base64url::encode(node)).collect();
        json!({
            "proof": "urn:kyso:batch-proof:1", "index": index, "salt": base64url::encode(&salt(index)), "form": "octets", "path": path,
            "signature": object(made),
        })
    }
}

fn salt(index: usize) -> [u8; 16] {
    [u8::try_from(index).unwrap_or_default() + 1; 16]
}

/// RFC 9162 §2.1.1
fn mth(hash: DigestAlgorithm, leaves: &[Vec<u8>]) -> Vec<u8> {
    match leaves {
        [one] => one.clone(),
        _ => {
            let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
            hash.digest(&[&[1], &*mth(hash, left), &*mth(hash, right)].concat())
        }
    }
}

/// RFC 9162 §2.1.3.1
fn path(hash: DigestAlgorithm, index: usize, leaves: &[Vec<u8>]) -> Vec<Vec<u8>> {
    if leaves.len() == 1 {
        return Vec::new();
    }
    let k = leaves.len().next_power_of_two() / 2;
    let (left, right) = leaves.split_at(k);
    let (mut below, beside) =
        if index < k { (path(hash, index, left), mth(hash, right)) } else { (path(hash, index - k, right), mth(hash, left)) };
    below.push(beside);
    below
}
