import { Textarea, type TextareaProps } from '@mantine/core'
import type { RefObject } from 'react'
import { useT } from '../../i18n/index.ts'
import { type Entity, shiftEntities } from './entities.ts'
import { formatByKey } from './format-bar.tsx'
import { FormattedText } from './formatted-text.tsx'
import classes from './inbox.module.css'
import media from './media.module.css'

const MOST_ROWS = 10
/** Where the browser lets a field grow with its words, nothing has to be measured each time. */
const GROWTH = CSS.supports('field-sizing', 'content')
  ? { rows: 1, classNames: { input: classes.grows } }
  : { autosize: true, minRows: 1, maxRows: MOST_ROWS }

/** A text with its formatting, as it is being written. */
export interface Draft {
  text: string
  entities: Entity[]
}

interface ComposeFieldProps extends Omit<TextareaProps, 'value' | 'onChange' | 'ref'> {
  field: RefObject<HTMLTextAreaElement | null>
  draft: Draft
  onDraft: (draft: Draft) => void
}

/** The field itself: formatting follows the words while they change, and is shown as it will look. */
export function ComposeField({ field, draft, onDraft, onKeyDown, ...props }: ComposeFieldProps) {
  const t = useT()
  const { text, entities } = draft
  return (
    <>
      {entities.length > 0 && (
        <div className={media.preview}>
          <small>{t('media.preview')}</small>
          <FormattedText
            text={text}
            entities={entities.map(each => ({ ...each, url: each.url ?? null, language: null }))}
          />
        </div>
      )}
      <Textarea
        ref={field}
        {...GROWTH}
        dir="auto"
        value={text}
        onChange={event => {
          const next = event.currentTarget.value
          onDraft({ text: next, entities: shiftEntities(entities, text, next) })
        }}
        onKeyDown={event => {
          const formatted = formatByKey(event, entities)
          if (formatted) onDraft({ text, entities: formatted })
          else onKeyDown?.(event)
        }}
        {...props}
      />
    </>
  )
}
