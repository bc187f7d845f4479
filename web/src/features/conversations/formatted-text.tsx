import { Fragment, useState } from 'react'
import { useT } from '../../i18n/index.ts'
import { type ShownEntity, segmentsOf } from './entities.ts'
import classes from './inbox.module.css'
import { linkify } from './linkify.ts'
import media from './media.module.css'

interface FormattedTextProps {
  text: string
  entities: readonly ShownEntity[]
}

/** Somebody's words as they were formatted; nothing of it is ever read as HTML. */
export function FormattedText({ text, entities }: FormattedTextProps) {
  return (
    <div className={classes.text} dir="auto">
      {segmentsOf(text, entities).map((segment, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the pieces of one text never move
        <Piece key={index} text={segment.text} entities={segment.entities} />
      ))}
    </div>
  )
}

const TAGS: Partial<Record<string, 'b' | 'i' | 'u' | 's' | 'code' | 'pre' | 'q'>> = {
  bold: 'b',
  italic: 'i',
  underline: 'u',
  strikethrough: 's',
  code: 'code',
  pre: 'pre',
  blockquote: 'q',
  expandable_blockquote: 'q',
}

function Piece({ text, entities }: { text: string; entities: ShownEntity[] }): React.ReactNode {
  const [entity, ...others] = entities
  if (!entity) return <Words text={text} />
  const inner = <Piece text={text} entities={others} />
  const Tag = TAGS[entity.type]
  if (Tag) return <Tag className={media[`f_${Tag}`]}>{inner}</Tag>
  if (entity.type === 'spoiler') return <Spoiler>{inner}</Spoiler>
  if (entity.type === 'text_link') return <TextLink url={entity.url}>{inner}</TextLink>
  return inner
}

function Words({ text }: { text: string }) {
  return linkify(text).map((piece, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: the pieces of one text never move
    <Fragment key={index}>
      {piece.kind === 'text' ? (
        piece.value
      ) : (
        <a href={piece.href} target="_blank" rel="noopener noreferrer nofollow">
          {piece.value}
        </a>
      )}
    </Fragment>
  ))
}

/** A link behind words says where it leads. */
function TextLink({ url, children }: { url: string | null; children: React.ReactNode }) {
  const parsed = url === null ? null : URL.parse(url)
  if (!parsed || !['https:', 'http:', 'tg:', 'mailto:'].includes(parsed.protocol)) return children
  return (
    <a href={parsed.href} title={parsed.href} target="_blank" rel="noopener noreferrer nofollow">
      {children}
    </a>
  )
}

function Spoiler({ children }: { children: React.ReactNode }) {
  const t = useT()
  const [isOpen, setOpen] = useState(false)
  if (isOpen) return <span>{children}</span>
  return (
    <button
      type="button"
      className={media.spoiler}
      aria-label={t('media.spoiler')}
      onClick={() => setOpen(true)}
    >
      <span aria-hidden>{children}</span>
    </button>
  )
}
