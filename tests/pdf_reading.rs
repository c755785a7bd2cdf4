//! Reading PDF files that nobody here wrote: no panic, no hang, and what qpdf reads without complaint is read here.

mod common;

use std::time::{Duration, Instant};

use common::{Conformance, corpora_path, files_below};
use kyso::Limits;
use kyso::encoding::pdf::{Entry, Pdf, Reference, View};

/// No measure of speed: what has no end takes longer on any machine.
const MOST: Duration = Duration::from_secs(30);

#[test]
fn no_file_panics_or_hangs() {
    let mut count = 0;
    for suite in ["pdf-robustness", "eu-dss", "revision-diff"] {
        let Some(folder) = corpora_path(suite) else { return };
        for path in files_below(&folder).filter(|path| path.extension().is_some_and(|extension| extension == "pdf")) {
            let octets = std::fs::read(&path).unwrap();
            let start = Instant::now();
            read_everything(&octets);
            assert!(start.elapsed() < MOST, "{} took {:?}", path.display(), start.elapsed());
            count += 1;
        }
    }
    println!("{count} files read");
    assert!(count > 1_500);
}

#[test]
fn what_qpdf_reads_without_complaint_is_read() {
    let Some(folder) = corpora_path("pdf-robustness") else { return };
    let index = std::fs::read_to_string(folder.join("index.tsv")).unwrap();
    let mut conformance = Conformance::of("pdf-reading");
    for fields in index.lines().map(|line| line.split('\t').collect::<Vec<_>>()) {
        if let [file, _, "ok", _, "", ..] = fields[..] {
            conformance.case(file, "read", &said(&std::fs::read(folder.join(file)).unwrap()));
        }
    }
    conformance.finish();
}

/// A changed octet, a missing end, octets moved: whatever comes, an answer and no panic.
#[test]
fn damaged_files_are_answered() {
    let Some(folder) = corpora_path("pdf-robustness") else { return };
    let mut random = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = |below: usize| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        usize::try_from(random % u64::try_from(below.max(1)).unwrap()).unwrap()
    };
    let mut damaged = 0;
    for path in files_below(&folder).filter(|path| path.extension().is_some_and(|extension| extension == "pdf")) {
        let octets = std::fs::read(&path).unwrap();
        if octets.len() > 20_000 {
            continue;
        }
        for round in 0..6 {
            let mut changed = octets.clone();
            match round {
                0 => changed.truncate(next(octets.len())),
                1 => drop(changed.splice(next(octets.len())..octets.len(), octets.iter().take(next(octets.len())).copied())),
                _ => (0..round * 4).for_each(|_| changed[next(octets.len())] = *b"0123456789 <>[]()/%R\n\\".get(next(22)).unwrap()),
            }
            let start = Instant::now();
            read_everything(&changed);
            assert!(start.elapsed() < MOST, "{} took {:?}", path.display(), start.elapsed());
            damaged += 1;
        }
    }
    println!("{damaged} damaged files answered");
}

fn references<'v>(view: &'v View<'_, '_>) -> impl Iterator<Item = Reference> + 'v {
    view.entries().filter_map(|(number, placed)| match placed.entry {
        Entry::Free { .. } => None,
        Entry::InUse { generation, .. } => Some(Reference { number, generation }),
        Entry::Compressed { .. } => Some(Reference { number, generation: 0 }),
    })
}

/// All that a caller may ask for, in every revision.
fn read_everything(octets: &[u8]) {
    let Ok(pdf) = Pdf::open(octets, &Limits::default(), None) else { return };
    for index in 0..pdf.revisions().len() {
        let view = pdf.at(index).unwrap();
        let _ = view.catalog();
        for reference in references(&view) {
            if let Ok(object) = view.object(reference) {
                let _ = object.as_stream().map(|stream| view.stream_data(stream));
            }
            if let Ok(located) = view.locate(reference) {
                let _ = view.entry_spans(&located, &[]);
            }
        }
        let _ = pdf.revision_ending_at(pdf.revisions()[index].span.end);
    }
    let _ = (pdf.accounting(), pdf.byte_ranges_unlisted(), pdf.findings());
}

/// `read`, or the first thing that is not as it should be.
fn said(octets: &[u8]) -> String {
    let pdf = match Pdf::open(octets, &Limits::default(), None) {
        Ok(pdf) => pdf,
        Err(malformed) => return malformed.to_string(),
    };
    if let Some(problem) = pdf.chain_problem() {
        return problem.to_string();
    }
    let view = pdf.latest();
    let unreadable = references(&view).find_map(|reference| view.object(reference).err());
    unreadable.map_or("read".into(), |problem| problem.to_string())
}
