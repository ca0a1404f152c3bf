// The page of an attempt: where it stands, step by step, what a reviewer decides, and the tracker. All of it moves live.
import { html, useCallback, useRef, useState } from '../../../shared/view.js';
import { Empty, Failure, Loading, say } from '../../parts/notice.js';
import { Page } from '../../parts/page.js';
import { State } from '../../parts/state.js';
import { useQuery } from '../../query.js';
import { useSession } from '../../session.js';
import { isOpen } from '../../words.js';
import { DecideStep } from './decide.js';
import { ATTEMPT } from './documents.js';
import { Ending, Facts } from './facts.js';
import { HoldBanner, PastHolds, PlaceHold, ReleaseHold } from './holds.js';
import { Shortcuts, useKeys } from './keys.js';
import { Link } from './link.js';
import { DecideMatch } from './match.js';
import { activeHolds, nextDecision } from './moves.js';
import { Queue, useQueue } from './queue.js';
import { Reject } from './reject.js';
import { Step } from './step.js';
import { Tracker } from './tracker.js';

/** An answer that was on its way when a newer one came is not shown. */
function useNewest(attempt) {
  const newest = useRef();
  if (attempt && !(newest.current?.version > attempt.version)) newest.current = attempt;
  return newest.current;
}

/** Letters of a name that is written smaller. */
const LONG = 60;

const focus = (id) => setTimeout(() => document.getElementById(id)?.focus());

export function Attempt({ id }) {
  const { can } = useSession();
  const reviews = can('REVIEWER');
  const query = useQuery(ATTEMPT, { id }, { touches: (event) => event.attempt?.id === id || event.customer?.id === query.data?.attempt?.customer.id });
  const attempt = useNewest(query.data?.attempt);
  const [dialog, ask] = useState();
  const queue = useQueue(id, !reviews);
  const show = useCallback((next) => query.set((was) => (was?.attempt?.version > next.version ? was : { attempt: next })), []);
  const desk = { show, reload: query.reload };
  const may = reviews && Boolean(attempt) && isOpen(attempt);
  const next = may ? nextDecision(attempt) : undefined;
  const [keys, setKeys] = useKeys(reviews && attempt ? {
    j: queue.forward, k: queue.back, t: () => focus('tracker'), '?': () => ask({ of: 'keys' }),
    d: () => (next ? ask(next) : say('Nothing here waits on a reviewer.')), h: () => may && ask({ of: 'hold' }),
  } : {});

  if (!attempt) {
    if (query.error) return html`<${Page} title="Attempt"><${Failure} error=${query.error} again=${query.reload} /><//>`;
    if (query.loading) return html`<${Page} title="Attempt"><${Loading} what="the attempt" /><//>`;
    return html`<${Page} title="Attempt not found"><${Empty} title="There is no such attempt"><p>Its address may be cut short, or it belongs to another merchant.</p>
      <a href="/">Go to the Compliance panel</a><//><//>`;
  }
  const close = () => ask(undefined);
  const { customer } = attempt;
  const held = isOpen(attempt) && activeHolds(attempt).length > 0;
  return html`<${Page} wide title=${`Attempt ${attempt.number}`} heading=${html`<bdi class=${customer.name.length > LONG ? 'long-name' : undefined}>${customer.name}</bdi>`}
    above=${html`<a href="/">Compliance</a> / <a href=${`/customers/${customer.id}`}>Customer${customer.reference && html` <bdi>${customer.reference}</bdi>`}</a> / Attempt ${attempt.number}`}
    actions=${may && html`<button type="button" onClick=${() => ask({ of: 'hold' })}>Place a hold</button>
      <button type="button" class="danger" onClick=${() => ask({ of: 'reject' })}>Reject…</button>`}>
    <div class="attempt">
      <p class="states"><${State} state=${attempt.state} expiryReason=${attempt.expiryReason} />${held && html`<span class="badge" data-of="HOLD">On hold</span>`}
        <span class=${attempt.mode === 'SANDBOX' ? 'sandbox' : 'none'}>${attempt.mode === 'SANDBOX' ? 'Sandbox: no check is real' : 'Live'}</span></p>
      ${reviews && html`<${Queue} queue=${queue} help=${() => ask({ of: 'keys' })} />`}
      ${query.error && html`<${Failure} error=${query.error} again=${query.reload} />`}
      <${HoldBanner} attempt=${attempt} may=${may} ask=${ask} />
      <${Ending} attempt=${attempt} />
      <${Facts} attempt=${attempt} />
      <div class="columns">
        <div class="main">
          <section aria-labelledby="steps"><h2 id="steps" tabindex="-1">Steps <span class="none">${attempt.steps.filter(({ status }) => status === 'COMPLETED').length} of ${attempt.steps.length} completed</span></h2>
            <ol class="step-list">${attempt.steps.map((step) => html`<${Step} key=${step.id} step=${step} attempt=${attempt} may=${may} ask=${ask} />`)}</ol></section>
          <${Link} attempt=${attempt} desk=${desk} />
          <${PastHolds} attempt=${attempt} />
        </div>
        <${Tracker} id=${id} />
      </div>
      ${dialog && html`<${Dialogs} key=${`${dialog.of} ${dialog.id}`} dialog=${dialog} desk=${desk} attempt=${attempt} close=${close} keys=${keys} setKeys=${setKeys} />`}
    </div>
  <//>`;
}

/** The dialog that is open. */
function Dialogs({ dialog, desk, attempt, close, keys, setKeys }) {
  const { of, id } = dialog;
  const step = attempt.steps.find((one) => one.id === id);
  const done = (text, place = 'steps') => {
    close();
    say(text);
    // What was pressed may be gone.
    if (place) focus(place);
  };
  const given = { desk, attempt, onClose: close };
  if (of === 'keys') return html`<${Shortcuts} on=${keys} onSwitch=${setKeys} onClose=${close} />`;
  if (of === 'hold') return html`<${PlaceHold} ...${given} onDone=${(text) => done(text, null)} />`;
  if (of === 'reject') return html`<${Reject} ...${given} onDone=${done} />`;
  if (of === 'release') return html`<${ReleaseHold} ...${given} id=${id} onDone=${done} />`;
  if (of === 'step' && step) return html`<${DecideStep} ...${given} step=${step} move=${dialog.move} onDone=${(text) => done(text, `step-${id}`)} />`;
  if (of === 'match') return html`<${DecideMatch} ...${given} id=${id} decision=${dialog.decision} onDone=${(text) => done(text, `match-${id}`)} />`;
  return null;
}
