import { MultiSelect } from '@mantine/core'
import { ACTOR_KINDS, SOURCES } from '@tracedesk/contracts/rules'
import { useT } from '../../i18n/index.ts'
import {
  type Choice,
  useAgentChoices,
  useBotChoices,
  useDepartmentChoices,
} from '../../shared/log-choices.ts'
import { ChooseConversations, ChooseCustomers, ChooseSubjects } from './choose-by-name.tsx'
import type { Other } from './stream-draft.ts'

interface OnlyProps {
  name: Other
  values: string[]
  onChange: (values: string[]) => void
}

const FOUND_BY_NAME = {
  customer: ChooseCustomers,
  conversation: ChooseConversations,
  subject: ChooseSubjects,
} as const

/** One more part of the filter: chosen by name, from a list where it is short, else from what is found. */
export function Only({ name, values, onChange }: OnlyProps) {
  const t = useT()
  const known = useNamed(name)
  const label = t(`streams.only.${name}`)
  if (!known) {
    const Choose = FOUND_BY_NAME[name as keyof typeof FOUND_BY_NAME] // whatever is not listed is found
    return <Choose label={label} values={values} onChange={onChange} />
  }
  // a token, a rule or somebody who is not listed any more
  const others = values.filter(id => !known.some(({ value }) => value === id))
  if (known.length + others.length === 0) return null
  return (
    <MultiSelect
      label={label}
      searchable
      placeholder={values.length === 0 ? t('streams.all') : ''}
      nothingFoundMessage={t('palette.nothing')}
      maxValues={50}
      data={[...known, ...others.map(value => ({ value, label: value }))]}
      value={values}
      onChange={onChange}
    />
  )
}

/** What can be chosen by name; null for what has too many to list. */
function useNamed(name: Other): Choice[] | null {
  const t = useT()
  const agents = useAgentChoices()
  const departments = useDepartmentChoices()
  const bots = useBotChoices()
  const lists: Partial<Record<Other, Choice[]>> = {
    actor: agents,
    department: departments,
    bot: bots,
    actorKind: ACTOR_KINDS.map(value => ({ value, label: t(`actor.${value}`) })),
    source: SOURCES.map(value => ({ value, label: t(`source.${value}`) })),
  }
  return lists[name] ?? null
}
