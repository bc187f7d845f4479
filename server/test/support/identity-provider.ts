import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Provider } from 'oidc-provider'

/** An OpenID Connect provider on loopback: whoever types a name is that account. */
export interface IdentityProvider {
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: string
  /** What an account's id token says of its address. */
  readonly accounts: Map<string, { email: string; email_verified: boolean }>
  stop(): Promise<void>
}

const CLIENT = { clientId: 'tracedesk-tests', clientSecret: 'a-secret-of-the-tests-only-0123456789' }

/** Starts one for a desk at `redirectUri`. */
export async function startIdentityProvider(redirectUri: string): Promise<IdentityProvider> {
  const accounts = new Map<string, { email: string; email_verified: boolean }>()
  let handle: ReturnType<Provider['callback']> = (_, response) => response.end()
  const server = createServer((request, response) => handle(request, response))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  // listening on a port, so its address is an object
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  handle = new Provider(issuer, {
    clients: [
      {
        client_id: CLIENT.clientId,
        client_secret: CLIENT.clientSecret,
        redirect_uris: [redirectUri],
        token_endpoint_auth_method: 'client_secret_post',
      },
    ],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: [] },
    conformIdTokenClaims: false,
    cookies: { keys: ['tests'] },
    findAccount: async (_: unknown, sub: string) => ({
      accountId: sub,
      claims: async () => ({ sub, ...accounts.get(sub) }),
    }),
  }).callback()
  return { issuer, ...CLIENT, accounts, stop: () => close(server) }
}

const close = (server: Server): Promise<void> =>
  new Promise(resolve => {
    server.closeAllConnections()
    server.close(() => resolve())
  })

/** A browser without a face: follows redirects, keeps cookies by host and path-blind, fills in the provider's forms. */
export class PlainBrowser {
  readonly #jar = new Map<string, Map<string, string>>()

  cookie(origin: string, name: string): string | undefined {
    return this.#jar.get(origin)?.get(name)
  }

  async #ask(url: URL, body?: URLSearchParams): Promise<Response> {
    const jar = this.#jar.get(url.origin) ?? new Map<string, string>()
    this.#jar.set(url.origin, jar)
    const response = await fetch(url, {
      redirect: 'manual',
      method: body ? 'POST' : 'GET',
      headers: { cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; ') },
      ...(body ? { body } : {}),
    })
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (value === '') jar.delete(name)
      else jar.set(name, value)
    }
    return response
  }

  /** Opens an address and goes on, signing in as `account` where it is asked, until `isEnd` says so. */
  async open(start: string, account: string, isEnd: (url: URL) => boolean): Promise<URL> {
    let url = new URL(start)
    let response = await this.#ask(url)
    for (let step = 0; step < 20; step++) {
      const location = response.headers.get('location')
      if (location) {
        url = new URL(location, url)
        if (isEnd(url)) return url
        response = await this.#ask(url)
      } else {
        const page = await response.text()
        const prompt = /name="prompt" value="(\w+)"/.exec(page)?.[1]
        if (!prompt) throw new Error(`${url} answered ${response.status}: ${page.slice(0, 300)}`)
        response = await this.#ask(url, new URLSearchParams({ prompt, login: account, password: 'x' }))
      }
    }
    throw new Error('too many steps')
  }
}
