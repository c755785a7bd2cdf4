//! XML 1.0 §2, §3; Namespaces in XML 1.0 §2-§6 — a document of which there is one reading: no document type, no entities, UTF-8
//!
//! What tolerant readers mend is malformed here. Nothing calls itself: depth costs no stack.

mod names;

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::characters::{forbidden, is_name, is_white_space, reference};
use super::tree::{Element, Kind, NONE, Node, Span, Tree, XML, XML_NAMESPACE, narrow, wide};
use crate::error::Malformed;
use crate::limits::Limits;

/// Reads one document. `limits` bounds its depth, its nodes and the attributes of one element.
///
/// # Errors
/// [`Malformed`] with the offset of what is not namespace-well-formed, of a document type declaration, of another encoding than UTF-8, or of the
/// node that is one too many or too deep.
pub fn read<'a>(octets: &'a [u8], limits: &Limits) -> Result<Tree<'a>, Malformed> {
    let text = std::str::from_utf8(octets).map_err(|error| malformed(not_utf8(octets), error.valid_up_to()))?;
    if u32::try_from(octets.len()).is_err() {
        return Err(malformed("larger than 4 GiB", 0));
    }
    if let Some(at) = forbidden(text) {
        return Err(malformed("a character that XML does not have", at));
    }
    let mut reader = Reader::new(text, limits);
    reader.document()?;
    Ok(reader.tree)
}

fn malformed(what: impl Into<Cow<'static, str>>, at: usize) -> Malformed {
    Malformed::new("XML", what, at)
}

fn not_utf8(octets: &[u8]) -> &'static str {
    match octets {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => "UTF-16, where UTF-8 is read",
        _ => "not UTF-8",
    }
}

/// Room for more nodes is made when they are there.
const RESERVED: usize = 1 << 20;

struct Reader<'a> {
    text: &'a str,
    octets: &'a [u8],
    at: usize,
    tree: Tree<'a>,
    nesting: usize,
    /// How many nodes and attributes may still come.
    nodes: u64,
    attributes: usize,
    open: Vec<Open>,
    /// By prefix: the namespace that it stands for here; none, where it stands for nothing.
    bound: Vec<Option<u32>>,
    /// What was bound before the elements that are open.
    shadowed: Vec<(u32, Option<u32>)>,
    namespaces: BTreeMap<Cow<'a, str>, u32>,
}

/// An element whose end tag was not seen yet.
struct Open {
    node: u32,
    shadowed: usize,
}

/// An attribute as written.
struct Written {
    name: Span,
    colon: Option<u32>,
    value: Span,
}

impl<'a> Reader<'a> {
    fn new(text: &'a str, limits: &Limits) -> Self {
        // A tag has a text before it as a rule, and every second one ends an element.
        let tags = memchr::memchr_iter(b'<', text.as_bytes()).count().min(RESERVED);
        let tree = Tree {
            text,
            nodes: Vec::with_capacity(tags),
            elements: Vec::with_capacity(tags / 2),
            attributes: Vec::new(),
            declarations: Vec::new(),
            prefixes: vec!["", "xml"],
            prefix_positions: BTreeMap::from([("", NONE), ("xml", XML)]),
            namespaces: vec![Cow::Borrowed(""), Cow::Borrowed(XML_NAMESPACE)],
        };
        Self {
            text,
            octets: text.as_bytes(),
            at: 0,
            nesting: usize::try_from(limits.nesting).unwrap_or(usize::MAX),
            nodes: limits.xml_nodes,
            attributes: usize::try_from(limits.xml_attributes).unwrap_or(usize::MAX),
            open: Vec::new(),
            bound: vec![Some(NONE), Some(XML)],
            shadowed: Vec::new(),
            namespaces: BTreeMap::from([(Cow::Borrowed(""), NONE), (Cow::Borrowed(XML_NAMESPACE), XML)]),
            tree,
        }
    }

