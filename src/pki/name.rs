//! RFC 5280 §4.1.2.4, §7.1 — Names, and when two are the same

use std::hash::{Hash, Hasher};
use std::sync::{Arc, OnceLock};

use const_oid::ObjectIdentifier;

use super::object_id;
use crate::encoding::der::{ObjectId, Reader, Received, Value, tag, write};
use crate::error::Malformed;

mod string_preparation;
mod string_representation;
mod typed_identifier;

pub use typed_identifier::TypedIdentifier;

/// `Name ::= CHOICE { rdnSequence SEQUENCE OF RelativeDistinguishedName }`, as received. A clone is cheap.
#[derive(Clone, Debug)]
pub struct Name(Arc<Fields>);

#[derive(Debug)]
struct Fields {
    received: Received,
    rdns: Vec<RelativeDistinguishedName>,
    /// See [`Name::compared`]; made when it is first asked for, since most names never are.
    compared: OnceLock<Vec<u8>>,
    /// RFC 4514; a report names an authority in many steps.
    written: OnceLock<String>,
}

/// `RelativeDistinguishedName ::= SET SIZE (1..MAX) OF AttributeTypeAndValue`
#[derive(Clone, Debug)]
pub struct RelativeDistinguishedName(pub Vec<NameAttribute>);

/// `AttributeTypeAndValue`: one fact in a name.
#[derive(Clone, Debug)]
pub struct NameAttribute {
    /// `type`
    pub oid: ObjectId,
    /// The leading identifier octet of `value`: which string type it is.
    pub tag: u8,
    /// `value` with identifier and length.
    pub value: Received,
    /// `value`, read as text.
    pub text: String,
}

impl Name {
    /// Reads one name.
    ///
    /// # Errors
    /// [`Malformed`] when `octets` are not one name.
    pub fn from_der(octets: &[u8]) -> Result<Self, Malformed> {
        Reader::new(&Received::new(octets), "name").only(|reader| Self::read(reader, "name"))
    }

    pub(crate) fn read(reader: &mut Reader<'_>, field: &'static str) -> Result<Self, Malformed> {
        Self::from_value(&reader.expect(tag::SEQUENCE, field)?)
    }

    pub(crate) fn from_value(value: &Value<'_>) -> Result<Self, Malformed> {
        let rdns =
            value.reader()?.each(|reader| RelativeDistinguishedName::from_value(&reader.expect(tag::SET, "relativeDistinguishedName")?))?;
        Ok(Self::new(value.received(), rdns))
    }

    fn new(received: Received, rdns: Vec<RelativeDistinguishedName>) -> Self {
        Self(Arc::new(Fields { received, rdns, compared: OnceLock::new(), written: OnceLock::new() }))
    }

    /// The name as received.
    pub fn octets(&self) -> &[u8] {
        self.0.received.octets()
    }

    /// Relative distinguished names in the order received: the country usually first.
    pub fn rdns(&self) -> &[RelativeDistinguishedName] {
        &self.0.rdns
    }

    /// Whether the name says nothing.
    pub fn is_empty(&self) -> bool {
        self.0.rdns.is_empty()
    }

    /// Every attribute, in the order received.
    pub fn attributes(&self) -> impl Iterator<Item = &NameAttribute> {
        self.0.rdns.iter().flat_map(|rdn| &rdn.0)
    }

    /// The texts of every attribute of type `oid`.
    pub fn values(&self, oid: ObjectIdentifier) -> impl Iterator<Item = &str> {
        self.attributes().filter(move |attribute| attribute.oid == oid).map(|attribute| attribute.text.as_str())
    }

    /// The most specific common name: the last.
    pub fn common_name(&self) -> Option<&str> {
        self.values(object_id::COMMON_NAME).last()
    }

    /// The organisation.
    pub fn organization(&self) -> Option<&str> {
        self.values(object_id::ORGANIZATION).last()
    }

    /// The title of a person.
    pub fn title(&self) -> Option<&str> {
        self.values(object_id::TITLE).last()
    }

    /// Identifiers that say their kind, as Vietnamese certificates have them in `UID`, of which there may be several: tax code (`MST`), citizen's
    /// number (`CCCD`), budget unit's (`MNS`), ..
    pub fn typed_identifiers(&self) -> Vec<TypedIdentifier> {
        self.values(object_id::USER_ID).filter_map(TypedIdentifier::from_text).collect()
    }

