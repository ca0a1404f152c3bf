//! Which token of the name stands for which token of a listed name, and what the whole is worth.

use super::similar::Mille;

/// What a token may tell, 1 to 1000: 1000 for a word that hardly anybody has.
pub type Weight = u32;

/// A word on one side, taken for a word (or for words that stand side by side) on the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edge {
    /// The asked tokens, a bit each.
    pub asked: u32,
    /// The first listed token.
    pub from: usize,
    /// How many listed tokens, side by side; at least 1.
    pub length: usize,
    pub alike: Mille,
    /// Whether one of the two is an initial, which tells no more than a letter can.
    pub initial: bool,
}

/// The two names, weighed.
#[derive(Clone, Copy)]
pub struct Sides<'w> {
    pub asked: &'w [Weight],
    pub listed: &'w [Weight],
}

/// What an alignment is worth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alignment {
    /// 0 to 1000.
    pub score: Mille,
    pub edges: Vec<Edge>,
}

/// How much an asked token without a partner counts against the match, against one with: a customer has a name that the
/// list does not know of.
const EXTRA_ASKED: u64 = 850;
/// The same when a whole listed name that tells very much is in the asked one: a word more does not make somebody else.
const EXTRA_ASKED_LEAST: u64 = 300;
/// What tells so much that words more count less, and very much.
const TELLING: u64 = 1300;
const VERY_TELLING: u64 = 2300;
/// What may be left of a listed name that is "whole": a particle, a title.
const WHOLE: u64 = 200;
/// An initial shows a third of the word that it stands for, at most.
const OF_AN_INITIAL: u64 = 3;
/// The most ways that are kept at a token; the best ones. Only names of one word written many times have more.
const MOST_WAYS: usize = 256;
/// The same of a listed token, when what did match tells much: lists write out names that people shorten.
const EXTRA_LISTED_LEAST: u64 = 330;
/// The same when what did match tells little: two everyday names in common are no trace of a third.
const EXTRA_LISTED_MOST: u64 = 1000;
/// What tells little, in weights: one rare word.
const LITTLE: u64 = 700;
/// What tells much: about two rare words.
const MUCH: u64 = 1700;

