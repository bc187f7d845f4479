import { Modal } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import {
  IconBolt,
  IconClockSearch,
  IconInbox,
  IconMessage,
  IconNote,
  IconSearch,
  IconTimelineEvent,
  IconUser,
} from '@tabler/icons-react'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { type ReactNode, useEffect, useState } from 'react'
import { searchOf } from '../features/conversations/inbox-search.ts'
import type { LogSearch } from '../features/log/log-search.ts'
import { searchOfView } from '../features/log/log-view.ts'
import { useLanguage, useT } from '../i18n/index.ts'
import { currentActions } from '../shared/actions.ts'
import { useFormat } from '../shared/format.ts'
import { queryOf } from '../shared/queries.ts'
import { useMay, useMe } from '../shared/session.ts'
import { usePartText } from '../shared/ui/part.tsx'
import { MEANT_FIELD } from './early-keys.ts'
import { SCREENS } from './navigation.ts'
import classes from './overlays.module.css'
import { readWhen } from './said-when.ts'

const focusFirst = (field: HTMLInputElement | null) => field?.focus()

interface Choice {
  id: string
  icon: ReactNode
  label: string
  hint: string
  go: () => void
}

/** Ctrl+K: do something with what is on screen, go somewhere, or find a customer, a message, a note, a colleague. */
export function Palette({ takeTyped, onClose }: { takeTyped: () => string; onClose: () => void }) {
  const t = useT()
  const [text, setText] = useState('')
  const [at, setAt] = useState(0)
  const choices = [
    ...useMoments(text),
    ...usePageActions(text),
    ...useScreens(text),
    ...useViews(text),
    ...useLogViews(text),
    ...usePeople(text),
    ...useConversations(text),
    ...useWords(text),
  ]
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new text makes a new list
  useEffect(() => setAt(0), [text])
  const choose = (choice: Choice | undefined) => {
    choice?.go()
    if (choice) onClose()
  }
  const onKeyDown = (event: React.KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step && choices.length > 0) setAt((at + step + choices.length) % choices.length)
    else if (event.key === 'Enter' && !event.nativeEvent.isComposing) choose(choices[at])
    else return
    event.preventDefault()
  }
  return (
    <Modal.Root opened onClose={onClose} size={560} yOffset="12vh">
      <Modal.Overlay />
      <Modal.Content>
        <Modal.Title className="visually-hidden">{t('palette.open')}</Modal.Title>
        <div className={classes.search}>
          <IconSearch size={18} aria-hidden />
          <input
            data-autofocus
            // at once: what is typed right after the key belongs here
            ref={focusFirst}
            {...{ [MEANT_FIELD]: '' }}
            onFocus={() => {
              const typed = takeTyped()
              if (typed) setText(before => before + typed)
            }}
            role="combobox"
            aria-expanded
            aria-controls="palette-choices"
            aria-activedescendant={choices[at] ? `palette-${choices[at].id}` : undefined}
            aria-label={t('palette.placeholder')}
            placeholder={t('palette.placeholder')}
            value={text}
            onChange={event => setText(event.target.value)}
            onKeyDown={onKeyDown}
          />
        </div>
        <div
          id="palette-choices"
          role="listbox"
          aria-label={t('palette.choices')}
          className={classes.choices}
        >
          {choices.map((choice, index) => (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the combobox above has the keys
            <div
              key={choice.id}
              id={`palette-${choice.id}`}
              role="option"
              tabIndex={-1}
              aria-selected={index === at}
              className={classes.choice}
              onClick={() => choose(choice)}
              onMouseMove={() => setAt(index)}
            >
              {choice.icon}
              <bdi>{choice.label}</bdi>
              <small>{choice.hint}</small>
            </div>
          ))}
        </div>
        {choices.length === 0 && <p className={classes.nothing}>{t('palette.nothing')}</p>}
      </Modal.Content>
    </Modal.Root>
  )
}

const ICON = { size: 18, stroke: 1.7, 'aria-hidden': true } as const
const fits = (label: string, text: string) =>
  label.toLocaleLowerCase().includes(text.trim().toLocaleLowerCase())

/** What can be done with what is on screen; only once something was typed: first comes where to go. */
function usePageActions(text: string): Choice[] {
  const [actions] = useState(currentActions)
  if (text.trim() === '') return []
  return actions
    .filter(({ label }) => fits(label, text))
    .map(({ id, label, key, run }) => ({
      id: id.replaceAll(' ', '-'),
      icon: <IconBolt {...ICON} />,
      label,
      hint: key ?? '',
      // the palette gives the focus back first
      go: () => void setTimeout(run, 60),
    }))
}

const VIEWS = ['mine', 'queue', 'departments', 'all', 'pinned', 'snoozed', 'offered'] as const

/** Places of the inbox, and views under a name. */
function useViews(text: string): Choice[] {
  const t = useT()
  const may = useMay()
  const navigate = useNavigate()
  const enabled = may('conversation.view') && text.trim() !== ''
  const saved = useQuery({ ...queryOf('inbox_view.list', {}), enabled })
  if (!enabled) return []
  const places = VIEWS.map(view => ({ id: view, label: t(`inbox.view.${view}`), search: { view } }))
  const named = (saved.data?.items ?? []).map(({ id, name, filter }) => ({
    id,
    label: name,
    search: searchOf(filter),
  }))
  return [...places, ...named]
    .filter(({ label }) => fits(label, text))
    .map(({ id, label, search }) => ({
      id: `view-${id}`,
      icon: <IconInbox {...ICON} />,
      label,
      hint: t('nav.inbox'),
      go: () => void navigate({ to: '/inbox', search }),
    }))
}

