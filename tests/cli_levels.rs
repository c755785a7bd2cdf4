//! The command line at levels: `kyso demo serve`, `sign --level`, `augment`, queues, `verify --fetch`
#![cfg(feature = "cli")]

#[path = "common/command.rs"]
mod command;

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use command::{Desk, Run};
use serde_json::Value;

/// A running `kyso demo serve`, which ends with this.
struct Authority {
    child: Child,
    folder: PathBuf,
    addresses: BTreeMap<String, String>,
}

impl Authority {
    fn start(name: &str, faults: &[&str]) -> Self {
        let folder = Desk::empty(&format!("levels-{name}")).folder;
        let mut command = Command::new(env!("CARGO_BIN_EXE_kyso"));
        command.args(["demo", "serve", "--for", "120"]).arg(folder.join("pki"));
        for fault in faults {
            command.args(["--fault", fault]);
        }
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines().take(4);
        let line = |line: String| line.split_once(' ').map(|(name, address)| (name.to_owned(), address.to_owned())).unwrap();
        let addresses: BTreeMap<String, String> = lines.map(|text| line(text.unwrap())).collect();
        assert_eq!(addresses.keys().collect::<Vec<_>>(), ["crl", "issuer", "ocsp", "tsa"]);
        fs::write(folder.join("unsigned.pdf"), kyso::testkit::blank_page()).unwrap();
        Self { child, folder, addresses }
    }

    fn path(&self, name: &str) -> String {
        self.folder.join(name).to_str().unwrap().to_owned()
    }

    fn octets(&self, name: &str) -> Vec<u8> {
        fs::read(self.folder.join(name)).unwrap()
    }

    fn sign(&self, from: &str, to: &str, more: &[&str]) -> Run {
        let (key, password) = (self.path("pki/leader.p12"), self.path("pki/password.txt"));
        run(["sign", &self.path(from), "-o", &self.path(to), "--key", &key, "--password-file", &password]
            .into_iter()
            .chain(more.iter().copied()))
    }

    /// What every call at a level takes: whom to trust, whom to ask, that this machine may be called.
    fn trusting<'a>(&'a self, anchors: &'a str) -> Vec<&'a str> {
        vec!["--anchor", anchors, "--tsa", &self.addresses["tsa"], "--allow-private"]
    }

    fn augment(&self, from: &str, to: &str, more: &[&str]) -> Run {
        let anchors = self.path("pki/anchors");
        let files = [self.path(from), self.path(to)];
        let arguments = ["augment", &files[0], "-o", &files[1]].into_iter().chain(self.trusting(&anchors)).chain(more.iter().copied());
        run(arguments)
    }

    fn verify(&self, file: &str, more: &[&str]) -> Value {
        let (file, anchors) = (self.path(file), self.path("pki/anchors"));
        let run = run(["verify", &file, "--anchor", &anchors, "--format", "json"].into_iter().chain(more.iter().copied()));
        serde_json::from_str(&run.out).unwrap_or_else(|error| panic!("{error}: {}", run.err))
    }

    fn level(&self, file: &str) -> String {
        let report = self.verify(file, &[]);
        let signature = report["signatures"].as_array().unwrap().iter().find(|entry| entry["kind"] == "signature").unwrap();
        signature["level"].as_str().unwrap().to_owned()
    }
}

impl Drop for Authority {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn run<'a>(arguments: impl IntoIterator<Item = &'a str>) -> Run {
    command::run(&arguments.into_iter().collect::<Vec<_>>())
}

