//! EN 319 162-1 §4.3, §4.4 — Containers: files with one more signature over all of them

use super::draft::Draft;
use super::error::SignError;
use super::layout::{InContainer, Layout};
use super::profile::{ContainerKind, Profile, ProfileFormat};
use crate::crypto::{DigestAlgorithm, SignatureAlgorithm};
use crate::document::{Container, Detached, Document, EXTENDED, File, Form, SIMPLE};
use crate::encoding::xml;
use crate::encoding::zip_writing::{self, Named};
use crate::error::Misuse;
use crate::format::asic::writing::{free_name, is_kept, manifest, media_type, open_document_manifest};
use crate::format::xades::writing::{Content, Place};
use crate::limits::Limits;
use crate::pki::Certificate;

/// A container without its new signature.
pub(super) struct Unsigned {
    octets: Vec<u8>,
    container: Container,
}

/// What makes a signature.
struct Signing<'s> {
    profile: &'s Profile,
    certificates: &'s [Certificate],
    algorithm: SignatureAlgorithm,
}

impl<'a> Draft<'a> {
    pub(super) fn of_container(
        document: &Document<'a>,
        kind: ContainerKind,
        profile: &Profile,
        certificates: &[Certificate],
        algorithm: SignatureAlgorithm,
    ) -> Result<Self, SignError> {
        let signing = Signing { profile, certificates, algorithm };
        let unsigned = Unsigned::of_document(document, kind)?;
        let (container, name, draft) = match profile.format {
            ProfileFormat::Cms => unsigned.with_cades(kind, &signing)?,
            _ => unsigned.with_xades(kind, &signing)?,
        };
        let layout = Layout::InContainer(InContainer { container, name, file: Box::new(draft.layout) });
        let Draft { to_be_signed, certificates, key, .. } = draft;
        Ok(Self { original: document.octets(), layout, algorithm, to_be_signed, certificates, key })
    }
}

/// The files that come into a new container: those given beside the document, else itself.
fn files(document: &Document<'_>) -> Result<Vec<Named>, Misuse> {
    if document.detached.is_empty() {
        let name = document.name.as_deref().map_or("document", |name| name.rsplit('/').next().unwrap_or(name));
        return Ok(vec![(name.to_owned(), document.octets().to_vec())]);
    }
    let octets = |file: &Detached<'_>| {
        let octets =
            file.octets().ok_or_else(|| Misuse::new(format!("{:?} is given by its digest, and a container holds files", file.name())));
        Ok((file.name().to_owned(), octets?.to_vec()))
    };
    document.detached.iter().map(octets).collect()
}

impl Unsigned {
    /// The container that the document is, or a new one of it.
    pub fn of_document(document: &Document<'_>, kind: ContainerKind) -> Result<Self, SignError> {
        match &document.form {
            Form::Container(container) => Ok(Self::existing(document, container, kind)?),
            _ => Self::of_files(files(document)?, kind),
        }
    }

    /// Whether it has a file of this name.
    pub fn has(&self, name: &str) -> bool {
        self.container.files.iter().any(|file| file.name == name)
    }

    pub fn into_octets(self) -> Vec<u8> {
        self.octets
    }

    fn existing(document: &Document<'_>, container: &Container, kind: ContainerKind) -> Result<Self, Misuse> {
        if container.is_simple != (kind == ContainerKind::Simple) {
            return Err(Misuse::new("the container is of the other kind"));
        }
        if !document.detached.is_empty() {
            return Err(Misuse::new("a container that is signed keeps the files that it has"));
        }
        Ok(Self { octets: document.octets().to_vec(), container: container.clone() })
    }

    fn of_files(files: Vec<Named>, kind: ContainerKind) -> Result<Self, SignError> {
        let media_type = if kind == ContainerKind::Simple { SIMPLE } else { EXTENDED };
        let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
        if kind == ContainerKind::Simple && (names.len() != 1 || names.iter().any(|name| name.contains('/'))) {
            return Err(Misuse::new("a simple container holds one file, at its root (EN 319 162-1 §4.3.3.1)").into());
        }
        let is_own = |name: &&str| name.eq_ignore_ascii_case("mimetype") || name.to_ascii_lowercase().starts_with("meta-inf/");
        if let Some(name) = names.iter().find(|name| is_own(name)) {
            return Err(Misuse::new(format!("{name:?} is the name of a file that belongs to the container itself")).into());
        }
        let all: Vec<Named> = std::iter::once(("mimetype".to_owned(), media_type.as_bytes().to_vec())).chain(files).collect();
        let octets = zip_writing::written(&all)?;
        // Read as everybody will: names that lead elsewhere or stand twice are refused.
        let container = Container::read(&octets, &Limits::default())?.ok_or_else(|| Misuse::new("no container"))?;
        Ok(Self { octets, container })
    }

