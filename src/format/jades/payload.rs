//! ETSI TS 119 182-1 §5.2.8, RFC 7515 appendix F, RFC 7797 — what is signed: in the JWS itself, or named by `sigD` and elsewhere

use std::borrow::Cow;

use super::protected_header::ProtectedHeader;
use crate::crypto::{DigestAlgorithm, Digester};
use crate::document::Detached;
use crate::encoding::json::Node;
use crate::encoding::{base64, base64url};
use crate::format::signature::SignedDatum;
use crate::report::json::CoveredReference;
use crate::report::{Fact, Recorder, checks};

checks! {
    READABLE = "payload.readable", "RFC 7515 §5.2 (6)", Failed(FormatFailure),
        "The payload cannot be decoded: {what}.", "Không giải mã được nội dung.";
    SIG_D_READABLE = "payload.sig_d_readable", "ETSI TS 119 182-1 §5.2.8", Failed(FormatFailure),
        "What the signature says of the files that it covers cannot be read: {what}.", "Không đọc được phần mô tả các tệp được ký.";
    DETACHED_ALONE = "payload.detached_alone", "ETSI TS 119 182-1 §5.2.8.1", Failed(FormatFailure),
        "The signature covers files elsewhere and brings a payload of its own too.", "Chữ ký ký các tệp bên ngoài nhưng lại có nội dung đi kèm.";
    BOUNDARIES = "payload.boundaries_signed", "ETSI TS 119 182-1 §5.2.8.3.2", Indeterminate(SigConstraintsFailure),
        "The files {files} are signed one after another, and where one ends and the next begins is not signed.",
        "Các tệp {files} được ký nối liền nhau, nhưng ranh giới giữa các tệp không được ký.";
    HEADERS_UNENCODED = "payload.http_headers_unencoded", "ETSI TS 119 182-1 §5.1.10", Failed(FormatFailure),
        "The signature covers header fields of a message and does not declare its payload unencoded.",
        "Chữ ký ký các trường của thông điệp nhưng không khai báo nội dung không mã hóa.";
}

/// `sigD`
#[derive(Clone, Debug)]
pub(crate) struct SigD {
    mechanism: String,
    parameters: Vec<String>,
    /// `hashM` and `hashV`
    digests: Option<(String, Vec<Vec<u8>>)>,
}

pub(crate) const HTTP_HEADERS: &str = "http://uri.etsi.org/19182/HttpHeaders";
pub(crate) const OBJECT_BY_URI: &str = "http://uri.etsi.org/19182/ObjectIdByURI";
pub(crate) const OBJECT_BY_URI_HASH: &str = "http://uri.etsi.org/19182/ObjectIdByURIHash";

/// The name under which the body of an HTTP message is given, like `(request-target)` for its first line.
pub(crate) const BODY: &str = "(body)";

impl SigD {
    /// What names these files.
    #[cfg(feature = "sign")]
    pub fn naming(mechanism: &str, parameters: Vec<String>) -> Self {
        Self { mechanism: mechanism.into(), parameters, digests: None }
    }

    pub fn of(node: &Node<'_>) -> Result<Self, String> {
        let texts = |name: &str| match node.get(name) {
            None => Ok(None),
            Some(list) => {
                let elements = list.elements().filter(|elements| !elements.is_empty());
                let texts = elements.and_then(|elements| elements.iter().map(Node::text).collect::<Option<Vec<_>>>());
                texts.map(Some).ok_or_else(|| format!("`{name}` is no array of strings"))
            }
        };
        let mechanism = node.get("mId").and_then(Node::text).ok_or("no `mId`")?.to_owned();
        let parameters: Vec<String> = texts("pars")?.unwrap_or_default().into_iter().map(str::to_owned).collect();
        let values = texts("hashV")?;
        let decoded = |values: Vec<&str>| values.iter().map(|text| base64url::decode(text.as_bytes())).collect::<Result<Vec<_>, _>>();
        let digests = match (node.get("hashM").and_then(Node::text), values) {
            (Some(algorithm), Some(values)) => {
                Some((algorithm.to_owned(), decoded(values).map_err(|malformed| format!("`hashV`: {malformed}"))?))
            }
            (None, None) => None,
            _ => return Err("one of `hashM` and `hashV` without the other".into()),
        };
        let one_each = digests.as_ref().is_none_or(|(_, values)| values.len() == parameters.len());
        let by_digest = mechanism == OBJECT_BY_URI_HASH;
        if !one_each
            || ([HTTP_HEADERS, OBJECT_BY_URI, OBJECT_BY_URI_HASH].contains(&&*mechanism)
                && (parameters.is_empty() || by_digest != digests.is_some()))
        {
            return Err("names and digests do not go together".into());
        }
        Ok(Self { mechanism, parameters, digests })
    }
}

