//! RFC 3161: requests, tokens and responses, each good one with its bad twins, and `openssl ts` as a second opinion.

use std::path::PathBuf;
use std::process::Command;

use kyso::Time;
use kyso::crypto::DigestAlgorithm;
use kyso::encoding::pem;
use kyso::pki::{TimestampError, TimestampRequest, TimestampResponse, object_id};
use kyso::testkit::timestamp::{POLICY, timestamp_refusal, timestamp_response};
use kyso::testkit::{DemoPki, EssReference, Timestamp, TimestampFault};

const NONCE: [u8; 8] = [0x91, 2, 3, 4, 5, 6, 7, 8];
const OCTETS: &[u8] = b"octets to be timestamped";

fn time() -> Time {
    Time::from_unix(1_795_316_400)
}

fn pki() -> DemoPki {
    DemoPki::new([31; 32], time()).unwrap()
}

fn request(algorithm: DigestAlgorithm) -> TimestampRequest {
    TimestampRequest::new(algorithm, &algorithm.digest(OCTETS), Some(&NONCE)).unwrap()
}

/// What the authority answers, with one change.
fn answer(pki: &DemoPki, request: &TimestampRequest, change: impl FnOnce(Timestamp) -> Timestamp) -> Vec<u8> {
    let timestamp = Timestamp::answering(request, time()).unwrap().with_certificates(&[&pki.timestamping, &pki.issuing]);
    timestamp_response(&pki.timestamping.timestamp_token(&change(timestamp)).unwrap())
}

fn error(change: impl FnOnce(Timestamp) -> Timestamp) -> Option<TimestampError> {
    let request = request(DigestAlgorithm::Sha256);
    let response = TimestampResponse::from_der(&answer(&pki(), &request, change)).unwrap();
    request.answered_by(&response).err()
}

#[test]
fn a_request_says_what_it_was_made_of_and_is_read_again() {
    let request =
        TimestampRequest::of_policy(DigestAlgorithm::Sha384, &DigestAlgorithm::Sha384.digest(OCTETS), Some(&NONCE), Some(POLICY)).unwrap();
    let again = TimestampRequest::from_der(request.octets()).unwrap();
    assert_eq!(again.octets(), request.octets());
    assert_eq!(again.imprint.octets(), DigestAlgorithm::Sha384.digest(OCTETS));
    assert!(again.policy.unwrap() == POLICY && again.certificate_wanted);
    // The first bit of the nonce is set: a zero keeps the number positive.
    assert_eq!(again.nonce.unwrap().octets(), [&[0], &NONCE[..]].concat());
    assert!(TimestampRequest::from_der(&[request.octets(), &[0]].concat()).is_err());
}

#[test]
fn a_request_needs_a_digest_of_its_algorithm_and_a_nonce_of_some_length() {
    let sha256 = DigestAlgorithm::Sha256;
    assert!(TimestampRequest::new(sha256, &[0; 32], None).is_ok());
    assert!(TimestampRequest::new(sha256, &[0; 31], None).is_err());
    assert!(TimestampRequest::new(sha256, &[0; 32], Some(&[])).is_err());
    assert!(TimestampRequest::new(sha256, &[0; 32], Some(&[1; 65])).is_err());
}

#[test]
fn the_answer_to_a_request_is_its_token() {
    for algorithm in [DigestAlgorithm::Sha256, DigestAlgorithm::Sha384, DigestAlgorithm::Sha512] {
        let request = request(algorithm);
        let response = TimestampResponse::from_der(&answer(&pki(), &request, |timestamp| timestamp)).unwrap();
        assert_eq!(request.answered_by(&response).unwrap().info.imprint.octets(), algorithm.digest(OCTETS));
    }
    for reference in [EssReference::Version1, EssReference::Both, EssReference::Version2By(DigestAlgorithm::Sha512)] {
        assert_eq!(error(|timestamp| Timestamp { reference, ..timestamp }), None);
    }
}

#[test]
fn a_token_that_is_not_the_answer_is_refused_by_name() {
    use TimestampError as Error;
    let other = |fault| error(|timestamp| timestamp.with_fault(fault));
    assert_eq!(error(|timestamp| Timestamp { nonce: Some(vec![1]), ..timestamp }), Some(Error::Nonce));
    assert_eq!(error(|timestamp| Timestamp { nonce: None, ..timestamp }), Some(Error::Nonce));
    assert_eq!(error(|timestamp| Timestamp { imprint: vec![0; 32], ..timestamp }), Some(Error::Imprint));
    let sha384 = DigestAlgorithm::Sha384;
    let imprint_algorithm = error(|timestamp| Timestamp { imprint_algorithm: sha384, imprint: sha384.digest(OCTETS), ..timestamp });
    assert_eq!(imprint_algorithm, Some(Error::Imprint));
    assert_eq!(error(|timestamp| Timestamp { version: 2, ..timestamp }), Some(Error::Version(2)));
    assert_eq!(error(|timestamp| Timestamp { certificates: Vec::new(), ..timestamp }), Some(Error::CertificateMissing));
    assert_eq!(error(|timestamp| Timestamp { reference: EssReference::Absent, ..timestamp }), Some(Error::CertificateReference));
    let of_another = EssReference::Of(pki().leader.certificate);
    assert_eq!(error(|timestamp| Timestamp { reference: of_another, ..timestamp }), Some(Error::CertificateReference));
    assert_eq!(other(TimestampFault::SignatureAltered), Some(Error::Signature));
    assert_eq!(other(TimestampFault::ContentAltered), Some(Error::Signature));
    assert_eq!(other(TimestampFault::MessageDigestMissing), Some(Error::Signature));
    assert_eq!(other(TimestampFault::TwoSigners), Some(Error::Signers(2)));
    assert!(matches!(other(TimestampFault::OtherContentType), Some(Error::Malformed(_))));
    assert!(matches!(other(TimestampFault::ContentMissing), Some(Error::Malformed(_))));
}

