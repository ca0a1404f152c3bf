//! One who follows, and is anything but reliable.

use std::sync::Arc;

use kyc_stack::events::Cursor;
use serde_json::json;
use tokio::{sync::watch, time::timeout};

use super::{Dice, Logs, Progress, Replicas, Sizes, Town, topic::Topic, town::ask};
use crate::harness::live::{
    DEADLINE, Refusal,
    follower::{Follower, News, Transport},
    seq_of,
};

/// How many events one connection hears at most before something happens to it, in runs of up to 4,000 changes; in longer
/// ones it is a hundredth of these.
const SPAN: usize = 40;
/// The share of all changes that a stall lasts at most.
const STALL: usize = 4;
/// What a connection that stalls may have on its way.
const NARROW: u32 = 4_096;
/// The server restarts: come again.
const RESTARTS: u16 = 1012;

/// From where on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Start {
    /// From the log's beginning.
    Origin,
    /// From a snapshot's cursor.
    Snapshot,
    /// From whenever the server begins.
    Now,
}

/// What happened to it.
#[derive(Debug, Default)]
pub(super) struct Told {
    pub(super) deliveries: usize,
    pub(super) connections: usize,
    /// Connections that went on after an event.
    pub(super) resumed: usize,
    stalls: usize,
    /// Heard and dropped unhandled, so that it had to come again.
    dropped: usize,
    /// Ended by the server, or with it.
    ended: usize,
    unreachable: usize,
}

impl std::ops::AddAssign for Told {
    fn add_assign(&mut self, other: Self) {
        self.deliveries += other.deliveries;
        self.connections += other.connections;
        self.resumed += other.resumed;
        self.stalls += other.stalls;
        self.dropped += other.dropped;
        self.ended += other.ended;
        self.unreachable += other.unreachable;
    }
}

pub(super) struct Subscriber {
    number: usize,
    sizes: Sizes,
    town: Arc<Town>,
    replicas: Replicas,
    dice: Dice,
    tenant: usize,
    topic: Topic,
    start: Start,
    /// Whether it still has to fall asleep until all is done.
    sleeps: bool,
    /// The cursor to begin after, where it does not begin now.
    began: Option<String>,
    /// The cursors of the events it has handled.
    handled: Vec<String>,
    /// The cursors of those that it has to handle, once they are known: found once, not for each event.
    due: Option<Vec<String>>,
    told: Told,
}

impl Subscriber {
    pub(super) fn new(number: usize, sizes: &Sizes, town: &Arc<Town>, replicas: Replicas) -> Self {
        let dice = Dice::new(sizes.seed, number as u64);
        let attempt = dice.pick(&town.attempts);
        let start = *dice.pick(&[Start::Origin, Start::Snapshot, Start::Snapshot, Start::Now]);
        Self {
            number,
            sizes: sizes.clone(),
            tenant: attempt.tenant,
            town: Arc::clone(town),
            replicas,
            dice,
            topic: Topic::of(number, attempt),
            sleeps: number % 7 > 1 && number.is_multiple_of(4),
            start,
            began: None,
            handled: Vec::new(),
            due: None,
            told: Told::default(),
        }
    }

    /// Follows until it has heard all there is, and compares.
    pub(super) async fn live(
        mut self,
        mut progress: Progress,
        mut ended: watch::Receiver<Option<Logs>>,
    ) -> Told {
        // Some are there from the first change on, some come later.
        let late = self.dice.below(2) * self.dice.below(self.sizes.changes / 2 + 1);
        progress.reaches(late).await;
        self.choose_start().await;
        while !self.has_all(&ended) {
            let Ok(follower) = self.connect().await else {
                assert!(self.sizes.faults, "{}: nobody answers", self.name());
                self.told.unreachable += 1;
                tokio::task::yield_now().await;
                continue;
            };
            self.told.connections += 1;
            self.told.resumed += usize::from(!self.handled.is_empty());
            self.follow(follower, &mut progress, &mut ended).await;
        }
        self.compare(&ended);
        self.told
    }

    async fn choose_start(&mut self) {
        let merchant = self.town.tenants[self.tenant].id;
        match self.start {
            Start::Origin => self.began = Some(Cursor::origin(merchant).to_string()),
            Start::Now => {}
            Start::Snapshot => {
                let client = crate::harness::http_client();
                while self.began.is_none() {
                    let (address, key) = (self.replicas.any(&self.dice), &self.town.tenants[self.tenant].key);
                    let data = ask(&client, address, key, "{ eventCursor }", &json!({})).await;
                    assert!(data.is_some() || self.sizes.faults, "{}: no snapshot", self.name());
                    self.began = data.map(|data| data["eventCursor"].as_str().unwrap().to_owned());
                }
            }
        }
    }

