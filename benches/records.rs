//! What judging XML costs beside another program that verifies it, and what JSON costs beside its bare cryptography, measured in one run:
//! `cargo bench --bench records` prints the ratios.
//!
//! The other program is `xmlsec1`, where it is installed. Its whole process stands against reading the file and judging it here, revocation and
//! report included, which it does not have.

#[path = "bench/files.rs"]
mod files;
#[path = "bench/in_turns.rs"]
mod in_turns;
#[path = "bench/median.rs"]
mod median;
#[path = "bench/values.rs"]
mod values;

use std::fmt::Write as _;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use criterion::Criterion;
use kyso::crypto::{DigestAlgorithm, Signed, Verification};
use kyso::encoding::{base64, pem};
use kyso::{Context, Document, Policy, Profile, Report, Signer, sign, verify};

use files::Setting;
use in_turns::{Pair, in_turns};
use median::median;

/// The other program reads no text that is longer.
const TEXT: usize = 9_900_000;
const ELEMENTS: usize = 400_000;

/// A row of the table: what is measured, beside what, and the ratio to reach.
struct Row {
    what: &'static str,
    beside: &'static str,
    to_reach: f64,
}

fn main() {
    let setting = Setting::new();
    let mut criterion = Criterion::default().configure_from_args().sample_size(10).measurement_time(Duration::from_secs(3)).without_plots();
    let mut rows = Vec::new();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("records");
    std::fs::create_dir_all(&folder).unwrap();
    xml(&mut criterion, &setting, &folder, &mut rows);
    criterion.final_summary();
    print_ratios(&rows);
    json(&setting);
}

/// Two documents of 10 MB: nothing but elements, and nearly nothing but one text.
fn xml(criterion: &mut Criterion, setting: &Setting, folder: &Path, rows: &mut Vec<Row>) {
    let cases = [
        ("verify XML, 400,000 elements", "xmlsec1, 400,000 elements", "elements.xml", many_elements(), 1.0 / 3.0),
        ("verify XML, one text", "xmlsec1, one text", "text.xml", one_text(), 1.0),
    ];
    for (what, beside, file, document, to_reach) in cases {
        let document = Document::detect(document.as_bytes()).unwrap();
        let signed = sign(&document, &Profile::xades_b_b(setting.time), &setting.leader).unwrap();
        let path = folder.join(file);
        std::fs::write(&path, &signed).unwrap();
        let passes = judged(&std::fs::read(&path).unwrap(), setting);
        assert_eq!(passes.conclusion.indication.as_str(), "TOTAL-PASSED", "{}", passes.to_json());
        criterion.bench_function(what, |b| b.iter(|| judged(&std::fs::read(black_box(&path)).unwrap(), setting)));
        let other = Other::new(setting, folder);
        match other.verifies(&path) {
            Ok(true) => {
                criterion.bench_function(beside, |b| b.iter(|| other.verifies(&path).unwrap()));
                rows.push(Row { what, beside, to_reach });
            }
            Ok(false) => panic!("xmlsec1 finds {file} wrong"),
            Err(error) => println!("{beside}: left out, xmlsec1 cannot be run: {error}"),
        }
    }
}

/// Rows of a register, as a portal exports them.
fn many_elements() -> String {
    let mut text = String::from("<Register xmlns=\"urn:kyso:bench\">");
    for row in 0..ELEMENTS / 4 {
        let (number, day) = (row * 7 % 99_991, row % 28 + 1);
        writeln!(text, "<Row Id=\"r{row}\"><Code>KQ{number:05}</Code><Date>2026-11-{day:02}</Date><Result>Cấp phép lại</Result></Row>")
            .unwrap();
    }
    text.push_str("</Register>");
    println!("{} octets with {ELEMENTS} elements", text.len());
    text
}

/// A scan in base64, in lines as they are usually written.
fn one_text() -> String {
    let octets: Vec<u8> = (0..TEXT / 78 * 57).map(|at: usize| (at.wrapping_mul(2_654_435_761) >> 13).to_le_bytes()[0]).collect();
    let lines: Vec<String> = octets.chunks(57).map(base64::encode).collect();
    format!("<Scan xmlns=\"urn:kyso:bench\"><Content>{}</Content></Scan>", lines.join("\r\n"))
}

