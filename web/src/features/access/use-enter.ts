import { useQueryClient } from '@tanstack/react-query'
import { useRouter, useSearch } from '@tanstack/react-router'

/** Enters the console after the server has set the session cookie: back to where the reader wanted to go. */
export function useEnter(): () => void {
  const client = useQueryClient()
  const router = useRouter()
  const search = useSearch({ strict: false })
  return () => {
    client.clear()
    router.history.push('to' in search && search.to ? search.to : '/inbox')
  }
}
