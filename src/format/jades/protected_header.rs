//! RFC 7515 §4, ETSI TS 119 182-1 §5.1, §5.2 — Header parameters that the signature protects

use super::evidence;
use super::payload::SigD;
use crate::crypto::jwa::JsonAlgorithm;
use crate::crypto::{Curve, DigestAlgorithm, SignatureAlgorithm};
use crate::encoding::json::{self, Node, Value};
use crate::encoding::{base64, base64url};
use crate::format::signature::{CertificateReference, NamedPolicy};
use crate::limits::Limits;
use crate::pki::ess::IssuerSerial;
use crate::pki::{Certificate, TimestampToken};
use crate::report::{Fact, Recorder, Stop, checks};
use crate::time::Time;

checks! {
    READABLE = "protected_header.readable", "RFC 7515 §5.2 (2), (3)", Failed(FormatFailure),
        "The protected header cannot be read: {what}.", "Không đọc được phần đầu được bảo vệ.";
    DISJOINT = "protected_header.names_disjoint", "RFC 7515 §7.2.1", Failed(FormatFailure),
        "The header parameter {name} stands both where it is protected and where it is not.",
        "Tham số {name} vừa nằm trong phần được bảo vệ vừa nằm ngoài.";
    ALGORITHM_PROTECTED = "protected_header.algorithm_protected", "ETSI TS 119 182-1 §5.1.2", Failed(FormatFailure),
        "The protected header does not name the algorithm.", "Phần đầu được bảo vệ không ghi thuật toán.";
    ALGORITHM_SIGNS = "protected_header.algorithm_signs", "RFC 7518 §3.2, §3.6", Failed(FormatFailure),
        "The algorithm {algorithm} makes no signature: whoever verifies could have made it.",
        "Thuật toán {algorithm} không phải là chữ ký: chính bên kiểm tra cũng có thể tạo ra.";
    ALGORITHM_KNOWN = "protected_header.algorithm_known", "RFC 7518 §3.1", Indeterminate(CryptoConstraintsFailureNoPoe),
        "The signature algorithm {algorithm} is not one that can be judged.", "Thuật toán ký {algorithm} không thuộc các thuật toán có thể kiểm tra.";
    CRITICAL_UNDERSTOOD = "protected_header.critical_understood", "RFC 7515 §4.1.11", Failed(FormatFailure),
        "What the signature declares critical is not in order: {what}.", "Phần được khai báo là bắt buộc hiểu không hợp lệ.";
    CERTIFICATES_READABLE = "protected_header.certificates_readable", "RFC 7515 §4.1.6", Failed(FormatFailure),
        "The certificates in the protected header cannot be read: {what}.", "Không đọc được chứng thư trong phần đầu được bảo vệ.";
    REFERENCE_READABLE = "protected_header.reference_readable", "ETSI TS 119 182-1 §5.1.7, §5.2.2", Failed(FormatFailure),
        "The reference to the signer's certificate cannot be read: {what}.", "Không đọc được tham chiếu chứng thư người ký.";
    FIRST_CERTIFICATE = "protected_header.first_certificate", "RFC 7515 §4.1.6", Failed(FormatFailure),
        "The reference to the signer's certificate and the first certificate beside it name two signers.",
        "Tham chiếu chứng thư người ký và chứng thư đầu tiên đi kèm chỉ hai người ký khác nhau.";
    NO_SHA1_THUMBPRINT = "protected_header.no_sha1_thumbprint", "ETSI TS 119 182-1 §5.1.6", Failed(FormatFailure),
        "The signature names a certificate by its SHA-1, which is not looked at.", "Chữ ký ghi giá trị băm SHA-1 của chứng thư, giá trị này không được xét.";
    NO_OTHER_KEY = "protected_header.no_other_key", "RFC 7515 §4.1.2, §4.1.3, §4.1.5", Failed(FormatFailure),
        "The signature offers a key or certificate in {name}, which is neither fetched nor used.",
        "Chữ ký đưa ra khóa hoặc chứng thư tại {name}, không được tải về và không được dùng.";
    SIGNING_TIME_READABLE = "protected_header.signing_time_readable", "ETSI TS 119 182-1 §5.1.11, §5.2.1", Failed(FormatFailure),
        "The signing time cannot be read: {what}.", "Không đọc được thời điểm ký.";
    SIGNING_TIMES_AGREE = "protected_header.signing_times_agree", "ETSI TS 119 182-1 §5.1.11, §5.2.1", Failed(FormatFailure),
        "The signature claims two times, {iat} and {sig_t}.", "Chữ ký ghi hai thời điểm khác nhau: {iat} và {sig_t}.";
    UNPROTECTED = "protected_header.parameters_protected", "RFC 7515 §4, ETSI TS 119 182-1 §5.2", Indeterminate(SigConstraintsFailure),
        "The header parameters {names} are not protected: nobody signed what they say.",
        "Các tham số {names} không được bảo vệ: không ai ký nội dung của chúng.";
    PARAMETERS_READABLE = "protected_header.parameters_readable", "ETSI TS 119 182-1 §5.2", Failed(FormatFailure),
        "A header parameter is not what it has to be: {what}.", "Một tham số không đúng quy định.";
}

