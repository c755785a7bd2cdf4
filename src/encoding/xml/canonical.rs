//! Canonical XML 1.0, Canonical XML 1.1, Exclusive XML Canonicalization 1.0 — the octets that stand for a set of nodes

use super::canonical_attributes::{Axis, Rendered};
use super::characters::special_character;
use super::node_set::NodeSet;
use super::tree::{Element, Kind, Node, NodeId, Tree, section, wide};
use super::value_prefixes::{ValuePrefixes, Watch};
use crate::error::Malformed;

/// Which of the three.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Canonical XML 1.0
    Inclusive,
    /// Canonical XML 1.1
    Inclusive11,
    /// Exclusive XML Canonicalization 1.0
    Exclusive,
}

/// Whether comments are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comments {
    /// `#WithComments`
    With,
    /// Without.
    Without,
}

/// A canonicalisation with its parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Canonicalisation {
    /// Which one.
    pub method: Method,
    /// With comments or without.
    pub comments: Comments,
    /// `PrefixList` of an exclusive one; the default namespace is the empty prefix.
    pub prefixes: Vec<String>,
}

impl Canonicalisation {
    /// Without comments and prefixes.
    pub fn new(method: Method) -> Self {
        Self { method, comments: Comments::Without, prefixes: Vec::new() }
    }

    /// The canonicalisation that a URI names.
    pub fn from_uri(uri: &str) -> Option<Self> {
        let (uri, comments) = match uri.strip_suffix("WithComments") {
            Some(uri) => (uri.strip_suffix('#').filter(|uri| !uri.ends_with("exc-c14n")).unwrap_or(uri), Comments::With),
            None => (uri, Comments::Without),
        };
        let method = match uri {
            "http://www.w3.org/TR/2001/REC-xml-c14n-20010315" => Method::Inclusive,
            "http://www.w3.org/2006/12/xml-c14n11" => Method::Inclusive11,
            "http://www.w3.org/2001/10/xml-exc-c14n#" => Method::Exclusive,
            _ => return None,
        };
        Some(Self { method, comments, prefixes: Vec::new() })
    }

    /// The URI that names it.
    pub fn uri(&self) -> &'static str {
        match (self.method, self.comments) {
            (Method::Inclusive, Comments::Without) => "http://www.w3.org/TR/2001/REC-xml-c14n-20010315",
            (Method::Inclusive, Comments::With) => "http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments",
            (Method::Inclusive11, Comments::Without) => "http://www.w3.org/2006/12/xml-c14n11",
            (Method::Inclusive11, Comments::With) => "http://www.w3.org/2006/12/xml-c14n11#WithComments",
            (Method::Exclusive, Comments::Without) => "http://www.w3.org/2001/10/xml-exc-c14n#",
            (Method::Exclusive, Comments::With) => "http://www.w3.org/2001/10/xml-exc-c14n#WithComments",
        }
    }
}

/// Octets are given away in pieces of about this size.
const PIECE: usize = 1 << 15;

/// Writes the canonical form of `set`, piece by piece, into `sink`, which may say that it wants no more.
///
/// # Errors
/// [`Malformed`] at a namespace that is a relative URI, of which there is no canonical form (Canonical XML §2.1), and what `sink` returns.
pub fn canonical(
    tree: &Tree<'_>,
    set: &NodeSet,
    how: &Canonicalisation,
    sink: &mut dyn FnMut(&[u8]) -> Result<(), Malformed>,
) -> Result<(), Malformed> {
    canonical_watched(tree, set, how, sink, None)
}

/// As [`canonical`]; of an exclusive form it is told which prefix in a value has its declaration left out.
///
/// # Errors
/// As [`canonical`].
pub fn canonical_watched(
    tree: &Tree<'_>,
    set: &NodeSet,
    how: &Canonicalisation,
    sink: &mut dyn FnMut(&[u8]) -> Result<(), Malformed>,
    told: Option<&ValuePrefixes>,
) -> Result<(), Malformed> {
    let comments = how.comments == Comments::With && set.has_comments();
    let mut writer = Writer {
        tree,
        comments,
        axis: Axis::new(tree, how),
        watch: told.filter(|_| how.method == Method::Exclusive).map(|told| Watch::new(tree, told)),
        open: Vec::new(),
        root_seen: false,
        output: Vec::with_capacity(PIECE * 2),
        sink,
    };
    for range in &set.ranges {
        for position in range.clone() {
            writer.node(NodeId(position))?;
        }
    }
    writer.close_before(u32::MAX);
    let Writer { output, sink, .. } = writer;
    sink(&output)
}

struct Writer<'t, 'a, 's> {
    tree: &'t Tree<'a>,
    comments: bool,
    axis: Axis<'t, 'a>,
    watch: Option<Watch<'s, 't, 'a>>,
    /// Elements whose end is still to be written.
    open: Vec<Open<'a>>,
    root_seen: bool,
    output: Vec<u8>,
    sink: &'s mut dyn FnMut(&[u8]) -> Result<(), Malformed>,
}