    /// `document ::= prolog element Misc*`
    fn document(&mut self) -> Result<(), Malformed> {
        self.node(Kind::Document, Span::new(0, self.octets.len()), 0)?;
        if self.text.starts_with('\u{feff}') {
            self.at = 3;
        }
        if self.looking_at(b"<?xml") && self.octets.get(self.at.saturating_add(5)).is_some_and(|octet| is_white_space(*octet)) {
            self.declaration()?;
        }
        let mut root = false;
        loop {
            self.white_space();
            match self.rest() {
                [] if root => break,
                [] => return Err(malformed("no document element", self.at)),
                [b'<', b'!', b'-', b'-', ..] => self.comment()?,
                [b'<', b'?', ..] => self.processing_instruction()?,
                [b'<', b'!', ..] => return Err(malformed(self.declared(), self.at)),
                [b'<', ..] if root => return Err(malformed("a second document element", self.at)),
                [b'<', ..] => {
                    root = true;
                    self.document_element()?;
                }
                _ => return Err(malformed("text outside of the document element", self.at)),
            }
        }
        let end = narrow(self.tree.nodes.len());
        if let Some(document) = self.tree.nodes.first_mut() {
            document.end = end;
        }
        Ok(())
    }

    fn declared(&self) -> &'static str {
        if self.looking_at(b"<!DOCTYPE") { "a document type declaration, which is refused" } else { "an unknown declaration" }
    }

    /// `XMLDecl ::= '<?xml' VersionInfo EncodingDecl? SDDecl? S? '?>'`
    fn declaration(&mut self) -> Result<(), Malformed> {
        let start = self.at;
        let end = memchr::memmem::find(self.rest(), b"?>").ok_or_else(|| malformed("an XML declaration without end", start))?;
        let body = self.text.get(start.saturating_add(5)..start.saturating_add(end)).unwrap_or_default();
        self.at = start.saturating_add(end).saturating_add(2);
        super::declaration::declaration(body, self.text.is_ascii()).map_err(|what| malformed(what, start))
    }

    /// `element ::= EmptyElemTag | STag content ETag`, with all in it.
    fn document_element(&mut self) -> Result<(), Malformed> {
        self.start_tag()?;
        while !self.open.is_empty() {
            match self.rest() {
                [b'<', b'/', ..] => self.end_tag()?,
                [b'<', b'!', b'-', b'-', ..] => self.comment()?,
                [b'<', b'!', b'[', b'C', b'D', b'A', b'T', b'A', b'[', ..] => self.section()?,
                [b'<', b'!', ..] => return Err(malformed(self.declared(), self.at)),
                [b'<', b'?', ..] => self.processing_instruction()?,
                [b'<', ..] => self.start_tag()?,
                [] => return Err(malformed("the document ends within an element", self.at)),
                _ => self.character_data()?,
            }
        }
        Ok(())
    }

    fn start_tag(&mut self) -> Result<(), Malformed> {
        let start = self.at;
        if self.open.len() >= self.nesting {
            return Err(malformed(format!("nested deeper than {}", self.nesting), start));
        }
        self.at = self.at.saturating_add(1);
        let (name, colon) = self.qualified_name()?;
        let position = self.tree.elements.len();
        let node = self.node(Kind::Element(narrow(position)), Span::new(start, start), self.parent())?;
        let (written, shadowed) = (self.written_attributes()?, self.shadowed.len());
        let declarations = self.tree.declarations.len();
        for attribute in &written {
            self.namespace_declaration(attribute)?;
        }
        let attributes = self.tree.attributes.len();
        for attribute in &written {
            self.attribute(attribute)?;
        }
        self.no_attribute_twice(attributes)?;
        let element = Element {
            name: self.resolved(name, colon, true)?,
            attributes: Span::new(attributes, self.tree.attributes.len()),
            declarations: Span::new(declarations, self.tree.declarations.len()),
            content: Span::default(),
        };
        self.tree.elements.push(element);
        self.open.push(Open { node, shadowed });
        let is_empty = self.taken(b"/");
        if !self.taken(b">") {
            return Err(malformed("a tag that does not end", self.at));
        }
        let behind = self.at;
        if let Some(element) = self.tree.elements.last_mut() {
            element.content = Span::new(behind, behind);
        }
        if is_empty {
            self.close(behind);
        }
        Ok(())
    }

    /// `(S Attribute)* S?`
    fn written_attributes(&mut self) -> Result<Vec<Written>, Malformed> {
        let mut written = Vec::new();
        loop {
            let spaced = self.white_space();
            if matches!(self.octets.get(self.at), Some(b'>' | b'/')) {
                return Ok(written);
            }
            if !spaced {
                return Err(malformed("no white space before an attribute", self.at));
            }
            if written.len() >= self.attributes {
                return Err(malformed(format!("more than {} attributes", self.attributes), self.at));
            }
            self.spend()?;
            let (name, colon) = self.qualified_name()?;
            self.white_space();
            if !self.taken(b"=") {
                return Err(malformed("an attribute without value", self.at));
            }
            self.white_space();
            let value = self.attribute_value()?;
            written.push(Written { name, colon, value });
        }
    }

    /// `AttValue`, without its quotes.
    fn attribute_value(&mut self) -> Result<Span, Malformed> {
        let quote = match self.octets.get(self.at) {
            Some(quote @ (b'"' | b'\'')) => *quote,
            _ => return Err(malformed("an attribute value without quotes", self.at)),
        };
        self.at = self.at.saturating_add(1);
        let start = self.at;
        loop {
            let next = memchr::memchr3(quote, b'<', b'&', self.rest());
            self.at = self.at.saturating_add(next.ok_or_else(|| malformed("an attribute value without end", start))?);
            match self.octets.get(self.at) {
                Some(b'<') => return Err(malformed("`<` in an attribute value", self.at)),
                Some(b'&') => self.reference()?,
                _ => break,
            }
        }
        let value = Span::new(start, self.at);
        self.at = self.at.saturating_add(1);
        Ok(value)
    }

    fn reference(&mut self) -> Result<(), Malformed> {
        let (_, length) = reference(self.text.get(self.at..).unwrap_or_default())
            .ok_or_else(|| malformed("a reference to no character and to none of the five entities", self.at))?;
        self.at = self.at.saturating_add(length);
        Ok(())
    }

    fn end_tag(&mut self) -> Result<(), Malformed> {
        let start = self.at;
        self.at = self.at.saturating_add(2);
        let opened = self.open.last().and_then(|open| self.tree.element(super::NodeId(open.node))).map(|element| element.name.written);
        let name = self.tree.slice(opened.unwrap_or_default());
        if !self.looking_at(name.as_bytes()) {
            return Err(malformed("the end of another element", start));
        }
        self.at = self.at.saturating_add(name.len());
        self.white_space();
        if !self.taken(b">") {
            return Err(malformed("the end of another element", start));
        }
        self.close(start);
        Ok(())
    }

    /// The innermost element ends here; its content ended at `content`.
    fn close(&mut self, content: usize) {
        let Some(open) = self.open.pop() else { return };
        for (prefix, before) in self.shadowed.drain(open.shadowed..).rev() {
            if let Some(place) = self.bound.get_mut(wide(prefix)) {
                *place = before;
            }
        }
        let end = narrow(self.tree.nodes.len());
        if let Some(node) = self.tree.nodes.get_mut(wide(open.node)) {
            node.end = end;
            node.span.end = narrow(self.at);
            if let Kind::Element(position) = node.kind
                && let Some(element) = self.tree.elements.get_mut(wide(position))
            {
                element.content.end = narrow(content);
            }
        }
    }

    /// `CharData`, with references.
    fn character_data(&mut self) -> Result<(), Malformed> {
        let start = self.at;
        let length =
            memchr::memchr(b'<', self.rest()).ok_or_else(|| malformed("the document ends within an element", self.octets.len()))?;
        let end = start.saturating_add(length);
        let data = self.octets.get(start..end).unwrap_or_default();
        let mut plain = true;
        for at in memchr::memchr3_iter(b'&', b'\r', b'>', data) {
            plain = false;
            self.at = start.saturating_add(at);
            match data.get(at) {
                Some(b'&') => self.reference()?,
                Some(b'>') if data.get(..at).unwrap_or_default().ends_with(b"]]") => {
                    return Err(malformed("`]]>` outside of a CDATA section", self.at.saturating_sub(2)));
                }
                _ => {}
            }
        }
        self.at = end;
        self.leaf(Kind::Text { plain }, start)
    }

    fn section(&mut self) -> Result<(), Malformed> {
        let start = self.at;
        let length = memchr::memmem::find(self.rest(), b"]]>").ok_or_else(|| malformed("a CDATA section without end", start))?;
        self.at = start.saturating_add(length).saturating_add(3);
        self.leaf(Kind::Section, start)
    }

    /// `'<!--' ((Char - '-') | ('-' (Char - '-')))* '-->'`
    fn comment(&mut self) -> Result<(), Malformed> {
        let start = self.at;
        let text = self.octets.get(start.saturating_add(4)..).unwrap_or_default();
        let length = memchr::memmem::find(text, b"--").ok_or_else(|| malformed("a comment without end", start))?;
        let end = start.saturating_add(length).saturating_add(6);
        if self.octets.get(end) != Some(&b'>') {
            return Err(malformed("`--` in a comment", end.saturating_sub(2)));
        }
        self.at = end.saturating_add(1);
        self.leaf(Kind::Comment, start)
    }

    /// `'<?' PITarget (S (Char* - (Char* '?>' Char*)))? '?>'`
    fn processing_instruction(&mut self) -> Result<(), Malformed> {
        let start = self.at;
        let length = memchr::memmem::find(self.rest(), b"?>").ok_or_else(|| malformed("a processing instruction without end", start))?;
        let body = self.text.get(start.saturating_add(2)..start.saturating_add(length)).unwrap_or_default();
        let target = body.split(|character: char| character.is_ascii() && is_white_space(byte(character))).next().unwrap_or_default();
        if !is_name(target) || target.eq_ignore_ascii_case("xml") {
            return Err(malformed("a processing instruction without a target of its own", start));
        }
        self.at = start.saturating_add(length).saturating_add(2);
        self.leaf(Kind::ProcessingInstruction, start)
    }

    fn leaf(&mut self, kind: Kind, start: usize) -> Result<(), Malformed> {
        self.node(kind, Span::new(start, self.at), self.parent()).map(|_| ())
    }

    fn parent(&self) -> u32 {
        self.open.last().map_or(0, |open| open.node)
    }

    fn node(&mut self, kind: Kind, span: Span, parent: u32) -> Result<u32, Malformed> {
        self.spend()?;
        let node = narrow(self.tree.nodes.len());
        self.tree.nodes.push(Node { kind, parent, end: node.saturating_add(1), span });
        Ok(node)
    }

    fn spend(&mut self) -> Result<(), Malformed> {
        self.nodes = self.nodes.checked_sub(1).ok_or_else(|| malformed("more nodes than the limit", self.at))?;
        Ok(())
    }

    fn rest(&self) -> &'a [u8] {
        self.octets.get(self.at..).unwrap_or_default()
    }

    fn looking_at(&self, octets: &[u8]) -> bool {
        self.rest().starts_with(octets)
    }

    fn taken(&mut self, octets: &[u8]) -> bool {
        let found = self.looking_at(octets);
        if found {
            self.at = self.at.saturating_add(octets.len());
        }
        found
    }

    /// Whether there was some.
    fn white_space(&mut self) -> bool {
        let before = self.at;
        while self.octets.get(self.at).is_some_and(|octet| is_white_space(*octet)) {
            self.at = self.at.saturating_add(1);
        }
        self.at > before
    }
}

