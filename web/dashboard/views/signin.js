// Signing in. The page that was asked for is shown afterwards: its address stays where it is.
import { html, useEffect, useState } from '../../shared/view.js';
import { signIn } from '../api.js';
import { Button, Form, Text, useAction } from '../parts/form.js';
import { Heading } from '../parts/page.js';

const REMEMBERED = 'kyc:merchant';

/** The merchant that signed in here last; no secret, and no person. */
function remembered() {
  try {
    return localStorage.getItem(REMEMBERED) ?? '';
  } catch {
    return '';
  }
}

function remember(merchant) {
  try {
    localStorage.setItem(REMEMBERED, merchant);
  } catch {
    // It is full, or closed to us.
  }
}

const WRONG = { userErrors: [{ field: ['password'], message: 'Merchant, email and password do not belong together. Check all three.' }] };

/** `ended`: somebody was signed in, and is no more. */
export function SignIn({ signedIn, ended }) {
  const [merchant, setMerchant] = useState(remembered);
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [empty, setEmpty] = useState(false);
  const [enter, { busy, errors, trouble }] = useAction(async () => {
    if (!(await signIn(merchant.trim(), email.trim(), password))) return WRONG;
    remember(merchant.trim());
    await signedIn();
    return {};
  });
  useEffect(() => {
    document.title = 'Sign in · kyc-stack';
  }, []);
  const send = () => {
    const missing = !merchant.trim() || !email.trim() || !password;
    setEmpty(missing);
    return missing ? undefined : enter();
  };
  const needed = (value, what) => (empty && !value.trim() ? `Enter ${what}.` : undefined);
  return html`<main class="alone" id="main">
    <${Heading}>Sign in<//>
    <p class="hint">${ended ? 'Your session is over. Sign in again to go on where you were.' : 'To the back office of your merchant.'}</p>
    <${Form} onSubmit=${send} trouble=${trouble}>
      <${Text} label="Merchant" hint="The short name, as in “acme”" value=${merchant} onText=${setMerchant} autocomplete="organization" autocapitalize="none" spellcheck=${false}
        error=${needed(merchant, 'the merchant’s short name')} />
      <${Text} label="Email" type="email" value=${email} onText=${setEmail} autocomplete="username" spellcheck=${false} error=${needed(email, 'your email')} />
      <${Text} label="Password" type="password" value=${password} onText=${setPassword} autocomplete="current-password"
        error=${needed(password, 'your password') ?? errors[0]?.message} />
      <${Button} type="submit" kind="primary" busy=${busy}>Sign in<//>
    <//>
    <p class="note">No password yet, or forgotten? An admin of your merchant can send you a one-time link.</p>
  </main>`;
}
