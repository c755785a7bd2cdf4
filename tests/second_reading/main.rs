//! A second and a third reading of PDF files, by qpdf and by lopdf: type and value of every object of the final revision, catalog and number of
//! pages. Whatever they see otherwise than our reader is a finding of ours, or stands in `second-reading.exceptions.json` with its reason.

#[path = "../common/mod.rs"]
mod common;
mod lopdf_reader;
mod ours;
mod qpdf;
mod value;
#[path = "../common/vectors.rs"]
mod vectors;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use common::{Conformance, corpora_path, files_below, rows};
use value::{Difference, Reading, Value, difference};

/// One reading of a larger file takes seconds, and tells no more.
const LARGEST: u64 = 2 << 20;
const AGREE: &str = "agree";

/// A file to read.
struct File {
    /// `<suite>/<path>`
    name: String,
    path: PathBuf,
    password: Option<String>,
}

/// What came of one file.
#[derive(Default)]
struct Outcome {
    /// By each reader: `agree`, or the objects that differ and of which no finding speaks.
    readers: Vec<(&'static str, String)>,
    /// Objects that differ, of which findings speak.
    told: usize,
    /// The first differences, in words, for whoever looks after them.
    details: Vec<String>,
    skipped: Option<&'static str>,
}

#[test]
fn test_vectors_read_alike() {
    let all = vectors::all();
    let files = all.iter().filter_map(|vector| {
        let path = vector.path(vector.case.document.as_ref()?);
        Some(File { name: vector.name.clone(), path, password: vector.case.password.clone() })
    });
    let read = outcomes(&files.collect::<Vec<_>>());
    let mut conformance = Conformance::of("second-reading-vectors");
    judge(&mut conformance, &read);
    // What another reader reads otherwise may be told; that it passes needs a reason.
    for vector in all.iter().filter(|vector| read.get(&vector.name).is_some_and(|outcome| outcome.told > 0)) {
        let indication = vector.report().map_or_else(|| "MALFORMED".into(), |report| report.conclusion.indication.as_str().to_owned());
        let actual = if indication == "TOTAL-PASSED" { &indication } else { "not passed" };
        conformance.case(&format!("{} verdict", vector.name), "not passed", actual);
    }
    conformance.finish();
}

#[test]
fn files_of_others_read_alike() {
    if !qpdf::is_there() {
        println!("second_reading: skipped, qpdf is not on the path");
        return;
    }
    let mut files = Vec::new();
    for suite in ["pdf-robustness", "eu-dss", "revision-diff"] {
        let Some(folder) = corpora_path(suite) else { return };
        let passwords = passwords(&folder);
        for path in files_below(&folder).filter(|path| path.extension().is_some_and(|extension| extension == "pdf")) {
            let inside = path.strip_prefix(&folder).unwrap().to_string_lossy().into_owned();
            let password = passwords.get(&inside).cloned();
            files.push(File { name: format!("{suite}/{inside}"), path, password });
        }
    }
    assert!(files.len() > 1_600, "only {} files", files.len());
    let mut conformance = Conformance::of("second-reading");
    judge(&mut conformance, &outcomes(&files));
    conformance.finish();
}

/// The comparison itself notices one changed value.
#[test]
fn a_difference_is_noticed() {
    let file = |text: &str| {
        let body =
            format!("%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj 3 0 obj{text}");
        let at = |what: &str| body.find(what).unwrap();
        let table = format!("{:010} 00000 n \n{:010} 00000 n \n{:010} 00000 n \n", at("1 0 obj"), at("2 0 obj"), at("3 0 obj"));
        format!("{body}\nxref\n0 4\n0000000000 65535 f \n{table}trailer<</Size 4/Root 1 0 R>>\nstartxref\n{}\n%%EOF\n", body.len() + 1)
    };
    let page =
        |more: &str| ours::read(file(&format!("<</Type/Page/Parent 2 0 R{more}>>endobj")).as_bytes(), None).unwrap().reading.settled();
    let other =
        |more: &str| lopdf_reader::read(file(&format!("<</Type/Page/Parent 2 0 R{more}>>endobj")).as_bytes(), None).unwrap().settled();
    let same = "/A(x)/B<78>/C 1.50/D[/N#41 null true]/E 9 0 R";
    assert_eq!(compare(&page(same), &other("/A<78>/B(x)/C 1.5/D[/NA null true]")), []);
    for changed in ["/A(y)/B(x)/C 1.5/D[/NA null true]", "/A(x)/B(x)/C 1.6/D[/NA null true]", "/A(x)/B(x)/C 1.5/D[/NB null true]"] {
        assert_eq!(compare(&page(same), &other(changed)).len(), 1, "{changed}");
    }
    assert_eq!(compare(&page(same), &other("/A(x)/B(x)/C 1.5/D[/NA true]/E 3 0 R")).len(), 1);
}

/// Passwords of encrypted files, where the index tells them.
fn passwords(folder: &Path) -> BTreeMap<String, String> {
    let rows = rows(&folder.join("index.tsv")).into_iter();
    let named = rows.filter_map(|row| Some((row.get("pdf_file")?.clone(), row.get("password")?.clone())));
    named.filter(|(_, password)| !password.is_empty()).collect()
}

fn judge(conformance: &mut Conformance, read: &BTreeMap<String, Outcome>) {
    let (mut told, mut skipped) = (0, BTreeMap::<&str, usize>::new());
    for (name, outcome) in read {
        for (reader, actual) in &outcome.readers {
            if actual != AGREE {
                println!("{name} by {reader}: {actual}\n    {}", outcome.details.join("\n    "));
            }
            conformance.case(&format!("{name} by {reader}"), AGREE, actual);
        }
        told += outcome.told;
        outcome.skipped.iter().for_each(|why| *skipped.entry(why).or_default() += 1);
    }
    println!("{} files, {told} disagreements told as findings", read.len());
    skipped.iter().for_each(|(why, count)| println!("{count} files not compared: {why}"));
}

fn outcomes(files: &[File]) -> BTreeMap<String, Outcome> {
    if !qpdf::is_there() {
        println!("qpdf is not on the path: lopdf alone reads the files");
    }
    let (next, outcomes) = (AtomicUsize::new(0), Mutex::new(BTreeMap::new()));
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, std::num::NonZero::get) {
            scope.spawn(|| {
                while let Some(file) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let outcome = outcome(file);
                    outcomes.lock().unwrap_or_else(PoisonError::into_inner).insert(file.name.clone(), outcome);
                }
            });
        }
    });
    outcomes.into_inner().unwrap()
}

