//! Two validators on the same paths: NIST's test suite, and 10,000 chains, each one change apart from a valid one. Every disagreement
//! stands in the exceptions with its reason.

#[path = "chains.rs"]
mod chains;
#[path = "../common/mod.rs"]
mod common;
#[path = "mutations.rs"]
mod mutations;
#[path = "../common/paths.rs"]
mod paths;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use chains::{Chain, Dice, Keys};
use common::{Conformance, corpora_path, rows};
use kyso::Time;
use kyso::context::{Policy, Purpose};
use kyso::path::{Request, validate};
use kyso::pki::{Certificate, CertificateList};
use kyso_differential::Question;
use mutations::{MUTATIONS, Mutation};
use paths::{Material, undated_policy, verdict};

const CHAINS: u64 = 10_000;

#[test]
fn both_judge_the_suite_alike() {
    let Some(folder) = corpora_path("pkits") else { return };
    let mut conformance = conformance("differential-pkits", "pkits.exceptions.json");
    let (time, policy) = (Time::from_rfc3339("2011-04-15T00:00:00Z").unwrap(), undated_policy());
    let rows = rows(&folder.join("index.tsv"));
    assert_eq!(rows.len(), 249);
    for row in &rows {
        let question = of_suite(&folder, row);
        let (peer, ours) = (question.of_peer(time), of_ours(&question, &policy, time));
        println!("{}: certval {peer:?}, ours {ours}", row["test"]);
        conformance.case(&row["test"], of_result(&peer), in_a_word(&ours));
    }
    conformance.finish();
}

fn of_suite(folder: &Path, row: &BTreeMap<String, String>) -> Question {
    let files = |column: &str, below: &str| -> Vec<Vec<u8>> {
        let names = row[column].split(',').filter(|name| !name.is_empty());
        names.map(|name| std::fs::read(folder.join(below).join(name)).unwrap()).collect()
    };
    // `NIST-test-policy-n` is `2.16.840.1.101.3.2.1.48.n` (PKITS §3.2); anyPolicy is what no policy means.
    let policy = |name: &str| name.strip_prefix("NIST-test-policy-").map(|number| format!("2.16.840.1.101.3.2.1.48.{number}"));
    Question {
        certificates: files("cert_path_in_order(ta..ee)", "certs"),
        lists: files("crls", "crls"),
        initial_policy_set: row["initial_policy_set"].split(',').filter_map(policy).collect(),
        initial_explicit_policy: row["initial_explicit_policy"] == "true",
        initial_policy_mapping_inhibit: row["initial_policy_mapping_inhibit"] == "true",
        initial_any_policy_inhibit: row["initial_inhibit_any_policy"] == "true",
    }
}

/// What each of us said of the chains with one mutation.
#[derive(Default)]
struct Said {
    peer: BTreeSet<String>,
    ours: BTreeSet<String>,
    count: usize,
    /// What the peer found wrong, for who reads the run.
    words: BTreeMap<String, usize>,
}

/// Both against what the mutation is by the standard: so neither is the measure of the other.
#[test]
fn both_judge_chains_one_change_apart_from_a_valid_one_alike() {
    let workers = std::thread::available_parallelism().map_or(1, |count| count.get() as u64);
    let said = std::thread::scope(|scope| {
        let parts: Vec<_> = (0..workers).map(|worker| scope.spawn(move || judged((worker..CHAINS).step_by(workers as usize)))).collect();
        parts.into_iter().map(|part| part.join().unwrap()).fold(BTreeMap::<&str, Said>::new(), |mut all, part| {
            for (name, Said { peer, ours, count, words }) in part {
                let one = all.entry(name).or_default();
                one.peer.extend(peer);
                one.ours.extend(ours);
                one.count += count;
                for (word, times) in words {
                    *one.words.entry(word).or_default() += times;
                }
            }
            all
        })
    });
    let mut peer = conformance("differential-chains of certval", "chains.exceptions.json");
    let mut ours = Conformance::with("differential-chains of ours", BTreeMap::new());
    for Mutation { name, holds, .. } in MUTATIONS {
        let expected = if *holds { "valid" } else { "invalid" };
        let said = &said[name];
        println!("{name}: {} chains, {expected}; certval {:?}", said.count, said.words);
        let joined = |words: &BTreeSet<String>| words.iter().cloned().collect::<Vec<_>>().join(", ");
        peer.case(name, expected, &joined(&said.peer));
        ours.case(name, expected, &joined(&said.ours.iter().map(|word| in_a_word(word).to_owned()).collect()));
        assert!(said.count > 40, "{name}: {} chains", said.count);
    }
    println!("{CHAINS} chains of {} mutations", MUTATIONS.len());
    peer.finish();
    ours.finish();
}

fn judged(numbers: impl Iterator<Item = u64>) -> BTreeMap<&'static str, Said> {
    let (keys, policy) = (Keys::new(), undated_policy());
    let mut all = BTreeMap::<&str, Said>::new();
    for number in numbers {
        let mutation = &MUTATIONS[(number % MUTATIONS.len() as u64) as usize];
        let question = mutated(mutation, &mut Dice::new(number)).made(&keys);
        let (peer, ours) = (question.of_peer(chains::time()), of_ours(&question, &policy, chains::time()));
        let said = all.entry(mutation.name).or_default();
        said.count += 1;
        said.peer.insert(of_result(&peer).into());
        *said.words.entry(peer.err().unwrap_or_else(|| "valid".into())).or_default() += 1;
        if (in_a_word(&ours) == "valid") != mutation.holds {
            println!("{number} {}: ours {ours}", mutation.name);
        }
        said.ours.insert(ours);
    }
    all
}

/// A valid chain on which the mutation has something to change, changed.
fn mutated(mutation: &Mutation, dice: &mut Dice) -> Chain {
    loop {
        let mut chain = Chain::valid(dice);
        if (mutation.apply)(&mut chain, dice).is_some() {
            return chain;
        }
    }
}

/// The order of the path is not told.
fn of_ours(question: &Question, policy: &Policy, time: Time) -> String {
    let mut material = Material::default();
    let [anchor, others @ ..] = question.certificates.as_slice() else { return "invalid: no path".into() };
    let Ok(anchor) = Certificate::from_der(anchor) else { return "invalid: anchor".into() };
    material.anchor(anchor);
    let mut target = None;
    for der in others {
        // One that cannot be read is none; an unread target is no target.
        target = Certificate::from_der(der).ok();
        target.iter().cloned().for_each(|certificate| material.certificate(certificate));
    }
    for list in question.lists.iter().filter_map(|der| CertificateList::from_der(der).ok()) {
        material.crl(list);
    }
    let Some(target) = target else { return "invalid: target".into() };
    let request = Request {
        purpose: Purpose::Any,
        user_initial_policy_set: question.initial_policy_set.iter().map(|policy| policy.parse().unwrap()).collect(),
        initial_explicit_policy: question.initial_explicit_policy,
        initial_policy_mapping_inhibit: question.initial_policy_mapping_inhibit,
        initial_any_policy_inhibit: question.initial_any_policy_inhibit,
        ..Request::default()
    };
    verdict(&validate(&target, &request, &material.context(policy, time)))
}

fn of_result(said: &Result<(), String>) -> &'static str {
    if said.is_ok() { "valid" } else { "invalid" }
}

fn in_a_word(verdict: &str) -> &str {
    verdict.split(':').next().unwrap_or_default()
}

fn conformance(suite: &'static str, file: &str) -> Conformance {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    Conformance::with(suite, serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap())
}
