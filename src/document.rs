//! A file that was opened, not judged.

#[cfg(feature = "asic")]
mod container;

#[cfg(feature = "asic")]
pub(crate) use container::{Container, File, is_media_type};
#[cfg(all(feature = "asic", feature = "sign"))]
pub(crate) use container::{EXTENDED, SIMPLE};

#[cfg(feature = "json")]
use crate::batch::Member;
use crate::crypto::DigestAlgorithm;
#[cfg(feature = "json")]
use crate::encoding::jws::Jws;
#[cfg(feature = "pdf")]
use crate::encoding::pdf::Pdf;
#[cfg(feature = "cms")]
use crate::encoding::pem;
#[cfg(feature = "xml")]
use crate::encoding::xml::{self, Tree};
use crate::error::Malformed;
use crate::limits::Limits;
#[cfg(feature = "cms")]
use crate::pki::{EvidenceRecord, SignedData};

/// An opened document. It borrows its octets: a mapped file of any size is never copied.
pub struct Document<'a> {
    pub(crate) name: Option<String>,
    pub(crate) octets: &'a [u8],
    pub(crate) form: Form<'a>,
    pub(crate) detached: Vec<Detached<'a>>,
}

/// The family of formats that a document belongs to.
pub(crate) enum Form<'a> {
    /// ISO 32000
    #[cfg(feature = "pdf")]
    Pdf(Box<Pdf<'a>>),
    /// RFC 5652
    #[cfg(feature = "cms")]
    Cms(Box<Cms>),
    /// XML 1.0
    #[cfg(feature = "xml")]
    Xml(Box<Tree<'a>>),
    /// RFC 4998
    #[cfg(feature = "cms")]
    EvidenceRecord(Box<EvidenceRecord>),
    /// EN 319 162-1
    #[cfg(feature = "asic")]
    Container(Box<Container>),
    /// `docs/batch.md`
    #[cfg(feature = "json")]
    Member(Box<Member<'a>>),
    /// RFC 7515
    #[cfg(feature = "json")]
    Json(Box<Jws<'a>>),
    /// Octets of which nothing is known: something to be signed.
    Data(std::marker::PhantomData<&'a ()>),
}

impl Form<'_> {
    /// RFC 6838 media type.
    pub(crate) fn media_type(&self) -> &'static str {
        match self {
            #[cfg(feature = "pdf")]
            Self::Pdf(_) => "application/pdf",
            #[cfg(feature = "cms")]
            Self::Cms(_) => "application/pkcs7-signature",
            #[cfg(feature = "cms")]
            Self::EvidenceRecord(_) => "application/octet-stream",
            #[cfg(feature = "xml")]
            Self::Xml(_) => "application/xml",
            #[cfg(feature = "asic")]
            Self::Container(container) => container.media_type(),
            #[cfg(feature = "json")]
            Self::Member(_) => "application/json",
            #[cfg(feature = "json")]
            Self::Json(jws) => match jws.serialisation {
                crate::encoding::jws::Serialisation::Compact => "application/jose",
                _ => "application/jose+json",
            },
            Self::Data(_) => "application/octet-stream",
        }
    }
}

/// Signed data, in a file of their own.
#[cfg(feature = "cms")]
pub(crate) struct Cms {
    /// What the file holds.
    pub signed_data: SignedData,
    /// How many octets follow that are more than white space.
    pub unaccounted: usize,
}

#[cfg(feature = "cms")]
impl Cms {
    /// Whether `octets` say that they are signed data: in either encoding, or in PEM (RFC 7468 §9, and the label that PKCS #7 had).
    fn is_announced(octets: &[u8]) -> bool {
        const SIGNED_DATA: &[u8] = &[0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02];
        let header = match octets {
            [0x30, length @ 0x81..=0x88, ..] => 2_usize.saturating_add(usize::from(length & 0x7f)),
            [0x30, ..] => 2,
            _ => return LABELS.iter().any(|label| octets.starts_with(format!("-----BEGIN {label}-----").as_bytes())),
        };
        octets.get(header..).is_some_and(|content| content.starts_with(SIGNED_DATA))
    }

    fn read(octets: &[u8]) -> Result<Self, Malformed> {
        if octets.first() == Some(&b'-') {
            let objects = pem::read(octets)?;
            return match objects.as_slice() {
                // Headers, and what stands behind, nobody signed.
                [one] if LABELS.contains(&&*one.label) && one.headers.is_empty() => {
                    let end = format!("-----END {}-----", one.label).into_bytes();
                    let behind = memchr::memmem::rfind(octets, &end).and_then(|at| octets.get(at.saturating_add(end.len())..));
                    let behind = behind.unwrap_or_default().trim_ascii().len();
                    let read = Self::from_ber(&one.octets)?;
                    Ok(Self { unaccounted: read.unaccounted.saturating_add(behind), ..read })
                }
                _ => Err(Malformed::new("CMS", "one signature in PEM expected", 0)),
            };
        }
        Self::from_ber(octets)
    }

    pub fn from_ber(octets: &[u8]) -> Result<Self, Malformed> {
        let signed_data = SignedData::from_ber(octets)?;
        let behind = octets.get(signed_data.used()..).unwrap_or_default();
        let unaccounted = if behind.iter().all(u8::is_ascii_whitespace) { 0 } else { behind.len() };
        Ok(Self { signed_data, unaccounted })
    }
}

/// The labels of signed data in PEM.
#[cfg(feature = "cms")]
const LABELS: [&str; 2] = ["CMS", "PKCS7"];

/// Something that a signature covers and that stands elsewhere.
#[derive(Clone, Debug)]
pub struct Detached<'a> {
    pub(crate) name: String,
    pub(crate) content: DetachedContent<'a>,
}

/// See [`Detached`].
#[derive(Clone, Debug)]
pub(crate) enum DetachedContent<'a> {
    /// All of it.
    Octets(&'a [u8]),
    /// Its digest, by an algorithm that its caller has chosen: for what is too large to hold.
    Digest(DigestAlgorithm, Vec<u8>),
}

#[allow(dead_code, reason = "asked for by the formats of records")]
impl<'a> Detached<'a> {
    /// A file by its octets.
    pub(crate) fn of(name: &str, octets: &'a [u8]) -> Self {
        Self { name: name.to_owned(), content: DetachedContent::Octets(octets) }
    }

    /// The name under which it was given.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Its octets, where they were given.
    pub(crate) fn octets(&self) -> Option<&'a [u8]> {
        match self.content {
            DetachedContent::Octets(octets) => Some(octets),
            DetachedContent::Digest(..) => None,
        }
    }

    /// Its digest; `None` when only one by another algorithm was given.
    pub(crate) fn digest(&self, algorithm: DigestAlgorithm) -> Option<Vec<u8>> {
        match &self.content {
            DetachedContent::Octets(octets) => Some(algorithm.digest(octets)),
            DetachedContent::Digest(known, value) => (*known == algorithm).then(|| value.clone()),
        }
    }
}