fn judged(octets: &[u8], setting: &Setting) -> Report {
    // Read once, as whoever judges many documents does.
    static POLICY: std::sync::LazyLock<Policy> = std::sync::LazyLock::new(Policy::etsi_basic);
    let (policy, evidence) = (&*POLICY, &setting.evidence);
    let context = Context { policy, anchors: &setting.anchors, evidence, time: setting.time, existence: None };
    verify(&Document::detect(octets).unwrap(), &context)
}

/// The other program with what it needs to know.
struct Other {
    root: PathBuf,
    issuing: PathBuf,
    time: String,
}

impl Other {
    fn new(setting: &Setting, folder: &Path) -> Self {
        let write = |name: &str, octets: &[u8]| {
            let path = folder.join(name);
            std::fs::write(&path, pem::write("CERTIFICATE", octets)).unwrap();
            path
        };
        let [root, issuing] = setting.authorities();
        let time = setting.time.plus_seconds(60).to_string().replace('T', " ").replace('Z', "");
        Self { root: write("root.pem", root), issuing: write("issuing.pem", issuing), time }
    }

    fn verifies(&self, file: &Path) -> std::io::Result<bool> {
        let mut command = Command::new("xmlsec1");
        command.args(["--verify", "--id-attr:Id", "http://uri.etsi.org/01903/v1.3.2#:SignedProperties", "--verification-time", &self.time]);
        command.arg("--trusted-pem").arg(&self.root).arg("--untrusted-pem").arg(&self.issuing).arg(file);
        command.output().map(|output| output.status.success())
    }
}

/// A record of a result of 2 kB.
fn json(setting: &Setting) {
    let record = record();
    println!("a record has {} octets", record.len());
    let (signer, profile) = (&setting.leader, Profile::jades_b_b(setting.time));
    let signing = in_turns(
        || drop(sign(&Document::data(black_box(&record)), &profile, signer).unwrap()),
        || drop(signer.sign(black_box(b"to be signed")).unwrap()),
    );
    print_pair("sign a record", &signing, 1.1);

    let signed = sign(&Document::data(&record), &profile, signer).unwrap();
    let values: usize = values::values(&judged(&signed, setting)).iter().sum();
    println!("the verdict on it rests on {values} values");
    let key = setting.leader.certificates()[0].public_key().unwrap().clone();
    let value = setting.leader.sign(b"to be signed").unwrap();
    let algorithm = setting.leader.algorithm();
    let (above, list) = setting.bare_list();
    let bare = || {
        black_box(DigestAlgorithm::Sha256.digest(black_box(&signed)));
        assert_eq!(key.verify(&algorithm, Signed::Octets(b"to be signed"), &value), Verification::Valid);
        for _ in 1..values {
            assert_eq!(above.verify(&list.algorithm, Signed::Octets(&list.octets), &list.value), Verification::Valid);
        }
    };
    print_pair("verify a record", &in_turns(|| drop(black_box(judged(black_box(&signed), setting))), bare), 1.5);
}

fn print_pair(what: &str, pair: &Pair, to_reach: f64) {
    println!("{what:<34} {:>10.3} {:>12.3} {:>7.2} {to_reach:>9.2}", pair.own / 1e6, pair.beside / 1e6, pair.ratio);
}

fn record() -> Vec<u8> {
    let subject =
        |at: usize| format!(r#"{{"scheme":"CCCD","id":"0220990{at:05}","name":"Nguyễn Thị Thanh {at}","born":"19{}-01-02"}}"#, at + 50);
    let subjects: Vec<String> = (0..20).map(subject).collect();
    let text = format!(
        r#"{{"schema":"urn:kyso:result-record:1","result":"H49-1-KQ1","issued":"2026-11-26","subjects":[{}]}}"#,
        subjects.join(",")
    );
    text.into_bytes()
}

fn print_ratios(rows: &[Row]) {
    println!("\n{:<34} {:>10} {:>12} {:>7} {:>9}", "median of this run", "ms", "beside, ms", "ratio", "to reach");
    for Row { what, beside, to_reach } in rows {
        let (Some(own), Some(other)) = (median(what), median(beside)) else { continue };
        println!("{what:<34} {:>10.3} {:>12.3} {:>7.2} {to_reach:>9.2}", own / 1e6, other / 1e6, own / other);
    }
}
