import { html } from '../../../shared/view.js';
import { Page } from '../../parts/page.js';

export const Generate = () => html`<${Page} title="Generate a KYC link" />`;
