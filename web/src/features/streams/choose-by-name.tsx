import { MultiSelect } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useQueries, useQuery } from '@tanstack/react-query'
import type { QueryInput } from '@tracedesk/contracts'
import { useState } from 'react'
import { useT } from '../../i18n/index.ts'
import { useFormat } from '../../shared/format.ts'
import { type Choice, useSubjectChoices } from '../../shared/log-choices.ts'
import { queryOf } from '../../shared/queries.ts'
import { useMay } from '../../shared/session.ts'

const IDS_MAX = 50
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const TYPING_MS = 180

interface ChooseProps {
  label: string
  values: string[]
  onChange: (values: string[]) => void
}

/** What is typed, and a moment after the last key what is looked for. */
function useTyped() {
  const [typed, setTyped] = useState('')
  const [q] = useDebouncedValue(typed.trim(), TYPING_MS)
  return { typed, setTyped, q }
}

/** Ids that are chosen but have no name any more stay as they are; an id that is typed whole can be chosen as well. */
const withIds = (known: readonly Choice[], values: readonly string[], typed: string): Choice[] => {
  const id = typed.trim().toLowerCase()
  const wanted = UUID.test(id) ? [...values, id] : values
  const missing = [...new Set(wanted)].filter(value => !known.some(each => each.value === value))
  return [...known, ...missing.map(value => ({ value, label: value }))]
}

interface FoundProps extends ChooseProps {
  found: readonly Choice[]
  typing: ReturnType<typeof useTyped>
}

function Found({ label, values, onChange, found, typing: { typed, setTyped } }: FoundProps) {
  const t = useT()
  return (
    <MultiSelect
      label={label}
      searchable
      placeholder={values.length === 0 ? t('streams.typeName') : ''}
      nothingFoundMessage={t(typed.trim() === '' ? 'streams.typeName' : 'palette.nothing')}
      maxValues={IDS_MAX}
      searchValue={typed}
      onSearchChange={setTyped}
      // the server has found what fits: by words of messages as well, which stand in no label
      filter={({ options }) => options}
      data={withIds(found, values, typed)}
      value={values}
      onChange={onChange}
    />
  )
}

/** The conversations that fit what is typed, and what the chosen ids name. */
function useFound<N extends 'customer.get' | 'conversation.get'>(name: N, values: readonly string[]) {
  const enabled = useMay()('conversation.view')
  const typing = useTyped()
  const found = useQuery({
    ...queryOf('conversation.list', { q: typing.q, limit: 30 }),
    enabled: enabled && typing.q !== '',
  })
  const chosen = useQueries({
    // both take an id; the server checks it
    queries: values.map(id => ({ ...queryOf(name, { id } as QueryInput<N>), enabled })),
  })
  return { typing, chosen: chosen.flatMap(each => each.data ?? []), found: found.data?.items ?? [] }
}

/** Customers, found by name or username. */
export function ChooseCustomers(props: ChooseProps) {
  const t = useT()
  const { typing, chosen, found } = useFound('customer.get', props.values)
  const named = [...chosen, ...found].map(({ customer: { id, name, username } }) => {
    const shown = name ?? t('chip.customer')
    return { value: String(id), label: username ? `${shown} @${username}` : shown }
  })
  return <Found {...props} typing={typing} found={once(named)} />
}

/** Conversations, found by the customer's name or by words in them. */
export function ChooseConversations(props: ChooseProps) {
  const t = useT()
  const format = useFormat()
  const { typing, chosen, found } = useFound('conversation.get', props.values)
  const named = [...chosen.map(({ conversation }) => conversation), ...found].map(
    ({ id, customer, bot, openedAt }) => {
      const who = t('chip.conversationWith', { name: customer.name ?? t('chip.customer') })
      return { value: String(id), label: [who, bot.name, format.exact(openedAt)].join(' · ') }
    },
  )
  return <Found {...props} typing={typing} found={once(named)} />
}

/** Things of the workspace that have a name: people, departments, bots, labels, fields, canned replies, settings. */
export function ChooseSubjects({ label, values, onChange }: ChooseProps) {
  const t = useT()
  const [typed, setTyped] = useState('')
  const groups = useSubjectChoices()
  const known = groups.flatMap(({ items }) => items)
  const others = withIds(known, values, typed).slice(known.length)
  return (
    <MultiSelect
      label={label}
      searchable
      placeholder={values.length === 0 ? t('streams.all') : ''}
      nothingFoundMessage={t('palette.nothing')}
      maxDropdownHeight={380}
      maxValues={IDS_MAX}
      searchValue={typed}
      onSearchChange={setTyped}
      data={[...groups, ...(others.length > 0 ? [{ group: t('streams.byId'), items: others }] : [])]}
      value={values}
      onChange={onChange}
    />
  )
}

const once = (choices: readonly Choice[]): Choice[] => [
  ...new Map(choices.map(choice => [choice.value, choice])).values(),
]