impl Sides<'_> {
    /// The best alignment over these edges.
    ///
    /// Goes over the listed tokens once, and keeps the best way to every set of asked tokens that is used up; of very many
    /// sets, the best. What is best is judged by what edges add, which the score, a quotient, is not quite.
    pub fn align(self, edges: &[Edge]) -> Alignment {
        let mut ways = vec![vec![Way { used: 0, worth: 0, last: None }]];
        ways.resize_with(self.listed.len() + 1, Vec::new);
        let mut steps: Vec<Step> = Vec::new();
        for at in 0..self.listed.len() {
            let mut here = std::mem::take(&mut ways[at]);
            if here.len() > MOST_WAYS {
                here.sort_unstable_by_key(|way| (std::cmp::Reverse(way.worth), way.used));
                here.truncate(MOST_WAYS);
            }
            for way in &here {
                keep(&mut ways[at + 1], *way);
                for edge in edges.iter().filter(|edge| edge.from == at && edge.asked & way.used == 0) {
                    let worth = way.worth + self.worth(edge);
                    let then = Way { used: way.used | edge.asked, worth, last: Some(steps.len()) };
                    if keep(&mut ways[at + edge.length], then) {
                        steps.push(Step { edge: *edge, before: way.last });
                    }
                }
            }
        }
        let best = ways[self.listed.len()].iter().max_by_key(|way| way.worth);
        let mut chosen = Vec::new();
        let mut last = best.and_then(|way| way.last);
        while let Some(step) = last.and_then(|at| steps.get(at)) {
            chosen.push(step.edge);
            last = step.before;
        }
        chosen.reverse();
        Alignment { score: self.score(&chosen), edges: chosen }
    }

    /// What an edge adds to an alignment: what it shows, and what it saves.
    fn worth(self, edge: &Edge) -> u64 {
        let (asked, listed) = (self.asked_weight(edge), self.listed_weight(edge));
        let alike = u64::from(edge.alike);
        // One more of several that are worth the same: of "Ali Hassan" for "Ali Hassan", each word for its like is told
        // rather than the two for the two.
        self.both(edge) * alike + asked * EXTRA_ASKED + listed * EXTRA_LISTED_LEAST + 1
    }

    /// What a pair weighs: as much as the lighter of the two.
    pub fn both(self, edge: &Edge) -> u64 {
        let (asked, listed) = (self.asked_weight(edge), self.listed_weight(edge));
        if edge.initial {
            asked.min(listed).min(asked.max(listed) / OF_AN_INITIAL)
        } else {
            asked.min(listed)
        }
    }

    fn asked_weight(self, edge: &Edge) -> u64 {
        let taken = self.asked.iter().enumerate().filter(|(at, _)| edge.asked & (1 << at) != 0);
        taken.map(|(_, &weight)| u64::from(weight)).sum()
    }

    fn listed_weight(self, edge: &Edge) -> u64 {
        self.listed[edge.from..edge.from + edge.length].iter().map(|&weight| u64::from(weight)).sum()
    }

    /// shown / (matched + extra): the weighted mean of how alike the pairs are, where a token without a partner counts as
    /// a part of a pair that is not alike at all.
    pub fn score(self, edges: &[Edge]) -> Mille {
        let total = |weights: &[Weight]| weights.iter().map(|&weight| u64::from(weight)).sum::<u64>();
        let (mut asked_left, mut listed_left) = (total(self.asked), total(self.listed));
        let (mut matched, mut shown) = (0, 0);
        for edge in edges {
            let (asked, listed) = (self.asked_weight(edge), self.listed_weight(edge));
            let both = self.both(edge);
            matched += both;
            shown += both * u64::from(edge.alike);
            asked_left -= asked;
            listed_left -= listed;
            if edge.initial {
                // The rest of the word was not seen: it may be another.
                asked_left += (asked - both) / 2;
                listed_left += (listed - both) / 2;
            }
        }
        let told = (shown / 1000).clamp(LITTLE, MUCH) - LITTLE;
        let span = MUCH - LITTLE;
        let extra_listed = EXTRA_LISTED_MOST - (EXTRA_LISTED_MOST - EXTRA_LISTED_LEAST) * told / span;
        let extra_asked = if listed_left <= WHOLE { extra_asked(shown / 1000) } else { EXTRA_ASKED };
        let extra = (asked_left * extra_asked + listed_left * extra_listed) / 1000;
        shown.checked_div(matched + extra).and_then(|score| Mille::try_from(score).ok()).unwrap_or(0)
    }
}

/// What an asked token without a partner counts when a whole listed name is matched that tells this much.
fn extra_asked(told: u64) -> u64 {
    let told = told.clamp(TELLING, VERY_TELLING) - TELLING;
    EXTRA_ASKED - (EXTRA_ASKED - EXTRA_ASKED_LEAST) * told / (VERY_TELLING - TELLING)
}

#[derive(Clone, Copy)]
struct Way {
    used: u32,
    worth: u64,
    last: Option<usize>,
}

struct Step {
    edge: Edge,
    before: Option<usize>,
}

/// Keeps a way unless a better one uses the same tokens.
fn keep(ways: &mut Vec<Way>, way: Way) -> bool {
    match ways.iter_mut().find(|kept| kept.used == way.used) {
        Some(kept) if kept.worth >= way.worth => false,
        Some(kept) => {
            *kept = way;
            true
        }
        None => {
            ways.push(way);
            true
        }
    }
}

/// The score that no alignment exceeds when asked tokens of this weight have partners at best, and these have none.
pub fn bound(matched: u64, left: u64) -> Mille {
    let extra = left * extra_asked(matched) / 1000;
    (matched * 1000).checked_div(matched + extra).and_then(|bound| Mille::try_from(bound).ok()).unwrap_or(0)
}
