import { html } from '../../../shared/view.js';
import { Page } from '../../parts/page.js';

export const Settings = () => html`<${Page} title="Settings" />`;