fn byte(character: char) -> u8 {
    u8::try_from(character).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encoding::xml::NodeId;

    fn fault(text: &str) -> String {
        read(text.as_bytes(), &Limits::default()).unwrap_err().to_string()
    }

    #[test]
    fn names_values_and_places_are_those_of_the_text() {
        let text = "\u{feff}<?xml version='1.0' encoding=\"UTF-8\"?><!--c-->\n<a xmlns='u:a' xmlns:p=\"u:p\" x='1' p:x='&lt;&#xA;\n'><p:b/>t<![CDATA[<&]]>&amp;<?pi d?></a >\n";
        let tree = read(text.as_bytes(), &Limits::default()).unwrap();
        let root = tree.root();
        assert_eq!(tree.name(root), Some(("u:a", "a")));
        assert_eq!(tree.attribute(root, "", "x").as_deref(), Some("1"));
        assert_eq!(tree.attribute(root, "u:p", "x").as_deref(), Some("<\n "));
        let inner = tree.elements(root).next().unwrap();
        assert!(tree.is(inner, "u:p", "b"));
        assert_eq!(&text[tree.span(inner)], "<p:b/>");
        assert_eq!(tree.string(root), "t<&&");
        assert!(text[tree.span(root)].starts_with("<a xmlns") && text[tree.span(root)].ends_with("</a >"));
        assert!(text[tree.content(root)].ends_with("<?pi d?>"));
        assert_eq!(tree.namespace_of_prefix(inner, "p"), Some("u:p"));
        assert_eq!(tree.path(inner), "/a/p:b");
        assert_eq!(tree.parent(root), Some(Tree::DOCUMENT));
        assert_eq!(tree.children(Tree::DOCUMENT).count(), 2);
    }

    #[test]
    fn what_is_not_namespace_well_formed_is_malformed_at_its_place() {
        for (text, what) in [
            ("", "no document element at byte 0"),
            ("<a/><b/>", "a second document element at byte 4"),
            ("<a/>x", "text outside of the document element at byte 4"),
            ("x<a/>", "text outside of the document element at byte 0"),
            ("<a>", "the document ends within an element at byte 3"),
            ("<a>x", "the document ends within an element at byte 4"),
            ("<a></b>", "the end of another element at byte 3"),
            ("<a></ab>", "the end of another element at byte 3"),
            ("<a></a", "the end of another element at byte 3"),
            ("<a", "no white space before an attribute at byte 2"),
            ("<1a/>", "no qualified name at byte 1"),
            ("<a:b:c/>", "no qualified name at byte 1"),
            ("<:a/>", "no qualified name at byte 1"),
            ("<a:/>", "no qualified name at byte 1"),
            ("< a/>", "no qualified name at byte 1"),
            ("<a b/>", "an attribute without value at byte 4"),
            ("<a b=c/>", "an attribute value without quotes at byte 5"),
            ("<a b='c/>", "an attribute value without end at byte 6"),
            ("<a b='<'/>", "`<` in an attribute value at byte 6"),
            ("<a b=''c=''/>", "no white space before an attribute at byte 7"),
            ("<a b='1' b='2'/>", "an attribute given twice at byte 9"),
            ("<a xmlns:p='u' xmlns:q='u' p:x='' q:x=''/>", "an attribute given twice at byte 34"),
            ("<a xmlns='u' xmlns='u'/>", "an attribute given twice at byte 13"),
            ("<p:a/>", "a prefix without namespace at byte 1"),
            ("<a p:b=''/>", "a prefix without namespace at byte 3"),
            ("<a><b xmlns:p='u'/><p:c/></a>", "a prefix without namespace at byte 20"),
            ("<a xmlns:p=''/>", "a prefix declared for no namespace at byte 3"),
            ("<a xmlns:xml='u'/>", "a reserved prefix or namespace at byte 3"),
            ("<a xmlns:xmlns='u'/>", "a reserved prefix or namespace at byte 3"),
            ("<a xmlns:x='http://www.w3.org/2000/xmlns/'/>", "a reserved prefix or namespace at byte 3"),
            ("<a xmlns='http://www.w3.org/XML/1998/namespace'/>", "a reserved prefix or namespace at byte 3"),
            ("<a>]]></a>", "`]]>` outside of a CDATA section at byte 3"),
            ("<a>&nbsp;</a>", "a reference to no character and to none of the five entities at byte 3"),
            ("<a>&#0;</a>", "a reference to no character and to none of the five entities at byte 3"),
            ("<a b='& '/>", "a reference to no character and to none of the five entities at byte 6"),
            ("<a><![CDATA[x]]</a>", "a CDATA section without end at byte 3"),
            ("<a><!-- -- --></a>", "`--` in a comment at byte 8"),
            ("<a><!-- --->", "`--` in a comment at byte 8"),
            ("<a><!-->", "a comment without end at byte 3"),
            ("<a><?xml x?></a>", "a processing instruction without a target of its own at byte 3"),
            ("<a><? x?></a>", "a processing instruction without a target of its own at byte 3"),
            ("<a><?p", "a processing instruction without end at byte 3"),
            ("<!DOCTYPE a><a/>", "a document type declaration, which is refused at byte 0"),
            ("<a><!DOCTYPE a></a>", "a document type declaration, which is refused at byte 3"),
            ("<a><!ELEMENT a></a>", "an unknown declaration at byte 3"),
            ("<?xml version='1.1'?><a/>", "another version of XML than 1.0 at byte 0"),
            ("<?xml version='1.0' encoding='ISO-8859-1'?><a/>", "another encoding than UTF-8 at byte 0"),
            ("<?xml encoding='UTF-8'?><a/>", "an XML declaration without version at byte 0"),
            ("<?xml version='1.0' standalone='maybe'?><a/>", "a malformed XML declaration at byte 0"),
            (" <?xml version='1.0'?><a/>", "a processing instruction without a target of its own at byte 1"),
            ("<a>\u{1}</a>", "a character that XML does not have at byte 3"),
        ] {
            assert_eq!(fault(text), format!("XML: {what}"), "{text}");
        }
        assert_eq!(read(b"<a>\xff</a>", &Limits::default()).unwrap_err().to_string(), "XML: not UTF-8 at byte 3");
        assert_eq!(read(b"\xff\xfe<\0a\0", &Limits::default()).unwrap_err().to_string(), "XML: UTF-16, where UTF-8 is read at byte 0");
    }

    #[test]
    fn an_entity_bomb_is_refused_before_it_is_read() {
        let bomb = "<!DOCTYPE a [<!ENTITY b '&a;&a;'><!ENTITY a 'x'>]><a>&b;</a>";
        assert_eq!(fault(bomb), "XML: a document type declaration, which is refused at byte 0");
        assert_eq!(fault("<a>&b;</a>"), "XML: a reference to no character and to none of the five entities at byte 3");
    }

    #[test]
    fn depth_nodes_and_attributes_are_bounded() {
        assert_eq!(fault(&"<a>".repeat(1_000_000)), "XML: nested deeper than 256 at byte 768");
        let deep = |depth: usize| format!("{}{}", "<a>".repeat(depth), "</a>".repeat(depth));
        assert!(read(deep(256).as_bytes(), &Limits::default()).is_ok());
        let few = Limits { xml_nodes: 4, ..Limits::default() };
        assert!(read(b"<a b=''><c/></a>", &few).is_ok());
        assert_eq!(read(b"<a b=''><c/><c/></a>", &few).unwrap_err().to_string(), "XML: more nodes than the limit at byte 14");
        let few = Limits { xml_attributes: 1, ..Limits::default() };
        assert_eq!(read(b"<a b='' c=''/>", &few).unwrap_err().to_string(), "XML: more than 1 attributes at byte 8");
    }

    #[test]
    fn a_namespace_ends_with_its_element() {
        let tree = read(b"<a xmlns='u'><b xmlns=''><c/></b><d/></a>", &Limits::default()).unwrap();
        let names: Vec<_> = tree.descendants(tree.root()).filter_map(|node: NodeId| tree.name(node)).collect();
        assert_eq!(names, [("u", "a"), ("", "b"), ("", "c"), ("u", "d")]);
    }
}
