import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query'
import { ApiError } from '../shared/api.ts'

const SESSION_OVER = new Set(['session.required', 'session.expired'])
/** Reads that failed so may be asked again by themselves: no decision was made about them. */
const PASSING = new Set(['client.unreachable', 'database.unavailable'])

/** The one place where server data lives. `onSessionOver` is called when any call learns that nobody is signed in. */
export function createQueryClient({ onSessionOver }: { onSessionOver: () => void }): QueryClient {
  const watch = (error: unknown) => {
    if (!(error instanceof ApiError) || !SESSION_OVER.has(error.code)) return
    client.removeQueries({ queryKey: ['session.me'] })
    onSessionOver()
  }
  const client: QueryClient = new QueryClient({
    queryCache: new QueryCache({
      onError: (error, query) => query.queryKey[0] !== 'session.me' && watch(error),
    }),
    mutationCache: new MutationCache({ onError: watch }),
    defaultOptions: {
      queries: {
        // Realtime says what changed; nothing grows old by itself.
        staleTime: Number.POSITIVE_INFINITY,
        gcTime: 10 * 60_000,
        refetchOnWindowFocus: false,
        networkMode: 'always',
        retry: (failures, error) => error instanceof ApiError && PASSING.has(error.code) && failures < 2,
      },
      mutations: { networkMode: 'always', retry: false },
    },
  })
  return client
}