/// What the protected header says.
pub(super) struct ProtectedHeader {
    /// The algorithm; of an elliptic curve with that curve. `None` when its name is not known.
    pub algorithm: Option<(SignatureAlgorithm, Option<Curve>)>,
    /// `alg` as written.
    pub algorithm_name: String,
    /// `b64` (RFC 7797 §3): whether the payload is signed in base64url.
    pub encoded: bool,
    /// `sigD`; in words what of it cannot be read.
    pub sig_d: Option<Result<SigD, String>>,
    /// `x5t#S256`, `x5t#o`, `sigX5ts`
    pub references: Vec<CertificateReference>,
    /// `x5c`
    pub certificates: Vec<Certificate>,
    /// `iat`, `sigT`
    pub claimed_time: Option<Time>,
    /// `sigPId`
    pub policy: Result<Option<NamedPolicy>, String>,
    /// `adoTst`
    pub content_timestamps: Vec<TimestampToken>,
    /// Whether it has what makes it a JAdES signature: a claimed time and the signer's certificate or a reference to it.
    pub is_advanced: bool,
    /// Whether it meets §6.3 for B-B as far as the header tells.
    pub is_baseline: bool,
}

/// RFC 7515 §4.1.11: what may be declared critical, being understood here and defined elsewhere than in RFC 7515 and RFC 7518.
const UNDERSTOOD: [&str; 11] = ["b64", "iat", "sigT", "sigD", "sigX5ts", "x5t#o", "srCms", "sigPl", "srAts", "adoTst", "sigPId"];

/// Reads the header, `text` in base64url, beside the one that is not protected.
pub(super) fn read(r: &mut Recorder, text: &str, unprotected: Option<&Node<'_>>, limits: &Limits) -> Result<ProtectedHeader, Stop> {
    let octets = base64url::decode(text.as_bytes());
    // Without a protected header the checks below say what is missing.
    let octets = octets.map(|octets| if text.is_empty() { b"{}".to_vec() } else { octets });
    let node = match &octets {
        Ok(octets) => json::read(octets, limits).map_err(|malformed| malformed.to_string()),
        Err(malformed) => Err(malformed.to_string()),
    };
    let node = node.and_then(|node| if node.is_object() { Ok(node) } else { Err("no JSON object".into()) });
    let what = node.as_ref().err().cloned().unwrap_or_default();
    let header = r.obtain(&READABLE, node.ok(), [("what", what.into())])?;
    let twice = unprotected.into_iter().flat_map(Node::members).find(|member| header.get(&member.name).is_some());
    r.ask(&DISJOINT, twice.is_none(), [("name", twice.map_or(String::new(), |member| member.name.to_string()).into())]);
    let name = r.obtain(&ALGORITHM_PROTECTED, header.get("alg").and_then(Node::text).map(str::to_owned), [])?;
    let algorithm = JsonAlgorithm::named(&name);
    r.require(&ALGORITHM_SIGNS, algorithm != JsonAlgorithm::NoSignature, [("algorithm", name.clone().into())])?;
    let critical = critical(&header, unprotected);
    r.ask(&CRITICAL_UNDERSTOOD, critical.is_ok(), [("what", critical.err().unwrap_or_default().into())]);
    Ok(parameters(r, &header, algorithm, &name))
}