    async fn connect(&self) -> Result<Follower, Refusal> {
        let mut variables = self.topic.variables.clone();
        if let Some(after) = self.handled.last().or(self.began.as_ref()) {
            variables["after"] = json!(after);
        }
        let address = self.replicas.any(&self.dice);
        let key = &self.town.tenants[self.tenant].key;
        let transport = *self.dice.pick(&Transport::BOTH);
        let window = if self.sleeps { Some(NARROW) } else { *self.dice.pick(&[None, Some(NARROW)]) };
        Follower::follow_slowly(transport, address, key, &self.topic.document, variables, window).await
    }

    /// One connection.
    async fn follow(
        &mut self,
        mut follower: Follower,
        progress: &mut Progress,
        ended: &mut watch::Receiver<Option<Logs>>,
    ) {
        let mut left = self.span();
        loop {
            let is_over = ended.borrow().is_some();
            // It may have ended while the last event was on its way.
            if is_over && self.has_all(ended) {
                return;
            }
            let news = if is_over {
                let Ok(news) = timeout(DEADLINE, follower.next()).await else {
                    panic!("{}: nothing came: {}", self.name(), self.difference(ended));
                };
                news
            } else {
                tokio::select! {
                    news = follower.next() => news,
                    changed = ended.changed() => {
                        changed.unwrap();
                        if self.has_all(ended) {
                            return;
                        }
                        continue;
                    }
                }
            };
            match news {
                News::Event(event) => {
                    if left == 0 && self.dice.below(2) == 0 {
                        // Heard, and forgotten before anything was done with it.
                        self.told.dropped += 1;
                        return;
                    }
                    assert!(event.payload.get("errors").is_none(), "{}: {}", self.name(), event.payload);
                    self.handled.push(event.cursor().to_owned());
                    self.told.deliveries += 1;
                }
                News::Refused(errors) => {
                    assert!(self.sizes.faults, "{}: {errors}", self.name());
                    self.told.ended += 1;
                    return;
                }
                News::Complete => panic!("{}: nobody asked for the end", self.name()),
                News::Ended(code) => {
                    assert!(code.is_none_or(|code| code == RESTARTS), "{}: {code:?}", self.name());
                    self.told.ended += 1;
                    return;
                }
            }
            if left > 0 {
                left -= 1;
                continue;
            }
            let manner = if std::mem::take(&mut self.sleeps) { 3 } else { self.dice.below(3) };
            let stall = match manner {
                0 => return,
                1 => return follower.leave().await,
                2 => self.dice.below(self.sizes.changes / STALL),
                // Lapped, however much is on its way.
                _ => self.sizes.changes,
            };
            self.told.stalls += 1;
            progress.reaches(progress.now() + stall).await;
            left = self.span();
        }
    }

    fn span(&self) -> usize {
        1 + self.dice.below(SPAN.max(self.sizes.changes / 100))
    }

    /// What it has to hear of these logs.
    fn expected(&self, logs: &Logs) -> Vec<String> {
        let first = match (self.start, &self.began, self.handled.first()) {
            (Start::Now, _, Some(first)) => seq_of(first),
            // It never heard anything, and nobody can say from where on it should have.
            (Start::Now, _, None) => i64::MAX,
            (_, Some(began), _) => seq_of(began) + 1,
            (_, None, _) => unreachable!("it begins somewhere"),
        };
        let log = logs[self.tenant].iter();
        log.filter(|event| event.seq >= first && (self.topic.wanted)(event))
            .map(|event| Cursor::of(event).to_string())
            .collect()
    }

    /// Whether it has heard all there is, once that is known.
    fn has_all(&mut self, ended: &watch::Receiver<Option<Logs>>) -> bool {
        let Some(logs) = ended.borrow().clone() else { return false };
        let due = self.due.take().unwrap_or_else(|| self.expected(&logs));
        let last = |cursors: &[String]| cursors.last().map_or(0, |cursor| seq_of(cursor));
        let has_all = self.handled.len() >= due.len() || last(&self.handled) >= last(&due);
        // Who begins now and has heard nothing begins somewhere else yet.
        self.due = (self.start != Start::Now || !self.handled.is_empty()).then_some(due);
        has_all
    }

    fn compare(&self, ended: &watch::Receiver<Option<Logs>>) {
        let logs = ended.borrow().clone().unwrap();
        assert!(self.handled == self.expected(&logs), "{}: {}", self.name(), self.difference(ended));
    }

    /// Where what it heard and what it had to hear part.
    fn difference(&self, ended: &watch::Receiver<Option<Logs>>) -> String {
        let expected = self.expected(&ended.borrow().clone().unwrap());
        let at = self.handled.iter().zip(&expected).take_while(|(heard, due)| heard == due).count();
        let seqs = |cursors: &[String]| {
            cursors[at.saturating_sub(2)..].iter().take(8).map(|cursor| seq_of(cursor)).collect::<Vec<_>>()
        };
        format!(
            "{} heard, {} due; from the {at}th on heard {:?}, due {:?}",
            self.handled.len(),
            expected.len(),
            seqs(&self.handled),
            seqs(&expected)
        )
    }

    fn name(&self) -> String {
        format!("subscriber {} of {} from {:?}", self.number, self.topic.variables, self.start)
    }
}