/// What is signed.
pub(crate) struct Payload<'p> {
    /// What stands behind the dot in the signing input (RFC 7515 §5.1); `None` when it was not found.
    pub input: Option<Cow<'p, [u8]>>,
    /// What timestamps are over in its place (§5.3.6.2.3, 5.2.6).
    pub stamped: Stamped<'p>,
    /// What is named by digest, and what was not found.
    pub data: Vec<SignedDatum>,
    /// What the report says is covered.
    pub references: Vec<CoveredReference>,
    /// Names of the files given beside the signature that it is over.
    pub files: Vec<String>,
}

/// See [`Payload::stamped`].
#[derive(Clone)]
pub(crate) enum Stamped<'p> {
    /// It was not found.
    NotFound,
    Octets(Cow<'p, [u8]>),
    /// Files one after another, and whether each is in base64url: large ones are put together when a timestamp is there, and not before.
    Files(Vec<&'p [u8]>, bool),
}

impl Stamped<'_> {
    pub fn octets(&self) -> Option<Cow<'_, [u8]>> {
        match self {
            Self::NotFound => None,
            Self::Octets(octets) => Some(Cow::Borrowed(octets)),
            Self::Files(files, encoded) => match &files[..] {
                [one] => Some(contribution(one, *encoded)),
                files => Some(Cow::Owned(files.iter().flat_map(|file| contribution(file, *encoded).into_owned()).collect())),
            },
        }
    }
}

impl<'p> From<Option<Cow<'p, [u8]>>> for Stamped<'p> {
    fn from(octets: Option<Cow<'p, [u8]>>) -> Self {
        octets.map_or(Self::NotFound, Self::Octets)
    }
}

/// Finds what is signed: `text` in the JWS, or among what the relying party gave.
pub(super) fn find<'p>(
    r: &mut Recorder,
    header: &ProtectedHeader,
    text: Option<&'p str>,
    detached: &'p [Detached<'_>],
    share: f64,
) -> Payload<'p> {
    let attached = text.filter(|text| !text.is_empty());
    match &header.sig_d {
        Some(sig_d) => {
            let what = sig_d.as_ref().err().cloned().unwrap_or_default();
            r.ask(&SIG_D_READABLE, sig_d.is_ok(), [("what", what.into())]);
            r.ask(&DETACHED_ALONE, attached.is_none(), []);
            match sig_d {
                Ok(sig_d) => Elsewhere { sig_d, detached, encoded: header.encoded }.payload(r),
                Err(_) => missing("sigD"),
            }
        }
        None => match attached {
            Some(text) => {
                let decoded = if header.encoded { base64url::decode(text.as_bytes()).map(drop) } else { Ok(()) };
                let what = decoded.as_ref().err().map_or(String::new(), ToString::to_string);
                r.ask(&READABLE, decoded.is_ok(), [("what", what.into())]);
                let octets = Cow::Borrowed(text.as_bytes());
                let references = vec![CoveredReference { uri: "payload".into(), node: Some("$.payload".into()), name: None, share }];
                Payload { input: Some(octets.clone()), stamped: Stamped::Octets(octets), data: Vec::new(), references, files: Vec::new() }
            }
            // RFC 7515 appendix F: left out without a word; the first file that was given is meant.
            None => match detached.first().and_then(Detached::octets) {
                Some(octets) => {
                    let octets = contribution(octets, header.encoded);
                    let references = vec![covered(detached.first().map_or("payload", Detached::name))];
                    let files = detached.first().map(|first| first.name().to_owned()).into_iter().collect();
                    Payload { input: Some(octets.clone()), stamped: Stamped::Octets(octets), data: Vec::new(), references, files }
                }
                None => missing("payload"),
            },
        },
    }
}