struct Open<'a> {
    node: u32,
    end: u32,
    name: &'a str,
    /// How much was rendered before it.
    rendered: usize,
    /// How much was in scope before it.
    scoped: usize,
}

impl<'a> Writer<'_, 'a, '_> {
    fn node(&mut self, id: NodeId) -> Result<(), Malformed> {
        self.close_before(id.0);
        if self.output.len() >= PIECE {
            (self.sink)(&self.output)?;
            self.output.clear();
        }
        let node = self.tree.node(id);
        self.watched(&node);
        match node.kind {
            Kind::Document => {}
            Kind::Element(position) => {
                let Some(element) = self.tree.elements.get(wide(position)) else { return Ok(()) };
                self.root_seen |= node.parent == Tree::DOCUMENT.0;
                self.start_tag(id, &node, element)?;
            }
            Kind::Text { plain: true } => self.output.extend_from_slice(self.tree.slice(node.span).as_bytes()),
            Kind::Text { plain: false } => text(self.tree.slice(node.span), &mut self.output),
            Kind::Section => section_text(self.tree.slice(section(node.span)), &mut self.output),
            Kind::Comment if !self.comments => {}
            Kind::Comment | Kind::ProcessingInstruction => self.beside_elements(&node),
        }
        Ok(())
    }

    /// Looks for prefixes in a text.
    fn watched(&mut self, node: &Node) {
        if let (Some(watch), Kind::Text { .. } | Kind::Section) = (&mut self.watch, node.kind) {
            let within = self.open.last().map(|open| NodeId(open.node));
            let text = self.tree.slice(if node.kind == Kind::Section { section(node.span) } else { node.span });
            watch.text(within, text, &self.axis);
        }
    }

    /// Writes the ends of elements that end before `position`.
    fn close_before(&mut self, position: u32) {
        while let Some(open) = self.open.pop_if(|open| open.end <= position) {
            self.output.extend_from_slice(b"</");
            self.output.extend_from_slice(open.name.as_bytes());
            self.output.push(b'>');
            self.axis.forget(open.rendered);
            if let Some(watch) = &mut self.watch {
                watch.forget(open.scoped);
            }
        }
    }

    fn start_tag(&mut self, id: NodeId, node: &Node, element: &Element) -> Result<(), Malformed> {
        let name = self.tree.slice(element.name.written);
        self.output.push(b'<');
        self.output.extend_from_slice(name.as_bytes());
        let rendered = self.axis.rendered();
        // An element whose parent is not written has to bring what it would have had from it.
        let around = self.open.last().map(|open| NodeId(open.node));
        let is_orphan = around.is_none_or(|around| around.0 != node.parent);
        for (prefix, namespace) in self.axis.namespaces(id, element, is_orphan)? {
            self.output.extend_from_slice(if prefix.is_empty() { b" xmlns" } else { b" xmlns:" });
            self.output.extend_from_slice(prefix.as_bytes());
            self.output.extend_from_slice(b"=\"");
            attribute_text(namespace, &mut self.output);
            self.output.push(b'"');
        }
        let scoped = self.watch.as_ref().map_or(0, Watch::scoped);
        if let Some(watch) = &mut self.watch {
            watch.enter(id, element, is_orphan);
            watch.attributes(id, element, &self.axis);
        }
        for attribute in self.axis.attributes(id, element, is_orphan.then_some(around)) {
            self.output.push(b' ');
            self.output.extend_from_slice(attribute.name.as_bytes());
            self.output.extend_from_slice(b"=\"");
            match &attribute.value {
                Rendered::Raw(raw) => attribute_raw(raw, &mut self.output),
                Rendered::Value(value) => attribute_text(value, &mut self.output),
            }
            self.output.push(b'"');
        }
        self.output.push(b'>');
        self.open.push(Open { node: id.0, end: node.end, name, rendered, scoped });
        Ok(())
    }

    /// Canonical XML §2.3: outside of the document element each stands in a line of its own.
    fn beside_elements(&mut self, node: &Node) {
        let outside = node.parent == Tree::DOCUMENT.0;
        if outside && self.root_seen {
            self.output.push(b'\n');
        }
        let raw = self.tree.slice(node.span);
        match node.kind {
            Kind::ProcessingInstruction => instruction(raw, &mut self.output),
            _ => with_line_ends(raw, &mut self.output),
        }
        if outside && !self.root_seen {
            self.output.push(b'\n');
        }
    }
}

