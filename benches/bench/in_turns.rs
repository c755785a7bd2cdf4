//! Two pieces of work measured in turns: what else the machine does meanwhile slows both.

use std::time::{Duration, Instant};

/// The medians of both, in nanoseconds, and the median of their ratio, pair by pair.
pub struct Pair {
    pub own: f64,
    pub beside: f64,
    pub ratio: f64,
}

const WARM_UP: usize = 20;
const MOST_PAIRS: usize = 4_000;
const TIME: Duration = Duration::from_secs(6);

/// Runs one and the other until the time is over.
pub fn in_turns(mut own: impl FnMut(), mut beside: impl FnMut()) -> Pair {
    let mut pairs = Vec::new();
    let begin = Instant::now();
    while pairs.len() < WARM_UP + 3 || (pairs.len() < MOST_PAIRS && begin.elapsed() < TIME) {
        // Each comes first in every other pair.
        if pairs.len() % 2 == 0 {
            let first = timed(&mut own);
            pairs.push((first, timed(&mut beside)));
        } else {
            let first = timed(&mut beside);
            pairs.push((timed(&mut own), first));
        }
    }
    let pairs = &pairs[WARM_UP..];
    Pair {
        own: median(pairs.iter().map(|(own, _)| *own)),
        beside: median(pairs.iter().map(|(_, beside)| *beside)),
        ratio: median(pairs.iter().map(|(own, beside)| own / beside)),
    }
}

fn timed(work: &mut impl FnMut()) -> f64 {
    let begin = Instant::now();
    work();
    begin.elapsed().as_secs_f64() * 1e9
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