/// §5.2.8.3.2: octets moved from the end of one file to the beginning of the next are signed as they were before.
pub(super) fn boundaries(r: &mut Recorder, header: &ProtectedHeader) {
    if let Some(Ok(sig_d)) = header.sig_d.as_ref().filter(|sig_d| sig_d.as_ref().is_ok_and(|sig_d| sig_d.mechanism == OBJECT_BY_URI)) {
        let files = sig_d.parameters.iter().map(|name| name.clone().into()).collect();
        r.ask(&BOUNDARIES, sig_d.parameters.len() < 2, [("files", Fact::List(files))]);
    }
}

/// What `sigD` names, and what there is of it.
pub(crate) struct Elsewhere<'s, 'p, 'd> {
    pub sig_d: &'s SigD,
    pub detached: &'p [Detached<'d>],
    /// Whether files are signed in base64url.
    pub encoded: bool,
}

impl<'p, 'd> Elsewhere<'_, 'p, 'd> {
    fn payload(&self, r: &mut Recorder) -> Payload<'p> {
        let references = self.sig_d.parameters.iter().map(|name| covered(name)).collect();
        let files = self.files();
        match &*self.sig_d.mechanism {
            HTTP_HEADERS => {
                r.ask(&HEADERS_UNENCODED, !self.encoded, []);
                Payload { references, files, ..self.http_headers() }
            }
            OBJECT_BY_URI => match self.concatenation() {
                Some(octets) => {
                    Payload { input: Some(octets.clone()), stamped: Stamped::Octets(octets), data: Vec::new(), references, files }
                }
                None => Payload { references, files, ..missing(&self.sig_d.parameters.join(", ")) },
            },
            OBJECT_BY_URI_HASH => {
                let all = self.all();
                let stamped = all.map_or(Stamped::NotFound, |all| Stamped::Files(all, self.encoded));
                Payload { input: Some(Cow::Borrowed(&[])), stamped, data: self.digests(), references, files }
            }
            other => missing(other),
        }
    }

    /// The names of the files that are named; of a message its fields, and its body where a field is its digest.
    fn files(&self) -> Vec<String> {
        let is_message = self.sig_d.mechanism == HTTP_HEADERS;
        let is_field = |name: &str| self.sig_d.parameters.iter().any(|field| field.eq_ignore_ascii_case(name));
        let of_message = |name: &str| is_field(name) || name == BODY && is_field("digest");
        let fields = self.detached.iter().map(Detached::name).filter(|name| is_message && of_message(name));
        let named = self.sig_d.parameters.iter().filter(|_| !is_message).filter_map(|name| self.named(name)).map(Detached::name);
        fields.chain(named).map(str::to_owned).collect()
    }

    /// The file of this name; where one is named and one was given, that one.
    fn named(&self, name: &str) -> Option<&'p Detached<'d>> {
        let of_name = self.detached.iter().find(|detached| detached.name() == name);
        of_name.or_else(|| self.detached.first().filter(|_| self.detached.len() == 1 && self.sig_d.parameters.len() == 1))
    }

    /// §5.2.8.3.2: one after another, each in base64url unless `b64` is false.
    pub fn concatenation(&self) -> Option<Cow<'p, [u8]>> {
        let mut octets = Vec::new();
        for file in self.all()? {
            octets.extend_from_slice(&contribution(file, self.encoded));
        }
        Some(Cow::Owned(octets))
    }

    /// The octets of each file that is named.
    fn all(&self) -> Option<Vec<&'p [u8]>> {
        self.sig_d.parameters.iter().map(|name| self.named(name)?.octets()).collect()
    }

    /// §5.2.8.3.3: over the octets in base64url unless `b64` is false.
    fn digests(&self) -> Vec<SignedDatum> {
        let Some((algorithm, values)) = &self.sig_d.digests else { return Vec::new() };
        let known = DigestAlgorithm::from_json_name(algorithm);
        let datum = |(name, expected): (&String, &Vec<u8>)| SignedDatum {
            name: name.clone(),
            algorithm: known.ok_or_else(|| algorithm.clone()),
            expected: expected.clone(),
            actual: known.and_then(|known| self.digest(name, known)),
        };
        self.sig_d.parameters.iter().zip(values).map(datum).collect()
    }

    /// The digest of the file of this name as it is signed.
    pub fn digest(&self, name: &str, algorithm: DigestAlgorithm) -> Option<Vec<u8>> {
        let detached = self.named(name)?;
        if self.encoded {
            // Piece by piece, each as many octets as stand for whole characters.
            let mut digester = Digester::new(algorithm);
            detached.octets()?.chunks(3 << 14).for_each(|piece| digester.update(&contribution(piece, true)));
            Some(digester.finish())
        } else {
            detached.digest(algorithm)
        }
    }

    /// §5.2.8.2: name and value of each field on a line; timestamps have the body in the place of its digest.
    pub fn http_headers(&self) -> Payload<'p> {
        let (mut signed, mut stamped) = (Vec::new(), Some(Vec::new()));
        let mut data = Vec::new();
        for (index, name) in self.sig_d.parameters.iter().enumerate() {
            let Some(value) = self.field(name) else { return missing(name) };
            let end: &[u8] = if index == 0 { b"" } else { b"\n" };
            let line = [end, name.to_ascii_lowercase().as_bytes(), b": ", &value].concat();
            signed.extend_from_slice(&line);
            if name.eq_ignore_ascii_case("digest") {
                let body = self.detached.iter().find(|detached| detached.name() == BODY);
                data.push(body_digest(&value, body));
                let body = body.and_then(Detached::octets);
                stamped = stamped.zip(body).map(|(stamped, body)| [&stamped, end, body].concat());
            } else if let Some(stamped) = &mut stamped {
                stamped.extend_from_slice(&line);
            }
        }
        Payload {
            input: Some(Cow::Owned(signed)),
            stamped: stamped.map(Cow::Owned).into(),
            data,
            references: Vec::new(),
            files: Vec::new(),
        }
    }

    /// The values of all fields of this name, without the white space around each.
    fn field(&self, name: &str) -> Option<Vec<u8>> {
        let of_name = |detached: &&Detached<'_>| detached.name().eq_ignore_ascii_case(name);
        let values = self.detached.iter().filter(of_name).map(|detached| detached.octets().map(<[u8]>::trim_ascii));
        // A line end in a value would be the end of the field (RFC 9110 §5.5).
        let values = values.map(|value| value.filter(|value| !value.iter().any(|octet| matches!(octet, b'\r' | b'\n'))));
        let values: Vec<&[u8]> = values.collect::<Option<_>>()?;
        (!values.is_empty()).then(|| values.join(&b", "[..]))
    }
}

