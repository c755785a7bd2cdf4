//! EN 319 142-1 §6 and its sisters for other formats — Profiles: what a signature is to be and to say

use const_oid::ObjectIdentifier;

use crate::crypto::DigestAlgorithm;
#[cfg(feature = "json")]
use crate::encoding::jws::Serialisation;
use crate::error::Misuse;
use crate::format::pades::writing::{Appearance, FieldLock, Permission, Request, SubFilter};
use crate::time::Time;

/// What a signature is to be and to say. The paved path: [`Self::pades_b_b`] with nothing more.
#[derive(Clone, Debug, PartialEq)]
pub struct Profile {
    pub(super) format: ProfileFormat,
    pub(super) packaging: Packaging,
    /// What concerns PDF alone, and the claimed time of every format.
    pub(super) request: Request,
    pub(super) commitment: Option<Commitment>,
    pub(super) policy: Option<SignaturePolicy>,
    pub(super) contents: Option<usize>,
    /// In which container the signature stands.
    #[cfg(feature = "asic")]
    pub(super) container: Option<ContainerKind>,
    /// Of XML: the identifiers of the elements that are signed; the whole document where there are none.
    #[cfg(feature = "xml")]
    pub(super) elements: Vec<String>,
    /// Of XML: what is signed are the parts of a message between agencies.
    #[cfg(feature = "xml")]
    pub(super) is_of_message: bool,
    #[cfg(feature = "json")]
    pub(super) json: super::jades::Request,
    /// Of CMS: the signature whose value is signed, counted from 1.
    #[cfg(feature = "cms")]
    pub(super) counter_signature: Option<usize>,
}

/// The format of a signature. Further ones stand beside it as they come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ProfileFormat {
    /// EN 319 142-1
    Pdf,
    /// EN 319 122-1
    #[cfg(feature = "cms")]
    Cms,
    /// EN 319 132-1
    #[cfg(feature = "xml")]
    Xml,
    /// ETSI TS 119 182-1
    #[cfg(feature = "json")]
    Json,
}

/// Where what is signed stands (XML Signature §2, EN 319 132-1 §4.1; RFC 5652 §5.2; RFC 7515 appendix F).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packaging {
    /// Within the signature.
    Enveloping,
    /// Around the signature: the document stays what it is and gets the signature into it.
    Enveloped,
    /// Elsewhere: the result is the signature alone.
    Detached,
}

/// The two kinds of containers (EN 319 162-1 §4.3, §4.4).
#[cfg(feature = "asic")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContainerKind {
    /// ASiC-S: one file.
    Simple,
    /// ASiC-E: any number of files.
    Extended,
}

/// `CommitmentTypeIdentifier` (EN 319 122-1 §5.2.3): what the signer commits to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are those of RFC 5126 §5.11.1, which explains them")]
pub enum Commitment {
    ProofOfOrigin,
    ProofOfReceipt,
    ProofOfDelivery,
    ProofOfSender,
    ProofOfApproval,
    ProofOfCreation,
}

/// `SignaturePolicyId` (EN 319 122-1 §5.2.9): the rules under which the signature is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignaturePolicy {
    /// `sigPolicyId`
    pub id: ObjectIdentifier,
    /// Digest algorithm of `sigPolicyHash`.
    pub digest: DigestAlgorithm,
    /// Value of `sigPolicyHash`: the digest of the policy document.
    pub value: Vec<u8>,
}

/// Vietnam's, where the results that this crate signs are issued (UTC+07:00, no daylight saving time).
const VIETNAM: i32 = 7 * 60;

impl Profile {
    /// PAdES baseline B-B (EN 319 142-1 §6.3) with this claimed signing time.
    pub fn pades_b_b(signing_time: Time) -> Self {
        Self::new(SubFilter::EtsiCadesDetached, signing_time)
    }

    /// `adbe.pkcs7.detached` (ISO 32000-2 §12.8.3.3), with a `signing-time` attribute.
    pub fn pkcs7_detached(signing_time: Time) -> Self {
        Self::new(SubFilter::AdbePkcs7Detached, signing_time)
    }

