//! What is true of every attempt and its steps, whatever happened to them.

use entity::{AttemptState, Party, StepKind, StepStatus};

use super::{
    attempt::{Attempt, Needs, count},
    statuses::Statuses,
    step::Step,
};

/// The broken invariants of an attempt and its steps as written, each named in a sentence; none when all is well. The
/// property tests call it after every move, and `verify` for every row.
pub fn check(attempt: &Attempt, steps: &[Step]) -> Vec<String> {
    let mut broken = Vec::new();
    counts(attempt, steps, &mut broken);
    state(attempt, steps, &mut broken);
    waiting(attempt, steps, &mut broken);
    link(attempt, &mut broken);
    for step in steps {
        one_step(step, attempt.state, &mut broken);
    }
    broken
}

fn expect(holds: bool, broken: &mut Vec<String>, rule: impl FnOnce() -> String) {
    if !holds {
        broken.push(rule());
    }
}

fn counts(attempt: &Attempt, steps: &[Step], broken: &mut Vec<String>) {
    let completed = count(steps.iter().filter(|step| step.status == StepStatus::Completed).count());
    expect(!steps.is_empty(), broken, || "an attempt has at least one step".to_owned());
    expect(attempt.total_steps == count(steps.len()), broken, || {
        format!("total_steps is {}, but there are {} steps", attempt.total_steps, steps.len())
    });
    expect(attempt.completed_steps == completed, broken, || {
        format!("completed_steps is {}, but {completed} steps are COMPLETED", attempt.completed_steps)
    });
    expect(attempt.statuses == Statuses::of(steps), broken, || {
        "step_statuses are not those of the steps".to_owned()
    });
    expect(attempt.active_holds >= 0, broken, || "active_holds is negative".to_owned());
    let twice =
        steps.iter().enumerate().any(|(i, step)| steps[..i].iter().any(|other| other.kind == step.kind));
    expect(!twice, broken, || "a journey has each kind of step once".to_owned());
}

fn state(attempt: &Attempt, steps: &[Step], broken: &mut Vec<String>) {
    let is = |state| attempt.state == state;
    let done = !steps.is_empty() && steps.iter().all(|step| step.status == StepStatus::Completed);
    let free = attempt.active_holds == 0;
    let exhausted = steps.iter().any(Step::is_exhausted);
    let over = attempt.state.is_terminal();
    let mut rule = |holds: bool, rule: &str| expect(holds, broken, || format!("{}: {rule}", attempt.state));

    rule(!is(AttemptState::Completed) || (done && free), "every step is COMPLETED and no hold is active");
    rule(over || !(done && free), "an open attempt has an unfinished step or a hold");
    rule(over || !exhausted, "an open attempt has no step that FAILED with no tries left");
    rule(over == attempt.ended_at.is_some(), "ended_at is set exactly when the attempt is over");
    rule(
        is(AttemptState::Rejected) == attempt.rejection.is_some(),
        "only REJECTED has a rejection, and always",
    );
    rule(
        is(AttemptState::Expired) == attempt.expiry_reason.is_some(),
        "only EXPIRED has an expiry reason, and always",
    );
    rule(!is(AttemptState::Expired) || attempt.link.is_some(), "an attempt without a link does not expire");
    rule(
        !is(AttemptState::Created) || attempt.started_at.is_none(),
        "an attempt that has not begun has no started_at",
    );
    let begun = is(AttemptState::InProgress) || is(AttemptState::Completed);
    rule(!begun || attempt.started_at.is_some(), "an attempt that has begun has a started_at");
}

fn waiting(attempt: &Attempt, steps: &[Step], broken: &mut Vec<String>) {
    let over = attempt.state.is_terminal();
    let needs = if over { Needs::default() } else { Needs::of(steps, attempt.active_holds) };
    expect(attempt.needs == needs, broken, || {
        format!("{}: needs is {:?}, but steps and holds say {needs:?}", attempt.state, attempt.needs)
    });
    expect(attempt.waiting_on == needs.first(), broken, || {
        format!(
            "{}: waits on {:?}, but steps and holds say {:?}",
            attempt.state,
            attempt.waiting_on,
            needs.first()
        )
    });
    expect(over || attempt.waiting_on.is_some(), broken, || "an open attempt waits on somebody".to_owned());
    expect(attempt.waiting_on.is_some() == attempt.waiting_since.is_some(), broken, || {
        "waiting_since is set exactly when somebody is waited for".to_owned()
    });
    let due = attempt.due();
    expect(attempt.due_at == due, broken, || {
        "due_at is the end of the link's validity exactly while an open attempt waits on the customer alone"
            .to_owned()
    });
}

fn link(attempt: &Attempt, broken: &mut Vec<String>) {
    let Some(link) = attempt.link else { return };
    expect(link.issued >= 1, broken, || "a link was issued at least once".to_owned());
    expect(link.opened >= 0, broken, || "open count is negative".to_owned());
    expect((link.opened > 0) == link.last_opened_at.is_some(), broken, || {
        "last_opened_at is set exactly when the link was opened".to_owned()
    });
    expect(link.opened == 0 || attempt.state != AttemptState::Created, broken, || {
        "an attempt whose link was opened has begun".to_owned()
    });
}

fn one_step(step: &Step, attempt: AttemptState, broken: &mut Vec<String>) {
    let is = |status| step.status == status;
    let idle = is(StepStatus::NotStarted);
    let ended = is(StepStatus::Completed) || is(StepStatus::Failed);
    let mut rule =
        |holds: bool, rule: &str| expect(holds, broken, || format!("{} {}: {rule}", step.kind, step.status));

    rule(step.max_tries >= 1, "max_tries is at least 1");
    rule((0..=step.max_tries).contains(&step.tries), "tries is between 0 and max_tries");
    rule(!idle || step.tries == 0, "a step that nobody has begun has no tries");
    rule(idle == step.started_at.is_none(), "started_at is set exactly when the step has begun");
    rule(ended == step.ended_at.is_some(), "ended_at is set exactly when COMPLETED or FAILED");
    let explained = is(StepStatus::Failed) || is(StepStatus::RequiresAction);
    rule(!explained || step.reason.is_some(), "it carries a reason");
    rule(!idle || step.reason.is_none(), "a step that nobody has begun has no reason");
    let watched = is(StepStatus::InProgress) && !attempt.is_terminal();
    rule(
        watched == step.deadline_at.is_some(),
        "deadline_at is set exactly while IN_PROGRESS in an open attempt",
    );

    let nobody = is(StepStatus::Completed) || step.is_exhausted();
    rule(
        nobody == step.waiting_on.is_none(),
        "nobody is waited for exactly when COMPLETED or FAILED for good",
    );
    let provider = step.waiting_on == Some(Party::Provider);
    rule(
        !provider || idle || is(StepStatus::InProgress),
        "a provider is waited for only before or during a run",
    );
    let hidden = step.kind == StepKind::SanctionScreening;
    rule(!(hidden && step.waiting_on == Some(Party::Customer)), "a screening never waits on the customer");
}
