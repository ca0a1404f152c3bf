//! When made-up customers come, how often they try, and what becomes of each attempt.

use chrono::TimeDelta;
use entity::{Time, customer};

use super::{
    people,
    script::{self, Pace, Story},
    walk::{Scene, Walk},
    write::Batch,
};
use crate::{entropy::dice::Dice, error::Result, kyc::customer as customers, lifecycle::link::Validity};

/// What a new link lasts where there is room for it, in hours.
const VALIDITY_HOURS: i64 = 72;

/// A history to be made up.
#[derive(Clone, Debug)]
pub(in crate::ops) struct Plan {
    /// Which of all possible histories.
    pub(in crate::ops) seed: u64,
    pub(in crate::ops) customers: u64,
    /// 1 to 100.
    pub(in crate::ops) attempts: i32,
    pub(in crate::ops) from: Time,
    /// Nothing happens after it.
    pub(in crate::ops) until: Time,
    /// Every customer's last attempt is open; else 18 of a hundred attempts are.
    pub(in crate::ops) open: bool,
    /// Links of open attempts last until a year after this; else they run out when they run out.
    pub(in crate::ops) lasting: Option<Time>,
}

impl Plan {
    /// The history of the customers of these numbers, from 1, who come after each other.
    pub(super) fn batch(&self, scene: &Scene, numbers: std::ops::RangeInclusive<u64>) -> Result<Batch> {
        let mut batch = Batch::default();
        for number in numbers {
            self.customer(scene, number, &mut batch)?;
        }
        batch.order(scene)?;
        Ok(batch)
    }

    fn customer(&self, scene: &Scene, number: u64, batch: &mut Batch) -> Result<()> {
        let mut dice = Dice::new(self.seed, number);
        let came = self.came(number, &mut dice);
        // In whole milliseconds: a moment has no more digits than both databases keep.
        let slot = (self.until - came).num_milliseconds() / i64::from(self.attempts);
        let slot = TimeDelta::milliseconds(slot);
        let mut person: Option<customer::Model> = None;
        for attempt in 1..=self.attempts {
            let is_last = attempt == self.attempts;
            let story = self.story(is_last, &mut dice);
            let (begun, unit) = self.timing(came + slot * (attempt - 1), slot, story, &mut dice);
            let person = match &mut person {
                Some(person) => person,
                None => {
                    let valid = people::customer(number, &mut dice, begun)?;
                    person.insert(customers::row(valid, scene.entropy.id(begun), scene.merchant, begun))
                }
            };
            let validity = Validity::hours(hours(slot))?;
            let pace = Pace { unit, validity, until: self.until, lasting: self.lasting };
            let mut walk = Walk::begin(scene, person, attempt, validity, begun);
            script::play(&mut walk, story, &pace, &mut dice)?;
            debug_assert!(is_last || walk.attempt.state.is_terminal(), "only the last may be open");
            walk.attempt.newest = is_last;
            batch.attempt(walk);
        }
        if let Some(person) = person {
            batch.customer(person);
        }
        Ok(())
    }

    /// Customers come evenly over the time, one after the other.
    fn came(&self, number: u64, dice: &mut Dice) -> Time {
        let window = (self.until - self.from).num_milliseconds();
        let share =
            (i128::from(number - 1) * 970_000 + dice.below(970_000) as i128) / i128::from(self.customers);
        let after = i128::from(window) * share / 1_000_000;
        self.from + TimeDelta::milliseconds(i64::try_from(after).unwrap_or(window))
    }

    fn story(&self, is_last: bool, dice: &mut Dice) -> Story {
        // 18 of a hundred attempts, all of them last ones, as far as there are so many last ones.
        let chance = usize::try_from(self.attempts * 180).map_or(1000, |chance| chance.min(1000));
        if is_last && (self.open || dice.permille(chance)) { Story::open(dice) } else { Story::ended(dice) }
    }

    /// When an attempt begins within its part of the time, and how fast it goes.
    fn timing(&self, start: Time, slot: TimeDelta, story: Story, dice: &mut Dice) -> (Time, TimeDelta) {
        let validity = TimeDelta::hours(i64::from(hours(slot)));
        if story.waits_on_customer() && self.lasting.is_none() {
            // It would have expired, had it begun earlier.
            let age = dice.part(validity, 50, 700);
            return (self.until - age, age);
        }
        (start + dice.part(slot.min(TimeDelta::days(8)), 0, 250), validity)
    }
}

/// The validity of a link, in hours: with what comes before and after, an attempt fits into its part of the time.
fn hours(slot: TimeDelta) -> i32 {
    i32::try_from((slot.num_hours() / 4).clamp(1, VALIDITY_HOURS)).unwrap_or(1)
}
