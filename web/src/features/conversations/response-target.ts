import { useQuery } from '@tanstack/react-query'
import { queryOf } from '../../shared/queries.ts'
import { useMay } from '../../shared/session.ts'

const DEFAULT_SECONDS = 30

/** Within how many milliseconds a customer should have an answer: the setting where the reader may see it. */
export function useResponseTarget(): number {
  const may = useMay()
  const settings = useQuery({ ...queryOf('setting.list', {}), enabled: may('setting.view') })
  const value = settings.data?.items.find(({ key }) => key === 'target.first_response_seconds')?.value
  return (typeof value === 'number' ? value : DEFAULT_SECONDS) * 1000
}
