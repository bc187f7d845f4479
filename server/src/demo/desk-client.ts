import type {
  CommandInput,
  CommandName,
  CommandOutput,
  QueryInput,
  QueryName,
  QueryOutput,
} from '@tracedesk/contracts'

/** The answer of a running desk was an error; `code` is its error code. */
export class DeskRefusal extends Error {
  readonly code: string
  constructor(code: string, name: string) {
    super(`${name} was answered with ${code}`)
    this.code = code
  }
}

/** One person at the desk, as a program: the same API a browser uses, with a session of its own. */
export class DeskClient {
  readonly #url: string
  readonly #token: string

  constructor(url: string, token = '') {
    this.#url = url
    this.#token = token
  }

  /** Signs in and returns the client of that session. Throws DeskRefusal. */
  static async signIn(url: string, email: string, password: string): Promise<DeskClient> {
    const { token } = await new DeskClient(url).do('session.sign_in', { email, password })
    return new DeskClient(url, token)
  }

  /** Runs a command. Throws DeskRefusal with the error's code. */
  do<N extends CommandName>(name: N, input: CommandInput<N>): Promise<CommandOutput<N>> {
    return this.#call(name, `/api/${name}`, {
      method: 'POST',
      body: JSON.stringify(input),
      headers: { 'content-type': 'application/json' },
    }) as Promise<CommandOutput<N>>
  }

  /** Asks a query. Throws DeskRefusal with the error's code. */
  ask<N extends QueryName>(name: N, input: QueryInput<N>): Promise<QueryOutput<N>> {
    const parameters = new URLSearchParams(
      Object.entries(input as Record<string, unknown>).flatMap(([key, value]) =>
        value === undefined ? [] : [[key, String(value)] as [string, string]],
      ),
    )
    return this.#call(name, `/api/${name}?${parameters}`, {}) as Promise<QueryOutput<N>>
  }

  async #call(name: string, path: string, init: RequestInit): Promise<unknown> {
    const response = await fetch(`${this.#url}${path}`, {
      ...init,
      headers: { ...init.headers, ...(this.#token ? { authorization: `Bearer ${this.#token}` } : {}) },
    })
    const body = (await response.json()) as { error?: { code: string } }
    if (!response.ok) throw new DeskRefusal(body.error?.code ?? String(response.status), name)
    return body
  }
}
