//! scratch
fn main() {
    let anchors_dir = std::env::var("ANCHORS").ok();
    let mut anchors = kyso::TrustAnchors::none();
    if let Some(list) = anchors_dir {
        for f in list.split(':') {
            let _ = anchors.add_der(&std::fs::read(f).unwrap());
        }
    }
    let policy = kyso::Policy::etsi_basic();
    let evidence = kyso::Evidence::none();
    for file in std::env::args().skip(1) {
        let octets = std::fs::read(&file).unwrap();
        let start = std::time::Instant::now();
        match kyso::Document::pdf(&octets) {
            Ok(document) => {
                let context = kyso::Context {
                    policy: &policy,
                    anchors: &anchors,
                    evidence: &evidence,
                    time: kyso::Time::from_rfc3339("2026-06-01T00:00:00Z").unwrap(),
                    existence: None,
                };
                let report = kyso::verify(&document, &context);
                if std::env::var("FULL").is_ok() {
                    print!("{}", report.to_json());
                } else if std::env::var("TEXT").is_ok() {
                    print!("{}", report.to_text(kyso::report::text::Language::Vi));
                } else {
                    println!("{file}\t{}\t{:?}", report.conclusion.indication.as_str(), start.elapsed());
                    for s in &report.signatures {
                        println!(
                            "   {} {:?} {} {} int={:?} {:?}",
                            s.id,
                            s.kind,
                            s.indication.as_str(),
                            s.sub_indication.map_or("", |x| x.as_str()),
                            s.integrity,
                            s.reasons.first().map(|r| r.check.clone())
                        );
                    }
                }
            }
            Err(e) => println!("{file}\t{e}"),
        }
    }
}
