import type * as contracts from '@tracedesk/contracts'
import type * as client from '@tracedesk/contracts/client'
import { expect, test } from 'vitest'

// The compiler proves this file: contracts and the client generated from the OpenAPI document name the same operations,
// and each takes and gives the same, ids being strings.

/** Whether a text is only told by its beginning, as the keys of a workspace's own roles are. */
type IsPattern<T extends string> = Record<never, never> extends Record<T, 1> ? true : false
/** Without the marks by which the compiler tells ids apart. */
type Plain<T> = unknown extends T
  ? unknown
  : T extends string & object
    ? string
    : T extends string
      ? IsPattern<T> extends true
        ? string
        : T
      : T extends number | boolean | null | undefined
        ? T
        : T extends readonly (infer E)[]
          ? Plain<E>[]
          : { [K in keyof T]: Plain<T[K]> }
type Fits<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false
type NoneOf<T extends never> = T

type Same<A, B> = Exclude<A, B> | Exclude<B, A>
/** Two are no queries of a contract: their bytes are sent as they were hashed or signed. */
export type QueriesOfOneOnly = NoneOf<
  Same<contracts.QueryName | 'ledger.leaf' | 'ledger.trust', client.QueryName>
>
export type CommandsOfOneOnly = NoneOf<Same<contracts.CommandName, client.CommandName>>
export type CodesOfOneOnly = NoneOf<Same<contracts.ErrorCode, client.ErrorCode>>

export type QueriesThatDiffer = NoneOf<
  {
    [N in contracts.QueryName & client.QueryName]: Fits<
      Plain<contracts.QueryOutput<N>>,
      client.QueryOutput<N>
    > extends true
      ? client.QueryInput<N> extends Plain<contracts.QueryInput<N>> // numbers of an address may be given as texts
        ? never
        : N
      : N
  }[contracts.QueryName & client.QueryName]
>
export type CommandsThatDiffer = NoneOf<
  {
    [N in contracts.CommandName & client.CommandName]: Fits<
      Plain<contracts.CommandOutput<N>>,
      client.CommandOutput<N>
    > extends true
      ? Plain<contracts.CommandInput<N>> extends client.CommandInput<N>
        ? never
        : N
      : N
  }[contracts.CommandName & client.CommandName]
>

test('what the compiler proves here can fail', () => {
  const sameNot: Fits<Plain<{ a: string }>, { a: number }> = false
  // @ts-expect-error: a text is no number
  const same: Fits<Plain<{ a: string }>, { a: number }> = true
  expect([sameNot, same]).toEqual([false, true])
})
