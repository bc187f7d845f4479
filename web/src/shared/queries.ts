import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import type { QueryInput, QueryName, QueryOutput } from '@tracedesk/contracts'
import { api } from './api.ts'

/** Cache entry of one read. The key is [query name, input], so that realtime can name what to fetch anew. */
export const queryOf = <N extends QueryName>(name: N, input: QueryInput<N>) =>
  queryOptions({
    queryKey: [name, input] as const,
    queryFn: ({ signal }) => api.query(name, input, { signal }),
  })

/** Reads that answer page by page. */
export type PagedQueryName = {
  [N in QueryName]: QueryOutput<N> extends { items: unknown[]; nextCursor: string | null } ? N : never
}[QueryName]

/** Cache entry of a paged read, under [query name, input, 'pages']. */
export const pagesOf = <N extends PagedQueryName>(name: N, input: QueryInput<N>) =>
  infiniteQueryOptions({
    queryKey: [name, input, 'pages'] as const,
    initialPageParam: null as string | null,
    queryFn: ({ signal, pageParam }) =>
      api.query(
        name,
        (pageParam === null ? input : { ...(input as object), cursor: pageParam }) as QueryInput<N>,
        {
          signal,
        },
      ),
    // Every PagedQueryName has it; the conditional type above hides that from the compiler.
    getNextPageParam: page => (page as { nextCursor: string | null }).nextCursor,
  })

export const meQuery = queryOf('session.me', {})
