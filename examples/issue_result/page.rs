//! One page as Annex I of NĐ 30/2020 wants it, as a PDF file (ISO 32000-2 §7.7)

use kyso::crypto::DigestAlgorithm;
use pdf_writer::{Finish, Name, Pdf, Rect, Ref, TextStr};

use crate::font::{Fonts, Style, write_stream};
use crate::record::Record;
use crate::text::{Place, Sheet};

const MILLIMETRE: f32 = 72.0 / 25.4;
const PAGE: (f32, f32) = (210.0 * MILLIMETRE, 297.0 * MILLIMETRE);
/// 30 mm on the left, 18 mm on the right.
const TEXT: (f32, f32) = (30.0 * MILLIMETRE, 192.0 * MILLIMETRE);
const TOP: f32 = 277.0 * MILLIMETRE;
const BOTTOM: f32 = 20.0 * MILLIMETRE;
const MIDDLE: f32 = (TEXT.0 + TEXT.1) / 2.0;
/// The middles of the two columns of head and foot.
const COLUMNS: (f32, f32) = (62.0 * MILLIMETRE, 141.0 * MILLIMETRE);

/// The page of `record` as a file with nothing signed in it yet.
pub fn compose(fonts: Fonts, record: &Record) -> Result<Vec<u8>, Box<dyn std::error::Error>> {
    let mut sheet = Sheet::new(fonts, TOP);
    head(&mut sheet, record);
    body(&mut sheet, record);
    foot(&mut sheet, record);
    match sheet.fonts.missing() {
        missing if missing.is_empty() => file(sheet, record),
        missing => Err(format!("the font has no glyph for {missing:?}").into()),
    }
}

fn head(sheet: &mut Sheet, record: &Record) {
    let (left, right) = (Place::Centred(COLUMNS.0), Place::Centred(COLUMNS.1));
    sheet.line(11.0, left, Style::Bold, 12.5, record.organisation[0]);
    sheet.line(0.0, right, Style::Bold, 12.5, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM");
    let organisation = sheet.line(16.0, left, Style::Bold, 12.5, record.organisation[1]);
    sheet.rule(organisation, 0.4);
    let motto = sheet.line(0.0, right, Style::Bold, 13.5, "Độc lập - Tự do - Hạnh phúc");
    sheet.rule(motto, 1.0);
    sheet.line(27.0, left, Style::Regular, 13.0, record.number);
    sheet.line(0.0, right, Style::Italic, 13.5, &record.place_and_date);
}

fn body(sheet: &mut Sheet, record: &Record) {
    let centred = Place::Centred(MIDDLE);
    sheet.line(44.0, centred, Style::Bold, 14.0, "QUYẾT ĐỊNH");
    let subject = sheet.line(19.0, centred, Style::Bold, 14.0, record.subject);
    sheet.rule(subject, 0.35);
    sheet.line(36.0, centred, Style::Bold, 13.5, record.authority);
    sheet.y -= 8.0;
    for ground in record.grounds {
        paragraph(sheet, &[(Style::Italic, ground)]);
    }
    sheet.line(30.0, centred, Style::Bold, 14.0, "QUYẾT ĐỊNH:");
    sheet.y -= 6.0;
    for (article, text) in record.articles {
        paragraph(sheet, &[(Style::Bold, article), (Style::Regular, text)]);
    }
}

fn paragraph(sheet: &mut Sheet, runs: &[(Style, &str)]) {
    sheet.paragraph(TEXT, 10.0 * MILLIMETRE, 14.0, 18.5, runs);
    sheet.y -= 6.0;
}

/// Recipients on the left; on the right title and name, between them the room for the signatures.
fn foot(sheet: &mut Sheet, record: &Record) {
    let (left, right) = (Place::From(TEXT.0), Place::Centred(148.0 * MILLIMETRE));
    sheet.line(30.0, right, Style::Bold, 14.0, record.signatory_title);
    let title = sheet.y;
    sheet.line(0.0, left, Style::BoldItalic, 12.0, "Nơi nhận:");
    for recipient in record.recipients {
        sheet.line(14.0, left, Style::Regular, 11.0, &format!("- {recipient}"));
    }
    sheet.y = title;
    sheet.line(95.0, right, Style::Bold, 14.0, record.signatory);
    sheet.y = BOTTOM;
    sheet.line(0.0, left, Style::Regular, 9.0, &format!("Mã kết quả: {}", record.result_code));
}

fn file(sheet: Sheet, record: &Record) -> Result<Vec<u8>, Box<dyn std::error::Error>> {
    let mut next = Ref::new(1);
    let [catalog, pages, page, content, information, metadata] = [(); 6].map(|()| next.bump());
    let fonts = [(); 4].map(|()| [(); 5].map(|()| next.bump()));
    let title = format!("{} {}", record.number, record.subject);

    let mut pdf = Pdf::new();
    pdf.set_version(1, 7);
    let mut root = pdf.catalog(catalog);
    root.pages(pages).lang(TextStr("vi-VN")).metadata(metadata).viewer_preferences().display_doc_title(true);
    root.finish();
    pdf.pages(pages).kids([page]).count(1);
    let mut leaf = pdf.page(page);
    leaf.parent(pages).media_box(Rect::new(0.0, 0.0, PAGE.0, PAGE.1)).contents(content);
    let mut resources = leaf.resources();
    let mut dictionary = resources.fonts();
    for (face, ids) in sheet.fonts.faces().iter().zip(fonts) {
        dictionary.pair(Name(face.resource.as_bytes()), ids[0]);
    }
    dictionary.finish();
    resources.finish();
    leaf.finish();

    let marks = sheet.content.finish();
    write_stream(&mut pdf, content, &marks, None);
    for (face, ids) in sheet.fonts.faces().iter().zip(fonts) {
        face.embed(&mut pdf, ids)?;
    }
    let author = record.organisation.join(" ");
    pdf.document_info(information).title(TextStr(&title)).author(TextStr(&author));
    let packet = packet(&title, &author, record);
    // Metadata stays readable to whoever does not read PDF (§14.3.2).
    pdf.stream(metadata, packet.as_bytes()).pair(Name(b"Type"), Name(b"Metadata")).pair(Name(b"Subtype"), Name(b"XML"));
    let id = DigestAlgorithm::Sha256.digest(&[&marks[..], packet.as_bytes()].concat())[..16].to_vec();
    pdf.set_file_id((id.clone(), id));
    Ok(pdf.finish())
}

/// XMP (ISO 16684-1 §7). None of the texts has a character that XML would take for its own.
fn packet(title: &str, author: &str, record: &Record) -> String {
    format!(
        "<?xpacket begin=\"\u{feff}\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n\
         <x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\n\
         <rdf:Description rdf:about=\"\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\">\n\
         <dc:title><rdf:Alt><rdf:li xml:lang=\"x-default\">{title}</rdf:li></rdf:Alt></dc:title>\n\
         <dc:creator><rdf:Seq><rdf:li>{author}</rdf:li></rdf:Seq></dc:creator>\n\
         <dc:identifier>{}</dc:identifier>\n\
         <dc:language><rdf:Bag><rdf:li>vi-VN</rdf:li></rdf:Bag></dc:language>\n\
         <xmp:CreateDate>{}</xmp:CreateDate>\n\
         </rdf:Description></rdf:RDF></x:xmpmeta>\n<?xpacket end=\"r\"?>",
        record.result_code, record.issued
    )
}
