//! The command line as others start it: exit statuses, forms of the reports, files in and out (`report.md`, section 2)
#![cfg(feature = "cli")]

#[path = "common/command.rs"]
mod command;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use command::{Desk, TIME, run, run_with};
use serde_json::Value;

/// One making of keys for all tests, and one of each kind of file.
static MATERIAL: LazyLock<Material> = LazyLock::new(Material::make);

struct Material {
    folder: PathBuf,
}

impl Material {
    fn make() -> Self {
        let material = Self { folder: Desk::new("cli").folder };
        fs::write(material.path("unsigned.pdf"), pdf()).unwrap();
        assert_eq!(run(&material.sign("unsigned.pdf", "signed.pdf", &[])).told(), (0, String::new(), String::new()));
        let signed = fs::read(material.path("signed.pdf")).unwrap();
        fs::write(material.path("altered.pdf"), replaced(&signed, b"595", b"596")).unwrap();
        fs::write(material.path("text.pdf"), "not a PDF file").unwrap();
        material
    }

    fn path(&self, name: &str) -> String {
        self.folder.join(name).to_str().unwrap().to_owned()
    }

    /// The arguments that sign a file with the leader's key.
    fn sign(&self, from: &str, to: &str, more: &[&str]) -> Vec<String> {
        let (key, password) = (self.path("pki/leader.p12"), self.path("pki/password.txt"));
        let arguments =
            ["sign", &self.path(from), "-o", &self.path(to), "--key", &key, "--password-file", &password, "--at", TIME].map(str::to_owned);
        arguments.into_iter().chain(more.iter().map(|argument| (*argument).to_owned())).collect()
    }

    /// The arguments that judge files with all that is needed.
    fn verify(&self, files: &[&str], more: &[&str]) -> Vec<String> {
        let (anchors, evidence) = (self.path("pki/anchors"), self.path("pki/evidence"));
        let trust = ["--anchor", &anchors, "--evidence", &evidence, "--at", TIME].map(str::to_owned);
        let files = files.iter().map(|file| self.path(file));
        ["verify".to_owned()].into_iter().chain(files).chain(trust).chain(more.iter().map(|argument| (*argument).to_owned())).collect()
    }
}

/// A file of one empty page.
fn pdf() -> Vec<u8> {
    let objects =
        ["<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>", "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>"];
    let mut file = b"%PDF-1.7\n".to_vec();
    let mut table = String::from("0000000000 65535 f \n");
    for (number, object) in (1..).zip(&objects) {
        table += &format!("{:010} 00000 n \n", file.len());
        file.extend_from_slice(format!("{number} 0 obj\n{object}\nendobj\n").as_bytes());
    }
    let start = file.len();
    file.extend_from_slice(format!("xref\n0 4\n{table}trailer\n<</Size 4/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n").as_bytes());
    file
}

fn replaced(octets: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let at = octets.windows(from.len()).position(|window| window == from).unwrap();
    [&octets[..at], to, &octets[at + from.len()..]].concat()
}

