//! XML Signature §3.2 — from a Signature element to the waist: references, SignedInfo, value, properties

use std::collections::BTreeMap;

use super::key_info::{KeyInfo, key_info};
use super::key_names;
use super::names::{COUNTERSIGNED_TYPE, MANIFEST_TYPE, SIGNED_PROPERTIES_TYPE, XADES_OLD};
use super::qualifying_properties::{self, QualifyingProperties, signing_time};
use super::reference::{Reference, References, manifest, reference};
use super::signature_element::{self, SignatureElement};
use super::time_stamps::TimeStamped;
use super::transforms::Fault;
use super::unsigned_properties::{Property, PropertyKind, UnsignedProperties, unsigned_properties, values};
use crate::encoding::xml::{NodeId, NodeSet, Unsigned};
use crate::format::signature::{Signature, SignedDatum, ToBeSigned, ToBeSignedData, Value};
use crate::pki::{Certificate, SignerIdentifier};
use crate::report::json::{CoveredReference, Format, Kind, Level};
use crate::report::{Block, Recorder, Stop, checks};

checks! {
    READABLE = "core_validation.reference_readable", "XML Signature §4.4.3", Failed(FormatFailure),
        "A reference cannot be read: {what}.", "Không đọc được một tham chiếu.";
    ID_UNIQUE = "core_validation.identifier_unique", "XML Signature §4.4.3.3", Failed(FormatFailure),
        "Several elements have the identifier of {uri}, so nobody can tell which one is signed.",
        "Nhiều phần tử cùng mang định danh {uri} nên không thể biết phần tử nào được ký.";
    CANONICAL_FORM = "core_validation.canonical_form", "XML Signature §4.4.3.2", Failed(FormatFailure),
        "There is no canonical form of {uri}: {what}.", "Không có dạng chuẩn tắc của {uri}.";
    TRANSFORMS = "core_validation.transforms_known", "XML Signature §6.6", Indeterminate(SignedDataNotFound),
        "A transform of {uri} is refused: {what}.", "Một phép biến đổi của {uri} bị từ chối.";
    TRANSFORM_LIMIT = "limit.transforms", "XML Signature §4.4.3.4", Indeterminate(SigConstraintsFailure),
        "{uri} has more than {limit} transforms, and none is applied.", "{uri} có hơn {limit} phép biến đổi nên không được áp dụng.";
    OCTET_LIMIT = "limit.referenced_octets", "XML Signature §4.4.3.2", Indeterminate(SigConstraintsFailure),
        "The references of the document are over more than {limit} octets.", "Các tham chiếu của tài liệu bao trùm hơn {limit} byte.";
    VALUE_PREFIXES = "core_validation.prefixes_of_values_signed", "Exclusive XML Canonicalization §1.3", Indeterminate(SigConstraintsFailure),
        "A value of {path} has the prefix {prefix}, and that this stands for {namespace} is not signed.",
        "Một giá trị của {path} dùng tiền tố {prefix}, nhưng việc tiền tố đó chỉ {namespace} không được ký.";
    MANIFEST_ENTRY = "core_validation.manifest_entry_found", "XML Signature §5.1", Indeterminate(SignedDataNotFound),
        "What the manifest names {uri} is not at hand.", "Không có dữ liệu mà bảng kê gọi là {uri}.";
    CANONICAL_SIGNED_INFO = "core_validation.signed_info_canonical", "XML Signature §4.4.1", Failed(FormatFailure),
        "There is no canonical form of what is signed: {what}.", "Không có dạng chuẩn tắc của phần được ký.";
    ONE_KEY = "core_validation.key_is_the_certificates", "XML Signature §4.5", Failed(FormatFailure),
        "The key beside the signature is not that of the certificate beside it.", "Khóa công khai kèm chữ ký không phải khóa của chứng thư kèm theo.";
    COUNTERSIGNED = "core_validation.counter_signature_covers_value", "EN 319 132-1 §5.2.7.2", Failed(HashFailure),
        "The counter signature does not cover the value of the signature in which it stands.",
        "Chữ ký xác nhận không bao trùm giá trị của chữ ký chứa nó.";
    CERTIFICATES_READABLE = "core_validation.certificates_readable", "XML Signature §4.5.4", Failed(FormatFailure),
        "{count} certificates or revocation data in the signature cannot be read.", "Không đọc được {count} chứng thư hoặc dữ liệu thu hồi trong chữ ký.";
}

