//! `docs/result-record.md` — The record in XML: the same members as elements and attributes, in one order

use super::result_record::{Agency, RecordedFile, ResultRecord, Subject};
use crate::encoding::xml::{self, NodeId, Tree, escaped};
use crate::error::{Malformed, Misuse};
use crate::limits::Limits;

/// The namespace: the version of the form.
const NAMESPACE: &str = "urn:kyso:result-record:1";
const SIGNATURES: &str = "http://www.w3.org/2000/09/xmldsig#";

impl ResultRecord {
    /// The record in XML, without white space between elements. An enveloped signature comes behind the last of them.
    ///
    /// # Errors
    /// As [`Self::to_json`], and for a character that XML has no place for.
    pub fn to_xml(&self) -> Result<String, Misuse> {
        self.fault().map_or(Ok(()), |fault| Err(Misuse::new(fault)))?;
        let mut text = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ResultRecord xmlns=\"{NAMESPACE}\">");
        for (name, value) in self.texts() {
            if let Some(value) = value {
                text += &format!("<{name}>{}</{name}>", escaped(value));
            }
        }
        text += &format!("<Agency id=\"{}\">{}</Agency>", escaped(&self.agency.id), escaped(&self.agency.name));
        for Subject { scheme, id, name } in &self.subjects {
            let name = name.as_ref().map_or_else(String::new, |name| format!("<Name>{}</Name>", escaped(name)));
            text += &format!("<Subject scheme=\"{}\" id=\"{}\">{name}</Subject>", escaped(scheme), escaped(id));
        }
        for RecordedFile { name, media_type, size, digest } in &self.files {
            let (media_type, digest) = (escaped(media_type), escaped(digest));
            text += &format!("<File mediaType=\"{media_type}\" size=\"{size}\" digest=\"{digest}\">{}</File>", escaped(name));
        }
        text += "</ResultRecord>\n";
        // What was written is read again: a control character has no form in XML.
        match Self::from_xml(text.as_bytes()) {
            Ok(again) if again == *self => Ok(text),
            Ok(_) => Err(Misuse::new("a text of the record has no form in XML")),
            Err(malformed) => Err(Misuse::new(malformed.to_string())),
        }
    }

    /// Reads a record in XML. Signatures in it are for the verdict to judge; nothing else may stand in it.
    ///
    /// # Errors
    /// [`Malformed`] with the offset of an element that is not where it belongs, and as [`Self::from_json`].
    pub fn from_xml(octets: &[u8]) -> Result<Self, Malformed> {
        let tree = xml::read(octets, &Limits::default())?;
        if !tree.is(tree.root(), NAMESPACE, "ResultRecord") {
            return Err(malformed(&tree, tree.root(), "not a ResultRecord"));
        }
        let record = Reading::new(&tree)?.record()?;
        record.fault().map_or(Ok(record), |fault| Err(Malformed::new("record", fault, 0)))
    }

    /// The members that are texts, in the order of their elements.
    fn texts(&self) -> [(&'static str, Option<&String>); 8] {
        [
            ("Dossier", Some(&self.dossier)),
            ("Result", Some(&self.result)),
            ("Number", self.number.as_ref()),
            ("Symbol", self.symbol.as_ref()),
            ("Title", self.title.as_ref()),
            ("Procedure", self.procedure.as_ref()),
            ("Issued", Some(&self.issued)),
            ("Expires", self.expires.as_ref()),
        ]
    }
}

/// The elements of a record, from the first on.
struct Reading<'t, 'a> {
    tree: &'t Tree<'a>,
    elements: std::iter::Peekable<std::vec::IntoIter<NodeId>>,
}

impl<'t, 'a> Reading<'t, 'a> {
    fn new(tree: &'t Tree<'a>) -> Result<Self, Malformed> {
        let root = tree.root();
        let is_signature = |node: &NodeId| tree.is(*node, SIGNATURES, "Signature");
        if let Some(node) = tree.children(root).find(|node| !tree.is_element(*node) && !tree.string(*node).trim().is_empty()) {
            return Err(malformed(tree, node, "text between the elements of a record"));
        }
        let elements: Vec<NodeId> = tree.elements(root).filter(|node| !is_signature(node)).collect();
        Ok(Self { tree, elements: elements.into_iter().peekable() })
    }

    fn record(mut self) -> Result<ResultRecord, Malformed> {
        let record = ResultRecord {
            schema: NAMESPACE.into(),
            dossier: self.needed("Dossier")?,
            result: self.needed("Result")?,
            number: self.text("Number")?,
            symbol: self.text("Symbol")?,
            title: self.text("Title")?,
            procedure: self.text("Procedure")?,
            issued: self.needed("Issued")?,
            expires: self.text("Expires")?,
            agency: self.agency()?,
            subjects: self.subjects()?,
            files: self.files()?,
        };
        match self.elements.next() {
            None => Ok(record),
            Some(node) => Err(malformed(self.tree, node, "an element that is not where it belongs in a record")),
        }
    }

    /// The next element, where it has this name.
    fn next(&mut self, name: &str) -> Option<NodeId> {
        let tree = self.tree;
        self.elements.next_if(|node| tree.is(*node, NAMESPACE, name))
    }