    /// CAdES baseline B-B (EN 319 122-1 §6.3) with this claimed signing time: of any document its content inside, or [`Packaging::Detached`] (over
    /// the document, or over the file that was given with it, of which the digest is enough); of signed data (`Document::cms`) one more signer
    /// beside those that there are.
    #[cfg(feature = "cms")]
    pub fn cades_b_b(signing_time: Time) -> Self {
        let packaging = Packaging::Enveloping;
        Self { format: ProfileFormat::Cms, packaging, ..Self::new(SubFilter::EtsiCadesDetached, signing_time) }
    }

    /// XAdES baseline B-B (EN 319 132-1 §6.3) with this claimed signing time: within an XML document, whose signatures stand side by side;
    /// [`Packaging::Enveloping`], around its document element or, of any other document, around its octets; or [`Packaging::Detached`], over the
    /// document or over the files that were given with it, of which the digests are enough. Files given with a document of another packaging are
    /// signed together with it. Each has a reference of its own.
    #[cfg(feature = "xml")]
    pub fn xades_b_b(signing_time: Time) -> Self {
        Self { format: ProfileFormat::Xml, ..Self::new(SubFilter::EtsiCadesDetached, signing_time) }
    }

    /// Signs the elements of an XML document with these identifiers (`Id`, `xml:id`, ..) instead of the whole document, by a reference each; the
    /// signature stands within the document, beside them.
    #[cfg(feature = "xml")]
    #[must_use]
    pub fn elements<I: Into<String>>(mut self, identifiers: impl IntoIterator<Item = I>) -> Self {
        self.elements.extend(identifiers.into_iter().map(Into::into));
        self
    }

    /// [`Self::xades_b_b`] of a message between agencies (edXML, QCVN 102:2016): over its header, its body and each of its attachments, by a reference
    /// each, within the place that the header has for signatures. What agencies on the way write into its trace changes nothing of that.
    /// `message::Message` makes one.
    #[cfg(feature = "xml")]
    pub fn edxml_b_b(signing_time: Time) -> Self {
        Self { is_of_message: true, ..Self::xades_b_b(signing_time) }
    }

    /// Puts the signature, [`Self::cades_b_b`] or [`Self::xades_b_b`], into a container with what it is over: the document, or the files that were
    /// given with it. A container that is there (`Document::detect`) gets one more signature over all its files, which stay as they are.
    #[cfg(feature = "asic")]
    #[must_use]
    pub fn in_container(mut self, kind: ContainerKind) -> Self {
        (self.container, self.packaging) = (Some(kind), Packaging::Detached);
        self
    }

    /// Signs the value of a signature of signed data instead of their content: of the one of this number, from 1, in the order of the report.
    #[cfg(feature = "cms")]
    #[must_use]
    pub fn counter_signature(mut self, number: usize) -> Self {
        self.counter_signature = Some(number);
        self
    }

    /// JAdES baseline B-B (ETSI TS 119 182-1 §6.3) with this claimed signing time: of any document its octets as the payload, or
    /// [`Packaging::Detached`] (over the document, or the files that were given with it); of a signed JSON text one more signature over its payload.
    #[cfg(feature = "json")]
    pub fn jades_b_b(signing_time: Time) -> Self {
        let packaging = Packaging::Enveloping;
        Self { format: ProfileFormat::Json, packaging, ..Self::new(SubFilter::EtsiCadesDetached, signing_time) }
    }

    /// How a signature in JSON is written (RFC 7515 §7); flattened unless told otherwise. A compact one has no place for timestamps.
    #[cfg(feature = "json")]
    #[must_use]
    pub fn serialisation(mut self, serialisation: Serialisation) -> Self {
        self.json.serialisation = serialisation;
        self
    }

    /// How a detached signature in JSON names what it covers; not at all unless told.
    #[cfg(feature = "json")]
    #[must_use]
    pub fn mechanism(mut self, mechanism: super::jades::Mechanism) -> Self {
        self.json.mechanism = Some(mechanism);
        self
    }

