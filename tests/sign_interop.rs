//! What we sign is accepted by programs that nobody here wrote: qpdf, poppler's pdfsig, MuPDF, OpenSSL, pyHanko.
//!
//! `KYSO_INTEROP` names a Python virtual environment with pyHanko; the other programs are on the path.

#[path = "signing/files.rs"]
mod files;
#[path = "signing/keys.rs"]
mod keys;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use files::{hybrid, plain, stream, table, with_field};
use keys::{Pki, signing_time};
use kyso::creation::{Appearance, FieldLock, Permission};
use kyso::crypto::{Curve, DigestAlgorithm, PssParameters, SignatureAlgorithm};
use kyso::testkit::KeyParameters;
use kyso::{Document, Profile, Signer as _, SoftwareSigner, sign};

/// A file to be signed, and how it is opened.
struct Input {
    name: &'static str,
    octets: Vec<u8>,
    password: &'static str,
}

/// A signed file.
struct Output {
    path: PathBuf,
    password: &'static str,
    signatures: usize,
    /// What lacks the algorithm, or the encryption, of this file.
    beyond: &'static [&'static str],
}

struct Matrix {
    folder: PathBuf,
    outputs: Vec<Output>,
}

#[test]
fn others_accept_what_we_sign() {
    let Some(environment) = std::env::var_os("KYSO_INTEROP") else {
        println!("sign_interop: skipped, KYSO_INTEROP does not name a virtual environment with pyHanko");
        return;
    };
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("sign_interop");
    std::fs::create_dir_all(&folder).unwrap();
    let mut pki = Pki::new();
    let root = folder.join("root.pem");
    std::fs::write(folder.join("root.der"), &pki.root.certificate).unwrap();
    assert!(run(Command::new("openssl").args(["x509", "-inform", "DER", "-in"]).arg(folder.join("root.der")).arg("-out").arg(&root)).0);
    let rsa = pki.entity(&Pki::template("Leader"), KeyParameters::Rsa(2048));
    let rsa = |pki: &Pki| pki.signer_of(&rsa);
    let mut matrix = Matrix { folder, outputs: Vec::new() };
    matrix.structures(&rsa(&pki));
    matrix.algorithms(&mut pki, rsa);
    matrix.profiles(&rsa(&pki));

    let faults = matrix.faults(&root, Path::new(&environment));
    println!("sign_interop: {} files, {} faults", matrix.outputs.len(), faults.len());
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

impl Matrix {
    fn sign(&mut self, name: &str, input: &Input, signer: &SoftwareSigner, profiles: &[Profile]) {
        let mut octets = input.octets.clone();
        for profile in profiles {
            let document = Document::pdf_with_password(&octets, input.password).unwrap_or_else(|fault| panic!("{name}: {fault}"));
            octets = sign(&document, profile, signer).unwrap_or_else(|fault| panic!("{name}: {fault}"));
        }
        let path = self.folder.join(format!("{name}.pdf"));
        std::fs::write(&path, &octets).unwrap();
        self.outputs.push(Output { path, password: input.password, signatures: profiles.len(), beyond: &[] });
    }

    /// Every kind of file structure, signed once and three times.
    fn structures(&mut self, signer: &SoftwareSigner) {
        for input in inputs(&self.folder) {
            let reason = || Profile::pades_b_b(signing_time()).reason("Phê duyệt kết quả");
            self.sign(input.name, &input, signer, &[reason()]);
            self.sign(&format!("{}-3", input.name), &input, signer, &[reason(), reason(), reason()]);
            if input.name == "aes-256-r5" {
                // Revision 5, which no standard has, is not pyHanko's.
                self.outputs.iter_mut().rev().take(2).for_each(|output| output.beyond = &["pyHanko"]);
            }
        }
    }

    fn algorithms(&mut self, pki: &mut Pki, rsa: impl Fn(&Pki) -> SoftwareSigner) {
        let digests = [DigestAlgorithm::Sha256, DigestAlgorithm::Sha384, DigestAlgorithm::Sha512];
        let pss =
            |digest: DigestAlgorithm| SignatureAlgorithm::RsaPss(PssParameters { digest, mask_digest: digest, salt: digest.output() });
        let rsa_algorithms = digests.into_iter().flat_map(|digest| [SignatureAlgorithm::RsaPkcs1(digest), pss(digest)]);
        let mut signers: Vec<SoftwareSigner> = rsa_algorithms.map(|algorithm| rsa(pki).with_algorithm(algorithm).unwrap()).collect();
        let kinds =
            [KeyParameters::Ec(Curve::P256), KeyParameters::Ec(Curve::P384), KeyParameters::Ec(Curve::P521), KeyParameters::Ed25519];
        signers.extend(kinds.into_iter().map(|kind| pki.signer("Curve", kind)));
        let input = Input { name: "algorithm", octets: table(&plain(), ""), password: "" };
        for (number, signer) in signers.iter().enumerate() {
            self.sign(&format!("algorithm-{number}"), &input, signer, &[Profile::pades_b_b(signing_time())]);
            self.outputs.last_mut().unwrap().beyond = match signer.algorithm() {
                // MuPDF calls the PKCS #7 functions of OpenSSL, which are older than PSS.
                SignatureAlgorithm::RsaPss(_) => &["mutool sign"],
                // NSS has no Ed25519, and OpenSSL 3.0 has it everywhere but in CMS.
                SignatureAlgorithm::Ed25519 => &["mutool sign", "pdfsig", "openssl"],
                _ => &[],
            };
        }
    }

    fn profiles(&mut self, signer: &SoftwareSigner) {
        let input = |octets| Input { name: "profile", octets, password: "" };
        let plain = input(table(&plain(), ""));
        let field = |more| input(table(&with_field(more), ""));
        let new = || Profile::pades_b_b(signing_time());
        let appearance = Appearance { content: b"0.8 0.1 0.1 RG 2 w 1 1 198 58 re S".to_vec(), ..Appearance::default() };
        let texts = || new().reason("Kết quả").location("Hạ Long").name("UBND phường").contact("0203");
        let named = |name: &str| vec![name.to_owned()];
        for (name, input, profiles) in [
            ("pkcs7", &plain, vec![Profile::pkcs7_detached(signing_time())]),
            ("texts", &plain, vec![texts()]),
            ("certified-1", &plain, vec![new().certify(Permission::P1)]),
            ("certified-2-and-signed", &plain, vec![new().certify(Permission::P2), new(), new()]),
            ("certified-3-and-signed", &plain, vec![new().certify(Permission::P3), new()]),
            ("visible", &plain, vec![new().rectangle([300.0, 100.0, 500.0, 160.0]).appearance(appearance.clone())]),
            ("field", &field(""), vec![new().field("leader")]),
            ("field-appearance", &field(""), vec![new().field("leader").appearance(appearance)]),
            ("field-and-another", &field(""), vec![new().field("leader"), new().field("seal")]),
            ("field-lock", &field("/Lock 8 0 R"), vec![new().field("leader")]),
            (
                "field-seed-value",
                &field("/SV << /Type /SV /Ff 66 /SubFilter [/ETSI.CAdES.detached] /DigestMethod [(SHA256)] >>"),
                vec![new().field("leader")],
            ),
            ("lock-include", &plain, vec![new().lock(FieldLock::Include(named("date"))), new()]),
            ("lock-exclude", &plain, vec![new().lock(FieldLock::Exclude(named("seal"))), new().field("seal")]),
            ("lock-all", &plain, vec![new().lock(FieldLock::All)]),
            ("lock-document", &plain, vec![new().lock_document(Permission::P2), new()]),
        ] {
            self.sign(&format!("profile-{name}"), input, signer, &profiles);
        }
    }

    fn faults(&self, root: &Path, environment: &Path) -> Vec<String> {
        let mut faults = Vec::new();
        for output in &self.outputs {
            let name = output.path.file_name().unwrap().to_string_lossy().into_owned();
            let mut check = |tool: &str, fault: Option<String>| {
                faults.extend(fault.filter(|_| !output.beyond.contains(&tool)).map(|fault| format!("{name}: {tool}: {fault}")));
            };
            check("qpdf", qpdf(output));
            check("mutool", mutool(output));
            check("mutool sign", mutool_sign(output));
            check("pdfsig", pdfsig(output));
            check("openssl", openssl(output, root, &self.folder));
        }
        faults.extend(self.pyhanko(root, environment));
        faults
    }

    fn pyhanko(&self, root: &Path, environment: &Path) -> Vec<String> {
        let mut list = String::new();
        let outputs = || self.outputs.iter().filter(|output| !output.beyond.contains(&"pyHanko"));
        outputs().for_each(|output| writeln!(list, "{}\t{}", output.path.display(), output.password).unwrap());
        let list_path = self.folder.join("list.tsv");
        std::fs::write(&list_path, list).unwrap();
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/interop/pyhanko_validate.py");
        let run = Command::new(environment.join("bin/python")).arg(script).arg(root).arg(&list_path).output().unwrap();
        let said = String::from_utf8_lossy(&run.stdout).into_owned();
        let mut faults: Vec<String> =
            said.lines().filter(|line| line.split('\t').nth(2) != Some("VALID")).map(|line| format!("pyHanko: {line}")).collect();
        let expected: usize = outputs().map(|output| output.signatures).sum();
        if said.lines().count() != expected {
            faults.push(format!("pyHanko: {} signatures, not {expected}: {}", said.lines().count(), String::from_utf8_lossy(&run.stderr)));
        }
        faults
    }
}

/// Files of every structure: our own, and those that qpdf makes of them.
fn inputs(folder: &Path) -> Vec<Input> {
    let own = |name, octets| Input { name, octets, password: "" };
    let mut inputs = vec![own("table", table(&plain(), "")), own("stream", stream(&plain(), "")), own("hybrid", hybrid(&plain()))];
    let encrypt = |bits: &'static str, more: &[&'static str]| {
        [&["--allow-weak-crypto", "--encrypt", "user", "owner", bits][..], more, &["--"]].concat()
    };
    for (name, password, options) in [
        ("linearised", "", vec!["--linearize"]),
        ("object-streams", "", vec!["--object-streams=generate"]),
        ("object-streams-linearised", "", vec!["--object-streams=generate", "--linearize"]),
        ("rc4-40", "user", encrypt("40", &[])),
        ("rc4-128", "user", encrypt("128", &["--use-aes=n"])),
        ("aes-128", "user", encrypt("128", &["--use-aes=y"])),
        ("aes-256", "user", encrypt("256", &[])),
        ("aes-256-r5", "owner", encrypt("256", &["--force-R5"])),
        ("aes-128-clear-metadata", "user", encrypt("128", &["--use-aes=y", "--cleartext-metadata"])),
        ("aes-256-object-streams", "owner", [vec!["--object-streams=generate"], encrypt("256", &["--modify=none"])].concat()),
        ("aes-256-empty-password", "", vec!["--encrypt", "", "owner", "256", "--"]),
    ] {
        let (from, to) = (folder.join("plain.pdf"), folder.join(format!("{name}.in.pdf")));
        std::fs::write(&from, table(&files::with(with_field(""), &[(8, "<< /Title (Ket qua) >>")]), "/Info 8 0 R")).unwrap();
        let run = Command::new("qpdf").args(&options).arg(&from).arg(&to).output().expect("qpdf");
        assert!(run.status.success(), "{name}: {}", String::from_utf8_lossy(&run.stderr));
        inputs.push(Input { name, octets: std::fs::read(to).unwrap(), password });
    }
    inputs
}

