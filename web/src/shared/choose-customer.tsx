import { Select } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useT } from '../i18n/index.ts'
import { queryOf } from './queries.ts'

const TYPING_MS = 180

interface ChooseCustomerProps {
  label: string
  value: string | null
  onChange: (id: string | null) => void
}

/** One customer, found by name, username or words they wrote, among those whose conversations the reader may open. */
export function ChooseCustomer({ label, value, onChange }: ChooseCustomerProps) {
  const t = useT()
  const [typed, setTyped] = useState('')
  const [q] = useDebouncedValue(typed.trim(), TYPING_MS)
  const [chosen, setChosen] = useState<{ value: string; label: string } | null>(null)
  // once one is chosen the field holds their name, which is no question
  const isAsking = q !== '' && q !== chosen?.label
  const found = useQuery({ ...queryOf('conversation.list', { q, limit: 30 }), enabled: isAsking })
  const named = (isAsking ? (found.data?.items ?? []) : []).map(({ customer: { id, name, username } }) => {
    const shown = name ?? t('chip.customer')
    return { value: String(id), label: username ? `${shown} @${username}` : shown }
  })
  const choices = new Map([...(chosen ? [chosen] : []), ...named].map(each => [each.value, each]))
  return (
    <Select
      label={label}
      searchable
      required
      data-autofocus
      placeholder={t('dispute.open.typeName')}
      nothingFoundMessage={t(
        found.isFetching ? 'face.loading' : isAsking ? 'palette.nothing' : 'dispute.open.typeName',
      )}
      // the server has found what fits: by words of messages as well, which stand in no label
      filter={({ options }) => options}
      data={[...choices.values()]}
      searchValue={typed}
      onSearchChange={setTyped}
      value={value}
      onChange={id => {
        setChosen(id === null ? null : (choices.get(id) ?? null))
        onChange(id)
      }}
    />
  )
}
