import { Modal } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { IconMessage, IconSearch } from '@tabler/icons-react'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { type ReactNode, useEffect, useState } from 'react'
import { useT } from '../i18n/index.ts'
import { queryOf } from '../shared/queries.ts'
import { useMay } from '../shared/session.ts'
import { SCREENS } from './navigation.ts'
import classes from './overlays.module.css'

interface Choice {
  id: string
  icon: ReactNode
  label: string
  hint: string
  go: () => void
}

/** Ctrl+K: go to a screen, or find a conversation by the customer's name. */
export function Palette({ onClose }: { onClose: () => void }) {
  const t = useT()
  const [text, setText] = useState('')
  const [at, setAt] = useState(0)
  const choices = [...useScreens(text), ...useConversations(text)]
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