fn lines(path: &Path) -> Vec<Value> {
    fs::read_to_string(path).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn a_file_is_signed_at_a_level_and_kept_there() {
    let authority = Authority::start("levels", &[]);
    let anchors = authority.path("pki/anchors");
    for level in ["B-T", "B-LT", "B-LTA"] {
        let out = format!("{level}.pdf");
        let run = authority.sign("unsigned.pdf", &out, &[&["--level", level][..], &authority.trusting(&anchors)].concat());
        assert_eq!((run.code, run.err.as_str(), run.out.as_str()), (0, "", ""), "{level}");
        assert_eq!(authority.level(&out), level);
        let again = authority.augment(&out, "again.pdf", &["--level", level]);
        assert_eq!((again.code, again.err.as_str()), (0, ""));
        assert!(authority.octets("again.pdf") == authority.octets(&out), "nothing is done to a file that is there");
    }
    let renewed = authority.augment("B-LTA.pdf", "renewed.pdf", &["--renew"]);
    assert_eq!((renewed.code, renewed.err.as_str()), (0, ""));
    assert!(authority.octets("renewed.pdf").starts_with(&authority.octets("B-LTA.pdf")));
    assert_eq!(authority.verify("renewed.pdf", &[])["conclusion"]["indication"], "TOTAL-PASSED");
    let other = authority.augment("B-LTA.pdf", "other.pdf", &["--renew", "--tsa-digest", "SHA-512", "--tsa-policy", "1.3.6.1.4.1.99999.7"]);
    assert_eq!((other.code, other.err.as_str()), (0, ""));
    let report = authority.verify("other.pdf", &[]);
    let last = report["signatures"].as_array().unwrap().iter().rfind(|entry| entry["kind"] == "document_timestamp").unwrap();
    assert!(last["checks"].to_string().contains("sha512:"), "{last}");
    // In place: the file itself gets its level.
    fs::copy(authority.folder.join("B-T.pdf"), authority.folder.join("place.pdf")).unwrap();
    assert_eq!(authority.augment("place.pdf", "place.pdf", &["--level", "B-LTA"]).code, 0);
    assert_eq!(authority.level("place.pdf"), "B-LTA");
}

#[test]
fn a_verdict_fetches_only_when_told_and_only_where_it_may() {
    let authority = Authority::start("fetch", &[]);
    assert_eq!(authority.sign("unsigned.pdf", "signed.pdf", &[]).code, 0);
    let indication = |more: &[&str]| authority.verify("signed.pdf", more)["conclusion"]["indication"].clone();
    assert_eq!(indication(&[]), "INDETERMINATE");
    assert_eq!(indication(&["--fetch"]), "INDETERMINATE", "this machine's addresses are refused");
    assert_eq!(indication(&["--fetch", "--allow-private"]), "TOTAL-PASSED");
    let (file, anchors) = (authority.path("signed.pdf"), authority.path("pki/anchors"));
    let refused = run(["verify", &file, "--anchor", &anchors, "--fetch"]);
    assert!(refused.code == 2 && refused.err.contains("no public address"), "{}", refused.err);
    // From a cache that was filled, without anybody to ask.
    let cache = authority.path("cache");
    assert_eq!(indication(&["--fetch", "--allow-private", "--cache", &cache]), "TOTAL-PASSED");
    let path = authority.folder.clone();
    drop(authority);
    let file = path.join("signed.pdf");
    let fetched = run(["verify", file.to_str().unwrap(), "--anchor", &anchors, "--fetch", "--allow-private", "--cache", &cache]);
    assert_eq!(fetched.code, 0, "{}{}", fetched.out, fetched.err);
}

#[test]
fn what_is_missing_is_told_before_the_key_is_used() {
    let authority = Authority::start("usage", &[]);
    let anchors = authority.path("pki/anchors");
    for (more, told) in [
        (vec!["--level", "B-T"], "--anchor"),
        (vec!["--level", "B-T", "--anchor", &anchors], "--tsa"),
        (vec!["--level", "B-T", "--anchor", &anchors, "--tsa", "http://127.0.0.1:1/", "--tsa-user", "a"], "--tsa-password"),
    ] {
        let run = authority.sign("unsigned.pdf", "none.pdf", &more);
        assert!(run.code == 64 && run.err.contains(told), "{more:?}: {} {}", run.code, run.err);
    }
    assert!(!authority.folder.join("none.pdf").exists());
    let unsigned = authority.augment("unsigned.pdf", "none.pdf", &["--level", "B-T"]);
    assert!(unsigned.code == 3 && unsigned.err.contains("no signature"), "{}", unsigned.err);
}

/// Every fault of every service: the status says what kind of failure it is, the message whose, and neither file is touched.
#[test]
fn a_fault_has_a_status_and_a_name_and_no_file_is_lost() {
    for (fault, more, code, told) in [
        ("tsa=503", None, 74, "status 503"),
        ("tsa=slow", None, 74, "no answer within 1 s"),
        ("tsa=half", None, 74, "/tsa"),
        ("tsa=garbage", None, 1, "at byte 0"),
        ("tsa=wrong-nonce", None, 1, "nonce"),
        ("tsa=of-another", None, 1, "another digest"),
        ("tsa=refused", None, 1, "the clock is not set"),
        ("tsa=unsigned", None, 1, "does not hold"),
        ("tsa=revoked", None, 1, "was revoked"),
        ("crl=404", Some("ocsp=garbage"), 2, "status 404"),
        ("crl=garbage", Some("ocsp=slow"), 2, "at byte 0"),
        ("crl=revoked", None, 1, "was revoked"),
        ("ocsp=revoked", None, 1, "was revoked"),
    ] {
        let faults: Vec<&str> = [fault].into_iter().chain(more).collect();
        let authority = Authority::start(&format!("fault-{}", fault.replace('=', "-")), &faults);
        assert_eq!(authority.sign("unsigned.pdf", "signed.pdf", &[]).code, 0);
        let before = authority.octets("signed.pdf");
        fs::write(authority.folder.join("out.pdf"), "what was there").unwrap();
        let run = authority.augment("signed.pdf", "out.pdf", &["--level", "B-LT", "--tsa-timeout", "1", "--timeout", "1"]);
        assert!(
            run.code == code && run.err.contains(told) && run.err.contains(&authority.addresses["tsa"]),
            "{fault}: {} {}",
            run.code,
            run.err
        );
        assert!(authority.octets("signed.pdf") == before && authority.octets("out.pdf") == b"what was there", "{fault}");
        let in_place = authority.augment("signed.pdf", "signed.pdf", &["--level", "B-LT", "--tsa-timeout", "1", "--timeout", "1"]);
        assert!(in_place.code == code && authority.octets("signed.pdf") == before, "{fault}");
    }
}

#[test]
fn many_are_signed_now_and_brought_to_their_level_later() {
    let authority = Authority::start("queue", &[]);
    let (queue, anchors) = (authority.path("waiting.jsonl"), authority.path("pki/anchors"));
    for name in ["one.pdf", "two.pdf", "three.pdf"] {
        let run = authority.sign("unsigned.pdf", name, &["--level", "B-LT", "--later", &queue]);
        assert_eq!((run.code, run.err.as_str()), (0, ""));
        assert_eq!(authority.level(name), "B-B");
    }
    assert_eq!(lines(Path::new(&queue)).iter().map(|line| line["level"].as_str().unwrap()).collect::<Vec<_>>(), ["B-LT"; 3]);
    // One of them is gone: the others are done, it stays on the list with the cause.
    fs::rename(authority.folder.join("two.pdf"), authority.folder.join("moved.pdf")).unwrap();
    let work = || run(["augment", "--queue", &queue].into_iter().chain(authority.trusting(&anchors)));
    let first = work();
    assert!(first.code == 74 && first.err.contains("two.pdf"), "{} {}", first.code, first.err);
    let left = lines(Path::new(&queue));
    assert_eq!(left.len(), 1);
    assert!(left[0]["document"].as_str().unwrap().ends_with("two.pdf") && left[0]["attempts"] == 1, "{left:?}");
    assert_eq!((authority.level("one.pdf"), authority.level("three.pdf")), ("B-LT".to_owned(), "B-LT".to_owned()));
    fs::rename(authority.folder.join("moved.pdf"), authority.folder.join("two.pdf")).unwrap();
    let second = work();
    assert_eq!((second.code, second.err.as_str(), lines(Path::new(&queue)).len()), (0, "", 0));
    assert_eq!(authority.level("two.pdf"), "B-LT");
}

#[test]
fn a_signature_whose_timestamp_fails_is_kept_and_waits() {
    let authority = Authority::start("waits", &["tsa=503"]);
    let (queue, anchors) = (authority.path("waiting.jsonl"), authority.path("pki/anchors"));
    let level = ["--level", "B-T"];
    let lost = authority.sign("unsigned.pdf", "none.pdf", &[&level[..], &authority.trusting(&anchors)].concat());
    assert!(lost.code == 74 && !authority.folder.join("none.pdf").exists(), "{}", lost.err);
    let kept = authority.sign("unsigned.pdf", "kept.pdf", &[&level[..], &["--later", &queue], &authority.trusting(&anchors)].concat());
    assert!(kept.code == 74 && kept.err.contains("503"), "{} {}", kept.code, kept.err);
    assert_eq!(authority.level("kept.pdf"), "B-B");
    let left = lines(Path::new(&queue));
    assert!(left[0]["attempts"] == 1 && left[0]["cause"].as_str().unwrap().contains("503"), "{left:?}");
    // A list that was cut short is not gone on with as if it were whole.
    let text = fs::read_to_string(&queue).unwrap();
    fs::write(&queue, &text[..text.len() / 2]).unwrap();
    let run = run(["augment", "--queue", &queue].into_iter().chain(authority.trusting(&anchors)));
    assert_eq!(run.code, 65, "{}", run.err);
}

/// Starts the command, and ends it after so many milliseconds, wherever it is then.
fn killed_after(milliseconds: u64, arguments: &[&str]) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_kyso"))
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    std::thread::sleep(std::time::Duration::from_millis(milliseconds));
    let _ = child.kill();
    let _ = child.wait();
}