fn outcome(file: &File) -> Outcome {
    let skipped = |why| Outcome { skipped: Some(why), ..Outcome::default() };
    if file.path.metadata().unwrap().len() > LARGEST {
        return skipped("larger than 2 MiB");
    }
    let (octets, password) = (std::fs::read(&file.path).unwrap(), file.password.as_deref());
    let Ok(mut ours) = ours::read(&octets, password) else { return skipped("not opened here, and so never passed") };
    if ours.locked {
        return skipped("no password, and so never passed");
    }
    ours.reading = std::mem::take(&mut ours.reading).settled();
    let mut outcome = Outcome::default();
    if qpdf::is_there() {
        held_against(&mut outcome, "qpdf", &ours, qpdf::read(&file.path, password, ours.encrypted));
    }
    // lopdf has no more use for the encryption dictionary when it has deciphered a file.
    if let Some(id) = ours.encryption {
        ours.reading.objects.remove(&id);
        ours.reading = std::mem::take(&mut ours.reading).settled();
    }
    held_against(&mut outcome, "lopdf", &ours, lopdf_reader::read(&octets, password));
    outcome
}

fn held_against(outcome: &mut Outcome, reader: &'static str, ours: &ours::Ours, other: Result<Reading, String>) {
    let other = match other {
        Ok(other) => other.settled(),
        Err(error) => return outcome.readers.push((reader, format!("it does not read the file: {error}"))),
    };
    let differences = compare(&ours.reading, &other);
    let (told, silent): (Vec<_>, Vec<_>) = differences.into_iter().partition(|(what, difference)| is_told(ours, *what, difference));
    outcome.told += told.len();
    let named: Vec<String> = silent.iter().take(MOST_NAMED).map(|(what, _)| what.to_string()).collect();
    let more = silent.len().checked_sub(MOST_NAMED).filter(|more| *more > 0).map_or(String::new(), |more| format!(" and {more} more"));
    outcome.details.extend(silent.into_iter().take(MOST_NAMED).map(|(what, difference)| format!("{reader}: {what}: {}", difference.text)));
    outcome.readers.push((reader, if named.is_empty() { AGREE.into() } else { format!("differ: {}{more}", named.join(", ")) }));
}

const MOST_NAMED: usize = 5;

/// Whether a finding speaks of what differs, or of the object that one reader is referred to and the other misses.
fn is_told(ours: &ours::Ours, what: What, difference: &Difference) -> bool {
    let noticed = |id: value::Id| ours.reading.unreadable.contains(&id) || ours.noticed.contains(&id.0);
    let of_what = match what {
        What::Object(id) => noticed(id),
        What::Root => ours.reading.root.is_some_and(noticed),
        What::Pages => false,
    };
    ours.doubtful || of_what || difference.missing.is_some_and(noticed)
}

/// What two readings differ in.
#[derive(Clone, Copy, Debug, PartialEq)]
enum What {
    Object(value::Id),
    Root,
    Pages,
}

impl std::fmt::Display for What {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Object((number, generation)) => write!(f, "{number} {generation}"),
            Self::Root => f.write_str("root"),
            Self::Pages => f.write_str("pages"),
        }
    }
}

fn compare(ours: &Reading, other: &Reading) -> Vec<(What, Difference)> {
    let mut found = Vec::new();
    if ours.root != other.root {
        found.push((What::Root, Difference::in_words(format!("here {:?}, there {:?}", ours.root, other.root))));
    }
    // Where the tree cannot be read to its end, an object of it is a finding.
    if let (Some(here), Some(there)) = (ours.pages, other.pages)
        && here != there
    {
        found.push((What::Pages, Difference::in_words(format!("here {here}, there {there}"))));
    }
    let ids: BTreeSet<_> = ours.objects.keys().chain(other.objects.keys()).copied().collect();
    for id in ids {
        let value = |reading: &Reading| reading.objects.get(&id).cloned().unwrap_or(Value::Null);
        let (here, there) = (value(ours), value(other));
        // A cross-reference stream need not name itself (§7.5.8.1), and is no object of the document unless something refers to it.
        if here == Value::Null && there.is_section() && !other.refers_to(id) {
            continue;
        }
        found.extend(difference(&here, &there).map(|difference| (What::Object(id), difference)));
    }
    found
}
