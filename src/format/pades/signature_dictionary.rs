//! ISO 32000-2 §12.8.1, Table 255 — the signature dictionary: read where it stands, checked against what is signed

use std::ops::Range;
use std::sync::Arc;

use super::byte_range::{self, ByteRange, ReadByteRange};
use super::content::{self, Wanted};
use super::seed_value;
use super::signature_field::{FoundIn, SignaturePlace, dictionary, text_string};
use crate::encoding::pdf::object::{Dictionary, Object};
use crate::encoding::pdf::{Located, Pdf, View};
use crate::format::signature::Signature;
use crate::report::json::{Coverage, Format, Kind, Level};
use crate::report::{Block, Recorder, Stop, checks};
use crate::time::Time;

checks! {
    FOUND = "signature_dictionary.found", "ISO 32000-2 §12.7.5.5", Failed(FormatFailure),
        "The signature field has a value that is no signature dictionary: {what}.", "Trường chữ ký có giá trị không phải từ điển chữ ký.";
    NOT_REMOVED = "signature_dictionary.not_removed", "ISO 32000-2 §12.8.2.2.2", Failed(FormatFailure),
        "The signature was removed in a later revision of the file.", "Chữ ký đã bị gỡ bỏ trong một phiên bản sau của tệp.";
    UNIQUE_KEYS = "signature_dictionary.unique_keys", "ISO 32000-2 §7.3.7", Failed(FormatFailure),
        "The signature dictionary has the key {key} twice.", "Từ điển chữ ký có khóa {key} xuất hiện hai lần.";
    NOT_COMPRESSED = "signature_dictionary.not_in_object_stream", "ISO 32000-2 §7.5.7", Failed(FormatFailure),
        "The signature dictionary is in a compressed object.", "Từ điển chữ ký nằm trong đối tượng nén.";
    INSIDE_SIGNED = "signature_dictionary.inside_signed_range", "ISO 32000-2 §12.8.1", Failed(FormatFailure),
        "The signature dictionary (bytes {from} to {to}) is not itself within the signed bytes.",
        "Từ điển chữ ký (byte {from} đến {to}) không nằm trọn trong phần được ký.";
    SAME_IN_SIGNED_REVISION = "signature_dictionary.same_in_signed_revision", "ISO 32000-2 §12.8.1", Failed(FormatFailure),
        "A later revision put another signature dictionary in the place of the one that was signed.",
        "Một phiên bản sau đã thay thế từ điển chữ ký đã được ký.";
    CONTENTS_PRESENT = "signature_dictionary.contents_present", "ISO 32000-2 Table 255", Failed(FormatFailure),
        "The signature dictionary has no signature value.", "Từ điển chữ ký không có giá trị chữ ký.";
    SUB_FILTER = "signature_dictionary.sub_filter_supported", "ISO 32000-2 Table 255", Indeterminate(SigConstraintsFailure),
        "Signatures of the kind {sub_filter} cannot be judged.", "Không kiểm tra được chữ ký thuộc loại {sub_filter}.";
    ENDS_REVISION = "byte_range.ends_revision", "ISO 32000-2 §12.8.1", Indeterminate(SigConstraintsFailure),
        "The signed bytes are not a revision of this file: {what}.", "Phần byte được ký không phải là một phiên bản của tệp này.";
    CHAIN_INTACT = "signature_dictionary.chain_intact", "ISO 32000-2 §7.5.6", Indeterminate(SigConstraintsFailure),
        "The chain of the file's cross-references is broken, so that another reader may see another document: {what}.",
        "Chuỗi bảng tham chiếu của tệp bị đứt, phần mềm khác có thể hiển thị một tài liệu khác.";
    PLACE_KNOWN = "signature_dictionary.place_known", "ISO 32000-2 §12.7.5.5", Indeterminate(SigConstraintsFailure),
        "No field of the form has this signature.", "Không trường biểu mẫu nào chứa chữ ký này.";
}