    /// The payload of a signature in JSON is signed as it is, not in base64url (`b64`, RFC 7797).
    #[cfg(feature = "json")]
    #[must_use]
    pub fn unencoded_payload(mut self) -> Self {
        self.json.encoded = false;
        self
    }

    fn new(sub_filter: SubFilter, time: Time) -> Self {
        let request = Request { sub_filter, time, offset_minutes: VIETNAM, ..Request::default() };
        Self {
            format: ProfileFormat::Pdf,
            packaging: Packaging::Enveloped,
            request,
            commitment: None,
            policy: None,
            contents: None,
            #[cfg(feature = "asic")]
            container: None,
            #[cfg(feature = "xml")]
            elements: Vec::new(),
            #[cfg(feature = "xml")]
            is_of_message: false,
            #[cfg(feature = "json")]
            json: super::jades::Request::default(),
            #[cfg(feature = "cms")]
            counter_signature: None,
        }
    }

    /// Where what is signed shall stand. A PDF file has its signature within.
    #[must_use]
    pub fn packaging(mut self, packaging: Packaging) -> Self {
        self.packaging = packaging;
        self
    }

    /// The time that the signer claims.
    pub(super) fn time(&self) -> Time {
        self.request.time
    }

    /// The field to sign, by its fully qualified name; it is made when the document has none of that name. Else a new one gets a free name.
    #[must_use]
    pub fn field(mut self, name: impl Into<String>) -> Self {
        self.request.field = Some(name.into());
        self
    }

    /// The page of a new field, from 1; the first unless told otherwise.
    #[must_use]
    pub fn page(mut self, number: u32) -> Self {
        self.request.page = Some(number);
        self
    }

    /// The rectangle of a new field in user space: left, bottom, right, top. Without one it is invisible; an existing field keeps its own.
    #[must_use]
    pub fn rectangle(mut self, rectangle: [f64; 4]) -> Self {
        self.request.rectangle = Some(rectangle);
        self
    }

    /// What the rectangle shows.
    #[must_use]
    pub fn appearance(mut self, appearance: Appearance) -> Self {
        self.request.appearance = Some(appearance);
        self
    }

    /// `/Reason`: why the document is signed. Excludes a commitment and a signature policy.
    #[must_use]
    pub fn reason(mut self, reason: impl Into<String>) -> Self {
        self.request.reason = Some(reason.into());
        self
    }

    /// `/Location`: where it is signed.
    #[must_use]
    pub fn location(mut self, location: impl Into<String>) -> Self {
        self.request.location = Some(location.into());
        self
    }