/// A signature, read.
pub(super) struct Read {
    pub signature: Signature,
    /// What of the document it is over.
    pub covered: NodeSet,
    /// The elements that its references are to, the document element left out.
    pub targets: Vec<NodeId>,
    /// What its references name and nobody gave.
    pub missing: Vec<String>,
    /// Names of the files given beside the document that it is over.
    pub files: Vec<String>,
}

/// What a signature may look at beside itself.
pub(super) struct Surroundings<'s, 'r, 'a> {
    pub references: &'s References<'r, 'a>,
    /// Positions of all signatures of the document.
    pub positions: &'s BTreeMap<NodeId, usize>,
}

/// Reads the signature at `node`.
pub(super) fn read(surroundings: &Surroundings<'_, '_, '_>, node: NodeId, countersigned: Option<NodeId>) -> Read {
    let tree = surroundings.references.tree;
    let kind = if countersigned.is_some() { Kind::CounterSignature } else { Kind::Signature };
    let mut signature = Signature::new(kind, Format::XmlDSig);
    let span = tree.span(node);
    let octets = |position: usize| u64::try_from(position).unwrap_or(u64::MAX);
    signature.position = (octets(span.start), octets(span.end));
    let mut read = Reading {
        surroundings,
        countersigned,
        covers_value: None,
        signature,
        covered: NodeSet::of([]),
        targets: Vec::new(),
        missing: Vec::new(),
        files: Vec::new(),
        constraints: Vec::new(),
        language: None,
        unreadable: 0,
    };
    let block = Block::run("Format checking", "EN 319 102-1 §5.2.2", "", |r| read.whole(r, node));
    let constraints = std::mem::take(&mut read.constraints);
    let (unreadable, covers_value, language) = (read.unreadable, read.covers_value, read.language.take());
    read.signature.format_checking = block;
    let stamps = read.signature.format_constraints.clone();
    read.signature.format_constraints = Block::run("Constraints of the file", "EN 319 102-1 §5.2.8", "", |r| {
        r.bind(stamps);
        // As of any signature over something else than what it is on: none of its digests is that of the value.
        if let Some(covers_value) = covers_value {
            r.ask(&COUNTERSIGNED, covers_value, []);
        }
        if let Some((namespace, is_known)) = &language {
            qualifying_properties::language(r, namespace, *is_known);
        }
        if constraints.is_empty() {
            for within in [&TRANSFORMS, &TRANSFORM_LIMIT, &OCTET_LIMIT] {
                r.ask(within, true, []);
            }
        }
        for (uri, fault) in constraints {
            constraint(r, surroundings.references, uri, &fault);
        }
        r.tolerate(&CERTIFICATES_READABLE, unreadable == 0, [("count", unreadable.into())]);
        Ok(())
    });
    Read { signature: read.signature, covered: read.covered, targets: read.targets, missing: read.missing, files: read.files }
}

/// What makes a verdict impossible without being anybody's fault.
fn constraint(r: &mut Recorder, references: &References<'_, '_>, uri: String, fault: &Fault) {
    match fault {
        Fault::Refused(what) => {
            r.ask(&TRANSFORMS, false, [("uri", uri.into()), ("what", what.clone().into())]);
        }
        Fault::Limit("transforms") => {
            r.ask(&TRANSFORM_LIMIT, false, [("uri", uri.into()), ("limit", references.limits.transforms.into())]);
        }
        Fault::Limit(_) => {
            r.ask(&OCTET_LIMIT, false, [("limit", references.limits.referenced_octets.into())]);
        }
        Fault::NotFound => {
            r.tolerate(&MANIFEST_ENTRY, false, [("uri", uri.into())]);
        }
        Fault::Ambiguous | Fault::NoCanonicalForm(_) => {}
    }
}

