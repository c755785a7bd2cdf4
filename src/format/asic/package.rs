//! EN 319 162-1 §4.4.3.2 — files of the package in `META-INF`, which no signature is over
//!
//! `manifest.xml` and `container.xml` (OpenDocument 1.2, part 3) say which files there are and of what types, and nothing more. Whatever says more is data that stands there.

use crate::document::{Container, File};
use crate::encoding::xml::{self, NodeId, Tree};
use crate::limits::Limits;

const MANIFEST: &str = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0";
const CONTAINER: &str = "urn:oasis:names:tc:opendocument:xmlns:container";

/// The two files, with the elements that they have and the attributes of these; the first is the document element.
const FILES: [(&str, &str, [&str; 3]); 2] = [
    ("META-INF/manifest.xml", MANIFEST, ["manifest", "file-entry", "file-entry"]),
    ("META-INF/container.xml", CONTAINER, ["container", "rootfiles", "rootfile"]),
];
const ATTRIBUTES: [&str; 4] = ["full-path", "media-type", "version", "size"];

/// What a file of the package says of the files in it.
#[derive(Debug, Default)]
pub(super) struct Listed {
    /// The path of each, with its type.
    entries: Vec<(String, String)>,
}

impl Listed {
    /// What `file` lists; `None` when it is no file of the package, or says something else.
    pub fn read(file: &File, limits: &Limits) -> Option<Self> {
        let (_, namespace, elements) = FILES.iter().find(|(name, ..)| file.name.eq_ignore_ascii_case(name))?;
        let tree = xml::read(&file.octets, limits).ok()?;
        let is = |node: NodeId, local: &&str| tree.is(node, namespace, local);
        let says_nothing_else = |node: NodeId| {
            if !tree.is_element(node) {
                return tree.string(node).trim().is_empty();
            }
            let is_expected =
                if node == tree.root() { is(node, &elements[0]) } else { elements.iter().skip(1).any(|local| is(node, local)) };
            is_expected
                && tree
                    .attributes(node)
                    .all(|(around, local, _)| (around.is_empty() || around == *namespace) && ATTRIBUTES.contains(&local))
        };
        if !tree.descendants(tree.root()).all(says_nothing_else) {
            return None;
        }
        let entry = |node: NodeId| {
            let said = |local| attribute(&tree, node, namespace, local).unwrap_or_default();
            (said("full-path"), said("media-type"))
        };
        Some(Self { entries: tree.descendants(tree.root()).filter(|node| is(*node, &elements[2])).map(entry).collect() })
    }

    /// The first path that is none of a file or folder of the container, or that has a type, which is no media type.
    pub fn strange(&self, container: &Container) -> Option<&str> {
        let is_there = |path: &str| path == "/" || container.file(path).is_some() || container.is_folder(path);
        let is_type = |said: &str| said.is_empty() || crate::document::is_media_type(said.as_bytes());
        self.entries.iter().find(|(path, said)| !is_there(path) || !is_type(said)).map(|(path, _)| path.as_str())
    }
}

fn attribute(tree: &Tree<'_>, node: NodeId, namespace: &str, local: &str) -> Option<String> {
    tree.attribute(node, namespace, local).or_else(|| tree.attribute(node, "", local)).map(std::borrow::Cow::into_owned)
}