    /// The container with what belongs to the signature, the name of its file, and the draft of that.
    fn with_cades(self, kind: ContainerKind, signing: &Signing<'_>) -> Result<(Vec<u8>, String, Draft<'static>), SignError> {
        let files = &self.container.files;
        if kind == ContainerKind::Simple {
            let name = "META-INF/signature.p7s";
            let content = self.only_file()?;
            let known = files.iter().find(|file| file.name == name);
            let document = known.map_or_else(|| Ok(Document::data(&content.octets)), |known| Document::cms(&known.octets))?;
            let draft = signing.cades(&document.with_detached(&content.name, &content.octets))?;
            return Ok((self.octets, name.into(), draft));
        }
        let (octets, name, manifest) = self.with_manifest("signature", "p7s", DigestAlgorithm::Sha256)?;
        let draft = signing.cades(&Document::data(&manifest))?;
        Ok((octets, name, draft))
    }

    /// The container with a manifest of its files, the name of what signs that, and the manifest (§4.4.4.2).
    pub fn with_manifest(self, start: &str, ending: &str, algorithm: DigestAlgorithm) -> Result<(Vec<u8>, String, Vec<u8>), SignError> {
        let files = &self.container.files;
        let name = free_name(files, start, ending);
        let listed = self.container.data().map(|file| (file.name.as_str(), &file.octets[..]));
        let manifest = manifest((&name, media_type(&name)), listed, None, algorithm)?;
        let new = (free_name(files, "ASiCManifest", "xml"), manifest.clone());
        Ok((zip_writing::changed(&self.octets, &[], &[new])?, name, manifest))
    }

    fn with_xades(self, kind: ContainerKind, signing: &Signing<'_>) -> Result<(Vec<u8>, String, Draft<'static>), SignError> {
        let files = &self.container.files;
        let name = match kind {
            ContainerKind::Simple => "META-INF/signatures.xml".to_owned(),
            ContainerKind::Extended => free_name(files, "signatures", "xml"),
        };
        if kind == ContainerKind::Simple {
            self.only_file()?;
        }
        let known = files.iter().find(|file| file.name == name);
        let tree = known.map(|known| xml::read(&known.octets, &Limits::default())).transpose()?;
        let place = tree.as_ref().map_or(Place::InContainer, Place::last_in);
        let contents = self.container.data().map(|file| {
            let detached = Detached::of(&file.name, &file.octets);
            (Content::File(detached), media_type(&file.name))
        });
        let draft = Draft::of_contents(&[], place, contents.collect(), signing.profile, signing.certificates, signing.algorithm)?;
        let has_manifest = files.iter().any(|file| file.name == "META-INF/manifest.xml");
        if kind == ContainerKind::Simple || has_manifest {
            return Ok((self.octets, name, draft));
        }
        let manifest = open_document_manifest(EXTENDED, self.container.data().map(|file| file.name.as_str()));
        let new = ("META-INF/manifest.xml".to_owned(), manifest);
        Ok((zip_writing::changed(&self.octets, &[], &[new])?, name, draft))
    }

    /// The file of a simple container, of which no signature stands under a timestamp.
    pub fn only_file(&self) -> Result<&File, Misuse> {
        let mut data = self.container.data();
        match (data.next(), data.next()) {
            (Some(one), None) if !is_kept(&self.container, "META-INF/signature.p7s") => Ok(one),
            (Some(_), None) => Err(Misuse::new("a timestamp covers the file that would get the signature")),
            _ => Err(Misuse::new("a simple container holds one file (EN 319 162-1 §4.3.3.1)")),
        }
    }
}

impl Signing<'_> {
    fn cades(&self, document: &Document<'_>) -> Result<Draft<'static>, SignError> {
        let Draft { layout, algorithm, to_be_signed, certificates, key, .. } =
            Draft::of_cms(document, self.profile, self.certificates, self.algorithm)?;
        Ok(Draft { original: &[], layout, algorithm, to_be_signed, certificates, key })
    }
}