#[test]
fn a_file_that_is_replaced_is_the_old_one_or_the_new_one_whenever_the_process_ends() {
    let authority = Authority::start("killed", &[]);
    let anchors = authority.path("pki/anchors");
    assert_eq!(authority.sign("unsigned.pdf", "signed.pdf", &[]).code, 0);
    let old = authority.octets("signed.pdf");
    let (file, queue) = (authority.path("file.pdf"), authority.path("waiting.jsonl"));
    let arguments = [&["augment", "--queue", &queue][..], &authority.trusting(&anchors)].concat();
    let line = format!("{{\"document\":{file:?},\"level\":\"B-LTA\",\"since\":\"2026-11-22T02:40:00Z\",\"attempts\":0}}\n");
    let (mut before, mut after) = (0, 0);
    for milliseconds in (0..400).step_by(20) {
        fs::write(&file, &old).unwrap();
        fs::write(&queue, &line).unwrap();
        killed_after(milliseconds, &arguments);
        let is_old = authority.octets("file.pdf") == old;
        assert!(is_old || authority.level("file.pdf") == "B-LTA", "{milliseconds}");
        // The list still has it while it is not done, and a second run comes to the end.
        assert!(!is_old || lines(Path::new(&queue)).len() == 1, "{milliseconds}");
        *(if is_old { &mut before } else { &mut after }) += 1;
        assert_eq!(run(arguments.iter().copied()).code, 0);
        assert!(authority.level("file.pdf") == "B-LTA" && lines(Path::new(&queue)).is_empty());
    }
    println!("cli_levels: ended {before} times before and {after} times after the file was replaced");
    assert!(before > 0);
}