fn run(command: &mut Command) -> (bool, String) {
    let run = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    (run.status.success(), format!("{}{}", String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr)))
}

fn qpdf(output: &Output) -> Option<String> {
    let (success, said) = run(Command::new("qpdf").arg("--check").arg(format!("--password={}", output.password)).arg(&output.path));
    (!success || said.contains("WARNING")).then_some(said)
}

fn mutool(output: &Output) -> Option<String> {
    let (success, said) = run(Command::new("mutool").args(["info", "-p", output.password]).arg(&output.path));
    (!success || said.contains("error") || said.contains("warning")).then_some(said)
}

fn mutool_sign(output: &Output) -> Option<String> {
    let (_, said) = run(Command::new("mutool").args(["sign", "-v", "-p", output.password]).arg(&output.path));
    let unchanged = said.matches("The document is unchanged since signing.").count();
    let earlier = said.matches("The signature is valid but there have been edits since signing.").count();
    (unchanged != 1 || unchanged + earlier != output.signatures).then_some(said)
}

fn pdfsig(output: &Output) -> Option<String> {
    let password = if output.password == "owner" { "-opw" } else { "-upw" };
    let (_, said) = run(Command::new("pdfsig").args(["-nocert", password, output.password]).arg(&output.path));
    let valid = said.matches("Signature is Valid.").count();
    let whole = said.matches("Total document signed").count();
    (valid != output.signatures || whole != 1).then_some(said)
}

