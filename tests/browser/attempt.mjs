// The page of an attempt as tests look at it, and the attempt as the API has it.
import { skip as skipServer } from '../node/live/own-server.mjs';
import { Desk } from './desk.mjs';
import { skip as skipBrowser } from './phone.mjs';

export const limit = { skip: skipServer || skipBrowser, timeout: 180_000 };
export const KINDS = ['PAN', 'SELFIE'];

const WHOLE = `query($id: ID!) { attempt(id: $id) {
  state waitingOn rejection { code message staffNote }
  holds(includeReleased: true) { reason { code staffNote } releaseNote releasedBy { name } }
  steps { id kind status waitingOn reason { code message staffNote }
    result { ... on ScreeningResult { matches { id listedName decision note decidedBy { name } } } } }
  tracker(first: 100) { nodes { type actor { name } reason { code } step { kind } stepTo } }
} }`;

/** The attempt as a reviewer's program sees it. */
export const whole = async (office, id) => (await office.ask(WHOLE, { id })).attempt;
export const stepOf = async (office, id, kind) => (await whole(office, id)).steps.find((step) => step.kind === kind);
export const sit = (t, browser, office, id, settings) => Desk.take(t, browser, office, { role: 'REVIEWER', path: `/attempts/${id}`, ...settings });

/** A step on the page, by its heading. */
export const card = (desk, name) => desk.page.getByRole('listitem').filter({ has: desk.page.getByRole('heading', { level: 3, name, exact: true }) });
export const dialog = (desk) => desk.page.getByRole('dialog');
export const closed = (desk) => dialog(desk).waitFor({ state: 'detached' });
export const tracker = (desk) => desk.page.getByRole('region', { name: 'KYC Tracker' });
