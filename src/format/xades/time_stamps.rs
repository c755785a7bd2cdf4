//! EN 319 132-1 §5.1.4, §5.2.8, §5.3, §5.5.2, §A.1.5 — what each timestamp of a signature is over

use super::names::{base64_leaf, is_xades};
use super::qualifying_properties::QualifyingProperties;
use super::reference::{Reference, References, stated_canonicalisation};
use super::signature_element::SignatureElement;
use super::transforms::Fault;
use super::unsigned_properties::{Property, PropertyKind, UnsignedProperties};
use crate::crypto::{DigestAlgorithm, Digester};
use crate::encoding::xml::{Canonicalisation, NodeId};
use crate::format::cades::timestamp::timestamp;
use crate::format::signature::{Covered, Role, Signature};
use crate::pki::TimestampToken;
use crate::report::{Recorder, checks};

checks! {
    READABLE = "time_stamps.token_readable", "EN 319 132-1 §5.1.4, RFC 3161 §2.4.2", Indeterminate(SigConstraintsFailure),
        "A timestamp cannot be read.", "Không đọc được một dấu thời gian.";
    INPUT = "time_stamps.input_found", "EN 319 132-1 §5.1.4", Indeterminate(SigConstraintsFailure),
        "What a timestamp is over cannot be put together: {what}.", "Không dựng lại được dữ liệu mà dấu thời gian xác nhận.";
}

/// A signature with everything that its timestamps may be over.
pub(super) struct TimeStamped<'s, 'r, 'a> {
    pub references: &'s References<'r, 'a>,
    pub element: &'s SignatureElement,
    pub listed: &'s [Reference],
    /// Position of the reference to the signed properties.
    pub signed_properties: Option<usize>,
    pub unsigned: &'s UnsignedProperties,
}

type Sink<'k> = &'k mut dyn FnMut(&[u8]);