/// What of the algorithm only keeps a verdict from being had.
pub(super) fn algorithm_known(r: &mut Recorder, header: &ProtectedHeader) {
    r.ask(&ALGORITHM_KNOWN, header.algorithm.is_some(), [("algorithm", header.algorithm_name.clone().into())]);
}

/// RFC 7515 §4 lets a key or its name stand unprotected, of which it is told. What a signer says of the signature (§5.2) is protected, or said by somebody
/// else.
pub(super) fn unprotected(r: &mut Recorder, header: Option<&Node<'_>>) {
    const OF_SIGNER: [&str; 11] = ["adoTst", "iat", "sigPId", "sigPl", "sigT", "sigX5ts", "srAts", "srCms", "x5t#S256", "x5t#o", "cty"];
    // No more are named.
    const TOLD: usize = 20;
    let others = || header.into_iter().flat_map(Node::members).filter(|member| member.name != "etsiU");
    let names = Fact::List(others().take(TOLD).map(|member| Fact::from(member.name.to_string())).collect());
    if others().any(|member| OF_SIGNER.contains(&member.name.as_ref())) {
        r.ask(&UNPROTECTED, false, [("names", names)]);
    } else {
        r.tolerate(&UNPROTECTED, others().next().is_none(), [("names", names)]);
    }
}

fn parameters(r: &mut Recorder, header: &Node<'_>, algorithm: JsonAlgorithm, name: &str) -> ProtectedHeader {
    let certificates = certificates(header);
    let what = certificates.as_ref().err().cloned().unwrap_or_default();
    r.ask(&CERTIFICATES_READABLE, certificates.is_ok(), [("what", what.into())]);
    let certificates = certificates.unwrap_or_default();
    let references = references(header);
    let what = references.as_ref().err().cloned().unwrap_or_default();
    r.ask(&REFERENCE_READABLE, references.is_ok(), [("what", what.into())]);
    let references = references.unwrap_or_default();
    if let (Some(first), Some(reference)) = (certificates.first(), references.first()) {
        let names = |certificate: &Certificate| reference.matches(certificate) == Some(true);
        // Where two references are to the signer's certificate, both are to that one.
        let own = ["x5t#S256", "x5t#o"].into_iter().filter(|name| header.get(name).is_some()).count();
        let none_else = references.iter().take(own).all(|other| other.matches(first) != Some(false) || !names(first));
        r.ask(&FIRST_CERTIFICATE, none_else && (names(first) || !certificates.iter().any(names)), []);
    }
    let has = |name| header.get(name).is_some();
    r.tolerate(&NO_SHA1_THUMBPRINT, !has("x5t"), []);
    let other_key = ["jku", "jwk", "x5u"].into_iter().find(|name| has(name));
    r.tolerate(&NO_OTHER_KEY, other_key.is_none(), [("name", other_key.unwrap_or_default().into())]);
    let claimed_time = claimed_time(r, header);
    let fault = fault(header);
    let content_timestamps = header.get("adoTst").map(evidence::tokens).unwrap_or_default();
    r.tolerate(&PARAMETERS_READABLE, fault.is_none(), [("what", fault.clone().unwrap_or_default().into())]);
    let is_advanced = claimed_time.is_some() && !(certificates.is_empty() && references.is_empty());
    ProtectedHeader {
        algorithm: match algorithm {
            JsonAlgorithm::Signature(algorithm, curve) => Some((algorithm, curve)),
            JsonAlgorithm::NoSignature | JsonAlgorithm::Unknown => None,
        },
        algorithm_name: name.into(),
        encoded: header.get("b64").is_none_or(|b64| b64.value != Value::Boolean(false)),
        sig_d: header.get("sigD").map(SigD::of),
        references,
        certificates,
        claimed_time,
        policy: policy(header),
        content_timestamps,
        is_advanced,
        is_baseline: is_advanced && fault.is_none() && !has("x5t"),
    }
}

