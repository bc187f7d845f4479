import { Select } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import type { QueryOutput } from '@tracedesk/contracts'
import { useState } from 'react'
import { useT } from '../../i18n/index.ts'
import { queryOf } from '../../shared/queries.ts'
import type { Bot } from './bot.ts'

type Conversation = QueryOutput<'conversation.list'>['items'][number]
type Customer = Conversation['customer']['id']

interface ChatChoiceProps {
  bot: Bot
  label: string
  among: 'all' | 'groups' | 'people'
  /** Who is offered before anybody else. */
  first?: readonly { readonly id: Customer; readonly name: string }[] | undefined
  value: Customer | null
  onChange: (customer: Customer | null) => void
}

/** Somebody, or a group, who has written to a bot: found by name, never by a number of Telegram's. */
export function ChatChoice({ bot, label, among, first = [], value, onChange }: ChatChoiceProps) {
  const t = useT()
  const [text, setText] = useState('')
  const [q] = useDebouncedValue(text.trim(), 180)
  const found = useQuery({
    // a member of a group may have written to another of our bots only
    ...queryOf('conversation.list', {
      limit: 50,
      ...(among === 'people' ? {} : { bot: bot.id }),
      ...(q && { q }),
    }),
    placeholderData: keepPreviousData,
  })
  const isAskedFor = (name: string) => name.toLocaleLowerCase().includes(q.toLocaleLowerCase())
  const people = new Map<Customer, string>()
  for (const { id, name } of first) if (id === value || isAskedFor(name)) people.set(id, name)
  for (const { customer, inGroup } of found.data?.items ?? [])
    if (customer.name && (among === 'all' || inGroup === (among === 'groups')))
      people.set(customer.id, customer.name)
  return (
    <Select
      searchable
      size="xs"
      label={label}
      description={t('bots.profile.chatHint')}
      nothingFoundMessage={t('palette.nothing')}
      value={value}
      searchValue={text}
      onSearchChange={setText}
      data={[...people].map(([id, name]) => ({ value: id as string, label: name }))}
      // the server has searched already
      filter={({ options }) => options}
      onChange={chosen => onChange([...people.keys()].find(id => id === chosen) ?? null)}
    />
  )
}