/// A signature read from the file; digests of its ranges are still to come.
pub(super) struct Read {
    /// What is known so far.
    pub signature: Signature,
    /// The signed ranges, when they lie in the file.
    pub range: Option<ByteRange>,
    /// The digests that complete it.
    pub wanted: Vec<Wanted>,
    /// The revision that was signed, when the ranges end one.
    pub revision: Option<usize>,
    /// Where it was found.
    pub place: SignaturePlace,
}

/// Everything gathered while the checks run.
struct Gathered {
    range: ReadByteRange,
    content: Signature,
    located: Option<Located>,
    wanted: Vec<Wanted>,
}

/// Reads the signature at `place`: the rules whose violation is TOTAL-FAILED first, the softer ones in a block of their own.
pub(super) fn read(pdf: &Pdf<'_>, place: SignaturePlace) -> Read {
    let view = pdf.at(place.revision).unwrap_or_else(|| pdf.latest());
    let found = signature_dictionary(&view, &place);
    let known = found.clone().unwrap_or_default();
    let sub_filter = name(&view, &known, b"SubFilter");
    let content = Signature::new(Kind::Signature, Format::PAdES);
    let mut gathered = Gathered { range: ReadByteRange::default(), content, located: None, wanted: Vec::new() };
    let subject = place.field.clone().unwrap_or_default();
    let format_checking = Block::run("Format checking", "EN 319 102-1 §5.2.2", subject.clone(), |r| {
        r.require(&FOUND, found.is_some(), [("what", described(&view, &place).into())])?;
        r.ask(&NOT_REMOVED, place.found != FoundIn::OlderForm, []);
        checked_dictionary(r, pdf, &view, &place, &known, &mut gathered)?;
        content::read(
            r,
            sub_filter.as_deref(),
            &contents(&view, &place, &known)?,
            &known,
            &view,
            &mut gathered.content,
            &mut gathered.wanted,
        )
    });
    let revision = gathered.range.inside.map(|range| pdf.revision_ending_at(range.end()));
    let format_constraints = Block::run("Constraints of the file", "ISO 32000-2 §12.8.1", subject, |r| {
        let supported = sub_filter.as_deref().is_some_and(content::is_supported);
        r.ask(&SUB_FILTER, supported || found.is_none(), [("sub_filter", sub_filter.clone().unwrap_or_default().into())]);
        r.ask(&PLACE_KNOWN, place.field_object.is_some() || place.found == FoundIn::UsageRights, []);
        let broken = pdf.chain_problem();
        r.ask(&CHAIN_INTACT, broken.is_none(), [("what", broken.map_or(String::new(), ToString::to_string).into())]);
        match &revision {
            Some(Ok(index)) => r.ask(&ENDS_REVISION, true, [("revision", index.saturating_add(1).into())]),
            Some(Err(problem)) => r.ask(&ENDS_REVISION, false, [("what", problem.to_string().into())]),
            // The format checks have said why there is no range.
            None => true,
        };
        if let Some(Ok(index)) = revision {
            seed_value::kept(pdf, &place, index, &gathered.content).map(|block| r.bind(block));
        }
        Ok(())
    });
    let revision = revision.and_then(Result::ok);
    let signature = assemble(pdf, &view, &place, &known, sub_filter, &gathered, revision, format_checking, format_constraints);
    Read { signature, range: gathered.range.inside, wanted: gathered.wanted, revision, place }
}

/// The dictionary at `place`, as `view` has it.
pub(super) fn signature_dictionary(view: &View<'_, '_>, place: &SignaturePlace) -> Option<Arc<Dictionary>> {
    let holder = dictionary(view, &Object::Reference(place.holder?))?;
    if place.direct { dictionary(view, holder.entry(b"V")) } else { Some(holder) }
}