/// RFC 7515 §4.1.11; RFC 7797 §6 and TS 119 182-1 §5.1.9 want `b64` and `sigD` declared.
fn critical(header: &Node<'_>, unprotected: Option<&Node<'_>>) -> Result<(), String> {
    if let Some(name) = ["crit", "b64", "sigD"].into_iter().find(|name| unprotected.is_some_and(|header| header.get(name).is_some())) {
        return Err(format!("`{name}` is not protected"));
    }
    let declared = match header.get("crit") {
        None => Vec::new(),
        Some(crit) => {
            let elements = crit.elements().filter(|elements| !elements.is_empty()).ok_or("`crit` is no array of names")?;
            elements.iter().map(Node::text).collect::<Option<Vec<_>>>().ok_or("`crit` has something that is no name")?
        }
    };
    for (index, name) in declared.iter().enumerate() {
        if !UNDERSTOOD.contains(name) {
            return Err(format!("`{}` is none of the parameters that may be declared critical and are understood", name.escape_debug()));
        }
        if header.get(name).is_none() || declared.iter().take(index).any(|other| other == name) {
            return Err(format!("`{name}` is not there, or declared twice"));
        }
    }
    if header.get("b64").is_some_and(|b64| !matches!(b64.value, Value::Boolean(_))) {
        return Err("`b64` is neither true nor false".into());
    }
    match ["b64", "sigD"].into_iter().find(|name| header.get(name).is_some() && !declared.contains(name)) {
        None => Ok(()),
        Some(name) => Err(format!("`{name}` is there and not declared")),
    }
}

/// RFC 7515 §4.1.6: base64, not base64url.
fn certificates(header: &Node<'_>) -> Result<Vec<Certificate>, String> {
    let Some(chain) = header.get("x5c") else { return Ok(Vec::new()) };
    let elements = chain.elements().filter(|elements| !elements.is_empty()).ok_or("no array of certificates")?;
    let certificate = |element: &Node<'_>| {
        let octets = base64::decode(element.text().ok_or("no string")?.as_bytes()).map_err(|malformed| malformed.to_string())?;
        Certificate::from_der(&octets).map_err(|malformed| malformed.to_string())
    };
    elements.iter().map(certificate).collect()
}

/// The first reference is the signer's; `kid` says issuer and serial number beside it, where it is what §5.1.4 makes of it.
fn references(header: &Node<'_>) -> Result<Vec<CertificateReference>, String> {
    let mut references = Vec::new();
    if let Some(value) = header.get("x5t#S256") {
        references.push(reference("S256", value)?);
    }
    if let Some(value) = header.get("x5t#o") {
        references.push(named_reference(value)?);
    }
    if let Some(list) = header.get("sigX5ts") {
        for element in list.elements().ok_or("`sigX5ts` is no array")? {
            references.push(named_reference(element)?);
        }
    }
    if let Some(first) = references.first_mut() {
        first.names = header.get("kid").and_then(Node::text).and_then(issuer_serial);
    }
    Ok(references)
}

fn named_reference(node: &Node<'_>) -> Result<CertificateReference, String> {
    let algorithm = node.get("digAlg").and_then(Node::text).ok_or("no `digAlg`")?;
    reference(algorithm, node.get("digVal").ok_or("no `digVal`")?)
}

