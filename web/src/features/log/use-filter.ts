import { useNavigate, useSearch } from '@tanstack/react-router'
import type { LogSearch } from './log-search.ts'

/** The filter in the address, and how to change it. A change closes nothing and is one step back in the browser. */
export function useFilter() {
  const search = useSearch({ from: '/shell/log' })
  const navigate = useNavigate()
  const change = (next: { [K in keyof LogSearch]?: LogSearch[K] | undefined }) =>
    void navigate({
      to: '/log',
      search: before =>
        Object.fromEntries(
          Object.entries({ ...before, ...next }).filter(
            ([, value]) =>
              value !== undefined && value !== '' && !(Array.isArray(value) && value.length === 0),
          ),
        ),
    })
  const clear = () => void navigate({ to: '/log', search: {} })
  return { search, change, clear }
}

/** Adds a value to a list that holds each once. */
export const withValue = <T>(values: readonly T[] | undefined, value: T): T[] => [
  ...new Set([...(values ?? []), value]),
]
export const withoutValue = <T>(values: readonly T[] | undefined, value: T): T[] =>
  (values ?? []).filter(each => each !== value)