/// The CMS of every signature over the octets that its byte range covers, cut out without our reader.
fn openssl(output: &Output, root: &Path, folder: &Path) -> Option<String> {
    let file = std::fs::read(&output.path).unwrap();
    let key = b"/ByteRange [";
    let places: Vec<usize> = (0..file.len() - key.len()).filter(|at| file[*at..].starts_with(key)).collect();
    if places.len() != output.signatures {
        return Some(format!("{} byte ranges, not {}", places.len(), output.signatures));
    }
    places.into_iter().find_map(|at| {
        let text = String::from_utf8_lossy(&file[at + key.len()..at + 100]).into_owned();
        let numbers: Vec<usize> = text.split(']').next().unwrap().split_whitespace().map(|number| number.parse().unwrap()).collect();
        let digits = std::str::from_utf8(&file[numbers[1] + 1..numbers[2] - 1]).unwrap();
        let padded: Vec<u8> = (0..digits.len() / 2).map(|at| u8::from_str_radix(&digits[2 * at..2 * at + 2], 16).unwrap()).collect();
        let length = 4 + usize::from(padded[2]) * 256 + usize::from(padded[3]);
        let (cms, content) = (folder.join("cms.der"), folder.join("content.bin"));
        std::fs::write(&cms, &padded[..length]).unwrap();
        std::fs::write(&content, [&file[..numbers[1]], &file[numbers[2]..numbers[2] + numbers[3]]].concat()).unwrap();
        let time = signing_time().unix().to_string();
        let mut command = Command::new("openssl");
        command.args(["cms", "-verify", "-binary", "-inform", "DER", "-purpose", "any", "-attime", &time, "-cades", "-out", "/dev/null"]);
        let (success, said) = run(command.arg("-in").arg(&cms).arg("-content").arg(&content).arg("-CAfile").arg(root));
        (!success).then_some(said)
    })
}