struct Reading<'s, 'r, 'a> {
    surroundings: &'s Surroundings<'s, 'r, 'a>,
    countersigned: Option<NodeId>,
    /// Whether that is among what is signed.
    covers_value: Option<bool>,
    signature: Signature,
    covered: NodeSet,
    targets: Vec<NodeId>,
    missing: Vec<String>,
    files: Vec<String>,
    constraints: Vec<(String, Fault)>,
    /// The namespace of the signed properties, and whether it is one that is known here.
    language: Option<(String, bool)>,
    unreadable: usize,
}

impl<'r, 'a> Reading<'_, 'r, 'a> {
    fn references(&self) -> &'_ References<'r, 'a> {
        self.surroundings.references
    }

    fn whole(&mut self, r: &mut Recorder, node: NodeId) -> Result<(), Stop> {
        let tree = self.references().tree;
        // Whatever the signature before it left.
        self.references().value_prefixes.take();
        let element = signature_element::read(r, tree, node, self.references().limits.references)?;
        let keys = element.key_info.map(|node| key_info(tree, node)).unwrap_or_default();
        self.unreadable = keys.unread;
        self.signature.certificates = keys.certificates.clone();
        self.value(r, &element)?;
        let listed = self.listed(r, &element)?;
        self.data(r, &element, &listed);
        value_prefixes(r, self.references().value_prefixes.take());
        let mut properties = qualifying_properties::find(r, tree, &element)?;
        let signed_properties = self.signed_properties(r, &element, &listed, &properties)?;
        properties.read(r, tree);
        let unsigned = unsigned_properties(tree, &properties);
        self.evidence(&unsigned);
        self.identify(r, &keys, &properties);
        self.signature.claimed_time = properties.signing_time.or_else(|| self.plain_signing_time(r, &element, &properties));
        self.covers_value = self.countersigned.map(|value| listed.iter().any(|one| self.references().target(one) == Some(value)));
        self.classify(&element, &listed, signed_properties, &properties, &unsigned);
        self.time_stamps(&element, &listed, signed_properties, &properties, &unsigned);
        Ok(())
    }

    /// §3.2.2: the canonical octets of SignedInfo, and the value over them.
    fn value(&mut self, r: &mut Recorder, element: &SignatureElement) -> Result<(), Stop> {
        let mut octets = Vec::new();
        let outcome = self
            .references()
            .canonical_element(element.signed_info, &element.canonicalisation, &mut |piece| octets.extend_from_slice(piece));
        let what = outcome.as_ref().err().map(ToString::to_string).unwrap_or_default();
        r.require(&CANONICAL_SIGNED_INFO, outcome.is_ok(), [("what", what.into())])?;
        self.signature.value = Some(Value {
            algorithm: element.algorithm,
            digest_algorithm: element.algorithm.digest(),
            to_be_signed: vec![ToBeSigned { form: "canonical", data: ToBeSignedData::Octets(octets) }],
            octets: element.algorithm.value_from_xml(element.octets.clone()),
            signer: None,
            references: Vec::new(),
        });
        Ok(())
    }

    fn listed(&self, r: &mut Recorder, element: &SignatureElement) -> Result<Vec<Reference>, Stop> {
        let tree = self.references().tree;
        let mut listed = Vec::with_capacity(element.references.len());
        for node in &element.references {
            let read = reference(tree, *node);
            let what = read.as_ref().err().copied().unwrap_or_default();
            listed.push(r.obtain(&READABLE, read.ok(), [("what", what.into())])?);
        }
        Ok(listed)
    }

    /// §3.2.1: the digest of everything that is referred to, and of what manifests among it refer to.
    fn data(&mut self, r: &mut Recorder, element: &SignatureElement, listed: &[Reference]) {
        let tree = self.references().tree;
        let mut left = self.references().limits.references;
        for reference in listed {
            self.datum(r, element.node, reference, None);
            let target = self.references().target(reference).filter(|_| reference.kind.as_deref() == Some(MANIFEST_TYPE));
            for node in target.map(|target| manifest(tree, target)).unwrap_or_default() {
                // The manifest may not be what was signed: that is judged by its digest, and not by what stands in it.
                let entry = match super::reference::reference(tree, node) {
                    Ok(entry) => entry,
                    Err(what) => {
                        self.constraints.push(("Manifest".into(), Fault::Refused(what.into())));
                        continue;
                    }
                };
                let Some(fewer) = left.checked_sub(1) else {
                    self.constraints.push((uri_of(&entry), Fault::Limit("referenced_octets")));
                    return;
                };
                left = fewer;
                self.datum(r, element.node, &entry, Some(reference));
            }
        }
    }

    fn datum(&mut self, r: &mut Recorder, signature: NodeId, reference: &Reference, manifest: Option<&Reference>) {
        let uri = uri_of(reference);
        let file = self.references().file(reference).map(str::to_owned);
        self.files.extend(file);
        let outcome = match &reference.algorithm {
            Ok(algorithm) => self.references().digest(signature, reference, *algorithm).map(Some),
            Err(_) => Ok(None),
        };
        let selection = self.references().selection(signature, reference);
        let tree = self.references().tree;
        let whole = tree.text().len().max(1);
        self.signature.coverage.references.push(CoveredReference {
            uri: reference.uri.clone().unwrap_or_default(),
            node: selection.as_ref().and_then(|selection| selection.target.first()).map(|node| tree.path(node)),
            name: None,
            share: selection.as_ref().map_or(0.0, |selection| share(selection.covered.octets(tree), whole)),
        });
        if let Some(selection) = selection {
            self.targets.extend(selection.target.first().filter(|node| tree.is_element(*node) && *node != tree.root()));
            self.covered = NodeSet::union([self.covered.clone(), selection.covered]);
        }
        let name = uri.clone();
        match &outcome {
            Ok(_) => {
                r.ask(&ID_UNIQUE, true, [("uri", uri.clone().into())]);
                r.ask(&CANONICAL_FORM, true, [("uri", uri.clone().into())]);
                if manifest.is_some() {
                    r.tolerate(&MANIFEST_ENTRY, true, [("uri", uri.clone().into())]);
                }
            }
            Err(Fault::Ambiguous) => {
                r.ask(&ID_UNIQUE, false, [("uri", uri.clone().into())]);
            }
            Err(Fault::NoCanonicalForm(what)) => {
                r.ask(&CANONICAL_FORM, false, [("uri", uri.clone().into()), ("what", what.clone().into())]);
            }
            Err(Fault::NotFound) if manifest.is_some() => {
                // §5.1 leaves to the application which entries of a manifest must be there.
                self.constraints.push((uri, Fault::NotFound));
                return;
            }
            Err(Fault::NotFound) => self.missing.extend(reference.uri.clone()),
            Err(fault) => {
                self.constraints.push((uri, fault.clone()));
            }
        }
        self.signature.signed_data.push(SignedDatum {
            name,
            algorithm: reference.algorithm.clone(),
            expected: reference.expected.clone(),
            actual: outcome.ok().flatten(),
        });
    }

    /// EN 319 132-1 §4.4.2: exactly one reference is of the type, and it is to the properties that stand in the signature.
    fn signed_properties(
        &mut self,
        r: &mut Recorder,
        element: &SignatureElement,
        listed: &[Reference],
        properties: &QualifyingProperties,
    ) -> Result<Option<usize>, Stop> {
        let positions = |is: &dyn Fn(&Reference) -> bool| -> Vec<usize> {
            listed.iter().enumerate().filter(|(_, reference)| is(reference)).map(|(position, _)| position).collect()
        };
        let typed = positions(&|reference| reference.kind.as_deref().is_some_and(|kind| SIGNED_PROPERTIES_TYPE.contains(&kind)));
        let at = |position: &usize| listed.get(*position);
        let name = properties.signed.and_then(|signed| self.references().tree.name(signed));
        self.language = name.map(|(namespace, _)| (namespace.to_owned(), true));
        let references = self.references();
        let Some(signed) = properties.signed else {
            return match typed.first().and_then(at).and_then(|reference| references.target(reference)) {
                None if typed.is_empty() => Ok(None),
                // Properties in another place are nobody's; a reference to them promises what is not there.
                target => {
                    let tree = references.tree;
                    let unknown = target.and_then(|node| qualifying_properties::unknown_language(tree, element, node));
                    self.language = unknown.map(|namespace| (namespace, false));
                    if self.language.is_none() || typed.len() > 1 {
                        qualifying_properties::referenced(r, typed.len(), 0)?;
                    }
                    Ok(None)
                }
            };
        };
        if typed.iter().filter_map(at).any(|reference| references.is_refused(reference)) {
            return Ok(None);
        }
        let is_to_them = |reference: &Reference| references.covers_first(element.node, reference, signed);
        if typed.is_empty() {
            let untyped = positions(&|reference| reference.kind.is_none() && is_to_them(reference));
            qualifying_properties::referenced_without_type(r, untyped.len())?;
            return Ok(untyped.first().copied());
        }
        qualifying_properties::referenced(r, typed.len(), typed.iter().filter_map(at).filter(|reference| is_to_them(reference)).count())?;
        qualifying_properties::typed(r);
        Ok(typed.first().copied())
    }

    fn evidence(&mut self, unsigned: &UnsignedProperties) {
        let tree = self.references().tree;
        for property in &unsigned.all {
            let found = values(tree, property);
            self.unreadable = self.unreadable.saturating_add(found.unread);
            found.into(&mut self.signature);
        }
    }

    /// Who signed: by the certificate that what is signed names, else by what stands beside it.
    fn identify(&mut self, r: &mut Recorder, keys: &KeyInfo, properties: &QualifyingProperties) {
        let Some(value) = &mut self.signature.value else { return };
        value.references = properties.certificates.clone();
        if self.signature.certificates.is_empty() {
            // Without a certificate here, its name tells which of the relying party's is meant.
            value.signer = properties.issuer_serial.as_ref().and_then(|names| {
                let issuer = names.issuer.directories().next()?.clone();
                Some(SignerIdentifier::IssuerAndSerial { issuer, serial: names.serial.clone() })
            });
        }
        let named = |one: &&Certificate| value.references.first().and_then(|reference| reference.matches(one)) == Some(true);
        let signer = self.signature.certificates.iter().find(named).or_else(|| self.signature.certificates.first());
        key_names::agree(r, keys);
        properties.references_agree(r, &keys.certificates);
        if let (Some(signer), false) = (signer, keys.keys.is_empty()) {
            let own = signer.public_key();
            let same = own.is_ok_and(|own| {
                keys.keys.iter().all(|key| key.spki() == own.spki() || key.subject_public_key() == own.subject_public_key())
            });
            r.ask(&ONE_KEY, same, []);
        }
    }

    /// Tax files and invoices: `SigningTime` in an object that is signed.
    fn plain_signing_time(
        &self,
        r: &mut Recorder,
        element: &SignatureElement,
        properties: &QualifyingProperties,
    ) -> Option<crate::time::Time> {
        let tree = self.references().tree;
        let within = element.objects.iter().filter(|_| properties.node.is_none()).flat_map(|object| tree.descendants(*object));
        let is_time =
            |node: &NodeId| tree.name(*node).is_some_and(|(_, local)| local == "SigningTime") && self.covered.has_all(tree, *node);
        within.into_iter().find(is_time).and_then(|node| signing_time(r, tree, node))
    }

    /// Format, level as far as structure tells it, and the legacy form (EN 319 132-1 §6.3; EN 319 132-2; TS 101 903).
    fn classify(
        &mut self,
        element: &SignatureElement,
        listed: &[Reference],
        signed_properties: Option<usize>,
        properties: &QualifyingProperties,
        unsigned: &UnsignedProperties,
    ) {
        self.signature.policy = properties.policy.clone();
        let tree = self.references().tree;
        if signed_properties.is_none() {
            return;
        }
        self.signature.format = Format::XAdES;
        let countersigned = |reference: &Reference| reference.kind.as_deref() == Some(COUNTERSIGNED_TYPE);
        let data =
            listed.iter().enumerate().filter(|(position, reference)| signed_properties != Some(*position) && !countersigned(reference));
        let mut described = data.map(|(_, reference)| {
            reference.id.as_deref().is_some_and(|id| properties.formats.iter().any(|format| format.strip_prefix('#') == Some(id)))
        });
        let is_current = properties.node.and_then(|node| tree.name(node)).is_some_and(|(namespace, _)| !XADES_OLD.contains(&namespace));
        let is_typed = signed_properties.and_then(|position| listed.get(position)).is_some_and(|reference| reference.kind.is_some());
        let is_baseline = is_current
            && is_typed
            && properties.signing_time.is_some()
            && properties.has_certificate_v2
            && element.key_info.is_some()
            && described.all(|described| described)
            // Table 2: what level C and X brought is not among it.
            && !unsigned.has(PropertyKind::CertificateReferences)
            && !unsigned.has(PropertyKind::RevocationReferences);
        if is_baseline {
            self.signature.level = Level::BB;
        } else {
            self.signature.profile = Some(profile(properties, unsigned));
        }
    }

    fn time_stamps(
        &mut self,
        element: &SignatureElement,
        listed: &[Reference],
        signed_properties: Option<usize>,
        properties: &QualifyingProperties,
        unsigned: &UnsignedProperties,
    ) {
        let surroundings = self.surroundings;
        let tree = self.references().tree;
        let stamped = TimeStamped { references: surroundings.references, element, listed, signed_properties, unsigned };
        let own: Vec<[u8; 32]> =
            element.key_info.iter().flat_map(|node| key_info(tree, *node).certificates).map(|one| one.sha256()).collect();
        let evidence = |before: &[Property]| {
            let values = before.iter().flat_map(|property| values(tree, property).digests().collect::<Vec<_>>());
            own.iter().copied().chain(values).collect()
        };
        let inner = |before: &[Property]| {
            let counter = before.iter().filter(|property| property.kind == PropertyKind::CounterSignature);
            counter
                .flat_map(|property| surroundings.positions.iter().filter(|(node, _)| tree.contains(property.node, **node)))
                .map(|(_, position)| *position)
                .collect()
        };
        let (mut before, mut on) = (Vec::new(), Vec::new());
        self.signature.format_constraints = Block::run("Timestamps", "EN 319 132-1 §5.1.4", "", |r| {
            before = stamped.content(r, properties);
            on = stamped.unsigned(r, &evidence, &inner);
            Ok(())
        });
        self.signature.content_timestamps = before;
        self.signature.timestamps = on;
    }
}

