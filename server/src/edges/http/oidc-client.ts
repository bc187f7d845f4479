import * as oidc from 'openid-client'
import { ConsoleError } from '../../kernel/console-error.ts'
import { askOutside } from '../../kernel/outside.ts'
import type { OidcProvider } from '../../modules/team/index.ts'

const TIMEOUT_MS = 10_000
const ANSWER_MAX = 1024 * 1024

/** Asks only where a setting may make the server knock: the address is judged like any other from outside. */
const askThrough =
  (allowPrivate: boolean): oidc.CustomFetch =>
  async (url, { method, headers, body, signal }) => {
    const answer = await askOutside(url, {
      method: method === 'POST' ? 'POST' : 'GET',
      headers,
      ...(body === undefined || body === null ? {} : { body: Buffer.from(String(body)) }),
      timeoutMs: TIMEOUT_MS,
      maxBytes: ANSWER_MAX,
      allowPrivate,
      signal,
    })
    const given = Object.entries(answer.headers).flatMap(([name, value]) =>
      typeof value === 'string' ? [[name, value] as [string, string]] : [],
    )
    return new Response(new Uint8Array(answer.body), { status: answer.status, headers: given })
  }

/**
 * What a provider says of itself (OpenID Connect Discovery). Throws `oidc.unreachable` when it says nothing that fits.
 * Plain http is for where private addresses are allowed: tests, and a provider in the same house.
 */
export async function discoverProvider(
  provider: Omit<OidcProvider, 'workspaceId'>,
  allowPrivate: boolean,
): Promise<oidc.Configuration> {
  const { issuer, clientId, clientSecret } = provider
  try {
    return await oidc.discovery(
      new URL(issuer),
      clientId,
      undefined,
      clientSecret ? oidc.ClientSecretPost(clientSecret) : oidc.None(),
      {
        [oidc.customFetch]: askThrough(allowPrivate),
        timeout: TIMEOUT_MS / 1000,
        ...(allowPrivate ? { execute: [oidc.allowInsecureRequests] } : {}),
      },
    )
  } catch (error) {
    throw new ConsoleError('oidc.unreachable', { issuer }, { cause: error })
  }
}

/** What must be remembered between leaving for the provider and coming back. */
export interface Journey {
  readonly state: string
  readonly nonce: string
  readonly verifier: string
}

/** Where to send the browser, and what to remember (code flow with PKCE, RFC 7636). */
export async function beginJourney(
  config: oidc.Configuration,
  redirectUri: string,
): Promise<{ url: string; journey: Journey }> {
  const verifier = oidc.randomPKCECodeVerifier()
  const journey = { state: oidc.randomState(), nonce: oidc.randomNonce(), verifier }
  const url = oidc.buildAuthorizationUrl(config, {
    redirect_uri: redirectUri,
    scope: 'openid email profile',
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state: journey.state,
    nonce: journey.nonce,
  })
  return { url: url.href, journey }
}

/** Who came back: the claims of a checked id token. Throws `oidc.refused` for anything that does not fit the journey. */
export async function endJourney(
  config: oidc.Configuration,
  cameBackTo: URL,
  { state, nonce, verifier }: Journey,
): Promise<{ subject: string; email: string | null; emailVerified: boolean }> {
  try {
    const tokens = await oidc.authorizationCodeGrant(config, cameBackTo, {
      pkceCodeVerifier: verifier,
      expectedState: state,
      expectedNonce: nonce,
      idTokenExpected: true,
    })
    const claims = tokens.claims()
    if (!claims) throw new Error('no id token')
    const { sub, email, email_verified: verified } = claims
    return {
      subject: sub,
      email: typeof email === 'string' ? email : null,
      emailVerified: verified === true || verified === 'true',
    }
  } catch (error) {
    throw new ConsoleError('oidc.refused', {}, { cause: error })
  }
}