impl TimeStamped<'_, '_, '_> {
    /// The timestamps on what is signed, from before it was.
    pub fn content(&self, r: &mut Recorder, properties: &QualifyingProperties) -> Vec<Signature> {
        properties
            .time_stamps
            .iter()
            .flat_map(|node| {
                let all = is_xades(self.references.tree, *node, "AllDataObjectsTimeStamp");
                self.tokens(r, *node, |how, sink| if all { self.all_data(how, sink) } else { self.individual_data(*node, how, sink) })
            })
            .collect()
    }

    /// The timestamps on the signature, in their order, with what each covers of the others.
    pub fn unsigned(
        &self,
        r: &mut Recorder,
        evidence: &dyn Fn(&[Property]) -> Vec<[u8; 32]>,
        inner: &dyn Fn(&[Property]) -> Vec<usize>,
    ) -> Vec<Signature> {
        let mut stamps: Vec<(NodeId, Signature)> = Vec::new();
        for property in &self.unsigned.all {
            let node = property.node;
            let made = match property.kind {
                PropertyKind::SignatureTimeStamp => self.tokens(r, node, |how, sink| self.value(how, sink)),
                PropertyKind::SignatureAndReferencesTimeStamp => self.tokens(r, node, |how, sink| {
                    self.value(how, sink)?;
                    self.properties(node, how, sink, is_signature_and_references)
                }),
                PropertyKind::ReferencesTimeStamp => self.tokens(r, node, |how, sink| self.properties(node, how, sink, is_reference)),
                PropertyKind::ArchiveTimeStamp => self.tokens(r, node, |how, sink| self.archive(node, how, sink)),
                _ => continue,
            };
            let before = self.unsigned.before(node);
            let earlier: Vec<usize> =
                (0..stamps.len()).filter(|index| stamps.get(*index).is_some_and(|(other, _)| *other < node)).collect();
            let covers = match property.kind {
                PropertyKind::ArchiveTimeStamp => {
                    Covered { role: Role::Archive, signatures: inner(before), timestamps: earlier, evidence: evidence(before) }
                }
                PropertyKind::SignatureTimeStamp => Covered { role: Role::Value, ..Covered::default() },
                PropertyKind::ReferencesTimeStamp => Covered { role: Role::ReferencesAlone, ..Covered::default() },
                _ => Covered { role: Role::References, ..Covered::default() },
            };
            let end = u64::from(node.order());
            stamps.extend(made.into_iter().map(|stamp| (node, Signature { covers: covers.clone(), position: (end, end), ..stamp })));
        }
        stamps.into_iter().map(|(_, stamp)| stamp).collect()
    }

    /// The tokens in a container; each over what `input` writes, canonicalised as the container says.
    fn tokens(&self, r: &mut Recorder, node: NodeId, input: impl Fn(&Canonicalisation, Sink<'_>) -> Result<(), Fault>) -> Vec<Signature> {
        let tree = self.references.tree;
        // Before TS 101 903 V1.2.2 a timestamp named by itself what it is over; that is not put together here, and no other input stands for it.
        let names_input = tree.elements(node).any(|child| is_xades(tree, child, "HashDataInfo"));
        let how = stated_canonicalisation(tree, node).filter(|_| !names_input);
        let how = how.ok_or_else(|| Fault::Refused(if names_input { "HashDataInfo" } else { "its canonicalisation" }.into()));
        let mut known: Vec<(DigestAlgorithm, Result<Vec<u8>, Fault>)> = Vec::new();
        let mut stamps = Vec::new();
        for encapsulated in tree.elements(node).filter(|child| is_xades(tree, *child, "EncapsulatedTimeStamp")) {
            let token = base64_leaf(tree, encapsulated).and_then(|octets| TimestampToken::from_ber(&octets).ok());
            r.ask(&READABLE, token.is_some(), []);
            let Some(token) = token else { continue };
            let mut stamp = timestamp(&token);
            if let Some(imprint) = stamp.signed_data.first_mut()
                && let Ok(algorithm) = imprint.algorithm
            {
                let digest = match known.iter().find(|(other, _)| *other == algorithm) {
                    Some((_, digest)) => digest.clone(),
                    None => {
                        let digest = how.as_ref().map_err(Clone::clone).and_then(|how| digest(algorithm, |sink| input(how, sink)));
                        known.push((algorithm, digest.clone()));
                        digest
                    }
                };
                if let Err(fault) = &digest {
                    r.tolerate(&INPUT, false, [("what", fault.to_string().into())]);
                } else {
                    r.tolerate(&INPUT, true, []);
                }
                imprint.actual = digest.ok();
            }
            stamps.push(stamp);
        }
        stamps
    }

    /// The digest of what a timestamp behind all that there are would be over: on the value, or on everything.
    #[cfg(feature = "sign")]
    pub fn future(&self, on_everything: bool, algorithm: DigestAlgorithm) -> Result<Vec<u8>, Fault> {
        let how = Canonicalisation::new(crate::encoding::xml::Method::Exclusive);
        digest(algorithm, |sink| if on_everything { self.archive(NodeId::LAST, &how, sink) } else { self.value(&how, sink) })
    }

    /// §5.3: the value, with its element.
    fn value(&self, how: &Canonicalisation, sink: Sink<'_>) -> Result<(), Fault> {
        self.references.canonical_element(self.element.value, how, sink)
    }

    /// §5.2.8.1: everything that is signed but the signed properties.
    fn all_data(&self, how: &Canonicalisation, sink: Sink<'_>) -> Result<(), Fault> {
        let data = self.listed.iter().enumerate().filter(|(position, _)| self.signed_properties != Some(*position));
        data.map(|(_, reference)| reference).try_for_each(|reference| self.references.octets(self.element.node, reference, how, sink))
    }

    /// §5.2.8.2: what `Include` names.
    fn individual_data(&self, node: NodeId, how: &Canonicalisation, sink: Sink<'_>) -> Result<(), Fault> {
        let tree = self.references.tree;
        for include in tree.elements(node).filter(|child| is_xades(tree, *child, "Include")) {
            let uri = tree.attribute(include, "", "URI").unwrap_or_default();
            let named = |reference: &&Reference| reference.id.as_deref().is_some_and(|id| uri.strip_prefix('#') == Some(id));
            let reference = self.listed.iter().find(named).ok_or(Fault::NotFound)?;
            self.references.octets(self.element.node, reference, how, sink)?;
        }
        Ok(())
    }

    /// Unsigned properties before `node` of certain kinds, one after the other.
    fn properties(&self, node: NodeId, how: &Canonicalisation, sink: Sink<'_>, is: fn(PropertyKind) -> bool) -> Result<(), Fault> {
        let chosen = self.unsigned.before(node).iter().filter(|property| is(property.kind));
        chosen.into_iter().try_for_each(|property| self.references.canonical_element(property.node, how, sink))
    }

    /// §5.5.2.2, annex of TS 101 903 for version 1.3.2: what is signed, SignedInfo, value, KeyInfo, the unsigned properties before, the objects
    /// that nothing refers to.
    fn archive(&self, node: NodeId, how: &Canonicalisation, sink: Sink<'_>) -> Result<(), Fault> {
        let element = self.element;
        self.listed.iter().try_for_each(|reference| self.references.octets(element.node, reference, how, sink))?;
        let parts = [Some(element.signed_info), Some(element.value), element.key_info];
        parts.into_iter().flatten().try_for_each(|part| self.references.canonical_element(part, how, sink))?;
        self.properties(node, how, sink, |_| true)?;
        let tree = self.references.tree;
        let targets: Vec<NodeId> = self.listed.iter().filter_map(|reference| self.references.target(reference)).collect();
        let holds_properties = |object: NodeId| tree.elements(object).any(|child| is_xades(tree, child, "QualifyingProperties"));
        let others = element.objects.iter().filter(|object| !holds_properties(**object) && !targets.contains(object));
        others.into_iter().try_for_each(|object| self.references.canonical_element(*object, how, sink))
    }
}

fn is_reference(kind: PropertyKind) -> bool {
    matches!(kind, PropertyKind::CertificateReferences | PropertyKind::RevocationReferences)
}

fn is_signature_and_references(kind: PropertyKind) -> bool {
    kind == PropertyKind::SignatureTimeStamp || is_reference(kind)
}

fn digest(algorithm: DigestAlgorithm, input: impl Fn(Sink<'_>) -> Result<(), Fault>) -> Result<Vec<u8>, Fault> {
    let mut digester = Digester::new(algorithm);
    input(&mut |piece| digester.update(piece))?;
    Ok(digester.finish())
}