#[test]
fn a_cache_is_whole_whenever_the_processes_that_fill_it_end() {
    let authority = Authority::start("cache-killed", &[]);
    assert_eq!(authority.sign("unsigned.pdf", "signed.pdf", &[]).code, 0);
    let (file, anchors, cache) = (authority.path("signed.pdf"), authority.path("pki/anchors"), authority.path("cache"));
    let arguments = ["verify", &file, "--anchor", &anchors, "--fetch", "--allow-private", "--cache", &cache];
    for milliseconds in (0..120).step_by(6) {
        // Two fill it at once, and end at different times.
        std::thread::scope(|scope| {
            scope.spawn(|| killed_after(milliseconds, &arguments));
            killed_after(milliseconds / 2, &arguments);
        });
    }
    assert_eq!(run(arguments).code, 0);
    let mut whole = 0;
    for entry in fs::read_dir(authority.folder.join("cache/answers")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none() {
            let digest = kyso::crypto::DigestAlgorithm::Sha256.digest(&fs::read(&path).unwrap());
            assert_eq!(kyso::report::fact::hex(&digest), path.file_name().unwrap().to_str().unwrap());
            whole += 1;
        }
    }
    assert!(whole >= 2);
}

#[test]
fn a_container_is_stamped_that_nobody_signs_and_a_batch_reaches_its_level() {
    let authority = Authority::start("stamped", &[]);
    fs::write(authority.folder.join("a.txt"), "a").unwrap();
    fs::write(authority.folder.join("b.txt"), "b").unwrap();
    let (a, b, anchors) = (authority.path("a.txt"), authority.path("b.txt"), authority.path("pki/anchors"));
    for (format, files, container) in [("ASiC-S-Timestamp", vec![&a], "ASiC-S"), ("ASiC-E-Timestamp", vec![&a, &b], "ASiC-E")] {
        let out = authority.path(format);
        let files: Vec<&str> = files.into_iter().map(String::as_str).collect();
        let call = [&["sign"], &files[..], &["-o", &out, "--format", format], &authority.trusting(&anchors)].concat();
        let run = run(call.iter().copied());
        assert_eq!((run.code, run.err.as_str()), (0, ""), "{format}");
        let report = authority.verify(format, &["--fetch", "--allow-private"]);
        let entry = &report["signatures"][0];
        assert_eq!((report["conclusion"]["indication"].as_str(), entry["container"].as_str()), (Some("TOTAL-PASSED"), Some(container)));
        assert_eq!(entry["kind"], "container_timestamp");
    }
    // One letter of the file, which is stored as it is.
    let stamped = authority.octets("ASiC-S-Timestamp");
    let crc = |octets: &[u8]| crc32fast::hash(octets).to_le_bytes();
    let mut altered = stamped.clone();
    let at = stamped.windows(6).position(|window| window == b"a.txta").unwrap() + 5;
    altered[at] = b'A';
    while let Some(at) = altered.windows(4).position(|window| window == crc(b"a")) {
        altered[at..at + 4].copy_from_slice(&crc(b"A"));
    }
    fs::write(authority.folder.join("altered.asics"), altered).unwrap();
    assert_eq!(authority.verify("altered.asics", &[])["conclusion"]["indication"], "TOTAL-FAILED");
    let again = run(["sign", &authority.path("ASiC-S-Timestamp"), "-o", &authority.path("x"), "--format", "ASiC-S-Timestamp"]
        .into_iter()
        .chain(authority.trusting(&anchors)));
    assert!(again.code == 64 && !authority.folder.join("x").exists(), "{}", again.err);
    let keyed = authority.sign("a.txt", "x", &[&["--format", "ASiC-S-Timestamp"][..], &authority.trusting(&anchors)].concat());
    assert_eq!(keyed.code, 64, "{}", keyed.err);

    let batch =
        authority.sign("a.txt", "proofs", &[&[b.as_str(), "--batch", "--level", "B-LT"][..], &authority.trusting(&anchors)].concat());
    assert_eq!((batch.code, batch.err.as_str()), (0, ""));
    for (proof, record) in [("proofs/a.txt.proof.json", &a), ("proofs/b.txt.proof.json", &b)] {
        let report = authority.verify(proof, &["--detached", record]);
        assert_eq!((&report["conclusion"]["indication"], &report["signatures"][0]["level"]), (&"TOTAL-PASSED".into(), &"B-LT".into()));
    }
    let swapped = authority.verify("proofs/a.txt.proof.json", &["--detached", &b]);
    assert_eq!(swapped["conclusion"]["indication"], "TOTAL-FAILED");
}

