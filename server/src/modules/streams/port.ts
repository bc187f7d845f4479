import type { Entry, StreamProblem } from '@tracedesk/contracts'
import type pg from 'pg'
import type { InstallationSecret } from '../../kernel/secret.ts'
import type { Stream } from './store.ts'

/** What came of sending something: it arrived, or why not. */
export type Outcome =
  | { readonly kind: 'arrived' }
  /** The receiver took no offence at being called, but at what it was given: trying again will not help. */
  | { readonly kind: 'refused'; readonly status: number }
  /** It may help to try again; `afterMs` when the receiver said how long to wait. */
  | {
      readonly kind: 'trouble'
      readonly problem: StreamProblem
      readonly status: number | null
      readonly afterMs: number | null
    }
  /** The receiver says that it is not there for good. */
  | { readonly kind: 'gone'; readonly status: number }

/** Sends entries of one stream in their order, all or none as far as we are told. */
export type SendEntries = (stream: Stream, entries: readonly Entry[], signal: AbortSignal) => Promise<Outcome>

/** What streams need of the rest of the house. */
export interface StreamPort {
  readonly secret: InstallationSecret
  /** Receivers may have private addresses. */
  readonly allowPrivate: boolean
  /** As the application: reads what is sealed. */
  readonly app: pg.Pool
  /** Told when a stream came, went, or may go on. */
  readonly changed: () => void
  readonly send: SendEntries
}
