import type {
  CommandInput,
  CommandName,
  CommandOutput,
  QueryInput,
  QueryName,
  QueryOutput,
} from '@tracedesk/contracts'
import {
  ApiError,
  type CallOptions,
  type ClientErrorCode,
  type CommandOptions,
  createClient,
} from '@tracedesk/contracts/client'

export { ApiError } from '@tracedesk/contracts/client'

/** Codes of the server, and the two a browser finds by itself. */
export type ScreenErrorCode = ClientErrorCode

/** The client, with ids told apart: to the API's document an id of an agent and one of a bot are both strings. */
interface ScreenApi {
  query<N extends QueryName>(name: N, input: QueryInput<N>, options?: CallOptions): Promise<QueryOutput<N>>
  command<N extends CommandName>(
    name: N,
    input: CommandInput<N>,
    options?: CommandOptions,
  ): Promise<CommandOutput<N>>
  text(path: string, options?: CallOptions): Promise<string>
  bytes(path: string, options?: CallOptions): Promise<Uint8Array>
}

/**
 * The API's client, generated from its OpenAPI document. That contracts and document speak of the same operations with
 * the same shapes is proved by web/test/api-types.test.ts: only then is this cast true.
 */
export const api = createClient() as unknown as ScreenApi

/** The code of any thrown value; what is no ApiError is a fault of this page. */
export const codeOf = (error: unknown): ScreenErrorCode =>
  error instanceof ApiError ? error.code : 'client.not_understood'