#[test]
fn a_batch_that_was_signed_is_brought_to_its_level_later_with_its_proofs() {
    let authority = Authority::start("batch-later", &[]);
    for name in ["a.txt", "b.txt"] {
        fs::write(authority.folder.join(name), name).unwrap();
    }
    let (a, b, anchors, proofs) =
        (authority.path("a.txt"), authority.path("b.txt"), authority.path("pki/anchors"), authority.path("proofs"));
    assert_eq!(authority.sign("a.txt", "proofs", &[&b, "--batch"]).code, 0);
    assert_eq!(authority.sign("a.txt", "others", &["--batch"]).code, 0);
    fs::copy(authority.path("others/a.txt.proof.json"), authority.path("proofs/other.proof.json")).unwrap();
    let other = authority.octets("proofs/other.proof.json");
    let augmented = authority.augment("proofs/batch.json", "proofs/batch.json", &["--level", "B-T", "--proofs", &proofs]);
    assert_eq!((augmented.code, augmented.err.as_str()), (0, ""));
    for (proof, record) in [("proofs/a.txt.proof.json", &a), ("proofs/b.txt.proof.json", &b)] {
        let report = authority.verify(proof, &["--detached", record, "--fetch", "--allow-private"]);
        assert_eq!(
            (&report["conclusion"]["indication"], &report["signatures"][0]["level"]),
            (&"TOTAL-PASSED".into(), &"B-T".into()),
            "{report}"
        );
    }
    assert_eq!(authority.octets("proofs/other.proof.json"), other, "it is of another batch");
    // One that lacks the new signature gets it, and nobody is asked for another timestamp.
    let (root, proof) = (authority.octets("proofs/batch.json"), authority.octets("proofs/a.txt.proof.json"));
    let again = authority.augment("proofs/batch.json", "proofs/batch.json", &["--level", "B-T", "--proofs", &proofs]);
    assert_eq!(
        (again.code, authority.octets("proofs/batch.json") == root, authority.octets("proofs/a.txt.proof.json") == proof),
        (0, true, true)
    );
    let none = authority.augment("others/batch.json", "x", &["--level", "B-T", "--proofs", &authority.path("pki")]);
    assert!(none.code == 64 && !authority.folder.join("x").exists(), "{} {anchors}", none.err);
}