/** Views of the log under a name. */
function useLogViews(text: string): Choice[] {
  const t = useT()
  const may = useMay()
  const navigate = useNavigate()
  const enabled = may('log.view') && text.trim() !== ''
  const saved = useQuery({ ...queryOf('log_view.list', {}), enabled })
  if (!enabled) return []
  return (saved.data?.items ?? [])
    .filter(({ name }) => fits(name, text))
    .map(({ id, name, filter }) => ({
      id: `log-view-${id}`,
      icon: <IconTimelineEvent {...ICON} />,
      label: name,
      hint: t('nav.log'),
      go: () => void navigate({ to: '/log', search: searchOfView(filter) }),
    }))
}

/** Colleagues; choosing one opens what they did. */
function usePeople(text: string): Choice[] {
  const t = useT()
  const may = useMay()
  const navigate = useNavigate()
  const enabled = may('team.view') && may('log.view') && text.trim().length > 1
  const agents = useQuery({ ...queryOf('agent.list', {}), enabled })
  if (!enabled) return []
  return (agents.data?.items ?? [])
    .filter(({ name }) => fits(name, text))
    .slice(0, 5)
    .map(({ id, name }) => ({
      id,
      icon: <IconUser {...ICON} />,
      label: name,
      hint: t('palette.didWhat'),
      go: () => void navigate({ to: '/log', search: { actor: [id] } }),
    }))
}

/** A customer or colleague and a time: what is recorded of them then. */
function useMoments(text: string): Choice[] {
  const t = useT()
  const may = useMay()
  const navigate = useNavigate()
  const format = useFormat()
  const said = readWhen(text, useLanguage(), new Date())
  const [q] = useDebouncedValue(said?.rest ?? '', 150)
  const enabled = said !== null && may('log.view')
  const found = useQuery({
    ...queryOf('conversation.list', { q, limit: 8 }),
    enabled: enabled && q.length > 0 && may('conversation.view'),
  })
  const agents = useQuery({
    ...queryOf('agent.list', {}),
    enabled: enabled && q.length > 1 && may('team.view'),
  })
  if (!enabled || !said) return []
  const { from, to, rest } = said
  const hint = format.range(from, to)
  const choice = (id: string, label: string, about: LogSearch): Choice => ({
    id: `moment-${id}`,
    icon: <IconClockSearch {...ICON} />,
    label: t('palette.logOf', { name: label }),
    hint,
    go: () => void navigate({ to: '/log', search: { ...about, from, to } }),
  })
  if (rest === '') return [choice('all', t('palette.everybody'), {})]
  const customers = new Map(
    (q === rest ? (found.data?.items ?? []) : []).map(({ customer }) => [customer.id, customer]),
  )
  const people = (agents.data?.items ?? []).filter(({ name }) => fits(name, rest))
  return [
    ...[...customers.values()]
      .slice(0, 4)
      .map(({ id, name }) => choice(id, name ?? t('chip.customer'), { customer: id })),
    ...people.slice(0, 3).map(({ id, name }) => choice(id, name, { actor: [id] })),
  ]
}

/** Messages and notes that hold the words. */
function useWords(text: string): Choice[] {
  const t = useT()
  const me = useMe()
  const may = useMay()
  const navigate = useNavigate()
  const textOf = usePartText()
  const [q] = useDebouncedValue(text.trim(), 200)
  const found = useQuery({
    ...queryOf('conversation.search', { q, limit: 6 }),
    enabled: q.length > 1 && may('conversation.view') && me.agent.role !== 'auditor',
    placeholderData: keepPreviousData,
  })
  if (text.trim().length < 2) return []
  return (found.data?.items ?? []).map(({ id, kind, text: words, conversation }) => ({
    id,
    icon: kind === 'note' ? <IconNote {...ICON} /> : <IconMessage {...ICON} />,
    label: textOf(words).slice(0, 90).toWellFormed(),
    hint: conversation.customerName ?? t('chip.customer'),
    go: () => void navigate({ to: '/inbox/$conversationId', params: { conversationId: conversation.id } }),
  }))
}

function useScreens(text: string): Choice[] {
  const t = useT()
  const may = useMay()
  const navigate = useNavigate()
  const wanted = text.trim().toLocaleLowerCase()
  return SCREENS.filter(({ permission, name }) => {
    return may(permission) && t(`nav.${name}`).toLocaleLowerCase().includes(wanted)
  }).map(({ name, to, key, icon: Icon }) => ({
    id: name,
    icon: <Icon size={18} stroke={1.7} aria-hidden />,
    label: t(`nav.${name}`),
    hint: key,
    go: () => void navigate({ to }),
  }))
}

function useConversations(text: string): Choice[] {
  const t = useT()
  const may = useMay()
  const navigate = useNavigate()
  const [q] = useDebouncedValue(text.trim(), 150)
  const found = useQuery({
    ...queryOf('conversation.list', { q, limit: 8 }),
    enabled: q.length > 0 && may('conversation.view'),
    placeholderData: keepPreviousData,
  })
  if (text.trim() === '') return []
  return (found.data?.items ?? []).map(({ id, customer, bot, status }) => ({
    id,
    icon: <IconMessage size={18} stroke={1.7} aria-hidden />,
    label: customer.name ?? t('chip.customer'),
    hint: `@${bot.username} · ${t(`status.${status}`)}`,
    go: () => void navigate({ to: '/inbox/$conversationId', params: { conversationId: id } }),
  }))
}