    /// Whether both name the same entity (RFC 5280 §7.1): the same attributes in the same order, of one relative distinguished name in any order,
    /// their texts equal but for string types, case, compatible letters and insignificant spaces.
    pub fn matches(&self, other: &Self) -> bool {
        self.octets() == other.octets() || (self.types().eq(other.types()) && self.compared() == other.compared())
    }

    /// How many attributes each relative distinguished name has, and the type of the one that nearly all have alone: names that differ here match
    /// in no text, and need not be prepared for it.
    fn types(&self) -> impl Iterator<Item = (usize, Option<&ObjectId>)> {
        self.0.rdns.iter().map(|rdn| (rdn.0.len(), if let [only] = rdn.0.as_slice() { Some(&only.oid) } else { None }))
    }

    /// This name with one more relative distinguished name below it.
    ///
    /// # Errors
    /// [`Malformed`] never for names that were read; the octets are put together and read again.
    pub fn with(&self, relative: &RelativeDistinguishedName) -> Result<Self, Malformed> {
        let attribute = |attribute: &NameAttribute| {
            let oid = write::value(tag::OBJECT_IDENTIFIER, attribute.oid.octets());
            write::sequence(&[oid, attribute.value.octets().to_vec()])
        };
        let own = Reader::new(&self.0.received, "name").only(|reader| Ok(reader.value()?.received_contents()))?;
        let below = write::set_of(relative.0.iter().map(attribute).collect());
        Self::from_der(&write::value(tag::SEQUENCE, &[own.octets(), &below].concat()))
    }

    /// Whether this name begins with all of `base` (RFC 5280 §4.2.1.10, directory names).
    pub fn is_within(&self, base: &Self) -> bool {
        self.compared().starts_with(base.compared())
    }

    /// Octets that are equal where two names match, and only there: a key to look names up by. One value stands for each relative
    /// distinguished name, so that those of a name begin with those of every name it is within.
    pub fn compared(&self) -> &[u8] {
        self.0.compared.get_or_init(|| self.0.rdns.iter().flat_map(RelativeDistinguishedName::compared).collect())
    }
}

/// As [`Name::matches`].
impl PartialEq for Name {
    fn eq(&self, other: &Self) -> bool {
        self.matches(other)
    }
}

impl Eq for Name {}

impl Hash for Name {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.compared().hash(state);
    }
}

impl RelativeDistinguishedName {
    pub(crate) fn from_value(value: &Value<'_>) -> Result<Self, Malformed> {
        let attributes =
            value.reader()?.each(|reader| NameAttribute::from_value(&reader.expect(tag::SEQUENCE, "attributeTypeAndValue")?))?;
        Ok(Self(attributes))
    }

    /// The attributes as they are compared, in an order of their own: that of a set does not matter (RFC 4517 §4.2.15).
    fn compared(&self) -> Vec<u8> {
        write::set_of(self.0.iter().map(NameAttribute::compared).collect())
    }
}

impl NameAttribute {
    fn from_value(value: &Value<'_>) -> Result<Self, Malformed> {
        let mut reader = value.reader()?;
        let oid = reader.expect(tag::OBJECT_IDENTIFIER, "type")?.object_id()?;
        let value = reader.value()?;
        reader.finish()?;
        Ok(Self { oid, tag: value.tag(), value: value.received(), text: value.text() })
    }

    fn compared(&self) -> Vec<u8> {
        let oid = write::value(tag::OBJECT_IDENTIFIER, self.oid.octets());
        let value = match self.prepared() {
            Some(text) => write::utf8_string(&text),
            None => write::octet_string(self.value.octets()),
        };
        [oid, value].concat()
    }