    /// `/Name`: who signs, in words; the certificate says it with proof.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.request.name = Some(name.into());
        self
    }

    /// `/ContactInfo`: how to reach the signer.
    #[must_use]
    pub fn contact(mut self, contact: impl Into<String>) -> Self {
        self.request.contact = Some(contact.into());
        self
    }

    /// Makes it a certification signature (ISO 32000-2 §12.8.2.2): the document's first, with a say in what may be changed later.
    #[must_use]
    pub fn certify(mut self, permission: Permission) -> Self {
        self.request.certification = Some(permission);
        self
    }

    /// Locks form fields from this signature on (ISO 32000-2 §12.8.2.4). An existing field with another `/Lock` is refused.
    #[must_use]
    pub fn lock(mut self, lock: FieldLock) -> Self {
        let permission = self.request.lock.take().and_then(|(_, permission)| permission);
        self.request.lock = Some((lock, permission));
        self
    }

    /// `/P` of the lock of a new field (ISO 32000-2 table 236), which an existing one must have already: lowers what may be changed in the whole document. Without [`Self::lock`] no field is named.
    #[must_use]
    pub fn lock_document(mut self, permission: Permission) -> Self {
        let lock = self.request.lock.take().map_or(FieldLock::Include(Vec::new()), |(lock, _)| lock);
        self.request.lock = Some((lock, Some(permission)));
        self
    }

    /// Minutes east of UTC in which `/M` is written; Vietnam's (420) unless told otherwise. The time stays the same.
    #[must_use]
    pub fn utc_offset_minutes(mut self, minutes: i32) -> Self {
        self.request.offset_minutes = minutes;
        self
    }

    /// The attribute `commitment-type-indication`. Excludes a reason.
    #[must_use]
    pub fn commitment(mut self, commitment: Commitment) -> Self {
        self.commitment = Some(commitment);
        self
    }

    /// The attribute `signature-policy-identifier`. Excludes a reason.
    #[must_use]
    pub fn policy(mut self, policy: SignaturePolicy) -> Self {
        self.policy = Some(policy);
        self
    }

    /// Octets to reserve for the signature at least; else its exact size and room for a timestamp token.
    #[must_use]
    pub fn contents(mut self, octets: usize) -> Self {
        self.contents = Some(octets);
        self
    }

    /// The options that exclude each other.
    pub(super) fn check(&self) -> Result<(), Misuse> {
        if self.format == ProfileFormat::Pdf && self.packaging != Packaging::Enveloped {
            return Err(Misuse::new("a PDF file has its signature within: another packaging is for records"));
        }
        #[cfg(feature = "cms")]
        if self.format == ProfileFormat::Cms && self.packaging == Packaging::Enveloped {
            return Err(Misuse::new("signed data have their content inside or elsewhere, never around them"));
        }
        #[cfg(feature = "json")]
        if self.format == ProfileFormat::Json
            && (self.packaging == Packaging::Enveloped || (self.json.mechanism.is_some() && self.packaging != Packaging::Detached))
        {
            return Err(Misuse::new("a signature in JSON has its payload inside, or names detached files"));
        }
        #[cfg(feature = "asic")]
        if self.container.is_some() {
            let is_detached = self.packaging == Packaging::Detached && self.elements.is_empty() && self.counter_signature.is_none();
            if !is_detached || !matches!(self.format, ProfileFormat::Cms | ProfileFormat::Xml) {
                return Err(Misuse::new("a container has CAdES or XAdES signatures, detached from the files that they are over"));
            }
        }
        #[cfg(feature = "xml")]
        if self.is_of_message && (self.packaging != Packaging::Enveloped || !self.elements.is_empty()) {
            return Err(Misuse::new("a message has its signature within, over all of its parts"));
        }
        let attributes = self.commitment.is_some() || self.policy.is_some();
        // EN 319 142-1 §5.3: the attribute and the entry would say the same thing twice.
        if attributes && self.request.reason.is_some() {
            return Err(Misuse::new("a reason excludes a commitment and a signature policy (EN 319 142-1 §5.3): leave one of them out"));
        }
        if attributes && self.request.sub_filter != SubFilter::EtsiCadesDetached {
            return Err(Misuse::new("commitments and signature policies belong to PAdES signatures: use `Profile::pades_b_b`"));
        }
        if !(-24 * 60 < self.request.offset_minutes && self.request.offset_minutes < 24 * 60) {
            return Err(Misuse::new("an offset from UTC is less than a day"));
        }
        if self.request.page == Some(0) {
            return Err(Misuse::new("pages are counted from 1"));
        }
        if self.request.rectangle.is_some_and(|rectangle| rectangle.iter().any(|number| !number.is_finite())) {
            return Err(Misuse::new("a rectangle has four finite numbers"));
        }
        Ok(())
    }
}

impl Commitment {
    /// `id-cti-ets-..` (RFC 5126 §5.11.1)
    pub(super) fn oid(self) -> ObjectIdentifier {
        ObjectIdentifier::new_unwrap(match self {
            Self::ProofOfOrigin => "1.2.840.113549.1.9.16.6.1",
            Self::ProofOfReceipt => "1.2.840.113549.1.9.16.6.2",
            Self::ProofOfDelivery => "1.2.840.113549.1.9.16.6.3",
            Self::ProofOfSender => "1.2.840.113549.1.9.16.6.4",
            Self::ProofOfApproval => "1.2.840.113549.1.9.16.6.5",
            Self::ProofOfCreation => "1.2.840.113549.1.9.16.6.6",
        })
    }
}