/// RFC 3230 §4.3.2: what the field `Digest` says of the body by the first algorithm of it that is known. By none it says nothing that could be
/// checked, so that nobody knows whether this is the body that was signed.
fn body_digest(value: &[u8], body: Option<&Detached<'_>>) -> SignedDatum {
    let text = String::from_utf8_lossy(value);
    let known = text.split(',').find_map(|instance| {
        let (name, value) = instance.trim().split_once('=')?;
        let algorithm = [DigestAlgorithm::Sha256, DigestAlgorithm::Sha384, DigestAlgorithm::Sha512]
            .into_iter()
            .find(|algorithm| algorithm.name().eq_ignore_ascii_case(name))?;
        Some((algorithm, base64::decode(value.as_bytes()).ok()?))
    });
    match known {
        Some((algorithm, expected)) => {
            SignedDatum { name: BODY.into(), algorithm: Ok(algorithm), expected, actual: body.and_then(|body| body.digest(algorithm)) }
        }
        None => SignedDatum { name: BODY.into(), algorithm: Err(text.into_owned()), expected: Vec::new(), actual: None },
    }
}

/// The octets as they contribute to what is signed.
pub(crate) fn contribution(octets: &[u8], encoded: bool) -> Cow<'_, [u8]> {
    if encoded { Cow::Owned(base64url::encode(octets).into_bytes()) } else { Cow::Borrowed(octets) }
}

/// Nothing that the value could be over.
fn missing<'p>(name: &str) -> Payload<'p> {
    let datum = SignedDatum { name: name.into(), algorithm: Ok(DigestAlgorithm::Sha256), expected: Vec::new(), actual: None };
    Payload { input: None, stamped: Stamped::NotFound, data: vec![datum], references: Vec::new(), files: Vec::new() }
}

fn covered(name: &str) -> CoveredReference {
    CoveredReference { uri: name.into(), node: None, name: None, share: 0.0 }
}