fn reference(algorithm: &str, value: &Node<'_>) -> Result<CertificateReference, String> {
    let digest = base64url::decode(value.text().ok_or("the digest is no string")?.as_bytes()).map_err(|malformed| malformed.to_string())?;
    let known = DigestAlgorithm::from_json_name(algorithm);
    if known.is_some_and(|known| known.output() != digest.len()) {
        return Err(format!("no digest of {algorithm}"));
    }
    Ok(CertificateReference { algorithm: known.ok_or_else(|| algorithm.into()), digest, names: None })
}

fn issuer_serial(kid: &str) -> Option<IssuerSerial> {
    IssuerSerial::from_der(&base64::decode(kid.as_bytes()).ok()?).ok()
}

/// `iat` in new signatures, `sigT` in older ones. What the signer claims proves nothing either way: a time that nobody can read is a claim less.
fn claimed_time(r: &mut Recorder, header: &Node<'_>) -> Option<Time> {
    let iat = header.get("iat").map(|node| node.integer().map(Time::from_unix).ok_or("`iat` is no integer"));
    let sig_t = header.get("sigT").map(|node| node.text().and_then(|text| Time::from_rfc3339(text).ok()).ok_or("`sigT` is no time"));
    let fault = [&iat, &sig_t].into_iter().flatten().find_map(|time| time.err());
    r.tolerate(&SIGNING_TIME_READABLE, fault.is_none(), [("what", fault.unwrap_or_default().into())]);
    let (iat, sig_t) = (iat.and_then(Result::ok), sig_t.and_then(Result::ok));
    if let (Some(iat), Some(sig_t)) = (iat, sig_t) {
        r.tolerate(&SIGNING_TIMES_AGREE, iat == sig_t, [("iat", iat.into()), ("sig_t", sig_t.into())]);
    }
    iat.or(sig_t)
}

/// The first of the parameters of §5.2 that is not of its type; they say what they say, and nothing is concluded from them.
fn fault(header: &Node<'_>) -> Option<String> {
    let is = |name: &'static str, right: fn(&Node<'_>) -> bool| header.get(name).filter(|node| !right(node)).map(|_| format!("`{name}`"));
    let array = |node: &Node<'_>| {
        node.elements().is_some_and(|elements| elements.iter().all(|element| element.is_object()) && !elements.is_empty())
    };
    is("srCms", array)
        .or_else(|| is("sigPl", |node| node.is_object()))
        .or_else(|| is("srAts", |node| node.is_object()))
        .or_else(|| is("adoTst", |node| evidence::tokens_written(node) == evidence::tokens(node).len() && node.get("canonAlg").is_none()))
        .or_else(|| is("cty", |node| node.text().is_some()))
        .or_else(|| is("typ", |node| node.text().is_some()))
}

/// §5.2.7: the identifier, without the `urn:oid:` of RFC 3061.
fn policy(header: &Node<'_>) -> Result<Option<NamedPolicy>, String> {
    let Some(node) = header.get("sigPId") else { return Ok(None) };
    let id = node.get("id").and_then(|id| id.get("id")).and_then(Node::text).ok_or("`sigPId` without an identifier")?;
    let id = id.strip_prefix("urn:oid:").unwrap_or(id).to_owned();
    let Some(algorithm) = node.get("digAlg").and_then(Node::text) else { return Ok(Some(NamedPolicy { id, digest: None })) };
    let value = node.get("digVal").and_then(Node::text).ok_or("`sigPId` with an algorithm and no digest")?;
    let value = base64url::decode(value.as_bytes()).map_err(|malformed| malformed.to_string())?;
    // `digPSp`: the digest is made as the policy itself says, which nobody here knows.
    let own_way = node.get("digPSp").is_some_and(|own| own.value == Value::Boolean(true));
    let algorithm = DigestAlgorithm::from_json_name(algorithm).filter(|_| !own_way).ok_or_else(|| algorithm.to_owned());
    Ok(Some(NamedPolicy { id, digest: Some((algorithm, value)) }))
}