/// What stands in the place of a signature dictionary, for the report.
fn described(view: &View<'_, '_>, place: &SignaturePlace) -> String {
    let Some(holder) = place.holder else { return "nothing".into() };
    match view.object(holder) {
        Ok(Object::Null) => format!("{holder} is missing"),
        Ok(_) => format!("in {holder}"),
        Err(problem) => problem.to_string(),
    }
}

/// Rules 1 to 3 of the byte range, and that the dictionary read last is the one that was signed.
fn checked_dictionary(
    r: &mut Recorder,
    pdf: &Pdf<'_>,
    view: &View<'_, '_>,
    place: &SignaturePlace,
    known: &Dictionary,
    gathered: &mut Gathered,
) -> Result<(), Stop> {
    let duplicate = known.duplicate_key();
    let key = duplicate.map_or(String::new(), |key| String::from_utf8_lossy(key).into_owned());
    r.ask(&UNIQUE_KEYS, duplicate.is_none(), [("key", key.into())]);
    let byte_range = view.value(known, b"ByteRange").unwrap_or(Object::Null);
    gathered.range = byte_range::read(r, &byte_range, pdf.octets().len());
    let Some(range) = gathered.range.inside else { return Ok(()) };
    let located = place.holder.and_then(|holder| view.locate(holder).ok());
    let compressed = located.as_ref().is_none_or(|located| located.object_stream.is_some());
    if !r.ask(&NOT_COMPRESSED, !compressed, []) {
        return Ok(());
    }
    let Some(located) = located else { return Ok(()) };
    let token = contents_token(view, &located, place);
    // Whatever of this does not hold, the rest is still read: what the value says is part of the explanation.
    let _: Result<(), Stop> = byte_range::hole(r, &range, token.as_ref(), pdf.octets());
    let octets = &located.octets;
    let inside = octets.start < range.b && octets.end > range.c && octets.end <= range.end();
    r.ask(&INSIDE_SIGNED, inside, [("from", octets.start.into()), ("to", octets.end.into())]);
    r.ask(&SAME_IN_SIGNED_REVISION, is_same_in_signed_revision(pdf, view, place, &range, &located), []);
    gathered.located = Some(located);
    Ok(())
}

/// The one `/Contents` of this dictionary, as a token of the file; none when the key stands twice.
fn contents_token(view: &View<'_, '_>, located: &Located, place: &SignaturePlace) -> Option<Range<usize>> {
    let path: &[&[u8]] = if place.direct { &[b"V"] } else { &[] };
    let spans = view.entry_spans(located, path).ok()?;
    let mut tokens = spans.into_iter().filter(|(key, _)| key == b"Contents").map(|(_, span)| span);
    let token = tokens.next();
    if tokens.next().is_some() { None } else { token }
}

/// A reader of the signed revision must see the very octets that a reader of the whole file sees. Where the signed revision is not
/// known, `byte_range.ends_revision` speaks.
fn is_same_in_signed_revision(pdf: &Pdf<'_>, view: &View<'_, '_>, place: &SignaturePlace, range: &ByteRange, located: &Located) -> bool {
    let (Ok(signed), Some(holder)) = (pdf.view_ending_at(range.end()), place.holder) else { return true };
    let entry = |view: &View<'_, '_>| view.entry(holder.number).map(|placed| placed.entry);
    if signed.revision() >= view.revision() || entry(&signed) == entry(view) {
        return true;
    }
    // A field whose value stands in it may be rewritten with its value unchanged; the value itself may not move.
    signed.locate(holder).is_ok_and(|there| there.octets == located.octets)
}

/// `/Contents` as it stands in the file: it is never encrypted (§7.6.2).
fn contents(view: &View<'_, '_>, place: &SignaturePlace, known: &Dictionary) -> Result<Option<Vec<u8>>, Stop> {
    let raw = place.holder.and_then(|holder| view.object_undecrypted(holder).ok());
    let dictionary = match raw {
        Some(Object::Dictionary(holder)) if place.direct => match holder.entry(b"V") {
            Object::Dictionary(value) => Some(Arc::clone(value)),
            _ => None,
        },
        Some(Object::Dictionary(holder)) => Some(holder),
        _ => None,
    };
    let dictionary = dictionary.as_deref().unwrap_or(known);
    Ok(dictionary.entry(b"Contents").as_string().map(<[u8]>::to_vec))
}