/// A folder of a test's own.
fn folder(name: &str) -> PathBuf {
    let folder = MATERIAL.folder.join(name);
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn names_in(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> = folder.read_dir().unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn each_verdict_has_its_status() {
    for (file, status) in [("signed.pdf", 0), ("altered.pdf", 1), ("unsigned.pdf", 3), ("text.pdf", 65), ("absent.pdf", 74)] {
        let judged = run(&MATERIAL.verify(&[file], &[]));
        assert_eq!(judged.code, status, "{file}: {}{}", judged.out, judged.err);
    }
    let untrusting = run(&["verify", &MATERIAL.path("signed.pdf"), "--at", TIME]);
    assert_eq!(untrusting.code, 2, "{}", untrusting.out);
}

#[test]
fn a_record_is_put_in_before_signing_and_given_out_under_the_signature() {
    let record = r#"{"schema":"urn:kyso:result-record:1","dossier":"H49-1","result":"H49-1-KQ(1)","issued":"2026-11-22",
        "agency":{"id":"H49","name":"Sở Tư pháp"}}"#;
    fs::write(MATERIAL.path("record.json"), record).unwrap();
    fs::write(MATERIAL.path("no-record.json"), record.replace("KQ(1)", "KQ(0)")).unwrap();
    let with = |record: &str, to| run(&MATERIAL.sign("unsigned.pdf", to, &["--record", &MATERIAL.path(record)]));
    assert_eq!(with("no-record.json", "no-record.pdf").code, 65);
    assert_eq!(with("record.json", "record.pdf").told(), (0, String::new(), String::new()));
    let asked = |file: &str, more: &[&str]| {
        let (path, anchors, evidence) = (MATERIAL.path(file), MATERIAL.path("pki/anchors"), MATERIAL.path("pki/evidence"));
        run(&[&["record", &path, "--anchor", &anchors, "--evidence", &evidence, "--at", TIME], more].concat())
    };
    let given = asked("record.pdf", &[]);
    assert_eq!(given.code, 0, "{}", given.err);
    let answer = given.json();
    assert_eq!((&answer["indication"], &answer["record"]["result"]), (&"TOTAL-PASSED".into(), &"H49-1-KQ(1)".into()));
    let raw = asked("record.pdf", &["--format", "raw"]);
    assert!(raw.out.starts_with(r#"{"agency":{"id":"H49""#) && !raw.out.contains(char::is_control), "{}", raw.out);
    let signed = fs::read(MATERIAL.path("record.pdf")).unwrap();
    fs::write(MATERIAL.path("record-altered.pdf"), replaced(&signed, b"KQ(1)", b"KQ(2)")).unwrap();
    let withheld = asked("record-altered.pdf", &[]);
    assert_eq!((withheld.code, withheld.out.as_str()), (1, ""), "{}", withheld.err);
    assert_eq!(asked("signed.pdf", &[]).code, 3);
}

#[test]
fn of_several_files_the_worst_is_told() {
    let judged = ["absent.pdf", "text.pdf", "altered.pdf", "unsigned.pdf", "signed.pdf"];
    for (pair, status) in judged.windows(2).zip([74, 65, 1, 3]) {
        for files in [[pair[0], pair[1]], [pair[1], pair[0]]] {
            assert_eq!(run(&MATERIAL.verify(&files, &[])).code, status, "{files:?}");
        }
    }
    // Without an anchor the good signature is INDETERMINATE: 2, between 1 and 3.
    let [signed, altered, unsigned] = ["signed.pdf", "altered.pdf", "unsigned.pdf"].map(|name| MATERIAL.path(name));
    assert_eq!(run(&["verify", &unsigned, &signed, "--at", TIME]).code, 2);
    assert_eq!(run(&["verify", &signed, &altered, "--at", TIME]).code, 1);
}

#[test]
fn a_wrong_call_is_64_and_says_nothing_on_standard_output() {
    let signed = MATERIAL.path("signed.pdf");
    let calls: &[&[&str]] = &[
        &[],
        &["unknown"],
        &["verify"],
        &["verify", &signed, "--at", "yesterday"],
        &["verify", &signed, "--policy", "no-such-policy"],
        &["verify", &signed, "--jobs", "0"],
        &["verify", &signed, "--format", "xml"],
        &["verify", &signed, "--fetch", "--timeout", "0"],
        &["verify", &signed, "--fetch", "--host", "pki.example"],
        &["augment", &signed, "--level", "B-T"],
        &["augment", &signed, "-o", "out.pdf", "--level", "B-T", "--renew"],
        &["inspect", &signed, "--revision", "1"],
        &["inspect", &signed, "--revision", "9", "-o", &MATERIAL.path("no-revision.pdf")],
        &["sign", &signed, "--key", "key.pem"],
        &["sign", &signed, "-o", "out.pdf", "--key", "key.pem", "--level", "B-T"],
        &["sign", &signed, "-o", "out.pdf", "--key", "key.pem", "--algorithm", "MD5"],
    ];
    for call in calls {
        let (code, out, err) = run(call).told();
        assert_eq!((code, out.as_str(), err.is_empty()), (64, "", false), "{call:?}: {err}");
    }
    assert!(!Path::new(&MATERIAL.path("no-revision.pdf")).exists());
}

#[test]
fn help_and_version_are_no_wrong_calls() {
    let (code, out, err) = run(&["--version"]).told();
    assert_eq!((code, out.as_str(), err.as_str()), (0, concat!("kyso ", env!("CARGO_PKG_VERSION"), "\n"), ""));
    let help = run(&["--help"]);
    assert!(help.code == 0 && help.out.contains("74, 65, 1, 2, 3, 0"), "{}", help.out);
}

#[test]
fn json_is_one_object_for_one_file_and_an_array_for_several() {
    let one = run(&MATERIAL.verify(&["signed.pdf"], &["--format", "json"])).json();
    assert_eq!(one["schema"], "urn:kyso:report:1");
    assert_eq!(one["conclusion"]["indication"], "TOTAL-PASSED");
    assert_eq!(one["inputs"]["time"], "2026-11-22T02:40:00Z");
    let several = run(&MATERIAL.verify(&["unsigned.pdf", "text.pdf", "altered.pdf", "signed.pdf"], &["--format", "json", "--jobs", "3"]));
    let reports = several.json();
    let names: Vec<_> = reports.as_array().unwrap().iter().map(|report| report["inputs"]["document"]["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["unsigned.pdf", "altered.pdf", "signed.pdf"].map(|name| MATERIAL.path(name)));
    assert_eq!(reports[2], one);
    assert_eq!(several.code, 65);
    assert!(several.err.contains("text.pdf") && several.err.contains("at byte 0"), "{}", several.err);
    let none = run(&MATERIAL.verify(&["text.pdf", "absent.pdf"], &["--format", "json"]));
    assert_eq!((none.code, none.out.as_str()), (74, "[]\n"));
}

#[test]
fn an_array_of_reports_is_set_as_a_pretty_printer_sets_it() {
    let out = run(&MATERIAL.verify(&["signed.pdf", "unsigned.pdf"], &["--format", "json"])).out;
    let value: Value = serde_json::from_str(&out).unwrap();
    let lines = |text: &str| text.lines().count();
    assert_eq!(lines(&out), lines(&serde_json::to_string_pretty(&value).unwrap()));
    assert!(out.starts_with("[\n  {\n    \"schema\": ") && out.ends_with("\n  }\n]\n"));
}

#[test]
fn jsonl_is_a_line_a_file() {
    let files = ["signed.pdf", "altered.pdf", "text.pdf", "unsigned.pdf"];
    let judged = run(&MATERIAL.verify(&files, &["--format", "jsonl"]));
    let mut verdicts: Vec<String> = judged
        .out
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["conclusion"]["indication"].as_str().unwrap().to_owned())
        .collect();
    verdicts.sort();
    assert_eq!(verdicts, ["NO-SIGNATURE", "TOTAL-FAILED", "TOTAL-PASSED"]);
}

#[test]
fn equal_calls_give_equal_octets_whatever_the_number_of_jobs() {
    let files = ["signed.pdf", "altered.pdf", "unsigned.pdf", "signed.pdf", "altered.pdf", "unsigned.pdf"];
    let with = |jobs| run(&MATERIAL.verify(&files, &["--format", "json", "--jobs", jobs])).out;
    assert_eq!(with("1"), with("4"));
}

#[test]
fn the_text_tells_what_the_law_asks_for() {
    let vi = run(&MATERIAL.verify(&["signed.pdf"], &[])).out;
    for line in [
        "Kết luận: HỢP LỆ [TOTAL-PASSED]",
        "  Người ký: Nguyễn Văn A",
        "  Loại chủ thể: cá nhân (theo ",
        "  Tổ chức cấp chứng thư: Chứng thực số Kyso Demo",
        "  Cơ quan quản lý chứng thư: Kyso Demo",
        "  Thời hạn của chứng thư: 24/08/2026 09:40:00 +07:00 – 21/11/2030 09:40:00 +07:00",
        "  Thời điểm ký: 22/11/2026 09:40:00 +07:00 (do người ký ghi)",
        "  Hiệu lực của chứng thư tại thời điểm ký đã ghi: còn thời hạn, không bị thu hồi",
        "  Tính toàn vẹn: phần được ký còn nguyên vẹn",
    ] {
        assert!(vi.contains(line), "{line}\n{vi}");
    }
    let en = run(&MATERIAL.verify(&["signed.pdf"], &["--lang", "en"])).out;
    assert!(en.contains("Verdict: VALID [TOTAL-PASSED]") && en.contains("Signing time: 2026-11-22 09:40:00 +07:00"), "{en}");
    let altered = run(&MATERIAL.verify(&["altered.pdf"], &[])).out;
    assert!(altered.contains("KHÔNG HỢP LỆ [TOTAL-FAILED / HASH_FAILURE]") && altered.contains("KHÔNG toàn vẹn"), "{altered}");
    let unknown = run(&["verify", &MATERIAL.path("signed.pdf"), "--at", TIME]).out;
    assert!(unknown.contains("CẢNH BÁO: không kiểm tra được việc thu hồi"), "{unknown}");
}

#[test]
fn an_anchor_that_cannot_be_read_is_named() {
    let folder = folder("bad-anchors");
    fs::copy(MATERIAL.path("pki/anchors/root.pem"), folder.join("a.pem")).unwrap();
    fs::write(folder.join(".hidden"), "passed over").unwrap();
    let signed = MATERIAL.path("signed.pdf");
    let call =
        |folder: &Path| run(&["verify", &signed, "--anchor", text(folder), "--evidence", &MATERIAL.path("pki/evidence"), "--at", TIME]);
    assert_eq!(call(&folder).code, 0);
    fs::write(folder.join("b.pem"), "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n").unwrap();
    let failed = call(&folder);
    assert_eq!((failed.code, failed.out.as_str()), (65, ""));
    assert!(failed.err.contains(text(&folder.join("b.pem"))), "{}", failed.err);
    assert_eq!(call(&folder.join("absent")).code, 74);
    let list = run(&["verify", &signed, "--anchor", &MATERIAL.path("pki/evidence/issuing.crl")]);
    assert!(list.code == 65 && list.err.contains("no certificate"), "{}", list.err);
}

#[test]
fn several_objects_may_stand_in_one_file() {
    let folder = folder("bundle");
    let pem = [fs::read(MATERIAL.path("pki/evidence/issuing.pem")).unwrap(), fs::read(MATERIAL.path("pki/anchors/root.pem")).unwrap()];
    fs::write(folder.join("both.pem"), pem.concat()).unwrap();
    let [both, root_list, list] =
        [folder.join("both.pem"), MATERIAL.path("pki/evidence/root.crl").into(), MATERIAL.path("pki/evidence/issuing.crl").into()];
    let signed = MATERIAL.path("signed.pdf");
    let judged =
        run(&["verify", &signed, "--anchor", text(&both), "--evidence", text(&list), "--evidence", text(&root_list), "--at", TIME]);
    assert_eq!(judged.code, 0, "{}", judged.out);
    let evidence_is_not_trusted = run(&["verify", &signed, "--evidence", text(&both), "--evidence", text(&list), "--at", TIME]);
    assert_eq!(evidence_is_not_trusted.code, 2);
}

#[test]
fn a_policy_comes_by_name_or_from_a_file() {
    let folder = folder("policy");
    let policy = folder.join("policy.json");
    fs::write(&policy, kyso::Policy { id: "of-the-centre".into(), ..kyso::Policy::etsi_basic() }.to_json()).unwrap();
    let report = run(&MATERIAL.verify(&["signed.pdf"], &["--format", "json", "--policy", text(&policy)])).json();
    assert_eq!(report["inputs"]["policy"]["id"], "of-the-centre");
    fs::write(&policy, "{}").unwrap();
    let refused = run(&MATERIAL.verify(&["signed.pdf"], &["--policy", text(&policy)]));
    assert!(refused.code == 65 && refused.err.contains("policy.json"), "{}", refused.err);
}

#[test]
fn an_output_appears_whole_and_alone() {
    let folder = folder("output");
    let out = folder.join("report.json");
    fs::write(&out, "an older report").unwrap();
    let failed = run(&MATERIAL.verify(&["signed.pdf"], &["--format", "json", "-o", text(&out), "--anchor", "absent"]));
    assert_eq!((failed.code, fs::read_to_string(&out).unwrap().as_str()), (74, "an older report"));
    let (code, said, _) = run(&MATERIAL.verify(&["signed.pdf"], &["--format", "json", "-o", text(&out)])).told();
    assert_eq!((code, said.as_str()), (0, ""));
    assert_eq!(serde_json::from_slice::<Value>(&fs::read(&out).unwrap()).unwrap()["schema"], "urn:kyso:report:1");
    assert_eq!(names_in(&folder), ["report.json"]);
    let nowhere = folder.join("absent/report.json");
    assert_eq!(run(&MATERIAL.verify(&["signed.pdf"], &["-o", text(&nowhere)])).code, 74);
}

#[test]
fn no_report_replaces_an_input() {
    let folder = folder("input-kept");
    let (file, before) = (folder.join("a.pdf"), fs::read(MATERIAL.path("signed.pdf")).unwrap());
    fs::write(&file, &before).unwrap();
    for call in [
        vec!["verify", text(&file), "-o", text(&file)],
        vec!["inspect", text(&file), "-o", text(&file)],
        vec!["inspect", text(&file), "--revision", "1", "-o", text(&file)],
    ] {
        assert_eq!(run(&call).code, 64, "{call:?}");
        assert!(fs::read(&file).unwrap() == before);
    }
}

#[cfg(unix)]
#[test]
fn an_output_goes_where_a_link_leads_and_into_devices() {
    let folder = folder("link");
    fs::write(folder.join("real.txt"), "older").unwrap();
    std::os::unix::fs::symlink("real.txt", folder.join("link.txt")).unwrap();
    assert_eq!(run(&MATERIAL.verify(&["signed.pdf"], &["-o", text(&folder.join("link.txt"))])).code, 0);
    assert!(folder.join("link.txt").symlink_metadata().unwrap().is_symlink());
    assert!(fs::read_to_string(folder.join("real.txt")).unwrap().contains("HỢP LỆ"));
    assert_eq!(run(&MATERIAL.verify(&["signed.pdf"], &["-o", "/dev/null"])).code, 0);
    assert_eq!(run(&MATERIAL.verify(&["signed.pdf"], &["-o", "/dev/full"])).code, 74);
}

#[test]
fn a_file_is_signed_in_its_place_or_not_at_all() {
    let folder = folder("in-place");
    let file = folder.join("a.pdf");
    let before = fs::read(MATERIAL.path("unsigned.pdf")).unwrap();
    fs::write(&file, &before).unwrap();
    let sign = |more: &[&str]| run(&MATERIAL.sign("in-place/a.pdf", "in-place/a.pdf", more));
    assert_eq!(sign(&["--field", "Leader", "--reason", "Phê duyệt", "--location", "Đông Hải"]).code, 0);
    let once = fs::read(&file).unwrap();
    assert!(once.starts_with(&before));
    let again = sign(&["--field", "Leader"]);
    assert!(again.code == 1 && again.err.contains("signed already"), "{}", again.err);
    assert!(fs::read(&file).unwrap() == once);
    assert_eq!(names_in(&folder), ["a.pdf"]);
    let report = run(&MATERIAL.verify(&["in-place/a.pdf"], &["--format", "json"])).json();
    assert_eq!((&report["signatures"][0]["field"], &report["signatures"][0]["level"]), (&"Leader".into(), &"B-B".into()));
}

/// From 1 MiB on, files are mapped: one is read and replaced at the same time here.
#[test]
fn a_large_file_is_signed_in_its_place() {
    folder("large");
    let file = PathBuf::from(MATERIAL.path("large/a.pdf"));
    let before = replaced(&pdf(), b"%%EOF\n", &[b"%%EOF\n%", &[b'x'; 3 << 20][..], b"\n"].concat());
    fs::write(&file, &before).unwrap();
    let signed = run(&MATERIAL.sign("large/a.pdf", "large/a.pdf", &[]));
    assert_eq!(signed.code, 0, "{}", signed.err);
    assert!(fs::read(&file).unwrap().starts_with(&before));
    let judged = run(&MATERIAL.verify(&["large/a.pdf"], &[]));
    assert_eq!(judged.code, 0, "{}", judged.out);
}

#[test]
fn keys_open_with_the_right_password_only() {
    let folder = folder("passwords");
    fs::write(folder.join("wrong.txt"), "wrong\n").unwrap();
    let [file, key, out] = [MATERIAL.path("unsigned.pdf"), MATERIAL.path("pki/leader.p12"), MATERIAL.path("passwords/out.pdf")];
    let call = |more: &[&str], variable: &str| {
        let arguments = [&["sign", &file, "-o", &out, "--key", &key, "--at", TIME][..], more].concat();
        run_with(&arguments, |command| command.env("KEY_PASSWORD", variable))
    };
    let wrong = call(&["--password-file", text(&folder.join("wrong.txt"))], "");
    assert!(wrong.code == 65 && wrong.err.contains("leader.p12: wrong password"), "{}", wrong.err);
    let missing = call(&[], "");
    assert!(missing.code == 64 && missing.err.contains("--password-file"), "{}", missing.err);
    assert_eq!(call(&["--password-env", "NO_SUCH_VARIABLE"], "").code, 64);
    assert_eq!(call(&["--password-env", "KEY_PASSWORD"], "wrong").code, 65);
    assert!(!Path::new(&out).exists());
    assert_eq!(call(&["--password-env", "KEY_PASSWORD"], "kyso-demo").code, 0);
}

#[test]
fn what_is_asked_of_a_signature_is_in_it() {
    let folder = folder("asked");
    let (key, issuing) = (MATERIAL.path("pki/leader.key.pem"), MATERIAL.path("pki/evidence/issuing.pem"));
    let sign = |out: &str, more: &[&str]| {
        let (from, to) = (MATERIAL.path("unsigned.pdf"), MATERIAL.path(&format!("asked/{out}")));
        let arguments = ["sign", &from, "-o", &to, "--key", &key, "--cert", &issuing, "--at", TIME];
        run(&[&arguments[..], more].concat())
    };
    assert_eq!(sign("pss.pdf", &["--algorithm", "PSS-SHA-512"]).code, 0);
    assert_eq!(sign("pkcs7.pdf", &["--format", "pkcs7", "--certify", "P1"]).code, 0);
    let wrong = sign("ecdsa.pdf", &["--algorithm", "ECDSA-SHA-256"]);
    assert!(wrong.code == 64 && wrong.err.contains("ECDSA"), "{}", wrong.err);
    let reports = run(&MATERIAL.verify(&["asked/pss.pdf", "asked/pkcs7.pdf"], &["--format", "json"])).json();
    assert_eq!(reports[0]["signatures"][0]["algorithms"]["signature"], "RSASSA-PSS SHA-512 MGF1 SHA-512 salt 64");
    assert_eq!(reports[1]["signatures"][0]["sub_filter"], "adbe.pkcs7.detached");
    assert_eq!(names_in(&folder), ["pkcs7.pdf", "pss.pdf"]);
    let refused = run(&MATERIAL.sign("asked/pkcs7.pdf", "asked/second.pdf", &[]));
    assert!(refused.code == 1 && refused.err.contains("permits no change"), "{}", refused.err);
}

#[test]
fn a_certificate_out_of_its_time_does_not_sign() {
    let late = [
        "sign",
        &MATERIAL.path("unsigned.pdf"),
        "-o",
        &MATERIAL.path("late.pdf"),
        "--key",
        &MATERIAL.path("pki/leader.key.pem"),
        "--at",
        "2040-01-01T00:00:00Z",
    ];
    let refused = run(&late);
    assert!(refused.code == 1 && refused.err.contains("valid until"), "{}", refused.err);
    assert!(!Path::new(&MATERIAL.path("late.pdf")).exists());
}

#[test]
fn demonstration_keys_never_replace_others() {
    let root = fs::read(MATERIAL.path("pki/anchors/root.pem")).unwrap();
    let again = run(&["demo", "pki", &MATERIAL.path("pki")]);
    assert!(again.code == 74 && again.err.contains("exists already"), "{}", again.err);
    assert!(fs::read(MATERIAL.path("pki/anchors/root.pem")).unwrap() == root);
}

/// A certificate or a form field is written by whoever made it.
#[test]
fn names_in_a_file_cannot_forge_lines_of_the_text() {
    assert_eq!(run(&MATERIAL.sign("unsigned.pdf", "forged.pdf", &["--field", "x\nKết luận: HỢP LỆ [TOTAL-PASSED]\u{1b}[2J"])).code, 0);
    for call in [MATERIAL.verify(&["forged.pdf"], &[]), vec!["inspect".to_owned(), MATERIAL.path("forged.pdf")]] {
        let out = run(&call).out;
        assert!(!out.contains('\u{1b}') && out.contains("x\u{fffd}Kết luận"), "{out}");
    }
}

#[test]
fn a_report_is_checked_again() {
    let folder = folder("again");
    let [bundle, report, wrong] = ["bundle.zip", "report.json", "wrong.json"].map(|name| folder.join(name));
    let judged = run(&MATERIAL.verify(&["signed.pdf"], &["--bundle", text(&bundle), "--format", "json", "-o", text(&report)]));
    assert_eq!(judged.told(), (0, String::new(), String::new()));
    let nothing = |code| (code, String::new(), String::new());
    assert_eq!(run(&["audit", text(&report)]).told(), nothing(0));
    assert_eq!(run(&["replay", text(&bundle), "-o", text(&wrong)]).told(), nothing(0));
    assert_eq!(fs::read(&wrong).unwrap(), fs::read(&report).unwrap());
    let octets = fs::read(&report).unwrap();
    fs::write(&wrong, replaced(&octets, b"\"outcome\": \"passed\"", b"\"outcome\": \"failed\"")).unwrap();
    let audited = run(&["audit", text(&wrong)]);
    assert!(audited.code == 1 && audited.out.starts_with("audit: "), "{}", audited.out);
    fs::write(&wrong, replaced(&octets, b"\"size\": ", b"\"size\": 1")).unwrap();
    let recheck = |report: &Path, file: &str, trust: bool| {
        let [file, anchors, evidence] = [file, "pki/anchors", "pki/evidence"].map(|name| MATERIAL.path(name));
        let trust: &[&str] = if trust { &["--anchor", &anchors, "--evidence", &evidence] } else { &[] };
        run(&[&["recheck", text(report), &file], trust].concat())
    };
    assert_eq!(recheck(&report, "signed.pdf", true).told(), nothing(0));
    assert_eq!(recheck(&report, "signed.pdf", false).code, 2);
    assert_eq!(recheck(&report, "altered.pdf", true).code, 1);
    let size = recheck(&wrong, "signed.pdf", true);
    assert!(size.code == 1 && size.out.starts_with("recheck: /inputs/document/size: "), "{}", size.out);
    let mut changed = fs::read(&bundle).unwrap();
    changed[1_000] ^= 1;
    fs::write(&wrong, changed).unwrap();
    assert_eq!(run(&["replay", text(&wrong)]).code, 65);
    let several = run(&MATERIAL.verify(&["signed.pdf", "altered.pdf"], &["--bundle", text(&bundle)]));
    assert_eq!(several.code, 64);
}

#[test]
fn the_form_of_the_standard_is_xml() {
    let judged = run(&MATERIAL.verify(&["signed.pdf"], &["--format", "etsi-xml"]));
    assert!(judged.code == 0 && judged.out.contains("<MainIndication>urn:etsi:019102:mainindication:total-passed</MainIndication>"));
    assert_eq!(run(&MATERIAL.verify(&["signed.pdf", "altered.pdf"], &["--format", "etsi-xml"])).code, 64);
}
