import { html } from '../../../shared/view.js';
import { Page } from '../../parts/page.js';

export const Overview = () => html`<${Page} title="Overview" />`;