/// `<?target data?>`: one space, whatever stood there; none where there are no data.
fn instruction(raw: &str, output: &mut Vec<u8>) {
    let white_space = |character: char| matches!(character, ' ' | '\t' | '\n' | '\r');
    let body = raw.get(2..raw.len().saturating_sub(2)).unwrap_or_default();
    let (target, data) = body.split_once(white_space).unwrap_or((body, ""));
    let data = data.trim_start_matches(white_space);
    output.extend_from_slice(b"<?");
    output.extend_from_slice(target.as_bytes());
    if !data.is_empty() {
        output.push(b' ');
        with_line_ends(data, output);
    }
    output.extend_from_slice(b"?>");
}

/// XML 1.0 §2.11
fn with_line_ends(raw: &str, output: &mut Vec<u8>) {
    escaped(
        raw,
        |octet| octet == b'\r',
        output,
        |rest, output| {
            output.push(b'\n');
            if rest.starts_with("\r\n") { 2 } else { 1 }
        },
    );
}

/// Canonical XML §2.3: text, whose references are replaced and whose special characters are escaped.
fn text(raw: &str, output: &mut Vec<u8>) {
    escaped(
        raw,
        |octet| matches!(octet, b'&' | b'>' | b'\r'),
        output,
        |rest, output| {
            if rest.starts_with('>') {
                output.extend_from_slice(b"&gt;");
                return 1;
            }
            let (character, length) = special_character(rest, '\n');
            match character {
                '&' => output.extend_from_slice(b"&amp;"),
                '<' => output.extend_from_slice(b"&lt;"),
                '>' => output.extend_from_slice(b"&gt;"),
                '\r' => output.extend_from_slice(b"&#xD;"),
                _ => output.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes()),
            }
            length
        },
    );
}

/// What a CDATA section holds becomes text.
fn section_text(raw: &str, output: &mut Vec<u8>) {
    escaped(
        raw,
        |octet| matches!(octet, b'&' | b'<' | b'>' | b'\r'),
        output,
        |rest, output| {
            let (written, length): (&[u8], usize) = match rest.as_bytes() {
                [b'&', ..] => (b"&amp;", 1),
                [b'<', ..] => (b"&lt;", 1),
                [b'>', ..] => (b"&gt;", 1),
                [b'\r', b'\n', ..] => (b"\n", 2),
                _ => (b"\n", 1),
            };
            output.extend_from_slice(written);
            length
        },
    );
}

/// The raw value of an attribute: references replaced, white space normalised, special characters escaped.
fn attribute_raw(raw: &str, output: &mut Vec<u8>) {
    escaped(
        raw,
        |octet| matches!(octet, b'&' | b'"' | b'\t' | b'\n' | b'\r'),
        output,
        |rest, output| {
            if rest.starts_with('"') {
                output.extend_from_slice(b"&quot;");
                return 1;
            }
            let (character, length) = special_character(rest, ' ');
            attribute_character(character, output);
            length
        },
    );
}

/// A value of which everything was replaced already.
fn attribute_text(value: &str, output: &mut Vec<u8>) {
    value.chars().for_each(|character| attribute_character(character, output));
}

fn attribute_character(character: char, output: &mut Vec<u8>) {
    match character {
        '&' => output.extend_from_slice(b"&amp;"),
        '<' => output.extend_from_slice(b"&lt;"),
        '"' => output.extend_from_slice(b"&quot;"),
        '\t' => output.extend_from_slice(b"&#x9;"),
        '\n' => output.extend_from_slice(b"&#xA;"),
        '\r' => output.extend_from_slice(b"&#xD;"),
        _ => output.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes()),
    }
}