    /// The text as it is compared, by the rule for every attribute that is text: caseIgnoreMatch (§7.1), in IA5String too (`domainComponent`,
    /// §7.3, and `emailAddress`, RFC 2985 §5.2.1). `None` where only octets can be: not a string type, or a prohibited character.
    fn prepared(&self) -> Option<String> {
        const TEXT: [u8; 8] = [
            tag::UTF8_STRING,
            tag::PRINTABLE_STRING,
            tag::TELETEX_STRING,
            tag::BMP_STRING,
            tag::UNIVERSAL_STRING,
            tag::IA5_STRING,
            tag::NUMERIC_STRING,
            tag::VISIBLE_STRING,
        ];
        TEXT.contains(&self.tag).then(|| string_preparation::prepared(&self.text))?
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::pki::Certificate;

    fn attribute(oid: ObjectIdentifier, tag: u8, text: &[u8]) -> Vec<u8> {
        write::sequence(&[write::object_id(oid), write::value(tag, text)])
    }

    pub(in crate::pki) fn name(rdns: &[&[(ObjectIdentifier, u8, &str)]]) -> Name {
        let rdns: Vec<_> = rdns
            .iter()
            .map(|rdn| write::set_of(rdn.iter().map(|(oid, tag, text)| attribute(*oid, *tag, text.as_bytes())).collect()))
            .collect();
        Name::from_der(&write::sequence(&rdns)).unwrap()
    }

    #[test]
    fn names_match_whatever_the_string_type_case_and_spaces() {
        let one = name(&[&[(object_id::ORGANIZATION, tag::PRINTABLE_STRING, "  So  Y Te ")]]);
        assert!(one.matches(&name(&[&[(object_id::ORGANIZATION, tag::UTF8_STRING, "SO y te")]])));
        assert!(!one.matches(&name(&[&[(object_id::ORGANIZATION, tag::UTF8_STRING, "SOy te")]])));
        assert!(!one.matches(&name(&[&[(object_id::COMMON_NAME, tag::UTF8_STRING, "SO y te")]])));
    }

    #[test]
    fn accents_are_no_matter_of_case() {
        let accented = name(&[&[(object_id::COMMON_NAME, tag::UTF8_STRING, "CA phục vụ")]]);
        assert!(accented.matches(&name(&[&[(object_id::COMMON_NAME, tag::UTF8_STRING, "CA PHỤC VỤ")]])));
        assert!(!accented.matches(&name(&[&[(object_id::COMMON_NAME, tag::UTF8_STRING, "CA phuc vu")]])));
    }

    #[test]
    fn the_order_matters_between_rdns_and_not_within() {
        let (cn, o) = ((object_id::COMMON_NAME, tag::UTF8_STRING, "a"), (object_id::ORGANIZATION, tag::UTF8_STRING, "b"));
        assert!(name(&[&[cn, o]]).matches(&name(&[&[o, cn]])));
        assert!(!name(&[&[cn], &[o]]).matches(&name(&[&[o], &[cn]])));
        assert!(name(&[&[cn], &[o]]).is_within(&name(&[&[cn]])));
        assert!(!name(&[&[cn], &[o]]).is_within(&name(&[&[o]])));
    }

    fn common_name(tag: u8, octets: &[u8]) -> Name {
        Name::from_der(&write::sequence(&[write::set_of(vec![attribute(object_id::COMMON_NAME, tag, octets)])])).unwrap()
    }

    #[test]
    fn every_string_type_says_the_same() {
        let utf8 = common_name(tag::UTF8_STRING, "Müller".as_bytes());
        assert!(utf8.matches(&common_name(tag::TELETEX_STRING, b"M\xfcLLER")));
        assert!(utf8.matches(&common_name(tag::BMP_STRING, &"müller".encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<_>>())));
        let universal: Vec<u8> = "MÜLLER".chars().flat_map(|c| u32::from(c).to_be_bytes()).collect();
        assert!(utf8.matches(&common_name(tag::UNIVERSAL_STRING, &universal)));
        let printable = common_name(tag::PRINTABLE_STRING, b"So Y te");
        for other in [tag::UTF8_STRING, tag::TELETEX_STRING, tag::IA5_STRING, tag::VISIBLE_STRING] {
            assert!(printable.matches(&common_name(other, b"so y te")));
        }
    }

    #[test]
    fn what_is_no_text_is_compared_by_octets() {
        let octets = |tag, octets: &[u8]| common_name(tag, octets);
        assert!(octets(tag::OCTET_STRING, b"a").matches(&octets(tag::OCTET_STRING, b"a")));
        assert!(!octets(tag::OCTET_STRING, b"a").matches(&octets(tag::OCTET_STRING, b"A")));
        assert!(!octets(tag::OCTET_STRING, b"a").matches(&octets(tag::UTF8_STRING, b"a")));
        // Prohibited code points: U+E000 is for private use, the octet 0xff no UTF-8.
        for prohibited in [&b"a\xee\x80\x80"[..], b"a\xff"] {
            let upper = [&prohibited[1..], b"A"].concat();
            let lower = [&prohibited[1..], b"a"].concat();
            assert!(octets(tag::UTF8_STRING, &upper).matches(&octets(tag::UTF8_STRING, &upper)));
            assert!(!octets(tag::UTF8_STRING, &upper).matches(&octets(tag::UTF8_STRING, &lower)));
        }
    }

    #[test]
    fn domains_and_addresses_have_no_case() {
        let of = |domain, address| {
            name(&[&[(object_id::DOMAIN_COMPONENT, tag::IA5_STRING, domain)], &[(object_id::EMAIL_ADDRESS, tag::IA5_STRING, address)]])
        };
        assert!(of("Example", "So.Y@Example").matches(&of("eXAMPLE", "so.y@example")));
        assert!(!of("example", "so.y@example").matches(&of("example", "soy@example")));
    }

    /// A set has no order, and no attribute more or less.
    #[test]
    fn the_attributes_of_one_rdn_are_a_set() {
        let (a, b) = ((object_id::USER_ID, tag::UTF8_STRING, "MST:0400260612"), (object_id::USER_ID, tag::UTF8_STRING, "MNS:1047665"));
        assert!(name(&[&[a, b]]).matches(&name(&[&[b, a]])));
        for other in [&[&[a][..]][..], &[&[a, a]], &[&[a], &[b]], &[&[b], &[a]]] {
            assert!(!name(&[&[a, b]]).matches(&name(other)));
        }
    }

    #[test]
    fn equal_names_have_equal_keys() {
        let (one, other) = (common_name(tag::UTF8_STRING, b"So  Y te"), common_name(tag::PRINTABLE_STRING, b"SO Y TE"));
        assert_eq!(one, other);
        assert_ne!(one.octets(), other.octets());
        assert_eq!(std::collections::HashSet::from([one, other]).len(), 1);
    }

    #[test]
    fn a_relative_name_follows_the_issuers() {
        let (o, cn) = ((object_id::ORGANIZATION, tag::UTF8_STRING, "o"), (object_id::COMMON_NAME, tag::UTF8_STRING, "crl 1"));
        let whole = name(&[&[o], &[cn]]);
        let joined = name(&[&[o]]).with(&whole.rdns()[1]).unwrap();
        assert!(joined.matches(&whole));
        assert_eq!(joined.octets(), whole.octets());
    }

    /// With a step that looks at every pair this test would not end.
    #[test]
    fn a_name_of_very_many_rdns_is_compared() {
        let cn = |number: u32| (object_id::COMMON_NAME, tag::UTF8_STRING, format!("Đơn vị {number}"));
        let rdns: Vec<_> = (0..50_000).map(|number| [cn(number), cn(number + 1)]).collect();
        let of = |swapped: bool| {
            let rdn = |[one, other]: &[(ObjectIdentifier, u8, String); 2]| {
                let [one, other] = [one, other].map(|(oid, tag, text)| attribute(*oid, *tag, text.as_bytes()));
                let inside = if swapped { [other, one] } else { [one, other] };
                write::value(tag::SET, &inside.concat())
            };
            Name::from_der(&write::sequence(&rdns.iter().map(rdn).collect::<Vec<_>>())).unwrap()
        };
        assert_eq!(of(false).rdns().len(), 50_000);
        assert!(of(false).matches(&of(true)));
    }

    /// PKITS section 4.3, name chaining: absent in the first two tests, there in the others, whatever the spaces, cases and string types.
    #[test]
    fn pkits_names_chain() {
        let Some(corpora) = std::env::var_os("KYSO_CORPORA") else {
            println!("pkits names: skipped, KYSO_CORPORA does not name the folder of the corpora");
            return;
        };
        let folder = PathBuf::from(corpora).join("pkits");
        let index = std::fs::read_to_string(folder.join("index.tsv")).unwrap();
        let mut rows = 0;
        for row in index.lines().skip(1).map(|line| line.split('\t').collect::<Vec<_>>()) {
            if !row[0].starts_with("4.3.") {
                continue;
            }
            let path: Vec<_> = row[3].split(',').map(|file| std::fs::read(folder.join("certs").join(file)).unwrap()).collect();
            let path: Vec<_> = path.iter().map(|octets| Certificate::from_der(octets).unwrap()).collect();
            let chains = path.iter().zip(path.iter().skip(1)).all(|(issuer, next)| next.issuer().matches(issuer.subject()));
            assert_eq!(chains, !matches!(row[0], "4.3.1" | "4.3.2"), "{}", row[0]);
            rows += 1;
        }
        println!("pkits names: {rows} rows agree");
        assert_eq!(rows, 11);
    }
}
