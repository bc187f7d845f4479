import { Textarea } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { QueryOutput } from '@tracedesk/contracts'
import { type KeyboardEvent, useState } from 'react'
import { useT } from '../../i18n/index.ts'
import { queryOf } from '../../shared/queries.ts'
import { MESSAGE_TEXT_MAX } from '../../shared/roles.ts'
import { useMay, useMe } from '../../shared/session.ts'
import { Person } from '../../shared/ui/person.tsx'
import classes from './inbox.module.css'

type Colleague = QueryOutput<'agent.list'>['items'][number]
const SHOWN = 6

/** What is being typed after an `@` right before the cursor; null when nothing is. */
export function readMention(text: string, cursor: number): string | null {
  const found = /(?:^|\s)@([\p{L}\p{M}\p{N}._-]{0,40})$/u.exec(text.slice(0, cursor))
  return found ? (found[1] ?? '') : null
}

/** Colleagues whose `@name` stands in a text. */
export const mentionedIn = (text: string, colleagues: readonly Colleague[]): Colleague['id'][] =>
  colleagues.filter(({ name }) => text.includes(`@${name}`)).map(({ id }) => id)

/** Whom a note can call: everybody with an open seat but oneself. */
export function useColleagues(): Colleague[] {
  const may = useMay()
  const me = useMe()
  const agents = useQuery({ ...queryOf('agent.list', {}), enabled: may('team.view') })
  return (agents.data?.items ?? []).filter(({ id, state }) => state === 'active' && id !== me.agent.id)
}

interface MentionFieldProps {
  id?: string
  label: string
  text: string
  /** private notes call nobody */
  canMention: boolean
  colleagues: readonly Colleague[]
  onText: (text: string) => void
  onSubmit: () => void
}

/** A field for a note in which `@` offers colleagues to call. */
export function MentionField(props: MentionFieldProps) {
  const t = useT()
  const { text, onText, colleagues } = props
  const [cursor, setCursor] = useState(0)
  const [at, setAt] = useState(0)
  const [closedFor, setClosedFor] = useState<string | null>(null)
  const typed = props.canMention && closedFor !== text ? readMention(text, cursor) : null
  const choices =
    typed === null
      ? []
      : colleagues
          .filter(({ name }) => name.toLocaleLowerCase().includes(typed.toLocaleLowerCase()))
          .slice(0, SHOWN)
  const choose = (colleague: Colleague | undefined) => {
    if (!colleague || typed === null) return
    const start = cursor - typed.length
    const next = `${text.slice(0, start)}${colleague.name} ${text.slice(cursor)}`
    onText(next)
    setClosedFor(next)
    setAt(0)
  }
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (event.nativeEvent.isComposing) return
    if (choices.length > 0) {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
      if (step) setAt((at + step + choices.length) % choices.length)
      else if (event.key === 'Enter' || event.key === 'Tab') choose(choices[at])
      else if (event.key === 'Escape') setClosedFor(text)
      else return
      event.preventDefault()
      event.stopPropagation()
      return
    }
    if (event.key === 'Escape') event.currentTarget.blur()
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) props.onSubmit()
  }
  return (
    <div className={classes.mentionField}>
      <Textarea
        {...(props.id && { id: props.id })}
        size="xs"
        aria-label={props.label}
        placeholder={props.label}
        autosize
        minRows={2}
        maxRows={8}
        maxLength={MESSAGE_TEXT_MAX}
        dir="auto"
        value={text}
        onChange={event => {
          onText(event.currentTarget.value)
          setCursor(event.currentTarget.selectionStart)
        }}
        onSelect={event => setCursor(event.currentTarget.selectionStart)}
        onKeyDown={onKeyDown}
      />
      {choices.length > 0 && (
        <div role="listbox" aria-label={t('side.mention')} className={classes.mentions}>
          {choices.map((colleague, index) => (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the field above has the keys
            <div
              key={colleague.id}
              role="option"
              tabIndex={-1}
              aria-selected={index === at}
              onMouseDown={event => event.preventDefault()}
              onClick={() => choose(colleague)}
            >
              <Person id={colleague.id} name={colleague.name} size={18} />
            </div>
          ))}
        </div>
      )}
    </div>
  )
}