#[test]
fn a_policy_that_was_asked_for_is_the_one_given() {
    let imprint = DigestAlgorithm::Sha256.digest(OCTETS);
    let request = TimestampRequest::of_policy(DigestAlgorithm::Sha256, &imprint, None, Some(POLICY)).unwrap();
    let given = |policy| TimestampResponse::from_der(&answer(&pki(), &request, |asked| Timestamp { policy, ..asked })).unwrap();
    assert!(request.answered_by(&given(POLICY)).is_ok());
    let refused = request.answered_by(&given(object_id::ANY_POLICY)).unwrap_err();
    assert_eq!(refused, TimestampError::Policy { asked: POLICY.to_string(), given: "2.5.29.32.0".into() });
    // Who asks for none takes what is given; a nonce that nobody asked for is another's answer.
    let request = TimestampRequest::new(DigestAlgorithm::Sha256, &imprint, None).unwrap();
    let response = answer(&pki(), &request, |asked| Timestamp { policy: object_id::ANY_POLICY, ..asked });
    assert!(request.answered_by(&TimestampResponse::from_der(&response).unwrap()).is_ok());
    let response = answer(&pki(), &request, |asked| Timestamp { nonce: Some(vec![1]), ..asked });
    assert_eq!(request.answered_by(&TimestampResponse::from_der(&response).unwrap()).unwrap_err(), TimestampError::Nonce);
}

#[test]
fn a_refusal_says_why() {
    let refused = |response: Vec<u8>| {
        request(DigestAlgorithm::Sha256).answered_by(&TimestampResponse::from_der(&response).unwrap()).unwrap_err().to_string()
    };
    assert_eq!(refused(timestamp_refusal(2, "no clock", Some(14))), "the timestamp was refused: status 2, timeNotAvailable: no clock");
    assert_eq!(refused(timestamp_refusal(2, "", Some(0))), "the timestamp was refused: status 2, badAlg: ");
    assert_eq!(refused(timestamp_refusal(0, "granted", None)), "the response grants a timestamp and has none");
}

/// `openssl ts -verify` with the request, and the demonstration's root as the anchor.
#[test]
fn openssl_accepts_the_answers_that_we_accept() {
    if Command::new("openssl").arg("version").output().is_err() {
        println!("timestamps: skipped, there is no openssl on the path");
        return;
    }
    let pki = pki();
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("openssl_ts");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("root.pem"), pem::write("CERTIFICATE", &pki.root.certificate)).unwrap();
    let accepts = |name: &str, request: &TimestampRequest, response: &[u8]| {
        let file = |kind: &str, octets: &[u8]| {
            let path = folder.join(format!("{name}.{kind}"));
            std::fs::write(&path, octets).unwrap();
            path
        };
        let mut command = Command::new("openssl");
        command.args(["ts", "-verify", "-attime", &time().unix().to_string()]).arg("-CAfile").arg(folder.join("root.pem"));
        let command = command.arg("-queryfile").arg(file("tsq", request.octets())).arg("-in").arg(file("tsr", response));
        let output = command.output().unwrap();
        let told = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.success(), told.contains("Verification: OK"), "{told}");
        (output.status.success(), told)
    };
    for algorithm in [DigestAlgorithm::Sha256, DigestAlgorithm::Sha384, DigestAlgorithm::Sha512] {
        let request = request(algorithm);
        let (accepted, told) = accepts(algorithm.name(), &request, &answer(&pki, &request, |timestamp| timestamp));
        assert!(accepted, "{}: {told}", algorithm.name());
    }
    type Change = fn(Timestamp) -> Timestamp;
    let changes: [(&str, Change, bool); 8] = [
        ("ess-v1", |it| Timestamp { reference: EssReference::Version1, ..it }, true),
        ("ess-both", |it| Timestamp { reference: EssReference::Both, ..it }, true),
        ("ordering", |it| Timestamp { ordering: true, ..it }, true),
        ("nonce", |it| Timestamp { nonce: Some(vec![1]), ..it }, false),
        ("imprint", |it| Timestamp { imprint: vec![0; 32], ..it }, false),
        ("signature", |it| it.with_fault(TimestampFault::SignatureAltered), false),
        ("content", |it| it.with_fault(TimestampFault::ContentAltered), false),
        ("no-reference", |it| Timestamp { reference: EssReference::Absent, ..it }, false),
    ];
    for (name, change, expected) in changes {
        let request = request(DigestAlgorithm::Sha256);
        let response = answer(&pki, &request, change);
        let ours = request.answered_by(&TimestampResponse::from_der(&response).unwrap());
        assert_eq!(ours.is_ok(), expected, "{name}: {ours:?}");
        let (accepted, told) = accepts(name, &request, &response);
        assert_eq!(accepted, expected, "{name}: {told}");
    }
}