/// The form of TS 101 903 §4.4.
fn profile(properties: &QualifyingProperties, unsigned: &UnsignedProperties) -> &'static str {
    let has = |kind: PropertyKind| unsigned.has(kind);
    let references = has(PropertyKind::CertificateReferences) && has(PropertyKind::RevocationReferences);
    let on_references = has(PropertyKind::SignatureAndReferencesTimeStamp) || has(PropertyKind::ReferencesTimeStamp);
    let values = has(PropertyKind::CertificateValues) && has(PropertyKind::RevocationValues);
    match () {
        () if has(PropertyKind::ArchiveTimeStamp) => "A",
        () if references && on_references && values => "XL",
        () if references && on_references => "X",
        () if references => "C",
        () if has(PropertyKind::SignatureTimeStamp) => "T",
        () if properties.has_policy => "EPES",
        () => "BES",
    }
}

/// Whoever changes what the prefix stands for changes what the value says, and no signed octet.
fn value_prefixes(r: &mut Recorder, unsigned: Option<Unsigned>) {
    let inputs = |found: Unsigned| [("path", found.path.into()), ("prefix", found.prefix.into()), ("namespace", found.namespace.into())];
    match unsigned {
        None => r.tolerate(&VALUE_PREFIXES, true, []),
        Some(found) => r.tolerate(&VALUE_PREFIXES, false, inputs(found)),
    };
}

fn uri_of(reference: &Reference) -> String {
    reference.uri.as_deref().map_or_else(|| "Reference".into(), |uri| if uri.is_empty() { "URI=\"\"".into() } else { uri.to_owned() })
}

fn share(part: usize, whole: usize) -> f64 {
    let millionths = part.saturating_mul(1_000_000).checked_div(whole).unwrap_or(0);
    f64::from(u32::try_from(millionths).unwrap_or(u32::MAX)) / 1_000_000.0
}
