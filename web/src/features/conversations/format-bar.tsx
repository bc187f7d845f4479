import { ActionIcon, Button, Popover, TextInput } from '@mantine/core'
import {
  IconBold,
  IconCode,
  IconEyeOff,
  IconItalic,
  IconLink,
  IconStrikethrough,
  IconUnderline,
} from '@tabler/icons-react'
import { type RefObject, useState } from 'react'
import { useT } from '../../i18n/index.ts'
import { type Entity, type EntityType, toggleEntity } from './entities.ts'

const FORMATS = [
  ['bold', IconBold],
  ['italic', IconItalic],
  ['underline', IconUnderline],
  ['strikethrough', IconStrikethrough],
  ['code', IconCode],
  ['spoiler', IconEyeOff],
] as const satisfies readonly (readonly [EntityType, unknown])[]

/** The keys that format, with Ctrl or ⌘. */
const KEYS: Partial<Record<string, EntityType>> = {
  b: 'bold',
  i: 'italic',
  u: 'underline',
}

interface FormatBarProps {
  field: RefObject<HTMLTextAreaElement | null>
  entities: readonly Entity[]
  onChange: (entities: Entity[]) => void
}

/** Formats what is marked in the field: kept as stretches beside the text, never as signs within it. */
export function FormatBar({ field, entities, onChange }: FormatBarProps) {
  const t = useT()
  return (
    <>
      {FORMATS.map(([type, Icon]) => (
        <ActionIcon
          key={type}
          size="md"
          aria-label={t(`media.format.${type}`)}
          title={t(`media.format.${type}`)}
          // the mark in the field must outlive the click
          onMouseDown={event => event.preventDefault()}
          onClick={() => onChange(applyTo(field.current, entities, type))}
        >
          <Icon size={17} stroke={1.8} />
        </ActionIcon>
      ))}
      <LinkButton field={field} entities={entities} onChange={onChange} />
    </>
  )
}

function applyTo(
  field: HTMLTextAreaElement | null,
  entities: readonly Entity[],
  type: EntityType,
  url?: string,
): Entity[] {
  if (!field) return [...entities]
  return toggleEntity(entities, type, field.selectionStart, field.selectionEnd, url)
}

/** The formatting after a key was pressed; null when the key was not for it. */
export function formatByKey(
  event: React.KeyboardEvent<HTMLTextAreaElement>,
  entities: readonly Entity[],
): Entity[] | null {
  if ((!event.ctrlKey && !event.metaKey) || event.altKey || event.shiftKey) return null
  const type = KEYS[event.key.toLowerCase()]
  if (!type) return null
  event.preventDefault()
  return applyTo(event.currentTarget, entities, type)
}

function LinkButton({ field, entities, onChange }: FormatBarProps) {
  const t = useT()
  const [range, setRange] = useState<[number, number] | null>(null)
  const [url, setUrl] = useState('')
  const isValid = /^(https?|tg|mailto):/i.test(url) && URL.canParse(url)
  const open = () => {
    const box = field.current
    if (box && box.selectionEnd > box.selectionStart) setRange([box.selectionStart, box.selectionEnd])
  }
  const put = () => {
    if (!range || !isValid) return
    const rest = toggleEntity(entities, 'text_link', range[0], range[1], url)
    onChange(rest)
    setRange(null)
    setUrl('')
    field.current?.focus()
  }
  return (
    <Popover opened={range !== null} onChange={isOpen => isOpen || setRange(null)} trapFocus withinPortal>
      <Popover.Target>
        <ActionIcon
          size="md"
          aria-label={t('media.format.link')}
          title={t('media.format.link')}
          onMouseDown={event => event.preventDefault()}
          onClick={open}
        >
          <IconLink size={17} stroke={1.8} />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown>
        <TextInput
          label={t('media.format.address')}
          placeholder="https://"
          value={url}
          onChange={event => setUrl(event.currentTarget.value)}
          onKeyDown={event => {
            if (event.key !== 'Enter') return
            event.preventDefault()
            put()
          }}
          data-autofocus
        />
        <Button mt="xs" size="compact-sm" disabled={!isValid} onClick={put}>
          {t('media.format.link')}
        </Button>
      </Popover.Dropdown>
    </Popover>
  )
}