    fn leaf(&self, node: NodeId) -> Result<String, Malformed> {
        let text = self.tree.leaf(node).ok_or_else(|| malformed(self.tree, node, "an element within a text"))?;
        Ok(text.into_owned())
    }

    fn text(&mut self, name: &str) -> Result<Option<String>, Malformed> {
        self.next(name).map(|node| self.leaf(node)).transpose()
    }

    fn needed(&mut self, name: &'static str) -> Result<String, Malformed> {
        self.text(name)?.ok_or_else(|| malformed(self.tree, self.tree.root(), format!("no {name} where it belongs")))
    }

    fn attribute(&self, node: NodeId, name: &'static str) -> Result<String, Malformed> {
        let value = self.tree.attribute(node, "", name).ok_or_else(|| malformed(self.tree, node, format!("no attribute {name}")))?;
        Ok(value.into_owned())
    }

    fn agency(&mut self) -> Result<Agency, Malformed> {
        let node = self.next("Agency").ok_or_else(|| malformed(self.tree, self.tree.root(), "no Agency where it belongs"))?;
        Ok(Agency { id: self.attribute(node, "id")?, name: self.leaf(node)? })
    }

    fn subjects(&mut self) -> Result<Vec<Subject>, Malformed> {
        let mut subjects = Vec::new();
        while let Some(node) = self.next("Subject") {
            let mut within = self.tree.elements(node);
            let name = match within.next() {
                None => None,
                Some(name) if self.tree.is(name, NAMESPACE, "Name") && within.next().is_none() => Some(self.leaf(name)?),
                Some(other) => return Err(malformed(self.tree, other, "not the one Name of a Subject")),
            };
            subjects.push(Subject { scheme: self.attribute(node, "scheme")?, id: self.attribute(node, "id")?, name });
        }
        Ok(subjects)
    }

    fn files(&mut self) -> Result<Vec<RecordedFile>, Malformed> {
        let mut files = Vec::new();
        while let Some(node) = self.next("File") {
            let size = self.attribute(node, "size")?;
            let is_number = !size.is_empty() && size.bytes().all(|digit| digit.is_ascii_digit());
            let size = size.parse().ok().filter(|_| is_number).ok_or_else(|| malformed(self.tree, node, "a size that is no number"))?;
            let (media_type, digest) = (self.attribute(node, "mediaType")?, self.attribute(node, "digest")?);
            files.push(RecordedFile { name: self.leaf(node)?, media_type, size, digest });
        }
        Ok(files)
    }
}

fn malformed(tree: &Tree<'_>, node: NodeId, what: impl Into<std::borrow::Cow<'static, str>>) -> Malformed {
    Malformed::new("record", what, tree.span(node).start)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record() -> ResultRecord {
        let agency = Agency { id: "000.00.10.H49".into(), name: "Sở \"Tư pháp\" <1>".into() };
        let mut record = ResultRecord::new("H49-1", 1, agency, "2026-11-26");
        record.title = Some("dòng 1\r\ndòng 2\t&".into());
        record.subjects.push(Subject { scheme: "CCCD".into(), id: "022".into(), name: Some("Nguyễn Văn A".into()) });
        record.subjects.push(Subject { scheme: "MST".into(), id: "570-001\n".into(), name: None });
        record.add_file("a & b.pdf", "application/pdf", b"abc");
        record
    }

    #[test]
    fn the_two_forms_say_the_same() {
        let xml = record().to_xml().unwrap();
        assert_eq!(ResultRecord::from_xml(xml.as_bytes()).unwrap(), record());
        assert_eq!(ResultRecord::from_json(&record().to_json().unwrap()).unwrap(), record());
    }

    #[test]
    fn white_space_between_elements_and_signatures_say_nothing() {
        let xml = record().to_xml().unwrap();
        let other = xml.replace("<Agency", "\n  <Agency");
        let other = other.replace(
            "</ResultRecord>",
            "<Signature xmlns=\"http://www.w3.org/2000/09/xmldsig#\"><Title>x</Title></Signature></ResultRecord>",
        );
        assert_eq!(ResultRecord::from_xml(other.as_bytes()).unwrap(), record());
    }

    #[test]
    fn what_is_elsewhere_twice_or_unknown_is_malformed() {
        let xml = record().to_xml().unwrap();
        let agency = "<Agency id=\"1\">x</Agency>";
        for (from, to) in [
            ("<Result>", "<Dossier>other</Dossier><Result>"),
            ("<Issued>2026-11-26</Issued>", ""),
            ("<Agency", &format!("{agency}<Agency")),
            ("</ResultRecord>", "<More/></ResultRecord>"),
            ("</ResultRecord>", "text</ResultRecord>"),
            ("<Name>", "<Name>A</Name><Name>"),
            ("size=\"3\"", "size=\"+3\""),
            ("size=\"3\"", ""),
            ("record:1", "record:2"),
            ("<Dossier>", "<Dossier><b/>"),
            ("2026-11-26", "2026-11-31"),
        ] {
            let other = xml.replacen(from, to, 1);
            assert!(other != xml && ResultRecord::from_xml(other.as_bytes()).is_err(), "{from} to {to}");
        }
    }

    #[test]
    fn a_character_that_xml_has_no_place_for_is_refused() {
        let mut record = record();
        record.title = Some("\u{1}".into());
        assert!(record.to_xml().is_err() && record.to_json().is_ok());
    }
}