impl<'a> Document<'a> {
    /// Opens what the octets say they are.
    ///
    /// # Errors
    /// [`Malformed`] when they begin like a format and cannot be read as it.
    pub fn detect(octets: &'a [u8]) -> Result<Self, Malformed> {
        Self::detect_within(octets, &Limits::default(), None)
    }

    /// As [`Self::detect`], within the limits of a policy, with the password of an encrypted file.
    ///
    /// # Errors
    /// As [`Self::detect`].
    pub fn detect_within(octets: &'a [u8], limits: &Limits, password: Option<&str>) -> Result<Self, Malformed> {
        let _ = (limits, password);
        // Before PDF, whose header may stand anywhere in the first 1,024 octets: also in a PDF file that is the content of this one.
        #[cfg(feature = "cms")]
        if Cms::is_announced(octets) {
            return Self::cms(octets);
        }
        #[cfg(feature = "cms")]
        if EvidenceRecord::is_announced(octets) {
            return Ok(Self::of(octets, Form::EvidenceRecord(Box::new(EvidenceRecord::from_ber(octets)?))));
        }
        #[cfg(feature = "asic")]
        if Container::is_announced(octets) {
            let container = Container::read(octets, limits)?;
            return Ok(container.map_or_else(|| Self::data(octets), |container| Self::of(octets, Form::Container(Box::new(container)))));
        }
        #[cfg(feature = "pdf")]
        if Pdf::is_announced(octets) {
            return Self::pdf_within(octets, limits, password);
        }
        #[cfg(feature = "xml")]
        if xml::is_announced(octets) {
            return Self::xml_within(octets, limits);
        }
        #[cfg(feature = "json")]
        if let Some(member) = Member::read(octets, limits)? {
            return Ok(Self::of(octets, Form::Member(Box::new(member))));
        }
        #[cfg(feature = "json")]
        if let Some(jws) = Jws::read(octets, limits)? {
            return Ok(Self::of(octets, Form::Json(Box::new(jws))));
        }
        Ok(Self::data(octets))
    }

    /// Signed data where the octets are some (RFC 5652), which may get another signature; else octets of whatever kind, to be signed as they are.
    ///
    /// # Errors
    /// [`Malformed`] when they begin like signed data and cannot be read as them.
    #[cfg(feature = "cms")]
    pub fn signed_or_data(octets: &'a [u8]) -> Result<Self, Malformed> {
        if Cms::is_announced(octets) { Self::cms(octets) } else { Ok(Self::data(octets)) }
    }

    /// A JWS where the octets are one, which may get another signature; else octets of whatever kind, to be signed as they are.
    ///
    /// # Errors
    /// [`Malformed`] when they begin like a JWS and are none.
    #[cfg(feature = "json")]
    pub fn signed_json_or_data(octets: &'a [u8]) -> Result<Self, Malformed> {
        Ok(match Jws::read(octets, &Limits::default())? {
            Some(jws) => Self::of(octets, Form::Json(Box::new(jws))),
            None => Self::data(octets),
        })
    }

