//! `openssl verify -crl_check_all` as a second opinion on the demonstration PKI, plain and with each quirk: who is believed, and why not.

mod common;

use std::path::{Path, PathBuf};
use std::process::Command;

use common::Conformance;
use kyso::context::Purpose;
use kyso::encoding::pem;
use kyso::pki::{Certificate, CertificateList};
use kyso::report::SubIndication;
use kyso::report::json::Origin;
use kyso::testkit::{DemoPki, Entity, Quirk};
use kyso::{Context, Evidence, Policy, Time, TrustAnchors, path};

const ACCEPTED: &str = "accepted";
const REVOKED: &str = "revoked";
const REFUSED: &str = "refused";

fn time() -> Time {
    Time::from_unix(1_795_316_400)
}

/// One question to both: who is asked about, whom the relying party trusts, what it has, and when.
#[derive(Clone)]
struct Question<'a> {
    name: &'static str,
    target: &'a Entity,
    anchor: &'a [u8],
    certificates: Vec<&'a [u8]>,
    lists: Vec<&'a [u8]>,
    time: Time,
}

#[test]
fn openssl_believes_whom_we_believe() {
    if Command::new("openssl").arg("version").output().is_err() {
        println!("openssl_interop: skipped, there is no openssl on the path");
        return;
    }
    let mut conformance = Conformance::of("openssl-verify");
    let other = DemoPki::new([13; 32], time()).unwrap();
    for quirk in std::iter::once(None).chain(Quirk::ALL.map(Some)) {
        let pki = DemoPki::with_quirks([12; 32], time(), quirk.as_slice()).unwrap();
        let named = quirk.map_or("plain", |quirk| quirk.described().0);
        for question in questions(&pki, &other) {
            let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("openssl_interop").join(named).join(question.name);
            conformance.case(&format!("{named}/{}", question.name), &of_openssl(&folder, &question), &of_ours(&question));
        }
    }
    conformance.finish();
}

/// The good case first, then its bad twins, each one change apart.
fn questions<'a>(pki: &'a DemoPki, other: &'a DemoPki) -> Vec<Question<'a>> {
    let authorities = [&pki.issuing].into_iter().chain(&pki.other_authorities);
    let good = Question {
        name: "leader",
        target: &pki.leader,
        anchor: &pki.root.certificate,
        certificates: authorities.map(|authority| &authority.certificate[..]).collect(),
        lists: [&pki.root_list, &pki.issuing_list].into_iter().chain(&pki.other_lists).map(|list| &list[..]).collect(),
        time: time(),
    };
    let end = Certificate::from_der(&pki.leader.certificate).unwrap().not_after();
    vec![
        Question { name: "former-leader", target: &pki.former_leader, ..good.clone() },
        Question { name: "organisation", target: &pki.organisation, ..good.clone() },
        Question { name: "another-anchor", anchor: &other.root.certificate, ..good.clone() },
        Question { name: "no-authority", certificates: Vec::new(), ..good.clone() },
        Question { name: "no-lists", lists: Vec::new(), ..good.clone() },
        Question { name: "another-leader", target: &other.leader, ..good.clone() },
        Question { name: "ended", time: end.plus_seconds(1), ..good.clone() },
        good,
    ]
}

fn of_ours(question: &Question<'_>) -> String {
    let read = |der: &[u8]| Certificate::from_der(der).unwrap();
    let (mut anchors, mut evidence) = (TrustAnchors::none(), Evidence::none());
    anchors.add_der(question.anchor).unwrap();
    question.certificates.iter().for_each(|der| evidence.add_certificate(read(der), Origin::Supplied));
    question.lists.iter().for_each(|der| evidence.add_crl(CertificateList::from_der(der).unwrap(), Origin::Supplied));
    let (policy, time) = (Policy::etsi_basic(), question.time);
    let context = Context { policy: &policy, anchors: &anchors, evidence: &evidence, time, existence: None };
    let request = path::Request { purpose: Purpose::Any, ..path::Request::default() };
    let report = path::validate(&read(&question.target.certificate), &request, &context);
    match report.checks.conclusion.sub_indication {
        None => ACCEPTED.into(),
        Some(SubIndication::RevokedNoPoe) => REVOKED.into(),
        Some(_) => REFUSED.into(),
    }
}

fn of_openssl(folder: &Path, question: &Question<'_>) -> String {
    std::fs::create_dir_all(folder).unwrap();
    let file = |name: &str, label: &str, objects: &[&[u8]]| {
        let path = folder.join(name);
        std::fs::write(&path, objects.iter().map(|der| pem::write(label, der)).collect::<String>()).unwrap();
        path
    };
    let mut command = Command::new("openssl");
    command.args(["verify", "-crl_check_all", "-no-CApath", "-no-CAstore", "-attime", &question.time.unix().to_string()]);
    command.arg("-CAfile").arg(file("anchor.pem", "CERTIFICATE", &[question.anchor]));
    if !question.certificates.is_empty() {
        command.arg("-untrusted").arg(file("authorities.pem", "CERTIFICATE", &question.certificates));
    }
    if !question.lists.is_empty() {
        command.arg("-CRLfile").arg(file("lists.pem", "X509 CRL", &question.lists));
    }
    let output = command.arg(file("target.pem", "CERTIFICATE", &[&question.target.certificate])).output().unwrap();
    if output.status.success() {
        return ACCEPTED.into();
    }
    // `error 23 at 0 depth lookup: certificate revoked`, X509_V_ERR_* of `x509_vfy.h`. Of several paths the two tell another one, so that only
    // revocation, which no other path can mend, is told alike.
    let told = String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout);
    let errors = || told.lines().filter_map(|line| line.strip_prefix("error ")?.split(' ').next());
    assert!(errors().count() > 0, "{}: no verdict but: {told}", folder.display());
    if errors().any(|number| number == "23") { REVOKED.into() } else { REFUSED.into() }
}