/// Copies `raw` and lets `write` put something in the place of what is special: it returns how many octets that stood for.
fn escaped(raw: &str, is_special: impl Fn(u8) -> bool, output: &mut Vec<u8>, write: impl Fn(&str, &mut Vec<u8>) -> usize) {
    let mut rest = raw;
    while let Some(at) = rest.bytes().position(&is_special) {
        let (plain, special) = rest.split_at(at);
        output.extend_from_slice(plain.as_bytes());
        let length = write(special, output);
        rest = special.get(length..).unwrap_or_default();
    }
    output.extend_from_slice(rest.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encoding::xml::read;
    use crate::limits::Limits;

    fn canonical_text(text: &str, how: &Canonicalisation, choose: impl Fn(&Tree<'_>) -> NodeSet) -> Result<String, String> {
        let tree = read(text.as_bytes(), &Limits::default()).unwrap();
        let mut octets = Vec::new();
        let sink = &mut |piece: &[u8]| {
            octets.extend_from_slice(piece);
            Ok(())
        };
        canonical(&tree, &choose(&tree), how, sink).map_err(|malformed| malformed.to_string())?;
        Ok(String::from_utf8(octets).unwrap())
    }

    fn whole(text: &str, method: Method) -> String {
        canonical_text(text, &Canonicalisation::new(method), |tree| tree.all()).unwrap()
    }

    /// Everything in the first element in the root element.
    fn inner(text: &str, how: &Canonicalisation) -> String {
        canonical_text(text, how, |tree| NodeSet::subtree(tree, tree.elements(tree.root()).next().unwrap())).unwrap()
    }

    /// Canonical XML 1.0 §3.3, §3.4
    #[test]
    fn tags_attributes_and_characters_have_one_spelling() {
        let text = "<?xml version=\"1.0\"?>\n<!-- c --><?p  q ?>\n<e  b='1'  a = \"&quot;'&#9;&#x41;\n\" xmlns:z='u:z' xmlns='u:d' z:a=''\t><x/>a&gt;b>&#13;\r\n<![CDATA[<&>]]></e>\n<?end?>";
        assert_eq!(
            whole(text, Method::Inclusive),
            "<?p q ?>\n<e xmlns=\"u:d\" xmlns:z=\"u:z\" a=\"&quot;'&#x9;A \" b=\"1\" z:a=\"\"><x></x>a&gt;b&gt;&#xD;\n&lt;&amp;&gt;</e>\n<?end?>"
        );
        let with = Canonicalisation { comments: Comments::With, ..Canonicalisation::new(Method::Inclusive) };
        assert!(canonical_text(text, &with, |tree| tree.all()).unwrap().starts_with("<!-- c -->\n<?p q ?>\n<e "));
        assert!(canonical_text(text, &with, |tree| tree.all().without_comments()).unwrap().starts_with("<?p q ?>"));
    }

    #[test]
    fn a_part_brings_its_namespaces_or_those_it_uses() {
        let text = "<r xmlns='u:d' xmlns:a='u:a' xmlns:b='u:b' xml:lang='vi' xml:id='i'><a:e b:x=''><f xmlns=''/></a:e></r>";
        let how = Canonicalisation::new(Method::Inclusive);
        assert_eq!(
            inner(text, &how),
            "<a:e xmlns=\"u:d\" xmlns:a=\"u:a\" xmlns:b=\"u:b\" xml:id=\"i\" xml:lang=\"vi\" b:x=\"\"><f xmlns=\"\"></f></a:e>"
        );
        let how = Canonicalisation::new(Method::Inclusive11);
        assert_eq!(
            inner(text, &how),
            "<a:e xmlns=\"u:d\" xmlns:a=\"u:a\" xmlns:b=\"u:b\" xml:lang=\"vi\" b:x=\"\"><f xmlns=\"\"></f></a:e>"
        );
        let how = Canonicalisation::new(Method::Exclusive);
        assert_eq!(inner(text, &how), "<a:e xmlns:a=\"u:a\" xmlns:b=\"u:b\" b:x=\"\"><f></f></a:e>");
        let how = Canonicalisation { prefixes: vec![String::new(), "zz".into()], ..how };
        assert_eq!(inner(text, &how), "<a:e xmlns=\"u:d\" xmlns:a=\"u:a\" xmlns:b=\"u:b\" b:x=\"\"><f xmlns=\"\"></f></a:e>");
    }

    #[test]
    fn an_exclusive_form_declares_where_a_namespace_is_used() {
        let text = "<r xmlns:a='u:a'><s><a:e/><a:e xmlns:a='u:b'><a:f/></a:e></s></r>";
        assert_eq!(whole(text, Method::Exclusive), "<r><s><a:e xmlns:a=\"u:a\"></a:e><a:e xmlns:a=\"u:b\"><a:f></a:f></a:e></s></r>");
        assert_eq!(whole(text, Method::Inclusive), "<r xmlns:a=\"u:a\"><s><a:e></a:e><a:e xmlns:a=\"u:b\"><a:f></a:f></a:e></s></r>");
    }

    #[test]
    fn a_relative_namespace_has_no_canonical_form() {
        let how = Canonicalisation::new(Method::Inclusive);
        let fault = canonical_text("<a xmlns:p='rel/x'/>", &how, |tree| tree.all()).unwrap_err();
        assert!(fault.starts_with("XML: the namespace `rel/x`"), "{fault}");
        assert!(canonical_text("<a xmlns:p='urn:x'/>", &how, |tree| tree.all()).is_ok());
    }

    #[test]
    fn every_uri_names_its_canonicalisation() {
        for method in [Method::Inclusive, Method::Inclusive11, Method::Exclusive] {
            for comments in [Comments::With, Comments::Without] {
                let how = Canonicalisation { comments, ..Canonicalisation::new(method) };
                assert_eq!(Canonicalisation::from_uri(how.uri()), Some(how));
            }
        }
        for other in ["http://www.w3.org/2001/10/xml-exc-c14n", "http://www.w3.org/2001/10/xml-exc-c14nWithComments", "WithComments"] {
            assert_eq!(Canonicalisation::from_uri(other), None, "{other}");
        }
    }
}