    /// A container where the octets are one, which may get another signature; else octets of whatever kind, to be put into one as they are.
    ///
    /// # Errors
    /// [`Malformed`] when they are a ZIP file that has no one reading.
    #[cfg(feature = "asic")]
    pub fn container_or_data(octets: &'a [u8]) -> Result<Self, Malformed> {
        let container = if Container::is_announced(octets) { Container::read(octets, &Limits::default())? } else { None };
        Ok(container.map_or_else(|| Self::data(octets), |container| Self::of(octets, Form::Container(Box::new(container)))))
    }

    /// Octets of which nothing is known: something to be signed. It has no signature.
    pub fn data(octets: &'a [u8]) -> Self {
        Self::of(octets, Form::Data(std::marker::PhantomData))
    }

    /// Opens a file of signed data (RFC 5652): in DER, BER or PEM, with its content inside or not ([`Self::with_detached`]). A timestamp token by
    /// itself is one too.
    ///
    /// # Errors
    /// [`Malformed`] when it does not begin with signed data.
    #[cfg(feature = "cms")]
    pub fn cms(octets: &'a [u8]) -> Result<Self, Malformed> {
        Ok(Self::of(octets, Form::Cms(Box::new(Cms::read(octets)?))))
    }

    /// Opens a PDF file. An encrypted one is opened with the empty password; see [`Self::pdf_with_password`].
    ///
    /// # Errors
    /// [`Malformed`] when there is no `%PDF-` in the first 1,024 octets, or neither a readable cross-reference nor a `/ByteRange`.
    #[cfg(feature = "pdf")]
    pub fn pdf(octets: &'a [u8]) -> Result<Self, Malformed> {
        Self::pdf_within(octets, &Limits::default(), None)
    }

    /// Opens an encrypted PDF file with its user or owner password. A password that does not fit is no error: the verdict is then
    /// INDETERMINATE and wants one.
    ///
    /// # Errors
    /// As [`Self::pdf`].
    #[cfg(feature = "pdf")]
    pub fn pdf_with_password(octets: &'a [u8], password: &str) -> Result<Self, Malformed> {
        Self::pdf_within(octets, &Limits::default(), Some(password))
    }

    /// Opens a PDF file within the limits of a policy.
    ///
    /// # Errors
    /// As [`Self::pdf`].
    #[cfg(feature = "pdf")]
    pub fn pdf_within(octets: &'a [u8], limits: &Limits, password: Option<&str>) -> Result<Self, Malformed> {
        let pdf = Pdf::open(octets, limits, password.map(str::as_bytes))?;
        Ok(Self::of(octets, Form::Pdf(Box::new(pdf))))
    }

    /// Opens an XML document.
    ///
    /// # Errors
    /// [`Malformed`] when it is not namespace-well-formed UTF-8, has a document type declaration, or is larger than the limits.
    #[cfg(feature = "xml")]
    pub fn xml(octets: &'a [u8]) -> Result<Self, Malformed> {
        Self::xml_within(octets, &Limits::default())
    }

    /// As [`Self::xml`], within the limits of a policy.
    ///
    /// # Errors
    /// As [`Self::xml`].
    #[cfg(feature = "xml")]
    pub fn xml_within(octets: &'a [u8], limits: &Limits) -> Result<Self, Malformed> {
        Ok(Self::of(octets, Form::Xml(Box::new(xml::read(octets, limits)?))))
    }

    pub(crate) fn of(octets: &'a [u8], form: Form<'a>) -> Self {
        Self { name: None, octets, form, detached: Vec::new() }
    }

    /// Gives the document a name that the report shows; the verdict does not depend on it.
    #[must_use]
    pub fn with_name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Gives a file that a detached signature covers, under the name or URI by which the signature knows it; where the signature names none,
    /// the first one given is meant.
    #[must_use]
    pub fn with_detached(mut self, name: impl Into<String>, octets: &'a [u8]) -> Self {
        self.detached.push(Detached { name: name.into(), content: DetachedContent::Octets(octets) });
        self
    }

    /// As [`Self::with_detached`], by the digest of a file that is too large to hold ([`crate::crypto::Digester`] makes it).
    #[must_use]
    pub fn with_detached_digest(mut self, name: impl Into<String>, algorithm: DigestAlgorithm, value: impl Into<Vec<u8>>) -> Self {
        self.detached.push(Detached { name: name.into(), content: DetachedContent::Digest(algorithm, value.into()) });
        self
    }

    /// All octets of the file.
    pub fn octets(&self) -> &'a [u8] {
        self.octets
    }

    /// The PDF reader of this document.
    #[cfg(feature = "pdf")]
    pub fn as_pdf(&self) -> Option<&Pdf<'a>> {
        match &self.form {
            Form::Pdf(pdf) => Some(pdf),
            _ => None,
        }
    }
}