/// Says whether there is a signature value at all.
pub(super) fn present<'a>(r: &mut Recorder, contents: Option<&'a Vec<u8>>) -> Result<&'a [u8], Stop> {
    let octets = contents.map(Vec::as_slice).filter(|octets| !octets.is_empty());
    r.obtain(&CONTENTS_PRESENT, octets, [])
}

fn name(view: &View<'_, '_>, dictionary: &Dictionary, key: &[u8]) -> Option<String> {
    view.value(dictionary, key).ok()?.as_name().map(|name| String::from_utf8_lossy(name).into_owned())
}

#[expect(clippy::too_many_arguments, reason = "the parts of one struct, each from another place")]
fn assemble(
    pdf: &Pdf<'_>,
    view: &View<'_, '_>,
    place: &SignaturePlace,
    known: &Dictionary,
    sub_filter: Option<String>,
    gathered: &Gathered,
    revision: Option<usize>,
    format_checking: Block,
    format_constraints: Block,
) -> Signature {
    let content = &gathered.content;
    let (kind, format) = kind_and_format(sub_filter.as_deref(), place.found);
    let end = gathered.range.inside.map_or(pdf.octets().len(), |range| range.end());
    let start = gathered.located.as_ref().map_or(0, |located| located.octets.start);
    let offset = |value: usize| u64::try_from(value).unwrap_or(u64::MAX);
    Signature {
        kind,
        format,
        // Whatever breaks a rule of the format does not meet the requirements of any level.
        level: if format_checking.is_passed() { content.level } else { Level::None },
        field: place.field.clone(),
        sub_filter,
        position: (offset(end), offset(start)),
        format_checking,
        format_constraints,
        coverage: Coverage {
            byte_range: gathered.range.written.clone(),
            revision: revision.map(|index| offset(index.saturating_add(1))),
            revisions: Some(offset(pdf.revisions().len())),
            whole_document: gathered.range.inside.is_some_and(|range| is_whole(pdf.octets(), range.end())),
            references: Vec::new(),
        },
        claimed_time: claimed_time(view, known).or(content.claimed_time),
        ..content.clone()
    }
}

/// Nothing but white space follows.
fn is_whole(octets: &[u8], end: usize) -> bool {
    let white_space = |octet: &u8| matches!(octet, b'\0' | b'\t' | b'\n' | 0x0c | b'\r' | b' ');
    octets.get(end..).unwrap_or_default().iter().all(white_space)
}

fn kind_and_format(sub_filter: Option<&str>, found: FoundIn) -> (Kind, Format) {
    let format = match sub_filter {
        Some("ETSI.RFC3161") => Format::Rfc3161,
        Some("ETSI.CAdES.detached") => Format::PAdES,
        _ => Format::Pkcs7,
    };
    let kind = match sub_filter {
        _ if found == FoundIn::UsageRights => Kind::UsageRights,
        Some("ETSI.RFC3161") => Kind::DocumentTimestamp,
        Some(sub_filter) if content::is_supported(sub_filter) => Kind::Signature,
        // A signature field whose value is broken beyond its kind is still somebody's claim to have signed.
        None => Kind::Signature,
        Some(_) => Kind::Unsupported,
    };
    (kind, format)
}

/// `/M`: what the signer says, and nothing more.
fn claimed_time(view: &View<'_, '_>, known: &Dictionary) -> Option<Time> {
    let text = view.value(known, b"M").ok()?;
    Time::from_pdf_date(text_string(text.as_string()?).trim().as_bytes()).ok()
}
