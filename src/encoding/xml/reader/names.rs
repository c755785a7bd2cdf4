//! Namespaces in XML 1.0 §3-§6 — names, what their prefixes stand for, no attribute twice

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::{Reader, Written, malformed};
use crate::encoding::xml::characters::{attribute_value, is_name, name_length};
use crate::encoding::xml::tree::{Attribute, Declaration, NONE, Name, Span, XML_NAMESPACE, narrow, wide};
use crate::error::Malformed;

/// The namespace of `xmlns`, which nothing may be bound to.
const XMLNS_NAMESPACE: &str = "http://www.w3.org/2000/xmlns/";

impl<'a> Reader<'a> {
    /// The name and where its local part begins.
    pub(super) fn qualified_name(&mut self) -> Result<(Span, Option<u32>), Malformed> {
        let start = self.at;
        let length = name_length(self.rest());
        let name = self.text.get(start..start.saturating_add(length)).unwrap_or_default();
        let colon = memchr::memchr(b':', name.as_bytes());
        let is_qualified = match colon {
            None => is_name(name),
            Some(at) => {
                name.split_at_checked(at).is_some_and(|(prefix, local)| is_name(prefix) && is_name(local.get(1..).unwrap_or_default()))
            }
        };
        if !is_qualified {
            return Err(malformed("no qualified name", start));
        }
        self.at = start.saturating_add(length);
        Ok((Span::new(start, self.at), colon.map(|colon| narrow(start.saturating_add(colon)))))
    }

    /// Namespaces in XML §3, "Reserved Prefixes and Namespace Names", §5 "Prefix Declared", "No Prefix Undeclaring".
    pub(super) fn namespace_declaration(&mut self, attribute: &Written) -> Result<(), Malformed> {
        let name = self.tree.slice(attribute.name);
        let prefix = match name.strip_prefix("xmlns") {
            Some("") => "",
            Some(local) if local.starts_with(':') => local.get(1..).unwrap_or_default(),
            _ => return Ok(()),
        };
        let at = wide(attribute.name.start);
        let value = attribute_value(self.tree.slice(attribute.value));
        let reserved = value == XMLNS_NAMESPACE || prefix == "xmlns" || (value == XML_NAMESPACE) != (prefix == "xml");
        if reserved {
            return Err(malformed("a reserved prefix or namespace", at));
        }
        if value.is_empty() && !prefix.is_empty() {
            return Err(malformed("a prefix declared for no namespace", at));
        }
        let prefix = self.prefix(prefix);
        let namespace = self.namespace(value);
        let bound = (prefix, Some(namespace));
        if self.tree.declarations.iter().skip(self.declarations_before()).any(|other| other.prefix == prefix) {
            return Err(malformed("an attribute given twice", at));
        }
        if let Some(place) = self.bound.get_mut(wide(prefix)) {
            self.shadowed.push((prefix, std::mem::replace(place, bound.1)));
        }
        self.tree.declarations.push(Declaration { prefix, namespace });
        Ok(())
    }

    /// Declarations of elements before this one.
    fn declarations_before(&self) -> usize {
        self.tree.elements.last().map_or(0, |element| wide(element.declarations.end))
    }

    pub(super) fn attribute(&mut self, attribute: &Written) -> Result<(), Malformed> {
        let name = self.tree.slice(attribute.name);
        if name == "xmlns" || name.starts_with("xmlns:") {
            return Ok(());
        }
        let name = self.resolved(attribute.name, attribute.colon, false)?;
        self.tree.attributes.push(Attribute { name, value: attribute.value });
        Ok(())
    }

    /// A name with its namespace. The default namespace is for elements alone (Namespaces in XML §6.2).
    pub(super) fn resolved(&mut self, written: Span, colon: Option<u32>, is_element: bool) -> Result<Name, Malformed> {
        let Some(colon) = colon else {
            let namespace = if is_element { self.bound.first().copied().flatten().unwrap_or(NONE) } else { NONE };
            return Ok(Name { written, local: written.start, prefix: NONE, namespace });
        };
        let prefix = self.prefix(self.tree.slice(Span { start: written.start, end: colon }));
        let namespace = self.bound.get(wide(prefix)).copied().flatten();
        let namespace = namespace.ok_or_else(|| malformed("a prefix without namespace", wide(written.start)))?;
        Ok(Name { written, local: colon.saturating_add(1), prefix, namespace })
    }

    /// §3.1 "Unique Att Spec"; Namespaces in XML §6.3 "Attributes Unique".
    pub(super) fn no_attribute_twice(&self, first: usize) -> Result<(), Malformed> {
        let attributes = self.tree.attributes.get(first..).unwrap_or_default();
        let named = |attribute: &Attribute| (attribute.name.namespace, self.tree.local_name(&attribute.name));
        let twice = if attributes.len() <= 8 {
            let before = |index: usize| attributes.iter().take(index);
            attributes.iter().enumerate().find(|(index, one)| before(*index).any(|other| named(one) == named(other))).map(|(_, one)| one)
        } else {
            let mut seen = BTreeMap::new();
            attributes.iter().find(|one| seen.insert(named(one), ()).is_some())
        };
        twice.map_or(Ok(()), |one| Err(malformed("an attribute given twice", wide(one.name.written.start))))
    }

    fn prefix(&mut self, prefix: &'a str) -> u32 {
        let tree = &mut self.tree;
        let next = narrow(tree.prefixes.len());
        let known = *tree.prefix_positions.entry(prefix).or_insert(next);
        if known == next {
            tree.prefixes.push(prefix);
            self.bound.push(None);
        }
        known
    }

    fn namespace(&mut self, namespace: Cow<'a, str>) -> u32 {
        let tree = &mut self.tree;
        let next = narrow(tree.namespaces.len());
        if let Some(known) = self.namespaces.get(&namespace) {
            return *known;
        }
        tree.namespaces.push(namespace.clone());
        self.namespaces.insert(namespace, next);
        next
    }
}
